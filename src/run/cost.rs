//! What a step costs: counted, and measured on this machine.

use super::problem::{Model, Problem, RunError, Teacher};
use super::stepper::{Method, Rates, Run, Stepper};
use super::stream::Seeded;
use crate::linear::simd::{Aligned, Real, dispatch};
use crate::problem::RidgeConvention;
use pulp::{Simd, WithSimd};
use std::hint::black_box;
use std::time::{Duration, Instant};

/// What a step needs on average: full passes are spread over the steps between them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StepCost {
    /// Sample gradients of the student. A teacher's responses are cached and count nothing.
    pub gradients: f64,
    /// Additions and multiplications; an exponential counts as one.
    pub flops: f64,
    /// Bytes that are touched: rows of the batch, labels and cached responses, and vectors of the
    /// point's size, once for a read and once for a write. A row is used twice and counted once.
    pub bytes: f64,
}

impl StepCost {
    /// For f32 or f64, and a ridge of 0.
    pub fn count<T: Real>(
        model: Model,
        dimension: usize,
        samples: usize,
        batch: usize,
        method: Method,
    ) -> Self {
        let (d, k) = (dimension as f64, model.outputs() as f64);
        let (n, tau) = (samples as f64, batch as f64);
        // Full passes a step.
        let passes = match method {
            Method::Svrg { period } => 1.0 / period as f64,
            Method::LSvrg { probability } => probability,
            _ => 0.0,
        };
        let gradients = tau + passes * n;
        // z = Xa and the weighted sum of rows, a product and a sum each.
        let products = if matches!(method, Method::Saga { .. }) { tau } else { 0.0 };
        let dense = match method {
            Method::Sgd | Method::Kd => 0.0,
            _ => 1.0,
        };
        let flops = (4.0 * gradients + 2.0 * products + 3.0 * dense) * k * d + 5.0 * gradients * k;
        // Labels or responses, or both.
        let cached = match method {
            Method::Sgd | Method::Svrg { .. } | Method::LSvrg { .. } => 1.0,
            Method::Kd | Method::UnbiasedKd | Method::Saga { .. } => 2.0,
        };
        // The point is read for z, and read and written for the step; a correction is read, and
        // SAGA's mean is written as well.
        let vectors = 3.0 + dense * 3.0 + if products > 0.0 { 2.0 } else { 0.0 };
        let numbers = gradients * d + cached * gradients * k + vectors * k * d;
        Self { gradients, flops, bytes: numbers * size_of::<T>() as f64 }
    }
}

/// What the machine can do on one thread, measured.
#[derive(Clone, Copy, Debug)]
pub struct Roofline {
    /// Flops a second of independent fused products in registers.
    pub flops: f64,
    /// Bytes a second of a sum over an array.
    pub bandwidth: f64,
}

impl Roofline {
    /// Measures for a tenth of a second or so, over an array of this many bytes: of the size of the
    /// data, it comes from the level of memory that the data are in.
    pub fn measure<T: Real>(bytes: usize) -> Self {
        let numbers =
            Aligned::<T>::zeros((bytes / size_of::<T>()).max(1024).next_multiple_of(1024));
        let size = (numbers.len() * size_of::<T>()) as f64;
        let bandwidth = size / best_time(|| dispatch(Sum(&numbers)).to_f64());
        let rounds = 20_000;
        let time = best_time(|| fused_products::<T>(rounds));
        let lanes = dispatch(Width::<T>(T::ONE)) as f64;
        Self { flops: 2.0 * lanes * CHAINS as f64 * f64::from(rounds) / time, bandwidth }
    }

    /// Seconds that a step needs at least.
    pub fn step(&self, cost: StepCost) -> f64 {
        (cost.flops / self.flops).max(cost.bytes / self.bandwidth)
    }
}

/// Fused products in registers, nothing else. Two threads that need the time of one, each for the same
/// work, have a core each; on half a core each nothing that keeps the arithmetic busy runs faster.
pub fn fused_products<T: Real>(rounds: u32) -> f64 {
    dispatch(Fused::<T>(rounds, T::ONE)).to_f64()
}

/// Seconds of the fastest of several calls, within a twentieth of a second or three calls.
fn best_time(work: impl Fn() -> f64) -> f64 {
    let begin = Instant::now();
    let mut best = f64::INFINITY;
    let mut calls = 0;
    while calls < 3 || begin.elapsed() < Duration::from_millis(50) {
        let start = Instant::now();
        black_box(work());
        best = best.min(start.elapsed().as_secs_f64());
        calls += 1;
    }
    best
}

/// Chains of dependent operations that run side by side, enough to hide their latency.
const CHAINS: usize = 12;

