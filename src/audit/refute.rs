//! A witness against a claim: the instances that are known first, then the search.

use super::check::Outcome;
use super::finding::{ClaimName, MutantFinding, MutantVerdict, Witness};
use super::runner::{Options, check_stored, describe, states};
use super::search::search;
use crate::claim::theorem::{Claim, Mutant, Statement};
use std::collections::BTreeMap;

/// Tries to refute one mutant.
pub fn audit_mutant(
    name: &ClaimName,
    statement: &Statement,
    mutant: &Mutant,
    options: Options,
) -> MutantFinding {
    let name = ClaimName { mutant: Some(mutant.name.clone()), ..name.clone() };
    let finding = |verdict, witness: Option<Witness>| MutantFinding {
        name: mutant.name.clone(),
        expect: mutant.expect,
        verdict,
        witness: witness.map(Box::new),
    };
    if let Some(stored) = mutant.witness.as_ref().filter(|_| options.stored_witnesses) {
        let outcome = check_stored(&mutant.claim, stored, options.budget);
        return match (&outcome, stored.instance()) {
            (Outcome::Fails(sides), Ok(instance)) if states(stored, sides) => {
                let witness = Witness::new(name, &mutant.claim, instance, sides);
                let witness = Witness { symbols: stored.symbols.clone(), ..witness };
                finding(MutantVerdict::RefutedByStoredWitness, Some(witness))
            }
            _ => finding(MutantVerdict::StoredWitnessFails { found: describe(&outcome) }, None),
        };
    }
    // Where instances can be drawn, the search must do without those of the file.
    let can_draw = !readings(statement, &mutant.claim).is_empty();
    let attempt = if can_draw {
        searched(&name, statement, &mutant.claim, &name.to_string(), options)
    } else {
        known(&name, statement, &mutant.claim, options)
    };
    let evaluations = attempt.evaluations;
    match attempt.witness {
        Some(witness) => finding(MutantVerdict::RefutedBySearch { evaluations }, Some(witness)),
        None => finding(MutantVerdict::Survived { evaluations }, None),
    }
}

/// What came of an attempt to refute a claim.
#[derive(Clone, Debug)]
pub struct Attempt {
    /// An instance that violates the claim.
    pub witness: Option<Witness>,
    /// Evaluations of the claim that were spent.
    pub evaluations: usize,
}

/// A witness among the instances of the statement's file.
pub fn known(name: &ClaimName, statement: &Statement, claim: &Claim, options: Options) -> Attempt {
    let mut evaluations = 0;
    let witness = statement.examples.iter().find_map(|stored| {
        evaluations += 1;
        let outcome = check_stored(claim, stored, options.budget);
        let (Outcome::Fails(sides), Ok(instance)) = (outcome, stored.instance()) else {
            return None;
        };
        let witness = Witness::new(name.clone(), claim, instance, &sides);
        Some(Witness { symbols: stored.symbols.clone(), ..witness })
    });
    Attempt { witness, evaluations }
}

/// A witness from the search, whose randomness starts at the options' seed and `seed_name`; the readings
/// of the claim share the evaluations. Without a reading none are spent.
pub fn searched(
    name: &ClaimName,
    statement: &Statement,
    claim: &Claim,
    seed_name: &str,
    options: Options,
) -> Attempt {
    let readings = readings(statement, claim);
    let mut evaluations = 0;
    for reading in &readings {
        let share = options.search_evaluations / readings.len();
        let result = search(&reading.claim, seed_name, options.seed, share, options.budget);
        evaluations += result.evaluations;
        if let Some((instance, sides)) = result.witness {
            let witness = Witness::new(name.clone(), &reading.claim, instance, &sides);
            let witness = Witness { symbols: reading.symbols.clone(), ..witness };
            return Attempt { witness: Some(witness), evaluations };
        }
    }
    Attempt { witness: None, evaluations }
}

/// A claim as it is evaluated, and what its symbols stand for.
pub struct Reading {
    /// The claim.
    pub claim: Claim,
    /// Empty where it is the statement's own.
    pub symbols: BTreeMap<String, String>,
}

/// How a statement's claim, or a mutant's, is evaluated: as it is, or in each of its models. None if
/// no instance of this version can be.
pub fn readings(statement: &Statement, claim: &Claim) -> Vec<Reading> {
    if statement.unevaluated.is_none() {
        return vec![Reading { claim: claim.clone(), symbols: BTreeMap::new() }];
    }
    let models = statement.models.iter().filter_map(|model| {
        let symbols = model.symbols.clone();
        Some(Reading { claim: claim.concrete(&symbols).ok()?, symbols })
    });
    models.collect()
}
