(** * lemma-minibatch-noise/variance: Noise of minibatches *)
Require Import Glue Batches.
Require lemma_minibatch_noise_variance_cert.
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
Definition tau : R := INR size.
Definition each : dist index := one_of samples size enough.
Definition law : dist sample := minibatches samples size enough.
Definition c (w : sample) : V := average w c_n.
Definition teacher_var : R := E law (fun w => (nsq (c w - EV law (fun w => (c w)%vec)))%R).

(** ** Claim *)

Theorem claim_variance : tau * (n_samples - 1) * teacher_var = (n_samples - tau) * (n_samples * E each (fun n => (nsq (c_n n - EV law (fun w => (c w)%vec)))%R)) / n_samples.
Proof.
  pose proof (number_of_samples samples size enough : 0 < n_samples) as n_samples_sign.
  pose proof (batch_positive samples size enough : 0 < tau) as tau_sign.
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
    (minibatch_pairs samples size enough (fun w => (c w - EV law (fun w => (c w)%vec))%vec) (fun w => (c w - EV law (fun w => (c w)%vec))%vec)
      (fun n => (c_n n - EV law (fun w => (c w)%vec))%vec) (fun n => (c_n n - EV law (fun w => (c w)%vec))%vec)
      (@batch_sub index samples size V (fun w => (c w)%vec) (fun w => (EV law (fun w => (c w)%vec))%vec) (fun n => (c_n n)%vec) (fun n => (EV law (fun w => (c w)%vec))%vec) (@batch_self index samples size V c_n) (@batch_const index samples size enough V (EV law (fun w => (c w)%vec))%vec))
      (@batch_sub index samples size V (fun w => (c w)%vec) (fun w => (EV law (fun w => (c w)%vec))%vec) (fun n => (c_n n)%vec) (fun n => (EV law (fun w => (c w)%vec))%vec) (@batch_self index samples size V c_n) (@batch_const index samples size enough V (EV law (fun w => (c w)%vec))%vec)))).
Qed.
End Statement.
