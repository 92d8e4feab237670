//! One claim on one instance: hypotheses first, then the formula, exactly if possible.

use super::hypotheses::{
    Standing, Unmet, check_condition, check_hypotheses, curvature_of, lower_rational,
};
use super::rigor::{Rigorous, evaluate_rigorously};
use super::setting::Setting;
use crate::claim::evaluate::{self, Evaluation, Truth, evaluate_scalar};
use crate::claim::expr::{Expr, Formula, Node, Shape, Sign};
use crate::claim::theorem::{Claim, Condition};
use crate::claim::vocabulary::{Law, Process, Quantity};
use crate::expectation::{Budget, MomentArithmetic};
use crate::problem::{
    Algorithm, Compressor, Constants, Draw, FiniteSum, Instance, MAX_BATCHES, NoMinimiser,
    default_eta,
};
use crate::scalar::{Interval, Rational, Scalar, Undefined};
use std::borrow::Cow;

/// What was found about a claim on an instance.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// The hypotheses are met and the claim holds, with the sides that show it.
    Holds(Sides),
    /// The hypotheses are met and the claim is false: a witness against it.
    Fails(Sides),
    /// The hypotheses are met, and sampling agrees at a stated level; it could not refute.
    Consistent {
        /// The confidence interval of the left side, and the right side.
        sides: Sides,
        /// The paths that were sampled.
        paths: u64,
        /// The level of the confidence sequence.
        alpha: f64,
    },
    /// A hypothesis is violated; neither pass nor fail.
    Rejected {
        /// Its name.
        hypothesis: String,
        /// The point or the values that violate it.
        point: String,
    },
    /// Nothing is known.
    Inconclusive {
        /// Why.
        why: String,
    },
}

/// The two sides of a claim, with the evidence that they are.
#[derive(Clone, Debug, PartialEq)]
pub enum Sides {
    /// Rational arithmetic: no rounding.
    Exact(Rational, Rational),
    /// Outward-rounded enclosures.
    Enclosed(Interval, Interval),
}

impl Sides {
    /// Both sides in floats, for display.
    pub fn to_f64(&self) -> (f64, f64) {
        match self {
            Self::Exact(lhs, rhs) => (lhs.to_f64(), rhs.to_f64()),
            Self::Enclosed(lhs, rhs) => (lhs.to_f64(), rhs.to_f64()),
        }
    }

    /// lhs/rhs where rhs > 0.
    pub fn tightness(&self) -> Option<f64> {
        match self {
            // The exact quotient: both sides may be beyond the range of floats.
            Self::Exact(lhs, rhs) if rhs.is_positive() => Some(lhs.over(rhs).ok()?.to_f64()),
            Self::Enclosed(lhs, rhs) if rhs.lower() > 0.0 => Some(lhs.midpoint() / rhs.midpoint()),
            _ => None,
        }
    }
}

/// Checks a claim on an instance.
pub fn check_instance(claim: &Claim, instance: &Instance, budget: Budget) -> Outcome {
    let instance = match seen_by(claim, instance) {
        Ok(instance) => instance,
        Err(why) => return Outcome::Inconclusive { why: why.to_string() },
    };
    let constants = certified(claim, &instance);
    check_with(claim, &instance, constants.as_ref(), budget)
}

/// The instance as a claim sees it: its restriction, for a process with a mask.
fn seen_by<'a>(claim: &Claim, instance: &'a Instance) -> Result<Cow<'a, Instance>, Undefined> {
    match claim.process {
        Process::MaskedKd => instance.restricted().map(Cow::Owned),
        _ => Ok(Cow::Borrowed(instance)),
    }
}

/// Checks a claim on a draw, whose step sizes are fractions of the largest admissible ones, and
/// returns the instance with the step sizes that were used; for a process with a mask, of its
/// restriction.
pub fn check_draw(claim: &Claim, draw: &Draw, budget: Budget) -> (Outcome, Instance) {
    let mut draw = draw.clone();
    if claim.process == Process::MaskedKd {
        // Whatever compressor was drawn, the first of the coordinates that it would keep; of each
        // output, the same ones.
        let d = draw.instance.problem.dimension();
        let (width, kept) = match &draw.instance.problem {
            FiniteSum::LinearModel(model) => {
                let width = model.width();
                (width, draw.instance.algorithm.compressor.kept(width).clamp(1, width))
            }
            problem if problem.as_quadratic().is_some() => {
                (d, draw.instance.algorithm.compressor.kept(d))
            }
            _ => (d, d),
        };
        let mask = (0..d).map(|i| i % width < kept).collect();
        draw.instance.algorithm.compressor = Compressor::Mask(mask);
        match draw.instance.restricted() {
            Ok(instance) => draw.instance = instance,
            Err(why) => return (Outcome::Inconclusive { why: why.to_string() }, draw.instance),
        }
    }
    let constants = certified(claim, &draw.instance);
    let instance = resolve::<Rational>(claim, &draw, constants.as_ref().ok(), budget);
    let outcome = check_with(claim, &instance, constants.as_ref(), budget);
    (outcome, instance)
}

