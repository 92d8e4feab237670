//! Fast steppers against definitions: every estimator, model, ridge convention and batch size, on the
//! same samples, in rationals of about a hundred bits.

use kd_audit::claim::vocabulary::Process;
use kd_audit::estimator::{Oracle, estimator, step};
use kd_audit::linear::{add, average, dot, scale, subtract};
use kd_audit::problem::{ControlVariate, FiniteSum, RidgeConvention};
use kd_audit::run::{
    Injected, Method, Model, Problem, Rates, Run, RunError, Seeded, Stepper, Teacher, replicates,
    run_abreast,
};
use kd_audit::scalar::{Rational, Scalar};

type Vector = Vec<Rational>;

const SAMPLES: usize = 7;
const DIMENSION: usize = 3;
const STEPS: usize = 24;
/// What the reference is rounded to, far below a double's precision.
const ROUNDING: i32 = -100;

fn q(p: i64, r: i64) -> Rational {
    Rational::ratio(p, r)
}

/// Deliberate mistakes of the reference, which the comparison must see.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Wrong {
    /// The memory takes the point after the step.
    LateMemory,
    /// SAGA's mean stays as it was.
    StaleMean,
    /// Only the first sample of a batch is distilled.
    FirstSampleOnly,
    /// The correction keeps its mean.
    BiasKept,
    /// The other ridge convention.
    OtherRidge,
    /// The batch is summed and divided by N.
    Share,
    /// The weight of the first step at every step.
    ConstantWeight,
}

/// Everything about a run, in rationals that are exact in single precision.
#[derive(Clone, Debug)]
struct Case {
    model: Model,
    method: Method,
    convention: RidgeConvention,
    batch: usize,
    ridge: Rational,
    indices: Vec<u32>,
    coins: Vec<bool>,
}

impl Case {
    fn new(model: Model, method: Method, convention: RidgeConvention, batch: usize) -> Self {
        // A short period with repeats: batches of three contain doubles at times.
        let indices = (0..STEPS * batch).map(|i| ((i * i + i / 3 + 2) % SAMPLES) as u32).collect();
        let coins = (0..STEPS).map(|i| i % 5 == 1 || i % 7 == 3).collect();
        Self { model, method, convention, batch, ridge: q(1, 8), indices, coins }
    }

    fn k(&self) -> usize {
        self.model.outputs()
    }

    fn features(&self, n: usize) -> Vector {
        (0..DIMENSION).map(|j| q(((n * 5 + j * 3) % 9) as i64 - 4, 4)).collect()
    }

    fn label(&self, n: usize) -> Vector {
        match self.model {
            Model::LeastSquares => vec![q(n as i64 - 3, 2)],
            Model::Logistic => vec![q((n % 2) as i64, 1)],
            Model::Softmax { classes } => {
                (0..classes).map(|c| q(i64::from(c == n % classes), 1)).collect()
            }
        }
    }

    /// K rows of length d.
    fn start(&self) -> Vector {
        (0..self.k() * DIMENSION).map(|i| q(i as i64 % 5 - 2, 4)).collect()
    }

    fn teacher(&self) -> Vector {
        (0..self.k() * DIMENSION).map(|i| q((i as i64 * 3) % 7 - 3, 4)).collect()
    }

    fn gamma(&self, step: usize) -> Rational {
        q(3 + (step % 3) as i64, 32)
    }

    fn lambda(&self, step: usize) -> Rational {
        q(1 + (step % 4) as i64, 4)
    }

    /// ∇f_n(x) by its definition, with or without the ridge term.
    fn gradient(&self, n: usize, x: &[Rational], ridge: bool) -> Vector {
        let a = self.features(n);
        let z: Vector = x.chunks(DIMENSION).map(|row| dot(row, &a)).collect();
        let residuals = subtract(&respond(self.model, &z), &self.label(n));
        let data: Vector = residuals.iter().flat_map(|r| scale(r, &a)).collect();
        if ridge { add(&data, &scale(&self.ridge, x)) } else { data }
    }

    fn mean_gradient(&self, x: &[Rational], ridge: bool) -> Vector {
        let all: Vec<Vector> = (0..SAMPLES).map(|n| self.gradient(n, x, ridge)).collect();
        average(x.len(), &all)
    }

