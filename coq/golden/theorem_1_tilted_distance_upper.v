(** * theorem-1-tilted/distance-upper: Distillation as SGD on a tilted objective *)
Require Import Glue.
Require theorem_1_tilted_distance_upper_cert.
Set Default Proof Using "All".

Section Statement.
Variable V : gram.
Variable sample : Type.
Variable law : dist sample.
Variable f : V -> R.
Variable g : sample -> V -> V.
Variable c : sample -> V.
Variable x_star : V.
Variable lambda : R.
Variable mu : R.
Variable x_lambda : V.

(** ** Definitions *)

Definition full_grad (x : V) : V := EV law (fun w => g w x).
Definition bias_sq : R := nsq (EV law (fun w => (c w)%vec)).

(** ** Hypotheses *)

Record hypotheses : Prop := {
  mu_sign : 0 < mu;
  diff : differentiable f full_grad;
  least : minimiser f x_star;
  h_qsc : QSC mu f full_grad x_star;
  tilted : (full_grad x_lambda)%vec == (lambda * EV law c)%vec
}.

(** ** Claim *)

Theorem claim_distance_upper : hypotheses ->
  nsq (x_lambda - x_star) <= lambda ^ 2 * bias_sq / mu ^ 2.
Proof.
  intros [mu_sign diff least h_qsc tilted].
  exact (theorem_1_tilted_distance_upper_cert.claim_distance_upper
    V
    sample
    law
    lambda
    mu
    x_star
    (fun w => (c w)%vec)
    x_lambda
    (fun w => (g w x_lambda)%vec)
    (f x_lambda - f x_star)
    mu_sign
    (gap_pos f x_star least x_lambda)
    tilted
    (qsc_form law f g x_star mu h_qsc x_lambda)
    (quadratic_growth mu f full_grad x_star diff least h_qsc x_lambda)).
Qed.
End Statement.

(** ** The hypotheses hold together *)

Require Import Line.

Theorem satisfiable : hypotheses line bool coin_flip half_square gradient control (0 : line) (1 / 2) (1 / 2) (1 : line).
Proof.
  constructor; cbv delta [theorem_1_tilted_distance_upper.full_grad theorem_1_tilted_distance_upper.bias_sq] beta.
  - numbers.
  - exact line_diff.
  - exact line_least.
  - apply line_qsc; numbers.
  - exact line_tilted.
Qed.
