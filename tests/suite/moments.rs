//! Exact expectations against brute force: the moment recursion over every path, the stationary law
//! and the contraction factor.

use kd_audit::audit::setting::Setting;
use kd_audit::claim::dictionary::Dictionary;
use kd_audit::claim::evaluate::{Place, Truth, evaluate, evaluate_scalar, evaluate_vector};
use kd_audit::claim::vocabulary::Process;
use kd_audit::estimator::{self, Oracle, estimator};
use kd_audit::expectation::moments::{Recursion, SampleMoments, packed};
use kd_audit::expectation::{Budget, Contraction, ErrorMoments, MomentArithmetic};
use kd_audit::linear::exact::{check_positive_semidefinite, solve};
use kd_audit::linear::{Matrix, add, average, dot, norm_sq, subtract};
use kd_audit::problem::{
    Algorithm, AssertedConstants, Constants, ControlVariate, FiniteSum, Instance, Parameters,
    RidgeConvention, Sampling, shifted,
};
use kd_audit::scalar::{Interval, Rational, Scalar, Undefined};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

fn q(p: i64, r: i64) -> Rational {
    Rational::ratio(p, r)
}

fn config(cases: u32) -> ProptestConfig {
    ProptestConfig {
        cases,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(1),
        ..ProptestConfig::default()
    }
}

// --- Small random problems ----------------------------------------------------------------------

/// A problem with a unique minimiser, its constants and a process.
#[derive(Clone, Debug)]
struct Case {
    instance: Instance,
    constants: Constants,
    process: Process,
}

/// d and N up to 3, every minibatch size, steps beyond 2/𝓛 as well, any weight.
fn cases() -> impl Strategy<Value = Case> {
    let shape = (1..=3_usize, 1..=3_usize, any::<prop::sample::Index>(), 0..4_u8, 0..3_u8);
    let scalars =
        (1..=24_i64, -8..=8_i64, 0..=3_u64, prop::sample::select(Process::FOLLOWED.to_vec()));
    (shape, scalars, prop::collection::vec(-3..=3_i64, 60)).prop_filter_map(
        "no unique minimiser",
        |((d, n, batch, family, teacher), (gamma, lambda, horizon, process), pool)| {
            let entry = |k: usize| Rational::integer(pool[k]);
            let vectors = |from: usize| -> Vec<Vec<Rational>> {
                (0..n).map(|k| (0..d).map(|i| entry(from + 3 * k + i)).collect()).collect()
            };
            let problem = if family < 2 {
                // H_n = S_n − S̄ + AAᵀ + I: indefinite samples with a positive definite mean.
                let s = |k: usize| Matrix::from_fn(d, d, |i, j| entry(6 * k + packed(i, j)));
                let mean =
                    (0..n).fold(Matrix::zeros(d, d), |m, k| m.plus_scaled(&q(1, n as i64), &s(k)));
                let a = Matrix::from_fn(d, d, |i, j| entry(18 + 3 * i + j));
                let a_t = Matrix::from_fn(d, d, |i, j| a[(j, i)].clone());
                let center = shifted(&a.product(&a_t), &q(-1, 1)).plus_scaled(&q(-1, 1), &mean);
                let hessians = (0..n).map(|k| center.plus_scaled(&q(1, 1), &s(k))).collect();
                FiniteSum::Quadratic { hessians, linear: vectors(27) }
            } else {
                let ridge = if family == 2 { q(0, 1) } else { q(1 + pool[36].abs(), 2) };
                let targets = (0..n).map(|k| entry(37 + k)).collect();
                FiniteSum::LeastSquares { features: vectors(27), targets, ridge }
            };
            let parameters = (40..40 + d).map(entry).collect();
            let control = match teacher {
                0 => ControlVariate::Free(vectors(43)),
                1 => ControlVariate::Teacher { parameters, ridge: RidgeConvention::Both },
                _ => ControlVariate::Teacher { parameters, ridge: RidgeConvention::StudentOnly },
            };
            let sampling = Sampling::new(n, 1 + batch.index(n)).unwrap();
            let constants = Constants::compute(&problem, sampling).ok()?;
            // Up to three times the largest step with a stationary law.
            let gamma = q(gamma, 4).over(&constants.l_exp).unwrap();
            let gamma = Rational::simplest_between(&gamma, &gamma.times(&q(9, 8)));
            let parameters = Parameters {
                gamma_2: gamma.clone(),
                gamma,
                lambda: q(lambda, 3),
                kappa: Rational::ZERO,
                a: Rational::ONE,
                eta: q(3, 4),
                omega: q(0, 1),
                delta: q(1, 1),
                horizon,
            };
            let (point, asserted) =
                ((52..52 + d).map(entry).collect(), AssertedConstants::default());
            let algorithm = Algorithm::default();
            let instance =
                Instance { problem, control, sampling, point, parameters, asserted, algorithm };
            Some(Case { instance, constants, process })
        },
    )
}

