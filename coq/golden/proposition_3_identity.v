(** * proposition-3/identity: The distillation gradient of any model *)
Require Import Glue.
Require proposition_3_identity_cert.
Set Default Proof Using "All".

Section Statement.
Variable V : gram.
Variable W : gram.
Variable sample : Type.
Variable jacobian : V -> sample -> linear W V.
Variable jacobian_teacher : sample -> linear W V.
Variable weight : R.
Variable response : V -> sample -> W.
Variable response_teacher : sample -> W.
Variable label : sample -> W.

(** ** Claim *)

Theorem claim_identity : forall (x : V) (w : sample),
  (act (jacobian x w) (response x w - ((1 - weight) * label w + weight * response_teacher w)))%vec == (act (jacobian x w) (response x w - label w) - weight * act (jacobian_teacher w) (response_teacher w - label w) - weight * (act (jacobian x w) (response_teacher w - label w) - act (jacobian_teacher w) (response_teacher w - label w)))%vec.
Proof.
  intros x w.
  exact (at_point w _ _ (proposition_3_identity_cert.claim_identity
    V
    sample
    (point w)
    W
    (fun w => jacobian x w)
    (fun w => jacobian_teacher w)
    (fun w => label w)
    (fun w => response x w)
    (fun w => response_teacher w)
    weight)).
Qed.
End Statement.
