(** * Random scalars and linear operators

    A random scalar is a function of the sample. The combinators below let a formula be written
    without binders, and their rules let its expectation be expanded by rewriting alone. *)

Require Export Space.
Require Import Lra FunctionalExtensionality.

Definition rs (O : Type) := O -> R.
Declare Scope rs_scope.
Delimit Scope rs_scope with rs.

(** ** Level 1 *)

Definition scst {O} (a : R) : rs O := fun _ => a.
Definition radd {O} (a b : rs O) : rs O := fun w => a w + b w.
Definition ropp {O} (a : rs O) : rs O := fun w => - a w.
Definition rsub {O} (a b : rs O) : rs O := fun w => a w - b w.
Definition rmul {O} (a b : rs O) : rs O := fun w => a w * b w.
Definition rdiv {O} (a : rs O) (b : R) : rs O := fun w => a w / b.
Definition rpow {O} (a : rs O) (k : nat) : rs O := fun w => a w ^ k.
Definition rdot {O} {D : dist O} {V : gram} (U W : RV D V) : rs O := fun w => dot (U w) (W w).
Definition rsq {O} {D : dist O} {V : gram} (U : RV D V) : rs O := fun w => nsq (U w).
(** Relations between random scalars hold at every outcome. *)
Definition rle {O} (a b : rs O) : Prop := forall w, a w <= b w.
Definition req {O} (a b : rs O) : Prop := forall w, a w = b w.

Arguments scst {_} _%R.
Arguments rdot {_ _ _} _%vec _%vec.
Arguments rsq {_ _ _} _%vec.
Arguments rle {_} _%rs _%rs.
Arguments req {_} _%rs _%rs.
Notation "a + b" := (radd a b) : rs_scope.
Notation "- a" := (ropp a) : rs_scope.
Notation "a - b" := (rsub a b) : rs_scope.
Notation "a * b" := (rmul a b) : rs_scope.
Notation "a / r" := (rdiv a r%R) : rs_scope.
Notation "a ^ k" := (rpow a k%nat) : rs_scope.
Notation "a <= b" := (rle a%rs b%rs) : rs_scope.
Notation "a = b" := (req a%rs b%rs) : rs_scope.

(** ** Level 2: a random scalar that also depends on a coin. [Ec] averages the coin away. *)

Definition rs2 (O1 O2 : Type) := O1 -> O2 -> R.
Declare Scope rs2_scope.
Delimit Scope rs2_scope with rs2.
Definition slift {O1 O2} (a : rs O1) : rs2 O1 O2 := fun w _ => a w.
Definition radd2 {O1 O2} (a b : rs2 O1 O2) : rs2 O1 O2 := fun w z => a w z + b w z.
Definition ropp2 {O1 O2} (a : rs2 O1 O2) : rs2 O1 O2 := fun w z => - a w z.
Definition rsub2 {O1 O2} (a b : rs2 O1 O2) : rs2 O1 O2 := fun w z => a w z - b w z.
Definition rmul2 {O1 O2} (a b : rs2 O1 O2) : rs2 O1 O2 := fun w z => a w z * b w z.
Definition rdiv2 {O1 O2} (a : rs2 O1 O2) (b : R) : rs2 O1 O2 := fun w z => a w z / b.
Definition rpow2 {O1 O2} (a : rs2 O1 O2) (k : nat) : rs2 O1 O2 := fun w z => a w z ^ k.
Definition rdot2 {O1 O2} {D1 : dist O1} {D2 : dist O2} {V : gram} (Z Y : RV D1 (RV D2 V))
  : rs2 O1 O2 := fun w z => dot (Z w z) (Y w z).
Definition rsq2 {O1 O2} {D1 : dist O1} {D2 : dist O2} {V : gram} (Z : RV D1 (RV D2 V))
  : rs2 O1 O2 := fun w z => nsq (Z w z).
Definition rle2 {O1 O2} (a b : rs2 O1 O2) : Prop := forall w z, a w z <= b w z.
Definition Ec {O1 O2} (D2 : dist O2) (a : rs2 O1 O2) : rs O1 := fun w => E D2 (a w).

