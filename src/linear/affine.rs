//! An affine map in floats, to be applied many times.
//!
//! Sums are of fused products over columns in their order, so results are those of the plain loop, bit
//! by bit, on every processor: the lanes hold different rows.

use super::Matrix;
use super::simd::{Aligned, Real, dispatch};
use pulp::{Simd, WithSimd};

/// v ↦ Av + c for a square A.
#[derive(Clone, Debug)]
pub struct AffineMap {
    /// A, n×n.
    matrix: Panels,
    /// c, of length n.
    constant: Vec<f64>,
}

impl AffineMap {
    /// From the entries of A, n×n, and c, of length n.
    pub fn new(entry: impl Fn(usize, usize) -> f64, constant: Vec<f64>) -> Self {
        let size = constant.len();
        Self { matrix: Panels::from_fn(size, size, entry), constant }
    }

    /// n.
    pub fn size(&self) -> usize {
        self.constant.len()
    }

    /// v ← Av + c, `times` times; `v` has length n.
    pub fn iterate(&self, v: &mut Vec<f64>, times: u64) {
        dispatch(Iterations { map: self, v, times });
    }

    /// v after `times` applications, by as many squarings first as save work: a squaring costs about
    /// n/2 applications and halves their number.
    pub fn advance(mut self, v: &mut Vec<f64>, times: u64) {
        let mut rest = times;
        let mut columns = Vec::new();
        let mut images = Vec::new();
        while rest > self.size() as u64 {
            // An odd step is taken before the map that takes two.
            self.iterate(v, rest % 2);
            if columns.is_empty() {
                columns = self.columns();
                images = vec![0.0; columns.len()];
            }
            self.square(&mut columns, &mut images);
            rest /= 2;
        }
        self.iterate(v, rest);
    }

    /// The columns of A and c, one after another.
    fn columns(&self) -> Vec<f64> {
        let n = self.size();
        let mut columns = Vec::with_capacity((n + 1) * n);
        for j in 0..n {
            columns.extend((0..n).map(|i| self.matrix.entry(i, j)));
        }
        columns.extend(&self.constant);
        columns
    }

    /// The map becomes the map applied twice, v ↦ A²v + Ac + c, and its columns follow. `images` has
    /// their length.
    fn square(&mut self, columns: &mut Vec<f64>, images: &mut Vec<f64>) {
        let n = self.size();
        dispatch(Images { matrix: &self.matrix, vectors: columns, images });
        let (products, image) = images.split_at_mut(n * n);
        self.matrix.fill(|i, j| products[j * n + i]);
        for (image, c) in image.iter_mut().zip(&mut self.constant) {
            *c += *image;
            *image = *c;
        }
        std::mem::swap(columns, images);
    }
}

/// (1/N) Σ r_n r_nᵀ, exactly symmetric: rounding does not see the order of two factors.
pub fn average_gram(rows: &[Vec<f64>]) -> Matrix<f64> {
    average_product(rows, rows)
}

/// (1/N) Σ l_n r_nᵀ, samples in their order.
pub fn average_product(left: &[Vec<f64>], right: &[Vec<f64>]) -> Matrix<f64> {
    let width = |rows: &[Vec<f64>]| rows.first().map_or(0, Vec::len);
    let (height, width) = (width(left), width(right));
    let columns: Vec<f64> = (0..width).flat_map(|j| right.iter().map(move |r| r[j])).collect();
    let images = Panels::from_fn(height, left.len(), |i, n| left[n][i]).images(&columns);
    let weight = 1.0 / left.len().max(1) as f64;
    Matrix::from_fn(height, width, |i, j| images[j * height + i] * weight)
}

/// Rows in a panel. With columns by the hundred it stays in the nearest cache while vectors pass.
const PANEL: usize = 16;

/// A matrix in panels of rows, each column by column; rows past the last are zero.
#[derive(Clone, Debug)]
struct Panels {
    rows: usize,
    columns: usize,
    entries: Aligned<f64>,
}

impl Panels {
    fn from_fn(rows: usize, columns: usize, entry: impl Fn(usize, usize) -> f64) -> Self {
        let entries = Aligned::zeros(rows.div_ceil(PANEL) * PANEL * columns);
        let mut panels = Self { rows, columns, entries };
        panels.fill(entry);
        panels
    }

