//! A formula on an instance with certainty: exactly, else enclosed as narrowly as it takes.

use super::setting::Setting;
use crate::claim::evaluate::{Environment, Evaluation, Moments, Place, Truth, evaluate};
use crate::claim::expr::Formula;
use crate::claim::vocabulary::{Law, Quantity};
use crate::scalar::{Interval, Rational, Refined, Scalar, Undefined};

/// A formula's evaluation, with no rounding or with outward rounding.
pub enum Rigorous {
    /// In rationals.
    Exact(Evaluation<Rational>),
    /// In enclosures.
    Enclosed(Evaluation<Interval>),
}

/// Evaluates a formula exactly. Where a root is irrational, roots are enclosed to 64, 256 and 1024
/// binary digits until the sides separate; where exact values cost too much, or a function has no rational
/// value, `enclosed` evaluates in float intervals.
///
/// # Errors
/// If the formula has no value.
pub fn evaluate_rigorously(
    formula: &Formula,
    exact: &Setting<'_, Rational>,
    enclosed: impl FnOnce(&Formula) -> Result<Evaluation<Interval>, Undefined>,
) -> Result<Rigorous, Undefined> {
    match evaluate(formula, exact) {
        Ok(evaluation) => Ok(Rigorous::Exact(evaluation)),
        Err(Undefined::IrrationalRoot) => {
            let mut last = refined::<64>(formula, exact);
            if undecided(&last) {
                last = refined::<256>(formula, exact);
            }
            if undecided(&last) {
                last = refined::<1024>(formula, exact);
            }
            match last {
                Err(Undefined::Budget(_) | Undefined::Irrational(_)) => {
                    enclosed(formula).map(Rigorous::Enclosed)
                }
                other => other.map(Rigorous::Enclosed),
            }
        }
        Err(Undefined::Budget(_) | Undefined::Irrational(_)) => {
            enclosed(formula).map(Rigorous::Enclosed)
        }
        Err(why) => Err(why),
    }
}

/// Whether more digits may help.
fn undecided(evaluation: &Result<Evaluation<Interval>, Undefined>) -> bool {
    match evaluation {
        Ok(evaluation) => evaluation.truth == Truth::Unknown,
        Err(why) => matches!(why, Undefined::NotCertified(_)),
    }
}

fn refined<const BITS: u32>(
    formula: &Formula,
    exact: &Setting<'_, Rational>,
) -> Result<Evaluation<Interval>, Undefined> {
    let Evaluation { truth, sides, decisive } = evaluate::<Refined<BITS>>(formula, &Lifted(exact))?;
    let enclose = |(l, r): &(Refined<BITS>, Refined<BITS>)| (l.to_interval(), r.to_interval());
    let sides = sides.iter().map(|pairs| pairs.iter().map(enclose).collect()).collect();
    Ok(Evaluation { truth, sides, decisive })
}

/// An exact setting seen with enclosures: every quantity is a point, roots in the formula are not.
struct Lifted<'a, 'b>(&'a Setting<'b, Rational>);

fn lift<const BITS: u32>(values: &[Rational]) -> Vec<Refined<BITS>> {
    values.iter().map(Refined::from_rational).collect()
}

impl<const BITS: u32> Environment<Refined<BITS>> for Lifted<'_, '_> {
    fn scalar(
        &self,
        quantity: Quantity,
        arguments: &[Refined<BITS>],
    ) -> Result<Refined<BITS>, Undefined> {
        let point = |argument: &Refined<BITS>| {
            let irrational = || Undefined::Missing("a quantity at an irrational argument".into());
            argument.point().cloned().ok_or_else(irrational)
        };
        let arguments: Vec<Rational> = arguments.iter().map(point).collect::<Result<_, _>>()?;
        Ok(Refined::from_rational(&self.0.scalar(quantity, &arguments)?))
    }
    fn random_scalar(&self, quantity: Quantity, place: Place) -> Result<Refined<BITS>, Undefined> {
        Ok(Refined::from_rational(&self.0.random_scalar(quantity, place)?))
    }
    fn natural(&self, quantity: Quantity) -> Result<u64, Undefined> {
        self.0.natural(quantity)
    }
    fn vector(&self, quantity: Quantity, place: Place) -> Result<Vec<Refined<BITS>>, Undefined> {
        Ok(lift(&self.0.vector(quantity, place)?))
    }
    fn outcomes(&self, law: Law) -> Result<usize, Undefined> {
        self.0.outcomes(law)
    }
    fn tosses(&self, outcome: usize) -> Result<Vec<Refined<BITS>>, Undefined> {
        Ok(lift(&self.0.tosses(outcome)?))
    }
    fn samples(&self) -> usize {
        self.0.samples()
    }
    fn moments(&self, law: Law) -> Result<Moments<Refined<BITS>>, Undefined> {
        let Moments { center, mean, second, gap, memory } = self.0.moments(law)?;
        Ok(Moments {
            center: lift(&center),
            mean: lift(&mean),
            second: Refined::from_rational(&second),
            gap: gap.map(|gap| Refined::from_rational(&gap)),
            memory: memory.map(|memory| Refined::from_rational(&memory)),
        })
    }
    fn bit_budget(&self) -> u64 {
        self.0.bit_budget()
    }
}
