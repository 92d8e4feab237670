//! Whether an instance satisfies a hypothesis: met with a certificate, violated with the point that
//! shows it, or undecided. A hypothesis is never passed over.

mod curved;

use super::everywhere::check_everywhere;
use super::rigor::{Rigorous, evaluate_rigorously};
use super::setting::Setting;
use crate::claim::evaluate::{Truth, evaluate, evaluate_scalar};
use crate::claim::expr::Formula;
use crate::claim::theorem::{Claim, Condition, Family, Hypothesis};
use crate::claim::vocabulary::{Class, Process, Quantity};
use crate::expectation::{Budget, MomentArithmetic};
use crate::linear::{Matrix, exact};
use crate::problem::network::NetworkFamily;
use crate::problem::{Constants, Curvature, Excess, FiniteSum, Instance, NoMinimiser, shifted};
use crate::scalar::{Interval, Rational, Scalar, Undefined};

/// What was found about one hypothesis.
#[derive(Clone, Debug, PartialEq)]
pub enum Standing {
    /// Certified.
    Met,
    /// False, shown by the point or the values named.
    Violated(String),
    /// Neither could be certified.
    Undecided(String),
}

/// A hypothesis that is not met, with its name.
#[derive(Clone, Debug, PartialEq)]
pub struct Unmet {
    /// The name of the hypothesis.
    pub hypothesis: String,
    /// Violated or undecided.
    pub standing: Standing,
}

/// Checks every hypothesis of a claim on an instance, each by `check`.
///
/// # Errors
/// The first one that is violated, else the first one that is undecided.
pub fn check_hypotheses(
    claim: &Claim,
    instance: &Instance,
    check: impl Fn(&Condition) -> Standing,
) -> Result<(), Unmet> {
    let fail = |name: &str, standing| Err(Unmet { hypothesis: name.to_owned(), standing });
    let least_squares = matches!(instance.problem, FiniteSum::LeastSquares { .. });
    if claim.family == Family::LeastSquares && !least_squares {
        return fail("family", Standing::Violated("the problem is not least squares".into()));
    }
    match (network_family(claim.family), &instance.problem) {
        (Some(family), FiniteSum::Network(network)) if !family.contains(network) => {
            let why = "the network is not of the family that the claim is about";
            return fail("family", Standing::Violated(why.into()));
        }
        (Some(_), FiniteSum::Network(_)) => {}
        (Some(_), _) => {
            return fail("family", Standing::Violated("the problem is not a network".into()));
        }
        // The control variate of a network moves with x, which other claims take for fixed.
        (None, FiniteSum::Network(_)) => {
            return fail("family", Standing::Violated("the problem is a network".into()));
        }
        (None, _) => {}
    }
    // What is said of a batch size is said of drawing without replacement.
    if instance.sampling.replaces() && claim.mentions(Quantity::Batch) {
        let point = "the samples of a minibatch are drawn with replacement".into();
        return fail("sampling", Standing::Violated(point));
    }
    // Classes first: a bound on the step size means nothing while its constants do not exist. A
    // violation anywhere outweighs what is undecided before it: without a small enough step, say,
    // a hypothesis about the stationary law has no value.
    let is_class = |h: &&Hypothesis| matches!(h.condition, Condition::Class(..));
    let classes = claim.hypotheses.iter().filter(is_class);
    let formulas = claim.hypotheses.iter().filter(|h| !is_class(h));
    let mut undecided = None;
    for hypothesis in classes.chain(formulas) {
        match check(&hypothesis.condition) {
            Standing::Met => {}
            Standing::Violated(point) => {
                return fail(&hypothesis.name, Standing::Violated(point));
            }
            Standing::Undecided(why) => {
                undecided = undecided.or(Some((hypothesis.name.as_str(), why)));
            }
        }
    }
    // A claim takes the signs of the constants for granted, and an instance may assert any number.
    let asserted = &instance.asserted;
    for (name, value) in
        [("mu", &asserted.mu), ("l_smooth", &asserted.l_smooth), ("l_exp", &asserted.l_exp)]
    {
        if let Some(value) = value.as_ref().filter(|value| !value.is_positive()) {
            return fail(name, Standing::Violated(format!("{name} must be positive, not {value}")));
        }
    }
    undecided.map_or(Ok(()), |(name, why)| fail(name, Standing::Undecided(why)))
}

