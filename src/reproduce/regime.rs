//! The two regimes as studies: which data, teachers, curves and times.

use super::data::{self, Loss, Named, Source};
use super::network::NetworkStudy;
use super::prediction::{Ground, RidgeRow, Start, ridges};
use super::schedule::Schedule;
use super::study::{Curve, Grid, Panel, Regime, Study, Tutor, runner};
use super::{Experiment, Options, ReproduceError};
use crate::run::Method;
use crate::weight::WeightError;
use crate::weight::model::Problem;
use crate::weight::teacher::Teacher;
use nalgebra::DMatrix;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// The weight of the paper's scripts.
const USUAL: f64 = 0.7;
/// Where schedules start.
const LOW: f64 = 0.1;
const HIGH: f64 = 1.0;
/// A curve takes no more operations than this; a longer one is cut, with a note.
const MAX_WORK: u64 = 20_000_000_000;

/// The experiments, and the best weight over the ridge for the data of the last one.
pub(super) fn experiments(
    source: &Source,
    options: &Options,
) -> Result<(Vec<Experiment>, Vec<RidgeRow>), ReproduceError> {
    let mut experiments: Vec<Experiment> = Vec::new();
    let mut linear = |study: Study| experiments.push(Experiment::Linear(Box::new(study)));
    match source {
        Source::Embedded => {
            let quick = options.quick;
            linear(noise(&data::diabetes(), Some(0.0), options, 0)?);
            if !quick {
                linear(noise(&data::breast_cancer()?, Some(0.05), options, 1)?);
            }
            let digits = data::digits()?;
            linear(noise(&digits, Some(if quick { 0.1 } else { 0.02 }), options, 2)?);
            let paper = optimisation(&digits, options, 3)?;
            let theta = &paper.tutors[main_tutor(&paper)].point;
            let rows = ridges(&digits.name, &paper.problem, theta, options.noise_batch)?;
            linear(paper);
            let network = NetworkStudy::new(&digits, options, 4)?;
            experiments.push(Experiment::Network(Box::new(network)));
            Ok((experiments, rows))
        }
        Source::File { name, dataset, loss, ridge } => {
            let named = Named { name: name.clone(), dataset: dataset.clone(), loss: *loss };
            linear(noise(&named, *ridge, options, 0)?);
            let paper = optimisation(&named, options, 1)?;
            let rows = match loss {
                Loss::LeastSquares => Vec::new(),
                Loss::Logistic | Loss::Softmax => {
                    let theta = &paper.tutors[main_tutor(&paper)].point;
                    ridges(name, &paper.problem, theta, options.noise_batch)?
                }
            };
            linear(paper);
            Ok((experiments, rows))
        }
    }
}

fn main_tutor(study: &Study) -> usize {
    study.curves.iter().find(|curve| curve.id == "kd-0.1").and_then(|c| c.teacher).unwrap_or(0)
}

/// Streams of different studies do not meet.
fn first_stream(index: u64) -> u64 {
    index << 32
}

/// The weights 0.1, 0.2, ..., 1 or some of them, with the main teacher.
fn weights(options: &Options, tutor: usize, panels: impl Fn(u32) -> Vec<Panel>) -> Vec<Curve> {
    let tenths: &[u32] =
        if options.quick { &[1, 3, 7, 10] } else { &[1, 2, 3, 4, 5, 6, 7, 8, 9, 10] };
    let curve = |tenth: &u32| {
        let weight = f64::from(*tenth) / 10.0;
        let (id, label) = (format!("kd-{weight:.1}"), format!("KD, λ = {weight:.1}"));
        Curve::new(&id, &label, Method::Kd, &panels(*tenth))
            .taught(tutor, Schedule::Constant(weight))
    };
    tenths.iter().map(curve).collect()
}

fn schedules(tutor: usize) -> [Curve; 2] {
    [
        Curve::new("kd-decaying", "KD, λ = 1, ×0.9 an epoch", Method::Kd, &[Panel::Methods])
            .taught(tutor, Schedule::Decaying(HIGH)),
        Curve::new("kd-increasing", "KD, λ = 0.1, ×1.047 an epoch", Method::Kd, &[Panel::Methods])
            .taught(tutor, Schedule::Increasing(LOW)),
    ]
}

