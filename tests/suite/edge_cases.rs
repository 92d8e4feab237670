//! Degenerate, extreme and borderline instances: each has a definite outcome, and a rejection names
//! its hypothesis.

use kd_audit::audit::check::{Outcome, Sides, check_instance};
use kd_audit::audit::library::Library;
use kd_audit::expectation::Budget;
use kd_audit::problem::{Constants, Instance, near_tight};
use kd_audit::scalar::{Rational, Scalar};
use std::sync::LazyLock;

static LIBRARY: LazyLock<Library> = LazyLock::new(|| Library::load().unwrap());

fn q(text: &str) -> Rational {
    text.parse().unwrap()
}

fn instance(json: &str) -> Instance {
    serde_json::from_str(json).unwrap_or_else(|error| panic!("{json}: {error}"))
}

fn check(name: &str, instance: &Instance) -> Outcome {
    let (id, part) = name.split_once('/').unwrap();
    let claim = LIBRARY.claim(id, part, None).unwrap_or_else(|| panic!("there is no {name}"));
    check_instance(claim, instance, Budget::STANDARD)
}

fn every_part() -> impl Iterator<Item = String> {
    LIBRARY.theorems().iter().flat_map(|theorem| {
        let about_sums = theorem.evaluated().filter(|s| !s.claim.family.is_network());
        about_sums.map(|statement| format!("{}/{}", theorem.id, statement.part))
    })
}

fn rejected_by(outcome: &Outcome) -> Option<&str> {
    match outcome {
        Outcome::Rejected { hypothesis, .. } => Some(hypothesis),
        _ => None,
    }
}

/// Whether a closed form has roots, so that it is enclosed where they are irrational.
fn has_roots(part: &str) -> bool {
    part.starts_with("theorem-1-sharp/best-a") || part == "theorem-1-limit/limit"
}

/// The largest step that theorem-1 admits.
fn with_theorem_1_step(mut instance: Instance) -> Instance {
    let constants = Constants::compute(&instance.problem, instance.sampling).unwrap();
    instance.parameters.gamma = q("1/8").over(&constants.l_exp).unwrap();
    instance.parameters.gamma_2 = instance.parameters.gamma.clone();
    instance
}

// --- Degenerate instances -----------------------------------------------------------------------

