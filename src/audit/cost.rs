//! What the theorems say about the price of accuracy: steps to a given error, estimator by estimator.
//!
//! The bounds are those of the theorem files, evaluated in floats on a description of a problem by its
//! constants. A bound is an upper bound: the steps are enough, and fewer may be.

use super::library::Library;
use crate::claim::evaluate::{Environment, Moments, Place, Truth, evaluate, evaluate_scalar};
use crate::claim::expr::{Expr, Formula, Node};
use crate::claim::proof::Rule;
use crate::claim::theorem::{Claim, Condition};
use crate::claim::vocabulary::{Law, Quantity};
use crate::scalar::{Rational, Undefined};

/// A problem as far as the bounds see it. Noise is that of the minibatches that are used.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Profile {
    /// N.
    pub samples: usize,
    /// τ.
    pub batch: usize,
    /// μ.
    pub mu: f64,
    /// 𝓛.
    pub l_exp: f64,
    /// The largest smoothness constant of a sample.
    pub l_max: f64,
    /// σ*².
    pub sigma_star_sq: f64,
    /// V.
    pub teacher_var: f64,
    /// B.
    pub bias_sq: f64,
    /// C, with C² ≤ σ*²V.
    pub cov: f64,
    /// ‖x⁰ − x*‖².
    pub distance_sq: f64,
}

/// The estimators that a bound of the library covers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Estimator {
    /// theorem-4/all-t without a teacher.
    Sgd,
    /// theorem-1/all-t, at the best weight.
    Kd,
    /// theorem-4/all-t, at the best weight.
    UnbiasedKd,
    /// theorem-6/all-t with the constants of its part l-svrg; the coin's probability.
    LSvrg(f64),
    /// theorem-6/all-t with the constants of its part saga.
    Saga,
}

/// How an estimator reaches an accuracy, by its bound.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Prediction {
    /// γ, that which needs the fewest steps.
    pub gamma: f64,
    /// λ, which makes the bound smallest; 0 without a teacher.
    pub lambda: f64,
    /// The first t at which the bound is at most the accuracy.
    pub steps: u64,
}

/// Steps beyond this are not predicted.
const MANY: u64 = 1 << 50;
/// Step sizes that are tried, down to 2^−40 of the largest that is allowed.
const GRID: u32 = 321;

/// The steps that are enough for E‖x^t − x*‖² ≤ `accuracy`, by the estimator's bound.
///
/// `None` if the hypotheses fail (a batch of more than one, for a bound on single samples), or if no
/// step size is small enough within range.
pub fn predict(
    library: &Library,
    profile: &Profile,
    estimator: Estimator,
    accuracy: f64,
) -> Option<Prediction> {
    let bound = Bound::new(library, profile, estimator)?;
    let largest = bound.largest_step()?;
    let at = |j: u32| bound.steps_to(accuracy, largest * (-f64::from(j) / 8.0).exp2());
    (0..GRID).filter_map(at).min_by_key(|prediction| prediction.steps)
}

/// The right side of a statement, and its conditions on fixed quantities.
pub struct Bound {
    profile: Profile,
    right: Expr,
    conditions: Vec<Formula>,
    has_teacher: bool,
}

impl Bound {
    /// The bound that covers the estimator on this problem; `None` if the library has none.
    pub fn new(library: &Library, profile: &Profile, estimator: Estimator) -> Option<Self> {
        let plain = |theorem: &str| {
            let claim = library.claim(theorem, "all-t", None)?;
            let Formula::Relation(relation) = &claim.formula else { return None };
            Some((relation.rhs.clone(), conditions(claim)))
        };
        let (right, conditions) = match estimator {
            Estimator::Kd => plain("theorem-1")?,
            Estimator::Sgd | Estimator::UnbiasedKd => plain("theorem-4")?,
            Estimator::LSvrg(p) => memory_bound(library, profile, "l-svrg", p)?,
            Estimator::Saga => memory_bound(library, profile, "saga", 1.0)?,
        };
        let has_teacher = matches!(estimator, Estimator::Kd | Estimator::UnbiasedKd);
        Some(Self { profile: *profile, right, conditions, has_teacher })
    }

