//! The audit: theorem files against instances.
//!
//! [`library`] loads the files, [`setting`] gives an instance's value to every quantity,
//! [`rigor`] evaluates a formula with certainty, [`hypotheses`] (with `everywhere`, for what must hold
//! at every state) and [`check`] judge one claim on one instance, [`search`](mod@search) and
//! [`shrink`](mod@shrink) look for small witnesses, [`refute`] tries what is known and then searches,
//! [`data`] makes an instance of a data set, [`regression`] the same for classes, and [`prediction`]
//! compares theorems and measurement on it, [`sampled`] measures by Monte Carlo what is too large for
//! moments, [`mutate`] makes mutants by rule, [`generated`] judges them, [`store`] keeps what was found,
//! and [`tightest`] looks for equality; [`cost`] turns bounds into steps, [`runner`] puts it together
//! for a statement and [`whole`] for a library, and [`finding`] is what comes out; [`figure`] has the
//! report's pictures as numbers.

mod ascent;
pub mod check;
pub mod cost;
pub mod data;
mod everywhere;
pub mod figure;
pub mod finding;
pub mod generated;
pub mod hypotheses;
pub mod library;
pub mod mutate;
pub mod prediction;
pub mod prove;
pub mod refute;
pub mod regression;
pub mod rigor;
pub mod runner;
pub mod sampled;
pub mod search;
pub mod setting;
pub mod shrink;
pub mod store;
pub mod tightest;
pub mod whole;
