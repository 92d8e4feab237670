(** * lemma-noise-quadratic/bias-floor: The noise of distillation is a quadratic in the weight *)
Require Import Glue.
Require lemma_noise_quadratic_bias_floor_cert.
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
Definition bias_sq : R := nsq (EV law (fun w => (c w)%vec)).
Definition noise (l : R) : R := E law (fun w => (nsq (g w x_star - l * c w))%R).

(** ** Hypotheses *)

Record hypotheses : Prop := {
  diff : differentiable f full_grad;
  least : minimiser f x_star
}.

(** ** Claim *)

Theorem claim_bias_floor : hypotheses ->
  lambda ^ 2 * bias_sq <= noise lambda.
Proof.
  intros [diff least].
  exact (lemma_noise_quadratic_bias_floor_cert.claim_bias_floor
    V
    sample
    law
    lambda
    x_star
    (fun w => (g w x_star)%vec)
    (fun w => (c w)%vec)
    (stationary_form law f g x_star diff least)).
Qed.
End Statement.

(** ** The hypotheses hold together *)

Require Import Line.

Theorem satisfiable : hypotheses line bool coin_flip half_square gradient (0 : line).
Proof.
  constructor; cbv delta [lemma_noise_quadratic_bias_floor.full_grad lemma_noise_quadratic_bias_floor.bias_sq lemma_noise_quadratic_bias_floor.noise] beta.
  - exact line_diff.
  - exact line_least.
Qed.
