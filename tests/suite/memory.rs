//! SVRG, L-SVRG, SAGA and the mixed-label form of distillation: means, memories and moments against
//! every outcome; and the constants of theorem-6, which hold everywhere or are refused.

use kd_audit::audit::check::{Outcome, check_instance};
use kd_audit::audit::library::Library;
use kd_audit::audit::setting::Setting;
use kd_audit::claim::evaluate::Environment;
use kd_audit::claim::vocabulary::{Law, Process};
use kd_audit::estimator::{
    GradientEstimator, Kd, LSvrg, MemoryEstimator, MixedLabelKd, Oracle, Refreshed, Saga, Sgd,
    State, Svrg, step_with_memory,
};
use kd_audit::expectation::{Budget, enumerate_paths};
use kd_audit::linear::{add, average, norm_sq, scale, subtract};
use kd_audit::problem::{Constants, Instance, Sampling};
use kd_audit::scalar::{Interval, Rational, Scalar, Undefined};

type Gradient = Result<Vec<Rational>, Undefined>;

fn q(p: i64, r: i64) -> Rational {
    Rational::ratio(p, r)
}

fn read(text: &str) -> Instance {
    serde_json::from_str(text).unwrap()
}

/// Three convex samples in the plane, with a full table.
fn instance(steps: u64) -> Instance {
    read(&format!(
        r#"{{"h": [[["2","1"],["1","1"]], [["1","-1"],["-1","2"]], [["1","0"],["0","0"]]],
        "b": [["1","0"],["2","1"],["0","-1"]], "x": ["3","-2"], "gamma": "1/24", "p": "1/3",
        "memory": [["1","1"],["0","-2"],["1/2","5"]], "t": {steps}}}"#
    ))
}

fn oracle<'a>(instance: &'a Instance, control: &'a [Vec<Rational>]) -> Oracle<'a, Rational> {
    Oracle::new(&instance.problem, control)
}

/// Whether E g = ∇f(x), over every minibatch.
fn is_unbiased(estimator: &dyn MemoryEstimator<Rational>, tau: usize, taken: u64) -> bool {
    let instance = instance(1);
    let control = instance.control.vectors(&instance.problem).unwrap();
    let oracle = oracle(&instance, &control);
    let state =
        State { x: instance.point.clone(), memory: instance.algorithm.memory.clone(), taken };
    let batches = Sampling::new(3, tau).unwrap().batches().unwrap();
    let estimates: Vec<Vec<Rational>> =
        batches.iter().map(|batch| estimator.estimate(&oracle, &state, batch).unwrap()).collect();
    let full = Sgd.estimate(&oracle, &state.x, &[0, 1, 2]).unwrap();
    average(2, &estimates) == full
}

