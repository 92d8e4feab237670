//! The report for people: one row a statement, then what a reader should not miss.

use super::AuditReport;
use crate::audit::finding::{
    Conclusion, GeneratedVerdict, Grade, MutantFinding, MutantVerdict, Number, ProofVerdict,
    StatementFinding, Witness,
};
use crate::audit::library::Library;
use crate::audit::prediction::{DataReport, WeightRow};
use crate::claim::theorem::{Condition, Statement, Theorem};
use crate::claim::vocabulary::{DEFINITIONS, QUANTITIES};
use crate::scalar::{Interval, Rational, Scalar};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::time::Duration;

/// The table of an audit. `coq` says what Coq has of each statement, and `times` holds the time of
/// each, in the same order.
pub fn audit_table(report: &AuditReport, coq: &[&str], times: &[Duration]) -> String {
    let mut rows = vec![
        [
            "claim",
            "grade",
            "kernel/Coq",
            "exact",
            "enclosed",
            "data",
            "mutants",
            "tightness",
            "accepted",
            "rejected",
            "time",
        ]
        .map(str::to_owned),
    ];
    for ((finding, coq), time) in report.statements.iter().zip(coq).zip(times) {
        rows.push(row(finding, coq, *time));
    }
    let mut text = table(&rows);
    let (refuted, mutants) = report.statements.iter().fold((0, 0), |(refuted, all), finding| {
        let hit = finding.mutants.iter().filter(|mutant| mutant.is_refuted()).count();
        (refuted + hit, all + finding.mutants.len())
    });
    let examples: usize = report.statements.iter().map(|finding| finding.examples.len()).sum();
    let verdict = match report.conclusion {
        Conclusion::Met => "every expectation is met",
        Conclusion::Contradicted => "an expectation is contradicted",
        Conclusion::Inconclusive => "some statements are undecided",
    };
    let _ = writeln!(
        text,
        "\n{} statements, {examples} worked examples, {refuted} of {mutants} mutants refuted: {verdict} (seed {}, {} instances a statement).",
        report.statements.len(),
        report.seed,
        report.instances,
    );
    text.push_str(&families(report));
    text.push_str(&generated_line(report));
    text
}

/// What became of the mutants that the rules make.
fn generated_line(report: &AuditReport) -> String {
    let all: Vec<_> = report.statements.iter().flat_map(|finding| &finding.generated).collect();
    let refuted = all.iter().filter(|mutant| mutant.is_refuted()).count();
    let proved = all.iter().filter(|mutant| mutant.verdict == GeneratedVerdict::Proved).count();
    let open = all.len() - refuted - proved;
    format!(
        "{} generated mutants: {refuted} refuted, {proved} proved, {open} open; the last two suggest sharper claims, which `kd-audit index` lists.\n",
        all.len()
    )
}

/// Where evidence beyond positive definite quadratics comes from; empty if there is none.
fn families(report: &AuditReport) -> String {
    let mut totals: BTreeMap<&str, [usize; 4]> = BTreeMap::new();
    for (family, tally) in report.statements.iter().flat_map(|finding| &finding.families) {
        let undecided = tally.inconclusive.values().sum();
        let total = totals.entry(family).or_default();
        let counts = [tally.exact + tally.enclosed, tally.refuted, tally.rejected(), undecided];
        total.iter_mut().zip(counts).for_each(|(total, count)| *total += count);
    }
    if totals.is_empty() {
        return String::new();
    }
    let head = ["beyond quadratics", "holds", "refuted", "rejected", "undecided"];
    let mut rows = vec![head.map(str::to_owned)];
    for (family, [holds, refuted, rejected, undecided]) in totals {
        let counts = [holds, refuted, rejected, undecided].map(|count| count.to_string());
        let [holds, refuted, rejected, undecided] = counts;
        rows.push([family.to_owned(), holds, refuted, rejected, undecided]);
    }
    format!("\n{}", table(&rows))
}

fn row(finding: &StatementFinding, coq: &str, time: Duration) -> [String; 11] {
    let refuted = finding.mutants.iter().filter(|mutant| mutant.is_refuted()).count();
    let tally = &finding.instances;
    [
        format!("{}/{}", finding.theorem, finding.part),
        finding.grade.word().to_owned(),
        match finding.proof.word() {
            "-" => "-".to_owned(),
            kernel => format!("{kernel}/{}", coq.replace("certificate", "cert")),
        },
        tally.exact.to_string(),
        tally.enclosed.to_string(),
        finding.data.as_ref().map_or("-", |data| data.grade.word()).to_owned(),
        format!("{refuted}/{}", finding.mutants.len()),
        finding.tightness.as_ref().map_or("-".to_owned(), |t| format!("{:.6}", t.largest)),
        tally.accepted().to_string(),
        tally.rejected().to_string(),
        format!("{:.2} s", time.as_secs_f64()),
    ]
}

