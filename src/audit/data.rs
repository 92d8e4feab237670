//! Least-squares claims on a real data set: one large exact instance, and the comparison of what
//! the theorems predict with what the moment recursion measures.

use super::check::{Outcome, decide, unmet};
use super::finding::Number;
use super::hypotheses::{Standing, check_condition, check_hypotheses};
use super::library::Library;
use super::setting::Setting;
use crate::claim::elaborate::Dictionary;
use crate::claim::evaluate::{Environment, evaluate, evaluate_scalar};
use crate::claim::expr::Formula;
use crate::claim::theorem::{Claim, Condition};
use crate::claim::vocabulary::{Class, Law, Process, Quantity};
use crate::expectation::{Budget, MomentArithmetic};
use crate::linear::{Matrix, exact, norm_sq, subtract};
use crate::problem::{
    AssertedConstants, Constants, ControlVariate, Dataset, FiniteSum, Instance, Parameters,
    RidgeConvention, Sampling,
};
use crate::scalar::{Interval, Rational, Scalar, Undefined};
use serde::Serialize;
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
fn defined<S: MomentArithmetic>(setting: &Setting<'_, S>, formula: &str) -> Result<S, Undefined> {
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

/// What the theorems predict for a data set, beside what the moment recursion measures.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct DataReport {
    /// The name of the data set.
    pub name: String,
    /// Notes on how it was read.
    pub notes: Vec<String>,
    /// N.
    pub samples: usize,
    /// d.
    pub dimension: usize,
    /// τ.
    pub batch: usize,
    /// γ.
    pub gamma: Rational,
    /// t.
    pub steps: u64,
    /// μ, certified, rounded down by at most 10⁻⁶.
    pub mu: Rational,
    /// L, certified, rounded up.
    pub l_smooth: Rational,
    /// 𝓛, certified, rounded up.
    pub l_exp: Rational,
    /// The largest smoothness constant of a sample, which 𝓛 improves on.
    pub l_max: f64,
    /// σ*², V, B, C in floats.
    pub sigma_star_sq: f64,
    /// V.
    pub teacher_var: f64,
    /// B.
    pub bias_sq: f64,
    /// C.
    pub cov: f64,
    /// D = ‖θ − x*‖² in floats.
    pub teacher_error: f64,
    /// theorem-7's best weight, exactly if within budget.
    pub best_weight: Option<Number>,
    /// theorem-7's least stationary error.
    pub least_error: Option<Number>,
    /// One row a weight.
    pub rows: Vec<WeightRow>,
}

/// Prediction and measurement at one weight.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct WeightRow {
    /// What the weight is.
    pub label: String,
    /// λ.
    pub lambda: f64,
    /// E‖x^t − x*‖², enclosed.
    pub error_at_t: Option<Interval>,
    /// theorem-1's bound at t, enclosed.
    pub bound_at_t: Option<Interval>,
    /// The stationary error, measured by solving its linear system.
    pub stationary: Option<Interval>,
    /// The stationary error that theorem-7 predicts from SGD's and the teacher's.
    pub predicted: Option<Interval>,
}

