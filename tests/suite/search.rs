//! The search must find its own witness against every mutant, without those of the files.

use kd_audit::audit::library::Library;
use kd_audit::audit::search::search;
use kd_audit::claim::theorem::Expectation;
use kd_audit::expectation::Budget;

#[test]
fn every_mutant_is_refuted_by_search() {
    let mut survivors = Vec::new();
    for theorem in Library::load().unwrap().theorems() {
        for statement in &theorem.statements {
            for mutant in statement.mutants.iter().filter(|m| m.expect == Expectation::Refuted) {
                let name = format!("{}/{} [{}]", theorem.id, statement.part, mutant.name);
                let start = std::time::Instant::now();
                let result = search(&mutant.claim, &name, 1, 40_000, Budget::STANDARD);
                let Some((instance, sides)) = result.witness else {
                    survivors.push(name);
                    continue;
                };
                println!(
                    "{name}: {} evaluations, {:.2}s, {}, {:?}",
                    result.evaluations,
                    start.elapsed().as_secs_f64(),
                    serde_json::to_string(&instance).unwrap(),
                    sides
                );
            }
        }
    }
    assert!(survivors.is_empty(), "no witness found against {survivors:?}");
}