    /// The run by the definition of each method, two gradients a sample.
    fn reference(&self, wrong: Option<Wrong>) -> Vec<f64> {
        let is = |mistake| wrong == Some(mistake);
        let mut x = self.start();
        let theta = self.teacher();
        let width = x.len();
        let teacher_ridge = (self.convention == RidgeConvention::Both) != is(Wrong::OtherRidge);
        let table_ridge = matches!(self.method, Method::Saga { ridge } if (ridge == RidgeConvention::Both) != is(Wrong::OtherRidge));
        let mut snapshot = x.clone();
        let mut table = vec![x.clone(); SAMPLES];
        let mut stale = None;
        for t in 0..STEPS {
            let batch: Vec<usize> =
                self.indices[t * self.batch..][..self.batch].iter().map(|n| *n as usize).collect();
            let lambda = self.lambda(if is(Wrong::ConstantWeight) { 0 } else { t });
            if let Method::Svrg { period } = self.method
                && (t as u64).is_multiple_of(period)
            {
                snapshot.clone_from(&x);
            }
            let mean = |part: &dyn Fn(usize) -> Vector| {
                let parts: Vec<Vector> = batch.iter().map(|n| part(*n)).collect();
                let mean = average(width, &parts);
                let share = q(batch.len() as i64, SAMPLES as i64);
                if is(Wrong::Share) { scale(&share, &mean) } else { mean }
            };
            let student = mean(&|n| self.gradient(n, &x, true));
            let mut correction = mean(&|n| self.gradient(n, &theta, teacher_ridge));
            if is(Wrong::FirstSampleOnly) {
                correction = self.gradient(batch[0], &theta, teacher_ridge);
            }
            let g = match self.method {
                Method::Sgd => student,
                Method::Kd => subtract(&student, &scale(&lambda, &correction)),
                Method::UnbiasedKd => {
                    let mut full = self.mean_gradient(&theta, teacher_ridge);
                    if is(Wrong::BiasKept) {
                        full = vec![Rational::ZERO; width];
                    }
                    subtract(&student, &scale(&lambda, &subtract(&correction, &full)))
                }
                Method::Svrg { .. } | Method::LSvrg { .. } => {
                    let old = mean(&|n| self.gradient(n, &snapshot, true));
                    let full = self.mean_gradient(&snapshot, true);
                    add(&subtract(&student, &old), &full)
                }
                Method::Saga { .. } => {
                    let old = mean(&|n| self.gradient(n, &table[n], table_ridge));
                    let all: Vec<Vector> =
                        (0..SAMPLES).map(|n| self.gradient(n, &table[n], table_ridge)).collect();
                    let mut full = average(width, &all);
                    if is(Wrong::StaleMean) {
                        full = stale.get_or_insert(full).clone();
                    }
                    add(&subtract(&student, &old), &full)
                }
            };
            let next: Vector = subtract(&x, &scale(&self.gamma(t), &g))
                .iter()
                .map(|v| v.round_to_dyadic(ROUNDING))
                .collect();
            let remembered = if is(Wrong::LateMemory) { &next } else { &x };
            match self.method {
                Method::LSvrg { .. } if self.coins[t] => snapshot.clone_from(remembered),
                Method::Saga { .. } => {
                    batch.iter().for_each(|n| table[*n].clone_from(remembered));
                }
                _ => {}
            }
            x = next;
        }
        x.iter().map(Rational::to_f64).collect()
    }

    fn fast<T: Run>(&self) -> Vec<f64> {
        let lower = |v: &Rational| T::from_f64(v.to_f64());
        let all = |v: &[Rational]| v.iter().map(lower).collect::<Vec<T>>();
        let features: Vec<T> = (0..SAMPLES).flat_map(|n| all(&self.features(n))).collect();
        let labels: Vec<T> = (0..SAMPLES).flat_map(|n| all(&self.label(n))).collect();
        let ridge = lower(&self.ridge);
        let problem = Problem::new(self.model, DIMENSION, &features, &labels, ridge).unwrap();
        let teacher = Teacher::new(&problem, &all(&self.teacher()), self.convention).unwrap();
        let start = all(&self.start());
        let mut stepper =
            Stepper::new(&problem, self.method, Some(&teacher), &start, self.batch).unwrap();
        let mut stream = Injected::new(SAMPLES, &self.indices, &self.coins).unwrap();
        let held = stepper.numbers_held();
        // In two runs: a run continues where the last one ended.
        for steps in [5, STEPS as u64 - 5] {
            let rates = |t: u64| Rates {
                gamma: lower(&self.gamma(t as usize)),
                lambda: lower(&self.lambda(t as usize)),
            };
            stepper.run(&mut stream, steps, rates).unwrap();
        }
        assert_eq!(stepper.numbers_held(), held);
        stepper.point().iter().map(|v| v.to_f64()).collect()
    }
}

