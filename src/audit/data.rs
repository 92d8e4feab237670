//! Least-squares claims on a real data set: one large exact instance, and the comparison of what
//! the theorems predict with what the moment recursion measures.

use super::check::{Outcome, check_with, decide, unmet};
use super::hypotheses::{Standing, check_condition, check_hypotheses};
use super::sampled::check_sampled;
use super::search::seed_of;
use super::setting::Setting;
use crate::claim::dictionary::Dictionary;
use crate::claim::evaluate::{evaluate, evaluate_scalar};
use crate::claim::theorem::{Claim, Condition};
use crate::claim::vocabulary::{Law, Process};
use crate::expectation::confidence::CLAIM_ALPHA;
use crate::expectation::sampled::SamplingPlan;
use crate::expectation::{Budget, MAX_STEPS, MomentArithmetic};
use crate::linear::{Matrix, exact};
use crate::problem::{
    Algorithm, AssertedConstants, Constants, ControlVariate, Dataset, FiniteSum, Instance,
    Parameters, RidgeConvention, Sampling, default_eta,
};
use crate::scalar::{Interval, Rational, Scalar, Undefined};
use std::collections::HashMap;
use std::sync::{Mutex, OnceLock, PoisonError};

/// How a data set is made into an instance.
#[derive(Clone, Debug, PartialEq)]
pub struct DataOptions {
    /// Step size; 1/(8𝓛) by default.
    pub gamma: Option<Rational>,
    /// Minibatch size τ.
    pub batch: usize,
    /// Ridge r ≥ 0.
    pub ridge: Rational,
    /// Whether the teacher's gradient has the ridge term.
    pub ridge_convention: RidgeConvention,
    /// Horizon t; 10/(γμ) by default, within [`MAX_WORK`].
    pub steps: Option<u64>,
}

impl Default for DataOptions {
    fn default() -> Self {
        Self {
            gamma: None,
            batch: 1,
            ridge: Rational::ZERO,
            ridge_convention: RidgeConvention::Both,
            steps: None,
        }
    }
}

/// The default horizon is cut where the recursion, (d(d + 3)/2)² operations a step, would take more
/// operations than this: a few seconds.
pub const MAX_WORK: u64 = 4_000_000_000;

/// What is sampled of a claim that is too large for moments: a few seconds.
const SAMPLING: SamplingPlan =
    SamplingPlan { paths: 100_000, steps: 20_000_000, alpha: CLAIM_ALPHA };

/// Teacher parameters and weights are rounded to multiples of 2^−20.
pub(super) const ROUNDING: i32 = -20;

/// Why a data set cannot be audited.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum DataError {
    /// H̄ is singular.
    #[error(
        "the features are linearly dependent, so least squares has no unique minimiser: drop features or add --ridge"
    )]
    NoMinimiser,
    /// The first half of the rows does not determine a teacher.
    #[error("the first {0} rows do not determine a least-squares teacher: add --ridge")]
    NoTeacher(usize),
    /// γ ≤ 0.
    #[error("the step size must be positive, found {0}")]
    StepSize(Rational),
    /// Classes are predicted with a ridge only.
    #[error(
        "logistic and softmax regression need --ridge above 0: without it there may be no minimiser"
    )]
    NoRidge,
    /// The target does not have the classes that the model predicts.
    #[error(
        "{link} regression predicts two classes, softmax up to twenty; the target has {found} values"
    )]
    Classes {
        /// The model.
        link: &'static str,
        /// How many values there are.
        found: usize,
    },
    /// r < 0.
    #[error("the ridge must not be negative, found {0}")]
    Ridge(Rational),
    /// τ is not in 1..=N.
    #[error("the batch size must be between 1 and the number of rows {rows}, found {batch}")]
    Batch {
        /// τ.
        batch: usize,
        /// N.
        rows: usize,
    },
}

/// A data set as an instance with its certified constants.
#[derive(Clone, Debug)]
pub struct DataProblem {
    /// The name of the data set.
    pub name: String,
    /// Notes on how it was read.
    pub notes: Vec<String>,
    /// The instance; the weight is theorem-1's best one.
    pub instance: Instance,
    /// Its constants.
    pub constants: Constants,
}