/// Deliberately wrong estimators.
struct Broken(fn(&Oracle<'_, Rational>, &State<Rational>, &[usize]) -> Gradient);

impl MemoryEstimator<Rational> for Broken {
    fn estimate(
        &self,
        oracle: &Oracle<'_, Rational>,
        state: &State<Rational>,
        batch: &[usize],
    ) -> Gradient {
        self.0(oracle, state, batch)
    }
    fn refreshed(&self, state: &State<Rational>, batch: &[usize]) -> Refreshed<Rational> {
        Saga.refreshed(state, batch)
    }
}

#[test]
fn estimators_with_memory_are_unbiased_and_biased_variants_are_caught() {
    for tau in 1..=3 {
        for taken in 0..3 {
            assert!(is_unbiased(&Svrg { period: 2 }, tau, taken));
            assert!(is_unbiased(&LSvrg { refresh: q(1, 3) }, tau, taken));
            assert!(is_unbiased(&Saga, tau, taken));
        }
    }
    // 1/N instead of 1/τ: at τ = 1 the difference is a third of itself.
    let weight = Broken(|oracle, state, batch| {
        let full = Saga.estimate(oracle, state, &[0, 1, 2])?;
        let own = Saga.estimate(oracle, state, batch)?;
        let share = Rational::ratio(batch.len() as i64, 3);
        let difference = subtract(&own, &full);
        Ok(add(&scale(&share, &own), &scale(&q(0, 1), &difference)))
    });
    assert!(!is_unbiased(&weight, 1, 0) && !is_unbiased(&weight, 2, 0));
    // The average over the table is not kept up: it is that of a table of x⁰.
    let stale = Broken(|oracle, state, batch| {
        let table = State { memory: vec![vec![q(0, 1); 2]; 3], ..state.clone() };
        let mean = Saga.estimate(oracle, &table, &[0, 1, 2])?;
        let own = Saga.estimate(oracle, state, batch)?;
        Ok(add(&own, &scale(&q(1, 2), &subtract(&mean, &average(2, &state.memory)))))
    });
    assert!(!is_unbiased(&stale, 1, 0));
    // The mean of the stored gradients is forgotten.
    let forgetful = Broken(|oracle, state, batch| {
        let own = Sgd.estimate(oracle, &state.x, batch)?;
        Ok(subtract(&own, &Sgd.estimate(oracle, &state.memory[batch[0]], batch)?))
    });
    assert!(!is_unbiased(&forgetful, 1, 0));
}

/// SVRG between snapshots is unbiased distillation of weight 1 with the snapshot as teacher.
#[test]
fn svrg_takes_a_snapshot_every_period() {
    let instance = instance(1);
    let control = instance.control.vectors(&instance.problem).unwrap();
    let oracle = oracle(&instance, &control);
    let svrg = Svrg { period: 3 };
    let mut state = State { x: instance.point.clone(), memory: vec![vec![q(9, 1); 2]], taken: 0 };
    let mut snapshots = Vec::new();
    for batch in [[0], [2], [1], [1], [0], [2], [2]] {
        let before = state.x.clone();
        let mut next = step_with_memory(&svrg, &oracle, &q(1, 8), &state, &batch).unwrap();
        assert_eq!(next.len(), 1);
        state = next.remove(0).1;
        if state.memory[0] == before {
            snapshots.push(state.taken - 1);
        }
    }
    assert_eq!(snapshots, [0, 3, 6]);
}

/// E‖x^t − x*‖², E τ_t and E gap from every path, by a loop written here.
fn enumerated(
    instance: &Instance,
    constants: &Constants,
    estimator: &dyn MemoryEstimator<Rational>,
    points: usize,
) -> [Rational; 2] {
    let control = instance.control.vectors(&instance.problem).unwrap();
    let oracle = oracle(instance, &control);
    let at_star = instance.problem.gradients(&constants.x_star).unwrap();
    let batches = instance.sampling.batches().unwrap();
    let share = q(1, batches.len() as i64);
    let memory = (0..points).map(|n| instance.algorithm.memory[n].clone()).collect();
    let start = State { x: instance.point.clone(), memory, taken: 0 };
    let gamma = &instance.parameters.gamma;
    let steps = instance.parameters.horizon;
    let paths = enumerate_paths(
        start,
        steps,
        Budget::STANDARD,
        |_| 0,
        |state| {
            let mut next = Vec::new();
            for batch in &batches {
                for (p, state) in step_with_memory(estimator, &oracle, gamma, state, batch)? {
                    next.push((p.times(&share), state));
                }
            }
            Ok(next)
        },
    )
    .unwrap();
    assert_eq!(paths.iter().fold(q(0, 1), |sum, (p, _)| sum.plus(p)), Rational::ONE);
    let mean = |value: &dyn Fn(&State<Rational>) -> Rational| {
        paths.iter().fold(q(0, 1), |sum, (p, state)| sum.plus(&p.times(&value(state))))
    };
    [
        mean(&|state| norm_sq(&subtract(&state.x, &constants.x_star))),
        mean(&|state| {
            let error = |(n, star): (usize, &Vec<Rational>)| {
                let stored = state.memory.get(n).unwrap_or(&state.memory[0]);
                norm_sq(&subtract(&oracle.gradient(n, stored).unwrap(), star))
            };
            let errors: Vec<Rational> = at_star.iter().enumerate().map(error).collect();
            errors.iter().fold(q(0, 1), |sum, e| sum.plus(e)).times(&q(1, errors.len() as i64))
        }),
    ]
}

#[test]
fn joint_moments_agree_with_every_path() {
    for tau in 1..=2 {
        let mut instance = instance(3);
        instance.sampling = Sampling::new(3, tau).unwrap();
        let constants = Constants::compute(&instance.problem, instance.sampling).unwrap();
        let refresh = instance.algorithm.refresh.clone();
        let l_svrg: &dyn MemoryEstimator<Rational> = &LSvrg { refresh };
        for (process, estimator, points) in
            [(Process::LSvrg, l_svrg, 1), (Process::Saga, &Saga as _, 3)]
        {
            let [second, memory] = enumerated(&instance, &constants, estimator, points);
            let budget = Budget::STANDARD;
            let exact = Setting::<Rational>::new(&instance, Some(&constants), process, budget);
            let moments = exact.moments(Law::Path).unwrap();
            assert_eq!(moments.second, second, "{process:?}");
            assert_eq!(moments.memory, Ok(memory.clone()), "{process:?}");
            let enclosed = Setting::<Interval>::new(&instance, Some(&constants), process, budget);
            let moments = enclosed.moments(Law::Path).unwrap();
            assert!(moments.second.contains(&second), "{process:?}");
            assert!(moments.memory.unwrap().contains(&memory), "{process:?}");
        }
    }
}

/// Stores the point after the step instead of the one before it.
struct Late<E>(E);

impl<E: MemoryEstimator<Rational>> MemoryEstimator<Rational> for Late<E> {
    fn estimate(
        &self,
        oracle: &Oracle<'_, Rational>,
        state: &State<Rational>,
        batch: &[usize],
    ) -> Gradient {
        self.0.estimate(oracle, state, batch)
    }
    fn refreshed(&self, state: &State<Rational>, batch: &[usize]) -> Refreshed<Rational> {
        // Whatever has been stored has moved on by the time it is read.
        let moved = State { x: scale(&q(23, 24), &state.x), ..state.clone() };
        self.0.refreshed(&moved, batch)
    }
}

#[test]
fn memories_refreshed_after_the_step_are_caught() {
    let instance = instance(1);
    let constants = Constants::compute(&instance.problem, instance.sampling).unwrap();
    let budget = Budget::STANDARD;
    let refresh = instance.algorithm.refresh.clone();
    for (process, right, late, points) in [
        (
            Process::LSvrg,
            Box::new(LSvrg { refresh: refresh.clone() }) as Box<dyn MemoryEstimator<Rational>>,
            Box::new(Late(LSvrg { refresh })) as Box<dyn MemoryEstimator<Rational>>,
            1,
        ),
        (Process::Saga, Box::new(Saga) as _, Box::new(Late(Saga)) as _, 3),
    ] {
        let setting = Setting::<Rational>::new(&instance, Some(&constants), process, budget);
        let memory = setting.moments(Law::Path).unwrap().memory.unwrap();
        assert_eq!(enumerated(&instance, &constants, &*right, points)[1], memory);
        assert_ne!(enumerated(&instance, &constants, &*late, points)[1], memory);
    }
}

/// On mixed labels, along paths and minibatches, distillation takes the steps of its gradient form.
#[test]
fn mixed_labels_and_gradients_take_the_same_steps() {
    for convention in ["both", "student-only"] {
        let instance = read(&format!(
            r#"{{"a": [["1","0"],["0","2"],["1","1"]], "y": ["1","0","3"], "ridge": "1/2",
            "teacher": ["1","-1"], "ridge_convention": "{convention}", "gamma": "1/16",
            "lambda": "2/3", "x": ["2","5"]}}"#
        ));
        let control = instance.control.vectors(&instance.problem).unwrap();
        let oracle = oracle(&instance, &control);
        let lambda = instance.parameters.lambda.clone();
        let mixed = MixedLabelKd { lambda: lambda.clone(), teacher: &instance.control };
        let kd = Kd { lambda };
        assert_eq!(mixed.corrections(&oracle), kd.corrections(&oracle));
        let mut x = instance.point.clone();
        for batch in [&[0][..], &[1, 2], &[2], &[0, 1, 2]] {
            let gradient = kd.estimate(&oracle, &x, batch).unwrap();
            assert_eq!(mixed.estimate(&oracle, &x, batch).unwrap(), gradient);
            x = subtract(&x, &scale(&q(1, 16), &gradient));
        }
    }
}

