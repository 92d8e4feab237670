//! Predicted steps against steps counted in runs: bounds suffice, and they order the estimators as the
//! runs do.

use kd_audit::audit::cost::{Estimator, Prediction, Profile, predict};
use kd_audit::audit::library::Library;
use kd_audit::linear::{average, norm_sq, subtract};
use kd_audit::problem::{
    Constants, ControlVariate, FiniteSum, RidgeConvention, Sampling, largest_sample_smoothness,
};
use kd_audit::run::{Method, Model, Problem, Rates, Seeded, Stepper, Teacher, replicates};
use kd_audit::scalar::{Rational, Scalar};

const N: usize = 20;
const D: usize = 3;
const REPLICATES: usize = 200;

/// Least squares with noise and a good teacher, as the bounds and as the steppers see it.
struct Setup {
    profile: Profile,
    x_star: Vec<f64>,
    teacher: Vec<f64>,
    features: Vec<f64>,
    targets: Vec<f64>,
}

fn setup() -> Setup {
    let q = Rational::ratio;
    let features: Vec<Vec<Rational>> =
        (0..N).map(|n| (0..D).map(|j| q(((n * 5 + j * 3) % 9) as i64 - 4, 4)).collect()).collect();
    let noise = |n: usize| q(((n * 7) % 5) as i64 - 2, 4);
    let truth = [q(1, 1), q(-1, 2), q(1, 4)];
    let targets: Vec<Rational> = features
        .iter()
        .enumerate()
        .map(|(n, a)| kd_audit::linear::dot(a, &truth).plus(&noise(n)))
        .collect();
    let problem =
        FiniteSum::LeastSquares { features, targets: targets.clone(), ridge: Rational::ZERO };
    let constants = Constants::compute(&problem, Sampling::new(N, 1).unwrap()).unwrap();
    let floats = problem.map(Scalar::to_f64);
    let x_star: Vec<f64> = constants.x_star.iter().map(Scalar::to_f64).collect();
    let teacher: Vec<f64> =
        x_star.iter().zip([0.01, -0.01, 0.01]).map(|(x, shift)| x + shift).collect();
    let noise: Vec<Vec<f64>> = floats.gradients(&x_star).unwrap();
    let control =
        ControlVariate::Teacher { parameters: teacher.clone(), ridge: RidgeConvention::Both }
            .vectors(&floats)
            .unwrap();
    let mean = average(D, &control);
    let share = |part: &dyn Fn(usize) -> f64| (0..N).map(part).sum::<f64>() / N as f64;
    let profile = Profile {
        samples: N,
        batch: 1,
        mu: constants.mu.to_f64(),
        l_exp: constants.l_exp.to_f64(),
        l_max: largest_sample_smoothness(&problem).unwrap().to_f64(),
        sigma_star_sq: share(&|n| norm_sq(&noise[n])),
        teacher_var: share(&|n| norm_sq(&subtract(&control[n], &mean))),
        bias_sq: norm_sq(&mean),
        cov: share(&|n| kd_audit::linear::dot(&noise[n], &control[n])),
        distance_sq: norm_sq(&x_star),
    };
    let FiniteSum::LeastSquares { features, targets, .. } = floats else { unreachable!() };
    Setup { profile, x_star, teacher, features: features.concat(), targets }
}

/// E‖x^t − x*‖² over replicates at two hundred evenly spaced t up to `steps`, and the first of these
/// t where it is at most the accuracy.
fn measure(
    setup: &Setup,
    method: Method,
    p: Prediction,
    steps: u64,
    accuracy: f64,
) -> (f64, Option<u64>) {
    let model = Model::LeastSquares;
    let problem = Problem::new(model, D, &setup.features, &setup.targets, 0.0).unwrap();
    let teacher = Teacher::new(&problem, &setup.teacher, RidgeConvention::Both).unwrap();
    let every = steps.div_ceil(200);
    let traces = replicates(REPLICATES, |number| {
        let mut stepper = Stepper::new(&problem, method, Some(&teacher), &[0.0; D], 1).unwrap();
        let mut stream = Seeded::nice(2023, number as u64, N, 1).unwrap();
        (0..200)
            .map(|_| {
                let rates = |_| Rates { gamma: p.gamma, lambda: p.lambda };
                stepper.run(&mut stream, every, rates).unwrap();
                stepper.distance_sq(&setup.x_star)
            })
            .collect::<Vec<f64>>()
    });
    let mean = |i: usize| traces.iter().map(|trace| trace[i]).sum::<f64>() / REPLICATES as f64;
    let first = (0..200).find(|i| mean(*i) <= accuracy);
    (mean(199), first.map(|i| every * (i as u64 + 1)))
}

