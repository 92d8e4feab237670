(** * theorem-2/all-t: Distillation under the Polyak-Lojasiewicz inequality *)
Require Import Glue.
Require theorem_2_all_t_cert theorem_2_one_step.
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
Definition pl_neighbourhood (l : R) : R := (l ^ 2 * bias_sq + l_smooth * gamma * noise l) / mu.

(** ** Hypotheses *)

Record hypotheses : Prop := {
  gamma_sign : 0 < gamma;
  mu_sign : 0 < mu;
  l_smooth_sign : 0 < l_smooth;
  l_exp_sign : 0 < l_exp;
  diff : differentiable f full_grad;
  least : minimiser f x_star;
  h_es : ES law l_exp f g x_star;
  h_pl : PL mu f full_grad x_star;
  h_rate : gamma * mu <= 1;
  h_smooth : smooth l_smooth full_grad;
  h_step : gamma <= mu / (4 * l_smooth * l_exp)
}.

(** ** Claim *)

Theorem claim_all_t : hypotheses ->
  forall (t : nat) (x_0 : V),
  E (paths law t) (fun p => ((f (run step x_0 p) - f x_star))%R) <= (1 - gamma * mu) ^ t * (f x_0 - f x_star) + pl_neighbourhood lambda.
Proof.
  intros [gamma_sign mu_sign l_smooth_sign l_exp_sign diff least h_es h_pl h_rate h_smooth h_step] t x_0.
  assert (each_step : theorem_2_one_step.hypotheses V sample law f g x_star gamma mu l_smooth l_exp).
  { constructor; [ exact gamma_sign | exact mu_sign | exact l_smooth_sign | exact l_exp_sign | exact diff | exact least | exact h_es | exact h_pl | exact h_rate | exact h_smooth | exact h_step  ]. }
  exact (theorem_2_all_t_cert.claim_all_t
    V
    sample
    law
    gamma
    lambda
    mu
    l_smooth
    l_exp
    t
    x_0
    (fun w => (g w x_star)%vec)
    (fun w => (c w)%vec)
    step
    (fun x => f x - f x_star)
    (gap_pos f x_star least)
    gamma_sign
    mu_sign
    l_smooth_sign
    l_exp_sign
    h_rate
    h_step
    (theorem_2_one_step.claim_one_step V sample law f g c x_star gamma lambda mu l_smooth l_exp each_step)).
Qed.
End Statement.

(** ** The hypotheses hold together *)

Require Import Line.

Theorem satisfiable : hypotheses line bool coin_flip half_square gradient (0 : line) (1 / 16) (1 / 2) 1 1.
Proof.
  constructor; cbv delta [theorem_2_all_t.full_grad theorem_2_all_t.step theorem_2_all_t.bias_sq theorem_2_all_t.noise theorem_2_all_t.pl_neighbourhood] beta.
  - numbers.
  - numbers.
  - numbers.
  - numbers.
  - exact line_diff.
  - exact line_least.
  - exact line_es.
  - apply line_pl; numbers.
  - numbers.
  - exact line_smooth.
  - numbers.
Qed.