/// Every part of the library holds exactly, but for those named, which are rejected by the
/// hypothesis that the degenerate case is about.
#[test]
fn degenerate_instances_hold_or_name_their_hypothesis() {
    // Parts by prefix; the first match counts.
    let free = [
        ("proposition-1", "family"),
        ("theorem-1-min", "teacher"),
        ("theorem-2-min", "teacher"),
        ("theorem-4/teacher", "teacher"),
        ("theorem-7", "teacher"),
        ("proposition-4", "teacher"),
    ];
    let constant = [("theorem-4/best-weight", "control"), ("theorem-4/optimal", "control")];
    let one_sample = [("lemma-expected-smoothness/batch", "several")];
    let some_control = [("lemma-optimal-weight/no-control", "no-control")];
    let no_control = [
        ("lemma-optimal-weight/no-co", ""),
        ("lemma-optimal-weight", "control"),
        ("theorem-1-optimal", "control"),
        ("theorem-5/c-", "control"),
        ("theorem-4/best-weight", "control"),
        ("theorem-4/optimal", "control"),
    ];
    let correlated = [("lemma-optimal-weight/no-covariance", "degenerate")];
    let minibatch = [
        ("lemma-noise-quadratic/single-samples", "single"),
        ("lemma-expected-smoothness/single", "single"),
        ("theorem-1-tilted/one-step", "single"),
        ("theorem-1-tilted/all-t", "single"),
        ("theorem-6/l-svrg", "single"),
        ("theorem-6/saga", "single"),
    ];
    let nothing_to_gain = [
        ("theorem-7/best", "something-to-gain"),
        ("theorem-7/residual", "something-to-gain"),
        ("theorem-7/beats", "something-to-gain"),
    ];
    type Rejections<'a> = Vec<&'a [(&'a str, &'a str)]>;
    let rows: [(&str, &str, Rejections<'_>); 11] = [
        (
            "N = 1, d = 1",
            r#""h": ["2"], "z": ["0"], "c": ["3"], "gamma": "1/1024""#,
            vec![&free, &some_control, &constant, &one_sample],
        ),
        (
            "N = 1 < d with a ridge",
            r#""a": [["1","2","0"]], "y": ["1"], "ridge": "1/2", "teacher": ["1","1","1"], "x": ["1","0","0"], "gamma": "1/1024""#,
            vec![&some_control, &constant, &one_sample],
        ),
        (
            "duplicate rows",
            r#""a": [["1","2"],["1","2"],["0","1"],["0","1"]], "y": ["1","-1","2","2"], "teacher": ["1","1"], "x": ["1","0"], "tau": 2, "gamma": "1/1024""#,
            vec![&some_control, &correlated, &minibatch],
        ),
        (
            "the full gradient",
            r#""a": [["1","2"],["0","1"]], "y": ["1","2"], "teacher": ["1","1"], "x": ["1","0"], "tau": 2, "gamma": "1/1024""#,
            vec![&some_control, &minibatch, &constant],
        ),
        (
            "c = 0",
            r#""h": ["1","1"], "z": ["1","-1"], "gamma": "1/1024""#,
            vec![&free, &no_control],
        ),
        (
            "c = 0 and no noise",
            r#""h": ["1","2"], "z": ["0","0"], "gamma": "1/1024""#,
            vec![&free, &no_control],
        ),
        (
            "V = 0",
            r#""h": ["1","1"], "z": ["1","-1"], "c": ["3","3"], "gamma": "1/1024""#,
            vec![&free, &some_control, &constant],
        ),
        (
            "B = 0",
            r#""h": ["1","1"], "z": ["1","-1"], "c": ["2","-2"], "gamma": "1/1024""#,
            vec![&free, &some_control, &correlated],
        ),
        (
            "no noise",
            r#""h": ["1","1"], "z": ["0","0"], "c": ["1","-1"], "gamma": "1/1024""#,
            vec![&free, &some_control],
        ),
        (
            "x = x* = the teacher, no noise",
            r#""a": [["1","0"],["1","1"]], "y": ["1","3"], "teacher": ["1","2"], "x": ["1","2"], "gamma": "1/1024""#,
            vec![&no_control, &nothing_to_gain],
        ),
        (
            "a sample without curvature",
            r#""h": ["2","0"], "z": ["1","-1"], "c": ["1","0"], "gamma": "1/1024""#,
            vec![&free, &some_control, &correlated],
        ),
    ];
    for (name, json, rejections) in rows {
        let instance = instance(&format!("{{{json}, \"lambda\": \"1/2\", \"t\": 3}}"));
        for part in every_part() {
            let outcome = check(&part, &instance);
            // Two parts share the cases of one claim between them, one leaves out a boundary, and one
            // is about control variates that remove all of the noise.
            if matches!(rejected_by(&outcome), Some("biased" | "unbiased" | "spread" | "perfect")) {
                continue;
            }
            let rule =
                rejections.iter().copied().flatten().find(|(prefix, _)| part.starts_with(prefix));
            match rule {
                Some((_, hypothesis)) if !hypothesis.is_empty() => {
                    assert_eq!(
                        rejected_by(&outcome),
                        Some(*hypothesis),
                        "{name}: {part}: {outcome:?}"
                    );
                }
                _ if has_roots(&part) => {
                    assert!(matches!(outcome, Outcome::Holds(_)), "{name}: {part}: {outcome:?}");
                }
                _ => assert!(
                    matches!(outcome, Outcome::Holds(Sides::Exact(..))),
                    "{name}: {part}: {outcome:?}"
                ),
            }
        }
    }
}

/// Without a unique minimiser nothing passes that speaks of one, and the direction is shown.
#[test]
fn singular_and_indefinite_means_are_rejected_with_a_direction() {
    for (json, curvature) in [
        (
            r#""a": [["1","2","0"]], "y": ["1"], "teacher": ["1","1","1"], "x": ["0","0","0"]"#,
            "(-2, 1, 0)",
        ),
        (
            r#""a": [["1","2"],["2","4"]], "y": ["1","2"], "teacher": ["0","0"], "x": ["0","0"]"#,
            "(-2, 1)",
        ),
        (r#""h": ["1","-1"], "z": ["1","-1"], "c": ["1","1"]"#, "(1)"),
        (r#""h": ["1","-3"], "z": ["1","-1"], "c": ["1","1"]"#, "(1)"),
        (r#""h": ["0"], "z": ["0"], "c": ["1"], "mu": "1", "l_smooth": "1", "l_exp": "1""#, "(1)"),
    ] {
        let instance = instance(&format!("{{{json}, \"gamma\": \"1/8\", \"lambda\": \"1/2\"}}"));
        for part in every_part() {
            let outcome = check(&part, &instance);
            // Under the PL inequality the minimiser of least squares need not be unique.
            if part.starts_with("theorem-2") && json.contains("\"a\"") {
                assert_ne!(rejected_by(&outcome), Some("pl"), "{part}");
                continue;
            }
            let about_minimiser = !part.starts_with("proposition-") && part != "theorem-7/paths";
            if about_minimiser && rejected_by(&outcome) != Some("teacher") {
                let Outcome::Rejected { hypothesis, point } = &outcome else {
                    panic!("{json}: {part}: {outcome:?}");
                };
                assert!(
                    ["es", "qsc", "sc", "samples-convex", "pl", "minimiser"]
                        .contains(&hypothesis.as_str()),
                    "{hypothesis}"
                );
                let expected = format!("its curvature along {curvature} is not positive");
                let convexity = hypothesis == "samples-convex";
                assert!(convexity || point.contains(&expected), "{part}: {point}");
            }
        }
    }
}

// --- Borders ------------------------------------------------------------------------------------

/// At its bound a parameter is accepted or not as the sign says, and a hair (2^-200 relative) on
/// the other side it is not or is. No float could tell.
#[test]
fn parameters_are_compared_exactly_at_their_bounds() {
    let hair = Rational::two_to(-200);
    let (above, below) = (Rational::ONE.plus(&hair), Rational::ONE.minus(&hair));
    // l_exp = 101, mu = 1.
    let base = |name: &str, value: &Rational| {
        instance(&format!(
            r#"{{"h": ["11","-9"], "z": ["10","-10"], "c": ["3/4","3/4"], "gamma": "1/808", "x": "1", "{name}": "{value}"}}"#
        ).replacen(if name == "gamma" { r#""gamma": "1/808", "# } else { "\0" }, "", 1))
    };
    for (part, name, bound, inclusive_below, hypothesis) in [
        ("theorem-1/one-step", "gamma", "1/808", Some(true), "step"),
        ("theorem-1/all-t", "gamma", "1/808", Some(true), "step"),
        ("theorem-5/b", "gamma", "2/101", Some(false), "step"),
        ("theorem-5/c", "gamma", "2/101", Some(false), "step"),
        ("lemma-optimal-weight/monotone", "gamma_2", "1/808", None, "order"),
    ] {
        let bound = q(bound);
        let accepted = |value: &Rational| {
            let outcome = check(part, &base(name, value));
            assert!(
                matches!(outcome, Outcome::Holds(_)) || rejected_by(&outcome) == Some(hypothesis),
                "{part} at {value}: {outcome:?}"
            );
            matches!(outcome, Outcome::Holds(_))
        };
        assert_eq!(accepted(&bound), inclusive_below != Some(false), "{part} at {bound}");
        assert_eq!(accepted(&bound.times(&above)), inclusive_below.is_none(), "{part} above");
        assert_eq!(accepted(&bound.times(&below)), inclusive_below.is_some(), "{part} below");
    }
    let kappa = |value: &Rational| check("lemma-optimal-weight/optimal", &base("kappa", value));
    assert!(matches!(kappa(&Rational::ZERO), Outcome::Holds(_)));
    assert_eq!(rejected_by(&kappa(&hair.negated())), Some("penalty"));
}

/// What is no constant of a strongly quasi-convex function cannot be asserted as one: with μ < 0
/// the bound of theorem-1 would be negative.
#[test]
fn a_strong_convexity_constant_is_positive() {
    for mu in ["0", "-1", "-1e-300"] {
        let json =
            format!(r#"{{"h": ["1"], "z": ["0"], "c": ["1"], "gamma": "1/8", "mu": "{mu}"}}"#);
        for part in [
            "theorem-1/one-step",
            "theorem-1/all-t",
            "theorem-5/b",
            "lemma-optimal-weight/monotone",
        ] {
            assert_eq!(rejected_by(&check(part, &instance(&json))), Some("qsc"), "{part} at {mu}");
        }
    }
}

// --- Extreme magnitudes -------------------------------------------------------------------------

/// From the smallest subnormal to beyond the largest float: constants are exact, the theorems hold
/// exactly. Where γ² or h² is beyond the range of floats an enclosure is inconclusive, never wrong.
#[test]
fn extreme_magnitudes_change_nothing() {
    let exact = |value: f64| Rational::from_f64(value).unwrap().to_string();
    for a in [exact(5e-324), "1e-150".into(), "1".into(), "1e150".into(), exact(f64::MAX)] {
        let unit = q(&a).squared();
        let three = q(&a).times(&q("3"));
        let json = format!(
            r#"{{"a": ["{a}","{three}"], "y": ["1","-1"], "teacher": "1", "x": "-1", "lambda": "1/2", "t": 4}}"#
        );
        let mut instance = with_theorem_1_step(instance(&json));
        let constants = Constants::compute(&instance.problem, instance.sampling).unwrap();
        // h = 1, 9 in units of a²: mean 5, mean square 41.
        assert_eq!(constants.mu, unit.times(&q("5")), "{a}");
        assert_eq!(constants.l_smooth, unit.times(&q("5")), "{a}");
        assert_eq!(constants.l_exp, unit.times(&q("41/5")), "{a}");
        for part in every_part() {
            let outcome = check(&part, &instance);
            match rejected_by(&outcome) {
                Some(hypothesis) => {
                    assert!(
                        ["no-control", "degenerate", "unbiased", "perfect"].contains(&hypothesis),
                        "{part} at {a}"
                    );
                }
                None if has_roots(&part) => {
                    assert!(matches!(outcome, Outcome::Holds(_)), "{part} at {a}: {outcome:?}");
                }
                None => assert!(
                    matches!(outcome, Outcome::Holds(Sides::Exact(..))),
                    "{part} at {a}: {outcome:?}"
                ),
            }
        }
        instance.parameters.horizon = 5_000;
        let outcome = check("theorem-1/all-t", &instance);
        let enclosed = matches!(outcome, Outcome::Holds(Sides::Enclosed(..)));
        let inconclusive = matches!(outcome, Outcome::Inconclusive { .. });
        assert!(enclosed || (inconclusive && a != "1"), "{a}: {outcome:?}");
    }
}

/// Eigenvalues near 1e150 and 1e-150 in one matrix that is not diagonal.
#[test]
fn extreme_condition_numbers_are_certified() {
    let json = r#"{"h": [[["1e150","1"],["1","1e-150"]], [["2e150","-1/2"],["-1/2","3e-150"]]],
        "z": [["1","-1"],["-1","1"]], "c": [["1","0"],["0","1"]], "x": ["1","1"], "lambda": "1/2"}"#;
    let base = with_theorem_1_step(instance(json));
    for part in ["theorem-1/one-step", "theorem-1/all-t", "theorem-5/b", "theorem-5/c"] {
        let outcome = check(part, &base);
        assert!(matches!(outcome, Outcome::Holds(Sides::Exact(..))), "{part}: {outcome:?}");
    }
    // The computed μ is nearly the best one even so.
    let mut asserted = base.clone();
    let mu = Constants::compute(&base.problem, base.sampling).unwrap().mu;
    asserted.asserted.mu = Some(mu.times(&near_tight()));
    assert_eq!(rejected_by(&check("theorem-5/b", &asserted)), Some("qsc"));
}
