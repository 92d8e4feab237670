//! The experiments as text, as a table of curves and as pictures.

use super::curves::{COLORS, Line, Picture, draw, ramp};
use super::text::table;
use crate::reproduce::{
    Band, Basis, Check, CurveSummary, Panel, Quantity, Regime, StudySummary, Summary,
};
use crate::weight::advice::Graded;
use plotters::style::RGBColor;
use std::fmt::Write;

/// The findings for people: what each regime shows, from the numbers.
pub fn reproduce(summary: &Summary) -> String {
    let mut text = String::new();
    let of = |regime| summary.studies.iter().filter(move |study| study.regime == regime);
    text += "Where noise dominates (a minimiser exists, theorem-1's largest step, run to the noise floor):\n\n";
    for study in of(Some(Regime::NoiseDominated)) {
        noise(&mut text, study);
    }
    text += "Where optimisation dominates (no ridge, the loss still falls when the run ends):\n\n";
    for study in of(Some(Regime::OptimisationDominated)) {
        optimisation(&mut text, study);
    }
    ridges(&mut text, summary);
    for study in of(None) {
        network(&mut text, study);
    }
    let checks: Vec<&Check> = summary
        .studies
        .iter()
        .flat_map(|study| &study.checks)
        .chain(&summary.ridge_check)
        .collect();
    let count = |theorem: bool, met: bool| {
        let concerned =
            |c: &&&Check| matches!(c.basis, Basis::Theorem(_)) == theorem && (c.met || !met);
        checks.iter().filter(concerned).count()
    };
    let _ = writeln!(
        text,
        "{} of {} predictions of theorems are met, and {} of {} expectations beyond them (the order of bounds, and what no theorem covers), at {:.0} % simultaneous confidence an experiment ({} seeds).",
        count(true, true),
        count(true, false),
        count(false, true),
        count(false, false),
        100.0 * (1.0 - summary.simultaneous_error),
        summary.seeds
    );
    for check in checks.iter().filter(|check| !check.met) {
        let verdict = if check.undecided { "UNDECIDED" } else { "NOT MET" };
        let basis = match check.basis {
            Basis::Theorem(theorem) => theorem.to_owned(),
            Basis::Order(theorem) => format!("the order of {theorem}'s bounds"),
            Basis::Observation => "no theorem".into(),
        };
        let _ = writeln!(
            text,
            "{verdict} ({basis}): {}; predicted {}, measured {}",
            check.says,
            check.predicted.map_or("-".into(), |(low, high)| format!("{low:.5e} to {high:.5e}")),
            check
                .measured
                .map_or("diverged".into(), |b| format!("{:.5e} to {:.5e}", b.low, b.high))
        );
    }
    text
}

fn find<'a>(study: &'a StudySummary, id: &str) -> Option<&'a CurveSummary> {
    study.curves.iter().find(|curve| curve.id == id)
}

/// A mean with half the width of its band.
fn measured(band: Option<Band>) -> String {
    band.map_or("-".into(), |b| format!("{:.4e} +- {:.0e}", b.mean, 0.5 * (b.high - b.low)))
}

fn noise(text: &mut String, study: &StudySummary) {
    let _ = writeln!(text, "{}", study.title);
    let floor = |id: &str| find(study, id)?.floor.map(|band| band.mean);
    let share = |id: &str| Some(100.0 * floor(id)? / floor("sgd")?);
    if let (Some(best), Some(left)) = (find(study, "kd-best"), share("kd-best")) {
        let predicted = |id: &str| find(study, id)?.predicted_floor.filter(|floor| floor.is_exact);
        let middle = |id: &str| predicted(id).map(|floor| 0.5 * (floor.lower + floor.upper));
        let told = middle("kd-best").zip(middle("sgd")).map(|(a, b)| 100.0 * a / b);
        let told = told.map_or(String::new(), |told| format!(" (theorem-7 says {told:.2} %)"));
        let rest = |id: &str| share(id).map_or("-".into(), |s| format!("{s:.2} %"));
        let _ = writeln!(
            text,
            "  Distillation with the best weight {:.4} ends at {left:.2} % of SGD's noise floor{told}, unbiased distillation at {}, SVRG at {}; weight 1 ends at {}: a weight beyond the best pays in bias what it saves in noise.",
            best.weight.unwrap_or(0.0),
            rest("unbiased"),
            share("svrg").map_or("-".into(), |s| format!("{s:.0e} %")),
            rest("kd-1.0"),
        );
    }
    bound_against_fact(text, study);
    let mut rows = vec![
        ["curve", "lambda", "predicted floor", "measured floor", "loss at the end"]
            .map(str::to_owned),
    ];
    for curve in &study.curves {
        rows.push([
            curve.label.clone(),
            curve.weight.map_or("-".into(), |w| format!("{w:.4}")),
            match curve.predicted_floor {
                Some(floor) if floor.is_exact => {
                    format!("{:.5e} ({})", 0.5 * (floor.lower + floor.upper), floor.basis)
                }
                Some(floor) => format!("<= {:.3e} ({})", floor.upper, floor.basis),
                None => "-".into(),
            },
            measured(curve.floor),
            measured(curve.final_loss),
        ]);
    }
    *text += &table(&rows);
    for note in &study.notes {
        let _ = writeln!(text, "  {note}");
    }
    text.push('\n');
}

