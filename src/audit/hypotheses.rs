//! Whether an instance satisfies a hypothesis: met with a certificate, violated with the point that
//! shows it, or undecided. A hypothesis is never passed over.

use super::rigor::{Rigorous, evaluate_rigorously};
use super::setting::Setting;
use crate::claim::evaluate::{Truth, evaluate, evaluate_scalar};
use crate::claim::expr::Formula;
use crate::claim::theorem::{Claim, Condition, Family, Hypothesis};
use crate::claim::vocabulary::{Class, Process};
use crate::expectation::{Budget, MomentArithmetic};
use crate::linear::{Matrix, exact};
use crate::problem::{Constants, FiniteSum, Instance, NotPositiveDefinite, shifted};
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
    undecided.map_or(Ok(()), |(name, why)| fail(name, Standing::Undecided(why)))
}

/// Checks one condition on an instance, with its certified constants.
pub fn check_condition(
    condition: &Condition,
    instance: &Instance,
    constants: Result<&Constants, &NotPositiveDefinite>,
    process: Process,
    budget: Budget,
) -> Standing {
    let exact = Setting::<Rational>::new(instance, constants.ok(), process, budget);
    match condition {
        Condition::Class(class, constant) => {
            let constant = constant.as_ref().map(|constant| evaluate_scalar(constant, &exact));
            match (constant.transpose(), constants) {
                (Ok(constant), _) => check_class(*class, constant.as_ref(), instance, constants),
                (Err(Undefined::Missing(_)), Err(NotPositiveDefinite { direction })) => {
                    Standing::Violated(not_definite(direction))
                }
                (Err(why), _) => Standing::Undecided(why.to_string()),
            }
        }
        Condition::Everywhere(formula) => {
            Standing::Undecided(format!("{formula} is assumed for every x, and not checked"))
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
    constants: Result<&Constants, &NotPositiveDefinite>,
) -> Standing {
    let Some(problem) = instance.problem.as_quadratic() else {
        return Standing::Undecided("only quadratics are checked".into());
    };
    let constant = constant.cloned().unwrap_or(Rational::ZERO);
    let semidefinite =
        |matrix: &Matrix<Rational>, says: &str| match exact::check_positive_semidefinite(matrix) {
            Ok(()) => Standing::Met,
            Err(direction) => Standing::Violated(format!("{says} at x* + {}", show(&direction))),
        };
    match class {
        Class::Minimiser => match constants {
            Ok(_) => Standing::Met,
            Err(NotPositiveDefinite { direction }) => Standing::Violated(not_definite(direction)),
        },
        // Strong: a claim may divide by μ, and says nothing with μ ≤ 0.
        // For quadratics the two are the same.
        Class::Qsc | Class::Sc if !constant.is_positive() => {
            Standing::Violated(format!("strong quasi-convexity needs μ > 0, not {constant}"))
        }
        Class::Qsc | Class::Sc => match constants {
            Ok(_) => semidefinite(
                &shifted(&problem.mean_hessian(), &constant),
                "strong quasi-convexity fails",
            ),
            Err(NotPositiveDefinite { direction }) => Standing::Violated(not_definite(direction)),
        },
        Class::Pl if !constant.is_positive() => {
            Standing::Violated(format!("the PL inequality needs μ > 0, not {constant}"))
        }
        // ½‖H̄v‖² − m·½vᵀH̄v at x* + v: not H̄ − mI, whose bad directions need not violate it.
        Class::Pl => match constants {
            Ok(_) => {
                let mean = problem.mean_hessian();
                let square = mean.product(&mean);
                let gap = square.plus_scaled(&constant.negated(), &mean);
                semidefinite(&gap, "the PL inequality fails")
            }
            Err(NotPositiveDefinite { direction }) => Standing::Violated(not_definite(direction)),
        },
        Class::Es => {
            let square = problem.sampled_square_hessian(instance.sampling);
            let gap = problem
                .mean_hessian()
                .scaled(&constant)
                .plus_scaled(&Rational::integer(-1), &square);
            semidefinite(&gap, "expected smoothness fails")
        }
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
        Class::HasTeacher => match instance.control.teacher() {
            None => Standing::Violated("the control variate has no teacher".into()),
            Some(_) => Standing::Met,
        },
        Class::TeacherGradient => match instance.control.teacher() {
            None => Standing::Violated("the control variate has no teacher".into()),
            Some(teacher) => {
                let control = instance.control.vectors(&instance.problem);
                match (control, instance.problem.gradients(teacher)) {
                    (Ok(control), Ok(gradients)) => {
                        match (0..problem.samples()).find(|&n| control[n] != gradients[n]) {
                            None => Standing::Met,
                            Some(n) => Standing::Violated(format!(
                                "c_{n} is not the gradient of f_{n} at θ"
                            )),
                        }
                    }
                    (Err(why), _) | (_, Err(why)) => Standing::Undecided(why.to_string()),
                }
            }
        },
        // Every family of this version.
        Class::QuadraticSamples => Standing::Met,
        // The compressor of an instance keeps y with probability 1/(1 + ω), and scales it then by
        // 1 + ω: unbiased, and E‖𝒞(y) − y‖² = ω‖y‖² for every y.
        Class::Uc if instance.parameters.omega <= constant => Standing::Met,
        Class::Uc => Standing::Violated(format!(
            "the compressor's variance is {} times the squared norm, above {constant}",
            instance.parameters.omega
        )),
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

fn not_definite(direction: &[Rational]) -> String {
    format!("f has no unique minimiser: its curvature along {} is not positive", show(direction))
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
