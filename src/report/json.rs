//! The machine-readable report: no times, threads or paths, so that equal options give equal bytes.

use crate::audit::finding::{Conclusion, StatementFinding};
use crate::audit::prediction::DataReport;
use crate::audit::runner::Options;
use crate::claim::file::FORMAT;
use serde::Serialize;

/// Everything an audit found.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct AuditReport {
    /// The format of this document.
    pub format: u64,
    /// The version of the program.
    pub version: &'static str,
    /// Where all randomness started.
    pub seed: u64,
    /// Random instances a statement.
    pub instances: usize,
    /// Evaluations that the search could spend on a mutant.
    pub search_evaluations: usize,
    /// Whether the witnesses of the files were used.
    pub stored_witnesses: bool,
    /// How the audit ended against what the files expect.
    pub conclusion: Conclusion,
    /// One finding a statement, in the order of the files.
    pub statements: Vec<StatementFinding>,
    /// Prediction and measurement on the data set, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data: Option<DataReport>,
}

impl AuditReport {
    /// Puts a report together.
    pub fn new(
        options: Options,
        statements: Vec<StatementFinding>,
        data: Option<DataReport>,
    ) -> Self {
        let conclusion = statements.iter().map(StatementFinding::conclusion).max();
        Self {
            format: FORMAT,
            version: env!("CARGO_PKG_VERSION"),
            seed: options.seed,
            instances: options.instances,
            search_evaluations: options.search_evaluations,
            stored_witnesses: options.stored_witnesses,
            conclusion: conclusion.unwrap_or(Conclusion::Met),
            statements,
            data,
        }
    }
}

/// Pretty JSON with a final newline.
///
/// # Panics
/// Never: every value of a report has a JSON form.
pub fn to_json(value: &impl Serialize) -> String {
    let text = serde_json::to_string_pretty(value).expect("reports serialise");
    text + "\n"
}
