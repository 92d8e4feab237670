//! Curves with their bands, and what was predicted of them.

use super::checks::{self, Band, Basis, Check};
use super::journal::{Journal, Record};
use super::network::NetworkStudy;
use super::prediction::{Floor, RidgeRow};
use super::study::{Curve, Grid, Panel, Regime, Study};
use super::{Experiment, Options, Plan};
use crate::audit::library::Library;
use crate::claim::file::FORMAT;
use crate::weight::advice::Graded;
use serde::Serialize;
use std::collections::BTreeMap;

/// What the bands in pictures and tables miss.
const DRAWN: f64 = 0.05;

/// One measured quantity along a curve.
#[derive(Clone, Debug, PartialEq)]
pub struct Quantity {
    /// Its name.
    pub name: &'static str,
    /// Steps at which intervals end.
    pub steps: Vec<u64>,
    /// The means over the seeds with their 95 % bands.
    pub bands: Vec<Band>,
    /// A theorem's bound on each, where there is one.
    pub bound: Option<Vec<f64>>,
}

/// A curve, measured.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CurveSummary {
    /// A short name.
    pub id: String,
    /// The name in pictures.
    pub label: String,
    /// The pictures it is in.
    pub panels: Vec<Panel>,
    /// λ in the end, for distillation.
    pub weight: Option<f64>,
    /// The predicted noise floor.
    pub predicted_floor: Option<Floor>,
    /// The measured E‖x − x*‖² at the end, with its 95 % band.
    pub floor: Option<Band>,
    /// The training loss at the end, with its 95 % band.
    pub final_loss: Option<Band>,
    /// The first step by which a run was no longer finite.
    pub diverged: Option<u64>,
    /// The curve itself; it is in the table, not in this document.
    #[serde(skip)]
    pub quantities: Vec<Quantity>,
}

/// A teacher as far as a study is concerned.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TutorSummary {
    /// Where it comes from.
    pub name: String,
    /// f(θ).
    pub loss: f64,
    /// f(θ) − f*.
    pub gap: Option<f64>,
    /// λ*.
    pub best_weight: Option<f64>,
}

/// An experiment, measured.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct StudySummary {
    /// A short name.
    pub id: String,
    /// What is shown.
    pub title: String,
    /// What decides how a run ends; a network has none.
    pub regime: Option<Regime>,
    /// γ.
    pub gamma: f64,
    /// τ.
    pub batch: usize,
    /// Steps of an epoch.
    pub epoch: u64,
    /// r.
    pub ridge: f64,
    /// μ.
    pub mu: Option<f64>,
    /// 𝓛.
    pub l_exp: Option<f64>,
    /// f*.
    pub least_loss: Option<f64>,
    /// Teachers, from worse to better.
    pub teachers: Vec<TutorSummary>,
    /// The curves.
    pub curves: Vec<CurveSummary>,
    /// Predictions and whether they were met.
    pub checks: Vec<Check>,
    /// What was done to the data, and what was left out.
    pub notes: Vec<String>,
}

/// Everything that was found.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Summary {
    /// The format of this document.
    pub format: u64,
    /// The version of the program.
    pub version: &'static str,
    /// Where all randomness started.
    pub seed: u64,
    /// Runs of each curve.
    pub seeds: usize,
    /// The probability that some band of a study misses its mean.
    pub simultaneous_error: f64,
    /// Whether everything that a theorem predicts was met.
    pub predictions_met: bool,
    /// Whether everything that was expected beyond theorems was seen, or is undecided.
    pub expectations_met: bool,
    /// The experiments.
    pub studies: Vec<StudySummary>,
    /// The best weight over the ridge.
    pub ridges: Vec<RidgeRow>,
    /// Whether it falls with the ridge.
    pub ridge_check: Option<Check>,
}

impl Summary {
    /// Whether something that a theorem predicts was seen not to hold, rather than not seen.
    pub fn contradicted(&self) -> bool {
        let studies = self.studies.iter().flat_map(|study| &study.checks);
        let mut checks = studies.chain(&self.ridge_check);
        checks
            .any(|check| matches!(check.basis, Basis::Theorem(_)) && !check.met && !check.undecided)
    }
}

/// The measurements of a study, by curve, and the bounds on E‖x − x*‖².
pub(super) struct Table {
    records: BTreeMap<String, Vec<Record>>,
    bounds: BTreeMap<String, Vec<f64>>,
    tail: usize,
}

