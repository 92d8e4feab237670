(** * theorem-1-tilted/distance-lower: Distillation as SGD on a tilted objective *)
Require Import Glue.
Require theorem_1_tilted_distance_lower_cert.
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
Variable l_smooth : R.
Variable x_lambda : V.

(** ** Definitions *)

Definition full_grad (x : V) : V := EV law (fun w => g w x).
Definition bias_sq : R := nsq (EV law (fun w => (c w)%vec)).

(** ** Hypotheses *)

Record hypotheses : Prop := {
  l_smooth_sign : 0 < l_smooth;
  diff : differentiable f full_grad;
  least : minimiser f x_star;
  h_smooth : smooth l_smooth full_grad;
  tilted : (full_grad x_lambda)%vec == (lambda * EV law c)%vec
}.

(** ** Claim *)

Theorem claim_distance_lower : hypotheses ->
  lambda ^ 2 * bias_sq / l_smooth ^ 2 <= nsq (x_lambda - x_star).
Proof.
  intros [l_smooth_sign diff least h_smooth tilted].
  exact (theorem_1_tilted_distance_lower_cert.claim_distance_lower
    V
    sample
    law
    lambda
    l_smooth
    x_star
    (fun w => (g w x_star)%vec)
    (fun w => (c w)%vec)
    x_lambda
    (fun w => (g w x_lambda)%vec)
    l_smooth_sign
    tilted
    (stationary_form law f g x_star diff least)
    (h_smooth x_lambda x_star)).
Qed.
End Statement.

(** ** The hypotheses hold together *)

Require Import Line.

Theorem satisfiable : hypotheses line bool coin_flip half_square gradient control (0 : line) (1 / 2) 1 (1 : line).
Proof.
  constructor; cbv delta [theorem_1_tilted_distance_lower.full_grad theorem_1_tilted_distance_lower.bias_sq] beta.
  - numbers.
  - exact line_diff.
  - exact line_least.
  - exact line_smooth.
  - exact line_tilted.
Qed.