/// The family of networks that a claim is about, if it is about networks.
pub(super) fn network_family(family: Family) -> Option<NetworkFamily> {
    match family {
        Family::Quadratic | Family::LeastSquares => None,
        Family::CanonicalLink => Some(NetworkFamily::CanonicalLink),
        Family::SigmoidSquared => Some(NetworkFamily::SigmoidSquared),
        Family::Temperature => Some(NetworkFamily::Temperature),
        Family::Probit => Some(NetworkFamily::Probit),
        Family::DeepLinear => Some(NetworkFamily::DeepLinear),
        Family::Relu => Some(NetworkFamily::Relu),
        Family::Tanh => Some(NetworkFamily::Tanh),
    }
}

/// Checks one condition on an instance, with its certified constants.
pub fn check_condition(
    condition: &Condition,
    instance: &Instance,
    constants: Result<&Constants, &NoMinimiser>,
    process: Process,
    budget: Budget,
) -> Standing {
    let exact = Setting::<Rational>::new(instance, constants.ok(), process, budget);
    match condition {
        Condition::Class(class, constant) => {
            let constant = constant.as_ref().map(|constant| evaluate_scalar(constant, &exact));
            match (constant.transpose(), constants) {
                (Ok(constant), _) => check_class(*class, constant.as_ref(), instance, constants),
                (Err(Undefined::Missing(_)), Err(none)) => without_minimiser(none),
                (Err(Undefined::Missing(why)), Ok(constants))
                    if matches!(class, Class::Sm | Class::Es) && constants.l_smooth.is_zero() =>
                {
                    Standing::Violated(why)
                }
                (Err(Undefined::Missing(why)), Ok(constants))
                    if matches!(class, Class::Qsc | Class::Sc | Class::Pl)
                        && constants.mu.is_zero() =>
                {
                    Standing::Violated(why)
                }
                (Err(why), _) => Standing::Undecided(why.to_string()),
            }
        }
        Condition::Everywhere(formula) => {
            check_everywhere(formula, instance, constants.ok(), process, budget)
        }
        Condition::Formula(formula) => {
            let enclosed = |formula: &Formula| {
                let enclosed = Setting::<Interval>::new(instance, constants.ok(), process, budget);
                evaluate(formula, &enclosed)
            };
            let truth = match evaluate_rigorously(formula, &exact, enclosed) {
                Ok(Rigorous::Exact(evaluation)) => evaluation.truth,
                Ok(Rigorous::Enclosed(evaluation)) => evaluation.truth,
                Err(why) => return Standing::Undecided(why.to_string()),
            };
            match truth {
                Truth::Holds => Standing::Met,
                Truth::Fails => Standing::Violated(format!("{formula} is false")),
                Truth::Unknown => Standing::Undecided(format!("{formula} is too close to call")),
            }
        }
    }
}

fn check_class(
    class: Class,
    constant: Option<&Rational>,
    instance: &Instance,
    constants: Result<&Constants, &NoMinimiser>,
) -> Standing {
    let constant = constant.cloned().unwrap_or(Rational::ZERO);
    // Strong: a claim may divide by μ, and says nothing with μ ≤ 0.
    match class {
        Class::Qsc | Class::Sc if !constant.is_positive() => {
            return Standing::Violated(format!(
                "strong quasi-convexity needs μ > 0, not {constant}"
            ));
        }
        Class::Pl if !constant.is_positive() => {
            return Standing::Violated(format!("the PL inequality needs μ > 0, not {constant}"));
        }
        _ => {}
    }
    let Some(problem) = instance.problem.as_quadratic() else {
        return curved::check_class(class, &constant, instance, constants);
    };
    let semidefinite =
        |matrix: &Matrix<Rational>, says: &str| match exact::check_positive_semidefinite(matrix) {
            Ok(()) => Standing::Met,
            Err(direction) => Standing::Violated(format!("{says} at x* + {}", show(&direction))),
        };
    match class {
        Class::Minimiser => match constants {
            Ok(_) => Standing::Met,
            Err(none) => without_minimiser(none),
        },
        // For quadratics the two are the same.
        Class::Qsc | Class::Sc => match constants {
            Ok(_) => semidefinite(
                &shifted(&problem.mean_hessian(), &constant),
                "strong quasi-convexity fails",
            ),
            Err(none) => without_minimiser(none),
        },
        // ½‖H̄v‖² − m·½vᵀH̄v at x* + v: not H̄ − mI, whose bad directions need not violate it.
        Class::Pl => match constants {
            Ok(_) => {
                let mean = problem.mean_hessian();
                let square = mean.product(&mean);
                let gap = square.plus_scaled(&constant.negated(), &mean);
                semidefinite(&gap, "the PL inequality fails")
            }
            Err(none) => without_minimiser(none),
        },
        // Of the gradients at x and at x*.
        Class::Es => match constants {
            Ok(_) => {
                let square = problem.sampled_square_hessian(instance.sampling);
                let gap = problem
                    .mean_hessian()
                    .scaled(&constant)
                    .plus_scaled(&Rational::integer(-1), &square);
                semidefinite(&gap, "expected smoothness fails")
            }
            Err(none) => without_minimiser(none),
        },
        Class::Sm => {
            let mean = problem.mean_hessian();
            let upper = shifted(&mean.scaled(&Rational::integer(-1)), &constant.negated());
            match semidefinite(&upper, "smoothness fails") {
                Standing::Met => {
                    semidefinite(&shifted(&mean, &constant.negated()), "smoothness fails")
                }
                other => other,
            }
        }
        Class::HasTeacher | Class::TeacherGradient => check_teacher(class, instance),
        Class::QuadraticSamples => Standing::Met,
        Class::Uc => check_compressor(&constant, instance),
        Class::ConvexSamples => {
            let bad = (0..problem.samples())
                .find(|&n| exact::check_positive_semidefinite(&problem.hessian(n)).is_err());
            match bad {
                None => Standing::Met,
                Some(n) => Standing::Violated(format!("f_{n} is not convex")),
            }
        }
    }
}

