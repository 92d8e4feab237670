//! What becomes of generated mutants: refuted by a stored witness, by an instance of the file or by
//! search; proved by the statement's own certificate; or open.
//!
//! A survivor is a finding and not a fault: it suggests a sharper claim.

use super::check::{Outcome, check_instance, resolve};
use super::finding::{
    ClaimName, GeneratedFinding, GeneratedVerdict, Number, StatementFinding, Witness,
};
use super::mutate::{Generated, generate};
use super::prove::ProofFinding;
use super::runner::{Options, check_stored};
use super::search::{draw, search_draws, search_from};
use super::setting::Setting;
use super::store::{Records, Store, Survivor};
use super::tightest::find_tightest;
use crate::claim::evaluate::{Truth, evaluate};
use crate::claim::expr::{Formula, Sign};
use crate::claim::file::FORMAT;
use crate::claim::proof::Proof;
use crate::claim::theorem::{Claim, Condition, Kind, Mutant, Statement, Stored, Theorem};
use crate::expectation::Budget;
use crate::kernel;
use crate::problem::{AssertedConstants, Constants};
use crate::scalar::Scalar;
use rayon::prelude::*;

/// Random draws that a generated mutant is tried on unless a longer search is asked for.
pub const DRAWS: usize = 32;

/// Random draws before the ascents of a longer search: exact, and so the larger part of its cost.
const DEEP_DRAWS: usize = 128;

/// Draws on which a mutant is compared with its statement where its form does not show that it
/// claims more.
const COMPARED: usize = 48;

/// What the proofs of a library are worth to those of mutants.
pub fn proved_statements(findings: &[ProofFinding<'_>]) -> kernel::Library {
    let proved = findings.iter().filter_map(|finding| Some((finding.name(), finding.proved()?)));
    proved.map(|(name, proved)| (name, proved.clone())).collect()
}

/// The mutant of this name that a rule makes of the statement.
pub fn find(statement: &Statement, name: &str) -> Option<Mutant> {
    let all = generate(statement).mutants.into_iter().map(|generated| generated.mutant);
    all.into_iter().find(|mutant| mutant.name == name)
}

/// Judges every generated mutant of a statement. What leaves the statement as it is, or is not
/// stronger on any draw, is no mutant and left out.
pub fn audit_generated(
    theorem: &Theorem,
    statement: &Statement,
    proved: &kernel::Library,
    store: &Store,
    options: Options,
) -> Vec<GeneratedFinding> {
    let judge = Judge { theorem, statement, proved, store, options };
    generate(statement).mutants.par_iter().filter_map(|mutant| judge.finding(mutant)).collect()
}

/// What is worth keeping of the findings.
pub fn records(findings: &[StatementFinding], seed: u64) -> Records {
    let mut records = Records { format: FORMAT, seed, ..Records::default() };
    let all = findings.iter().flat_map(|own| own.generated.iter().map(move |made| (own, made)));
    for (own, finding) in all {
        let (theorem, part) = (own.theorem.clone(), own.part.clone());
        let name = ClaimName { theorem, part, mutant: Some(finding.name.clone()) };
        match (&finding.verdict, &finding.witness) {
            (
                GeneratedVerdict::RefutedByStoredWitness | GeneratedVerdict::RefutedBySearch { .. },
                Some(witness),
            ) => records.witnesses.push((**witness).clone()),
            (GeneratedVerdict::Open { evaluations }, _) if *evaluations > DRAWS => {
                let (claim, hash) = (name, finding.hash.clone());
                records.survivors.push(Survivor { claim, hash, evaluations: *evaluations });
            }
            _ => {}
        }
    }
    let tightest = findings.iter().filter_map(|finding| finding.tightest.as_deref());
    records.tightest.extend(tightest.filter(|witness| witness.holds).cloned());
    records
}

/// The instance on which an inequality is nearest to equality: a stored one that is still right, or
/// the best of a search where one is asked for. Without either, none.
pub fn audit_tightest(
    theorem: &Theorem,
    statement: &Statement,
    store: &Store,
    options: Options,
) -> Option<Witness> {
    if statement.kind != Kind::Inequality || statement.unevaluated.is_some() {
        return None;
    }
    let claim = &statement.claim;
    let (theorem, part) = (theorem.id.clone(), statement.part.clone());
    let name = ClaimName { theorem, part, mutant: None };
    let stored = store.tightest(&name, &claim.hash()).filter(|_| options.stored_witnesses);
    let stored = stored.filter(|own| {
        matches!(check_instance(claim, &own.instance, options.budget), Outcome::Holds(sides)
            if sides.numbers() == (own.lhs.clone(), own.rhs.clone()))
    });
    let found = options.deep.and_then(|evaluations| {
        find_tightest(claim, &name.to_string(), options.seed, evaluations, options.budget)
    });
    let found = found.map(|found| {
        let witness = Witness::new(name, claim, found.instance, &found.sides);
        Witness { holds: found.holds, ..witness }
    });
    // The larger quotient; a violation is larger than any.
    let quotient = |witness: &Witness| match (&witness.lhs, &witness.rhs) {
        (Number::Exact(lhs), Number::Exact(rhs)) => lhs.over(rhs).ok(),
        _ => None,
    };
    match (stored, found) {
        (Some(old), Some(new)) if quotient(&new) <= quotient(old) => Some(old.clone()),
        (old, new) => new.or_else(|| old.cloned()),
    }
}

struct Judge<'a> {
    theorem: &'a Theorem,
    statement: &'a Statement,
    proved: &'a kernel::Library,
    store: &'a Store,
    options: Options,
}

