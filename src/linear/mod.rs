//! Small dense linear algebra in any scalar: vectors are slices, matrices are [`Matrix`].
//!
//! What needs more than ring operations is apart: exact elimination and semidefiniteness in
//! [`exact`] and [`echelon`], float eigenvalues (never believed, always re-certified) in [`spectrum`],
//! vector kernels for floats in [`simd`], affine maps that are applied many times in [`affine`].

pub mod affine;
pub mod echelon;
pub mod exact;
mod lifting;
pub mod simd;
pub mod spectrum;

use crate::scalar::{Interval, Rational, Scalar, Undefined};

/// A dense matrix, row by row.
#[derive(Clone, Debug, PartialEq)]
pub struct Matrix<S> {
    rows: usize,
    columns: usize,
    entries: Vec<S>,
}

impl<S: Scalar> Matrix<S> {
    /// The matrix with `entry(i, j)` in row i and column j.
    pub fn from_fn(rows: usize, columns: usize, mut entry: impl FnMut(usize, usize) -> S) -> Self {
        let mut entries = Vec::with_capacity(rows * columns);
        for i in 0..rows {
            for j in 0..columns {
                entries.push(entry(i, j));
            }
        }
        Self { rows, columns, entries }
    }

    /// I − A for a square A.
    pub fn subtracted_from_identity(mut self) -> Self {
        let width = self.columns;
        for (k, entry) in self.entries.iter_mut().enumerate() {
            let identity = if k / width == k % width { S::one() } else { S::zero() };
            *entry = identity.minus(entry);
        }
        self
    }

    /// The zero matrix.
    pub fn zeros(rows: usize, columns: usize) -> Self {
        Self { rows, columns, entries: vec![S::zero(); rows * columns] }
    }

    /// The number of rows.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// The number of columns.
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// Row `i`.
    pub fn row(&self, i: usize) -> &[S] {
        &self.entries[i * self.columns..(i + 1) * self.columns]
    }

    /// Every entry, row by row.
    pub fn entries(&self) -> &[S] {
        &self.entries
    }

    /// The same matrix in another scalar.
    pub fn map<T: Scalar>(&self, convert: impl Fn(&S) -> T) -> Matrix<T> {
        Matrix {
            rows: self.rows,
            columns: self.columns,
            entries: self.entries.iter().map(convert).collect(),
        }
    }

    /// `self * v`.
    pub fn apply(&self, v: &[S]) -> Vec<S> {
        (0..self.rows).map(|i| dot(self.row(i), v)).collect()
    }

    /// `self * other`.
    pub fn product(&self, other: &Self) -> Self {
        let columns: Vec<Vec<S>> = (0..other.columns)
            .map(|j| (0..other.rows).map(|k| other[(k, j)].clone()).collect())
            .collect();
        Self::from_fn(self.rows, other.columns, |i, j| dot(self.row(i), &columns[j]))
    }

    /// `self + factor * other`.
    pub fn plus_scaled(&self, factor: &S, other: &Self) -> Self {
        Self {
            rows: self.rows,
            columns: self.columns,
            entries: self
                .entries
                .iter()
                .zip(&other.entries)
                .map(|(a, b)| a.plus(&factor.times(b)))
                .collect(),
        }
    }

    /// `factor * self`.
    pub fn scaled(&self, factor: &S) -> Self {
        self.map(|entry| factor.times(entry))
    }

    /// The sum of the diagonal.
    pub fn trace(&self) -> S {
        (0..self.rows).fold(S::zero(), |sum, i| sum.plus(&self[(i, i)]))
    }

    /// `u vᵀ`.
    pub fn outer(u: &[S], v: &[S]) -> Self {
        Self::from_fn(u.len(), v.len(), |i, j| u[i].times(&v[j]))
    }

    /// Whether the matrix equals its transpose.
    pub fn is_symmetric(&self) -> bool {
        self.rows == self.columns
            && (0..self.rows).all(|i| (0..i).all(|j| self[(i, j)] == self[(j, i)]))
    }
}

impl<S> std::ops::Index<(usize, usize)> for Matrix<S> {
    type Output = S;
    fn index(&self, (i, j): (usize, usize)) -> &S {
        &self.entries[i * self.columns + j]
    }
}

impl<S> std::ops::IndexMut<(usize, usize)> for Matrix<S> {
    fn index_mut(&mut self, (i, j): (usize, usize)) -> &mut S {
        &mut self.entries[i * self.columns + j]
    }
}

