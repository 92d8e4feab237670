(** * The line: one instance that satisfies the hypotheses of every statement *)
Require Export Instances Glue.
