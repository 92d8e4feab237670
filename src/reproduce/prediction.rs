//! What the theorems predict of a study: noise floors, bounds over time, and the best weight.

use super::ReproduceError;
use super::data::Named;
use super::schedule::Schedule;
use super::study::{Curve, Grid, Study, Tutor};
use crate::audit::cost::{Bound, Estimator, Profile};
use crate::audit::data::{DataOptions, DataProblem};
use crate::audit::library::Library;
use crate::audit::setting::Setting;
use crate::claim::evaluate::Environment;
use crate::claim::vocabulary::{Process, Quantity};
use crate::expectation::Budget;
use crate::problem::RidgeConvention;
use crate::run::Method;
use crate::scalar::{Interval, Rational, Scalar};
use crate::weight::advice::{Graded, Question, advise, expected_smoothness, variance_factor};
use crate::weight::model::{Model, Problem};
use crate::weight::optimum::{Optimum, minimise};
use crate::weight::stationary::{ErrorQuadratic, Stationary};
use crate::weight::teacher::Teacher;
use crate::weight::{Noise, WeightError};
use nalgebra::DMatrix;
use rayon::prelude::*;
use serde::Serialize;

/// Stationary errors in more dimensions than this are not enclosed, but floats.
const MAX_ENCLOSED: usize = 12;

/// A predicted noise floor, E‖x − x*‖² in the long run.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Floor {
    /// Where it comes from.
    pub basis: &'static str,
    /// Whether the floor is this number; otherwise `upper` bounds it.
    pub is_exact: bool,
    /// The lower end of an enclosure; 0 if the floor is only bounded.
    pub lower: f64,
    /// The upper end.
    pub upper: f64,
    /// A bound on how far the measured mean may be from the floor because runs are finite: what is
    /// left of the start and of a weight that has changed.
    pub transient: f64,
}

/// The minimiser of a study and what follows from it.
pub struct Ground {
    /// x*, K×d.
    pub point: DMatrix<f64>,
    /// f*.
    pub loss: f64,
    /// μ.
    pub mu: f64,
    /// 𝓛 at the batch size.
    pub l_exp: f64,
    /// L, which turns a bound on E‖x − x*‖² into one on f(x) − f*.
    pub l_smooth: f64,
    /// For each teacher: the constants, the best weight and the best unbiased weight.
    pub advice: Vec<Advised>,
    /// Least squares: SGD's stationary error p₀.
    p_0: Option<Interval>,
}

/// What the theorems say of one teacher.
#[derive(Clone, Copy, Debug)]
pub struct Advised {
    /// The constants, as bounds see them.
    pub profile: Profile,
    /// λ*: theorem-7's for least squares, theorem-1's elsewhere.
    pub weight: f64,
    /// theorem-4's weight, C/V.
    pub unbiased: f64,
    /// Least squares: D = ‖θ − x*‖².
    distance: Option<Interval>,
    /// Least squares: the stationary error of unbiased distillation, in floats.
    centred: Option<ErrorQuadratic>,
}

/// What is certified before a study has a step size: the exact twin of a small least-squares problem.
pub(super) struct Start {
    pub point: DMatrix<f64>,
    pub mu: f64,
    pub l_exp: f64,
    exact: Option<DataProblem>,
}

impl Start {
    /// Minimises the problem; small least squares also in rationals.
    pub fn new(named: &Named, problem: &Problem, batch: usize) -> Result<Self, ReproduceError> {
        let fault =
            |source: WeightError| ReproduceError::Weight { name: named.name.clone(), source };
        let rows = problem.samples();
        if batch == 0 || batch > rows {
            return Err(fault(WeightError::Batch { batch, rows }));
        }
        let optimum = minimise(problem).map_err(fault)?;
        let mut exact = None;
        if problem.model == Model::Linear && problem.dimension() <= MAX_ENCLOSED {
            let ridge = Rational::from_f64(problem.ridge).unwrap_or(Rational::ZERO);
            let options = DataOptions { batch, ridge, steps: Some(1), ..DataOptions::default() };
            exact = DataProblem::new(&named.name, named.dataset.clone(), &options).ok();
        }
        let (mu, l_exp) = match &exact {
            Some(twin) => (twin.constants.mu.to_f64(), twin.constants.l_exp.to_f64()),
            None => (optimum.mu, expected_smoothness(problem, batch)),
        };
        Ok(Self { point: optimum.point, mu, l_exp, exact })
    }
}

