(** * theorem-1-sharp/step-limit: theorem-1 for every admissible step *)
Require Import Glue.
Require theorem_1_sharp_step_limit_cert.
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
Definition step (x : V) (w : sample) : V := (x - gamma * (g w x - lambda * c w))%vec.
Definition noise (l : R) : R := E law (fun w => (nsq (g w x_star - l * c w))%R).
Definition bias_sq : R := nsq (EV law (fun w => (c w)%vec)).

(** ** Hypotheses *)

Record hypotheses : Prop := {
  gamma_sign : 0 < gamma;
  mu_sign : 0 < mu;
  l_exp_sign : 0 < l_exp;
  diff : differentiable f full_grad;
  least : minimiser f x_star;
  h_es : ES law l_exp f g x_star;
  h_limit : gamma * l_exp * (8 + 6 * gamma * mu) <= 1 + 13 * gamma * mu;
  h_qsc : QSC mu f full_grad x_star
}.

(** ** Claim *)

Theorem claim_step_limit : hypotheses ->
  forall x : V,
  E law (fun w => (nsq (step x w - x_star))%R) <= (1 - gamma * mu) * nsq (x - x_star) + 2 * gamma ^ 2 * noise lambda + 4 * gamma / (3 * mu) * lambda ^ 2 * bias_sq.
Proof.
  intros [gamma_sign mu_sign l_exp_sign diff least h_es h_limit h_qsc] x.
  destruct (another_point x_star) as [other|only].
  2: { cbv delta [full_grad step noise bias_sq] beta; one_point only. }
  exact (theorem_1_sharp_step_limit_cert.claim_step_limit
    V
    sample
    law
    gamma
    lambda
    mu
    l_exp
    x_star
    x
    (f x - f x_star)
    (fun w => (g w x)%vec)
    (fun w => (g w x_star)%vec)
    (fun w => (c w)%vec)
    gamma_sign
    mu_sign
    l_exp_sign
    (gap_pos f x_star least x)
    (h_es x)
    h_limit
    (qsc_form law f g x_star mu h_qsc x)
    (quadratic_growth mu f full_grad x_star diff least h_qsc x)
    (stationary_form law f g x_star diff least)
    (rate_form law f g x_star diff least mu l_exp mu_sign h_qsc h_es other)).
Qed.
End Statement.

(** ** The hypotheses hold together *)

Require Import Line.

Theorem satisfiable : hypotheses line bool coin_flip half_square gradient (0 : line) (1 / 16) (1 / 2) 1.
Proof.
  constructor; cbv delta [theorem_1_sharp_step_limit.full_grad theorem_1_sharp_step_limit.step theorem_1_sharp_step_limit.noise theorem_1_sharp_step_limit.bias_sq] beta.
  - numbers.
  - numbers.
  - numbers.
  - exact line_diff.
  - exact line_least.
  - exact line_es.
  - numbers.
  - apply line_qsc; numbers.
Qed.
