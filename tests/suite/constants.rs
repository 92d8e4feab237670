//! Random draws: computed constants are nearly the best there are, and best weights do not depend on
//! units.

use kd_audit::audit::check::{Outcome, check_instance};
use kd_audit::audit::library::Library;
use kd_audit::audit::setting::Setting;
use kd_audit::claim::evaluate::evaluate_scalar;
use kd_audit::claim::vocabulary::Process;
use kd_audit::expectation::Budget;
use kd_audit::linear::exact::is_positive_semidefinite;
use kd_audit::linear::scale;
use kd_audit::problem::{
    AssertedConstants, Constants, ControlVariate, FiniteSum, Instance, Profile, instances,
    largest_sample_smoothness, near_tight, shifted,
};
use kd_audit::scalar::{Rational, Scalar};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use std::sync::LazyLock;

static LIBRARY: LazyLock<Library> = LazyLock::new(|| Library::load().unwrap());

fn q(text: &str) -> Rational {
    text.parse().unwrap()
}

fn rejected_by(outcome: &Outcome) -> Option<&str> {
    match outcome {
        Outcome::Rejected { hypothesis, .. } => Some(hypothesis),
        _ => None,
    }
}

fn asserting(base: &Instance, asserted: AssertedConstants) -> Outcome {
    let mut instance = base.clone();
    instance.asserted = asserted;
    check_instance(LIBRARY.claim("theorem-5", "b", None).unwrap(), &instance, Budget::STANDARD)
}

fn draws(cases: u32) -> ProptestConfig {
    ProptestConfig {
        cases,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(1),
        max_global_rejects: 10 * cases,
        ..ProptestConfig::default()
    }
}

proptest! {
    #![proptest_config(draws(100))]

    /// Each computed constant is accepted, and its neighbour that is better by 1e-6 is rejected
    /// by the hypothesis that it belongs to.
    #[test]
    fn computed_constants_are_nearly_the_best(draw in instances(Profile::default())) {
        let mut base = draw.instance;
        let constants = Constants::compute(&base.problem, base.sampling);
        prop_assume!(constants.is_ok());
        let Constants { mu, l_smooth, l_exp, .. } = constants.unwrap();
        base.parameters.gamma = l_exp.reciprocal().unwrap();
        let none = AssertedConstants::default;
        let shrink = near_tight().reciprocal().unwrap();
        let own = AssertedConstants { mu: Some(mu.clone()), l_smooth: Some(l_smooth.clone()), l_exp: Some(l_exp.clone()) };
        let outcome = asserting(&base, own);
        prop_assert!(matches!(outcome, Outcome::Holds(_)), "{outcome:?}");
        for (hypothesis, asserted) in [
            ("qsc", AssertedConstants { mu: Some(mu.times(&near_tight())), ..none() }),
            ("smooth", AssertedConstants { l_smooth: Some(l_smooth.times(&shrink)), ..none() }),
            ("es", AssertedConstants { l_exp: Some(l_exp.times(&shrink)), ..none() }),
        ] {
            let outcome = asserting(&base, asserted);
            prop_assert_eq!(rejected_by(&outcome), Some(hypothesis), "{:?}", outcome);
        }
        // For quadratics the PL constant is that of strong convexity.
        base.parameters.gamma = mu.over(&l_smooth.times(&l_exp).times(&q("8"))).unwrap();
        let claim = LIBRARY.claim("theorem-2", "one-step", None).unwrap();
        for (factor, rejection) in [(Rational::ONE, None), (near_tight(), Some("pl"))] {
            base.asserted = AssertedConstants { mu: Some(mu.times(&factor)), ..none() };
            let outcome = check_instance(claim, &base, Budget::STANDARD);
            prop_assert_eq!(rejected_by(&outcome), rejection, "{:?}", outcome);
        }
    }

    /// L_max bounds every sample, and a bound that is smaller by 1e-6 does not.
    #[test]
    fn the_largest_smoothness_of_a_sample_is_nearly_the_least(draw in instances(Profile::default())) {
        let problem = draw.instance.problem;
        let l_max = largest_sample_smoothness(&problem).unwrap();
        let bounds = |l: &Rational| {
            (0..problem.samples()).all(|n| {
                let negative = problem.as_quadratic().unwrap().hessian(n).scaled(&q("-1"));
                is_positive_semidefinite(&shifted(&negative, &l.negated()))
            })
        };
        prop_assert!(bounds(&l_max), "{}", l_max);
        // Where no sample curves upward every positive number is a bound.
        prop_assume!(!bounds(&Rational::ZERO));
        prop_assert!(!bounds(&l_max.over(&near_tight()).unwrap()), "{}", l_max);
    }

    /// The best weights do not depend on units: neither of the parameters (x = y/s) nor of the
    /// loss. The step size has the units of parameters squared over loss.
    #[test]
    fn best_weights_do_not_depend_on_units(
        draw in instances(Profile::default()),
        r in prop::sample::select(vec!["3", "1/7", "-5/2", "1e150", "1e-150"]),
    ) {
        let mut base = draw.instance;
        base.asserted = AssertedConstants::default();
        let constants = Constants::compute(&base.problem, base.sampling);
        prop_assume!(constants.is_ok() && base.problem.dimension() <= 3);
        base.parameters.gamma = constants.unwrap().l_exp.times(&q("2")).reciprocal().unwrap();
        let r = q(r);
        let expected = best_weights(&base);
        let square = r.squared();
        let inverse = r.reciprocal().unwrap();
        let in_space = rescaled(&base, &inverse, &Rational::ONE, &r);
        prop_assert_eq!(best_weights(&in_space), expected.clone());
        let in_loss = rescaled(&base, &Rational::ONE, &r, &Rational::ONE);
        prop_assert_eq!(&in_loss.parameters.gamma, &base.parameters.gamma.over(&square).unwrap());
        prop_assert_eq!(best_weights(&in_loss), expected);
    }
}

