//! Worst cases against known values, and against forgeries.

use kd_audit::audit::library::Library;
use kd_audit::audit::prove::{KnownInstance, prove_only};
use kd_audit::scalar::{Rational, Scalar};
use kd_audit::worst_case::claims::Numbers;
use kd_audit::worst_case::decide::decide;
use kd_audit::worst_case::judge::{judge_certificate, judge_witness};
use kd_audit::worst_case::method_proof::method_file;
use kd_audit::worst_case::methods::{METHODS, Method, Samples};
use kd_audit::worst_case::program::Reduced;
use kd_audit::worst_case::proof::{Export, theorem_file};
use kd_audit::worst_case::quadratics::two_quadratics;
use kd_audit::worst_case::solve::{Bounds, Effort, solve};
use kd_audit::worst_case::tighten::{Vary, tighten};

pub(crate) fn q(text: &str) -> Rational {
    text.parse().unwrap()
}

pub(crate) fn numbers(given: &[(&str, &str)]) -> Numbers {
    given.iter().map(|(name, value)| ((*name).to_owned(), q(value))).collect()
}

pub(crate) fn program(method: &str, given: &[(&str, &str)], samples: Samples) -> Reduced {
    let method = Method::named(method).unwrap();
    method.texts(&numbers(given), samples).unwrap().program().unwrap()
}

fn value(method: &str, given: &[(&str, &str)], samples: Samples) -> Bounds {
    solve(&program(method, given, samples), Effort::Full)
}

const TWO: Samples = Samples::Finite(2);

/// Certificate and witness meet in a rational number.
#[test]
fn rational_worst_cases_are_exact() {
    for (method, given, samples, expected) in [
        ("sgd", &[("gamma", "1"), ("v_sq", "9/25")][..], TWO, "36/25"),
        ("sgd", &[("gamma", "23/10"), ("v_sq", "0")], Samples::Infinite, "169/100"),
        ("kd", &[("lambda", "7/10"), ("s", "1851/400")], TWO, "31329/25600"),
        ("saga", &[("gamma", "1/6")], Samples::Finite(5), "697/720"),
        ("saga-prox", &[("gamma", "1/3")], Samples::Finite(5), "29/30"),
        ("saga-prox", &[("gamma", "1/202")], Samples::Finite(1000), "2019/2020"),
    ] {
        let bounds = value(method, given, samples);
        let (upper, lower) = (bounds.upper.clone().unwrap(), bounds.lower.clone().unwrap());
        assert_eq!(upper.value, q(expected), "{method} {given:?}");
        assert!(bounds.is_exact(), "{method} {given:?}: from below {}", lower.value);
    }
}

/// An irrational value is between rationals that differ by less than 1e-40; the digits are those of
/// the closed form.
#[test]
fn irrational_worst_cases_are_enclosed() {
    for (method, given, digits) in [
        ("sgd", &[("gamma", "7/10"), ("r_sq", "4")][..], "4.183000504"),
        ("kd", &[("lambda", "7/10")], "1.164032900"),
        ("kd-teacher", &[("lambda", "7/10")], "1.164032900"),
    ] {
        let bounds = value(method, given, TWO);
        let (upper, lower) =
            (bounds.upper.clone().unwrap().value, bounds.lower.clone().unwrap().value);
        assert!(lower >= q(digits) && upper < q(digits).plus(&q("1e-9")), "{method}");
        let gap = bounds.gap().unwrap();
        assert!(!gap.is_negative() && gap < q("1e-40"), "{method}: {}", gap.to_f64());
        let plain = solve(&program(method, given, TWO), Effort::Plain).gap().unwrap();
        assert!(plain < q("1e-8"), "{method}, interior points: {}", plain.to_f64());
    }
}

/// SGD's value has the closed form r R² + s v² of any multiplier above γ²/2, minimised.
#[test]
fn sgd_is_its_closed_form() {
    let (mu, l, gamma, r_sq, v_sq) = (q("1/10"), q("1"), q("7/10"), q("4"), q("1"));
    let bound = |alpha: &Rational| {
        let twice = alpha.plus(alpha);
        let room = twice.minus(&gamma.squared());
        let cross = gamma.minus(&alpha.times(&l.plus(&mu)));
        let r =
            q("1").minus(&twice.times(&mu).times(&l)).plus(&cross.squared().over(&room).unwrap());
        let s = twice.times(&gamma.squared()).over(&room).unwrap();
        r.times(&r_sq).plus(&s.times(&v_sq))
    };
    let bounds = value("sgd", &[("gamma", "7/10"), ("r_sq", "4")], TWO);
    let upper = bounds.upper.unwrap();
    // Every multiplier gives an upper bound, and the one found gives the value.
    for alpha in ["1/2", "3/4", "1", "2"] {
        assert!(bound(&q(alpha)) > bounds.lower.as_ref().unwrap().value);
    }
    assert!(bound(&upper.multipliers[0]) <= upper.value);
}