/// The constants of an instance that a claim is about.
///
/// # Errors
/// If f has no minimiser that is known.
pub fn certified(claim: &Claim, instance: &Instance) -> Result<Constants, NoMinimiser> {
    Constants::compute_for(&instance.problem, instance.sampling, curvature_of(claim))
}

pub(super) fn check_with(
    claim: &Claim,
    instance: &Instance,
    constants: Result<&Constants, &NoMinimiser>,
    budget: Budget,
) -> Outcome {
    let check = |condition: &Condition| {
        check_condition(condition, instance, constants, claim.process, budget)
    };
    if let Err(reason) = check_hypotheses(claim, instance, check) {
        return unmet(reason);
    }
    let exact = Setting::<Rational>::new(instance, constants.ok(), claim.process, budget);
    decide(claim, &exact, |formula| {
        let enclosed = Setting::<Interval>::new(instance, constants.ok(), claim.process, budget);
        evaluate::evaluate(formula, &enclosed)
    })
}

/// The outcome when a hypothesis is not met.
pub(super) fn unmet(Unmet { hypothesis, standing }: Unmet) -> Outcome {
    match standing {
        Standing::Violated(point) => Outcome::Rejected { hypothesis, point },
        Standing::Undecided(why) => {
            Outcome::Inconclusive { why: format!("hypothesis {hypothesis}: {why}") }
        }
        Standing::Met => unreachable!("a met hypothesis is not unmet"),
    }
}

/// Evaluates the formula with certainty. The hypotheses have been checked.
pub(super) fn decide(
    claim: &Claim,
    exact: &Setting<'_, Rational>,
    enclosed: impl FnOnce(&Formula) -> Result<Evaluation<Interval>, Undefined>,
) -> Outcome {
    match evaluate_rigorously(&claim.formula, exact, enclosed) {
        Ok(Rigorous::Exact(evaluation)) => {
            conclude(claim, &evaluation, |l, r| Sides::Exact(l.clone(), r.clone()))
        }
        Ok(Rigorous::Enclosed(evaluation)) => {
            conclude(claim, &evaluation, |l, r| Sides::Enclosed(*l, *r))
        }
        Err(why) => Outcome::Inconclusive { why: why.to_string() },
    }
}

fn conclude<S: Scalar>(
    claim: &Claim,
    evaluation: &Evaluation<S>,
    sides: impl Fn(&S, &S) -> Sides,
) -> Outcome {
    let Some((lhs, rhs)) = evaluation.shown(&claim.formula) else {
        return Outcome::Inconclusive { why: "the claim has no sides".into() };
    };
    match evaluation.truth {
        Truth::Holds => Outcome::Holds(sides(lhs, rhs)),
        Truth::Fails => Outcome::Fails(sides(lhs, rhs)),
        Truth::Unknown => {
            let identity = claim.formula.relations().iter().all(|r| r.sign == Sign::Equal);
            let why = if identity {
                "the sides agree within their enclosures, which cannot certify an identity"
            } else {
                "the enclosures of the sides overlap"
            };
            Outcome::Inconclusive { why: why.into() }
        }
    }
}

/// Turns the step fractions of a draw into step sizes, and shortens the horizon of claims that
/// hold path by path so that the paths can be enumerated.
pub(super) fn resolve<S: MomentArithmetic>(
    claim: &Claim,
    draw: &Draw,
    constants: Option<&Constants>,
    budget: Budget,
) -> Instance {
    let mut instance = draw.instance.clone();
    let second = claim.mentions(Quantity::Gamma2);
    // Numbers that the claim is not about stay out of its witnesses.
    if !claim.mentions(Quantity::A) {
        instance.parameters.a = Rational::ONE;
    }
    if !claim.mentions(Quantity::Eta) {
        instance.parameters.eta = default_eta();
    }
    if !claim.mentions(Quantity::Omega) {
        instance.parameters.omega = Rational::ZERO;
    }
    if !claim.mentions(Quantity::Delta) {
        instance.parameters.delta = Rational::ONE;
    }
    restrict_algorithm(claim, &mut instance);
    for symbol in [Quantity::Gamma2, Quantity::Gamma] {
        if symbol == Quantity::Gamma2 && !second {
            continue;
        }
        let fraction = match symbol {
            Quantity::Gamma => draw.instance.parameters.gamma.clone(),
            _ => draw.instance.parameters.gamma_2.clone(),
        };
        let largest = largest_step::<S>(claim, symbol, &instance, constants, budget);
        let value = fraction.times(&largest);
        match symbol {
            Quantity::Gamma => instance.parameters.gamma = value,
            _ => instance.parameters.gamma_2 = value,
        }
    }
    if !second {
        instance.parameters.gamma_2 = instance.parameters.gamma.clone();
    }
    if claim.formula.almost_sure_law() == Some(Law::Path) {
        let batches = instance.sampling.batches().map_or(usize::MAX, |batches| batches.len());
        let horizon = instance.parameters.horizon;
        instance.parameters.horizon = affordable_horizon(batches, horizon, 256);
    }
    instance
}

