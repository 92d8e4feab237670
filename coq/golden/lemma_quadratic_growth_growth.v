(** * lemma-quadratic-growth/growth: Quadratic growth *)
Require Import Glue.
Require lemma_quadratic_growth_growth_cert.
Set Default Proof Using "All".

Section Statement.
Variable V : gram.
Variable sample : Type.
Variable law : dist sample.
Variable f : V -> R.
Variable g : sample -> V -> V.
Variable x_star : V.
Variable mu : R.

(** ** Definitions *)

Definition full_grad (x : V) : V := EV law (fun w => g w x).

(** ** Hypotheses *)

Record hypotheses : Prop := {
  mu_sign : 0 < mu;
  diff : differentiable f full_grad;
  least : minimiser f x_star;
  h_qsc : QSC mu f full_grad x_star
}.

(** ** Claim *)

Theorem claim_growth : hypotheses ->
  forall x : V,
  mu / 2 * nsq (x - x_star) <= (f x - f x_star).
Proof.
  intros [mu_sign diff least h_qsc] x.
  exact (lemma_quadratic_growth_growth_cert.claim_growth
    V
    sample
    law
    mu
    x_star
    x
    (f x - f x_star)
    mu_sign
    (gap_pos f x_star least x)
    (quadratic_growth mu f full_grad x_star diff least h_qsc x)).
Qed.
End Statement.

(** ** The hypotheses hold together *)

Require Import Line.

Theorem satisfiable : hypotheses line bool coin_flip half_square gradient (0 : line) (1 / 2).
Proof.
  constructor; cbv delta [lemma_quadratic_growth_growth.full_grad] beta.
  - numbers.
  - exact line_diff.
  - exact line_least.
  - apply line_qsc; numbers.
Qed.
