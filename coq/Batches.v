(** * Minibatches

    A minibatch of size k is a sublist of k of the N samples; all of them are equally likely. So it
    is drawn without replacement, uniformly. What the kernel takes as rules is proved here: the mean
    of a minibatch mean, and its second moments ([minibatch_pairs], the pair rule). *)
Require Export Instances Glue.
Require Import Lra Lia.

(** All sublists of length [k]: every set of [k] positions once. *)
Fixpoint subsets {I} (l : list I) (k : nat) {struct l} : list (list I) :=
  match k, l with
  | 0%nat, _ => [[]]
  | S _, [] => []
  | S j, i :: m => map (cons i) (subsets m j) ++ subsets m k
  end.

Example three_choose_two : subsets [1%nat; 2%nat; 3%nat] 2 = [[1; 2]; [1; 3]; [2; 3]]%nat.
Proof. reflexivity. Qed.

Lemma subsets_zero {I} (l : list I) : subsets l 0 = [[]].
Proof. destruct l; reflexivity. Qed.
Lemma subsets_some {I} (l : list I) k : (k <= length l)%nat -> subsets l k <> [].
Proof.
  revert k; induction l as [|i m IH]; intros [|k] H; simpl in *; try discriminate; [lia|].
  generalize (IH k). destruct (subsets m k); [intros K _; apply K; [lia|reflexivity] | discriminate].
Qed.
Lemma subsets_length {I} (l : list I) k w : In w (subsets l k) -> length w = k.
Proof.
  revert k w; induction l as [|i m IH]; intros [|k] w H; simpl in H;
    try (destruct H as [<-|[]]; reflexivity); [contradiction|].
  apply in_app_or in H as [H|H].
  - apply in_map_iff in H as [z [<- H]]. simpl. now rewrite (IH k z H).
  - exact (IH (S k) w H).
Qed.
Lemma samples_some {I} (l : list I) k : (1 <= k <= length l)%nat -> l <> [].
Proof. intros H ->; simpl in H; lia. Qed.

(** One sample, and one minibatch. *)
Definition one_of {I} (l : list I) k (enough : (1 <= k <= length l)%nat) : dist I :=
  uniform l (samples_some l k enough).
Definition minibatches {I} (l : list I) k (enough : (1 <= k <= length l)%nat) : dist (list I) :=
  uniform (subsets l k) (subsets_some l k (proj2 enough)).

Definition total {I} {V : gram} (w : list I) (u : I -> V) : V :=
  fold_right (fun n s => vadd (u n) s) vzero w.
(** The mean over a minibatch. *)
Definition average {I} {V : gram} (w : list I) (u : I -> V) : V :=
  (1 / INR (length w) * total w u)%vec.

Lemma number_of_samples {I} (l : list I) k : (1 <= k <= length l)%nat -> 0 < INR (length l).
Proof. intro H. apply lt_0_INR. lia. Qed.
Lemma batch_positive {I} (l : list I) k : (1 <= k <= length l)%nat -> 0 < INR k.
Proof. intro H. apply lt_0_INR. lia. Qed.
Lemma batch_size {I} (l : list I) k : (1 <= k <= length l)%nat -> INR k <= INR (length l).
Proof. intro H. apply le_INR. lia. Qed.
Lemma batch_at_least_one {I} (l : list I) k : (1 <= k <= length l)%nat -> 1 <= INR k.
Proof. intro H. apply (le_INR 1). lia. Qed.

(** ** Sums over all minibatches *)

Lemma sum_over_plus {I} (l : list I) a b :
  sum_over l (fun n => a n + b n) = sum_over l a + sum_over l b.
Proof. induction l as [|n l IH]; simpl; [|rewrite IH]; ring. Qed.
Lemma sum_over_times {I} (l : list I) r a : sum_over l (fun n => r * a n) = r * sum_over l a.
Proof. induction l as [|n l IH]; simpl; [|rewrite IH]; ring. Qed.
Lemma sum_over_ext_in {I} (l : list I) a b :
  (forall n, In n l -> a n = b n) -> sum_over l a = sum_over l b.
Proof.
  induction l as [|n l IH]; intro H; simpl; [reflexivity|].
  rewrite (H n) by now left. rewrite IH; [reflexivity|]. intros; apply H; now right.
