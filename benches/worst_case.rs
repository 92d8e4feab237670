//! Worst cases of every method over the number of samples, from formulas to bounds that the judge has
//! accepted; and what follows one bound: recognition, a witness, a proof. Compare rows within one run.

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use kd_audit::audit::library::Library;
use kd_audit::worst_case::claims::Numbers;
use kd_audit::worst_case::decide::decide;
use kd_audit::worst_case::judge::judge_certificate;
use kd_audit::worst_case::methods::{METHODS, Samples};
use kd_audit::worst_case::solve::{Effort, solve};
use std::time::Duration;

const COUNTS: [Samples; 4] =
    [Samples::Finite(2), Samples::Finite(10), Samples::Finite(100), Samples::Finite(1000)];

fn name_of(samples: Samples) -> String {
    match samples {
        Samples::Finite(n) => format!("n = {n}"),
        Samples::Infinite => "n = inf".into(),
    }
}

fn methods(criterion: &mut Criterion, group: &str, effort: Effort, counts: &[Samples]) {
    let mut group = criterion.benchmark_group(group);
    group.sample_size(10).measurement_time(Duration::from_millis(500));
    group.warm_up_time(Duration::from_millis(200));
    for method in &METHODS {
        for &samples in counts {
            let id = BenchmarkId::new(method.name, name_of(samples));
            group.bench_function(id, |bencher| {
                bencher.iter(|| {
                    let texts = method.texts(&Numbers::new(), samples).unwrap();
                    let reduced = texts.program().unwrap();
                    let bounds = solve(&reduced, effort);
                    assert!(bounds.upper.is_some());
                    bounds
                });
            });
        }
    }
    group.finish();
}

/// A certificate from interior points, to a gap of about 1e-8 or less.
fn interior(criterion: &mut Criterion) {
    methods(criterion, "worst case, interior points", Effort::Plain, &COUNTS);
}

/// The same once the formulas have been read: the solver alone.
fn solver(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("worst case, solver");
    group.sample_size(10).measurement_time(Duration::from_millis(500));
    group.warm_up_time(Duration::from_millis(200));
    for method in &METHODS {
        for samples in COUNTS {
            let texts = method.texts(&Numbers::new(), samples).unwrap();
            let reduced = texts.program().unwrap();
            let id = BenchmarkId::new(method.name, name_of(samples));
            group.bench_function(id, |bencher| bencher.iter(|| solve(&reduced, Effort::Plain)));
        }
    }
    group.finish();
}

/// To 1e-43, or exact where the optimum is rational.
fn exact(criterion: &mut Criterion) {
    methods(criterion, "worst case, full", Effort::Full, &COUNTS[1..2]);
}

/// The trusted part alone, and a statement decided.
fn checked(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("worst case, checks");
    group.sample_size(20).measurement_time(Duration::from_millis(500));
    for method in &METHODS {
        let texts = method.texts(&Numbers::new(), Samples::Finite(10)).unwrap();
        let reduced = texts.program().unwrap();
        let upper = solve(&reduced, Effort::Full).upper.unwrap();
        group.bench_function(BenchmarkId::new("judge", method.name), |bencher| {
            bencher.iter(|| judge_certificate(&reduced, &upper.multipliers).unwrap());
        });
    }
    let library = Library::load().unwrap();
    let claim = library.claim("theorem-1", "one-step", None).unwrap();
    let at = |l_exp: &str| -> Numbers {
        let given = [("gamma", "1"), ("lambda", "1"), ("mu", "1/10"), ("l_exp", l_exp)];
        given.map(|(name, value)| (name.to_owned(), value.parse().unwrap())).into()
    };
    for (name, l_exp) in [("inside", "1/8"), ("on the curve", "23/86"), ("beyond", "1/3")] {
        let numbers = at(l_exp);
        group.bench_function(BenchmarkId::new("theorem-1/one-step", name), |bencher| {
            bencher.iter(|| decide(claim, &numbers, true).unwrap());
        });
    }
    group.finish();
}

criterion_group!(benches, interior, solver, exact, checked);
criterion_main!(benches);
