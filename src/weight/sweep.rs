//! Passes over a block of rows with vector instructions, each row read once.
//!
//! Rows are taken a few at a time, so that a row stays in the cache between its product with the
//! point and its share of the gradient. The width is any number: what does not fill a vector is
//! summed one by one. All sums are of plain products in some order, which is all that the rounding
//! bounds of the noise terms ask for.

use crate::linear::simd::{add_rows, dispatch, dots};
use pulp::{Simd, WithSimd};

/// Rows that are in the cache together.
const TOGETHER: usize = 8;

/// Rows of equal width, one after another.
#[derive(Clone, Copy)]
pub struct Rows<'a> {
    /// d ≥ 1.
    pub width: usize,
    /// n·d numbers.
    pub entries: &'a [f64],
}

/// ⟨x_k, a_n⟩ for each row, K numbers a row, with the x_k one after another in `points`.
pub fn scores(rows: Rows<'_>, points: &[f64]) -> Vec<f64> {
    let outputs = points.len() / rows.width;
    let mut scores = vec![0.0; rows.entries.len() / rows.width * outputs];
    dispatch(Scores { rows, points, scores: &mut scores });
    scores
}

/// Σ v_n ⊗ a_n, K rows of width d, with the v_n one after another in `vectors`.
pub fn outer(rows: Rows<'_>, vectors: &[f64], outputs: usize) -> Vec<f64> {
    let mut sum = vec![0.0; outputs * rows.width];
    dispatch(Outer { rows, vectors, outputs, sum: &mut sum });
    sum
}

/// Σ v_n ⊗ a_n, where `respond` turns the scores of a few rows into v_n, told which row is the first.
pub fn gradient(
    rows: Rows<'_>,
    points: &[f64],
    respond: impl FnMut(usize, &mut [f64]),
) -> Vec<f64> {
    let mut sum = vec![0.0; points.len()];
    dispatch(Gradient { rows, points, respond, sum: &mut sum });
    sum
}

struct Scores<'a> {
    rows: Rows<'a>,
    points: &'a [f64],
    scores: &'a mut [f64],
}

impl WithSimd for Scores<'_> {
    type Output = ();
    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        multiply(simd, self.rows, self.points, self.scores);
    }
}

struct Outer<'a> {
    rows: Rows<'a>,
    vectors: &'a [f64],
    outputs: usize,
    sum: &'a mut [f64],
}

impl WithSimd for Outer<'_> {
    type Output = ();
    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let blocks = self.rows.entries.chunks(TOGETHER * self.rows.width);
        for (entries, vectors) in blocks.zip(self.vectors.chunks(TOGETHER * self.outputs)) {
            accumulate(simd, Rows { entries, ..self.rows }, vectors, self.sum);
        }
    }
}

struct Gradient<'a, F> {
    rows: Rows<'a>,
    points: &'a [f64],
    respond: F,
    sum: &'a mut [f64],
}

impl<F: FnMut(usize, &mut [f64])> WithSimd for Gradient<'_, F> {
    type Output = ();
    #[inline(always)]
    fn with_simd<S: Simd>(mut self, simd: S) {
        let d = self.rows.width;
        let mut vectors = vec![0.0; TOGETHER * (self.points.len() / d)];
        for (block, entries) in self.rows.entries.chunks(TOGETHER * d).enumerate() {
            let rows = Rows { width: d, entries };
            let vectors = &mut vectors[..entries.len() / d * (self.points.len() / d)];
            multiply(simd, rows, self.points, vectors);
            (self.respond)(block * TOGETHER, vectors);
            accumulate(simd, rows, vectors, self.sum);
        }
    }
}

/// The scores of all rows.
#[inline(always)]
fn multiply<S: Simd>(simd: S, rows: Rows<'_>, points: &[f64], scores: &mut [f64]) {
    let (d, k) = (rows.width, points.len() / rows.width);
    let (blocks, rest) = rows.entries.split_at(rows.entries.len() / (4 * d) * (4 * d));
    let (own, own_rest) = scores.split_at_mut(blocks.len() / d * k);
    for (block, scores) in blocks.chunks_exact(4 * d).zip(own.chunks_exact_mut(4 * k)) {
        multiply_few::<S, 4>(simd, split(block, d), points, scores);
    }
    for (row, scores) in rest.chunks_exact(d).zip(own_rest.chunks_exact_mut(k)) {
        multiply_few::<S, 1>(simd, [row], points, scores);
    }
}

/// R parts of a width.
#[inline(always)]
fn split<const R: usize>(block: &[f64], width: usize) -> [&[f64]; R] {
    std::array::from_fn(|r| &block[r * width..(r + 1) * width])
}

/// The scores of R rows, a few outputs at a time.
#[inline(always)]
fn multiply_few<S: Simd, const R: usize>(
    simd: S,
    rows: [&[f64]; R],
    points: &[f64],
    scores: &mut [f64],
) {
    let d = rows[0].len();
    let k = points.len() / d;
    let mut at = 0;
    while at < k {
        let from = &points[at * d..];
        at += match k - at {
            4.. => multiply_tile::<S, R, 4>(simd, rows, split(from, d), scores, at),
            2.. => multiply_tile::<S, R, 2>(simd, rows, split(from, d), scores, at),
            _ => multiply_tile::<S, R, 1>(simd, rows, split(from, d), scores, at),
        };
    }
}

