//! The search must find its own witness against every mutant, without those of the files.

use kd_audit::audit::check::{Outcome, check_instance};
use kd_audit::audit::finding::{ClaimName, MutantVerdict};
use kd_audit::audit::library::Library;
use kd_audit::audit::refute::{audit_mutant, readings};
use kd_audit::audit::runner::Options;
use kd_audit::audit::search::search;
use kd_audit::claim::theorem::{Expectation, Mutant};
use kd_audit::expectation::Budget;
use kd_audit::problem::Instance;

#[test]
fn every_mutant_is_refuted_by_search() {
    let mut survivors = Vec::new();
    for theorem in Library::load().unwrap().theorems() {
        for statement in theorem.evaluated() {
            for mutant in statement.mutants.iter().filter(|m| m.expect == Expectation::Refuted) {
                let name = format!("{}/{} [{}]", theorem.id, statement.part, mutant.name);
                let result = search(&mutant.claim, &name, 1, 40_000, Budget::STANDARD);
                let Some((instance, sides)) = result.witness else {
                    survivors.push(name);
                    continue;
                };
                // What was found survives being written, read and judged again.
                let text = serde_json::to_string(&instance).unwrap();
                let read: Instance = serde_json::from_str(&text).unwrap();
                let again = check_instance(&mutant.claim, &read, Budget::STANDARD);
                assert_eq!(again, Outcome::Fails(sides), "{name}: {text}");
                println!("{name}: {} evaluations, {text}", result.evaluations);
            }
        }
    }
    assert!(survivors.is_empty(), "no witness found against {survivors:?}");
}

/// Where nothing can be drawn, because the file declares symbols of its own, the instances of the file
/// are all that can be tried; they must do.
#[test]
fn what_cannot_be_drawn_is_refuted_by_instances_of_its_file() {
    let options = Options { stored_witnesses: false, ..Options::default() };
    let mut seen = 0;
    for theorem in Library::load().unwrap().theorems() {
        for statement in &theorem.statements {
            let cannot_draw = |m: &&Mutant| readings(statement, &m.claim).is_empty();
            for mutant in statement.mutants.iter().filter(cannot_draw) {
                let part = statement.part.clone();
                let name = ClaimName { theorem: theorem.id.clone(), part, mutant: None };
                let finding = audit_mutant(&name, statement, mutant, options);
                let found = matches!(finding.verdict, MutantVerdict::RefutedBySearch { .. });
                assert!(found, "{}/{} [{}]", theorem.id, statement.part, mutant.name);
                assert!(finding.witness.is_some());
                // The statement itself survives the same instances.
                let same = Mutant { claim: statement.claim.clone(), ..mutant.clone() };
                let finding = audit_mutant(&name, statement, &same, options);
                assert!(matches!(finding.verdict, MutantVerdict::Survived { .. }));
                seen += 1;
            }
        }
    }
    assert!(seen >= 4, "{seen} mutants of statements with symbols of their own");
}
