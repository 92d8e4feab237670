(** * lemma-optimal-weight/value: The best distillation weight *)
Require Import Glue.
Require lemma_optimal_weight_value_cert.
Set Default Proof Using "All".

Section Statement.
Variable V : gram.
Variable sample : Type.
Variable law : dist sample.
Variable g : sample -> V -> V.
Variable c : sample -> V.
Variable x_star : V.
Variable kappa : R.

(** ** Definitions *)

Definition cov : R := E law (fun w => (dot (g w x_star) (c w))%R).
Definition teacher_var : R := E law (fun w => (nsq (c w - EV law (fun w => (c w)%vec)))%R).
Definition bias_sq : R := nsq (EV law (fun w => (c w)%vec)).
Definition denominator : R := teacher_var + (1 + kappa) * bias_sq.
Definition best_weight : R := cov / denominator.
Definition noise (l : R) : R := E law (fun w => (nsq (g w x_star - l * c w))%R).
Definition penalised_noise (l : R) : R := noise l + kappa * l ^ 2 * bias_sq.
Definition sigma_star_sq : R := E law (fun w => (nsq (g w x_star))%R).

(** ** Hypotheses *)

Record hypotheses : Prop := {
  h_control : 0 < denominator;
  h_penalty : 0 <= kappa
}.

(** ** Claim *)

Theorem claim_value : hypotheses ->
  penalised_noise best_weight = sigma_star_sq - cov ^ 2 / denominator.
Proof.
  intros [h_control h_penalty].
  exact (lemma_optimal_weight_value_cert.claim_value
    V
    sample
    law
    kappa
    (fun w => (g w x_star)%vec)
    (fun w => (c w)%vec)
    h_control
    h_penalty).
Qed.
End Statement.

(** ** The hypotheses hold together *)

Require Import Line.

Theorem satisfiable : hypotheses line bool coin_flip control 1.
Proof.
  constructor; cbv delta [lemma_optimal_weight_value.cov lemma_optimal_weight_value.teacher_var lemma_optimal_weight_value.bias_sq lemma_optimal_weight_value.denominator lemma_optimal_weight_value.best_weight lemma_optimal_weight_value.noise lemma_optimal_weight_value.penalised_noise lemma_optimal_weight_value.sigma_star_sq] beta.
  - numbers.
  - numbers.
Qed.