/// Nothing but 1/n and 1/(n − 1) of an algorithm of its own enters.
#[test]
fn the_number_of_samples_does_not_matter_to_sgd_and_distillation() {
    for method in ["sgd", "kd"] {
        let reference = value(method, &[], TWO).upper.unwrap().value;
        for samples in [Samples::Finite(3), Samples::Finite(1000), Samples::Infinite] {
            assert_eq!(value(method, &[], samples).upper.unwrap().value, reference);
        }
    }
    // With one sample there is no noise.
    let one = value("sgd", &[], Samples::Finite(1));
    assert!(one.is_exact());
    assert_eq!(one.upper.unwrap().value, q("6241/6400"));
}

#[test]
fn degenerate_inputs_are_handled() {
    let exact = |method: &str, given: &[(&str, &str)], samples, expected: &str| {
        let bounds = value(method, given, samples);
        assert!(bounds.is_exact(), "{method} {given:?}");
        assert_eq!(bounds.upper.unwrap().value, q(expected), "{method} {given:?}");
    };
    // mu = L: the gradient is determined, (7/8)² + 1/64.
    exact("sgd", &[("mu", "1")], TWO, "25/32");
    exact("sgd", &[("v_sq", "0")], TWO, "6241/6400");
    exact("sgd", &[("r_sq", "0")], TWO, "1/64");
    // The whole batch: SGD without noise.
    exact("tau-nice", &[("tau", "5")], Samples::Finite(5), "6241/6400");
    exact("tau-nice", &[], Samples::Finite(1), "6241/6400");
    // Without distillation KD is SGD, and with batches of one tau-nice sampling is.
    let sgd = value("sgd", &[], TWO);
    let near = |a: &Rational, b: &Rational| a.minus(b).abs() < q("1e-38");
    for (method, given) in [("kd", &[("lambda", "0")][..]), ("tau-nice", &[("tau", "1")])] {
        let other = value(method, given, Samples::Finite(7));
        let (sgd, other) = (sgd.upper.as_ref().unwrap(), other.upper.unwrap());
        assert!(near(&sgd.value, &other.value), "{method}");
    }
    // No strong convexity is admitted, and SGD may then not contract.
    assert!(value("sgd", &[("mu", "0")], TWO).lower.unwrap().value > q("1"));
}

#[test]
fn inputs_out_of_range_are_rejected_with_the_reason() {
    for (method, given, samples, cause) in [
        ("sgd", &[("mu", "2")][..], TWO, "mu <= l"),
        ("sgd", &[("mu", "-1")], TWO, "mu >= 0"),
        ("sgd", &[("gamma", "0")], TWO, "step size"),
        ("sgd", &[("l_smooth", "0"), ("mu", "0")], TWO, "smoothness"),
        ("sgd", &[("v_sq", "-1")], TWO, "v_sq"),
        ("sgd", &[("lambda", "1")], TWO, "sgd has no lambda"),
        ("sgd", &[], Samples::Finite(0), "a sample"),
        ("tau-nice", &[("tau", "3")], TWO, "as many samples"),
        ("tau-nice", &[("tau", "1/2")], TWO, "positive number of samples"),
        ("l-svrg", &[("p", "0")], TWO, "probability"),
        ("l-svrg", &[("p", "3/2")], TWO, "probability"),
        ("saga", &[], Samples::Infinite, "number of samples"),
        ("saga-prox", &[], Samples::Infinite, "n must be finite"),
        ("saga-prox", &[("mu", "1")], TWO, "mu = l"),
        ("saga-prox", &[("gamma", "10")], TWO, "mu*gamma < 1"),
    ] {
        let found = Method::named(method).unwrap().texts(&numbers(given), samples);
        let error = found.expect_err(method);
        assert!(error.contains(cause), "{method} {given:?}: {error}");
    }
}

