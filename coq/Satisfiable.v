(** * The premises of theorem-1 and theorem-2 hold together for an actual problem

    On the line, f(x) = x^2/2 is the average of the samples (x - 1)^2/2 - 1/2 and (x + 1)^2/2 - 1/2,
    with gradients x - 1 and x + 1; the minimiser is 0; the control variate is 1 on both samples, so
    both noise and bias are positive. Constants: mu = l_exp = L = 1; gamma = 1/8, lambda = 1/2. *)
Require Import Instances Glue.
Require theorem_1 theorem_2.
Require Import Lra.

Definition law : dist R.
Proof.
  refine {| pts := [(1 / 2, 1); (1 / 2, -1)] |}.
  - intros p [<-|[<-|[]]]; simpl; lra.
  - simpl; lra.
Defined.

Lemma E_law f : E law f = 1 / 2 * f 1 + 1 / 2 * f (-1).
Proof. unfold E; simpl; ring. Qed.
Lemma EV_law (U : R -> line) : EV law U = (1 / 2 * U 1%R + 1 / 2 * U (-1))%R.
Proof. unfold EV; simpl; ring. Qed.

Definition f (x : line) : R := 1 / 2 * (x * x).
Definition g (w : R) (x : line) : line := (x - w)%R.
Definition c (_ : R) : line := 1.
Definition full_grad : line -> line := theorem_1.full_grad line R law g.

Lemma full_grad_is x : full_grad x = x.
Proof.
  unfold full_grad, theorem_1.full_grad, mean. rewrite EV_law.
  change (1 / 2 * ((x : R) - 1) + 1 / 2 * ((x : R) - -1) = (x : R)). lra.
Qed.

Lemma dot_line (u v : line) : dot u v = (u : R) * v.
Proof. reflexivity. Qed.
Lemma nsq_line (u : line) : nsq u = (u : R) * u.
Proof. reflexivity. Qed.
Lemma sub_line (u v : line) : (u - v)%vec = ((u : R) - v).
Proof. unfold vsub, vopp; simpl; ring. Qed.

Lemma diff : differentiable f full_grad.
Proof.
  split.
  - intros x y H. now rewrite (line_separated x y H).
  - intros x y H. rewrite (line_separated x y H). apply veq_refl.
  - intros x v s. rewrite full_grad_is.
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

Lemma least : minimiser f (0 : line).
Proof. intro x. unfold f. generalize (Rle_0_sqr x). unfold Rsqr. lra. Qed.

Lemma qsc : QSC 1 f full_grad (0 : line).
Proof.
  intro x. rewrite full_grad_is, dot_line, nsq_line, !sub_line. unfold f. lra.
Qed.

Lemma es : ES law 1 f g (0 : line).
Proof. intro x. rewrite E_law, !nsq_line, !sub_line. unfold f, g. lra. Qed.

Lemma noise_is : theorem_1.noise line R law g c (0 : line) (1 / 2) = 5 / 4.
Proof.
  unfold theorem_1.noise. rewrite E_law. unfold rsq. rewrite !nsq_line.
  unfold theorem_1.grad, theorem_1.control, g, c, vsub, vopp; simpl. field.
Qed.

(** All premises of theorem-1 at once: its conclusion for this problem, without any premise. *)
Theorem theorem_1_holds t (x_0 : line) :
  E (paths law t)
    (fun p => nsq (run (theorem_1.step line R g c (1 / 8) (1 / 2)) x_0 p - (0 : line)))
    <= (1 - 1 / 8 * 1) ^ t * nsq (x_0 - (0 : line))
       + theorem_1.neighbourhood line R law g c (0 : line) (1 / 8) (1 / 2) 1.
Proof.
  apply (theorem_1.all_t line R law f g c (0 : line) (1 / 8) (1 / 2) 1 1);
    [lra|lra|lra|exact diff|exact least|exact qsc|exact es|lra].
Qed.

Definition direction (w : R) (x : line) : line := (g w x - 1 / 2 * c w)%R.

(** And of theorem-2. *)
Theorem theorem_2_holds t (x_0 : line) :
  E (paths law t)
    (fun p => f (run (theorem_2.step line R direction (1 / 8)) x_0 p) - f (0 : line))
    <= (1 - 1 / 8 * 1) ^ t * (f x_0 - f (0 : line))
       + 1 / 1 * ((1 / 2) ^ 2 * 1 + 1 * (1 / 8) * (5 / 4)).
Proof.
  apply (theorem_2.all_t line R law f full_grad direction (fun _ => 1) (0 : line)
    (1 / 8) (1 / 2) 1 1 1 1 (5 / 4)); try lra.
  - exact diff.
  - intros x y. rewrite !full_grad_is. lra.
  - exact least.
  - intro x. rewrite full_grad_is, nsq_line. unfold f. lra.
  - intros x w. rewrite full_grad_is. unfold mean, theorem_2.direction, direction, g, c.
    rewrite EV_law. unfold vsub, vopp; simpl. field.
  - intro x. rewrite nsq_line. lra.
  - intro x. rewrite E_law. unfold rsq. rewrite !nsq_line.
    unfold theorem_2.direction, direction, g, c, f.
    assert (0 <= (x + 1 / 2) * (x + 1 / 2)) by apply Rle_0_sqr. lra.
Qed.
