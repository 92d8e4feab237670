//! Every path of a process with finitely many outcomes a step, with its probability.

use super::{Budget, check_steps};
use crate::problem::MAX_BATCHES;
use crate::scalar::{Scalar, Undefined};

/// The states after `steps` steps from `start`; `step` gives the states that may follow one, with
/// their probabilities, and `bits` the size of a state's largest number.
///
/// # Errors
/// [`Undefined::Budget`] if there are more than [`MAX_BATCHES`] paths, or exact numbers would grow
/// beyond the budget; and what `step` returns.
pub fn enumerate_paths<S: Scalar, T: Clone>(
    start: T,
    steps: u64,
    budget: Budget,
    bits: impl Fn(&T) -> u64,
    step: impl Fn(&T) -> Result<Vec<(S, T)>, Undefined>,
) -> Result<Vec<(S, T)>, Undefined> {
    check_steps(steps)?;
    let mut paths = vec![(S::one(), start)];
    for taken in 0..steps {
        let mut next = Vec::with_capacity(paths.len());
        for (chance, state) in &paths {
            for (own, state) in step(state)? {
                next.push((chance.times(&own), state));
            }
            if next.len() > MAX_BATCHES {
                return Err(Undefined::Budget(format!(
                    "there are more than {MAX_BATCHES} paths of {steps} steps"
                )));
            }
        }
        paths = next;
        let largest = paths.iter().map(|(_, state)| bits(state)).max().unwrap_or(0);
        // What all steps cost is known after the first.
        let too_long = taken == 0 && largest.saturating_mul(steps) > 4 * budget.bits;
        if S::EXACT && (largest > budget.bits || too_long) {
            return Err(Undefined::Budget(format!(
                "exact paths of {steps} steps need more than {} bits",
                budget.bits
            )));
        }
    }
    Ok(paths)
}
