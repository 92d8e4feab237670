//! Long horizons: the a-posteriori enclosure against a closed form, and what costs too much.

use kd_audit::audit::check::{Outcome, Sides, check_instance};
use kd_audit::audit::library::Library;
use kd_audit::audit::setting::Setting;
use kd_audit::claim::dictionary::Dictionary;
use kd_audit::claim::evaluate::{evaluate, evaluate_scalar};
use kd_audit::claim::vocabulary::Process;
use kd_audit::expectation::moments::SampleMoments;
use kd_audit::expectation::{Budget, Contraction, MAX_STEPS, MomentArithmetic};
use kd_audit::linear::{Matrix, average, norm_sq};
use kd_audit::problem::{Constants, FiniteSum, Instance, Sampling};
use kd_audit::scalar::{Interval, Rational, Scalar, Undefined};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use std::time::{Duration, Instant};

fn q(p: i64, r: i64) -> Rational {
    Rational::ratio(p, r)
}

/// One coordinate of a diagonal problem: (h_n, s_n) for each sample, with E s = 0 not assumed.
type Coordinate = Vec<(Rational, Rational)>;

/// E e_t and E e_t² in closed form, without any recursion. With a = E(1 − γh), α = E(1 − γh)²,
/// β = −2γE(1 − γh)s and δ = e_0 − m_∞: m_t = m_∞ + a^t δ, and M_t − M_∞ solves
/// D_{t+1} = αD_t + βδa^t, so D_t = (D_0 − κ)α^t + κa^t with κ = βδ/(a − α).
fn closed_form(samples: &Coordinate, gamma: &Rational, e: &Rational, t: u64) -> [Rational; 2] {
    let mean = |f: &dyn Fn(&Rational, &Rational) -> Rational| {
        average(1, &samples.iter().map(|(h, s)| vec![f(h, s)]).collect::<Vec<_>>())[0].clone()
    };
    let factor = |h: &Rational| Rational::ONE.minus(&gamma.times(h));
    let a = mean(&|h, _| factor(h));
    let alpha = mean(&|h, _| factor(h).squared());
    let beta = mean(&|h, s| factor(h).times(s)).times(&gamma.times(&q(-2, 1)));
    let noise = mean(&|_, s| s.squared()).times(&gamma.squared());
    let rest = |rate: &Rational| Rational::ONE.minus(rate);
    let mean_limit = mean(&|_, s| s.clone()).times(&gamma.negated()).over(&rest(&a)).unwrap();
    let limit = beta.times(&mean_limit).plus(&noise).over(&rest(&alpha)).unwrap();
    let delta = e.minus(&mean_limit);
    let kappa = beta.times(&delta).over(&a.minus(&alpha)).unwrap();
    let decay = e.squared().minus(&limit).minus(&kappa).times(&alpha.power(t));
    [mean_limit.plus(&delta.times(&a.power(t))), limit.plus(&decay).plus(&kappa.times(&a.power(t)))]
}

