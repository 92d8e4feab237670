(** * What a statement supplies to its certificate *)
Require Export Calculus.
Require Import Lra Classical.

(** ** A space of one point

    That mu <= l_exp follows at any point at a distance from x*. Where there is none, no two points
    can be told apart, and a bound made of distances has only zeros on both sides. *)

Lemma another_point {V : gram} (x_star : V) :
  (exists x, 0 < nsq (x - x_star)) \/ (forall v : V, vnull v).
Proof.
  destruct (classic (exists x, 0 < nsq (x - x_star))) as [other|none]; [now left | right].
  intro v. apply nsq_null.
  destruct (nsq_pos (v + x_star - x_star)%vec) as [H|H].
  - exfalso. apply none. now exists (v + x_star)%vec.
  - rewrite (veq_nsq v (v + x_star - x_star)%vec); [symmetry; exact H|].
    intro w. rewrite dot_sub_l, dot_add_l. ring.
Qed.

Lemma E_null {O} (D : dist O) a : (forall w, a w = 0) -> E D a = 0.
Proof. intro H. rewrite <- (E_const D 0). apply E_ext, H. Qed.

Ltac vanishes only :=
  lazymatch goal with
  | |- E _ _ = 0 => apply E_null; let w := fresh in intro w; vanishes only
  | |- nsq ?u = 0 => exact (only u u)
  | |- dot ?u ?v = 0 => exact (only u v)
  | |- _ => fail "not a distance"
  end.
(** [0 <= ...]: every term has a distance as a factor. *)
Ltac one_point only :=
  repeat match goal with
  | |- context [E ?D ?a] => replace (E D a) with 0 by (symmetry; vanishes only)
  | |- context [nsq ?u] => replace (nsq u) with 0 by (symmetry; vanishes only)
  | |- context [dot ?u ?v] => replace (dot u v) with 0 by (symmetry; vanishes only)
  end;
  right; unfold Rdiv; ring.

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

(** What holds for every law holds for the one of a single outcome, and so at each outcome. *)
Lemma at_point {V : gram} {O} (w : O) (U W : RV (point w) V) : U == W -> U w == W w.
Proof. intros H z. generalize (H (fun _ => z)). simpl. now rewrite !E_point. Qed.

(** ** What the classes say, in the form in which certificates use it *)

(** Strong convexity. *)
Definition SC {V : gram} (mu : R) (f : V -> R) (df : V -> V) : Prop :=
  forall x y, f x + dot (df x) (y - x) + mu / 2 * nsq (y - x) <= f y.

Section Forms.
Context {V : gram} {O : Type} (law : dist O) (f : V -> R) (g : O -> V -> V) (x_star : V).
Let df x := EV law (fun w => g w x).

Lemma qsc_form mu : QSC mu f df x_star ->
  forall x, f x - f x_star + mu / 2 * nsq (x - x_star) <= dot (df x) (x - x_star).
Proof. intros H x. generalize (qsc_at mu f df x_star H x). lra. Qed.

Lemma pl_form mu : PL mu f df x_star -> forall x, 2 * mu * (f x - f x_star) <= nsq (df x).
Proof. intros H x. generalize (H x). lra. Qed.

Lemma sc_form mu : SC mu f df ->
  forall x y, f x - f y + mu / 2 * nsq (x - y) <= dot (df x) (x - y).
Proof.
  intros H x y. generalize (H x y). unfold nsq.
  rewrite !dot_sub_l, !dot_sub_r, (dot_sym y x). lra.
Qed.

(** Towards any point, not only the minimiser. *)
Lemma sc_tilted mu : SC mu f df ->
  forall x y, f x - f y - dot (df y) (x - y) + mu / 2 * nsq (x - y) <= dot (df x - df y) (x - y).
Proof. intros H x y. generalize (sc_form mu H x y). rewrite dot_sub_l. lra. Qed.

Lemma sc_gap mu : SC mu f df ->
  forall x y, mu / 2 * nsq (x - y) <= f x - f y - dot (df y) (x - y).
Proof. intros H x y. generalize (H y x). lra. Qed.

Hypothesis diff : differentiable f df.
Hypothesis least : minimiser f x_star.

Lemma stationary_form : mean law (fun w => g w x_star) == (0 * x_star)%vec.
Proof. intro w. rewrite dot_scal_l, Rmult_0_l. exact (stationary f df x_star diff least w). Qed.

Lemma gradient_bound_form l : 0 < l -> smooth l df ->
  forall x, nsq (df x - df x_star) <= 2 * l * (f x - f x_star).
Proof.
  intros pos lip x.
  eapply Rle_trans; [|apply (gradient_bound l f df pos); [|exact least]].
  - right. apply veq_nsq. intro w. rewrite dot_sub_l, (stationary f df x_star diff least). ring.
  - apply descent; [lra | exact diff | exact lip].
Qed.

Lemma rate_form mu l : 0 < mu -> QSC mu f df x_star -> ES law l f g x_star ->
  (exists x, 0 < nsq (x - x_star)) -> mu <= l.
Proof.
  intros pos qsc es [x far].
  apply (mu_le_l_exp law mu l f g x_star pos (stationary f df x_star diff least) qsc
    (quadratic_growth mu f df x_star diff least qsc) es x far).