/// A'(z), with e^z to more than a hundred bits.
fn respond(model: Model, z: &[Rational]) -> Vector {
    let one = Rational::ONE;
    match model {
        Model::LeastSquares => z.to_vec(),
        Model::Logistic => {
            z.iter().map(|z| one.plus(&exp(&z.negated())).reciprocal().unwrap()).collect()
        }
        Model::Softmax { .. } => {
            let powers: Vector = z.iter().map(exp).collect();
            let sum = powers.iter().fold(Rational::ZERO, |sum, p| sum.plus(p));
            powers.iter().map(|p| p.over(&sum).unwrap().round_to_dyadic(ROUNDING)).collect()
        }
    }
}

/// e^z for |z| < 16: Taylor at z/256, whose 20th term is below 2⁻¹⁴⁰, squared eight times.
fn exp(z: &Rational) -> Rational {
    let small = z.times(&q(1, 256));
    let (mut term, mut sum) = (Rational::ONE, Rational::ONE);
    for i in 1..20 {
        term = term.times(&small).times(&q(1, i)).round_to_dyadic(-160);
        sum = sum.plus(&term);
    }
    (0..8).fold(sum, |power, _| power.squared().round_to_dyadic(-140))
}

const METHODS: [Method; 7] = [
    Method::Sgd,
    Method::Kd,
    Method::UnbiasedKd,
    Method::Svrg { period: 5 },
    Method::LSvrg { probability: 0.3 },
    Method::Saga { ridge: RidgeConvention::Both },
    Method::Saga { ridge: RidgeConvention::StudentOnly },
];
const MODELS: [Model; 4] = [
    Model::LeastSquares,
    Model::Logistic,
    Model::Softmax { classes: 2 },
    Model::Softmax { classes: 6 }, // one wide tile and one narrow
];

/// Rounding errors of a step are a few units in the last place of numbers below 8, and steps contract.
fn tolerance<T>() -> f64 {
    let unit = if size_of::<T>() == 4 { f64::from(f32::EPSILON) } else { f64::EPSILON };
    STEPS as f64 * 32.0 * unit
}

fn difference(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max)
}

#[test]
fn every_estimator_on_every_model_is_its_definition() {
    for model in MODELS {
        for method in METHODS {
            for convention in [RidgeConvention::Both, RidgeConvention::StudentOnly] {
                // Single samples without ridge have a loop of their own.
                for (batch, ridge) in [(1, q(0, 1)), (1, q(1, 8)), (3, q(1, 8)), (7, q(0, 1))] {
                    let case = Case { ridge, ..Case::new(model, method, convention, batch) };
                    let expected = case.reference(None);
                    let off = difference(&case.fast::<f64>(), &expected);
                    assert!(off <= tolerance::<f64>(), "{model:?} {method:?} {batch}: {off:e}");
                    let off = difference(&case.fast::<f32>(), &expected);
                    assert!(off <= tolerance::<f32>(), "f32 {model:?} {method:?} {batch}: {off:e}");
                }
            }
        }
    }
}

#[test]
fn wrong_variants_are_caught() {
    let saga = |ridge| Method::Saga { ridge };
    let both = RidgeConvention::Both;
    for (method, wrong) in [
        (Method::LSvrg { probability: 0.3 }, Wrong::LateMemory),
        (saga(both), Wrong::LateMemory),
        (saga(both), Wrong::StaleMean),
        (saga(both), Wrong::OtherRidge),
        (Method::Kd, Wrong::FirstSampleOnly),
        (Method::Kd, Wrong::OtherRidge),
        (Method::Kd, Wrong::Share),
        (Method::Kd, Wrong::ConstantWeight),
        (Method::UnbiasedKd, Wrong::BiasKept),
        (Method::Sgd, Wrong::Share),
    ] {
        for model in MODELS {
            let case = Case::new(model, method, both, 3);
            let off = difference(&case.fast::<f64>(), &case.reference(Some(wrong)));
            assert!(off > 1e6 * tolerance::<f64>(), "{model:?} {method:?} {wrong:?}: {off:e}");
        }
    }
}

