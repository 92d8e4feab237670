//! Vector kernels on padded floats, with the widest instructions of the processor at hand.
//!
//! Rows are padded with zeros to whole cache lines, so that kernels have no tails: a row of width d
//! takes [`padded`]`(d)` entries. Sums are taken in lanes and with fused products, so a value
//! depends on the processor, though never on the number of threads. Results are floats: they
//! propose, and nothing is concluded from them.
//!
//! Lanes stay out of closures that are handed to functions, `array::map` among them: such a function
//! is compiled for any processor, and each operation in the closure becomes a call.

use pulp::{Arch, Simd, WithSimd};
use std::fmt::Debug;
use std::ops::{Add, Deref, DerefMut, Div, Mul, Neg, Sub};

/// Bytes of a cache line, and of the widest vector register.
const LINE: usize = 64;

/// `f32` or `f64`, alone and in lanes.
pub trait Real:
    Copy
    + Debug
    + Default
    + PartialOrd
    + Send
    + Sync
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + Neg<Output = Self>
    + 'static
{
    /// A register full of numbers.
    type Lanes<S: Simd>: Copy;
    /// The number 0.
    const ZERO: Self;
    /// The number 1.
    const ONE: Self;

    /// The nearest number.
    fn from_f64(value: f64) -> Self;
    /// The same number.
    fn to_f64(self) -> f64;
    /// e to the power of the number.
    fn exp(self) -> Self;
    /// A padded slice as lanes.
    fn lanes<S: Simd>(slice: &[Self]) -> &[Self::Lanes<S>];
    /// A padded slice as lanes to write to.
    fn lanes_mut<S: Simd>(slice: &mut [Self]) -> &mut [Self::Lanes<S>];
    /// The number in every lane.
    fn splat<S: Simd>(simd: S, value: Self) -> Self::Lanes<S>;
    /// a + b.
    fn plus<S: Simd>(simd: S, a: Self::Lanes<S>, b: Self::Lanes<S>) -> Self::Lanes<S>;
    /// ab.
    fn times<S: Simd>(simd: S, a: Self::Lanes<S>, b: Self::Lanes<S>) -> Self::Lanes<S>;
    /// ab + c, by the fastest instructions.
    fn mul_add<S: Simd>(
        simd: S,
        a: Self::Lanes<S>,
        b: Self::Lanes<S>,
        c: Self::Lanes<S>,
    ) -> Self::Lanes<S>;
    /// ab + c with one rounding, on every processor the same.
    fn fused<S: Simd>(
        simd: S,
        a: Self::Lanes<S>,
        b: Self::Lanes<S>,
        c: Self::Lanes<S>,
    ) -> Self::Lanes<S>;
    /// The sum over the lanes.
    fn total<S: Simd>(simd: S, a: Self::Lanes<S>) -> Self;
}

macro_rules! real {
    ($real:ident, $lanes:ident, $as:ident, $as_mut:ident, $splat:ident, $add:ident, $mul:ident, $mul_add:ident, $fused:ident, $sum:ident) => {
        impl Real for $real {
            type Lanes<S: Simd> = S::$lanes;
            const ZERO: Self = 0.0;
            const ONE: Self = 1.0;

            #[allow(clippy::cast_possible_truncation, reason = "to the nearest, as documented")]
            fn from_f64(value: f64) -> Self {
                value as $real
            }
            fn to_f64(self) -> f64 {
                f64::from(self)
            }
            #[inline(always)]
            fn exp(self) -> Self {
                $real::exp(self)
            }
            #[inline(always)]
            fn lanes<S: Simd>(slice: &[Self]) -> &[S::$lanes] {
                S::$as(slice).0
            }
            #[inline(always)]
            fn lanes_mut<S: Simd>(slice: &mut [Self]) -> &mut [S::$lanes] {
                S::$as_mut(slice).0
            }
            #[inline(always)]
            fn splat<S: Simd>(simd: S, value: Self) -> S::$lanes {
                simd.$splat(value)
            }
            #[inline(always)]
            fn plus<S: Simd>(simd: S, a: S::$lanes, b: S::$lanes) -> S::$lanes {
                simd.$add(a, b)
            }
            #[inline(always)]
            fn times<S: Simd>(simd: S, a: S::$lanes, b: S::$lanes) -> S::$lanes {
                simd.$mul(a, b)
            }
            #[inline(always)]
            fn mul_add<S: Simd>(simd: S, a: S::$lanes, b: S::$lanes, c: S::$lanes) -> S::$lanes {
                simd.$mul_add(a, b, c)
            }
            #[inline(always)]
            fn fused<S: Simd>(simd: S, a: S::$lanes, b: S::$lanes, c: S::$lanes) -> S::$lanes {
                simd.$fused(a, b, c)
            }
            #[inline(always)]
            fn total<S: Simd>(simd: S, a: S::$lanes) -> Self {
                simd.$sum(a)
            }
        }
    };
}

