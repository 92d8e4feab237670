//! The closed recursion of the first two moments of e = x − x*.
//!
//! Symmetric matrices are packed: entry (i, j), i ≥ j, of a d×d matrix is number i(i+1)/2 + j of
//! K = d(d+1)/2.

use super::{Budget, Contraction, ErrorMoments, MomentArithmetic};
use crate::linear::{Linear, Matrix, add, average, dot, norm_sq, scale, subtract};
use crate::problem::{FiniteSum, Sampling};
use crate::scalar::{Rational, Scalar, Undefined};
use std::cmp::Ordering;

/// E_ξ of the products of H_ξ, g_ξ = ∇f_ξ(x*) and the correction c_ξ: all that the recursion needs
/// to know of the data, for every step size and weight.
#[derive(Clone, Debug)]
pub struct SampleMoments<S> {
    d: usize,
    /// vech H_n, g_n and c_n of each sample.
    hessians: Vec<Vec<S>>,
    gradients: Vec<Vec<S>>,
    corrections: Vec<Vec<S>>,
    /// The share of the single-sample variance that the sampling leaves.
    factor: S,
    /// E vech H_ξ.
    mean: Vec<S>,
    /// E of the outer square of vech H_ξ.
    second: Matrix<S>,
}

/// See [`SampleMoments::tilted`].
struct Tilt<S> {
    mean: Vec<S>,
    drive: Vec<Vec<S>>,
}

