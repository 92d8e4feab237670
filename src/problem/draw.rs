//! The instance that a strategy's small integers stand for.

use super::{
    Algorithm, AssertedConstants, Compressor, ControlVariate, FiniteSum, Instance, Parameters,
    Profile, RidgeConvention, Sampling,
};
use crate::linear::{Matrix, add, dot, scale, subtract};
use crate::scalar::{Rational, Scalar};

/// A random instance whose step sizes are still fractions of the largest admissible ones.
#[derive(Clone, Debug, PartialEq)]
pub struct Draw {
    /// The instance; `parameters.gamma` and `gamma_2` hold the fractions.
    pub instance: Instance,
}

/// The largest dimension that is drawn.
pub(super) const MAX_DIMENSION: usize = 8;
/// The largest number of samples that is drawn: least squares takes d − 1 more than others.
const MAX_SAMPLES: usize = 13;
/// The longest horizon from three dimensions on.
const SHORT_HORIZON: u64 = 8;
pub(super) const HESSIAN_POOL: usize = 6 * MAX_DIMENSION * (MAX_DIMENSION + 1) / 2;
pub(super) const VECTOR_POOL: usize = (2 * MAX_SAMPLES + 3) * MAX_DIMENSION;

#[derive(Clone, Copy, Debug)]
pub(super) enum Family {
    /// H_n = D^½(I + M_n)D^½ with ΣM_n = 0: indefinite samples, moderate expected smoothness.
    Relative,
    /// H_n = D + M_n with ΣM_n = 0: expected smoothness far above smoothness.
    Absolute,
    /// H_n = s_nD with 0 ≤ s_n ≤ 2.
    Convex,
    /// Rank one.
    LeastSquares,
    /// Rank one and a ridge.
    Ridge,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Noise {
    None,
    Low,
    Moderate,
    High,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Teacher {
    None,
    Perfect,
    Near,
    Far,
    Correlated,
    Anticorrelated,
    Useless,
    Constant,
}

/// What is wrong with a draw on purpose, so that rejections are seen.
#[derive(Clone, Copy, Debug)]
pub(super) enum Offence {
    None,
    Indefinite,
    MuTooLarge,
    SmoothnessTooSmall,
    ExpectedSmoothnessTooSmall,
    /// Or, where samples must be convex and κ plays no part, a first sample that is concave.
    KappaNegative,
    NoTeacher,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Compression {
    Bernoulli,
    RandK,
    Natural,
    Dithering,
    TopK,
    Mask,
}

/// Where the points of the memory are.
#[derive(Clone, Copy, Debug)]
pub(super) enum Memory {
    Start,
    Minimiser,
    /// All over the place.
    Spread,
}

/// What is drawn. The pools have the same length whatever the shape, so that shrinking the shape
/// keeps the rest.
#[derive(Clone, Debug)]
pub(super) struct Raw {
    pub d: usize,
    pub n: usize,
    pub batch: usize,
    pub family: Family,
    pub span: u8,
    pub exponents: Vec<u8>,
    pub turns: Vec<u8>,
    pub noise: Noise,
    pub teacher: Teacher,
    pub offence: Offence,
    pub fraction: i64,
    pub fraction_2: i64,
    pub lambda: i64,
    pub kappa: i64,
    pub horizon: u64,
    pub distance: i32,
    pub hessian_pool: Vec<i64>,
    pub vector_pool: Vec<i64>,
    pub a: i64,
    pub eta: i64,
    pub omega: i32,
    pub delta: i64,
    pub compressor: Compression,
    /// k, or s, where a compressor has one.
    pub level: usize,
    pub memory: Memory,
    /// p, in eighths.
    pub refresh: i64,
}

impl Raw {
    pub fn build(&self, profile: Profile) -> Draw {
        let center =
            self.vector(0).iter().map(|v| v.times(&Rational::ratio(1, 2))).collect::<Vec<_>>();
        let (problem, noise) = self.problem(profile, &center);
        let control = self.control(profile, &center, &noise);
        let sampling = Sampling::new(problem.samples(), self.batch.min(problem.samples()))
            .or_else(|| Sampling::new(problem.samples(), 1))
            .expect("a drawn problem has samples");
        let step = scale(&Rational::two_to(2 * self.distance), &self.vector(1));
        let kappa = match self.offence {
            Offence::KappaNegative => Rational::ratio(-1 - self.kappa, 4),
            _ => Rational::ratio(self.kappa, 4),
        };
        let mut asserted = AssertedConstants::default();
        match self.offence {
            Offence::MuTooLarge => asserted.mu = Some(Rational::integer(64)),
            Offence::SmoothnessTooSmall => asserted.l_smooth = Some(Rational::two_to(-24)),
            Offence::ExpectedSmoothnessTooSmall => asserted.l_exp = Some(Rational::two_to(-24)),
            _ => {}
        }
        // Exact numbers grow with every step, and the moments have O(d⁴) coefficients.
        let horizon = if self.d <= 2 { self.horizon } else { self.horizon.min(SHORT_HORIZON) };
        let algorithm = self.algorithm(&center, problem.samples());
        // From none, over what a small step admits, to one.
        let drawn = match self.omega {
            0 => Rational::ZERO,
            k => Rational::two_to(2 * k - 22),
        };
        let omega = algorithm.compressor.own_omega(self.d).unwrap_or(drawn);
        let instance = Instance {
            problem,
            control,
            sampling,
            point: add(&center, &step),
            parameters: Parameters {
                gamma: Rational::ratio(self.fraction, 16),
                gamma_2: Rational::ratio(self.fraction_2, 16),
                lambda: Rational::ratio(self.lambda, 4),
                kappa,
                a: Rational::ratio(self.a, 4),
                eta: Rational::ratio(self.eta, 4),
                omega,
                delta: Rational::ratio(self.delta, 4),
                horizon,
            },
            asserted,
            algorithm,
        };
        Draw { instance }
    }

    fn algorithm(&self, center: &[Rational], samples: usize) -> Algorithm {
        let k = self.level.clamp(1, self.d);
        let compressor = match self.compressor {
            Compression::Bernoulli => Compressor::Bernoulli,
            // Mostly k = d or one less: few claims admit more.
            Compression::RandK => Compressor::RandK((self.d + 1 - k).max(1)),
            Compression::Natural => Compressor::Natural,
            Compression::Dithering => Compressor::Dithering(1 << self.level),
            Compression::TopK => Compressor::TopK(k),
            Compression::Mask => Compressor::Mask((0..self.d).map(|i| i < k).collect()),
        };
        let spread = |n: usize| {
            let away = self.vector(3 + MAX_SAMPLES + n);
            add(center, &scale(&Rational::two_to(2 * self.distance), &away))
        };
        let memory = match self.memory {
            Memory::Start => Vec::new(),
            Memory::Minimiser => vec![center.to_vec()],
            Memory::Spread => (0..samples).map(spread).collect(),
        };
        Algorithm { compressor, memory, refresh: Rational::ratio(self.refresh, 8) }
    }

    /// Vector `k` of the pool, of small integers.
    fn vector(&self, k: usize) -> Vec<Rational> {
        let start = k * MAX_DIMENSION;
        self.vector_pool[start..start + self.d].iter().map(|v| Rational::integer(*v)).collect()
    }

    /// D^½: powers of two, from 1 down to 2^−span.
    fn roots(&self) -> Vec<Rational> {
        (0..self.d)
            .map(|i| {
                let exponent = match i {
                    0 => 0,
                    _ if i + 1 == self.d => self.span,
                    _ => self.exponents[i].min(self.span),
                };
                Rational::two_to(-i32::from(exponent))
            })
            .collect()
    }

    /// Turns coordinates by exact rational rotations, so that nothing is diagonal by accident.
    fn turn(&self, mut v: Vec<Rational>) -> Vec<Rational> {
        for i in 1..self.d {
            let (c, s) = match self.turns[i] {
                0 => continue,
                1 => (Rational::ratio(4, 5), Rational::ratio(3, 5)),
                _ => (Rational::ratio(12, 13), Rational::ratio(-5, 13)),
            };
            let (a, b) = (v[i - 1].clone(), v[i].clone());
            v[i - 1] = c.times(&a).minus(&s.times(&b));
            v[i] = s.times(&a).plus(&c.times(&b));
        }
        v
    }

    /// The problem, and z_n: gradients of samples at the centre, summing to zero for quadratics.
    fn problem(
        &self,
        profile: Profile,
        center: &[Rational],
    ) -> (FiniteSum<Rational>, Vec<Vec<Rational>>) {
        let noise_scale = match self.noise {
            Noise::None => Rational::ZERO,
            Noise::Low => Rational::two_to(-8),
            Noise::Moderate => Rational::ratio(1, 2),
            Noise::High => Rational::two_to(6),
        };
        let least_squares = profile.least_squares
            || self.has_ridge(profile)
            || matches!(self.family, Family::LeastSquares);
        if least_squares {
            self.least_squares(profile, center, &noise_scale)
        } else {
            self.quadratic(profile, center, &noise_scale)
        }
    }

    fn has_ridge(&self, profile: Profile) -> bool {
        matches!(self.family, Family::Ridge) || (profile.ridge && self.kappa % 2 == 1)
    }

    fn least_squares(
        &self,
        profile: Profile,
        center: &[Rational],
        noise_scale: &Rational,
    ) -> (FiniteSum<Rational>, Vec<Vec<Rational>>) {
        let roots = self.roots();
        let count = self.d + self.n - 1;
        // One feature a coordinate and a few more, all of them small.
        let features: Vec<Vec<Rational>> = (0..count)
            .map(|n| {
                let pool = self.vector(3 + n);
                let mut a: Vec<Rational> = (0..self.d)
                    .map(|i| pool[i].times(&Rational::ratio(1, 4)).times(&roots[i]))
                    .collect();
                if n < self.d {
                    a[n] = a[n].plus(&roots[n]);
                }
                self.turn(a)
            })
            .collect();
        let residuals: Vec<Rational> = (0..count)
            .map(|n| {
                Rational::integer(self.vector_pool[(3 + MAX_SAMPLES + n) * MAX_DIMENSION])
                    .times(noise_scale)
            })
            .collect();
        let targets =
            features.iter().zip(&residuals).map(|(a, r)| dot(a, center).plus(r)).collect();
        let noise = features.iter().zip(&residuals).map(|(a, r)| scale(&r.negated(), a)).collect();
        let ridge = if self.has_ridge(profile) {
            Rational::ratio(1 + self.kappa, 8)
        } else {
            Rational::ZERO
        };
        (FiniteSum::LeastSquares { features, targets, ridge }, noise)
    }

    fn quadratic(
        &self,
        profile: Profile,
        center: &[Rational],
        noise_scale: &Rational,
    ) -> (FiniteSum<Rational>, Vec<Vec<Rational>>) {
        let (d, n) = (self.d, self.n);
        let roots = self.roots();
        let pool = |k: usize, i: usize, j: usize| {
            let (i, j) = (i.max(j), i.min(j));
            let index = k * MAX_DIMENSION * (MAX_DIMENSION + 1) / 2 + i * (i + 1) / 2 + j;
            Rational::integer(self.hessian_pool[index])
        };
        let convex = profile.convex || matches!(self.family, Family::Convex);
        let sign = if matches!(self.offence, Offence::Indefinite) { -1 } else { 1 };
        let quarter = Rational::ratio(1, 4);
        let drawn = |k: usize| Rational::integer(4).plus(&pool(k, 0, 0)).times(&quarter);
        let concave = profile.convex && matches!(self.offence, Offence::KappaNegative) && n > 1;
        let share = |k: usize| match k {
            0 if concave => quarter.negated(),
            // With the mean as it would be.
            1 if concave => drawn(0).plus(&drawn(1)).plus(&quarter),
            _ => drawn(k),
        };
        let hessians = (0..n)
            .map(|k| {
                // Differences around the circle sum to zero over the samples.
                let deviation = |i: usize, j: usize| {
                    if convex {
                        // A multiple of the identity between 0 and 2, averaging near 1.
                        let share = share(k);
                        let off = Rational::integer(i64::from(i == j)).times(&share);
                        return off.minus(&Rational::integer(i64::from(i == j)));
                    }
                    let size = if d > 4 { 8 } else { 4 };
                    pool(k, i, j).minus(&pool((k + 1) % n, i, j)).times(&Rational::ratio(1, size))
                };
                let core = Matrix::from_fn(d, d, |i, j| {
                    let scales = roots[i].times(&roots[j]);
                    let unit = if i == j {
                        Rational::integer(if i == 0 { sign } else { 1 })
                    } else {
                        Rational::ZERO
                    };
                    match self.family {
                        Family::Absolute if !convex => unit
                            .times(&scales)
                            .plus(&deviation(i, j).times(&Rational::ratio(1, 16))),
                        _ => unit.plus(&deviation(i, j)).times(&scales),
                    }
                });
                self.turned(&core)
            })
            .collect::<Vec<_>>();
        let noise: Vec<Vec<Rational>> = (0..n)
            .map(|k| {
                let difference = subtract(&self.vector(3 + k), &self.vector(3 + (k + 1) % n));
                scale(noise_scale, &self.turn(difference))
            })
            .collect();
        let linear =
            hessians.iter().zip(&noise).map(|(h, z)| subtract(&h.apply(center), z)).collect();
        (FiniteSum::Quadratic { hessians, linear }, noise)
    }

    /// Q A Qᵀ.
    fn turned(&self, matrix: &Matrix<Rational>) -> Matrix<Rational> {
        let d = self.d;
        // The rows of AᵀQᵀ = (QA)ᵀ are the turned columns of A; once more for the other side.
        let half: Vec<Vec<Rational>> = (0..d).map(|i| self.turn(matrix.row(i).to_vec())).collect();
        let columns: Vec<Vec<Rational>> =
            (0..d).map(|j| self.turn((0..d).map(|i| half[i][j].clone()).collect())).collect();
        Matrix::from_fn(d, d, |i, j| columns[j][i].clone())
    }

    fn control(
        &self,
        profile: Profile,
        center: &[Rational],
        noise: &[Vec<Rational>],
    ) -> ControlVariate<Rational> {
        let shift = self.turn(self.vector(2));
        // The first turn has no axis to turn about; it serves as the choice of convention.
        let ridge = if self.has_ridge(profile) && self.turns[0] == 0 {
            RidgeConvention::StudentOnly
        } else {
            RidgeConvention::Both
        };
        let teacher = |parameters| ControlVariate::Teacher { parameters, ridge };
        let d = self.d;
        let free = |c: &dyn Fn(usize, &[Rational]) -> Vec<Rational>| {
            ControlVariate::Free(noise.iter().enumerate().map(|(n, z)| c(n, z)).collect())
        };
        // A second pool of vectors, independent of the noise.
        let independent =
            |n: usize| scale(&Rational::ratio(1, 4), &self.vector(3 + MAX_SAMPLES + n));
        let small = scale(&Rational::two_to(-5), &shift);
        if matches!(self.offence, Offence::NoTeacher) {
            return free(&|_, z| add(z, &small));
        }
        match (self.teacher, profile.teacher) {
            (Teacher::Perfect, _) => teacher(center.to_vec()),
            (Teacher::Near, _) | (Teacher::Correlated | Teacher::Anticorrelated, true) => {
                teacher(add(center, &small))
            }
            (Teacher::Far, _) | (Teacher::Useless | Teacher::Constant, true) => {
                teacher(add(center, &shift))
            }
            (Teacher::None, true) => teacher(vec![Rational::ZERO; d]),
            (Teacher::None, false) => free(&|_, _| vec![Rational::ZERO; d]),
            (Teacher::Correlated, false) => free(&|_, z| add(z, &small)),
            (Teacher::Anticorrelated, false) => {
                free(&|n, z| subtract(&scale(&Rational::ratio(1, 8), &independent(n)), z))
            }
            (Teacher::Useless, false) => free(&|n, _| add(&independent(n), &small)),
            (Teacher::Constant, false) => free(&|_, _| shift.clone()),
        }
    }
}
