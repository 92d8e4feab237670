(** * theorem-2-curve/one-step: The largest step of theorem-2 *)
Require Import Glue.
Require theorem_2_curve_one_step_cert.
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
Variable lambda : R.
Variable mu : R.
Variable l_smooth : R.
Variable l_exp : R.

(** ** Definitions *)

Definition full_grad (x : V) : V := EV law (fun w => g w x).
Definition step (x : V) (w : sample) : V := (x - gamma * (g w x - lambda * c w))%vec.
Definition bias_sq : R := nsq (EV law (fun w => (c w)%vec)).
Definition noise (l : R) : R := E law (fun w => (nsq (g w x_star - l * c w))%R).

(** ** Hypotheses *)

Record hypotheses : Prop := {
  gamma_sign : 0 < gamma;
  mu_sign : 0 < mu;
  l_smooth_sign : 0 < l_smooth;
  l_exp_sign : 0 < l_exp;
  diff : differentiable f full_grad;
  least : minimiser f x_star;
  h_es : ES law l_exp f g x_star;
  h_limit : gamma * l_smooth * l_exp * (4 + 2 * gamma * l_smooth) <= mu * (1 + 5 * gamma * l_smooth);
  h_pl : PL mu f full_grad x_star;
  h_smooth : smooth l_smooth full_grad
}.

(** ** Claim *)

Theorem claim_one_step : hypotheses ->
  forall x : V,
  E law (fun w => ((f (step x w) - f x_star))%R) <= (1 - gamma * mu) * (f x - f x_star) + gamma * lambda ^ 2 * bias_sq + l_smooth * gamma ^ 2 * noise lambda.
Proof.
  intros [gamma_sign mu_sign l_smooth_sign l_exp_sign diff least h_es h_limit h_pl h_smooth] x.
  exact (theorem_2_curve_one_step_cert.claim_one_step
    V
    sample
    law
    gamma
    lambda
    mu
    l_smooth
    l_exp
    x_star
    x
    (f x - f x_star)
    (fun w => (g w x)%vec)
    (fun w => (g w x_star)%vec)
    (fun w => (c w)%vec)
    (fun w => ((f (step x w) - f x_star))%R)
    gamma_sign
    mu_sign
    l_smooth_sign
    l_exp_sign
    (gap_pos f x_star least x)
    (fun w => gap_pos f x_star least (step x w))
    (h_es x)
    h_limit
    (pl_form law f g x_star mu h_pl x)
    (descent_at l_smooth f full_grad x x_star (step x) (descent l_smooth f full_grad (Rlt_le _ _ l_smooth_sign) diff h_smooth))
    (stationary_form law f g x_star diff least)).
Qed.
End Statement.

(** ** The hypotheses hold together *)

Require Import Line.

Theorem satisfiable : hypotheses line bool coin_flip half_square gradient (0 : line) (1 / 16) (1 / 2) 1 1.
Proof.
  constructor; cbv delta [theorem_2_curve_one_step.full_grad theorem_2_curve_one_step.step theorem_2_curve_one_step.bias_sq theorem_2_curve_one_step.noise] beta.
  - numbers.
  - numbers.
  - numbers.
  - numbers.
  - exact line_diff.
  - exact line_least.
  - exact line_es.
  - numbers.
  - apply line_pl; numbers.
  - exact line_smooth.
Qed.
