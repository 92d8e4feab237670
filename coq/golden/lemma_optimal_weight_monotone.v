(** * lemma-optimal-weight/monotone: The best distillation weight *)
Require Import Glue.
Require lemma_optimal_weight_monotone_cert.
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
Variable gamma_2 : R.
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
  gamma_2_sign : 0 < gamma_2;
  mu_sign : 0 < mu;
  h_control : 0 < teacher_var + bias_sq;
  h_order : gamma <= gamma_2;
  h_qsc : QSC mu f full_grad x_star
}.

(** ** Claim *)

Theorem claim_monotone : hypotheses ->
  (best_weight_at gamma) ^ 2 <= (best_weight_at gamma_2) ^ 2.
Proof.
  intros [gamma_sign gamma_2_sign mu_sign h_control h_order h_qsc].
  exact (lemma_optimal_weight_monotone_cert.claim_monotone
    V
    sample
    law
    gamma
    gamma_2
    mu
    (fun w => (g w x_star)%vec)
    (fun w => (c w)%vec)
    gamma_sign
    gamma_2_sign
    mu_sign
    h_control
    h_order).
Qed.
End Statement.

(** ** The hypotheses hold together *)

Require Import Line.

Theorem satisfiable : hypotheses line bool coin_flip half_square gradient control (0 : line) (1 / 16) (1 / 8) (1 / 2).
Proof.
  constructor; cbv delta [lemma_optimal_weight_monotone.full_grad lemma_optimal_weight_monotone.cov lemma_optimal_weight_monotone.teacher_var lemma_optimal_weight_monotone.bias_sq lemma_optimal_weight_monotone.best_weight_at] beta.
  - numbers.
  - numbers.
  - numbers.
  - numbers.
  - numbers.
  - apply line_qsc; numbers.
Qed.
