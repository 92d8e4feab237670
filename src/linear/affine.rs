//! An affine map in floats, to be applied many times.
//!
//! Sums run over columns in their order, one product after another, so results are those of the
//! plain loop, bit by bit, on every processor: the lanes hold different rows.

use super::Matrix;
use super::simd::dispatch;

/// Rows in a block: their sums fill four of the widest registers.
const BLOCK: usize = 32;
/// Vectors that are mapped together when maps are composed.
const GROUP: usize = 4;

/// v ↦ Av + c for a square A.
#[derive(Clone, Debug)]
pub struct AffineMap {
    /// n.
    size: usize,
    /// Blocks of rows, each column by column; rows past n are zero.
    blocks: Vec<f64>,
    /// c, of length n.
    constant: Vec<f64>,
}

impl AffineMap {
    /// From A, n×n, and c, of length n.
    pub fn new(matrix: &Matrix<f64>, constant: Vec<f64>) -> Self {
        let size = constant.len();
        debug_assert!(matrix.rows() == size && matrix.columns() == size);
        Self::from_columns(size, constant, |i, j| matrix[(i, j)])
    }

    fn from_columns(size: usize, constant: Vec<f64>, entry: impl Fn(usize, usize) -> f64) -> Self {
        let mut blocks = vec![0.0; size.div_ceil(BLOCK) * BLOCK * size];
        for (b, block) in blocks.chunks_exact_mut(BLOCK * size.max(1)).enumerate() {
            for (j, column) in block.chunks_exact_mut(BLOCK).enumerate() {
                for (i, slot) in column.iter_mut().enumerate().take(size - b * BLOCK) {
                    *slot = entry(b * BLOCK + i, j);
                }
            }
        }
        Self { size, blocks, constant }
    }

    /// n.
    pub fn size(&self) -> usize {
        self.size
    }

    /// v ← Av + c, `times` times; `v` has length n.
    pub fn iterate(&self, v: &mut Vec<f64>, times: u64) {
        let mut next = vec![0.0; self.size];
        dispatch(|| {
            for _ in 0..times {
                self.apply(v, &mut next);
                std::mem::swap(v, &mut next);
            }
        });
    }

    /// out ← Av + c.
    #[inline(always)]
    fn apply(&self, v: &[f64], out: &mut [f64]) {
        let blocks = self.blocks.chunks_exact(BLOCK * self.size.max(1));
        let parts = out.chunks_mut(BLOCK).zip(self.constant.chunks(BLOCK));
        for (block, (out, constant)) in blocks.zip(parts) {
            let mut sums = [0.0; BLOCK];
            for (column, factor) in block.as_chunks::<BLOCK>().0.iter().zip(v) {
                for (sum, entry) in sums.iter_mut().zip(column) {
                    *sum += entry * factor;
                }
            }
            for ((out, sum), c) in out.iter_mut().zip(sums).zip(constant) {
                *out = sum + c;
            }
        }
    }

    /// The map applied twice: v ↦ A²v + Ac + c.
    pub fn squared(&self) -> Self {
        let n = self.size;
        // A of each column of A, and of c.
        let mut columns = vec![0.0; (n + 1) * n];
        let mut vectors: Vec<f64> = Vec::with_capacity((n + 1) * n);
        for j in 0..n {
            let at = |i: usize| self.blocks[(i / BLOCK * n + j) * BLOCK + i % BLOCK];
            vectors.extend((0..n).map(at));
        }
        vectors.extend(&self.constant);
        dispatch(|| {
            let groups = vectors.chunks(GROUP * n.max(1));
            for (vectors, columns) in groups.zip(columns.chunks_mut(GROUP * n.max(1))) {
                self.multiply(vectors, columns);
            }
        });
        let constant = columns[n * n..].iter().zip(&self.constant).map(|(a, c)| a + c).collect();
        Self::from_columns(n, constant, |i, j| columns[j * n + i])
    }

