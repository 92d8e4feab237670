//! Estimators at machine speed: what a step costs, and long runs that no exact engine can follow.
//!
//! Linear models only: the gradient of sample n is (A'(z_n) − y_n) ⊗ a_n with z_n = Xa_n, for least
//! squares, logistic and softmax losses. By proposition-1 distillation changes the label alone, so a
//! teacher is one cached response a sample (K of them for K classes), and by proposition-4 SVRG is
//! unbiased distillation of weight 1 from a snapshot.
//!
//! A [`Stepper`] allocates when it is built and never in its loop. Its memory does not depend on the
//! number of steps. Everything here is floats: nothing is concluded from them.

pub mod cost;
mod kernel;
mod problem;
mod single;
mod stepper;
mod stream;

pub use problem::{Model, Problem, RunError, Teacher};
pub use stepper::{Method, Rates, Run, Stepper, run_abreast};
pub use stream::{Injected, Seeded, Stream};

use rayon::prelude::*;

/// Independent runs in parallel, in the order of their numbers.
///
/// Each run is given its number, from which it takes its own [`Seeded`] stream; what comes back does
/// not depend on the number of threads, bit by bit, if the caller reduces it in order.
pub fn replicates<R: Send>(count: usize, run: impl Fn(usize) -> R + Send + Sync) -> Vec<R> {
    (0..count).into_par_iter().map(run).collect()
}