/// Floats only propose: an explicit problem attains the value as nearly as it was asked for.
#[test]
fn explicit_quadratics_attain_the_value() {
    for (method, given, n) in [
        ("sgd", &[("gamma", "7/10"), ("r_sq", "4")][..], 2),
        ("kd", &[("lambda", "7/10")], 2),
        ("kd", &[("lambda", "2"), ("gamma", "1/2")], 2),
        ("tau-nice", &[("gamma", "7/10"), ("tau", "2")], 4),
        ("tau-nice", &[("gamma", "7/10"), ("tau", "3"), ("r_sq", "4")], 8),
        ("tau-nice", &[("gamma", "7/10"), ("tau", "2")], 2),
    ] {
        let samples = Samples::Finite(n);
        let reduced = program(method, given, samples);
        let lower = solve(&reduced, Effort::Plain).lower.unwrap();
        let texts = Method::named(method).unwrap().texts(&numbers(given), samples).unwrap();
        let (instance, attained) =
            two_quadratics(method, &texts.numbers, samples, &reduced, &lower.gram).expect(method);
        let off = attained.minus(&lower.value).abs();
        assert!(off < q("1e-8"), "{method}: {}", off.to_f64());
        assert_eq!(instance.problem.samples() as u64, n);
    }
    // Of an odd number of samples, half cannot be of one kind.
    let (samples, given) = (Samples::Finite(3), [("tau", "2")]);
    let reduced = program("tau-nice", &given, samples);
    let lower = solve(&reduced, Effort::Plain).lower.unwrap();
    let texts = Method::named("tau-nice").unwrap().texts(&numbers(&given), samples).unwrap();
    assert!(two_quadratics("tau-nice", &texts.numbers, samples, &reduced, &lower.gram).is_none());
}

/// The judge refuses each of these, for its reason.
#[test]
fn forged_certificates_and_witnesses_are_refused() {
    let reduced = program("sgd", &[("gamma", "1"), ("v_sq", "9/25")], TWO);
    let bounds = solve(&reduced, Effort::Full);
    let (upper, lower) = (bounds.upper.unwrap(), bounds.lower.unwrap());
    assert_eq!(judge_certificate(&reduced, &upper.multipliers), Ok(q("36/25")));
    for k in 0..upper.multipliers.len() {
        for change in ["-1e-30", "1e-30"] {
            let mut forged = upper.multipliers.clone();
            forged[k] = forged[k].plus(&q(change));
            let accepted = judge_certificate(&reduced, &forged);
            assert!(accepted.as_ref().is_err() || accepted.unwrap() > q("36/25"), "{k}, {change}");
        }
        let mut forged = upper.multipliers.clone();
        forged[k] = forged[k].negated();
        assert!(judge_certificate(&reduced, &forged).is_err());
    }
    assert!(judge_certificate(&reduced, &upper.multipliers[1..]).is_err());
    assert_eq!(judge_witness(&reduced, &lower.gram), Ok(q("36/25")));
    let mut forged = lower.gram.clone();
    forged.blocks[0][(0, 0)] = forged.blocks[0][(0, 0)].plus(&q("1e-30"));
    assert!(judge_witness(&reduced, &forged).is_err());
    let mut forged = lower.gram.clone();
    forged.blocks[1][(0, 0)] = q("-1");
    assert!(judge_witness(&reduced, &forged).is_err());
    let mut forged = lower.gram;
    forged.values[0] = forged.values[0].plus(&q("1"));
    assert!(judge_witness(&reduced, &forged).is_err());
}

/// theorem-1 holds up to its sharp step, and not beyond: an explicit problem says so.
#[test]
fn theorem_1_at_its_sharp_step() {
    let library = Library::load().unwrap();
    let claim = library.claim("theorem-1", "one-step", None).unwrap();
    for t in ["1/1000", "1/10", "1/2", "9/10"] {
        let t = q(t);
        let curve = q("1").plus(&q("13").times(&t)).over(&q("8").plus(&q("6").times(&t))).unwrap();
        let at = |l_exp: Rational| {
            let mut given = numbers(&[("gamma", "1"), ("lambda", "1")]);
            given.insert("mu".into(), t.clone());
            given.insert("l_exp".into(), l_exp);
            decide(claim, &given, true).unwrap()
        };
        let found = at(curve.clone());
        let multipliers = found.certificate.unwrap_or_else(|| panic!("t = {t}: no certificate"));
        assert!(judge_certificate(&found.reduced, &multipliers).is_ok());
        let (_, sides) = at(curve.times(&q("1001/1000"))).problem.expect("a problem beyond it");
        println!("t = {t}: {sides:?}");
    }
}

