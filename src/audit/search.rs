//! The search for a witness against a claim: random draws first, then a derivative-free ascent of
//! the violation on small problems, rounded to short rationals and confirmed exactly.
//!
//! Floats only propose. Budgets count evaluations of the claim, so that a search ends at the same
//! point on every machine and with any number of threads.

use super::check::{Outcome, Sides, check_draw, resolve};
use super::hypotheses::network_family;
use super::setting::Setting;
use super::shrink::shrink;
use crate::claim::evaluate;
use crate::claim::expr::{Formula, Sign};
use crate::claim::theorem::{self, Claim};
use crate::claim::vocabulary::{Class, Process, Quantity};
use crate::expectation::Budget;
use crate::linear::Matrix;
use crate::problem::{
    Algorithm, AssertedConstants, Constants, ControlVariate, Draw, Family, FiniteSum, Instance,
    Parameters, Profile, RidgeConvention, Sampling, curved_instances, default_eta, instances,
};
use crate::scalar::Rational;
use argmin::core::{CostFunction, Executor, State};
use argmin::solver::neldermead::NelderMead;
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use rayon::prelude::*;
use sha2::{Digest, Sha256};
use std::sync::atomic::{AtomicUsize, Ordering};

/// What a search found.
#[derive(Clone, Debug)]
pub struct SearchResult {
    /// A shrunk instance that violates the claim, and its sides there.
    pub witness: Option<(Instance, Sides)>,
    /// Evaluations of the claim that were spent, shrinking excluded.
    pub evaluations: usize,
}

/// Draws are tried in groups of this size, ascents in waves of this many starts: large enough for
/// the threads, small enough to stop early. The result does not depend on the number of threads.
const GROUP: usize = 32;
const WAVE: usize = 16;
/// The share of the budget that goes to random draws before the ascents begin.
const DRAW_SHARE: usize = 20;
/// Iterations of one ascent.
const ITERATIONS: u64 = 250;

impl Profile {
    /// What most instances must be for the hypotheses of a claim to hold.
    pub fn of(claim: &Claim) -> Self {
        Self {
            teacher: claim.assumes(Class::TeacherGradient) || claim.assumes(Class::HasTeacher),
            convex: claim.assumes(Class::ConvexSamples),
            least_squares: claim.family == theorem::Family::LeastSquares,
            ridge: claim.assumes(Class::HasTeacher) && !claim.assumes(Class::TeacherGradient),
        }
    }
}

/// The seed of item `index` of a claim: every random choice of the audit starts here.
pub fn seed_of(seed: u64, name: &str, index: usize) -> [u8; 32] {
    Sha256::digest(format!("kd-audit {seed} {name} {index}").as_bytes()).into()
}

/// Draw `index` for a claim.
pub fn draw(claim: &Claim, seed: u64, name: &str, index: usize) -> Draw {
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &seed_of(seed, name, index));
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    if let Some(family) = network_family(claim.family) {
        let tree = family.instances().new_tree(&mut runner);
        return tree.expect("the strategies reject nothing").current();
    }
    let tree = instances(Profile::of(claim)).new_tree(&mut runner);
    tree.expect("the strategies reject nothing").current()
}

/// Draw `index` of a family for a claim.
pub fn draw_of_family(claim: &Claim, family: Family, seed: u64, name: &str, index: usize) -> Draw {
    let name = format!("{name} {}", family.name());
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &seed_of(seed, &name, index));
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    let tree = curved_instances(family, Profile::of(claim)).new_tree(&mut runner);
    tree.expect("the strategies reject nothing").current()
}

/// Whether instances of a family can meet the hypotheses of a claim and give its sides a value.
///
/// Stationary laws are those of quadratics. Without a smoothness constant, and without a unique
/// minimiser, a claim that needs one is rejected on every instance.
pub fn admits(claim: &Claim, family: Family) -> bool {
    use Quantity as Q;
    let stationary = [
        Q::XInf,
        Q::GradInf,
        Q::StationaryError,
        Q::StationaryP0,
        Q::StationaryP1,
        Q::StationaryP2,
    ];
    if stationary.into_iter().any(|quantity| claim.mentions(quantity))
        || claim.assumes(Class::QuadraticSamples)
        || claim.mentions(Q::MixedGrad)
    {
        return false;
    }
    let pl = claim.assumes(Class::Pl);
    match family {
        _ if claim.family != theorem::Family::Quadratic => false,
        Family::RankDeficient | Family::PlWaves => pl,
        Family::Poisson => {
            let smooth = [Q::LSmooth, Q::LExp, Q::LMax];
            !smooth.into_iter().any(|quantity| claim.mentions(quantity))
        }
        // Where f is not convex there may be several tilted minimisers.
        Family::QuasiWaves => !claim.mentions(Q::XLambda) || claim.assumes(Class::ConvexSamples),
        Family::Logistic | Family::Softmax => true,
    }
}

