(** * Sample paths

    A run folds a step over a list of samples. The law of t independent samples is an ordinary
    [dist], so that expectation over paths is the same [E]. Conditioning on the first sample is the
    recursion on t; no filtration is needed. *)

Require Export Scalars.
Require Import Lra.

Definition point {O} (w : O) : dist O.
Proof.
  refine {| pts := [(1, w)] |}.
  - intros p [<-|[]]; simpl; lra.
  - simpl; ring.
Defined.

Lemma E_point {O} (w : O) f : E (point w) f = f w.
Proof. unfold E; simpl; ring. Qed.

Lemma wsum_app {O} (l m : list (R * O)) f : wsum (l ++ m) f = wsum l f + wsum m f.
Proof. induction l as [|p l IH]; simpl; [|rewrite IH]; ring. Qed.

(** Push the pairs of two weighted lists through [h]. *)
Definition pairs {O1 O2 O} (h : O1 -> O2 -> O) (l : list (R * O1)) (m : list (R * O2))
  : list (R * O) :=
  flat_map (fun p => map (fun q => (fst p * fst q, h (snd p) (snd q))) m) l.

Lemma wsum_pairs {O1 O2 O} (h : O1 -> O2 -> O) l m f :
  wsum (pairs h l m) f = wsum l (fun w => wsum m (fun z => f (h w z))).
Proof.
  induction l as [|p l IH]; simpl; [reflexivity|].
  rewrite wsum_app, IH; f_equal. clear IH.
  induction m as [|q m IHm]; simpl; [|rewrite IHm]; ring.
Qed.

(** Two independent draws, combined by [h]. *)
Definition both {O1 O2 O} (h : O1 -> O2 -> O) (D1 : dist O1) (D2 : dist O2) : dist O.
Proof.
  refine {| pts := pairs h (pts D1) (pts D2) |}.
  - intros p Hp. apply in_flat_map in Hp as [a [Ha Hp]].
    apply in_map_iff in Hp as [b [<- Hb]]; simpl.
    apply Rmult_le_pos; [now apply (weight_pos D1) | now apply (weight_pos D2)].
  - rewrite wsum_pairs, weight_one. apply weight_one.
Defined.

Lemma E_both {O1 O2 O} (h : O1 -> O2 -> O) D1 D2 f :
  E (both h D1 D2) f = E D1 (fun w => E D2 (fun z => f (h w z))).
Proof. apply wsum_pairs. Qed.

(** A sample together with an independent coin. *)
Definition product {O1 O2} : dist O1 -> dist O2 -> dist (O1 * O2) := both pair.

Fixpoint paths {O} (D : dist O) (t : nat) : dist (list O) :=
  match t with 0%nat => point [] | S k => both cons D (paths D k) end.

Lemma E_paths_0 {O} (D : dist O) h : E (paths D 0) h = h [].
Proof. apply E_point. Qed.
Lemma E_paths_S {O} (D : dist O) t h :
  E (paths D (S t)) h = E D (fun w => E (paths D t) (fun p => h (w :: p))).
Proof. apply E_both. Qed.

Definition run {O X : Type} (step : X -> O -> X) (start : X) (path : list O) : X :=
  fold_left step path start.

(** The finite geometric sum; [unroll] bounds it by its limit. *)
Fixpoint geometric (q : R) (t : nat) : R :=
  match t with 0%nat => 0 | S k => geometric q k + q ^ k end.

Lemma geometric_limit q t : 0 <= q < 1 -> geometric q t <= 1 / (1 - q).
Proof.
  intro Hq.
  assert (geometric q t = (1 - q ^ t) / (1 - q)) as ->.
  { induction t as [|t IH]; simpl; [|rewrite IH]; field; lra. }
  apply Rmult_le_compat_r; [apply Rlt_le, Rinv_0_lt_compat; lra|].
  assert (0 <= q ^ t) by (apply pow_le; lra). lra.
Qed.

Theorem unroll_finite {O X : Type} (D : dist O) (step : X -> O -> X) (phi : X -> R) (q N : R) :
  0 <= q -> (forall x, E D (fun w => phi (step x w)) <= q * phi x + N) ->
  forall t x, E (paths D t) (fun p => phi (run step x p)) <= q ^ t * phi x + N * geometric q t.
Proof.
  intros q_pos one_step. induction t as [|t IH]; intro x.
  - rewrite E_paths_0; simpl; lra.
  - rewrite E_paths_S.
    apply Rle_trans with (E D (fun w => q ^ t * phi (step x w) + N * geometric q t)).
    { apply E_le; intro w; apply (IH (step x w)). }
    rewrite E_plus, E_times, E_const; simpl.
    assert (q ^ t * E D (fun w => phi (step x w)) <= q ^ t * (q * phi x + N)) as K
      by (apply Rmult_le_compat_l; [apply pow_le; exact q_pos | apply one_step]).
    lra.
Qed.

(** From one step to all: the rule that turns a bound on a step into a bound on a run. The state
    is any type, so that memory (a table, a snapshot) may be part of it. *)
Theorem unroll {O X : Type} (D : dist O) (step : X -> O -> X) (phi : X -> R) (q N : R) :
  0 <= q -> q < 1 -> 0 <= N ->
  (forall x, E D (fun w => phi (step x w)) <= q * phi x + N) ->
  forall t x, E (paths D t) (fun p => phi (run step x p)) <= q ^ t * phi x + N / (1 - q).
Proof.
  intros q_pos q_lt N_pos one_step t x.
  eapply Rle_trans; [apply (unroll_finite D step phi q N); assumption|].
  apply Rplus_le_compat_l. unfold Rdiv; apply Rmult_le_compat_l; [exact N_pos|].
  replace (/ (1 - q)) with (1 / (1 - q)) by (field; lra). apply geometric_limit; lra.
Qed.

(** The same with the bound as it is written in a claim. *)
Theorem unroll_to {O X : Type} (D : dist O) (step : X -> O -> X) (phi : X -> R) (r N B : R) :
  0 < r -> 0 <= 1 - r -> 0 <= N ->
  (forall x, E D (fun w => phi (step x w)) <= (1 - r) * phi x + N) ->
  forall t x, (1 - r) ^ t * phi x + N / r = B ->
  E (paths D t) (fun p => phi (run step x p)) <= B.
Proof.
  intros r_pos r_le N_pos one_step t x <-.
  replace (N / r) with (N / (1 - (1 - r))) by (f_equal; ring).
  apply unroll; try assumption; lra.
Qed.

(** Two runs over the same samples keep any relation that one step keeps. *)
Theorem induct {O X Y : Type} (step : X -> O -> X) (step' : Y -> O -> Y) (rel : X -> Y -> Prop) :
  (forall x y w, rel x y -> rel (step x w) (step' y w)) ->
  forall path x y, rel x y -> rel (run step x path) (run step' y path).
Proof.
  intros keep path; induction path as [|w path IH]; intros x y H; simpl; [exact H|].
  apply IH, keep, H.
Qed.
