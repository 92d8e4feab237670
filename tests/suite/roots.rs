//! Claims with square roots: decided by enclosures that are refined until the sides separate, and
//! undecided at the cap.

use kd_audit::audit::check::{Outcome, Sides, check_instance};
use kd_audit::audit::library::Library;
use kd_audit::expectation::Budget;

/// What becomes of a claim on f = ½(x ± 1)² with c = (3, 0), x = 1, λ = 1/2.
fn outcome(claim: &str, hypothesis: &str) -> Outcome {
    let kind = match claim {
        _ if claim.contains("<=") => "inequality",
        _ => "identity",
    };
    let names = ["lambda", "noise", "sigma_star_sq", "teacher_var", "bias_sq"];
    let symbols: Vec<&str> = names.into_iter().filter(|name| claim.contains(name)).collect();
    let file = format!(
        r#"format = 1
id = "roots"
title = "t"
summary = "s"
source = "s"
published = "p"
deviation = "d"

[symbols]
fixed = {symbols:?}

[[statement]]
part = "only"
kind = "{kind}"
summary = "s"
process = "kd"
claim = "{claim}"
hypotheses = {{ condition = "{hypothesis}" }}

[[statement.example]]
name = "one"
instance = {{ h = ["1", "1"], z = ["1", "-1"], c = ["3", "0"], x = "1", lambda = "1/2", gamma = "1/8" }}
lhs = "0"
rhs = "0"
"#
    );
    let library = Library::from_texts([("roots.toml".to_owned(), file.as_str())]).unwrap();
    let statement = &library.theorems()[0].statements[0];
    let instance = statement.examples[0].instance().unwrap();
    check_instance(&statement.claim, &instance, Budget::STANDARD)
}

fn holds_enclosed(outcome: &Outcome) -> bool {
    matches!(outcome, Outcome::Holds(Sides::Enclosed(..)))
}

#[test]
fn the_triangle_inequality_of_the_noise_is_enclosed() {
    let claim =
        "sqrt(noise(lambda)) <= sqrt(sigma_star_sq) + sqrt(lambda^2*(teacher_var + bias_sq))";
    assert!(holds_enclosed(&outcome(claim, "minimiser")));
    let false_claim =
        "sqrt(sigma_star_sq) + sqrt(lambda^2*(teacher_var + bias_sq)) <= sqrt(noise(lambda))";
    assert!(matches!(outcome(false_claim, "minimiser"), Outcome::Fails(Sides::Enclosed(..))));
}

#[test]
fn perfect_squares_are_exact() {
    // σ*² = 1.
    let found = outcome("2*sqrt(sigma_star_sq) = 2", "minimiser");
    assert!(matches!(found, Outcome::Holds(Sides::Exact(..))), "{found:?}");
}

#[test]
fn refinement_separates_what_floats_cannot() {
    // √2 to 40 digits, rounded up and down.
    let above = "sqrt(2) <= 1.4142135623730950488016887242096980785697";
    let below = "sqrt(2) <= 1.4142135623730950488016887242096980785696";
    assert!(holds_enclosed(&outcome(above, "minimiser")));
    assert!(matches!(outcome(below, "minimiser"), Outcome::Fails(_)));
}

#[test]
fn equal_irrational_sides_stay_undecided_at_the_cap() {
    let found = outcome("sqrt(2)*sqrt(3) = sqrt(6)", "minimiser");
    assert!(matches!(found, Outcome::Inconclusive { .. }), "{found:?}");
}

#[test]
fn hypotheses_with_roots_are_met_violated_or_undecided() {
    assert!(matches!(outcome("0 <= noise(lambda)", "sqrt(2) <= 3/2"), Outcome::Holds(_)));
    let violated = outcome("0 <= noise(lambda)", "sqrt(2) <= 7/5");
    assert!(matches!(violated, Outcome::Rejected { .. }), "{violated:?}");
    let undecided = outcome("0 <= noise(lambda)", "sqrt(2)*sqrt(3) = sqrt(6)");
    assert!(matches!(undecided, Outcome::Inconclusive { .. }), "{undecided:?}");
    let undefined = outcome("0 <= noise(lambda)", "sqrt(0 - 2) <= 1");
    assert!(matches!(undefined, Outcome::Inconclusive { .. }), "{undefined:?}");
}
