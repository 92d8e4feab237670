(** * One problem that satisfies the hypotheses of the statements

    On the line, f(x) = x^2/2 is the average of two samples with gradients x - 1 and x + 1, up to a
    constant; the minimiser is 0. The teacher is 2, and the control variate is its gradient: 1 and
    3, so that its mean and its variance are both positive. All constants of curvature are 1. *)
Require Export Batches.
Require Import Lra Lia FunctionalExtensionality.

Definition both_samples : list bool := [true; false].
Lemma some_sample : both_samples <> [].
Proof. discriminate. Qed.
Definition coin_flip : dist bool.
Proof.
  refine {| pts := [(1 / 2, true); (1 / 2, false)] |}.
  - intros p [<-|[<-|[]]]; simpl; lra.
  - simpl; lra.
Defined.

Definition shift (w : bool) : R := if w then 1 else -1.
Definition half_square (x : line) : R := 1 / 2 * (x * x).
Definition gradient (w : bool) (x : line) : line := (x - shift w)%R.
Definition control (w : bool) : line := (2 - shift w)%R.
Definition mean_gradient (x : line) : line := EV coin_flip (fun w => gradient w x).

Lemma E_flip f : E coin_flip f = 1 / 2 * f true + 1 / 2 * f false.
Proof. unfold E; simpl; ring. Qed.
Lemma EV_flip (U : bool -> line) : EV coin_flip U = (1 / 2 * U true + 1 / 2 * U false)%R.
Proof. unfold EV; simpl; ring. Qed.
Lemma mean_gradient_is x : mean_gradient x = x.
Proof.
  unfold mean_gradient. rewrite EV_flip. unfold gradient, shift.
  change (1 / 2 * ((x : R) - 1) + 1 / 2 * ((x : R) - -1) = (x : R)). lra.
Qed.
Lemma dot_line (u v : line) : dot u v = (u : R) * v.
Proof. reflexivity. Qed.
Lemma nsq_line (u : line) : nsq u = (u : R) * u.
Proof. reflexivity. Qed.
Lemma sub_line (u v : line) : (u - v)%vec = ((u : R) - v).
Proof. unfold vsub, vopp; simpl; ring. Qed.
Lemma scal_line (a : R) (u : line) : (a * u)%vec = (a * (u : R))%R.
Proof. reflexivity. Qed.

(** The law of SGD after a step of length 1. *)
Definition two_points : dist line.
Proof.
  refine {| pts := [(1 / 2, 1 : line); (1 / 2, -1 : line)] |}.
  - intros p [<-|[<-|[]]]; simpl; lra.
  - simpl; lra.
Defined.
Lemma E_two (h : line -> R) : E two_points h = 1 / 2 * h 1 + 1 / 2 * h (-1).
Proof. unfold E; simpl; ring. Qed.

(** A comparison of numbers, after the two samples are written out. *)
Ltac numbers :=
  rewrite ?E_two, ?E_flip, ?EV_flip, ?nsq_line, ?dot_line, ?sub_line, ?scal_line;
  unfold gradient, control, shift, half_square; simpl;
  unfold vsub, vopp, nsq; simpl; lra.

Lemma line_diff : differentiable half_square mean_gradient.
Proof.
  split.
  - intros x y H. now rewrite (line_separated x y H).
  - intros x y H. rewrite (line_separated x y H). apply veq_refl.
  - intros x v s. rewrite mean_gradient_is.
    change (derivable_pt_lim (fun s => 1 / 2 * ((x + s * v) * (x + s * v))) s ((x + s * v) * v)).
    set (a := (x : R)) in *. set (b := (v : R)) in *.
    assert (derivable_pt_lim (fun s => a + s * b) s (0 + (1 * b + s * 0))) as D.
    { apply (derivable_pt_lim_plus (fun _ => a) (fun s => s * b)); [apply derivable_pt_lim_const|].
      apply (derivable_pt_lim_mult id (fun _ => b)); [apply derivable_pt_lim_id | apply derivable_pt_lim_const]. }
    replace ((a + s * b) * b) with
      (1 / 2 * ((0 + (1 * b + s * 0)) * (a + s * b) + (a + s * b) * (0 + (1 * b + s * 0)))) by field.
    apply (derivable_pt_lim_scal (fun s => (a + s * b) * (a + s * b))).
    exact (derivable_pt_lim_mult _ _ _ _ _ D D).
