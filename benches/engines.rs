//! Exact engines, float moments as they grow, the kernel and the whole audit. Compare rows within one
//! run.

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use kd_audit::audit::finding::ProofVerdict;
use kd_audit::audit::library::Library;
use kd_audit::audit::prove::prove;
use kd_audit::audit::runner::{Options, audit_statement};
use kd_audit::audit::search::draw;
use kd_audit::audit::setting::Setting;
use kd_audit::claim::evaluate::evaluate;
use kd_audit::expectation::moments::SampleMoments;
use kd_audit::expectation::{Budget, Contraction, MomentArithmetic};
use kd_audit::problem::{Constants, FiniteSum, Sampling};
use kd_audit::scalar::Rational;
use rayon::prelude::*;

/// Moments in rationals, and a statement at every sample path.
fn exact(criterion: &mut Criterion) {
    let library = Library::load().unwrap();
    let moments = library.claim("theorem-1", "all-t", None).unwrap();
    let paths = library.claim("theorem-7", "paths", None).unwrap();
    let mut group = criterion.benchmark_group("exact, d = 2");
    group.sample_size(20);
    let pick = |claim, horizon| {
        let instance = (0..)
            .map(|index| draw(claim, 1, "bench exact", index).instance)
            .find(|i| i.problem.dimension() == 2 && i.problem.samples() == 3);
        let mut instance = instance.unwrap();
        instance.sampling = Sampling::new(3, 1).unwrap();
        instance.parameters.horizon = horizon;
        instance
    };
    for (name, claim, horizons) in
        [("moment recursion", moments, [2, 4, 8]), ("every path", paths, [2, 4, 6])]
    {
        for horizon in horizons {
            let instance = pick(claim, horizon);
            let constants = Constants::compute(&instance.problem, instance.sampling).unwrap();
            group.bench_with_input(
                BenchmarkId::new(name, horizon),
                &instance,
                |bencher, instance| {
                    bencher.iter(|| {
                        let (constants, budget) = (Some(&constants), Budget::STANDARD);
                        let setting =
                            Setting::<Rational>::new(instance, constants, claim.process, budget);
                        evaluate(&claim.formula, &setting).map(|evaluation| evaluation.truth)
                    });
                },
            );
        }
    }
    group.finish();
}

/// Float moments of least squares over dimension, samples and horizon, from data to result.
fn growth(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("float moments from data");
    group.sample_size(20);
    for (d, samples, steps) in
        [(5, 200, 1000), (10, 200, 1000), (20, 200, 1000), (20, 800, 1000), (20, 200, 100_000)]
    {
        let value = |n: usize, j: usize| ((n * 31 + j * 17) % 29) as f64 / 29.0 - 0.5;
        let problem = FiniteSum::LeastSquares {
            features: (0..samples).map(|n| (0..d).map(|j| value(n, j)).collect()).collect(),
            targets: (0..samples).map(|n| value(n, 41)).collect(),
            ridge: 0.0,
        };
        let gradients: Vec<Vec<f64>> = (0..samples).map(|n| vec![value(n, 5); d]).collect();
        let sampling = Sampling::new(samples, 1).unwrap();
        let contraction = Contraction { rho: Rational::ONE, mu: Rational::ONE };
        let id = format!("d = {d}, N = {samples}, t = {steps}");
        group.bench_function(id, |bencher| {
            bencher.iter(|| {
                let budget = Budget::STANDARD;
                let moments =
                    SampleMoments::compute(&problem, &gradients, &gradients, sampling, budget);
                let recursion = moments.unwrap().recursion(&0.05, &0.5);
                f64::iterate(&recursion, &vec![1.0; d], steps, &contraction, budget).unwrap().second
            });
        });
    }
    group.finish();
}

/// Every certificate in the kernel, and what `kd-audit` does without arguments, data apart.
fn whole(criterion: &mut Criterion) {
    let library = Library::load().unwrap();
    let mut group = criterion.benchmark_group("whole library");
    group.sample_size(10);
    group.bench_function("kernel, all certificates", |bencher| bencher.iter(|| prove(&library)));
    group.bench_function("default audit", |bencher| {
        bencher.iter(|| {
            let proofs = prove(&library);
            let statements: Vec<_> = library
                .theorems()
                .iter()
                .flat_map(|theorem| theorem.statements.iter().map(move |s| (theorem, s)))
                .collect();
            let findings = statements.par_iter().map(|(theorem, statement)| {
                let proof = ProofVerdict::of(&proofs, &theorem.id, &statement.part);
                audit_statement(theorem, statement, proof, None, Options::default())
            });
            findings.collect::<Vec<_>>()
        });
    });
    group.finish();
}

criterion_group!(benches, exact, growth, whole);
criterion_main!(benches);
