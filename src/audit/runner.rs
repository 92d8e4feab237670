//! The audit: every statement against random instances, worked examples, data and mutants.

use super::check::{Outcome, Sides, check_draw, check_instance};
use super::data::DataCase;
use super::finding::{
    ClaimName, DataFinding, ExampleFinding, Grade, Number, ProofVerdict, StatementFinding, Tally,
    Tightness, Witness,
};
use super::refute::{Reading, audit_mutant, readings};
use super::search;
use super::shrink::shrink;
use crate::claim::theorem::{Claim, Kind, Mutant, Statement, Stored, StoredSide, Theorem};
use crate::expectation::Budget;
use crate::problem::{Draw, Family, Instance};
use crate::scalar::Rational;
use rayon::prelude::*;
use statrs::statistics::{Data, OrderStatistics};
use std::collections::BTreeMap;

/// How an audit is run. Equal options give equal findings, whatever the number of threads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// Random instances a statement.
    pub instances: usize,
    /// Where all randomness starts.
    pub seed: u64,
    /// Evaluations that the search may spend on a mutant.
    pub search_evaluations: usize,
    /// Whether the witnesses in the files are used; without them every mutant is searched for.
    pub stored_witnesses: bool,
    /// Evaluations that the search may spend on a generated mutant; without it, a few draws.
    pub deep: Option<usize>,
    /// What exact evaluation may cost.
    pub budget: Budget,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            instances: 64,
            seed: 1,
            search_evaluations: 60_000,
            stored_witnesses: true,
            deep: None,
            budget: Budget::STANDARD,
        }
    }
}

/// Random instances of each family beyond quadratics, where as many of quadratics are asked for.
pub const FAMILY_INSTANCES: usize = 8;

/// Audits one part of a theorem.
pub fn audit_statement(
    theorem: &Theorem,
    statement: &Statement,
    proof: ProofVerdict,
    data: Option<&DataCase<'_>>,
    options: Options,
) -> StatementFinding {
    let name =
        ClaimName { theorem: theorem.id.clone(), part: statement.part.clone(), mutant: None };
    let claim = &statement.claim;
    let readings = readings(statement, claim);
    let draws = if readings.is_empty() { 0 } else { options.instances };
    let checks: Vec<(Outcome, Draw)> = (0..draws)
        .into_par_iter()
        .map(|index| {
            let claim = &readings[index % readings.len()].claim;
            let draw = search::draw(claim, options.seed, &name.to_string(), index);
            (check_draw(claim, &draw, options.budget).0, draw)
        })
        .collect();
    // Models are read on quadratics, where what holds at every state can be decided.
    let curved_draws =
        if statement.unevaluated.is_some() { 0 } else { draws.min(FAMILY_INSTANCES) };
    let curved: Vec<(Family, usize)> = Family::ALL
        .into_iter()
        .filter(|family| search::admits(claim, *family))
        .flat_map(|family| (0..curved_draws).map(move |index| (family, index)))
        .collect();
    let curved: Vec<(Family, (Outcome, Draw))> = curved
        .into_par_iter()
        .map(|(family, index)| {
            let name = name.to_string();
            let draw = search::draw_of_family(claim, family, options.seed, &name, index);
            (family, (check_draw(claim, &draw, options.budget).0, draw))
        })
        .collect();
    let examples: Vec<(Outcome, &Stored)> = statement
        .examples
        .iter()
        .map(|stored| (check_stored(claim, stored, options.budget), stored))
        .chain(statement.satisfied.iter().map(|stored| {
            (check_stored(&claim.hypotheses_alone(), stored, options.budget), stored)
        }))
        .collect();
    let data = data.filter(|_| statement.unevaluated.is_none());
    let data_outcome = data.map(|data| data.check(claim));

    let mut outcomes: Vec<&Outcome> = checks.iter().map(|(outcome, _)| outcome).collect();
    outcomes.extend(curved.iter().map(|(_, (outcome, _))| outcome));
    outcomes.extend(examples.iter().map(|(outcome, _)| outcome));
    outcomes.extend(data_outcome.as_ref());
    // The sides of an identity are equal: there is nothing to measure.
    let tightness = (statement.kind == Kind::Inequality).then(|| tightness(&outcomes)).flatten();
    let tally = tally(checks.iter().map(|(outcome, _)| outcome));
    let families = families(&curved);
    let drawn: Vec<&(Outcome, Draw)> =
        checks.iter().chain(curved.iter().map(|(_, check)| check)).collect();
    let refuting = refuting_instance(
        claim,
        &readings,
        &drawn,
        &examples,
        data,
        data_outcome.as_ref(),
        options,
    );
    let grade = match refuting {
        Some((instance, sides, symbols)) => {
            let witness = Witness::new(name.clone(), claim, instance, &sides);
            Grade::Refuted { witness: Box::new(Witness { symbols, ..witness }) }
        }
        None => match &proof {
            ProofVerdict::Accepted { modulo } => Grade::Proved { modulo: modulo.clone() },
            _ => best_grade(&outcomes, &tally),
        },
    };
    // Where no instance can be drawn a mutant without a witness is left to the kernel.
    let tried = |mutant: &&Mutant| !readings.is_empty() || mutant.witness.is_some();
    let mutants: Vec<&Mutant> = statement.mutants.iter().filter(tried).collect();
    let mutants = mutants
        .into_par_iter()
        .map(|mutant| audit_mutant(&name, statement, mutant, options))
        .collect();
    StatementFinding {
        theorem: theorem.id.clone(),
        part: statement.part.clone(),
        kind: statement.kind,
        expect: statement.expect,
        grade,
        proof,
        instances: tally,
        families,
        examples: examples
            .iter()
            .map(|(outcome, stored)| example(statement.kind, outcome, stored))
            .collect(),
        data: data_outcome.map(|outcome| data_finding(&name, claim, data, outcome)),
        tightness,
        tightest: None,
        mutants,
        generated: Vec::new(),
    }
}

