(** * Objectives along lines, and quadratic growth

    Points that inner products cannot tell apart count as equal, so an objective must respect
    [==]; in R^n that says nothing. *)
Require Export Prelude.
Require Import Lra.

Record differentiable {V : gram} (f : V -> R) (df : V -> V) : Prop := {
  value_veq : forall x y, x == y -> f x = f y;
  gradient_veq : forall x y, x == y -> df x == df y;
  derivative : forall x v s,
    derivable_pt_lim (fun s => f (x + s * v)%vec) s (dot (df (x + s * v)%vec) v)
}.

Definition minimiser {V : gram} (f : V -> R) (x_star : V) : Prop := forall x, f x_star <= f x.

(** Strong quasi-convexity: strong convexity towards the minimiser only. *)
Definition QSC {V : gram} (mu : R) (f : V -> R) (df : V -> V) (x_star : V) : Prop :=
  forall x, f x + dot (df x) (x_star - x) + mu / 2 * nsq (x - x_star) <= f x_star.

Lemma along_one {V : gram} (x y : V) : (x + 1 * (y - x))%vec == y.
Proof. intro w; rewrite dot_add_l, dot_scal_l, dot_sub_l; ring. Qed.
Lemma along_zero {V : gram} (x v : V) : (x + 0 * v)%vec == x.
Proof. intro w; rewrite dot_add_l, dot_scal_l; ring. Qed.

Section Growth.
Context {V : gram} (mu : R) (f : V -> R) (df : V -> V) (x_star : V).
Hypothesis diff : differentiable f df.
Hypothesis least : minimiser f x_star.
Hypothesis qsc : QSC mu f df x_star.

(** The form in which a certificate uses the hypothesis. *)
Lemma qsc_at x : 0 <= dot (df x) (x - x_star) - (f x - f x_star) - mu / 2 * nsq (x - x_star).
Proof.
  generalize (qsc x). replace (dot (df x) (x_star - x)) with (- dot (df x) (x - x_star)).
  - lra.
  - rewrite !dot_sub_r; ring.
Qed.

Theorem quadratic_growth x : mu / 2 * nsq (x - x_star) <= f x - f x_star.
Proof.
  set (v := (x - x_star)%vec). set (r := nsq v).
  pose (phi := fun s => f (x_star + s * v)%vec - f x_star).
  pose (dphi := fun s => dot (df (x_star + s * v)%vec) v).
  assert (phi 1 = f x - f x_star) as phi_1.
  { unfold phi, v. now rewrite (value_veq _ _ diff _ _ (along_one x_star x)). }
  rewrite <- phi_1.
  assert (forall s, 0 <= phi s) as phi_pos by (intro s; generalize (least (x_star + s * v)%vec); unfold phi; lra).
  assert (forall s, phi s + mu / 2 * s ^ 2 * r <= s * dphi s) as ray.
  { intro s. generalize (qsc_at (x_star + s * v)%vec).
    replace (dot (df (x_star + s * v)%vec) (x_star + s * v - x_star)%vec) with (s * dphi s)
      by (rewrite dot_sub_r, dot_add_r, dot_scal_r; unfold dphi; ring).
    replace (nsq (x_star + s * v - x_star)%vec) with (s ^ 2 * r)
      by (unfold r, nsq; rewrite !dot_sub_l, !dot_add_l, !dot_scal_l, !dot_sub_r, !dot_add_r, !dot_scal_r; ring).
    fold (phi s). lra. }
  (* phi s / s - (mu/2) r s is nondecreasing on ]0, 1]. *)
  assert (forall s, 0 < s < 1 -> mu / 2 * r - mu / 2 * r * s <= phi 1) as bound.
  { intros s Hs.
    destruct (MVT_cor2 (fun s => phi s / s - mu / 2 * r * s)
                (fun s => (dphi s * s - 1 * phi s) / s ^ 2 - mu / 2 * r) s 1) as [z [Hz Iz]].
    - lra.
    - intros z Iz. apply derivable_pt_lim_minus.
      + replace (s ^ 2) with (Rsqr s) by (unfold Rsqr; ring).
        replace (z ^ 2) with (Rsqr z) by (unfold Rsqr; ring).
        apply (derivable_pt_lim_div phi id z); [| apply derivable_pt_lim_id | unfold id; lra].
        unfold phi. replace (dphi z) with (dphi z - 0) by ring.
        apply derivable_pt_lim_minus; [apply (derivative _ _ diff) | apply derivable_pt_lim_const].
      + replace (mu / 2 * r) with (mu / 2 * r * 1) at 2 by ring.
        apply (derivable_pt_lim_scal id); apply derivable_pt_lim_id.
    - assert (0 <= (dphi z * z - 1 * phi z) / z ^ 2 - mu / 2 * r) as up.
      { replace ((dphi z * z - 1 * phi z) / z ^ 2 - mu / 2 * r)
          with ((z * dphi z - (phi z + mu / 2 * z ^ 2 * r)) / z ^ 2) by (field; lra).
        apply Rmult_le_pos; [generalize (ray z); lra|].
        apply Rlt_le, Rinv_0_lt_compat, pow_lt; lra. }
      assert (0 <= phi s / s).
      { apply Rmult_le_pos; [apply phi_pos | apply Rlt_le, Rinv_0_lt_compat; lra]. }
      assert (0 <= ((dphi z * z - 1 * phi z) / z ^ 2 - mu / 2 * r) * (1 - s)) as up'
        by (apply Rmult_le_pos; lra).
      unfold Rdiv in Hz; rewrite Rinv_1 in Hz; fold (Rdiv (phi s) s) in Hz.
      unfold Rdiv in *; lra. }
  destruct (Rle_or_lt (mu / 2 * r) (phi 1)) as [?|lt]; [assumption|exfalso].
  (* At a small enough s the bound is already violated. *)
  set (m := mu / 2 * r) in *. set (p := phi 1) in *.
  assert (0 <= p) as p_pos by apply phi_pos.
  assert (0 < (m - p) / (2 * m) < 1) as Is.
  { split; [apply Rdiv_lt_0_compat; lra|].
    apply Rmult_lt_reg_r with (2 * m); [lra|].
    replace ((m - p) / (2 * m) * (2 * m)) with (m - p) by (field; lra). lra. }
  generalize (bound _ Is). replace (m * ((m - p) / (2 * m))) with ((m - p) / 2) by (field; lra).
  lra.
Qed.
End Growth.
