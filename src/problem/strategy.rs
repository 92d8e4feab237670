//! Strategies: random instances that cover the regimes of the theory and shrink to small ones.
//!
//! A draw is made of small integers only, with a fixed number of them whatever the shape, so that
//! proptest can shrink each by itself: fewer samples, lower dimension, zeros. What comes first in a
//! choice is what shrinking prefers. The step size is drawn as a *fraction* of the largest one that
//! the claim at hand admits.

use super::Draw;
use super::draw::{
    Compression, Family, HESSIAN_POOL, MAX_DIMENSION, Memory, Noise, Offence, Raw, Teacher,
    VECTOR_POOL,
};
use proptest::collection::vec;
use proptest::prelude::*;

/// What a claim needs so that most draws satisfy its hypotheses.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Profile {
    /// The control variate is a teacher's gradient.
    pub teacher: bool,
    /// Every sample is convex.
    pub convex: bool,
    /// Least squares only.
    pub least_squares: bool,
    /// Half of the instances have a ridge, and then the teacher's gradient may be without it.
    pub ridge: bool,
}

/// Random instances for claims of a profile.
pub fn instances(profile: Profile) -> impl Strategy<Value = Draw> {
    let shape = (dimension(), samples(), batch(), family());
    let spectrum = (span(), vec(0..=10u8, MAX_DIMENSION), vec(0..=2u8, MAX_DIMENSION));
    let regime = (noise(), teacher(), offence());
    let scalars = (
        // In sixteenths of the largest step, λ and κ in quarters.
        prop_oneof![5 => Just(16i64), 8 => 1..=16i64, 1 => 17..=20i64],
        1..=16i64,
        prop_oneof![2 => Just(4i64), 1 => Just(0i64), 5 => 1..=3i64, 2 => 5..=12i64, 2 => -8..=-1i64],
        0..=9i64,
        // Beyond 16 steps enclosures are made a posteriori.
        prop_oneof![6 => 0..=4u64, 1 => 5..=8u64, 1 => 17..=24u64],
        prop_oneof![1 => Just(0i32), 3 => -3..=3i32],
    );
    let pools = (vec(-4..=4i64, HESSIAN_POOL), vec(-4..=4i64, VECTOR_POOL));
    // In quarters, with 1 and 3/4 of their own.
    let free = (
        prop_oneof![3 => Just(4i64), 4 => 1..=12i64, 1 => Just(32i64)],
        prop_oneof![2 => Just(3i64), 3 => 1..=8i64],
        prop_oneof![2 => Just(0i32), 4 => 1..=11i32],
        1..=8i64,
        compression(),
        1..=4usize,
        memory(),
        prop_oneof![2 => Just(4i64), 3 => 1..=8i64],
    );
    (shape, spectrum, regime, scalars, pools, free).prop_map(
        move |((d, n, batch, family), (span, exponents, turns), regime, scalars, pools, free)| {
            let (noise, teacher, offence) = regime;
            let (fraction, fraction_2, lambda, kappa, horizon, distance) = scalars;
            let (hessian_pool, vector_pool) = pools;
            Raw {
                d,
                n,
                batch,
                family,
                span,
                exponents,
                turns,
                noise,
                teacher,
                offence,
                fraction,
                fraction_2,
                lambda,
                kappa,
                horizon,
                distance,
                hessian_pool,
                vector_pool,
                a: free.0,
                eta: free.1,
                omega: free.2,
                delta: free.3,
                compressor: free.4,
                level: free.5,
                memory: free.6,
                refresh: free.7,
            }
            .build(profile)
        },
    )
}

/// Exact stationary laws cost O(d⁶) products of long integers, so the largest are rare.
fn dimension() -> impl Strategy<Value = usize> {
    prop_oneof![20 => 1..=2usize, 12 => 3..=4usize, 8 => 5..=6usize, 1 => 7..=MAX_DIMENSION]
}

fn samples() -> impl Strategy<Value = usize> {
    prop_oneof![1 => Just(1usize), 6 => 2..=4usize, 1 => 5..=6usize]
}

fn batch() -> impl Strategy<Value = usize> {
    prop_oneof![4 => Just(1usize), 1 => 2..=3usize]
}

fn family() -> impl Strategy<Value = Family> {
    prop_oneof![
        3 => Just(Family::Relative),
        2 => Just(Family::Absolute),
        2 => Just(Family::Convex),
        2 => Just(Family::LeastSquares),
        1 => Just(Family::Ridge),
    ]
}

/// The conditioning is 4^span and more.
fn span() -> impl Strategy<Value = u8> {
    prop_oneof![2 => Just(0u8), 2 => 1..=3u8, 2 => 4..=6u8, 2 => 7..=10u8]
}

