//! A linear problem with teachers, curves, and the times at which they are measured.

use super::prediction::Ground;
use super::schedule::Schedule;
use super::{Record, ReproduceError};
use crate::problem::RidgeConvention;
use crate::run::{self, Method, Rates, Seeded, Stepper};
use crate::weight::model::{Model, Problem};
use nalgebra::DMatrix;
use serde::Serialize;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// What decides how a run ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Regime {
    /// A minimiser exists, and runs reach the noise floor about it.
    NoiseDominated,
    /// The loss still falls when the run ends.
    OptimisationDominated,
}

/// A picture that a curve belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Panel {
    /// Distillation over the weight.
    Weights,
    /// Estimators side by side.
    Methods,
    /// Teachers of rising quality.
    Teachers,
    /// Pruned students.
    Pruned,
    /// Two gradients of a network.
    Similarity,
}

/// What is run.
#[derive(Clone, Debug, PartialEq)]
pub struct Curve {
    /// A short name.
    pub id: String,
    /// The name in pictures.
    pub label: String,
    /// The estimator.
    pub method: Method,
    /// The number of the teacher, where there is one.
    pub teacher: Option<usize>,
    /// λ.
    pub schedule: Schedule,
    /// Which of K rows of d weights the student has; all without one.
    pub mask: Option<Vec<bool>>,
    /// The pictures it is in.
    pub panels: Vec<Panel>,
}

impl Curve {
    pub(super) fn new(id: &str, label: &str, method: Method, panels: &[Panel]) -> Self {
        Self {
            id: id.into(),
            label: label.into(),
            method,
            teacher: None,
            schedule: Schedule::Constant(0.0),
            mask: None,
            panels: panels.to_vec(),
        }
    }

    pub(super) fn taught(mut self, teacher: usize, schedule: Schedule) -> Self {
        self.teacher = Some(teacher);
        self.schedule = schedule;
        self
    }

    pub(super) fn pruned(mut self, mask: Vec<bool>) -> Self {
        self.mask = Some(mask);
        self
    }
}

/// A teacher and how good it is.
#[derive(Clone, Debug)]
pub struct Tutor {
    /// Where it comes from.
    pub name: String,
    /// θ, K×d.
    pub point: DMatrix<f64>,
    /// f(θ).
    pub loss: f64,
    pub(super) cached: run::Teacher<f64>,
}

/// When a curve is measured: each value is a mean over times since the one before.
#[derive(Clone, Debug, PartialEq)]
pub struct Grid {
    /// Steps at which intervals end.
    pub ends: Vec<u64>,
    /// Times within each interval.
    times: u64,
    /// Intervals at the end that make up the noise floor.
    pub tail: usize,
}

impl Grid {
    /// The end of every epoch.
    pub(super) fn epochs(epochs: u64, steps: u64) -> Self {
        Self { ends: (1..=epochs).map(|k| k * steps).collect(), times: 1, tail: 1 }
    }

    /// Intervals that double, up to the time `burn` when the start is forgotten, then even ones.
    pub(super) fn floor(burn: u64, end: u64, tail: usize, times: u64) -> Self {
        let growing = 14;
        let first = (burn as f64).powf(0.35);
        let rise = (burn as f64 / first).powf(1.0 / f64::from(growing - 1));
        let mut ends: Vec<u64> =
            (0..growing).map(|k| (first * rise.powi(k)).round() as u64).collect();
        let own = (end - burn) / tail as u64;
        ends.extend((1..=tail as u64).map(|k| burn + k * own));
        ends.dedup();
        Self { ends, times, tail }
    }

    /// The times of an interval, the last at its end.
    pub(super) fn times(&self, interval: usize) -> Vec<u64> {
        let start = if interval == 0 { 0 } else { self.ends[interval - 1] };
        let length = self.ends[interval] - start;
        let count = self.times.min(length);
        (1..=count).map(|k| start + length * k / count).collect()
    }
}

/// A linear problem on which curves are run.
pub struct Study {
    /// A short name.
    pub id: String,
    /// What is shown.
    pub title: String,
    /// What decides how a run ends.
    pub regime: Regime,
    /// f.
    pub problem: Problem,
    pub(super) runner: run::Problem<f64>,
    /// γ.
    pub gamma: f64,
    /// τ.
    pub batch: usize,
    /// Steps of an epoch.
    pub epoch: u64,
    /// Teachers, from worse to better.
    pub tutors: Vec<Tutor>,
    /// The minimiser and what follows from it, where there is one.
    pub ground: Option<Ground>,
    /// When curves are measured.
    pub grid: Grid,
    /// Whether runs are long enough to be at the noise floor in the end.
    pub reaches_floor: bool,
    /// What is run.
    pub curves: Vec<Curve>,
    /// What was done to the data, and what was left out.
    pub notes: Vec<String>,
    pub(super) seed: u64,
    /// Its streams are numbered from here.
    pub(super) first_stream: u64,
    pub(super) flipped: bool,
}

