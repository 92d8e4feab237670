//! The ladder from what is sampled to what is stated, and the curves on which two theorems are sharp.

use super::worst_case::{numbers, q};
use kd_audit::audit::library::Library;
use kd_audit::audit::runner::Options;
use kd_audit::claim::theorem::Kind;
use kd_audit::scalar::{Rational, Scalar};
use kd_audit::worst_case::curves::{Beyond, STEPS, curve_figure, curves};
use kd_audit::worst_case::judge::{judge_certificate, judge_witness};
use kd_audit::worst_case::ladder::{By, Rung, Step, ladder, quotient};
use std::sync::OnceLock;

fn steps() -> &'static [Step] {
    static STEPS: OnceLock<Vec<Step>> = OnceLock::new();
    STEPS.get_or_init(|| {
        let options = Options { instances: 24, ..Options::default() };
        ladder(&Library::load().unwrap(), options)
    })
}

fn rungs() -> Vec<&'static Rung> {
    let rung = |step: &'static Step| match step {
        Step::Rung(rung) => Some(&**rung),
        Step::Blank { .. } => None,
    };
    steps().iter().filter_map(rung).collect()
}

#[test]
fn every_ladder_ascends() {
    let found = rungs();
    for rung in &found {
        assert!(rung.ascends(), "{rung:?}");
        assert!(rung.certified.is_some() && rung.sampled.is_some(), "{}", rung.statement);
    }
    let exact = found.iter().filter(|rung| rung.is_exact()).count();
    println!("{} ladders, {exact} exact", found.len());
    for wanted in [
        "theorem-1/one-step",
        "theorem-1-exact/one-step",
        "theorem-2/one-step",
        "theorem-2-curve/one-step",
        "theorem-4/one-step",
        "theorem-4-sharp/one-step",
        "theorem-6/sgd",
        "theorem-6/unbiased-kd",
    ] {
        let rung = found.iter().find(|rung| rung.statement == wanted).expect(wanted);
        assert_eq!(rung.by, Some(By::Multipliers), "{wanted}");
        assert!(rung.witness.is_some(), "{wanted}");
    }
}

/// What is false does not ascend: the comparison can fail.
#[test]
fn a_ladder_in_the_wrong_order_is_seen() {
    let rung = rungs().into_iter().find(|rung| rung.statement == "theorem-1/one-step").unwrap();
    let above = Some(rung.certified.as_ref().unwrap().plus(&q("1e-30")));
    for wrong in [
        Rung { sampled: above.clone(), ..rung.clone() },
        Rung { attained: above, ..rung.clone() },
        Rung { certified: Some(q("1000001/1000000")), ..rung.clone() },
    ] {
        assert!(!wrong.ascends(), "{wrong:?}");
    }
}

/// Every inequality of the library has a ladder or a reason.
#[test]
fn blanks_have_reasons() {
    let library = Library::load().unwrap();
    let inequalities = library.theorems().iter().flat_map(|theorem| &theorem.statements);
    let count = inequalities.filter(|statement| statement.kind == Kind::Inequality).count();
    assert_eq!(steps().len(), count);
    for step in steps() {
        if let Step::Blank { statement, why } = step {
            assert!(!why.is_empty(), "{statement}");
        }
    }
}

