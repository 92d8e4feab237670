//! The ladder of an inequality, at the numbers of one instance: what was sampled, what an explicit
//! problem attains, the exact worst case over the class, and what is stated.
//!
//! All rungs are quotients of the smaller side by the larger, so that the statement says 1. Each is
//! at the same step size, weight and class constants: those of the random instance that comes
//! nearest to equality, among those whose step is not tiny.

use super::claims::{ClaimProgram, NoProgram, Numbers, RIGHT_SIDE, quotient_program};
use super::expand::Unexpandable;
use super::program::Quadratic;
use super::quadratics::on_the_line;
use super::solve::{Bounds, Effort, solve};
use crate::audit::check::{Outcome, Sides, certified, check_draw, check_instance};
use crate::audit::finding::ProofVerdict;
use crate::audit::library::Library;
use crate::audit::prove::prove;
use crate::audit::refute::{Reading, readings};
use crate::audit::runner::Options;
use crate::audit::search::draw;
use crate::audit::setting::Setting;
use crate::claim::dictionary::Dictionary;
use crate::claim::evaluate::evaluate_scalar;
use crate::claim::expr::{Formula, Scope, Sign, Symbol};
use crate::claim::theorem::{Claim, Condition, Kind, Statement, Theorem};
use crate::claim::vocabulary::Quantity;
use crate::expectation::Budget;
use crate::problem::Instance;
use crate::scalar::{Rational, Scalar};
use rayon::prelude::*;
use serde::Serialize;
use std::sync::Arc;

/// The largest quotient of a statement's sides over its class.
#[derive(Clone, Debug)]
pub struct Quotient {
    /// The program that was solved.
    pub program: ClaimProgram,
    /// A certificate from above and Gram matrices from below.
    pub bounds: Bounds,
    /// Two quadratics that meet the hypotheses for every x, and the quotient of the sides there.
    pub explicit: Option<(Instance, Rational)>,
}

/// One statement's rungs.
#[derive(Clone, Debug, Serialize)]
pub struct Rung {
    /// Theorem and part.
    pub statement: String,
    /// Step size, weight and class constants.
    pub numbers: Numbers,
    /// What the nearest random instance with these numbers attains.
    pub sampled: Option<Rational>,
    /// What an explicit problem attains, random or made of the witness.
    pub attained: Option<Rational>,
    /// What Gram matrices attain that meet the conditions at the points visited.
    pub witness: Option<Rational>,
    /// What no problem of the class exceeds.
    pub certified: Option<Rational>,
    /// What certifies it.
    pub by: Option<By>,
    /// The conditions that are sufficient for the bound and only necessary for the witness, because
    /// they are assumed for every x and used at the points visited.
    pub necessary: Vec<String>,
}

/// What certifies a bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum By {
    /// Multipliers at these numbers.
    Multipliers,
    /// The proof of the statement itself, which the kernel accepts and which says 1.
    Proof,
}

/// What became of one statement.
#[derive(Clone, Debug)]
pub enum Step {
    /// Its rungs.
    Rung(Box<Rung>),
    /// None, and why.
    Blank {
        /// Theorem and part.
        statement: String,
        /// The reason.
        why: String,
    },
}

impl Rung {
    /// Whether an explicit problem attains what no problem exceeds: then it is the worst case.
    pub fn is_exact(&self) -> bool {
        self.certified.is_some() && self.attained == self.certified
    }

    /// Certificate minus explicit problem.
    pub fn gap(&self) -> Option<Rational> {
        Some(self.certified.as_ref()?.minus(self.attained.as_ref()?))
    }

    /// Whether sampled <= attained <= certified <= 1, of what there is.
    pub fn ascends(&self) -> bool {
        let stated = Some(Rational::ONE);
        let rungs = [&self.sampled, &self.attained, &self.certified, &stated];
        let known: Vec<&Rational> = rungs.into_iter().flatten().collect();
        known.windows(2).all(|pair| pair[0] <= pair[1])
    }
}

/// The largest quotient of a statement's sides at given numbers.
///
/// # Errors
/// If the statement is not an upper bound over one step, or the numbers are not admitted.
pub fn quotient(claim: &Claim, numbers: &Numbers, beyond: bool) -> Result<Quotient, NoProgram> {
    let program = quotient_program(claim, numbers, beyond)?;
    // A bound on the smaller side is one on the quotient only where everything else scales.
    let reduced = &program.reduced;
    let named = (0..reduced.constraints.len()).map(|k| (reduced.name(k), &reduced.constraints[k]));
    let constant = |(name, form): (&str, &Quadratic)| {
        (name != RIGHT_SIDE && !form.is_number() && !form.constant.is_zero())
            .then(|| name.to_owned())
    };
    let odd = named.filter_map(constant).next();
    let odd = odd.or_else(|| (!reduced.objective.constant.is_zero()).then(|| "the claim".into()));
    if let Some(name) = odd {
        return Err(NoProgram::Kind(format!(
            "[{name}] is not homogeneous, so that no quotient is bounded"
        )));
    }
    let bounds = solve(&program.reduced, Effort::Full);
    let explicit = bounds
        .lower
        .as_ref()
        .filter(|_| is_about(claim, numbers))
        .and_then(|lower| on_the_line(numbers, &program.reduced, &lower.gram))
        .and_then(|instance| {
            let mut claim = claim.clone();
            if beyond {
                claim.hypotheses.retain(|h| matches!(h.condition, Condition::Class(..)));
            }
            let outcome = check_instance(&claim, &instance, Budget::STANDARD);
            Some((instance, quotient_of(&claim, &outcome)?))
        });
    Ok(Quotient { program, bounds, explicit })
}

