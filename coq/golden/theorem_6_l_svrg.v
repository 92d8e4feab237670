(** * theorem-6/l-svrg: Baselines: one theorem for SGD, unbiased distillation, L-SVRG and SAGA *)
Require Import Glue Batches.
Require theorem_6_l_svrg_cert lemma_expected_smoothness_single.
Set Default Proof Using "All".

Section Statement.
Variable V : gram.
Variable index : Type.
Variable samples : list index.
Variable size : nat.
Variable enough : (1 <= size <= length samples)%nat.
Variable f_n : index -> V -> R.
Variable g_n : index -> V -> V.
Variable x_star : V.
Variable gamma : R.
Variable mu : R.
Variable l_max : R.
Variable state : Type.
Variable position : state -> V.
Variable step : state -> list index -> state.
Variable symbol_p : R.
Variable grad_memory : state -> list index -> V.

(** ** Definitions *)

Definition sample : Type := list index.
Definition tau : R := INR size.
Definition each : dist index := one_of samples size enough.
Definition law : dist sample := minibatches samples size enough.
Definition f (x : V) : R := E each (fun n => f_n n x).
Definition g (w : sample) (x : V) : V := average w (fun n => g_n n x).
Definition full_grad (x : V) : V := EV law (fun w => g w x).

(** ** Hypotheses *)

Record hypotheses : Prop := {
  gamma_sign : 0 < gamma;
  mu_sign : 0 < mu;
  l_max_sign : 0 < l_max;
  symbol_p_sign : 0 < symbol_p;
  diff : differentiable f full_grad;
  least : minimiser f x_star;
  h_contraction : gamma <= 1 / mu;
  h_qsc : QSC mu f full_grad x_star;
  h_samples_convex : convex_smooth_samples l_max f_n g_n;
  h_single : tau = 1;
  h_step : gamma <= 1 / (6 * l_max);
  h_next : forall s : state, @veq (RV law V)
    (fun w => (position (step s w))%vec)
    (fun w => (position s - gamma * (g w (position s) - grad_memory s w + EV law (fun w => (grad_memory s w)%vec)))%vec)
}.

(** ** Claim *)

Theorem claim_l_svrg : hypotheses ->
  forall s : state,
  E law (fun w => (nsq (position (step s w) - x_star) + 4 / symbol_p * gamma ^ 2 * (symbol_p * E law (fun w => (nsq (g w (position s) - g w x_star))%R) + (1 - symbol_p) * E law (fun w => (nsq (grad_memory s w - g w x_star))%R)))%R) <= (1 - Rmin (gamma * mu) (symbol_p - 2 / (4 / symbol_p))) * (nsq (position s - x_star) + 4 / symbol_p * gamma ^ 2 * E law (fun w => (nsq (grad_memory s w - g w x_star))%R)).
Proof.
  intros [gamma_sign mu_sign l_max_sign symbol_p_sign diff least h_contraction h_qsc h_samples_convex h_single h_step h_next] s.
  pose proof (batch_positive samples size enough : 0 < tau) as tau_sign.
  assert (each_step : lemma_expected_smoothness_single.hypotheses V index samples size enough f_n g_n x_star l_max).
  { constructor; [ exact l_max_sign | exact diff | exact least | exact h_samples_convex | exact h_single  ]. }
  exact (theorem_6_l_svrg_cert.claim_l_svrg
    V
    sample
    law
    gamma
    mu
    tau
    x_star
    (position s)
    (f (position s) - f x_star)
    (fun w => (g w (position s))%vec)
    (fun w => (g w x_star)%vec)
    (fun w => (position (step s w))%vec)
    l_max
    (fun w => grad_memory s w)
    symbol_p
    gamma_sign
    mu_sign
    tau_sign
    (gap_pos f x_star least (position s))
    l_max_sign
    symbol_p_sign
    h_contraction
    h_single
    h_step
    (h_next s)
    ((lemma_expected_smoothness_single.claim_single V index samples size enough f_n g_n x_star l_max each_step) (position s))
    (stationary_form law f g x_star diff least)
    (qsc_form law f g x_star mu h_qsc (position s))).
Qed.
End Statement.

(** ** The hypotheses hold together *)

Require Import Line.

Theorem satisfiable : hypotheses line bool both_samples 1%nat one_of_two sample_loss gradient (0 : line) (1 / 16) (1 / 2) 1 (line : Type) (fun x : line => x) (fun (s : line) w => ((fun x : line => x) s - (1 / 16) * ((fun w y => average w (fun n => gradient n y)) w ((fun x : line => x) s) - (fun w y => average w (fun n => gradient n y)) w (0 : line) + (fun y : line => EV (minibatches both_samples 1 one_of_two) (fun w => (fun w y => average w (fun n => gradient n y)) w y)) (0 : line)))%vec) (1 / 2)%R (fun (s : line) w => ((fun w y => average w (fun n => gradient n y)) w (0 : line))%vec).
Proof.
  constructor; cbv delta [theorem_6_l_svrg.sample theorem_6_l_svrg.tau theorem_6_l_svrg.each theorem_6_l_svrg.law theorem_6_l_svrg.f theorem_6_l_svrg.g theorem_6_l_svrg.full_grad] beta.
  - line_batches; numbers.
  - line_batches; numbers.
  - line_batches; numbers.
  - line_batches; numbers.
  - line_batches; exact line_diff.
  - line_batches; exact line_least.
  - line_batches; numbers.
  - line_batches; apply line_qsc; numbers.
  - line_batches; exact line_samples.
  - line_batches; numbers.
  - line_batches; numbers.
  - line_batches; for_every_x.
Qed.