impl Case {
    fn gamma(&self) -> &Rational {
        &self.instance.parameters.gamma
    }

    fn lambda(&self) -> &Rational {
        &self.instance.parameters.lambda
    }

    fn start(&self) -> Vec<Rational> {
        subtract(&self.instance.point, &self.constants.x_star)
    }

    fn contraction(&self) -> Contraction {
        Contraction::new(&self.constants, &[self.gamma().clone(), self.gamma().clone()])
    }

    fn batches(&self) -> Vec<Vec<usize>> {
        self.instance.sampling.batches().unwrap()
    }

    /// H_ξ and s_ξ of each minibatch, from the step that the estimator makes: x⁺ − x* at x* and
    /// at the unit vectors from there.
    fn affine_steps(&self) -> Vec<(Matrix<Rational>, Vec<Rational>)> {
        let control = self.instance.control.vectors(&self.instance.problem).unwrap();
        let oracle = Oracle::new(&self.instance.problem, &control);
        let g = estimator(self.process, self.lambda());
        let x_star = &self.constants.x_star;
        let d = x_star.len();
        let unit = |j: usize| (0..d).map(|i| q(i64::from(i == j), 1)).collect::<Vec<_>>();
        self.batches()
            .iter()
            .map(|batch| {
                let image = |e: &[Rational]| {
                    let x = estimator::step(&*g, &oracle, self.gamma(), &add(x_star, e), batch)
                        .unwrap();
                    subtract(&x, x_star)
                };
                let constant = image(&vec![Rational::ZERO; d]);
                let columns: Vec<Vec<Rational>> =
                    (0..d).map(|j| subtract(&image(&unit(j)), &constant)).collect();
                (Matrix::from_fn(d, d, |i, j| columns[j][i].clone()), constant)
            })
            .collect()
    }

    /// Every equally likely end of a path, by the estimator's own steps.
    fn ends(&self) -> Vec<Vec<Rational>> {
        let control = self.instance.control.vectors(&self.instance.problem).unwrap();
        let oracle = Oracle::new(&self.instance.problem, &control);
        let g = estimator(self.process, self.lambda());
        let mut ends = vec![self.instance.point.clone()];
        for _ in 0..self.instance.parameters.horizon {
            let next = |x: &Vec<Rational>| {
                let step =
                    |b: &Vec<usize>| estimator::step(&*g, &oracle, self.gamma(), x, b).unwrap();
                self.batches().iter().map(step).collect::<Vec<_>>()
            };
            ends = ends.iter().flat_map(next).collect();
        }
        ends
    }
}

/// What the recursion knows of a case, in any arithmetic.
fn sample_moments<S: MomentArithmetic>(case: &Case) -> SampleMoments<S> {
    let problem = case.instance.problem.map(S::from_rational);
    let control = case.instance.control.map(S::from_rational).vectors(&problem).unwrap();
    let oracle = Oracle::new(&problem, &control);
    let lambda = S::from_rational(case.lambda());
    let corrections = estimator(case.process, &lambda).corrections(&oracle);
    let x_star: Vec<S> = case.constants.x_star.iter().map(S::from_rational).collect();
    let gradients: Vec<Vec<S>> =
        (0..problem.samples()).map(|n| problem.gradient(n, &x_star).unwrap()).collect();
    let sampling = case.instance.sampling;
    SampleMoments::compute(&problem, &gradients, &corrections, sampling, Budget::STANDARD).unwrap()
}

fn recursion<S: MomentArithmetic>(case: &Case) -> Recursion<S> {
    sample_moments::<S>(case)
        .recursion(&S::from_rational(case.gamma()), &S::from_rational(case.lambda()))
}