/// theorem-6's constants of each instance hold at every x and every memory; smaller ones, larger
/// decays and missing noise do not.
#[test]
fn constants_of_theorem_6_are_checked_everywhere() {
    let library = Library::load().unwrap();
    let statement = library.theorem("theorem-6").unwrap().statement("one-step").unwrap();
    let mut instance = instance(1);
    instance.parameters.gamma = q(1, 100);
    instance.parameters.lambda = q(1, 2);
    let outcome = |model: &str, changes: &[(&str, &str)]| {
        let model = statement.models.iter().find(|m| m.name == model).unwrap();
        let mut symbols = model.symbols.clone();
        for (name, text) in changes {
            symbols.insert((*name).to_owned(), (*text).to_owned());
        }
        check_instance(&statement.claim.concrete(&symbols).unwrap(), &instance, Budget::STANDARD)
    };
    let rejected = |model: &str, changes: &[(&str, &str)], by: &str| {
        let found = outcome(model, changes);
        assert!(
            matches!(&found, Outcome::Rejected { hypothesis, .. } if hypothesis == by),
            "{model} {changes:?}: {found:?}"
        );
    };
    for model in ["sgd", "unbiased distillation", "L-SVRG", "SAGA"] {
        assert!(matches!(outcome(model, &[]), Outcome::Holds(_)), "{model}");
        rejected(model, &[("A", "1/2")], "second");
        rejected(model, &[("g", "2*grad")], "next");
    }
    rejected("sgd", &[("D_1", "0")], "second");
    rejected("unbiased distillation", &[("D_1", "0")], "second");
    for model in ["L-SVRG", "SAGA"] {
        rejected(model, &[("b", "0")], "second");
        rejected(model, &[("C_memory", "0")], "recursion");
        rejected(model, &[("q", "9/10")], "recursion");
        rejected(model, &[("g", "grad - grad_stored")], "next");
    }
    // Without their memory the two are not unbiased distillation of the stored points alone.
    rejected(
        "SAGA",
        &[("process", "sgd"), ("memory", "0*gap"), ("memory_next", "0*gap_next")],
        "next",
    );
}