/// Least squares against the estimators that the audit uses.
#[test]
fn least_squares_agrees_with_the_exact_engine() {
    for (method, process) in [
        (Method::Sgd, Process::Sgd),
        (Method::Kd, Process::Kd),
        (Method::UnbiasedKd, Process::UnbiasedKd),
    ] {
        for convention in [RidgeConvention::Both, RidgeConvention::StudentOnly] {
            let case = Case::new(Model::LeastSquares, method, convention, 2);
            let exact = FiniteSum::LeastSquares {
                features: (0..SAMPLES).map(|n| case.features(n)).collect(),
                targets: (0..SAMPLES).map(|n| case.label(n)[0].clone()).collect(),
                ridge: case.ridge.clone(),
            };
            let teacher = ControlVariate::Teacher { parameters: case.teacher(), ridge: convention };
            let control = teacher.vectors(&exact).unwrap();
            let oracle = Oracle::new(&exact, &control);
            let mut x = case.start();
            for t in 0..STEPS {
                let batch: Vec<usize> =
                    case.indices[2 * t..2 * t + 2].iter().map(|n| *n as usize).collect();
                let g = estimator(process, &case.lambda(t));
                let next = step(&*g, &oracle, &case.gamma(t), &x, &batch).unwrap();
                x = next.iter().map(|v| v.round_to_dyadic(ROUNDING)).collect();
            }
            let expected: Vec<f64> = x.iter().map(Rational::to_f64).collect();
            assert!(difference(&case.fast::<f64>(), &expected) <= tolerance::<f64>());
        }
    }
}

/// Rows of one register and of many, with and without padding, against the plain loop.
#[test]
fn rows_of_every_width() {
    for d in [1, 7, 8, 9, 31, 33, 57, 64, 65, 130] {
        let features: Vec<f64> = (0..20 * d).map(|i| ((i * 7) % 11) as f64 / 8.0 - 0.6).collect();
        let labels: Vec<f64> = (0..20).map(|n| f64::from(n % 3)).collect();
        let problem = Problem::new(Model::LeastSquares, d, &features, &labels, 0.0).unwrap();
        let indices: Vec<u32> = (0..600).map(|i| (i * i + i / 7) % 20).collect();
        let gamma = 0.5 / d as f64;
        let mut stepper = Stepper::new(&problem, Method::Sgd, None, &vec![0.25; d], 1).unwrap();
        let mut stream = Injected::new(20, &indices, &[]).unwrap();
        stepper.run(&mut stream, 600, |_| Rates { gamma, lambda: 0.0 }).unwrap();
        let mut x = vec![0.25; d];
        for n in &indices {
            let a = &features[*n as usize * d..][..d];
            let z: f64 = a.iter().zip(&x).map(|(a, x)| a * x).sum();
            let weight = gamma * (labels[*n as usize] - z);
            x.iter_mut().zip(a).for_each(|(x, a)| *x += weight * a);
        }
        assert!(difference(&stepper.point(), &x) < 1e-11, "{d}");
    }
}

fn small() -> Problem<f64> {
    let features: Vec<f64> = (0..40).map(|i| f64::from((i * 7) % 11 - 5) / 4.0).collect();
    let labels: Vec<f64> = (0..20).map(|i| f64::from(i % 3)).collect();
    Problem::new(Model::LeastSquares, 2, &features, &labels, 0.0).unwrap()
}

#[test]
fn replicates_do_not_depend_on_threads() {
    let problem = small();
    let run = |number: usize| {
        let mut stream = Seeded::nice(5, number as u64, 20, 3).unwrap();
        let method = Method::Saga { ridge: RidgeConvention::Both };
        let mut stepper = Stepper::new(&problem, method, None, &[0.0, 0.0], 3).unwrap();
        stepper.run(&mut stream, 1000, |_| Rates { gamma: 0.05, lambda: 0.0 }).unwrap();
        stepper.point().iter().map(|v| v.to_bits()).collect::<Vec<_>>()
    };
    let with = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| replicates(16, run))
    };
    let one = with(1);
    assert_eq!(one, with(3));
    // Streams differ, so equal results would mean that the seed is not used.
    let distinct: std::collections::BTreeSet<_> = one.iter().collect();
    assert_eq!(distinct.len(), 16);
}

