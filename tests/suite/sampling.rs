//! Confidence sequences cover, at every time; and what is measured by sampling agrees with exact
//! moments, whatever the number of threads. Everything random here is inside one budget.

use kd_audit::audit::check::{Outcome, Sides};
use kd_audit::audit::library::Library;
use kd_audit::audit::sampled::check_sampled;
use kd_audit::expectation::confidence::{
    CLAIM_ALPHA, COVERAGE_TEST_ALPHA, ConfidenceSequence, FALSE_ALARM,
};
use kd_audit::expectation::sampled::SamplingPlan;
use kd_audit::expectation::{Budget, Contraction};
use kd_audit::problem::{Constants, Instance};
use kd_audit::scalar::Rational;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use rayon::prelude::*;

const RUNS: u64 = 2_000;
const LENGTH: u64 = 2_000;
/// The level that is tested: large enough for misses to be seen.
const LEVEL: f64 = 0.1;
/// Chances of the larger of two values.
const CHANCES: [f64; 3] = [0.02, 0.5, 0.9];

/// In how many runs the mean is ever outside, for samples of two values; `shrink` narrows the
/// intervals.
fn misses(chance: f64, shrink: f64) -> u64 {
    let missed = |run: &u64| {
        let mut rng = ChaCha8Rng::seed_from_u64(*run);
        let mut sequence = ConfidenceSequence::new(3.0, LEVEL);
        (0..LENGTH).any(|_| {
            let uniform = (rng.next_u64() >> 11) as f64 / (1u64 << 53) as f64;
            sequence.push(if uniform < chance { 3.0 } else { 0.0 });
            let (lower, upper) = sequence.interval();
            let (center, radius) = ((lower + upper) / 2.0, (upper - lower) / 2.0);
            (3.0 * chance - center).abs() > shrink * radius
        })
    };
    (0..RUNS).into_par_iter().filter(missed).count() as u64
}

/// More misses than this have probability below the share of the budget, if each run misses with
/// probability LEVEL: by Hoeffding, P(misses ≥ RUNS·LEVEL + x) ≤ exp(−2x²/RUNS).
fn tolerated() -> u64 {
    let share = COVERAGE_TEST_ALPHA / CHANCES.len() as f64;
    let runs = RUNS as f64;
    (runs * LEVEL + (runs * (1.0 / share).ln() / 2.0).sqrt()) as u64
}

#[test]
fn the_budget_is_not_overspent() {
    // The coverage test, and as many sampled claims as any audit has.
    let claims =
        Library::load().unwrap().theorems().iter().map(|t| t.statements.len()).sum::<usize>();
    assert!(COVERAGE_TEST_ALPHA + claims as f64 * CLAIM_ALPHA <= FALSE_ALARM);
    const { assert!(FALSE_ALARM <= 1e-9) };
}

#[test]
fn sequences_cover_at_every_time() {
    for chance in CHANCES {
        assert!(misses(chance, 1.0) <= tolerated(), "{chance}");
    }
}

/// A sequence that is too narrow is caught by the same test.
#[test]
fn too_narrow_sequences_are_caught() {
    let (found, most) = (misses(0.5, 0.4), tolerated());
    assert!(found > most, "{found} misses, {most} are tolerated");
}

#[test]
fn intervals_close_in_on_the_mean() {
    let mut sequence = ConfidenceSequence::new(2.0, 1e-12);
    for i in 0..100_000u32 {
        sequence.push(if i % 4 == 0 { 2.0 } else { 0.0 });
    }
    let (lower, upper) = sequence.interval();
    assert!(lower <= 0.5 && 0.5 <= upper && upper - lower < 0.1, "{lower} {upper}");
    let least = ConfidenceSequence::least_radius(2.0, 1e-12, 100_000);
    assert!(least < (upper - lower) / 2.0);
}

#[test]
fn samples_out_of_range_are_not_believed() {
    for wrong in [2.5, -0.5, f64::NAN, f64::INFINITY] {
        let mut sequence = ConfidenceSequence::new(2.0, 0.1);
        (0..1_000).for_each(|_| sequence.push(1.0));
        sequence.push(wrong);
        (0..1_000).for_each(|_| sequence.push(1.0));
        let (lower, upper) = sequence.interval();
        assert!(lower <= 0.0 && upper >= 2.0, "{wrong}");
    }
}