    fn fill(&mut self, entry: impl Fn(usize, usize) -> f64) {
        let Self { rows, columns, entries } = self;
        for (p, panel) in entries.chunks_exact_mut(PANEL * (*columns).max(1)).enumerate() {
            for (j, column) in panel.chunks_exact_mut(PANEL).enumerate() {
                for (i, slot) in column.iter_mut().enumerate().take(*rows - p * PANEL) {
                    *slot = entry(p * PANEL + i, j);
                }
            }
        }
    }

    fn entry(&self, i: usize, j: usize) -> f64 {
        self.entries[(i / PANEL * self.columns + j) * PANEL + i % PANEL]
    }

    /// The panels, each as its columns.
    fn panels(&self) -> impl Iterator<Item = &[[f64; PANEL]]> {
        self.entries.chunks_exact(PANEL * self.columns.max(1)).map(|panel| panel.as_chunks().0)
    }

    /// Products with vectors, one after another.
    fn images(&self, vectors: &[f64]) -> Vec<f64> {
        let mut images = vec![0.0; vectors.len() / self.columns.max(1) * self.rows];
        dispatch(Images { matrix: self, vectors, images: &mut images });
        images
    }
}

// Loops for the widest instructions. These are named operations because a closure would be compiled
// for any processor.

/// v ← Av + c, so many times.
struct Iterations<'a> {
    map: &'a AffineMap,
    v: &'a mut Vec<f64>,
    times: u64,
}

impl WithSimd for Iterations<'_> {
    type Output = ();
    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Self { map, v, times } = self;
        let mut next = vec![0.0; map.size()];
        let mut sums = [[0.0; PANEL]];
        for _ in 0..times {
            let parts = next.chunks_mut(PANEL).zip(map.constant.chunks(PANEL));
            for (panel, (next, constant)) in map.matrix.panels().zip(parts) {
                match f64::lanes::<S>(&sums[0]).len() {
                    2 => tiles::<S, 2, 1>(simd, panel, [v], &mut sums),
                    _ => tiles::<S, 4, 1>(simd, panel, [v], &mut sums),
                }
                for ((next, sum), c) in next.iter_mut().zip(sums[0]).zip(constant) {
                    *next = sum + c;
                }
            }
            std::mem::swap(v, &mut next);
        }
    }
}

/// Products of a matrix with vectors.
struct Images<'a> {
    matrix: &'a Panels,
    vectors: &'a [f64],
    images: &'a mut [f64],
}

impl WithSimd for Images<'_> {
    type Output = ();
    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        // Eight sums at a time, since each waits for its last.
        match f64::lanes::<S>(&[0.0; PANEL]).len() {
            2 => self.in_groups::<S, 2, 4>(simd),
            _ => self.in_groups::<S, 4, 2>(simd),
        }
    }
}

impl Images<'_> {
    /// G vectors together, and one by one what is left.
    #[inline(always)]
    fn in_groups<S: Simd, const R: usize, const G: usize>(self, simd: S) {
        let Self { matrix, vectors, images } = self;
        let (height, length) = (matrix.rows.max(1), matrix.columns.max(1));
        for (p, panel) in matrix.panels().enumerate() {
            let first = p * PANEL;
            let rows = PANEL.min(matrix.rows - first);
            let mut vectors = vectors.chunks_exact(G * length);
            let mut images = images.chunks_exact_mut(G * height);
            for (vectors, images) in (&mut vectors).zip(&mut images) {
                let mut group = [vectors; G];
                for (g, vector) in group.iter_mut().enumerate() {
                    *vector = &vectors[g * length..][..length];
                }
                let mut sums = [[0.0; PANEL]; G];
                tiles::<S, R, G>(simd, panel, group, &mut sums);
                for (image, sums) in images.chunks_exact_mut(height).zip(&sums) {
                    image[first..first + rows].copy_from_slice(&sums[..rows]);
                }
            }
            let rest = vectors.remainder().chunks_exact(length);
            for (vector, image) in rest.zip(images.into_remainder().chunks_exact_mut(height)) {
                let mut sums = [[0.0; PANEL]; 1];
                tiles::<S, R, 1>(simd, panel, [vector], &mut sums);
                image[first..first + rows].copy_from_slice(&sums[0][..rows]);
            }
        }
    }
}

