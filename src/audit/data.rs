//! Least-squares claims on a real data set: one large exact instance, and the comparison of what
//! the theorems predict with what the moment recursion measures.

use super::check::{Outcome, decide, unmet};
use super::hypotheses::{Standing, check_condition, check_hypotheses};
use super::setting::Setting;
use crate::claim::dictionary::Dictionary;
use crate::claim::evaluate::{evaluate, evaluate_scalar};
use crate::claim::theorem::{Claim, Condition};
use crate::claim::vocabulary::{Law, Process};
use crate::expectation::{Budget, MomentArithmetic};
use crate::linear::{Matrix, exact};
use crate::problem::{
    AssertedConstants, Constants, ControlVariate, Dataset, FiniteSum, Instance, Parameters,
    RidgeConvention, Sampling,
};
use crate::scalar::{Interval, Rational, Scalar, Undefined};
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

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

/// Teacher parameters and weights are rounded to multiples of 2^−20.
const ROUNDING: i32 = -20;

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
        let affordable = MAX_WORK / (width * width);
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
                gamma_2: gamma.plus(&gamma),
                gamma,
                lambda: Rational::ZERO,
                kappa: penalty(&rate),
                horizon,
            },
            asserted: AssertedConstants::default(),
        };
        instance.parameters.lambda = recommended_weight(&instance, &constants);
        Ok(Self { name: name.to_owned(), notes, instance, constants })
    }

    /// The instance in both rigorous arithmetics, to check claims on.
    pub fn case(&self, budget: Budget) -> DataCase<'_> {
        let setting = (&self.instance, Some(&self.constants), Process::Kd, budget);
        DataCase {
            problem: self,
            exact: Setting::new(setting.0, setting.1, setting.2, setting.3),
            enclosed: Setting::new(setting.0, setting.1, setting.2, setting.3),
            standings: Mutex::default(),
        }
    }
}

/// κ = 2/(3γμ).
fn penalty(rate: &Rational) -> Rational {
    let three = rate.times(&Rational::integer(3));
    Rational::integer(2).over(&three).unwrap_or(Rational::ZERO)
}

/// The value of a standard definition on a setting, for example `cov`.
pub(super) fn defined<S: MomentArithmetic>(
    setting: &Setting<'_, S>,
    formula: &str,
) -> Result<S, Undefined> {
    let expr = Dictionary::standard().expression(formula);
    let expr = expr.map_err(|error| Undefined::Missing(error.to_string()))?;
    evaluate_scalar(&expr, setting)
}

/// theorem-1's best weight C/(V + (1 + κ)B), rounded; 0 without a control variate.
fn recommended_weight(instance: &Instance, constants: &Constants) -> Rational {
    // Any weight is as valid as another: an enclosure's midpoint is rounded like an exact value.
    let setting =
        Setting::<Interval>::new(instance, Some(constants), Process::Kd, Budget::STANDARD);
    let weight = defined(&setting, "cov/(teacher_var + (1 + kappa)*bias_sq)");
    let weight = weight.ok().and_then(|weight| Rational::from_f64(weight.midpoint()));
    weight.unwrap_or(Rational::ZERO).round_to_dyadic(ROUNDING)
}

/// A data set ready to check claims on; what is computed is shared between the claims.
pub struct DataCase<'a> {
    problem: &'a DataProblem,
    exact: Setting<'a, Rational>,
    enclosed: Setting<'a, Interval>,
    /// Conditions that were checked before, by their text: claims share most of them.
    standings: Mutex<HashMap<String, Standing>>,
}

impl DataCase<'_> {
    /// The instance.
    pub fn instance(&self) -> &Instance {
        &self.problem.instance
    }

    /// Checks a claim on the data.
    pub fn check(&self, claim: &Claim, budget: Budget) -> Outcome {
        let DataProblem { instance, constants, .. } = self.problem;
        let check = |condition: &Condition| {
            let lock = || self.standings.lock().unwrap_or_else(PoisonError::into_inner);
            let key = condition.to_string();
            if let Some(standing) = lock().get(&key) {
                return standing.clone();
            }
            let standing =
                check_condition(condition, instance, Ok(constants), claim.process, budget);
            lock().insert(key, standing.clone());
            standing
        };
        if let Err(reason) = check_hypotheses(claim, instance, check) {
            return unmet(reason);
        }
        if claim.formula.almost_sure_law() == Some(Law::Path) {
            // Every path of one step: with hundreds of rows, two steps are beyond enumeration.
            let mut one_step = instance.clone();
            one_step.parameters.horizon = 1;
            let exact = Setting::new(&one_step, Some(constants), claim.process, budget);
            let enclosed = Setting::new(&one_step, Some(constants), claim.process, budget);
            return decide(claim, &exact, |formula| evaluate(formula, &enclosed));
        }
        decide(claim, &self.exact, |formula| evaluate(formula, &self.enclosed))
    }
}
