//! What became of proofs, as text.

use super::text::{lines, wrapped_table};
use crate::audit::finding::Witness;
use crate::audit::prove::{Dependency, KnownInstance, ProofFinding};
use crate::claim::expr::{Expr, Node};
use crate::kernel::show::{self, Multiple};
use crate::kernel::{Cause, Compared, Rejection, Residual};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

/// The width of the report.
const WIDTH: usize = 118;

/// Terms of a residual that are shown.
const TERMS: usize = 12;

/// Proofs as a table, then the axioms that they rest on, what has no proof, and hypotheses that are
/// not used.
pub fn proofs(findings: &[ProofFinding<'_>]) -> String {
    let head = ["claim", "verdict", "mutants", "rests on", "uses"].map(str::to_owned);
    let mut rows = vec![head];
    rows.extend(findings.iter().map(row));
    let mut text = wrapped_table(&rows, [40, 14, 8, 23, 32]);
    let proved = findings.iter().filter(|finding| finding.proved().is_some()).count();
    let bare = findings.iter().filter(|f| f.verdict.is_none()).count();
    let rejected = findings.len() - proved - bare;
    let mutants: usize = findings.iter().map(|finding| finding.mutants.len()).sum();
    let held: usize = findings.iter().map(|f| rejected_mutants(f)).sum();
    let _ = writeln!(
        text,
        "\n{proved} proved, {rejected} rejected, {bare} without a proof; the same certificates fail on {held} of {mutants} mutants."
    );
    axioms(&mut text, findings);
    let mut unproved: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for finding in findings.iter().filter(|finding| finding.verdict.is_none()) {
        let why = finding.statement.unproved.as_deref().unwrap_or("No reason is given.");
        unproved.entry(why).or_default().push(finding.name().to_string());
    }
    section(&mut text, "Without a proof:", unproved.iter().map(|(why, names)| (names, *why)));
    let mut unused: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for finding in findings {
        if let Some(proved) = finding.proved() {
            let names: Vec<&str> = proved.unused_hypotheses().collect();
            if !names.is_empty() {
                unused.entry(names.join(", ")).or_default().push(finding.name().to_string());
            }
        }
    }
    if !unused.is_empty() {
        text.push_str("\nHypotheses that proofs do not use:\n");
        for (hypotheses, names) in &unused {
            paragraph(&mut text, &format!("{hypotheses}: {}", names.join(", ")), "  ", "    ");
        }
    }
    for finding in findings {
        for (mutant, _) in finding.mutants.iter().filter(|(_, result)| result.is_ok()) {
            let (name, mutant) = (finding.name(), &mutant.name);
            let _ = writeln!(text, "\n{name} [{mutant}]: the certificate proves this mutant.");
        }
    }
    text
}

fn axioms(text: &mut String, findings: &[ProofFinding<'_>]) {
    let proved = || findings.iter().filter_map(|finding| finding.proved());
    let used: BTreeSet<&str> = proved().flat_map(|p| p.axioms().iter().copied()).collect();
    if used.is_empty() {
        return;
    }
    text.push_str("\nAxioms, and why they are true:\n");
    for axiom in crate::claim::proof::AXIOMS.iter().filter(|axiom| used.contains(axiom.name)) {
        let count = proved().filter(|p| p.axioms().contains(axiom.name)).count();
        let needs = axiom.needs.iter().map(|(class, constant)| match *constant {
            "" => class.entry().name.to_owned(),
            constant => format!("{}({constant})", class.entry().name),
        });
        let needs: Vec<String> = needs.collect();
        let needs =
            if needs.is_empty() { String::new() } else { format!(", from {}", needs.join(", ")) };
        let line = format!("{} ({count}){needs}: {}", axiom.name, axiom.says);
        paragraph(text, &line, "  ", "      ");
        paragraph(text, axiom.because, "      ", "      ");
    }
}

fn section<'a>(
    text: &mut String,
    head: &str,
    entries: impl Iterator<Item = (&'a Vec<String>, &'a str)>,
) {
    for (i, (names, why)) in entries.enumerate() {
        if i == 0 {
            let _ = writeln!(text, "\n{head}");
        }
        paragraph(text, &names.join(", "), "  ", "  ");
        paragraph(text, why, "      ", "      ");
    }
}

fn paragraph(text: &mut String, prose: &str, first: &str, later: &str) {
    for (i, line) in lines(prose, WIDTH - later.len()).iter().enumerate() {
        let _ = writeln!(text, "{}{line}", if i == 0 { first } else { later });
    }
}

/// What statements rest on, as indented trees.
pub fn graph(trees: &[Vec<Dependency>]) -> String {
    let mut text = String::from("\nDepends on:\n");
    for line in trees.iter().flatten() {
        let again = if line.repeated { " (as above)" } else { "" };
        let _ = writeln!(text, "{}{}{again}", "  ".repeat(line.depth + 1), line.name);
    }
    text
}

/// Why a proof is rejected, in words that help to mend it; empty if it is not.
pub fn explain(finding: &ProofFinding<'_>) -> String {
    let Some(Err(Rejection { place, cause })) = &finding.verdict else { return String::new() };
    let mut text = format!("\n{} is not proved. The fault is at {place}:\n", finding.name());
    let mut say = |prose: &str| paragraph(&mut text, prose, "  ", "  ");
    match cause {
        Cause::Sign { wanted, part, multiple } => {
            say(&format!("this part is not seen to be {wanted}:"));
            paragraph(&mut text, &show::plain(part), "    ", "    ");
            let hint = match multiple.as_deref() {
                Some(Multiple { factor, fact, .. }) => format!(
                    "It is {factor} times the slack of [{fact}]: write {factor}*[{fact}] in its place."
                ),
                None => sign_hint(wanted, part).to_owned(),
            };
            paragraph(&mut text, &hint, "  ", "  ");
        }
        Cause::Residual { compared, residual } => {
            say(&format!("{}. {}", compared.fault(), left(*compared)));
            let (terms, more) = residual.short(TERMS);
            paragraph(&mut text, &terms, "    ", "    ");
            if more > 0 {
                let _ = writeln!(text, "    and {more} more");
            }
            if !residual.without.is_empty() {
                let divisors = residual.without.join("*");
                let divided = format!("divided by {divisors}, which is positive.");
                paragraph(&mut text, &divided, "  ", "  ");
            }
            if let Some(hint) = residual_hint(*compared, residual) {
                paragraph(&mut text, &hint, "  ", "  ");
            }
        }
        Cause::Formula(fault) => say(&format!("{fault}.")),
        Cause::Rule(fault) => say(&format!("{fault}.")),
    }
    text
}

fn left(compared: Compared) -> &'static str {
    match compared {
        Compared::Certificate => "What is left, right side minus left side minus certificate, is",
        Compared::Identity => "What is left, claim minus certificate, is",
        Compared::Rule => "What is left, claim minus yield, is",
    }
}

