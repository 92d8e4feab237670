//! The constants of a problem: computed, certified exactly, and nearly as good as they can be.
//!
//! Positive definite quadratics are here; the other families are in `families`.

use super::families::{of_linear_model, of_singular, of_waves};
use super::{FiniteSum, Quadratics, Sampling};
use crate::linear::spectrum::{estimate_extreme_eigenvalues, estimate_largest_ratio, solve_float};
use crate::linear::{Matrix, exact};
use crate::scalar::{Rational, Scalar};

/// The smallest constants that the hypotheses can use, each certified: for quadratics by exact
/// elimination, beyond them as [`FiniteSum::certifies`] says.
///
/// `mu` is rounded down and the others up, by at most [`near_tight`] relative; where the constant
/// is a short rational it is met exactly.
#[derive(Clone, Debug, PartialEq)]
pub struct Constants {
    /// The minimiser, or the centre of a ball that holds it; of length d.
    pub x_star: Vec<Rational>,
    /// The radius of the ball; 0 where `x_star` is exact.
    pub x_star_error: Rational,
    /// The constant of the curvature that was asked for; 0 where f has none that is positive.
    pub mu: Rational,
    /// L: the gradient of f is L-Lipschitz; 0 where there is no such constant.
    pub l_smooth: Rational,
    /// 𝓛, the expected smoothness under the sampling; 0 where there is no such constant.
    pub l_exp: Rational,
}

/// Which curvature μ is the constant of. For positive definite quadratics they have the same.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Curvature {
    /// Strong quasi-convexity.
    #[default]
    Quasi,
    /// Strong convexity.
    Strong,
    /// The Polyak–Łojasiewicz inequality, for which the minimiser need not be unique: x* is one
    /// fixed minimiser, for quadratics the one of least norm.
    Pl,
}

/// A tighter neighbour by this factor is shown to fail: 1 + 10⁻⁶.
pub fn near_tight() -> Rational {
    Rational::ratio(1_000_001, 1_000_000)
}

/// Why there is no (unique) minimiser, or none is known.
#[derive(Clone, Debug, PartialEq)]
pub enum NoMinimiser {
    /// The curvature of f along a direction is not positive, at any point or at x*.
    NotPositiveDefinite {
        /// A direction v with vᵀH̄v ≤ 0.
        direction: Vec<Rational>,
    },
    /// f decreases for ever along a direction.
    Unbounded {
        /// The direction.
        direction: Vec<Rational>,
    },
    /// Nothing could be certified.
    Unknown {
        /// Why.
        why: &'static str,
    },
}

impl Constants {
    /// Computes and certifies the constants, with μ of strong quasi-convexity.
    ///
    /// # Errors
    /// If there is no unique minimiser, or none is known.
    pub fn compute(problem: &FiniteSum<Rational>, sampling: Sampling) -> Result<Self, NoMinimiser> {
        Self::compute_for(problem, sampling, Curvature::Quasi)
    }

    /// The same with μ of another curvature.
    ///
    /// # Errors
    /// If there is no minimiser, or none is known, or it is not unique and the curvature needs it
    /// to be.
    pub fn compute_for(
        problem: &FiniteSum<Rational>,
        sampling: Sampling,
        curvature: Curvature,
    ) -> Result<Self, NoMinimiser> {
        let quadratics = match problem {
            FiniteSum::LinearModel(model) => return of_linear_model(problem, model, sampling),
            FiniteSum::Waves(waves) => return of_waves(waves, sampling, curvature),
            FiniteSum::Network(_) => {
                return Err(NoMinimiser::Unknown {
                    why: "the minimisers of a network are not unique",
                });
            }
            FiniteSum::Quadratic { hessians, linear } => Quadratics::General { hessians, linear },
            FiniteSum::LeastSquares { features, targets, ridge } => {
                Quadratics::RankOne { features, targets, ridge }
            }
        };
        match Self::of_quadratics(quadratics, sampling) {
            Err(_) if curvature == Curvature::Pl => of_singular(quadratics, sampling),
            result => result,
        }
    }

