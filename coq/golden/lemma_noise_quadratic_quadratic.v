(** * lemma-noise-quadratic/quadratic: The noise of distillation is a quadratic in the weight *)
Require Import Glue.
Require lemma_noise_quadratic_quadratic_cert.
Set Default Proof Using "All".

Section Statement.
Variable V : gram.
Variable sample : Type.
Variable law : dist sample.
Variable g : sample -> V -> V.
Variable c : sample -> V.
Variable x_star : V.
Variable lambda : R.

(** ** Definitions *)

Definition noise (l : R) : R := E law (fun w => (nsq (g w x_star - l * c w))%R).
Definition sigma_star_sq : R := E law (fun w => (nsq (g w x_star))%R).
Definition cov : R := E law (fun w => (dot (g w x_star) (c w))%R).
Definition teacher_var : R := E law (fun w => (nsq (c w - EV law (fun w => (c w)%vec)))%R).
Definition bias_sq : R := nsq (EV law (fun w => (c w)%vec)).

(** ** Claim *)

Theorem claim_quadratic : noise lambda = sigma_star_sq - 2 * lambda * cov + lambda ^ 2 * (teacher_var + bias_sq).
Proof.
  exact (lemma_noise_quadratic_quadratic_cert.claim_quadratic
    V
    sample
    law
    lambda
    (fun w => (g w x_star)%vec)
    (fun w => (c w)%vec)).
Qed.
End Statement.
