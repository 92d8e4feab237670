//! What is written for Coq, without Coq: every proved statement has its files, they say what the
//! theorem files say, and they do not search. `.ci/coq` compiles them.

use kd_audit::audit::library::{FILES, Library};
use kd_audit::audit::prove::{prove, prove_only};
use kd_audit::claim::proof::StatementName;
use kd_audit::export::coq::{Export, Exported, FIXED, Status, export, statuses, words};
use std::collections::BTreeMap;
use std::path::Path;

fn library(changed: &str, from: &str, to: &str) -> Library {
    let texts: Vec<(String, String)> = FILES
        .iter()
        .map(|(id, text)| {
            let text = if *id == changed {
                assert!(text.contains(from), "{id}: {from}");
                text.replacen(from, to, 1)
            } else {
                (*text).to_owned()
            };
            (format!("theorems/{id}.toml"), text)
        })
        .collect();
    Library::from_texts(texts.iter().map(|(file, text)| (file.clone(), text.as_str()))).unwrap()
}

fn text<'a>(export: &'a Export, file: &str) -> Option<&'a str> {
    export.files.iter().find(|(name, _)| name == file).map(|(_, text)| text.as_str())
}

fn golden() -> BTreeMap<String, String> {
    std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("coq/golden"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| {
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            (name, std::fs::read_to_string(path).unwrap())
        })
        .collect()
}

#[test]
fn every_proved_statement_has_its_files() {
    let library = Library::load().unwrap();
    let export = export(&library);
    let proved: Vec<String> = prove(&library)
        .iter()
        .filter(|finding| matches!(finding.verdict, Some(Ok(_))))
        .map(|finding| format!("{}/{}", finding.theorem.id, finding.statement.part))
        .collect();
    let exported: Vec<String> = export.statements.iter().map(|own| own.name.to_string()).collect();
    assert_eq!(proved, exported);
    for own in &export.statements {
        let module = own.name.to_string().replace(['-', '/'], "_");
        let has = |suffix: &str| text(&export, &format!("{module}{suffix}.v")).is_some();
        assert_eq!(has("_cert"), own.status.word() != "no", "{}", own.name);
        assert_eq!(has(""), own.status == Status::Statement, "{}", own.name);
        // Nothing is missing.
        assert_eq!(own.status, Status::Statement, "{}", own.name);
        assert!(own.satisfiable, "{}", own.name);
    }
    assert_eq!(statuses(&library).len(), export.statements.len());
}

/// What the README says of the export, in words and figures.
#[test]
fn the_readme_counts_what_is_exported() {
    let export = export(&Library::load().unwrap());
    let count =
        |good: &dyn Fn(&Exported) -> bool| export.statements.iter().filter(|own| good(own)).count();
    let statements = count(&|own| own.status == Status::Statement);
    let readme = include_str!("../../README.md").split_whitespace().collect::<Vec<_>>().join(" ");
    for says in [
        format!("{statements} of {}, as *certificates*", export.statements.len()),
        "and as theorems in textbook form".to_owned(),
    ] {
        assert!(readme.contains(&says), "the README does not say: {says}");
    }
}

/// What can be proved is no hypothesis, and minibatches are what they are said to be.
#[test]
fn rules_of_sampling_are_not_assumed() {
    let mut sampled = 0;
    for (file, text) in golden() {
        assert!(!text.contains("premise_") && !text.contains(" other_point"), "{file}");
        if text.contains("n_samples") || text.contains("tau") {
            let law = "Definition law : dist sample := minibatches samples size enough.";
            assert!(text.contains(law), "{file}");
            assert!(
                !text.contains("Variable law") && !text.contains("Variable n_samples"),
                "{file}"
            );
            sampled += 1;
        }
    }
    assert_eq!(sampled, 11);
}

#[test]
fn the_first_families_are_in_textbook_form() {
    for (name, status) in statuses(&Library::load().unwrap()) {
        let first = ["theorem-1", "theorem-2", "theorem-3", "theorem-4"];
        if first.contains(&name.theorem.as_str()) {
            assert_eq!(status, Status::Statement, "{name}");
        }
    }
}