/// Leaves out what the process does not have, and shortens the path where all paths of a compressor
/// that is not linear are to be followed.
fn restrict_algorithm(claim: &Claim, instance: &mut Instance) {
    if !claim.process.remembers() {
        let Algorithm { memory, refresh, .. } = Algorithm::default();
        instance.algorithm.memory = memory;
        instance.algorithm.refresh = refresh;
    }
    if !claim.process.compresses() {
        instance.algorithm.compressor = Compressor::default();
    } else if !instance.algorithm.compressor.is_linear() {
        let d = u32::try_from(instance.problem.dimension()).unwrap_or(u32::MAX);
        let batches = instance.sampling.batches().map_or(usize::MAX, |batches| batches.len());
        let outcomes = 2usize.saturating_pow(d).saturating_mul(batches);
        let horizon = instance.parameters.horizon;
        instance.parameters.horizon = affordable_horizon(outcomes, horizon, MAX_BATCHES);
    }
}

/// The largest t up to `horizon` with at most `limit` paths; 1 if there is none.
fn affordable_horizon(outcomes: usize, horizon: u64, limit: usize) -> u64 {
    let affordable = |t: &u64| {
        u32::try_from(*t).ok().and_then(|t| outcomes.checked_pow(t)).is_some_and(|n| n <= limit)
    };
    (0..=horizon).rev().find(affordable).unwrap_or(0).max(1)
}

/// The smallest bound that the hypotheses put on a step size; 1/𝓛 without one.
fn largest_step<S: MomentArithmetic>(
    claim: &Claim,
    symbol: Quantity,
    instance: &Instance,
    constants: Option<&Constants>,
    budget: Budget,
) -> Rational {
    let setting = Setting::<S>::new(instance, constants, claim.process, budget);
    let values = claim.upper_bounds(symbol).filter_map(|(bound, strict): (&Expr, bool)| {
        let value = evaluate_scalar(bound, &setting).ok()?;
        let value = lower_rational(&value).filter(Rational::is_positive)?;
        // A strict bound is approached, not reached.
        Some(if strict { value.times(&Rational::ratio(15, 16)) } else { value })
    });
    let default = || constants.and_then(|c| c.l_exp.reciprocal()).unwrap_or(Rational::ONE);
    let largest = values.min().unwrap_or_else(default);
    largest_admitted::<S>(claim, symbol, instance, constants, budget, largest)
}

/// Halvings until the other hypotheses about a step size admit it, and bisections after that.
const HALVINGS: u32 = 24;
const BISECTIONS: u32 = 10;

/// The largest step up to `largest` that the other hypotheses admit, nearly, where a small enough
/// step is admitted: those that do not bound it by a formula of its own.
fn largest_admitted<S: MomentArithmetic>(
    claim: &Claim,
    symbol: Quantity,
    instance: &Instance,
    constants: Option<&Constants>,
    budget: Budget,
    largest: Rational,
) -> Rational {
    let implicit: Vec<&Formula> = claim
        .hypotheses
        .iter()
        .filter_map(|hypothesis| match &hypothesis.condition {
            Condition::Formula(formula) if bounds_implicitly(formula, symbol) => Some(&**formula),
            _ => None,
        })
        .collect();
    let admits = |step: &Rational| {
        let mut instance = instance.clone();
        match symbol {
            Quantity::Gamma => instance.parameters.gamma = step.clone(),
            _ => instance.parameters.gamma_2 = step.clone(),
        }
        let setting = Setting::<S>::new(&instance, constants, claim.process, budget);
        implicit.iter().all(|formula| {
            evaluate::evaluate(formula, &setting).is_ok_and(|found| found.truth == Truth::Holds)
        })
    };
    if implicit.is_empty() || admits(&largest) {
        return largest;
    }
    let half = Rational::ratio(1, 2);
    let mut low = largest.times(&half);
    let mut halvings = 1;
    while !admits(&low) {
        if halvings == HALVINGS {
            return largest;
        }
        halvings += 1;
        low = low.times(&half);
    }
    let mut high = low.plus(&low);
    for _ in 0..BISECTIONS {
        let middle = low.plus(&high).times(&half);
        if admits(&middle) { low = middle } else { high = middle }
    }
    low
}

/// Whether a hypothesis is an inequality between scalars of the instance that mentions the step
/// size without being a bound on it alone; expectations are left out, which cost too much to try.
fn bounds_implicitly(formula: &Formula, symbol: Quantity) -> bool {
    let Formula::Relation(relation) = formula else { return false };
    let sides = [&relation.lhs, &relation.rhs];
    let alone = sides.iter().any(|side| matches!(&side.node, Node::Quantity(q, _) if *q == symbol));
    let mut cheap = true;
    for side in sides {
        side.walk(&mut |part| {
            cheap &= match &part.node {
                Node::Quantity(_, arguments) => arguments.is_empty() && part.shape == Shape::Scalar,
                Node::Expectation(..) | Node::Sum(_) => false,
                _ => true,
            };
        });
    }
    let equal = matches!(relation.sign, Sign::Equal | Sign::NotEqual);
    cheap && !alone && !equal && sides.iter().any(|side| side.mentions(symbol))
}