    fn of_quadratics(
        problem: Quadratics<'_, Rational>,
        sampling: Sampling,
    ) -> Result<Self, NoMinimiser> {
        let mean = problem.mean_hessian();
        let d = problem.dimension();
        let linear = problem.mean_linear();
        let right = Matrix::from_fn(d, 1, |i, _| linear[i].clone());
        let not_definite = |direction| NoMinimiser::NotPositiveDefinite { direction };
        exact::check_positive_semidefinite(&mean).map_err(not_definite)?;
        let solution =
            exact::solve(&mean, &right).ok_or_else(|| not_definite(null_direction(&mean)))?;
        let x_star = (0..d).map(|i| solution[(i, 0)].clone()).collect();

        // Powers of two bring the entries near 1, so that floats neither overflow nor underflow.
        let exponent = binary_exponent(&mean);
        let unit = Rational::two_to(-exponent);
        let scaled_mean = mean.scaled(&unit);
        let square = problem.sampled_square_hessian(sampling).scaled(&unit.squared());
        let (low, high) = estimate_extreme_eigenvalues(&scaled_mean.map(Scalar::to_f64));
        let ratio =
            estimate_largest_ratio(&square.map(Scalar::to_f64), &scaled_mean.map(Scalar::to_f64));

        // What the constants are when the matrices happen to be diagonal, d = 1 included.
        let diagonal =
            |matrix: &Matrix<Rational>| (0..d).map(|i| matrix[(i, i)].clone()).collect::<Vec<_>>();
        let (means, squares) = (diagonal(&scaled_mean), diagonal(&square));
        let ratios = squares.iter().zip(&means).filter_map(|(s, m)| s.over(m).ok());

        let mu = largest_passing(low, means.iter().min(), &scaled_mean.trace(), |mu| {
            exact::is_positive_semidefinite(&shifted(&scaled_mean, mu))
        });
        let l_smooth = smallest_passing(high, means.iter().max(), |l| {
            let negative = scaled_mean.scaled(&Rational::integer(-1));
            exact::is_positive_semidefinite(&shifted(&negative, &l.negated()))
        });
        let l_exp = smallest_passing(ratio.unwrap_or(high), ratios.max().as_ref(), |l| {
            let gap = scaled_mean.scaled(l).plus_scaled(&Rational::integer(-1), &square);
            exact::is_positive_semidefinite(&gap)
        });
        let back = Rational::two_to(exponent);
        Ok(Self {
            x_star,
            x_star_error: Rational::ZERO,
            mu: mu.times(&back),
            l_smooth: l_smooth.times(&back),
            l_exp: l_exp.times(&back),
        })
    }
}

impl Constants {
    /// The constants in floats, to screen candidates in a search; certified by nothing. `None` if
    /// floats find no positive definite mean.
    pub fn estimate(problem: &FiniteSum<Rational>, sampling: Sampling) -> Option<Self> {
        let problem = problem.map(Scalar::to_f64);
        let problem = problem.as_quadratic()?;
        let mean = problem.mean_hessian();
        let square = problem.sampled_square_hessian(sampling);
        let (low, high) = estimate_extreme_eigenvalues(&mean);
        let ratio = estimate_largest_ratio(&square, &mean)?;
        let linear = problem.mean_linear();
        let right = Matrix::from_fn(linear.len(), 1, |i, _| linear[i]);
        let x_star = solve_float(&mean, &right)?;
        Some(Self {
            x_star: x_star
                .entries()
                .iter()
                .map(|v| Rational::from_f64(*v))
                .collect::<Option<_>>()?,
            x_star_error: Rational::ZERO,
            mu: Rational::from_f64(low).filter(Rational::is_positive)?,
            l_smooth: Rational::from_f64(high)?,
            l_exp: Rational::from_f64(ratio)?,
        })
    }
}

