(** * proposition-3/gap-bound: The distillation gradient of any model *)
Require Import Glue.
Require proposition_3_gap_bound_cert.
Set Default Proof Using "All".

Section Statement.
Variable V : gram.
Variable W : gram.
Variable sample : Type.
Variable jacobian : V -> sample -> linear W V.
Variable jacobian_teacher : sample -> linear W V.
Variable weight : R.
Variable norm_bound : V -> R.
Variable response : V -> sample -> W.
Variable response_teacher : sample -> W.
Variable label : sample -> W.

(** ** Hypotheses *)

Record hypotheses (x : V) : Prop := {
  norm_bound_sign : forall x : V, 0 <= norm_bound x;
  h_operator_norm : forall w : sample, nsq (act (jacobian x w) (response_teacher w - label w) - act (jacobian_teacher w) (response_teacher w - label w)) <= (norm_bound x) ^ 2 * nsq (response_teacher w - label w)
}.

(** ** Claim *)

Theorem claim_gap_bound : forall x : V, hypotheses x ->
  forall w : sample,
  nsq (act (jacobian x w) (response x w - ((1 - weight) * label w + weight * response_teacher w)) - (act (jacobian x w) (response x w - label w) - weight * act (jacobian_teacher w) (response_teacher w - label w))) <= weight ^ 2 * (norm_bound x) ^ 2 * nsq (response_teacher w - label w).
Proof.
  intros x [norm_bound_sign h_operator_norm] w.
  exact (proposition_3_gap_bound_cert.claim_gap_bound
    V
    sample
    (point w)
    W
    (fun w => jacobian x w)
    (fun w => jacobian_teacher w)
    (fun w => label w)
    (norm_bound x)
    (fun w => response x w)
    (fun w => response_teacher w)
    weight
    (norm_bound_sign x)
    h_operator_norm w).
Qed.
End Statement.

(** ** The hypotheses hold together *)

Require Import Line.

Theorem satisfiable : hypotheses line line bool (fun (x : line) w => (scaling (2)%R)) (fun w => (scaling (1)%R)) (fun x : line => (1)%R) (fun w => (gradient w (2 : line))%vec) (fun w => (gradient w (0 : line))%vec) (3 : line).
Proof.
  constructor; cbv beta.
  - for_every_x.
  - for_every_sample.
Qed.
