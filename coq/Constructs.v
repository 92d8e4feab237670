(** * One small certificate for each construct of the formula language *)
Require Import Prelude.
Set Default Proof Using "All".

Section Constructs.
Variables (V : gram) (sample coin : Type) (law : dist sample) (coin_law : dist coin).
Local Notation const v := (cst (D := law) v).
Local Notation coin_free U := (lift (D1 := law) (D2 := coin_law) U).

Variables a b r : R.
Variables u v : V.
Variables U W : RV law V.
Variable Z : RV law (RV coin_law V).
Variables s s_next : rs sample.
Variable s_coin : rs2 sample coin.
Variable J : linear V V.
Variable A : sample -> linear V V.

Hypothesis a_pos : 0 <= a.
Hypothesis b_pos : 0 < b.
Hypothesis bound : (s_next <= scst a * s + scst b * rsq U - rdot U (const v))%rs.
Hypothesis coin_bound :
  (s_coin <= slift s + slift (scst a) * rsq2 (Z - coin_free U))%rs2.
Hypothesis coin_mean : EcV coin_law Z == U.
Hypothesis mean_U : mean law U == u.
Hypothesis equal : a * b = r.

(** the square root *)
Lemma root : sqrt a ^ 2 = a.
Proof. apply sqrt_slack; nonneg. Qed.
Theorem young : 2 * sqrt a * b <= a + b ^ 2.
Proof. certificate ((sqrt a - b) ^ 2 + -1 * (-1 * eslack root)). Qed.

(** a random scalar slack *)
Theorem averaged : E law s_next <= a * E law s + b * E law (rsq U) - dot u v.
Proof. certificate (E law (rslack bound) + dot (vslack mean_U) (-v)). Qed.

(** a slack of level 2, and the mean over the coin *)
Theorem nested : E law (Ec coin_law s_coin)
  <= E law s + a * (E law (Ec coin_law (rsq2 Z)) - E law (rsq U)).
Proof.
  certificate (E law (Ec coin_law (rslack2 coin_bound))
    + 2 * a * dot (vslack coin_mean) (-U)).
Qed.

(** a product of slacks of level 1 with a random factor *)
Hypothesis s_pos : (scst 0 <= s)%rs.
Theorem product : 0 <= E law (scst b * s * rsq U)%rs.
Proof. certificate (E law (scst b * rslack s_pos * rsq U)%rs). Qed.

(** a bound at every outcome, with the slack of another *)
Theorem pointwise : (scst 0 <= scst b * s * rsq (act (rapply A) (U - 2 * W)))%rs.
Proof. everywhere (scst b * rslack s_pos * rsq (act (rapply A) (U - 2 * W)))%rs. Qed.

(** nested expectation of a vector *)
Theorem nested_mean : dot (mean law (EcV coin_law (Z - 2 * coin_free U))) v = - dot u v.
Proof.
  identity (dot (mean law (vslack coin_mean)) v + dot (vslack mean_U) (-v)).
Qed.

(** linear operators: fixed, and one for each sample *)
Theorem operator : dot (act J (u + a * v)) u = dot (J (mean law U)) u + a * dot (J v) u.
Proof. identity (- dot (J (vslack mean_U)) u). Qed.
Theorem operator_mean : dot (mean law (act (rapply (fun _ => J)) (U - const v))) u
  = dot (J u) u - dot (J v) u.
Proof. identity (dot (J (vslack mean_U)) u). Qed.
Theorem random_operator : 0 <= E law (rsq (act (rapply A) (U - const v))) + a.
Proof. certificate (E law (rsq (rapply A U - rapply A (const v))) + a). Qed.

(** maximum and minimum *)
Theorem least : Rmin a b <= (a + b) / 2.
Proof.
  min_cases a b H.
  - certificate (1 / 2 * slack H).
  - certificate (1 / 2 * slack H).
Qed.
Theorem greatest : a <= Rmax a b.
Proof. certificate (slack (Rmax_l a b)). Qed.

(** an equality of scalars as the goal, and a vector equality *)
Theorem scalars : 2 * r = 2 * a * b.
Proof. identity (-2 * eslack equal). Qed.
Theorem vectors : (a * mean law (U - const u))%vec == vzero.
Proof. vector_identity (a * vslack mean_U)%vec. Qed.

(** pure identities: nothing is needed *)
Theorem parallelogram : nsq (u + v) + nsq (u - v) = 2 * nsq u + 2 * nsq v.
Proof. identity 0. Qed.
Theorem cancel : (u + v - v)%vec == u.
Proof. vector_identity (@vzero V). Qed.

(** an equality at every outcome, with a random factor; a strict hypothesis; a symbol exponent *)
Hypothesis same : (s_next * scst b = s)%rs.
Theorem random_equality : b * E law (s * s_next)%rs <= E law (s * s)%rs + a * b.
Proof. certificate (E law (s * reslack same)%rs + a * sslack b_pos). Qed.
Variable t : nat.
Hypothesis below : a <= r.
Theorem powers : b ^ t * a <= b ^ t * r.
Proof. certificate (b ^ t * slack below). Qed.
End Constructs.