/// Noise dominates: theorem-1's largest step, from 0 to the noise floor and along it.
fn noise(
    named: &Named,
    ridge: Option<f64>,
    options: &Options,
    index: u64,
) -> Result<Study, ReproduceError> {
    let mut problem = named.problem()?;
    problem.ridge = match (ridge, named.loss) {
        (Some(ridge), _) if !(ridge >= 0.0 && ridge.is_finite()) => {
            let source = WeightError::Ridge(ridge);
            return Err(ReproduceError::Weight { name: named.name.clone(), source });
        }
        (Some(ridge), _) => ridge,
        (None, Loss::LeastSquares) => 0.0,
        (None, _) => 1e-3 * problem.mean_square(),
    };
    let batch = options.noise_batch;
    let start = Start::new(named, &problem, batch)?;
    // A hair below the limit: 1/(8𝓛) itself may be rounded up.
    let gamma = (1.0 - 1e-9) / (8.0 * start.l_exp);
    let runner = runner(&problem)?;
    let recipes: &[(&str, f64)] = if options.quick {
        &[("half of the rows", 0.5), ("9/10 of the rows", 0.9)]
    } else {
        &[
            ("1/4 of the rows", 0.25),
            ("half of the rows", 0.5),
            ("3/4 of the rows", 0.75),
            ("9/10 of the rows", 0.9),
        ]
    };
    let fault = |source| ReproduceError::Weight { name: named.name.clone(), source };
    let mut notes = named.dataset.notes.clone();
    let (mut tutors, mut missing) = (Vec::new(), None);
    for (name, share) in recipes {
        match fitted(&problem, *share) {
            Ok(point) => tutors.push(Tutor::new(name, point, &problem, &runner)?),
            Err(why) => {
                notes.push(format!("no teacher of {name}: {why}"));
                missing = Some(why);
            }
        }
    }
    if let Some(why) = missing.filter(|_| tutors.is_empty()) {
        return Err(fault(why));
    }
    tutors.sort_by(|a, b| b.loss.total_cmp(&a.loss));
    // The best teacher leaves most to be seen; the others are for the picture of teachers.
    let main = tutors.len() - 1;
    let time = 1.0 / (gamma * start.mu);
    let ground = Ground::new(&named.name, start, &problem, (gamma, batch), &tutors)?;
    let best = |tutor: usize, id: &str, panels: &[Panel]| {
        let weight = ground.advice[tutor].weight;
        let label = format!("KD, λ* = {weight:.3}, teacher of {}", tutors[tutor].name);
        Curve::new(id, &label, Method::Kd, panels).taught(tutor, Schedule::Constant(weight))
    };
    use Panel::{Methods, Teachers, Weights};
    let mut curves = vec![Curve::new("sgd", "SGD", Method::Sgd, &[Weights, Methods, Teachers])];
    curves.extend(weights(options, main, |_| vec![Weights]));
    curves.push(best(main, "kd-best", &[Weights, Methods, Teachers]));
    curves.extend(schedules(main));
    let unbiased = ground.advice[main].unbiased;
    curves.push(
        Curve::new(
            "unbiased",
            &format!("unbiased KD, λ = {unbiased:.3}"),
            Method::UnbiasedKd,
            &[Methods],
        )
        .taught(main, Schedule::Constant(unbiased)),
    );
    let epoch = (problem.samples() / batch).max(1) as u64;
    curves.push(Curve::new("svrg", "SVRG", Method::Svrg { period: 2 * epoch }, &[Methods]));
    for tutor in (0..tutors.len()).filter(|tutor| *tutor != main) {
        curves.push(best(tutor, &format!("kd-best-teacher-{tutor}"), &[Teachers]));
    }
    // The mean path forgets its start at this rate; SGD's variance does so twice as fast.
    let (forget, stay) = (8.0, if options.quick { 24.0 } else { 40.0 });
    let (mut burn, mut end) = ((forget * time).ceil(), ((forget + stay) * time).ceil());
    let (k, d) = (problem.outputs() as u64, problem.dimension() as u64);
    let affordable = (MAX_WORK / (batch as u64 * k * (d + 16) + 64)) as f64;
    let is_cut = end > affordable;
    if is_cut {
        notes.push(format!(
            "runs of {end} steps would reach the noise floor; they are cut to {affordable}"
        ));
        (burn, end) = (0.5 * affordable, affordable);
    }
    let pass = problem.samples() as u64 * k * (d + 16);
    let times = (200_000_000 / (34 * pass)).clamp(2, 40);
    Ok(Study {
        id: format!("noise-{}", named.name),
        title: format!(
            "{}, {}: noise dominates (ridge {}, γ = 1/(8𝓛) = {gamma:.2e}, batch {batch})",
            named.name,
            loss_name(named.loss),
            problem.ridge
        ),
        regime: Regime::NoiseDominated,
        gamma,
        batch,
        epoch,
        grid: Grid::floor(burn.max(20.0) as u64, end.max(60.0) as u64, 20, times),
        reaches_floor: !is_cut,
        ground: Some(ground),
        runner,
        problem,
        tutors,
        curves,
        notes,
        seed: options.seed,
        first_stream: first_stream(index),
        flipped: options.flipped,
    })
}

/// The minimiser on the first part of the rows.
fn fitted(problem: &Problem, share: f64) -> Result<DMatrix<f64>, WeightError> {
    let teacher = Teacher::subset(problem, share)?;
    Ok(teacher.point().cloned().unwrap_or_else(|| DMatrix::zeros(0, 0)))
}

