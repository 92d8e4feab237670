(** Everything that a theorem file needs. *)
Require Export Space Scalars Paths Certificate.