/// Writes C scores of R rows, and returns C.
#[inline(always)]
fn multiply_tile<S: Simd, const R: usize, const C: usize>(
    simd: S,
    rows: [&[f64]; R],
    points: [&[f64]; C],
    scores: &mut [f64],
    at: usize,
) -> usize {
    let mut sums = dots(simd, rows, points);
    let (d, k) = (rows[0].len(), scores.len() / R);
    for j in d - tail::<S>(rows[0])..d {
        for r in 0..R {
            for c in 0..C {
                sums[r][c] += rows[r][j] * points[c][j];
            }
        }
    }
    for (r, sums) in sums.iter().enumerate() {
        scores[r * k + at..][..C].copy_from_slice(sums);
    }
    C
}

/// Entries at the end of a row that do not fill a vector.
#[inline(always)]
fn tail<S: Simd>(row: &[f64]) -> usize {
    S::as_simd_f64s(row).1.len()
}

/// sum_k += Σ_n v_nk a_n over all rows.
#[inline(always)]
fn accumulate<S: Simd>(simd: S, rows: Rows<'_>, vectors: &[f64], sum: &mut [f64]) {
    let (d, k) = (rows.width, sum.len() / rows.width);
    let (blocks, rest) = rows.entries.split_at(rows.entries.len() / (4 * d) * (4 * d));
    let (own, own_rest) = vectors.split_at(blocks.len() / d * k);
    for (block, vectors) in blocks.chunks_exact(4 * d).zip(own.chunks_exact(4 * k)) {
        accumulate_few::<S, 4>(simd, split(block, d), vectors, sum);
    }
    for (row, vectors) in rest.chunks_exact(d).zip(own_rest.chunks_exact(k)) {
        accumulate_few::<S, 1>(simd, [row], vectors, sum);
    }
}

/// The share of R rows, a few outputs at a time.
#[inline(always)]
fn accumulate_few<S: Simd, const R: usize>(
    simd: S,
    rows: [&[f64]; R],
    vectors: &[f64],
    sum: &mut [f64],
) {
    let d = rows[0].len();
    let k = sum.len() / d;
    let mut at = 0;
    while at < k {
        let targets = &mut sum[at * d..];
        at += match k - at {
            4.. => accumulate_tile::<S, R, 4>(simd, rows, vectors, targets, at, k),
            2.. => accumulate_tile::<S, R, 2>(simd, rows, vectors, targets, at, k),
            _ => accumulate_tile::<S, R, 1>(simd, rows, vectors, targets, at, k),
        };
    }
}

/// Adds to C outputs, and returns C.
#[inline(always)]
fn accumulate_tile<S: Simd, const R: usize, const C: usize>(
    simd: S,
    rows: [&[f64]; R],
    vectors: &[f64],
    targets: &mut [f64],
    at: usize,
    k: usize,
) -> usize {
    let d = rows[0].len();
    let weights: [[f64; C]; R] =
        std::array::from_fn(|r| std::array::from_fn(|c| vectors[r * k + at + c]));
    let mut parts = targets.chunks_exact_mut(d);
    let targets: [&mut [f64]; C] = std::array::from_fn(|_| parts.next().unwrap_or_default());
    for j in d - tail::<S>(rows[0])..d {
        for r in 0..R {
            for c in 0..C {
                targets[c][j] += weights[r][c] * rows[r][j];
            }
        }
    }
    add_rows(simd, targets, rows, weights);
    C
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Small integers are exact in floats in any order of summation, so equality is demanded.
    fn integers(count: usize, seed: usize) -> Vec<f64> {
        (0..count).map(|i| ((i * 7 + seed + i * i % 5) % 11) as f64 - 5.0).collect()
    }

    #[test]
    fn every_shape_is_the_sum_of_products() {
        for (n, d, k) in [(1, 1, 1), (3, 5, 2), (4, 8, 3), (9, 13, 4), (21, 17, 10), (16, 64, 7)] {
            let (entries, points, vectors) =
                (integers(n * d, 0), integers(k * d, 3), integers(n * k, 5));
            let rows = Rows { width: d, entries: &entries };
            let a = |i: usize, j: usize| entries[i * d + j];
            let z = |i: usize, c: usize| (0..d).map(|j| a(i, j) * points[c * d + j]).sum::<f64>();
            let expected: Vec<f64> = (0..n * k).map(|at| z(at / k, at % k)).collect();
            assert_eq!(scores(rows, &points), expected, "{n} {d} {k}");
            let sum = |v: &dyn Fn(usize, usize) -> f64| -> Vec<f64> {
                (0..k * d).map(|at| (0..n).map(|i| v(i, at / d) * a(i, at % d)).sum()).collect()
            };
            assert_eq!(outer(rows, &vectors, k), sum(&|i, c| vectors[i * k + c]), "{n} {d} {k}");
            // Each row's scores, shifted by the number of the row.
            let respond = |first: usize, z: &mut [f64]| {
                z.iter_mut().enumerate().for_each(|(at, z)| *z += (first + at / k) as f64);
            };
            let expected = sum(&|i, c| z(i, c) + i as f64);
            assert_eq!(gradient(rows, &points, respond), expected, "{n} {d} {k}");
        }
    }
}
