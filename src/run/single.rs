//! One sample a step, one output, no ridge, no memory: the loop where nothing but latency counts.
//!
//! A step waits for the product z = ⟨a, x⟩, which waits for the step before. With
//! ⟨b, x + ca⟩ = ⟨b, x⟩ + c⟨b, a⟩ both products of the next row b are under way before the weight c
//! of this step is known, and the chain between two steps is a few operations long. In exact
//! arithmetic nothing changes.

use super::problem::{Model, Problem};
use super::stepper::Rates;
use crate::linear::simd::Real;
use pulp::Simd;

/// Registers that hold the point; wider rows take the general loop.
pub const WIDEST: usize = 8;

/// Takes one step for each index. `label(n, λ)` is the label of sample n with its teacher mixed in.
#[inline(always)]
pub fn steps<T: Real, S: Simd, const L: usize>(
    simd: S,
    problem: &Problem<T>,
    x: &mut [T],
    indices: &[u32],
    rates: &[Rates<T>],
    label: impl Fn(usize, T) -> T,
) {
    let rows = problem.rows::<S, L>();
    let Some(stored) = T::lanes_mut::<S>(x).first_chunk_mut::<L>() else { return };
    let Some(first) = indices.first() else { return };
    let mut point = *stored;
    let mut n = *first as usize;
    let mut output = dot::<T, S, L>(simd, &rows[n], &point);
    for (i, Rates { gamma, lambda }) in rates.iter().enumerate() {
        let row = &rows[n];
        let next = indices.get(i + 1).map_or(n, |next| *next as usize);
        let following = &rows[next];
        let ahead = dot::<T, S, L>(simd, following, &point);
        let overlap = dot::<T, S, L>(simd, following, row);
        let response = match problem.model {
            Model::Logistic => T::ONE / (T::ONE + (-output).exp()),
            Model::LeastSquares | Model::Softmax { .. } => output,
        };
        let weight = *gamma * (label(n, *lambda) - response);
        let lanes = T::splat(simd, weight);
        for (x, a) in point.iter_mut().zip(row) {
            *x = T::mul_add(simd, lanes, *a, *x);
        }
        output = ahead + weight * overlap;
        n = next;
    }
    *stored = point;
}

#[inline(always)]
fn dot<T: Real, S: Simd, const L: usize>(simd: S, a: &[T::Lanes<S>; L], b: &[T::Lanes<S>; L]) -> T {
    let mut sums = [T::splat(simd, T::ZERO); 2];
    for j in 0..L {
        sums[j % 2] = T::mul_add(simd, a[j], b[j], sums[j % 2]);
    }
    T::total(simd, T::plus(simd, sums[0], sums[1]))
}