#[test]
fn statements_are_those_that_were_reviewed() {
    let export = export(&Library::load().unwrap());
    let golden = golden();
    let mut seen = 0;
    for (name, text) in &export.files {
        let fixed = name.starts_with(|c: char| c.is_uppercase());
        if name.ends_with(".v") && !name.ends_with("_cert.v") && !fixed {
            assert_eq!(golden.get(name), Some(text), "{name} is not coq/golden/{name}");
            seen += 1;
        }
    }
    assert_eq!(seen, golden.len());
}

#[test]
fn generated_files_do_not_search_and_assume_nothing() {
    let export = export(&Library::load().unwrap());
    for (name, text) in &export.files {
        let generated = name.starts_with(|c: char| c.is_lowercase()) && name.ends_with(".v");
        for word in text.split(|c: char| !c.is_alphanumeric() && c != '_') {
            assert!(!["Admitted", "Axiom", "Parameter"].contains(&word), "{name}: {word}");
            let search = ["lra", "nra", "lia", "nia", "auto", "eauto", "psatz", "tauto"];
            assert!(!generated || !search.contains(&word), "{name}: {word}");
        }
    }
}

#[test]
fn names_are_identifiers() {
    let export = export(&Library::load().unwrap());
    for theorem in export.statements.iter().flat_map(|own| &own.theorems) {
        for name in theorem.split('.') {
            assert!(name.starts_with(|c: char| c.is_ascii_alphabetic()), "{theorem}");
            assert!(name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_'), "{theorem}");
        }
    }
}

#[test]
fn every_fixed_file_is_embedded() {
    let mut found: Vec<String> =
        std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("coq"))
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .filter_map(|name| name.strip_suffix(".v").map(str::to_owned))
            .collect();
    found.sort();
    let mut embedded: Vec<&str> = FIXED.iter().map(|(name, _)| *name).collect();
    embedded.sort_unstable();
    assert_eq!(found, embedded);
}

/// A constant of a bound, and what it becomes: the kernel then rejects the proof. With the proof
/// gone the statement is gone too, so its text is looked at with the hypothesis below.
const BOUNDS: [(&str, &str, &str, &str); 14] = [
    ("theorem-1", "one-step", "+ 2*gamma^2*noise(lambda) +", "+ 199/100*gamma^2*noise(lambda) +"),
    (
        "theorem-1",
        "all-t",
        "formula = \"2*gamma/mu*(noise(l)",
        "formula = \"3/2*gamma/mu*(noise(l)",
    ),
    (
        "theorem-2",
        "one-step",
        "+ gamma*lambda^2*bias_sq + l_smooth",
        "+ 99/100*gamma*lambda^2*bias_sq + l_smooth",
    ),
    (
        "theorem-2-min",
        "bound",
        "2*l_smooth*(1 + gamma*l_exp)/mu",
        "199/100*l_smooth*(1 + gamma*l_exp)/mu",
    ),
    (
        "theorem-4",
        "one-step",
        "+ 2*gamma^2*noise_unbiased(lambda)",
        "+ 199/100*gamma^2*noise_unbiased(lambda)",
    ),
    (
        "theorem-4",
        "teacher",
        "<= 2*l_exp*teacher_gap\"\nhyp",
        "<= 199/100*l_exp*teacher_gap\"\nhyp",
    ),
    ("lemma-optimal-weight", "small-steps", "<= 9*gamma^2", "<= 89/10*gamma^2"),
    ("theorem-5", "b", "lambda^2*bias_sq/l_smooth^2 <=", "3/2*lambda^2*bias_sq/l_smooth^2 <="),
    ("theorem-6", "one-step", "+ (D_1 + M*D_2)*gamma^2", "+ (D_1 + 99/100*M*D_2)*gamma^2"),
    ("theorem-6", "sgd", "+ 2*noise(0)*gamma^2\"\nhyp", "+ 199/100*noise(0)*gamma^2\"\nhyp"),
    ("theorem-7", "paths", "(1 - lambda)*sgd_t\"\nhyp", "(2 - lambda)*sgd_t\"\nhyp"),
    ("proposition-1", "any-link", "- weight*feature(", "- 2*weight*feature("),
    ("proposition-2", "layer", "- weight*pull(", "- 2*weight*pull("),
    ("proposition-3", "gap-bound", "<= weight^2*norm_bound^2", "<= 99/100*weight^2*norm_bound^2"),
];