    /// Products of A with up to [`GROUP`] vectors, one after another.
    #[inline(always)]
    fn multiply(&self, vectors: &[f64], out: &mut [f64]) {
        let n = self.size;
        if vectors.len() < GROUP * n {
            for (v, out) in vectors.chunks_exact(n).zip(out.chunks_exact_mut(n)) {
                for (b, block) in self.blocks.chunks_exact(BLOCK * n).enumerate() {
                    let mut sums = [0.0; BLOCK];
                    for (column, factor) in block.as_chunks::<BLOCK>().0.iter().zip(v) {
                        for (sum, entry) in sums.iter_mut().zip(column) {
                            *sum += entry * factor;
                        }
                    }
                    let rows = BLOCK.min(n - b * BLOCK);
                    out[b * BLOCK..][..rows].copy_from_slice(&sums[..rows]);
                }
            }
            return;
        }
        for (b, block) in self.blocks.chunks_exact(BLOCK * n).enumerate() {
            let mut sums = [[0.0; BLOCK]; GROUP];
            for (j, column) in block.as_chunks::<BLOCK>().0.iter().enumerate() {
                for (g, sums) in sums.iter_mut().enumerate() {
                    let factor = vectors[g * n + j];
                    for (sum, entry) in sums.iter_mut().zip(column) {
                        *sum += entry * factor;
                    }
                }
            }
            let rows = BLOCK.min(n - b * BLOCK);
            for (g, sums) in sums.iter().enumerate() {
                out[g * n + b * BLOCK..][..rows].copy_from_slice(&sums[..rows]);
            }
        }
    }

    /// v after `times` applications, by as many squarings first as save work: a squaring costs about
    /// n/2 applications and halves their number.
    pub fn advance(self, v: &mut Vec<f64>, times: u64) {
        let (mut map, mut rest) = (self, times);
        while rest > map.size as u64 {
            // An odd step is taken before the map that takes two.
            map.iterate(v, rest % 2);
            map = map.squared();
            rest /= 2;
        }
        map.iterate(v, rest);
    }
}

/// (1/N) Σ r_n r_nᵀ, exactly symmetric, by the sums of the plain loop in its order.
pub fn average_gram(rows: &[Vec<f64>]) -> Matrix<f64> {
    let width = rows.first().map_or(0, Vec::len);
    let mut gram = average_product(rows, rows);
    for i in 0..width {
        for j in 0..i {
            gram[(j, i)] = gram[(i, j)];
        }
    }
    gram
}

/// (1/N) Σ l_n r_nᵀ, by the sums of the plain loop in its order.
pub fn average_product(left: &[Vec<f64>], right: &[Vec<f64>]) -> Matrix<f64> {
    let width = |rows: &[Vec<f64>]| rows.first().map_or(0, Vec::len);
    let (height, width) = (width(left), width(right));
    let weight = 1.0 / left.len().max(1) as f64;
    let mut entries = vec![0.0; height * width];
    dispatch(|| {
        // Eight rows of the result stay in the nearest cache while all samples pass.
        for (block, slots) in entries.chunks_mut(8 * width.max(1)).enumerate() {
            for (l, r) in left.iter().zip(right) {
                for (row, factor) in slots.chunks_exact_mut(width).zip(&l[8 * block..]) {
                    for (slot, value) in row.iter_mut().zip(r) {
                        *slot += factor * value;
                    }
                }
            }
        }
    });
    Matrix::from_fn(height, width, |i, j| entries[i * width + j] * weight)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::linear::dot;

    fn example(n: usize) -> (Matrix<f64>, Vec<f64>, Vec<f64>) {
        let noise = |i: usize, j: usize| ((i * 37 + j * 101 + 11) % 97) as f64 / 97.0 - 0.5;
        let matrix = Matrix::from_fn(n, n, |i, j| noise(i, j) * 1.5 / n as f64);
        let constant = (0..n).map(|i| noise(i, 3)).collect();
        (matrix, constant, (0..n).map(|i| noise(i, 7)).collect())
    }

    /// The same bits as the plain loop.
    #[test]
    #[expect(clippy::float_cmp, reason = "equality bit by bit is the claim")]
    fn maps_and_products_are_those_of_the_plain_loop() {
        for n in [1, 5, 31, 32, 33, 70] {
            let (matrix, constant, start) = example(n);
            let mut v = start.clone();
            AffineMap::new(&matrix, constant.clone()).iterate(&mut v, 3);
            let mut plain = start;
            for _ in 0..3 {
                plain = (0..n).map(|i| dot(matrix.row(i), &plain) + constant[i]).collect();
            }
            assert_eq!(v, plain, "{n}");
        }
        let rows: Vec<Vec<f64>> = (0..13).map(|n| example(19).0.row(n).to_vec()).collect();
        let gram = average_gram(&rows);
        for i in 0..19 {
            for j in 0..=i {
                let sum = rows.iter().fold(0.0, |sum, r| sum + r[i] * r[j]);
                assert_eq!(gram[(i, j)], sum * (1.0 / 13.0));
                assert_eq!(gram[(j, i)], gram[(i, j)]);
            }
        }
    }

    #[test]
    fn squarings_take_the_same_number_of_steps() {
        for n in [1, 4, 33] {
            let (matrix, constant, start) = example(n);
            let map = AffineMap::new(&matrix, constant);
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
