(** * lemma-expected-smoothness/batch: Expected smoothness of convex samples *)
Require Import Glue.
Require lemma_expected_smoothness_batch_cert.
Set Default Proof Using "All".

Section Statement.
Variable V : gram.
Variable sample : Type.
Variable law : dist sample.
Variable f : V -> R.
Variable g : sample -> V -> V.
Variable c : sample -> V.
Variable x_star : V.
Variable index : Type.
Variable each : dist index.
Variable f_n : index -> V -> R.
Variable g_n : index -> V -> V.
Variable c_n : index -> V.
Variable l_smooth : R.
Variable n_samples : R.
Variable tau : R.
Variable l_max : R.

(** ** Definitions *)

Definition full_grad (x : V) : V := EV law (fun w => g w x).
Definition batch_constant : R := (n_samples * (tau - 1) * l_smooth + (n_samples - tau) * l_max) / (tau * (n_samples - 1)).

(** ** Hypotheses *)

Record hypotheses : Prop := {
  l_smooth_sign : 0 < l_smooth;
  n_samples_sign : 0 < n_samples;
  tau_sign : 0 < tau;
  l_max_sign : 0 < l_max;
  diff : differentiable f full_grad;
  least : minimiser f x_star;
  h_samples_convex : convex_smooth_samples l_max f g each f_n g_n law;
  h_several : 2 <= n_samples;
  h_smooth : smooth l_smooth full_grad;
  premise_batch_size_0 : tau <= n_samples;
  premise_batch_at_least_one_1 : 1 <= tau;
  premise_pairs_2 : forall x : V, tau * (n_samples - 1) * E law (fun w => (nsq (g w x - g w x_star))%R) = (n_samples - 1) * (n_samples * E each (fun n => (nsq (g_n n x - g_n n x_star))%R)) / n_samples + (tau - 1) * (n_samples * nsq (EV law (fun w => (g w x - g w x_star)%vec)) - n_samples * E each (fun n => (nsq (g_n n x - g_n n x_star))%R) / n_samples)
}.

(** ** Claim *)

Theorem claim_batch : hypotheses ->
  forall x : V,
  E law (fun w => (nsq (g w x - g w x_star))%R) <= 2 * batch_constant * (f x - f x_star).
Proof.
  intros [l_smooth_sign n_samples_sign tau_sign l_max_sign diff least h_samples_convex h_several h_smooth premise_batch_size_0 premise_batch_at_least_one_1 premise_pairs_2] x.
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
    premise_batch_size_0
    premise_batch_at_least_one_1
    (cocoercive_form law f g x_star diff least each f_n g_n l_max n_samples l_max_sign n_samples_sign h_samples_convex x)
    (gradient_bound_form law f g x_star diff least l_smooth l_smooth_sign h_smooth x)
    (premise_pairs_2 x)).
Qed.
End Statement.

(** ** The hypotheses hold together *)

Require Import Line.

Theorem satisfiable : hypotheses line bool coin_flip half_square gradient (0 : line) bool coin_flip sample_loss gradient 1 2 1 1.
Proof.
  constructor; cbv delta [full_grad batch_constant] beta.
  - numbers.
  - numbers.
  - numbers.
  - numbers.
  - exact line_diff.
  - exact line_least.
  - exact line_samples.
  - numbers.
  - exact line_smooth.
  - samples_agree.
  - samples_agree.
  - intro x; samples_agree.
Qed.
