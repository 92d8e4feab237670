(** * lemma-noise-quadratic/single-samples: The noise of distillation is a quadratic in the weight *)
Require Import Glue Batches.
Require lemma_noise_quadratic_single_samples_cert.
Set Default Proof Using "All".

Section Statement.
Variable V : gram.
Variable index : Type.
Variable samples : list index.
Variable size : nat.
Variable enough : (1 <= size <= length samples)%nat.
Variable g_n : index -> V -> V.
Variable c_n : index -> V.
Variable x_star : V.
Variable lambda : R.

(** ** Definitions *)

Definition sample : Type := list index.
Definition n_samples : R := INR (length samples).
Definition tau : R := INR size.
Definition each : dist index := one_of samples size enough.
Definition law : dist sample := minibatches samples size enough.
Definition g (w : sample) (x : V) : V := average w (fun n => g_n n x).
Definition c (w : sample) : V := average w c_n.
Definition noise (l : R) : R := E law (fun w => (nsq (g w x_star - l * c w))%R).

(** ** Hypotheses *)

Record hypotheses : Prop := {
  h_single : tau = 1
}.

(** ** Claim *)

Theorem claim_single_samples : hypotheses ->
  n_samples * noise lambda = n_samples * E each (fun n => (nsq (g_n n x_star - lambda * c_n n))%R).
Proof.
  intros [h_single].
  pose proof (number_of_samples samples size enough : 0 < n_samples) as n_samples_sign.
  pose proof (batch_positive samples size enough : 0 < tau) as tau_sign.
  exact (lemma_noise_quadratic_single_samples_cert.claim_single_samples
    V
    sample
    law
    index
    each
    lambda
    n_samples
    tau
    (fun w => (g w x_star)%vec)
    (fun w => (c w)%vec)
    (fun n => g_n n x_star)
    c_n
    n_samples_sign
    tau_sign
    h_single
    (minibatch_single samples size enough (fun w => (g w x_star - lambda * c w)%vec) (fun w => (g w x_star - lambda * c w)%vec)
      (fun n => (g_n n x_star - lambda * c_n n)%vec) (fun n => (g_n n x_star - lambda * c_n n)%vec)
      (@batch_sub index samples size V (fun w => (g w x_star)%vec) (fun w => (lambda * c w)%vec) (fun n => (g_n n x_star)%vec) (fun n => (lambda * c_n n)%vec) (@batch_self index samples size V (fun n => g_n n x_star)) (@batch_scal index samples size V lambda (fun w => (c w)%vec) (fun n => (c_n n)%vec) (@batch_self index samples size V c_n)))
      (@batch_sub index samples size V (fun w => (g w x_star)%vec) (fun w => (lambda * c w)%vec) (fun n => (g_n n x_star)%vec) (fun n => (lambda * c_n n)%vec) (@batch_self index samples size V (fun n => g_n n x_star)) (@batch_scal index samples size V lambda (fun w => (c w)%vec) (fun n => (c_n n)%vec) (@batch_self index samples size V c_n))) h_single)).
Qed.
End Statement.

(** ** The hypotheses hold together *)

Require Import Line.

Theorem satisfiable : hypotheses 1%nat.
Proof.
  constructor; cbv delta [lemma_noise_quadratic_single_samples.sample lemma_noise_quadratic_single_samples.n_samples lemma_noise_quadratic_single_samples.tau lemma_noise_quadratic_single_samples.each lemma_noise_quadratic_single_samples.law lemma_noise_quadratic_single_samples.g lemma_noise_quadratic_single_samples.c lemma_noise_quadratic_single_samples.noise] beta.
  - line_batches; numbers.
Qed.
