//! Hypotheses about problems that are not quadratic.
//!
//! A property for every x is met by a condition on rational numbers that implies it
//! ([`FiniteSum::certifies`]), and violated by a point: floats look for one along rays from x*, and
//! intervals confirm that the inequality fails there. Between the two it is undecided.

use super::{Standing, check_compressor, check_teacher, show, without_minimiser};
use crate::claim::vocabulary::Class;
use crate::linear::spectrum::{estimate_eigenvectors, estimate_ratio_directions, solve_float};
use crate::linear::{Linear, Matrix, dot, norm_sq, subtract};
use crate::problem::{Constants, FiniteSum, Instance, NoMinimiser, Sampling};
use crate::scalar::{Interval, Rational, Scalar, Undefined};

pub(super) fn check_class(
    class: Class,
    constant: &Rational,
    instance: &Instance,
    constants: Result<&Constants, &NoMinimiser>,
) -> Standing {
    let problem = &instance.problem;
    let needs_minimiser =
        matches!(class, Class::Minimiser | Class::Qsc | Class::Sc | Class::Pl | Class::Es);
    let x_star = match constants {
        Err(none) if needs_minimiser => return without_minimiser(none),
        Err(_) => None,
        Ok(constants) => Some(constants),
    };
    let says = match class {
        Class::Minimiser => return Standing::Met,
        Class::HasTeacher | Class::TeacherGradient => return check_teacher(class, instance),
        Class::Uc => return check_compressor(constant, instance),
        Class::QuadraticSamples => return check_affine(problem),
        Class::Qsc => "strong quasi-convexity fails",
        Class::Sc => "strong convexity fails",
        Class::Pl => "the PL inequality fails",
        Class::Es => "expected smoothness fails",
        Class::Sm => "smoothness fails",
        Class::ConvexSamples => "a sample curves downward",
    };
    if problem.certifies(class, constant, instance.sampling) {
        return Standing::Met;
    }
    let origin = Constants {
        x_star: vec![Rational::ZERO; problem.dimension()],
        x_star_error: Rational::ZERO,
        mu: Rational::ZERO,
        l_smooth: Rational::ZERO,
        l_exp: Rational::ZERO,
    };
    let probe = Probe {
        class,
        problem,
        constants: x_star.unwrap_or(&origin),
        constant,
        sampling: instance.sampling,
    };
    match probe.refute() {
        Some(point) => Standing::Violated(format!("{says} at {}", show(&point))),
        None => Standing::Undecided(format!(
            "the constant {constant} is not certified, and no point was found where it fails"
        )),
    }
}

/// Gradients are not affine where a sample has a feature, or a wave that bends.
fn check_affine(problem: &FiniteSum<Rational>) -> Standing {
    let flat = |v: &[Rational]| v.iter().all(Rational::is_zero);
    let curved = match problem {
        FiniteSum::Quadratic { .. } | FiniteSum::LeastSquares { .. } => None,
        FiniteSum::LinearModel(model) => model.features.iter().position(|a| !flat(a)),
        // Affine only where every layer but one is empty of effect; not worth a certificate.
        FiniteSum::Network(_) => {
            return Standing::Undecided("gradients of networks are not classified".into());
        }
        FiniteSum::Waves(waves) => waves.weights.iter().position(|weights| {
            let waves = weights.iter().zip(&waves.bends).zip(&waves.rows);
            waves.clone().any(|((w, bend), a)| !w.is_zero() && !bend.is_zero() && !flat(a))
        }),
    };
    match curved {
        Some(n) => Standing::Violated(format!("the gradient of f_{n} is not affine")),
        None => Standing::Met,
    }
}

/// The search for a point at which a property fails.
struct Probe<'a> {
    class: Class,
    problem: &'a FiniteSum<Rational>,
    constants: &'a Constants,
    constant: &'a Rational,
    sampling: Sampling,
}

/// A problem in one arithmetic, with its minimiser and least value.
struct View<S> {
    problem: FiniteSum<S>,
    x_star: Vec<S>,
    f_star: S,
    constant: S,
    share: S,
}

/// A point, a direction for what is about curvature, and the sample that curves.
#[derive(Clone)]
struct Candidate {
    excess: f64,
    x: Vec<f64>,
    v: Vec<f64>,
    sample: Option<usize>,
}

/// Candidates that intervals look at.
const CONFIRMED: usize = 4;