/// The smallest l with ∇²f_n ⪯ lI for every sample and everywhere, certified and near-tight like the
/// constants of the mean; the smoothness of each sample if all are convex. `None` if there is none.
pub fn largest_sample_smoothness(problem: &FiniteSum<Rational>) -> Option<Rational> {
    let hessians = match problem {
        FiniteSum::LeastSquares { features, ridge, .. } => {
            let largest = features.iter().map(|a| crate::linear::norm_sq(a)).max();
            return Some(largest.unwrap_or(Rational::ZERO).plus(ridge));
        }
        FiniteSum::LinearModel(model) => return model.largest_smoothness(),
        FiniteSum::Network(_) => return None,
        FiniteSum::Waves(waves) => {
            return Some(smallest_passing(f64::NAN, None, |l| waves.bounds_every_sample(l)));
        }
        FiniteSum::Quadratic { hessians, .. } => hessians,
    };
    let d = problem.dimension();
    let exponent = hessians.iter().map(binary_exponent).max().unwrap_or(0);
    let unit = Rational::two_to(-exponent);
    let scaled: Vec<_> = hessians.iter().map(|h| h.scaled(&unit)).collect();
    let diagonal = |h: &Matrix<Rational>| (0..d).map(|i| h[(i, i)].clone()).collect::<Vec<_>>();
    let exact = scaled.iter().flat_map(diagonal).max();
    let top = |h: &Matrix<Rational>| estimate_extreme_eigenvalues(&h.map(Scalar::to_f64)).1;
    let guess = scaled.iter().map(top).max_by(f64::total_cmp).unwrap_or(f64::NAN);
    let value = smallest_passing(guess, exact.as_ref(), |l| {
        scaled.iter().all(|h| {
            let negative = h.scaled(&Rational::integer(-1));
            exact::is_positive_semidefinite(&shifted(&negative, &l.negated()))
        })
    });
    Some(value.times(&Rational::two_to(exponent)))
}

/// A − rI.
pub fn shifted(matrix: &Matrix<Rational>, r: &Rational) -> Matrix<Rational> {
    Matrix::from_fn(matrix.rows(), matrix.rows(), |i, j| {
        if i == j { matrix[(i, j)].minus(r) } else { matrix[(i, j)].clone() }
    })
}

/// A null vector of a singular positive semidefinite matrix: A − εI fails along one for small ε.
fn null_direction(matrix: &Matrix<Rational>) -> Vec<Rational> {
    let d = matrix.rows();
    // The last column that depends on those before it gives a null vector exactly.
    for k in 0..d {
        let lead = Matrix::from_fn(k, k, |i, j| matrix[(i, j)].clone());
        let column = Matrix::from_fn(k, 1, |i, _| matrix[(i, k)].negated());
        let Some(solution) = exact::solve(&lead, &column) else { continue };
        let mut direction = vec![Rational::ZERO; d];
        for i in 0..k {
            direction[i] = solution[(i, 0)].clone();
        }
        direction[k] = Rational::ONE;
        if exact::quadratic_form(matrix, &direction).is_zero() {
            return direction;
        }
    }
    vec![Rational::ZERO; d]
}

fn binary_exponent(matrix: &Matrix<Rational>) -> i32 {
    let largest = matrix.entries().iter().map(Rational::abs).max().unwrap_or(Rational::ONE);
    largest.binary_exponent()
}

