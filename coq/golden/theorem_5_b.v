(** * theorem-5/b: Partial, not total, variance reduction *)
Require Import Glue.
Require theorem_5_b_cert.
Set Default Proof Using "All".

Section Statement.
Variable V : gram.
Variable sample : Type.
Variable law : dist sample.
Variable f : V -> R.
Variable g : sample -> V -> V.
Variable c : sample -> V.
Variable x_star : V.
Variable limit : Type.
Variable limit_law : dist limit.
Variable x_inf : limit -> V.
Variable gamma : R.
Variable lambda : R.
Variable mu : R.
Variable l_smooth : R.
Variable l_exp : R.

(** ** Definitions *)

Definition full_grad (x : V) : V := EV law (fun w => g w x).
Definition step (x : V) (w : sample) : V := (x - gamma * (g w x - lambda * c w))%vec.
Definition bias_sq : R := nsq (EV law (fun w => (c w)%vec)).

(** ** Hypotheses *)

Record hypotheses : Prop := {
  gamma_sign : 0 < gamma;
  l_smooth_sign : 0 < l_smooth;
  diff : differentiable f full_grad;
  least : minimiser f x_star;
  h_es : ES law l_exp f g x_star;
  h_qsc : QSC mu f full_grad x_star;
  h_smooth : smooth l_smooth full_grad;
  h_step : gamma < 2 / l_exp;
  stationary : stationary_law law step limit_law x_inf
}.

(** ** Claim *)

Theorem claim_b : hypotheses ->
  lambda ^ 2 * bias_sq / l_smooth ^ 2 <= E limit_law (fun s => (nsq (x_inf s - x_star))%R).
Proof.
  intros [gamma_sign l_smooth_sign diff least h_es h_qsc h_smooth h_step stationary].
  exact (theorem_5_b_cert.claim_b
    V
    sample
    law
    limit
    limit_law
    gamma
    lambda
    l_smooth
    x_star
    (fun w => (g w x_star)%vec)
    (fun w => (c w)%vec)
    (fun s => (x_inf s)%vec)
    (fun s => (full_grad (x_inf s))%vec)
    gamma_sign
    l_smooth_sign
    (fun s => h_smooth (x_inf s) x_star)
    (stationary_mean_form law g c gamma lambda limit_law x_inf stationary)
    (stationary_form law f g x_star diff least)).
Qed.
End Statement.

(** ** The hypotheses hold together *)

Require Import Line.

Theorem satisfiable : hypotheses line bool coin_flip half_square gradient control (0 : line) bool coin_flip limit_point 1 (1 / 2) (1 / 2) 1 1.
Proof.
  constructor; cbv delta [theorem_5_b.full_grad theorem_5_b.step theorem_5_b.bias_sq] beta.
  - numbers.
  - numbers.
  - exact line_diff.
  - exact line_least.
  - exact line_es.
  - apply line_qsc; numbers.
  - exact line_smooth.
  - numbers.
  - exact line_stationary.
Qed.
