//! Random instances beyond positive definite quadratics, one strategy a family, made of small
//! integers like the others so that proptest can shrink each by itself.

use super::strategy::Profile;
use super::teacher::TeacherKind;
use super::{
    AssertedConstants, Constants, ControlVariate, Curvature, Draw, FiniteSum, Instance,
    LinearModel, Link, Parameters, RidgeConvention, Sampling, Waves,
};
use crate::linear::{add, scale, subtract};
use crate::scalar::{Rational, Scalar};
use proptest::collection::vec;
use proptest::prelude::*;

/// A family of problems that are not positive definite quadratics.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Family {
    /// Least squares with more coordinates than the features span: the PL inequality holds without
    /// strong convexity. Most instances interpolate.
    RankDeficient,
    /// Logistic regression with a ridge.
    Logistic,
    /// Softmax regression with two or three classes and a ridge.
    Softmax,
    /// Poisson regression with a ridge: no smoothness constant.
    Poisson,
    /// Sums of t² + α sin² t with 1 < α ≤ 4 and no more rows than coordinates: the PL inequality,
    /// without convexity.
    PlWaves,
    /// Sums of t² + α sin² t with 1 < α ≤ 8/5, or α ≤ 1 where samples must be convex: strong
    /// quasi-convexity.
    QuasiWaves,
}

impl Family {
    /// Every family.
    pub const ALL: [Self; 6] = [
        Self::RankDeficient,
        Self::Logistic,
        Self::Softmax,
        Self::Poisson,
        Self::PlWaves,
        Self::QuasiWaves,
    ];

    /// The word for reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::RankDeficient => "rank-deficient",
            Self::Logistic => "logistic",
            Self::Softmax => "softmax",
            Self::Poisson => "poisson",
            Self::PlWaves => "pl-waves",
            Self::QuasiWaves => "qsc-waves",
        }
    }
}

const MAX_DIMENSION: usize = 3;
const MAX_SAMPLES: usize = 4;
/// Vectors of the pool: features or rows, noise, free control variates, and single ones.
const VECTORS: usize = 3 * MAX_SAMPLES + 4;
/// A path of this many steps has few enough ends for the longest horizon that is drawn.
const MAX_PATHS: usize = 128;

/// What is drawn.
#[derive(Clone, Debug)]
struct Raw {
    d: usize,
    n: usize,
    batch: usize,
    teacher: Option<TeacherKind>,
    student_only: bool,
    offence: Offence,
    fraction: i64,
    lambda: i64,
    kappa: i64,
    horizon: u64,
    a: i64,
    eta: i64,
    omega: i32,
    delta: i64,
    ridge: i64,
    bend: usize,
    noise: i64,
    pool: Vec<i64>,
    weights: Vec<i64>,
}

/// What is wrong with a draw on purpose.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Offence {
    None,
    MuTooLarge,
    SmoothnessTooSmall,
    ExpectedSmoothnessTooSmall,
    NoRidge,
}

/// Random instances of a family for claims of a profile.
pub fn curved_instances(family: Family, profile: Profile) -> impl Strategy<Value = Draw> {
    let shape = (1..=MAX_DIMENSION, 1..=MAX_SAMPLES, prop_oneof![3 => Just(1usize), 1 => Just(2)]);
    let free = prop_oneof![1 => Just(None), 2 => Just(Some(()))];
    let kind = prop::sample::select(TeacherKind::ALL.to_vec());
    let teacher = (free, kind).prop_map(|(free, kind)| free.map(|()| kind));
    let offence = prop_oneof![
        28 => Just(Offence::None),
        1 => Just(Offence::MuTooLarge),
        1 => Just(Offence::SmoothnessTooSmall),
        1 => Just(Offence::ExpectedSmoothnessTooSmall),
        1 => Just(Offence::NoRidge),
    ];
    let scalars = (
        prop_oneof![5 => Just(16i64), 8 => 1..=16i64],
        prop_oneof![2 => Just(4i64), 1 => Just(0i64), 5 => 1..=3i64, 1 => 5..=8i64, 1 => -4..=-1i64],
        0..=9i64,
        0..=6u64,
    );
    let parameters = (1..=8i64, 1..=8i64, 0..=11i32, 1..=8i64);
    let problem = (1..=8i64, 0..4usize, 0..=4i64);
    let pools =
        (vec(-4..=4i64, VECTORS * MAX_DIMENSION), vec(1..=7i64, MAX_SAMPLES * MAX_DIMENSION));
    (shape, (teacher, any::<bool>(), offence), scalars, parameters, problem, pools).prop_map(
        move |(shape, regime, scalars, parameters, problem, pools)| {
            Raw {
                d: shape.0,
                n: shape.1,
                batch: shape.2,
                teacher: regime.0,
                student_only: regime.1,
                offence: regime.2,
                fraction: scalars.0,
                lambda: scalars.1,
                kappa: scalars.2,
                horizon: scalars.3,
                a: parameters.0,
                eta: parameters.1,
                omega: parameters.2,
                delta: parameters.3,
                ridge: problem.0,
                bend: problem.1,
                noise: problem.2,
                pool: pools.0,
                weights: pools.1,
            }
            .build(family, profile)
        },
    )
}

