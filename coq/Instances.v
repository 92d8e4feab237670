(** * Instances: R^n, the uniform finite sum, and expectation over paths as a plain average *)
Require Export Prelude.
Require Import Lra.

(** ** The line and R^n *)

Definition line : gram.
Proof.
  refine {| carrier := R; vzero := 0; vadd := Rplus; vscal := Rmult; dot := Rmult |};
    intros; try ring. apply Rle_0_sqr.
Defined.

(** Orthogonal sum of two spaces. *)
Definition pair_gram (V W : gram) : gram.
Proof.
  refine {| carrier := V * W;
            vzero := (vzero, vzero);
            vadd := fun u v => (vadd (fst u) (fst v), vadd (snd u) (snd v));
            vscal := fun a u => (vscal a (fst u), vscal a (snd u));
            dot := fun u v => dot (fst u) (fst v) + dot (snd u) (snd v) |}; intros; simpl.
  - now rewrite (dot_sym (fst u)), (dot_sym (snd u)).
  - rewrite !dot_zero_l; ring.
  - rewrite !dot_add_l; ring.
  - rewrite !dot_scal_l; ring.
  - apply Rplus_le_le_0_compat; apply dot_pos.
Defined.

Definition unit_gram : gram.
Proof.
  refine {| carrier := unit; vzero := tt; vadd := fun _ _ => tt; vscal := fun _ _ => tt;
            dot := fun _ _ => 0 |}; intros; lra.
Defined.

(** R^n with its inner product. *)
Fixpoint Rn (n : nat) : gram :=
  match n with 0%nat => unit_gram | S k => pair_gram line (Rn k) end.

(** In R^n vectors that inner products cannot tell apart are equal, so every function of a point
    respects [==]. *)
Theorem Rn_separated n : forall u v : Rn n, u == v -> u = v.
Proof.
  induction n as [|n IH].
  - intros [] []; reflexivity.
  - intros [a u] [b v] H. f_equal.
    + generalize (H (1, vzero)). simpl. rewrite !dot_zero_r. lra.
    + apply IH. intro w. generalize (H (0, w)). simpl. lra.
Qed.

Lemma line_separated : forall u v : line, u == v -> u = v.
Proof. intros u v H. generalize (H 1); simpl; lra. Qed.

(** ** Uniform sampling from a list *)

Fixpoint sum_over {O} (l : list O) (f : O -> R) : R :=
  match l with [] => 0 | w :: m => f w + sum_over m f end.

Definition weigh {O} (a : R) (l : list O) : list (R * O) := map (pair a) l.

Lemma wsum_weigh {O} a (l : list O) f : wsum (weigh a l) f = a * sum_over l f.
Proof. induction l as [|w l IH]; simpl; [|rewrite IH]; ring. Qed.

Lemma sum_over_one {O} (l : list O) : sum_over l (fun _ => 1) = INR (length l).
Proof.
  induction l as [|w l IH]; [reflexivity|].
  change (1 + sum_over l (fun _ => 1) = INR (S (length l))). rewrite S_INR, IH; ring.
Qed.

Lemma sum_over_const {O} (l : list O) r : sum_over l (fun _ => r) = INR (length l) * r.
Proof.
  rewrite <- sum_over_one. induction l as [|w l IH]; simpl; [|rewrite IH]; ring.
Qed.

Lemma length_pos {O} (l : list O) : l <> [] -> 0 < INR (length l).
Proof. intro H. apply lt_0_INR. destruct l; [contradiction | apply Nat.lt_0_succ]. Qed.

Definition uniform {O} (l : list O) (some : l <> []) : dist O.
Proof.
  refine {| pts := weigh (/ INR (length l)) l |}.
  - intros p H. apply in_map_iff in H as [w [<- _]].
    apply Rlt_le, Rinv_0_lt_compat, length_pos, some.
  - rewrite wsum_weigh, sum_over_one. apply Rinv_l, Rgt_not_eq, length_pos, some.
Defined.

Theorem E_uniform {O} (l : list O) some f :
  E (uniform l some) f = sum_over l f / INR (length l).
Proof. unfold E; simpl. rewrite wsum_weigh; unfold Rdiv; ring. Qed.

(** ** All paths of length t, each once *)

Fixpoint all_paths {O} (l : list O) (t : nat) : list (list O) :=
  match t with
  | 0%nat => [[]]
  | S k => flat_map (fun w => map (cons w) (all_paths l k)) l
  end.

Lemma sum_over_app {O} (l m : list O) f : sum_over (l ++ m) f = sum_over l f + sum_over m f.
Proof. induction l as [|w l IH]; simpl; [|rewrite IH]; ring. Qed.
Lemma sum_over_map {O P} (h : O -> P) l f : sum_over (map h l) f = sum_over l (fun w => f (h w)).
Proof. induction l as [|w l IH]; simpl; [|rewrite IH]; reflexivity. Qed.
Lemma sum_over_flat_map {O P} (h : O -> list P) l f :
  sum_over (flat_map h l) f = sum_over l (fun w => sum_over (h w) f).
Proof. induction l as [|w l IH]; simpl; [|rewrite sum_over_app, IH]; reflexivity. Qed.
Lemma sum_over_ext {O} (l : list O) f g : (forall w, f w = g w) -> sum_over l f = sum_over l g.
Proof. intro H; induction l as [|w l IH]; simpl; [|rewrite H, IH]; reflexivity. Qed.
Lemma sum_over_div {O} (l : list O) f a : sum_over l (fun w => f w / a) = sum_over l f / a.
Proof. induction l as [|w l IH]; simpl; [|rewrite IH]; unfold Rdiv; ring. Qed.

(** There are N^t of them, *)
Theorem all_paths_count {O} (l : list O) t :
  INR (length (all_paths l t)) = INR (length l) ^ t.
Proof.
  rewrite <- sum_over_one. induction t as [|t IH]; [simpl; ring|].
  simpl. rewrite sum_over_flat_map.
  rewrite (sum_over_ext _ _ (fun _ => INR (length l) ^ t)); [apply sum_over_const|].
  intro w. rewrite sum_over_map. exact IH.
Qed.

(** and the expectation over paths is their average. *)
Theorem E_paths_average {O} (l : list O) some t h :
  E (paths (uniform l some) t) h = sum_over (all_paths l t) h / INR (length l) ^ t.
Proof.
  revert h; induction t as [|t IH]; intro h.
  - rewrite E_paths_0; simpl; field.
  - rewrite E_paths_S, E_uniform. simpl.
    rewrite (sum_over_ext _ _ (fun w => sum_over (all_paths l t) (fun p => h (w :: p))
      / INR (length l) ^ t)) by (intro; apply IH).
    rewrite sum_over_div, sum_over_flat_map.
    rewrite (sum_over_ext l (fun w => sum_over (map (cons w) _) h)
      (fun w => sum_over (all_paths l t) (fun p => h (w :: p)))) by (intro; apply sum_over_map).
    pose proof (length_pos l some). field. split; [apply pow_nonzero|]; lra.
Qed.
