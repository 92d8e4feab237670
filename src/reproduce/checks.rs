//! Predictions against measurements: each is met or not, by confidence bands over the seeds.
//!
//! Bands are Student's over independent runs. If what is averaged over a run is close to normal, all
//! checks of a study hold together with probability 1 − [`SIMULTANEOUS`]: each takes its share of it.
//! Nothing proves that it is, which is why a band never refutes a theorem here: it meets it or not. Two curves are compared run by run,
//! on equal samples, so that what they have in common cancels.

use super::prediction::Floor;
use super::study::{Curve, Panel, Regime, Study};
use super::summary::Table;
use crate::audit::library::Library;
use crate::run::Method;
use serde::Serialize;
use statrs::distribution::{ContinuousCDF, StudentsT};

/// The probability that some band of a study misses its mean.
pub const SIMULTANEOUS: f64 = 0.01;
/// What counts as negligible beside something.
const NEGLIGIBLE: f64 = 0.1;
/// Cosines and shares that are 1 up to rounding.
const ROUNDING: f64 = 1e-9;

/// A mean with a confidence band.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Band {
    /// The mean over the runs.
    pub mean: f64,
    /// The lower end.
    pub low: f64,
    /// The upper end.
    pub high: f64,
}

impl Band {
    /// Student's band of the mean of at least two values, which misses it with probability `alpha`;
    /// `None` for fewer, or if one is not finite.
    pub fn student(values: &[f64], alpha: f64) -> Option<Self> {
        let count = values.len() as f64;
        if values.len() < 2 || values.iter().any(|value| !value.is_finite()) {
            return None;
        }
        let mean = values.iter().sum::<f64>() / count;
        let spread = values.iter().map(|value| (value - mean).powi(2)).sum::<f64>();
        let quantile = StudentsT::new(0.0, 1.0, count - 1.0).ok()?.inverse_cdf(1.0 - alpha / 2.0);
        let reach = quantile * (spread / (count - 1.0) / count).sqrt();
        Some(Self { mean, low: mean - reach, high: mean + reach })
    }
}

/// What a check rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Basis {
    /// A theorem says so of these data.
    Theorem(&'static str),
    /// The bounds of a theorem are in this order; that the facts are is expected, not proved.
    Order(&'static str),
    /// No theorem applies: this is what was expected and seen.
    Observation,
}

/// A prediction and whether it was met.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Check {
    /// A short name.
    pub id: String,
    /// What is predicted, in words.
    pub says: String,
    /// What it rests on.
    pub basis: Basis,
    /// The predicted number, as an enclosure; for a bound its upper end alone is meant.
    pub predicted: Option<(f64, f64)>,
    /// The measured one; `None` if a run diverged.
    pub measured: Option<Band>,
    /// Whether they agree.
    pub met: bool,
    /// Whether they neither agree nor disagree: the band is too wide.
    pub undecided: bool,
}

/// What two curves are compared by.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Measure {
    Distance,
    Loss,
}

/// What is to be checked, before it is known how many checks share the error.
enum Target<'a> {
    /// The noise floor of a curve is this number.
    Floor(&'a Curve, Floor),
    /// A curve ends below another; by this much, if that is predicted.
    Below(&'a Curve, &'a Curve, Measure, Basis, Option<(f64, f64)>),
    /// A curve stays below its bound.
    Bounded(&'a Curve, &'static str),
    /// The difference of two curves is negligible beside that of two others.
    Negligible([&'a Curve; 4]),
}

/// The checks of a linear study.
pub(super) fn linear(library: &Library, study: &Study, table: &Table) -> Vec<Check> {
    let targets = match study.regime {
        Regime::NoiseDominated => noise(library, study, table),
        Regime::OptimisationDominated => optimisation(study),
    };
    let alpha = SIMULTANEOUS / targets.len().max(1) as f64;
    targets.iter().map(|target| target.check(study, table, alpha)).collect()
}

fn noise<'a>(library: &Library, study: &'a Study, table: &Table) -> Vec<Target<'a>> {
    let Some(ground) = &study.ground else { return Vec::new() };
    let find = |id: &str| study.curves.iter().find(|curve| curve.id == id);
    let floor = |curve: &Curve| ground.floor(library, study, curve);
    let mut targets = Vec::new();
    if study.reaches_floor {
        for curve in &study.curves {
            if let Some(floor) = floor(curve).filter(|floor| floor.is_exact) {
                targets.push(Target::Floor(curve, floor));
            }
        }
        let is_best = |curve: &&Curve| curve.id.starts_with("kd-best");
        let mut pairs = Vec::new();
        for best in study.curves.iter().filter(is_best) {
            pairs.push((best.id.as_str(), "sgd", "theorem-1"));
        }
        pairs.extend([("unbiased", "kd-best", "theorem-4"), ("svrg", "unbiased", "theorem-6")]);
        let exact = |curve| floor(curve).filter(|floor: &Floor| floor.is_exact);
        for (a, b, theorem) in pairs {
            let Some((a, b)) = find(a).zip(find(b)) else { continue };
            let gain = exact(a).zip(exact(b)).map(|(a, b)| {
                let off = a.transient + b.transient;
                (a.lower - b.upper - off, a.upper - b.lower + off)
            });
            let basis = match gain {
                Some(_) if a.method == Method::Kd => Basis::Theorem("theorem-7"),
                Some(_) => Basis::Theorem("theorem-5"),
                None => Basis::Order(theorem),
            };
            targets.push(Target::Below(a, b, Measure::Distance, basis, gain));
            targets.push(Target::Below(a, b, Measure::Loss, Basis::Order(theorem), None));
        }
    }
    for curve in &study.curves {
        if table.bound(&curve.id).is_some() {
            let basis = if curve.method == Method::Kd { "theorem-1" } else { "theorem-4" };
            targets.push(Target::Bounded(curve, basis));
        }
    }
    targets
}

