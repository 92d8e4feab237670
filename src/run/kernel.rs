//! The two products of a step: outputs z = Xa_n of a batch, and a weighted sum of its rows.
//!
//! Both are tiled, four samples by five outputs where there are as many: a number that is loaded
//! into a register is used four or five times.

use super::problem::Problem;
use crate::linear::simd::{Real, add_rows, dots};
use pulp::{Simd, WithSimd};

/// Outputs in a tile.
const WIDE: usize = 5;

/// outputs[b·K + k] ← ⟨x_k, a_n⟩ for each sample n of the batch.
#[inline(always)]
pub fn outputs<T: Real, S: Simd>(
    simd: S,
    problem: &Problem<T>,
    x: &[T],
    batch: &[u32],
    outputs: &mut [T],
) {
    simd.vectorize(Outputs { problem, x, batch, outputs });
}

/// A function of its own, called from several places: inlined everywhere, tiles would be compiled
/// many times over.
struct Outputs<'a, T: Real> {
    problem: &'a Problem<T>,
    x: &'a [T],
    batch: &'a [u32],
    outputs: &'a mut [T],
}

impl<T: Real> WithSimd for Outputs<'_, T> {
    type Output = ();
    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Self { problem, x, batch, outputs } = self;
        all_outputs(simd, problem, x, batch, outputs);
    }
}

#[inline(always)]
fn all_outputs<T: Real, S: Simd>(
    simd: S,
    problem: &Problem<T>,
    x: &[T],
    batch: &[u32],
    outputs: &mut [T],
) {
    let k = problem.model.outputs();
    let mut samples = batch.chunks_exact(4);
    let mut slots = outputs.chunks_exact_mut(4 * k);
    for (n, out) in (&mut samples).zip(&mut slots) {
        output_tile::<T, S, 4>(simd, problem, x, [n[0], n[1], n[2], n[3]], out);
    }
    let rest = slots.into_remainder();
    let mut samples = samples.remainder().chunks_exact(2);
    let mut slots = rest.chunks_exact_mut(2 * k);
    for (n, out) in (&mut samples).zip(&mut slots) {
        output_tile::<T, S, 2>(simd, problem, x, [n[0], n[1]], out);
    }
    if let [n] = samples.remainder() {
        output_tile::<T, S, 1>(simd, problem, x, [*n], slots.into_remainder());
    }
}

#[inline(always)]
fn output_tile<T: Real, S: Simd, const R: usize>(
    simd: S,
    problem: &Problem<T>,
    x: &[T],
    samples: [u32; R],
    out: &mut [T],
) {
    let (k, stride) = (problem.model.outputs(), problem.stride);
    let rows = samples.map(|n| problem.row(n));
    let mut c = 0;
    while c + WIDE <= k {
        let columns: [&[T]; WIDE] =
            std::array::from_fn(|i| &x[(c + i) * stride..(c + i + 1) * stride]);
        let tile = dots(simd, rows, columns);
        for r in 0..R {
            out[r * k + c..r * k + c + WIDE].copy_from_slice(&tile[r]);
        }
        c += WIDE;
    }
    while c < k {
        let tile = dots(simd, rows, [&x[c * stride..(c + 1) * stride]]);
        for r in 0..R {
            out[r * k + c] = tile[r][0];
        }
        c += 1;
    }
}

/// x_k += Σ_b weights[b·K + k]·a_n over the samples n of the batch.
#[inline(always)]
pub fn accumulate<T: Real, S: Simd>(
    simd: S,
    problem: &Problem<T>,
    x: &mut [T],
    batch: &[u32],
    weights: &[T],
) {
    simd.vectorize(Accumulate { problem, x, batch, weights });
}

struct Accumulate<'a, T: Real> {
    problem: &'a Problem<T>,
    x: &'a mut [T],
    batch: &'a [u32],
    weights: &'a [T],
}

impl<T: Real> WithSimd for Accumulate<'_, T> {
    type Output = ();
    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Self { problem, x, batch, weights } = self;
        accumulate_all(simd, problem, x, batch, weights);
    }
}

