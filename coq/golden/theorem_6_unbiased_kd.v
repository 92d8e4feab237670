(** * theorem-6/unbiased-kd: Baselines: one theorem for SGD, unbiased distillation, L-SVRG and SAGA *)
Require Import Glue.
Require theorem_6_unbiased_kd_cert.
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
Definition step (x : V) (w : sample) : V := (x - gamma * (g w x - lambda * (c w - EV law (fun w => (c w)%vec))))%vec.
Definition noise_unbiased (l : R) : R := E law (fun w => (nsq (g w x_star - l * (c w - EV law (fun w => (c w)%vec))))%R).

(** ** Hypotheses *)

Record hypotheses : Prop := {
  gamma_sign : 0 < gamma;
  mu_sign : 0 < mu;
  l_exp_sign : 0 < l_exp;
  diff : differentiable f full_grad;
  least : minimiser f x_star;
  h_es : ES law l_exp f g x_star;
  h_qsc : QSC mu f full_grad x_star;
  h_step : gamma <= 1 / (2 * l_exp)
}.

(** ** Claim *)

Theorem claim_unbiased_kd : hypotheses ->
  forall x : V,
  E law (fun w => (nsq (step x w - x_star))%R) <= (1 - Rmin (gamma * mu) 1) * nsq (x - x_star) + 2 * noise_unbiased lambda * gamma ^ 2.
Proof.
  intros [gamma_sign mu_sign l_exp_sign diff least h_es h_qsc h_step] x.
  destruct (another_point x_star) as [other|only].
  2: { cbv delta [full_grad step noise_unbiased] beta; one_point only. }
  exact (theorem_6_unbiased_kd_cert.claim_unbiased_kd
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
    (h_es x)
    h_step
    (rate_form law f g x_star diff least mu l_exp mu_sign h_qsc h_es other)
    (qsc_form law f g x_star mu h_qsc x)).
Qed.
End Statement.

(** ** The hypotheses hold together *)

Require Import Line.

Theorem satisfiable : hypotheses line bool coin_flip half_square gradient (0 : line) (1 / 16) (1 / 2) 1.
Proof.
  constructor; cbv delta [theorem_6_unbiased_kd.full_grad theorem_6_unbiased_kd.step theorem_6_unbiased_kd.noise_unbiased] beta.
  - numbers.
  - numbers.
  - numbers.
  - exact line_diff.
  - exact line_least.
  - exact line_es.
  - apply line_qsc; numbers.
  - numbers.
Qed.