    fn at(&self, gamma: f64, lambda: f64, steps: u64) -> Point<'_> {
        Point { profile: &self.profile, gamma, lambda, steps }
    }

    fn value(&self, gamma: f64, lambda: f64, steps: u64) -> Option<f64> {
        evaluate_scalar(&self.right, &self.at(gamma, lambda, steps)).ok()
    }

    /// The bound on E‖x^t − x*‖² after these steps from a point at this squared distance to x*;
    /// `None` if it does not exist. Whether the step size is allowed is another question.
    pub fn from(&self, distance_sq: f64, gamma: f64, lambda: f64, steps: u64) -> Option<f64> {
        let profile = Profile { distance_sq, ..self.profile };
        evaluate_scalar(&self.right, &Point { profile: &profile, gamma, lambda, steps }).ok()
    }

    /// Whether the conditions on the step size are met.
    pub fn allows(&self, gamma: f64) -> bool {
        let holds = |formula: &Formula| {
            evaluate(formula, &self.at(gamma, 0.0, 1)).is_ok_and(|e| e.truth == Truth::Holds)
        };
        self.conditions.iter().all(holds)
    }

    /// The largest step size that the conditions allow, which they do from 0 on.
    fn largest_step(&self) -> Option<f64> {
        let (mut low, mut high) = (0.0, 2.0 / self.profile.mu);
        if self.allows(high) {
            return Some(high);
        }
        for _ in 0..80 {
            let middle = f64::midpoint(low, high);
            if self.allows(middle) { low = middle } else { high = middle }
        }
        (low > 0.0).then_some(low)
    }

    /// The weight that makes the limit of the bound smallest: it is quadratic in the weight.
    fn best_weight(&self, gamma: f64) -> Option<f64> {
        let [low, middle, high] = [-1.0, 0.0, 1.0].map(|w| self.value(gamma, w, MANY));
        let (low, middle, high) = (low?, middle?, high?);
        let curvature = low + high - 2.0 * middle;
        Some(if curvature > 0.0 { (low - high) / (2.0 * curvature) } else { 0.0 })
    }

    fn steps_to(&self, accuracy: f64, gamma: f64) -> Option<Prediction> {
        let lambda = if self.has_teacher { self.best_weight(gamma)? } else { 0.0 };
        let enough = |t: u64| self.value(gamma, lambda, t).is_some_and(|bound| bound <= accuracy);
        if !enough(MANY) {
            return None;
        }
        let (mut low, mut high) = (0, MANY);
        while low < high {
            let middle = low + (high - low) / 2;
            if enough(middle) { high = middle } else { low = middle + 1 }
        }
        Some(Prediction { gamma, lambda, steps: low })
    }
}

/// The right side of theorem-6/all-t with the constants that the proof of one of its parts puts in,
/// and the conditions of both.
///
/// What is assumed for every x is not asked here: that part's proof has shown it for the method. The
/// memory at the start is that of x⁰, which is at most L_max²‖x⁰ − x*‖².
fn memory_bound(
    library: &Library,
    profile: &Profile,
    part: &str,
    probability: f64,
) -> Option<(Expr, Vec<Formula>)> {
    let statement = library.theorem("theorem-6")?.statement(part)?;
    let instance = statement.proof.as_ref()?.steps.iter().find_map(|step| match &step.rule {
        Rule::Use(name, with) if name.theorem == "theorem-6" => Some(with),
        _ => None,
    })?;
    let number = |value: f64| Some(Expr::scalar(Node::Number(Rational::from_f64(value)?)));
    let p = number(probability)?;
    let memory = number(profile.l_max * profile.l_max * profile.distance_sq)?;
    let own = |part: &Expr| match &part.node {
        Node::Symbol(symbol) if symbol.name == "p" => Some(p.clone()),
        _ => None,
    };
    let put = |part: &Expr| match &part.node {
        Node::Symbol(symbol) if symbol.name == "memory_0" => Some(memory.clone()),
        Node::Symbol(symbol) if symbol.name == "p" => Some(p.clone()),
        Node::Symbol(symbol) => {
            let (_, value) = instance.iter().find(|(name, _)| *name == symbol.name)?;
            Some(value.replaced(&own))
        }
        _ => None,
    };
    let all_t = library.claim("theorem-6", "all-t", None)?;
    let Formula::Relation(relation) = &all_t.formula else { return None };
    let mut asked = conditions(all_t);
    asked.extend(conditions(&statement.claim));
    for formula in &mut asked {
        if let Formula::Relation(relation) = formula {
            *relation = relation.replaced(&put);
        }
    }
    Some((relation.rhs.replaced(&put), asked))
}