/// The same problem for the steppers.
pub(super) fn runner(problem: &Problem) -> Result<run::Problem<f64>, ReproduceError> {
    let model = match problem.model {
        Model::Linear => run::Model::LeastSquares,
        Model::Logistic => run::Model::Logistic,
        Model::Softmax { classes } => run::Model::Softmax { classes },
    };
    let (features, labels) = (problem.features.as_slice(), problem.labels.as_slice());
    Ok(run::Problem::new(model, problem.dimension(), features, labels, problem.ridge)?)
}

/// K×d entries, row by row.
pub(super) fn row_major(point: &DMatrix<f64>) -> Vec<f64> {
    point.transpose().as_slice().to_vec()
}

impl Tutor {
    pub(super) fn new(
        name: &str,
        point: DMatrix<f64>,
        problem: &Problem,
        runner: &run::Problem<f64>,
    ) -> Result<Self, ReproduceError> {
        let cached = run::Teacher::new(runner, &row_major(&point), RidgeConvention::Both)?;
        Ok(Self { name: name.into(), loss: problem.loss(&point), point, cached })
    }
}

impl Study {
    /// Runs a curve from x⁰ = 0. Runs of equal number see equal samples, whatever the curve, so that
    /// their differences are free of most of the noise.
    pub(super) fn run(&self, curve: usize, replicate: usize) -> Result<Record, ReproduceError> {
        let curve = &self.curves[curve];
        let (k, d) = (self.problem.outputs(), self.problem.dimension());
        let number = self.first_stream + replicate as u64;
        let mut stream = Seeded::nice(self.seed, number, self.problem.samples(), self.batch)?;
        let teacher = curve.teacher.map(|t| &self.tutors[t].cached);
        let start = vec![0.0; k * d];
        let mut stepper = Stepper::new(&self.runner, curve.method, teacher, &start, self.batch)?;
        if let Some(mask) = &curve.mask {
            stepper = stepper.pruned(mask)?;
        }
        let sign = if self.flipped { -1.0 } else { 1.0 };
        let (gamma, schedule, epoch) = (self.gamma, curve.schedule, self.epoch);
        let rates = |step: u64| Rates { gamma, lambda: sign * schedule.at(step / epoch) };
        let (mut losses, mut distances, mut diverged) = (Vec::new(), Vec::new(), None);
        let mut at = 0;
        for interval in 0..self.grid.ends.len() {
            let times = self.grid.times(interval);
            let (mut loss, mut distance) = (0.0, 0.0);
            for time in &times {
                stepper.run(&mut stream, time - at, rates)?;
                at = *time;
                let point = DMatrix::from_row_slice(k, d, &stepper.point());
                loss += self.problem.loss(&point) / times.len() as f64;
                if let Some(ground) = &self.ground {
                    distance += (&point - &ground.point).norm_squared() / times.len() as f64;
                }
            }
            if !(loss.is_finite() && distance.is_finite()) {
                diverged = Some(at);
                break;
            }
            losses.push(loss);
            distances.push(distance);
        }
        let mut values = BTreeMap::from([("loss".to_owned(), losses)]);
        if self.ground.is_some() {
            values.insert("distance_sq".to_owned(), distances);
        }
        let (study, curve) = (self.id.clone(), curve.id.clone());
        Ok(Record { study, curve, replicate, diverged, values })
    }

    pub(super) fn work(&self) -> u64 {
        let last = self.grid.ends.last().copied().unwrap_or(0);
        let (k, d) = (self.problem.outputs() as u64, self.problem.dimension() as u64);
        let pass = self.problem.samples() as u64 * k * (d + 16);
        let measured = self.grid.ends.len() as u64 * self.grid.times * pass / 2;
        (last * (self.batch as u64 * k * (d + 16) + 64) + measured) / 1000 + 1
    }

    pub(super) fn hash_into(&self, hash: &mut Sha256) {
        let Problem { features, labels, ridge, .. } = &self.problem;
        hash.update(format!(
            "{} {:?} {:?} {:?} {}",
            self.id, self.gamma, self.batch, self.grid, ridge
        ));
        let teachers = self.tutors.iter().flat_map(|tutor| tutor.point.iter());
        for value in features.iter().chain(labels).chain(teachers) {
            hash.update(value.to_le_bytes());
        }
        hash.update(format!("{:?}", self.curves));
    }
}