/// Certificate, witness and explicit problem of a quotient are those that the judge and the
/// evaluator accept, and the certificate is sharp: a smaller bound is refused.
#[test]
fn quotients_are_judged() {
    let library = Library::load().unwrap();
    for (id, given) in [
        ("theorem-1", &[("gamma", "1"), ("mu", "1/10"), ("l_exp", "1/8")][..]),
        ("theorem-1", &[("gamma", "1"), ("mu", "1/10"), ("l_exp", "23/86")]),
        ("theorem-4-sharp", &[("gamma", "1"), ("mu", "1/10"), ("l_exp", "1/2")]),
        ("theorem-2", &[("gamma", "1"), ("mu", "1/10"), ("l_smooth", "1/10"), ("l_exp", "1/4")]),
    ] {
        let claim = library.claim(id, "one-step", None).unwrap();
        let mut given = numbers(given);
        given.insert("lambda".into(), Rational::ONE);
        let found = quotient(claim, &given, true).unwrap();
        let reduced = &found.program.reduced;
        let (upper, lower) = (found.bounds.upper.unwrap(), found.bounds.lower.unwrap());
        assert_eq!(judge_certificate(reduced, &upper.multipliers), Ok(upper.value.clone()));
        assert_eq!(judge_witness(reduced, &lower.gram), Ok(lower.value.clone()));
        let (_, attained) = found.explicit.unwrap_or_else(|| panic!("{id}: no explicit problem"));
        assert!(attained <= upper.value && lower.value <= upper.value, "{id}");
        assert!(upper.value.minus(&attained) < q("1e-6"), "{id}: {}", attained.to_f64());
        // The right side's multiplier is the bound; less of it is no certificate.
        let last = reduced.program.constraints.iter().position(|c| c.name == "right side").unwrap();
        assert_eq!(upper.multipliers[last], upper.value, "{id}");
        let mut forged = upper.multipliers.clone();
        forged[last] = forged[last].minus(&q("1e-6"));
        assert!(judge_certificate(reduced, &forged).is_err(), "{id}");
    }
}

#[test]
fn both_curves_are_certified_and_sharp() {
    let library = Library::load().unwrap();
    let points = curves(&library);
    assert_eq!(points.len(), 2 * STEPS.len());
    for point in &points {
        assert!(point.proved, "{point:?}");
        let (t, one) = (&point.step, Rational::ONE);
        let closed = |a: i64, b: i64, c: i64| {
            let top = one.plus(&Rational::integer(a).times(t));
            top.over(&Rational::integer(b).plus(&Rational::integer(c).times(t))).unwrap()
        };
        let expected = match point.statement.as_str() {
            "theorem-1/one-step" => closed(13, 8, 6),
            _ => closed(5, 4, 2),
        };
        assert_eq!(point.limit, expected);
        assert_eq!(point.there, Beyond::Refuted, "{} at {t}", point.statement);
    }
    let figure = curve_figure(&library, &points).unwrap();
    assert_eq!(figure.series.last().unwrap().points.len(), points.len());
}

/// A false statement of a file: the problem that the engine finds is a witness like any other.
#[test]
fn witnesses_are_replayed() {
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("worst-case-witness");
    std::fs::create_dir_all(&folder).unwrap();
    let file = |noise: &str| {
        format!(
            r#"format = 1
id = "mine"
title = "t"
summary = "s"
source = ""
published = ""
deviation = ""
[symbols]
fixed = ["gamma", "lambda", "mu", "l_exp", "x_star", "noise", "bias_sq"]
state = ["e"]
random = ["x_next"]
[[statement]]
part = "one-step"
kind = "inequality"
summary = ""
process = "kd"
claim = "E[norm_sq(x_next - x_star)] <= (1 - gamma*mu)*norm_sq(e) + {noise}*gamma^2*noise(lambda) + 4*gamma/(3*mu)*lambda^2*bias_sq"
hypotheses = {{ qsc = "QSC(mu)", es = "ES(l_exp)" }}
"#
        )
    };
    let run = |arguments: &[&str]| {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_kd-audit"));
        let output = command.args(arguments).current_dir(&folder).output().unwrap();
        let text = [output.stdout, output.stderr].concat();
        (output.status.code(), String::from_utf8(text).unwrap())
    };
    std::fs::write(folder.join("mine.toml"), file("19/10")).unwrap();
    let numbers = ["--gamma", "1", "--mu", "1/10", "--l-exp", "23/86", "--witness", "w.json"];
    let (code, text) = run(&[&["worst-case", "mine.toml"], &numbers[..]].concat());
    assert_eq!(code, Some(1), "{text}");
    let (code, text) = run(&["replay", "w.json", "--theorem", "mine.toml"]);
    assert_eq!(code, Some(0), "{text}");
    // The true statement has no witness, and is not refuted by this one.
    std::fs::write(folder.join("mine.toml"), file("2")).unwrap();
    let (code, text) = run(&[&["worst-case", "mine.toml"], &numbers[..]].concat());
    assert_eq!(code, Some(2), "{text}");
    assert!(text.contains("not refuted"), "{text}");
    let (code, text) = run(&["replay", "w.json", "--theorem", "mine.toml"]);
    assert_eq!(code, Some(1), "{text}");
}
