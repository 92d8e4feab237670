//! Moments of a process whose joint state (x, memory) moves linearly: z⁺ = A z with a random matrix
//! A that is independent of z, in coordinates whose origin is the fixed point.

use super::{Budget, check_steps};
use crate::linear::Matrix;
use crate::scalar::{Scalar, Undefined};

/// One of the matrices, row by row, without its zeros.
#[derive(Clone, Debug)]
pub struct SparseMap<S> {
    /// The chance that it is drawn.
    pub chance: S,
    /// (column, entry) of each row.
    pub rows: Vec<Vec<(usize, S)>>,
}

/// E z and E zzᵀ.
#[derive(Clone, Debug)]
pub struct JointMoments<S> {
    /// E z.
    pub mean: Vec<S>,
    /// E zzᵀ.
    pub second: Matrix<S>,
}

/// The largest number of multiplications of exact and of enclosed numbers that a run may take.
const EXACT_WORK: usize = 50_000;
const WORK: usize = 40_000_000;

/// The moments after `steps` steps from a fixed state.
///
/// # Errors
/// [`Undefined::Budget`] if the state or the horizon is too large.
pub fn iterate_jointly<S: Scalar>(
    maps: &[SparseMap<S>],
    start: &[S],
    steps: u64,
    budget: Budget,
) -> Result<JointMoments<S>, Undefined> {
    check_steps(steps)?;
    let entries: usize = maps.iter().flat_map(|map| &map.rows).map(Vec::len).sum();
    let horizon = usize::try_from(steps).unwrap_or(usize::MAX);
    let work = entries.saturating_mul(2 * start.len()).saturating_mul(horizon);
    if work > if S::EXACT { EXACT_WORK } else { WORK } {
        return Err(Undefined::Budget(format!(
            "joint moments of {} coordinates after {steps} steps",
            start.len()
        )));
    }
    let (mut mean, mut second) = (start.to_vec(), Matrix::outer(start, start));
    for taken in 0..steps {
        let m = mean.len();
        let (mut next_mean, mut next_second) = (vec![S::zero(); m], Matrix::<S>::zeros(m, m));
        for map in maps {
            for (i, row) in map.rows.iter().enumerate() {
                let own = combination(row, |k| &mean[k]);
                next_mean[i] = next_mean[i].plus(&map.chance.times(&own));
            }
            let half = Matrix::from_fn(m, m, |i, j| combination(&map.rows[i], |k| &second[(k, j)]));
            for i in 0..m {
                for j in 0..=i {
                    let own = combination(&map.rows[j], |k| &half[(i, k)]);
                    next_second[(i, j)] = next_second[(i, j)].plus(&map.chance.times(&own));
                }
            }
        }
        for i in 0..m {
            for j in 0..i {
                next_second[(j, i)] = next_second[(i, j)].clone();
            }
        }
        (mean, second) = (next_mean, next_second);
        let bits = second.entries().iter().map(S::bits).max().unwrap_or(0);
        // Each step adds the bits of the maps; what the remaining steps cost is known early.
        let too_long = taken == 0 && bits.saturating_mul(steps) > 4 * budget.bits;
        if S::EXACT && (bits > budget.bits || too_long) {
            return Err(Undefined::Budget(format!(
                "exact joint moments after {steps} steps need more than {} bits",
                budget.bits
            )));
        }
    }
    Ok(JointMoments { mean, second })
}

fn combination<'a, S: Scalar>(row: &[(usize, S)], value: impl Fn(usize) -> &'a S) -> S {
    S::sum_of_products(row.iter().map(|(k, entry)| (entry, value(*k))))
}