impl Probe<'_> {
    fn view<S: Linear>(&self) -> Option<View<S>> {
        let problem = self.problem.map(S::from_rational);
        let constants = self.constants;
        let center: Vec<S> = constants.x_star.iter().map(S::from_rational).collect();
        let f_star = match self.class {
            Class::Qsc | Class::Sc | Class::Pl | Class::Es => {
                let error = constants.x_star_error.squared().times(&constants.mu);
                let error = error.times(&Rational::ratio(1, 4));
                problem.mean_loss(&center).ok()?.minus(&S::around(&error, &error).ok()?)
            }
            _ => S::zero(),
        };
        let around = |v: &Rational| S::around(v, &constants.x_star_error).ok();
        Some(View {
            x_star: constants.x_star.iter().map(around).collect::<Option<_>>()?,
            f_star,
            constant: S::from_rational(self.constant),
            share: self.sampling.variance_factor_in(),
            problem,
        })
    }

    /// A point that intervals confirm.
    fn refute(&self) -> Option<Vec<Rational>> {
        let floats = self.view::<f64>()?;
        let mut candidates = self.candidates(&floats);
        candidates.retain(|candidate| candidate.excess > 0.0);
        candidates.sort_by(|a, b| b.excess.total_cmp(&a.excess));
        candidates.truncate(CONFIRMED);
        let enclosed = self.view::<Interval>()?;
        candidates.iter().find_map(|candidate| {
            let exact = |v: &[f64]| -> Option<Vec<Rational>> {
                v.iter().map(|v| Rational::from_f64(*v)).collect()
            };
            let (x, v) = (exact(&candidate.x)?, exact(&candidate.v)?);
            let enclose = |v: &[Rational]| -> Vec<Interval> {
                v.iter().map(Interval::from_rational).collect()
            };
            let excess = if candidate.v.is_empty() {
                enclosed.excess(self.class, &enclose(&x))
            } else {
                enclosed.curvature_excess(self.class, &enclose(&x), &enclose(&v), candidate.sample)
            };
            excess.is_ok_and(|excess| excess.lower() > 0.0).then_some(x)
        })
    }

    /// Points on rays from x*, and the directions of most and least curvature there.
    fn candidates(&self, floats: &View<f64>) -> Vec<Candidate> {
        let mut found = Vec::new();
        for x in self.points(floats) {
            let e = subtract(&x, &floats.x_star);
            let scale = norm_sq(&e).max(f64::MIN_POSITIVE);
            if let Ok(excess) = floats.excess(self.class, &x) {
                found.push(Candidate {
                    excess: excess / scale,
                    x: x.clone(),
                    v: vec![],
                    sample: None,
                });
            }
            let samples: Vec<Option<usize>> = match self.class {
                Class::Sm | Class::Sc => vec![None],
                Class::ConvexSamples => (0..floats.problem.samples()).map(Some).collect(),
                _ => vec![],
            };
            for sample in samples {
                let hessian = match sample {
                    Some(n) => floats.problem.hessian_at(n, &x),
                    None => floats.problem.mean_hessian_at(&x),
                };
                let Ok(hessian) = hessian else { continue };
                if !hessian.entries().iter().all(|entry| entry.is_finite()) {
                    continue;
                }
                for v in estimate_eigenvectors(&hessian) {
                    if let Ok(excess) = floats.curvature_excess(self.class, &x, &v, sample) {
                        found.push(Candidate { excess, x: x.clone(), v, sample });
                    }
                }
            }
        }
        found
    }

    /// E ∇²f_ξ² at x*, in floats; zero if it has no value.
    fn square_hessian(&self, floats: &View<f64>) -> Matrix<f64> {
        let (d, n) = (floats.problem.dimension(), floats.problem.samples());
        let mut mean = Matrix::zeros(d, d);
        let mut square = Matrix::zeros(d, d);
        for sample in 0..n {
            if let Ok(hessian) = floats.problem.hessian_at(sample, &floats.x_star) {
                mean = mean.plus_scaled(&(1.0 / n as f64), &hessian);
                square = square.plus_scaled(&(1.0 / n as f64), &hessian.product(&hessian));
            }
        }
        square.scaled(&floats.share).plus_scaled(&(1.0 - floats.share), &mean.product(&mean))
    }

    fn points(&self, floats: &View<f64>) -> Vec<Vec<f64>> {
        let d = floats.problem.dimension();
        let mut directions: Vec<Vec<f64>> =
            (0..d).map(|i| (0..d).map(|j| f64::from(u8::from(i == j))).collect()).collect();
        if let Ok(hessian) = floats.problem.mean_hessian_at(&floats.x_star) {
            directions.extend(estimate_eigenvectors(&hessian));
            directions.extend(estimate_ratio_directions(&self.square_hessian(floats), &hessian));
        }
        let scales: Vec<f64> = match &floats.problem {
            FiniteSum::Waves(waves) => {
                directions.extend(preimages(&waves.rows));
                let near = [2f64.powi(-10), 2f64.powi(-7)].into_iter();
                near.chain((1..=120).map(|k| f64::from(k) / 20.0)).collect()
            }
            FiniteSum::LinearModel(model) => {
                let width = model.width();
                let mut total = vec![0.0; width];
                for a in &model.features {
                    total.iter_mut().zip(a).for_each(|(sum, v)| *sum += v);
                }
                // Toward one feature vector, or all of them, for each output.
                for a in model.features.iter().chain([&total]) {
                    for k in 0..model.outputs() {
                        let own = |i: usize| if i / width == k { a[i % width] } else { 0.0 };
                        directions.push((0..d).map(own).collect());
                    }
                }
                (-10..=24).map(|k| 2f64.powi(k)).collect()
            }
            _ => vec![1.0],
        };
        // x* itself, the origin, and both ways along each direction.
        let mut points = vec![floats.x_star.clone(), vec![0.0; d]];
        for direction in &directions {
            for scale in scales.iter().flat_map(|scale| [*scale, -scale]) {
                let along = floats.x_star.iter().zip(direction);
                points.push(along.map(|(x, v)| x + scale * v).collect());
            }
        }
        points
    }
}