/// Where theorem-1's weight does harm by the distance although its bound is lower.
fn bound_against_fact(text: &mut String, study: &StudySummary) {
    let Some(sgd) = find(study, "sgd").and_then(|sgd| sgd.floor) else { return };
    let is_worse = |c: &&CurveSummary| {
        let against = format!("{}-below-sgd-distance_sq", c.id);
        let check = study.checks.iter().find(|check| check.id == against);
        check.is_some_and(|c| matches!(c.basis, Basis::Order(_)) && !c.met && !c.undecided)
    };
    for curve in study.curves.iter().filter(is_worse) {
        let Some(floor) = curve.floor else { continue };
        let _ = writeln!(
            text,
            "  {}: this weight minimises theorem-1's bound, not the error: the distance to the minimiser ends at {:.1} % of SGD's, although the bound is lower.",
            curve.label,
            100.0 * floor.mean / sgd.mean
        );
    }
}

fn optimisation(text: &mut String, study: &StudySummary) {
    let _ = writeln!(text, "{}", study.title);
    let end = |id: &str| find(study, id)?.final_loss.map(|band| band.mean);
    if let (Some(sgd), Some(svrg), Some(kd)) = (end("sgd"), end("svrg"), end("kd-0.7")) {
        let teacher = study.teachers.first().map_or("-".into(), |t| format!("{:.3}", t.loss));
        let _ = writeln!(
            text,
            "  Observation, not prediction: without a ridge there may be no minimiser (the digits are linearly separable), and then no noise floor and no best weight. SGD ends at loss {sgd:.4}; removing its noise altogether (SVRG) changes that by {:.1e}, while distilling with weight 0.7 from the worst teacher (loss {teacher}) adds {:.4}: its mean gradient misleads at every step, the more the larger the weight, and no averaging removes it.",
            (svrg - sgd).abs(),
            kd - sgd
        );
    }
    let mut rows = vec![["curve", "lambda", "loss at the end"].map(str::to_owned)];
    for curve in &study.curves {
        let weight = curve.weight.map_or("-".into(), |w| format!("{w:.4}"));
        let end = match curve.diverged {
            Some(step) => format!("diverged by step {step}"),
            None => measured(curve.final_loss),
        };
        rows.push([curve.label.clone(), weight, end]);
    }
    *text += &table(&rows);
    text.push('\n');
}

fn ridges(text: &mut String, summary: &Summary) {
    if summary.ridges.is_empty() {
        return;
    }
    *text += "The best weight of one teacher as the ridge goes to 0, where the minimiser, and the noise at it, go away (theorem-1, gamma = 1/(8 L_exp)):\n";
    let mut rows =
        vec![["ridge", "gamma", "sigma*^2", "lambda*", "grade", "noise left"].map(str::to_owned)];
    for row in &summary.ridges {
        rows.push([
            format!("{:.0e}", row.ridge),
            format!("{:.3e}", row.gamma),
            format!("{:.4e}", row.sigma_star_sq.value()),
            format!("{:.4e}", row.weight.value()),
            match &row.weight {
                Graded::Enclosed { lower, upper } => format!("+-{:.0e}", 0.5 * (upper - lower)),
                Graded::Estimated { .. } => "float".into(),
            },
            format!("{:.3} %", 100.0 * row.share.value()),
        ]);
    }
    *text += &table(&rows);
    text.push('\n');
}

