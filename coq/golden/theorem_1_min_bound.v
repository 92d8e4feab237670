(** * theorem-1-min/bound: theorem-1 with the better of two weights *)
Require Import Glue.
Require theorem_1_min_bound_cert.
Set Default Proof Using "All".

Section Statement.
Variable V : gram.
Variable sample : Type.
Variable law : dist sample.
Variable f : V -> R.
Variable g : sample -> V -> V.
Variable c : sample -> V.
Variable x_star : V.
Variable gamma : R.
Variable mu : R.
Variable l_smooth : R.
Variable l_exp : R.
Variable teacher : V.

(** ** Definitions *)

Definition full_grad (x : V) : V := EV law (fun w => g w x).
Definition the_kappa : R := 2 / (3 * gamma * mu).
Definition neighbourhood (l : R) : R := 2 * gamma / mu * (E law (fun w => (nsq (g w x_star - l * c w))%R) + the_kappa * l ^ 2 * nsq (EV law (fun w => (c w)%vec))).
Definition sigma_star_sq : R := E law (fun w => (nsq (g w x_star))%R).

(** ** Hypotheses *)

Record hypotheses : Prop := {
  gamma_sign : 0 < gamma;
  mu_sign : 0 < mu;
  l_smooth_sign : 0 < l_smooth;
  l_exp_sign : 0 < l_exp;
  diff : differentiable f full_grad;
  least : minimiser f x_star;
  h_es : ES law l_exp f g x_star;
  h_qsc : QSC mu f full_grad x_star;
  h_smooth : smooth l_smooth full_grad;
  h_teacher : forall w, c w == g w teacher
}.

(** ** Claim *)

Theorem claim_bound : hypotheses ->
  Rmin (neighbourhood 0) (neighbourhood 1) <= Rmin (2 * gamma * sigma_star_sq / mu) ((4 * gamma * l_exp / mu + 8 * l_smooth / (3 * mu ^ 2)) * (f teacher - f x_star)).
Proof.
  intros [gamma_sign mu_sign l_smooth_sign l_exp_sign diff least h_es h_qsc h_smooth h_teacher].
  exact (theorem_1_min_bound_cert.claim_bound
    V
    sample
    law
    gamma
    mu
    l_smooth
    l_exp
    x_star
    (f teacher - f x_star)
    (fun w => (g w x_star)%vec)
    (fun w => (g w teacher)%vec)
    (fun w => (c w)%vec)
    gamma_sign
    mu_sign
    l_smooth_sign
    l_exp_sign
    (gap_pos f x_star least teacher)
    (@veq_rv sample law V _ _ h_teacher)
    (stationary_form law f g x_star diff least)
    (h_es teacher)
    (gradient_bound_form law f g x_star diff least l_smooth l_smooth_sign h_smooth teacher)).
Qed.
End Statement.

(** ** The hypotheses hold together *)

Require Import Line.

Theorem satisfiable : hypotheses line bool coin_flip half_square gradient control (0 : line) (1 / 16) (1 / 2) 1 1 (2 : line).
Proof.
  constructor; cbv delta [theorem_1_min_bound.full_grad theorem_1_min_bound.the_kappa theorem_1_min_bound.neighbourhood theorem_1_min_bound.sigma_star_sq] beta.
  - numbers.
  - numbers.
  - numbers.
  - numbers.
  - exact line_diff.
  - exact line_least.
  - exact line_es.
  - apply line_qsc; numbers.
  - exact line_smooth.
  - exact line_teacher.
Qed.
