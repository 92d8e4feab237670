//! One sample a step, one output, no ridge, no memory: the loop where nothing but latency counts.
//!
//! A step waits for the product z = ⟨a, x⟩, which waits for the step before. Moving x along one row
//! and multiplying it with the next row is one pass, so that each entry of x is loaded once a step,
//! and sums run in four registers. Two runs in one pass fill each other's waiting. (With
//! ⟨b, x + wa⟩ = ⟨b, x⟩ + w⟨b, a⟩ the products could start before the weight w is known; the additional
//! products cost more than the waiting that they save.)

use super::problem::{Model, Problem};
use super::stepper::Rates;
use crate::linear::simd::Real;
use pulp::Simd;

/// A run on its way: its point, and what the next steps use.
pub struct Lane<'a, T> {
    /// The padded point.
    pub x: &'a mut [T],
    /// One sample for each step.
    pub indices: &'a [u32],
    /// γ and λ of each step.
    pub rates: &'a [Rates<T>],
}

/// Takes the planned steps. `label(n, λ)` is the label of sample n with its teacher mixed in.
#[inline(always)]
pub fn steps<T: Real, S: Simd>(
    simd: S,
    problem: &Problem<T>,
    Lane { x, indices, rates }: Lane<'_, T>,
    label: impl Fn(usize, T) -> T,
) {
    let Some(&first) = indices.first() else { return };
    let x = T::lanes_mut::<S>(x);
    let mut row = T::lanes::<S>(problem.row(first));
    let mut output = advance(simd, x, T::ZERO, row, row);
    for i in 0..rates.len() {
        let (weight, next) = turn(problem, indices, rates, i, output, &label);
        let next = T::lanes::<S>(problem.row(next));
        output = advance(simd, x, weight, row, next);
        row = next;
    }
}

/// The planned steps of two runs side by side, as many as both have.
#[inline(always)]
pub fn steps_abreast<T: Real, S: Simd>(
    simd: S,
    problem: &Problem<T>,
    [one, two]: [Lane<'_, T>; 2],
    label: impl Fn(usize, T) -> T,
) {
    let (Some(&n), Some(&m)) = (one.indices.first(), two.indices.first()) else { return };
    let (x, y) = (T::lanes_mut::<S>(one.x), T::lanes_mut::<S>(two.x));
    let mut rows = [T::lanes::<S>(problem.row(n)), T::lanes::<S>(problem.row(m))];
    let mut outputs = advance_both(simd, [x, y], [T::ZERO; 2], rows, rows);
    for i in 0..one.rates.len().min(two.rates.len()) {
        let (weight, n) = turn(problem, one.indices, one.rates, i, outputs[0], &label);
        let (other_weight, m) = turn(problem, two.indices, two.rates, i, outputs[1], &label);
        let next = [T::lanes::<S>(problem.row(n)), T::lanes::<S>(problem.row(m))];
        outputs = advance_both(simd, [x, y], [weight, other_weight], rows, next);
        rows = next;
    }
}

/// The weight of row i in its step, given its output, and the sample after it.
#[inline(always)]
fn turn<T: Real>(
    problem: &Problem<T>,
    indices: &[u32],
    rates: &[Rates<T>],
    i: usize,
    output: T,
    label: &impl Fn(usize, T) -> T,
) -> (T, u32) {
    let (n, Rates { gamma, lambda }) = (indices[i], rates[i]);
    let response = match problem.model {
        Model::Logistic => T::ONE / (T::ONE + (-output).exp()),
        Model::LeastSquares | Model::Softmax { .. } => output,
    };
    (gamma * (label(n as usize, lambda) - response), indices.get(i + 1).map_or(n, |next| *next))
}

/// x ← x + weight·row; returns ⟨next, x⟩.
#[inline(always)]
fn advance<T: Real, S: Simd>(
    simd: S,
    x: &mut [T::Lanes<S>],
    weight: T,
    row: &[T::Lanes<S>],
    next: &[T::Lanes<S>],
) -> T {
    let weight = T::splat(simd, weight);
    let mut sums = [T::splat(simd, T::ZERO); 4];
    let (heads, tail) = x.as_chunks_mut::<4>();
    let ((rows, row), (nexts, next)) = (row.as_chunks::<4>(), next.as_chunks::<4>());
    for ((x, row), next) in heads.iter_mut().zip(rows).zip(nexts) {
        for lane in 0..4 {
            x[lane] = T::mul_add(simd, weight, row[lane], x[lane]);
            sums[lane] = T::mul_add(simd, next[lane], x[lane], sums[lane]);
        }
    }
    for (lane, ((x, row), next)) in tail.iter_mut().zip(row).zip(next).enumerate() {
        *x = T::mul_add(simd, weight, *row, *x);
        sums[lane] = T::mul_add(simd, *next, *x, sums[lane]);
    }
    total(simd, sums)
}

/// The same for two runs in one loop. It is written out: over arrays of runs the loop of a single run
/// took half as long again.
#[inline(always)]
fn advance_both<T: Real, S: Simd>(
    simd: S,
    [x, y]: [&mut [T::Lanes<S>]; 2],
    [weight, other_weight]: [T; 2],
    [row, other_row]: [&[T::Lanes<S>]; 2],
    [next, other_next]: [&[T::Lanes<S>]; 2],
) -> [T; 2] {
    let (weight, other_weight) = (T::splat(simd, weight), T::splat(simd, other_weight));
    let mut sums = [T::splat(simd, T::ZERO); 4];
    let mut other_sums = sums;
    let ((xs, x), (ys, y)) = (x.as_chunks_mut::<4>(), y.as_chunks_mut::<4>());
    let ((rows, row), (nexts, next)) = (row.as_chunks::<4>(), next.as_chunks::<4>());
    let (other_rows, other_row) = other_row.as_chunks::<4>();
    let (other_nexts, other_next) = other_next.as_chunks::<4>();
    let ones = xs.iter_mut().zip(rows).zip(nexts);
    for (((x, row), next), ((y, other_row), other_next)) in
        ones.zip(ys.iter_mut().zip(other_rows).zip(other_nexts))
    {
        for lane in 0..4 {
            x[lane] = T::mul_add(simd, weight, row[lane], x[lane]);
            sums[lane] = T::mul_add(simd, next[lane], x[lane], sums[lane]);
            y[lane] = T::mul_add(simd, other_weight, other_row[lane], y[lane]);
            other_sums[lane] = T::mul_add(simd, other_next[lane], y[lane], other_sums[lane]);
        }
    }
    for (lane, ((x, row), next)) in x.iter_mut().zip(row).zip(next).enumerate() {
        *x = T::mul_add(simd, weight, *row, *x);
        sums[lane] = T::mul_add(simd, *next, *x, sums[lane]);
    }
    for (lane, ((y, row), next)) in y.iter_mut().zip(other_row).zip(other_next).enumerate() {
        *y = T::mul_add(simd, other_weight, *row, *y);
        other_sums[lane] = T::mul_add(simd, *next, *y, other_sums[lane]);
    }
    [total(simd, sums), total(simd, other_sums)]
}

#[inline(always)]
fn total<T: Real, S: Simd>(simd: S, [a, b, c, d]: [T::Lanes<S>; 4]) -> T {
    T::total(simd, T::plus(simd, T::plus(simd, a, b), T::plus(simd, c, d)))
}
