//! What a step of each estimator costs, on each model, over dimensions, batches and classes; how runs
//! grow with their length, and replicates with threads. Compare rows within one run.

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use kd_audit::problem::RidgeConvention;
use kd_audit::run::{
    Method, Model, Problem, Rates, Run, Seeded, Stepper, Teacher, replicates, run_abreast,
};
use std::time::{Duration, Instant};

const METHODS: [(&str, Method); 6] = [
    ("sgd", Method::Sgd),
    ("kd", Method::Kd),
    ("unbiased-kd", Method::UnbiasedKd),
    ("svrg", Method::Svrg { period: 1000 }),
    ("l-svrg", Method::LSvrg { probability: 0.001 }),
    ("saga", Method::Saga { ridge: RidgeConvention::StudentOnly }),
];
const SAMPLES: usize = 1000;

struct Setup<T: Run> {
    problem: Problem<T>,
    teacher: Teacher<T>,
    start: Vec<T>,
}

impl<T: Run> Setup<T> {
    fn new(model: Model, d: usize) -> Self {
        let k = model.outputs();
        let spread = |i: usize| T::from_f64(((i * 7919) % 1009) as f64 / 1009.0 - 0.5);
        let features: Vec<T> = (0..SAMPLES * d).map(spread).collect();
        let one_hot = |i: usize| T::from_f64(if (i / k) % k == i % k { 1.0 } else { 0.0 });
        let labels: Vec<T> = (0..SAMPLES * k).map(one_hot).collect();
        let problem = Problem::new(model, d, &features, &labels, T::ZERO).unwrap();
        let point: Vec<T> = (0..k * d).map(spread).collect();
        let teacher = Teacher::new(&problem, &point, RidgeConvention::Both).unwrap();
        Self { problem, teacher, start: vec![T::ZERO; k * d] }
    }

    fn stepper(&self, method: Method, batch: usize) -> Stepper<'_, T> {
        Stepper::new(&self.problem, method, Some(&self.teacher), &self.start, batch).unwrap()
    }
}

fn rates<T: Run>() -> Rates<T> {
    Rates { gamma: T::from_f64(1e-3), lambda: T::from_f64(0.5) }
}

fn shape<T: Run>(criterion: &mut Criterion, group: &str, model: Model, d: usize, batch: usize) {
    let setup = Setup::<T>::new(model, d);
    let mut group = criterion.benchmark_group(group);
    group.sample_size(20).measurement_time(Duration::from_millis(500));
    group.warm_up_time(Duration::from_millis(200));
    for (name, method) in METHODS {
        let id = format!("{name}, d = {d}, K = {}, batch {batch}", model.outputs());
        group.bench_function(id, |bencher| {
            let mut stepper = setup.stepper(method, batch);
            let mut stream = Seeded::nice(1, 0, SAMPLES, batch).unwrap();
            bencher.iter_custom(|steps| {
                let begin = Instant::now();
                stepper.run(&mut stream, steps, |_| rates()).unwrap();
                begin.elapsed()
            });
        });
    }
    group.finish();
}

fn steps(criterion: &mut Criterion) {
    for (d, batch) in [(10, 1), (50, 1), (50, 10), (500, 1)] {
        shape::<f64>(criterion, "least squares, f64", Model::LeastSquares, d, batch);
    }
    for (d, batch) in [(50, 1), (50, 10)] {
        shape::<f64>(criterion, "logistic, f64", Model::Logistic, d, batch);
    }
    for (d, classes, batch) in
        [(784, 10, 1), (784, 10, 10), (784, 10, 100), (64, 3, 10), (64, 100, 10)]
    {
        shape::<f32>(criterion, "softmax, f32", Model::Softmax { classes }, d, batch);
    }
}

/// Time is linear in the number of steps.
fn lengths(criterion: &mut Criterion) {
    let setup = Setup::<f64>::new(Model::LeastSquares, 50);
    let mut group = criterion.benchmark_group("length of a run, kd, d = 50");
    group.sample_size(10);
    for exponent in [5, 6, 7, 8] {
        let count = 10u64.pow(exponent);
        group.bench_with_input(BenchmarkId::from_parameter(count), &count, |bencher, count| {
            bencher.iter(|| {
                let mut stepper = setup.stepper(Method::Kd, 1);
                let mut stream = Seeded::nice(1, 0, SAMPLES, 1).unwrap();
                stepper.run(&mut stream, *count, |_| rates()).unwrap();
                stepper.point()
            });
        });
    }
    group.finish();
}

fn threads(criterion: &mut Criterion) {
    let setup = Setup::<f64>::new(Model::LeastSquares, 50);
    let mut group = criterion.benchmark_group("64 replicates of 10000 steps, kd, d = 50");
    group.sample_size(20);
    for threads in [1, 2] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        group.bench_function(BenchmarkId::new("threads", threads), |bencher| {
            let run = |number: usize| {
                let mut stepper = setup.stepper(Method::Kd, 1);
                let mut stream = Seeded::nice(1, number as u64, SAMPLES, 1).unwrap();
                stepper.run(&mut stream, 10_000, |_| rates()).unwrap();
                stepper.point()
            };
            bencher.iter(|| pool.install(|| replicates(64, run)));
        });
        group.bench_function(BenchmarkId::new("in pairs, threads", threads), |bencher| {
            let run = |pair: usize| {
                let stepper = || setup.stepper(Method::Kd, 1);
                let stream = |number| Seeded::nice(1, number as u64, SAMPLES, 1).unwrap();
                let (mut one, mut two) = (stepper(), stepper());
                let (mut first, mut second) = (stream(2 * pair), stream(2 * pair + 1));
                let runs = [(&mut one, &mut first), (&mut two, &mut second)];
                run_abreast(runs, 10_000, |_| rates()).unwrap();
                [one.point(), two.point()]
            };
            bencher.iter(|| pool.install(|| replicates(32, run)));
        });
    }
    group.finish();
}

criterion_group!(benches, steps, lengths, threads);
criterion_main!(benches);