/// The points of two runs with these rates, bit by bit, side by side or one after the other.
fn pair<T: Run>(
    model: Model,
    method: Method,
    batch: usize,
    d: usize,
    abreast: bool,
) -> [Vec<T>; 2] {
    let spread = |i: usize| T::from_f64(((i * 7919) % 101) as f64 / 101.0 - 0.5);
    let features: Vec<T> = (0..20 * d).map(spread).collect();
    let labels: Vec<T> = (0..20).map(|i| T::from_f64(f64::from(i % 2))).collect();
    let problem = Problem::new(model, d, &features, &labels, T::ZERO).unwrap();
    let theta: Vec<T> = (0..d).map(spread).collect();
    let teacher = Teacher::new(&problem, &theta, RidgeConvention::Both).unwrap();
    let start = vec![T::ZERO; d];
    let stepper = || Stepper::new(&problem, method, Some(&teacher), &start, batch).unwrap();
    let stream = |number| Seeded::nice(3, number, 20, batch).unwrap();
    let rates = |step: u64| Rates {
        gamma: T::from_f64(0.05),
        lambda: T::from_f64(if step.is_multiple_of(3) { 0.25 } else { 0.75 }),
    };
    let (mut one, mut two) = (stepper(), stepper());
    let (mut first, mut second) = (stream(1), stream(2));
    // More than one plan, and no whole number of them.
    if abreast {
        run_abreast([(&mut one, &mut first), (&mut two, &mut second)], 600, rates).unwrap();
    } else {
        one.run(&mut first, 600, rates).unwrap();
        two.run(&mut second, 600, rates).unwrap();
    }
    assert_eq!(one.sample_gradients(), two.sample_gradients());
    assert!(one.sample_gradients() >= 600);
    [one.point(), two.point()]
}

#[test]
fn runs_side_by_side_end_where_they_end_alone() {
    let saga = Method::Saga { ridge: RidgeConvention::StudentOnly };
    for (model, method, batch) in [
        (Model::LeastSquares, Method::Kd, 1),
        (Model::Logistic, Method::Sgd, 1),
        // These take turns.
        (Model::LeastSquares, Method::Kd, 3),
        (Model::LeastSquares, saga, 1),
    ] {
        for d in [1, 9, 50, 70] {
            let together = pair::<f64>(model, method, batch, d, true);
            assert_eq!(together, pair::<f64>(model, method, batch, d, false), "{method:?}, {d}");
            assert_ne!(together[0], together[1], "the streams differ");
            let together = pair::<f32>(model, method, batch, d, true);
            assert_eq!(together, pair::<f32>(model, method, batch, d, false), "{method:?}, {d}");
        }
    }
    // A stream for another batch is refused, whichever of the two has it.
    let problem = small();
    let stepper = || Stepper::new(&problem, Method::Sgd, None, &[0.0, 0.0], 1).unwrap();
    let stream = |batch| Seeded::nice(1, 0, 20, batch).unwrap();
    for batches in [[1, 2], [2, 1]] {
        let [mut first, mut second] = batches.map(stream);
        let (mut one, mut two) = (stepper(), stepper());
        let runs = [(&mut one, &mut first), (&mut two, &mut second)];
        let refused = run_abreast(runs, 10, |_| Rates { gamma: 0.1, lambda: 0.0 });
        assert_eq!(refused, Err(RunError::Stream { batch: 1, samples: 20 }));
        assert_eq!((one.sample_gradients(), two.sample_gradients()), (0, 0), "nothing was run");
    }
}

