//! σ*², V, B and C of a model on data: in floats, or enclosed with every rounding counted.
//!
//! With residuals r_n = A'(x*a_n) − y_n and t_n = A'(θa_n) − y_n, gradients are r_n ⊗ a_n + rx* and
//! t_n ⊗ a_n (+ rθ). Since E r_n ⊗ a_n = −rx*, with d̄ = E t_n ⊗ a_n:
//!
//! σ*² = E‖r_n‖²‖a_n‖² − r²‖x*‖², V = E‖t_n‖²‖a_n‖² − ‖d̄‖², C = E⟨r_n, t_n⟩‖a_n‖² + r⟨x*, d̄⟩,
//! B = ‖d̄ (+ rθ)‖².

use super::arithmetic::Arithmetic;
use super::model::Problem;
use super::optimum::Optimum;
use super::teacher::Teacher;
use crate::problem::RidgeConvention;
use crate::scalar::{Interval, Rational, Undefined};
use nalgebra::DMatrix;
use rayon::prelude::*;

/// The single-sample quantities of a problem and a teacher.
#[derive(Clone, Debug)]
pub struct Noise<S> {
    /// σ*².
    pub sigma_star_sq: S,
    /// V.
    pub teacher_var: S,
    /// B.
    pub bias_sq: S,
    /// C.
    pub cov: S,
}

/// An upper bound of γ_k = ku/(1 − ku): the relative error of k float operations in any order.
pub(super) fn rounding(k: usize) -> f64 {
    let ku = k as f64 * f64::EPSILON;
    // ε = 2u, so this is at least twice γ_k: room for the roundings of this bound itself.
    ku / (1.0 - ku)
}

/// An upper bound of a norm from its float value over `k` entries.
fn norm_upper(norm: f64, k: usize) -> f64 {
    norm * (1.0 + 2.0 * rounding(k + 2)) + f64::MIN_POSITIVE.sqrt()
}

/// The data with a point near the minimiser and the teacher's responses.
struct Rows<S> {
    /// ‖a_n‖².
    square: Vec<S>,
    /// r_n, K each.
    residual: Vec<Vec<S>>,
    /// t_n.
    teacher: Vec<Vec<S>>,
}