/// A stored instance, with its formulas in place of the claim's own symbols.
pub fn check_stored(claim: &Claim, stored: &Stored, budget: Budget) -> Outcome {
    let instance = match stored.instance() {
        Ok(instance) => instance,
        Err(why) => return Outcome::Inconclusive { why },
    };
    if stored.symbols.is_empty() {
        return check_instance(claim, &instance, budget);
    }
    match claim.concrete(&stored.symbols) {
        Ok(concrete) => check_instance(&concrete, &instance, budget),
        Err(error) => Outcome::Inconclusive { why: error.to_string() },
    }
}

/// Whether the sides are exactly those that the file states, or between the numbers it states.
pub fn states(stored: &Stored, sides: &Sides) -> bool {
    let is = |stored: &StoredSide, found: &Number| match (stored, found) {
        (StoredSide::Exact(stored), Number::Exact(found)) => stored == found,
        (StoredSide::Between([lower, upper]), Number::Exact(found)) => {
            lower <= found && found <= upper
        }
        (StoredSide::Between([lower, upper]), Number::Enclosed(found)) => {
            let finite = |end: f64| Rational::from_f64(end);
            finite(found.lower()).is_some_and(|end| *lower <= end)
                && finite(found.upper()).is_some_and(|end| end <= *upper)
        }
        _ => false,
    };
    let (lhs, rhs) = sides.numbers();
    is(&stored.lhs, &lhs) && is(&stored.rhs, &rhs)
}

fn example(kind: Kind, outcome: &Outcome, stored: &Stored) -> ExampleFinding {
    let agrees = match outcome {
        Outcome::Holds(sides) => kind != Kind::Refutation && states(stored, sides),
        Outcome::Fails(sides) => kind == Kind::Refutation && states(stored, sides),
        _ => false,
    };
    let found = (!agrees).then(|| describe(outcome));
    ExampleFinding { name: stored.name.clone(), agrees, found }
}

/// An outcome in words.
pub fn describe(outcome: &Outcome) -> String {
    let sides = |sides: &Sides| {
        let (lhs, rhs) = sides.numbers();
        format!("left side {lhs}, right side {rhs}")
    };
    match outcome {
        Outcome::Holds(s) => format!("holds, {}", sides(s)),
        Outcome::Fails(s) => format!("is violated, {}", sides(s)),
        Outcome::Consistent { sides: s, paths, alpha } => {
            format!("agrees with {paths} sampled paths at level {alpha:e}, {}", sides(s))
        }
        Outcome::Rejected { hypothesis, point } => {
            format!("the instance violates the hypothesis {hypothesis}: {point}")
        }
        Outcome::Inconclusive { why } => format!("undecided: {why}"),
    }
}

fn data_finding(
    name: &ClaimName,
    claim: &Claim,
    data: Option<&DataCase<'_>>,
    outcome: Outcome,
) -> DataFinding {
    let grade = match &outcome {
        Outcome::Holds(Sides::Exact(..)) => Grade::Exact,
        Outcome::Holds(Sides::Enclosed(..)) => Grade::Enclosed,
        Outcome::Consistent { paths, alpha, .. } => Grade::Consistent { n: *paths, alpha: *alpha },
        Outcome::Rejected { hypothesis, .. } => Grade::Rejected { hypothesis: hypothesis.clone() },
        Outcome::Inconclusive { why } => Grade::Inconclusive { why: why.clone() },
        Outcome::Fails(sides) => match data {
            Some(data) => Grade::Refuted {
                witness: Box::new(Witness::new(
                    name.clone(),
                    claim,
                    data.instance(claim).clone(),
                    sides,
                )),
            },
            None => Grade::Inconclusive { why: "there is no data set".into() },
        },
    };
    let sides = match &outcome {
        Outcome::Holds(sides) | Outcome::Fails(sides) | Outcome::Consistent { sides, .. } => {
            Some(sides.numbers())
        }
        _ => None,
    };
    let (lhs, rhs) = sides.unzip();
    DataFinding { grade, lhs, rhs }
}

