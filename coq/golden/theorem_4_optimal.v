(** * theorem-4/optimal: Unbiased distillation *)
Require Import Glue.
Require theorem_4_optimal_cert.
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

(** ** Definitions *)

Definition full_grad (x : V) : V := EV law (fun w => g w x).
Definition cov : R := E law (fun w => (dot (g w x_star) (c w))%R).
Definition teacher_var : R := E law (fun w => (nsq (c w - EV law (fun w => (c w)%vec)))%R).
Definition noise_unbiased (l : R) : R := E law (fun w => (nsq (g w x_star - l * (c w - EV law (fun w => (c w)%vec))))%R).

(** ** Hypotheses *)

Record hypotheses : Prop := {
  diff : differentiable f full_grad;
  least : minimiser f x_star;
  h_control : 0 < teacher_var
}.

(** ** Claim *)

Theorem claim_optimal : hypotheses ->
  noise_unbiased (cov / teacher_var) <= noise_unbiased lambda.
Proof.
  intros [diff least h_control].
  exact (theorem_4_optimal_cert.claim_optimal
    V
    sample
    law
    lambda
    x_star
    (fun w => (g w x_star)%vec)
    (fun w => (c w)%vec)
    h_control
    (stationary_form law f g x_star diff least)).
Qed.
End Statement.

(** ** The hypotheses hold together *)

Require Import Line.

Theorem satisfiable : hypotheses line bool coin_flip half_square gradient control (0 : line).
Proof.
  constructor; cbv delta [theorem_4_optimal.full_grad theorem_4_optimal.cov theorem_4_optimal.teacher_var theorem_4_optimal.noise_unbiased] beta.
  - exact line_diff.
  - exact line_least.
  - numbers.
Qed.
