//! One statement of the page: what it says, under which hypotheses, and what was found.

use super::{anchor, badge, escape};
use crate::audit::finding::{Grade, MutantFinding, MutantVerdict, ProofVerdict, StatementFinding};
use crate::claim::theorem::{Condition, Expectation, Statement};
use crate::report::to_json;
use std::fmt::Write;

/// The statement as an article.
pub(super) fn article(
    statement: &Statement,
    finding: &StatementFinding,
    coq: &str,
) -> Result<String, String> {
    let mut text = format!(
        "<article id=\"{}\"><h3>{} {}</h3>\n<p>{}</p>\n<div class=\"formula\">{}</div>\n",
        anchor(finding),
        escape(&format!("{}/{}", finding.theorem, finding.part)),
        badge(&finding.grade),
        escape(&statement.summary),
        mathml(&statement.claim.formula.latex(), true)?,
    );
    if !statement.claim.hypotheses.is_empty() {
        text += "<p class=\"label\">Hypotheses</p>\n<ul class=\"hypotheses\">\n";
        for hypothesis in &statement.claim.hypotheses {
            let class = match &hypothesis.condition {
                Condition::Class(..) => format!(" <code>{}</code>", escape(&hypothesis.text)),
                _ => String::new(),
            };
            let formula = mathml(&hypothesis.condition.latex(), false)?;
            let _ = writeln!(
                text,
                "<li><span class=\"name\">{}</span>{class} <span class=\"scroll\">{formula}</span></li>",
                escape(&hypothesis.name)
            );
        }
        text += "</ul>\n";
    }
    text += &evidence(statement, finding, coq);
    text += &mutants(statement, &finding.mutants)?;
    Ok(text + "</article>\n")
}

fn evidence(statement: &Statement, finding: &StatementFinding, coq: &str) -> String {
    let mut items = Vec::new();
    match &finding.proof {
        ProofVerdict::Accepted { modulo } if modulo.is_empty() => {
            items.push(
                "The kernel has accepted a proof that rests on nothing but the hypotheses.".into(),
            );
        }
        ProofVerdict::Accepted { modulo } => {
            items.push(format!("The kernel has accepted a proof, modulo {}.", modulo.join(", ")))
        }
        ProofVerdict::Rejected { why } => items.push(format!("The proof is rejected: {why}")),
        ProofVerdict::None => {
            if let Some(why) = &statement.unproved {
                items.push(format!("Not proved. {why}"));
            }
        }
    }
    let coq = match coq {
        "yes" => Some("Coq accepts the statement in textbook form and its proof."),
        "given" => Some("Coq accepts the textbook form, with a rule of sampling as a premise."),
        "certificate" => Some("Coq accepts the certificate, term by term."),
        _ => None,
    };
    items.extend(coq.map(str::to_owned));
    let tally = &finding.instances;
    if let Some(why) = &statement.unevaluated {
        items.push(format!("Not evaluated. {why}"));
    } else {
        let mut parts = vec![format!("holds exactly on {}", tally.exact)];
        if tally.enclosed > 0 {
            parts.push(format!("in enclosures on {}", tally.enclosed));
        }
        if tally.refuted > 0 {
            parts.push(format!("is violated by {}", tally.refuted));
        }
        for (hypothesis, count) in &tally.rejected {
            parts.push(format!("{count} do not meet {hypothesis}"));
        }
        for (why, count) in &tally.inconclusive {
            parts.push(format!("{count} are undecided ({why})"));
        }
        items.push(format!("On random instances it {}.", parts.join(", ")));
    }
    let tightness = finding.tightness.as_ref().map_or(String::new(), |tightness| {
        let text = format!(
            "Left over right side: at most {:.6}, median {:.4}; {:.0} % of the instances above 0.9.",
            tightness.largest,
            tightness.median,
            100.0 * tightness.above_nine_tenths
        );
        format!("<li>{text}\n{}</li>\n", bars(&tightness.histogram))
    });
    if let Some(data) = &finding.data {
        let sides = match (&data.lhs, &data.rhs) {
            (Some(lhs), Some(rhs)) => format!(" ({} against {})", brief(lhs), brief(rhs)),
            _ => String::new(),
        };
        items.push(format!("On the data set: {}{sides}.", data.grade.word()));
    }
    let items: String = items.iter().map(|item| format!("<li>{}</li>\n", escape(item))).collect();
    let witness = match &finding.grade {
        Grade::Refuted { witness } => {
            format!(
                "<details open><summary>Witness</summary><pre>{}</pre></details>\n",
                escape(&to_json(witness))
            )
        }
        _ => String::new(),
    };
    format!("<p class=\"label\">Evidence</p>\n<ul>\n{items}{tightness}</ul>\n{witness}")
}

