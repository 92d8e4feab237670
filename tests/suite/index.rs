//! One audit of everything, and what the repository says of it: the index, and the README's table.

use kd_audit::audit::data::{DataOptions, DataProblem};
use kd_audit::audit::finding::{ClaimName, Conclusion, GeneratedVerdict};
use kd_audit::audit::library::{FILES, Library};
use kd_audit::audit::runner::Options;
use kd_audit::audit::store::{RECORDS, Records, Store};
use kd_audit::audit::whole::audit_statements;
use kd_audit::claim::theorem::{Statement, Theorem};
use kd_audit::export::coq;
use kd_audit::problem::Dataset;
use kd_audit::report::{self, AuditReport};
use kd_audit::scalar::Rational;
use std::path::Path;
use std::sync::LazyLock;

/// What the audit of everything says, which takes a minute and is done once.
struct Whole {
    audit: AuditReport,
    index: String,
    table: String,
}

static WHOLE: LazyLock<Whole> = LazyLock::new(|| {
    let library = Library::load().unwrap();
    let statements: Vec<(&Theorem, &Statement)> = library
        .theorems()
        .iter()
        .flat_map(|theorem| theorem.statements.iter().map(move |s| (theorem, s)))
        .collect();
    let (options, store) = (Options::default(), Store::load().unwrap());
    let data = DataProblem::new("diabetes", Dataset::diabetes(), &DataOptions::default()).unwrap();
    let case = data.case(options.budget);
    let timed =
        audit_statements(&library, &statements, Some(&store), Some(&case), options, |_, _| ());
    let (findings, times): (Vec<_>, Vec<_>) = timed.into_iter().unzip();
    let audit = AuditReport::new(options, findings, None);
    let coq = coq::words(&library, &statements).unwrap();
    Whole {
        index: report::index(&audit, &statements, &coq),
        table: report::audit_table(&audit, &coq, &times),
        audit,
    }
});

/// The rows of the README's table.
fn shown() -> impl Iterator<Item = &'static str> {
    include_str!("../../README.md").lines().filter(|line| line.ends_with(" s"))
}

#[test]
fn every_expectation_of_the_files_is_met() {
    assert_eq!(WHOLE.audit.conclusion, Conclusion::Met, "{}", WHOLE.table);
}

/// Every stored witness still violates its mutant, with the values that it states, and every stored
/// instance is as near to equality as it states: else the audit would not have taken it.
#[test]
fn stored_records_replay() {
    let records = Records::parse(RECORDS).unwrap();
    let finding = |name: &ClaimName| {
        let mut all = WHOLE.audit.statements.iter();
        let own = all.find(|own| own.theorem == name.theorem && own.part == name.part);
        own.unwrap_or_else(|| panic!("{name} is no statement"))
    };
    for witness in &records.witnesses {
        let (name, all) = (&witness.claim, &finding(&witness.claim).generated);
        let own = all.iter().find(|own| Some(&own.name) == name.mutant.as_ref());
        let own = own.unwrap_or_else(|| panic!("{name} is no mutant"));
        assert_eq!(own.verdict, GeneratedVerdict::RefutedByStoredWitness, "{name}");
    }
    for tight in &records.tightest {
        assert_eq!(finding(&tight.claim).tightest.as_deref(), Some(tight), "{}", tight.claim);
    }
}

/// The table in the README is what an audit prints, but for the times.
#[test]
fn the_readme_shows_what_an_audit_prints() {
    let without_time = |line: &str| line.split_whitespace().take(10).collect::<Vec<_>>().join(" ");
    let rows: Vec<String> = WHOLE.table.lines().map(without_time).collect();
    assert_eq!(shown().count(), 10);
    for row in shown().map(without_time) {
        assert!(rows.contains(&row), "an audit no longer prints {row}");
    }
}

/// The index in the repository is what the program writes, and its rows agree with the README's.
#[test]
fn the_index_is_fresh() {
    let printed = &WHOLE.index;
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("theorems/INDEX.md");
    let kept = std::fs::read_to_string(path).unwrap();
    for (row, (own, new)) in kept.lines().zip(printed.lines()).enumerate() {
        assert_eq!(own, new, "line {}: run kd-audit index --out theorems/INDEX.md", row + 1);
    }
    assert_eq!(kept, *printed);
    let cells = |line: &str| -> Vec<String> {
        line.split('|').map(|cell| cell.trim().to_owned()).collect()
    };
    for line in shown() {
        let shown: Vec<&str> = line.split_whitespace().collect();
        let row = kept.lines().map(cells).find(|row| row.len() > 9 && row[1] == shown[0]).unwrap();
        let (kernel, coq) = shown[2].split_once('/').unwrap_or(("", ""));
        let blank = |text: &str| if text == "0" { String::new() } else { text.to_owned() };
        assert_eq!(row[2..4], [kernel.to_owned(), coq.to_owned()], "{line}");
        assert_eq!(row[4..6], [blank(shown[3]), blank(shown[4])], "{line}");
        assert_eq!(row[7], shown[6], "{line}");
        if let Ok(tightness) = shown[7].parse::<Rational>() {
            assert!(row[9].parse::<Rational>().unwrap() >= tightness, "{line}");
        }
    }
    assert!(FILES.iter().all(|(id, _)| kept.contains(&format!("| {id}/"))));
}
