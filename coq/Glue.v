(** * From one step to all steps

    [unroll] wants a rate in [0, 1[. Here the rate is 1 - gamma mu; that it is not negative follows
    from mu <= l_exp, except when every point is at distance zero and nothing is left to prove. *)
Require Export Calculus.
Require Import Lra Classical.

Lemma unroll_rate {O X : Type} (D : dist O) (step : X -> O -> X) (phi : X -> R) (a N M : R) :
  0 < a -> 0 <= N -> (forall x, 0 <= phi x) ->
  (* the rate matters only where some point has a positive distance *)
  (forall x, 0 < phi x -> a <= 1) ->
  (forall x, E D (fun w => phi (step x w)) <= (1 - a) * phi x + N) -> N / a = M ->
  forall t x, E (paths D t) (fun p => phi (run step x p)) <= (1 - a) ^ t * phi x + M.
Proof.
  intros a_pos N_pos phi_pos rate one_step <- t x.
  destruct (classic (exists y, 0 < phi y)) as [[y Hy]|none].
  - replace a with (1 - (1 - a)) at 2 by ring.
    apply unroll; try assumption; [generalize (rate y Hy); lra | lra].
  - assert (forall y, phi y = 0) as zero.
    { intro y. destruct (phi_pos y) as [H|H]; [|auto]. exfalso; apply none; now exists y. }
    rewrite (E_ext _ _ (fun _ => 0)) by (intro; apply zero).
    rewrite E_const, zero, Rmult_0_r, Rplus_0_l. apply nonneg_div; lra.
Qed.

(** gamma <= 1/(k l_exp), k >= 1, mu <= l_exp: gamma mu <= 1. *)
Lemma rate_of_step gamma mu l_exp k : 0 < gamma -> 0 < l_exp -> 1 <= k ->
  gamma <= 1 / (k * l_exp) -> mu <= l_exp -> gamma * mu <= 1.
Proof.
  intros g_pos l_pos k_one step le.
  apply Rle_trans with (gamma * l_exp); [apply Rmult_le_compat_l; lra|].
  apply Rle_trans with (1 / (k * l_exp) * l_exp); [apply Rmult_le_compat_r; lra|].
  replace (1 / (k * l_exp) * l_exp) with (1 / k) by (field; lra).
  apply Rmult_le_reg_r with k; [lra|]. replace (1 / k * k) with 1 by (field; lra). lra.
Qed.

Lemma gap_pos {V : gram} (f : V -> R) x_star : minimiser f x_star -> forall x, 0 <= f x - f x_star.
Proof. intros H x; generalize (H x); lra. Qed.

(** The form in which a certificate uses the descent lemma: at each outcome, about values less f*. *)
Lemma descent_at {V : gram} {O} {D : dist O} (l : R) (f : V -> R) (df : V -> V) (x x_star : V)
  (next : RV D V) :
  (forall x y, f y <= f x + dot (df x) (y - x) + l / 2 * nsq (y - x)) ->
  ((fun w => f (next w) - f x_star)%R
   <= scst (f x - f x_star) + rdot (cst (D := D) (df x)) (next - cst x)
      + scst (l / 2) * rsq (next - cst x))%rs.
Proof.
  intros H w. generalize (H x (next w)).
  change (f (next w) <= f x + dot (df x) (next w - x)%vec + l / 2 * nsq (next w - x)%vec ->
          f (next w) - f x_star
          <= f x - f x_star + dot (df x) (next w - x)%vec + l / 2 * nsq (next w - x)%vec).
  lra.
Qed.

Lemma half_rate a : a <= 1 -> a / 2 <= 1.
Proof. lra. Qed.

(** A quotient as it stands in the statement, with its denominator kept positive. *)
Lemma div_pos a b : 0 < a -> 0 < b -> 0 < a / b.
Proof. apply Rdiv_lt_0_compat. Qed.
Lemma mul_pos a b : 0 < a -> 0 < b -> 0 < a * b.
Proof. apply Rmult_lt_0_compat. Qed.
Lemma rate_of_inverse gamma mu : 0 < mu -> gamma <= 1 / mu -> gamma * mu <= 1.
Proof.
  intros mu_pos H. apply Rle_trans with (1 / mu * mu); [apply Rmult_le_compat_r; lra|].
  right; field; lra.
Qed.
