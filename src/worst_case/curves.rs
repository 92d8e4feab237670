//! The curves on which theorem-1 and theorem-2 are sharp: at points of each, a certificate that the
//! kernel accepts as a proof, and a violation just beyond.

use super::claims::{NoProgram, Numbers};
use super::decide::decide;
use super::expand::{Expansion, Generators};
use super::proof::{Export, theorem_file};
use crate::audit::figure::{Figure, Mark, Series};
use crate::audit::library::Library;
use crate::claim::expr::{Formula, Relation};
use crate::claim::theorem::Condition;
use crate::claim::vocabulary::Process;
use crate::scalar::{Rational, Scalar};
use rayon::prelude::*;
use serde::Serialize;
use std::collections::BTreeSet;

/// A point of a curve, and what was found there.
#[derive(Clone, Debug, Serialize)]
pub struct CurvePoint {
    /// The statement that is certified.
    pub statement: String,
    /// Step size times strong convexity, or smoothness.
    pub step: Rational,
    /// Step size times the largest expected smoothness.
    pub limit: Rational,
    /// Whether the kernel accepts the certificate at the limit as a proof.
    pub proved: bool,
    /// The multipliers, by name.
    pub certificate: Vec<(String, Rational)>,
    /// An expected smoothness beyond the limit.
    pub beyond: Rational,
    /// What becomes of the statement there.
    pub there: Beyond,
}

/// What becomes of a statement beyond its limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Beyond {
    /// An explicit problem violates it.
    Refuted,
    /// It does not follow from the conditions at the points visited.
    NotImplied,
    /// Neither a certificate nor a violation was found.
    Undecided,
    /// It is proved there too: the curve is not sharp.
    Proved,
}

/// A curve: the statement that is decided, the one whose hypothesis `limit` is the curve, and the
/// numbers that are γμ or γL.
struct Curve {
    statement: [&'static str; 2],
    limit: [&'static str; 2],
    steps: &'static [&'static str],
}

const CURVES: [Curve; 2] = [
    Curve {
        statement: ["theorem-1", "one-step"],
        limit: ["theorem-1-sharp", "step-limit"],
        steps: &["mu"],
    },
    // At mu = L the limit is attained by problems on the line.
    Curve {
        statement: ["theorem-2", "one-step"],
        limit: ["theorem-2-curve", "one-step"],
        steps: &["mu", "l_smooth"],
    },
];

/// The points at which a curve is certified.
pub const STEPS: [&str; 7] = ["1/1000", "1/100", "1/10", "3/10", "1/2", "7/10", "9/10"];

/// By how much a point lies beyond its curve.
const EXCESS: &str = "1001/1000";

/// The points of both curves.
pub fn curves(library: &Library) -> Vec<CurvePoint> {
    let points = CURVES.iter().flat_map(|curve| STEPS.iter().map(move |step| (curve, *step)));
    let points: Vec<_> = points.collect();
    points.into_par_iter().filter_map(|(curve, step)| point(library, curve, step)).collect()
}

fn point(library: &Library, curve: &Curve, step: &str) -> Option<CurvePoint> {
    let [id, part] = curve.statement;
    let theorem = library.theorem(id)?;
    let statement = theorem.statement(part)?;
    let step: Rational = step.parse().ok()?;
    let limit = limit(library, curve, &step)?;
    let at = |l_exp: &Rational| {
        let mut numbers = numbers(curve, &step);
        numbers.insert("l_exp".into(), l_exp.clone());
        numbers
    };
    let found = decide(&statement.claim, &at(&limit), true).ok()?;
    let export = Export { id: "curve", theorem, statement, claim: &statement.claim.text };
    let proved = theorem_file(&export, &at(&limit)).is_ok();
    let beyond = limit.times(&EXCESS.parse().ok()?);
    let there = match decide(&statement.claim, &at(&beyond), true) {
        Ok(decision) => match (decision.certificate, decision.problem, decision.violation) {
            (Some(_), _, _) => Beyond::Proved,
            (None, Some(_), _) => Beyond::Refuted,
            (None, None, Some(_)) => Beyond::NotImplied,
            _ => Beyond::Undecided,
        },
        Err(NoProgram::Degenerate(_)) => return None,
        Err(_) => Beyond::Undecided,
    };
    let names = found.certificate.unwrap_or_default().into_iter().enumerate();
    let certificate = names.map(|(k, value)| (found.reduced.name(k).to_owned(), value)).collect();
    Some(CurvePoint {
        statement: format!("{id}/{part}"),
        step,
        limit,
        proved,
        certificate,
        beyond,
        there,
    })
}

/// Step size 1 and weight 1.
fn numbers(curve: &Curve, step: &Rational) -> Numbers {
    let one = |name: &str| (name.to_owned(), Rational::ONE);
    let mut numbers: Numbers = ["gamma", "lambda", "l_exp"].map(one).into();
    numbers.extend(curve.steps.iter().map(|name| ((*name).to_owned(), step.clone())));
    numbers
}

/// The largest expected smoothness that the hypothesis `limit` admits: its left side is linear in it.
fn limit(library: &Library, curve: &Curve, step: &Rational) -> Option<Rational> {
    let [id, part] = curve.limit;
    let claim = library.claim(id, part, None)?;
    let condition = claim.hypotheses.iter().find(|h| h.name == "limit")?;
    let Condition::Formula(formula) = &condition.condition else { return None };
    let Formula::Relation(Relation { lhs, rhs, .. }) = &**formula else { return None };
    let numbers = numbers(curve, step);
    let mut expansion = Expansion {
        generators: Generators::default(),
        numbers: &numbers,
        process: Process::Kd,
        next: None,
        non_negative: BTreeSet::new(),
    };
    let slope = expansion.number(lhs).ok()?;
    expansion.number(rhs).ok()?.over(&slope).ok()
}

/// The curves as the hypotheses say, the points that are certified, and those beyond.
pub fn curve_figure(library: &Library, points: &[CurvePoint]) -> Option<Figure> {
    let mut series = Vec::new();
    for (curve, name) in CURVES.iter().zip(["theorem-1, γ𝓛 over γμ", "theorem-2, γ𝓛 over γL = γμ"])
    {
        let line = (1..40).filter_map(|k| {
            let step = Rational::ratio(k, 40);
            Some((step.to_f64(), limit(library, curve, &step)?.to_f64()))
        });
        series.push(Series { name: name.into(), mark: Mark::Fact, points: line.collect() });
    }
    let proved: Vec<&CurvePoint> = points.iter().filter(|point| point.proved).collect();
    let refuted = points.iter().filter(|point| point.there == Beyond::Refuted).count();
    let marked = proved.iter().map(|point| (point.step.to_f64(), point.limit.to_f64()));
    let marked: Vec<_> = marked.collect();
    if marked.is_empty() {
        return None;
    }
    series.push(Series { name: "certified exactly".into(), mark: Mark::Points, points: marked });
    Some(Figure {
        id: "worst-case-curves",
        title: "Where theorem-1 and theorem-2 are sharp",
        caption: format!(
            "γ𝓛 = (1+13γμ)/(8+6γμ), and γ𝓛 = (1+5γL)/(4+2γL) at μ = L, as the theorem files say. At \
             {} of {} points rational multipliers for exactly this step are accepted by the kernel; a \
             thousandth beyond, explicit problems refute the statement at {refuted}; elsewhere it does not \
             follow from the conditions at the points visited.",
            proved.len(),
            points.len()
        ),
        x_label: "γμ (theorem-1), γL (theorem-2)",
        y_label: "largest γ𝓛",
        log_y: false,
        series,
    })
}
