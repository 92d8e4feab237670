(** * theorem-3/natural: Distillation of a compressed student *)
Require Import Glue.
Require theorem_3_natural_cert.
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

(** ** Definitions *)

Definition full_grad (x : V) : V := EV law (fun w => g w x).

(** ** Hypotheses *)

Record hypotheses : Prop := {
  gamma_sign : 0 < gamma;
  mu_sign : 0 < mu;
  l_exp_sign : 0 < l_exp;
  omega_sign : 0 <= omega;
  diff : differentiable f full_grad;
  least : minimiser f x_star;
  h_compressor : omega <= gamma * mu / 4;
  h_es : ES law l_exp f g x_star;
  h_qsc : QSC mu f full_grad x_star;
  h_step : gamma <= 1 / (8 * l_exp);
  other : exists x : V, 0 < nsq (x - x_star)
}.

(** ** Claim *)

Theorem claim_natural : hypotheses ->
  omega < 1 / 8.
Proof.
  intros [gamma_sign mu_sign l_exp_sign omega_sign diff least h_compressor h_es h_qsc h_step other].
  exact (theorem_3_natural_cert.claim_natural
    V
    sample
    law
    gamma
    mu
    l_exp
    omega
    gamma_sign
    mu_sign
    l_exp_sign
    omega_sign
    h_compressor
    h_step
    (rate_form law f g x_star diff least mu l_exp mu_sign h_qsc h_es other)).
Qed.
End Statement.

(** ** The hypotheses hold together *)

Require Import Line.

Theorem satisfiable : hypotheses line bool coin_flip half_square gradient (0 : line) (1 / 16) (1 / 2) 1 0.
Proof.
  constructor; cbv delta [theorem_3_natural.full_grad] beta.
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
  - exists (1 : line); numbers.
Qed.
