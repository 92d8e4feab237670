(** * Vectors, expectations and certificates

    The ground on which every theorem file stands. Nothing is assumed here: whatever is said about
    inner products, expectations and sample paths is a lemma.

    - [gram]: a vector space with a semi-inner product. No equation between vectors is required,
      only between inner products, so that random vectors form a [gram] again and a certificate is
      one identity between inner products.
    - [dist], [E], [EV]: a finite weighted distribution; expectation of scalars and of vectors.
    - Level 0 is a fixed value, level 1 depends on a sample, level 2 also on an independent coin.
      [cst] and [lift] raise a vector by one level, [scst] and [slift] a scalar. *)

Require Export Reals List.
Require Import Lra FunctionalExtensionality.
Export ListNotations.
Open Scope R_scope.

(** ** Vectors *)

Record gram := {
  carrier :> Type;
  vzero : carrier;
  vadd : carrier -> carrier -> carrier;
  vscal : R -> carrier -> carrier;
  dot : carrier -> carrier -> R;
  dot_sym : forall u v, dot u v = dot v u;
  dot_zero_l : forall v, dot vzero v = 0;
  dot_add_l : forall u v w, dot (vadd u v) w = dot u w + dot v w;
  dot_scal_l : forall a u v, dot (vscal a u) v = a * dot u v;
  dot_pos : forall u, 0 <= dot u u
}.

Declare Scope vec_scope.
Delimit Scope vec_scope with vec.
Bind Scope vec_scope with carrier.
Arguments vzero {_}.
Arguments vadd {_} _%vec _%vec.
Arguments vscal {_} _%R _%vec.
Arguments dot {_} _%vec _%vec.
Arguments dot_sym {_} _%vec _%vec.
Arguments dot_pos {_} _%vec.

Definition vopp {V : gram} (u : V) : V := vscal (-1) u.
Definition vsub {V : gram} (u v : V) : V := vadd u (vopp v).
Definition nsq {V : gram} (u : V) : R := dot u u.
(** Equality as far as inner products can tell; all that the proofs need. *)
Definition veq {V : gram} (u v : V) : Prop := forall w, dot u w = dot v w.
Definition vnull {V : gram} (u : V) : Prop := forall w, dot u w = 0.
Arguments vopp {_} _%vec.
Arguments vsub {_} _%vec _%vec.
Arguments nsq {_} _%vec.
Arguments veq {_} _%vec _%vec.
Arguments vnull {_} _%vec.

Notation "u + v" := (vadd u v) : vec_scope.
Notation "- u" := (vopp u) : vec_scope.
Notation "u - v" := (vsub u v) : vec_scope.
Notation "a * u" := (vscal a%R u) : vec_scope.
Notation "u / a" := (vscal (/ a%R) u) : vec_scope.
Notation "u == v" := (veq u v) (at level 70, no associativity).

Section Gram.
Context {V : gram}.
Implicit Types u v w : V.

Lemma dot_add_r u v w : dot w (u + v) = dot w u + dot w v.
Proof. now rewrite dot_sym, dot_add_l, (dot_sym u), (dot_sym v). Qed.
Lemma dot_scal_r a u v : dot v (a * u) = a * dot v u.
Proof. now rewrite dot_sym, dot_scal_l, (dot_sym u). Qed.
Lemma dot_zero_r v : dot v vzero = 0.
Proof. now rewrite dot_sym, dot_zero_l. Qed.
Lemma dot_opp_l u v : dot (- u) v = - dot u v.
Proof. unfold vopp; rewrite dot_scal_l; ring. Qed.
Lemma dot_opp_r u v : dot v (- u) = - dot v u.
Proof. unfold vopp; rewrite dot_scal_r; ring. Qed.
Lemma dot_sub_l u v w : dot (u - v) w = dot u w - dot v w.
Proof. unfold vsub; rewrite dot_add_l, dot_opp_l; ring. Qed.
Lemma dot_sub_r u v w : dot w (u - v) = dot w u - dot w v.
Proof. unfold vsub; rewrite dot_add_r, dot_opp_r; ring. Qed.
Lemma nsq_dot u : nsq u = dot u u.
Proof. reflexivity. Qed.
Lemma nsq_pos u : 0 <= nsq u.
Proof. apply dot_pos. Qed.