const ALL: [(Estimator, Method); 5] = [
    (Estimator::Sgd, Method::Sgd),
    (Estimator::Kd, Method::Kd),
    (Estimator::UnbiasedKd, Method::UnbiasedKd),
    (Estimator::LSvrg(1.0 / N as f64), Method::LSvrg { probability: 1.0 / N as f64 }),
    (Estimator::Saga, Method::Saga { ridge: RidgeConvention::Both }),
];

#[test]
fn bounds_suffice_and_order_the_estimators_as_runs_do() {
    let library = Library::load().unwrap();
    let setup = setup();
    // Coarse: distillation beats SGD by far. Fine: a memory beats distillation by far.
    for relative in [1e-2, 1e-6] {
        let accuracy = relative * setup.profile.distance_sq;
        let predicted = ALL
            .map(|(estimator, _)| predict(&library, &setup.profile, estimator, accuracy).unwrap());
        // What would run for minutes is followed as far as the third takes, and must not be there.
        let cap = predicted[2].steps.max(20_000);
        let counted: Vec<Option<u64>> = ALL
            .iter()
            .zip(predicted)
            .map(|((estimator, method), p)| {
                let steps = p.steps.min(cap);
                let (last, first) = measure(&setup, *method, p, steps, accuracy);
                // Enough steps by the bound are enough in fact.
                let is_whole = steps == p.steps;
                assert!(!is_whole || last <= accuracy, "{estimator:?}: {last} after {steps}");
                first
            })
            .collect();
        for i in 0..ALL.len() {
            for j in 0..ALL.len() {
                // Bounds that differ by less are too close to call.
                if 3 * predicted[i].steps / 2 < predicted[j].steps {
                    let (a, b) = (counted[i], counted[j]);
                    let steps = |c: Option<u64>| c.unwrap_or(u64::MAX);
                    assert!(
                        a.is_some() && steps(a) < steps(b),
                        "{relative}: {:?} in {a:?}, {:?} in {b:?}; {predicted:?}",
                        ALL[i].0,
                        ALL[j].0
                    );
                }
            }
        }
        let steps = predicted.map(|p| p.steps);
        if relative > 1e-3 {
            assert!(10 * steps[1] < steps[0], "distillation should win: {steps:?}");
        } else {
            assert!(100 * steps[4] < steps[2], "a memory should win: {steps:?}");
        }
    }
}

/// theorem-1's hypothesis on the step, its rate and its best weight come out of the file.
#[test]
fn predictions_are_those_of_the_formulas() {
    let library = Library::load().unwrap();
    let profile = setup().profile;
    let accuracy = 1e-2 * profile.distance_sq;
    let Prediction { gamma, lambda, steps } =
        predict(&library, &profile, Estimator::Kd, accuracy).unwrap();
    assert!(gamma <= 1.0 / (8.0 * profile.l_exp));
    let kappa = 2.0 / (3.0 * gamma * profile.mu);
    let best = profile.cov / (profile.teacher_var + (1.0 + kappa) * profile.bias_sq);
    approx::assert_relative_eq!(lambda, best, max_relative = 1e-6);
    let noise = profile.sigma_star_sq - 2.0 * lambda * profile.cov
        + lambda * lambda * (profile.teacher_var + (1.0 + kappa) * profile.bias_sq);
    let bound = |t: u64| {
        (1.0 - gamma * profile.mu).powf(t as f64) * profile.distance_sq
            + 2.0 * gamma / profile.mu * noise
    };
    assert!(bound(steps) <= accuracy * (1.0 + 1e-9) && bound(steps - 2) > accuracy);
    // The largest step by theorem-6's file is 1/(6 l_max); rates need no noise there.
    let saga = predict(&library, &profile, Estimator::Saga, accuracy).unwrap();
    approx::assert_relative_eq!(saga.gamma, 1.0 / (6.0 * profile.l_max), max_relative = 1e-9);
    // A bound on single samples says nothing about batches.
    let batch = Profile { batch: 2, ..profile };
    assert_eq!(predict(&library, &batch, Estimator::Saga, accuracy), None);
    assert!(predict(&library, &batch, Estimator::Sgd, accuracy).is_some());
}
