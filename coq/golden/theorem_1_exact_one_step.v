(** * theorem-1-exact/one-step: theorem-1 with its best constants *)
Require Import Glue.
Require theorem_1_exact_one_step_cert.
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
Variable a : R.

(** ** Definitions *)

Definition full_grad (x : V) : V := EV law (fun w => g w x).
Definition step (x : V) (w : sample) : V := (x - gamma * (g w x - lambda * c w))%vec.
Definition noise_unbiased (l : R) : R := E law (fun w => (nsq (g w x_star - l * (c w - EV law (fun w => (c w)%vec))))%R).
Definition k : R := gamma * mu * (1 - (1 + a) * gamma * l_exp + a * gamma * mu) / (1 - gamma * mu) ^ 2.
Definition bias_sq : R := nsq (EV law (fun w => (c w)%vec)).

(** ** Hypotheses *)

Record hypotheses : Prop := {
  gamma_sign : 0 < gamma;
  mu_sign : 0 < mu;
  l_exp_sign : 0 < l_exp;
  a_sign : 0 < a;
  diff : differentiable f full_grad;
  least : minimiser f x_star;
  h_below : k <= a;
  h_contraction : gamma * mu < 1;
  h_es : ES law l_exp f g x_star;
  h_positive : 0 < k;
  h_qsc : QSC mu f full_grad x_star
}.

(** ** Claim *)

Theorem claim_one_step : hypotheses ->
  forall x : V,
  E law (fun w => (nsq (step x w - x_star))%R) <= (1 - gamma * mu) * nsq (x - x_star) + (1 + 1 / a) * gamma ^ 2 * noise_unbiased lambda + (1 + 1 / k) * gamma ^ 2 * lambda ^ 2 * bias_sq.
Proof.
  intros [gamma_sign mu_sign l_exp_sign a_sign diff least h_below h_contraction h_es h_positive h_qsc] x.
  exact (theorem_1_exact_one_step_cert.claim_one_step
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
    a
    gamma_sign
    mu_sign
    l_exp_sign
    (gap_pos f x_star least x)
    a_sign
    h_below
    h_contraction
    (h_es x)
    h_positive
    (qsc_form law f g x_star mu h_qsc x)
    (quadratic_growth mu f full_grad x_star diff least h_qsc x)
    (stationary_form law f g x_star diff least)).
Qed.
End Statement.

(** ** The hypotheses hold together *)

Require Import Line.

Theorem satisfiable : hypotheses line bool coin_flip half_square gradient (0 : line) (1 / 16) (1 / 2) 1 1.
Proof.
  constructor; cbv delta [theorem_1_exact_one_step.full_grad theorem_1_exact_one_step.step theorem_1_exact_one_step.noise_unbiased theorem_1_exact_one_step.k theorem_1_exact_one_step.bias_sq] beta.
  - numbers.
  - numbers.
  - numbers.
  - numbers.
  - exact line_diff.
  - exact line_least.
  - numbers.
  - numbers.
  - exact line_es.
  - numbers.
  - apply line_qsc; numbers.
Qed.
