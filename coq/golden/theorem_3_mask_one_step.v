(** * theorem-3-mask/one-step: Distillation of a student with a fixed pruning mask *)
Require Import Glue.
Require theorem_3_mask_one_step_cert theorem_1_one_step.
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
Definition bias_sq : R := nsq (EV law (fun w => (c w)%vec)).

(** ** Hypotheses *)

Record hypotheses : Prop := {
  gamma_sign : 0 < gamma;
  mu_sign : 0 < mu;
  l_exp_sign : 0 < l_exp;
  diff : differentiable f full_grad;
  least : minimiser f x_star;
  h_es : ES law l_exp f g x_star;
  h_qsc : QSC mu f full_grad x_star;
  h_step : gamma <= 1 / (8 * l_exp)
}.

(** ** Claim *)

Theorem claim_one_step : hypotheses ->
  forall x : V,
  E law (fun w => (nsq (step x w - x_star))%R) <= (1 - gamma * mu) * nsq (x - x_star) + 2 * gamma ^ 2 * noise lambda + 4 * gamma / (3 * mu) * lambda ^ 2 * bias_sq.
Proof.
  intros [gamma_sign mu_sign l_exp_sign diff least h_es h_qsc h_step] x.
  assert (each_step : theorem_1_one_step.hypotheses V sample law f g x_star gamma mu l_exp).
  { constructor; [ exact gamma_sign | exact mu_sign | exact l_exp_sign | exact diff | exact least | exact h_es | exact h_qsc | exact h_step  ]. }
  exact (theorem_3_mask_one_step_cert.claim_one_step
    V
    sample
    law
    gamma
    lambda
    mu
    l_exp
    x_star
    x
    (fun w => (g w x)%vec)
    (fun w => (g w x_star)%vec)
    (fun w => (c w)%vec)
    gamma_sign
    mu_sign
    l_exp_sign
    h_step
    ((theorem_1_one_step.claim_one_step V sample law f g c x_star gamma lambda mu l_exp each_step) x)).
Qed.
End Statement.

(** ** The hypotheses hold together *)

Require Import Line.

Theorem satisfiable : hypotheses line bool coin_flip half_square gradient (0 : line) (1 / 16) (1 / 2) 1.
Proof.
  constructor; cbv delta [theorem_3_mask_one_step.full_grad theorem_3_mask_one_step.step theorem_3_mask_one_step.noise theorem_3_mask_one_step.bias_sq] beta.
  - numbers.
  - numbers.
  - numbers.
  - exact line_diff.
  - exact line_least.
  - exact line_es.
  - apply line_qsc; numbers.
  - numbers.
Qed.
