//! Everything that is tested from outside, in one binary so that it links once.

/// Three arithmetics agree, on ten thousand accepted instances of every regime.
mod agreement;
/// The program as a person runs it.
mod cli;
/// Compressors against every outcome.
mod compressors;
/// Certified constants are near-tight, and weights do not depend on units.
mod constants;
/// Every proof of the library, tampered with.
mod corpus;
/// Predicted steps against counted ones.
mod cost;
/// N = 1, d = 1, d > N, no noise, no teacher, huge and tiny values.
mod edge_cases;
/// Files for Coq: complete, reviewed, and without search.
mod export;
/// Logistic, softmax, Poisson, waves and rank-deficient least squares.
mod families;
/// Formulas are read back, hashed and evaluated alike.
mod formulas;
/// Editing one constant of a theorem file changes a verdict.
mod formulas_are_data;
/// exp, ln, sin, cos and the normal law against 200-bit arithmetic.
mod functions;
/// Damaged files and formulas never panic.
mod fuzz;
/// Mutants made by rule, and stored records.
mod generated;
/// Long horizons and stationary laws.
mod horizons;
/// One audit of everything: the index and the README's table are what it prints.
mod index;
/// Every interval operation against exact rationals.
mod interval;
/// Attempts to have a false claim accepted.
mod kernel_attacks;
/// Proofs that should prove nothing.
mod kernel_existence;
mod kernel_forgeries;
/// Damaged proofs and arbitrary expressions.
mod kernel_fuzz;
/// Each rule of the kernel.
mod kernel_rules;
/// Small theorem files, written as a few lines each.
mod kernel_support;
/// Syntax and type errors, with their places.
mod language;
/// The theorem files: parts, examples, stored witnesses.
mod library;
/// Help, streams, documents, test reports, readers and examples.
mod manners;
/// Estimators with memory against every path.
mod memory;
/// The moment recursion against every path.
mod moments;
/// Distillation gradients of small networks.
mod networks;
/// The HTML page.
mod page;
/// Synthetic pictures in the shape of MNIST.
mod pictures;
/// Proofs against numbers, and the tutorial on them.
mod proofs;
/// The paper's experiments: predictions, defects, interruptions.
mod reproduce;
/// Square roots.
mod roots;
/// Fast steppers against definitions.
mod run;
/// Confidence sequences, and what is measured by sampling.
mod sampling;
/// A witness against every mutant, found without the stored ones.
mod search;
/// Ways in which something false could be reported as holding, each closed.
mod soundness;
/// Faults of theorem files, with their places.
mod theorem_files;
/// False claims that are known with a witness.
mod theory_mutants;
/// Invariants of the source tree.
mod tidy;
/// The practitioner's weight.
mod weight;
/// The weight for tens of thousands of pictures, in time and memory.
mod weight_at_size;
/// Worst cases: anchors, degenerate inputs, forged certificates.
mod worst_case;
/// False bounds on worst cases.
mod worst_case_corpus;
/// Worst cases between what is sampled and what is stated.
mod worst_case_ladder;