fn noise() -> impl Strategy<Value = Noise> {
    prop_oneof![
        2 => Just(Noise::None),
        3 => Just(Noise::Moderate),
        3 => Just(Noise::Low),
        2 => Just(Noise::High),
    ]
}

fn teacher() -> impl Strategy<Value = Teacher> {
    prop_oneof![
        2 => Just(Teacher::None),
        3 => Just(Teacher::Perfect),
        2 => Just(Teacher::Near),
        2 => Just(Teacher::Far),
        2 => Just(Teacher::Correlated),
        2 => Just(Teacher::Anticorrelated),
        2 => Just(Teacher::Useless),
        1 => Just(Teacher::Constant),
    ]
}

fn compression() -> impl Strategy<Value = Compression> {
    prop_oneof![
        10 => Just(Compression::Bernoulli),
        3 => Just(Compression::RandK),
        2 => Just(Compression::Natural),
        3 => Just(Compression::Dithering),
        1 => Just(Compression::TopK),
        1 => Just(Compression::Mask),
    ]
}

fn memory() -> impl Strategy<Value = Memory> {
    prop_oneof![
        2 => Just(Memory::Start),
        1 => Just(Memory::Minimiser),
        5 => Just(Memory::Spread),
    ]
}

fn offence() -> impl Strategy<Value = Offence> {
    prop_oneof![
        54 => Just(Offence::None),
        1 => Just(Offence::Indefinite),
        1 => Just(Offence::MuTooLarge),
        1 => Just(Offence::SmoothnessTooSmall),
        1 => Just(Offence::ExpectedSmoothnessTooSmall),
        1 => Just(Offence::KappaNegative),
        1 => Just(Offence::NoTeacher),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::linear::norm_sq;
    use crate::problem::{Constants, FiniteSum};
    use crate::scalar::{Rational, Scalar};
    use proptest::strategy::ValueTree;
    use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

    /// σ*²λ times the number of samples; zero where there is no minimiser.
    fn distilled_noise(draw: &Draw) -> Rational {
        let (problem, sampling) = (&draw.instance.problem, draw.instance.sampling);
        let Ok(constants) = Constants::compute(problem, sampling) else { return Rational::ZERO };
        let norm = |n| norm_sq(&problem.gradient(n, &constants.x_star).unwrap());
        let total = (0..problem.samples()).fold(Rational::ZERO, |sum, n| sum.plus(&norm(n)));
        total.times(&sampling.variance_factor()).times(&draw.instance.parameters.lambda)
    }

    /// Pools of fixed length do not keep proptest from the simplest instance that fails
    /// σ*²λ = 0: noise takes two samples, and one dimension is enough.
    #[test]
    fn failing_draws_shrink_to_small_ones() {
        let short = |q: &Rational| q.to_string().len() <= "-1/2".len();
        let mut shapes = Vec::new();
        for seed in 0..8 {
            let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[seed; 32]);
            let mut runner = TestRunner::new_with_rng(Config::default(), rng);
            let strategy = instances(Profile::default());
            let large = |draw: &Draw| draw.instance.problem.dimension() >= 3;
            let mut tree = (0..)
                .map(|_| strategy.new_tree(&mut runner).unwrap())
                .find(|tree| large(&tree.current()) && !distilled_noise(&tree.current()).is_zero())
                .unwrap();
            let mut simplest = tree.current();
            for step in 0.. {
                assert!(step < 1_500, "{simplest:?}");
                let fails = !distilled_noise(&tree.current()).is_zero();
                if fails {
                    simplest = tree.current();
                }
                if !(if fails { tree.simplify() } else { tree.complicate() }) {
                    break;
                }
            }
            let instance = simplest.instance;
            let FiniteSum::Quadratic { hessians, linear } = &instance.problem else {
                panic!("the first family is simpler than {instance:?}");
            };
            let entries = hessians.iter().flat_map(|h| h.entries()).chain(linear.iter().flatten());
            assert!(entries.chain(&instance.point).all(short), "{instance:?}");
            shapes.push((instance.problem.samples(), instance.problem.dimension()));
        }
        // Noise takes two samples and one dimension. The shape shrinks before the pools, so that
        // vectors in the pools that are equal, or equal in the first entry, can make it stop with
        // more; most draws do not.
        assert!(shapes.iter().all(|(n, d)| *n >= 2 && *d <= 2), "{shapes:?}");
        assert!(shapes.iter().filter(|shape| **shape == (2, 1)).count() >= 5, "{shapes:?}");
    }
}
