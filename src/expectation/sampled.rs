//! Monte Carlo over paths, for instances that are too large for moments: the mean squared error
//! after t steps, with a confidence sequence, where a bound on the error of every path is proved.

use super::check_steps;
use super::confidence::ConfidenceSequence;
use crate::linear::{exact, norm_sq, scale, subtract};
use crate::problem::{Instance, Quadratics, largest_sample_smoothness};
use crate::scalar::{Interval, Rational, Scalar, Undefined};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use rayon::prelude::*;

/// How much is sampled.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SamplingPlan {
    /// Paths at most.
    pub paths: u64,
    /// Steps of all paths together, at most.
    pub steps: u64,
    /// The level of the confidence sequence.
    pub alpha: f64,
}

/// What was measured.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Measured {
    /// The confidence interval of E‖x^t − x*‖².
    pub interval: (f64, f64),
    /// The paths that it took.
    pub paths: u64,
}

/// Paths are drawn in blocks of this size, each with a seed of its own, so that the result does not
/// depend on the number of threads.
const BLOCK: u64 = 64;

/// An upper bound of ‖x^t − x*‖ over every path: ‖e⁺‖ ≤ g‖e‖ + γ·max‖s_n‖ with s_n the sample's step
/// at x*, g = max‖I − γH_n‖ over the samples.
///
/// The spectrum of H_n lies in [lower, L_max], with lower = the ridge where there is one, 0 where
/// every sample is convex, and −L_max otherwise. With γL_max ≤ 2 and convex samples g ≤ 1, and the
/// bound grows at most linearly; otherwise only short horizons have a useful one.
///
/// # Errors
/// If the samples are not quadratic, or there is no finite bound.
pub fn largest_error(
    instance: &Instance,
    start: &[Rational],
    largest_step: &Interval,
) -> Result<Interval, Undefined> {
    let steps = instance.parameters.horizon;
    check_steps(steps)?;
    let quadratics = instance.problem.as_quadratic();
    let quadratics =
        quadratics.ok_or_else(|| Undefined::Missing("the samples are not quadratic".into()))?;
    let gamma = &instance.parameters.gamma;
    let upper = largest_sample_smoothness(&instance.problem)
        .ok_or_else(|| Undefined::Missing("the samples have no smoothness constant".into()))?;
    let lower = match quadratics {
        Quadratics::RankOne { ridge, .. } => ridge.clone(),
        Quadratics::General { hessians, .. } => {
            let convex = hessians.iter().all(|h| exact::check_positive_semidefinite(h).is_ok());
            if convex { Rational::ZERO } else { upper.negated() }
        }
    };
    let factor = |curvature: &Rational| Rational::ONE.minus(&gamma.times(curvature)).abs();
    let growth = Interval::from_rational(&factor(&lower).max(factor(&upper)));
    let mut bound =
        norm_sq(&start.iter().map(Interval::from_rational).collect::<Vec<_>>()).root()?;
    for _ in 0..steps {
        bound = growth.times(&bound).plus(largest_step);
        if !bound.upper().is_finite() {
            return Err(Undefined::NotCertified("no path has a bound in range".into()));
        }
    }
    Ok(bound)
}

/// Runs paths of e⁺ = e − γ(H_ξe + s_ξ) in floats until `enough` says so of the interval, or the plan
/// is spent. `shifts` are the s_n; `range` bounds ‖e‖² over every path.
///
/// # Errors
/// [`Undefined::Budget`] if the plan does not allow a single block, [`Undefined::Missing`] if the
/// samples are not quadratic.
pub fn measure(
    instance: &Instance,
    start: &[f64],
    shifts: &[Vec<f64>],
    range: f64,
    plan: SamplingPlan,
    seed: [u8; 32],
    enough: impl Fn((f64, f64)) -> bool,
) -> Result<Measured, Undefined> {
    let problem = instance.problem.map(Scalar::to_f64);
    let quadratics = problem.as_quadratic();
    let quadratics =
        quadratics.ok_or_else(|| Undefined::Missing("the samples are not quadratic".into()))?;
    let horizon = instance.parameters.horizon;
    let affordable = (plan.steps / horizon.max(1)).min(plan.paths) / BLOCK;
    if affordable == 0 {
        return Err(Undefined::Budget(format!("no {BLOCK} paths of {horizon} steps")));
    }
    let gamma = instance.parameters.gamma.to_f64();
    let batch = instance.sampling.batch();
    let run = |path: u64| {
        let mut rng = ChaCha8Rng::from_seed(seed);
        rng.set_stream(path);
        let mut e = start.to_vec();
        let mut order: Vec<usize> = (0..shifts.len()).collect();
        for _ in 0..horizon {
            let mut step = vec![0.0; e.len()];
            for drawn in 0..batch {
                // The first τ places of a random permutation: a τ-nice minibatch.
                let n = if instance.sampling.replaces() {
                    below(&mut rng, order.len())
                } else {
                    let other = drawn + below(&mut rng, order.len() - drawn);
                    order.swap(drawn, other);
                    order[drawn]
                };
                let pull = image(&quadratics, n, &e);
                for ((sum, pull), shift) in step.iter_mut().zip(pull).zip(&shifts[n]) {
                    *sum += pull + shift;
                }
            }
            e = subtract(&e, &scale(&(gamma / batch as f64), &step));
        }
        norm_sq(&e)
    };
    let mut sequence = ConfidenceSequence::new(range, plan.alpha);
    let wave = 16;
    for first in (0..affordable).step_by(wave) {
        let last = (first + wave as u64).min(affordable);
        let samples: Vec<f64> = (first * BLOCK..last * BLOCK).into_par_iter().map(run).collect();
        samples.into_iter().for_each(|sample| sequence.push(sample));
        if enough(sequence.interval()) {
            break;
        }
    }
    Ok(Measured { interval: sequence.interval(), paths: sequence.count() })
}

/// H_n e, in O(d) for rank one.
fn image(quadratics: &Quadratics<'_, f64>, n: usize, e: &[f64]) -> Vec<f64> {
    match quadratics {
        Quadratics::General { hessians, .. } => hessians[n].apply(e),
        Quadratics::RankOne { features, ridge, .. } => {
            let weight = crate::linear::dot(&features[n], e);
            features[n].iter().zip(e).map(|(a, e)| weight * a + **ridge * e).collect()
        }
    }
}

/// Uniform below `bound` > 0, without the bias of a remainder.
fn below(rng: &mut ChaCha8Rng, bound: usize) -> usize {
    let bound = bound as u64;
    let limit = u64::MAX - u64::MAX % bound;
    loop {
        let draw = rng.next_u64();
        if draw < limit {
            return (draw % bound) as usize;
        }
    }
}
