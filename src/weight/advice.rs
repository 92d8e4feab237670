//! The answer: what the theorems say of a problem, a teacher, a step size and a batch.

use super::WeightError;
use super::arithmetic::Arithmetic;
use super::model::{Model, Problem};
use super::noise::Noise;
use super::optimum::{Optimum, minimise_from};
use super::stationary::{ErrorQuadratic, Stationary};
use super::teacher::Teacher;
use crate::problem::RidgeConvention;
use crate::scalar::{Interval, Undefined};
use nalgebra::DMatrix;
use serde::Serialize;

/// More outputs than this over all rows are not enclosed: each is an interval, twice over.
pub const MAX_ENCLOSED: usize = 5_000_000;
/// More operations than this for each application of the stationary operator, and it is left out.
pub const MAX_STATIONARY: usize = 2_000_000_000;

/// What is asked beside the problem and the teacher.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Question {
    /// γ; theorem-1's largest, 1/(8𝓛), without one.
    pub gamma: Option<f64>,
    /// τ.
    pub batch: usize,
    /// Whether the teacher's gradient has the ridge term.
    pub convention: RidgeConvention,
}

/// A number with its grade.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "grade")]
pub enum Graded {
    /// Certainly within.
    Enclosed {
        /// The lower end.
        lower: f64,
        /// The upper end.
        upper: f64,
    },
    /// In floats.
    Estimated {
        /// The value.
        value: f64,
    },
}

impl Graded {
    /// The value, or the midpoint.
    pub fn value(&self) -> f64 {
        match self {
            Self::Enclosed { lower, upper } => 0.5 * lower + 0.5 * upper,
            Self::Estimated { value } => *value,
        }
    }

    /// Whether it is a number, and its enclosure bounded.
    pub fn is_finite(&self) -> bool {
        match self {
            Self::Enclosed { lower, upper } => lower.is_finite() && upper.is_finite(),
            Self::Estimated { value } => value.is_finite(),
        }
    }
}

trait Grade: Arithmetic {
    fn graded(&self) -> Graded;
}

impl Grade for f64 {
    fn graded(&self) -> Graded {
        Graded::Estimated { value: *self }
    }
}

impl Grade for Interval {
    fn graded(&self) -> Graded {
        Graded::Enclosed { lower: self.lower(), upper: self.upper() }
    }
}

/// A weight and the noise that it leaves, as a share of SGD's.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Choice {
    /// λ*.
    pub weight: Graded,
    /// What remains of SGD's noise at λ*: of the stationary error where that is exact, of the
    /// neighbourhood in the bound elsewhere.
    pub share: Graded,
}

/// The answer for one step size and batch.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Row {
    /// γ.
    pub gamma: f64,
    /// τ.
    pub batch: usize,
    /// theorem-1's weight, which minimises the bound on plain distillation.
    pub theorem_1: Option<Choice>,
    /// Least squares: the weight that minimises the stationary error itself.
    pub exact: Option<Choice>,
    /// Least squares: the same with the teacher's mean gradient removed.
    pub exact_unbiased: Option<Choice>,
}

/// The answer.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Advice {
    /// The model.
    pub model: &'static str,
    /// N.
    pub samples: usize,
    /// d.
    pub dimension: usize,
    /// K.
    pub outputs: usize,
    /// r.
    pub ridge: f64,
    /// Whether the teacher's gradient has the ridge term.
    pub ridge_convention: RidgeConvention,
    /// ‖∇f(x̂)‖.
    pub gradient_norm: f64,
    /// A bound on ‖x̂ − x*‖, where it is proved.
    pub distance_to_minimiser: Option<f64>,
    /// μ, a lower bound.
    pub mu: f64,
    /// 𝓛 at the batch size, an upper bound.
    pub l_exp: f64,
    /// σ*² at the batch size.
    pub sigma_star_sq: Graded,
    /// V at the batch size.
    pub teacher_var: Graded,
    /// B.
    pub bias_sq: Graded,
    /// C at the batch size.
    pub cov: Graded,
    /// ρ = C/√(σ*²V), for display.
    pub rho: Option<f64>,
    /// β = B/V, for display.
    pub beta: Option<f64>,
    /// κ = 2/(3γμ).
    pub kappa: f64,
    /// theorem-4: the weight of unbiased distillation, C/V.
    pub unbiased: Option<Choice>,
    /// The answer for the step size and the batch that were asked for.
    pub here: Row,
    /// How it moves with the step size and the batch.
    pub moves: Vec<Row>,
    /// The error over the weight, for the picture.
    #[serde(skip)]
    pub curve: Option<ErrorQuadratic>,
    /// What to do, in words.
    pub verdict: Vec<String>,
    /// What was left out, and why.
    pub notes: Vec<String>,
}

