//! The answer to "which weight" as text and as a picture.

use super::text::table;
use crate::audit::figure::{Figure, Mark, Series};
use crate::weight::advice::{Advice, Choice, Graded, Row};
use std::fmt::Write;

/// The answer for people.
pub fn weight(advice: &Advice) -> String {
    let mut text = String::new();
    for line in &advice.verdict {
        let _ = writeln!(text, "{line}");
    }
    let _ = writeln!(
        text,
        "\n{} model, {} rows, {} features, {} output{}; ridge {:.4e} ({}).",
        advice.model,
        advice.samples,
        advice.dimension,
        advice.outputs,
        if advice.outputs == 1 { "" } else { "s" },
        advice.ridge,
        match advice.ridge_convention {
            crate::problem::RidgeConvention::Both => "in the teacher's gradient too",
            crate::problem::RidgeConvention::StudentOnly => "in the student's loss only",
        }
    );
    let off = advice
        .distance_to_minimiser
        .map_or("not certified".to_owned(), |r| format!("at most {r:.1e}"));
    let _ = writeln!(
        text,
        "Minimiser: gradient {:.1e}, distance to the true one {off}; mu >= {:.4e}, L_exp <= {:.4e}.\n",
        advice.gradient_norm, advice.mu, advice.l_exp
    );
    let number = |value: Option<f64>| value.map_or("-".to_owned(), |v| format!("{v:.6}"));
    let mut rows = vec![["quantity", "value", "grade", "what it is"].map(str::to_owned)];
    for (name, value, meaning) in [
        ("sigma_star_sq", &advice.sigma_star_sq, "noise of the student's gradient at the optimum"),
        ("V", &advice.teacher_var, "variance of the teacher's gradient"),
        ("B", &advice.bias_sq, "its squared mean: the bias of distillation"),
        ("C", &advice.cov, "covariance of the two"),
    ] {
        rows.push([name.into(), format!("{:.6e}", value.value()), grade(value), meaning.into()]);
    }
    for (name, value, meaning) in [
        ("rho", advice.rho, "correlation C/sqrt(sigma_star_sq V)"),
        ("beta", advice.beta, "B/V: how much of the teacher's gradient is signal"),
        ("kappa", Some(advice.kappa), "2/(3 gamma mu): what the bound charges for bias"),
    ] {
        rows.push([name.into(), number(value), "display".into(), meaning.into()]);
    }
    text += &table(&rows);
    text += "\n";
    let mut rows = vec![
        ["gamma", "batch", "weight from", "lambda*", "noise left", "grade"].map(str::to_owned),
    ];
    let mut push = |row: &Row, own: bool| {
        for (name, choice) in choices(row, advice.unbiased.as_ref().filter(|_| own)) {
            rows.push([
                format!("{:.4e}", row.gamma),
                row.batch.to_string(),
                name.into(),
                format!("{:.6}", choice.weight.value()),
                format!("{:.2} %", 100.0 * choice.share.value()),
                grade(&choice.share),
            ]);
        }
    };
    push(&advice.here, true);
    advice.moves.iter().for_each(|row| push(row, false));
    text += &table(&rows);
    for note in &advice.notes {
        let _ = writeln!(text, "\nNote: {note}.");
    }
    text
}

fn choices<'a>(
    row: &'a Row,
    unbiased: Option<&'a Choice>,
) -> impl Iterator<Item = (&'static str, &'a Choice)> {
    [
        ("stationary error", row.exact.as_ref()),
        ("the same, without bias", row.exact_unbiased.as_ref()),
        ("theorem-1", row.theorem_1.as_ref()),
        ("theorem-4, without bias", unbiased),
    ]
    .into_iter()
    .filter_map(|(name, choice)| Some((name, choice?)))
}

fn grade(value: &Graded) -> String {
    match value {
        Graded::Enclosed { lower, upper } => format!("+-{:.1e}", 0.5 * (upper - lower)),
        Graded::Estimated { .. } => "float".into(),
    }
}

/// The noise that remains over the weight.
pub fn weight_figure(advice: &Advice) -> Figure {
    let (sigma, var) = (advice.sigma_star_sq.value(), advice.teacher_var.value());
    let (bias, cov) = (advice.bias_sq.value(), advice.cov.value());
    let bound = |lambda: f64, charge: f64| {
        100.0 * (1.0 + (lambda * lambda * (var + charge * bias) - 2.0 * lambda * cov) / sigma)
    };
    let weights = choices(&advice.here, advice.unbiased.as_ref()).map(|(_, c)| c.weight.value());
    let furthest = weights.fold(0.5, |far: f64, weight| far.max(2.2 * weight));
    let curve = |of: &dyn Fn(f64) -> f64| -> Vec<(f64, f64)> {
        let points = (0..=80).map(|k| f64::from(k) / 80.0 * furthest).map(|x| (x, of(x)));
        points.filter(|(_, y)| *y <= 250.0).collect()
    };
    let mut series = Vec::new();
    if let Some(error) = &advice.curve {
        let points = curve(&|lambda| 100.0 * error.at(lambda) / error.p_0);
        series.push(Series { name: "stationary error".into(), mark: Mark::Fact, points });
    }
    let points = curve(&|lambda| bound(lambda, 1.0 + advice.kappa));
    series.push(Series { name: "theorem-1’s bound".into(), mark: Mark::Bound, points });
    let points = curve(&|lambda| bound(lambda, 0.0));
    series.push(Series { name: "theorem-4’s, without bias".into(), mark: Mark::Bound, points });
    Figure {
        id: "weight-choice",
        title: "Noise that remains over the distillation weight",
        caption: "In per cent of SGD’s.".into(),
        x_label: "weight λ",
        y_label: "noise left, % of SGD’s",
        log_y: false,
        series,
    }
}
