(** * What calculus supplies: stationarity, descent, co-coercivity, expected smoothness *)
Require Export Growth.
Require Import Lra.

(** The gradient is L-Lipschitz. *)
Definition smooth {V : gram} (l : R) (df : V -> V) : Prop :=
  forall x y, nsq (df x - df y) <= l ^ 2 * nsq (x - y).
Definition convex {V : gram} (f : V -> R) (df : V -> V) : Prop :=
  forall x y, f x + dot (df x) (y - x) <= f y.
(** Gradient domination. *)
Definition PL {V : gram} (mu : R) (f : V -> R) (df : V -> V) (x_star : V) : Prop :=
  forall x, mu * (f x - f x_star) <= 1 / 2 * nsq (df x).
Definition ES {V : gram} {O} (law : dist O) (l_exp : R) (f : V -> R) (g : O -> V -> V) (x_star : V)
  : Prop := forall x, E law (fun w => nsq (g w x - g w x_star)) <= 2 * l_exp * (f x - f x_star).

Section CauchySchwarz.
Context {V : gram}.
Implicit Types u v : V.

Lemma cauchy_schwarz u v : dot u v ^ 2 <= nsq u * nsq v.
Proof.
  destruct (nsq_pos v) as [pos|zero].
  - generalize (nsq_pos (nsq v * u - dot u v * v)%vec).
    unfold nsq; rewrite !dot_sub_l, !dot_sub_r, !dot_scal_l, !dot_scal_r, (dot_sym v u).
    fold (nsq u) (nsq v). intro H.
    apply Rmult_le_reg_r with (nsq v); [exact pos|]. lra.
  - rewrite dot_sym, (nsq_null v (eq_sym zero) u), <- zero. lra.
Qed.

Lemma dot_bound u v k : 0 <= k -> nsq u <= k ^ 2 * nsq v -> dot u v <= k * nsq v.
Proof.
  intros k_pos H. destruct (Rle_or_lt (dot u v) (k * nsq v)) as [?|lt]; [assumption|exfalso].
  assert (0 <= nsq v) as v_pos by apply nsq_pos.
  assert (0 <= k * nsq v) as kv_pos by (apply Rmult_le_pos; assumption).
  assert ((k * nsq v) ^ 2 < dot u v ^ 2) as gt.
  { replace ((k * nsq v) ^ 2) with ((k * nsq v) * (k * nsq v)) by ring.
    replace (dot u v ^ 2) with (dot u v * dot u v) by ring. apply Rmult_le_0_lt_compat; lra. }
  assert (nsq u * nsq v <= k ^ 2 * nsq v * nsq v) by (apply Rmult_le_compat_r; assumption).
  generalize (cauchy_schwarz u v). replace ((k * nsq v) ^ 2) with (k ^ 2 * nsq v * nsq v) in gt by ring.
  lra.
Qed.
End CauchySchwarz.

(** The gradient vanishes at a minimiser. *)
Theorem stationary {V : gram} (f : V -> R) (df : V -> V) (x_star : V) :
  differentiable f df -> minimiser f x_star -> vnull (df x_star).
Proof.
  intros diff least v.
  pose proof (derivative _ _ diff x_star v 0) as D.
  assert (derivable_pt (fun s => f (x_star + s * v)%vec) 0) as pr by (eexists; exact D).
  rewrite <- (gradient_veq _ _ diff _ _ (along_zero x_star v) v).
  rewrite <- (proj2 (derive_pt_eq _ _ _ pr) D).
  apply (deriv_minimum _ (-1) 1); [lra|lra|].
  intros s _ _. rewrite (value_veq _ _ diff _ _ (along_zero x_star v)). apply least.
Qed.

(** The descent lemma. *)
Theorem descent {V : gram} (l : R) (f : V -> R) (df : V -> V) :
  0 <= l -> differentiable f df -> smooth l df ->
  forall x y, f y <= f x + dot (df x) (y - x) + l / 2 * nsq (y - x).
