//! The stationary error of distillation on least squares, as a quadratic in the weight.
//!
//! With e⁺ = (I − γH_ξ)e − γs_ξ, s_n = g_n − λc_n, the stationary M = E eeᵀ solves T(M) = R, where
//! T(M) = H̄M + MH̄ − γE(H_ξMH_ξ) is self-adjoint, and positive definite for γ < 2/𝓛, and
//! R = γE(s_ξs_ξᵀ) − E((I − γH_ξ)ms_ξᵀ) − (its transpose) with m = λH̄⁻¹c̄. The system has d² unknowns
//! and is never formed: conjugate gradients apply T at the cost of Nd² operations. In the basis of
//! H̄'s eigenvectors M ↦ H̄M + MH̄ is diagonal, and T lies between (1 − γ𝓛/2) times it and itself, so
//! that few iterations are needed whatever the conditioning.

use super::model::{Model, Problem};
use nalgebra::{DMatrix, DVector};

/// p₀ + p₁λ + p₂λ², the stationary E‖x − x*‖².
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ErrorQuadratic {
    /// SGD's error.
    pub p_0: f64,
    /// The linear coefficient.
    pub p_1: f64,
    /// The quadratic coefficient.
    pub p_2: f64,
}

impl ErrorQuadratic {
    /// The error at a weight.
    pub fn at(&self, lambda: f64) -> f64 {
        self.p_0 + lambda * (self.p_1 + lambda * self.p_2)
    }

    /// The best weight −p₁/(2p₂); `None` if the error does not depend on it.
    pub fn best_weight(&self) -> Option<f64> {
        (self.p_2 > 0.0).then(|| -self.p_1 / (2.0 * self.p_2))
    }
}

/// Iterations of conjugate gradients, and the relative residual at which they end.
const ITERATIONS: usize = 1000;
const RESIDUAL: f64 = 1e-13;

/// A least-squares problem at its minimiser, as the recursion sees it, in the basis of the
/// eigenvectors of H̄.
pub struct Stationary {
    ridge: f64,
    /// The eigenvectors of H̄, a column each.
    basis: DMatrix<f64>,
    /// Its eigenvalues.
    spectrum: DVector<f64>,
    /// a_n, d×N.
    features: DMatrix<f64>,
    /// g_n, d×N.
    gradients: DMatrix<f64>,
    /// f with E H_ξMH_ξ = f·avg H_nMH_n + (1 − f)H̄MH̄.
    factor: f64,
    gamma: f64,
}

impl Stationary {
    /// The problem at its minimiser x* (1×d), with step size γ and the variance factor of the
    /// sampling; `None` unless the model is linear with H̄ ≻ 0.
    pub fn new(problem: &Problem, x_star: &DMatrix<f64>, gamma: f64, factor: f64) -> Option<Self> {
        if problem.model != Model::Linear {
            return None;
        }
        let d = problem.dimension();
        let mean = problem.gram() + DMatrix::identity(d, d) * problem.ridge;
        let eigen = mean.symmetric_eigen();
        if eigen.eigenvalues.iter().any(|value| value.is_nan() || *value <= 0.0) {
            return None;
        }
        let residual = problem.scores(x_star) - &problem.labels;
        let mut gradients = problem.features.clone();
        for (n, mut column) in gradients.column_iter_mut().enumerate() {
            column *= residual[n];
            column += problem.ridge * x_star.row(0).transpose();
        }
        Some(Self {
            ridge: problem.ridge,
            features: eigen.eigenvectors.tr_mul(&problem.features),
            gradients: eigen.eigenvectors.tr_mul(&gradients),
            basis: eigen.eigenvectors,
            spectrum: eigen.eigenvalues,
            factor,
            gamma,
        })
    }

    /// The error as a quadratic in the weight of a control variate, d×N; `None` if conjugate
    /// gradients do not arrive, which they do for γ < 2/𝓛.
    pub fn error(&self, control: &DMatrix<f64>) -> Option<ErrorQuadratic> {
        let control = self.basis.tr_mul(control);
        let at = |lambda: f64| Some(self.solve(&self.right(&control, lambda))?.trace());
        let (zero, plus, minus) = (at(0.0)?, at(1.0)?, at(-1.0)?);
        Some(ErrorQuadratic {
            p_0: zero,
            p_1: 0.5 * (plus - minus),
            p_2: 0.5 * (plus + minus) - zero,
        })
    }

    /// T(M).
    fn apply(&self, m: &DMatrix<f64>) -> DMatrix<f64> {
        let s = &self.spectrum;
        let square = self.square(m);
        let (own, rest) = (self.gamma * self.factor, self.gamma * (1.0 - self.factor));
        DMatrix::from_fn(m.nrows(), m.ncols(), |i, j| {
            // The mean of both triangles: rounding must not break the symmetry.
            let square = 0.5 * (square[(i, j)] + square[(j, i)]);
            (s[i] + s[j] - rest * s[i] * s[j]) * m[(i, j)] - own * square
        })
    }

    /// avg H_nMH_n with H_n = a_na_nᵀ + rI.
    fn square(&self, m: &DMatrix<f64>) -> DMatrix<f64> {
        let samples = self.features.ncols() as f64;
        let images = m * &self.features;
        let mut weighted = self.features.clone();
        for (n, mut column) in weighted.column_iter_mut().enumerate() {
            column *= self.features.column(n).dot(&images.column(n)) / samples;
        }
        let mut square = &self.features * weighted.transpose();
        let r = self.ridge;
        if r != 0.0 {
            let s = &self.spectrum;
            square.zip_apply(m, |value, entry| *value += r * r * entry);
            for j in 0..m.ncols() {
                for i in 0..m.nrows() {
                    square[(i, j)] += r * (s[i] + s[j] - 2.0 * r) * m[(i, j)];
                }
            }
        }
        square
    }

