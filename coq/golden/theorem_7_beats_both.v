(** * theorem-7/beats-both: Exact distillation for least squares: inverse-variance averaging *)
Require Import Glue.
Require theorem_7_beats_both_cert.
Set Default Proof Using "All".

Section Statement.
Variable V : gram.
Variable sample : Type.
Variable law : dist sample.
Variable f : V -> R.
Variable g : sample -> V -> V.
Variable c : sample -> V.
Variable x_star : V.
Variable stationary : R -> R -> dist V.
Variable gamma : R.
Variable mu : R.
Variable l_exp : R.
Variable teacher : V.

(** ** Definitions *)

Definition full_grad (x : V) : V := EV law (fun w => g w x).
Definition step_of (gamma lambda : R) (x : V) (w : sample) : V := (x - gamma * (g w x - lambda * c w))%vec.
Definition stationary_error (a b : R) : R := E (stationary a b) (fun y => nsq (y - x_star)).
Definition sgd_error : R := stationary_error gamma 0.
Definition teacher_error : R := nsq (teacher - x_star).
Definition residual : R := sgd_error * teacher_error / (sgd_error + teacher_error).

(** ** Hypotheses *)

Record hypotheses : Prop := {
  gamma_sign : 0 < gamma;
  stationary_0 : stationary_law law (step_of gamma 0) (stationary gamma 0) (fun y => y);
  h_es : ES law l_exp f g x_star;
  h_qsc : QSC mu f full_grad x_star;
  h_something_to_gain : 0 < sgd_error + teacher_error;
  h_step : gamma < 2 / l_exp;
  h_teacher : forall w, c w == g w teacher
}.

(** ** Claim *)

Theorem claim_beats_both : hypotheses ->
  residual <= Rmin sgd_error teacher_error.
Proof.
  intros [gamma_sign stationary_0 h_es h_qsc h_something_to_gain h_step h_teacher].
  exact (theorem_7_beats_both_cert.claim_beats_both
    V
    sample
    law
    gamma
    x_star
    teacher
    stationary_error
    gamma_sign
    (fun a b => E_pos (stationary a b) _ (fun y => nsq_pos (y - x_star)%vec))
    h_something_to_gain).
Qed.
End Statement.

(** ** The hypotheses hold together *)

Require Import Line.

Theorem satisfiable : hypotheses line bool coin_flip half_square gradient control (0 : line) (fun _ _ => two_points) 1 (1 / 2) 1 (2 : line).
Proof.
  constructor; cbv delta [theorem_7_beats_both.full_grad theorem_7_beats_both.step_of theorem_7_beats_both.stationary_error theorem_7_beats_both.sgd_error theorem_7_beats_both.teacher_error theorem_7_beats_both.residual] beta.
  - numbers.
  - exact line_forgets.
  - exact line_es.
  - apply line_qsc; numbers.
  - numbers.
  - numbers.
  - exact line_teacher.
Qed.