impl<S: Arithmetic> Noise<S> {
    /// The quantities at the minimiser, for a single sample a step.
    ///
    /// # Errors
    /// If a value does not exist, such as an exponential that overflows.
    pub fn compute(
        problem: &Problem,
        optimum: &Optimum,
        teacher: &Teacher,
        convention: RidgeConvention,
    ) -> Result<Self, Undefined> {
        let radius = optimum.radius.unwrap_or(0.0);
        let labels =
            |n: usize| problem.labels.column(n).iter().map(|y| S::around(*y, 0.0)).collect();
        let squares = problem.square_norms();
        let residual = residuals::<S>(problem, &squares, &optimum.point, radius)?;
        let minus_labels = |n: usize, response: Vec<S>| {
            let labels: Vec<S> = labels(n);
            response.iter().zip(&labels).map(|(a, y)| a.minus(y)).collect::<Vec<S>>()
        };
        let teacher_residual = match teacher {
            Teacher::Parameters(theta) => residuals::<S>(problem, &squares, theta, 0.0)?,
            Teacher::Responses(soft) => (0..problem.samples())
                .map(|n| {
                    let soft = soft.column(n).iter().map(|v| S::around(*v, 0.0)).collect();
                    minus_labels(n, soft)
                })
                .collect(),
        };
        let d_bar = mean_outer(problem, &squares, &teacher_residual);
        let slack = 2.0 * rounding(problem.dimension() + 1);
        let square = |value: &f64| S::around(*value, value * slack + f64::MIN_POSITIVE);
        let square = squares.iter().map(square).collect();
        let rows = Rows { square, residual, teacher: teacher_residual };
        let ridge = S::around(problem.ridge, 0.0);
        let d = problem.dimension() * problem.outputs();
        let x_norm = norm_upper(optimum.point.norm(), d);
        let x_square =
            S::around(optimum.point.norm(), radius + 2.0 * rounding(d + 2) * x_norm).squared();
        let average = |of: fn(&[S], &[S]) -> S, a: &[Vec<S>], b: &[Vec<S>]| {
            let mut total = S::zero();
            for n in 0..problem.samples() {
                total = total.plus(&of(&a[n], &b[n]).times(&rows.square[n]));
            }
            total.over(&S::from_rational(&Rational::integer(problem.samples() as i64)))
        };
        let inner =
            |a: &[S], b: &[S]| a.iter().zip(b).fold(S::zero(), |sum, (x, y)| sum.plus(&x.times(y)));
        let norm = |a: &[S], _: &[S]| a.iter().fold(S::zero(), |sum, x| sum.plus(&x.squared()));
        let sigma = average(norm, &rows.residual, &rows.residual)?;
        let second = average(norm, &rows.teacher, &rows.teacher)?;
        let mixed = average(inner, &rows.residual, &rows.teacher)?;
        let d_square = S::around(d_bar.0.norm(), d_bar.error(d)).squared();
        let x_d = optimum.point.dot(&d_bar.0);
        let d_norm = norm_upper(d_bar.0.norm(), d);
        let x_d_error =
            radius * (d_norm + d_bar.1) + d_bar.1 * x_norm + rounding(d + 2) * x_norm * d_norm;
        let mean = match (teacher, convention) {
            (Teacher::Parameters(theta), RidgeConvention::Both) => {
                let shifted = &d_bar.0 + problem.ridge * theta;
                let size = d_norm + problem.ridge * norm_upper(theta.norm(), d);
                Mean(shifted, d_bar.1 + rounding(4) * size)
            }
            _ => d_bar,
        };
        Ok(Self {
            sigma_star_sq: sigma.minus(&ridge.squared().times(&x_square)),
            teacher_var: second.minus(&d_square),
            bias_sq: S::around(mean.0.norm(), mean.error(d)).squared(),
            cov: mixed.plus(&ridge.times(&S::around(x_d, x_d_error))),
        })
    }
}

/// A mean of vectors in floats and a bound on the norm of its error.
struct Mean(DMatrix<f64>, f64);

impl Mean {
    /// A bound on the error of the norm, over `d` entries.
    fn error(&self, d: usize) -> f64 {
        self.1 + 2.0 * rounding(d + 2) * norm_upper(self.0.norm(), d)
    }
}

/// An upper bound of ‖∇f(point)‖, every rounding counted; `None` if an exponential overflows.
pub fn gradient_norm_upper(problem: &Problem, point: &DMatrix<f64>) -> Option<f64> {
    let squares = problem.square_norms();
    let residual = residuals::<Interval>(problem, &squares, point, 0.0).ok()?;
    let mean = mean_outer(problem, &squares, &residual);
    let d = problem.dimension() * problem.outputs();
    let gradient = &mean.0 + problem.ridge * point;
    let size = norm_upper(mean.0.norm(), d) + problem.ridge * norm_upper(point.norm(), d);
    let norm = norm_upper(gradient.norm(), d) + mean.1 + rounding(4) * size;
    norm.is_finite().then_some(norm.next_up())
}

/// A'(Xa_n) − y_n of every sample, for X within `radius` of a point; ‖a_n‖² comes in `squares`.
fn residuals<S: Arithmetic>(
    problem: &Problem,
    squares: &[f64],
    point: &DMatrix<f64>,
    radius: f64,
) -> Result<Vec<Vec<S>>, Undefined> {
    let scores = problem.scores(point);
    let d = problem.dimension();
    let rows: Vec<f64> = point.row_iter().map(|row| norm_upper(row.norm(), d)).collect();
    (0..problem.samples())
        .into_par_iter()
        .map(|n| {
            let a = norm_upper(squares[n].sqrt(), d);
            let z: Vec<S> = rows
                .iter()
                .enumerate()
                .map(|(k, x)| {
                    S::around(scores[(k, n)], a * (radius + rounding(d) * x) + f64::MIN_POSITIVE)
                })
                .collect();
            let response = problem.model.response(&z)?;
            Ok(response
                .iter()
                .zip(problem.labels.column(n).iter())
                .map(|(p, y)| p.minus(&S::around(*y, 0.0)))
                .collect())
        })
        .collect()
}