/// The largest rational near a float guess that passes, with its 1 + 10⁻⁶ neighbour failing.
/// Some positive number must pass.
pub(super) fn largest_passing(
    guess: f64,
    exact: Option<&Rational>,
    above: &Rational,
    passes: impl Fn(&Rational) -> bool,
) -> Rational {
    let tight = |q: &Rational| passes(q) && !passes(&q.times(&near_tight()));
    if let Some(q) =
        candidates(guess, exact, false).into_iter().find(|q| q.is_positive() && tight(q))
    {
        return q;
    }
    // The float guess was useless; bisect between failure and success, keeping numbers short.
    let mut high = above.plus(&Rational::ONE);
    let mut low = high.clone();
    while !passes(&low) {
        high = low.clone();
        low = low.times(&Rational::ratio(1, 2));
    }
    let step = Rational::ratio(3_000_001, 3_000_000);
    while high > low.times(&step) {
        let middle = middle(&low, &high);
        if passes(&middle) { low = middle } else { high = middle }
    }
    low
}

/// The smallest rational near a float guess that passes, with its neighbour below failing. Some
/// number must pass.
pub(super) fn smallest_passing(
    guess: f64,
    exact: Option<&Rational>,
    passes: impl Fn(&Rational) -> bool,
) -> Rational {
    let shrink = near_tight().reciprocal().unwrap_or(Rational::ONE);
    let tight = |q: &Rational| passes(q) && !passes(&q.times(&shrink));
    if let Some(q) =
        candidates(guess, exact, true).into_iter().find(|q| q.is_positive() && tight(q))
    {
        return q;
    }
    let mut low = Rational::two_to(-64);
    let mut high = low.clone();
    while !passes(&high) {
        low = high.clone();
        high = high.plus(&high);
    }
    let step = Rational::ratio(3_000_001, 3_000_000);
    while high > low.times(&step) {
        let middle = middle(&low, &high);
        if passes(&middle) { high = middle } else { low = middle }
    }
    high
}

/// A short rational in the middle third.
fn middle(low: &Rational, high: &Rational) -> Rational {
    let third = high.minus(low).times(&Rational::ratio(1, 3));
    Rational::simplest_between(&low.plus(&third), &high.minus(&third))
}

/// What the constant may be exactly, then short rationals around a float: first within its error,
/// then on the safe side of it.
fn candidates(guess: f64, exact: Option<&Rational>, up: bool) -> Vec<Rational> {
    let mut candidates: Vec<Rational> = exact.cloned().into_iter().collect();
    let Some(guess) = Rational::from_f64(guess) else { return candidates };
    let part = |parts: i64| guess.times(&Rational::ratio(parts, 1_000_000_000_000));
    let between = |near: i64, far: i64| {
        let sign = if up { 1 } else { -1 };
        let (a, b) = (guess.plus(&part(sign * near)), guess.plus(&part(sign * far)));
        if a < b { Rational::simplest_between(&a, &b) } else { Rational::simplest_between(&b, &a) }
    };
    // In parts of 10⁻¹²: within 10⁻¹¹ of the float; then up to 9·10⁻⁷ on the safe side.
    candidates.extend([between(-10, 10), between(1, 1_000), between(1_000, 900_000)]);
    candidates
}

#[cfg(test)]
mod tests {
    use super::*;

    fn q(text: &str) -> Rational {
        text.parse().unwrap()
    }

    fn scalar_problem(h: &[&str]) -> FiniteSum<Rational> {
        FiniteSum::Quadratic {
            hessians: h.iter().map(|h| Matrix::from_fn(1, 1, |_, _| q(h))).collect(),
            linear: h.iter().map(|_| vec![Rational::ONE]).collect(),
        }
    }

    #[test]
    fn rational_constants_are_met_exactly() {
        let problem = scalar_problem(&["11", "-9"]);
        let constants = Constants::compute(&problem, Sampling::new(2, 1).unwrap()).unwrap();
        assert_eq!(constants.mu, q("1"));
        assert_eq!(constants.l_smooth, q("1"));
        assert_eq!(constants.l_exp, q("101"));
        let full = Constants::compute(&problem, Sampling::new(2, 2).unwrap()).unwrap();
        assert_eq!(full.l_exp, q("1"), "the full gradient has no sampling noise");
    }

