//! Gradient estimators: what a step of SGD or of distillation subtracts.
//!
//! To add one: a type with [`GradientEstimator`], a variant of
//! [`Process`] with its formula, and an arm in [`estimator`]; one that remembers points, a type with
//! [`MemoryEstimator`] and an arm in [`estimator_with_memory`].

mod distillation;
mod memory;
mod mixed;

pub use distillation::{Kd, Sgd, UnbiasedKd};
pub use memory::{LSvrg, MemoryEstimator, Refreshed, Saga, State, Svrg, step_with_memory};
pub use mixed::MixedLabelKd;

use crate::claim::vocabulary::Process;
use crate::linear::{Linear, add, average, scale, subtract};
use crate::problem::FiniteSum;
use crate::scalar::Undefined;
use std::sync::atomic::{AtomicU64, Ordering};

/// Points at which a sample's gradient is known, with the gradient.
pub type Known<S> = Vec<(Vec<S>, Vec<S>)>;

/// Answers gradient queries and counts them.
#[derive(Debug)]
pub struct Oracle<'a, S> {
    problem: &'a FiniteSum<S>,
    control: &'a [Vec<S>],
    known: &'a [Known<S>],
    gradient_calls: AtomicU64,
    control_calls: AtomicU64,
}

impl<'a, S: Linear> Oracle<'a, S> {
    /// An oracle for a problem and the control variate c_n of each sample, each of length d.
    pub fn new(problem: &'a FiniteSum<S>, control: &'a [Vec<S>]) -> Self {
        let (gradient_calls, control_calls) = Default::default();
        Self { problem, control, known: &[], gradient_calls, control_calls }
    }

    /// The same, which looks a gradient up where it is known already; one list for each sample.
    pub fn knowing(self, known: &'a [Known<S>]) -> Self {
        Self { known, ..self }
    }

    /// ∇f_n(x), counted.
    ///
    /// # Errors
    /// If the arithmetic has no value for it.
    pub fn gradient(&self, n: usize, x: &[S]) -> Result<Vec<S>, Undefined> {
        self.gradient_calls.fetch_add(1, Ordering::Relaxed);
        let mut known = self.known.get(n).into_iter().flatten();
        match known.find(|(point, _)| point == x) {
            Some((_, gradient)) => Ok(gradient.clone()),
            None => self.problem.gradient(n, x),
        }
    }

    /// c_n, counted.
    pub fn control(&self, n: usize) -> &[S] {
        self.control_calls.fetch_add(1, Ordering::Relaxed);
        &self.control[n]
    }

    /// N.
    pub fn samples(&self) -> usize {
        self.control.len()
    }

    /// d.
    pub fn dimension(&self) -> usize {
        self.problem.dimension()
    }

    /// How many sample gradients were asked for.
    pub fn gradient_calls(&self) -> u64 {
        self.gradient_calls.load(Ordering::Relaxed)
    }

    /// How many control variates were asked for.
    pub fn control_calls(&self) -> u64 {
        self.control_calls.load(Ordering::Relaxed)
    }
}

/// A stochastic gradient g with g = ∇f_batch(x) − (a correction that does not depend on x).
pub trait GradientEstimator<S: Linear>: Sync {
    /// The estimate at x, of length d, from the samples of a minibatch.
    ///
    /// # Errors
    /// If the arithmetic has no value for a gradient.
    fn estimate(
        &self,
        oracle: &Oracle<'_, S>,
        x: &[S],
        batch: &[usize],
    ) -> Result<Vec<S>, Undefined>;

    /// The correction that one sample contributes per unit of weight, each of length d: with
    /// weight λ the estimate is the batch mean of ∇f_n(x) − λ·(this). The moment recursion uses it;
    /// a test holds it against [`estimate`](Self::estimate).
    fn corrections(&self, oracle: &Oracle<'_, S>) -> Vec<Vec<S>>;
}

/// The estimator of a process at distillation weight `lambda`.
pub fn estimator<S: Linear>(process: Process, lambda: &S) -> Box<dyn GradientEstimator<S>> {
    match process {
        Process::Sgd => Box::new(Sgd),
        Process::Kd | Process::CompressedKd | Process::MaskedKd | Process::Any => {
            Box::new(Kd { lambda: lambda.clone() })
        }
        Process::UnbiasedKd => Box::new(UnbiasedKd { lambda: lambda.clone() }),
        // Without its memory, which `estimator_with_memory` keeps.
        Process::LSvrg | Process::Saga => Box::new(Sgd),
    }
}

/// The estimator of a process that keeps points in memory; `None` for the others.
pub fn estimator_with_memory<S: Linear>(
    process: Process,
    refresh: &S,
) -> Option<Box<dyn MemoryEstimator<S>>> {
    match process {
        Process::LSvrg => Some(Box::new(LSvrg { refresh: refresh.clone() })),
        Process::Saga => Some(Box::new(Saga)),
        _ => None,
    }
}

/// x⁺ = x − γg.
///
/// # Errors
/// If the arithmetic has no value for a gradient.
pub fn step<S: Linear>(
    estimator: &dyn GradientEstimator<S>,
    oracle: &Oracle<'_, S>,
    gamma: &S,
    x: &[S],
    batch: &[usize],
) -> Result<Vec<S>, Undefined> {
    Ok(subtract(x, &scale(gamma, &estimator.estimate(oracle, x, batch)?)))
}

/// The mean over a minibatch of vectors of length d.
fn batch_mean<S: Linear>(
    d: usize,
    batch: &[usize],
    part: impl Fn(usize) -> Result<Vec<S>, Undefined>,
) -> Result<Vec<S>, Undefined> {
    if let [n] = batch {
        return part(*n); // no division: the common case stays exact and cheap
    }
    Ok(average(d, &batch.iter().map(|&n| part(n)).collect::<Result<Vec<_>, _>>()?))
}

/// The sum of −λ times a correction and a gradient.
fn corrected<S: Linear>(gradient: &[S], lambda: &S, correction: &[S]) -> Vec<S> {
    add(gradient, &scale(&lambda.negated(), correction))
}