/// The number of the packed entry (i, j).
#[inline]
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
    /// [`Undefined::Budget`] if d is too large, [`Undefined::Missing`] if f is not quadratic.
    pub fn compute(
        problem: &FiniteSum<S>,
        gradients: &[Vec<S>],
        corrections: &[Vec<S>],
        sampling: Sampling,
        budget: Budget,
    ) -> Result<Self, Undefined> {
        let problem = problem.as_quadratic().ok_or_else(|| {
            Undefined::Missing("moments in closed form are those of quadratics".into())
        })?;
        let d = problem.dimension();
        let limit = if S::EXACT { budget.exact_packed } else { budget.packed };
        if d * (d + 1) / 2 > limit {
            let how = if S::EXACT { "exact second" } else { "second" };
            return Err(Undefined::Budget(format!("{how} moments in dimension {d}")));
        }
        let hessians: Vec<Vec<S>> = (0..problem.samples())
            .map(|n| pairs(d).map(|(i, j)| problem.hessian_entry(n, i, j)).collect())
            .collect();
        let mean = average(d * (d + 1) / 2, &hessians);
        let factor = sampling.variance_factor_in();
        let second = sampled(&factor, S::average_gram(&hessians), &mean, &mean);
        let (gradients, corrections) = (gradients.to_vec(), corrections.to_vec());
        Ok(Self { d, hessians, gradients, corrections, factor, mean, second })
    }

    /// H̄.
    pub fn mean_hessian(&self) -> Matrix<S> {
        Matrix::from_fn(self.d, self.d, |i, j| self.mean[packed(i, j)].clone())
    }

    fn k(&self) -> usize {
        self.d * (self.d + 1) / 2
    }

    /// s_ξ = g_ξ − λc_ξ, formed sample by sample: E ssᵀ expanded into E ggᵀ, E gcᵀ and E ccᵀ
    /// would cancel where distillation removes most of the noise.
    fn shifts(&self, lambda: &S) -> Vec<Vec<S>> {
        let pairs = self.gradients.iter().zip(&self.corrections);
        pairs.map(|(g, c)| subtract(g, &scale(lambda, c))).collect()
    }

    /// m and h_n = H_n m − c_n: the mean of the stationary law per unit of weight, H̄m = c̄, and
    /// what drives e − λm beside g_n. E h_ξ = 0 by the definition of m.
    fn tilted(&self, contraction: &Contraction) -> Result<Tilt<S>, Undefined>
    where
        S: MomentArithmetic,
    {
        let right = average(self.d, &self.corrections);
        let mean = S::solve_mean(&self.mean_hessian(), &right, contraction)?;
        let image = |h: &[S], i: usize| {
            (0..self.d).fold(S::zero(), |sum, j| sum.plus(&h[packed(i, j)].times(&mean[j])))
        };
        let samples = self.hessians.iter().zip(&self.corrections);
        let drive =
            samples.map(|(h, c)| (0..self.d).map(|i| image(h, i).minus(&c[i])).collect()).collect();
        Ok(Tilt { mean, drive })
    }

    /// I − T for the map T: M ↦ E(I − γH_ξ)M(I − γH_ξ), K×K on packed matrices. Formed without
    /// the identity, which would swamp the small steps.
    pub fn second_system(&self, gamma: &S) -> Matrix<S> {
        let square = gamma.squared();
        // The coefficient of M_ij in entry (a, b) of γ(H̄M + MH̄) − γ²E H_ξMH_ξ.
        let coefficient = |a: usize, b: usize, i: usize, j: usize| {
            let mut linear = S::zero();
            if b == j {
                linear = linear.plus(&self.mean[packed(a, i)]);
            }
            if a == i {
                linear = linear.plus(&self.mean[packed(j, b)]);
            }
            let quadratic = self.second[(packed(a, i), packed(b, j))].times(&square);
            gamma.times(&linear).minus(&quadratic)
        };
        let index: Vec<(usize, usize)> = pairs(self.d).collect();
        Matrix::from_fn(self.k(), self.k(), |row, column| {
            let ((a, b), (i, j)) = (index[row], index[column]);
            let direct = coefficient(a, b, i, j);
            if i == j { direct } else { direct.plus(&coefficient(a, b, j, i)) }
        })
    }

    /// How E e enters the second moment, K×d, for s_ξ of the given samples and mean.
    fn cross_map(&self, gamma: &S, shifts: &[Vec<S>], mean: &[S]) -> Matrix<S> {
        let product = S::average_product(&self.hessians, shifts);
        let product = sampled(&self.factor, product, &self.mean, mean);
        let square = gamma.squared();
        let index: Vec<(usize, usize)> = pairs(self.d).collect();
        Matrix::from_fn(self.k(), self.d, |row, i| {
            let (a, b) = index[row];
            let quadratic = product[(packed(a, i), b)].plus(&product[(packed(b, i), a)]);
            let mut linear = S::zero();
            if a == i {
                linear = linear.plus(&mean[b]);
            }
            if b == i {
                linear = linear.plus(&mean[a]);
            }
            quadratic.times(&square).minus(&gamma.times(&linear))
        })
    }

    /// γ²E of the symmetrised product of two random vectors of the given means, packed.
    fn noise(&self, gamma: &S, left: (&[Vec<S>], &[S]), right: (&[Vec<S>], &[S])) -> Vec<S> {
        let square = gamma.squared();
        let half = S::from_rational(&Rational::ratio(1, 2));
        let product = S::average_product(left.0, right.0);
        let product = sampled(&self.factor, product, left.1, right.1);
        pairs(self.d)
            .map(|(a, b)| product[(a, b)].plus(&product[(b, a)]).times(&half).times(&square))
            .collect()
    }

    /// The recursion at a step size and a weight.
    pub fn recursion(&self, gamma: &S, lambda: &S) -> Recursion<S> {
        let identity = |i, j| if i == j { S::one() } else { S::zero() };
        let mean_hessian = self.mean_hessian();
        let shifts = self.shifts(lambda);
        let mean = scale(lambda, &self.tilt());
        Recursion {
            d: self.d,
            mean_map: Matrix::from_fn(self.d, self.d, |i, j| {
                identity(i, j).minus(&gamma.times(&mean_hessian[(i, j)]))
            }),
            mean_constant: scale(&gamma.negated(), &mean),
            second_map: self.second_system(gamma).subtracted_from_identity(),
            cross_map: self.cross_map(gamma, &shifts, &mean),
            second_constant: self.noise(gamma, (&shifts, &mean), (&shifts, &mean)),
        }
    }

    /// −c̄: E s_ξ per unit of weight, since E g_ξ = 0 by the definition of x*.
    fn tilt(&self) -> Vec<S> {
        let minus = S::one().negated();
        scale(&minus, &average(self.d, &self.corrections))
    }
}