Arguments slift {_ _} _%rs.
Arguments rdot2 {_ _ _ _ _} _%vec _%vec.
Arguments rsq2 {_ _ _ _ _} _%vec.
Arguments rle2 {_ _} _%rs2 _%rs2.
Arguments Ec {_ _} _ _%rs2.
Notation "a + b" := (radd2 a b) : rs2_scope.
Notation "- a" := (ropp2 a) : rs2_scope.
Notation "a - b" := (rsub2 a b) : rs2_scope.
Notation "a * b" := (rmul2 a b) : rs2_scope.
Notation "a / r" := (rdiv2 a r%R) : rs2_scope.
Notation "a ^ k" := (rpow2 a k%nat) : rs2_scope.
Notation "a <= b" := (rle2 a%rs2 b%rs2) : rs2_scope.

(** ** Rules *)

Section Rules1.
Context {O : Type} {D : dist O}.
Implicit Types a b : rs O.

Lemma E_scst r : E D (scst r) = r.
Proof. apply E_const. Qed.
Lemma E_radd a b : E D (a + b)%rs = E D a + E D b.
Proof. apply E_plus. Qed.
Lemma E_ropp a : E D (- a)%rs = - E D a.
Proof. replace (- E D a) with ((-1) * E D a) by ring. rewrite <- E_times. apply E_ext; intro; unfold ropp; ring. Qed.
Lemma E_rsub a b : E D (a - b)%rs = E D a - E D b.
Proof. apply E_minus. Qed.
Lemma E_scst_rmul r a : E D (scst r * a)%rs = r * E D a.
Proof. apply (E_times D r a). Qed.
Lemma E_rmul_scst r a : E D (a * scst r)%rs = r * E D a.
Proof. rewrite <- E_times; apply E_ext; intro; unfold rmul, scst; ring. Qed.
Lemma E_rdiv r a : E D (a / r)%rs = E D a / r.
Proof. unfold Rdiv; rewrite Rmult_comm, <- E_times; apply E_ext; intro; unfold rdiv, Rdiv; ring. Qed.
Lemma E_rdot {V : gram} (U W : RV D V) : E D (rdot U W) = dot U W.
Proof. reflexivity. Qed.
Lemma E_rsq {V : gram} (U : RV D V) : E D (rsq U) = nsq U.
Proof. reflexivity. Qed.
End Rules1.

Section Rules2.
Context {O1 O2 : Type} {D1 : dist O1} {D2 : dist O2}.
Implicit Types (c : rs O1) (a b : rs2 O1 O2).

(** Equalities of functions, so that they can be used below [E]. *)
Lemma Ec_slift c : Ec D2 (slift c) = c.
Proof. apply functional_extensionality; intro w. exact (E_const D2 (c w)). Qed.
Lemma Ec_radd2 a b : Ec D2 (a + b) = (Ec D2 a + Ec D2 b)%rs.
Proof. apply functional_extensionality; intro w; exact (E_radd (a w) (b w)). Qed.
Lemma Ec_ropp2 a : Ec D2 (- a) = (- Ec D2 a)%rs.
Proof. apply functional_extensionality; intro w; exact (E_ropp (a w)). Qed.
Lemma Ec_rsub2 a b : Ec D2 (a - b) = (Ec D2 a - Ec D2 b)%rs.
Proof. apply functional_extensionality; intro w; exact (E_rsub (a w) (b w)). Qed.
Lemma Ec_slift_rmul2 c a : Ec D2 (slift c * a) = (c * Ec D2 a)%rs.
Proof. apply functional_extensionality; intro w; exact (E_scst_rmul (c w) (a w)). Qed.
Lemma Ec_rmul2_slift c a : Ec D2 (a * slift c) = (c * Ec D2 a)%rs.
Proof. apply functional_extensionality; intro w; exact (E_rmul_scst (c w) (a w)). Qed.
Lemma Ec_rdiv2 r a : Ec D2 (a / r) = (Ec D2 a / r)%rs.
Proof. apply functional_extensionality; intro w; exact (E_rdiv r (a w)). Qed.
Lemma Ec_rdot2 {V : gram} (Z Y : RV D1 (RV D2 V)) : Ec D2 (rdot2 Z Y) = rdot Z Y.
Proof. reflexivity. Qed.
Lemma Ec_rsq2 {V : gram} (Z : RV D1 (RV D2 V)) : Ec D2 (rsq2 Z) = rsq Z.
Proof. reflexivity. Qed.
End Rules2.