/// The conditions of a claim on fixed quantities.
fn conditions(claim: &Claim) -> Vec<Formula> {
    let formulas = claim.hypotheses.iter().filter_map(|hypothesis| match &hypothesis.condition {
        Condition::Formula(formula) => Some((**formula).clone()),
        Condition::Class(..) | Condition::Everywhere(_) => None,
    });
    formulas.collect()
}

/// A profile at a step size, weight and horizon. Its two outcomes have the given σ*², V, B and C:
/// ±σ along the first axis for the noise, ±√V towards it by the correlation for the teacher, and the
/// teacher's mean along the third.
struct Point<'a> {
    profile: &'a Profile,
    gamma: f64,
    lambda: f64,
    steps: u64,
}

impl Environment<f64> for Point<'_> {
    fn scalar(&self, quantity: Quantity, _: &[f64]) -> Result<f64, Undefined> {
        let Profile { mu, l_exp, l_max, samples, batch, .. } = *self.profile;
        Ok(match quantity {
            Quantity::Gamma => self.gamma,
            Quantity::Lambda => self.lambda,
            Quantity::Mu => mu,
            Quantity::LExp => l_exp,
            Quantity::LMax => l_max,
            Quantity::Samples => samples as f64,
            Quantity::Batch => batch as f64,
            Quantity::Horizon => self.steps as f64,
            _ => return Err(missing(quantity)),
        })
    }

    fn natural(&self, quantity: Quantity) -> Result<u64, Undefined> {
        match quantity {
            Quantity::Samples => Ok(self.profile.samples as u64),
            Quantity::Batch => Ok(self.profile.batch as u64),
            Quantity::Horizon => Ok(self.steps),
            _ => Err(missing(quantity)),
        }
    }

    fn vector(&self, quantity: Quantity, place: Place) -> Result<Vec<f64>, Undefined> {
        let Profile { sigma_star_sq, teacher_var, bias_sq, cov, distance_sq, .. } = *self.profile;
        let sign = |outcome: usize| if outcome == 0 { 1.0 } else { -1.0 };
        let sigma = sigma_star_sq.sqrt();
        let along = if sigma > 0.0 { cov / sigma } else { 0.0 };
        let across = (teacher_var - along * along).max(0.0).sqrt();
        match (quantity, place) {
            (Quantity::XStar, _) => Ok(vec![0.0; 3]),
            (Quantity::Start, _) => Ok(vec![distance_sq.sqrt(), 0.0, 0.0]),
            (Quantity::GradStar, Place::Outcome(n)) => Ok(vec![sign(n) * sigma, 0.0, 0.0]),
            (Quantity::Control, Place::Outcome(n)) => {
                Ok(vec![sign(n) * along, sign(n) * across, bias_sq.sqrt()])
            }
            _ => Err(missing(quantity)),
        }
    }

    fn outcomes(&self, _: Law) -> Result<usize, Undefined> {
        Ok(2)
    }

    fn samples(&self) -> usize {
        self.profile.samples
    }

    fn moments(&self, _: Law) -> Result<Moments<f64>, Undefined> {
        Err(Undefined::Missing("a profile has no moments".into()))
    }

    fn bit_budget(&self) -> u64 {
        u64::MAX
    }
}

fn missing(quantity: Quantity) -> Undefined {
    Undefined::Missing(format!("a profile has no {}", quantity.entry().name))
}