impl Table {
    fn new(
        id: &str,
        curves: &[Curve],
        grid: &Grid,
        seeds: usize,
        journal: &Journal,
    ) -> Option<Self> {
        let mut records = BTreeMap::new();
        for curve in curves {
            let own = (0..seeds).map(|k| journal.record(id, &curve.id, k));
            records.insert(curve.id.clone(), own.collect::<Option<Vec<Record>>>()?);
        }
        Some(Self { records, bounds: BTreeMap::new(), tail: grid.tail })
    }

    fn of<'a>(&'a self, curve: &str, quantity: &'a str) -> impl Iterator<Item = &'a [f64]> {
        let records = self.records.get(curve).map_or(&[][..], Vec::as_slice);
        records.iter().map(move |record| record.values.get(quantity).map_or(&[][..], Vec::as_slice))
    }

    /// Each run's mean over the last intervals; NaN where it diverged.
    pub fn tail(&self, curve: &str, quantity: &str) -> Vec<f64> {
        let diverged = self.diverged(curve).is_some();
        let mean = |values: &[f64]| {
            let last = &values[values.len().saturating_sub(self.tail)..];
            if diverged { f64::NAN } else { last.iter().sum::<f64>() / last.len() as f64 }
        };
        self.of(curve, quantity).map(mean).collect()
    }

    /// Each run's last value; NaN where it diverged.
    pub fn last(&self, curve: &str, quantity: &str) -> Vec<f64> {
        let diverged = self.diverged(curve).is_some();
        let last = |values: &[f64]| values.last().copied().filter(|_| !diverged);
        self.of(curve, quantity).map(|values| last(values).unwrap_or(f64::NAN)).collect()
    }

    /// Each run's value in an interval.
    pub fn at(&self, curve: &str, quantity: &str, interval: usize) -> Vec<f64> {
        self.of(curve, quantity).filter_map(|values| values.get(interval).copied()).collect()
    }

    /// Every value of every run.
    pub fn all(&self, curve: &str, quantity: &str) -> Vec<f64> {
        self.of(curve, quantity).flatten().copied().collect()
    }

    /// The bound on E‖x − x*‖² in every interval.
    pub fn bound(&self, curve: &str) -> Option<&[f64]> {
        self.bounds.get(curve).map(Vec::as_slice)
    }

    fn diverged(&self, curve: &str) -> Option<u64> {
        self.records.get(curve)?.iter().filter_map(|record| record.diverged).min()
    }