    #[test]
    fn extreme_magnitudes_are_no_obstacle() {
        let problem = scalar_problem(&["3e150", "1e150"]);
        let constants = Constants::compute(&problem, Sampling::new(2, 1).unwrap()).unwrap();
        assert_eq!(constants.mu, q("2e150"));
        assert_eq!(constants.l_exp, q("2.5e150"));
        let problem = scalar_problem(&["3e-150", "1e-150"]);
        let constants = Constants::compute(&problem, Sampling::new(2, 1).unwrap()).unwrap();
        assert_eq!(constants.l_exp, q("2.5e-150"));
    }

    #[test]
    fn irrational_constants_are_near_tight() {
        // Eigenvalues (3 ± √5)/2.
        let h = Matrix::from_fn(2, 2, |i, j| q(if i + j == 2 { "2" } else { "1" }));
        let problem = FiniteSum::Quadratic {
            hessians: vec![h.clone()],
            linear: vec![vec![Rational::ONE; 2]],
        };
        let constants = Constants::compute(&problem, Sampling::new(1, 1).unwrap()).unwrap();
        let passes = |mu: &Rational| exact::is_positive_semidefinite(&shifted(&h, mu));
        assert!(passes(&constants.mu) && !passes(&constants.mu.times(&near_tight())));
        let eigenvalue = |sign: f64| (3.0 + sign * 5f64.sqrt()) / 2.0;
        let (mu, l) = (constants.mu.to_f64(), constants.l_smooth.to_f64());
        approx::assert_relative_eq!(mu, eigenvalue(-1.0), max_relative = 1e-6);
        approx::assert_relative_eq!(l, eigenvalue(1.0), max_relative = 1e-6);
        assert_eq!(constants.x_star, [q("1"), q("0")]);
    }

    #[test]
    fn bisection_finds_what_a_bad_guess_misses() {
        let passes = |mu: &Rational| *mu <= q("0.7");
        let found = largest_passing(f64::NAN, None, &q("3"), passes);
        assert!(passes(&found) && !passes(&found.times(&near_tight())), "{found}");
        let passes = |l: &Rational| *l >= q("0.7");
        let found = smallest_passing(-1.0, None, passes);
        let shrink = near_tight().reciprocal().unwrap();
        assert!(passes(&found) && !passes(&found.times(&shrink)), "{found}");
    }

    #[test]
    fn singular_and_indefinite_means_are_refused_with_a_direction() {
        let singular = Matrix::from_fn(2, 2, |_, _| Rational::ONE);
        let problem = FiniteSum::Quadratic {
            hessians: vec![singular.clone()],
            linear: vec![vec![Rational::ONE; 2]],
        };
        let refused = Constants::compute(&problem, Sampling::new(1, 1).unwrap()).unwrap_err();
        let NoMinimiser::NotPositiveDefinite { direction } = refused else {
            panic!("{refused:?}");
        };
        assert!(exact::quadratic_form(&singular, &direction).is_zero());
        assert!(direction.iter().any(|v| !v.is_zero()));
        // The PL inequality takes the minimiser of least norm and the positive eigenvalue.
        let constants =
            Constants::compute_for(&problem, Sampling::new(1, 1).unwrap(), Curvature::Pl).unwrap();
        assert_eq!(constants.x_star, [q("1/2"), q("1/2")]);
        assert_eq!([constants.mu, constants.l_smooth, constants.l_exp], ["2", "2", "2"].map(q));
        let tilted = FiniteSum::Quadratic {
            hessians: vec![singular],
            linear: vec![vec![Rational::ONE, Rational::ZERO]],
        };
        let refused = Constants::compute_for(&tilted, Sampling::new(1, 1).unwrap(), Curvature::Pl);
        assert!(matches!(refused, Err(NoMinimiser::Unbounded { .. })), "{refused:?}");
        let refused = Constants::compute(&scalar_problem(&["-1"]), Sampling::new(1, 1).unwrap());
        assert!(refused.is_err());
    }
}
