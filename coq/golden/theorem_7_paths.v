(** * theorem-7/paths: Exact distillation for least squares: inverse-variance averaging *)
Require Import Glue.
Require theorem_7_paths_cert.
Set Default Proof Using "All".

Section Statement.
Variable V : gram.
Variable sample : Type.
Variable g : sample -> V -> V.
Variable c : sample -> V.
Variable gamma : R.
Variable lambda : R.
Variable teacher : V.

(** ** Definitions *)

Definition step (x : V) (w : sample) : V := (x - gamma * (g w x - lambda * c w))%vec.
Definition sgd_step (sgd : V) (w : sample) : V := (sgd - gamma * g w sgd)%vec.
Definition sgd_start (x_0 : V) : V := ((x_0 - lambda * teacher) / (1 - lambda))%vec.

(** ** Hypotheses *)

Record hypotheses : Prop := {
  gamma_sign : 0 < gamma;
  h_quadratic : forall w, quadratic (g w);
  h_teacher : forall w, c w == g w teacher;
  h_weight : lambda <> 1
}.

(** ** Claim *)

Theorem claim_paths : hypotheses ->
  forall (x_0 : V) (p : list sample),
  (run step x_0 p)%vec == (lambda * teacher + (1 - lambda) * run sgd_step (sgd_start x_0) p)%vec.
Proof.
  intros [gamma_sign h_quadratic h_teacher h_weight] x_0 p.
  refine (induct step sgd_step (fun x sgd : V => (x)%vec == (lambda * teacher + (1 - lambda) * sgd)%vec) _ p x_0 (sgd_start x_0) _).
  - intros x sgd w h_before. exact (at_point w _ _ (theorem_7_paths_cert.claim_paths
    V
    sample
    (point w)
    gamma
    lambda
    teacher
    x
    (fun w => (g w x)%vec)
    (fun w => (g w teacher)%vec)
    (fun w => (c w)%vec)
    sgd
    (fun w => (g w sgd)%vec)
    gamma_sign
    (@veq_rv sample (point w) V _ _ h_teacher)
    h_weight
    h_before
    (@veq_rv sample (point w) V _ _ (fun w => affine_gradient (g w) lambda x teacher sgd (h_quadratic w) h_before)))).
  - exact (theorem_7_paths_cert.claim_paths_start V unit (point tt) lambda teacher x_0 h_weight).
Qed.
End Statement.

(** ** The hypotheses hold together *)

Require Import Line.

Theorem satisfiable : hypotheses line bool gradient control (1 / 16) (1 / 2) (2 : line).
Proof.
  constructor; cbv delta [theorem_7_paths.step theorem_7_paths.sgd_step theorem_7_paths.sgd_start] beta.
  - numbers.
  - exact line_quadratic.
  - exact line_teacher.
  - numbers.
Qed.