/// Searches for an instance that violates the claim, spending at most about `evaluations`.
pub fn search(
    claim: &Claim,
    name: &str,
    seed: u64,
    evaluations: usize,
    budget: Budget,
) -> SearchResult {
    let mut spent = 0;
    let found = |draw: Draw, spent| {
        let witness = shrink(claim, draw, budget);
        SearchResult { witness, evaluations: spent }
    };
    while spent < evaluations / DRAW_SHARE {
        let failing = (spent..spent + GROUP)
            .into_par_iter()
            .map(|index| draw(claim, seed, &format!("{name} search"), index))
            .find_first(|draw| matches!(check_draw(claim, draw, budget).0, Outcome::Fails(_)));
        spent += GROUP;
        if let Some(draw) = failing {
            return found(draw, spent);
        }
    }
    let mut wave = 0;
    while spent < evaluations && can_ascend(claim) {
        let ascents: Vec<Ascent> = (wave * WAVE..(wave + 1) * WAVE)
            .into_par_iter()
            .map(|index| ascend(claim, seed_of(seed, name, index), budget))
            .collect();
        wave += 1;
        spent += ascents.iter().map(|ascent| ascent.evaluations).sum::<usize>();
        let mut best: Vec<&Ascent> = ascents.iter().filter(|a| a.violation > 0.0).collect();
        best.sort_by(|a, b| b.violation.total_cmp(&a.violation));
        let confirmed = best.iter().find_map(|ascent| {
            // Few binary digits first: the shortest fractions that still violate the claim.
            [1, 2, 3, 4, 6, 8, 12, 16, 24].into_iter().find_map(|bits| {
                spent += 1;
                let draw = ascent.shape.draw(&ascent.point, bits)?;
                matches!(check_draw(claim, &draw, budget).0, Outcome::Fails(_)).then_some(draw)
            })
        });
        if let Some(draw) = confirmed {
            return found(draw, spent);
        }
    }
    SearchResult { witness: None, evaluations: spent }
}

/// Whether the violation of the claim is a number that can be increased.
fn can_ascend(claim: &Claim) -> bool {
    match &claim.formula {
        // The form that is ascended is a quadratic.
        _ if network_family(claim.family).is_some() => false,
        Formula::Relation(relation) => relation.sign != Sign::NotEqual,
        Formula::Equivalence(..) => false,
    }
}

/// The form of a small problem, whose entries are the coordinates of the ascent.
#[derive(Clone, Debug)]
struct Shape {
    dimension: usize,
    samples: usize,
    profile: Profile,
    fraction: Rational,
    horizon: u64,
    /// Whether a and η are coordinates too.
    free: bool,
    /// Whether the claim is about a compressor.
    compressed: bool,
    /// How many points the process keeps in memory.
    stored: usize,
    /// p.
    refresh: Rational,
}

struct Ascent {
    shape: Shape,
    point: Vec<f64>,
    violation: f64,
    evaluations: usize,
}

/// One ascent from a random start.
fn ascend(claim: &Claim, seed: [u8; 32], budget: Budget) -> Ascent {
    let mut rng = ChaCha8Rng::from_seed(seed);
    let mut uniform = move || (rng.next_u64() >> 11) as f64 / (1u64 << 53) as f64;
    let pick = |x: f64, from: &[(usize, usize)]| from[(x * from.len() as f64) as usize];
    let shapes = [(1, 1), (1, 2), (1, 2), (1, 2), (1, 3), (1, 3), (2, 2), (2, 3)];
    let (dimension, samples) = pick(uniform(), &shapes);
    // Most false step sizes and factors fail first at the largest admissible step.
    let sixteenths = [16, 16, 16, 16, 8, 4, 2, 1][(uniform() * 8.0) as usize];
    let shape = Shape {
        dimension,
        samples,
        profile: Profile::of(claim),
        fraction: Rational::ratio(sixteenths, 16),
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
        let own =
            point.len() - 2 - if shape.compressed { 2 } else { 0 } - shape.stored * shape.dimension;
        for (value, usual) in point[own..].iter_mut().zip([1.0, 0.75]) {
            *value = if *value < 0.0 { usual } else { *value };
        }
    }
    let evaluations = AtomicUsize::new(0);
    let cost = Violation { claim, shape: &shape, budget, evaluations: &evaluations };
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
        let violations = evaluation.sides.first()?.iter().map(|(lhs, rhs)| {
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
    /// the free numbers and the memory.
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
    }

    /// The problem at a point, with coordinates rounded to `bits` binary digits after the point;
    /// `None` if a coordinate is beyond what a problem should have.
    fn draw(&self, point: &[f64], bits: i32) -> Option<Draw> {
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
            asserted: AssertedConstants::default(),
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
