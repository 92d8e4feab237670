//! The search must find its own witness against every mutant, without those of the files.

use kd_audit::audit::check::{Outcome, check_instance};
use kd_audit::audit::library::Library;
use kd_audit::audit::search::search;
use kd_audit::claim::theorem::Expectation;
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
