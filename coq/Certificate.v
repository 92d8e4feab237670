(** * Checking a certificate

    To prove [l <= r], give an expression [c] with [r - l = c] that is visibly non-negative: built
    from squares, positive coefficients and *slacks* ([r - l] of a known [l <= r]). Terms that are
    visibly zero (an equality's slack, or an inner product with the slack of a vector equality) may
    have coefficients of any sign. Nothing here searches: each tactic follows the syntax. *)

Require Export Paths.
Require Import Lra.

(** ** Slacks. The certificate names the hypothesis; the hypothesis supplies the text. *)

Definition slack {l r} (_ : l <= r) : R := r - l.
Definition sslack {l r} (_ : l < r) : R := r - l.
Definition eslack {l r : R} (_ : l = r) : R := r - l.
Definition vslack {V : gram} {u v : V} (_ : u == v) : V := (v - u)%vec.
(** At every outcome: to be used below [E]. *)
Definition rslack {O} {a b : rs O} (_ : rle a b) : rs O := (b - a)%rs.
Definition reslack {O} {a b : rs O} (_ : req a b) : rs O := (b - a)%rs.
Definition rslack2 {O1 O2} {a b : rs2 O1 O2} (_ : rle2 a b) : rs2 O1 O2 := (b - a)%rs2.

Definition rpos {O} (a : rs O) : Prop := forall w, 0 <= a w.
Definition rpos2 {O1 O2} (a : rs2 O1 O2) : Prop := forall w z, 0 <= a w z.
Definition rzero {O} (a : rs O) : Prop := forall w, a w = 0.

Lemma slack_pos {l r} (H : l <= r) : 0 <= slack H.
Proof. unfold slack; lra. Qed.
Lemma sslack_pos {l r} (H : l < r) : 0 <= sslack H.
Proof. unfold sslack; lra. Qed.
Lemma eslack_zero {l r : R} (H : l = r) : eslack H = 0.
Proof. unfold eslack; lra. Qed.
Lemma vslack_null {V : gram} {u v : V} (H : u == v) : vnull (vslack H).
Proof. intro w; unfold vslack; rewrite dot_sub_l, (H w); ring. Qed.
Lemma rslack_pos {O} {a b : rs O} (H : rle a b) : rpos (rslack H).
Proof. intro w; unfold rslack, rsub; specialize (H w); lra. Qed.
Lemma rslack2_pos {O1 O2} {a b : rs2 O1 O2} (H : rle2 a b) : rpos2 (rslack2 H).
Proof. intros w z; unfold rslack2, rsub2; specialize (H w z); lra. Qed.
Lemma reslack_zero {O} {a b : rs O} (H : req a b) : rzero (reslack H).
Proof. intro w; unfold reslack, rsub; specialize (H w); lra. Qed.

Lemma sqrt_slack {e} : 0 <= e -> sqrt e ^ 2 = e.
Proof. apply pow2_sqrt. Qed.

(** ** The two ways to conclude *)

Lemma by_certificate c {l r} : r - l = c -> 0 <= c -> l <= r.
Proof. lra. Qed.
Lemma by_strict c {l r} : r - l = c -> 0 < c -> l < r.
Proof. lra. Qed.
Lemma by_apart c {l r} : r - l = c -> c <> 0 -> l <> r.
Proof. intros H K L. apply K. lra. Qed.
(** Two relations whose slacks differ by a positive factor. *)
Lemma by_factor c {l r l' r'} : r' - l' = c * (r - l) -> 0 < c -> (l < r <-> l' < r').
Proof.
  intros H K. split; intro L.
  - assert (0 < c * (r - l)) by (apply Rmult_lt_0_compat; lra). lra.
  - assert (0 < r - l); [|lra]. apply (Rmult_lt_reg_l c); [exact K|]. lra.
Qed.
Lemma by_factor_le c {l r l' r'} : r' - l' = c * (r - l) -> 0 < c -> (l <= r <-> l' <= r').
Proof.
  intros H K. split; intro L.
  - assert (0 <= c * (r - l)) by (apply Rmult_le_pos; lra). lra.
  - assert (0 <= r - l); [|lra]. apply (Rmult_le_reg_l c); [exact K|]. lra.
Qed.
Lemma by_factor_eq c {l r l' r'} : r' - l' = c * (r - l) -> c <> 0 -> (l = r <-> l' = r').
Proof.
  intros H K. split; intro L.
  - rewrite L in H. lra.
  - assert (c * (r - l) = 0) as Z by lra. apply Rmult_integral in Z as [Z|Z]; [contradiction|lra].
Qed.
Lemma by_identity c {l r : R} : r - l = c -> c = 0 -> l = r.
Proof. lra. Qed.
Lemma by_vector_identity {V : gram} (c : V) {u v : V} :
  (forall w, dot (v - u)%vec w = dot c w) -> vnull c -> u == v.
Proof. intros H K w. specialize (H w). rewrite K, dot_sub_l in H. lra. Qed.
(** ** Visibly zero *)

Lemma zero_mul_l a b : a = 0 -> a * b = 0. Proof. intros ->; ring. Qed.
Lemma zero_mul_r a b : b = 0 -> a * b = 0. Proof. intros ->; ring. Qed.
Lemma zero_div a b : a = 0 -> a / b = 0. Proof. intros ->; unfold Rdiv; ring. Qed.
Lemma zero_opp a : a = 0 -> - a = 0. Proof. intros ->; ring. Qed.
Lemma zero_add a b : a = 0 -> b = 0 -> a + b = 0. Proof. intros -> ->; ring. Qed.
Lemma zero_sub a b : a = 0 -> b = 0 -> a - b = 0. Proof. intros -> ->; ring. Qed.
Lemma zero_square a : a = 0 -> a ^ 2 = 0. Proof. intros ->; ring. Qed.
Lemma zero_root a : 0 <= a -> sqrt a ^ 2 - a = 0. Proof. intro H; rewrite pow2_sqrt; lra. Qed.
Lemma zero_E {O} (D : dist O) (a : rs O) : rzero a -> E D a = 0.
Proof. intro H. rewrite <- (E_const D 0). apply E_ext, H. Qed.
Lemma rzero_mul_l {O} (a b : rs O) : rzero a -> rzero (a * b)%rs.
Proof. intros H w; unfold rmul; rewrite H; ring. Qed.
Lemma rzero_mul_r {O} (a b : rs O) : rzero b -> rzero (a * b)%rs.
Proof. intros H w; unfold rmul; rewrite H; ring. Qed.

Lemma null_add {V : gram} (u v : V) : vnull u -> vnull v -> vnull (u + v)%vec.
Proof. intros H K w; rewrite dot_add_l, H, K; ring. Qed.
Lemma null_sub {V : gram} (u v : V) : vnull u -> vnull v -> vnull (u - v)%vec.
Proof. intros H K w; rewrite dot_sub_l, H, K; ring. Qed.
Lemma null_opp {V : gram} (u : V) : vnull u -> vnull (- u)%vec.
Proof. intros H w; rewrite dot_opp_l, H; ring. Qed.
Lemma null_scal_r {V : gram} a (u : V) : vnull u -> vnull (a * u)%vec.
Proof. intros H w; rewrite dot_scal_l, H; ring. Qed.
Lemma null_scal_l {V : gram} a (u : V) : a = 0 -> vnull (a * u)%vec.
Proof. intros H w; rewrite dot_scal_l, H; ring. Qed.
Lemma null_cst {O} {D : dist O} {V : gram} (u : V) : vnull u -> vnull (cst (D := D) u).
Proof. intros H W. rewrite dot_cst_l, dot_sym. apply H. Qed.
Lemma null_mean {O} {D : dist O} {V : gram} (U : RV D V) : vnull U -> vnull (mean D U).
Proof. intros H w. rewrite <- dot_cst_r. apply H. Qed.
Lemma null_lift {O1 O2} {D1 : dist O1} {D2 : dist O2} {V : gram} (U : RV D1 V) :
  vnull U -> vnull (lift (D2 := D2) U).
Proof. intros H Z. rewrite dot_lift_l, dot_sym. apply H. Qed.
Lemma null_coin {O1 O2} {D1 : dist O1} {D2 : dist O2} {V : gram} (Z : RV D1 (RV D2 V)) :
  vnull Z -> vnull (EcV D2 Z).
Proof. intros H W. rewrite <- dot_lift_r. apply H. Qed.

Lemma null_zero {V : gram} : vnull (@vzero V).
Proof. intro w; apply dot_zero_l. Qed.

(** ** Visibly non-negative, or positive *)

Lemma nonzero_lt a : 0 < a -> a <> 0. Proof. lra. Qed.
Lemma nonneg_lt a : 0 < a -> 0 <= a. Proof. lra. Qed.
Lemma nonneg_zero a : a = 0 -> 0 <= a. Proof. lra. Qed.
Lemma nonneg_inv a : 0 <= a -> 0 <= / a.
Proof.
  intros [H|<-]; [left; now apply Rinv_0_lt_compat | rewrite Rinv_0; right; reflexivity].
Qed.
Lemma nonneg_div a b : 0 <= a -> 0 <= b -> 0 <= a / b.
Proof. intros; apply Rmult_le_pos; [|apply nonneg_inv]; assumption. Qed.
Lemma nonneg_square a : 0 <= a ^ 2.
Proof. apply pow2_ge_0. Qed.
Lemma nonneg_dot {V : gram} (u : V) : 0 <= dot u u.
Proof. apply dot_pos. Qed.
Lemma rpos_scst {O} a : 0 <= a -> rpos (O := O) (scst a).
Proof. intros H w; exact H. Qed.
Lemma rpos_add {O} (a b : rs O) : rpos a -> rpos b -> rpos (a + b)%rs.
Proof. intros H K w; apply Rplus_le_le_0_compat; [apply H | apply K]. Qed.
Lemma rpos_mul {O} (a b : rs O) : rpos a -> rpos b -> rpos (a * b)%rs.
Proof. intros H K w; apply Rmult_le_pos; [apply H | apply K]. Qed.
Lemma rpos_div {O} (a : rs O) b : rpos a -> 0 <= b -> rpos (a / b)%rs.
Proof. intros H K w; apply nonneg_div; [apply H | exact K]. Qed.
Lemma rpos_square {O} (a : rs O) : rpos (a ^ 2)%rs.
Proof. intro w; apply nonneg_square. Qed.
Lemma rpos_rsq {O} {D : dist O} {V : gram} (U : RV D V) : rpos (rsq U).
Proof. intro w; apply nsq_pos. Qed.
Lemma rpos_Ec {O1 O2} (D2 : dist O2) (a : rs2 O1 O2) : rpos2 a -> rpos (Ec D2 a).
Proof. intros H w; apply E_pos, H. Qed.

Lemma nonneg_cited a : 0 < a -> 0 <= a. Proof. lra. Qed.
Lemma nonneg_sub a b : 0 <= a -> b = 0 -> 0 <= a - b. Proof. lra. Qed.
Lemma positive_sub a b : 0 < a -> b = 0 -> 0 < a - b. Proof. lra. Qed.
Lemma nonneg_mul_self a : 0 <= a * a. Proof. apply Rle_0_sqr. Qed.
Lemma nonneg_fourth a : 0 <= a ^ 4.
Proof. replace (a ^ 4) with ((a ^ 2) ^ 2) by ring. apply pow2_ge_0. Qed.
Lemma positive_square a : a <> 0 -> 0 < a ^ 2.
Proof. intro H. replace (a ^ 2) with (Rsqr a) by (unfold Rsqr; ring). now apply Rsqr_pos_lt. Qed.
Lemma sslack_lt {l r} (H : l < r) : 0 < sslack H.
Proof. unfold sslack; lra. Qed.
Lemma nonneg_min a b : 0 <= a -> 0 <= b -> 0 <= Rmin a b. Proof. apply Rmin_glb. Qed.
Lemma positive_min a b : 0 < a -> 0 < b -> 0 < Rmin a b. Proof. apply Rmin_glb_lt. Qed.
Lemma nonneg_min_l a b : 0 <= a - Rmin a b. Proof. generalize (Rmin_l a b); lra. Qed.
Lemma nonneg_min_r a b : 0 <= b - Rmin a b. Proof. generalize (Rmin_r a b); lra. Qed.

(** ** Facts that signs may rest on

    [cite H] makes the slack of a fact known, so that an expression that equals it has its sign and
    a divisor that equals it is not zero. *)

Definition cited (P : Prop) : Prop := P.
Lemma cite_le {l r} : l <= r -> cited (0 <= r - l). Proof. unfold cited; lra. Qed.
Lemma cite_lt {l r} : l < r -> cited (0 < r - l). Proof. unfold cited; lra. Qed.
Lemma cite_apart {l r} : l <> r -> cited (r - l <> 0). Proof. unfold cited; lra. Qed.
Lemma cite_quotient {a b} : 0 < a / b -> 0 < b -> cited (0 < a).
Proof.
  unfold cited; intros H K. replace a with (a / b * b) by (field; lra).
  now apply Rmult_lt_0_compat.
Qed.
Lemma cite_factor {a b} : 0 < a * b -> 0 < a -> cited (0 < b).
Proof.
  unfold cited; intros H K. apply (Rmult_lt_reg_l a); [exact K|]. now rewrite Rmult_0_r.
Qed.

(** All inner products by bilinearity, all expectations by linearity. One pass from the top is
    several times faster than [autorewrite]. *)
Ltac gram_expand :=
  unfold slack, sslack, eslack, vslack, rslack, reslack, rslack2;
  once (repeat (rewrite_strat (topdown (hints gram_rules)))).

(** One order of the two factors of each inner product. *)
Ltac sort_dots :=
  repeat match goal with
  | |- context [dot ?u ?v] =>
      tryif constr_eq u v then fail else
      match goal with |- context [dot v u] => rewrite (dot_sym v u) end
  end.

(** Exactly a hypothesis, up to spelling. *)
Ltac known :=
  match goal with
  | H : 0 <= ?a |- 0 <= ?a => exact H
  | H : 0 < ?a |- 0 <= ?a => exact (nonneg_lt a H)
  | H : rpos ?a |- rpos ?a => exact H
  | H : forall a b : R, 0 <= ?f a b |- 0 <= ?f ?a ?b => exact (H a b)
  end.

(** What is visible follows the syntax; [by_fact] compares with what has been cited. *)
Ltac visibly_zero :=
  lazymatch goal with
  | |- eslack _ = 0 => apply eslack_zero
  | |- vnull (vslack _) => apply vslack_null
  | |- rzero (reslack _) => apply reslack_zero
  | |- _ * _ = 0 => first [apply zero_mul_r; visibly_zero | apply zero_mul_l; visibly_zero]
  | |- _ / _ = 0 => apply zero_div; visibly_zero
  | |- _ + _ = 0 => apply zero_add; visibly_zero
  | |- sqrt ?r ^ 2 - ?r = 0 => apply zero_root; nonneg
  | |- _ - _ = 0 => apply zero_sub; visibly_zero
  | |- - _ = 0 => apply zero_opp; visibly_zero
  | |- E _ (rdot ?u ?v) = 0 => change (dot u v = 0); visibly_zero
  | |- E _ _ = 0 => apply zero_E; visibly_zero
  | |- rzero (_ * _)%rs => first [apply rzero_mul_r; visibly_zero | apply rzero_mul_l; visibly_zero]
  | |- _ ^ 2 = 0 => apply zero_square; visibly_zero
  | |- nsq ?u = 0 => change (dot u u = 0); visibly_zero
  | |- dot ?u ?v = 0 =>
      first [ refine ((_ : vnull u) v); visibly_zero | refine (vnull_r v u _); visibly_zero ]
  | |- vnull vzero => apply null_zero
  | |- vnull (_ + _)%vec => apply null_add; visibly_zero
  | |- vnull (_ - _)%vec => apply null_sub; visibly_zero
  | |- vnull (- _)%vec => apply null_opp; visibly_zero
  | |- vnull (vscal _ _) => first [apply null_scal_r; visibly_zero | apply null_scal_l; visibly_zero]
  | |- vnull (cst _) => apply null_cst; visibly_zero
  | |- vnull (lift _) => apply null_lift; visibly_zero
  | |- vnull (mean _ _) => apply null_mean; visibly_zero
  | |- vnull (EcV _ _) => apply null_coin; visibly_zero
  | |- vnull (act _ _) => apply vnull_act; visibly_zero
  | |- ?t => first [ reflexivity | fail 1 "not visibly zero:" t ]
  end
with nonneg :=
  tryif known then idtac else
  lazymatch goal with
  | |- 0 <= slack _ => apply slack_pos
  | |- 0 <= sslack _ => apply sslack_pos
  | |- 0 <= nsq _ => apply nsq_pos
  | |- 0 <= _ + _ =>
      tryif (apply Rplus_le_le_0_compat; nonneg) then idtac else by_fact
  | |- 0 <= _ * _ =>
      first [ apply nonneg_mul_self | apply Rmult_le_pos; nonneg
            | apply nonneg_zero; visibly_zero | by_fact ]
  | |- 0 <= ?a - Rmin ?a _ => apply nonneg_min_l
  | |- 0 <= ?a - Rmin _ ?a => apply nonneg_min_r
  | |- 0 <= _ - _ =>
      tryif (apply nonneg_sub; [nonneg | visibly_zero]) then idtac else by_fact
  | |- 0 <= - _ => tryif (apply nonneg_zero; visibly_zero) then idtac else by_fact
  | |- 0 <= Rmin _ _ => apply nonneg_min; nonneg
  | |- 0 <= _ / _ =>
      first [ apply nonneg_div; nonneg | apply nonneg_zero; visibly_zero | by_fact ]
  | |- 0 <= / _ => apply nonneg_inv; nonneg
  | |- 0 <= _ ^ 2 => apply nonneg_square
  | |- 0 <= _ ^ 4 => apply nonneg_fourth
  | |- 0 <= _ ^ _ => apply pow_le; nonneg
  | |- 0 <= sqrt _ => apply sqrt_pos
  | |- 0 <= Rabs _ => apply Rabs_pos
  | |- 0 <= eslack _ => apply nonneg_zero; visibly_zero
  | |- 0 <= dot ?u ?u => apply nonneg_dot
  | |- 0 <= dot _ _ => apply nonneg_zero; visibly_zero
  | |- 0 <= E _ _ => first [apply E_pos; nonneg | apply nonneg_zero; visibly_zero | by_fact]
  | |- forall _, 0 <= ?a _ => change (rpos a); nonneg
  | |- rpos (rslack _) => apply rslack_pos
  | |- rpos (rsq _) => apply rpos_rsq
  | |- rpos (scst _) => apply rpos_scst; nonneg
  | |- rpos (radd _ _) => apply rpos_add; nonneg
  | |- rpos (rmul _ _) => apply rpos_mul; nonneg
  | |- rpos (rdiv _ _) => apply rpos_div; nonneg
  | |- rpos (rpow _ 2) => apply rpos_square
  | |- rpos (Ec _ _) => apply rpos_Ec; nonneg
  | |- rpos2 (rslack2 _) => apply rslack2_pos
  | |- 0 <= IZR _ => apply IZR_le; discriminate
  | |- 0 <= ?a => first [ by_fact | fail 1 "not visibly non-negative:" a ]
  | |- ?t => fail "not visibly non-negative:" t
  end
with positive :=
  tryif (match goal with H : 0 < ?a |- 0 < ?a => exact H end) then idtac else
  lazymatch goal with
  | |- 0 < sslack _ => apply sslack_lt
  | |- 0 < _ + _ =>
      first [ apply Rplus_lt_le_0_compat; [positive | nonneg]
            | apply Rplus_le_lt_0_compat; [nonneg | positive] | by_fact ]
  | |- 0 < _ * _ => first [ apply Rmult_lt_0_compat; positive | by_fact ]
  | |- 0 < _ / _ => first [ apply Rdiv_lt_0_compat; positive | by_fact ]
  | |- 0 < _ ^ 2 => apply positive_square; nonzero
  | |- 0 < _ ^ _ => apply pow_lt; positive
  | |- 0 < sqrt _ => apply sqrt_lt_R0; positive
  | |- 0 < Rmin _ _ => apply positive_min; positive
  | |- 0 < IZR _ => apply IZR_lt; reflexivity
  | |- 0 < _ - _ => first [ by_fact | apply positive_sub; [positive | visibly_zero] ]
  | |- 0 < ?a => first [ by_fact | fail 1 "not visibly positive:" a ]
  | |- ?t => fail "not visibly positive:" t
  end
with by_fact :=
  match goal with
  | H : cited (0 < ?b) |- 0 < ?a => replace a with b by same_value; exact H
  | H : cited (0 < ?b) |- 0 <= ?a => replace a with b by same_value; exact (nonneg_lt b H)
  | H : cited (0 <= ?b) |- 0 <= ?a => replace a with b by same_value; exact H
  | |- ?t => fail 1 "not visible, and not cited:" t
  end
with same_value := solve [ gram_expand; sort_dots; field; nonzero ]
with nonzero :=
  lazymatch goal with
  | |- _ /\ _ => split; nonzero
  | |- _ * _ <> 0 => apply Rmult_integral_contrapositive_currified; nonzero
  | |- _ ^ _ <> 0 => apply pow_nonzero; nonzero
  | |- IZR _ <> 0 => apply IZR_neq; discriminate
  | |- ?a <> 0 => first
      [ assumption
      | match goal with H : 0 < a |- _ => exact (Rgt_not_eq _ _ H) end
      | match goal with
        | H : 0 < ?b |- _ => replace a with b by ring; exact (Rgt_not_eq _ _ H)
        | H : cited (0 < ?b) |- _ => replace a with b by ring; exact (Rgt_not_eq _ _ H)
        | H : cited (?b <> 0) |- _ => replace a with b by ring; exact H
        | H : cited (?b <> 0) |- _ => replace a with (- b) by ring; exact (Ropp_neq_0_compat b H)
        | H : cited (0 < ?b) |- _ =>
            (* [a] is what is left of [b] when its own divisors are cleared *)
            let Z := fresh in
            intro Z; apply (nonzero_lt b H); field_simplify_eq;
            [ transitivity a; [ring | exact Z] | nonzero .. ]
        end
      | solve [apply nonzero_lt; positive]
      | fail 1 "not visibly different from zero:" a ]
  end.

Ltac cite H :=
  lazymatch type of H with
  | 0 < ?b => generalize (H : cited (0 < b)); intro
  | _ < _ => generalize (cite_lt H); intro
  | _ <= _ => generalize (cite_le H); intro
  | _ <> _ => generalize (cite_apart H); intro
  end;
  (* what a quotient or a product says of its parts *)
  repeat match goal with
  | K : cited (0 < ?a / ?b) |- _ =>
      let P := fresh in assert (0 < b) as P by positive;
      generalize (cite_quotient K P); clear K P; intro
  | K : cited (0 < ?a * ?b) |- _ =>
      let P := fresh in assert (0 < a) as P by positive;
      generalize (cite_factor K P); clear K P; intro
  end.

(** ** The identity *)

(** One spelling of each square root. *)
Ltac same_roots :=
  repeat match goal with
  | |- context [sqrt ?a] =>
      match goal with
      | |- context [sqrt ?b] =>
          tryif constr_eq a b then fail
          else replace (sqrt b) with (sqrt a) by (f_equal; field; nonzero)
      end
  end.

(** The cited facts are expanded together with the identity, so that divisors are recognised. *)
Ltac expand :=
  repeat match goal with H : cited _ |- _ => revert H end;
  gram_expand; sort_dots; same_roots; intros.

Ltac close_identity :=
  tryif (solve [field; nonzero]) then idtac
  else (apply Rminus_diag_uniq; try field_simplify_eq;
        match goal with |- ?t => fail 1 "the certificate's identity does not hold; residual" t end).

Tactic Notation "certificate" constr(c) :=
  apply (by_certificate c); [expand; close_identity | nonneg].
Tactic Notation "strictly" constr(c) :=
  apply (by_strict c); [expand; close_identity | positive].
Tactic Notation "apart" constr(c) :=
  apply (by_apart c); [expand; close_identity | nonzero].
Tactic Notation "equivalence" constr(c) :=
  lazymatch goal with
  | |- _ < _ <-> _ < _ => apply (by_factor c); [expand; close_identity | positive]
  | |- _ <= _ <-> _ <= _ => apply (by_factor_le c); [expand; close_identity | positive]
  | |- _ = _ <-> _ = _ => apply (by_factor_eq c); [expand; close_identity | nonzero]
  end.
Tactic Notation "identity" constr(c) :=
  apply (by_identity c); [expand; close_identity | visibly_zero].
Tactic Notation "vector_identity" constr(c) :=
  apply (by_vector_identity c); [let w := fresh in intro w; expand; close_identity | visibly_zero].

(** At every outcome: the two sides are taken apart at one. *)
Lemma by_everywhere {O} (c : rs O) {a b : rs O} :
  (forall w, b w - a w = c w) -> rpos c -> (a <= b)%rs.
Proof. intros H K w. generalize (H w) (K w). lra. Qed.
Section Outcomes.
Context {O : Type} {D : dist O} {V W : gram} (w : O).
Implicit Types (a b : rs O) (U Y : RV D V).
Lemma at_scst r : scst (O := O) r w = r. Proof. reflexivity. Qed.
Lemma at_radd a b : (a + b)%rs w = a w + b w. Proof. reflexivity. Qed.
Lemma at_rsub a b : (a - b)%rs w = a w - b w. Proof. reflexivity. Qed.
Lemma at_ropp a : (- a)%rs w = - a w. Proof. reflexivity. Qed.
Lemma at_rmul a b : (a * b)%rs w = a w * b w. Proof. reflexivity. Qed.
Lemma at_rdiv a r : (a / r)%rs w = a w / r. Proof. reflexivity. Qed.
Lemma at_rpow a k : (a ^ k)%rs w = a w ^ k. Proof. reflexivity. Qed.
Lemma at_rslack a b (H : rle a b) : rslack H w = b w - a w. Proof. reflexivity. Qed.
Lemma at_rdot U Y : rdot U Y w = dot (U w) (Y w). Proof. reflexivity. Qed.
Lemma at_rsq U : rsq U w = nsq (U w). Proof. reflexivity. Qed.
Lemma at_cst (v : V) : cst (D := D) v w = v. Proof. reflexivity. Qed.
Lemma at_vadd U Y : (U + Y)%vec w = (U w + Y w)%vec. Proof. reflexivity. Qed.
Lemma at_vsub U Y : (U - Y)%vec w = (U w - Y w)%vec. Proof. reflexivity. Qed.
Lemma at_vopp U : (- U)%vec w = (- U w)%vec. Proof. reflexivity. Qed.
Lemma at_vscal r U : (r * U)%vec w = (r * U w)%vec. Proof. reflexivity. Qed.
Lemma at_rapply (A : O -> linear V W) U : rapply (D := D) A U w = A w (U w).
Proof. reflexivity. Qed.
End Outcomes.
Ltac at_outcome := repeat first
  [ rewrite at_scst | rewrite at_radd | rewrite at_rsub | rewrite at_ropp | rewrite at_rmul
  | rewrite at_rdiv | rewrite at_rpow | rewrite at_rslack | rewrite at_rdot | rewrite at_rsq
  | rewrite at_cst | rewrite at_vadd | rewrite at_vsub | rewrite at_vopp | rewrite at_vscal
  | rewrite at_rapply ].
Tactic Notation "everywhere" constr(c) :=
  apply (by_everywhere c);
  [let w := fresh in intro w; at_outcome; expand; close_identity | nonneg].

(** ** Minimum and maximum: one goal for each side, with the side's order as hypothesis [H] *)

Tactic Notation "min_cases" constr(a) constr(b) ident(H) :=
  pattern (Rmin a b); apply Rmin_case_strong; intro H.
Tactic Notation "max_cases" constr(a) constr(b) ident(H) :=
  pattern (Rmax a b); apply Rmax_case_strong; intro H.

(** A minimum is below what one of its parts is below, a maximum above what one part is above. *)
Lemma min_below_l a b c : a <= c -> Rmin a b <= c. Proof. generalize (Rmin_l a b); lra. Qed.
Lemma min_below_r a b c : b <= c -> Rmin a b <= c. Proof. generalize (Rmin_r a b); lra. Qed.
Lemma max_above_l a b c : c <= a -> c <= Rmax a b. Proof. generalize (Rmax_l a b); lra. Qed.
Lemma max_above_r a b c : c <= b -> c <= Rmax a b. Proof. generalize (Rmax_r a b); lra. Qed.
