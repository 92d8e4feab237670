//! The ascent: from a random start, towards a violation of the claim or towards equality of its
//! sides, over the entries of a small problem. Floats only propose.

use super::check::resolve;
use super::setting::Setting;
use crate::claim::evaluate;
use crate::claim::expr::Sign;
use crate::claim::theorem::{Claim, Condition};
use crate::claim::vocabulary::{Process, Quantity};
use crate::expectation::Budget;
use crate::linear::Matrix;
use crate::problem::{
    Algorithm, AssertedConstants, Constants, ControlVariate, Draw, FiniteSum, Instance, Parameters,
    Profile, RidgeConvention, Sampling, default_eta,
};
use crate::scalar::Rational;
use argmin::core::{CostFunction, Executor, State};
use argmin::solver::neldermead::NelderMead;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use std::sync::atomic::{AtomicUsize, Ordering};

/// Iterations of one ascent.
const ITERATIONS: u64 = 250;

/// The form of a small problem, whose entries are the coordinates of the ascent.
#[derive(Clone, Debug)]
pub(super) struct Shape {
    dimension: usize,
    samples: usize,
    profile: Profile,
    fraction: Rational,
    horizon: u64,
    /// Whether a and η are coordinates too.
    free: bool,
    /// Whether the claim is about a compressor.
    compressed: bool,
    /// The constants that no hypothesis ties to the problem: they may have any positive value.
    loose: Vec<Quantity>,
    /// How many points the process keeps in memory.
    stored: usize,
    /// p.
    refresh: Rational,
}

pub(super) struct Ascent {
    /// The form of the problem.
    pub shape: Shape,
    /// Where it ended.
    pub point: Vec<f64>,
    /// The relative violation there; negative while the claim holds.
    pub violation: f64,
    /// Evaluations of the claim.
    pub evaluations: usize,
}

/// What an ascent climbs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Aim {
    /// The violation of the claim.
    Violation,
    /// The quotient of two positive sides: points where a side vanishes do not count.
    Quotient,
}

/// Whether some hypothesis is about the step size.
fn is_bounded(claim: &Claim) -> bool {
    claim.hypotheses.iter().any(|hypothesis| match &hypothesis.condition {
        Condition::Formula(formula) => {
            let relations = formula.relations();
            relations
                .iter()
                .any(|r| r.lhs.mentions(Quantity::Gamma) || r.rhs.mentions(Quantity::Gamma))
        }
        _ => false,
    })
}

/// The constants of a problem that the claim is about without a class that ties them to it.
fn loose_constants(claim: &Claim) -> Vec<Quantity> {
    let tied = |constant: Quantity| {
        claim.hypotheses.iter().any(|hypothesis| match &hypothesis.condition {
            Condition::Class(_, Some(value)) => value.mentions(constant),
            _ => false,
        })
    };
    let all = [Quantity::Mu, Quantity::LSmooth, Quantity::LExp];
    all.into_iter().filter(|constant| claim.mentions(*constant) && !tied(*constant)).collect()
}