fn optimisation(study: &Study) -> Vec<Target<'_>> {
    let find = |id: &str| study.curves.iter().find(|curve| curve.id == id);
    let Some(sgd) = find("sgd") else { return Vec::new() };
    // Plain distillation with constant weights, in their order, and SGD before it.
    let is_plain = |c: &&Curve| c.panels.contains(&Panel::Weights) && c.method == Method::Kd;
    let chain: Vec<&Curve> =
        std::iter::once(sgd).chain(study.curves.iter().filter(is_plain)).collect();
    let mut targets: Vec<Target<'_>> = chain
        .windows(2)
        .map(|pair| Target::Below(pair[0], pair[1], Measure::Loss, Basis::Observation, None))
        .collect();
    if let (Some(svrg), Some(kd)) = (find("svrg"), find("kd-0.7")) {
        targets.push(Target::Negligible([sgd, svrg, kd, sgd]));
    }
    targets
}

impl Measure {
    /// Its name in a record.
    fn quantity(self) -> &'static str {
        match self {
            Self::Distance => "distance_sq",
            Self::Loss => "loss",
        }
    }

    fn words(self, regime: Regime) -> &'static str {
        match (self, regime) {
            (Self::Distance, _) => "noise floor E|x - x*|^2",
            (Self::Loss, Regime::NoiseDominated) => "training loss at the noise floor",
            (Self::Loss, Regime::OptimisationDominated) => "final training loss",
        }
    }
}

