(** * theorem-5/a-sufficient: Partial, not total, variance reduction *)
Require Import Glue.
Require theorem_5_a_sufficient_cert theorem_5_a_one_step.
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

(** ** Hypotheses *)

Record hypotheses : Prop := {
  gamma_sign : 0 < gamma;
  mu_sign : 0 < mu;
  l_exp_sign : 0 < l_exp;
  diff : differentiable f full_grad;
  least : minimiser f x_star;
  h_es : ES law l_exp f g x_star;
  h_perfect : noise lambda = 0;
  h_qsc : QSC mu f full_grad x_star;
  h_step : gamma < 1 / l_exp
}.

(** ** Claim *)

Theorem claim_a_sufficient : hypotheses ->
  forall (t : nat) (x_0 : V),
  E (paths law t) (fun p => (nsq (run step x_0 p - x_star))%R) <= (1 - gamma * mu) ^ t * nsq (x_0 - x_star).
Proof.
  intros [gamma_sign mu_sign l_exp_sign diff least h_es h_perfect h_qsc h_step] t x_0.
  destruct (another_point x_star) as [other|only].
  2: { cbv delta [full_grad step noise] beta; one_point only. }
  assert (each_step : theorem_5_a_one_step.hypotheses V sample law f g c x_star gamma lambda mu l_exp).
  { constructor; [ exact gamma_sign | exact mu_sign | exact l_exp_sign | exact diff | exact least | exact h_es | exact h_perfect | exact h_qsc | exact h_step  ]. }
  exact (theorem_5_a_sufficient_cert.claim_a_sufficient
    V
    sample
    law
    gamma
    lambda
    mu
    l_exp
    t
    x_star
    x_0
    (fun w => (g w x_star)%vec)
    (fun w => (c w)%vec)
    step
    gamma_sign
    mu_sign
    l_exp_sign
    h_perfect
    h_step
    (rate_form law f g x_star diff least mu l_exp mu_sign h_qsc h_es other)
    (theorem_5_a_one_step.claim_a_one_step V sample law f g c x_star gamma lambda mu l_exp each_step)).
Qed.
End Statement.

(** ** The hypotheses hold together *)

Require Import Line.

Theorem satisfiable : hypotheses line bool coin_flip half_square gradient (fun w => gradient w (0 : line)) (0 : line) (1 / 16) 1 (1 / 2) 1.
Proof.
  constructor; cbv delta [theorem_5_a_sufficient.full_grad theorem_5_a_sufficient.step theorem_5_a_sufficient.noise] beta.
  - numbers.
  - numbers.
  - numbers.
  - exact line_diff.
  - exact line_least.
  - exact line_es.
  - numbers.
  - apply line_qsc; numbers.
  - numbers.
Qed.
