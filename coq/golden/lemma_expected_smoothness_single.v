(** * lemma-expected-smoothness/single: Expected smoothness of convex samples *)
Require Import Glue.
Require lemma_expected_smoothness_single_cert.
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
Variable n_samples : R.
Variable tau : R.
Variable l_max : R.

(** ** Definitions *)

Definition full_grad (x : V) : V := EV law (fun w => g w x).

(** ** Hypotheses *)

Record hypotheses : Prop := {
  n_samples_sign : 0 < n_samples;
  tau_sign : 0 < tau;
  l_max_sign : 0 < l_max;
  diff : differentiable f full_grad;
  least : minimiser f x_star;
  h_samples_convex : convex_smooth_samples l_max f g each f_n g_n law;
  h_single : tau = 1;
  premise_pairs_0 : forall x : V, E law (fun w => (nsq (g w x - g w x_star))%R) = n_samples * E each (fun n => (nsq (g_n n x - g_n n x_star))%R) / n_samples
}.

(** ** Claim *)

Theorem claim_single : hypotheses ->
  forall x : V,
  E law (fun w => (nsq (g w x - g w x_star))%R) <= 2 * l_max * (f x - f x_star).
Proof.
  intros [n_samples_sign tau_sign l_max_sign diff least h_samples_convex h_single premise_pairs_0] x.
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
    (cocoercive_form law f g x_star diff least each f_n g_n l_max n_samples l_max_sign n_samples_sign h_samples_convex x)
    (premise_pairs_0 x)).
Qed.
End Statement.

(** ** The hypotheses hold together *)

Require Import Line.

Theorem satisfiable : hypotheses line bool coin_flip half_square gradient (0 : line) bool coin_flip sample_loss gradient 2 1 1.
Proof.
  constructor; cbv delta [full_grad] beta.
  - numbers.
  - numbers.
  - numbers.
  - exact line_diff.
  - exact line_least.
  - exact line_samples.
  - numbers.
  - intro x; samples_agree.
Qed.