    /// R at a weight.
    fn right(&self, control: &DMatrix<f64>, lambda: f64) -> DMatrix<f64> {
        let n = self.features.ncols() as f64;
        let noise = &self.gradients - control * lambda;
        let mean = noise.column_mean();
        let tilt = -mean.component_div(&self.spectrum);
        let rest = 1.0 - self.factor;
        let second =
            &noise * noise.transpose() * (self.factor / n) + &mean * mean.transpose() * rest;
        // avg H_n m s_nᵀ = (1/N) Σ a_n (a_nᵀm) s_nᵀ + r m s̄ᵀ.
        let mut scaled = self.features.clone();
        let along = self.features.tr_mul(&tilt);
        for (k, mut column) in scaled.column_iter_mut().enumerate() {
            column *= along[k] / n;
        }
        let own = scaled * noise.transpose() + &tilt * mean.transpose() * self.ridge;
        let curved =
            own * self.factor + self.spectrum.component_mul(&tilt) * mean.transpose() * rest;
        let cross = &tilt * mean.transpose() - curved * self.gamma;
        second * self.gamma - &cross - cross.transpose()
    }

    /// Conjugate gradients in the space of symmetric matrices, preconditioned by M ↦ H̄M + MH̄.
    fn solve(&self, right: &DMatrix<f64>) -> Option<DMatrix<f64>> {
        let s = &self.spectrum;
        let condition = |residual: &DMatrix<f64>| {
            DMatrix::from_fn(residual.nrows(), residual.ncols(), |i, j| {
                residual[(i, j)] / (s[i] + s[j])
            })
        };
        let mut solution = DMatrix::zeros(right.nrows(), right.ncols());
        let mut residual = right.clone();
        let mut direction = condition(&residual);
        let mut size = residual.dot(&direction);
        let goal = RESIDUAL * RESIDUAL * size;
        if size == 0.0 {
            return Some(solution);
        }
        for _ in 0..ITERATIONS {
            let image = self.apply(&direction);
            let curvature = direction.dot(&image);
            if curvature.is_nan() || curvature <= 0.0 {
                return None;
            }
            let step = size / curvature;
            solution += &direction * step;
            residual -= image * step;
            let conditioned = condition(&residual);
            let next = residual.dot(&conditioned);
            if next <= goal {
                return Some(solution);
            }
            direction = conditioned + direction * (next / size);
            size = next;
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::super::model::tests::{example, noise};
    use super::super::optimum::minimise;
    use super::*;

    /// The recursion itself, run until it stands.
    fn by_iteration(
        problem: &Problem,
        x_star: &DMatrix<f64>,
        control: &DMatrix<f64>,
        gamma: f64,
        lambda: f64,
    ) -> f64 {
        let (n, d) = (problem.samples(), problem.dimension());
        let mut mean = DVector::zeros(d);
        let mut second = DMatrix::zeros(d, d);
        let residual = problem.scores(x_star) - &problem.labels;
        let parts: Vec<(DMatrix<f64>, DVector<f64>)> = (0..n)
            .map(|i| {
                let a = problem.features.column(i);
                let h = a * a.transpose() + DMatrix::identity(d, d) * problem.ridge;
                let g = a * residual[i] + problem.ridge * x_star.row(0).transpose();
                (DMatrix::identity(d, d) - h * gamma, g - control.column(i) * lambda)
            })
            .collect();
        for _ in 0..4000 {
            let (mut next_mean, mut next) = (DVector::zeros(d), DMatrix::zeros(d, d));
            for (map, s) in &parts {
                let image = map * &mean;
                let cross = &image * s.transpose() * gamma;
                next += map * &second * map - &cross - cross.transpose()
                    + s * s.transpose() * (gamma * gamma);
                next_mean += image - s * gamma;
            }
            mean = next_mean / n as f64;
            second = next / n as f64;
        }
        second.trace()
    }

    #[test]
    fn the_quadratic_is_the_recursion_at_rest() {
        let problem = example(Model::Linear, 12, 3);
        let x_star = minimise(&problem).unwrap().point;
        let mut draw = noise(5);
        let control = DMatrix::from_fn(3, 12, |_, _| draw());
        let gamma = 0.2;
        let found =
            Stationary::new(&problem, &x_star, gamma, 1.0).unwrap().error(&control).unwrap();
        for lambda in [0.0, 1.0, -0.75, 2.0] {
            let expected = by_iteration(&problem, &x_star, &control, gamma, lambda);
            assert!((found.at(lambda) - expected).abs() < 1e-9 * expected, "{lambda}");
        }
    }

    #[test]
    fn a_full_batch_has_no_noise() {
        let problem = example(Model::Linear, 12, 3);
        let x_star = minimise(&problem).unwrap().point;
        let control = DMatrix::from_element(3, 12, 0.5);
        let found = Stationary::new(&problem, &x_star, 0.2, 0.0).unwrap().error(&control).unwrap();
        assert!(found.p_0.abs() < 1e-12 && found.p_1.abs() < 1e-12, "{found:?}");
        assert!(found.p_2 > 0.0, "the bias stays");
    }
}
