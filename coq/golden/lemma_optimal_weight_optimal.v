(** * lemma-optimal-weight/optimal: The best distillation weight *)
Require Import Glue.
Require lemma_optimal_weight_optimal_cert.
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
Variable kappa : R.

(** ** Definitions *)

Definition full_grad (x : V) : V := EV law (fun w => g w x).
Definition cov : R := E law (fun w => (dot (g w x_star) (c w))%R).
Definition teacher_var : R := E law (fun w => (nsq (c w - EV law (fun w => (c w)%vec)))%R).
Definition bias_sq : R := nsq (EV law (fun w => (c w)%vec)).
Definition denominator : R := teacher_var + (1 + kappa) * bias_sq.
Definition best_weight : R := cov / denominator.
Definition noise (l : R) : R := E law (fun w => (nsq (g w x_star - l * c w))%R).
Definition penalised_noise (l : R) : R := noise l + kappa * l ^ 2 * bias_sq.

(** ** Hypotheses *)

Record hypotheses : Prop := {
  diff : differentiable f full_grad;
  least : minimiser f x_star;
  h_control : 0 < denominator;
  h_penalty : 0 <= kappa
}.

(** ** Claim *)

Theorem claim_optimal : hypotheses ->
  penalised_noise best_weight <= penalised_noise lambda.
Proof.
  intros [diff least h_control h_penalty].
  exact (lemma_optimal_weight_optimal_cert.claim_optimal
    V
    sample
    law
    lambda
    kappa
    (fun w => (g w x_star)%vec)
    (fun w => (c w)%vec)
    h_control
    h_penalty).
Qed.
End Statement.

(** ** The hypotheses hold together *)

Require Import Line.

Theorem satisfiable : hypotheses line bool coin_flip half_square gradient control (0 : line) 1.
Proof.
  constructor; cbv delta [full_grad cov teacher_var bias_sq denominator best_weight noise penalised_noise] beta.
  - exact line_diff.
  - exact line_least.
  - numbers.
  - numbers.
Qed.