/// A diagonal problem, turned by rotations with entries in fifths so that nothing is diagonal.
fn turned(
    coordinates: &[Coordinate],
    e: &[Rational],
) -> (FiniteSum<Rational>, Vec<Vec<Rational>>, Vec<Rational>) {
    let d = coordinates.len();
    let turn = |mut v: Vec<Rational>| {
        for i in 1..d {
            let (a, b) = (v[i - 1].clone(), v[i].clone());
            v[i - 1] = a.times(&q(4, 5)).minus(&b.times(&q(3, 5)));
            v[i] = a.times(&q(3, 5)).plus(&b.times(&q(4, 5)));
        }
        v
    };
    let samples = coordinates[0].len();
    let hessian = |n: usize| {
        // Σ h_i (Qe_i)(Qe_i)ᵀ
        (0..d).fold(Matrix::zeros(d, d), |sum, i| {
            let axis = turn((0..d).map(|j| q(i64::from(i == j), 1)).collect());
            sum.plus_scaled(&coordinates[i][n].0, &Matrix::outer(&axis, &axis))
        })
    };
    // The minimiser is 0 and λ = −1: the control variate is the whole shift s_n.
    let control = (0..samples).map(|n| turn(coordinates.iter().map(|c| c[n].1.clone()).collect()));
    let linear = vec![vec![Rational::ZERO; d]; samples];
    let problem = FiniteSum::Quadratic { hessians: (0..samples).map(hessian).collect(), linear };
    (problem, control.collect(), turn(e.to_vec()))
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 100,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(1),
        ..ProptestConfig::default()
    })]

    #[test]
    fn long_horizons_are_enclosed_tightly(
        d in 1..=4_usize,
        data in prop::collection::vec((1..=6_i64, -4..=4_i64), 12),
        e in prop::collection::vec(-3..=3_i64, 4),
        gamma in 1..=15_i64,
        t in prop::sample::select(vec![17_u64, 18, 100, 1_000, 5_000]),
    ) {
        // Samples with h between 1/4 and 6/4, and shifts of at least 1 in the first coordinate.
        let coordinates: Vec<Coordinate> = (0..d)
            .map(|i| {
                let sample = |n: usize| {
                    let (h, s) = data[3 * i + n];
                    (q(h, 4), q(if i + n == 0 { 1 + s.abs() } else { s }, 1))
                };
                (0..3).map(sample).collect()
            })
            .collect();
        let e: Vec<Rational> = e[..d].iter().map(|v| Rational::integer(*v)).collect();
        let (problem, control, start) = turned(&coordinates, &e);
        let sampling = Sampling::new(3, 1).unwrap();
        let constants = Constants::compute(&problem, sampling).unwrap();
        let gamma = q(gamma, 8).over(&constants.l_exp).unwrap();
        let gamma = Rational::simplest_between(&gamma.times(&q(63, 64)), &gamma);
        prop_assume!(coordinates.iter().all(|samples| {
            // a ≠ α, which the closed form divides by: γE h² ≠ E h.
            let sum = |f: fn(&Rational) -> Rational| {
                samples.iter().fold(Rational::ZERO, |sum, (h, _)| sum.plus(&f(h)))
            };
            gamma.times(&sum(Scalar::squared)) != sum(Clone::clone)
        }));
        let exact: Vec<[Rational; 2]> =
            (0..d).map(|i| closed_form(&coordinates[i], &gamma, &e[i], t)).collect();
        let second = exact.iter().fold(Rational::ZERO, |sum, [_, m]| sum.plus(m));
        let mean_sq = exact.iter().fold(Rational::ZERO, |sum, [m, _]| sum.plus(&m.squared()));

        let contraction = Contraction::new(&constants, &[gamma.clone(), gamma.clone()]);
        let problem = problem.map(Interval::from_rational);
        let lift = |v: &Vec<Rational>| v.iter().map(Interval::from_rational).collect::<Vec<_>>();
        let control: Vec<_> = control.iter().map(lift).collect();
        let gradients = vec![vec![Interval::zero(); d]; 3];
        let moments = SampleMoments::compute(&problem, &gradients, &control, sampling, Budget::STANDARD).unwrap();
        let minus_one = Interval::one().negated();
        let recursion = moments.recursion(&Interval::from_rational(&gamma), &minus_one);
        let found = Interval::iterate(&recursion, &lift(&start), t, &contraction, Budget::STANDARD);
        let found = found.unwrap();
        prop_assert!(found.second.contains(&second), "{} at t = {t}", found.second);
        // The rotation keeps lengths.
        let enclosed_mean_sq = norm_sq(&found.mean);
        prop_assert!(enclosed_mean_sq.contains(&mean_sq), "{enclosed_mean_sq}");
        // What is asked of problems like these, where 1 − ρ ≥ 1/26: nine digits. (The radius is a
        // step's rounding, about 1e-15 of the largest entry, over 1 − ρ.)
        prop_assert!(found.second.relative_width() <= 1e-9, "{} at t = {t}", found.second);
    }
}

// --- Budgets ------------------------------------------------------------------------------------

/// Three points in the plane with full noise.
fn plane(horizon: u64) -> Instance {
    let json = format!(
        r#"{{"a": [["1","0"],["0","1"],["1","1"]], "y": ["1","0","0"], "teacher": ["1","1"],
            "x": ["0","0"], "gamma": "1/16", "lambda": "94/24591", "t": {horizon}}}"#
    );
    serde_json::from_str(&json).unwrap()
}

/// One sample with γh = 1/2 or 1: a single path, whose numbers grow by a bit a step or not at all.
fn line(gamma: &str, horizon: u64) -> Instance {
    let json = format!(
        r#"{{"a": ["1"], "y": ["0"], "teacher": "1", "gamma": "{gamma}", "lambda": "1/2", "x": "1",
            "t": {horizon}}}"#
    );
    serde_json::from_str(&json).unwrap()
}