struct Fused<T>(u32, T);

impl<T: Real> WithSimd for Fused<T> {
    type Output = T;
    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> T {
        let Self(rounds, one) = self;
        let factor = T::splat(simd, black_box(T::from_f64(0.5)));
        let term = T::splat(simd, black_box(one));
        let mut chains = [term; CHAINS];
        for _ in 0..rounds {
            for chain in &mut chains {
                *chain = T::mul_add(simd, *chain, factor, term);
            }
        }
        let total = chains.iter().fold(term, |sum, chain| T::plus(simd, sum, *chain));
        T::total(simd, total)
    }
}

struct Width<T>(T);

impl<T: Real> WithSimd for Width<T> {
    type Output = usize;
    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) -> usize {
        size_of::<T::Lanes<S>>() / size_of::<T>()
    }
}

struct Sum<'a, T>(&'a [T]);

impl<T: Real> WithSimd for Sum<'_, T> {
    type Output = T;
    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> T {
        let mut sums = [T::splat(simd, T::ZERO); 8];
        for group in T::lanes::<S>(self.0).as_chunks::<8>().0 {
            for (sum, value) in sums.iter_mut().zip(group) {
                *sum = T::plus(simd, *sum, *value);
            }
        }
        let total = sums.iter().skip(1).fold(sums[0], |total, sum| T::plus(simd, total, *sum));
        T::total(simd, total)
    }
}

/// Seconds of a step on synthetic data of this shape: the median of five runs, each of `budget` or
/// more. Full passes are included at the rate at which they occur.
///
/// # Errors
/// If the shape or a parameter is out of range.
pub fn measure_step<T: Run>(
    model: Model,
    dimension: usize,
    samples: usize,
    batch: usize,
    method: Method,
    budget: Duration,
) -> Result<f64, RunError> {
    let k = model.outputs();
    let spread = |i: usize| T::from_f64(((i * 7919) % 1009) as f64 / 1009.0 - 0.5);
    let features: Vec<T> = (0..samples * dimension).map(spread).collect();
    let label = |i: usize| T::from_f64(if (i / k) % k == i % k { 1.0 } else { 0.0 });
    let labels: Vec<T> = (0..samples * k).map(label).collect();
    let problem = Problem::new(model, dimension, &features, &labels, T::ZERO)?;
    let point: Vec<T> = (0..k * dimension).map(spread).collect();
    let teacher = Teacher::new(&problem, &point, RidgeConvention::Both)?;
    let start = vec![T::ZERO; k * dimension];
    let mut stepper = Stepper::new(&problem, method, Some(&teacher), &start, batch)?;
    let mut stream = Seeded::nice(1, 0, samples, batch)?;
    let rates = Rates { gamma: T::from_f64(0.1 / dimension as f64), lambda: T::from_f64(0.5) };
    // At least one whole period, so that a full pass is not missed.
    let period = match method {
        Method::Svrg { period } => period,
        Method::LSvrg { probability } => (20.0 / probability) as u64,
        _ => 1,
    };
    let mut steps = period;
    let mut timed = |steps: u64| -> Result<f64, RunError> {
        let begin = Instant::now();
        stepper.run(&mut stream, steps, |_| rates)?;
        Ok(begin.elapsed().as_secs_f64())
    };
    while timed(steps)? < budget.as_secs_f64() {
        steps *= 2;
    }
    let mut times = (0..5).map(|_| timed(steps)).collect::<Result<Vec<f64>, _>>()?;
    times.sort_by(f64::total_cmp);
    Ok(times[2] / steps as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// By hand, for two classes in three dimensions, batch 4 of 100 samples, in doubles.
    #[test]
    fn costs_are_what_is_counted_by_hand() {
        let model = Model::Softmax { classes: 2 };
        let count = |method| StepCost::count::<f64>(model, 3, 100, 4, method);
        let sgd = count(Method::Sgd);
        assert_eq!(
            sgd,
            StepCost { gradients: 4.0, flops: 136.0, bytes: 8.0 * (12.0 + 8.0 + 18.0) }
        );
        let kd = count(Method::Kd);
        assert_eq!((kd.gradients, kd.flops, kd.bytes - sgd.bytes), (4.0, 136.0, 64.0));
        let svrg = count(Method::Svrg { period: 50 });
        assert_eq!((svrg.gradients, svrg.flops), (6.0, 222.0));
        let lsvrg = count(Method::LSvrg { probability: 0.02 });
        assert_eq!(lsvrg, svrg);
        let saga = count(Method::Saga { ridge: RidgeConvention::StudentOnly });
        assert_eq!((saga.gradients, saga.flops), (4.0, 136.0 + 48.0 + 18.0));
    }
}