fn iterate<S: MomentArithmetic>(case: &Case, budget: Budget) -> Result<ErrorMoments<S>, Undefined> {
    let start: Vec<S> = case.start().iter().map(S::from_rational).collect();
    let horizon = case.instance.parameters.horizon;
    S::iterate(&recursion(case), &start, horizon, &case.contraction(), budget)
}

// --- The recursion against every path -----------------------------------------------------------

proptest! {
    #![proptest_config(config(400))]

    #[test]
    fn moments_are_those_of_all_paths(case in cases()) {
        let ends = case.ends();
        let x_star = &case.constants.x_star;
        let squares: Vec<_> = ends.iter().map(|x| vec![norm_sq(&subtract(x, x_star))]).collect();
        let exact = iterate::<Rational>(&case, Budget::STANDARD).unwrap();
        prop_assert_eq!(add(x_star, &exact.mean), average(x_star.len(), &ends));
        prop_assert_eq!(&exact.second, &average(1, &squares)[0]);

        // Up to 16 steps the interval and the float do the same operations in the same order, and
        // rounding is monotone: the float is inside without any tolerance.
        let enclosed = iterate::<Interval>(&case, Budget::STANDARD).unwrap();
        let float = iterate::<f64>(&case, Budget::STANDARD).unwrap();
        prop_assert!(enclosed.second.contains(&exact.second), "{}", enclosed.second);
        prop_assert!(enclosed.second.contains_f64(float.second), "{}", enclosed.second);
        for i in 0..x_star.len() {
            prop_assert!(enclosed.mean[i].contains(&exact.mean[i]), "{}", enclosed.mean[i]);
            prop_assert!(enclosed.mean[i].contains_f64(float.mean[i]), "{}", enclosed.mean[i]);
        }
    }

    /// The formula that documents a process, the estimator and the quantity x_next are one.
    #[test]
    fn step_formulas_are_the_steps_of_the_code(case in cases()) {
        let Case { instance, constants, process } = &case;
        let setting = Setting::<Rational>::new(instance, Some(constants), *process, Budget::STANDARD);
        let control = instance.control.vectors(&instance.problem).unwrap();
        let oracle = Oracle::new(&instance.problem, &control);
        let g = estimator(*process, case.lambda());
        let dictionary = Dictionary::standard();
        for (outcome, batch) in case.batches().iter().enumerate() {
            let step = estimator::step(&*g, &oracle, case.gamma(), &instance.point, batch).unwrap();
            for text in [process.step_formula(), "x_next"] {
                let expr = dictionary.expression(text).unwrap();
                let value = evaluate_vector(&expr, Place::Outcome(outcome), &setting);
                prop_assert_eq!(value, Ok(step.clone()), "{}", text);
            }
        }
    }

    /// E[...] over paths is computed from two moments; outcome by outcome it must be the same.
    #[test]
    fn expectations_of_formulas_are_averages_over_paths(case in cases()) {
        let Case { instance, constants, process } = &case;
        let setting = Setting::<Rational>::new(instance, Some(constants), *process, Budget::STANDARD);
        let dictionary = Dictionary::standard();
        for text in [
            "norm_sq(x_t - x_star)",
            "inner(x_t, x_star) - 2",
            "norm_sq(3*x_t - x_0/2 + x*lambda)",
            "gamma*(-inner(x_t - x, 2*(x_t + x_star))*lambda + gap)/3",
            "norm_sq(x_t - E[x_t])",
            "gap_t",
            "lambda*(gap_0 - gap_t)/3 + norm_sq(x_t) - (1 + gap_t)*gamma",
        ] {
            let expectation = dictionary.expression(&format!("E[{text}]")).unwrap();
            // A relation that holds everywhere shows its sides at every outcome.
            let everywhere = dictionary.formula(&format!("{text} = {text}")).unwrap();
            let sides = evaluate(&everywhere, &setting).unwrap().sides;
            let values: Vec<_> = sides[0].iter().map(|(value, _)| vec![value.clone()]).collect();
            let expected = average(1, &values)[0].clone();
            prop_assert_eq!(evaluate_scalar(&expectation, &setting), Ok(expected), "{}", text);
        }
    }
}