/// ⟨u, v⟩.
pub fn dot<S: Scalar>(u: &[S], v: &[S]) -> S {
    assert_eq!(u.len(), v.len());
    S::sum_of_products(u.iter().zip(v))
}

/// ‖u‖², with squares that an interval knows to be non-negative.
pub fn norm_sq<S: Scalar>(u: &[S]) -> S {
    S::sum_of_squares(u.iter())
}

/// `u + v`.
pub fn add<S: Scalar>(u: &[S], v: &[S]) -> Vec<S> {
    assert_eq!(u.len(), v.len());
    u.iter().zip(v).map(|(a, b)| a.plus(b)).collect()
}

/// `u - v`.
pub fn subtract<S: Scalar>(u: &[S], v: &[S]) -> Vec<S> {
    assert_eq!(u.len(), v.len());
    u.iter().zip(v).map(|(a, b)| a.minus(b)).collect()
}

/// `factor * u`.
pub fn scale<S: Scalar>(factor: &S, u: &[S]) -> Vec<S> {
    u.iter().map(|a| factor.times(a)).collect()
}

/// The average of vectors of length `d`.
pub fn average<S: Scalar>(d: usize, vectors: &[Vec<S>]) -> Vec<S> {
    let weight = S::from_rational(&Rational::ratio(1, vectors.len().max(1) as i64));
    let total = vectors.iter().fold(vec![S::zero(); d], |sum, v| add(&sum, v));
    scale(&weight, &total)
}

/// Operations whose best algorithm depends on the scalar.
pub trait Linear: Scalar {
    /// Some number within `radius` of `center`: all of them as an interval, the centre as a float.
    ///
    /// # Errors
    /// [`Undefined::Irrational`] if the radius is not zero and only one number will do.
    fn around(center: &Rational, radius: &Rational) -> Result<Self, Undefined> {
        if radius.is_zero() {
            return Ok(Self::from_rational(center));
        }
        Err(Undefined::Irrational("the minimiser"))
    }

    /// (1/N) Σ r_n r_nᵀ of N rows of equal length.
    fn average_gram(rows: &[Vec<Self>]) -> Matrix<Self> {
        let width = rows.first().map_or(0, Vec::len);
        let weight = Self::from_rational(&Rational::ratio(1, rows.len().max(1) as i64));
        let mut gram = Matrix::zeros(width, width);
        for i in 0..width {
            for j in 0..=i {
                let total = rows.iter().fold(Self::zero(), |sum, r| sum.plus(&r[i].times(&r[j])));
                let value = total.times(&weight);
                gram[(j, i)] = value.clone();
                gram[(i, j)] = value;
            }
        }
        gram
    }

    /// (1/N) Σ l_n r_nᵀ of N pairs of rows.
    fn average_product(left: &[Vec<Self>], right: &[Vec<Self>]) -> Matrix<Self> {
        let width = |rows: &[Vec<Self>]| rows.first().map_or(0, Vec::len);
        let weight = Self::from_rational(&Rational::ratio(1, left.len().max(1) as i64));
        Matrix::from_fn(width(left), width(right), |i, j| {
            let products = left.iter().zip(right).map(|(l, r)| l[i].times(&r[j]));
            products.fold(Self::zero(), |sum, product| sum.plus(&product)).times(&weight)
        })
    }
}

impl Linear for f64 {
    fn around(center: &Rational, _: &Rational) -> Result<Self, Undefined> {
        Ok(center.to_f64())
    }

    fn average_gram(rows: &[Vec<Self>]) -> Matrix<Self> {
        affine::average_gram(rows)
    }

    fn average_product(left: &[Vec<Self>], right: &[Vec<Self>]) -> Matrix<Self> {
        affine::average_product(left, right)
    }
}
impl Linear for Interval {
    fn around(center: &Rational, radius: &Rational) -> Result<Self, Undefined> {
        let end = |value: Rational| Self::from_rational(&value);
        Ok(end(center.minus(radius)).hull(&end(center.plus(radius))))
    }
}
impl Linear for Rational {
    /// Over a common denominator a column, so that sums need no greatest common divisors.
    fn average_gram(rows: &[Vec<Self>]) -> Matrix<Self> {
        exact::average_gram(rows)
    }

    fn average_product(left: &[Vec<Self>], right: &[Vec<Self>]) -> Matrix<Self> {
        exact::average_product(left, right)
    }
}
