//! What became of proofs, as text.

use super::text::table;
use crate::audit::prove::ProofFinding;
use std::collections::BTreeSet;
use std::fmt::Write;

/// Proofs as a table, with what each rests on, and what is rejected below it.
pub fn proofs(findings: &[ProofFinding<'_>]) -> String {
    let head = ["claim", "verdict", "mutants rejected", "rests on", "uses"].map(str::to_owned);
    let mut rows = vec![head];
    rows.extend(findings.iter().map(row));
    let mut text = table(&rows);
    let proved = findings.iter().filter(|finding| finding.proved().is_some()).count();
    let bare = findings.iter().filter(|f| f.verdict.is_none()).count();
    let rejected = findings.len() - proved - bare;
    let mutants: usize = findings.iter().map(|finding| finding.mutants.len()).sum();
    let held: usize = findings.iter().map(|f| rejected_mutants(f)).sum();
    let _ = writeln!(
        text,
        "\n{proved} proved, {rejected} rejected, {bare} without a proof; the same certificates fail on {held} of {mutants} mutants."
    );
    let axioms: BTreeSet<&str> = findings
        .iter()
        .filter_map(|f| f.proved())
        .flat_map(|p| p.axioms().iter().copied())
        .collect();
    for axiom in crate::claim::proof::AXIOMS.iter().filter(|axiom| axioms.contains(axiom.name)) {
        let _ = writeln!(text, "axiom {}: {}; {}", axiom.name, axiom.says, axiom.because);
    }
    for finding in findings {
        let name = name(finding);
        if let Some(Err(rejection)) = &finding.verdict {
            let _ = writeln!(text, "\n{name} is not proved.\n  {rejection}");
        }
        for (mutant, result) in &finding.mutants {
            if result.is_ok() {
                let _ = writeln!(
                    text,
                    "\n{name} [{}]: its certificate proves this mutant.",
                    mutant.name
                );
            }
        }
        if let (None, Some(why)) = (&finding.verdict, &finding.statement.unproved) {
            let _ = writeln!(text, "{name} has no proof. {why}");
        }
        if let Some(proved) = finding.proved() {
            let unused: Vec<&str> = proved.unused_hypotheses().collect();
            if !unused.is_empty() {
                let _ =
                    writeln!(text, "{name} does not use the hypotheses: {}.", unused.join(", "));
            }
        }
    }
    text
}

fn name(finding: &ProofFinding<'_>) -> String {
    format!("{}/{}", finding.theorem.id, finding.statement.part)
}

fn rejected_mutants(finding: &ProofFinding<'_>) -> usize {
    finding.mutants.iter().filter(|(_, result)| result.is_err()).count()
}

fn row(finding: &ProofFinding<'_>) -> [String; 5] {
    let list = |parts: Vec<String>| if parts.is_empty() { "-".into() } else { parts.join(", ") };
    let (axioms, uses) = match finding.proved() {
        None => (Vec::new(), Vec::new()),
        Some(proved) => (
            proved.axioms().iter().map(|axiom| (*axiom).to_owned()).collect(),
            proved.statements().iter().map(ToString::to_string).collect(),
        ),
    };
    let mutants = match finding.mutants.len() {
        0 => "-".to_owned(),
        all => format!("{}/{all}", rejected_mutants(finding)),
    };
    [name(finding), verdict(finding), mutants, list(axioms), list(uses)]
}

/// The verdict in a word or two.
pub fn verdict(finding: &ProofFinding<'_>) -> String {
    match &finding.verdict {
        None => "no proof".into(),
        Some(Err(_)) => "Rejected".into(),
        Some(Ok(_)) if !finding.has_instance() => "Proved (no instance known)".into(),
        Some(Ok(proved)) if proved.axioms().is_empty() => "Proved".into(),
        Some(Ok(_)) => "Proved modulo".into(),
    }
}