Lemma veq_refl u : u == u.
Proof. intro; reflexivity. Qed.
Lemma veq_sym u v : u == v -> v == u.
Proof. intros H w; now rewrite H. Qed.
Lemma veq_trans u v w : u == v -> v == w -> u == w.
Proof. intros H K z; now rewrite H. Qed.
Lemma veq_nsq u v : u == v -> nsq u = nsq v.
Proof. intro H. unfold nsq. now rewrite H, dot_sym, H. Qed.
Lemma vnull_r u v : vnull u -> dot v u = 0.
Proof. intro H; rewrite dot_sym; apply H. Qed.
End Gram.

Create HintDb gram_rules.
#[export] Hint Rewrite @nsq_dot @dot_add_l @dot_add_r @dot_sub_l @dot_sub_r @dot_opp_l @dot_opp_r
  @dot_scal_l @dot_scal_r @dot_zero_l @dot_zero_r : gram_rules.

(** ** Expectation *)

Definition wsum {O} (l : list (R * O)) (f : O -> R) : R :=
  fold_right (fun p s => fst p * f (snd p) + s) 0 l.

(** Weights, not only uniform ones: coins, sparsifiers and refreshes are covered too. *)
Record dist (O : Type) := {
  pts : list (R * O);
  weight_pos : forall p, In p pts -> 0 <= fst p;
  weight_one : wsum pts (fun _ => 1) = 1
}.
Arguments pts {_}.
Arguments weight_pos {_}.
Arguments weight_one {_}.

Definition E {O} (D : dist O) (f : O -> R) : R := wsum (pts D) f.
Definition vsum {O} {V : gram} (l : list (R * O)) (U : O -> V) : V :=
  fold_right (fun p s => vadd (vscal (fst p) (U (snd p))) s) vzero l.
Definition EV {O} (D : dist O) {V : gram} (U : O -> V) : V := vsum (pts D) U.

Section Sums.
Context {O : Type}.
Implicit Types (l : list (R * O)) (f g : O -> R).

Lemma wsum_ext l f g : (forall w, f w = g w) -> wsum l f = wsum l g.
Proof. intro H; induction l as [|p l IH]; simpl; [|rewrite H, IH]; reflexivity. Qed.
Lemma wsum_add l f g : wsum l (fun w => f w + g w) = wsum l f + wsum l g.
Proof. induction l as [|p l IH]; simpl; [|rewrite IH]; ring. Qed.
Lemma wsum_scal l a f : wsum l (fun w => a * f w) = a * wsum l f.
Proof. induction l as [|p l IH]; simpl; [|rewrite IH]; ring. Qed.
Lemma wsum_pos l f : (forall p, In p l -> 0 <= fst p) -> (forall w, 0 <= f w) -> 0 <= wsum l f.
Proof.
  intros Hw Hf; induction l as [|p l IH]; simpl; [lra|].
  apply Rplus_le_le_0_compat.
  - apply Rmult_le_pos; [apply Hw; now left | apply Hf].
  - apply IH; intros q Hq; apply Hw; now right.
Qed.
Lemma dot_vsum_l {V : gram} l (U : O -> V) v : dot (vsum l U) v = wsum l (fun w => dot (U w) v).
Proof.
  induction l as [|p l IH]; simpl; [apply dot_zero_l|].
  now rewrite dot_add_l, dot_scal_l, IH.
Qed.
End Sums.

Section Expectation.
Context {O : Type} (D : dist O).
Implicit Types f g : O -> R.