#[test]
fn statements_are_decided_at_their_limits() {
    let library = Library::load().unwrap();
    for (id, part, given, expected) in [
        ("theorem-1", "one-step", &[("gamma", "1"), ("mu", "1/16"), ("l_exp", "1/8")][..], true),
        ("theorem-4-sharp", "one-step", &[("gamma", "1"), ("mu", "1/10"), ("l_exp", "1/2")], true),
        (
            "theorem-2-curve",
            "one-step",
            &[("gamma", "1"), ("mu", "1/10"), ("l_smooth", "1/10"), ("l_exp", "5/14")],
            true,
        ),
        (
            "theorem-1-exact",
            "one-step",
            &[("gamma", "1"), ("mu", "1/16"), ("l_exp", "1/4"), ("a", "1")],
            true,
        ),
        (
            "theorem-2",
            "one-step",
            &[("gamma", "1"), ("mu", "1/5"), ("l_smooth", "1/4"), ("l_exp", "1/5")],
            true,
        ),
        ("theorem-1", "one-step", &[("gamma", "1"), ("mu", "1/100"), ("l_exp", "1/4")], false),
    ] {
        let claim = library.claim(id, part, None).unwrap();
        let mut given = numbers(given);
        given.insert("lambda".into(), q("1"));
        let found = decide(claim, &given, true).unwrap();
        assert_eq!(found.certificate.is_some(), expected, "{id}/{part} {given:?}");
        assert_eq!(found.violation.is_some(), !expected, "{id}/{part}");
    }
}

/// The methods with a memory, from the statements themselves: the step, the Lyapunov function and
/// co-coercivity are those of the theorem file.
#[test]
fn theorem_6_is_derived_from_its_file() {
    let library = Library::load().unwrap();
    for part in ["saga", "l-svrg"] {
        let claim = library.claim("theorem-6", part, None).unwrap();
        let at = |gamma: &str| {
            let mut given = numbers(&[("mu", "1/10"), ("l_max", "1"), ("tau", "1"), ("p", "1/5")]);
            if part == "saga" {
                given.insert("n_samples".into(), q("5"));
            }
            given.insert("gamma".into(), q(gamma));
            decide(claim, &given, true).unwrap()
        };
        assert!(at("1/6").certificate.is_some(), "{part}");
        let beyond = at("1/2");
        assert!(beyond.certificate.is_none() && beyond.violation.is_some(), "{part}");
        assert_eq!(beyond.without, ["step"], "{part}");
    }
}

/// Numbers of no problem, and constants with which an axiom is false.
#[test]
fn numbers_of_no_problem_are_rejected() {
    let library = Library::load().unwrap();
    let claim = library.claim("theorem-1", "one-step", None).unwrap();
    let at = |mu: &str| {
        let given = [("gamma", "1/100"), ("lambda", "1"), ("mu", mu), ("l_exp", "1")];
        decide(claim, &numbers(&given), true)
    };
    let error = at("2").unwrap_err().to_string();
    assert!(error.contains("axiom-rate"), "{error}");
    // The kernel admits quadratic growth for constants that are not negative only.
    let negative = at("-1").unwrap();
    let known = |name: &str| negative.reduced.program.constraints.iter().any(|c| c.name == name);
    assert!(known("qsc") && !known("axiom-quadratic-growth"));
}

#[test]
fn every_method_has_a_value() {
    for method in &METHODS {
        let bounds = value(method.name, &[], Samples::Finite(4));
        assert!(bounds.upper.is_some(), "{}", method.name);
        println!("{}: gap {:?}", method.name, bounds.gap().map(|gap| gap.to_f64()));
    }
}