#[test]
fn gradients_are_counted_and_inputs_are_checked() {
    let problem = small();
    let rates = |_| Rates { gamma: 0.05, lambda: 0.5 };
    let count = |method, batch: usize| {
        let mut stepper = Stepper::new(&problem, method, None, &[0.0, 0.0], batch).unwrap();
        let mut stream = Seeded::nice(1, 0, 20, batch).unwrap();
        stepper.run(&mut stream, 100, rates).unwrap();
        stepper.sample_gradients()
    };
    assert_eq!(count(Method::Sgd, 3), 300);
    assert_eq!(count(Method::Svrg { period: 50 }, 1), 100 + 2 * 20);
    assert_eq!(count(Method::Saga { ridge: RidgeConvention::Both }, 2), 200 + 20);
    let sure = Method::LSvrg { probability: 1.0 };
    assert_eq!(count(sure, 1), 100 + 101 * 20);

    let new = |method, batch| Stepper::new(&problem, method, None, &[0.0, 0.0], batch).map(|_| ());
    assert_eq!(new(Method::Kd, 1), Err(RunError::NoTeacher));
    assert!(matches!(new(Method::Svrg { period: 0 }, 1), Err(RunError::Parameter(_))));
    assert!(matches!(new(Method::LSvrg { probability: 1.5 }, 1), Err(RunError::Parameter(_))));
    assert!(matches!(new(Method::Sgd, 0), Err(RunError::Empty(_))));
    let mut stepper = Stepper::new(&problem, Method::Sgd, None, &[0.0, 0.0], 2).unwrap();
    let mut stream = Seeded::nice(1, 0, 20, 1).unwrap();
    let refused = stepper.run(&mut stream, 1, rates);
    assert_eq!(refused, Err(RunError::Stream { batch: 2, samples: 20 }));
    let fault = Problem::new(Model::Logistic, 2, &[1.0, f64::NAN], &[0.0], 0.0).unwrap_err();
    assert_eq!(fault, RunError::NotFinite("features"));
    let fault = Problem::new(Model::Softmax { classes: 2 }, 1, &[1.0], &[1.0], 0.0).unwrap_err();
    assert!(matches!(fault, RunError::Length { .. }));
}

/// A pruned student is projected after every step, class by class; SAGA and L-SVRG refuse.
#[test]
fn a_pruned_student_is_projected_after_every_step() {
    let model = Model::Softmax { classes: 3 };
    for method in [Method::Sgd, Method::Kd, Method::UnbiasedKd] {
        let case = Case::new(model, method, RidgeConvention::Both, 2);
        let floats = |v: Vector| v.iter().map(Scalar::to_f64).collect::<Vec<f64>>();
        let features: Vec<f64> = (0..SAMPLES).flat_map(|n| floats(case.features(n))).collect();
        let labels: Vec<f64> = (0..SAMPLES).flat_map(|n| floats(case.label(n))).collect();
        let problem = Problem::new(model, DIMENSION, &features, &labels, 0.125).unwrap();
        let teacher =
            Teacher::new(&problem, &floats(case.teacher()), RidgeConvention::Both).unwrap();
        let mask: Vec<bool> = (0..3 * DIMENSION).map(|i| i % 4 != 1 && i != 6).collect();
        let project = |x: &mut [f64]| {
            x.iter_mut().zip(&mask).filter(|(_, kept)| !**kept).for_each(|(x, _)| *x = 0.0);
        };
        let rates = |_| Rates { gamma: 0.125, lambda: 0.5 };
        let start = floats(case.start());
        let mut pruned = Stepper::new(&problem, method, Some(&teacher), &start, 2)
            .unwrap()
            .pruned(&mask)
            .unwrap();
        let mut stream = Injected::new(SAMPLES, &case.indices, &[]).unwrap();
        pruned.run(&mut stream, STEPS as u64, rates).unwrap();
        let mut x = start.clone();
        project(&mut x);
        let mut free = Stepper::new(&problem, method, Some(&teacher), &x, 2).unwrap();
        let mut once = Injected::new(SAMPLES, &case.indices, &[]).unwrap();
        free.run(&mut once, STEPS as u64, rates).unwrap();
        for batch in case.indices.chunks(2) {
            let mut one = Stepper::new(&problem, method, Some(&teacher), &x, 2).unwrap();
            one.run(&mut Injected::new(SAMPLES, batch, &[]).unwrap(), 1, rates).unwrap();
            x = one.point();
            project(&mut x);
        }
        let off =
            |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
        assert!(off(&pruned.point(), &x) < 1e-12, "{method:?}");
        assert!(off(&free.point(), &x) > 1e-3, "{method:?}: the mask makes no difference");
        let short = Stepper::new(&problem, method, Some(&teacher), &start, 2).unwrap();
        assert!(short.pruned(&mask[1..]).is_err());
    }
    let problem = Problem::new(Model::LeastSquares, 1, &[1.0, 2.0], &[1.0, 1.0], 0.0).unwrap();
    let saga = Method::Saga { ridge: RidgeConvention::Both };
    let stepper = Stepper::new(&problem, saga, None, &[0.0], 1).unwrap();
    assert!(matches!(stepper.pruned(&[true]), Err(RunError::Parameter(_))));
}
