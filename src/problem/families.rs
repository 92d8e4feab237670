//! The constants of what is not a positive definite quadratic.

use super::constants::{largest_passing, smallest_passing};
use super::minimiser::{enclose_minimiser, estimate_minimiser};
use super::{
    Ball, Constants, Curvature, FiniteSum, LinearModel, NoMinimiser, Quadratics, Sampling, Waves,
    shifted,
};
use crate::claim::vocabulary::Class;
use crate::linear::spectrum::{
    estimate_eigenvalues, estimate_extreme_eigenvalues, estimate_largest_ratio,
};
use crate::linear::{Linear, Matrix, dot, exact, scale};
use crate::scalar::{Interval, Rational, Scalar};

/// μ is the ridge, whatever the curvature; the others are those of the link and the features.
pub(super) fn of_linear_model(
    problem: &FiniteSum<Rational>,
    model: &LinearModel<Rational>,
    sampling: Sampling,
) -> Result<Constants, NoMinimiser> {
    let d = model.dimension();
    if !model.ridge.is_positive() {
        return Err(without_ridge(problem, model));
    }
    let tilt = vec![Interval::zero(); d];
    let unknown = NoMinimiser::Unknown { why: "floats find no minimiser to enclose" };
    let Ball { center, radius } = enclose_minimiser(problem, &tilt, &model.ridge).ok_or(unknown)?;
    let (mut l_smooth, mut l_exp) = (Rational::ZERO, Rational::ZERO);
    if let (Some(curvature), Some(l_max)) =
        (model.link.curvature_bound(), model.largest_smoothness())
    {
        let gram = Rational::average_gram(&model.features).scaled(&curvature);
        let (_, top) = estimate_extreme_eigenvalues(&gram.map(Scalar::to_f64));
        let guess = top + model.ridge.to_f64();
        l_smooth = smallest_passing(guess, None, |l| problem.certifies(Class::Sm, l, sampling));
        // As certified as its parts are.
        let share = sampling.variance_factor();
        l_exp = share.times(&l_max).plus(&Rational::ONE.minus(&share).times(&l_smooth));
    }
    let mu = model.ridge.clone();
    Ok(Constants { x_star: center, x_star_error: radius, mu, l_smooth, l_exp })
}

/// Without a ridge a separating direction shows that there is no minimiser: a Newton iteration runs
/// off along one.
fn without_ridge(problem: &FiniteSum<Rational>, model: &LinearModel<Rational>) -> NoMinimiser {
    let zero = vec![0.0; model.dimension()];
    let far = estimate_minimiser(&problem.map(Scalar::to_f64), &zero).unwrap_or_default();
    let size = far.iter().fold(0.0, |size: f64, v| size.max(v.abs()));
    let direction: Option<Vec<Rational>> =
        far.iter().map(|v| Some(Rational::from_f64(v / size)?.round_to_dyadic(-20))).collect();
    match direction {
        Some(direction) if !direction.is_empty() && model.separates(&direction) => {
            NoMinimiser::Unbounded { direction }
        }
        _ => NoMinimiser::Unknown { why: "a minimiser is certified only with a ridge" },
    }
}

pub(super) fn of_waves(
    waves: &Waves<Rational>,
    sampling: Sampling,
    curvature: Curvature,
) -> Result<Constants, NoMinimiser> {
    if !waves.mean_weights().iter().all(Rational::is_positive) {
        return Err(NoMinimiser::Unknown { why: "a mean weight is not positive" });
    }
    if curvature != Curvature::Pl && !waves.has_unique_minimiser() {
        let gram = waves.smooth_gram();
        let direction = null_basis(&gram, &range_columns(&gram)).pop().unwrap_or_default();
        return Err(NoMinimiser::NotPositiveDefinite { direction });
    }
    let problem = FiniteSum::Waves(waves.clone());
    let certifies = |class| {
        let problem = &problem;
        move |constant: &Rational| problem.certifies(class, constant, sampling)
    };
    let float = |matrix: &Matrix<Rational>| matrix.map(Scalar::to_f64);
    let lowest = |gram: &Matrix<Rational>| estimate_extreme_eigenvalues(&float(gram)).0;
    let (class, guess) = match curvature {
        Curvature::Quasi => (Class::Qsc, lowest(&waves.quasi_gram())),
        Curvature::Strong => (Class::Sc, lowest(&waves.strong_gram())),
        Curvature::Pl => {
            let penalty = waves.pl_penalty();
            let ratio = penalty.and_then(|penalty| {
                estimate_largest_ratio(&float(&penalty), &float(&waves.products()))
            });
            let direct = ratio.map_or(0.0, |ratio| 1.0 / ratio);
            (Class::Pl, direct.max(lowest(&waves.quasi_gram())))
        }
    };
    let smooth = waves.smooth_gram();
    // Below this no constant is looked for.
    let least = Rational::two_to(-32);
    let mu = if certifies(class)(&least) {
        largest_passing(guess, None, &smooth.trace(), certifies(class))
    } else {
        Rational::ZERO
    };
    let (_, top) = estimate_extreme_eigenvalues(&float(&smooth));
    let l_smooth = smallest_passing(top, None, certifies(Class::Sm));
    let [products, scales] = waves.expected_pair(sampling);
    let ratio = estimate_largest_ratio(&float(&products), &float(&scales));
    let l_exp = smallest_passing(ratio.unwrap_or(top), None, certifies(Class::Es));
    let x_star = waves.center.clone();
    Ok(Constants { x_star, x_star_error: Rational::ZERO, mu, l_smooth, l_exp })
}

