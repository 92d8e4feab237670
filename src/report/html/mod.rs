//! The audit as one self-contained HTML page: no network, no scripts, light and dark, printable.
//!
//! Formulas are MathML from the same trees that are evaluated, pictures are SVG in the text.

mod claim;
mod picture;
mod worst_case;

pub use picture::svg;
pub(super) use picture::tick;

use super::AuditReport;
use crate::audit::figure::Figure;
use crate::audit::finding::{Conclusion, Grade, StatementFinding};
use crate::audit::library::Library;
use crate::claim::theorem::Theorem;
use crate::worst_case::overview::Overview;
use std::fmt::Write;

/// The page. `coq` says what Coq has of each statement, in the order of the report; `worst` is left
/// out where it was not asked for.
///
/// # Errors
/// If a formula or a picture cannot be rendered, with the reason.
pub fn html(
    report: &AuditReport,
    library: &Library,
    coq: &[&str],
    figures: &[Figure],
    worst: Option<&Overview>,
) -> Result<String, String> {
    let style = include_str!("style.css");
    let mut page = format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n\
         <link rel=\"icon\" href=\"data:,\">\n\
         <title>An audit of “Knowledge Distillation Performs Partial Variance Reduction”</title>\n\
         <style>\n{style}</style>\n</head>\n<body>\n<main>\n"
    );
    page += &summary(report);
    page += &index(report, coq);
    page += "<section id=\"pictures\"><h2>Pictures</h2>\n<div class=\"pictures\">\n";
    for figure in figures {
        page += &picture::figure(figure)?;
    }
    page += "</div></section>\n";
    page += &worst.map_or_else(String::new, worst_case::section);
    for theorem in library.theorems() {
        let own: Vec<(&StatementFinding, &str)> = report
            .statements
            .iter()
            .zip(coq.iter().copied())
            .filter(|(finding, _)| finding.theorem == theorem.id)
            .collect();
        if !own.is_empty() {
            page += &section(theorem, &own)?;
        }
    }
    let _ = write!(
        page,
        "</main>\n<footer><p>kd-audit {}, seed {}, {} random instances a statement. The page holds \
         everything it shows; equal options give equal bytes.</p></footer>\n</body>\n</html>\n",
        report.version, report.seed, report.instances
    );
    Ok(page)
}

fn summary(report: &AuditReport) -> String {
    let all = &report.statements;
    let proved = all.iter().filter(|f| matches!(f.grade, Grade::Proved { .. })).count();
    let mutants: Vec<_> = all.iter().flat_map(|f| &f.mutants).collect();
    let refuted = mutants.iter().filter(|m| m.is_refuted()).count();
    let accepted: usize = all.iter().map(|f| f.instances.accepted()).sum();
    let examples: usize = all.iter().map(|f| f.examples.len()).sum();
    let (word, verdict) = match report.conclusion {
        Conclusion::Met => ("good", "Every expectation is met."),
        Conclusion::Contradicted => ("bad", "An expectation is contradicted."),
        Conclusion::Inconclusive => ("open", "Some statements are undecided."),
    };
    let tile = |number: String, what: &str| {
        format!("<div class=\"tile\"><strong>{number}</strong><span>{what}</span></div>\n")
    };
    format!(
        "<header><h1>Knowledge distillation performs partial variance reduction: an audit</h1>\n\
         <p class=\"lead\">Every claim of Safaryan, Peste and Alistarh (NeurIPS 2023, \
         <a href=\"https://arxiv.org/abs/2305.17581\">arXiv:2305.17581</a>), with explicit constants, \
         and what was found when each was evaluated exactly, proved, and attacked. \
         <span class=\"badge {word}\">{verdict}</span></p>\n<div class=\"tiles\">\n{}{}{}{}{}</div>\n\
         <details><summary>How to read the grades</summary><dl>\n\
         <dt>Proved</dt><dd>for every instance that meets the hypotheses: the kernel has accepted a \
         certificate in exact algebra; what it rests on is named.</dd>\n\
         <dt>Exact</dt><dd>on every accepted instance, in rational arithmetic.</dd>\n\
         <dt>Enclosed</dt><dd>on every accepted instance, in outward-rounded intervals.</dd>\n\
         <dt>Rejected</dt><dd>no instance met the hypotheses; this is neither pass nor fail.</dd>\n\
         <dt>Refuted</dt><dd>a concrete instance violates it. Mutants, which are false on purpose, \
         must end so: a checker that cannot fail proves nothing.</dd>\n</dl></details></header>\n",
        tile(all.len().to_string(), "statements"),
        tile(proved.to_string(), "proved by the kernel"),
        tile(format!("{refuted}/{}", mutants.len()), "mutants refuted"),
        tile(accepted.to_string(), "random instances decided"),
        tile(examples.to_string(), "worked examples"),
    )
}

