//! Claims about t steps, by sampling: confirmed at a stated level, or doubted; never refuted.

use super::check::{Outcome, Sides};
use super::setting::Setting;
use crate::claim::evaluate::{Environment, Moments, Place, Truth, evaluate, evaluate_scalar};
use crate::claim::expr::{Formula, Node, Sign};
use crate::claim::theorem::Claim;
use crate::claim::vocabulary::{Law, Process, Quantity};
use crate::expectation::Budget;
use crate::expectation::confidence::ConfidenceSequence;
use crate::expectation::sampled::{Measured, SamplingPlan, largest_error, measure};
use crate::linear::norm_sq;
use crate::problem::{Constants, Instance};
use crate::scalar::{Interval, Rational, Scalar, Undefined};

/// Checks a claim whose left side is an expectation over a path, by sampling paths; `None` if it is
/// of another form. The hypotheses have been checked.
pub fn check_sampled(
    claim: &Claim,
    instance: &Instance,
    constants: &Constants,
    budget: Budget,
    plan: SamplingPlan,
    seed: [u8; 32],
) -> Option<Outcome> {
    let Formula::Relation(relation) = &claim.formula else { return None };
    let about_a_path = matches!(relation.lhs.node, Node::Expectation(Law::Path, _));
    if !about_a_path || relation.sign != Sign::AtMost || !Process::FOLLOWED.contains(&claim.process)
    {
        return None;
    }
    let setting = Setting::<Interval>::new(instance, Some(constants), claim.process, budget);
    let outcome = sampled(claim, instance, constants, &setting, plan, seed);
    Some(outcome.unwrap_or_else(|why| Outcome::Inconclusive { why: why.to_string() }))
}

fn sampled(
    claim: &Claim,
    instance: &Instance,
    constants: &Constants,
    setting: &Setting<'_, Interval>,
    plan: SamplingPlan,
    seed: [u8; 32],
) -> Result<Outcome, Undefined> {
    let Formula::Relation(relation) = &claim.formula else {
        return Err(Undefined::Missing("an equivalence is not sampled".into()));
    };
    let bound = evaluate_scalar(&relation.rhs, setting)?;
    let enough = |(lower, upper): (f64, f64)| upper <= bound.lower() || lower > bound.upper();
    let Sampling { shifts, start, range } = Sampling::new(instance, constants, setting)?;
    let inconclusive = |why: String| Ok(Outcome::Inconclusive { why });
    let paths = (plan.steps / instance.parameters.horizon.max(1)).min(plan.paths);
    let least = ConfidenceSequence::least_radius(range, plan.alpha, paths);
    if least.is_nan() || least > bound.upper() {
        return inconclusive(format!(
            "the proved range {range:.3e} of the squared error is too wide for {paths} paths"
        ));
    }
    let measured = measure(instance, &start, &shifts, range, plan, seed, enough)?;
    let evaluation = evaluate(&claim.formula, &Sampled { setting, measured })?;
    let Some((lhs, rhs)) = evaluation.shown(&claim.formula) else {
        return inconclusive("the claim has no sides".into());
    };
    let n = measured.paths;
    match evaluation.truth {
        Truth::Holds => Ok(Outcome::Consistent {
            sides: Sides::Enclosed(*lhs, *rhs),
            paths: n,
            alpha: plan.alpha,
        }),
        Truth::Fails => inconclusive(format!(
            "doubted: the confidence interval {lhs} of {n} paths lies above the bound; sampling alone refutes nothing"
        )),
        Truth::Unknown => {
            inconclusive(format!("the confidence interval {lhs} of {n} paths overlaps the bound"))
        }
    }
}

/// E‖x^t − x*‖² of a process by all the paths of the plan, whether or not a claim asks for it.
///
/// # Errors
/// As [`measure`], and where no finite range of the error is proved.
pub fn measured_error(
    instance: &Instance,
    constants: &Constants,
    process: Process,
    plan: SamplingPlan,
    seed: [u8; 32],
) -> Result<Measured, Undefined> {
    let setting = Setting::<Interval>::new(instance, Some(constants), process, Budget::STANDARD);
    let Sampling { shifts, start, range } = Sampling::new(instance, constants, &setting)?;
    measure(instance, &start, &shifts, range, plan, seed, |_| false)
}

/// What a path is drawn from, in floats, and the proved range of its squared error.
struct Sampling {
    shifts: Vec<Vec<f64>>,
    start: Vec<f64>,
    range: f64,
}

impl Sampling {
    fn new(
        instance: &Instance,
        constants: &Constants,
        setting: &Setting<'_, Interval>,
    ) -> Result<Self, Undefined> {
        let shifts = setting.shifts()?;
        let gamma = Interval::from_rational(&instance.parameters.gamma);
        let mut largest_step = Interval::zero();
        for shift in &shifts {
            largest_step = largest_step.greatest(&norm_sq(shift).root()?.times(&gamma));
        }
        let start: Vec<Rational> =
            instance.point.iter().zip(&constants.x_star).map(|(x, star)| x.minus(star)).collect();
        let range = largest_error(instance, &start, &largest_step)?.squared().upper();
        let floats = |vector: &Vec<Interval>| vector.iter().map(Interval::midpoint).collect();
        Ok(Self {
            shifts: shifts.iter().map(floats).collect(),
            start: start.iter().map(Scalar::to_f64).collect(),
            range,
        })
    }
}

/// A setting in which the second moment after t steps is the confidence interval.
struct Sampled<'a, 'b> {
    setting: &'a Setting<'b, Interval>,
    measured: Measured,
}

impl Environment<Interval> for Sampled<'_, '_> {
    fn scalar(&self, quantity: Quantity, arguments: &[Interval]) -> Result<Interval, Undefined> {
        self.setting.scalar(quantity, arguments)
    }
    fn natural(&self, quantity: Quantity) -> Result<u64, Undefined> {
        self.setting.natural(quantity)
    }
    fn vector(&self, quantity: Quantity, place: Place) -> Result<Vec<Interval>, Undefined> {
        self.setting.vector(quantity, place)
    }
    fn outcomes(&self, law: Law) -> Result<usize, Undefined> {
        self.setting.outcomes(law)
    }
    fn samples(&self) -> usize {
        self.setting.samples()
    }
    fn moments(&self, law: Law) -> Result<Moments<Interval>, Undefined> {
        if law != Law::Path {
            return self.setting.moments(law);
        }
        let center = self.setting.vector(Quantity::XStar, Place::Fixed)?;
        let (lower, upper) = self.measured.interval;
        let second = Interval::new(lower, upper)
            .ok_or_else(|| Undefined::NotCertified("the confidence interval is empty".into()))?;
        // No coordinate of the mean is larger than the root of the mean square.
        let largest = second.root()?.upper();
        let wide = Interval::new(-largest, largest)
            .ok_or_else(|| Undefined::NotCertified("the confidence interval is empty".into()))?;
        let unknown = || Undefined::Missing("only the squared error was sampled".into());
        let mean = vec![wide; center.len()];
        Ok(Moments { center, mean, second, gap: Err(unknown()), memory: Err(unknown()) })
    }
    fn bit_budget(&self) -> u64 {
        self.setting.bit_budget()
    }
}