Qed.

Lemma sum_subsets {I} (i : I) m k F : sum_over (subsets (i :: m) (S k)) F
  = sum_over (subsets m k) (fun w => F (i :: w)) + sum_over (subsets m (S k)) F.
Proof. simpl. now rewrite sum_over_app, sum_over_map. Qed.

Fixpoint choose (n k : nat) {struct n} : R :=
  match k, n with
  | 0%nat, _ => 1
  | S _, 0%nat => 0
  | S j, S m => choose m j + choose m k
  end.
Lemma choose_zero n : choose n 0 = 1.
Proof. destruct n; reflexivity. Qed.
Lemma choose_succ n k : choose (S n) (S k) = choose n k + choose n (S k).
Proof. reflexivity. Qed.

Lemma count_subsets {I} (l : list I) k : sum_over (subsets l k) (fun _ => 1) = choose (length l) k.
Proof.
  revert k; induction l as [|i m IH]; intros [|k]; try (simpl; ring).
  change (length (i :: m)) with (S (length m)).
  rewrite sum_subsets, choose_succ, <- !IH. reflexivity.
Qed.

(** Each sample is in the same number of minibatches, *)
Lemma sum_of_sums {I} (a : I -> R) i m k :
  sum_over (subsets (i :: m) (S k)) (fun w => sum_over w a)
    = choose (length m) k * sum_over (i :: m) a.
Proof.
  revert i k; induction m as [|j m IH]; intros i k.
  - destruct k; simpl; ring.
  - rewrite sum_subsets.
    change (fun w => sum_over (i :: w) a) with (fun w => a i + sum_over w a).
    rewrite sum_over_plus, sum_over_const, <- sum_over_one, count_subsets.
    change (sum_over (i :: j :: m) a) with (a i + sum_over (j :: m) a).
    change (length (j :: m)) with (S (length m)). rewrite (IH j k).
    destruct k as [|k].
    + rewrite subsets_zero, !choose_zero.
      change (sum_over [[]] (fun w => sum_over w a)) with (0 + 0). ring.
    + rewrite (IH j k), choose_succ. ring.
Qed.

(** and so is each ordered pair of two different ones. *)
Fixpoint cross {I} {V : gram} (l : list I) (u v : I -> V) : R :=
  match l with
  | [] => 0
  | i :: m => dot (u i) (total m v) + dot (total m u) (v i) + cross m u v
  end.

Lemma dot_total_l {I} {V : gram} (l : list I) (u : I -> V) z :
  dot (total l u) z = sum_over l (fun n => dot (u n) z).
Proof. induction l as [|n l IH]; simpl; [apply dot_zero_l | now rewrite dot_add_l, IH]. Qed.
Lemma dot_total_r {I} {V : gram} (l : list I) (u : I -> V) z :
  dot z (total l u) = sum_over l (fun n => dot z (u n)).
Proof. rewrite dot_sym, dot_total_l. apply sum_over_ext; intro; apply dot_sym. Qed.

Lemma product_of_totals {I} {V : gram} (l : list I) (u v : I -> V) :
  dot (total l u) (total l v) = sum_over l (fun n => dot (u n) (v n)) + cross l u v.
Proof.
  induction l as [|n l IH]; simpl; [rewrite dot_zero_l; ring|].
  rewrite dot_add_l, !dot_add_r, IH. ring.
Qed.

Lemma cross_of_one {I} {V : gram} (l : list I) (u v : I -> V) :
  sum_over (subsets l 1) (fun w => cross w u v) = 0.
Proof.
  induction l as [|i m IH]; [reflexivity|].
  rewrite sum_subsets, IH, subsets_zero. simpl. rewrite dot_zero_l, dot_zero_r. ring.
Qed.

Lemma sum_of_crosses {I} {V : gram} (u v : I -> V) i j m k :
  sum_over (subsets (i :: j :: m) (S (S k))) (fun w => cross w u v)
    = choose (length m) k * cross (i :: j :: m) u v.
