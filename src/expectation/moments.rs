//! The closed recursion of the first two moments of e = x − x*.
//!
//! Symmetric matrices are packed: entry (i, j), i ≥ j, of a d×d matrix is number i(i+1)/2 + j of
//! K = d(d+1)/2.

use super::{Budget, Contraction, ErrorMoments, MomentArithmetic};
use crate::linear::{Linear, Matrix, add, average, dot, scale};
use crate::problem::{FiniteSum, Sampling};
use crate::scalar::{Scalar, Undefined};

/// E_ξ of the products of H_ξ, g_ξ = ∇f_ξ(x*) and the correction c_ξ: all that the recursion needs
/// to know of the data, for every step size and weight.
#[derive(Clone, Debug)]
pub struct SampleMoments<S> {
    d: usize,
    /// E (vech H_ξ, g_ξ, c_ξ), of length K + 2d.
    mean: Vec<S>,
    /// E of the outer square of the same.
    second: Matrix<S>,
}

/// The number of the packed entry (i, j).
pub fn packed(i: usize, j: usize) -> usize {
    let (i, j) = (i.max(j), i.min(j));
    i * (i + 1) / 2 + j
}

/// The packed entries in order, as (i, j) with i ≥ j.
fn pairs(d: usize) -> impl Iterator<Item = (usize, usize)> {
    (0..d).flat_map(|i| (0..=i).map(move |j| (i, j)))
}

/// tr M of a packed matrix.
pub(super) fn packed_trace<S: Scalar>(d: usize, m: &[S]) -> S {
    (0..d).fold(S::zero(), |sum, i| sum.plus(&m[packed(i, i)]))
}

impl<S: Linear> SampleMoments<S> {
    /// From the gradients at x* and the corrections of each sample, each of length d.
    ///
    /// # Errors
    /// [`Undefined::Budget`] if d is too large.
    pub fn compute(
        problem: &FiniteSum<S>,
        gradients: &[Vec<S>],
        corrections: &[Vec<S>],
        sampling: Sampling,
        budget: Budget,
    ) -> Result<Self, Undefined> {
        let d = problem.dimension();
        let limit = if S::EXACT { budget.exact_packed } else { budget.packed };
        if d * (d + 1) / 2 > limit {
            let how = if S::EXACT { "exact second" } else { "second" };
            return Err(Undefined::Budget(format!("{how} moments in dimension {d}")));
        }
        let rows: Vec<Vec<S>> = (0..problem.samples())
            .map(|n| {
                let mut row: Vec<S> =
                    pairs(d).map(|(i, j)| problem.hessian_entry(n, i, j)).collect();
                row.extend_from_slice(&gradients[n]);
                row.extend_from_slice(&corrections[n]);
                row
            })
            .collect();
        let mean = average(d * (d + 1) / 2 + 2 * d, &rows);
        let factor: S = sampling.variance_factor_in();
        let rest = S::one().minus(&factor);
        let second =
            S::average_gram(&rows).scaled(&factor).plus_scaled(&rest, &Matrix::outer(&mean, &mean));
        Ok(Self { d, mean, second })
    }

    /// H̄.
    pub fn mean_hessian(&self) -> Matrix<S> {
        Matrix::from_fn(self.d, self.d, |i, j| self.mean[packed(i, j)].clone())
    }

    fn k(&self) -> usize {
        self.d * (self.d + 1) / 2
    }

    fn gradient(&self, i: usize) -> usize {
        self.k() + i
    }

    fn correction(&self, i: usize) -> usize {
        self.k() + self.d + i
    }

    /// The map M ↦ E(I − γH_ξ)M(I − γH_ξ), K×K on packed matrices.
    pub fn second_map(&self, gamma: &S) -> Matrix<S> {
        let (d, k) = (self.d, self.k());
        let square = gamma.squared();
        let delta = |i, j| if i == j { S::one() } else { S::zero() };
        // The coefficient of M_ij in entry (a, b) of the image.
        let coefficient = |a: usize, b: usize, i: usize, j: usize| {
            let mut value = self.second[(packed(a, i), packed(b, j))].times(&square);
            if b == j {
                value = value.minus(&gamma.times(&self.mean[packed(a, i)]));
            }
            if a == i {
                value = value.minus(&gamma.times(&self.mean[packed(j, b)]));
            }
            value.plus(&delta(a, i).times(&delta(b, j)))
        };
        let index: Vec<(usize, usize)> = pairs(d).collect();
        Matrix::from_fn(k, k, |row, column| {
            let ((a, b), (i, j)) = (index[row], index[column]);
            let direct = coefficient(a, b, i, j);
            if i == j { direct } else { direct.plus(&coefficient(a, b, j, i)) }
        })
    }

    /// How E e enters the second moment when s_ξ is the given part of it, K×d.
    fn cross_map(&self, gamma: &S, part: impl Fn(usize) -> usize) -> Matrix<S> {
        let d = self.d;
        let square = gamma.squared();
        let index: Vec<(usize, usize)> = pairs(d).collect();
        Matrix::from_fn(self.k(), d, |row, i| {
            let (a, b) = index[row];
            let quadratic = self.second[(packed(a, i), part(b))]
                .plus(&self.second[(packed(b, i), part(a))])
                .times(&square);
            let mut linear = S::zero();
            if a == i {
                linear = linear.plus(&self.mean[part(b)]);
            }
            if b == i {
                linear = linear.plus(&self.mean[part(a)]);
            }
            quadratic.minus(&gamma.times(&linear))
        })
    }