/// A singular positive semidefinite quadratic that has minimisers: x* is the one of least norm, and
/// μ is the smallest positive eigenvalue, H̄² ⪰ μH̄.
pub(super) fn of_singular(
    problem: Quadratics<'_, Rational>,
    sampling: Sampling,
) -> Result<Constants, NoMinimiser> {
    let mean = problem.mean_hessian();
    let not_definite = |direction| NoMinimiser::NotPositiveDefinite { direction };
    exact::check_positive_semidefinite(&mean).map_err(not_definite)?;
    let (d, linear) = (problem.dimension(), problem.mean_linear());
    let range = range_columns(&mean);
    let square = problem.sampled_square_hessian(sampling);
    for direction in null_basis(&mean, &range) {
        let slope = dot(&direction, &linear);
        if !slope.is_zero() {
            return Err(NoMinimiser::Unbounded { direction: scale(&slope, &direction) });
        }
        // Without any curvature there is no constant, and where samples curve and their mean does
        // not there is no expected smoothness.
        if range.is_empty() || !exact::quadratic_form(&square, &direction).is_zero() {
            return Err(not_definite(direction));
        }
    }
    let none = NoMinimiser::Unknown { why: "the normal equations are singular" };
    // x* = Ru with R the independent columns of H̄, and RᵀH̄HRu = RᵀHb.
    let basis = Matrix::from_fn(d, range.len(), |i, j| mean[(i, range[j])].clone());
    let image = mean.product(&basis);
    let transposed = Matrix::from_fn(range.len(), d, |i, j| image[(j, i)].clone());
    let right = Matrix::from_fn(d, 1, |i, _| linear[i].clone());
    let solution = exact::solve(&transposed.product(&image), &transposed.product(&right));
    let solution = solution.ok_or(none)?;
    let x_star = basis.apply(solution.entries());

    let products = mean.product(&mean);
    let eigenvalues = estimate_eigenvalues(&mean.map(Scalar::to_f64));
    let top = eigenvalues.iter().copied().fold(0.0, f64::max);
    let positive = eigenvalues.into_iter().filter(|v| *v > 1e-9 * top);
    let mu = largest_passing(positive.fold(f64::INFINITY, f64::min), None, &mean.trace(), |mu| {
        exact::is_positive_semidefinite(&products.plus_scaled(&mu.negated(), &mean))
    });
    let minus = Rational::integer(-1);
    let l_smooth = smallest_passing(top, None, |l| {
        exact::is_positive_semidefinite(&shifted(&mean.scaled(&minus), &l.negated()))
    });
    let restricted = |matrix: &Matrix<Rational>| {
        Matrix::from_fn(range.len(), range.len(), |i, j| {
            let column: Vec<Rational> = (0..d).map(|k| basis[(k, j)].clone()).collect();
            let row: Vec<Rational> = (0..d).map(|k| basis[(k, i)].clone()).collect();
            dot(&row, &matrix.apply(&column)).to_f64()
        })
    };
    let ratio = estimate_largest_ratio(&restricted(&square), &restricted(&mean));
    let l_exp = smallest_passing(ratio.unwrap_or(top), None, |l| {
        exact::is_positive_semidefinite(&mean.scaled(l).plus_scaled(&minus, &square))
    });
    Ok(Constants { x_star, x_star_error: Rational::ZERO, mu, l_smooth, l_exp })
}

/// The columns of a positive semidefinite matrix that do not depend on those before them.
fn range_columns(matrix: &Matrix<Rational>) -> Vec<usize> {
    let mut range: Vec<usize> = Vec::new();
    for k in 0..matrix.rows() {
        range.push(k);
        let part =
            Matrix::from_fn(range.len(), range.len(), |i, j| matrix[(range[i], range[j])].clone());
        // A principal part is singular exactly if its columns are dependent.
        if exact::solve(&part, &Matrix::zeros(range.len(), 1)).is_none() {
            range.pop();
        }
    }
    range
}

/// A basis of the null space of a positive semidefinite matrix with these independent columns.
fn null_basis(matrix: &Matrix<Rational>, range: &[usize]) -> Vec<Vec<Rational>> {
    let part =
        Matrix::from_fn(range.len(), range.len(), |i, j| matrix[(range[i], range[j])].clone());
    (0..matrix.rows())
        .filter(|k| !range.contains(k))
        .map(|k| {
            let right = Matrix::from_fn(range.len(), 1, |i, _| matrix[(range[i], k)].negated());
            let mut direction = vec![Rational::ZERO; matrix.rows()];
            direction[k] = Rational::ONE;
            if let Some(solution) = exact::solve(&part, &right) {
                for (i, index) in range.iter().enumerate() {
                    direction[*index] = solution[(i, 0)].clone();
                }
            }
            direction
        })
        .collect()
}