/// For each row a_j a least-norm v with ⟨a_j, v⟩ = 1 and the other products zero, in floats, where
/// the rows are independent.
fn preimages(rows: &[Vec<f64>]) -> Vec<Vec<f64>> {
    let k = rows.len();
    let gram = Matrix::from_fn(k, k, |i, j| dot(&rows[i], &rows[j]));
    let unit = Matrix::from_fn(k, k, |i, j| f64::from(u8::from(i == j)));
    let Some(inverse) = solve_float(&gram, &unit) else { return Vec::new() };
    let d = rows.first().map_or(0, Vec::len);
    (0..k)
        .map(|j| (0..d).map(|i| (0..k).map(|l| rows[l][i] * inverse[(l, j)]).sum()).collect())
        .filter(|v: &Vec<f64>| v.iter().all(|v| v.is_finite()))
        .collect()
}

impl<S: Linear> View<S> {
    /// By how much the inequality of a property fails at x: positive where it does.
    fn excess(&self, class: Class, x: &[S]) -> Result<S, Undefined> {
        let half = S::from_rational(&Rational::ratio(1, 2));
        let e = subtract(x, &self.x_star);
        let gap = || Ok(self.problem.mean_loss(x)?.minus(&self.f_star));
        match class {
            // F + (c/2)‖e‖² − ⟨∇f, e⟩; strong convexity implies that this is not positive.
            Class::Qsc | Class::Sc => {
                let inner = dot(&self.problem.mean_gradient(x)?, &e);
                let square = half.times(&self.constant).times(&norm_sq(&e));
                Ok(gap()?.plus(&square).minus(&inner))
            }
            Class::Pl => {
                let square = half.times(&norm_sq(&self.problem.mean_gradient(x)?));
                Ok(self.constant.times(&gap()?).minus(&square))
            }
            Class::Es => {
                let (near, far) =
                    (self.problem.gradients(&self.x_star)?, self.problem.gradients(x)?);
                let changes: Vec<Vec<S>> =
                    far.iter().zip(&near).map(|(far, near)| subtract(far, near)).collect();
                let weight = S::from_rational(&Rational::ratio(1, changes.len() as i64));
                let squares = changes.iter().fold(S::zero(), |sum, u| sum.plus(&norm_sq(u)));
                let mean = crate::linear::average(x.len(), &changes);
                let rest = S::one().minus(&self.share);
                let second = self.share.times(&squares.times(&weight));
                let second = second.plus(&rest.times(&norm_sq(&mean)));
                let two = S::from_rational(&Rational::integer(2));
                Ok(second.minus(&two.times(&self.constant).times(&gap()?)))
            }
            _ => Err(Undefined::Missing("a property of the curvature".into())),
        }
    }

    /// The same for properties of the curvature vᵀ∇²f(x)v, or that of one sample.
    fn curvature_excess(
        &self,
        class: Class,
        x: &[S],
        v: &[S],
        sample: Option<usize>,
    ) -> Result<S, Undefined> {
        let hessian = match sample {
            Some(n) => self.problem.hessian_at(n, x)?,
            None => self.problem.mean_hessian_at(x)?,
        };
        let curvature = dot(&hessian.apply(v), v);
        let square = self.constant.times(&norm_sq(v));
        match class {
            Class::Sm => Ok(curvature.greatest(&curvature.negated()).minus(&square)),
            Class::Sc => Ok(square.minus(&curvature)),
            Class::ConvexSamples => Ok(curvature.negated()),
            _ => Err(Undefined::Missing("not a property of the curvature".into())),
        }
    }
}
