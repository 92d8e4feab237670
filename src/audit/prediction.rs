//! What the theorems predict for a data set, beside what the moment recursion measures.

use super::data::{DataProblem, Noise};
use super::finding::Number;
use super::hypotheses::{Standing, check_condition, check_hypotheses};
use super::library::Library;
use super::setting::Setting;
use crate::claim::evaluate::{Environment, evaluate_scalar};
use crate::claim::expr::Formula;
use crate::claim::theorem::Condition;
use crate::claim::vocabulary::{Class, Law, Process, Quantity};
use crate::expectation::Budget;
use crate::linear::{norm_sq, subtract};
use crate::problem::largest_sample_smoothness;
use crate::scalar::{Interval, Rational, Scalar};
use serde::Serialize;

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
    pub sigma_star_sq: Option<f64>,
    /// V.
    pub teacher_var: Option<f64>,
    /// B.
    pub bias_sq: Option<f64>,
    /// C.
    pub cov: Option<f64>,
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
        // theorem-7 says nothing about another control variate.
        let applies = self.has_teacher_gradient();
        let optimum = sgd.as_ref().ok().filter(|_| applies).and_then(|p_0| {
            let sum = p_0.plus(&teacher_error);
            Some((p_0.over(&sum).ok()?, p_0.times(&teacher_error).over(&sum).ok()?))
        });
        // Over the exact budget, the enclosed stationary error still gives the weight to try.
        let enclosed = Setting::<Interval>::new(instance, Some(constants), Process::Kd, budget);
        let gamma = Interval::from_rational(&parameters.gamma);
        let p_0 = enclosed.scalar(Quantity::StationaryError, &[gamma, Interval::zero()]);
        let d = Interval::from_rational(&teacher_error);
        let enclosed_optimum = p_0.as_ref().ok().filter(|_| applies).and_then(|p_0| {
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
        let noise = Noise::enclose(instance, constants);
        let float =
            |pick: fn(&Noise) -> &Interval| noise.as_ref().map(|noise| pick(noise).midpoint());
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
            l_max: largest_sample_smoothness(&instance.problem).map_or(0.0, |l| l.to_f64()),
            sigma_star_sq: float(|noise| &noise.sigma_star_sq),
            teacher_var: float(|noise| &noise.teacher_var),
            bias_sq: float(|noise| &noise.bias_sq),
            cov: float(|noise| &noise.cov),
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
        let bound = library.claim("theorem-1", "all-t", None).and_then(|claim| {
            let check = |condition: &Condition| {
                check_condition(condition, &instance, Ok(&self.constants), claim.process, budget)
            };
            check_hypotheses(claim, &instance, check).ok()?;
            let Formula::Relation(relation) = &claim.formula else { return None };
            evaluate_scalar(&relation.rhs, &setting).ok().filter(|bound| bound.upper().is_finite())
        });
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
