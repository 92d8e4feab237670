(** * lemma-minibatch-noise/sigma: Noise of minibatches *)
Require Import Glue Batches.
Require lemma_minibatch_noise_sigma_cert.
Set Default Proof Using "All".

Section Statement.
Variable V : gram.
Variable index : Type.
Variable samples : list index.
Variable size : nat.
Variable enough : (1 <= size <= length samples)%nat.
Variable f_n : index -> V -> R.
Variable g_n : index -> V -> V.
Variable x_star : V.

(** ** Definitions *)

Definition sample : Type := list index.
Definition n_samples : R := INR (length samples).
Definition tau : R := INR size.
Definition each : dist index := one_of samples size enough.
Definition law : dist sample := minibatches samples size enough.
Definition f (x : V) : R := E each (fun n => f_n n x).
Definition g (w : sample) (x : V) : V := average w (fun n => g_n n x).
Definition full_grad (x : V) : V := EV law (fun w => g w x).
Definition sigma_star_sq : R := E law (fun w => (nsq (g w x_star))%R).

(** ** Hypotheses *)

Record hypotheses : Prop := {
  diff : differentiable f full_grad;
  least : minimiser f x_star
}.

(** ** Claim *)

Theorem claim_sigma : hypotheses ->
  tau * (n_samples - 1) * sigma_star_sq = (n_samples - tau) * (n_samples * E each (fun n => (nsq (g_n n x_star))%R)) / n_samples.
Proof.
  intros [diff least].
  pose proof (number_of_samples samples size enough : 0 < n_samples) as n_samples_sign.
  pose proof (batch_positive samples size enough : 0 < tau) as tau_sign.
  exact (lemma_minibatch_noise_sigma_cert.claim_sigma
    V
    sample
    law
    index
    each
    n_samples
    tau
    x_star
    (fun w => (g w x_star)%vec)
    (fun n => g_n n x_star)
    n_samples_sign
    tau_sign
    (stationary_form law f g x_star diff least)
    (minibatch_pairs samples size enough (fun w => (g w x_star)%vec) (fun w => (g w x_star)%vec)
      (fun n => (g_n n x_star)%vec) (fun n => (g_n n x_star)%vec)
      (@batch_self index samples size V (fun n => g_n n x_star))
      (@batch_self index samples size V (fun n => g_n n x_star)))).
Qed.
End Statement.

(** ** The hypotheses hold together *)

Require Import Line.

Theorem satisfiable : hypotheses line bool both_samples 1%nat one_of_two sample_loss gradient (0 : line).
Proof.
  constructor; cbv delta [lemma_minibatch_noise_sigma.sample lemma_minibatch_noise_sigma.n_samples lemma_minibatch_noise_sigma.tau lemma_minibatch_noise_sigma.each lemma_minibatch_noise_sigma.law lemma_minibatch_noise_sigma.f lemma_minibatch_noise_sigma.g lemma_minibatch_noise_sigma.full_grad lemma_minibatch_noise_sigma.sigma_star_sq] beta.
  - line_batches; exact line_diff.
  - line_batches; exact line_least.
Qed.