impl Target<'_> {
    fn check(&self, study: &Study, table: &Table, alpha: f64) -> Check {
        let tail = |curve: &Curve, measure: Measure| table.tail(&curve.id, measure.quantity());
        let difference = |a: &Curve, b: &Curve, measure: Measure| -> Vec<f64> {
            // SVRG has no floor but falls on: only where it is in the end can be compared.
            let falls = [a, b].iter().any(|curve| matches!(curve.method, Method::Svrg { .. }));
            let end = |curve: &Curve| match falls {
                true => table.last(&curve.id, measure.quantity()),
                false => tail(curve, measure),
            };
            end(a).iter().zip(end(b)).map(|(a, b)| a - b).collect()
        };
        match self {
            Self::Floor(curve, floor) => {
                let measured = Band::student(&tail(curve, Measure::Distance), alpha);
                let (low, high) = (floor.lower - floor.transient, floor.upper + floor.transient);
                let met = measured.is_some_and(|m| m.low <= high && low <= m.high);
                Check {
                    id: format!("floor-{}", curve.id),
                    says: format!("the noise floor E|x - x*|^2 of {} is as predicted", curve.label),
                    basis: Basis::Theorem(floor.basis),
                    predicted: Some((low, high)),
                    measured,
                    met,
                    undecided: false,
                }
            }
            Self::Below(a, b, measure, basis, gain) => {
                let measured = Band::student(&difference(a, b, *measure), alpha);
                let what = measure.words(study.regime);
                let agrees =
                    |m: &Band| gain.is_none_or(|(low, high)| m.low <= high && low <= m.high);
                let by = if gain.is_some() { ", by the predicted amount" } else { "" };
                Check {
                    id: format!("{}-below-{}-{}", a.id, b.id, measure.quantity()),
                    says: format!("the {what} of {} is below that of {}{by}", a.label, b.label),
                    basis: *basis,
                    predicted: *gain,
                    measured,
                    // A predicted amount may be too small to tell from 0.
                    met: measured.is_some_and(|m| (gain.is_some() || m.high < 0.0) && agrees(&m)),
                    undecided: gain.is_none()
                        && measured.is_some_and(|m| m.low <= 0.0 && 0.0 <= m.high),
                }
            }
            Self::Bounded(curve, theorem) => {
                let bound = table.bound(&curve.id).unwrap_or_default();
                let share = alpha / bound.len().max(1) as f64;
                let worst = (0..bound.len())
                    .map(|i| {
                        let values = table.at(&curve.id, "distance_sq", i);
                        let ratios: Vec<f64> = values.iter().map(|v| v / bound[i]).collect();
                        Band::student(&ratios, share)
                    })
                    .collect::<Option<Vec<_>>>()
                    .and_then(|bands| bands.into_iter().max_by(|a, b| a.high.total_cmp(&b.high)));
                Check {
                    id: format!("bound-{}", curve.id),
                    says: format!(
                        "E|x^t - x*|^2 of {} stays below {theorem}'s bound, as a share of it",
                        curve.label
                    ),
                    basis: Basis::Theorem(theorem),
                    predicted: Some((0.0, 1.0)),
                    measured: worst,
                    met: worst.is_some_and(|band| band.high <= 1.0),
                    undecided: worst.is_some_and(|band| band.low <= 1.0 && 1.0 < band.high),
                }
            }
            Self::Negligible([a, b, c, d]) => {
                let measure = Measure::Loss;
                let (noise, bias) = (difference(a, b, measure), difference(c, d, measure));
                let ratios: Vec<f64> =
                    noise.iter().zip(&bias).map(|(n, b)| n.abs() / b.abs()).collect();
                let measured = Band::student(&ratios, alpha);
                Check {
                    id: "noise-negligible".into(),
                    says: format!(
                        "what separates {} from {} is below {NEGLIGIBLE} of what separates {} from {}",
                        a.label, b.label, c.label, d.label
                    ),
                    basis: Basis::Observation,
                    predicted: None,
                    measured,
                    met: measured.is_some_and(|band| band.high < NEGLIGIBLE),
                    undecided: false,
                }
            }
        }
    }
}

/// The checks of a network study.
pub(super) fn network(curves: &[Curve], table: &Table) -> Vec<Check> {
    let mut checks = Vec::new();
    let alpha = SIMULTANEOUS / (2 * curves.len()).max(1) as f64;
    for curve in curves {
        let all = |quantity| table.all(&curve.id, quantity);
        let (cosines, shares) = (all("cosine"), all("gap_over_bound"));
        let least = cosines.iter().copied().fold(f64::INFINITY, f64::min);
        let most = shares.iter().copied().fold(0.0, f64::max);
        let exact = |v: f64| Some(Band { mean: v, low: v, high: v }).filter(|_| v.is_finite());
        if curve.id.starts_with("linear") {
            checks.push(Check {
                id: format!("cosine-{}", curve.id),
                says: "without hidden units both gradients are the same: the least cosine is 1"
                    .into(),
                basis: Basis::Theorem("proposition-1"),
                predicted: Some((1.0, 1.0)),
                measured: exact(least),
                met: least.is_finite() && least >= 1.0 - ROUNDING,
                undecided: false,
            });
            continue;
        }
        checks.push(Check {
            id: format!("gap-{}", curve.id),
            says: format!("{}: the largest share of its bound that the gap takes", curve.label),
            basis: Basis::Theorem("proposition-3"),
            predicted: Some((0.0, 1.0)),
            measured: exact(most),
            met: !shares.is_empty() && most <= 1.0 + ROUNDING,
            undecided: false,
        });
        let measured = Band::student(&table.tail(&curve.id, "cosine"), alpha);
        checks.push(Check {
            id: format!("cosine-{}", curve.id),
            says: format!("{}: the gradients point the same way in the last epoch", curve.label),
            basis: Basis::Observation,
            predicted: None,
            measured,
            met: measured.is_some_and(|band| band.low > 0.0),
            undecided: measured.is_some_and(|band| band.low <= 0.0 && 0.0 <= band.high),
        });
    }
    checks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bands_are_students() {
        // Four values with mean 2.5 and variance 5/3; t_{0.975, 3} = 3.182446.
        let band = Band::student(&[1.0, 2.0, 3.0, 4.0], 0.05).unwrap();
        let reach = 3.182_446_305 * (5.0f64 / 12.0).sqrt();
        assert!((band.mean - 2.5).abs() < 1e-12);
        assert!((band.high - 2.5 - reach).abs() < 1e-6 && (2.5 - band.low - reach).abs() < 1e-6);
        assert_eq!(Band::student(&[1.0], 0.05), None);
        assert_eq!(Band::student(&[1.0, f64::NAN], 0.05), None);
    }
}