/// Answers the question.
///
/// # Errors
/// If there is no minimiser, or the question is not one.
pub fn advise(
    problem: &Problem,
    teacher: &Teacher,
    question: &Question,
) -> Result<Advice, WeightError> {
    let rows = problem.samples();
    if question.batch == 0 || question.batch > rows {
        return Err(WeightError::Batch { batch: question.batch, rows });
    }
    if question.gamma.is_some_and(|gamma| !(gamma > 0.0 && gamma.is_finite())) {
        return Err(WeightError::StepSize(question.gamma.unwrap_or(0.0)));
    }
    let both = question.convention == RidgeConvention::Both;
    if both && problem.ridge > 0.0 && teacher.point().is_none() {
        return Err(WeightError::NoParameters);
    }
    problem.check_squares()?;
    let optimum = minimise_from(problem, teacher.point())?;
    let mut notes = Vec::new();
    if rows * problem.outputs() > MAX_ENCLOSED {
        notes.push(format!(
            "{rows} rows with {} outputs are more than are enclosed; the figures are floats",
            problem.outputs()
        ));
    } else if optimum.radius.is_none() {
        notes.push("the least eigenvalue is not certified; the figures are floats".into());
    } else {
        match advise_in::<Interval>(problem, &optimum, teacher, question, notes.clone()) {
            Ok(advice) if advice.is_finite() => return Ok(advice),
            Ok(_) => {
                notes.push("not enclosed (a bound is infinite); the figures are floats".into())
            }
            Err(why) => notes.push(format!("not enclosed ({why}); the figures are floats")),
        }
    }
    let advice = advise_in::<f64>(problem, &optimum, teacher, question, notes)
        .map_err(|why| WeightError::Undefined(why.to_string()))?;
    if advice.is_finite() {
        return Ok(advice);
    }
    Err(WeightError::Undefined("the noise is beyond what floats hold; scale the data".into()))
}

impl Advice {
    /// Whether every number of the answer is one.
    fn is_finite(&self) -> bool {
        let rows = std::iter::once(&self.here).chain(&self.moves);
        let own = rows.flat_map(|row| [row.theorem_1, row.exact, row.exact_unbiased]);
        let choices = own.chain([self.unbiased]).flatten();
        let mut numbers = choices.flat_map(|choice| [choice.weight, choice.share]);
        let noise = [self.sigma_star_sq, self.teacher_var, self.bias_sq, self.cov];
        let floats = [self.ridge, self.gradient_norm, self.mu, self.l_exp, self.kappa];
        numbers.all(|number| number.is_finite())
            && noise.iter().all(Graded::is_finite)
            && floats.iter().all(|float| float.is_finite())
    }
}

