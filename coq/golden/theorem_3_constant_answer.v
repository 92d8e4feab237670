(** * theorem-3/constant-answer: Distillation of a compressed student *)
Require Import Glue.
Require theorem_3_constant_answer_cert.
Set Default Proof Using "All".

Section Statement.
Variable V : gram.
Variable sample : Type.
Variable law : dist sample.
Variable f : V -> R.
Variable g : sample -> V -> V.
Variable x_star : V.
Variable gamma : R.
Variable mu : R.

(** ** Definitions *)

Definition full_grad (x : V) : V := EV law (fun w => g w x).
Definition minimiser_term (l : R) : R := 2 / (gamma * mu) * 2 * l * nsq x_star.

(** ** Hypotheses *)

Record hypotheses : Prop := {
  gamma_sign : 0 < gamma;
  mu_sign : 0 < mu;
  h_qsc : QSC mu f full_grad x_star
}.

(** ** Claim *)

Theorem claim_constant_answer : hypotheses ->
  minimiser_term (gamma * mu / 4) = nsq (0 * x_star - x_star).
Proof.
  intros [gamma_sign mu_sign h_qsc].
  exact (theorem_3_constant_answer_cert.claim_constant_answer
    V
    sample
    law
    gamma
    mu
    x_star
    gamma_sign
    mu_sign).
Qed.
End Statement.

(** ** The hypotheses hold together *)

Require Import Line.

Theorem satisfiable : hypotheses line bool coin_flip half_square gradient (0 : line) (1 / 16) (1 / 2).
Proof.
  constructor; cbv delta [theorem_3_constant_answer.full_grad theorem_3_constant_answer.minimiser_term] beta.
  - numbers.
  - numbers.
  - apply line_qsc; numbers.
Qed.