impl Raw {
    /// Vector `k` of the pool, in quarters; of length `d`.
    fn vector(&self, k: usize, d: usize) -> Vec<Rational> {
        let start = k * MAX_DIMENSION;
        (0..d).map(|i| Rational::ratio(self.pool[start + i % MAX_DIMENSION], 4)).collect()
    }

    /// A vector whose entry `main` is moved away from zero, so that few rows are dependent.
    fn row(&self, k: usize, main: usize, d: usize) -> Vec<Rational> {
        let mut row = self.vector(k, d);
        let sign = if row[main].is_negative() { -1 } else { 1 };
        row[main] = row[main].plus(&Rational::integer(sign));
        row
    }

    fn build(&self, family: Family, profile: Profile) -> Draw {
        let problem = self.problem(family, profile);
        let (n, d) = (problem.samples(), problem.dimension());
        let sampling = Sampling::new(n, self.batch.min(n))
            .or_else(|| Sampling::new(n, 1))
            .expect("a drawn problem has samples");
        let minimiser = match &problem {
            FiniteSum::Waves(waves) => waves.center.clone(),
            other => Constants::compute_for(other, sampling, Curvature::Pl).map_or_else(
                |_| vec![Rational::ZERO; d],
                |constants| {
                    // Where it is only enclosed, a short number near it is as good.
                    let exact = constants.x_star_error.is_zero();
                    let short =
                        |v: &Rational| if exact { v.clone() } else { v.round_to_dyadic(-10) };
                    constants.x_star.iter().map(short).collect()
                },
            ),
        };
        let mut asserted = AssertedConstants::default();
        match self.offence {
            Offence::MuTooLarge => asserted.mu = Some(Rational::integer(64)),
            Offence::SmoothnessTooSmall => asserted.l_smooth = Some(Rational::two_to(-24)),
            Offence::ExpectedSmoothnessTooSmall => asserted.l_exp = Some(Rational::two_to(-24)),
            _ => {}
        }
        let batches = sampling.batches().map_or(1, |batches| batches.len());
        let affordable = |t: u64| {
            u32::try_from(t)
                .ok()
                .and_then(|t| batches.checked_pow(t))
                .is_some_and(|k| k <= MAX_PATHS)
        };
        let horizon = (0..=self.horizon).rev().find(|t| affordable(*t)).unwrap_or(0);
        let point = add(&minimiser, &self.vector(1, d));
        let instance = Instance {
            control: self.control(profile, &problem, &minimiser),
            problem,
            sampling,
            point,
            parameters: Parameters {
                gamma: Rational::ratio(self.fraction, 16),
                gamma_2: Rational::ratio(1, 2),
                lambda: Rational::ratio(self.lambda, 4),
                kappa: Rational::ratio(self.kappa, 4),
                a: Rational::ratio(self.a, 4),
                eta: Rational::ratio(self.eta, 4),
                omega: match self.omega {
                    0 => Rational::ZERO,
                    k => Rational::two_to(2 * k - 22),
                },
                delta: Rational::ratio(self.delta, 4),
                horizon,
            },
            asserted,
            algorithm: super::Algorithm::default(),
        };
        Draw { instance }
    }

    fn control(
        &self,
        profile: Profile,
        problem: &FiniteSum<Rational>,
        minimiser: &[Rational],
    ) -> ControlVariate<Rational> {
        let d = problem.dimension();
        let kind = self.teacher.or(profile.teacher.then_some(TeacherKind::Random));
        let Some(kind) = kind else {
            let free = |k| self.vector(4 + 2 * MAX_SAMPLES + k % MAX_SAMPLES, d);
            return ControlVariate::Free((0..problem.samples()).map(free).collect());
        };
        // Whether a claim can bear the data term alone is for its profile to say.
        let ridge = match self.student_only && (profile.ridge || !profile.teacher) {
            true => RidgeConvention::StudentOnly,
            false => RidgeConvention::Both,
        };
        let random = self.vector(2, d);
        ControlVariate::Teacher { parameters: kind.parameters(problem, minimiser, &random), ridge }
    }