#[export] Hint Rewrite @E_scst @E_radd @E_ropp @E_rsub @E_scst_rmul @E_rmul_scst @E_rdiv @E_rdot
  @E_rsq @Ec_slift @Ec_radd2 @Ec_ropp2 @Ec_rsub2 @Ec_slift_rmul2 @Ec_rmul2_slift @Ec_rdiv2
  @Ec_rdot2 @Ec_rsq2 : gram_rules.

(** ** Products of two random factors, each an affine combination *)

Section Products.
Context {O : Type} {D : dist O}.
Implicit Types a b c : rs O.
Ltac pointwise := intros; apply functional_extensionality; intro w;
  unfold rmul, radd, rsub, ropp, rdiv, Rdiv; ring.

Lemma rmul_radd_l a b c : ((a + b) * c = a * c + b * c :> rs O)%rs.
Proof. pointwise. Qed.
Lemma rmul_rsub_l a b c : ((a - b) * c = a * c - b * c :> rs O)%rs.
Proof. pointwise. Qed.
Lemma rmul_ropp_l a c : ((- a) * c = - (a * c) :> rs O)%rs.
Proof. pointwise. Qed.
Lemma rmul_radd_r a b c : (c * (a + b) = c * a + c * b :> rs O)%rs.
Proof. pointwise. Qed.
Lemma rmul_rsub_r a b c : (c * (a - b) = c * a - c * b :> rs O)%rs.
Proof. pointwise. Qed.
Lemma rmul_ropp_r a c : (c * (- a) = - (c * a) :> rs O)%rs.
Proof. pointwise. Qed.
Lemma rmul_assoc a b c : ((a * b) * c = a * (b * c) :> rs O)%rs.
Proof. pointwise. Qed.
Lemma E_rmul_scst_rmul r a b : E D (a * (scst r * b))%rs = r * E D (a * b)%rs.
Proof. rewrite <- E_scst_rmul. apply E_ext; intro w. unfold rmul, scst; ring. Qed.
Lemma E_rmul_rmul_scst r a b : E D (a * (b * scst r))%rs = r * E D (a * b)%rs.
Proof. rewrite <- E_scst_rmul. apply E_ext; intro w. unfold rmul, scst; ring. Qed.
End Products.

#[export] Hint Rewrite @rmul_radd_l @rmul_rsub_l @rmul_ropp_l @rmul_radd_r @rmul_rsub_r
  @rmul_ropp_r @rmul_assoc @E_rmul_scst_rmul @E_rmul_rmul_scst : gram_rules.

(** ** Linear operators *)

Record linear (V W : gram) := {
  act :> V -> W;
  act_veq : forall u v, u == v -> act u == act v;
  act_add : forall u v, act (u + v)%vec == (act u + act v)%vec;
  act_scal : forall a u, act (a * u)%vec == (a * act u)%vec
}.
Arguments act {_ _} _ _%vec.
Arguments act_veq {_ _}.
Arguments act_add {_ _}.
Arguments act_scal {_ _}.

Section Linear.
Context {V W : gram} (J : linear V W).
Implicit Types (u v : V) (w : W).

Lemma dot_act_add_l u v w : dot (J (u + v)%vec) w = dot (J u) w + dot (J v) w.
Proof. rewrite (act_add J u v w); apply dot_add_l. Qed.
Lemma dot_act_scal_l a u w : dot (J (a * u)%vec) w = a * dot (J u) w.
Proof. rewrite (act_scal J a u w); apply dot_scal_l. Qed.
Lemma dot_act_opp_l u w : dot (J (- u)%vec) w = - dot (J u) w.
Proof. unfold vopp; rewrite dot_act_scal_l; ring. Qed.
Lemma dot_act_sub_l u v w : dot (J (u - v)%vec) w = dot (J u) w - dot (J v) w.
Proof. unfold vsub; rewrite dot_act_add_l, dot_act_opp_l; ring. Qed.
Lemma dot_act_zero_l w : dot (J vzero) w = 0.
Proof.
  rewrite (act_veq J vzero (0 * vzero)%vec).
  - rewrite dot_act_scal_l; ring.
  - intro z; rewrite dot_scal_l, dot_zero_l; ring.