proptest! {
    #![proptest_config(config(200))]

    /// The suboptimality after one step is that of the path of one step, and ½⟨∇f, x − x*⟩.
    #[test]
    fn the_gap_of_a_step_is_that_of_a_path(case in cases()) {
        let Case { mut instance, constants, process } = case;
        instance.parameters.horizon = 1;
        let setting = Setting::<Rational>::new(&instance, Some(&constants), process, Budget::STANDARD);
        let dictionary = Dictionary::standard();
        for text in [
            "E[gap_next] = E[gap_t]",
            "gap_0 = gap",
            "2*gap = inner(E[grad], e)",
            "E[grad_lambda] = lambda*E[c]",
            "E[grad] - E[grad_lambda] = E[grad] - lambda*E[c]",
        ] {
            let found = evaluate(&dictionary.formula(text).unwrap(), &setting).unwrap();
            prop_assert_eq!(found.truth, Truth::Holds, "{}", text);
        }
        let enclosed = Setting::<Interval>::new(&instance, Some(&constants), process, Budget::STANDARD);
        for text in ["E[gap_next]", "norm_sq(x_lambda)", "E[norm_sq(grad_lambda)]"] {
            let expr = dictionary.expression(text).unwrap();
            let value: Rational = evaluate_scalar(&expr, &setting).unwrap();
            let interval: Interval = evaluate_scalar(&expr, &enclosed).unwrap();
            prop_assert!(interval.contains(&value), "{}: {} and {}", text, interval, value);
        }
    }

    /// Plain interval steps up to 16, enclosed a posteriori after that.
    #[test]
    fn enclosed_gaps_contain_the_exact_ones(case in cases(), horizon in 0..=24_u64) {
        let Case { mut instance, constants, process } = case;
        instance.parameters.horizon = horizon;
        let expr = Dictionary::standard().expression("E[gap_t]").unwrap();
        let exact = Setting::<Rational>::new(&instance, Some(&constants), process, Budget::STANDARD);
        let enclosed = Setting::<Interval>::new(&instance, Some(&constants), process, Budget::STANDARD);
        let value: Rational = evaluate_scalar(&expr, &exact).unwrap();
        let interval: Interval = evaluate_scalar(&expr, &enclosed).unwrap();
        prop_assert!(interval.contains(&value), "{} and {}", interval, value);
    }
}

/// In twelve dimensions exact second moments are over the budget, but four paths are not.
#[test]
fn few_paths_in_many_dimensions_are_enumerated() {
    let d = 12;
    let hessian = |k: i64| Matrix::from_fn(d, d, |i, j| q(i64::from(i == j) * (k + i as i64), 1));
    let instance = Instance {
        problem: FiniteSum::Quadratic {
            hessians: vec![hessian(1), hessian(2)],
            linear: vec![vec![q(1, 1); d], vec![q(-1, 1); d]],
        },
        control: ControlVariate::Free(vec![vec![q(1, 2); d], vec![q(0, 1); d]]),
        sampling: Sampling::new(2, 1).unwrap(),
        point: vec![q(1, 1); d],
        parameters: Parameters {
            gamma: q(1, 64),
            gamma_2: q(1, 64),
            lambda: q(1, 1),
            kappa: q(0, 1),
            a: q(1, 1),
            eta: q(3, 4),
            omega: q(0, 1),
            delta: q(1, 1),
            horizon: 2,
        },
        asserted: AssertedConstants::default(),
        algorithm: Algorithm::default(),
    };
    let constants = Constants::compute(&instance.problem, instance.sampling).unwrap();
    let process = Process::Kd;
    let case = Case { instance, constants, process };
    let values: Vec<_> = case
        .ends()
        .iter()
        .map(|x| {
            let image = case.instance.problem.as_quadratic().unwrap().mean_hessian().apply(x);
            vec![dot(&image, x).times(&q(1, 2)), norm_sq(x)]
        })
        .collect();
    let expected = average(2, &values);
    let setting =
        Setting::<Rational>::new(&case.instance, Some(&case.constants), process, Budget::STANDARD);
    for (text, value) in ["E[gap_t]", "E[norm_sq(x_t - x_star)]"].into_iter().zip(expected) {
        let expr = Dictionary::standard().expression(text).unwrap();
        assert_eq!(evaluate_scalar(&expr, &setting), Ok(value), "{text}");
    }
}

// --- The stationary law -------------------------------------------------------------------------