    /// γ²E of the symmetrised product of two parts of s_ξ, packed.
    fn noise(
        &self,
        gamma: &S,
        left: impl Fn(usize) -> usize,
        right: impl Fn(usize) -> usize,
    ) -> Vec<S> {
        let square = gamma.squared();
        pairs(self.d)
            .map(|(a, b)| {
                let one = &self.second[(left(a), right(b))];
                let other = &self.second[(left(b), right(a))];
                one.plus(other)
                    .times(&square)
                    .over(&S::one().plus(&S::one()))
                    .unwrap_or_else(|_| S::zero())
            })
            .collect()
    }

    /// The recursion at a step size and a weight.
    pub fn recursion(&self, gamma: &S, lambda: &S) -> Recursion<S> {
        let d = self.d;
        let g = |i| self.gradient(i);
        let c = |i| self.correction(i);
        let minus = lambda.negated();
        let mean_hessian = self.mean_hessian();
        let mean_map = Matrix::from_fn(d, d, |i, j| {
            let identity = if i == j { S::one() } else { S::zero() };
            identity.minus(&gamma.times(&mean_hessian[(i, j)]))
        });
        let shift: Vec<S> =
            (0..d).map(|i| self.mean[g(i)].plus(&minus.times(&self.mean[c(i)]))).collect();
        let mixed = scale(&minus.plus(&minus), &self.noise(gamma, g, c));
        let pure = scale(&lambda.squared(), &self.noise(gamma, c, c));
        Recursion {
            d,
            mean_map,
            mean_constant: scale(&gamma.negated(), &shift),
            second_map: self.second_map(gamma),
            cross_map: self.cross_map(gamma, g).plus_scaled(&minus, &self.cross_map(gamma, c)),
            second_constant: add(&self.noise(gamma, g, g), &add(&mixed, &pure)),
        }
    }
}

impl<S: MomentArithmetic> SampleMoments<S> {
    /// Moments of the stationary law at a step size and a weight.
    ///
    /// # Errors
    /// If the recursion does not contract, or the cost is over the budget.
    pub fn stationary(
        &self,
        gamma: &S,
        lambda: &S,
        contraction: &Contraction,
        budget: Budget,
    ) -> Result<ErrorMoments<S>, Undefined> {
        contraction.gap()?;
        let recursion = self.recursion(gamma, lambda);
        // H̄m = −s̄, from the constant −γs̄.
        let right =
            recursion.mean_constant.iter().map(|v| v.over(gamma)).collect::<Result<Vec<_>, _>>()?;
        let mean = S::solve_mean(&self.mean_hessian(), &right, contraction)?;
        let constant = add(&recursion.second_constant, &recursion.cross_map.apply(&mean));
        let right = Matrix::from_fn(self.k(), 1, |i, _| constant[i].clone());
        let traces = S::solve_second(&recursion.second_map, &right, self.d, contraction, budget)?;
        Ok(ErrorMoments { mean, second: traces[0].clone() })
    }

    /// p₀, p₁, p₂ of the stationary error p₀ + p₁λ + p₂λ², each by its own linear system.
    ///
    /// # Errors
    /// As for [`stationary`](Self::stationary).
    pub fn stationary_coefficients(
        &self,
        gamma: &S,
        contraction: &Contraction,
        budget: Budget,
    ) -> Result<[S; 3], Undefined> {
        contraction.gap()?;
        let g = |i| self.gradient(i);
        let c = |i| self.correction(i);
        // E g_ξ = 0, so the mean is λ·unit with H̄·unit = c̄.
        let bias: Vec<S> = (0..self.d).map(|i| self.mean[c(i)].clone()).collect();
        let unit = S::solve_mean(&self.mean_hessian(), &bias, contraction)?;
        let minus_two = S::one().plus(&S::one()).negated();
        let constant = self.noise(gamma, g, g);
        let linear = add(
            &scale(&minus_two, &self.noise(gamma, g, c)),
            &self.cross_map(gamma, g).apply(&unit),
        );
        let cross = self.cross_map(gamma, c).apply(&unit);
        let quadratic = add(&self.noise(gamma, c, c), &scale(&S::one().negated(), &cross));
        let columns = [constant, linear, quadratic];
        let right = Matrix::from_fn(self.k(), 3, |i, j| columns[j][i].clone());
        let traces = S::solve_second(&self.second_map(gamma), &right, self.d, contraction, budget)?;
        <[S; 3]>::try_from(traces).map_err(|_| Undefined::NotCertified("three systems".into()))
    }
}

/// m⁺ = (mean map)m + constant; vech M⁺ = (second map)vech M + (cross map)m + constant.
#[derive(Clone, Debug)]
pub struct Recursion<S> {
    /// d.
    pub d: usize,
    /// I − γH̄, d×d.
    pub mean_map: Matrix<S>,
    /// −γs̄, of length d.
    pub mean_constant: Vec<S>,
    /// K×K.
    pub second_map: Matrix<S>,
    /// K×d.
    pub cross_map: Matrix<S>,
    /// γ²E s_ξs_ξᵀ, packed.
    pub second_constant: Vec<S>,
}

impl<S: Scalar> Recursion<S> {
    /// (e, vech eeᵀ) of a fixed error.
    pub(super) fn start(&self, e: &[S]) -> (Vec<S>, Vec<S>) {
        (e.to_vec(), pairs(self.d).map(|(i, j)| e[i].times(&e[j])).collect())
    }

    /// One step of both moments.
    pub(super) fn step(&self, mean: &[S], second: &[S]) -> (Vec<S>, Vec<S>) {
        let next_mean = add(&self.mean_map.apply(mean), &self.mean_constant);
        let next_second = (0..second.len())
            .map(|i| {
                dot(self.second_map.row(i), second)
                    .plus(&dot(self.cross_map.row(i), mean))
                    .plus(&self.second_constant[i])
            })
            .collect();
        (next_mean, next_second)
    }
}