/// What the solver finds, rounded, is a theorem file whose proof the kernel accepts.
#[test]
fn certificates_are_proofs() {
    let mut library = Library::load().unwrap();
    for (i, (id, given)) in [
        ("theorem-1", &[("gamma", "1"), ("mu", "1/16"), ("l_exp", "1/8")][..]),
        ("theorem-1", &[("gamma", "2"), ("mu", "1/20"), ("l_exp", "23/172")]),
        ("theorem-4-sharp", &[("gamma", "1"), ("mu", "1/10"), ("l_exp", "1/2")]),
        (
            "theorem-2-curve",
            &[("gamma", "1"), ("mu", "1/10"), ("l_smooth", "1/10"), ("l_exp", "5/14")],
        ),
        (
            "theorem-2-curve",
            &[("gamma", "3"), ("mu", "1/30"), ("l_smooth", "1/15"), ("l_exp", "1/15")],
        ),
        ("theorem-1-exact", &[("gamma", "1"), ("mu", "1/16"), ("l_exp", "1/4"), ("a", "1")]),
    ]
    .into_iter()
    .enumerate()
    {
        let theorem = library.theorem(id).unwrap().clone();
        let statement = theorem.statement("one-step").unwrap();
        let name = format!("found-{i}");
        let export =
            Export { id: &name, theorem: &theorem, statement, claim: &statement.claim.text };
        let text = theorem_file(&export, &numbers(given)).unwrap_or_else(|e| panic!("{id}: {e}"));
        library.add("found.toml", &text).unwrap();
        let findings = prove_only(&library, |found| found.theorem == name);
        assert!(findings[0].proved().is_some(), "{text}");
        // Another multiplier is another proof, and none.
        let line = text.lines().find(|line| line.contains("*[es]") || line.contains("*[pl]"));
        let line = line.expect("a multiplier");
        let forged = text.replace(line, &format!("1001/1000*{}", line.trim_start_matches("+ ")));
        library.add("forged.toml", &forged).unwrap();
        let findings = prove_only(&library, |found| found.theorem == name);
        assert!(matches!(findings[0].verdict, Some(Err(_))), "{forged}");
    }
}

/// The bounds of methods over functions are theorem files too, with an instance.
#[test]
fn the_bounds_of_methods_are_proofs() {
    let five = Samples::Finite(5);
    for (method, given, samples, effort) in [
        ("sgd", &[("gamma", "1"), ("v_sq", "9/25")][..], TWO, Effort::Full),
        ("sgd", &[("gamma", "7/10"), ("r_sq", "4")], TWO, Effort::Plain),
        ("tau-nice", &[("gamma", "1/2"), ("tau", "2")], five, Effort::Plain),
        ("kd", &[("lambda", "7/10"), ("s", "1851/400")], TWO, Effort::Full),
        ("kd", &[("lambda", "7/10")], TWO, Effort::Plain),
        ("kd-teacher", &[("lambda", "7/10")], TWO, Effort::Plain),
        ("unbiased-kd", &[("lambda", "7/10")], TWO, Effort::Plain),
        ("saga", &[("gamma", "1/6")], five, Effort::Full),
        ("saga", &[("gamma", "1/9"), ("mu", "1/7")], five, Effort::Plain),
        ("saga-prox", &[("gamma", "1/3")], five, Effort::Full),
        ("l-svrg", &[("gamma", "1/6")], TWO, Effort::Plain),
    ] {
        let reduced = program(method, given, samples);
        let texts = Method::named(method).unwrap().texts(&numbers(given), samples).unwrap();
        let upper = solve(&reduced, effort).upper.unwrap();
        let method = Method::named(method).unwrap();
        let name = method.name;
        let text = method_file(method, "found", &texts, &reduced, &upper.multipliers)
            .unwrap_or_else(|error| panic!("{name} {given:?}: {error}"));
        let mut library = Library::load().unwrap();
        library.add("found.toml", &text).unwrap();
        let findings = prove_only(&library, |found| found.theorem == "found");
        assert!(findings[0].proved().is_some(), "{text}");
        assert_eq!(findings[0].instance(), KnownInstance::Met, "{text}");
        // A bound that is a millionth smaller is not what the certificate proves.
        let claim = text.lines().find(|line| line.starts_with("claim = ")).unwrap();
        let (left, right) = claim.split_once(" <= ").unwrap();
        let smaller = format!("{left} <= 999999/1000000*({}\"", right.replace('"', ")"));
        let forged = text.replacen(claim, &smaller, 1);
        library.add("forged.toml", &forged).unwrap();
        let findings = prove_only(&library, |found| found.theorem == "found");
        assert!(matches!(findings[0].verdict, Some(Err(_))), "{forged}");
    }
}