    /// A quantity with its bands, shifted by a constant.
    fn quantity(
        &self,
        curve: &str,
        (name, stored): (&'static str, &str),
        grid: &Grid,
        shift: f64,
        bound: Option<Vec<f64>>,
    ) -> Quantity {
        let band = |i: usize| {
            let values: Vec<f64> = self.at(curve, stored, i).iter().map(|v| v - shift).collect();
            // Runs that have diverged leave no band.
            let whole = values.len() == self.records.get(curve).map_or(0, Vec::len);
            Band::student(&values, DRAWN).filter(|_| whole)
        };
        let bands: Vec<Band> = (0..grid.ends.len()).map_while(band).collect();
        let steps = grid.ends[..bands.len()].to_vec();
        Quantity { name, steps, bands, bound }
    }
}

impl Summary {
    pub(super) fn new(plan: &Plan, journal: &Journal, library: &Library) -> Option<Self> {
        let Options { seed, seeds, .. } = plan.options;
        let studies: Option<Vec<StudySummary>> = plan
            .experiments
            .iter()
            .map(|experiment| match experiment {
                Experiment::Linear(study) => linear(library, study, seeds, journal),
                Experiment::Network(study) => network(study, seeds, journal),
            })
            .collect();
        let studies = studies?;
        let ridge_check = falling(&plan.ridges);
        let all = || studies.iter().flat_map(|study| &study.checks).chain(&ridge_check);
        let met = |theorem: bool| {
            let concerned = |c: &&Check| matches!(c.basis, Basis::Theorem(_)) == theorem;
            all().filter(concerned).all(|check| check.met || (!theorem && check.undecided))
        };
        Some(Self {
            format: FORMAT,
            version: env!("CARGO_PKG_VERSION"),
            seed,
            seeds,
            simultaneous_error: checks::SIMULTANEOUS,
            predictions_met: met(true),
            expectations_met: met(false),
            ridges: plan.ridges.clone(),
            ridge_check,
            studies,
        })
    }
}

fn linear(
    library: &Library,
    study: &Study,
    seeds: usize,
    journal: &Journal,
) -> Option<StudySummary> {
    let mut table = Table::new(&study.id, &study.curves, &study.grid, seeds, journal)?;
    let ground = study.ground.as_ref();
    if let Some(ground) = ground {
        for curve in &study.curves {
            if let Some(bound) = ground.bounds(library, study, curve) {
                table.bounds.insert(curve.id.clone(), bound);
            }
        }
    }
    let curves = study.curves.iter().map(|curve| {
        let id = &curve.id;
        let bound = table.bound(id).map(<[f64]>::to_vec);
        let quantities = match ground {
            Some(ground) => {
                let on_loss = |b: &Vec<f64>| b.iter().map(|b| 0.5 * ground.l_smooth * b).collect();
                let on_loss: Option<Vec<f64>> = bound.as_ref().map(on_loss);
                let gap = ("loss_gap", "loss");
                vec![
                    table.quantity(id, gap, &study.grid, ground.loss, on_loss),
                    table.quantity(id, ("distance_sq", "distance_sq"), &study.grid, 0.0, bound),
                ]
            }
            None => vec![table.quantity(id, ("loss", "loss"), &study.grid, 0.0, None)],
        };
        CurveSummary {
            id: id.clone(),
            label: curve.label.clone(),
            panels: curve.panels.clone(),
            weight: curve.teacher.map(|_| curve.schedule.limit()),
            predicted_floor: ground.and_then(|ground| ground.floor(library, study, curve)),
            floor: ground.and_then(|_| Band::student(&table.tail(id, "distance_sq"), DRAWN)),
            final_loss: Band::student(&table.tail(id, "loss"), DRAWN),
            diverged: table.diverged(id),
            quantities,
        }
    });
    let curves = curves.collect();
    let teachers = study.tutors.iter().enumerate().map(|(t, tutor)| TutorSummary {
        name: tutor.name.clone(),
        loss: tutor.loss,
        gap: ground.map(|ground| tutor.loss - ground.loss),
        best_weight: ground.map(|ground| ground.advice[t].weight),
    });
    Some(StudySummary {
        id: study.id.clone(),
        title: study.title.clone(),
        regime: Some(study.regime),
        gamma: study.gamma,
        batch: study.batch,
        epoch: study.epoch,
        ridge: study.problem.ridge,
        mu: ground.map(|ground| ground.mu),
        l_exp: ground.map(|ground| ground.l_exp),
        least_loss: ground.map(|ground| ground.loss),
        teachers: teachers.collect(),
        curves,
        checks: checks::linear(library, study, &table),
        notes: study.notes.clone(),
    })
}

fn network(study: &NetworkStudy, seeds: usize, journal: &Journal) -> Option<StudySummary> {
    let table = Table::new(&study.id, &study.curves, &study.grid, seeds, journal)?;
    let curves = study.curves.iter().map(|curve| {
        let quantity = |name| table.quantity(&curve.id, (name, name), &study.grid, 0.0, None);
        CurveSummary {
            id: curve.id.clone(),
            label: curve.label.clone(),
            panels: curve.panels.clone(),
            weight: Some(curve.schedule.limit()),
            predicted_floor: None,
            floor: None,
            final_loss: Band::student(&table.tail(&curve.id, "loss"), DRAWN),
            diverged: table.diverged(&curve.id),
            quantities: ["cosine", "loss", "gap_over_bound"].map(quantity).to_vec(),
        }
    });
    Some(StudySummary {
        id: study.id.clone(),
        title: study.title.clone(),
        regime: None,
        gamma: study.gamma,
        batch: study.batch,
        epoch: study.epoch,
        ridge: 0.0,
        mu: None,
        l_exp: None,
        least_loss: None,
        teachers: Vec::new(),
        curves: curves.collect(),
        checks: checks::network(&study.curves, &table),
        notes: Vec::new(),
    })
}

/// Whether the weight falls from each ridge to the next smaller one, certainly where it is enclosed.
fn falling(rows: &[RidgeRow]) -> Option<Check> {
    let (first, last) = (rows.first()?, rows.last()?);
    let ends = |weight: &Graded| match weight {
        Graded::Enclosed { lower, upper } => (*lower, *upper),
        Graded::Estimated { value } => (*value, *value),
    };
    let falls = |pair: &[RidgeRow]| ends(&pair[1].weight).1 < ends(&pair[0].weight).0;
    Some(Check {
        id: "weight-over-ridge".into(),
        says: format!(
            "the best weight falls with the ridge, from {:.1e} at {:.0e} to {:.1e} at {:.0e}",
            first.weight.value(),
            first.ridge,
            last.weight.value(),
            last.ridge
        ),
        basis: Basis::Theorem("theorem-1"),
        predicted: None,
        measured: None,
        met: rows.windows(2).all(falls),
        undecided: false,
    })
}
