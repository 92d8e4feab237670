//! What the engines of an audit cost, one group an engine. Compare rows within one run.

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use kd_audit::audit::data::{DataOptions, DataProblem};
use kd_audit::audit::library::Library;
use kd_audit::audit::search::draw;
use kd_audit::audit::setting::Setting;
use kd_audit::claim::evaluate::{Environment, evaluate};
use kd_audit::claim::vocabulary::{Law, Process};
use kd_audit::estimator::{Oracle, estimator, step};
use kd_audit::expectation::Budget;
use kd_audit::problem::{Constants, Dataset, Instance};
use kd_audit::scalar::{Interval, Rational, Scalar};
use kd_audit::worst_case::methods::{Method, Samples};
use kd_audit::worst_case::solve::{Effort, solve};
use std::hint::black_box;

/// One step of each process on the diabetes data, batch 1, in floats.
fn estimators(criterion: &mut Criterion) {
    let data = DataProblem::new("diabetes", Dataset::diabetes(), &DataOptions::default()).unwrap();
    let problem = data.instance.problem.map(Scalar::to_f64);
    let control = data.instance.control.map(Scalar::to_f64).vectors(&problem).unwrap();
    let oracle = Oracle::new(&problem, &control);
    let x = vec![0.0; problem.dimension()];
    let mut group = criterion.benchmark_group("estimator step, d = 10");
    for process in Process::ALL {
        let g = estimator(process, &0.5);
        group.bench_function(format!("{process:?}"), |bencher| {
            bencher.iter(|| step(&*g, &oracle, &1e-3, black_box(&x), &[17]));
        });
    }
    group.finish();
}

/// theorem-1's one-step bound, both sides, on one random instance, in each arithmetic.
fn arithmetics(criterion: &mut Criterion) {
    let library = Library::load().unwrap();
    let claim = library.claim("theorem-1", "one-step", None).unwrap();
    let instance = (0..)
        .map(|index| draw(claim, 1, "bench", index).instance)
        .find(|instance| instance.problem.dimension() == 4 && instance.problem.samples() > 2)
        .unwrap();
    let constants = Constants::compute(&instance.problem, instance.sampling).unwrap();
    let budget = Budget::STANDARD;
    let mut group = criterion.benchmark_group("theorem-1 one-step, d = 4");
    group.bench_function("f64", |bencher| {
        bencher.iter(|| {
            let setting = Setting::<f64>::new(&instance, Some(&constants), claim.process, budget);
            evaluate(&claim.formula, &setting).unwrap().truth
        });
    });
    group.bench_function("interval", |bencher| {
        bencher.iter(|| {
            let setting =
                Setting::<Interval>::new(&instance, Some(&constants), claim.process, budget);
            evaluate(&claim.formula, &setting).unwrap().truth
        });
    });
    group.bench_function("rational", |bencher| {
        bencher.iter(|| {
            let setting =
                Setting::<Rational>::new(&instance, Some(&constants), claim.process, budget);
            evaluate(&claim.formula, &setting).unwrap().truth
        });
    });
    group.bench_function("certified constants", |bencher| {
        bencher.iter(|| Constants::compute(&instance.problem, instance.sampling).unwrap());
    });
    group.finish();
}

/// E‖x^t − x*‖² on the diabetes data, in floats and enclosed a posteriori.
fn recursion(criterion: &mut Criterion) {
    let data = DataProblem::new("diabetes", Dataset::diabetes(), &DataOptions::default()).unwrap();
    let mut group = criterion.benchmark_group("moment recursion, d = 10");
    group.sample_size(10);
    for steps in [1_000u64, 10_000] {
        let mut instance: Instance = data.instance.clone();
        instance.parameters.horizon = steps;
        group.bench_with_input(BenchmarkId::new("f64", steps), &instance, |bencher, instance| {
            let constants = Some(&data.constants);
            let setting = Setting::<f64>::new(instance, constants, Process::Kd, Budget::STANDARD);
            bencher.iter(|| setting.moments(Law::Path).unwrap().second);
        });
        group.bench_with_input(
            BenchmarkId::new("enclosed", steps),
            &instance,
            |bencher, instance| {
                let constants = Some(&data.constants);
                let setting =
                    Setting::<Interval>::new(instance, constants, Process::Kd, Budget::STANDARD);
                bencher.iter(|| setting.moments(Law::Path).unwrap().second);
            },
        );
    }
    group.finish();
}

/// Certificate and witness of proximal SAGA's worst case: the number of samples is a number of the
/// problem, and costs nothing.
fn worst_cases(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("worst case of proximal SAGA");
    group.sample_size(10);
    for n in [2u64, 40, 1_000] {
        let gamma = Rational::ratio(10, 20 + 2 * i64::try_from(n).unwrap());
        let numbers = [("gamma".to_owned(), gamma)].into();
        let method = Method::named("saga-prox").unwrap();
        let reduced = method.texts(&numbers, Samples::Finite(n)).unwrap().program().unwrap();
        for (name, effort) in [("interior", Effort::Plain), ("exact", Effort::Full)] {
            group.bench_with_input(BenchmarkId::new(name, n), &reduced, |bencher, reduced| {
                bencher.iter(|| solve(black_box(reduced), effort));
            });
        }
    }
    group.finish();
}

criterion_group!(benches, estimators, arithmetics, recursion, worst_cases);
criterion_main!(benches);