Proof.
  intros l_pos diff lip x y. set (v := (y - x)%vec).
  pose (psi := fun s => f (x + s * v)%vec - dot (df x) v * s - l / 2 * nsq v * (s * s)).
  destruct (MVT_cor2 psi
    (fun s => dot (df (x + s * v)%vec) v - dot (df x) v * 1 - l / 2 * nsq v * (1 * s + s * 1)) 0 1)
    as [z [Hz Iz]].
  - lra.
  - intros z _. unfold psi. apply derivable_pt_lim_minus; [apply derivable_pt_lim_minus|].
    + apply (derivative _ _ diff).
    + apply (derivable_pt_lim_scal id); apply derivable_pt_lim_id.
    + apply (derivable_pt_lim_scal (fun s => s * s)).
      apply (derivable_pt_lim_mult id id); apply derivable_pt_lim_id.
  - assert (dot (df (x + z * v)%vec - df x)%vec v <= l * z * nsq v) as B.
    { apply dot_bound; [apply Rmult_le_pos; lra|].
      eapply Rle_trans; [apply lip|]. right.
      unfold nsq; rewrite !dot_sub_l, !dot_add_l, !dot_scal_l, !dot_sub_r, !dot_add_r, !dot_scal_r; ring. }
    rewrite dot_sub_l in B.
    unfold psi in Hz. rewrite (value_veq _ _ diff _ _ (along_zero x v)) in Hz.
    unfold v in Hz at 1. rewrite (value_veq _ _ diff _ _ (along_one x y)) in Hz.
    lra.
Qed.

(** The same with any bound on the values instead of the gradients: what is used below. *)
Section GradientStep.
Context {V : gram} (l : R) (f : V -> R) (df : V -> V).
Hypothesis l_pos : 0 < l.
Hypothesis upper : forall x y, f y <= f x + dot (df x) (y - x) + l / 2 * nsq (y - x).

Theorem gradient_bound x_star : minimiser f x_star ->
  forall x, nsq (df x) <= 2 * l * (f x - f x_star).
Proof.
  intros least x. generalize (upper x (x - 1 / l * df x)%vec) (least (x - 1 / l * df x)%vec).
  replace (dot (df x) (x - 1 / l * df x - x)%vec) with (- (1 / l) * nsq (df x))
    by (unfold nsq; rewrite !dot_sub_r, dot_scal_r; ring).
  replace (l / 2 * nsq (x - 1 / l * df x - x)%vec) with (1 / (2 * l) * nsq (df x)).
  2: { unfold nsq; rewrite !dot_sub_l, !dot_sub_r, !dot_scal_l, !dot_scal_r,
         (dot_sym x (df x)). field; lra. }
  intros. apply Rmult_le_reg_l with (1 / (2 * l)); [apply Rdiv_lt_0_compat; lra|].
  replace (1 / (2 * l) * (2 * l * (f x - f x_star))) with (f x - f x_star) by (field; lra).
  replace (- (1 / l) * nsq (df x)) with (- 2 * (1 / (2 * l) * nsq (df x))) in * by (field; lra).
  lra.
Qed.

Theorem cocoercive : convex f df ->
  forall x y, nsq (df x - df y) <= 2 * l * (f x - f y - dot (df y) (x - y)).
Proof.
  intros conv x y. set (a := (df x - df y)%vec). set (z := (x - 1 / l * a)%vec).
  generalize (upper x z) (conv y z).
  replace (dot (df x) (z - x)%vec) with (- (1 / l) * dot (df x) a)
    by (unfold z; rewrite !dot_sub_r, dot_scal_r; ring).
  replace (dot (df y) (z - y)%vec) with (dot (df y) (x - y)%vec - 1 / l * dot (df y) a)
    by (unfold z; rewrite !dot_sub_r, dot_scal_r; ring).
  replace (l / 2 * nsq (z - x)%vec) with (1 / (2 * l) * nsq a).
  2: { unfold z, nsq; rewrite !dot_sub_l, !dot_sub_r, !dot_scal_l, !dot_scal_r, (dot_sym x a).
       field; lra. }
  assert (nsq a = dot (df x) a - dot (df y) a) as Ha by (unfold nsq; unfold a at 1; apply dot_sub_l).
  intros U C. apply Rmult_le_reg_l with (1 / (2 * l)); [apply Rdiv_lt_0_compat; lra|].
  replace (1 / (2 * l) * (2 * l * (f x - f y - dot (df y) (x - y)%vec)))
    with (f x - f y - dot (df y) (x - y)%vec) by (field; lra).
  assert (1 / l * nsq a = 1 / l * dot (df x) a - 1 / l * dot (df y) a) as Hl by (rewrite Ha; ring).
  replace (1 / l * nsq a) with (2 * (1 / (2 * l) * nsq a)) in Hl by (field; lra).
  lra.
