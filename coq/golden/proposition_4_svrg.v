(** * proposition-4/svrg: Distillation, SVRG and self-distillation *)
Require Import Glue.
Require proposition_4_svrg_cert.
Set Default Proof Using "All".

Section Statement.
Variable V : gram.
Variable sample : Type.
Variable law : dist sample.
Variable g : sample -> V -> V.
Variable c : sample -> V.
Variable teacher : V.

(** ** Definitions *)

Definition full_grad (x : V) : V := EV law (fun w => g w x).

(** ** Hypotheses *)

Record hypotheses : Prop := {
  h_teacher : forall w, (c w - EV law c)%vec == (g w teacher - full_grad teacher)%vec
}.

(** ** Claim *)

Theorem claim_svrg : hypotheses ->
  forall x : V,
  @veq (RV law V)
    (fun w => (g w x - g w teacher + full_grad teacher)%vec)
    (fun w => (g w x - c w + EV law (fun w => (c w)%vec))%vec).
Proof.
  intros [h_teacher] x.
  exact (proposition_4_svrg_cert.claim_svrg
    V
    sample
    law
    (fun w => (g w x)%vec)
    (fun w => (g w teacher)%vec)
    (fun w => (c w)%vec)
    (@veq_rv sample law V _ _ h_teacher)).
Qed.
End Statement.

(** ** The hypotheses hold together *)

Require Import Line.

Theorem satisfiable : hypotheses line bool coin_flip gradient control (2 : line).
Proof.
  constructor; cbv delta [proposition_4_svrg.full_grad] beta.
  - exact line_has_teacher.
Qed.
