//! The table of `kd-audit cost`, and the same for programs.

use super::text::table;
use crate::audit::cost::{Prediction, Profile};
use crate::claim::file::FORMAT;
use crate::run::cost::StepCost;
use serde::Serialize;
use std::fmt::Write;

/// One estimator's costs.
#[derive(Clone, Debug)]
pub struct CostRow {
    /// Its name.
    pub name: String,
    /// What a step needs.
    pub cost: StepCost,
    /// Seconds of a step on this machine, and the least that its flops and bytes take; `None` if not
    /// measured.
    pub seconds: Option<[f64; 2]>,
    /// Steps to the accuracy by the bound; `None` if the bound does not get there.
    pub prediction: Option<Prediction>,
    /// The statement that the prediction rests on.
    pub bound: &'static str,
}

/// The rows as a table, and what is cheapest.
pub fn cost_table(rows: &[CostRow], accuracy: f64) -> String {
    let head = [
        "estimator",
        "gradients",
        "flops",
        "bytes",
        "ns a step",
        "of roofline",
        "gamma",
        "lambda",
        "steps",
        "seconds",
        "bound",
    ];
    let mut cells = vec![head.map(str::to_owned)];
    let or_dash = |text: Option<String>| text.unwrap_or_else(|| "-".to_owned());
    for row in rows {
        let prediction = row.prediction.as_ref();
        cells.push([
            row.name.clone(),
            format!("{:.2}", row.cost.gradients),
            format!("{:.0}", row.cost.flops),
            format!("{:.0}", row.cost.bytes),
            or_dash(row.seconds.map(|[s, _]| format!("{:.1}", s * 1e9))),
            or_dash(row.seconds.map(|[s, least]| format!("{:.0} %", 100.0 * least / s))),
            or_dash(prediction.map(|p| format!("{:.2e}", p.gamma))),
            or_dash(prediction.map(|p| format!("{:.3}", p.lambda))),
            or_dash(prediction.map(|p| p.steps.to_string())),
            or_dash(seconds(row).map(|s| format!("{s:.3}"))),
            row.bound.to_owned(),
        ]);
    }
    let mut text = table(&cells);
    let by = |key: fn(&CostRow) -> Option<f64>| {
        let known = rows.iter().filter(|row| key(row).is_some());
        known.min_by(|a, b| key(a).unwrap_or(f64::MAX).total_cmp(&key(b).unwrap_or(f64::MAX)))
    };
    let gradients =
        |row: &CostRow| Some(row.prediction.as_ref()?.steps as f64 * row.cost.gradients);
    let _ = writeln!(
        text,
        "\nBounds are sufficient: fewer steps may do. To E||x - x*||^2 <= {accuracy:e}:"
    );
    match by(gradients) {
        None => text.push_str("no bound gets there.\n"),
        Some(row) => {
            let _ = writeln!(text, "  fewest sample gradients: {}", row.name);
        }
    }
    if let Some(row) = by(seconds) {
        let _ = writeln!(text, "  fewest seconds here: {}", row.name);
    }
    text
}

fn seconds(row: &CostRow) -> Option<f64> {
    Some(row.prediction.as_ref()?.steps as f64 * row.seconds?[0])
}

/// Costs for programs. Of all documents this alone may hold times: those that were asked for.
#[derive(Clone, Debug, Serialize)]
pub struct CostDocument {
    format: u64,
    version: &'static str,
    samples: usize,
    dimension: usize,
    batch: usize,
    mu: f64,
    l_exp: f64,
    sigma_star_sq: f64,
    accuracy: f64,
    estimators: Vec<CostEntry>,
}

#[derive(Clone, Debug, Serialize)]
struct CostEntry {
    name: String,
    gradients: f64,
    flops: f64,
    bytes: f64,
    /// Of a step, where it was measured.
    seconds: Option<f64>,
    /// The least that its operations and bytes take on this machine.
    roofline_seconds: Option<f64>,
    prediction: Option<PredictionForm>,
    bound: &'static str,
}

#[derive(Clone, Debug, Serialize)]
struct PredictionForm {
    gamma: f64,
    lambda: f64,
    steps: u64,
}

impl CostDocument {
    /// Puts the document together.
    pub fn new(profile: &Profile, dimension: usize, accuracy: f64, rows: &[CostRow]) -> Self {
        let entry = |row: &CostRow| CostEntry {
            name: row.name.clone(),
            gradients: row.cost.gradients,
            flops: row.cost.flops,
            bytes: row.cost.bytes,
            seconds: row.seconds.map(|[seconds, _]| seconds),
            roofline_seconds: row.seconds.map(|[_, least]| least),
            prediction: row.prediction.as_ref().map(|p| PredictionForm {
                gamma: p.gamma,
                lambda: p.lambda,
                steps: p.steps,
            }),
            bound: row.bound,
        };
        Self {
            format: FORMAT,
            version: env!("CARGO_PKG_VERSION"),
            samples: profile.samples,
            dimension,
            batch: profile.batch,
            mu: profile.mu,
            l_exp: profile.l_exp,
            sigma_star_sq: profile.sigma_star_sq,
            accuracy,
            estimators: rows.iter().map(entry).collect(),
        }
    }
}
