(** * proposition-1/any-link: The distillation gradient of a linear model *)
Require Import Glue.
Require proposition_1_any_link_cert.
Set Default Proof Using "All".

Section Statement.
Variable V : gram.
Variable W : gram.
Variable sample : Type.
Variable feature : sample -> linear W V.
Variable weight : R.
Variable response : V -> sample -> W.
Variable response_teacher : sample -> W.
Variable label : sample -> W.

(** ** Claim *)

Theorem claim_any_link : forall (x : V) (w : sample),
  (act (feature w) (response x w - ((1 - weight) * label w + weight * response_teacher w)))%vec == (act (feature w) (response x w - label w) - weight * act (feature w) (response_teacher w - label w))%vec.
Proof.
  intros x w.
  exact (at_point w _ _ (proposition_1_any_link_cert.claim_any_link
    V
    sample
    (point w)
    W
    (fun w => feature w)
    (fun w => label w)
    (fun w => response x w)
    (fun w => response_teacher w)
    weight)).
Qed.
End Statement.