/// The first instance that violates the claim: drawn ones first, because they can be shrunk.
fn refuting_instance(
    claim: &Claim,
    readings: &[Reading],
    checks: &[&(Outcome, Draw)],
    examples: &[(Outcome, &Stored)],
    data: Option<&DataCase<'_>>,
    data_outcome: Option<&Outcome>,
    options: Options,
) -> Option<(Instance, Sides, BTreeMap<String, String>)> {
    let drawn = checks.iter().position(|(outcome, _)| matches!(outcome, Outcome::Fails(_)));
    if let Some(index) = drawn {
        let Reading { claim, symbols } = &readings[index % readings.len()];
        if let Some((instance, sides)) = shrink(claim, checks[index].1.clone(), options.budget) {
            return Some((instance, sides, symbols.clone()));
        }
    }
    for (outcome, stored) in examples {
        if let (Outcome::Fails(sides), Ok(instance)) = (outcome, stored.instance()) {
            return Some((instance, sides.clone(), stored.symbols.clone()));
        }
    }
    match (data, data_outcome) {
        (Some(data), Some(Outcome::Fails(sides))) => {
            Some((data.instance(claim).clone(), sides.clone(), BTreeMap::new()))
        }
        _ => None,
    }
}

/// A tally for each family.
fn families(checks: &[(Family, (Outcome, Draw))]) -> BTreeMap<&'static str, Tally> {
    let of = |family: Family| {
        let own = checks.iter().filter(move |(other, _)| *other == family);
        (family.name(), tally(own.map(|(_, (outcome, _))| outcome)))
    };
    let mut all: BTreeMap<_, _> = Family::ALL.into_iter().map(of).collect();
    all.retain(|_, tally| *tally != Tally::default());
    all
}

fn tally<'a>(outcomes: impl Iterator<Item = &'a Outcome>) -> Tally {
    let mut tally = Tally::default();
    for outcome in outcomes {
        match outcome {
            Outcome::Holds(Sides::Exact(..)) => tally.exact += 1,
            Outcome::Holds(Sides::Enclosed(..)) => tally.enclosed += 1,
            Outcome::Fails(_) => tally.refuted += 1,
            Outcome::Consistent { .. } => tally.consistent += 1,
            Outcome::Rejected { hypothesis, .. } => {
                *tally.rejected.entry(hypothesis.clone()).or_default() += 1;
            }
            Outcome::Inconclusive { why } => {
                *tally.inconclusive.entry(why.clone()).or_default() += 1;
            }
        }
    }
    tally
}

/// The best evidence that decides the statement, none of it being a refutation.
fn best_grade(outcomes: &[&Outcome], tally: &Tally) -> Grade {
    let most = |counts: &BTreeMap<String, usize>| {
        counts.iter().max_by_key(|(_, count)| **count).map(|(reason, _)| reason.clone())
    };
    let holds = |exact: bool| {
        outcomes.iter().any(|outcome| match outcome {
            Outcome::Holds(Sides::Exact(..)) => exact,
            Outcome::Holds(Sides::Enclosed(..)) => !exact,
            _ => false,
        })
    };
    if holds(true) {
        Grade::Exact
    } else if holds(false) {
        Grade::Enclosed
    } else if let Some((n, alpha)) = outcomes.iter().find_map(|outcome| match outcome {
        Outcome::Consistent { paths, alpha, .. } => Some((*paths, *alpha)),
        _ => None,
    }) {
        Grade::Consistent { n, alpha }
    } else if let Some(why) = most(&tally.inconclusive) {
        Grade::Inconclusive { why }
    } else {
        Grade::Rejected { hypothesis: most(&tally.rejected).unwrap_or_default() }
    }
}

fn tightness(outcomes: &[&Outcome]) -> Option<Tightness> {
    let sides: Vec<&Sides> = outcomes
        .iter()
        .filter_map(|outcome| match outcome {
            Outcome::Holds(sides) | Outcome::Fails(sides) => Some(sides),
            _ => None,
        })
        .collect();
    // JSON has no infinities: a ratio or a slack beyond the floats is left out.
    let ratios = sides.iter().filter_map(|sides| sides.tightness());
    let ratios: Vec<f64> = ratios.filter(|ratio| ratio.is_finite()).collect();
    let largest = ratios.iter().copied().max_by(f64::total_cmp)?;
    let slack = |sides: &&Sides| {
        let (lhs, rhs) = sides.to_f64();
        rhs - lhs
    };
    let above = ratios.iter().filter(|ratio| **ratio > 0.9).count();
    let mut histogram = vec![0; 22];
    for ratio in &ratios {
        let bin = match ratio {
            r if *r < 0.0 => 0,
            r if *r > 1.0 => 21,
            r => 1 + ((r * 20.0) as usize).min(19),
        };
        histogram[bin] += 1;
    }
    Some(Tightness {
        largest,
        histogram,
        above_nine_tenths: above as f64 / ratios.len() as f64,
        median: Data::new(ratios).median(),
        least_slack: sides.iter().map(slack).filter(|s| s.is_finite()).min_by(f64::total_cmp)?,
    })
}
