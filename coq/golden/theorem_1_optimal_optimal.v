(** * theorem-1-optimal/optimal: theorem-1 at the best weight *)
Require Import Glue.
Require theorem_1_optimal_optimal_cert.
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
Definition sigma_star_sq : R := E law (fun w => (nsq (g w x_star))%R).
Definition cov : R := E law (fun w => (dot (g w x_star) (c w))%R).
Definition teacher_var : R := E law (fun w => (nsq (c w - EV law (fun w => (c w)%vec)))%R).
Definition the_kappa : R := 2 / (3 * gamma * mu).
Definition bias_sq : R := nsq (EV law (fun w => (c w)%vec)).
Definition denominator : R := teacher_var + (1 + the_kappa) * bias_sq.
Definition best_neighbourhood : R := 2 * gamma / mu * (sigma_star_sq - cov ^ 2 / denominator).
Definition neighbourhood (l : R) : R := 2 * gamma / mu * (E law (fun w => (nsq (g w x_star - l * c w))%R) + the_kappa * l ^ 2 * bias_sq).

(** ** Hypotheses *)

Record hypotheses : Prop := {
  gamma_sign : 0 < gamma;
  mu_sign : 0 < mu;
  h_control : 0 < denominator;
  h_es : ES law l_exp f g x_star;
  h_qsc : QSC mu f full_grad x_star;
  h_step : gamma <= 1 / (8 * l_exp)
}.

(** ** Claim *)

Theorem claim_optimal : hypotheses ->
  best_neighbourhood <= neighbourhood lambda.
Proof.
  intros [gamma_sign mu_sign h_control h_es h_qsc h_step].
  exact (theorem_1_optimal_optimal_cert.claim_optimal
    V
    sample
    law
    gamma
    lambda
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

Theorem satisfiable : hypotheses line bool coin_flip half_square gradient control (0 : line) (1 / 16) (1 / 2) 1.
Proof.
  constructor; cbv delta [theorem_1_optimal_optimal.full_grad theorem_1_optimal_optimal.sigma_star_sq theorem_1_optimal_optimal.cov theorem_1_optimal_optimal.teacher_var theorem_1_optimal_optimal.the_kappa theorem_1_optimal_optimal.bias_sq theorem_1_optimal_optimal.denominator theorem_1_optimal_optimal.best_neighbourhood theorem_1_optimal_optimal.neighbourhood] beta.
  - numbers.
  - numbers.
  - numbers.
  - exact line_es.
  - apply line_qsc; numbers.
  - numbers.
Qed.