impl Ground {
    /// With the step size and the teachers of a study.
    pub(super) fn new(
        name: &str,
        start: Start,
        problem: &Problem,
        (gamma, batch): (f64, usize),
        tutors: &[Tutor],
    ) -> Result<Self, ReproduceError> {
        let Start { point, mu, l_exp, exact } = start;
        let undefined = || ReproduceError::Option(format!("{name}: there is no stationary error"));
        let factor = variance_factor(problem.samples(), batch);
        let law = Stationary::new(problem, &point, gamma, factor);
        let p_0 = match (&exact, &law) {
            (Some(twin), _) => Some(enclosed_floor(twin, gamma).ok_or_else(undefined)?),
            (None, Some(law)) => {
                let none = DMatrix::zeros(problem.dimension(), problem.samples());
                law.error(&none).and_then(|error| Interval::point(error.p_0))
            }
            (None, None) => None,
        };
        let optimum = Optimum { gradient_norm: 0.0, mu, radius: None, point: point.clone() };
        let l_max = problem.largest_smoothness();
        let mut advice = Vec::new();
        for tutor in tutors {
            let teacher = Teacher::Parameters(tutor.point.clone());
            let both = RidgeConvention::Both;
            let noise = Noise::<f64>::compute(problem, &optimum, &teacher, both)?;
            let profile = Profile {
                samples: problem.samples(),
                batch,
                mu,
                l_exp,
                l_max,
                sigma_star_sq: noise.sigma_star_sq * factor,
                teacher_var: noise.teacher_var * factor,
                bias_sq: noise.bias_sq,
                cov: noise.cov * factor,
                distance_sq: point.norm_squared(),
            };
            let distance = p_0.is_some().then(|| exact_distance(&exact, &point, &tutor.point));
            let kappa = 2.0 / (3.0 * gamma * mu);
            let weight = match (&p_0, &distance) {
                (Some(p_0), Some(d)) => p_0.midpoint() / (p_0.midpoint() + d.midpoint()),
                _ => profile.cov / (profile.teacher_var + (1.0 + kappa) * profile.bias_sq),
            };
            let unbiased = profile.cov / profile.teacher_var;
            let centred = law.as_ref().and_then(|law| law.error(&centred(problem, &tutor.point)));
            advice.push(Advised { profile, weight, unbiased, distance, centred });
        }
        let smooth = problem.model.curvature() * problem.gram().symmetric_eigenvalues().max();
        let l_smooth = (smooth + problem.ridge) * (1.0 + 1e-9);
        let loss = problem.loss(&point);
        Ok(Self { point, loss, mu, l_exp, l_smooth, advice, p_0 })
    }

    /// Whether the stationary errors are exact.
    pub fn is_exact(&self) -> bool {
        self.p_0.is_some()
    }

    /// The noise floor of a curve, as far as a theorem tells it.
    pub fn floor(&self, library: &Library, study: &Study, curve: &Curve) -> Option<Floor> {
        if curve.mask.is_some() {
            return None;
        }
        let weight = curve.schedule.limit();
        let own = &self.advice[curve.teacher.unwrap_or(0)];
        let exact = |basis, value: Interval| {
            let (lower, upper) = (value.lower(), value.upper());
            let transient = self.transient(study, curve, upper);
            Some(Floor { basis, is_exact: true, lower, upper, transient })
        };
        if let Some(p_0) = &self.p_0 {
            match curve.method {
                Method::Sgd => return exact("theorem-5", *p_0),
                Method::Kd => {
                    let weight = Interval::point(weight)?;
                    let rest = Interval::one().minus(&weight).squared().times(p_0);
                    let value = rest.plus(&weight.squared().times(own.distance.as_ref()?));
                    return exact("theorem-7", value);
                }
                Method::UnbiasedKd => {
                    return exact("theorem-5", Interval::point(own.centred?.at(weight))?);
                }
                _ => {}
            }
        }
        let (basis, bound) = self.limit(library, curve)?;
        let upper = bound.from(0.0, study.gamma, weight, u64::MAX >> 14)?;
        Some(Floor { basis, is_exact: false, lower: 0.0, upper, transient: 0.0 })
    }