fn network(text: &mut String, study: &StudySummary) {
    let _ = writeln!(
        text,
        "{}\n  The cosine between the exact distillation gradient and its control-variate form, mean of an epoch:",
        study.title
    );
    let mut rows = vec![
        ["curve", "first epoch", "last epoch", "gap over proposition-3's bound"].map(str::to_owned),
    ];
    for curve in &study.curves {
        let of = |name: &str| curve.quantities.iter().find(|q| q.name == name).map(|q| &q.bands);
        let cosines = of("cosine");
        let show = |band: Option<&Band>| band.map_or("-".into(), |b| format!("{:.6}", b.mean));
        let most = of("gap_over_bound")
            .and_then(|bands| bands.iter().map(|b| b.mean).max_by(f64::total_cmp));
        rows.push([
            curve.label.clone(),
            show(cosines.and_then(|c| c.first())),
            show(cosines.and_then(|c| c.last())),
            most.map_or("-".into(), |most| format!("{most:.3}")),
        ]);
    }
    *text += &table(&rows);
    text.push('\n');
}

/// Every curve as a table: a row a point, with its band and its bound.
pub fn reproduce_csv(summary: &Summary) -> String {
    let mut text = String::from("study,curve,quantity,step,epoch,mean,low,high,bound\n");
    for study in &summary.studies {
        for curve in &study.curves {
            for Quantity { name, steps, bands, bound } in &curve.quantities {
                for (i, (step, band)) in steps.iter().zip(bands).enumerate() {
                    let epoch = *step as f64 / study.epoch as f64;
                    let bound = bound.as_ref().and_then(|bound| bound.get(i));
                    let bound = bound.map_or(String::new(), |bound| format!("{bound}"));
                    let Band { mean, low, high } = band;
                    let _ = writeln!(
                        text,
                        "{},{},{name},{step},{epoch},{mean},{low},{high},{bound}",
                        study.id, curve.id
                    );
                }
            }
        }
    }
    text
}

/// Every picture: a file name and its SVG.
///
/// # Errors
/// If there is nothing to draw.
pub fn reproduce_pictures(summary: &Summary) -> Result<Vec<(String, String)>, String> {
    let mut pictures = Vec::new();
    for study in &summary.studies {
        let mut panels: Vec<Panel> =
            study.curves.iter().flat_map(|curve| curve.panels.clone()).collect();
        panels.sort();
        panels.dedup();
        for panel in panels {
            for quantity in ["loss_gap", "distance_sq", "loss", "cosine"] {
                if let Some(picture) = over_time(study, panel, quantity) {
                    let name = quantity.replace('_', "-");
                    let panel = panel_name(panel);
                    pictures.push((format!("{}-{panel}-{name}.svg", study.id), draw(&picture)?));
                }
            }
        }
        if let Some(picture) = over_weight(study) {
            pictures.push((format!("{}-floor.svg", study.id), draw(&picture)?));
        }
    }
    if !summary.ridges.is_empty() {
        pictures.push(("weight-over-ridge.svg".into(), draw(&over_ridge(summary))?));
    }
    Ok(pictures)
}

fn panel_name(panel: Panel) -> &'static str {
    match panel {
        Panel::Weights => "weights",
        Panel::Methods => "methods",
        Panel::Teachers => "teachers",
        Panel::Pruned => "pruned",
        Panel::Similarity => "network",
    }
}

fn over_time(study: &StudySummary, panel: Panel, quantity: &str) -> Option<Picture> {
    let is_noise = study.regime == Some(Regime::NoiseDominated);
    let curves = study.curves.iter().filter(|curve| curve.panels.contains(&panel));
    let mut lines = Vec::new();
    for (k, curve) in curves.enumerate() {
        let Some(own) = curve.quantities.iter().find(|q| q.name == quantity) else { continue };
        let time =
            |step: u64| if is_noise { step as f64 } else { step as f64 / study.epoch as f64 };
        let points = own.steps.iter().zip(&own.bands);
        let bound = own.bound.iter().flatten();
        let floor =
            curve.predicted_floor.filter(|floor| floor.is_exact && quantity == "distance_sq");
        lines.push(Line {
            label: curve.label.clone(),
            color: color(panel, k, curve),
            points: points.map(|(t, b)| [time(*t), b.mean, b.low, b.high]).collect(),
            companion: own.steps.iter().zip(bound).map(|(t, b)| (time(*t), *b)).collect(),
            floor: floor.map(|floor| 0.5 * (floor.lower + floor.upper)),
            marked: false,
            joined: true,
        });
    }
    lines.retain(|line| line.points.len() > 1);
    if lines.is_empty() {
        return None;
    }
    let y_label = match quantity {
        "loss_gap" => "training loss f(x) − f*",
        "distance_sq" => "‖x − x*‖²",
        "cosine" => "cosine of the two gradients",
        _ => "training loss f(x)",
    };
    let what = match panel {
        Panel::Weights => "distillation over the weight",
        Panel::Methods => "estimators",
        Panel::Teachers => "teachers of rising quality",
        Panel::Pruned => "pruned students",
        Panel::Similarity => "exact distillation gradient and control-variate form",
    };
    let subtitle = match (study.regime, quantity) {
        (Some(Regime::OptimisationDominated), _) => {
            format!("{what}; an observation: no minimiser, so no bound and no best weight")
        }
        _ => what.to_owned(),
    };
    Some(Picture {
        title: study.title.clone(),
        subtitle,
        x_label: if is_noise { "steps" } else { "epochs" },
        y_label,
        log_x: is_noise,
        // A gap may be negative by rounding alone; a loss may be negative.
        log_y: quantity != "cosine" && (quantity != "loss" || is_positive(&lines)),
        lines,
        dashed: if quantity == "loss_gap" {
            "bound: L/2 times theorem-1’s or -4’s"
        } else {
            "bound of theorem-1 or theorem-4"
        },
    })
}