/// Where mu = L the gradients are determined by more than inequalities.
#[test]
fn a_bound_without_inequalities_has_no_file() {
    let given = &[("mu", "1")];
    let reduced = program("sgd", given, TWO);
    let method = Method::named("sgd").unwrap();
    let texts = method.texts(&numbers(given), TWO).unwrap();
    let upper = solve(&reduced, Effort::Full).upper.unwrap();
    let refused = method_file(method, "found", &texts, &reduced, &upper.multipliers);
    assert!(refused.unwrap_err().to_string().contains("other than stationarity"));
}

/// Unbiased distillation is SGD with the noise that is left: multipliers of the teacher vanish.
#[test]
fn unbiased_distillation_is_sgd() {
    let sgd = value("sgd", &[("v_sq", "3/4")], TWO).upper.unwrap().value;
    let unbiased = value("unbiased-kd", &[("lambda", "7/10"), ("s", "3/4")], TWO);
    assert_eq!(unbiased.vanishing.len(), 4, "{:?}", unbiased.vanishing);
    assert!(unbiased.upper.as_ref().unwrap().value.minus(&sgd).abs() < q("1e-38"));
    let gap = unbiased.gap().expect("a witness");
    assert!(gap < q("1e-40"));
}

/// Bisection arrives at the curve of theorem-1, and at its constants, as fractions.
#[test]
fn the_sharpest_constants_are_found() {
    let library = Library::load().unwrap();
    let theorem = library.theorem("theorem-1").unwrap();
    let statement = theorem.statement("one-step").unwrap();
    let given = numbers(&[("gamma", "1"), ("lambda", "1"), ("mu", "1/10"), ("l_exp", "23/86")]);
    let step = Vary::Number("l_exp".into());
    let found = tighten(theorem, statement, &given, &step, &q("1/8"), &q("1")).unwrap().unwrap();
    assert_eq!(found.proved, q("23/86"));
    assert!(found.refuted);
    // The noise factor 2 is the second number of the claim; at that step it cannot be smaller.
    let found =
        tighten(theorem, statement, &given, &Vary::Literal(2), &q("3"), &q("1")).unwrap().unwrap();
    assert_eq!(found.proved, q("2"), "{}", found.claim);
    assert!(found.refuted);
}

