//! The paper's question about networks: how far is distillation from its control-variate form?
//!
//! By proposition-3 the exact distillation gradient of a sample is
//! ∇f_n(x) − λ∇f_n(θ) − λ(J_n(x) − J_n(θ))ᵀr_n, so the two agree for linear models and differ by at
//! most |λ|·‖J_n(x) − J_n(θ)‖·‖r_n‖ in a network. A small ReLU network is trained by distillation and
//! both gradients of the same minibatch are compared along the way.

use super::data::Named;
use super::schedule::Schedule;
use super::study::{Curve, Grid, Panel};
use super::{Options, Record, ReproduceError};
use crate::linear::{dot, norm_sq, scale, subtract};
use crate::problem::network::{Activation, Loss, Network};
use crate::run::{Method, Seeded, Stream};
use crate::scalar::Undefined;
use nalgebra::DMatrix;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// Minibatches between two comparisons of the gradients.
const STRIDE: u64 = 9;
/// Samples an epoch at which the gap is compared with its bound.
const PROBES: usize = 4;

/// Networks and teachers of the same shape.
pub struct NetworkStudy {
    /// A short name.
    pub id: String,
    /// What is shown.
    pub title: String,
    /// A network with hidden units, and one without.
    networks: [Network<f64>; 2],
    /// Which of the networks, and θ.
    pub(super) tutors: Vec<(usize, Vec<f64>)>,
    /// What is run.
    pub curves: Vec<Curve>,
    /// The end of every epoch.
    pub grid: Grid,
    pub(super) gamma: f64,
    pub(super) batch: usize,
    pub(super) epoch: u64,
    seed: u64,
    first_stream: u64,
}

impl NetworkStudy {
    pub(super) fn new(
        named: &Named,
        options: &Options,
        index: u64,
    ) -> Result<Self, ReproduceError> {
        let problem = named.problem()?;
        let (d, k) = (problem.dimension(), problem.outputs());
        let hidden = if options.quick { 8 } else { 16 };
        let columns = |of: &DMatrix<f64>| of.column_iter().map(|c| c.as_slice().to_vec()).collect();
        let network = |widths: Vec<usize>| Network {
            widths,
            activation: Activation::Relu,
            loss: Loss::Softmax,
            inputs: columns(&problem.features),
            labels: columns(&problem.labels),
        };
        let networks = [network(vec![d, hidden, k]), network(vec![d, k])];
        let samples = problem.samples();
        let batch = options.batch.min(samples);
        let epoch = (samples / batch).max(1) as u64;
        let epochs = if options.quick { 4 } else { 20 };
        let mut study = Self {
            id: format!("network-{}", named.name),
            title: format!("{}: a ReLU network with {hidden} hidden units", named.name),
            networks,
            tutors: Vec::new(),
            curves: Vec::new(),
            grid: Grid::epochs(epochs, epoch),
            gamma: options.step,
            batch,
            epoch,
            seed: options.seed,
            first_stream: index << 32,
        };
        // Teachers start elsewhere than any student.
        for (shape, passes) in [(0, epochs), (0, 1), (1, epochs)] {
            let number = (1 << 31) + study.tutors.len() as u64;
            let mut x = study.start(shape, number);
            let network = &study.networks[shape];
            study.train(network, &mut x, number, passes * epoch, |_, _, _| Ok(()))?;
            study.tutors.push((shape, x));
        }
        let curve = |id: &str, label: &str, tutor: usize, weight: f64| {
            Curve::new(id, label, Method::Kd, &[Panel::Similarity])
                .taught(tutor, Schedule::Constant(weight))
        };
        study.curves = vec![
            curve("linear-0.7", "no hidden units, λ = 0.7", 2, 0.7),
            curve("relu-0.3", "ReLU, λ = 0.3", 0, 0.3),
            curve("relu-0.7", "ReLU, λ = 0.7", 0, 0.7),
            curve("relu-1.0", "ReLU, λ = 1.0", 0, 1.0),
            curve("relu-0.7-weak", "ReLU, λ = 0.7, teacher of 1 epoch", 1, 0.7),
        ];
        Ok(study)
    }

    /// Weights drawn uniformly from ±1/√(fan-in), as the scripts' framework starts them.
    fn start(&self, shape: usize, number: u64) -> Vec<f64> {
        let mut rng = ChaCha8Rng::seed_from_u64(self.seed);
        rng.set_stream(self.first_stream + (1 << 30) + number);
        let mut x = Vec::new();
        for pair in self.networks[shape].widths.windows(2) {
            let size = 1.0 / (pair[0] as f64).sqrt();
            for _ in 0..pair[0] * pair[1] {
                let uniform = (rng.next_u64() >> 11) as f64 / (1u64 << 53) as f64;
                x.push(size * (2.0 * uniform - 1.0));
            }
        }
        x
    }

    /// SGD on a network; `watch` sees each minibatch before its step.
    fn train(
        &self,
        network: &Network<f64>,
        x: &mut Vec<f64>,
        number: u64,
        steps: u64,
        mut watch: impl FnMut(u64, &[f64], &[u32]) -> Result<(), ReproduceError>,
    ) -> Result<(), ReproduceError> {
        let samples = network.inputs.len();
        let mut stream = Seeded::nice(self.seed, self.first_stream + number, samples, self.batch)?;
        let mut batch = vec![0; self.batch];
        for step in 0..steps {
            stream.draw(&mut batch);
            watch(step, x, &batch)?;
            let gradient = mean_gradient(network, x, &batch)?;
            *x = subtract(x, &scale(&self.gamma, &gradient));
        }
        watch(steps, x, &[])
    }

