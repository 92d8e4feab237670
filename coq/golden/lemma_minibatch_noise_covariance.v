(** * lemma-minibatch-noise/covariance: Noise of minibatches *)
Require Import Glue Batches.
Require lemma_minibatch_noise_covariance_cert.
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
Variable x_star : V.

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
Definition cov : R := E law (fun w => (dot (g w x_star) (c w))%R).

(** ** Hypotheses *)

Record hypotheses : Prop := {
  diff : differentiable f full_grad;
  least : minimiser f x_star
}.

(** ** Claim *)

Theorem claim_covariance : hypotheses ->
  tau * (n_samples - 1) * cov = (n_samples - tau) * (n_samples * E each (fun n => (dot (g_n n x_star) (c_n n))%R)) / n_samples.
Proof.
  intros [diff least].
  pose proof (number_of_samples samples size enough : 0 < n_samples) as n_samples_sign.
  pose proof (batch_positive samples size enough : 0 < tau) as tau_sign.
  exact (lemma_minibatch_noise_covariance_cert.claim_covariance
    V
    sample
    law
    index
    each
    n_samples
    tau
    x_star
    (fun w => (g w x_star)%vec)
    (fun w => (c w)%vec)
    (fun n => g_n n x_star)
    c_n
    n_samples_sign
    tau_sign
    (stationary_form law f g x_star diff least)
    (minibatch_pairs samples size enough (fun w => (g w x_star)%vec) (fun w => (c w)%vec)
      (fun n => (g_n n x_star)%vec) (fun n => (c_n n)%vec)
      (@batch_self index samples size V (fun n => g_n n x_star))
      (@batch_self index samples size V c_n))).
Qed.
End Statement.

(** ** The hypotheses hold together *)

Require Import Line.

Theorem satisfiable : hypotheses line bool both_samples 1%nat one_of_two sample_loss gradient (0 : line).
Proof.
  constructor; cbv delta [lemma_minibatch_noise_covariance.sample lemma_minibatch_noise_covariance.n_samples lemma_minibatch_noise_covariance.tau lemma_minibatch_noise_covariance.each lemma_minibatch_noise_covariance.law lemma_minibatch_noise_covariance.f lemma_minibatch_noise_covariance.g lemma_minibatch_noise_covariance.c lemma_minibatch_noise_covariance.full_grad lemma_minibatch_noise_covariance.cov] beta.
  - line_batches; exact line_diff.
  - line_batches; exact line_least.
Qed.
