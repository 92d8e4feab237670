//! Minimisers that are not rational: a float Newton iteration proposes, intervals enclose.

use super::FiniteSum;
use crate::linear::spectrum::solve_float;
use crate::linear::{Matrix, average, dot, norm_sq, subtract};
use crate::scalar::{Interval, Rational, Scalar};

/// A ball that holds the minimiser.
#[derive(Clone, Debug, PartialEq)]
pub struct Ball {
    /// Its centre, of length d.
    pub center: Vec<Rational>,
    /// Its radius; 0 for an exact point.
    pub radius: Rational,
}

/// Newton steps at most.
const STEPS: usize = 60;
/// A line search that has halved the step this often has converged.
const HALVINGS: usize = 40;

/// Encloses the minimiser of f(x) − ⟨tilt, x⟩, where f is strongly convex with constant `mu` > 0:
/// ‖x − x*‖ ≤ ‖∇f(x) − tilt‖/μ. `None` if floats find no point.
pub fn enclose_minimiser(
    problem: &FiniteSum<Rational>,
    tilt: &[Interval],
    mu: &Rational,
) -> Option<Ball> {
    let direction: Vec<f64> = tilt.iter().map(Interval::midpoint).collect();
    let point = estimate_minimiser(&problem.map(Scalar::to_f64), &direction)?;
    let center: Vec<Rational> =
        point.iter().map(|v| Rational::from_f64(*v)).collect::<Option<_>>()?;
    let enclosed = problem.map(Interval::from_rational);
    let at: Vec<Interval> = center.iter().map(Interval::from_rational).collect();
    let gradient = subtract(&enclosed.mean_gradient(&at).ok()?, tilt);
    let norm = norm_sq(&gradient).root().ok()?;
    let bound = norm.over(&Interval::from_rational(mu)).ok()?;
    Some(Ball { center, radius: Rational::from_f64(bound.upper())? })
}

/// The last iterate of a damped Newton iteration on f(x) − ⟨tilt, x⟩ from the origin, wherever it
/// leads: without a minimiser it runs off along a direction of descent. `None` if it meets no
/// finite point.
pub fn estimate_minimiser(problem: &FiniteSum<f64>, tilt: &[f64]) -> Option<Vec<f64>> {
    let d = problem.dimension();
    let mut x = vec![0.0; d];
    let slope = |x: &[f64]| Some(subtract(&problem.mean_gradient(x).ok()?, tilt));
    let mut gradient = slope(&x)?;
    for _ in 0..STEPS {
        let hessian = problem.mean_hessian_at(&x).ok()?;
        let size = hessian.entries().iter().fold(0.0, |size: f64, entry| size.max(entry.abs()));
        // Where f is flat a little of the identity keeps the step finite.
        let damped = Matrix::from_fn(d, d, |i, j| {
            hessian[(i, j)] + if i == j { size * 1e-14 + f64::MIN_POSITIVE } else { 0.0 }
        });
        let right = Matrix::from_fn(d, 1, |i, _| gradient[i]);
        let Some(step) = solve_float(&damped, &right) else { break };
        let step = step.entries().to_vec();
        let size = dot(&gradient, &gradient);
        let mut share = 1.0;
        let next = (0..HALVINGS).find_map(|_| {
            let next: Vec<f64> = x.iter().zip(&step).map(|(x, s)| x - share * s).collect();
            share /= 2.0;
            let gradient = slope(&next).filter(|gradient| dot(gradient, gradient) < size)?;
            Some((next, gradient))
        });
        let Some(next) = next else { break };
        (x, gradient) = next;
    }
    x.iter().all(|v| v.is_finite()).then_some(x)
}

impl<S: crate::linear::Linear> FiniteSum<S> {
    /// ∇f(x), of length d.
    ///
    /// # Errors
    /// If the arithmetic has no value for it.
    pub fn mean_gradient(&self, x: &[S]) -> Result<Vec<S>, crate::scalar::Undefined> {
        Ok(average(self.dimension(), &self.gradients(x)?))
    }

    /// ∇²f(x), d×d.
    ///
    /// # Errors
    /// If the arithmetic has no value for it.
    pub fn mean_hessian_at(&self, x: &[S]) -> Result<Matrix<S>, crate::scalar::Undefined> {
        if let Some(quadratics) = self.as_quadratic() {
            return Ok(quadratics.mean_hessian());
        }
        let d = self.dimension();
        let weight = S::from_rational(&Rational::ratio(1, self.samples().max(1) as i64));
        let mut mean = Matrix::zeros(d, d);
        for n in 0..self.samples() {
            mean = mean.plus_scaled(&weight, &self.hessian_at(n, x)?);
        }
        Ok(mean)
    }
}