/// One ascent from a random start.
pub(super) fn ascend(claim: &Claim, aim: Aim, seed: [u8; 32], budget: Budget) -> Ascent {
    let mut rng = ChaCha8Rng::from_seed(seed);
    let mut uniform = move || (rng.next_u64() >> 11) as f64 / (1u64 << 53) as f64;
    let pick = |x: f64, from: &[(usize, usize)]| from[(x * from.len() as f64) as usize];
    let shapes = [(1, 1), (1, 2), (1, 2), (1, 2), (1, 3), (1, 3), (2, 2), (2, 3)];
    let (dimension, samples) = pick(uniform(), &shapes);
    // Most false step sizes and factors fail first at the largest admissible step.
    let sixteenths = [16, 16, 16, 16, 8, 4, 2, 1][(uniform() * 8.0) as usize];
    // Without a bound on the step, beyond what is usual.
    let reach = if is_bounded(claim) { 1 } else { [1, 4, 16, 64][(uniform() * 4.0) as usize] };
    let shape = Shape {
        dimension,
        samples,
        profile: Profile::of(claim),
        fraction: Rational::ratio(sixteenths * reach, 16),
        loose: loose_constants(claim),
        compressed: [Quantity::Omega, Quantity::Delta].into_iter().any(|q| claim.mentions(q)),
        free: [Quantity::A, Quantity::Eta].into_iter().any(|q| claim.mentions(q)),
        horizon: [0, 1, 1, 2, 3, 5, 8, 13, 21, 34][(uniform() * 10.0) as usize],
        stored: match claim.process {
            Process::LSvrg => 1,
            Process::Saga => samples,
            _ => 0,
        },
        refresh: match claim.process.remembers() {
            true => Rational::ratio([8, 4, 4, 2][(uniform() * 4.0) as usize], 8),
            false => Algorithm::default().refresh,
        },
    };
    let mut start = |scale: f64| {
        let magnitude = 4f64.powf(4.0 * uniform() - 2.0) * scale;
        if uniform() < 0.5 { magnitude } else { -magnitude }
    };
    let mut point: Vec<f64> = (0..shape.coordinates()).map(|_| start(1.0)).collect();
    if shape.free {
        // Half of the starts are at the values of interest.
        let after = if shape.compressed { 2 } else { 0 }
            + shape.stored * shape.dimension
            + shape.loose.len();
        let own = point.len() - 2 - after;
        for (value, usual) in point[own..].iter_mut().zip([1.0, 0.75]) {
            *value = if *value < 0.0 { usual } else { *value };
        }
    }
    let evaluations = AtomicUsize::new(0);
    let cost = Violation { claim, aim, shape: &shape, budget, evaluations: &evaluations };
    let mut simplex = vec![point.clone()];
    for i in 0..point.len() {
        let mut vertex = point.clone();
        vertex[i] += 0.25 * vertex[i].abs().max(0.5);
        simplex.push(vertex);
    }
    let run = Executor::new(cost, NelderMead::new(simplex))
        .configure(|state| state.max_iters(ITERATIONS))
        .run();
    let (point, violation) = match run {
        Ok(result) => {
            let state = result.state();
            (state.get_best_param().cloned().unwrap_or(point), -state.get_best_cost())
        }
        Err(_) => (point, f64::NEG_INFINITY),
    };
    Ascent { shape, point, violation, evaluations: evaluations.into_inner() }
}

/// Minus the relative violation of the claim in floats.
struct Violation<'a> {
    claim: &'a Claim,
    aim: Aim,
    shape: &'a Shape,
    budget: Budget,
    evaluations: &'a AtomicUsize,
}

/// The cost of a point that is no problem at all; finite, so that the simplex can leave it.
const NOT_A_PROBLEM: f64 = 4.0;

impl CostFunction for Violation<'_> {
    type Param = Vec<f64>;
    type Output = f64;

    fn cost(&self, point: &Self::Param) -> Result<f64, argmin::core::Error> {
        self.evaluations.fetch_add(1, Ordering::Relaxed);
        Ok(self.violation(point).map_or(NOT_A_PROBLEM, |violation| -violation))
    }
}

impl Violation<'_> {
    fn violation(&self, point: &[f64]) -> Option<f64> {
        let draw = self.shape.draw(point, 40)?;
        let constants = Constants::estimate(&draw.instance.problem, draw.instance.sampling)?;
        let instance = resolve::<f64>(self.claim, &draw, Some(&constants), self.budget);
        let setting =
            Setting::<f64>::new(&instance, Some(&constants), self.claim.process, self.budget);
        let evaluation = evaluate::evaluate(&self.claim.formula, &setting).ok()?;
        let sign = self.claim.formula.relations().first()?.sign;
        let sides = evaluation.sides.first()?;
        if self.aim == Aim::Quotient && sides.iter().any(|(l, r)| l.min(*r) <= 0.0) {
            return None;
        }
        let violations = sides.iter().map(|(lhs, rhs)| {
            let excess = match sign {
                Sign::AtMost | Sign::Less => lhs - rhs,
                Sign::AtLeast | Sign::Greater => rhs - lhs,
                Sign::Equal | Sign::NotEqual => (lhs - rhs).abs(),
            };
            excess / (lhs.abs() + rhs.abs()).max(f64::MIN_POSITIVE)
        });
        violations.max_by(f64::total_cmp).filter(|violation| violation.is_finite())
    }
}

impl Shape {
    fn packed(&self) -> usize {
        self.dimension * (self.dimension + 1) / 2
    }

    /// Curvatures, gradients at the minimiser, control variate or teacher, point, weight, penalty,
    /// the free numbers, the memory and the loose constants.
    fn coordinates(&self) -> usize {
        let free_samples = self.samples - usize::from(!self.profile.convex);
        let control = if self.profile.teacher { 1 } else { self.samples };
        free_samples * self.packed()
            + (self.samples - 1) * self.dimension
            + control * self.dimension
            + self.dimension
            + 2
            + if self.free { 2 } else { 0 }
            + if self.compressed { 2 } else { 0 }
            + self.stored * self.dimension
            + self.loose.len()
    }