fn advise_in<S: Grade>(
    problem: &Problem,
    optimum: &Optimum,
    teacher: &Teacher,
    question: &Question,
    mut notes: Vec<String>,
) -> Result<Advice, Undefined> {
    let noise = Noise::<S>::compute(problem, optimum, teacher, question.convention)?;
    let n = problem.samples();
    let smoothness = Smoothness::of(problem);
    let l_exp = smoothness.expected(question.batch);
    let gamma = question.gamma.unwrap_or(1.0 / (8.0 * l_exp));
    let factor =
        S::around(variance_factor(n, question.batch), variance_factor(n, question.batch) * 1e-15);
    let sigma = noise.sigma_star_sq.times(&factor);
    let (var, cov) = (noise.teacher_var.times(&factor), noise.cov.times(&factor));
    let bias = noise.bias_sq.clone();
    let stationary = stationary_rows(problem, optimum, teacher, question, gamma, &mut notes);
    let row = |gamma: f64, batch: usize, with: bool| -> Row {
        let factor = variance_factor(n, batch);
        let factor = S::around(factor, factor * 1e-15);
        let scaled = |value: &S| value.times(&factor);
        let theorem_1 = theorem_1(
            &scaled(&noise.sigma_star_sq),
            &scaled(&noise.teacher_var),
            &noise.bias_sq,
            &scaled(&noise.cov),
            gamma * optimum.mu,
        );
        let exact = with
            .then(|| stationary.as_ref().and_then(|s| s.row(problem, optimum, gamma, batch)))
            .flatten();
        let (exact, exact_unbiased) = exact.map_or((None, None), |(_, a, b)| (a, b));
        Row { gamma, batch, theorem_1, exact, exact_unbiased }
    };
    let here = row(gamma, question.batch, true);
    let mut moves = Vec::new();
    for (step, batch) in [(0.25, 1), (0.0625, 1), (1.0, 4), (1.0, 16)] {
        let batch = (question.batch * batch).min(n);
        let largest = 1.0 / (8.0 * smoothness.expected(batch));
        // The same step with a larger batch; a smaller one where the batch does not admit it.
        let gamma = if question.gamma.is_some() { gamma * step } else { largest * step };
        moves.push(row(gamma, batch, true));
    }
    let unbiased = unbiased(&sigma, &var, &cov);
    let curve =
        stationary.as_ref().and_then(|s| Some(s.row(problem, optimum, gamma, question.batch)?.0));
    let value = |s: &S| s.to_f64();
    let ratio = |a: f64, b: f64| (b > 0.0).then(|| a / b);
    let verdict = verdict(&here, unbiased.as_ref());
    Ok(Advice {
        model: match problem.model {
            Model::Linear => "linear",
            Model::Logistic => "logistic",
            Model::Softmax { .. } => "softmax",
        },
        samples: n,
        dimension: problem.dimension(),
        outputs: problem.outputs(),
        ridge: problem.ridge,
        ridge_convention: question.convention,
        gradient_norm: optimum.gradient_norm,
        distance_to_minimiser: optimum.radius,
        mu: optimum.mu,
        l_exp,
        rho: ratio(value(&cov), (value(&sigma) * value(&var)).max(0.0).sqrt()),
        beta: ratio(value(&bias), value(&var)),
        kappa: 2.0 / (3.0 * gamma * optimum.mu),
        sigma_star_sq: sigma.graded(),
        teacher_var: var.graded(),
        bias_sq: bias.graded(),
        cov: cov.graded(),
        unbiased,
        here,
        moves,
        curve,
        verdict,
        notes,
    })
}

/// (N − τ)/(τ(N − 1)), by lemma-minibatch-noise; 0 for a full batch.
pub(crate) fn variance_factor(samples: usize, batch: usize) -> f64 {
    if batch >= samples {
        return 0.0;
    }
    (samples - batch) as f64 / (batch as f64 * (samples - 1) as f64)
}

/// Bounds on the smoothness of the mean and of every sample.
struct Smoothness {
    samples: usize,
    mean: f64,
    largest: f64,
}

impl Smoothness {
    fn of(problem: &Problem) -> Self {
        let (curvature, largest) = (problem.model.curvature(), problem.largest_smoothness());
        // L ≤ the curvature times tr G, and never above max L_n.
        let mean = (curvature * problem.mean_square() + problem.ridge).min(largest);
        Self { samples: problem.samples(), mean, largest }
    }

    /// lemma-expected-smoothness: 𝓛(τ) from L and max L_n, an upper bound.
    fn expected(&self, batch: usize) -> f64 {
        let own = variance_factor(self.samples, batch);
        let l_exp = (1.0 - own) * self.mean + own * self.largest;
        // A few roundings up.
        l_exp * (1.0 + 1e-12)
    }
}

/// lemma-expected-smoothness: 𝓛(τ), an upper bound.
pub(crate) fn expected_smoothness(problem: &Problem, batch: usize) -> f64 {
    Smoothness::of(problem).expected(batch)
}

/// C/(V + (1 + κ)B) and 1 − C²/(σ*²(V + (1 + κ)B)), κ = 2/(3γμ).
fn theorem_1<S: Grade>(sigma: &S, var: &S, bias: &S, cov: &S, rate: f64) -> Option<Choice> {
    let kappa = S::around(2.0, 0.0)
        .over(&S::around(3.0, 0.0).times(&S::around(rate, rate * 1e-15)))
        .ok()?;
    choice(sigma, &var.plus(&S::one().plus(&kappa).times(bias)), cov)
}

/// theorem-4: C/V and 1 − ρ².
fn unbiased<S: Grade>(sigma: &S, var: &S, cov: &S) -> Option<Choice> {
    choice(sigma, var, cov)
}

