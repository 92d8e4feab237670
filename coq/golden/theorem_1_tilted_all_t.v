(** * theorem-1-tilted/all-t: Distillation as SGD on a tilted objective *)
Require Import Glue Batches.
Require theorem_1_tilted_all_t_cert theorem_1_tilted_one_step.
Set Default Proof Using "All".

Section Statement.
Variable V : gram.
Variable index : Type.
Variable samples : list index.
Variable size : nat.
Variable enough : (1 <= size <= length samples)%nat.
Variable f_n : index -> V -> R.
Variable g_n : index -> V -> V.
Variable c_n : index -> V.
Variable gamma : R.
Variable lambda : R.
Variable mu : R.
Variable l_max : R.
Variable x_lambda : V.

(** ** Definitions *)

Definition sample : Type := list index.
Definition tau : R := INR size.
Definition each : dist index := one_of samples size enough.
Definition law : dist sample := minibatches samples size enough.
Definition f (x : V) : R := E each (fun n => f_n n x).
Definition g (w : sample) (x : V) : V := average w (fun n => g_n n x).
Definition c (w : sample) : V := average w c_n.
Definition full_grad (x : V) : V := EV law (fun w => g w x).
Definition step (x : V) (w : sample) : V := (x - gamma * (g w x - lambda * c w))%vec.

(** ** Hypotheses *)

Record hypotheses : Prop := {
  gamma_sign : 0 < gamma;
  mu_sign : 0 < mu;
  l_max_sign : 0 < l_max;
  h_contraction : gamma <= 1 / mu;
  h_samples_convex : convex_smooth_samples l_max f_n g_n;
  h_sc : SC mu f full_grad;
  h_single : tau = 1;
  h_step : gamma <= 1 / (2 * l_max);
  tilted : (full_grad x_lambda)%vec == (lambda * EV law c)%vec
}.

(** ** Claim *)

Theorem claim_all_t : hypotheses ->
  forall (t : nat) (x_0 : V),
  E (paths law t) (fun p => (nsq (run step x_0 p - x_lambda))%R) <= (1 - gamma * mu) ^ t * nsq (x_0 - x_lambda) + 2 * gamma / mu * E law (fun w => (nsq (g w x_lambda - lambda * c w))%R).
Proof.
  intros [gamma_sign mu_sign l_max_sign h_contraction h_samples_convex h_sc h_single h_step tilted] t x_0.
  pose proof (batch_positive samples size enough : 0 < tau) as tau_sign.
  assert (each_step : theorem_1_tilted_one_step.hypotheses V index samples size enough f_n g_n c_n gamma lambda mu l_max x_lambda).
  { constructor; [ exact gamma_sign | exact mu_sign | exact l_max_sign | exact h_samples_convex | exact h_sc | exact h_single | exact h_step | exact tilted  ]. }
  exact (theorem_1_tilted_all_t_cert.claim_all_t
    V
    sample
    law
    gamma
    lambda
    mu
    tau
    t
    x_0
    (fun w => (c w)%vec)
    l_max
    x_lambda
    (fun w => (g w x_lambda)%vec)
    step
    gamma_sign
    mu_sign
    tau_sign
    l_max_sign
    h_contraction
    h_single
    h_step
    (theorem_1_tilted_one_step.claim_one_step V index samples size enough f_n g_n c_n gamma lambda mu l_max x_lambda each_step)).
Qed.
End Statement.

(** ** The hypotheses hold together *)

Require Import Line.

Theorem satisfiable : hypotheses line bool both_samples 1%nat one_of_two sample_loss gradient control (1 / 16) (1 / 2) (1 / 2) 1 (1 : line).
Proof.
  constructor; cbv delta [theorem_1_tilted_all_t.sample theorem_1_tilted_all_t.tau theorem_1_tilted_all_t.each theorem_1_tilted_all_t.law theorem_1_tilted_all_t.f theorem_1_tilted_all_t.g theorem_1_tilted_all_t.c theorem_1_tilted_all_t.full_grad theorem_1_tilted_all_t.step] beta.
  - line_batches; numbers.
  - line_batches; numbers.
  - line_batches; numbers.
  - line_batches; numbers.
  - line_batches; exact line_samples.
  - line_batches; apply line_sc; numbers.
  - line_batches; numbers.
  - line_batches; numbers.
  - line_batches; exact line_tilted.
Qed.
