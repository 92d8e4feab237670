(** * lemma-expected-smoothness/single: Expected smoothness of convex samples *)
Require Import Glue Batches.
Require lemma_expected_smoothness_single_cert.
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

(** ** Hypotheses *)

Record hypotheses : Prop := {
  l_max_sign : 0 < l_max;
  diff : differentiable f full_grad;
  least : minimiser f x_star;
  h_samples_convex : convex_smooth_samples l_max f_n g_n;
  h_single : tau = 1
}.

(** ** Claim *)

Theorem claim_single : hypotheses ->
  forall x : V,
  E law (fun w => (nsq (g w x - g w x_star))%R) <= 2 * l_max * (f x - f x_star).
Proof.
  intros [l_max_sign diff least h_samples_convex h_single] x.
  pose proof (number_of_samples samples size enough : 0 < n_samples) as n_samples_sign.
  pose proof (batch_positive samples size enough : 0 < tau) as tau_sign.
  exact (lemma_expected_smoothness_single_cert.claim_single
    V
    sample
    law
    index
    each
    n_samples
    tau
    (f x - f x_star)
    (fun w => (g w x)%vec)
    (fun w => (g w x_star)%vec)
    l_max
    (fun n => g_n n x)
    (fun n => g_n n x_star)
    n_samples_sign
    tau_sign
    (gap_pos f x_star least x)
    l_max_sign
    h_single
    (cocoercive_form law f g each f_n g_n l_max n_samples l_max_sign n_samples_sign h_samples_convex (fun _ => eq_refl)
      (fun y => minibatch_mean samples size enough (fun w => g w y) (fun n => g_n n y) (@batch_self index samples size V (fun n => g_n n y))) x_star diff least x)
    (minibatch_single samples size enough (fun w => (g w x - g w x_star)%vec) (fun w => (g w x - g w x_star)%vec)
      (fun n => (g_n n x - g_n n x_star)%vec) (fun n => (g_n n x - g_n n x_star)%vec)
      (@batch_sub index samples size V (fun w => (g w x)%vec) (fun w => (g w x_star)%vec) (fun n => (g_n n x)%vec) (fun n => (g_n n x_star)%vec) (@batch_self index samples size V (fun n => g_n n x)) (@batch_self index samples size V (fun n => g_n n x_star)))
      (@batch_sub index samples size V (fun w => (g w x)%vec) (fun w => (g w x_star)%vec) (fun n => (g_n n x)%vec) (fun n => (g_n n x_star)%vec) (@batch_self index samples size V (fun n => g_n n x)) (@batch_self index samples size V (fun n => g_n n x_star))) h_single)).
Qed.
End Statement.

(** ** The hypotheses hold together *)

Require Import Line.

Theorem satisfiable : hypotheses line bool both_samples 1%nat one_of_two sample_loss gradient (0 : line) 1.
Proof.
  constructor; cbv delta [lemma_expected_smoothness_single.sample lemma_expected_smoothness_single.n_samples lemma_expected_smoothness_single.tau lemma_expected_smoothness_single.each lemma_expected_smoothness_single.law lemma_expected_smoothness_single.f lemma_expected_smoothness_single.g lemma_expected_smoothness_single.full_grad] beta.
  - line_batches; numbers.
  - line_batches; exact line_diff.
  - line_batches; exact line_least.
  - line_batches; exact line_samples.
  - line_batches; numbers.
Qed.
