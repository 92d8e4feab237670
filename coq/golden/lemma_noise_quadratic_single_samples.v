(** * lemma-noise-quadratic/single-samples: The noise of distillation is a quadratic in the weight *)
Require Import Glue.
Require lemma_noise_quadratic_single_samples_cert.
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
Variable lambda : R.
Variable n_samples : R.
Variable tau : R.

(** ** Definitions *)

Definition full_grad (x : V) : V := EV law (fun w => g w x).
Definition noise (l : R) : R := E law (fun w => (nsq (g w x_star - l * c w))%R).

(** ** Hypotheses *)

Record hypotheses : Prop := {
  n_samples_sign : 0 < n_samples;
  tau_sign : 0 < tau;
  diff : differentiable f full_grad;
  least : minimiser f x_star;
  h_single : tau = 1;
  premise_pairs_0 : E law (fun w => (nsq (g w x_star - lambda * c w))%R) = n_samples * E each (fun n => (nsq (g_n n x_star - lambda * c_n n))%R) / n_samples
}.

(** ** Claim *)

Theorem claim_single_samples : hypotheses ->
  n_samples * noise lambda = n_samples * E each (fun n => (nsq (g_n n x_star - lambda * c_n n))%R).
Proof.
  intros [n_samples_sign tau_sign diff least h_single premise_pairs_0].
  exact (lemma_noise_quadratic_single_samples_cert.claim_single_samples
    V
    sample
    law
    index
    each
    lambda
    n_samples
    tau
    (fun w => (g w x_star)%vec)
    (fun w => (c w)%vec)
    (fun n => g_n n x_star)
    c_n
    n_samples_sign
    tau_sign
    h_single
    premise_pairs_0).
Qed.
End Statement.

(** ** The hypotheses hold together *)

Require Import Line.

Theorem satisfiable : hypotheses line bool coin_flip half_square gradient control (0 : line) bool coin_flip gradient control (1 / 2) 2 1.
Proof.
  constructor; cbv delta [full_grad noise] beta.
  - numbers.
  - numbers.
  - exact line_diff.
  - exact line_least.
  - numbers.
  - samples_agree.
Qed.