real!(
    f32,
    f32s,
    as_simd_f32s,
    as_mut_simd_f32s,
    splat_f32s,
    add_f32s,
    mul_f32s,
    mul_add_e_f32s,
    mul_add_f32s,
    reduce_sum_f32s
);
real!(
    f64,
    f64s,
    as_simd_f64s,
    as_mut_simd_f64s,
    splat_f64s,
    add_f64s,
    mul_f64s,
    mul_add_e_f64s,
    mul_add_f64s,
    reduce_sum_f64s
);

/// The entries that a row of width `d` takes, at least one line.
pub fn padded<T: Real>(d: usize) -> usize {
    d.max(1).next_multiple_of(LINE / size_of::<T>())
}

/// Numbers that start on a cache line. A vector that crosses lines costs two loads.
#[derive(Debug)]
pub struct Aligned<T> {
    buffer: Vec<T>,
    start: usize,
    len: usize,
}

impl<T: Real> Aligned<T> {
    /// `len` zeros.
    pub fn zeros(len: usize) -> Self {
        let buffer = vec![T::ZERO; len + LINE / size_of::<T>()];
        let start = (buffer.as_ptr().addr().next_multiple_of(LINE) - buffer.as_ptr().addr())
            / size_of::<T>();
        Self { buffer, start, len }
    }

    /// Rows of equal width, each padded.
    pub fn from_rows<'a>(width: usize, rows: impl ExactSizeIterator<Item = &'a [T]>) -> Self {
        let stride = padded::<T>(width);
        let mut all = Self::zeros(rows.len() * stride);
        for (slot, row) in all.chunks_exact_mut(stride).zip(rows) {
            slot[..width].copy_from_slice(row);
        }
        all
    }
}

impl<T: Real> Clone for Aligned<T> {
    fn clone(&self) -> Self {
        let mut copy = Self::zeros(self.len);
        copy.copy_from_slice(self);
        copy
    }
}

impl<T> Deref for Aligned<T> {
    type Target = [T];
    #[inline(always)]
    fn deref(&self) -> &[T] {
        &self.buffer[self.start..self.start + self.len]
    }
}

impl<T> DerefMut for Aligned<T> {
    #[inline(always)]
    fn deref_mut(&mut self) -> &mut [T] {
        &mut self.buffer[self.start..self.start + self.len]
    }
}

/// ⟨row, column⟩ for R rows and C columns at once: each number that is loaded is used R or C times.
#[inline(always)]
pub fn dots<T: Real, S: Simd, const R: usize, const C: usize>(
    simd: S,
    rows: [&[T]; R],
    columns: [&[T]; C],
) -> [[T; C]; R] {
    let zero = T::splat(simd, T::ZERO);
    let rows = rows.map(T::lanes::<S>);
    let len = rows.iter().map(|row| row.len()).min().unwrap_or(0);
    let rows = rows.map(|row| &row[..len]);
    let columns = columns.map(|column| &T::lanes::<S>(column)[..len]);
    // A single product would be one long chain of dependent sums: it gets four.
    if R * C == 1 {
        let (row, column) = (rows[0], columns[0]);
        let mut sums = [zero; 4];
        let (row_head, row_tail) = row.as_chunks::<4>();
        let (column_head, column_tail) = column.as_chunks::<4>();
        for (a, b) in row_head.iter().zip(column_head) {
            for lane in 0..4 {
                sums[lane] = T::mul_add(simd, a[lane], b[lane], sums[lane]);
            }
        }
        for (lane, (a, b)) in row_tail.iter().zip(column_tail).enumerate() {
            sums[lane] = T::mul_add(simd, *a, *b, sums[lane]);
        }
        let pairs = [T::plus(simd, sums[0], sums[1]), T::plus(simd, sums[2], sums[3])];
        return [[T::total(simd, T::plus(simd, pairs[0], pairs[1])); C]; R];
    }
    let mut sums = [[zero; C]; R];
    for j in 0..len {
        let mut column = [zero; C];
        for c in 0..C {
            column[c] = columns[c][j];
        }
        for r in 0..R {
            let entry = rows[r][j];
            for c in 0..C {
                sums[r][c] = T::mul_add(simd, entry, column[c], sums[r][c]);
            }
        }
    }
    let mut products = [[T::ZERO; C]; R];
    for r in 0..R {
        for c in 0..C {
            products[r][c] = T::total(simd, sums[r][c]);
        }
    }
    products
}

