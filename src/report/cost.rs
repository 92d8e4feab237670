//! The table of `kd-audit cost`.

use super::text::table;
use crate::audit::cost::Prediction;
use crate::run::cost::StepCost;
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