fn choice<S: Grade>(sigma: &S, denominator: &S, cov: &S) -> Option<Choice> {
    // Without noise or without a teacher's gradient there is nothing to choose.
    if !(sigma.to_f64() > 0.0 && denominator.to_f64() > 0.0) {
        return None;
    }
    let weight = cov.over(denominator).ok()?;
    let removed = cov.squared().over(&denominator.times(sigma)).ok()?;
    Some(Choice { weight: weight.graded(), share: S::one().minus(&removed).graded() })
}

/// Least squares: what is needed for the stationary error at other step sizes and batches.
struct Exact {
    control: DMatrix<f64>,
}

fn stationary_rows(
    problem: &Problem,
    optimum: &Optimum,
    teacher: &Teacher,
    question: &Question,
    gamma: f64,
    notes: &mut Vec<String>,
) -> Option<Exact> {
    if problem.model != Model::Linear {
        return None;
    }
    let (n, d) = (problem.samples(), problem.dimension());
    if n.saturating_mul(d * d) > MAX_STATIONARY {
        notes.push(format!(
            "the stationary error of {n} rows in dimension {d} is over the budget; theorem-1's bound is the answer"
        ));
        return None;
    }
    let residual = teacher.responses(problem) - &problem.labels;
    let mut control = problem.features.clone();
    for (k, mut column) in control.column_iter_mut().enumerate() {
        column *= residual[k];
        if let (Some(theta), RidgeConvention::Both) = (teacher.point(), question.convention) {
            column += problem.ridge * theta.row(0).transpose();
        }
    }
    let exact = Exact { control };
    if exact.row(problem, optimum, gamma, question.batch).is_none() {
        notes.push(
            "at this step size there may be no stationary law; theorem-1's bound is the answer"
                .into(),
        );
        return None;
    }
    Some(exact)
}

impl Exact {
    fn row(
        &self,
        problem: &Problem,
        optimum: &Optimum,
        gamma: f64,
        batch: usize,
    ) -> Option<(ErrorQuadratic, Option<Choice>, Option<Choice>)> {
        if gamma >= 2.0 / problem.largest_smoothness() {
            return None;
        }
        let factor = variance_factor(problem.samples(), batch);
        let law = Stationary::new(problem, &optimum.point, gamma, factor)?;
        let biased = law.error(&self.control)?;
        let mean = self.control.column_mean();
        let mut centred = self.control.clone();
        centred.column_iter_mut().for_each(|mut column| column -= &mean);
        let unbiased = law.error(&centred)?;
        let choice = |error: ErrorQuadratic| {
            let weight = error.best_weight().filter(|_| error.p_0 > 0.0)?;
            Some(Choice {
                weight: Graded::Estimated { value: weight },
                share: Graded::Estimated { value: error.at(weight) / error.p_0 },
            })
        };
        Some((biased, choice(biased), choice(unbiased)))
    }
}

fn verdict(here: &Row, unbiased: Option<&Choice>) -> Vec<String> {
    let percent = |share: f64| format!("{:.1} %", 100.0 * share);
    let (choice, what) = match (&here.exact, &here.theorem_1) {
        (Some(exact), _) => (exact, "SGD's stationary error"),
        (None, Some(bound)) => (bound, "SGD's noise term in theorem-1's bound"),
        (None, None) => {
            return vec![
                "There is nothing to gain: no gradient noise at the optimum, or no teacher gradient.".into(),
            ];
        }
    };
    let weight = choice.weight.value();
    let mut lines = Vec::new();
    if weight > 0.0 {
        lines.push(format!(
            "Distil with weight {weight:.4}: {} of {what} remains.",
            percent(choice.share.value())
        ));
        lines.push(format!(
            "Every weight between 0 and {:.4} helps; beyond that distillation is worse than none.",
            2.0 * weight
        ));
    } else {
        lines.push(format!(
            "This teacher does not help: its gradients do not correlate with the student's noise in the right way (the best weight is {weight:.4})."
        ));
    }
    let without = match (&here.exact, &here.exact_unbiased) {
        (Some(_), other) => other.as_ref(),
        _ => unbiased,
    };
    if let Some(without) = without {
        let (biased, centred) = (choice.share.value(), without.share.value());
        let gain = if centred < 0.9 * biased { "is worth it" } else { "is hardly worth it" };
        lines.push(format!(
            "Removing the bias with one full teacher gradient {gain}: weight {:.4} then leaves {}.",
            without.weight.value(),
            percent(centred)
        ));
    }
    lines
}
