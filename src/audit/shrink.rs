//! Making a witness small: fewer samples and coordinates, shorter fractions.
//!
//! Works on the instance itself and not on how it was found, so that it serves random draws and
//! ascents alike. Every candidate is confirmed exactly before it is taken.

use super::check::{Outcome, Sides, check_draw, check_instance};
use crate::claim::theorem::Claim;
use crate::expectation::Budget;
use crate::linear::{dot, subtract};
use crate::problem::{
    AssertedConstants, Compressor, Constants, ControlVariate, Draw, FiniteSum, Instance,
    Parameters, Sampling,
};
use crate::scalar::{Rational, Scalar};

/// Confirmations that a shrinking may spend.
const MAX_CONFIRMATIONS: usize = 1_500;

/// Shrinks a draw that violates the claim; `None` if it does not violate it.
pub fn shrink(claim: &Claim, draw: Draw, budget: Budget) -> Option<(Instance, Sides)> {
    let fails = |draw: &Draw| matches!(check_draw(claim, draw, budget).0, Outcome::Fails(_));
    let centred =
        Draw { instance: centred(&draw.instance).unwrap_or_else(|| draw.instance.clone()) };
    let mut best = if fails(&centred) { centred } else { draw };
    let mut spent = 0;
    let mut progress = true;
    while progress && spent < MAX_CONFIRMATIONS {
        progress = false;
        let mut k = 0;
        // Candidates are generated anew after each success, and tried from where we stand.
        while let Some(candidate) = candidate(&best.instance, k) {
            k += 1;
            let smaller = size(&candidate) < size(&best.instance);
            if !smaller {
                continue;
            }
            spent += 1;
            let candidate = Draw { instance: candidate };
            if fails(&candidate) {
                best = candidate;
                progress = true;
                k = k.saturating_sub(1);
            }
            if spent >= MAX_CONFIRMATIONS {
                break;
            }
        }
    }
    let (outcome, mut instance) = check_draw(claim, &best, budget);
    let Outcome::Fails(mut sides) = outcome else { return None };
    // The step size that the bound gave may be long; a shorter one just below often does.
    for parts in [100, 1_000, 1_000_000] {
        let gamma = &instance.parameters.gamma;
        let below = gamma.times(&Rational::ratio(parts - 1, parts));
        let mut shorter = instance.clone();
        shorter.parameters.gamma = Rational::simplest_between(&below, gamma);
        if let Outcome::Fails(new) = check_instance(claim, &shorter, budget) {
            (instance, sides) = (shorter, new);
            break;
        }
    }
    Some((instance, sides))
}

/// What shrinking reduces: first the shape, then the digits.
fn size(instance: &Instance) -> (usize, usize, usize, u64, u64) {
    let mut bits = 0;
    let mut copy = instance.clone();
    visit_numbers(&mut copy, &mut |q| {
        if !q.is_zero() {
            bits += q.bits() + u64::from(q.is_negative());
        }
    });
    bits += if instance.algorithm.compressor.is_default() { 0 } else { 16 };
    bits += 4 * instance.algorithm.memory.len() as u64;
    let asserted = &instance.asserted;
    let claimed = [&asserted.mu, &asserted.l_smooth, &asserted.l_exp];
    bits += 64 * claimed.iter().filter(|constant| constant.is_some()).count() as u64;
    (
        instance.problem.dimension(),
        instance.problem.samples(),
        instance.sampling.batch(),
        instance.parameters.horizon,
        bits,
    )
}

/// Candidate `k`, in a fixed order; `None` past the last.
fn candidate(instance: &Instance, k: usize) -> Option<Instance> {
    let (d, n) = (instance.problem.dimension(), instance.problem.samples());
    let mut k = k;
    let mut within = |count: usize| {
        let inside = k < count;
        if inside {
            Some(k)
        } else {
            k -= count;
            None
        }
    };
    if let Some(sample) = within(n) {
        return Some(without_sample(instance, sample).unwrap_or_else(|| instance.clone()));
    }
    if let Some(coordinate) = within(d) {
        return Some(without_coordinate(instance, coordinate).unwrap_or_else(|| instance.clone()));
    }
    if within(1).is_some() {
        let asserted = AssertedConstants::default();
        return Some(Instance { asserted, ..instance.clone() });
    }
    if let Some(choice) = within(2) {
        let mut plainer = instance.clone();
        match choice {
            0 => plainer.algorithm.compressor = Compressor::default(),
            _ => plainer.algorithm.memory.clear(),
        }
        return Some(plainer);
    }
    if within(1).is_some() {
        let mut single = instance.clone();
        single.sampling = Sampling::new(n, 1)?;
        return Some(single);
    }
    if let Some(choice) = within(3) {
        let mut shorter = instance.clone();
        let t = instance.parameters.horizon;
        shorter.parameters.horizon = [0, t / 2, t.saturating_sub(1)][choice];
        return Some(shorter);
    }
    let mut count = 0;
    visit_numbers(&mut instance.clone(), &mut |_| count += 1);
    let index = within(count * SIMPLER)?;
    let mut simpler = instance.clone();
    let mut position = 0;
    visit_numbers(&mut simpler, &mut |q| {
        if position == index / SIMPLER {
            *q = simpler_number(q, index % SIMPLER);
        }
        position += 1;
    });
    Some(simpler)
}

