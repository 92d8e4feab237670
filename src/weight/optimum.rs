//! The minimiser of a model in floats, with a proved bound on its distance to the true one.

use super::WeightError;
use super::model::{Model, Problem};
use super::noise::gradient_norm_upper;
use argmin::core::{CostFunction, Executor, Gradient, State};
use argmin::solver::linesearch::MoreThuenteLineSearch;
use argmin::solver::quasinewton::LBFGS;
use nalgebra::DMatrix;
use std::sync::{Mutex, PoisonError};

/// ‖∇f(x̂)‖ is brought below this, times the size of the gradient at 0 where that is above 1.
pub const TOLERANCE: f64 = 1e-7;
/// Passes over the data.
const PASSES: u64 = 2000;

/// A point near x*.
#[derive(Clone, Debug)]
pub struct Optimum {
    /// x̂, K×d.
    pub point: DMatrix<f64>,
    /// ‖∇f(x̂)‖ in floats.
    pub gradient_norm: f64,
    /// μ > 0, a lower bound: the ridge, or the least eigenvalue of the mean Hessian.
    pub mu: f64,
    /// ‖x̂ − x*‖ is at most this, proved from ‖∇f(x̂)‖/μ; `None` if μ is an estimate.
    pub radius: Option<f64>,
}

/// A problem as the optimiser asks for it. Loss and gradient come from one pass over the data, and
/// are asked for one after the other at the same point: the last answer is kept.
struct Target<'a> {
    problem: &'a Problem,
    last: Mutex<Option<Answer>>,
}

/// A point, the loss there and its gradient.
type Answer = (Vec<f64>, f64, Vec<f64>);

impl<'a> Target<'a> {
    fn new(problem: &'a Problem) -> Self {
        Self { problem, last: Mutex::default() }
    }

    fn shape(&self, point: &[f64]) -> DMatrix<f64> {
        DMatrix::from_column_slice(self.problem.outputs(), self.problem.dimension(), point)
    }

    fn answer<T>(&self, point: &[f64], part: impl Fn(&Answer) -> T) -> T {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(answer) = last.as_ref().filter(|(at, ..)| at == point) {
            return part(answer);
        }
        let (loss, gradient) = self.problem.loss_and_gradient(&self.shape(point));
        part(last.insert((point.to_vec(), loss, gradient.as_slice().to_vec())))
    }
}

impl CostFunction for Target<'_> {
    type Param = Vec<f64>;
    type Output = f64;
    fn cost(&self, point: &Self::Param) -> Result<f64, argmin::core::Error> {
        Ok(self.answer(point, |(_, loss, _)| *loss))
    }
}

impl Gradient for Target<'_> {
    type Param = Vec<f64>;
    type Gradient = Vec<f64>;
    fn gradient(&self, point: &Self::Param) -> Result<Vec<f64>, argmin::core::Error> {
        Ok(self.answer(point, |(_, _, gradient)| gradient.clone()))
    }
}

/// Minimises f.
///
/// # Errors
/// If there is no minimiser, or it was not found.
pub fn minimise(problem: &Problem) -> Result<Optimum, WeightError> {
    minimise_from(problem, None)
}

/// Minimises f from a point that may be near, such as a teacher, or from 0 if that is lower.
///
/// # Errors
/// If there is no minimiser, or it was not found.
pub fn minimise_from(
    problem: &Problem,
    near: Option<&DMatrix<f64>>,
) -> Result<Optimum, WeightError> {
    let (point, estimated) = match problem.model {
        Model::Linear => {
            let (point, least) = least_squares(problem)?;
            (point, (problem.ridge == 0.0).then_some(least))
        }
        _ if problem.ridge <= 0.0 => return Err(WeightError::NoRidge),
        _ => (descend(problem, near)?, None),
    };
    let gradient_norm = problem.loss_and_gradient(&point).1.norm();
    let mu = estimated.unwrap_or(problem.ridge);
    let radius = match estimated {
        Some(_) => None,
        None => gradient_norm_upper(problem, &point).map(|norm| (norm / mu).next_up()),
    };
    Ok(Optimum { point, gradient_norm, mu, radius })
}