Lemma E_ext f g : (forall w, f w = g w) -> E D f = E D g.
Proof. apply wsum_ext. Qed.
Lemma E_plus f g : E D (fun w => f w + g w) = E D f + E D g.
Proof. apply wsum_add. Qed.
Lemma E_times a f : E D (fun w => a * f w) = a * E D f.
Proof. apply wsum_scal. Qed.
Lemma E_const a : E D (fun _ => a) = a.
Proof.
  transitivity (a * wsum (pts D) (fun _ => 1)); [|rewrite weight_one; ring].
  rewrite <- wsum_scal. apply wsum_ext; intros; ring.
Qed.
Lemma E_pos f : (forall w, 0 <= f w) -> 0 <= E D f.
Proof. apply wsum_pos, weight_pos. Qed.
Lemma E_minus f g : E D (fun w => f w - g w) = E D f - E D g.
Proof.
  unfold Rminus; rewrite (E_plus f (fun w => - g w)). f_equal.
  replace (- E D g) with ((-1) * E D g) by ring. rewrite <- E_times. apply E_ext; intros; ring.
Qed.
Lemma E_le f g : (forall w, f w <= g w) -> E D f <= E D g.
Proof.
  intro H. assert (0 <= E D (fun w => g w - f w)) as K by (apply E_pos; intro w; specialize (H w); lra).
  rewrite E_minus in K; lra.
Qed.
Lemma dot_EV_l {V : gram} (U : O -> V) v : dot (EV D U) v = E D (fun w => dot (U w) v).
Proof. apply dot_vsum_l. Qed.
End Expectation.

(** ** Random vectors, again a [gram] *)

Section RandomVectors.
Context {O : Type} (D : dist O) (V : gram).

Definition RV : gram.
Proof.
  refine {| carrier := O -> V;
            vzero := fun _ => vzero;
            vadd := fun U W w => vadd (U w) (W w);
            vscal := fun a U w => vscal a (U w);
            dot := fun U W => E D (fun w => dot (U w) (W w)) |}.
  - intros; apply E_ext; intro; apply dot_sym.
  - intro; transitivity (E D (fun _ => 0)); [apply E_ext; intro; apply dot_zero_l | apply E_const].
  - intros; rewrite <- E_plus; apply E_ext; intro; apply dot_add_l.
  - intros; rewrite <- E_times; apply E_ext; intro; apply dot_scal_l.
  - intro; apply E_pos; intro; apply dot_pos.
Defined.
End RandomVectors.

Definition cst {O} {D : dist O} {V : gram} (v : V) : RV D V := fun _ => v.
Definition lift {O1 O2} {D1 : dist O1} {D2 : dist O2} {V : gram} (U : RV D1 V)
  : RV D1 (RV D2 V) := fun w => cst (U w).
(** The expectation over the coin alone: a vector of level 1. *)
Definition EcV {O1 O2} {D1 : dist O1} (D2 : dist O2) {V : gram} (Z : RV D1 (RV D2 V))
  : RV D1 V := fun w => EV D2 (Z w).
Definition mean {O} (D : dist O) {V : gram} (U : RV D V) : V := EV D U.
Arguments cst {_ _ _} _%vec.
Arguments lift {_ _ _ _ _} _%vec.
Arguments EcV {_ _ _} _ {_} _%vec.
Arguments mean {_} _ {_} _%vec.

Section MeanRules.
Context {O : Type} {D : dist O} {V : gram}.
Implicit Types (U W : RV D V) (u v : V).