impl Judge<'_> {
    fn finding(&self, generated: &Generated) -> Option<GeneratedFinding> {
        let Mutant { name, summary, claim, .. } = &generated.mutant;
        let full = ClaimName {
            theorem: self.theorem.id.clone(),
            part: self.statement.part.clone(),
            mutant: Some(name.clone()),
        };
        let (verdict, witness) = self.verdict(&full, generated)?;
        Some(GeneratedFinding {
            name: name.clone(),
            summary: summary.clone(),
            hash: claim.hash(),
            formula: claim.text.clone(),
            latex: claim.formula.latex(),
            verdict,
            witness: witness.map(Box::new),
        })
    }

    fn verdict(
        &self,
        name: &ClaimName,
        generated: &Generated,
    ) -> Option<(GeneratedVerdict, Option<Witness>)> {
        let (claim, options) = (&generated.mutant.claim, self.options);
        if options.stored_witnesses {
            let stored = self.store.witness(name, &claim.hash());
            if let Some(witness) = stored.filter(|witness| replays(claim, witness, options.budget))
            {
                let witness = Some(witness.clone());
                return Some((GeneratedVerdict::RefutedByStoredWitness, witness));
            }
            if let Some((instance, witness)) = self.refuted_by_file(name, claim) {
                return Some((GeneratedVerdict::RefutedByFile { instance }, Some(witness)));
            }
        }
        let evaluated = self.statement.unevaluated.is_none();
        let original = &self.statement.claim;
        // Without instances there is nothing to compare on.
        if generated.unclear && !(evaluated && is_stronger(original, claim, name, options)) {
            return None;
        }
        if self.is_proved(claim) {
            return Some((GeneratedVerdict::Proved, None));
        }
        if !evaluated {
            return Some((GeneratedVerdict::Open { evaluations: 0 }, None));
        }
        let searched = self.store.searched(name, &claim.hash());
        let text = name.to_string();
        let result = match options.deep {
            None => search_draws(claim, &text, options.seed, DRAWS, options.budget),
            Some(evaluations) => {
                let draws = DEEP_DRAWS.min(evaluations);
                search_from(claim, &text, options.seed, draws, evaluations, options.budget)
            }
        };
        let evaluations = result.evaluations;
        Some(match result.witness {
            Some((instance, sides)) => {
                let witness = Witness::new(name.clone(), claim, instance, &sides);
                (GeneratedVerdict::RefutedBySearch { evaluations }, Some(witness))
            }
            None => (GeneratedVerdict::Open { evaluations: evaluations.max(searched) }, None),
        })
    }

    /// The instances of the file, which are at the limits of its statements.
    fn refuted_by_file(&self, name: &ClaimName, claim: &Claim) -> Option<(String, Witness)> {
        let witnesses = self.statement.mutants.iter().filter_map(|mutant| mutant.witness.as_ref());
        let mut all = self.statement.examples.iter().chain(witnesses);
        all.find_map(|stored: &Stored| {
            let outcome = check_stored(claim, stored, self.options.budget);
            let (Outcome::Fails(sides), Ok(instance)) = (outcome, stored.instance()) else {
                return None;
            };
            let symbols = stored.symbols.clone();
            let witness = Witness::new(name.clone(), claim, instance, &sides);
            Some((stored.name.clone(), Witness { symbols, ..witness }))
        })
    }

    /// Whether the kernel accepts the statement's own proof for the mutant, or needs none because
    /// the sign of the slack is visible.
    fn is_proved(&self, claim: &Claim) -> bool {
        let own = self.statement.proof.as_ref();
        let accepts = |proof: &Proof| kernel::check(claim, proof, self.proved).is_ok();
        own.is_some_and(accepts)
            || match &claim.formula {
                Formula::Relation(relation) => {
                    let certificates = vec![relation.slack()];
                    accepts(&Proof { steps: Vec::new(), certificates })
                }
                Formula::Equivalence(..) => false,
            }
    }
}