Proof.
  revert i j k; induction m as [|h m IH]; intros i j k;
    rewrite sum_subsets;
    change (fun w => cross (i :: w) u v) with
      (fun w => dot (u i) (total w v) + dot (total w u) (v i) + cross w u v);
    rewrite !sum_over_plus;
    rewrite (sum_over_ext _ (fun w => dot (u i) (total w v))
      (fun w => sum_over w (fun n => dot (u i) (v n)))) by (intro; apply dot_total_r);
    rewrite (sum_over_ext _ (fun w => dot (total w u) (v i))
      (fun w => sum_over w (fun n => dot (u n) (v i)))) by (intro; apply dot_total_l);
    rewrite !sum_of_sums, <- dot_total_r, <- dot_total_l.
  - destruct k; simpl; rewrite ?dot_zero_l, ?dot_zero_r; ring.
  - change (length (h :: m)) with (S (length m)).
    change (cross (i :: j :: h :: m) u v) with
      (dot (u i) (total (j :: h :: m) v) + dot (total (j :: h :: m) u) (v i)
        + cross (j :: h :: m) u v).
    rewrite (IH j h k). destruct k as [|k].
    + rewrite cross_of_one, !choose_zero. ring.
    + rewrite (IH j h k), choose_succ. ring.
Qed.

Section Minibatches.
Context {I : Type} (l : list I) (k : nat) (enough : (1 <= k <= length l)%nat).
Let law := minibatches l k enough.
Let each := one_of l k enough.
Let many := INR (length (subsets l k)).

Lemma many_positive : 0 < many.
Proof. apply length_pos, subsets_some, enough. Qed.

Lemma sum_ratio (a : I -> R) :
  INR (length l) * sum_over (subsets l k) (fun w => sum_over w a) = many * INR k * sum_over l a.
Proof.
  unfold many. clear law each. destruct l as [|i m]; [simpl in enough; lia|].
  destruct k as [|j]; [lia|].
  assert (INR (S j) * INR (length (subsets (i :: m) (S j)))
    = choose (length m) j * INR (length (i :: m))) as count.
  { rewrite <- (sum_over_one (i :: m)), <- (sum_of_sums (fun _ => 1) i m j), <- sum_over_one,
      <- sum_over_times.
    apply sum_over_ext_in; intros w H. rewrite sum_over_one, (subsets_length _ _ _ H). ring. }
  rewrite sum_of_sums, (Rmult_comm (INR (length (subsets _ _)))), count. ring.
Qed.

Lemma cross_ratio : exists r, r * (INR (length l) * (INR (length l) - 1)) = many * (INR k * (INR k - 1))
  /\ forall (V : gram) (u v : I -> V),
     sum_over (subsets l k) (fun w => cross w u v) = r * cross l u v.
Proof.
  assert (exists r, forall (V : gram) (u v : I -> V),
    sum_over (subsets l k) (fun w => cross w u v) = r * cross l u v) as [r H].
  { destruct k as [|[|j]]; [lia| |].
    - exists 0. intros. rewrite cross_of_one. ring.
    - destruct l as [|i [|h m]]; simpl in enough; try lia.
      exists (choose (length m) j). intros. apply sum_of_crosses. }
  exists r. split; [|exact H].
  assert (forall w : list I, cross (V := line) w (fun _ => 1) (fun _ => 1)
    = INR (length w) * (INR (length w) - 1)) as squares.
  { intro w. pose proof (product_of_totals (V := line) w (fun _ => 1) (fun _ => 1)) as P.
    assert (total (V := line) w (fun _ => 1) = INR (length w)) as T.
    { rewrite <- sum_over_one. induction w as [|n w IH]; [reflexivity|].
      change (1 + total (V := line) w (fun _ => 1) = 1 + sum_over w (fun _ => 1)).
      now rewrite IH by (apply product_of_totals). }
    rewrite T in P. simpl in P. rewrite Rmult_1_l, sum_over_one in P. lra. }
  rewrite <- (squares l), <- (H line).
  rewrite (sum_over_ext_in _ _ (fun _ => INR k * (INR k - 1))).
  - apply sum_over_const.
  - intros w Hw. rewrite squares, (subsets_length _ _ _ Hw). reflexivity.
Qed.

(** What a minibatch sees is the mean of [u]; linear combinations of means are such. *)
Definition batch_mean {V : gram} (U : list I -> V) (u : I -> V) : Prop :=
  forall w, In w (subsets l k) -> U w == average w u.