/// How many instances have which left side over right side: below 0, in each twentieth from 0 to 1,
/// and above.
fn bars(histogram: &[usize]) -> String {
    let most = histogram.iter().copied().max().unwrap_or(0).max(1) as f64;
    let mut drawn = String::new();
    for (k, count) in histogram.iter().enumerate().filter(|(_, count)| **count > 0) {
        // One instance is seen as well.
        let height = (40.0 * *count as f64 / most).max(1.5);
        let (x, y) = (10 * k + 1, 42.0 - height);
        let _ = write!(drawn, "<rect x=\"{x}\" y=\"{y:.1}\" width=\"8\" height=\"{height:.1}\"/>");
    }
    let label = "Instances by left side over right side, in twentieths from 0 to 1";
    format!(
        "<svg class=\"bars\" role=\"img\" aria-label=\"{label}\" viewBox=\"0 0 220 56\"><title>{label}</title>{drawn}<path d=\"M0 42.5H220M10 42V46M210 42V46\"/><text x=\"10\" y=\"55\">0</text><text x=\"210\" y=\"55\">1</text></svg>\n"
    )
}

/// A number in few characters.
fn brief(number: &crate::audit::finding::Number) -> String {
    let text = number.to_string();
    let value = number.to_f64();
    match value.abs() {
        _ if text.chars().count() <= 24 => text,
        0.0 | 1e-3..1e6 => format!("{value:.6}"),
        _ => format!("{value:.6e}"),
    }
}

fn mutants(statement: &Statement, findings: &[MutantFinding]) -> Result<String, String> {
    if findings.is_empty() {
        return Ok(String::new());
    }
    let refuted = findings.iter().filter(|finding| finding.is_refuted()).count();
    let mut text = format!(
        "<details class=\"mutants\"><summary>Mutants: {refuted} of {} refuted</summary>\n",
        findings.len()
    );
    for finding in findings {
        let (class, how) = match &finding.verdict {
            MutantVerdict::RefutedByStoredWitness => {
                ("good", "refuted by the witness of the file".into())
            }
            MutantVerdict::RefutedBySearch { evaluations } => {
                ("good", format!("refuted by search, {evaluations} evaluations"))
            }
            MutantVerdict::StoredWitnessFails { found } => {
                ("bad", format!("the witness of the file fails: it {found}"))
            }
            MutantVerdict::Survived { evaluations } => {
                let class = if finding.expect == Expectation::Refuted { "bad" } else { "open" };
                (class, format!("survives {evaluations} evaluations"))
            }
        };
        let _ = writeln!(
            text,
            "<div class=\"mutant\"><p><span class=\"badge {class}\">{}</span> {}</p>",
            escape(&finding.name),
            escape(&how)
        );
        if let Some(mutant) = statement.mutant(&finding.name) {
            let formula = mathml(&mutant.claim.formula.latex(), false)?;
            let _ = writeln!(
                text,
                "<p>{}</p>\n<div class=\"scroll\">{formula}</div>",
                escape(&mutant.summary)
            );
        }
        if let Some(witness) = &finding.witness {
            let _ = writeln!(
                text,
                "<details><summary>witness: {} against {}</summary><pre>{}</pre></details>",
                escape(&brief(&witness.lhs)),
                escape(&brief(&witness.rhs)),
                escape(&to_json(witness)),
            );
        }
        text += "</div>\n";
    }
    Ok(text + "</details>\n")
}

/// LaTeX as MathML.
fn mathml(latex: &str, display: bool) -> Result<String, String> {
    use pulldown_latex::config::{DisplayMode, RenderConfig};
    let storage = pulldown_latex::Storage::new();
    let events: Result<Vec<_>, _> = pulldown_latex::Parser::new(latex, &storage).collect();
    let events = events.map_err(|error| format!("{latex}: {error}"))?;
    let mode = if display { DisplayMode::Block } else { DisplayMode::Inline };
    let config = RenderConfig { display_mode: mode, ..RenderConfig::default() };
    let mut text = String::new();
    let events = events.into_iter().map(Ok::<_, std::convert::Infallible>);
    pulldown_latex::push_mathml(&mut text, events, config).map_err(|error| error.to_string())?;
    Ok(text)
}
