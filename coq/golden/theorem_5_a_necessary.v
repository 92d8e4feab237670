(** * theorem-5/a-necessary: Partial, not total, variance reduction *)
Require Import Glue.
Require theorem_5_a_necessary_cert.
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
Variable l_exp : R.

(** ** Definitions *)

Definition step (x : V) (w : sample) : V := (x - gamma * (g w x - lambda * c w))%vec.
Definition noise (l : R) : R := E law (fun w => (nsq (g w x_star - l * c w))%R).

(** ** Hypotheses *)

Record hypotheses : Prop := {
  gamma_sign : 0 < gamma;
  l_exp_sign : 0 < l_exp;
  least : minimiser f x_star;
  h_es : ES law l_exp f g x_star
}.

(** ** Claim *)

Theorem claim_a_necessary : hypotheses ->
  forall x : V,
  gamma ^ 2 * noise lambda <= 4 * E law (fun w => (nsq (step x w - x_star))%R) + 4 * nsq (x - x_star) + 4 * gamma ^ 2 * l_exp * (f x - f x_star).
Proof.
  intros [gamma_sign l_exp_sign least h_es] x.
  exact (theorem_5_a_necessary_cert.claim_a_necessary
    V
    sample
    law
    gamma
    lambda
    l_exp
    x_star
    x
    (f x - f x_star)
    (fun w => (g w x)%vec)
    (fun w => (g w x_star)%vec)
    (fun w => (c w)%vec)
    gamma_sign
    l_exp_sign
    (gap_pos f x_star least x)
    (h_es x)).
Qed.
End Statement.

(** ** The hypotheses hold together *)

Require Import Line.

Theorem satisfiable : hypotheses line bool coin_flip half_square gradient (0 : line) (1 / 16) 1.
Proof.
  constructor; cbv delta [theorem_5_a_necessary.step theorem_5_a_necessary.noise] beta.
  - numbers.
  - numbers.
  - exact line_least.
  - exact line_es.
Qed.
