(** * lemma-noise-quadratic/quadratic: The noise of distillation is a quadratic in the weight *)
Require Import Glue.
Require lemma_noise_quadratic_quadratic_cert.
Set Default Proof Using "All".

Section Statement.
Variable V : gram.
Variable sample : Type.
Variable law : dist sample.
Variable f : V -> R.
Variable g : sample -> V -> V.
Variable c : sample -> V.
Variable x_star : V.
Variable lambda : R.

(** ** Definitions *)

Definition full_grad (x : V) : V := EV law (fun w => g w x).
Definition noise (l : R) : R := E law (fun w => (nsq (g w x_star - l * c w))%R).
Definition sigma_star_sq : R := E law (fun w => (nsq (g w x_star))%R).
Definition cov : R := E law (fun w => (dot (g w x_star) (c w))%R).
Definition teacher_var : R := E law (fun w => (nsq (c w - EV law (fun w => (c w)%vec)))%R).
Definition bias_sq : R := nsq (EV law (fun w => (c w)%vec)).

(** ** Hypotheses *)

Record hypotheses : Prop := {
  diff : differentiable f full_grad;
  least : minimiser f x_star
}.

(** ** Claim *)

Theorem claim_quadratic : hypotheses ->
  noise lambda = sigma_star_sq - 2 * lambda * cov + lambda ^ 2 * (teacher_var + bias_sq).
Proof.
  intros [diff least].
  exact (lemma_noise_quadratic_quadratic_cert.claim_quadratic
    V
    sample
    law
    lambda
    (fun w => (g w x_star)%vec)
    (fun w => (c w)%vec)).
Qed.
End Statement.

(** ** The hypotheses hold together *)

Require Import Line.

Theorem satisfiable : hypotheses line bool coin_flip half_square gradient (0 : line).
Proof.
  constructor; cbv delta [full_grad noise sigma_star_sq cov teacher_var bias_sq] beta.
  - exact line_diff.
  - exact line_least.
Qed.
