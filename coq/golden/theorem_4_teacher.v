(** * theorem-4/teacher: Unbiased distillation *)
Require Import Glue.
Require theorem_4_teacher_cert.
Set Default Proof Using "All".

Section Statement.
Variable V : gram.
Variable sample : Type.
Variable law : dist sample.
Variable f : V -> R.
Variable g : sample -> V -> V.
Variable c : sample -> V.
Variable x_star : V.
Variable l_exp : R.
Variable teacher : V.

(** ** Definitions *)

Definition full_grad (x : V) : V := EV law (fun w => g w x).
Definition noise_unbiased (l : R) : R := E law (fun w => (nsq (g w x_star - l * (c w - EV law (fun w => (c w)%vec))))%R).

(** ** Hypotheses *)

Record hypotheses : Prop := {
  l_exp_sign : 0 < l_exp;
  diff : differentiable f full_grad;
  least : minimiser f x_star;
  h_es : ES law l_exp f g x_star;
  h_teacher : forall w, (c w - EV law c)%vec == (g w teacher - full_grad teacher)%vec
}.

(** ** Claim *)

Theorem claim_teacher : hypotheses ->
  noise_unbiased 1 <= 2 * l_exp * (f teacher - f x_star).
Proof.
  intros [l_exp_sign diff least h_es h_teacher].
  exact (theorem_4_teacher_cert.claim_teacher
    V
    sample
    law
    l_exp
    x_star
    (f teacher - f x_star)
    (fun w => (g w x_star)%vec)
    (fun w => (g w teacher)%vec)
    (fun w => (c w)%vec)
    l_exp_sign
    (gap_pos f x_star least teacher)
    (@veq_rv sample law V _ _ h_teacher)
    (stationary_form law f g x_star diff least)
    (h_es teacher)).
Qed.
End Statement.

(** ** The hypotheses hold together *)

Require Import Line.

Theorem satisfiable : hypotheses line bool coin_flip half_square gradient control (0 : line) 1 (2 : line).
Proof.
  constructor; cbv delta [theorem_4_teacher.full_grad theorem_4_teacher.noise_unbiased] beta.
  - numbers.
  - exact line_diff.
  - exact line_least.
  - exact line_es.
  - exact line_has_teacher.
Qed.
