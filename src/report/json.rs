//! The machine-readable report: no times, threads or paths, so that equal options give equal bytes.

use crate::audit::finding::{Conclusion, StatementFinding};
use crate::audit::prediction::DataReport;
use crate::audit::runner::Options;
use crate::claim::file::FORMAT;
use serde::Serialize;
use serde_json::Value;

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

/// Anything that a command answers, with the format and the version that wrote it.
#[derive(Clone, Debug, Serialize)]
pub struct Document<'a, T> {
    format: u64,
    version: &'static str,
    #[serde(flatten)]
    content: &'a T,
}

impl<'a, T: Serialize> Document<'a, T> {
    /// Wraps an answer.
    pub fn new(content: &'a T) -> Self {
        Self { format: FORMAT, version: env!("CARGO_PKG_VERSION"), content }
    }
}

/// JSON with a line for each field, vectors and matrices on one line, and a final newline.
///
/// # Panics
/// Never: every value of a report has a JSON form.
pub fn to_json(value: &impl Serialize) -> String {
    let value = serde_json::to_value(value).expect("reports serialise");
    let mut text = String::new();
    write_value(&mut text, &value, 0);
    text + "\n"
}

fn write_value(text: &mut String, value: &Value, depth: usize) {
    let line = |text: &mut String, depth: usize| {
        text.push('\n');
        text.push_str(&"  ".repeat(depth));
    };
    match value {
        Value::Object(fields) if !fields.is_empty() => {
            text.push('{');
            for (i, (key, field)) in fields.iter().enumerate() {
                text.push_str(if i > 0 { "," } else { "" });
                line(text, depth + 1);
                text.push_str(&format!("{}: ", Value::from(key.as_str())));
                write_value(text, field, depth + 1);
            }
            line(text, depth);
            text.push('}');
        }
        Value::Array(items) if items.iter().any(Value::is_object) => {
            text.push('[');
            for (i, item) in items.iter().enumerate() {
                text.push_str(if i > 0 { "," } else { "" });
                line(text, depth + 1);
                write_value(text, item, depth + 1);
            }
            line(text, depth);
            text.push(']');
        }
        other => text.push_str(&other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_layout_is_json_with_one_line_a_field() {
        let value =
            serde_json::json!({"b": [["1"], ["2"]], "a": [{"x": "\"\n"}], "e": {}, "n": null});
        let text = to_json(&value);
        assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), value);
        let expected = "{\n  \"b\": [[\"1\"],[\"2\"]],\n  \"a\": [\n    {\n      \"x\": \"\\\"\\n\"\n    }\n  ],\n  \"e\": {},\n  \"n\": null\n}\n";
        assert_eq!(text, expected);
    }
}
