(** * theorem-5/a-one-step: Partial, not total, variance reduction *)
Require Import Glue.
Require theorem_5_a_one_step_cert.
Set Default Proof Using "All".

Section Statement.
Variable V : gram.
Variable sample : Type.
Variable law : dist sample.
Variable f : V -> R.
Variable g : sample -> V -> V.
Variable c : sample -> V.
Variable x_star : V.
Variable gamma : R.
Variable lambda : R.
Variable mu : R.
Variable l_exp : R.

(** ** Definitions *)

Definition full_grad (x : V) : V := EV law (fun w => g w x).
Definition step (x : V) (w : sample) : V := (x - gamma * (g w x - lambda * c w))%vec.
Definition noise (l : R) : R := E law (fun w => (nsq (g w x_star - l * c w))%R).

(** ** Hypotheses *)

Record hypotheses : Prop := {
  gamma_sign : 0 < gamma;
  mu_sign : 0 < mu;
  l_exp_sign : 0 < l_exp;
  diff : differentiable f full_grad;
  least : minimiser f x_star;
  h_es : ES law l_exp f g x_star;
  h_perfect : noise lambda = 0;
  h_qsc : QSC mu f full_grad x_star;
  h_step : gamma < 1 / l_exp
}.

(** ** Claim *)

Theorem claim_a_one_step : hypotheses ->
  forall x : V,
  E law (fun w => (nsq (step x w - x_star))%R) <= (1 - gamma * mu) * nsq (x - x_star).
Proof.
  intros [gamma_sign mu_sign l_exp_sign diff least h_es h_perfect h_qsc h_step] x.
  exact (theorem_5_a_one_step_cert.claim_a_one_step
    V
    sample
    law
    gamma
    lambda
    mu
    l_exp
    x_star
    x
    (f x - f x_star)
    (fun w => (g w x)%vec)
    (fun w => (g w x_star)%vec)
    (fun w => (c w)%vec)
    gamma_sign
    mu_sign
    l_exp_sign
    (gap_pos f x_star least x)
    h_perfect
    h_step
    (h_es x)
    (qsc_form law f g x_star mu h_qsc x)
    (quadratic_growth mu f full_grad x_star diff least h_qsc x)
    (stationary_form law f g x_star diff least)).
Qed.
End Statement.

(** ** The hypotheses hold together *)

Require Import Line.

Theorem satisfiable : hypotheses line bool coin_flip half_square gradient (fun w => gradient w (0 : line)) (0 : line) (1 / 16) 1 (1 / 2) 1.
Proof.
  constructor; cbv delta [theorem_5_a_one_step.full_grad theorem_5_a_one_step.step theorem_5_a_one_step.noise] beta.
  - numbers.
  - numbers.
  - numbers.
  - exact line_diff.
  - exact line_least.
  - exact line_es.
  - numbers.
  - apply line_qsc; numbers.
  - numbers.
Qed.
