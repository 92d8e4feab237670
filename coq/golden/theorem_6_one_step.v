(** * theorem-6/one-step: Baselines: one theorem for SGD, unbiased distillation, L-SVRG and SAGA *)
Require Import Glue.
Require theorem_6_one_step_cert.
Set Default Proof Using "All".

Section Statement.
Variable V : gram.
Variable sample : Type.
Variable law : dist sample.
Variable f : V -> R.
Variable g : sample -> V -> V.
Variable x_star : V.
Variable gamma : R.
Variable mu : R.
Variable state : Type.
Variable position : state -> V.
Variable step : state -> sample -> state.
Variable A : R.
Variable b : R.
Variable q : R.
Variable C_memory : R.
Variable D_1 : R.
Variable D_2 : R.
Variable M : R.
Variable memory : state -> R.
Variable symbol_g : state -> sample -> V.

(** ** Definitions *)

Definition full_grad (x : V) : V := EV law (fun w => g w x).
Definition rate_6 : R := Rmin (gamma * mu) (q - b / M).

(** ** Hypotheses *)

Record hypotheses : Prop := {
  gamma_sign : 0 < gamma;
  mu_sign : 0 < mu;
  A_sign : 0 <= A;
  b_sign : 0 <= b;
  q_sign : 0 < q;
  C_memory_sign : 0 <= C_memory;
  D_1_sign : 0 <= D_1;
  D_2_sign : 0 <= D_2;
  M_sign : 0 < M;
  memory_sign : forall s : state, 0 <= memory s;
  least : minimiser f x_star;
  h_contraction : gamma <= 1 / mu;
  h_qsc : QSC mu f full_grad x_star;
  h_step : gamma * (A + C_memory * M) <= 1;
  h_weight : b / q < M;
  h_next : forall s : state, @veq (RV law V)
    (fun w => (position (step s w))%vec)
    (fun w => (position s - gamma * symbol_g s w)%vec);
  h_recursion : forall s : state, E law (fun w => (memory (step s w))%R) <= (1 - q) * memory s + 2 * C_memory * (f (position s) - f x_star) + D_2;
  h_second : forall s : state, E law (fun w => (nsq (symbol_g s w))%R) <= 2 * A * (f (position s) - f x_star) + b * memory s + D_1;
  h_unbiased : forall s : state, (EV law (fun w => (symbol_g s w)%vec))%vec == (full_grad (position s))%vec
}.

(** ** Claim *)

Theorem claim_one_step : hypotheses ->
  forall s : state,
  E law (fun w => (nsq (position (step s w) - x_star) + M * gamma ^ 2 * memory (step s w))%R) <= (1 - rate_6) * (nsq (position s - x_star) + M * gamma ^ 2 * memory s) + (D_1 + M * D_2) * gamma ^ 2.
Proof.
  intros [gamma_sign mu_sign A_sign b_sign q_sign C_memory_sign D_1_sign D_2_sign M_sign memory_sign least h_contraction h_qsc h_step h_weight h_next h_recursion h_second h_unbiased] s.
  exact (theorem_6_one_step_cert.claim_one_step
    V
    sample
    law
    gamma
    mu
    x_star
    (position s)
    (f (position s) - f x_star)
    (fun w => (g w (position s))%vec)
    (fun w => (position (step s w))%vec)
    A
    C_memory
    D_1
    D_2
    M
    b
    (fun w => symbol_g s w)
    (memory s)
    (fun w => memory (step s w))
    q
    gamma_sign
    mu_sign
    (gap_pos f x_star least (position s))
    A_sign
    C_memory_sign
    D_1_sign
    D_2_sign
    M_sign
    b_sign
    (memory_sign s)
    q_sign
    (qsc_form law f g x_star mu h_qsc (position s))
    h_step
    (h_next s)
    (h_recursion s)
    (h_second s)
    (h_unbiased s)).
Qed.
End Statement.

(** ** The hypotheses hold together *)

Require Import Line.

Theorem satisfiable : hypotheses line bool coin_flip half_square gradient (0 : line) (1 / 16) (1 / 2) (line : Type) (fun x : line => x) (fun (s : line) w => ((fun x : line => x) s - (1 / 16) * gradient w ((fun x : line => x) s))%vec) (2 * 1)%R (0)%R (1)%R (0)%R (2 * E coin_flip (fun w => (nsq (gradient w (0 : line) - 0 * control w))%R))%R (0)%R (1)%R (fun s : line => (0 * (half_square ((fun x : line => x) s) - half_square (0 : line)))%R) (fun (s : line) w => (gradient w ((fun x : line => x) s))%vec).
Proof.
  constructor; cbv delta [theorem_6_one_step.full_grad theorem_6_one_step.rate_6] beta.
  - numbers.
  - numbers.
  - numbers.
  - numbers.
  - numbers.
  - numbers.
  - numbers.
  - numbers.
  - numbers.
  - for_every_x.
  - exact line_least.
  - numbers.
  - apply line_qsc; numbers.
  - numbers.
  - numbers.
  - for_every_x.
  - for_every_x.
  - for_every_x.
  - for_every_x.
Qed.