    /// How far the mean of E‖x^t − x*‖² over the last intervals may be from the stationary F.
    ///
    /// Compare a run with a stationary one on equal samples. With δ_t = λ_t − λ and the gradients
    /// g_ξ = ∇f_ξ(x*), their difference d has u = d − δ(θ − x*), u⁺ = (I − γA_ξ)u + γδg_ξ between
    /// changes of the weight, and ‖u⁺‖² ≤ r²‖u‖² + 2γ²δ²σ*² in mean square, r² = 1 − 2γμ(1 − γ𝓛), by
    /// E A_ξ² ⪯ 𝓛 E A_ξ and Young. So ‖u‖ ≤ a + n, where a shrinks by r and grows by ‖θ − x*‖ times
    /// each change, and n² shrinks by r² and grows by the noise. It starts at no more than
    /// ‖x⁰ − x*‖ + √F, and |E‖x^t − x*‖² − F| ≤ 2√F‖d‖ + ‖d‖².
    fn transient(&self, study: &Study, curve: &Curve, floor: f64) -> f64 {
        let gamma = study.gamma;
        let contraction = (1.0 - 2.0 * gamma * self.mu * (1.0 - gamma * self.l_exp)).max(0.0);
        let own = &self.advice[curve.teacher.unwrap_or(0)];
        let far = own.distance.map_or(0.0, |distance| distance.upper().sqrt());
        let limit = curve.schedule.limit();
        let off = |epoch: u64| (curve.schedule.at(epoch) - limit).abs();
        let after = |(a, n_sq): (f64, f64), epoch: u64, steps: u64| {
            let left = contraction.powf(steps as f64);
            let noise = 2.0 * (gamma * off(epoch)).powi(2) * own.profile.sigma_star_sq;
            (a * left.sqrt(), n_sq * left + noise * (1.0 - left) / (1.0 - contraction))
        };
        let (mut epoch, mut state) = (0, (self.point.norm() + floor.sqrt() + off(0) * far, 0.0));
        let tail = study.grid.ends.len() - study.grid.tail..study.grid.ends.len();
        let times: Vec<u64> = tail.flat_map(|interval| study.grid.times(interval)).collect();
        let mut total = 0.0;
        for time in &times {
            while (epoch + 1) * study.epoch <= *time {
                state = after(state, epoch, study.epoch);
                let change = curve.schedule.at(epoch + 1) - curve.schedule.at(epoch);
                state.0 += change.abs() * far;
                epoch += 1;
            }
            let (a, n_sq) = after(state, epoch, time - epoch * study.epoch);
            let apart = a + n_sq.sqrt() + off(epoch) * far;
            total += apart * (2.0 * floor.sqrt() + apart);
        }
        total / times.len() as f64
    }

    fn limit(&self, library: &Library, curve: &Curve) -> Option<(&'static str, Bound)> {
        let (basis, estimator) = match curve.method {
            Method::Sgd => ("theorem-4", Estimator::Sgd),
            Method::Kd => ("theorem-1", Estimator::Kd),
            Method::UnbiasedKd => ("theorem-4", Estimator::UnbiasedKd),
            // There is no bound here on a snapshot that moves at fixed times.
            _ => return None,
        };
        let profile = &self.advice[curve.teacher.unwrap_or(0)].profile;
        Some((basis, Bound::new(library, profile, estimator)?))
    }

    /// The bound on E‖x − x*‖², averaged over the times of each interval, where a theorem bounds the
    /// curve: theorem-1 or theorem-4, from epoch to epoch where the weight changes.
    pub fn bounds(&self, library: &Library, study: &Study, curve: &Curve) -> Option<Vec<f64>> {
        if curve.mask.is_some() {
            return None;
        }
        let (_, bound) = self.limit(library, curve)?;
        if !bound.allows(study.gamma) {
            return None;
        }
        let mut walk = Walk {
            bound: &bound,
            gamma: study.gamma,
            schedule: curve.schedule,
            epoch: study.epoch,
            start: 0,
            distance: self.point.norm_squared(),
        };
        let interval = |i: usize| -> Option<f64> {
            let times = study.grid.times(i);
            let mut total = 0.0;
            for time in &times {
                total += walk.at(*time)?;
            }
            Some(total / times.len() as f64)
        };
        let Grid { ends, .. } = &study.grid;
        (0..ends.len()).map(interval).collect()
    }
}