/// The number of simpler values that are tried for each number.
const SIMPLER: usize = 7;

fn simpler_number(q: &Rational, choice: usize) -> Rational {
    let near = |parts: i64| {
        let share = q.abs().times(&Rational::ratio(1, parts));
        Rational::simplest_between(&q.minus(&share), &q.plus(&share))
    };
    match choice {
        0 => Rational::ZERO,
        1 => Rational::ONE,
        2 => Rational::integer(-1),
        3 => q.abs(),
        4 => near(2),
        5 => near(10),
        _ => near(100),
    }
}

/// Every free number of the instance, in a fixed order; symmetric matrices stay symmetric.
fn visit_numbers(instance: &mut Instance, visit: &mut impl FnMut(&mut Rational)) {
    instance.problem.visit_numbers(visit);
    match &mut instance.control {
        ControlVariate::Free(c) => c.iter_mut().flatten().for_each(&mut *visit),
        ControlVariate::Teacher { parameters, .. } => parameters.iter_mut().for_each(&mut *visit),
    }
    instance.point.iter_mut().for_each(&mut *visit);
    visit(&mut instance.parameters.lambda);
    visit(&mut instance.parameters.kappa);
    // Step fractions and free numbers stay positive.
    let Parameters { gamma, gamma_2, a, eta, omega, delta, .. } = &mut instance.parameters;
    for fraction in [gamma, gamma_2, a, eta, omega, delta] {
        let mut value = fraction.clone();
        visit(&mut value);
        if value.is_positive() {
            *fraction = value;
        }
    }
    instance.algorithm.visit_numbers(visit);
    for constant in
        [&mut instance.asserted.mu, &mut instance.asserted.l_smooth, &mut instance.asserted.l_exp]
    {
        constant.iter_mut().for_each(&mut *visit);
    }
}

/// The same instance with its minimiser moved to the origin; `None` if there is none, or a ridge
/// ties the problem to its origin. Then b_n = −∇f_n(x*), and dropping a coordinate keeps the rest.
fn centred(instance: &Instance) -> Option<Instance> {
    let x_star = Constants::compute(&instance.problem, instance.sampling).ok()?.x_star;
    let mut moved = instance.clone();
    match &mut moved.problem {
        FiniteSum::Quadratic { hessians, linear } => {
            for (h, b) in hessians.iter().zip(linear) {
                *b = subtract(b, &h.apply(&x_star));
            }
        }
        FiniteSum::LeastSquares { features, targets, ridge } => {
            if !ridge.is_zero() {
                return None;
            }
            for (a, y) in features.iter().zip(targets) {
                *y = y.minus(&dot(a, &x_star));
            }
        }
        FiniteSum::LinearModel(_) | FiniteSum::Network(_) => return None,
        FiniteSum::Waves(waves) => waves.center = vec![Rational::ZERO; x_star.len()],
    }
    if let ControlVariate::Teacher { parameters, .. } = &mut moved.control {
        *parameters = subtract(parameters, &x_star);
    }
    moved.point = subtract(&moved.point, &x_star);
    for stored in &mut moved.algorithm.memory {
        *stored = subtract(stored, &x_star);
    }
    Some(moved)
}

fn without_sample(instance: &Instance, sample: usize) -> Option<Instance> {
    let problem = instance.problem.without_sample(sample)?;
    let count = problem.samples();
    let mut smaller = Instance { problem, ..instance.clone() };
    if let ControlVariate::Free(c) = &mut smaller.control {
        c.remove(sample);
    }
    smaller.sampling = instance.sampling.resized(count, instance.sampling.batch())?;
    smaller.algorithm = instance.algorithm.without_sample(sample);
    Some(smaller)
}

fn without_coordinate(instance: &Instance, coordinate: usize) -> Option<Instance> {
    let (problem, kept) = instance.problem.without_coordinate(coordinate)?;
    let mut smaller = Instance { problem, ..instance.clone() };
    let mut left = instance.problem.dimension();
    for dropped in (0..left).rev().filter(|i| !kept.contains(i)) {
        smaller.algorithm = smaller.algorithm.without_coordinate(dropped, left)?;
        left -= 1;
    }
    let drop = |v: &mut Vec<Rational>| *v = kept.iter().map(|i| v[*i].clone()).collect();
    match &mut smaller.control {
        ControlVariate::Free(c) => c.iter_mut().for_each(drop),
        ControlVariate::Teacher { parameters, .. } => drop(parameters),
    }
    drop(&mut smaller.point);
    Some(smaller)
}
