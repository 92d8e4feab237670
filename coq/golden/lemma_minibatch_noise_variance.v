(** * lemma-minibatch-noise/variance: Noise of minibatches *)
Require Import Glue.
Require lemma_minibatch_noise_variance_cert.
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
Definition teacher_var : R := E law (fun w => (nsq (c w - EV law (fun w => (c w)%vec)))%R).

(** ** Hypotheses *)

Record hypotheses : Prop := {
  n_samples_sign : 0 < n_samples;
  tau_sign : 0 < tau;
  diff : differentiable f full_grad;
  least : minimiser f x_star;
  premise_pairs_0 : tau * (n_samples - 1) * teacher_var = (n_samples - tau) * (n_samples * E each (fun n => (nsq (c_n n - EV law (fun w => (c w)%vec)))%R)) / n_samples
}.

(** ** Claim *)

Theorem claim_variance : hypotheses ->
  tau * (n_samples - 1) * teacher_var = (n_samples - tau) * (n_samples * E each (fun n => (nsq (c_n n - EV law (fun w => (c w)%vec)))%R)) / n_samples.
Proof.
  intros [n_samples_sign tau_sign diff least premise_pairs_0].
  exact (lemma_minibatch_noise_variance_cert.claim_variance
    V
    sample
    law
    index
    each
    n_samples
    tau
    (fun w => (c w)%vec)
    c_n
    n_samples_sign
    tau_sign
    premise_pairs_0).
Qed.
End Statement.

(** ** The hypotheses hold together *)

Require Import Line.

Theorem satisfiable : hypotheses line bool coin_flip half_square gradient control (0 : line) bool coin_flip control 2 1.
Proof.
  constructor; cbv delta [full_grad teacher_var] beta.
  - numbers.
  - numbers.
  - exact line_diff.
  - exact line_least.
  - samples_agree.
Qed.
