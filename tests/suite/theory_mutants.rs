//! The false claims that are known with a witness, row by row: each is a mutant of the library, and
//! its stored witness has the known values.

use kd_audit::audit::check::Outcome;
use kd_audit::audit::library::Library;
use kd_audit::audit::runner::check_stored;
use kd_audit::claim::theorem::StoredSide;
use kd_audit::expectation::Budget;
use kd_audit::scalar::Rational;

/// The row; part and mutant; left side and right side of the known witness.
const ROWS: [(&str, &str, &str, &str, &str); 18] = [
    (
        "theorem-1 at step 1/(7 L_exp)",
        "theorem-1/one-step",
        "step-1/7",
        "7998329/7997584",
        "3998987/3998792",
    ),
    (
        "theorem-1 at 1/(4 L_exp), convex samples",
        "theorem-1/one-step",
        "step-1/4-convex",
        "9161/9216",
        "4577/4608",
    ),
    (
        "theorem-1 at 1/(2 L_exp), two samples",
        "theorem-1/one-step",
        "step-1/2-two-samples",
        "65/64",
        "95/96",
    ),
    ("theorem-4 at 3/(4 L_exp)", "theorem-4/one-step", "step-3/4", "61/64", "29/32"),
    (
        "theorem-2 at mu/(3 L L_exp)",
        "theorem-2/one-step",
        "step-1/3",
        "367625/734472",
        "45929/91809",
    ),
    ("the bias dropped", "theorem-1/one-step", "without-bias", "1", "29/32"),
    ("noise factor 2 to 1", "theorem-1/one-step", "noise-once", "153/8192", "19/1024"),
    (
        "noise factor 2 to 19/10",
        "theorem-1/one-step",
        "noise-19/10",
        "10445761/10445824",
        "104456491/104458240",
    ),
    (
        "bias factor 4/3 to 5/4",
        "theorem-1/one-step",
        "bias-5/4",
        "10445761/10445824",
        "2611301/2611456",
    ),
    ("sign of C flipped", "theorem-1/one-step", "covariance-sign", "1/16", "0"),
    ("twice the rate", "theorem-1/one-step", "twice-the-rate", "49/64", "48/64"),
    ("theorem-2 without bias", "theorem-2/one-step", "without-bias", "1/2", "7/16"),
    (
        "distillation removes the noise for every teacher",
        "theorem-5/c-best-weight",
        "noise-removed",
        "1/16",
        "0",
    ),
    (
        "a larger weight is always better",
        "theorem-5/c-minimum",
        "larger-weight-better",
        "1",
        "1/15",
    ),
    (
        "the best weight does not depend on the step",
        "theorem-5/c-best-weight",
        "weight-independent-of-step",
        "1/16",
        "1/32",
    ),
    ("theorem-3 with any compressor", "theorem-3/one-step", "any-compressor", "245/256", "15/16"),
    ("theorem-3 without the minimiser", "theorem-3/one-step", "without-minimiser", "1/32", "0"),
    (
        "theorem-4's constants for biased distillation",
        "theorem-1/one-step",
        "unbiased-constants",
        "1",
        "7/8",
    ),
];

fn exactly(text: &str) -> StoredSide {
    StoredSide::Exact(text.parse::<Rational>().unwrap())
}

#[test]
fn every_known_false_claim_is_a_mutant_with_its_witness() {
    let library = Library::load().unwrap();
    for (row, part, mutant, lhs, rhs) in ROWS {
        let (id, part) = part.split_once('/').unwrap();
        let statement = library.theorem(id).unwrap().statement(part).unwrap();
        let mutant = statement.mutant(mutant).unwrap_or_else(|| panic!("{row}: no {mutant}"));
        let stored = mutant.witness.as_ref().unwrap_or_else(|| panic!("{row}: no witness"));
        let values = [lhs, rhs].map(exactly);
        assert_eq!([stored.lhs.clone(), stored.rhs.clone()], values, "{row}");
        let outcome = check_stored(&mutant.claim, stored, Budget::STANDARD);
        assert!(matches!(outcome, Outcome::Fails(_)), "{row}: {outcome:?}");
    }
}

/// The same problem within the bound on the step: the statement holds, with the known values.
#[test]
fn the_control_holds() {
    let library = Library::load().unwrap();
    let statement = library.theorem("theorem-1").unwrap().statement("one-step").unwrap();
    let control = statement.examples.iter().find(|example| example.name == "control").unwrap();
    let values = ["10445761/10445824", "5222905/5222912"].map(exactly);
    assert_eq!([control.lhs.clone(), control.rhs.clone()], values);
    let outcome = check_stored(&statement.claim, control, Budget::STANDARD);
    assert!(matches!(outcome, Outcome::Holds(_)), "{outcome:?}");
}