Lemma batch_self {V : gram} (u : I -> V) : batch_mean (fun w => average w u) u.
Proof. intros w _. apply veq_refl. Qed.
Lemma batch_add {V : gram} (U W : list I -> V) u v : batch_mean U u -> batch_mean W v ->
  batch_mean (fun w => U w + W w)%vec (fun n => u n + v n)%vec.
Proof.
  intros HU HW w Hw z. rewrite dot_add_l, (HU w Hw), (HW w Hw). unfold average.
  rewrite !dot_scal_l, !dot_total_l, <- Rmult_plus_distr_l, <- sum_over_plus. f_equal.
  apply sum_over_ext; intro n. now rewrite dot_add_l.
Qed.
Lemma batch_scal {V : gram} a (U : list I -> V) u : batch_mean U u ->
  batch_mean (fun w => a * U w)%vec (fun n => a * u n)%vec.
Proof.
  intros HU w Hw z. rewrite dot_scal_l, (HU w Hw). unfold average.
  rewrite !dot_scal_l, !dot_total_l.
  rewrite (sum_over_ext w (fun n => dot (a * u n)%vec z) (fun n => a * dot (u n) z))
    by (intro; apply dot_scal_l).
  rewrite sum_over_times. ring.
Qed.
Lemma batch_opp {V : gram} (U : list I -> V) u : batch_mean U u ->
  batch_mean (fun w => - U w)%vec (fun n => - u n)%vec.
Proof. apply batch_scal. Qed.
Lemma batch_sub {V : gram} (U W : list I -> V) u v : batch_mean U u -> batch_mean W v ->
  batch_mean (fun w => U w - W w)%vec (fun n => u n - v n)%vec.
Proof. intros HU HW. exact (batch_add U _ u _ HU (batch_opp W v HW)). Qed.
Lemma batch_const {V : gram} (z : V) : batch_mean (fun _ => z) (fun _ => z).
Proof.
  intros w Hw y. unfold average. rewrite dot_scal_l, dot_total_l, sum_over_const.
  rewrite (subsets_length _ _ _ Hw). field. apply not_0_INR. lia.
Qed.

Theorem minibatch_mean {V : gram} (U : list I -> V) u : batch_mean U u -> EV law U == EV each u.
Proof.
  intros HU z. rewrite !dot_EV_l. unfold law, each, minibatches, one_of. rewrite !E_uniform.
  rewrite (sum_over_ext_in _ _ (fun w => 1 / INR k * sum_over w (fun n => dot (u n) z))).
  - rewrite sum_over_times. pose proof many_positive. fold many.
    pose proof (number_of_samples l k enough). pose proof (batch_positive l k enough).
    pose proof (sum_ratio (fun n => dot (u n) z)) as R.
    apply (Rmult_eq_reg_l (many * INR k * INR (length l))).
    + transitivity (INR (length l) * sum_over (subsets l k) (fun w => sum_over w (fun n => dot (u n) z)));
        [field; lra|]. rewrite R. field; lra.
    + apply Rgt_not_eq. repeat apply Rmult_lt_0_compat; assumption.
  - intros w Hw. rewrite (HU w Hw z). unfold average.
    now rewrite dot_scal_l, dot_total_l, (subsets_length _ _ _ Hw).
Qed.

Lemma second_moment {V : gram} (U W : list I -> V) u v : batch_mean U u -> batch_mean W v ->
  many * INR k ^ 2 * E law (fun w => dot (U w) (W w))
    = sum_over (subsets l k) (fun w => sum_over w (fun n => dot (u n) (v n)))
      + sum_over (subsets l k) (fun w => cross w u v).
Proof.
  intros HU HW. unfold law, minibatches. rewrite E_uniform. fold many.
  rewrite <- sum_over_plus.
  rewrite (sum_over_ext_in _ _ (fun w => 1 / INR k * (1 / INR k)
    * (sum_over w (fun n => dot (u n) (v n)) + cross w u v))).
  - rewrite sum_over_times. pose proof many_positive. pose proof (batch_positive l k enough).
    field; lra.
  - intros w Hw. rewrite (HU w Hw), dot_sym, (HW w Hw), dot_sym. unfold average.
    rewrite dot_scal_l, dot_scal_r, product_of_totals, (subsets_length _ _ _ Hw). ring.
Qed.