proptest! {
    #![proptest_config(config(300))]

    #[test]
    fn stationary_moments_are_a_fixed_point(case in cases()) {
        let contraction = case.contraction();
        let (moments, gamma) = (sample_moments::<Rational>(&case), case.gamma());
        let stationary = |l: &Rational| moments.stationary(gamma, l, &contraction, Budget::STANDARD);
        if contraction.gap().is_err() {
            prop_assert!(matches!(stationary(case.lambda()), Err(Undefined::NotCertified(_))));
            return Ok(());
        }
        let found = stationary(case.lambda()).unwrap();
        let Recursion { d, second_map, cross_map, second_constant, .. } = recursion(&case);
        // M from M = T(M) + R, packed; its trace is what is reported.
        let right = add(&cross_map.apply(&found.mean), &second_constant);
        let k = right.len();
        let system = Matrix::from_fn(k, k, |i, j| q(i64::from(i == j), 1).minus(&second_map[(i, j)]));
        let packed_second = solve(&system, &Matrix::from_fn(k, 1, |i, _| right[i].clone())).unwrap();
        let second = Matrix::from_fn(d, d, |i, j| packed_second[(packed(i, j), 0)].clone());
        prop_assert_eq!(second.trace(), found.second.clone());

        // One more step of the estimator, with e⁺ = Ae + b for each minibatch, changes neither.
        let steps = case.affine_steps();
        let means: Vec<_> = steps.iter().map(|(a, b)| add(&a.apply(&found.mean), b)).collect();
        prop_assert_eq!(average(d, &means), found.mean.clone());
        let weight = q(1, steps.len() as i64);
        let next = steps.iter().fold(Matrix::zeros(d, d), |sum, (a, b)| {
            let a_t = Matrix::from_fn(d, d, |i, j| a[(j, i)].clone());
            let moved = a.apply(&found.mean);
            sum.plus_scaled(&weight, &a.product(&second).product(&a_t))
                .plus_scaled(&weight, &Matrix::outer(&moved, b))
                .plus_scaled(&weight, &Matrix::outer(b, &moved))
                .plus_scaled(&weight, &Matrix::outer(b, b))
        });
        prop_assert_eq!(next, second);

        let p = moments.stationary_coefficients(gamma, &contraction, Budget::STANDARD).unwrap();
        for l in [q(0, 1), q(1, 1), q(-1, 1), q(7, 3), case.lambda().clone()] {
            let value = p[0].plus(&p[1].times(&l)).plus(&p[2].times(&l.squared()));
            prop_assert_eq!(value, stationary(&l).unwrap().second);
        }

        let enclosed = sample_moments::<Interval>(&case);
        let [gamma, lambda] = [gamma, case.lambda()].map(Interval::from_rational);
        let enclosure = enclosed.stationary(&gamma, &lambda, &contraction, Budget::STANDARD).unwrap();
        prop_assert!(enclosure.second.contains(&found.second), "{}", enclosure.second);
        prop_assert!(enclosure.mean.iter().zip(&found.mean).all(|(i, v)| i.contains(v)));
        let enclosures = enclosed.stationary_coefficients(&gamma, &contraction, Budget::STANDARD);
        prop_assert!(enclosures.unwrap().iter().zip(&p).all(|(i, v)| i.contains(v)));
    }

    /// ρI − E(I − γH_ξ)² is positive semidefinite, by exact elimination; also beyond γ = 2/𝓛, and
    /// for every step size of an enclosure.
    #[test]
    fn the_contraction_factor_is_a_bound(case in cases(), from in 0..=8_i64) {
        let problem = &case.instance.problem;
        let d = problem.dimension();
        let low = case.gamma().times(&q(from, 8));
        let rho = Contraction::new(&case.constants, &[low.clone(), case.gamma().clone()]).rho;
        for gamma in [low.clone(), case.gamma().clone(), low.plus(case.gamma()).times(&q(1, 2))] {
            let batches = case.batches();
            let weight = q(1, batches.len() as i64);
            let square = batches.iter().fold(Matrix::zeros(d, d), |sum, batch| {
                let share = gamma.negated().times(&q(1, batch.len() as i64));
                let step = batch.iter().fold(Matrix::zeros(d, d), |step, &n| {
                    step.plus_scaled(&share, &problem.as_quadratic().unwrap().hessian(n))
                });
                let step = shifted(&step, &q(-1, 1));
                sum.plus_scaled(&weight, &step.product(&step))
            });
            let room = shifted(&square.scaled(&q(-1, 1)), &rho.negated());
            prop_assert_eq!(check_positive_semidefinite(&room), Ok(()), "{} at {}", rho, gamma);
        }
    }
}
