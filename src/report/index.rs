//! The index of statements, as Markdown: what is known of each, and what is not.

use super::AuditReport;
use crate::audit::finding::{GeneratedFinding, GeneratedVerdict, Number, StatementFinding};
use crate::claim::theorem::{Kind, Statement, Theorem};
use crate::scalar::Scalar;
use std::collections::BTreeMap;
use std::fmt::Write;

const HEAD: &str = "# Index of statements

Written by `kd-audit index --out theorems/INDEX.md`; a test compares it with what the program finds.

| column | what it counts |
|---|---|
| kernel | `yes`: the kernel accepts a proof; `modulo`: one that rests on axioms, which `kd-audit prove` lists |
| Coq | `yes`: in textbook form; `given`: with a premise; `cert`: the certificate alone; `no`: not carried over |
| exact, enclosed | random instances on which the statement holds, in rationals and in intervals |
| sampled | random instances on which Monte Carlo agrees, at a level of confidence, and nothing exact decides |
| mutants | mutants of the file that are refuted, of all |
| generated | mutants made by rule that are refuted, of all that claim more than the statement |
| tightness | the largest left side over right side of all draws, examples and a search for equality, where a right side is positive |

";

/// The index of everything that was audited. `statements` are those of the report, in order, and
/// `coq` says what Coq has of each.
pub fn index(report: &AuditReport, statements: &[(&Theorem, &Statement)], coq: &[&str]) -> String {
    let mut text = HEAD.to_owned();
    text.push_str("| statement | kernel | Coq | exact | enclosed | sampled | mutants | generated | tightness |\n");
    text.push_str("|---|---|---|--:|--:|--:|--:|--:|--:|\n");
    let all = || report.statements.iter().zip(statements).zip(coq);
    for ((finding, _), coq) in all() {
        let _ = writeln!(text, "{}", row(finding, coq));
    }
    totals(&mut text, report);
    blanks(&mut text, report, statements);
    sharper(&mut text, report);
    text
}

fn row(finding: &StatementFinding, coq: &str) -> String {
    let blank = |value: String| if value == "0" || value == "0/0" { String::new() } else { value };
    let kernel = match finding.proof.word() {
        "-" => "",
        word => word,
    };
    let coq = if kernel.is_empty() { "" } else { coq };
    let cells = [
        format!("{}/{}", finding.theorem, finding.part),
        kernel.to_owned(),
        coq.replace("certificate", "cert").replace('-', ""),
        blank(finding.instances.exact.to_string()),
        blank(finding.instances.enclosed.to_string()),
        blank(finding.instances.consistent.to_string()),
        blank(fraction(finding.mutants.iter().map(|mutant| mutant.is_refuted()))),
        blank(fraction(finding.generated.iter().map(GeneratedFinding::is_refuted))),
        largest(finding).map_or(String::new(), |quotient| format!("{quotient:.6}")),
    ];
    format!("| {} |", cells.join(" | "))
}

/// The largest left side over right side, of draws, examples and the search for equality.
fn largest(finding: &StatementFinding) -> Option<f64> {
    let found = finding.tightest.as_ref().and_then(|witness| match (&witness.lhs, &witness.rhs) {
        (Number::Exact(lhs), Number::Exact(rhs)) => lhs.over(rhs).ok(),
        _ => None,
    });
    let drawn = finding.tightness.as_ref().map(|tightness| tightness.largest);
    drawn.into_iter().chain(found.map(|quotient| quotient.to_f64())).max_by(f64::total_cmp)
}

fn fraction(refuted: impl Iterator<Item = bool>) -> String {
    let (hit, all) =
        refuted.fold((0, 0), |(hit, all), refuted| (hit + usize::from(refuted), all + 1));
    format!("{hit}/{all}")
}

fn totals(text: &mut String, report: &AuditReport) {
    let generated: Vec<_> = report.statements.iter().flat_map(|f| &f.generated).collect();
    let refuted = generated.iter().filter(|mutant| mutant.is_refuted()).count();
    let proved = generated.iter().filter(|m| m.verdict == GeneratedVerdict::Proved).count();
    let _ = writeln!(
        text,
        "\n{} statements. Of {} generated mutants {refuted} are refuted, {proved} are proved and {} are open.",
        report.statements.len(),
        generated.len(),
        generated.len() - refuted - proved
    );
}

/// Why cells are blank.
fn blanks(text: &mut String, report: &AuditReport, statements: &[(&Theorem, &Statement)]) {
    let mut reasons: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (finding, (_, statement)) in report.statements.iter().zip(statements) {
        let name = format!("{}/{}", finding.theorem, finding.part);
        let mut because = |column: &str, why: &str| {
            reasons.entry(format!("{column}: {why}")).or_default().push(name.clone());
        };
        if finding.proof.word() == "-" {
            let why = match statement.kind {
                Kind::Refutation => "The statement is to be refuted.",
                _ => statement.unproved.as_deref().unwrap_or("No reason is given."),
            };
            because("no proof", why);
        }
        if let Some(why) = statement.unevaluated.as_ref().filter(|_| statement.models.is_empty()) {
            because("no instance", why);
        }
        if finding.tightness.is_none() && statement.unevaluated.is_none() {
            let why = match statement.kind {
                Kind::Inequality => "No right side is positive on an instance.",
                Kind::Identity => "The sides of an identity are equal.",
                Kind::Equivalence => "An equivalence has no ratio.",
                Kind::Refutation => "The statement is to be refuted.",
            };
            because("no tightness", why);
        }
    }
    text.push_str("\n## Blank cells\n\n");
    for (reason, names) in &reasons {
        let _ = writeln!(text, "- {reason} ({})", names.join(", "));
    }
}

/// Generated mutants that are not refuted, with what they suggest.
fn sharper(text: &mut String, report: &AuditReport) {
    text.push_str(
        "\n## Survivors\n\nGenerated mutants that no search has refuted. Each suggests a sharper claim, which may be true, or false on problems that are not searched.\n",
    );
    section(text, report, |verdict| match verdict {
        GeneratedVerdict::Open { evaluations: 0 } => {
            Some("Not searched: the symbols are those of the file.".to_owned())
        }
        GeneratedVerdict::Open { evaluations } => {
            Some(format!("Survives {evaluations} evaluations."))
        }
        _ => None,
    });
    text.push_str(
        "\n## Proved\n\nGenerated mutants that the kernel accepts, by the proof of the statement or because the sign is visible: sharper, and true.\n",
    );
    section(text, report, |verdict| (*verdict == GeneratedVerdict::Proved).then(String::new));
}

fn section(
    text: &mut String,
    report: &AuditReport,
    says: impl Fn(&GeneratedVerdict) -> Option<String>,
) {
    for finding in &report.statements {
        let mut head = Some(format!("\n**{}/{}**\n\n", finding.theorem, finding.part));
        for mutant in &finding.generated {
            let Some(says) = says(&mutant.verdict) else { continue };
            text.push_str(&head.take().unwrap_or_default());
            let changed = mutant.name.contains("constant-") || mutant.name.contains("term-");
            let claim = if changed { format!(" `{}`", mutant.formula) } else { String::new() };
            let line = format!("- `{}`: {} {says}", mutant.name, mutant.summary);
            let _ = writeln!(text, "{}{claim}", line.trim_end());
        }
    }
}