/// Whether two quadratics, one drawn at a time, can have the numbers of a statement.
fn is_about(claim: &Claim, numbers: &Numbers) -> bool {
    let two = Rational::integer(2);
    let count = !claim.mentions(Quantity::Samples) || numbers.get("n_samples") == Some(&two);
    let batch = !claim.mentions(Quantity::Batch) || numbers.get("tau") == Some(&Rational::ONE);
    // What an instance cannot be told to have.
    let own = !claim.mentions(Quantity::LMax) && !claim.mentions(Quantity::Omega);
    count && batch && own && !claim.is_abstract()
}

/// Smaller side over larger, where the larger is positive and both are exact.
fn quotient_of(claim: &Claim, outcome: &Outcome) -> Option<Rational> {
    let (Outcome::Holds(sides) | Outcome::Fails(sides)) = outcome else { return None };
    let Sides::Exact(lhs, rhs) = sides else { return None };
    let Formula::Relation(relation) = &claim.formula else { return None };
    let (small, large) = match relation.sign {
        Sign::AtMost => (lhs, rhs),
        Sign::AtLeast => (rhs, lhs),
        _ => return None,
    };
    large.is_positive().then(|| small.over(large).ok()).flatten()
}

/// Every inequality of a library, in order.
pub fn ladder(library: &Library, options: Options) -> Vec<Step> {
    let all = library
        .theorems()
        .iter()
        .flat_map(|theorem| theorem.statements.iter().map(move |statement| (theorem, statement)));
    let inequalities: Vec<_> = all.filter(|(_, s)| s.kind == Kind::Inequality).collect();
    let proofs = prove(library);
    let proved = |theorem: &Theorem, statement: &Statement| {
        let verdict = ProofVerdict::of(&proofs, &theorem.id, &statement.part);
        matches!(verdict, ProofVerdict::Accepted { .. })
    };
    inequalities
        .into_par_iter()
        .map(|(theorem, statement)| {
            match rung(theorem, statement, proved(theorem, statement), options) {
                Ok(rung) => Step::Rung(Box::new(rung)),
                Err(why) => Step::Blank { statement: name_of(theorem, statement), why },
            }
        })
        .collect()
}

fn name_of(theorem: &Theorem, statement: &Statement) -> String {
    format!("{}/{}", theorem.id, statement.part)
}

/// The rungs of one statement, or why there are none.
fn rung(
    theorem: &Theorem,
    statement: &Statement,
    proved: bool,
    options: Options,
) -> Result<Rung, String> {
    let claim = &statement.claim;
    // What is not a form over one step is none at any numbers.
    let symbols = claim.symbols.iter().map(|symbol| symbol.name.as_str());
    let names = NUMBERS.into_iter().chain(symbols).enumerate();
    let any = |(k, name): (usize, &str)| (name.to_owned(), Rational::ratio(1, k as i64 + 3));
    match quotient_program(claim, &names.map(any).collect(), true) {
        Err(error @ NoProgram::Kind(_)) => return Err(error.to_string()),
        Err(NoProgram::Form { error: Unexpandable::Kind(why), .. }) if why.ends_with(NO_FORM) => {
            return Err(why);
        }
        _ => {}
    }
    let name = name_of(theorem, statement);
    let candidates = candidates(statement, &name, options);
    let mut reason = None;
    for (sampled, numbers) in candidates.into_iter().take(CANDIDATES) {
        match quotient(claim, &numbers, false) {
            Ok(found) => {
                let mut rung = assembled(name, claim, numbers, sampled, &found);
                if proved && rung.certified.as_ref().is_none_or(|bound| *bound > Rational::ONE) {
                    (rung.certified, rung.by) = (Some(Rational::ONE), Some(By::Proof));
                }
                return Ok(rung);
            }
            Err(error) => reason = reason.or(Some(error.to_string())),
        }
    }
    Err(reason.unwrap_or_else(|| "no random instance has a positive right side".into()))
}

/// How the reason ends that does not depend on the numbers.
const NO_FORM: &str = "is not a form over one step";