Qed.
End Forms.

(** A law that one step keeps: its mean does not move. *)
Definition stationary_law {V : gram} {O S : Type} (law : dist O) (step : V -> O -> V)
  (limit : dist S) (X : S -> V) : Prop :=
  forall h : V -> R, E limit (fun s => E law (fun w => h (step (X s) w))) = E limit (fun s => h (X s)).

Lemma stationary_mean_form {V : gram} {O S : Type} (law : dist O) (g : O -> V -> V) (c : O -> V)
  (gamma lambda : R) (limit : dist S) (X : S -> V) :
  stationary_law law (fun x w => x - gamma * (g w x - lambda * c w))%vec limit X ->
  mean limit (fun s => X s - gamma * (EV law (fun w => g w (X s)) - lambda * EV law c))%vec
    == mean limit X.
Proof.
  intros H v. unfold mean. rewrite !dot_EV_l, <- (H (fun x => dot x v)).
  apply E_ext; intro s.
  rewrite dot_sub_l, dot_scal_l, dot_sub_l, dot_scal_l, !dot_EV_l.
  rewrite <- (E_const law (dot (X s) v)) at 1.
  rewrite <- E_times, <- E_minus, <- E_times, <- E_minus.
  apply E_ext; intro w. rewrite dot_sub_l, dot_scal_l, dot_sub_l, dot_scal_l. ring.
Qed.

(** A quadratic function has an affine gradient, with a symmetric linear part. *)
Definition quadratic {V : gram} (df : V -> V) : Prop :=
  exists (H : linear V V) (b : V), (forall u v, dot (H u) v = dot u (H v)) /\ forall x, df x == H x - b.

Lemma affine_gradient {V : gram} (df : V -> V) (lambda : R) (x y z : V) : quadratic df ->
  x == lambda * y + (1 - lambda) * z -> df x == lambda * df y + (1 - lambda) * df z.
Proof.
  intros [H [b [_ G]]] mix w.
  rewrite (G x w), dot_add_l, !dot_scal_l, (G y w), (G z w), !dot_sub_l, (act_veq H _ _ mix w).
  rewrite dot_act_add_l, !dot_act_scal_l. ring.
Qed.

(** A compressor: right in the mean, with a variance of at most omega times the square. *)
Definition unbiased_compressor {V : gram} {C : Type} (omega : R) (coin_law : dist C)
  (compress : C -> V -> V) : Prop :=
  (forall y, EV coin_law (fun z => compress z y) == y)
  /\ (forall y, E coin_law (fun z => nsq (compress z y - y)) <= omega * nsq y).

(** ** Convex samples *)

(** Each sample is differentiable and convex, with an l_max-Lipschitz gradient. *)
Record convex_smooth_samples {V : gram} {N : Type} (l_max : R) (f_n : N -> V -> R)
  (g_n : N -> V -> V) : Prop := {
  sample_differentiable : forall n, differentiable (f_n n) (g_n n);
  sample_smooth : forall n, smooth l_max (g_n n);
  sample_convex : forall n, convex (f_n n) (g_n n)
}.

(** The objective is their average, and the gradients that a step sees have the same mean. *)
Section Samples.
Context {V : gram} {O N : Type} (law : dist O) (f : V -> R) (g : O -> V -> V).
Context (each : dist N) (f_n : N -> V -> R) (g_n : N -> V -> V) (l_max n_samples : R).
Let df x := EV law (fun w => g w x).
Hypothesis l_pos : 0 < l_max.
Hypothesis n_pos : 0 < n_samples.
Hypothesis samples : convex_smooth_samples l_max f_n g_n.
Hypothesis value : forall x, f x = E each (fun n => f_n n x).
Hypothesis gradient : forall x, EV law (fun w => g w x) == EV each (fun n => g_n n x).

(** Co-coercivity of each sample, summed. *)
Lemma cocoercive_tilted x y :
  n_samples * E each (fun n => nsq (g_n n x - g_n n y))
    <= 2 * l_max * n_samples * (f x - f y - dot (df y) (x - y)).
Proof.
  destruct samples as [diff lip conv].
  replace (2 * l_max * n_samples * (f x - f y - dot (df y) (x - y)))
    with (n_samples * (2 * l_max * (f x - f y - dot (df y) (x - y)))) by ring.
  apply Rmult_le_compat_l; [lra|]. eapply Rle_trans.
  - apply E_le; intro n. apply (cocoercive l_max (f_n n) (g_n n) l_pos); [|apply conv].
    apply descent; [lra | apply diff | apply lip].
  - rewrite E_times, E_minus, E_minus, <- dot_EV_l, <- !value, <- gradient. right; reflexivity.
Qed.
Lemma cocoercive_form x_star : differentiable f df -> minimiser f x_star ->
  forall x, n_samples * E each (fun n => nsq (g_n n x - g_n n x_star))
    <= 2 * l_max * n_samples * (f x - f x_star).
Proof.
  intros diff least x. eapply Rle_trans; [apply cocoercive_tilted|].
  rewrite (stationary f _ x_star diff least). right; ring.
Qed.
End Samples.