impl DataProblem {
    /// Compares prediction and measurement at the weights 0, theorem-1's and theorem-7's.
    ///
    /// `library` holds the bound of theorem-1.
    pub fn report(&self, library: &Library, budget: Budget) -> DataReport {
        let Self { instance, constants, .. } = self;
        let parameters = &instance.parameters;
        let teacher = instance.control.teacher().unwrap_or_default();
        let teacher_error = norm_sq(&subtract(teacher, &constants.x_star));
        let exact = Setting::<Rational>::new(instance, Some(constants), Process::Kd, budget);
        let sgd =
            exact.scalar(Quantity::StationaryError, &[parameters.gamma.clone(), Rational::ZERO]);
        let optimum = sgd.as_ref().ok().and_then(|p_0| {
            let sum = p_0.plus(&teacher_error);
            Some((p_0.over(&sum).ok()?, p_0.times(&teacher_error).over(&sum).ok()?))
        });
        // Over the exact budget, the enclosed stationary error still gives the weight to try.
        let enclosed = Setting::<Interval>::new(instance, Some(constants), Process::Kd, budget);
        let gamma = Interval::from_rational(&parameters.gamma);
        let p_0 = enclosed.scalar(Quantity::StationaryError, &[gamma, Interval::zero()]);
        let d = Interval::from_rational(&teacher_error);
        let enclosed_optimum = p_0.as_ref().ok().and_then(|p_0| {
            let sum = p_0.plus(&d);
            Some((p_0.over(&sum).ok()?, p_0.times(&d).over(&sum).ok()?))
        });
        let best = optimum
            .as_ref()
            .map(|(weight, _)| weight.clone())
            .or_else(|| Rational::from_f64(enclosed_optimum.as_ref()?.0.midpoint()));
        let mut weights = vec![
            ("SGD".to_owned(), Rational::ZERO),
            ("theorem-1's weight".to_owned(), parameters.lambda.clone()),
        ];
        weights.extend(best.map(|w| ("theorem-7's weight".to_owned(), w.round_to_dyadic(-40))));
        let rows = weights
            .into_iter()
            .map(|(label, lambda)| self.row(label, &lambda, library, p_0.as_ref().ok(), &d, budget))
            .collect();
        let (best_weight, least_error) = match (optimum, enclosed_optimum) {
            (Some((w, e)), _) => (Some(Number::Exact(w)), Some(Number::Exact(e))),
            (None, Some((w, e))) => (Some(Number::Enclosed(w)), Some(Number::Enclosed(e))),
            (None, None) => (None, None),
        };
        let float = |name| defined(&enclosed, name).map_or(f64::NAN, |value| value.midpoint());
        DataReport {
            name: self.name.clone(),
            notes: self.notes.clone(),
            samples: instance.problem.samples(),
            dimension: instance.problem.dimension(),
            batch: instance.sampling.batch(),
            gamma: parameters.gamma.clone(),
            steps: parameters.horizon,
            mu: constants.mu.clone(),
            l_smooth: constants.l_smooth.clone(),
            l_exp: constants.l_exp.clone(),
            l_max: largest_sample_smoothness(&instance.problem).to_f64(),
            sigma_star_sq: float("sigma_star_sq"),
            teacher_var: float("teacher_var"),
            bias_sq: float("bias_sq"),
            cov: float("cov"),
            teacher_error: teacher_error.to_f64(),
            best_weight,
            least_error,
            rows,
        }
    }

    /// Whether c_n = ∇f_n(θ), which theorem-7 needs.
    fn has_teacher_gradient(&self) -> bool {
        let teacher = Condition::Class(Class::TeacherGradient, None);
        let Self { instance, constants, .. } = self;
        check_condition(&teacher, instance, Ok(constants), Process::Kd, Budget::STANDARD)
            == Standing::Met
    }

    fn row(
        &self,
        label: String,
        lambda: &Rational,
        library: &Library,
        p_0: Option<&Interval>,
        teacher_error: &Interval,
        budget: Budget,
    ) -> WeightRow {
        let mut instance = self.instance.clone();
        instance.parameters.lambda = lambda.clone();
        let setting =
            Setting::<Interval>::new(&instance, Some(&self.constants), Process::Kd, budget);
        let second = |law| setting.moments(law).ok().map(|moments| moments.second);
        let bound = match library.claim("theorem-1", "all-t", None).map(|claim| &claim.formula) {
            Some(Formula::Relation(relation)) => evaluate_scalar(&relation.rhs, &setting).ok(),
            _ => None,
        };
        let predicted = p_0.filter(|_| self.has_teacher_gradient()).map(|p_0| {
            let weight = Interval::from_rational(lambda);
            let rest = Interval::one().minus(&weight);
            rest.squared().times(p_0).plus(&weight.squared().times(teacher_error))
        });
        WeightRow {
            label,
            lambda: lambda.to_f64(),
            error_at_t: second(Law::Path),
            bound_at_t: bound,
            stationary: second(Law::Stationary),
            predicted,
        }
    }
}

/// max_n L_n.
fn largest_sample_smoothness(problem: &FiniteSum<Rational>) -> Rational {
    match problem {
        FiniteSum::LeastSquares { features, ridge, .. } => {
            let largest = features.iter().map(|a| norm_sq(a)).max().unwrap_or(Rational::ZERO);
            largest.plus(ridge)
        }
        FiniteSum::Quadratic { .. } => Rational::ZERO,
    }
}