Qed.
Lemma line_least : minimiser half_square (0 : line).
Proof. intro x. unfold half_square. generalize (Rle_0_sqr x). unfold Rsqr. lra. Qed.
Lemma half_below (mu s : R) : mu <= 1 -> mu / 2 * (s * s) <= 1 / 2 * (s * s).
Proof. intro H. apply Rmult_le_compat_r; [apply Rle_0_sqr | lra]. Qed.
Lemma line_qsc mu : mu <= 1 -> QSC mu half_square mean_gradient (0 : line).
Proof.
  intros H x. rewrite mean_gradient_is, dot_line, nsq_line, !sub_line. unfold half_square.
  generalize (half_below mu ((x : R) - 0) H). lra.
Qed.
Lemma line_es : ES coin_flip 1 half_square gradient (0 : line).
Proof. intro x. rewrite E_flip, !nsq_line, !sub_line. unfold half_square, gradient, shift. lra. Qed.
Lemma line_smooth : smooth 1 mean_gradient.
Proof. intros x y. rewrite !mean_gradient_is. lra. Qed.
Lemma line_pl mu : mu <= 1 -> PL mu half_square mean_gradient (0 : line).
Proof.
  intros H x. rewrite mean_gradient_is, nsq_line. unfold half_square.
  generalize (half_below mu x H). lra.
Qed.
Lemma line_sc mu : mu <= 1 -> SC mu half_square mean_gradient.
Proof.
  intros H x y. rewrite mean_gradient_is, dot_line, nsq_line, !sub_line. unfold half_square.
  generalize (half_below mu ((y : R) - x) H). lra.
Qed.
Lemma line_teacher w : control w == gradient w (2 : line).
Proof. apply veq_refl. Qed.
Lemma line_has_teacher w : (control w - EV coin_flip control)%vec
  == (gradient w (2 : line) - EV coin_flip (fun w => gradient w (2 : line)))%vec.
Proof. apply veq_refl. Qed.
Lemma line_tilted : EV coin_flip (fun w => gradient w (1 : line)) == (1 / 2 * EV coin_flip control)%vec.
Proof.
  rewrite !EV_flip. unfold gradient, control, shift. intro w. simpl. field.
Qed.

(** With steps of length 1, one step forgets where it starts: its law is stationary at once. *)
Definition limit_point (w : bool) : line := (shift w + 1 / 2 * control w)%R.
Lemma line_stationary : stationary_law coin_flip
  (fun x w => x - 1 * (gradient w x - 1 / 2 * control w))%vec coin_flip limit_point.
Proof.
  intro h. rewrite <- (E_const coin_flip (E coin_flip (fun s => h (limit_point s)))).
  apply E_ext; intro s. apply E_ext; intro w. f_equal.
  unfold limit_point, gradient. rewrite !sub_line. simpl.
  change (limit_point s - 1 * ((limit_point s - shift w) - 1 / 2 * control w)
    = shift w + 1 / 2 * control w)%R.
  ring.
Qed.

Lemma line_forgets : stationary_law coin_flip
  (fun x w => x - 1 * (gradient w x - 0 * control w))%vec two_points (fun y => y).
Proof.
  assert (forall (y : line) w, (y - 1 * (gradient w y - 0 * control w))%vec = (shift w : line)) as H.
  { intros y w. unfold gradient, vsub, vopp; simpl. ring. }
  intro h. rewrite !E_two, !E_flip, !H. unfold shift. field.
Qed.

(** No compression. *)
Definition no_coin : dist unit := point tt.
Definition keep (_ : unit) (y : line) : line := y.
Lemma line_compressor omega : 0 <= omega -> unbiased_compressor omega no_coin keep.
Proof.
  intro H. split; intro y.
  - intro w. unfold EV, no_coin, keep; simpl. ring.
  - unfold no_coin. rewrite E_point, !nsq_line, sub_line. unfold keep.
    replace (((y : R) - y) * (y - y)) with 0 by ring. apply Rmult_le_pos; [exact H | apply Rle_0_sqr].
Qed.

(** An equality of vectors, written out. *)
Ltac vectors :=
  intro; rewrite ?EV_flip; unfold gradient, control, shift; simpl; unfold EV; simpl; field.