/// The same with cells that are broken at spaces where they are longer than `widest`.
pub(super) fn wrapped_table<const N: usize>(rows: &[[String; N]], widest: [usize; N]) -> String {
    let mut broken: Vec<[String; N]> = Vec::new();
    for row in rows {
        let cells: Vec<Vec<String>> =
            row.iter().zip(widest).map(|(cell, width)| lines(cell, width)).collect();
        let height = cells.iter().map(Vec::len).max().unwrap_or(0);
        for i in 0..height {
            broken.push(std::array::from_fn(|k| cells[k].get(i).cloned().unwrap_or_default()));
        }
    }
    table(&broken)
}

/// Prose as lines of at most so many characters, longer words excepted.
pub(super) fn lines(prose: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in prose.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

/// Left-aligned names and words, right-aligned numbers.
pub(super) fn table<const N: usize>(rows: &[[String; N]]) -> String {
    let width =
        |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let numeric = |column: usize| {
        rows.iter().skip(1).all(|row| !row[column].starts_with(|c: char| c.is_alphabetic()))
    };
    let mut text = String::new();
    for (i, row) in rows.iter().enumerate() {
        let cells: Vec<String> = (0..N)
            .map(|column| {
                let width = width(column);
                if numeric(column) {
                    format!("{:>width$}", row[column])
                } else {
                    format!("{:<width$}", row[column])
                }
            })
            .collect();
        let line = cells.join("  ");
        text.push_str(line.trim_end());
        text.push('\n');
        if i == 0 {
            text.push_str(&"─".repeat(line.chars().count()));
            text.push('\n');
        }
    }
    text
}

/// What is contradicted or undecided, with the instances that show it; empty if nothing is.
pub fn explain_contradictions(report: &AuditReport) -> String {
    let mut text = String::new();
    for finding in report.statements.iter().filter(|own| own.conclusion() != Conclusion::Met) {
        faults(finding).iter().for_each(|fault| text.push_str(&format!("{fault}\n")));
        let mutants = finding.mutants.iter().filter(|mutant| mutant.contradicts());
        mutants.for_each(|mutant| text.push_str(&format!("{}\n", mutant_fault(finding, mutant))));
    }
    text
}

/// What is wrong with a statement itself, or undecided about it: a sentence each.
pub(super) fn faults(finding: &StatementFinding) -> Vec<String> {
    let name = format!("{}/{}", finding.theorem, finding.part);
    let mut faults = Vec::new();
    match &finding.grade {
        Grade::Refuted { witness } => faults.push(format!("{name} is refuted: {}", at(witness))),
        Grade::Inconclusive { why } => faults.push(format!("{name} is undecided: {why}")),
        Grade::Rejected { hypothesis } => {
            faults.push(format!("{name}: no instance satisfies the hypothesis {hypothesis}"));
        }
        Grade::Proved { .. } | Grade::Exact | Grade::Enclosed | Grade::Consistent { .. } => {}
    }
    if let ProofVerdict::Rejected { why } = &finding.proof {
        faults.push(format!("{name}: the proof is rejected: {}", clipped(why)));
    }
    if let Some(witness) = finding.tightest.as_ref().filter(|witness| !witness.holds) {
        let at = at(witness);
        faults.push(format!("{name} is refuted by the search for equality: {at}"));
    }
    for example in finding.examples.iter().filter(|example| !example.agrees) {
        let found = clipped(example.found.as_deref().unwrap_or("nothing"));
        faults.push(format!("{name}, example {:?}: {found}", example.name));
    }
    faults
}

/// What is wrong with a mutant that contradicts its file.
pub(super) fn mutant_fault(finding: &StatementFinding, mutant: &MutantFinding) -> String {
    let name = format!("{}/{}", finding.theorem, finding.part);
    match &mutant.verdict {
        MutantVerdict::Survived { evaluations } => {
            format!("{name}, mutant {:?} survived {evaluations} evaluations", mutant.name)
        }
        MutantVerdict::StoredWitnessFails { found } => {
            let found = clipped(found);
            format!("{name}, the stored witness of {:?}: {found}", mutant.name)
        }
        _ => format!("{name}, mutant {:?} is refuted, and should hold", mutant.name),
    }
}

/// The sides of a witness, and its instance.
fn at(witness: &Witness) -> String {
    let instance = serde_json::to_string(&witness.instance).unwrap_or_default();
    let (lhs, rhs) = (short(&witness.lhs), short(&witness.rhs));
    format!("left side {lhs}, right side {rhs} at\n  {instance}")
}

/// The beginning of a text that may hold fractions of thousands of digits; JSON has the whole.
fn clipped(text: &str) -> String {
    match text.char_indices().nth(240) {
        Some((end, _)) => format!("{} ...", &text[..end]),
        None => text.to_owned(),
    }
}

/// A number, shortened when it has more digits than a line.
fn short(number: &Number) -> String {
    match number {
        Number::Exact(value) => {
            let text = value.to_string();
            if text.len() <= 40 {
                text
            } else {
                format!("{:.15e} (exact, {} bits)", value.to_f64(), value.bits())
            }
        }
        Number::Enclosed(value) => interval(value),
    }
}

/// An enclosure as a decimal and a radius: every value of the enclosure is within the printed
/// radius of the printed decimal.
fn interval(value: &Interval) -> String {
    let shown = format!("{:.9e}", value.midpoint());
    let exact = |x: f64| Rational::from_f64(x);
    let ends = exact(value.lower()).zip(exact(value.upper())).zip(shown.parse::<Rational>().ok());
    let Some(((lower, upper), center)) = ends else { return value.to_string() };
    let radius = center.minus(&lower).abs().max(upper.minus(&center).abs());
    // One digit more than the radius needs: the decimal that is printed is checked, not trusted.
    let printed = (0..3).find_map(|steps| {
        let text = format!("{:.0e}", radius.to_f64() * (1.0 + 0.5 * f64::from(steps)));
        let parsed = text.parse::<Rational>().ok()?;
        (parsed >= radius).then_some(text)
    });
    printed.map_or_else(|| value.to_string(), |radius| format!("{shown} ± {radius}"))
}

/// Prediction and measurement on a data set.
pub fn data_summary(data: &DataReport) -> String {
    let mut text = String::new();
    let DataReport { name, samples, dimension, batch, .. } = data;
    let _ = writeln!(text, "Data {name}: {samples} rows, {dimension} features, batch {batch}");
    for note in &data.notes {
        let _ = writeln!(text, "  {note}");
    }
    let _ = writeln!(
        text,
        "  mu = {:.6e}, L = {:.6}, L_exp = {:.6} (largest L_n = {:.6}); gamma = {:.6e}, 1/(gamma mu) = {:.1}",
        data.mu.to_f64(),
        data.l_smooth.to_f64(),
        data.l_exp.to_f64(),
        data.l_max,
        data.gamma.to_f64(),
        1.0 / (data.gamma.to_f64() * data.mu.to_f64())
    );
    let float = |value: Option<f64>| value.map_or("-".to_owned(), |value| format!("{value:.6e}"));
    let _ = writeln!(
        text,
        "  sigma*^2 = {}, V = {}, B = {}, C = {}, |theta - x*|^2 = {:.6e}",
        float(data.sigma_star_sq),
        float(data.teacher_var),
        float(data.bias_sq),
        float(data.cov),
        data.teacher_error
    );
    if let (Some(weight), Some(error)) = (&data.best_weight, &data.least_error) {
        let _ = writeln!(
            text,
            "  theorem-7: best weight {}, least stationary error {}",
            short(weight),
            short(error)
        );
    }
    text.push('\n');
    let enclosure = |value: &Option<Interval>| value.as_ref().map_or("-".to_owned(), interval);
    let mut rows = vec![[
        "weight".to_owned(),
        "lambda".to_owned(),
        format!("E|x^t - x*|^2 at t = {}", data.steps),
        "theorem-1's bound".to_owned(),
        "stationary error".to_owned(),
        "theorem-7 predicts".to_owned(),
    ]];
    rows.extend(data.rows.iter().map(|row: &WeightRow| {
        [
            row.label.clone(),
            format!("{:.6}", row.lambda),
            enclosure(&row.error_at_t),
            row.bound_at_t.as_ref().map_or("-".to_owned(), |b| format!("{:.6e}", b.midpoint())),
            enclosure(&row.stationary),
            enclosure(&row.predicted),
        ]
    }));
    text.push_str(&table(&rows));
    text
}

/// What the data set leaves open, by reason: rejected hypotheses and undecided statements.
pub fn data_remarks(findings: &[StatementFinding]) -> String {
    let mut remarks: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for finding in findings {
        let reason = match finding.data.as_ref().map(|data| &data.grade) {
            Some(Grade::Rejected { hypothesis }) => format!("violates the hypothesis {hypothesis}"),
            Some(Grade::Inconclusive { why }) => format!("decides nothing, since {why}"),
            _ => continue,
        };
        remarks.entry(reason).or_default().push(format!("{}/{}", finding.theorem, finding.part));
    }
    remarks.iter().fold(String::new(), |mut text, (reason, names)| {
        let line = format!("The data set {reason}: {}", names.join(", "));
        let _ = writeln!(text, "{}", wrap(&line, "  "));
        text
    })
}

/// One line a statement of every theorem.
pub fn list(library: &Library) -> String {
    let mut text = String::new();
    for theorem in library.theorems() {
        let _ = writeln!(text, "{}: {}", theorem.id, theorem.title);
        for statement in &theorem.statements {
            let _ = writeln!(text, "  {:<16} {}", statement.part, statement.summary);
        }
    }
    text
}

/// What a theorem says: its statements, hypotheses, published form and mutants.
pub fn show_theorem(theorem: &Theorem) -> String {
    let mut text = String::new();
    let Theorem { id, title, summary, source, published, deviation, .. } = theorem;
    let _ = writeln!(text, "{id}: {title}\n\n{}", wrap(summary, ""));
    let _ = writeln!(text, "source     {}", wrap(source, "           "));
    let _ = writeln!(text, "published  {}", wrap(published, "           "));
    let _ = writeln!(text, "ours       {}", wrap(deviation, "           "));
    for (head, formula) in theorem.dictionary.local_definitions() {
        let _ = writeln!(text, "defines    {head} = {formula}");
    }
    for statement in &theorem.statements {
        text.push('\n');
        text.push_str(&show_statement(statement));
    }
    text
}

fn show_statement(statement: &Statement) -> String {
    let mut text = String::new();
    let Statement { part, kind, claim, .. } = statement;
    let kind = format!("{kind:?}").to_lowercase();
    let _ = writeln!(text, "[{part}] {kind}. {}", statement.summary);
    let _ = writeln!(text, "  claim       {}", claim.text);
    let _ = writeln!(text, "  latex       {}", claim.formula.latex());
    let _ =
        writeln!(text, "  about       {:?} problems, process {:?}", claim.family, claim.process);
    for hypothesis in &claim.hypotheses {
        let meaning = match &hypothesis.condition {
            Condition::Class(class, _) => format!("  ({}, everywhere)", class.entry().meaning),
            Condition::Everywhere(_) => "  (for every x)".to_owned(),
            Condition::Formula(_) if hypothesis.condition.is_here() => {
                "  (at the current x)".to_owned()
            }
            Condition::Formula(_) => String::new(),
        };
        let _ = writeln!(text, "  hypothesis  {}: {}{meaning}", hypothesis.name, hypothesis.text);
    }
    if let Some(why) = &statement.unviolated {
        let _ = writeln!(text, "  no hypothesis can be violated: {why}");
    }
    for example in &statement.examples {
        let _ =
            writeln!(text, "  example     {}: {} and {}", example.name, example.lhs, example.rhs);
    }
    for mutant in &statement.mutants {
        let witness = match &mutant.witness {
            Some(stored) => format!(" Witness: {} against {}.", stored.lhs, stored.rhs),
            None => String::new(),
        };
        let _ = writeln!(text, "  mutant      {}: {}{witness}", mutant.name, mutant.summary);
    }
    let mut used: Vec<(&str, &str)> = Vec::new();
    let words: Vec<&str> =
        claim.text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').collect();
    used.extend(QUANTITIES.iter().map(|row| (row.name, row.meaning)));
    used.extend(DEFINITIONS.iter().map(|row| (row.name, row.meaning)));
    for (name, meaning) in used.into_iter().filter(|(name, _)| words.contains(name)) {
        let _ =
            writeln!(text, "  where       {name} is the {}", meaning.trim_start_matches("the "));
    }
    text
}

/// Wraps prose at 100 columns; later lines start with `indent`.
fn wrap(prose: &str, indent: &str) -> String {
    let mut text = String::new();
    let mut column = indent.len();
    for word in prose.split_whitespace() {
        if column + word.chars().count() > 100 {
            text.push('\n');
            text.push_str(indent);
            column = indent.len();
        } else if !text.is_empty() {
            text.push(' ');
            column += 1;
        }
        text.push_str(word);
        column += word.chars().count();
    }
    text
}