Qed.
End GradientStep.

(** Convex samples, each smooth with [l_max], have expected smoothness [l_max]. *)
Theorem expected_smoothness {V : gram} {O} (law : dist O) (l_max : R)
  (f : O -> V -> R) (g : O -> V -> V) (x_star : V) :
  0 < l_max ->
  (forall w, differentiable (f w) (g w)) -> (forall w, smooth l_max (g w)) ->
  (forall w, convex (f w) (g w)) -> vnull (EV law (fun w => g w x_star)) ->
  ES law l_max (fun x => E law (fun w => f w x)) g x_star.
Proof.
  intros l_pos diff lip conv stat x.
  eapply Rle_trans.
  - apply E_le; intro w. apply (cocoercive l_max (f w) (g w) l_pos); [|apply conv].
    apply descent; [lra | apply diff | apply lip].
  - rewrite E_times, E_minus, E_minus, <- dot_EV_l, stat. right; ring.
Qed.

Section Conditioning.
Context {V : gram} {O : Type} (law : dist O) (mu l_exp : R) (f : V -> R) (g : O -> V -> V).
Context (x_star : V).
Let df x := EV law (fun w => g w x).
Hypothesis mu_pos : 0 < mu.
Hypothesis stat : vnull (df x_star).
Hypothesis qsc : QSC mu f df x_star.
Hypothesis growth : forall x, mu / 2 * nsq (x - x_star) <= f x - f x_star.
Hypothesis es : ES law l_exp f g x_star.

(** The square of a mean is at most the mean of the square. *)
Lemma jensen {U : gram} (Y : RV law U) : nsq (mean law Y) <= nsq Y.
Proof.
  generalize (nsq_pos (Y - cst (mean law Y))%vec). unfold nsq.
  rewrite dot_sub_l, !dot_sub_r, dot_cst_r, dot_cst_l, dot_cst_r, mean_cst_l. lra.
Qed.

Theorem mu_le_l_exp x : 0 < nsq (x - x_star) -> mu <= l_exp.
Proof.
  intro r_pos. set (r := nsq (x - x_star)%vec) in *. set (F := f x - f x_star).
  assert (mu / 2 * r <= F) as growth_x by apply growth.
  assert (0 < mu / 2 * r) as half_pos by (apply Rmult_lt_0_compat; lra).
  pose proof (qsc_at mu f df x_star qsc x) as Q. fold r F in Q.
  assert (nsq (df x) <= 2 * l_exp * F) as J.
  { eapply Rle_trans; [|apply es].
    eapply Rle_trans; [|apply (jensen (fun w => g w x - g w x_star)%vec)].
    right. unfold nsq.
    set (gx := (fun w => g w x) : RV law V). set (gs := (fun w => g w x_star) : RV law V).
    change (dot (df x) (df x) = dot (mean law (gx - gs)%vec) (mean law (gx - gs)%vec)).
    rewrite mean_sub_l, !mean_sub_r. change (mean law gs) with (df x_star).
    change (mean law gx) with (df x). rewrite !stat, (dot_sym _ (df x_star)), stat. ring. }
  pose proof (cauchy_schwarz (df x) (x - x_star)%vec) as C. fold r in C.
  set (p := dot (df x) (x - x_star)%vec) in *.
  assert ((F + mu / 2 * r) * (F + mu / 2 * r) <= p * p) as S by (apply Rmult_le_compat; lra).
  assert (nsq (df x) * r <= 2 * l_exp * F * r) as K by (apply Rmult_le_compat_r; lra).
  assert (0 <= (F - mu / 2 * r) ^ 2) as A by apply pow2_ge_0.
  assert (0 < F * r) as Fr by (apply Rmult_lt_0_compat; lra).
  apply Rmult_le_reg_r with (2 * (F * r)); [lra|]. lra.
Qed.
End Conditioning.
