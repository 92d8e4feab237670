//! Teachers, by how they come about.

use super::{FiniteSum, estimate_minimiser};
use crate::linear::{add, average, dot, norm_sq, scale, subtract};
use crate::scalar::{Rational, Scalar};

/// How the parameters of a teacher come about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TeacherKind {
    /// The origin.
    Zero,
    /// The minimiser, rounded where it is not rational.
    Perfect,
    /// The minimiser and a small perturbation.
    Perturbed,
    /// A few passes of SGD from the origin.
    EarlyStopped,
    /// The minimiser on the first half of the samples.
    Subset,
    /// Anywhere.
    Random,
    /// Near the minimiser, where its gradients point against those of the noise there.
    Anticorrelated,
    /// The minimiser with every second coordinate set to zero.
    Masked,
}

/// Parameters are rounded to multiples of this power of two, so that numbers stay short.
const ROUNDING: i32 = -10;
/// Passes of an early-stopped teacher over the samples.
const PASSES: usize = 2;

impl TeacherKind {
    /// Every kind.
    pub const ALL: [Self; 8] = [
        Self::Zero,
        Self::Perfect,
        Self::Perturbed,
        Self::EarlyStopped,
        Self::Subset,
        Self::Random,
        Self::Anticorrelated,
        Self::Masked,
    ];

    /// θ for a problem whose minimiser is near `minimiser`, of length d; `random` is where chance
    /// comes from. Floats propose: any parameters are a teacher's.
    pub fn parameters(
        self,
        problem: &FiniteSum<Rational>,
        minimiser: &[Rational],
        random: &[Rational],
    ) -> Vec<Rational> {
        let floats = || problem.map(Scalar::to_f64);
        let near: Vec<f64> = minimiser.iter().map(Scalar::to_f64).collect();
        match self {
            Self::Zero => vec![Rational::ZERO; minimiser.len()],
            Self::Perfect => minimiser.to_vec(),
            Self::Perturbed => add(minimiser, &scale(&Rational::ratio(1, 32), random)),
            Self::Random => random.to_vec(),
            Self::EarlyStopped => rounded(early_stopped(&floats()), minimiser),
            Self::Subset => {
                let mut part = Some(problem.clone());
                for n in (problem.samples().div_ceil(2)..problem.samples()).rev() {
                    part = part.and_then(|part| part.without_sample(n));
                }
                let part = part.map(|part| part.map(Scalar::to_f64));
                let zero = vec![0.0; minimiser.len()];
                let found = part.and_then(|part| estimate_minimiser(&part, &zero));
                rounded(found.filter(|x| norm_sq(x) < 1e6), minimiser)
            }
            Self::Anticorrelated => rounded(anticorrelated(&floats(), &near), minimiser),
            Self::Masked => {
                let mut masked = minimiser.to_vec();
                masked.iter_mut().skip(1).step_by(2).for_each(|v| *v = Rational::ZERO);
                masked
            }
        }
    }
}

/// Short rationals near floats, or `otherwise` if there are none.
fn rounded(floats: Option<Vec<f64>>, otherwise: &[Rational]) -> Vec<Rational> {
    let short = |v: &f64| Some(Rational::from_f64(*v)?.round_to_dyadic(ROUNDING));
    let floats = floats.and_then(|floats| floats.iter().map(short).collect());
    floats.unwrap_or_else(|| otherwise.to_vec())
}

/// SGD with a step of 1/(4·tr ∇²f_n), sample after sample.
fn early_stopped(problem: &FiniteSum<f64>) -> Option<Vec<f64>> {
    let mut x = vec![0.0; problem.dimension()];
    for n in (0..problem.samples()).cycle().take(PASSES * problem.samples()) {
        let curvature = problem.hessian_at(n, &x).ok()?.trace().abs().max(0.25);
        let step = scale(&(0.25 / curvature), &problem.gradient(n, &x).ok()?);
        x = subtract(&x, &step);
    }
    x.iter().all(|v| v.is_finite()).then_some(x)
}

/// A point x* + sv with E⟨∇f_ξ(x*), ∇f_ξ(x* + sv)⟩ < 0: v is where this decreases fastest,
/// −E[∇²f_ξ ∇f_ξ] at x*. `None` if there is none within reach, for example without noise.
fn anticorrelated(problem: &FiniteSum<f64>, minimiser: &[f64]) -> Option<Vec<f64>> {
    let gradients = problem.gradients(minimiser).ok()?;
    let images: Option<Vec<Vec<f64>>> = (0..problem.samples())
        .map(|n| Some(problem.hessian_at(n, minimiser).ok()?.apply(&gradients[n])))
        .collect();
    let direction = average(minimiser.len(), &images?);
    let size = norm_sq(&direction).sqrt();
    let covariance = |x: &[f64]| -> Option<f64> {
        let there = problem.gradients(x).ok()?;
        Some(gradients.iter().zip(&there).map(|(g, h)| dot(g, h)).sum())
    };
    (0..12).map(|k| 0.25 * 2f64.powi(k) / size).find_map(|share| {
        let x = subtract(minimiser, &scale(&share, &direction));
        (covariance(&x)? < 0.0).then_some(x)
    })
}
