(** * lemma-minibatch-noise/sigma: Noise of minibatches *)
Require Import Glue.
Require lemma_minibatch_noise_sigma_cert.
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

(** ** Definitions *)

Definition full_grad (x : V) : V := EV law (fun w => g w x).
Definition sigma_star_sq : R := E law (fun w => (nsq (g w x_star))%R).

(** ** Hypotheses *)

Record hypotheses : Prop := {
  n_samples_sign : 0 < n_samples;
  tau_sign : 0 < tau;
  diff : differentiable f full_grad;
  least : minimiser f x_star;
  premise_pairs_0 : tau * (n_samples - 1) * sigma_star_sq = (n_samples - 1) * (n_samples * E each (fun n => (nsq (g_n n x_star))%R)) / n_samples + (tau - 1) * (n_samples * nsq (full_grad x_star) - n_samples * E each (fun n => (nsq (g_n n x_star))%R) / n_samples)
}.

(** ** Claim *)

Theorem claim_sigma : hypotheses ->
  tau * (n_samples - 1) * sigma_star_sq = (n_samples - tau) * (n_samples * E each (fun n => (nsq (g_n n x_star))%R)) / n_samples.
Proof.
  intros [n_samples_sign tau_sign diff least premise_pairs_0].
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
    premise_pairs_0).
Qed.
End Statement.

(** ** The hypotheses hold together *)

Require Import Line.

Theorem satisfiable : hypotheses line bool coin_flip half_square gradient (0 : line) bool coin_flip gradient 2 1.
Proof.
  constructor; cbv delta [full_grad sigma_star_sq] beta.
  - numbers.
  - numbers.
  - exact line_diff.
  - exact line_least.
  - samples_agree.
Qed.
