//! An executable, machine-checked audit of *Knowledge Distillation Performs Partial Variance
//! Reduction* (Safaryan, Peste, Alistarh, NeurIPS 2023, arXiv:2305.17581).
//!
//! A theorem is a file in `theorems/`: hypotheses, a formula, worked examples with exact values,
//! and mutants that must be refuted. The program evaluates each formula in exact rationals, in
//! rigorous intervals and in floats on instances whose constants it computes and certifies.
//!
//! # Layers
//! Each uses only those before it; a test reads the imports.
//!
//! | module | what it is |
//! |---|---|
//! | [`scalar`] | exact rationals, outward-rounded intervals, floats |
//! | [`linear`] | small dense linear algebra; exact elimination; float spectra |
//! | [`claim`] | the formula language and theorem files |
//! | [`kernel`] | what decides whether a proof proves its claim; the part to be trusted |
//! | [`problem`] | finite sums, quadratic and beyond, small networks; their certified constants and generators; data |
//! | [`run`] | the same estimators at machine speed, on linear models; nothing is concluded from it |
//! | [`estimator`] | SGD, distillation, unbiased or not; SVRG, L-SVRG and SAGA |
//! | [`expectation`] | exact, float and enclosed moments of affine processes; paths; sampling |
//! | [`audit`] | hypotheses, verdicts, search, shrinking, findings |
//! | [`worst_case`] | worst cases over a whole class, between exact certificates and witnesses |
//! | [`weight`] | which distillation weight for given data and teacher |
//! | [`export`] | proofs and statements for Coq |
//! | [`reproduce`] | the paper's experiments on real data, beside what the theorems predict |
//! | [`report`] | findings as text, JSON and a page |
//!
//! # Invariants
//! * Nothing is concluded from a float: floats propose, rationals and intervals decide.
//! * A hypothesis is met, violated or undecided; it is never passed over.
//! * Findings are values; the library does not print, and [`error::Error`] is for bad input only.
//! * Equal options give equal findings, whatever the number of threads.

pub mod audit;
pub mod claim;
pub mod error;
pub mod estimator;
pub mod expectation;
pub mod export;
pub mod kernel;
pub mod linear;
pub mod problem;
pub mod report;
pub mod reproduce;
pub mod run;
pub mod scalar;
pub mod weight;
pub mod worst_case;