/// The penalised best weight of lemma-optimal-weight and the stationary one of theorem-5.
fn best_weights(instance: &Instance) -> [Option<Rational>; 2] {
    let constants = Constants::compute(&instance.problem, instance.sampling).unwrap();
    let setting =
        Setting::<Rational>::new(instance, Some(&constants), Process::Kd, Budget::STANDARD);
    let value = |id: &str, text: &str| {
        let expr = LIBRARY.theorem(id).unwrap().dictionary.expression(text).unwrap();
        evaluate_scalar(&expr, &setting).ok()
    };
    [value("lemma-optimal-weight", "best_weight"), value("theorem-5", "best_weight(gamma)")]
}

/// Parameters multiplied by `length`, and so gradients by `inverse`; the loss by `root`².
fn rescaled(base: &Instance, inverse: &Rational, root: &Rational, length: &Rational) -> Instance {
    let mut instance = base.clone();
    let (gradient, linear) = (inverse.times(&root.squared()), inverse.times(root));
    let curvature = linear.squared();
    instance.problem = match &base.problem {
        FiniteSum::Quadratic { hessians, linear } => FiniteSum::Quadratic {
            hessians: hessians.iter().map(|h| h.scaled(&curvature)).collect(),
            linear: linear.iter().map(|b| scale(&gradient, b)).collect(),
        },
        FiniteSum::LeastSquares { features, targets, ridge } => FiniteSum::LeastSquares {
            features: features.iter().map(|a| scale(&linear, a)).collect(),
            targets: scale(root, targets),
            ridge: ridge.times(&curvature),
        },
        _ => panic!("the draws are quadratics"),
    };
    instance.control = match &base.control {
        ControlVariate::Free(c) => {
            ControlVariate::Free(c.iter().map(|c| scale(&gradient, c)).collect())
        }
        ControlVariate::Teacher { parameters, ridge } => {
            ControlVariate::Teacher { parameters: scale(length, parameters), ridge: *ridge }
        }
    };
    instance.point = scale(length, &base.point);
    instance.parameters.gamma = base.parameters.gamma.over(&curvature).unwrap();
    instance
}