fn run(arguments: &[&str]) -> (Option<i32>, String, String) {
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("worst-case");
    std::fs::create_dir_all(&folder).unwrap();
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_kd-audit"))
        .args(arguments)
        .current_dir(folder)
        .output()
        .expect("the program starts");
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

#[test]
fn the_program_bounds_worst_cases() {
    let (code, text, _) = run(&["worst-case", "sgd", "--gamma", "1", "--set", "v_sq=9/25"]);
    assert_eq!(code, Some(0));
    assert!(text.contains("worst case    36/25, exactly"), "{text}");
    assert!(text.contains("two quadratics in dimension"), "{text}");
    let given = ["worst-case", "kd", "--lambda", "7/10", "--format", "json"];
    let (code, json, _) = run(&given);
    assert_eq!(code, Some(0));
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    let bound = |name: &str| q(json[name].as_str().unwrap());
    assert!(bound("lower") < bound("upper") && json["exact"] == false);
    // No float is shown as a bound.
    assert!(bound("upper").minus(&bound("lower")) < q("1e-40"));
    let (code, text, _) = run(&["worst-case"]);
    assert_eq!(code, Some(0));
    assert!(METHODS.iter().all(|method| text.contains(method.name)), "{text}");
}

#[test]
fn the_program_decides_statements_and_writes_their_proofs() {
    let at = ["--gamma", "1", "--mu", "1/10", "--l-exp"];
    let with =
        |rest: &[&str]| run(&[&["worst-case", "theorem-1/one-step"], &at[..], rest].concat());
    let (code, text, error) = with(&["23/86", "--beyond", "--out", "sharp.toml"]);
    assert_eq!(code, Some(0), "{text}{error}");
    assert!(text.contains("[es] 2\n") && text.contains("the kernel accepts it"), "{text}");
    assert_eq!(run(&["prove", "sharp.toml"]).0, Some(0));
    let (code, text, _) = with(&["1/3", "--beyond"]);
    assert_eq!(code, Some(1), "{text}");
    assert!(text.contains("refuted by"), "{text}");
    // theorem-1 asks for a smaller step.
    let (code, _, error) = with(&["1/3"]);
    assert_eq!(code, Some(2));
    assert!(error.contains("do not meet [step]"), "{error}");
    let (code, text, error) = run(&[
        "tighten",
        "theorem-1/one-step",
        "--gamma",
        "1",
        "--mu",
        "1/10",
        "--vary",
        "l_exp",
        "--from",
        "1/8",
        "--to",
        "1/2",
        "--out",
        "tight.toml",
    ]);
    assert_eq!(code, Some(0), "{text}{error}");
    assert!(text.contains("proved at      23/86"), "{text}");
    assert_eq!(run(&["prove", "tight.toml"]).0, Some(0));
    for (arguments, cause) in [
        (&["worst-case", "theorem-1/one-step", "--gamma", "1"][..], "give --mu"),
        (&["worst-case", "sgd", "--mu", "2"], "mu <= l"),
        (
            &["worst-case", "theorem-1/all-t", "--gamma", "1", "--mu", "1", "--l-exp", "1"],
            "theorem-1/all-t",
        ),
        (&["worst-case", "nothing"], "there is no method or theorem"),
        (&["worst-case", "saga"], "number of samples"),
    ] {
        let (code, _, error) = run(arguments);
        assert_eq!(code, Some(2), "{arguments:?}");
        assert!(error.contains(cause), "{arguments:?}: {error}");
    }
}

#[test]
fn the_guide_quotes_what_the_program_prints() {
    let guide = include_str!("../../docs/worst-case.md");
    let mut commands = 0;
    for block in guide.split("\n```").skip(1).step_by(2) {
        let Some(session) = block.strip_prefix("console\n") else { continue };
        for entry in session.split("$ kd-audit ").skip(1) {
            let (command, shown) = entry.split_once('\n').unwrap_or((entry, ""));
            let (_, printed, error) = run(&command.split_whitespace().collect::<Vec<_>>());
            assert_eq!(shown.trim_end(), printed.trim_end(), "kd-audit {command}: {error}");
            commands += 1;
        }
    }
    assert!(commands >= 4, "{commands}");
}

/// Away from the anchors too: at random numbers certificate and witness nearly meet, and theorem-1
/// is decided on either side of its curve.
#[test]
fn random_numbers_are_solved() {
    use rand_chacha::rand_core::{Rng, SeedableRng};
    let mut random = rand_chacha::ChaCha8Rng::seed_from_u64(11);
    let mut between = |low: i64, high: i64| {
        let steps = u64::from(random.next_u32() % 1000);
        Rational::ratio(low * 1000 + (high - low) * steps as i64, 1000)
    };
    for round in 0..12 {
        let hundredth = q("1/100");
        let mut given = Numbers::new();
        for (name, low, high) in [
            ("gamma", 1, 250),
            ("mu", 0, 99),
            ("lambda", -150, 200),
            ("r_sq", 1, 1000),
            ("s", 1, 1000),
            ("b", 1, 1000),
        ] {
            given.insert(name.into(), between(low, high).times(&hundredth));
        }
        for method in ["kd", "kd-teacher"] {
            let method = Method::named(method).unwrap();
            let reduced = method.texts(&given, TWO).unwrap().program().unwrap();
            let bounds = solve(&reduced, Effort::Full);
            let gap = bounds.gap().unwrap_or_else(|| panic!("{round}: {given:?} has no bounds"));
            assert!(!gap.is_negative() && gap < q("1e-30"), "{round}: {given:?}, {}", gap.to_f64());
        }
    }
    let library = Library::load().unwrap();
    let claim = library.claim("theorem-1", "one-step", None).unwrap();
    for round in 0..12 {
        let t = between(2, 95).times(&q("1/100"));
        let curve = q("1").plus(&q("13").times(&t)).over(&q("8").plus(&q("6").times(&t))).unwrap();
        let mut given = numbers(&[("gamma", "1"), ("lambda", "1")]);
        given.insert("mu".into(), t.clone());
        // No problem has an expected smoothness below its strong convexity.
        for share in ["99/100", "1", "101/100"] {
            let l_exp = curve.times(&q(share));
            if l_exp < t {
                continue;
            }
            given.insert("l_exp".into(), l_exp);
            let found = decide(claim, &given, true).unwrap();
            let proved = share != "101/100";
            assert_eq!(
                found.certificate.is_some(),
                proved,
                "{round}: t = {t}, {share} of the curve"
            );
            assert_eq!(found.problem.is_some(), !proved, "{round}: t = {t}, {share} of the curve");
        }
    }
}
