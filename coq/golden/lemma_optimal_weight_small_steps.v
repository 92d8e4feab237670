(** * lemma-optimal-weight/small-steps: The best distillation weight *)
Require Import Glue.
Require lemma_optimal_weight_small_steps_cert.
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
Variable mu : R.

(** ** Definitions *)

Definition full_grad (x : V) : V := EV law (fun w => g w x).
Definition cov : R := E law (fun w => (dot (g w x_star) (c w))%R).
Definition teacher_var : R := E law (fun w => (nsq (c w - EV law (fun w => (c w)%vec)))%R).
Definition bias_sq : R := nsq (EV law (fun w => (c w)%vec)).
Definition best_weight_at (l : R) : R := cov / (teacher_var + (1 + 2 / (3 * l * mu)) * bias_sq).

(** ** Hypotheses *)

Record hypotheses : Prop := {
  gamma_sign : 0 < gamma;
  mu_sign : 0 < mu;
  h_control : 0 < teacher_var + bias_sq;
  h_qsc : QSC mu f full_grad x_star
}.

(** ** Claim *)

Theorem claim_small_steps : hypotheses ->
  4 * (best_weight_at gamma) ^ 2 * bias_sq ^ 2 <= 9 * gamma ^ 2 * mu ^ 2 * cov ^ 2.
Proof.
  intros [gamma_sign mu_sign h_control h_qsc].
  exact (lemma_optimal_weight_small_steps_cert.claim_small_steps
    V
    sample
    law
    gamma
    mu
    (fun w => (g w x_star)%vec)
    (fun w => (c w)%vec)
    gamma_sign
    mu_sign
    h_control).
Qed.
End Statement.

(** ** The hypotheses hold together *)

Require Import Line.

Theorem satisfiable : hypotheses line bool coin_flip half_square gradient control (0 : line) (1 / 16) (1 / 2).
Proof.
  constructor; cbv delta [lemma_optimal_weight_small_steps.full_grad lemma_optimal_weight_small_steps.cov lemma_optimal_weight_small_steps.teacher_var lemma_optimal_weight_small_steps.bias_sq lemma_optimal_weight_small_steps.best_weight_at] beta.
  - numbers.
  - numbers.
  - numbers.
  - apply line_qsc; numbers.
Qed.