    /// Runs a curve: the loss on the true labels, the cosine between the exact gradient and its
    /// control-variate form, and the largest share of the bound that the gap takes.
    pub(super) fn run(&self, curve: usize, replicate: usize) -> Result<Record, ReproduceError> {
        let curve = &self.curves[curve];
        let (shape, theta) = &self.tutors[curve.teacher.unwrap_or(0)];
        let weight = curve.schedule.at(0);
        let network = &self.networks[*shape];
        // By proposition-1's argument the exact gradient is that of the mixed labels.
        let mut mixed = network.clone();
        for n in 0..mixed.inputs.len() {
            let shift = scale(&weight, &network.teacher_residual(n, theta)?);
            mixed.labels[n] = crate::linear::add(&mixed.labels[n], &shift);
        }
        let number = replicate as u64;
        let mut x = self.start(*shape, number);
        let (mut cosines, mut losses, mut shares) = (Vec::new(), Vec::new(), Vec::new());
        let (mut total, mut count) = (0.0, 0.0);
        let steps = self.grid.ends.last().copied().unwrap_or(0);
        self.train(&mixed, &mut x, number, steps, |step, x, batch| {
            if step % STRIDE == 0 && !batch.is_empty() {
                let exact = mean_gradient(&mixed, x, batch)?;
                let own = mean_gradient(network, x, batch)?;
                let taught = mean_gradient(network, theta, batch)?;
                let form = subtract(&own, &scale(&weight, &taught));
                let sizes = (norm_sq(&exact) * norm_sq(&form)).sqrt();
                if sizes > 0.0 {
                    total += dot(&exact, &form) / sizes;
                    count += 1.0;
                }
            }
            if step > 0 && step % self.epoch == 0 {
                cosines.push(total / f64::max(count, 1.0));
                (total, count) = (0.0, 0.0);
                losses.push(mean_loss(network, x)?);
                shares.push(largest_share(network, x, theta, step)?);
            }
            Ok(())
        })?;
        let values = [("cosine", cosines), ("loss", losses), ("gap_over_bound", shares)];
        let diverged =
            values.iter().any(|(_, v)| v.iter().any(|v| !v.is_finite())).then_some(steps);
        let values = match diverged {
            None => values.into_iter().map(|(name, v)| (name.to_owned(), v)).collect(),
            Some(_) => BTreeMap::new(),
        };
        let (study, curve) = (self.id.clone(), curve.id.clone());
        Ok(Record { study, curve, replicate, diverged, values })
    }

    pub(super) fn work(&self) -> u64 {
        let last = self.grid.ends.last().copied().unwrap_or(0);
        last * self.batch as u64 * self.networks[0].dimension() as u64 / 40
    }

    pub(super) fn hash_into(&self, hash: &mut Sha256) {
        hash.update(format!("{} {} {} {:?}", self.id, self.gamma, self.batch, self.grid));
        for (_, theta) in &self.tutors {
            theta.iter().for_each(|value| hash.update(value.to_le_bytes()));
        }
        hash.update(format!("{:?}", self.curves));
    }
}

fn mean_gradient(network: &Network<f64>, x: &[f64], batch: &[u32]) -> Result<Vec<f64>, Undefined> {
    let mut sum = vec![0.0; network.dimension()];
    for n in batch {
        let own = network.gradient(*n as usize, x)?;
        sum.iter_mut().zip(own).for_each(|(sum, own)| *sum += own);
    }
    Ok(scale(&(1.0 / batch.len() as f64), &sum))
}

fn mean_loss(network: &Network<f64>, x: &[f64]) -> Result<f64, Undefined> {
    let samples = network.inputs.len();
    let mut total = 0.0;
    for n in 0..samples {
        total += network.sample_loss(n, x)?;
    }
    Ok(total / samples as f64)
}

/// ‖(J_n(x) − J_n(θ))ᵀr_n‖ over ‖J_n(x) − J_n(θ)‖·‖r_n‖, the largest over some samples; 0 where the
/// Jacobians agree.
fn largest_share(
    network: &Network<f64>,
    x: &[f64],
    theta: &[f64],
    step: u64,
) -> Result<f64, Undefined> {
    let samples = network.inputs.len();
    let mut largest: f64 = 0.0;
    for probe in 0..PROBES {
        let n = (step as usize + probe * samples / PROBES) % samples;
        let gram = network.jacobian_gap_gram(n, x, theta)?;
        let gram = DMatrix::from_fn(gram.rows(), gram.columns(), |i, j| gram.row(i)[j]);
        let norm = gram.symmetric_eigenvalues().max().max(0.0).sqrt();
        let bound = norm * norm_sq(&network.teacher_residual(n, theta)?).sqrt();
        let gap = norm_sq(&network.jacobian_error(n, x, theta)?).sqrt();
        if bound > 0.0 {
            largest = largest.max(gap / bound);
        }
    }
    Ok(largest)
}