Lemma dot_cst_r U v : dot U (cst v) = dot (mean D U) v.
Proof. unfold mean; now rewrite dot_EV_l. Qed.
Lemma dot_cst_l U v : dot (cst v) U = dot (mean D U) v.
Proof. rewrite dot_sym; apply dot_cst_r. Qed.
(** Without this rule [dot_cst_r] and [dot_cst_l] disagree about two constants. *)
Lemma mean_cst_l u v : dot (mean D (cst u)) v = dot u v.
Proof. unfold mean; rewrite dot_EV_l. exact (E_const D (dot u v)). Qed.
Lemma mean_add_l U W v : dot (mean D (U + W)) v = dot (mean D U) v + dot (mean D W) v.
Proof. rewrite <- !dot_cst_r; apply dot_add_l. Qed.
Lemma mean_sub_l U W v : dot (mean D (U - W)) v = dot (mean D U) v - dot (mean D W) v.
Proof. rewrite <- !dot_cst_r; apply dot_sub_l. Qed.
Lemma mean_opp_l U v : dot (mean D (- U)) v = - dot (mean D U) v.
Proof. rewrite <- !dot_cst_r; apply dot_opp_l. Qed.
Lemma mean_scal_l a U v : dot (mean D (a * U)) v = a * dot (mean D U) v.
Proof. rewrite <- !dot_cst_r; apply dot_scal_l. Qed.
Lemma mean_cst_r u v : dot v (mean D (cst u)) = dot v u.
Proof. rewrite !(dot_sym v); apply mean_cst_l. Qed.
Lemma mean_add_r U W v : dot v (mean D (U + W)) = dot v (mean D U) + dot v (mean D W).
Proof. rewrite !(dot_sym v); apply mean_add_l. Qed.
Lemma mean_sub_r U W v : dot v (mean D (U - W)) = dot v (mean D U) - dot v (mean D W).
Proof. rewrite !(dot_sym v); apply mean_sub_l. Qed.
Lemma mean_opp_r U v : dot v (mean D (- U)) = - dot v (mean D U).
Proof. rewrite !(dot_sym v); apply mean_opp_l. Qed.
Lemma mean_scal_r a U v : dot v (mean D (a * U)) = a * dot v (mean D U).
Proof. rewrite !(dot_sym v); apply mean_scal_l. Qed.

(** What holds at each outcome holds for the random vectors. *)
Lemma veq_rv U W : (forall w, U w == W w) -> U == W.
Proof. intros H Z; apply E_ext; intro w; apply H. Qed.
End MeanRules.

Section CoinRules.
Context {O1 O2 : Type} {D1 : dist O1} {D2 : dist O2} {V : gram}.
Implicit Types (U W : RV D1 V) (Z Y : RV D1 (RV D2 V)).

Lemma dot_lift_r Z W : dot Z (lift W) = dot (EcV D2 Z) W.
Proof. apply E_ext; intro w. exact (dot_cst_r (D := D2) (Z w) (W w)). Qed.
Lemma dot_lift_l Z W : dot (lift W) Z = dot (EcV D2 Z) W.
Proof. rewrite dot_sym; apply dot_lift_r. Qed.
Lemma coin_lift_l U W : dot (EcV D2 (lift U)) W = dot U W.
Proof. apply E_ext; intro w. exact (mean_cst_l (D := D2) (U w) (W w)). Qed.
Lemma coin_add_l Z Y W : dot (EcV D2 (Z + Y)) W = dot (EcV D2 Z) W + dot (EcV D2 Y) W.
Proof. rewrite <- !dot_lift_r; apply dot_add_l. Qed.
Lemma coin_sub_l Z Y W : dot (EcV D2 (Z - Y)) W = dot (EcV D2 Z) W - dot (EcV D2 Y) W.
Proof. rewrite <- !dot_lift_r; apply dot_sub_l. Qed.
Lemma coin_opp_l Z W : dot (EcV D2 (- Z)) W = - dot (EcV D2 Z) W.
Proof. rewrite <- !dot_lift_r; apply dot_opp_l. Qed.
Lemma coin_scal_l a Z W : dot (EcV D2 (a * Z)) W = a * dot (EcV D2 Z) W.
Proof. rewrite <- !dot_lift_r; apply dot_scal_l. Qed.
Lemma coin_lift_r U W : dot W (EcV D2 (lift U)) = dot W U.
Proof. rewrite !(dot_sym W); apply coin_lift_l. Qed.
Lemma coin_add_r Z Y W : dot W (EcV D2 (Z + Y)) = dot W (EcV D2 Z) + dot W (EcV D2 Y).
Proof. rewrite !(dot_sym W); apply coin_add_l. Qed.
Lemma coin_sub_r Z Y W : dot W (EcV D2 (Z - Y)) = dot W (EcV D2 Z) - dot W (EcV D2 Y).
Proof. rewrite !(dot_sym W); apply coin_sub_l. Qed.
Lemma coin_opp_r Z W : dot W (EcV D2 (- Z)) = - dot W (EcV D2 Z).
Proof. rewrite !(dot_sym W); apply coin_opp_l. Qed.
Lemma coin_scal_r a Z W : dot W (EcV D2 (a * Z)) = a * dot W (EcV D2 Z).
Proof. rewrite !(dot_sym W); apply coin_scal_l. Qed.
End CoinRules.