Qed.
Lemma dot_act_add_r u v w : dot w (J (u + v)%vec) = dot w (J u) + dot w (J v).
Proof. rewrite !(dot_sym w); apply dot_act_add_l. Qed.
Lemma dot_act_scal_r a u w : dot w (J (a * u)%vec) = a * dot w (J u).
Proof. rewrite !(dot_sym w); apply dot_act_scal_l. Qed.
Lemma dot_act_opp_r u w : dot w (J (- u)%vec) = - dot w (J u).
Proof. rewrite !(dot_sym w); apply dot_act_opp_l. Qed.
Lemma dot_act_sub_r u v w : dot w (J (u - v)%vec) = dot w (J u) - dot w (J v).
Proof. rewrite !(dot_sym w); apply dot_act_sub_l. Qed.
Lemma dot_act_zero_r w : dot w (J vzero) = 0.
Proof. rewrite dot_sym; apply dot_act_zero_l. Qed.
Lemma vnull_act u : vnull u -> vnull (J u).
Proof.
  intros H w. rewrite (act_veq J u vzero); [apply dot_act_zero_l|].
  intro z; rewrite H, dot_zero_l; reflexivity.
Qed.
End Linear.

(** A vector of length zero is null: what equality of random vectors means sample by sample. *)
Lemma nsq_null {V : gram} (u : V) : nsq u = 0 -> vnull u.
Proof.
  intros H w. destruct (Req_dec (dot u w) 0) as [K|K]; [exact K|exfalso].
  pose (s := - (nsq w + 1) / (2 * dot u w)).
  pose proof (nsq_pos (w + s * u)%vec) as P. unfold nsq in *.
  rewrite dot_add_l, !dot_add_r, !dot_scal_l, !dot_scal_r, (dot_sym w u), H in P.
  assert (s * dot u w = - (dot w w + 1) / 2) as Hs by (unfold s, nsq; field; exact K).
  rewrite Hs in P; lra.
Qed.

Lemma wsum_zero {O} (l : list (R * O)) f : (forall p, In p l -> 0 <= fst p) ->
  (forall w, 0 <= f w) -> wsum l f = 0 -> forall p, In p l -> fst p * f (snd p) = 0.
Proof.
  intros Hw Hf; induction l as [|q l IH]; simpl; [contradiction|intros H p Hp].
  assert (0 <= fst q * f (snd q)) by (apply Rmult_le_pos; [apply Hw; now left|apply Hf]).
  assert (forall r, In r l -> 0 <= fst r) as Hl by (intros; apply Hw; now right).
  assert (0 <= wsum l f) by (apply wsum_pos; assumption).
  destruct Hp as [<-|Hp]; [lra|apply IH; auto; lra].
Qed.

Lemma wsum_ext_in {O} (l : list (R * O)) f g :
  (forall p, In p l -> fst p * f (snd p) = fst p * g (snd p)) -> wsum l f = wsum l g.
Proof.
  induction l as [|q l IH]; intro H; simpl; [reflexivity|].
  rewrite (H q), IH; [reflexivity| |now left]; intros; apply H; now right.
Qed.

(** A random operator acts on random vectors sample by sample. For a fixed operator the family is
    constant: [rapply (fun _ => J)]. *)
Definition rapply {O} {D : dist O} {V W : gram} (A : O -> linear V W) : linear (RV D V) (RV D W).
Proof.
  refine (Build_linear (RV D V) (RV D W) (fun U w => A w (U w)) _ _ _).
  - intros U Y H Z. apply wsum_ext_in; intros p Hp.
    destruct (Req_dec (fst p) 0) as [K|K]; [rewrite K; ring|f_equal].
    apply (act_veq (A (snd p))). intro z.
    assert (E D (fun w => nsq (U w - Y w)%vec) = 0) as N.
    { change (dot (U - Y)%vec (U - Y)%vec = 0). now rewrite dot_sub_l, H, Rminus_diag_eq. }
    pose proof (wsum_zero (pts D) _ (weight_pos D) (fun w => nsq_pos (U w - Y w)%vec) N p Hp) as P.
    assert (nsq (U (snd p) - Y (snd p))%vec = 0) as Q.
    { apply Rmult_integral in P as [P|P]; [contradiction|exact P]. }
    pose proof (nsq_null _ Q z) as T. rewrite dot_sub_l in T; lra.
  - intros U Y Z; apply E_ext; intro w; apply (act_add (A w)).
  - intros a U Z; apply E_ext; intro w; apply (act_scal (A w)).
