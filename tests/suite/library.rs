//! The theorem files themselves: their parts, their worked examples and the witnesses of their mutants.

use kd_audit::audit::check::Outcome;
use kd_audit::audit::library::Library;
use kd_audit::audit::runner::{check_stored, describe, states};
use kd_audit::claim::theorem::{Claim, Expectation, Kind, Stored};
use kd_audit::expectation::Budget;

/// The parts that each file must have; a part is never lost unnoticed.
const PARTS: [(&str, &[&str]); 31] = [
    ("proposition-1", &["gradient", "canonical-links", "control-variate", "any-link"]),
    ("proposition-1-fails", &["sigmoid-squared", "temperature", "probit"]),
    ("temperature-limit", &["bound"]),
    ("lemma-quadratic-growth", &["growth"]),
    ("lemma-expected-smoothness", &["single", "batch"]),
    ("lemma-noise-quadratic", &["quadratic", "single-samples", "bias-floor"]),
    ("lemma-minibatch-noise", &["sigma", "variance", "covariance", "bias"]),
    (
        "lemma-optimal-weight",
        &["value", "optimal", "range", "no-control", "no-covariance", "monotone", "small-steps"],
    ),
    ("theorem-1", &["one-step", "all-t"]),
    ("theorem-1-optimal", &["value", "optimal"]),
    ("theorem-1-min", &["bound"]),
    ("theorem-1-sharp", &["one-step", "best-a", "best-a-biased", "best-a-unbiased", "step-limit"]),
    ("theorem-1-exact", &["one-step"]),
    ("theorem-1-limit", &["one-step", "limit"]),
    ("theorem-1-tilted", &["one-step", "all-t", "distance-lower", "distance-upper"]),
    ("theorem-2", &["one-step", "all-t"]),
    ("theorem-2-min", &["bound"]),
    ("theorem-2-sharp", &["one-step"]),
    ("theorem-2-curve", &["one-step"]),
    ("theorem-2-deep-linear", &["one-step"]),
    ("theorem-4", &["one-step", "all-t", "best-weight", "optimal", "teacher"]),
    ("theorem-4-sharp", &["one-step", "spread"]),
    (
        "theorem-5",
        &["a", "a-one-step", "a-sufficient", "a-necessary", "b", "c", "c-best-weight", "c-minimum"],
    ),
    ("proposition-2", &["layer", "networks"]),
    ("proposition-3", &["identity", "gap-bound", "relu", "relu-bound", "tanh"]),
    ("proposition-4", &["mean", "svrg"]),
    ("theorem-3", &["one-step", "all-t", "range", "natural", "rand-k", "constant-answer"]),
    ("theorem-3-wide", &["one-step", "all-t", "admissible", "limit"]),
    ("theorem-3-mask", &["one-step", "all-t"]),
    (
        "theorem-6",
        &[
            "one-step",
            "all-t",
            "sgd",
            "unbiased-kd",
            "l-svrg",
            "saga",
            "l-svrg-memory",
            "saga-memory",
            "l-svrg-all-t",
            "saga-all-t",
        ],
    ),
    ("theorem-7", &["paths", "stationary", "best-weight", "residual", "beats-both"]),
];

#[test]
fn every_part_is_there() {
    let library = Library::load().unwrap();
    let found: Vec<(&str, Vec<&str>)> = library
        .theorems()
        .iter()
        .map(|t| (t.id.as_str(), t.statements.iter().map(|s| s.part.as_str()).collect()))
        .collect();
    let expected: Vec<(&str, Vec<&str>)> =
        PARTS.iter().map(|(id, parts)| (*id, parts.to_vec())).collect();
    assert_eq!(found, expected);
}

#[test]
fn every_statement_has_an_example_and_a_mutant() {
    for theorem in Library::load().unwrap().theorems() {
        for statement in &theorem.statements {
            let name = format!("{}/{}", theorem.id, statement.part);
            // Where the claim is not evaluated, an instance must still meet its hypotheses.
            let shown = !statement.examples.is_empty() || statement.satisfied.is_some();
            assert!(shown, "{name} has no worked example");
            let refuted = statement.mutants.iter().any(|m| m.expect == Expectation::Refuted);
            assert!(refuted, "{name} has no mutant that must be refuted");
        }
    }
}

/// Whether the claim holds there, whether its sides are those stated, and what was found.
fn sides(claim: &Claim, stored: &Stored, name: &str) -> (bool, bool, String) {
    stored.load(name).unwrap();
    let outcome = check_stored(claim, stored, Budget::STANDARD);
    match &outcome {
        Outcome::Holds(sides) => (true, states(stored, sides), describe(&outcome)),
        Outcome::Fails(sides) => (false, states(stored, sides), describe(&outcome)),
        other => panic!("{name}: {}: {other:?}", stored.name),
    }
}

/// With certainty: an example must hold (of a refutation, fail) and a witness must refute, each with
/// the fractions that the file states, or between them where a side is irrational.
#[test]
fn stored_instances_have_their_exact_values() {
    let mut faults = Vec::new();
    for theorem in Library::load().unwrap().theorems() {
        for statement in &theorem.statements {
            let name = format!("{}/{}", theorem.id, statement.part);
            let holds = statement.kind != Kind::Refutation;
            let examples = statement.examples.iter().map(|e| (&statement.claim, e, holds));
            let witnesses = statement
                .mutants
                .iter()
                .filter_map(|mutant| Some((&mutant.claim, mutant.witness.as_ref()?, false)));
            for (claim, stored, expected) in examples.chain(witnesses) {
                let (holds, stated, found) = sides(claim, stored, &name);
                if holds != expected || !stated {
                    faults.push(format!(
                        "{name}, {}: {found}; recorded {} and {}",
                        stored.name, stored.lhs, stored.rhs
                    ));
                }
            }
        }
    }
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}
