//! Proofs: what the kernel accepts is not refuted by numbers, what is false it rejects, and what the
//! tutorial quotes is what the program prints.

use kd_audit::audit::check::{Outcome, check_instance};
use kd_audit::audit::library::Library;
use kd_audit::audit::prove::{ProofFinding, prove};
use kd_audit::audit::search::search;
use kd_audit::claim::expr::Formula;
use kd_audit::claim::proof::AXIOMS;
use kd_audit::claim::theorem::Claim;
use kd_audit::expectation::Budget;
use kd_audit::kernel;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::Instant;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// An empty folder for one test.
fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

fn run(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_kd-audit"))
        .args(arguments)
        .current_dir(folder)
        .output()
        .expect("the program starts")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// What is proved, for proofs that use it.
fn proved(findings: &[ProofFinding<'_>]) -> kernel::Library {
    let pair = |f: &ProofFinding<'_>| Some((f.name(), f.proved()?.clone()));
    findings.iter().filter_map(pair).collect()
}

#[test]
fn the_library_is_proved_and_no_mutant_is() {
    let library = Library::load().unwrap();
    let start = Instant::now();
    let findings = prove(&library);
    println!("{} statements in {:.2} s", findings.len(), start.elapsed().as_secs_f64());
    for finding in &findings {
        assert!(!finding.contradicts(), "{}: {:?}", finding.name(), finding.verdict);
        for (mutant, rejection) in &finding.mutants {
            println!("{} [{}]: {}", finding.name(), mutant.name, rejection.as_ref().unwrap_err());
        }
    }
}

#[test]
fn no_proved_statement_is_refuted_by_search() {
    let library = Library::load().unwrap();
    let mut searched = 0;
    for finding in prove(&library) {
        if finding.proved().is_none() || finding.statement.unevaluated.is_some() {
            continue;
        }
        let (name, claim) = (finding.name().to_string(), &finding.statement.claim);
        let result = search(claim, &name, 11, 1_000, Budget::STANDARD);
        assert!(result.witness.is_none(), "{name} is proved and refuted: {:?}", result.witness);
        searched += 1;
        // An equivalence has no violation to ascend, and only random draws are tried.
        let ascends = matches!(claim.formula, Formula::Relation(_));
        assert!(!ascends || result.evaluations >= 1_000, "{name}: {}", result.evaluations);
    }
    assert!(searched >= 40, "{searched}");
}

/// Never both: a mutant is refuted by its witness, and its certificate is rejected.
#[test]
fn mutants_with_witnesses_are_refuted_and_not_proved() {
    let library = Library::load().unwrap();
    let mut tried = 0;
    for finding in prove(&library) {
        for (mutant, result) in &finding.mutants {
            let Some(stored) = &mutant.witness else { continue };
            let name = format!("{} [{}]", finding.name(), mutant.name);
            assert!(result.is_err(), "{name} is proved");
            let claim = match stored.symbols.is_empty() {
                true => mutant.claim.clone(),
                false => mutant.claim.concrete(&stored.symbols).unwrap(),
            };
            let outcome = check_instance(&claim, &stored.instance().unwrap(), Budget::STANDARD);
            assert!(matches!(outcome, Outcome::Fails(_)), "{name}: {outcome:?}");
            tried += 1;
        }
    }
    assert!(tried >= 80, "{tried}");
}

/// The text with the number that starts at byte `at` made larger by one.
fn edited(text: &str, at: usize) -> Option<String> {
    let rest = &text[at..];
    let before = text[..at].chars().next_back();
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    if digits == 0 || before.is_some_and(|c| c.is_ascii_alphanumeric() || c == '_' || c == '.') {
        return None;
    }
    let number: u64 = rest[..digits].parse().ok()?;
    Some(format!("{}{}{}", &text[..at], number + 1, &rest[digits..]))
}

/// No proof is so loose that it would survive another constant in its bound.
#[test]
fn another_constant_is_not_proved() {
    let library = Library::load().unwrap();
    let findings = prove(&library);
    let proved = proved(&findings);
    let (mut tried, mut survivors) = (0, Vec::new());
    for finding in findings.iter().filter(|finding| finding.proved().is_some()) {
        let (claim, proof) = (&finding.statement.claim, finding.statement.proof.as_ref().unwrap());
        let text = claim.text.as_str();
        let mut variants: Vec<String> =
            text.char_indices().filter_map(|(at, _)| edited(text, at)).collect();
        if variants.is_empty() {
            // No number is written: one that is left out is another.
            let sign = ["<=>", "<=", ">=", "!=", "<", ">", "="].into_iter();
            let sign = sign.into_iter().find(|sign| text.contains(sign)).unwrap();
            variants.push(text.replacen(sign, &format!("{sign} 2*("), 1) + ")");
        }
        for variant in variants {
            let Ok(formula) = finding.theorem.dictionary.formula(&variant) else { continue };
            let claim = Claim { formula, text: variant.clone(), ..claim.clone() };
            tried += 1;
            if kernel::check(&claim, proof, &proved).is_ok() {
                survivors.push(format!("{}: {variant}", finding.name()));
            }
        }
    }
    println!("{tried} edited claims");
    assert!(tried >= 150, "{tried}");
    assert!(survivors.is_empty(), "\n{}", survivors.join("\n"));
}

#[test]
fn the_tutorial_quotes_what_the_program_prints() {
    let guide = include_str!("../../docs/proving.md");
    let dir = folder("tutorial");
    let mut sources = String::new();
    for entry in std::fs::read_dir(root().join("docs/examples")).unwrap() {
        let path = entry.unwrap().path();
        std::fs::copy(&path, dir.join(path.file_name().unwrap())).unwrap();
        sources += &std::fs::read_to_string(&path).unwrap();
    }
    let (mut commands, mut files) = (0, 0);
    for block in guide.split("\n```").skip(1).step_by(2) {
        if let Some(session) = block.strip_prefix("console\n") {
            for entry in session.split("$ kd-audit ").skip(1) {
                let (command, shown) = entry.split_once('\n').unwrap_or((entry, ""));
                let arguments: Vec<&str> = command.split_whitespace().collect();
                let output = run(&dir, &arguments);
                let printed = text(&output.stdout);
                assert_eq!(shown.trim_end(), printed.trim_end(), "kd-audit {command}");
                commands += 1;
            }
        } else if let Some(file) = block.strip_prefix("toml\n") {
            for line in file.lines() {
                assert!(sources.lines().any(|own| own == line), "no example has the line {line}");
            }
            files += 1;
        }
    }
    assert!(commands >= 4 && files >= 4, "{commands} commands and {files} quotations");
    for axiom in &AXIOMS {
        let row = guide.lines().find(|line| line.starts_with(&format!("| `{}` |", axiom.name)));
        let says = row.is_some_and(|row| row.ends_with(&format!("| `{}` |", axiom.says)));
        assert!(says, "the guide does not give the axiom {}", axiom.name);
    }
}

#[test]
fn the_tutorials_files_end_as_they_should() {
    let dir = root().join("docs/examples");
    let code = |arguments: &[&str]| run(&dir, arguments).status.code();
    assert_eq!(code(&["prove", "sgd-wide.toml"]), Some(0));
    assert_eq!(code(&["prove", "sgd-slip.toml"]), Some(1));
    assert_eq!(code(&["prove", "sgd-sign.toml"]), Some(1));
    assert_eq!(code(&["audit", "sgd-wide.toml", "--no-data", "--instances", "8"]), Some(0));
    let refuted = folder("tutorial-refuted");
    let slip = dir.join("sgd-slip.toml");
    let output = run(&refuted, &["refute", slip.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(1), "{}", text(&output.stdout));
    assert!(refuted.join("witness-sgd-wide-one-step.json").exists());
}

#[test]
fn a_new_file_works_out_of_the_box_and_is_not_overwritten() {
    let dir = folder("new");
    let code = |arguments: &[&str]| run(&dir, arguments).status.code();
    assert_eq!(code(&["new", "mine"]), Some(0));
    assert_eq!(code(&["prove", "mine.toml"]), Some(0));
    assert_eq!(code(&["audit", "mine.toml", "--instances", "16"]), Some(0));
    assert_eq!(code(&["refute", "mine.toml", "--evaluations", "500"]), Some(0));
    assert_eq!(code(&["new", "other", "--out", "another.toml"]), Some(0));
    let written = std::fs::read_to_string(dir.join("another.toml")).unwrap();
    assert!(written.contains("id = \"other\"") && !written.contains("NAME"), "{written}");
    std::fs::write(dir.join("mine.toml"), "kept").unwrap();
    for (arguments, cause) in [
        (["new", "mine"], "mine.toml is there already"),
        (["new", "Mine"], "lower-case letters"),
        (["new", "theorem-1"], "is a theorem of the library"),
    ] {
        let output = run(&dir, &arguments);
        assert_eq!(output.status.code(), Some(2));
        assert!(text(&output.stderr).contains(cause), "{}", text(&output.stderr));
    }
    assert_eq!(std::fs::read_to_string(dir.join("mine.toml")).unwrap(), "kept");
}

#[test]
fn prove_prints_what_was_asked_for() {
    let dir = folder("prove");
    let output = run(&dir, &["prove", "theorem-3/all-t"]);
    assert_eq!(output.status.code(), Some(0));
    let printed = text(&output.stdout);
    assert!(printed.contains("1 proved, 0 rejected"), "{printed}");
    let tree = "  theorem-3/all-t\n    theorem-3/one-step\n      theorem-1/one-step\n        axiom quadratic-growth\n    axiom rate\n";
    assert!(printed.contains(tree), "{printed}");
    // Nothing to prove, and bad input.
    assert_eq!(run(&dir, &["prove", "theorem-5/c"]).status.code(), Some(3));
    assert_eq!(run(&dir, &["prove", "theorem-3/some"]).status.code(), Some(2));
    assert_eq!(run(&dir, &["prove", "theorem-33"]).status.code(), Some(2));
    let all = text(&run(&dir, &["prove", "--graph"]).stdout);
    let widest = all.lines().map(|line| line.chars().count()).max().unwrap();
    assert!(widest <= 120, "{widest} columns");
}

/// Slips of several kinds, each with the words that should help.
#[test]
fn rejections_are_explained() {
    let dir = folder("explained");
    let good = std::fs::read_to_string(root().join("docs/examples/sgd-wide.toml")).unwrap();
    let slips = [
        // A multiple of a fact is missing, and too much of it is there.
        ("2*gamma*[qsc] + 3/2", "gamma*[qsc] + 3/2", "add gamma*[qsc] to the certificate"),
        ("2*gamma*[qsc] + 3/2", "3*gamma*[qsc] + 3/2", "It is -gamma times the slack of [qsc]"),
        // A square that could be added; a wrong square.
        ("1/2*gamma^2*E[norm", "1/4*gamma^2*E[norm", "1/4*gamma^2*E[norm_sq(grad"),
        (
            "(1 - gamma*mu)*norm_sq(e) + 3",
            "(1 - 5/4*gamma*mu)*norm_sq(e) + 3",
            "    -1/4*gamma*mu*norm_sq(e)\n  This is at most zero",
        ),
        (
            "(1 - gamma*mu)*norm_sq(e) + 3",
            "(1 - 3/4*gamma*mu)*norm_sq(e) + 3",
            "    1/4*gamma*mu*norm_sq(e)\n  This is visibly non-negative: add it",
        ),
        // Signs.
        (
            "+ 1/2*gamma^2*E[norm",
            "+ 1/2*E[inner(grad, grad_star)] + 1/2*gamma^2*E[norm",
            "An inner product has no sign",
        ),
        // Rules.
        (
            "axiom = \"rate\"\nclaim = \"mu <= l_exp\"",
            "axiom = \"rate\"\nclaim = \"2*mu <= l_exp\"",
            "at [conditioning]:\n  what the rule yields does not add up",
        ),
        ("+ l_exp*[step] + 1/3", "+ l_exp*[step] + 1/4", "at [room]:"),
    ];
    for (from, to, words) in slips {
        assert_eq!(good.matches(from).count().max(1), good.matches(from).count(), "{from}");
        std::fs::write(dir.join("slip.toml"), good.replacen(from, to, 1)).unwrap();
        let output = run(&dir, &["prove", "slip.toml", "--evaluations", "32"]);
        let printed = text(&output.stdout);
        println!("{printed}");
        assert_eq!(output.status.code(), Some(1), "{to}: {printed}{}", text(&output.stderr));
        assert!(printed.contains(words), "{words:?} is not in\n{printed}");
    }
}
