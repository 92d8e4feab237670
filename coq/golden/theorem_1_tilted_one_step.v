(** * theorem-1-tilted/one-step: Distillation as SGD on a tilted objective *)
Require Import Glue Batches.
Require theorem_1_tilted_one_step_cert.
Set Default Proof Using "All".

Section Statement.
Variable V : gram.
Variable index : Type.
Variable samples : list index.
Variable size : nat.
Variable enough : (1 <= size <= length samples)%nat.
Variable f_n : index -> V -> R.
Variable g_n : index -> V -> V.
Variable c_n : index -> V.
Variable gamma : R.
Variable lambda : R.
Variable mu : R.
Variable l_max : R.
Variable x_lambda : V.

(** ** Definitions *)

Definition sample : Type := list index.
Definition n_samples : R := INR (length samples).
Definition tau : R := INR size.
Definition each : dist index := one_of samples size enough.
Definition law : dist sample := minibatches samples size enough.
Definition f (x : V) : R := E each (fun n => f_n n x).
Definition g (w : sample) (x : V) : V := average w (fun n => g_n n x).
Definition c (w : sample) : V := average w c_n.
Definition full_grad (x : V) : V := EV law (fun w => g w x).
Definition step (x : V) (w : sample) : V := (x - gamma * (g w x - lambda * c w))%vec.

(** ** Hypotheses *)

Record hypotheses : Prop := {
  gamma_sign : 0 < gamma;
  mu_sign : 0 < mu;
  l_max_sign : 0 < l_max;
  h_samples_convex : convex_smooth_samples l_max f_n g_n;
  h_sc : SC mu f full_grad;
  h_single : tau = 1;
  h_step : gamma <= 1 / (2 * l_max);
  tilted : (full_grad x_lambda)%vec == (lambda * EV law c)%vec
}.

(** ** Claim *)

Theorem claim_one_step : hypotheses ->
  forall x : V,
  E law (fun w => (nsq (step x w - x_lambda))%R) <= (1 - gamma * mu) * nsq (x - x_lambda) + 2 * gamma ^ 2 * E law (fun w => (nsq (g w x_lambda - lambda * c w))%R).
Proof.
  intros [gamma_sign mu_sign l_max_sign h_samples_convex h_sc h_single h_step tilted] x.
  pose proof (number_of_samples samples size enough : 0 < n_samples) as n_samples_sign.
  pose proof (batch_positive samples size enough : 0 < tau) as tau_sign.
  exact (theorem_1_tilted_one_step_cert.claim_one_step
    V
    sample
    law
    index
    each
    gamma
    lambda
    mu
    n_samples
    tau
    x
    (fun w => (g w x)%vec)
    (fun w => (c w)%vec)
    l_max
    x_lambda
    (fun w => (g w x_lambda)%vec)
    (f x - f x_lambda - dot (full_grad x_lambda) (x - x_lambda))
    (fun n => g_n n x)
    (fun n => g_n n x_lambda)
    gamma_sign
    mu_sign
    n_samples_sign
    tau_sign
    l_max_sign
    (sc_gap law f g mu h_sc x x_lambda)
    (sc_tilted law f g mu h_sc x x_lambda)
    h_single
    h_step
    tilted
    (cocoercive_tilted law f g each f_n g_n l_max n_samples l_max_sign n_samples_sign h_samples_convex (fun _ => eq_refl)
      (fun y => minibatch_mean samples size enough (fun w => g w y) (fun n => g_n n y) (@batch_self index samples size V (fun n => g_n n y)))  x x_lambda)
    (minibatch_single samples size enough (fun w => (g w x - g w x_lambda)%vec) (fun w => (g w x - g w x_lambda)%vec)
      (fun n => (g_n n x - g_n n x_lambda)%vec) (fun n => (g_n n x - g_n n x_lambda)%vec)
      (@batch_sub index samples size V (fun w => (g w x)%vec) (fun w => (g w x_lambda)%vec) (fun n => (g_n n x)%vec) (fun n => (g_n n x_lambda)%vec) (@batch_self index samples size V (fun n => g_n n x)) (@batch_self index samples size V (fun n => g_n n x_lambda)))
      (@batch_sub index samples size V (fun w => (g w x)%vec) (fun w => (g w x_lambda)%vec) (fun n => (g_n n x)%vec) (fun n => (g_n n x_lambda)%vec) (@batch_self index samples size V (fun n => g_n n x)) (@batch_self index samples size V (fun n => g_n n x_lambda))) h_single)).
Qed.
End Statement.

(** ** The hypotheses hold together *)

Require Import Line.

Theorem satisfiable : hypotheses line bool both_samples 1%nat one_of_two sample_loss gradient control (1 / 16) (1 / 2) (1 / 2) 1 (1 : line).
Proof.
  constructor; cbv delta [theorem_1_tilted_one_step.sample theorem_1_tilted_one_step.n_samples theorem_1_tilted_one_step.tau theorem_1_tilted_one_step.each theorem_1_tilted_one_step.law theorem_1_tilted_one_step.f theorem_1_tilted_one_step.g theorem_1_tilted_one_step.c theorem_1_tilted_one_step.full_grad theorem_1_tilted_one_step.step] beta.
  - line_batches; numbers.
  - line_batches; numbers.
  - line_batches; numbers.
  - line_batches; exact line_samples.
  - line_batches; apply line_sc; numbers.
  - line_batches; numbers.
  - line_batches; numbers.
  - line_batches; exact line_tilted.
Qed.