/// A scalar expression, in an arithmetic and a budget.
fn value<S: MomentArithmetic>(
    text: &str,
    instance: &Instance,
    budget: Budget,
) -> Result<S, Undefined> {
    let constants = Constants::compute(&instance.problem, instance.sampling).unwrap();
    let setting = Setting::<S>::new(instance, Some(&constants), Process::Kd, budget);
    evaluate_scalar(&Dictionary::standard().expression(text).unwrap(), &setting)
}

#[test]
fn what_costs_too_much_is_over_budget_and_not_a_hang() {
    fn over<S>(result: Result<S, Undefined>) -> bool {
        matches!(result, Err(Undefined::Budget(_)))
    }
    let started = Instant::now();
    let (standard, tiny) =
        (Budget::STANDARD, Budget { bits: 64, determinant_bits: 8, ..Budget::STANDARD });
    let (path, stationary) = ("E[norm_sq(x_t - x_star)]", "E[norm_sq(x_inf - x_star)]");
    assert!(value::<Rational>(path, &plane(5), standard).is_ok());
    assert!(over(value::<Rational>(path, &plane(50), tiny)));
    assert!(over(value::<Rational>(stationary, &plane(1), tiny)));
    assert!(over(value::<Rational>("p_1(gamma)", &plane(1), tiny)));
    assert!(over(value::<Rational>("(1 - gamma)^t", &plane(50), tiny)));
    for horizon in [10_000, MAX_STEPS, MAX_STEPS + 1, u64::MAX] {
        assert!(over(value::<Rational>(path, &plane(horizon), standard)), "t = {horizon}");
        assert!(over(value::<Rational>("(1 - gamma)^t", &plane(horizon), standard)));
    }
    // Nothing grows here: the number of steps alone is the cost.
    assert!(value::<Rational>(path, &line("1", 10_000), standard).is_ok());
    for horizon in [MAX_STEPS + 1, u64::MAX] {
        assert!(over(value::<Rational>(path, &line("1", horizon), standard)));
        assert!(over(value::<Interval>(path, &line("1", horizon), standard)));
        assert!(over(value::<f64>(path, &line("1", horizon), standard)));
    }
    // Paths one by one: too many of them, numbers that grow, steps without end.
    let formula = Dictionary::standard().formula("x_t = x_t").unwrap();
    for instance in [plane(8), plane(u64::MAX), line("1/2", 1_000_000), line("1", u64::MAX)] {
        let constants = Constants::compute(&instance.problem, instance.sampling).unwrap();
        let setting = Setting::<Rational>::new(&instance, Some(&constants), Process::Kd, standard);
        assert!(over(evaluate(&formula, &setting)));
    }
    // Seconds in truth; a hang would be for ever.
    assert!(started.elapsed() < Duration::from_secs(60));
}

/// Over budget exactly, a claim is decided by enclosures instead, or not at all; never by default.
#[test]
fn claims_over_budget_are_enclosed_or_inconclusive() {
    let library = Library::load().unwrap();
    let check = |id, part, instance: &Instance| {
        let claim = library.claim(id, part, None).unwrap();
        check_instance(claim, instance, Budget::STANDARD)
    };
    for horizon in [1, 50, 5_000, 100_000] {
        let outcome = check("theorem-1", "all-t", &plane(horizon));
        let exact = matches!(outcome, Outcome::Holds(Sides::Exact(..)));
        let enclosed = matches!(outcome, Outcome::Holds(Sides::Enclosed(..)));
        assert!(if horizon == 1 { exact } else { exact || enclosed }, "{horizon}: {outcome:?}");
        assert!(horizon < 5_000 || enclosed, "{horizon}: {outcome:?}");
    }
    for horizon in [MAX_STEPS + 1, u64::MAX] {
        let outcome = check("theorem-1", "all-t", &plane(horizon));
        assert!(matches!(outcome, Outcome::Inconclusive { .. }), "{outcome:?}");
        let outcome = check("theorem-7", "paths", &line("1/2", horizon));
        assert!(matches!(outcome, Outcome::Inconclusive { .. }), "{outcome:?}");
    }
    // An identity between enclosures that overlap is not known to hold.
    let outcome = check("theorem-7", "paths", &line("1/3", 100_000));
    assert!(matches!(outcome, Outcome::Inconclusive { .. }), "{outcome:?}");
    assert!(matches!(check("theorem-7", "paths", &line("1/3", 50)), Outcome::Holds(_)));
}