/// Products of a panel with G vectors, R registers of rows at a time.
#[inline(always)]
fn tiles<S: Simd, const R: usize, const G: usize>(
    simd: S,
    panel: &[[f64; PANEL]],
    vectors: [&[f64]; G],
    sums: &mut [[f64; PANEL]; G],
) {
    let zero = f64::splat(simd, 0.0);
    for part in 0..f64::lanes::<S>(&[0.0; PANEL]).len() / R {
        let mut tile = [[zero; R]; G];
        for (j, column) in panel.iter().enumerate() {
            let column = &f64::lanes::<S>(column)[part * R..][..R];
            for g in 0..G {
                let factor = f64::splat(simd, vectors[g][j]);
                for r in 0..R {
                    tile[g][r] = f64::fused(simd, column[r], factor, tile[g][r]);
                }
            }
        }
        for g in 0..G {
            f64::lanes_mut::<S>(&mut sums[g])[part * R..][..R].copy_from_slice(&tile[g]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn example(n: usize) -> (Matrix<f64>, Vec<f64>, Vec<f64>) {
        let noise = |i: usize, j: usize| ((i * 37 + j * 101 + 11) % 97) as f64 / 97.0 - 0.5;
        let matrix = Matrix::from_fn(n, n, |i, j| noise(i, j) * 1.5 / n as f64);
        let constant = (0..n).map(|i| noise(i, 3)).collect();
        (matrix, constant, (0..n).map(|i| noise(i, 7)).collect())
    }

    fn fused(a: &[f64], b: &[f64]) -> f64 {
        a.iter().zip(b).fold(0.0, |sum, (a, b)| a.mul_add(*b, sum))
    }

    /// The same bits as the plain loop.
    #[test]
    #[expect(clippy::float_cmp, reason = "equality bit by bit is the claim")]
    fn maps_and_products_are_those_of_the_plain_loop() {
        for n in [1, 5, 31, 32, 33, 70] {
            let (matrix, constant, start) = example(n);
            let map = AffineMap::new(|i, j| matrix[(i, j)], constant.clone());
            let mut v = start.clone();
            map.iterate(&mut v, 3);
            let mut portable = start.clone();
            Iterations { map: &map, v: &mut portable, times: 3 }.with_simd(pulp::Scalar::new());
            let mut plain = start;
            for _ in 0..3 {
                plain = (0..n).map(|i| fused(matrix.row(i), &plain) + constant[i]).collect();
            }
            assert_eq!(v, plain, "{n}");
            assert_eq!(portable, plain, "{n} without vectors");
        }
        let rows: Vec<Vec<f64>> = (0..13).map(|n| example(37).0.row(n).to_vec()).collect();
        let narrow: Vec<Vec<f64>> = rows.iter().map(|row| row[3..8].to_vec()).collect();
        let column =
            |rows: &[Vec<f64>], j: usize| -> Vec<f64> { rows.iter().map(|r| r[j]).collect() };
        let (gram, product) = (average_gram(&rows), average_product(&rows, &narrow));
        for i in 0..37 {
            for j in 0..37 {
                let sum = fused(&column(&rows, i), &column(&rows, j));
                assert_eq!(gram[(i, j)], sum * (1.0 / 13.0));
                assert_eq!(gram[(j, i)], gram[(i, j)]);
            }
            for j in 0..5 {
                assert_eq!(product[(i, j)], gram[(i, j + 3)]);
            }
        }
    }

    #[test]
    fn squarings_take_the_same_number_of_steps() {
        for n in [1, 4, 33] {
            let (matrix, constant, start) = example(n);
            let map = AffineMap::new(|i, j| matrix[(i, j)], constant);
            for times in [0, 1, 2, n as u64 + 1, 100, 1001] {
                let (mut by_squares, mut plain) = (start.clone(), start.clone());
                map.clone().advance(&mut by_squares, times);
                map.iterate(&mut plain, times);
                for (a, b) in by_squares.iter().zip(&plain) {
                    approx::assert_relative_eq!(a, b, max_relative = 1e-11, epsilon = 1e-13);
                }
            }
            // One step more is seen, but on the line, where few steps end at the fixed point.
            if n == 1 {
                continue;
            }
            let (mut one, mut two) = (start.clone(), start.clone());
            map.clone().advance(&mut one, 1);
            map.iterate(&mut two, 2);
            assert!(one.iter().zip(&two).any(|(a, b)| (a - b).abs() > 1e-9));
        }
    }
}