impl DataProblem {
    /// Builds the instance: the teacher is the least-squares solution on the first half of the
    /// rows, x⁰ = 0, and the weight is the one that theorem-1 recommends.
    ///
    /// # Errors
    /// If the data determine no minimiser or no teacher, or an option is out of range.
    pub fn new(name: &str, dataset: Dataset, options: &DataOptions) -> Result<Self, DataError> {
        let Dataset { features, target, mut notes, .. } = dataset;
        if options.ridge.is_negative() {
            return Err(DataError::Ridge(options.ridge.clone()));
        }
        let (rows, d) = (features.len(), features[0].len());
        let batch = options.batch;
        let sampling = Sampling::new(rows, batch).ok_or(DataError::Batch { batch, rows })?;
        let half = rows.div_ceil(2);
        let ridge = options.ridge.clone();
        let part = |rows: usize| FiniteSum::LeastSquares {
            features: features[..rows].to_vec(),
            targets: target[..rows].to_vec(),
            ridge: ridge.clone(),
        };
        let minimiser = |problem: &FiniteSum<Rational>| {
            let problem = problem.as_quadratic()?;
            let linear = problem.mean_linear();
            let right = Matrix::from_fn(d, 1, |i, _| linear[i].clone());
            exact::solve(&problem.mean_hessian(), &right)
        };
        let teacher = minimiser(&part(half)).ok_or(DataError::NoTeacher(half))?;
        let teacher: Vec<Rational> =
            teacher.entries().iter().map(|v| v.round_to_dyadic(ROUNDING)).collect();
        let problem = part(rows);
        let constants =
            Constants::compute(&problem, sampling).map_err(|_| DataError::NoMinimiser)?;
        let largest = constants.l_exp.times(&Rational::integer(8)).reciprocal();
        let gamma = options.gamma.clone().or(largest).ok_or(DataError::NoMinimiser)?;
        if !gamma.is_positive() {
            return Err(DataError::StepSize(gamma));
        }
        let rate = gamma.times(&constants.mu);
        let steps = Rational::integer(10).over(&rate).ok().and_then(|t| t.floor_u64());
        let steps = steps.unwrap_or(u64::MAX);
        let width = (d * (d + 3) / 2) as u64;
        let affordable = (MAX_WORK / (width * width)).min(MAX_STEPS);
        let horizon = options.steps.unwrap_or(steps.min(affordable));
        if options.steps.is_none() && steps > affordable {
            notes.push(format!(
                "the horizon 10/(gamma mu) = {steps} steps is cut to {affordable}; --steps sets another"
            ));
        }
        let mut instance = Instance {
            problem,
            control: ControlVariate::Teacher {
                parameters: teacher,
                ridge: options.ridge_convention,
            },
            sampling,
            point: vec![Rational::ZERO; d],
            parameters: Parameters {
                omega: Rational::ZERO,
                delta: Rational::ONE,
                gamma_2: gamma.plus(&gamma),
                gamma,
                lambda: Rational::ZERO,
                kappa: penalty(&rate),
                a: Rational::ONE,
                eta: default_eta(),
                horizon,
            },
            asserted: AssertedConstants::default(),
            algorithm: Algorithm::default(),
        };
        match recommended_weight(&instance, &constants) {
            Some(weight) => instance.parameters.lambda = weight,
            None => notes.push("theorem-1 recommends no weight here; 0 is used".to_owned()),
        }
        Ok(Self { name: name.to_owned(), notes, instance, constants })
    }

    /// The instance in both rigorous arithmetics, to check claims on.
    pub fn case(&self, budget: Budget) -> DataCase<'_> {
        let mut one_step = self.instance.clone();
        one_step.parameters.horizon = 1;
        DataCase {
            problem: self,
            one_step,
            budget,
            settings: Default::default(),
            standings: Mutex::default(),
        }
    }
}

/// κ = 2/(3γμ).
pub(super) fn penalty(rate: &Rational) -> Rational {
    let three = rate.times(&Rational::integer(3));
    Rational::integer(2).over(&three).unwrap_or(Rational::ZERO)
}

/// The value of a standard definition on a setting, for example `cov`.
fn defined<S: MomentArithmetic>(setting: &Setting<'_, S>, formula: &str) -> Result<S, Undefined> {
    let expr = Dictionary::standard().expression(formula);
    let expr = expr.map_err(|error| Undefined::Missing(error.to_string()))?;
    evaluate_scalar(&expr, setting)
}