/// A bound that is applied again at each change of the weight.
struct Walk<'a> {
    bound: &'a Bound,
    gamma: f64,
    schedule: Schedule,
    epoch: u64,
    /// The step of the last change, and the bound on the distance there.
    start: u64,
    distance: f64,
}

impl Walk<'_> {
    fn at(&mut self, time: u64) -> Option<f64> {
        loop {
            let own = self.start / self.epoch;
            let weight = self.schedule.at(own);
            let end = self.schedule.steady(own).map(|epochs| (own + epochs) * self.epoch);
            match end.filter(|end| *end < time) {
                None => {
                    return self.bound.from(self.distance, self.gamma, weight, time - self.start);
                }
                Some(end) => {
                    let steps = end - self.start;
                    self.distance = self.bound.from(self.distance, self.gamma, weight, steps)?;
                    self.start = end;
                }
            }
        }
    }
}

/// p₀ of the exact twin at a step size, enclosed.
fn enclosed_floor(twin: &DataProblem, gamma: f64) -> Option<Interval> {
    let mut instance = twin.instance.clone();
    instance.parameters.gamma = Rational::from_f64(gamma)?;
    let constants = Some(&twin.constants);
    let budget = Budget::STANDARD;
    let setting = Setting::<Interval>::new(&instance, constants, Process::Kd, budget);
    let gamma = Interval::point(gamma)?;
    setting.scalar(Quantity::StationaryError, &[gamma, Interval::zero()]).ok()
}

/// ‖θ − x*‖²: exactly where x* is known exactly, then rounded outward.
fn exact_distance(exact: &Option<DataProblem>, x: &DMatrix<f64>, theta: &DMatrix<f64>) -> Interval {
    let rational = exact.as_ref().and_then(|twin| {
        let mut total = Rational::ZERO;
        for (theta, x) in theta.iter().zip(&twin.constants.x_star) {
            total = total.plus(&Rational::from_f64(*theta)?.minus(x).squared());
        }
        Some(Interval::from_rational(&total))
    });
    let float = || Interval::point((theta - x).norm_squared());
    rational.or_else(float).unwrap_or_else(Interval::zero)
}

/// c_n − c̄ of a teacher for least squares, d×N.
fn centred(problem: &Problem, theta: &DMatrix<f64>) -> DMatrix<f64> {
    let residual = problem.responses(theta) - &problem.labels;
    let mut control = problem.features.clone();
    for (n, mut column) in control.column_iter_mut().enumerate() {
        column *= residual[n];
    }
    let mean = control.column_mean();
    control.column_iter_mut().for_each(|mut column| column -= &mean);
    control
}

/// theorem-1's best weight at one ridge.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RidgeRow {
    /// r.
    pub ridge: f64,
    /// γ = 1/(8𝓛).
    pub gamma: f64,
    /// σ*².
    pub sigma_star_sq: Graded,
    /// λ*.
    pub weight: Graded,
    /// What remains of SGD's noise term in theorem-1's bound at λ*.
    pub share: Graded,
}

/// λ* of one teacher as the ridge goes to 0.
pub(super) fn ridges(
    name: &str,
    problem: &Problem,
    theta: &DMatrix<f64>,
    batch: usize,
) -> Result<Vec<RidgeRow>, ReproduceError> {
    let teacher = Teacher::Parameters(theta.clone());
    let question = Question { gamma: None, batch, convention: RidgeConvention::Both };
    let fault = |source| ReproduceError::Weight { name: name.to_owned(), source };
    let row = |ridge: f64| {
        let problem = Problem { ridge, ..problem.clone() };
        let advice = advise(&problem, &teacher, &question).map_err(fault)?;
        let nothing = || ReproduceError::Option(format!("{name}: no weight at ridge {ridge}"));
        let choice = advice.here.theorem_1.ok_or_else(nothing)?;
        Ok(RidgeRow {
            ridge,
            gamma: advice.here.gamma,
            sigma_star_sq: advice.sigma_star_sq,
            weight: choice.weight,
            share: choice.share,
        })
    };
    [1e-2, 1e-3, 1e-4].into_par_iter().map(row).collect()
}