/// The normal equations; and the least eigenvalue of their matrix.
fn least_squares(problem: &Problem) -> Result<(DMatrix<f64>, f64), WeightError> {
    let (d, n) = (problem.dimension(), problem.samples() as f64);
    let gram = problem.gram() + DMatrix::identity(d, d) * problem.ridge;
    let least = gram.symmetric_eigenvalues().min();
    // Below this the float matrix does not tell a small eigenvalue from none.
    let floor = gram.norm() * f64::EPSILON * d as f64;
    let factor = gram.cholesky().filter(|_| least > floor).ok_or(WeightError::Dependent)?;
    let right = problem.outer(&problem.labels).transpose() / n;
    let mut solution = factor.solve(&right).transpose();
    // One step of refinement, with the gradient from the data.
    let residual = problem.loss_and_gradient(&solution).1;
    solution -= factor.solve(&residual.transpose()).transpose();
    Ok((solution, least))
}

/// Limited-memory BFGS, then the gradient decides whether it has arrived.
fn descend(problem: &Problem, near: Option<&DMatrix<f64>>) -> Result<DMatrix<f64>, WeightError> {
    let target = Target::new(problem);
    let zero = DMatrix::zeros(problem.outputs(), problem.dimension());
    let (loss, gradient) = problem.loss_and_gradient(&zero);
    let goal = TOLERANCE * gradient.norm().max(1.0);
    let fault = |why: String| WeightError::NotFound { why };
    let lower = |point: &&DMatrix<f64>| problem.loss_and_gradient(point).0 < loss;
    let mut best = near.filter(lower).unwrap_or(&zero).as_slice().to_vec();
    // A line search that finds no decrease any more ends a run; a new one forgets stale curvature.
    for _ in 0..4 {
        let solver = LBFGS::new(MoreThuenteLineSearch::new(), 10)
            .with_tolerance_grad(0.5 * goal)
            .and_then(|solver| solver.with_tolerance_cost(0.0))
            .map_err(|error| fault(error.to_string()))?;
        let run = Executor::new(Target::new(problem), solver)
            .configure(|state| state.param(best.clone()).max_iters(PASSES / 4))
            .run();
        if let Some(found) = run.iter().find_map(|result| result.state().get_best_param()) {
            best.clone_from(found);
        }
        let norm = problem.loss_and_gradient(&target.shape(&best)).1.norm();
        if norm <= goal {
            return Ok(target.shape(&best));
        }
    }
    let norm = problem.loss_and_gradient(&target.shape(&best)).1.norm();
    Err(fault(format!("the gradient is still {norm:.1e}, and {goal:.1e} was asked for")))
}

#[cfg(test)]
mod tests {
    use super::super::model::tests::example;
    use super::*;

    #[test]
    fn minimisers_are_found_and_enclosed() {
        for model in [Model::Linear, Model::Logistic, Model::Softmax { classes: 3 }] {
            let problem = example(model, 60, 5);
            let found = minimise(&problem).unwrap();
            assert!(found.gradient_norm <= 1e-7, "{model:?}: {}", found.gradient_norm);
            let radius = found.radius.unwrap();
            assert!(
                radius < 1e-5 && radius * found.mu >= found.gradient_norm,
                "{model:?}: {radius}"
            );
        }
    }

    #[test]
    fn without_a_minimiser_the_reason_is_given() {
        let mut problem = example(Model::Logistic, 20, 3);
        problem.ridge = 0.0;
        assert!(matches!(minimise(&problem), Err(WeightError::NoRidge)));
        let mut problem = example(Model::Linear, 4, 6);
        problem.ridge = 0.0;
        assert!(matches!(minimise(&problem), Err(WeightError::Dependent)));
    }
}