/// Optimisation dominates: the paper's batch and step, no ridge, some dozen epochs.
fn optimisation(named: &Named, options: &Options, index: u64) -> Result<Study, ReproduceError> {
    let problem = named.problem()?;
    let (batch, rows) = (options.batch, problem.samples());
    if batch == 0 || batch > rows {
        let source = WeightError::Batch { batch, rows };
        return Err(ReproduceError::Weight { name: named.name.clone(), source });
    }
    let runner = runner(&problem)?;
    let passes: &[usize] = if options.quick { &[1, 8] } else { &[1, 2, 8, 64] };
    let mut tutors = Vec::new();
    for epochs in passes {
        let teacher = Teacher::sgd(&problem, *epochs, options.seed);
        let plural = if *epochs == 1 { "" } else { "s" };
        let point = teacher.point().cloned().unwrap_or_else(|| DMatrix::zeros(0, 0));
        tutors.push(Tutor::new(&format!("{epochs} epoch{plural}"), point, &problem, &runner)?);
    }
    tutors.sort_by(|a, b| b.loss.total_cmp(&a.loss));
    let main = tutors.iter().position(|tutor| tutor.name == "1 epoch").unwrap_or(0);
    use Panel::{Methods, Pruned, Teachers, Weights};
    let mut curves =
        vec![Curve::new("sgd", "SGD", Method::Sgd, &[Weights, Methods, Teachers, Pruned])];
    curves.extend(weights(options, main, |tenth| match tenth {
        7 => vec![Weights, Methods, Teachers],
        _ => vec![Weights],
    }));
    curves.extend(schedules(main));
    curves.push(
        Curve::new("unbiased", "unbiased KD, λ = 0.7", Method::UnbiasedKd, &[Methods])
            .taught(main, Schedule::Constant(USUAL)),
    );
    let epoch = (rows / batch).max(1) as u64;
    curves.push(Curve::new("svrg", "SVRG", Method::Svrg { period: 2 * epoch }, &[Methods]));
    for (tutor, of) in tutors.iter().enumerate().filter(|(tutor, _)| *tutor != main) {
        let label = format!("KD, λ = {USUAL}, teacher of {}, loss {:.3}", of.name, of.loss);
        curves.push(
            Curve::new(&format!("kd-teacher-{tutor}"), &label, Method::Kd, &[Teachers])
                .taught(tutor, Schedule::Constant(USUAL)),
        );
    }
    let teacher = &tutors[main].point;
    for (id, label, mask) in [
        ("top-k", "half of the weights, top-k", largest_half(teacher)),
        ("random", "half of the weights, random", random_half(teacher.len(), options.seed)),
    ] {
        let sgd = format!("SGD, {label}");
        curves.push(
            Curve::new(&format!("sgd-{id}"), &sgd, Method::Sgd, &[Pruned]).pruned(mask.clone()),
        );
        let kd = format!("KD, λ = {USUAL}, {label}");
        curves.push(
            Curve::new(&format!("kd-{id}"), &kd, Method::Kd, &[Pruned])
                .taught(main, Schedule::Constant(USUAL))
                .pruned(mask),
        );
    }
    let epochs = if options.quick { options.epochs.min(12) } else { options.epochs };
    Ok(Study {
        id: format!("optimisation-{}", named.name),
        title: format!(
            "{}, {}: optimisation dominates (no ridge, γ = {}, batch {batch})",
            named.name,
            loss_name(named.loss),
            options.step
        ),
        regime: Regime::OptimisationDominated,
        gamma: options.step,
        batch,
        epoch,
        grid: Grid::epochs(epochs as u64, epoch),
        reaches_floor: false,
        ground: None,
        runner,
        problem,
        tutors,
        curves,
        notes: named.dataset.notes.clone(),
        seed: options.seed,
        first_stream: first_stream(index),
        flipped: options.flipped,
    })
}

fn loss_name(loss: Loss) -> &'static str {
    match loss {
        Loss::LeastSquares => "least squares",
        Loss::Logistic => "logistic",
        Loss::Softmax => "softmax",
    }
}

/// The half of K rows of d weights that is largest in the teacher. The scripts take the student's own
/// start, which is random: this one knows something.
fn largest_half(teacher: &DMatrix<f64>) -> Vec<bool> {
    let sizes: Vec<f64> = teacher.transpose().iter().map(|w| w.abs()).collect();
    let mut order: Vec<usize> = (0..sizes.len()).collect();
    order.sort_by(|a, b| sizes[*b].total_cmp(&sizes[*a]).then(a.cmp(b)));
    let mut mask = vec![false; sizes.len()];
    order[..sizes.len().div_ceil(2)].iter().for_each(|i| mask[*i] = true);
    mask
}

/// Each weight with probability 1/2.
fn random_half(count: usize, seed: u64) -> Vec<bool> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    rng.set_stream(u64::MAX);
    (0..count).map(|_| rng.next_u32() & 1 == 1).collect()
}
