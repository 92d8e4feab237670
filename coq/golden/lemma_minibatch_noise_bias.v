(** * lemma-minibatch-noise/bias: Noise of minibatches *)
Require Import Glue Batches.
Require lemma_minibatch_noise_bias_cert.
Set Default Proof Using "All".

Section Statement.
Variable V : gram.
Variable index : Type.
Variable samples : list index.
Variable size : nat.
Variable enough : (1 <= size <= length samples)%nat.
Variable c_n : index -> V.

(** ** Definitions *)

Definition sample : Type := list index.
Definition n_samples : R := INR (length samples).
Definition each : dist index := one_of samples size enough.
Definition law : dist sample := minibatches samples size enough.
Definition c (w : sample) : V := average w c_n.
Definition bias_sq : R := nsq (EV law (fun w => (c w)%vec)).

(** ** Claim *)

Theorem claim_bias : bias_sq = nsq (n_samples * EV each (fun n => (c_n n)%vec) / n_samples).
Proof.
  pose proof (number_of_samples samples size enough : 0 < n_samples) as n_samples_sign.
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
    (minibatch_average samples size enough (fun w => (c w)%vec) (fun n => (c_n n)%vec) (@batch_self index samples size V c_n))).
Qed.
End Statement.