/// `target_c += Σ_r weights[r][c]·row_r` for C targets, one after another in `targets`.
#[inline(always)]
pub fn add_rows<T: Real, S: Simd, const R: usize, const C: usize>(
    simd: S,
    targets: [&mut [T]; C],
    rows: [&[T]; R],
    weights: [[T; C]; R],
) {
    let rows = rows.map(T::lanes::<S>);
    let len = rows.iter().map(|row| row.len()).min().unwrap_or(0);
    let rows = rows.map(|row| &row[..len]);
    let targets = targets.map(|target| &mut T::lanes_mut::<S>(target)[..len]);
    let zero = T::splat(simd, T::ZERO);
    let mut lanes = [[zero; C]; R];
    for r in 0..R {
        for c in 0..C {
            lanes[r][c] = T::splat(simd, weights[r][c]);
        }
    }
    for j in 0..len {
        let mut entries = [zero; R];
        for r in 0..R {
            entries[r] = rows[r][j];
        }
        for c in 0..C {
            let mut sum = targets[c][j];
            for r in 0..R {
                sum = T::mul_add(simd, lanes[r][c], entries[r], sum);
            }
            targets[c][j] = sum;
        }
    }
}

/// target ← factor·target + weight·other.
#[inline(always)]
pub fn scale_add<T: Real, S: Simd>(simd: S, target: &mut [T], factor: T, weight: T, other: &[T]) {
    let (factor, weight) = (T::splat(simd, factor), T::splat(simd, weight));
    for (t, o) in T::lanes_mut::<S>(target).iter_mut().zip(T::lanes::<S>(other)) {
        *t = T::mul_add(simd, weight, *o, T::times(simd, factor, *t));
    }
}

/// target ← factor·target.
#[inline(always)]
pub fn scale_by<T: Real, S: Simd>(simd: S, target: &mut [T], factor: T) {
    let factor = T::splat(simd, factor);
    for t in T::lanes_mut::<S>(target) {
        *t = T::times(simd, factor, *t);
    }
}

/// target ← target·other, entry by entry.
#[inline(always)]
pub fn multiply<T: Real, S: Simd>(simd: S, target: &mut [T], other: &[T]) {
    for (t, o) in T::lanes_mut::<S>(target).iter_mut().zip(T::lanes::<S>(other)) {
        *t = T::times(simd, *t, *o);
    }
}

/// Runs an operation with the widest instructions that this processor has.
pub fn dispatch<Op: WithSimd>(op: Op) -> Op::Output {
    Arch::new().dispatch(op)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Four rows by one column and two rows by three, as they are in the loops.
    struct Product<'a>([&'a [f64]; 4], [&'a [f64]; 3]);

    impl WithSimd for Product<'_> {
        type Output = ([[f64; 1]; 4], [[f64; 3]; 2], [[f64; 1]; 1]);
        #[inline(always)]
        fn with_simd<S: Simd>(self, simd: S) -> Self::Output {
            let Self(rows, columns) = self;
            let few = [rows[1], rows[3]];
            let single = dots(simd, [rows[2]], [columns[1]]);
            (dots(simd, rows, [columns[0]]), dots(simd, few, columns), single)
        }
    }

    /// Small integers are exact in floats in any order of summation, so equality is demanded.
    #[test]
    fn products_of_every_shape_are_exact_on_integers() {
        for width in [1, 8, 9, 17, 70] {
            let stride = padded::<f64>(width);
            let vector = |i: usize| {
                let mut v = Aligned::<f64>::zeros(stride);
                (0..width).for_each(|j| v[j] = ((i * 7 + j * 3) % 11) as f64 - 5.0);
                v
            };
            let vectors: Vec<Aligned<f64>> = (0..7).map(vector).collect();
            let rows: [&[f64]; 4] = std::array::from_fn(|r| &vectors[r][..]);
            let columns: [&[f64]; 3] = std::array::from_fn(|c| &vectors[4 + c][..]);
            let of = |r: usize, c: usize| -> f64 {
                rows[r].iter().zip(columns[c]).map(|(a, b)| a * b).sum()
            };
            let expected = (
                std::array::from_fn(|r| [of(r, 0)]),
                [1, 3].map(|r| std::array::from_fn(|c| of(r, c))),
                [[of(2, 1)]],
            );
            assert_eq!(dispatch(Product(rows, columns)), expected, "{width}");
            let portable = Product(rows, columns).with_simd(pulp::Scalar::new());
            assert_eq!(portable, expected, "{width} without vectors");
        }
    }

    #[test]
    fn rows_start_on_lines() {
        for len in [1, 16, 33] {
            let numbers = Aligned::<f32>::zeros(len);
            assert_eq!(numbers.as_ptr().addr() % LINE, 0);
            assert_eq!(numbers.clone().as_ptr().addr() % LINE, 0);
            assert_eq!(numbers.len(), len);
        }
        assert_eq!((padded::<f32>(784), padded::<f64>(50), padded::<f64>(0)), (784, 56, 8));
    }
}