    /// The problem at a point, with coordinates rounded to `bits` binary digits after the point;
    /// `None` if a coordinate is beyond what a problem should have.
    pub fn draw(&self, point: &[f64], bits: i32) -> Option<Draw> {
        let scale = 2f64.powi(bits);
        let mut rest = point.iter();
        let mut next = || -> Option<Rational> {
            let value = *rest.next()?;
            if value.abs() > 1e6 {
                return None;
            }
            Rational::from_f64((value * scale).round() / scale)
        };
        let (d, n) = (self.dimension, self.samples);
        let hessians = self.hessians(&mut next)?;
        let mut noise: Vec<Vec<Rational>> = Vec::new();
        for _ in 1..n {
            noise.push((0..d).map(|_| next()).collect::<Option<_>>()?);
        }
        // The minimiser is the origin: the gradients there sum to zero.
        let last =
            noise.iter().fold(vec![Rational::ZERO; d], |sum, z| crate::linear::subtract(&sum, z));
        noise.push(last);
        let linear =
            noise.iter().map(|z| crate::linear::scale(&Rational::integer(-1), z)).collect();
        let control = if self.profile.teacher {
            let parameters = (0..d).map(|_| next()).collect::<Option<_>>()?;
            ControlVariate::Teacher { parameters, ridge: RidgeConvention::Both }
        } else {
            let vector = |_| (0..d).map(|_| next()).collect::<Option<Vec<_>>>();
            ControlVariate::Free((0..n).map(vector).collect::<Option<_>>()?)
        };
        let location = (0..d).map(|_| next()).collect::<Option<_>>()?;
        let (lambda, kappa) = (next()?, next()?.abs());
        let mut free = |usual: Rational| {
            let value = if self.free { next()?.abs() } else { usual };
            value.is_positive().then_some(value)
        };
        let (a, eta) = (free(Rational::ONE)?, free(default_eta())?);
        let [omega, delta] = match self.compressed {
            true => [next()?.abs(), next()?.abs()],
            false => [Rational::ZERO, Rational::ONE],
        };
        if !delta.is_positive() {
            return None;
        }
        let memory = (0..self.stored)
            .map(|_| (0..d).map(|_| next()).collect::<Option<Vec<_>>>())
            .collect::<Option<_>>()?;
        let algorithm = Algorithm { memory, refresh: self.refresh.clone(), ..Algorithm::default() };
        let mut asserted = AssertedConstants::default();
        for constant in &self.loose {
            let value = Some(next()?.abs()).filter(Rational::is_positive)?;
            match constant {
                Quantity::Mu => asserted.mu = Some(value),
                Quantity::LSmooth => asserted.l_smooth = Some(value),
                _ => asserted.l_exp = Some(value),
            }
        }
        let instance = Instance {
            problem: FiniteSum::Quadratic { hessians, linear },
            control,
            sampling: Sampling::new(n, 1)?,
            point: location,
            parameters: Parameters {
                gamma: self.fraction.clone(),
                gamma_2: Rational::ratio(1, 2),
                lambda,
                kappa,
                a,
                eta,
                omega,
                delta,
                horizon: self.horizon,
            },
            asserted,
            algorithm,
        };
        Some(Draw { instance })
    }

    fn hessians(
        &self,
        next: &mut impl FnMut() -> Option<Rational>,
    ) -> Option<Vec<Matrix<Rational>>> {
        let (d, n) = (self.dimension, self.samples);
        let mut packed = |_| (0..self.packed()).map(|_| next()).collect::<Option<Vec<_>>>();
        let symmetric = |entries: &[Rational]| {
            Matrix::from_fn(d, d, |i, j| entries[crate::expectation::moments::packed(i, j)].clone())
        };
        if self.profile.convex {
            // Squares of symmetric matrices; in one dimension the absolute value reaches as far.
            let square = |entries: Vec<Rational>| {
                let root = symmetric(&entries);
                if d == 1 { root.map(Rational::abs) } else { root.product(&root) }
            };
            return (0..n).map(|k| packed(k).map(square)).collect();
        }
        // Deviations from a mean of I, which the scaling of space makes no restriction in one
        // dimension; in two, the deviations bring all the anisotropy that a witness needs.
        let mut deviations: Vec<Matrix<Rational>> =
            (1..n).map(|k| packed(k).map(|entries| symmetric(&entries))).collect::<Option<_>>()?;
        let total = deviations
            .iter()
            .fold(Matrix::zeros(d, d), |sum, m| sum.plus_scaled(&Rational::integer(-1), m));
        deviations.push(total);
        let identity = Matrix::from_fn(d, d, |i, j| Rational::integer(i64::from(i == j)));
        Some(deviations.iter().map(|m| identity.plus_scaled(&Rational::ONE, m)).collect())
    }
}