fn index(report: &AuditReport, coq: &[&str]) -> String {
    let mut rows = String::new();
    for (finding, coq) in report.statements.iter().zip(coq) {
        let tally = &finding.instances;
        let refuted = finding.mutants.iter().filter(|m| m.is_refuted()).count();
        let _ = writeln!(
            rows,
            "<tr><th scope=\"row\"><a href=\"#{id}\">{name}</a></th><td>{grade}</td><td>{kernel}</td>\
             <td>{coq}</td><td class=\"n\">{}</td><td class=\"n\">{}</td>\
             <td class=\"n\">{refuted}/{}</td><td class=\"n\">{}</td></tr>",
            tally.exact,
            tally.enclosed,
            finding.mutants.len(),
            finding.tightness.as_ref().map_or("–".into(), |t| format!("{:.6}", t.largest)),
            id = anchor(finding),
            name = escape(&format!("{}/{}", finding.theorem, finding.part)),
            grade = badge(&finding.grade),
            kernel = dash(finding.proof.word()),
            coq = dash(coq),
        );
    }
    format!(
        "<section id=\"index\"><h2>Index of claims</h2>\n<div class=\"wide\"><table>\n<thead><tr>\
         <th scope=\"col\">claim</th><th scope=\"col\">grade</th><th scope=\"col\">kernel</th>\
         <th scope=\"col\">Coq</th><th scope=\"col\">exact</th><th scope=\"col\">enclosed</th>\
         <th scope=\"col\">mutants</th><th scope=\"col\">tightness</th></tr></thead>\n<tbody>\n\
         {rows}</tbody></table></div></section>\n"
    )
}

fn section(theorem: &Theorem, findings: &[(&StatementFinding, &str)]) -> Result<String, String> {
    let mut text = format!(
        "<section class=\"theorem\"><h2><span class=\"id\">{}</span> {}</h2>\n<p>{}</p>\n\
         <dl class=\"forms\"><dt>Published</dt><dd>{}</dd><dt>Here</dt><dd>{}</dd><dt>Source</dt>\
         <dd>{}</dd></dl>\n",
        escape(&theorem.id),
        escape(&theorem.title),
        escape(&theorem.summary),
        escape(&theorem.published),
        escape(&theorem.deviation),
        escape(&theorem.source),
    );
    for (finding, coq) in findings {
        if let Some(statement) = theorem.statement(&finding.part) {
            text += &claim::article(statement, finding, coq)?;
        }
    }
    Ok(text + "</section>\n")
}

/// The grade as a coloured word.
fn badge(grade: &Grade) -> String {
    let class = match grade {
        Grade::Proved { .. } | Grade::Exact | Grade::Enclosed | Grade::Consistent { .. } => "good",
        Grade::Refuted { .. } => "bad",
        Grade::Inconclusive { .. } | Grade::Rejected { .. } => "open",
    };
    format!("<span class=\"badge {class}\">{}</span>", grade.word())
}

fn anchor(finding: &StatementFinding) -> String {
    format!("{}--{}", finding.theorem, finding.part)
}

fn dash(word: &str) -> &str {
    if word == "-" { "–" } else { word }
}

/// Text as HTML.
fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            other => safe.push(other),
        }
    }
    safe
}