    fn problem(&self, family: Family, profile: Profile) -> FiniteSum<Rational> {
        match family {
            Family::RankDeficient => self.rank_deficient(),
            Family::Logistic => self.linear_model(Link::Logistic),
            Family::Softmax => self.linear_model(Link::Softmax),
            Family::Poisson => self.linear_model(Link::Poisson),
            // α in quarters from 5/4: 5/4, 2, 3, 4.
            Family::PlWaves => self.waves(&["5/4", "2", "3", "4"], false),
            Family::QuasiWaves if profile.convex => self.waves(&["1/4", "1/2", "3/4", "1"], true),
            Family::QuasiWaves => self.waves(&["9/8", "5/4", "3/2", "8/5"], true),
        }
    }

    /// One or two features in one more dimension; residuals only where the noise says so.
    fn rank_deficient(&self) -> FiniteSum<Rational> {
        let rank = self.d.min(2);
        let d = rank + 1;
        let basis: Vec<Vec<Rational>> = (0..rank).map(|k| self.row(4 + k, k, d)).collect();
        let count = self.n.max(rank);
        let features: Vec<Vec<Rational>> = (0..count)
            .map(|n| {
                let share = Rational::ratio(self.weights[n], 4);
                scale(&share, &basis[n % rank])
            })
            .collect();
        let center = self.vector(0, d);
        let residual = |n: usize| match self.noise {
            0 | 1 => Rational::ratio(self.pool[n], 4),
            _ => Rational::ZERO,
        };
        let targets = features.iter().enumerate();
        let targets = targets.map(|(n, a)| crate::linear::dot(a, &center).plus(&residual(n)));
        FiniteSum::LeastSquares { targets: targets.collect(), features, ridge: Rational::ZERO }
    }

    fn linear_model(&self, link: Link) -> FiniteSum<Rational> {
        let width = if link == Link::Softmax { self.d.min(2) } else { self.d };
        let classes = 2 + self.bend % 2;
        let features: Vec<Vec<Rational>> =
            (0..self.n).map(|n| self.row(4 + n, n % width, width)).collect();
        let label = |n: usize| {
            let choice = self.pool[n].unsigned_abs() as usize;
            match link {
                Link::Logistic if self.noise == 0 => vec![Rational::ratio(self.weights[n], 8)],
                Link::Logistic => vec![Rational::count(choice % 2)],
                Link::Poisson => vec![Rational::count(choice)],
                Link::Softmax => (0..classes)
                    .map(|k| Rational::count(usize::from(k == choice % classes)))
                    .collect(),
            }
        };
        let ridge = match self.offence {
            Offence::NoRidge => Rational::ZERO,
            _ => Rational::ratio(self.ridge, 16),
        };
        let labels = (0..self.n).map(label).collect();
        FiniteSum::LinearModel(LinearModel { link, features, labels, ridge })
    }

    /// As many rows as coordinates where x* must be the only minimiser, at most as many elsewhere.
    fn waves(&self, bends: &[&str; 4], unique: bool) -> FiniteSum<Rational> {
        let d = self.d;
        let k = if unique { d } else { 1 + self.bend % d };
        let rows: Vec<Vec<Rational>> = (0..k).map(|j| self.row(4 + j, j, d)).collect();
        let bend =
            |j: usize| bends[(self.bend + j) % bends.len()].parse().expect("a literal is a number");
        let weights = (0..self.n)
            .map(|n| {
                (0..k).map(|j| Rational::ratio(self.weights[n * MAX_DIMENSION + j], 4)).collect()
            })
            .collect();
        let scale_of = Rational::ratio(self.noise, 2);
        let noise = (0..self.n)
            .map(|n| {
                let next = 4 + MAX_SAMPLES + (n + 1) % self.n;
                let difference =
                    subtract(&self.vector(4 + MAX_SAMPLES + n, d), &self.vector(next, d));
                scale(&scale_of, &difference)
            })
            .collect();
        FiniteSum::Waves(Waves {
            rows,
            center: self.vector(0, d),
            bends: (0..k).map(bend).collect(),
            weights,
            noise,
        })
    }
}
