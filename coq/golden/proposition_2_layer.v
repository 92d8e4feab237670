(** * proposition-2/layer: The distillation gradient of a deep linear model *)
Require Import Glue.
Require proposition_2_layer_cert.
Set Default Proof Using "All".

Section Statement.
Variable V : gram.
Variable W : gram.
Variable sample : Type.
Variable pull : V -> linear W V.
Variable weight : R.
Variable end_to_end : V -> sample -> W.
Variable end_to_end_teacher : sample -> W.
Variable end_to_end_mixed : V -> sample -> W.

(** ** Hypotheses *)

Record hypotheses (x : V) : Prop := {
  h_linear_model : forall w : sample, (end_to_end_mixed x w)%vec == (end_to_end x w - weight * end_to_end_teacher w)%vec
}.

(** ** Claim *)

Theorem claim_layer : forall x : V, hypotheses x ->
  forall w : sample,
  (act (pull x) (end_to_end_mixed x w))%vec == (act (pull x) (end_to_end x w) - weight * act (pull x) (end_to_end_teacher w))%vec.
Proof.
  intros x [h_linear_model] w.
  exact (at_point w _ _ (proposition_2_layer_cert.claim_layer
    V
    sample
    (point w)
    W
    (fun w => end_to_end x w)
    (fun w => end_to_end_mixed x w)
    (fun w => end_to_end_teacher w)
    (pull x)
    weight
    (@veq_rv sample (point w) _ _ _ h_linear_model))).
Qed.
End Statement.

(** ** The hypotheses hold together *)

Require Import Line.

Theorem satisfiable : hypotheses line line bool ((1 / 2))%R (fun (x : line) w => (gradient w x)%vec) (fun w => (gradient w (2 : line))%vec) (fun (x : line) w => ((fun (x : line) w => (gradient w x)%vec) x w - ((1 / 2))%R * (fun w => (gradient w (2 : line))%vec) w)%vec) (3 : line).
Proof.
  constructor; cbv beta.
  - for_every_sample.
Qed.
