(** * theorem-3/rand-k: Distillation of a compressed student *)
Require Import Glue.
Require theorem_3_rand_k_cert.
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
Variable l_exp : R.
Variable omega : R.
Variable dimension : R.
Variable kept : R.

(** ** Definitions *)

Definition full_grad (x : V) : V := EV law (fun w => g w x).

(** ** Hypotheses *)

Record hypotheses : Prop := {
  gamma_sign : 0 < gamma;
  mu_sign : 0 < mu;
  l_exp_sign : 0 < l_exp;
  omega_sign : 0 <= omega;
  dimension_sign : 0 < dimension;
  kept_sign : 0 < kept;
  diff : differentiable f full_grad;
  least : minimiser f x_star;
  h_compressor : omega <= gamma * mu / 4;
  h_es : ES law l_exp f g x_star;
  h_qsc : QSC mu f full_grad x_star;
  h_rand_k : omega = dimension / kept - 1;
  h_step : gamma <= 1 / (8 * l_exp);
  other : exists x : V, 0 < nsq (x - x_star)
}.

(** ** Claim *)

Theorem claim_rand_k : hypotheses ->
  32 * dimension <= 33 * kept.
Proof.
  intros [gamma_sign mu_sign l_exp_sign omega_sign dimension_sign kept_sign diff least h_compressor h_es h_qsc h_rand_k h_step other].
  exact (theorem_3_rand_k_cert.claim_rand_k
    V
    sample
    law
    gamma
    mu
    l_exp
    omega
    dimension
    kept
    gamma_sign
    mu_sign
    l_exp_sign
    omega_sign
    dimension_sign
    kept_sign
    h_compressor
    h_rand_k
    h_step
    (rate_form law f g x_star diff least mu l_exp mu_sign h_qsc h_es other)).
Qed.
End Statement.

(** ** The hypotheses hold together *)

Require Import Line.

Theorem satisfiable : hypotheses line bool coin_flip half_square gradient (0 : line) (1 / 16) (1 / 2) 1 0 1 1.
Proof.
  constructor; cbv delta [theorem_3_rand_k.full_grad] beta.
  - numbers.
  - numbers.
  - numbers.
  - numbers.
  - numbers.
  - numbers.
  - exact line_diff.
  - exact line_least.
  - numbers.
  - exact line_es.
  - apply line_qsc; numbers.
  - numbers.
  - numbers.
  - exists (1 : line); numbers.
Qed.