Defined.

Section LinearMean.
Context {O : Type} {D : dist O} {V W : gram} (J : linear V W).
Implicit Types (U X : RV D V) (Y : RV D W) (v : V) (w : W).

Lemma mean_rapply_l U w : dot (mean D (rapply (fun _ => J) U)) w = dot (J (mean D U)) w.
Proof.
  unfold mean, EV. rewrite dot_vsum_l.
  induction (pts D) as [|p l IH]; simpl.
  - now rewrite dot_act_zero_l.
  - rewrite dot_act_add_l, dot_act_scal_l, <- IH; reflexivity.
Qed.
Lemma mean_rapply_r U w : dot w (mean D (rapply (fun _ => J) U)) = dot w (J (mean D U)).
Proof. rewrite !(dot_sym w); apply mean_rapply_l. Qed.
Lemma rapply_cst_l v Y : dot (rapply (fun _ => J) (cst v)) Y = dot (cst (J v)) Y.
Proof. reflexivity. Qed.
Lemma rapply_cst_r v Y : dot Y (rapply (fun _ => J) (cst v)) = dot Y (cst (J v)).
Proof. reflexivity. Qed.

(** Below an operator, [mean] meets sums that no inner product touches directly. *)
Lemma act_mean_add_l U X w :
  dot (act J (mean D (U + X))) w = dot (act J (mean D U)) w + dot (act J (mean D X)) w.
Proof. rewrite <- !mean_rapply_l, <- !dot_cst_r; apply dot_act_add_l. Qed.
Lemma act_mean_sub_l U X w :
  dot (act J (mean D (U - X))) w = dot (act J (mean D U)) w - dot (act J (mean D X)) w.
Proof. rewrite <- !mean_rapply_l, <- !dot_cst_r; apply dot_act_sub_l. Qed.
Lemma act_mean_scal_l a U w : dot (act J (mean D (a * U))) w = a * dot (act J (mean D U)) w.
Proof. rewrite <- !mean_rapply_l, <- !dot_cst_r; apply dot_act_scal_l. Qed.
Lemma act_mean_cst_l v w : dot (act J (mean D (cst v))) w = dot (act J v) w.
Proof. rewrite <- mean_rapply_l. exact (mean_cst_l (act J v) w). Qed.
Lemma act_mean_add_r U X w :
  dot w (act J (mean D (U + X))) = dot w (act J (mean D U)) + dot w (act J (mean D X)).
Proof. rewrite !(dot_sym w); apply act_mean_add_l. Qed.
Lemma act_mean_sub_r U X w :
  dot w (act J (mean D (U - X))) = dot w (act J (mean D U)) - dot w (act J (mean D X)).
Proof. rewrite !(dot_sym w); apply act_mean_sub_l. Qed.
Lemma act_mean_scal_r a U w : dot w (act J (mean D (a * U))) = a * dot w (act J (mean D U)).
Proof. rewrite !(dot_sym w); apply act_mean_scal_l. Qed.
Lemma act_mean_cst_r v w : dot w (act J (mean D (cst v))) = dot w (act J v).
Proof. rewrite !(dot_sym w); apply act_mean_cst_l. Qed.
End LinearMean.

#[export] Hint Rewrite @dot_act_add_l @dot_act_scal_l @dot_act_opp_l @dot_act_sub_l
  @dot_act_zero_l @dot_act_add_r @dot_act_scal_r @dot_act_opp_r @dot_act_sub_r
  @dot_act_zero_r @mean_rapply_l @mean_rapply_r @rapply_cst_l @rapply_cst_r
  @act_mean_add_l @act_mean_sub_l @act_mean_scal_l @act_mean_cst_l
  @act_mean_add_r @act_mean_sub_r @act_mean_scal_r @act_mean_cst_r : gram_rules.
