//! Sums of quadratics seen alike: what has Hessians that do not depend on x.

use super::Sampling;
use crate::linear::{Linear, Matrix, average, dot, scale};
use crate::scalar::{Rational, Scalar};

/// A finite sum whose samples are quadratic, borrowed from a [`FiniteSum`](super::FiniteSum).
#[derive(Debug)]
pub enum Quadratics<'a, S> {
    /// f_n(x) = ½ xᵀH_n x − b_nᵀx.
    General {
        /// H_n, each d×d.
        hessians: &'a [Matrix<S>],
        /// b_n, each of length d.
        linear: &'a [Vec<S>],
    },
    /// f_n(x) = ½ (a_nᵀx − y_n)² + (r/2)‖x‖².
    RankOne {
        /// a_n, each of length d.
        features: &'a [Vec<S>],
        /// y_n.
        targets: &'a [S],
        /// r.
        ridge: &'a S,
    },
}

// Derived, they would ask the same of S.
impl<S> Clone for Quadratics<'_, S> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<S> Copy for Quadratics<'_, S> {}

impl<S: Linear> Quadratics<'_, S> {
    /// N.
    pub fn samples(&self) -> usize {
        match self {
            Self::General { linear, .. } => linear.len(),
            Self::RankOne { targets, .. } => targets.len(),
        }
    }

    /// d.
    pub fn dimension(&self) -> usize {
        match self {
            Self::General { linear, .. } => linear.first().map_or(0, Vec::len),
            Self::RankOne { features, .. } => features.first().map_or(0, Vec::len),
        }
    }

    /// Entry (i, j) of H_n.
    pub fn hessian_entry(&self, n: usize, i: usize, j: usize) -> S {
        match self {
            Self::General { hessians, .. } => hessians[n][(i, j)].clone(),
            Self::RankOne { features, ridge, .. } => {
                let product = features[n][i].times(&features[n][j]);
                if i == j { product.plus(ridge) } else { product }
            }
        }
    }

    /// H_n, d×d.
    pub fn hessian(&self, n: usize) -> Matrix<S> {
        let d = self.dimension();
        Matrix::from_fn(d, d, |i, j| self.hessian_entry(n, i, j))
    }

    /// H̄ = (1/N) Σ H_n, d×d.
    pub fn mean_hessian(&self) -> Matrix<S> {
        let d = self.dimension();
        match self {
            Self::General { hessians, .. } => {
                self.average_symmetric(d, |n, i, j| hessians[n][(i, j)].clone())
            }
            Self::RankOne { features, ridge, .. } => {
                plus_diagonal(&S::average_gram(features), ridge)
            }
        }
    }

    /// (1/N) Σ H_n², d×d.
    pub fn mean_square_hessian(&self) -> Matrix<S> {
        let d = self.dimension();
        match self {
            Self::General { hessians, .. } => {
                self.average_symmetric(d, |n, i, j| dot(hessians[n].row(i), hessians[n].row(j)))
            }
            // (aaᵀ + rI)² = (‖a‖² + 2r) aaᵀ + r²I.
            Self::RankOne { features, ridge, .. } => {
                let twice = ridge.plus(ridge);
                let rows: Vec<Vec<S>> = features
                    .iter()
                    .map(|a| [scale(&dot(a, a).plus(&twice), a), a.clone()].concat())
                    .collect();
                let gram = S::average_gram(&rows);
                let mixed = Matrix::from_fn(d, d, |i, j| gram[(i, d + j)].clone());
                plus_diagonal(&mixed, &ridge.squared())
            }
        }
    }

    /// E H_ξ² under the sampling: a·avg H_n² + (1 − a)·H̄².
    pub fn sampled_square_hessian(&self, sampling: Sampling) -> Matrix<S> {
        let factor = S::from_rational(&sampling.variance_factor());
        let mean = self.mean_hessian();
        let rest = S::one().minus(&factor);
        self.mean_square_hessian().scaled(&factor).plus_scaled(&rest, &mean.product(&mean))
    }

    /// (1/N) Σ b_n, so that H̄x* = b̄.
    pub fn mean_linear(&self) -> Vec<S> {
        let d = self.dimension();
        match self {
            Self::General { linear, .. } => average(d, linear),
            Self::RankOne { features, targets, .. } => {
                let parts: Vec<Vec<S>> =
                    features.iter().zip(targets.iter()).map(|(a, y)| scale(y, a)).collect();
                average(d, &parts)
            }
        }
    }

    fn average_symmetric(&self, d: usize, entry: impl Fn(usize, usize, usize) -> S) -> Matrix<S> {
        let weight = S::from_rational(&Rational::ratio(1, self.samples().max(1) as i64));
        let mut mean = Matrix::zeros(d, d);
        for i in 0..d {
            for j in 0..=i {
                let total = (0..self.samples()).fold(S::zero(), |sum, n| sum.plus(&entry(n, i, j)));
                let value = total.times(&weight);
                mean[(j, i)] = value.clone();
                mean[(i, j)] = value;
            }
        }
        mean
    }
}

/// A + rI.
pub(super) fn plus_diagonal<S: Scalar>(matrix: &Matrix<S>, r: &S) -> Matrix<S> {
    Matrix::from_fn(matrix.rows(), matrix.rows(), |i, j| {
        if i == j { matrix[(i, j)].plus(r) } else { matrix[(i, j)].clone() }
    })
}