(** The pair rule. *)
Theorem minibatch_pairs {V : gram} (U W : list I -> V) u v : batch_mean U u -> batch_mean W v ->
  let n := INR (length l) in
  let s := n * E each (fun n => dot (u n) (v n)) / n in
  INR k * (n - 1) * E law (fun w => dot (U w) (W w))
    = (n - 1) * s + (INR k - 1) * (n * dot (EV law U) (EV law W) - s).
Proof.
  intros HU HW n s.
  pose proof (second_moment U W u v HU HW) as M.
  destruct cross_ratio as [r [R C]]. rewrite C in M.
  pose proof (sum_ratio (fun n => dot (u n) (v n))) as A.
  pose proof (number_of_samples l k enough) as n_pos. fold n in n_pos, R, A.
  pose proof (batch_positive l k enough) as k_pos. pose proof many_positive as many_pos.
  assert (s = sum_over l (fun n => dot (u n) (v n)) / n) as Hs.
  { unfold s, each, one_of. rewrite E_uniform. fold n. field. lra. }
  assert (dot (EV law U) (EV law W) = dot (total l u) (total l v) / n ^ 2) as means.
  { rewrite (minibatch_mean U u HU), dot_sym, (minibatch_mean W v HW).
    rewrite dot_EV_l. unfold each, one_of. rewrite E_uniform. fold n.
    rewrite (sum_over_ext l _ (fun m => sum_over l (fun j => dot (u j) (v m)) / n)).
    - rewrite sum_over_div, dot_total_r.
      rewrite (sum_over_ext l (fun j => dot (total l u) (v j))
        (fun m => sum_over l (fun j => dot (u j) (v m)))) by (intro; apply dot_total_l).
      field. lra.
    - intro m. rewrite dot_sym, dot_EV_l, E_uniform. reflexivity. }
  rewrite means, Hs. clear means Hs s. rewrite product_of_totals.
  set (d := sum_over l (fun n => dot (u n) (v n))) in *. set (p := cross l u v) in *.
  set (q := sum_over (subsets l k) (fun w => sum_over w (fun n => dot (u n) (v n)))) in *.
  set (m := E law (fun w => dot (U w) (W w))) in *.
  apply (Rmult_eq_reg_l (many * INR k * n)).
  - transitivity (n * (n - 1) * (many * INR k ^ 2 * m)); [ring|]. rewrite M.
    transitivity ((n - 1) * (n * q) + r * (n * (n - 1)) * p); [ring|]. rewrite A, R. field. lra.
  - apply Rgt_not_eq. repeat apply Rmult_lt_0_compat; assumption.
Qed.

(** The same for batches of one, where it also holds if there is one sample only. *)
Theorem minibatch_single {V : gram} (U W : list I -> V) u v : batch_mean U u -> batch_mean W v ->
  INR k = 1 ->
  let n := INR (length l) in
  E law (fun w => dot (U w) (W w)) = n * E each (fun n => dot (u n) (v n)) / n.
Proof.
  intros HU HW one n.
  assert (k = 1%nat) as K by (apply INR_eq; exact one).
  pose proof (second_moment U W u v HU HW) as M.
  replace (sum_over (subsets l k) (fun w => cross w u v)) with 0 in M
    by (rewrite K; symmetry; apply cross_of_one).
  pose proof (sum_ratio (fun n => dot (u n) (v n))) as A.
  pose proof (number_of_samples l k enough) as n_pos. fold n in n_pos, A.
  pose proof many_positive as many_pos. rewrite one in M, A.
  unfold each, one_of. rewrite E_uniform. fold n.
  apply (Rmult_eq_reg_l (many * n)).
  - transitivity (n * (many * 1 ^ 2 * E law (fun w => dot (U w) (W w)))); [ring|].
    rewrite M, Rplus_0_r, A. field. lra.
  - apply Rgt_not_eq. apply Rmult_lt_0_compat; assumption.
Qed.

(** The average rule, as it stands in a certificate. *)
Theorem minibatch_average {V : gram} (U : list I -> V) u : batch_mean U u ->
  EV law U == ((INR (length l) * EV each u) / INR (length l))%vec.
Proof.
  intros HU z. rewrite (minibatch_mean U u HU z), !dot_scal_l.
  pose proof (number_of_samples l k enough). field. lra.
Qed.
End Minibatches.