const PLAN: SamplingPlan = SamplingPlan { paths: 200_000, steps: 4_000_000, alpha: CLAIM_ALPHA };

/// Least squares with a ridge, so that errors of paths stay bounded.
fn instance(steps: u64) -> Instance {
    let text = format!(
        r#"{{"a": [["1","0"],["0","1"],["1","1"],["1","-1"]], "y": ["1","0","0","2"], "ridge": "1/2",
        "teacher": ["1","1"], "gamma": "1/20", "lambda": "1/2", "x": ["3","-2"], "t": {steps}}}"#
    );
    serde_json::from_str(&text).unwrap()
}

fn sampled(part: &str, mutant: Option<&str>, instance: &Instance, plan: SamplingPlan) -> Outcome {
    let library = Library::load().unwrap();
    let claim = library.claim("theorem-1", part, mutant).unwrap();
    let constants = Constants::compute(&instance.problem, instance.sampling).unwrap();
    check_sampled(claim, instance, &constants, Budget::STANDARD, plan, [7; 32]).unwrap()
}

/// The interval contains the exact value, by the moment recursion, and confirms the claim.
#[test]
fn what_is_measured_is_what_the_recursion_gives() {
    let instance = instance(20);
    let outcome = sampled("all-t", None, &instance, PLAN);
    let Outcome::Consistent { sides: Sides::Enclosed(lhs, rhs), paths, alpha } = outcome else {
        panic!("{outcome:?}");
    };
    assert!(lhs.upper() <= rhs.lower() && paths > 0 && alpha <= CLAIM_ALPHA);
    let library = Library::load().unwrap();
    let claim = library.claim("theorem-1", "all-t", None).unwrap();
    let exact = kd_audit::audit::check::check_instance(claim, &instance, Budget::STANDARD);
    let Outcome::Holds(sides) = exact else { panic!("{exact:?}") };
    let (value, _) = sides.to_f64();
    assert!(lhs.contains_f64(value), "{value} and {lhs}");
}

#[test]
fn threads_do_not_change_what_is_measured() {
    let run = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| sampled("all-t", None, &instance(20), PLAN))
    };
    assert_eq!(run(1), run(3));
}

/// A false claim is doubted, and never refuted.
#[test]
fn sampling_never_refutes() {
    let library = Library::load().unwrap();
    let claim = library.claim("theorem-1", "all-t", None).unwrap();
    let mut wrong = claim.clone();
    let text = "E[norm_sq(x_t - x_star)] <= norm_sq(x_0 - x_star)/1000";
    wrong.formula = kd_audit::claim::dictionary::Dictionary::standard().formula(text).unwrap();
    let instance = instance(5);
    let constants = Constants::compute(&instance.problem, instance.sampling).unwrap();
    let outcome =
        check_sampled(&wrong, &instance, &constants, Budget::STANDARD, PLAN, [7; 32]).unwrap();
    assert!(
        matches!(&outcome, Outcome::Inconclusive { why } if why.contains("doubted")),
        "{outcome:?}"
    );
}

/// Where the proved range of the error is hopeless, nothing is sampled.
#[test]
fn hopeless_ranges_are_declined_before_sampling() {
    // Indefinite samples, and a horizon over which a path may explode.
    let text = r#"{"h": ["11", "-9"], "z": ["10", "-10"], "c": ["3/4", "3/4"], "gamma": "1/808",
        "x": "1", "t": 4000}"#;
    let instance: Instance = serde_json::from_str(text).unwrap();
    let outcome = sampled("all-t", None, &instance, PLAN);
    assert!(
        matches!(&outcome, Outcome::Inconclusive { why } if why.contains("too wide")),
        "{outcome:?}"
    );
    let constants = Constants::compute(&instance.problem, instance.sampling).unwrap();
    let gamma = instance.parameters.gamma.clone();
    assert!(Contraction::new(&constants, &[gamma.clone(), gamma]).rho < Rational::ONE);
}