/// E X_ξYᵀ_ξ from the average over single samples and the means.
fn sampled<S: Scalar>(factor: &S, average: Matrix<S>, left: &[S], right: &[S]) -> Matrix<S> {
    let rest = S::one().minus(factor);
    // Single samples: the average itself.
    if rest.compare(&S::zero()) == Some(Ordering::Equal) {
        return average;
    }
    average.scaled(factor).plus_scaled(&rest, &Matrix::outer(left, right))
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
        let tilt = self.tilted(contraction)?;
        let mean = scale(lambda, &tilt.mean);
        let samples = self.gradients.iter().zip(&tilt.drive);
        let drive: Vec<Vec<S>> = samples.map(|(g, h)| add(g, &scale(lambda, h))).collect();
        let traces = self.covariance_traces(gamma, &[[&drive, &drive]], contraction, budget)?;
        let second = norm_sq(&mean).plus(&traces[0]);
        Ok(ErrorMoments { mean, second, full: None })
    }

    /// The traces of C = T(C) + γ²E uvᵀ (symmetrised) for pairs of centred vectors.
    ///
    /// With the stationary mean m, e − m obeys the same recursion with the centred vector
    /// H_ξm + s_ξ instead of s_ξ. So its covariance needs no cross terms, which would cancel.
    fn covariance_traces(
        &self,
        gamma: &S,
        products: &[[&[Vec<S>]; 2]],
        contraction: &Contraction,
        budget: Budget,
    ) -> Result<Vec<S>, Undefined> {
        let centred = vec![S::zero(); self.d];
        let columns: Vec<Vec<S>> =
            products.iter().map(|[u, v]| self.noise(gamma, (u, &centred), (v, &centred))).collect();
        let right = Matrix::from_fn(self.k(), columns.len(), |i, j| columns[j][i].clone());
        S::solve_second(&self.second_system(gamma), &right, self.d, contraction, budget)
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
        let tilt = self.tilted(contraction)?;
        let (g, h) = (&self.gradients[..], &tilt.drive[..]);
        let products = [[g, g], [g, h], [h, h]];
        let [p0, half_p1, rest] = self
            .covariance_traces(gamma, &products, contraction, budget)?
            .try_into()
            .map_err(|_| Undefined::NotCertified("three systems".into()))?;
        Ok([p0, half_p1.plus(&half_p1), norm_sq(&tilt.mean).plus(&rest)])
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::problem::Constants;

    /// The stationary law is solved for the covariance around its mean, the recursion runs second
    /// moments around x*: two derivations, so a long run is a test of both.
    #[test]
    fn long_runs_tend_to_the_stationary_law() {
        let q = Rational::ratio;
        // The first is indefinite; no two commute.
        let hessian = |n: i64| {
            Matrix::from_fn(2, 2, |i, j| if i == j { q(n * n + i as i64, 2) } else { q(2 - n, 3) })
        };
        let problem = FiniteSum::Quadratic {
            hessians: (0..3).map(hessian).collect(),
            linear: (0..3).map(|n| vec![q(n, 2), q(1 - n * n, 3)]).collect(),
        };
        let corrections: Vec<Vec<f64>> = vec![vec![1.0, 2.0], vec![-0.5, 0.25], vec![3.0, -1.0]];
        for tau in 1..=3 {
            let sampling = Sampling::new(3, tau).unwrap();
            let constants = Constants::compute(&problem, sampling).unwrap();
            let gamma = constants.l_exp.reciprocal().unwrap();
            let contraction = Contraction::new(&constants, &[gamma.clone(), gamma.clone()]);
            let floats = problem.map(Scalar::to_f64);
            let x_star: Vec<f64> = constants.x_star.iter().map(Scalar::to_f64).collect();
            let gradients: Vec<Vec<f64>> =
                (0..3).map(|n| floats.gradient(n, &x_star).unwrap()).collect();
            let budget = Budget::STANDARD;
            let moments =
                SampleMoments::compute(&floats, &gradients, &corrections, sampling, budget)
                    .unwrap();
            let (gamma, lambda) = (gamma.to_f64(), 0.75);
            let law = moments.stationary(&gamma, &lambda, &contraction, budget).unwrap();
            let recursion = moments.recursion(&gamma, &lambda);
            let run = f64::iterate(&recursion, &[5.0, -7.0], 20_000, &contraction, budget).unwrap();
            approx::assert_relative_eq!(run.second, law.second, max_relative = 1e-9);
            approx::assert_relative_eq!(run.mean[..], law.mean[..], max_relative = 1e-9);
            let [p0, p1, p2] =
                moments.stationary_coefficients(&gamma, &contraction, budget).unwrap();
            let polynomial = p0 + p1 * lambda + p2 * lambda * lambda;
            approx::assert_relative_eq!(run.second, polynomial, max_relative = 1e-9);
        }
    }
}
