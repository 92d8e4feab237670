(** * proposition-4/mean: Distillation, SVRG and self-distillation *)
Require Import Glue.
Require proposition_4_mean_cert.
Set Default Proof Using "All".

Section Statement.
Variable V : gram.
Variable sample : Type.
Variable law : dist sample.
Variable g : sample -> V -> V.
Variable c : sample -> V.
Variable lambda : R.
Variable teacher : V.

(** ** Definitions *)

Definition full_grad (x : V) : V := EV law (fun w => g w x).

(** ** Hypotheses *)

Record hypotheses : Prop := {
  h_teacher : forall w, c w == g w teacher
}.

(** ** Claim *)

Theorem claim_mean : hypotheses ->
  forall x : V,
  (EV law (fun w => (g w x - lambda * c w)%vec))%vec == (full_grad x - lambda * full_grad teacher)%vec.
Proof.
  intros [h_teacher] x.
  exact (proposition_4_mean_cert.claim_mean
    V
    sample
    law
    lambda
    (fun w => (g w x)%vec)
    (fun w => (g w teacher)%vec)
    (fun w => (c w)%vec)
    (@veq_rv sample law V _ _ h_teacher)).
Qed.
End Statement.

(** ** The hypotheses hold together *)

Require Import Line.

Theorem satisfiable : hypotheses line bool gradient control (2 : line).
Proof.
  constructor; cbv delta [proposition_4_mean.full_grad] beta.
  - exact line_teacher.
Qed.