fn sign_hint(wanted: &str, part: &Expr) -> &'static str {
    match (&part.node, wanted) {
        (_, "zero") => {
            "An equality is shown by multiples of equalities: [fact] for a fact with =, times anything."
        }
        (Node::Subtract(..), _) => {
            "A difference has a visible sign if it is the slack of a fact: show it in a step of its own, and write [name]."
        }
        (Node::Negate(_), _) => {
            "A certificate only adds what is not negative; what is taken away must be in the claim."
        }
        (Node::Inner(..), _) => {
            "An inner product has no sign of its own: complete a square, as in norm_sq(u - v)."
        }
        (Node::Slack(_), _) => {
            "That fact is an equality or the like: its slack has the sign only if it is shown as <= or <."
        }
        (_, "positive") => {
            "A strict claim needs a term that is positive, and not only non-negative."
        }
        _ => {
            "A symbol of either sign helps in an even power, or with a hypothesis or step that gives its sign."
        }
    }
}

fn residual_hint(compared: Compared, residual: &Residual) -> Option<String> {
    const MORE: &str = "the certificate claims more than it has";
    let about_mean = |term: &&show::Term| term.text.contains("E[grad_star]");
    if let Some(multiple) = &residual.multiple {
        let (factor, fact) = (&multiple.factor, &multiple.fact);
        let is = format!("It is {factor} times the slack of [{fact}]");
        return Some(match (compared, multiple.at_least_zero) {
            (Compared::Rule, _) => format!("{is}."),
            (Compared::Certificate, Some(true)) | (Compared::Identity, _) => {
                format!("{is}: add {factor}*[{fact}] to the certificate.")
            }
            (_, Some(false)) => format!("{is}: {MORE}."),
            (_, None) => format!("{is}."),
        });
    }
    if residual.terms.iter().filter(about_mean).count() == residual.terms.len() {
        return Some(
            "Every term has the factor E[grad_star], which is zero: a step with the axiom stationarity says so, and its slack may be multiplied by anything.".into(),
        );
    }
    if compared != Compared::Certificate {
        return None;
    }
    let all = |sign| residual.terms.iter().all(|term| term.at_least_zero == Some(sign));
    let what = if residual.terms.len() == 1 { "This" } else { "Every term" };
    if all(true) {
        return Some(format!(
            "{what} is visibly non-negative: add it to the certificate, or tighten the claim."
        ));
    }
    if all(false) {
        return Some(format!("{what} is at most zero: {MORE}."));
    }
    Some("Terms of this must be supplied by facts or squares in the certificate, or are in the claim by mistake.".into())
}

/// A witness against the claim of a rejected proof.
pub fn proof_witness(witness: &Witness, written: Option<&str>) -> String {
    let instance = serde_json::to_string(&witness.instance).unwrap_or_default();
    let mut text = format!(
        "  The claim itself is false. A witness:\n    {instance}\n    left side   {}\n    right side  {}\n",
        witness.lhs, witness.rhs
    );
    if let Some(file) = written {
        let _ = writeln!(text, "    written to {file}");
    }
    text
}

/// What to say when the search has found nothing.
pub fn proof_no_witness(evaluations: usize) -> String {
    format!(
        "  No witness in {evaluations} evaluations: the claim may hold, and only the certificate be wrong.\n"
    )
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
    [finding.name().to_string(), verdict(finding), mutants, list(axioms), list(uses)]
}

/// The verdict in a word or two.
pub fn verdict(finding: &ProofFinding<'_>) -> String {
    match &finding.verdict {
        None => "no proof".into(),
        Some(Err(_)) => "Rejected".into(),
        Some(Ok(proved)) => {
            let word = if proved.axioms().is_empty() { "Proved" } else { "Proved modulo" };
            match finding.instance() {
                KnownInstance::Met => word.into(),
                KnownInstance::None => format!("{word} (no instance known)"),
            }
        }
    }
}
