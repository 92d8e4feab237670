(** * lemma-expected-smoothness/batch: Expected smoothness of convex samples *)
Require Import Glue Batches.
Require lemma_expected_smoothness_batch_cert.
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
Variable l_smooth : R.
Variable l_max : R.

(** ** Definitions *)

Definition sample : Type := list index.
Definition n_samples : R := INR (length samples).
Definition tau : R := INR size.
Definition each : dist index := one_of samples size enough.
Definition law : dist sample := minibatches samples size enough.
Definition f (x : V) : R := E each (fun n => f_n n x).
Definition g (w : sample) (x : V) : V := average w (fun n => g_n n x).
Definition full_grad (x : V) : V := EV law (fun w => g w x).
Definition batch_constant : R := (n_samples * (tau - 1) * l_smooth + (n_samples - tau) * l_max) / (tau * (n_samples - 1)).

(** ** Hypotheses *)

Record hypotheses : Prop := {
  l_smooth_sign : 0 < l_smooth;
  l_max_sign : 0 < l_max;
  diff : differentiable f full_grad;
  least : minimiser f x_star;
  h_samples_convex : convex_smooth_samples l_max f_n g_n;
  h_several : 2 <= n_samples;
  h_smooth : smooth l_smooth full_grad
}.

(** ** Claim *)

Theorem claim_batch : hypotheses ->
  forall x : V,
  E law (fun w => (nsq (g w x - g w x_star))%R) <= 2 * batch_constant * (f x - f x_star).
Proof.
  intros [l_smooth_sign l_max_sign diff least h_samples_convex h_several h_smooth] x.
  pose proof (number_of_samples samples size enough : 0 < n_samples) as n_samples_sign.
  pose proof (batch_positive samples size enough : 0 < tau) as tau_sign.
  exact (lemma_expected_smoothness_batch_cert.claim_batch
    V
    sample
    law
    index
    each
    l_smooth
    n_samples
    tau
    (f x - f x_star)
    (fun w => (g w x)%vec)
    (fun w => (g w x_star)%vec)
    l_max
    (fun n => g_n n x)
    (fun n => g_n n x_star)
    l_smooth_sign
    n_samples_sign
    tau_sign
    (gap_pos f x_star least x)
    l_max_sign
    h_several
    (batch_size samples size enough)
    (batch_at_least_one samples size enough)
    (cocoercive_form law f g each f_n g_n l_max n_samples l_max_sign n_samples_sign h_samples_convex (fun _ => eq_refl)
      (fun y => minibatch_mean samples size enough (fun w => g w y) (fun n => g_n n y) (@batch_self index samples size V (fun n => g_n n y))) x_star diff least x)
    (gradient_bound_form law f g x_star diff least l_smooth l_smooth_sign h_smooth x)
    (minibatch_pairs samples size enough (fun w => (g w x - g w x_star)%vec) (fun w => (g w x - g w x_star)%vec)
      (fun n => (g_n n x - g_n n x_star)%vec) (fun n => (g_n n x - g_n n x_star)%vec)
      (@batch_sub index samples size V (fun w => (g w x)%vec) (fun w => (g w x_star)%vec) (fun n => (g_n n x)%vec) (fun n => (g_n n x_star)%vec) (@batch_self index samples size V (fun n => g_n n x)) (@batch_self index samples size V (fun n => g_n n x_star)))
      (@batch_sub index samples size V (fun w => (g w x)%vec) (fun w => (g w x_star)%vec) (fun n => (g_n n x)%vec) (fun n => (g_n n x_star)%vec) (@batch_self index samples size V (fun n => g_n n x)) (@batch_self index samples size V (fun n => g_n n x_star))))).
Qed.
End Statement.

(** ** The hypotheses hold together *)

Require Import Line.

Theorem satisfiable : hypotheses line bool both_samples 1%nat one_of_two sample_loss gradient (0 : line) 1 1.
Proof.
  constructor; cbv delta [lemma_expected_smoothness_batch.sample lemma_expected_smoothness_batch.n_samples lemma_expected_smoothness_batch.tau lemma_expected_smoothness_batch.each lemma_expected_smoothness_batch.law lemma_expected_smoothness_batch.f lemma_expected_smoothness_batch.g lemma_expected_smoothness_batch.full_grad lemma_expected_smoothness_batch.batch_constant] beta.
  - line_batches; numbers.
  - line_batches; numbers.
  - line_batches; exact line_diff.
  - line_batches; exact line_least.
  - line_batches; exact line_samples.
  - line_batches; numbers.
  - line_batches; exact line_smooth.
Qed.