/// Instances whose numbers are tried, the nearest to equality first.
const CANDIDATES: usize = 4;

fn assembled(
    statement: String,
    claim: &Claim,
    numbers: Numbers,
    sampled: Rational,
    found: &Quotient,
) -> Rung {
    let explicit = found.explicit.as_ref().map(|(_, value)| value.clone());
    let attained = explicit.map_or_else(|| sampled.clone(), |value| value.greatest(&sampled));
    Rung {
        statement,
        necessary: necessary(claim, &found.program),
        sampled: Some(sampled),
        attained: Some(attained),
        witness: found.bounds.lower.as_ref().map(|lower| lower.value.clone()),
        certified: found.bounds.upper.as_ref().map(|upper| upper.value.clone()),
        by: found.bounds.upper.as_ref().map(|_| By::Multipliers),
        numbers,
    }
}

/// The conditions of a program that are assumed for every x and used at the points visited.
pub fn necessary(claim: &Claim, program: &ClaimProgram) -> Vec<String> {
    let everywhere = |condition: &Condition| {
        matches!(condition, Condition::Class(..) | Condition::Everywhere(_))
    };
    let hypotheses = claim.hypotheses.iter().filter(|h| everywhere(&h.condition));
    let mut names: Vec<String> = hypotheses
        .flat_map(|h| {
            h.condition.says().into_iter().map(move |(suffix, _)| format!("{}{suffix}", h.name))
        })
        .collect();
    names.extend(program.axioms.iter().map(|(name, _, _)| name.clone()));
    let constraints = &program.reduced.program.constraints;
    constraints.iter().map(|c| c.name.clone()).filter(|name| names.contains(name)).collect()
}

/// The audit's random instances of a statement, the largest quotient first, and their numbers; those
/// whose step is not tiny come before the others.
fn candidates(statement: &Statement, name: &str, options: Options) -> Vec<(Rational, Numbers)> {
    let readings = readings(statement, &statement.claim);
    let mut found = Vec::new();
    for index in 0..if readings.is_empty() { 0 } else { options.instances } {
        let reading = &readings[index % readings.len()];
        let draw = draw(&reading.claim, options.seed, name, index);
        let (outcome, instance) = check_draw(&reading.claim, &draw, options.budget);
        if let Some(quotient) = quotient_of(&reading.claim, &outcome) {
            found.push((quotient, reading, instance));
        }
    }
    found.sort_by(|a, b| b.0.cmp(&a.0));
    // With a step that hardly moves every bound is an equality: that says nothing.
    let moves = |numbers: &Numbers| match (numbers.get("gamma"), numbers.get("mu")) {
        (Some(gamma), Some(mu)) => gamma.times(mu) >= Rational::ratio(1, VISIBLE),
        _ => true,
    };
    // Constants cost more than the rest: only as many are asked for as are needed.
    let (mut first, mut later) = (Vec::new(), Vec::new());
    for (quotient, reading, instance) in found {
        let symbols = &statement.claim.symbols;
        let numbers = numbers_at(reading, symbols, &instance, options.budget);
        let list = if moves(&numbers) { &mut first } else { &mut later };
        list.push((quotient, numbers));
        if first.len() == CANDIDATES {
            break;
        }
    }
    first.extend(later);
    first
}

/// Instances whose contraction γμ is at least one part in so many come first.
const VISIBLE: i64 = 50;

/// Quantities that are numbers of an instance.
const NUMBERS: [&str; 14] = [
    "gamma",
    "gamma_2",
    "lambda",
    "kappa",
    "mu",
    "l_smooth",
    "l_exp",
    "l_max",
    "n_samples",
    "tau",
    "a",
    "eta",
    "delta",
    "omega",
];

/// The numbers of an instance, exact, as a statement names them.
fn numbers_at(
    reading: &Reading,
    symbols: &[Arc<Symbol>],
    instance: &Instance,
    budget: Budget,
) -> Numbers {
    let claim = &reading.claim;
    let constants = certified(claim, instance);
    let setting =
        Setting::<Rational>::new(instance, constants.as_ref().ok(), claim.process, budget);
    let dictionary = Dictionary::standard();
    let value = |text: &str| evaluate_scalar(&dictionary.expression(text).ok()?, &setting).ok();
    let own = NUMBERS.into_iter().map(|name| (name, name));
    // A symbol that is not a constant is a generator of the program, not a number.
    let fixed = |name: &str| {
        let symbol = symbols.iter().find(|symbol| symbol.name == name);
        symbol.is_some_and(|symbol| symbol.scope == Scope::Fixed)
    };
    let symbols = reading.symbols.iter().map(|(name, text)| (name.as_str(), text.as_str()));
    own.chain(symbols.filter(|(name, _)| fixed(name)))
        .filter_map(|(name, text)| Some((name.to_owned(), value(text)?)))
        .collect()
}