/// σ*², V, B and C, enclosed: single-sample values, which the sampling's variance factor scales.
///
/// Minibatches are not enumerated, so any batch size will do (lemma-minibatch-noise).
#[derive(Clone, Debug)]
pub(super) struct Noise {
    pub(super) sigma_star_sq: Interval,
    pub(super) teacher_var: Interval,
    pub(super) bias_sq: Interval,
    pub(super) cov: Interval,
}

impl Noise {
    pub(super) fn enclose(instance: &Instance, constants: &Constants) -> Option<Self> {
        let mut single = instance.clone();
        single.sampling = Sampling::new(instance.problem.samples(), 1)?;
        let budget = Budget::STANDARD;
        let setting = Setting::<Interval>::new(&single, Some(constants), Process::Kd, budget);
        let factor: Interval = instance.sampling.variance_factor_in();
        let scaled = |name| Some(factor.times(&defined(&setting, name).ok()?));
        Some(Self {
            sigma_star_sq: scaled("sigma_star_sq")?,
            teacher_var: scaled("teacher_var")?,
            bias_sq: defined(&setting, "bias_sq").ok()?,
            cov: scaled("cov")?,
        })
    }
}

/// theorem-1's best weight C/(V + (1 + κ)B), rounded; `None` if it is not defined.
pub(super) fn recommended_weight(instance: &Instance, constants: &Constants) -> Option<Rational> {
    // Any weight is as valid as another: an enclosure's midpoint is rounded like an exact value.
    let Noise { teacher_var, bias_sq, cov, .. } = Noise::enclose(instance, constants)?;
    let one_and_kappa = Interval::from_rational(&Rational::ONE.plus(&instance.parameters.kappa));
    let denominator = teacher_var.plus(&one_and_kappa.times(&bias_sq));
    let weight = cov.over(&denominator).ok()?.midpoint();
    Some(Rational::from_f64(weight)?.round_to_dyadic(ROUNDING))
}

/// A data set ready to check claims on; what is computed is shared between the claims.
pub struct DataCase<'a> {
    problem: &'a DataProblem,
    /// The same instance with t = 1, for claims that hold path by path: with hundreds of rows, two
    /// steps have more paths than can be enumerated.
    one_step: Instance,
    budget: Budget,
    /// One pair a process.
    settings: [OnceLock<Settings<'a>>; Process::COUNT],
    /// Conditions that were checked before, by process and text: claims share most of them.
    standings: Mutex<HashMap<String, Standing>>,
}

type Settings<'a> = (Setting<'a, Rational>, Setting<'a, Interval>);

impl DataCase<'_> {
    /// The instance that a claim is checked on.
    pub fn instance(&self, claim: &Claim) -> &Instance {
        match claim.formula.almost_sure_law() {
            Some(Law::Path) => &self.one_step,
            _ => &self.problem.instance,
        }
    }

    /// Checks a claim on the data.
    pub fn check(&self, claim: &Claim) -> Outcome {
        let DataProblem { instance, constants, .. } = self.problem;
        let (process, budget) = (claim.process, self.budget);
        if claim.formula.almost_sure_law() == Some(Law::Path) {
            return check_with(claim, &self.one_step, Ok(constants), budget);
        }
        let check = |condition: &Condition| {
            let lock = || self.standings.lock().unwrap_or_else(PoisonError::into_inner);
            let key = format!("{process:?}: {condition}");
            if let Some(standing) = lock().get(&key) {
                return standing.clone();
            }
            let standing = check_condition(condition, instance, Ok(constants), process, budget);
            lock().insert(key, standing.clone());
            standing
        };
        if let Err(reason) = check_hypotheses(claim, instance, check) {
            return unmet(reason);
        }
        let (exact, enclosed) = self.settings[process as usize].get_or_init(|| {
            let constants = Some(constants);
            let exact = Setting::new(instance, constants, process, budget);
            (exact, Setting::new(instance, constants, process, budget))
        });
        let outcome = decide(claim, exact, |formula| evaluate(formula, enclosed));
        let Outcome::Inconclusive { why } = outcome else { return outcome };
        // Too large for moments; but perhaps not for sampling, where a range is proved.
        let seed = seed_of(0, &format!("{} {}", self.problem.name, claim.hash()), 0);
        match check_sampled(claim, instance, constants, budget, SAMPLING, seed) {
            None => Outcome::Inconclusive { why },
            Some(Outcome::Inconclusive { why: also }) => {
                Outcome::Inconclusive { why: format!("{why}; by sampling: {also}") }
            }
            Some(sampled) => sampled,
        }
    }
}