fn is_positive(lines: &[Line]) -> bool {
    lines.iter().flat_map(|line| &line.points).all(|point| point[1] > 0.0)
}

/// Weights by a ramp, what they are compared with by colours that stand out.
fn color(panel: Panel, k: usize, curve: &CurveSummary) -> RGBColor {
    match (panel, curve.weight) {
        (Panel::Weights, None) => COLORS[0],
        (Panel::Weights, Some(_)) if curve.id == "kd-best" => RGBColor(200, 30, 40),
        (Panel::Weights, Some(weight)) => ramp((weight - 0.1) / 0.9),
        _ => COLORS[k % COLORS.len()],
    }
}

/// The noise floor over the weight: measured, and what theorem-7 says.
fn over_weight(study: &StudySummary) -> Option<Picture> {
    let exact = |curve: &&CurveSummary| {
        curve.panels.contains(&Panel::Weights) && curve.predicted_floor.is_some_and(|f| f.is_exact)
    };
    let mut points = Vec::new();
    for curve in study.curves.iter().filter(exact) {
        let (band, floor) = curve.floor.zip(curve.predicted_floor)?;
        let weight = curve.weight.unwrap_or(0.0);
        points.push(([weight, band.mean, band.low, band.high], 0.5 * (floor.lower + floor.upper)));
    }
    points.sort_by(|a, b| a.0[0].total_cmp(&b.0[0]));
    if points.len() < 2 {
        return None;
    }
    Some(Picture {
        title: study.title.clone(),
        subtitle: "the noise floor over the distillation weight".into(),
        x_label: "weight λ",
        y_label: "E‖x − x*‖² in the end",
        log_x: false,
        log_y: false,
        dashed: "theorem-7: (1 − λ)²p₀ + λ²D",
        lines: vec![Line {
            label: "measured".into(),
            color: COLORS[2],
            companion: parabola(&points)?,
            points: points.into_iter().map(|(p, _)| p).collect(),
            floor: None,
            marked: true,
            joined: false,
        }],
    })
}

/// (1 − λ)²p₀ + λ²D over the weights, with p₀ from the first prediction and D from the last.
fn parabola(points: &[([f64; 4], f64)]) -> Option<Vec<(f64, f64)>> {
    let (p_0, (end, last)) = (points.first()?.1, points.last().map(|(p, floor)| (p[0], *floor))?);
    let d = (last - (1.0 - end).powi(2) * p_0) / (end * end);
    let at = |k: i32| f64::from(k) / 60.0 * end;
    Some((0..=60).map(at).map(|x| (x, (1.0 - x).powi(2) * p_0 + x * x * d)).collect())
}

fn over_ridge(summary: &Summary) -> Picture {
    let ends = |weight: &Graded| match weight {
        Graded::Enclosed { lower, upper } => [*lower, *upper],
        Graded::Estimated { value } => [*value, *value],
    };
    let mut points: Vec<[f64; 4]> = summary
        .ridges
        .iter()
        .map(|row| {
            let [low, high] = ends(&row.weight);
            [row.ridge, row.weight.value(), low, high]
        })
        .collect();
    points.sort_by(|a, b| a[0].total_cmp(&b[0]));
    Picture {
        title: "The best weight goes to 0 with the ridge".into(),
        subtitle: "theorem-1’s λ* for one teacher, softmax, γ = 1/(8𝓛)".into(),
        x_label: "ridge",
        y_label: "λ*",
        log_x: true,
        log_y: true,
        dashed: "",
        lines: vec![Line {
            label: "λ*, enclosed".into(),
            color: COLORS[2],
            points,
            companion: Vec::new(),
            floor: None,
            marked: true,
            joined: true,
        }],
    }
}