/// Whether there is a teacher, and its gradients are the control variate.
fn check_teacher(class: Class, instance: &Instance) -> Standing {
    let Some(teacher) = instance.control.teacher() else {
        return Standing::Violated("the control variate has no teacher".into());
    };
    // Of a network it says no more than that: nothing is proved about networks.
    if class == Class::HasTeacher {
        return Standing::Met;
    }
    if let FiniteSum::Network(_) = instance.problem {
        // Through the student's layers, and not the teacher's.
        return Standing::Undecided("a network's control variate depends on the student".into());
    }
    if !instance.control.drops_ridge(&instance.problem) {
        return Standing::Met;
    }
    // The ridge term rθ is the difference.
    match teacher.iter().all(Rational::is_zero) {
        true => Standing::Met,
        false => Standing::Violated("c_0 is not the gradient of f_0 at θ".into()),
    }
}

/// By the compressor's own formula, for every y.
fn check_compressor(constant: &Rational, instance: &Instance) -> Standing {
    let d = instance.problem.dimension();
    let compressor = &instance.algorithm.compressor;
    match compressor.check_variance(d, &instance.parameters.omega, constant) {
        Ok(()) => Standing::Met,
        Err(Excess::Biased(y)) => {
            Standing::Violated(format!("the compressor is biased at {}", show(&y)))
        }
        Err(Excess::Variance(y)) => Standing::Violated(format!(
            "the compressor's variance is above {constant} times the squared norm at {}",
            show(&y)
        )),
    }
}

/// What a missing minimiser means for a hypothesis that needs one.
fn without_minimiser(none: &NoMinimiser) -> Standing {
    match none {
        NoMinimiser::NotPositiveDefinite { direction } => Standing::Violated(format!(
            "f has no unique minimiser: its curvature along {} is not positive",
            show(direction)
        )),
        NoMinimiser::Unbounded { direction } => Standing::Violated(format!(
            "f has no minimiser: it decreases for ever along {}",
            show(direction)
        )),
        NoMinimiser::Unknown { why } => Standing::Undecided((*why).into()),
    }
}

/// Which curvature the constant μ of a claim is to be about.
pub(super) fn curvature_of(claim: &Claim) -> Curvature {
    if claim.assumes(Class::Sc) {
        Curvature::Strong
    } else if claim.assumes(Class::Pl)
        && !claim.assumes(Class::Qsc)
        && !claim.assumes(Class::Minimiser)
    {
        Curvature::Pl
    } else {
        Curvature::Quasi
    }
}

/// A direction, shortened for people.
fn show(direction: &[Rational]) -> String {
    let entries: Vec<String> = direction
        .iter()
        .map(|q| {
            let text = q.to_string();
            if text.len() <= 12 { text } else { format!("{:.4}", q.to_f64()) }
        })
        .collect();
    format!("({})", entries.join(", "))
}

/// Upper end of a value as an exact rational; floats and rationals are their own.
pub(super) fn lower_rational<S: MomentArithmetic>(value: &S) -> Option<Rational> {
    value.rational_bounds().map(|[lower, _]| lower)
}
