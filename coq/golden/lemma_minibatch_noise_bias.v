(** * lemma-minibatch-noise/bias: Noise of minibatches *)
Require Import Glue.
Require lemma_minibatch_noise_bias_cert.
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

(** ** Definitions *)

Definition full_grad (x : V) : V := EV law (fun w => g w x).
Definition bias_sq : R := nsq (EV law (fun w => (c w)%vec)).

(** ** Hypotheses *)

Record hypotheses : Prop := {
  n_samples_sign : 0 < n_samples;
  diff : differentiable f full_grad;
  least : minimiser f x_star;
  premise_average_0 : (EV law (fun w => (c w)%vec))%vec == (n_samples * EV each (fun n => (c_n n)%vec) / n_samples)%vec
}.

(** ** Claim *)

Theorem claim_bias : hypotheses ->
  bias_sq = nsq (n_samples * EV each (fun n => (c_n n)%vec) / n_samples).
Proof.
  intros [n_samples_sign diff least premise_average_0].
  exact (lemma_minibatch_noise_bias_cert.claim_bias
    V
    sample
    law
    index
    each
    n_samples
    (fun w => (c w)%vec)
    c_n
    n_samples_sign
    premise_average_0).
Qed.
End Statement.

(** ** The hypotheses hold together *)

Require Import Line.

Theorem satisfiable : hypotheses line bool coin_flip half_square gradient control (0 : line) bool coin_flip control 2.
Proof.
  constructor; cbv delta [full_grad bias_sq] beta.
  - numbers.
  - exact line_diff.
  - exact line_least.
  - samples_agree.
Qed.