(** The two samples by themselves. *)
Definition sample_loss (n : bool) (x : line) : R := 1 / 2 * ((x - shift n) * (x - shift n)) - 1 / 2.
Lemma line_samples : convex_smooth_samples 1 sample_loss gradient.
Proof.
  split.
  - intro n. split.
    + intros x y H. now rewrite (line_separated x y H).
    + intros x y H. rewrite (line_separated x y H). apply veq_refl.
    + intros x v s.
      change (derivable_pt_lim (fun s => 1 / 2 * ((x + s * v - shift n) * (x + s * v - shift n)) - 1 / 2)
        s ((x + s * v - shift n) * v)).
      set (a := (x : R)) in *. set (b := (v : R)) in *. set (z := shift n).
      assert (derivable_pt_lim (fun s => a + s * b - z) s (0 + (1 * b + s * 0) - 0)) as D.
      { apply (derivable_pt_lim_minus (fun s => a + s * b) (fun _ => z)); [|apply derivable_pt_lim_const].
        apply (derivable_pt_lim_plus (fun _ => a) (fun s => s * b)); [apply derivable_pt_lim_const|].
        apply (derivable_pt_lim_mult id (fun _ => b)); [apply derivable_pt_lim_id | apply derivable_pt_lim_const]. }
      replace ((a + s * b - z) * b) with
        (1 / 2 * ((0 + (1 * b + s * 0) - 0) * (a + s * b - z)
          + (a + s * b - z) * (0 + (1 * b + s * 0) - 0)) - 0) by field.
      apply (derivable_pt_lim_minus (fun s => 1 / 2 * ((a + s * b - z) * (a + s * b - z))) (fun _ => 1 / 2));
        [|apply derivable_pt_lim_const].
      apply (derivable_pt_lim_scal (fun s => (a + s * b - z) * (a + s * b - z))).
      exact (derivable_pt_lim_mult _ _ _ _ _ D D).
  - intros n x y. rewrite !nsq_line, !sub_line. unfold gradient. right; ring.
  - intros n x y. rewrite dot_line, sub_line. unfold sample_loss, gradient.
    generalize (Rle_0_sqr ((y : R) - x)). unfold Rsqr. lra.
Qed.

(** Minibatches of one sample. *)
Lemma one_of_two : (1 <= 1 <= length both_samples)%nat.
Proof. simpl; lia. Qed.
Lemma batch_loss : (fun x : line => E (one_of both_samples 1 one_of_two) (fun n => sample_loss n x))
  = half_square.
Proof.
  apply functional_extensionality; intro x. unfold one_of. rewrite E_uniform. simpl.
  unfold sample_loss, half_square, shift. field.
Qed.
Lemma batch_mean_is (u : bool -> line) :
  EV (minibatches both_samples 1 one_of_two) (fun w => average w u) = EV coin_flip u.
Proof. unfold EV, average; simpl. field. Qed.
Lemma batch_gradient :
  (fun x : line => EV (minibatches both_samples 1 one_of_two) (fun w => average w (fun n => gradient n x)))
  = mean_gradient.
Proof. apply functional_extensionality; intro x. apply batch_mean_is. Qed.
Ltac line_batches := rewrite ?batch_loss, ?batch_gradient, ?batch_mean_is.

(** A number as a linear map. *)
Definition scaling (a : R) : linear line line.
Proof.
  refine {| act := fun u : line => (a * (u : R) : line) |}.
  - intros u v H. rewrite (line_separated u v H). apply veq_refl.
  - intros u v w. simpl. ring.
  - intros b u w. simpl. ring.
Defined.
Lemma line_quadratic w : quadratic (gradient w).
Proof.
  exists (scaling 1), (shift w : line). split.
  - intros u v. simpl. ring.
  - intros x z. unfold gradient, vsub, vopp; simpl. ring.
Qed.

(** A hypothesis for every x: by definition, or by the square of x. *)
Ltac for_every_x :=
  let x := fresh in intro x; simpl;
  first [ apply veq_refl
        | generalize (Rle_0_sqr (x : R)); unfold Rsqr; numbers
        | vectors ].
(** At every outcome of a step. *)
Ltac for_every_sample := intros []; simpl; first [ numbers | vectors ].