(** [mean] and [EcV] only commute with sums inside an inner product, so nested ones need the rules
    with [mean D1 (EcV D2 (Z + Y))] as well; the inner product with a constant supplies them. *)
Section NestedRules.
Context {O1 O2 : Type} {D1 : dist O1} {D2 : dist O2} {V : gram}.
Implicit Types (U : RV D1 V) (Z Y : RV D1 (RV D2 V)) (v : V).
Lemma nested_lift_l U v : dot (mean D1 (EcV D2 (lift U))) v = dot (mean D1 U) v.
Proof. rewrite <- !dot_cst_r; apply coin_lift_l. Qed.
Lemma nested_add_l Z Y v :
  dot (mean D1 (EcV D2 (Z + Y))) v = dot (mean D1 (EcV D2 Z)) v + dot (mean D1 (EcV D2 Y)) v.
Proof. rewrite <- !dot_cst_r; apply coin_add_l. Qed.
Lemma nested_sub_l Z Y v :
  dot (mean D1 (EcV D2 (Z - Y))) v = dot (mean D1 (EcV D2 Z)) v - dot (mean D1 (EcV D2 Y)) v.
Proof. rewrite <- !dot_cst_r; apply coin_sub_l. Qed.
Lemma nested_scal_l a Z v : dot (mean D1 (EcV D2 (a * Z))) v = a * dot (mean D1 (EcV D2 Z)) v.
Proof. rewrite <- !dot_cst_r; apply coin_scal_l. Qed.
Lemma nested_lift_r U v : dot v (mean D1 (EcV D2 (lift U))) = dot v (mean D1 U).
Proof. rewrite !(dot_sym v); apply nested_lift_l. Qed.
Lemma nested_add_r Z Y v :
  dot v (mean D1 (EcV D2 (Z + Y))) = dot v (mean D1 (EcV D2 Z)) + dot v (mean D1 (EcV D2 Y)).
Proof. rewrite !(dot_sym v); apply nested_add_l. Qed.
Lemma nested_sub_r Z Y v :
  dot v (mean D1 (EcV D2 (Z - Y))) = dot v (mean D1 (EcV D2 Z)) - dot v (mean D1 (EcV D2 Y)).
Proof. rewrite !(dot_sym v); apply nested_sub_l. Qed.
Lemma nested_scal_r a Z v : dot v (mean D1 (EcV D2 (a * Z))) = a * dot v (mean D1 (EcV D2 Z)).
Proof. rewrite !(dot_sym v); apply nested_scal_l. Qed.
End NestedRules.

#[export] Hint Rewrite @dot_cst_r @dot_cst_l @mean_cst_l @mean_add_l @mean_sub_l @mean_opp_l
  @mean_scal_l @mean_cst_r @mean_add_r @mean_sub_r @mean_opp_r @mean_scal_r
  @dot_lift_r @dot_lift_l @coin_lift_l @coin_add_l @coin_sub_l @coin_opp_l @coin_scal_l
  @coin_lift_r @coin_add_r @coin_sub_r @coin_opp_r @coin_scal_r
  @nested_lift_l @nested_add_l @nested_sub_l @nested_scal_l
  @nested_lift_r @nested_add_r @nested_sub_r @nested_scal_r : gram_rules.