/// Whether a stored witness still violates the claim, with the values that it states.
pub fn replays(claim: &Claim, witness: &Witness, budget: Budget) -> bool {
    match check_instance(claim, &witness.instance, budget) {
        Outcome::Fails(sides) => sides.numbers() == (witness.lhs.clone(), witness.rhs.clone()),
        _ => false,
    }
}

/// Whether the mutant leaves less room than the statement on some draw. In floats: what is decided
/// is only whether the mutant is worth a search.
fn is_stronger(original: &Claim, mutant: &Claim, name: &ClaimName, options: Options) -> bool {
    let sign = match &original.formula {
        Formula::Relation(relation) => relation.sign,
        Formula::Equivalence(..) => return true,
    };
    (0..COMPARED).any(|index| {
        // From a seed of its own, so that what counts as a mutant is the same for every audit.
        let draw = draw(original, 1, &format!("{name} compared"), index);
        if draw.instance.asserted != AssertedConstants::default() {
            return false;
        }
        let problem = &draw.instance.problem;
        let Some(constants) = Constants::estimate(problem, draw.instance.sampling) else {
            return false;
        };
        let instance = resolve::<f64>(original, &draw, Some(&constants), options.budget);
        let setting =
            Setting::<f64>::new(&instance, Some(&constants), original.process, options.budget);
        let admitted = original.hypotheses.iter().all(|hypothesis| match &hypothesis.condition {
            Condition::Formula(formula) => {
                evaluate(formula, &setting).is_ok_and(|found| found.truth == Truth::Holds)
            }
            _ => true,
        });
        let room = |claim: &Claim| {
            let found = evaluate(&claim.formula, &setting).ok()?;
            let rooms = found.sides.first()?.iter().map(|(lhs, rhs)| match sign {
                Sign::AtLeast | Sign::Greater => (lhs - rhs, lhs.abs() + rhs.abs()),
                _ => (rhs - lhs, lhs.abs() + rhs.abs()),
            });
            rooms.min_by(|a, b| a.0.total_cmp(&b.0))
        };
        admitted
            && match (room(original), room(mutant)) {
                (Some((wide, size)), Some((narrow, _))) => narrow < wide - 1e-9 * size,
                // Without a value it is another claim in any case.
                (Some(_), None) => true,
                _ => false,
            }
    })
}
