//! All worst cases as one table for people and one document for programs.

use super::text::table;
use super::worst_case::{decimal, magnitude};
use crate::claim::file::FORMAT;
use crate::scalar::{Rational, Scalar};
use crate::worst_case::curves::{Beyond, CurvePoint};
use crate::worst_case::ladder::{By, Rung, Step};
use crate::worst_case::overview::{MethodRow, Overview};
use serde::Serialize;
use std::collections::BTreeMap;
use std::fmt::Write;

/// Longer fractions are rounded outward.
const LONGEST: usize = 14;
const PLACES: usize = 9;

/// A bound from below or above in a cell.
pub(super) fn cell(value: Option<&Rational>, up: bool) -> String {
    value.map_or_else(
        || "–".to_owned(),
        |value| {
            let text = value.to_string();
            if text.len() <= LONGEST { text } else { decimal(value, up, PLACES) }
        },
    )
}

/// What is known: `exact`, or the gap between an explicit problem and the certificate.
pub(super) fn known(rung: &Rung) -> String {
    match rung.gap() {
        _ if rung.is_exact() => "exact".into(),
        Some(gap) if rung.by == Some(By::Proof) => {
            format!("gap {}, by the statement's proof", magnitude(&gap))
        }
        Some(gap) => format!("gap {}", magnitude(&gap)),
        None => "no certificate".into(),
    }
}

/// Whether a method's bounds meet.
pub(super) fn method_known(row: &MethodRow) -> String {
    match (&row.witness, &row.certified) {
        (Some(witness), Some(certified)) if witness == certified => "exact".into(),
        (Some(witness), Some(certified)) => {
            format!("gap {}", magnitude(&certified.minus(witness)))
        }
        _ => "open".into(),
    }
}

/// What becomes of a statement beyond a curve.
pub(super) fn beyond(there: Beyond) -> &'static str {
    match there {
        Beyond::Refuted => "refuted by a problem",
        Beyond::NotImplied => "does not follow",
        Beyond::Undecided => "undecided",
        Beyond::Proved => "proved",
    }
}

/// The reasons for which statements have no rungs, with the statements.
pub(super) fn blanks(steps: &[Step]) -> BTreeMap<&str, Vec<&str>> {
    let mut reasons: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for step in steps {
        if let Step::Blank { statement, why } = step {
            reasons.entry(why).or_default().push(statement);
        }
    }
    reasons
}

pub(super) fn rungs(steps: &[Step]) -> impl Iterator<Item = &Rung> {
    steps.iter().filter_map(|step| match step {
        Step::Rung(rung) => Some(&**rung),
        Step::Blank { .. } => None,
    })
}

/// All worst cases for people.
pub fn overview_table(found: &Overview) -> String {
    let head = ["statement", "sampled", "problem", "witness", "certificate", "stated", "known"];
    let mut rows = vec![head.map(str::to_owned)];
    for rung in rungs(&found.statements) {
        rows.push([
            rung.statement.clone(),
            cell(rung.sampled.as_ref(), false),
            cell(rung.attained.as_ref(), false),
            cell(rung.witness.as_ref(), false),
            cell(rung.certified.as_ref(), true),
            "1".to_owned(),
            known(rung),
        ]);
    }
    let mut text = String::from(
        "The smaller side of each inequality over the larger, at the numbers of the random instance that\ncomes nearest to equality among those whose step is not tiny.\n\n",
    );
    text.push_str(&table(&rows));
    text.push_str("\nWithout a ladder:\n");
    for (reason, statements) in blanks(&found.statements) {
        let _ = writeln!(text, "  {}: {reason}", statements.join(", "));
    }
    let head = ["method", "n", "problem", "witness", "certificate", "known"];
    let mut rows = vec![head.map(str::to_owned)];
    for row in &found.methods {
        rows.push([
            row.method.to_owned(),
            row.samples.to_string(),
            cell(row.attained.as_ref(), false),
            cell(row.witness.as_ref(), false),
            cell(row.certified.as_ref(), true),
            method_known(row),
        ]);
    }
    let _ = write!(text, "\n{}", table(&rows));
    let head = ["curve", "step", "limit", "kernel", "a thousandth beyond"];
    let mut rows = vec![head.map(str::to_owned)];
    for point in &found.curves {
        rows.push([
            point.statement.clone(),
            point.step.to_string(),
            point.limit.to_string(),
            kernel(point).to_owned(),
            beyond(point.there).to_owned(),
        ]);
    }
    let _ = write!(text, "\n{}", table(&rows));
    text
}

/// Whether the kernel accepts the certificate at a limit.
pub(super) fn kernel(point: &CurvePoint) -> &'static str {
    if point.proved { "accepted" } else { "–" }
}

/// All worst cases for programs.
#[derive(Serialize)]
pub struct OverviewDocument<'a> {
    format: u64,
    statements: Vec<&'a Rung>,
    blanks: BTreeMap<&'a str, Vec<&'a str>>,
    methods: &'a [MethodRow],
    curves: &'a [CurvePoint],
}

impl<'a> OverviewDocument<'a> {
    /// The document.
    pub fn new(found: &'a Overview) -> Self {
        Self {
            format: FORMAT,
            statements: rungs(&found.statements).collect(),
            blanks: blanks(&found.statements),
            methods: &found.methods,
            curves: &found.curves,
        }
    }
}
