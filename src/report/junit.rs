//! An audit as JUnit's XML, for what shows test results: a suite a theorem, a case a statement and a
//! case a mutant. No times, so that equal options give equal bytes.
//!
//! Written here: the crates that write it bring clocks and identifiers along, for four elements.

use super::AuditReport;
use super::text::{faults, mutant_fault};
use crate::audit::finding::{Conclusion, MutantFinding, MutantVerdict, StatementFinding};
use std::fmt::Write;

/// How a case ended, with a message.
enum Outcome {
    Passed,
    Failed(String),
    Skipped(String),
}

struct Case {
    name: String,
    outcome: Outcome,
}

/// The report as an XML document.
pub fn junit(report: &AuditReport) -> String {
    let mut suites: Vec<(&str, Vec<Case>)> = Vec::new();
    for finding in &report.statements {
        if suites.last().is_none_or(|(theorem, _)| *theorem != finding.theorem) {
            suites.push((&finding.theorem, Vec::new()));
        }
        let Some((_, cases)) = suites.last_mut() else { continue };
        cases.push(Case { name: finding.part.clone(), outcome: statement(finding) });
        cases.extend(finding.mutants.iter().map(|own| Case {
            name: format!("{} [{}]", finding.part, own.name),
            outcome: mutant(finding, own),
        }));
    }
    let all = || suites.iter().flat_map(|(_, cases)| cases);
    let mut text = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let _ = writeln!(text, "<testsuites name=\"kd-audit\" {}>", counts(all()));
    for (theorem, cases) in &suites {
        let suite = escaped(theorem);
        let _ = writeln!(text, "  <testsuite name=\"{suite}\" {}>", counts(cases.iter()));
        for case in cases {
            let name = escaped(&case.name);
            let _ = write!(text, "    <testcase classname=\"{suite}\" name=\"{name}\"");
            match &case.outcome {
                Outcome::Passed => text.push_str("/>\n"),
                Outcome::Failed(message) => element(&mut text, "failure", message),
                Outcome::Skipped(message) => element(&mut text, "skipped", message),
            }
        }
        text.push_str("  </testsuite>\n");
    }
    text + "</testsuites>\n"
}

fn element(text: &mut String, name: &str, message: &str) {
    let message = escaped(message);
    let _ = writeln!(text, ">\n      <{name} message=\"{message}\"/>\n    </testcase>");
}

fn statement(finding: &StatementFinding) -> Outcome {
    let faults = faults(finding).join("\n");
    match finding.own_conclusion() {
        Conclusion::Met => Outcome::Passed,
        Conclusion::Inconclusive => Outcome::Skipped(faults),
        Conclusion::Contradicted if faults.is_empty() => {
            Outcome::Failed(format!("not refuted, as was expected, but {}", finding.grade.word()))
        }
        Conclusion::Contradicted => Outcome::Failed(faults),
    }
}

fn mutant(finding: &StatementFinding, mutant: &MutantFinding) -> Outcome {
    match mutant.verdict {
        _ if mutant.contradicts() => Outcome::Failed(mutant_fault(finding, mutant)),
        MutantVerdict::Survived { evaluations: 0 } => Outcome::Skipped("not searched".to_owned()),
        MutantVerdict::Survived { evaluations } => {
            Outcome::Skipped(format!("open: no witness in {evaluations} evaluations"))
        }
        _ => Outcome::Passed,
    }
}

fn counts<'a>(cases: impl Iterator<Item = &'a Case> + Clone) -> String {
    let count = |kind: fn(&Outcome) -> bool| {
        cases.clone().filter(|case| kind(&case.outcome)).count().to_string()
    };
    format!(
        "tests=\"{}\" failures=\"{}\" errors=\"0\" skipped=\"{}\"",
        count(|_| true),
        count(|outcome| matches!(outcome, Outcome::Failed(_))),
        count(|outcome| matches!(outcome, Outcome::Skipped(_))),
    )
}

/// Text for an attribute: white space is kept as references, and characters that XML 1.0 does not
/// have are replaced.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' => out.push_str("&#10;"),
            '\t' => out.push_str("&#9;"),
            '\u{0}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            other => out.push(other),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attributes_hold_any_text() {
        assert_eq!(
            escaped("a<b> & \"c\"\n\t\u{1}λ"),
            "a&lt;b&gt; &amp; &quot;c&quot;&#10;&#9;\u{fffd}λ"
        );
    }
}