#[test]
fn a_smaller_constant_is_not_proved() {
    for (id, part, from, to) in BOUNDS {
        let changed = library(id, from, to);
        let own = |name: &StatementName| name.theorem == id && name.part == part;
        let finding = prove_only(&changed, own).pop().map(|f| matches!(f.verdict, Some(Ok(_))));
        assert_eq!(finding, Some(false), "{id}/{part}");
    }
}

/// An export begins with what is proved, so that two of them show it.
#[test]
fn what_is_not_proved_is_not_exported() {
    for (id, part, from, to) in [BOUNDS[0], BOUNDS[10]] {
        let mut exported = export(&library(id, from, to)).statements.into_iter();
        assert!(
            !exported.any(|own| own.name.theorem == id && own.name.part == part),
            "{id}/{part}"
        );
    }
}

/// A larger constant with its certificate is another theorem, and another text.
#[test]
fn a_changed_constant_changes_the_statement() {
    let from =
        "hypotheses = { qsc = \"QSC(mu)\", es = \"ES(l_exp)\", step = \"gamma <= 1/(8*l_exp)\" }";
    let to = from.replace("1/(8*l_exp)", "1/(9*l_exp)");
    let own = FILES.iter().find(|(id, _)| *id == "theorem-1").unwrap().1;
    assert!(own.contains(from));
    let changed = library("theorem-1", from, &to);
    let (before, after) = (export(&Library::load().unwrap()), export(&changed));
    let file = "theorem_1_one_step.v";
    assert!(text(&before, file).unwrap().contains("h_step : gamma <= 1 / (8 * l_exp)"));
    // The certificate no longer adds up with the other step size.
    assert!(text(&after, file).is_none());
    // A hypothesis that the certificate does not use, or can spare.
    for (id, file, from, to, then) in [
        (
            "theorem-1-optimal",
            "theorem_1_optimal_value.v",
            "1/(8*l_exp)",
            "1/(9*l_exp)",
            ["1 / (8 * l_exp)", "1 / (9 * l_exp)"],
        ),
        (
            "theorem-7",
            "theorem_7_beats_both.v",
            "step = \"gamma < 2/l_exp\", teacher = \"teacher_gradient\", something-to-gain = \"sgd_error + teacher_error > 0\" }\n\n[statement.proof]",
            "step = \"gamma < 1/l_exp\", teacher = \"teacher_gradient\", something-to-gain = \"sgd_error + teacher_error > 0\" }\n\n[statement.proof]",
            ["gamma < 2 / l_exp", "gamma < 1 / l_exp"],
        ),
    ] {
        let after = export(&library(id, from, to));
        assert!(text(&before, file).unwrap().contains(then[0]), "{file}");
        assert!(text(&after, file).unwrap().contains(then[1]), "{file}");
        assert!(!text(&after, file).unwrap().contains(then[0]), "{file}");
    }
}

/// What an audit of one theorem shows is what an audit of all shows.
#[test]
fn a_theorem_alone_has_the_same_words() {
    let library = Library::load().unwrap();
    let all = statuses(&library);
    for theorem in library.theorems() {
        let pairs: Vec<_> = theorem.statements.iter().map(|own| (theorem, own)).collect();
        let words = words(&library, &pairs).unwrap();
        for (statement, word) in theorem.statements.iter().zip(words) {
            let part = &statement.part;
            let own = |(name, _): &&(StatementName, Status)| {
                name.theorem == theorem.id && name.part == *part
            };
            let expected = all.iter().find(own).map_or("-", |(_, status)| status.word());
            assert_eq!(word, expected, "{}/{part}", theorem.id);
        }
    }
}

#[test]
fn hypotheses_that_are_not_used_are_reported() {
    let export = export(&Library::load().unwrap());
    let own = export.statements.iter().find(|own| own.name.to_string() == "theorem-2/one-step");
    assert_eq!(own.unwrap().unused, ["rate"]);
    let own = export.statements.iter().find(|own| own.name.to_string() == "theorem-1/one-step");
    assert!(own.unwrap().unused.is_empty());
}
