(** * theorem-4/best-weight: Unbiased distillation *)
Require Import Glue.
Require theorem_4_best_weight_cert.
Set Default Proof Using "All".

Section Statement.
Variable V : gram.
Variable sample : Type.
Variable law : dist sample.
Variable f : V -> R.
Variable g : sample -> V -> V.
Variable c : sample -> V.
Variable x_star : V.

(** ** Definitions *)

Definition full_grad (x : V) : V := EV law (fun w => g w x).
Definition cov : R := E law (fun w => (dot (g w x_star) (c w))%R).
Definition teacher_var : R := E law (fun w => (nsq (c w - EV law (fun w => (c w)%vec)))%R).
Definition noise_unbiased (l : R) : R := E law (fun w => (nsq (g w x_star - l * (c w - EV law (fun w => (c w)%vec))))%R).
Definition sigma_star_sq : R := E law (fun w => (nsq (g w x_star))%R).

(** ** Hypotheses *)

Record hypotheses : Prop := {
  diff : differentiable f full_grad;
  least : minimiser f x_star;
  h_control : 0 < teacher_var
}.

(** ** Claim *)

Theorem claim_best_weight : hypotheses ->
  noise_unbiased (cov / teacher_var) = sigma_star_sq - cov ^ 2 / teacher_var.
Proof.
  intros [diff least h_control].
  exact (theorem_4_best_weight_cert.claim_best_weight
    V
    sample
    law
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
  constructor; cbv delta [theorem_4_best_weight.full_grad theorem_4_best_weight.cov theorem_4_best_weight.teacher_var theorem_4_best_weight.noise_unbiased theorem_4_best_weight.sigma_star_sq] beta.
  - exact line_diff.
  - exact line_least.
  - numbers.
Qed.