#[inline(always)]
fn accumulate_all<T: Real, S: Simd>(
    simd: S,
    problem: &Problem<T>,
    x: &mut [T],
    batch: &[u32],
    weights: &[T],
) {
    let k = problem.model.outputs();
    let mut samples = batch.chunks_exact(4);
    let mut slots = weights.chunks_exact(4 * k);
    for (n, weights) in (&mut samples).zip(&mut slots) {
        accumulate_tile::<T, S, 4>(simd, problem, x, [n[0], n[1], n[2], n[3]], weights);
    }
    let rest = slots.remainder();
    let mut samples = samples.remainder().chunks_exact(2);
    let mut slots = rest.chunks_exact(2 * k);
    for (n, weights) in (&mut samples).zip(&mut slots) {
        accumulate_tile::<T, S, 2>(simd, problem, x, [n[0], n[1]], weights);
    }
    if let [n] = samples.remainder() {
        accumulate_tile::<T, S, 1>(simd, problem, x, [*n], slots.remainder());
    }
}

#[inline(always)]
fn accumulate_tile<T: Real, S: Simd, const R: usize>(
    simd: S,
    problem: &Problem<T>,
    x: &mut [T],
    samples: [u32; R],
    weights: &[T],
) {
    let (k, stride) = (problem.model.outputs(), problem.stride);
    let rows = samples.map(|n| problem.row(n));
    let mut c = 0;
    let mut blocks = x.chunks_exact_mut(WIDE * stride);
    for block in &mut blocks {
        let mut targets = block.chunks_exact_mut(stride);
        let targets: [&mut [T]; WIDE] = std::array::from_fn(|_| targets.next().unwrap_or_default());
        let tile: [[T; WIDE]; R] =
            std::array::from_fn(|r| std::array::from_fn(|i| weights[r * k + c + i]));
        add_rows(simd, targets, rows, tile);
        c += WIDE;
    }
    for target in blocks.into_remainder().chunks_exact_mut(stride) {
        let tile: [[T; 1]; R] = std::array::from_fn(|r| [weights[r * k + c]]);
        add_rows(simd, [target], rows, tile);
        c += 1;
    }
}

/// Responses of all samples at x, N×K, and the mean gradient of the data terms there. `scratch`
/// holds 4K numbers or more.
#[inline(always)]
fn full_pass<T: Real, S: Simd>(
    simd: S,
    problem: &Problem<T>,
    x: &[T],
    responses: &mut [T],
    mean: &mut [T],
    scratch: &mut [T],
) {
    let k = problem.model.outputs();
    mean.fill(T::ZERO);
    let weight = T::ONE / T::from_f64(problem.samples as f64);
    let labels = problem.labels.chunks(4 * k);
    for (group, (responses, labels)) in responses.chunks_mut(4 * k).zip(labels).enumerate() {
        let first = 4 * group as u32;
        let batch = [first, first + 1, first + 2, first + 3];
        let batch = &batch[..labels.len() / k];
        outputs(simd, problem, x, batch, responses);
        problem.model.respond(responses);
        let residuals = &mut scratch[..labels.len()];
        for ((r, u), y) in residuals.iter_mut().zip(&*responses).zip(labels) {
            *r = (*u - *y) * weight;
        }
        accumulate(simd, problem, mean, batch, residuals);
    }
}

/// [`full_pass`] as one operation.
pub struct FullPass<'a, T: Real> {
    /// The problem.
    pub problem: &'a Problem<T>,
    /// The padded point.
    pub point: &'a [T],
    /// N×K.
    pub responses: &'a mut [T],
    /// Padded like the point.
    pub mean: &'a mut [T],
    /// 4K numbers or more.
    pub scratch: &'a mut [T],
}

impl<T: Real> WithSimd for FullPass<'_, T> {
    type Output = ();
    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Self { problem, point, responses, mean, scratch } = self;
        full_pass(simd, problem, point, responses, mean, scratch);
    }
}