/// (1/N) Σ v_n ⊗ a_n with a bound on the norm of its error.
fn mean_outer<S: Arithmetic>(problem: &Problem, squares: &[f64], vectors: &[Vec<S>]) -> Mean {
    let (n, d) = (problem.samples(), problem.dimension());
    let centers = DMatrix::from_fn(problem.outputs(), n, |k, i| vectors[i][k].to_f64());
    let product = problem.outer(&centers) / n as f64;
    let mut error = 0.0;
    for (i, vector) in vectors.iter().enumerate() {
        let a = norm_upper(squares[i].sqrt(), d);
        let radius: f64 = vector
            .iter()
            .map(|v| {
                let center = S::around(v.to_f64(), 0.0);
                let off = v.minus(&center);
                off.upper_float().abs().max(off.negated().upper_float().abs())
            })
            .sum();
        error += a
            * (radius + rounding(n + 4) * norm_upper(centers.column(i).norm(), problem.outputs()));
    }
    Mean(product, error / n as f64 * (1.0 + rounding(n + 4)))
}

#[cfg(test)]
mod tests {
    use super::super::model::Model;
    use super::super::model::tests::example;
    use super::super::optimum::minimise;
    use super::*;

    /// The definitions, from gradients one by one.
    fn by_definition(
        problem: &Problem,
        x: &DMatrix<f64>,
        theta: &DMatrix<f64>,
        both: bool,
    ) -> [f64; 4] {
        let n = problem.samples();
        let gradients = |point: &DMatrix<f64>, ridge: f64| -> Vec<DMatrix<f64>> {
            let residual = problem.responses(point) - &problem.labels;
            (0..n)
                .map(|i| {
                    residual.column(i) * problem.features.column(i).transpose() + ridge * point
                })
                .collect()
        };
        let g = gradients(x, problem.ridge);
        let c = gradients(theta, if both { problem.ridge } else { 0.0 });
        let mean =
            c.iter().fold(DMatrix::zeros(g[0].nrows(), g[0].ncols()), |sum, v| sum + v) / n as f64;
        let average = |of: &dyn Fn(usize) -> f64| (0..n).map(of).sum::<f64>() / n as f64;
        [
            average(&|i| g[i].norm_squared()),
            average(&|i| (&c[i] - &mean).norm_squared()),
            mean.norm_squared(),
            average(&|i| g[i].dot(&c[i])),
        ]
    }

    #[test]
    fn the_short_formulas_are_the_definitions() {
        for model in [Model::Linear, Model::Logistic, Model::Softmax { classes: 3 }] {
            let problem = example(model, 40, 5);
            let optimum = minimise(&problem).unwrap();
            let theta = DMatrix::from_fn(problem.outputs(), 5, |i, j| (i as f64 - j as f64) / 7.0);
            for convention in [RidgeConvention::Both, RidgeConvention::StudentOnly] {
                let both = convention == RidgeConvention::Both;
                let teacher = Teacher::Parameters(theta.clone());
                let found =
                    Noise::<Interval>::compute(&problem, &optimum, &teacher, convention).unwrap();
                let floats =
                    Noise::<f64>::compute(&problem, &optimum, &teacher, convention).unwrap();
                let expected = by_definition(&problem, &optimum.point, &theta, both);
                let enclosed = [found.sigma_star_sq, found.teacher_var, found.bias_sq, found.cov];
                let close = [floats.sigma_star_sq, floats.teacher_var, floats.bias_sq, floats.cov];
                for k in 0..4 {
                    // The definitions are evaluated at x̂, not x*: off by the radius of the optimum.
                    let slack = 1e-6 * (1.0 + expected[k].abs());
                    assert!(enclosed[k].width() < 10.0 * slack, "{model:?} {k}: {}", enclosed[k]);
                    assert!((enclosed[k].midpoint() - expected[k]).abs() < slack, "{model:?} {k}");
                    assert!((close[k] - expected[k]).abs() < slack, "{model:?} {k}");
                }
            }
        }
    }
}
