//! Estimators with points in memory: SVRG, L-SVRG and SAGA. Each corrects ∇f_ξ(x) by the stored
//! gradient of the same samples, and removes the bias by its mean over all samples.

use super::{Oracle, batch_mean};
use crate::linear::{Linear, add, average, scale, subtract};
use crate::scalar::Undefined;

/// x and what is remembered beside it.
#[derive(Clone, Debug, PartialEq)]
pub struct State<S> {
    /// x, of length d.
    pub x: Vec<S>,
    /// A snapshot w, or a point φ_n for each sample; each of length d.
    pub memory: Vec<Vec<S>>,
    /// How many steps have been taken.
    pub taken: u64,
}

/// What the memory may be after a step, with probabilities.
pub type Refreshed<S> = Vec<(S, Vec<Vec<S>>)>;

/// An estimator of ∇f(x) that remembers points.
pub trait MemoryEstimator<S: Linear>: Sync {
    /// The estimate, of length d, from the samples of a minibatch.
    ///
    /// # Errors
    /// As [`Oracle::gradient`].
    fn estimate(
        &self,
        oracle: &Oracle<'_, S>,
        state: &State<S>,
        batch: &[usize],
    ) -> Result<Vec<S>, Undefined>;

    /// The memory after the step *from* `state`: what is stored is the point before the step.
    fn refreshed(&self, state: &State<S>, batch: &[usize]) -> Refreshed<S>;
}

/// The snapshot becomes x at every step whose number is a multiple of the period, before the
/// gradient is estimated.
#[derive(Clone, Copy, Debug)]
pub struct Svrg {
    /// m.
    pub period: u64,
}

/// The snapshot becomes x, the point before the step, with probability p.
#[derive(Clone, Debug)]
pub struct LSvrg<S> {
    /// p, in (0, 1].
    pub refresh: S,
}

/// The point of each drawn sample becomes x, the point before the step.
#[derive(Clone, Copy, Debug)]
pub struct Saga;

impl<S: Linear> MemoryEstimator<S> for Svrg {
    fn estimate(
        &self,
        oracle: &Oracle<'_, S>,
        state: &State<S>,
        batch: &[usize],
    ) -> Result<Vec<S>, Undefined> {
        let snapshot = self.snapshot(state);
        corrected(oracle, &state.x, batch, |_| snapshot)
    }

    fn refreshed(&self, state: &State<S>, _: &[usize]) -> Refreshed<S> {
        vec![(S::one(), vec![self.snapshot(state).to_vec()])]
    }
}

impl Svrg {
    fn snapshot<'a, S>(&self, state: &'a State<S>) -> &'a [S] {
        if state.taken.is_multiple_of(self.period) { &state.x } else { &state.memory[0] }
    }
}

impl<S: Linear> MemoryEstimator<S> for LSvrg<S> {
    fn estimate(
        &self,
        oracle: &Oracle<'_, S>,
        state: &State<S>,
        batch: &[usize],
    ) -> Result<Vec<S>, Undefined> {
        corrected(oracle, &state.x, batch, |_| &state.memory[0])
    }

    fn refreshed(&self, state: &State<S>, _: &[usize]) -> Refreshed<S> {
        let kept = S::one().minus(&self.refresh);
        vec![(self.refresh.clone(), vec![state.x.clone()]), (kept, state.memory.clone())]
    }
}

impl<S: Linear> MemoryEstimator<S> for Saga {
    fn estimate(
        &self,
        oracle: &Oracle<'_, S>,
        state: &State<S>,
        batch: &[usize],
    ) -> Result<Vec<S>, Undefined> {
        corrected(oracle, &state.x, batch, |n| &state.memory[n])
    }

    fn refreshed(&self, state: &State<S>, batch: &[usize]) -> Refreshed<S> {
        let mut memory = state.memory.clone();
        for n in batch {
            memory[*n].clone_from(&state.x);
        }
        vec![(S::one(), memory)]
    }
}

/// ∇f_ξ(x) − ∇f_ξ(φ_ξ) + (1/N) Σ_n ∇f_n(φ_n).
fn corrected<'a, S: Linear>(
    oracle: &Oracle<'_, S>,
    x: &[S],
    batch: &[usize],
    stored: impl Fn(usize) -> &'a [S],
) -> Result<Vec<S>, Undefined> {
    let d = oracle.dimension();
    let all: Vec<Vec<S>> =
        (0..oracle.samples()).map(|n| oracle.gradient(n, stored(n))).collect::<Result<_, _>>()?;
    let difference = batch_mean(d, batch, |n| {
        Ok(subtract(&oracle.gradient(n, x)?, &oracle.gradient(n, stored(n))?))
    })?;
    Ok(add(&difference, &average(d, &all)))
}

/// Every state that may follow, with its probability given the minibatch.
///
/// # Errors
/// As [`Oracle::gradient`].
pub fn step_with_memory<S: Linear>(
    estimator: &dyn MemoryEstimator<S>,
    oracle: &Oracle<'_, S>,
    gamma: &S,
    state: &State<S>,
    batch: &[usize],
) -> Result<Vec<(S, State<S>)>, Undefined> {
    let x = subtract(&state.x, &scale(gamma, &estimator.estimate(oracle, state, batch)?));
    let next = |(chance, memory)| (chance, State { x: x.clone(), memory, taken: state.taken + 1 });
    Ok(estimator.refreshed(state, batch).into_iter().map(next).collect())
}
