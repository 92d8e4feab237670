(** * theorem-1-tilted/one-step: Distillation as SGD on a tilted objective *)
Require Import Glue.
Require theorem_1_tilted_one_step_cert.
Set Default Proof Using "All".

Section Statement.
Variable V : gram.
Variable sample : Type.
Variable law : dist sample.
Variable f : V -> R.
Variable g : sample -> V -> V.
Variable c : sample -> V.
Variable x_star : V.
Variable index : Type.
Variable each : dist index.
Variable f_n : index -> V -> R.
Variable g_n : index -> V -> V.
Variable c_n : index -> V.
Variable gamma : R.
Variable lambda : R.
Variable mu : R.
Variable n_samples : R.
Variable tau : R.
Variable l_max : R.
Variable x_lambda : V.

(** ** Definitions *)

Definition full_grad (x : V) : V := EV law (fun w => g w x).
Definition step (x : V) (w : sample) : V := (x - gamma * (g w x - lambda * c w))%vec.

(** ** Hypotheses *)

Record hypotheses : Prop := {
  gamma_sign : 0 < gamma;
  mu_sign : 0 < mu;
  n_samples_sign : 0 < n_samples;
  tau_sign : 0 < tau;
  l_max_sign : 0 < l_max;
  diff : differentiable f full_grad;
  least : minimiser f x_star;
  h_samples_convex : convex_smooth_samples l_max f g each f_n g_n law;
  h_sc : SC mu f full_grad;
  h_single : tau = 1;
  h_step : gamma <= 1 / (2 * l_max);
  tilted : (full_grad x_lambda)%vec == (lambda * EV law c)%vec;
  premise_pairs_0 : forall x : V, E law (fun w => (nsq (g w x - g w x_lambda))%R) = n_samples * E each (fun n => (nsq (g_n n x - g_n n x_lambda))%R) / n_samples
}.

(** ** Claim *)

Theorem claim_one_step : hypotheses ->
  forall x : V,
  E law (fun w => (nsq (step x w - x_lambda))%R) <= (1 - gamma * mu) * nsq (x - x_lambda) + 2 * gamma ^ 2 * E law (fun w => (nsq (g w x_lambda - lambda * c w))%R).
Proof.
  intros [gamma_sign mu_sign n_samples_sign tau_sign l_max_sign diff least h_samples_convex h_sc h_single h_step tilted premise_pairs_0] x.
  exact (theorem_1_tilted_one_step_cert.claim_one_step
    V
    sample
    law
    index
    each
    gamma
    lambda
    mu
    n_samples
    tau
    x
    (fun w => (g w x)%vec)
    (fun w => (c w)%vec)
    l_max
    x_lambda
    (fun w => (g w x_lambda)%vec)
    (f x - f x_lambda - dot (full_grad x_lambda) (x - x_lambda))
    (fun n => g_n n x)
    (fun n => g_n n x_lambda)
    gamma_sign
    mu_sign
    n_samples_sign
    tau_sign
    l_max_sign
    (sc_gap law f g mu h_sc x x_lambda)
    (sc_tilted law f g mu h_sc x x_lambda)
    h_single
    h_step
    tilted
    (cocoercive_tilted law f g each f_n g_n l_max n_samples l_max_sign n_samples_sign h_samples_convex x x_lambda)
    (premise_pairs_0 x)).
Qed.
End Statement.

(** ** The hypotheses hold together *)

Require Import Line.

Theorem satisfiable : hypotheses line bool coin_flip half_square gradient control (0 : line) bool coin_flip sample_loss gradient (1 / 16) (1 / 2) (1 / 2) 2 1 1 (1 : line).
Proof.
  constructor; cbv delta [full_grad step] beta.
  - numbers.
  - numbers.
  - numbers.
  - numbers.
  - numbers.
  - exact line_diff.
  - exact line_least.
  - exact line_samples.
  - apply line_sc; numbers.
  - numbers.
  - numbers.
  - exact line_tilted.
  - intro x; samples_agree.
Qed.
