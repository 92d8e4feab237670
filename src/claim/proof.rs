//! Proofs as data: what a theorem file says of why a statement holds. Nothing here is believed; the
//! kernel checks every step.

use super::dictionary::Dictionary;
use super::expr::{Expr, Formula, Relation};
use super::theorem::{Claim, Condition};
use super::vocabulary::{Class, Process};
use std::collections::BTreeMap;

/// The proof of a statement.
#[derive(Clone, Debug)]
pub struct Proof {
    /// Facts that are derived on the way, in order.
    pub steps: Vec<Step>,
    /// Why the claim follows: one certificate for each case of a minimum or maximum, else one.
    pub certificates: Vec<Expr>,
}

impl Proof {
    /// The statements and the axioms that it names, each once, in order.
    pub fn names(&self) -> (Vec<&StatementName>, Vec<&str>) {
        fn visit<'a>(steps: &'a [Step], found: &mut (Vec<&'a StatementName>, Vec<&'a str>)) {
            for step in steps {
                match &step.rule {
                    Rule::Axiom(name, _) if !found.1.contains(&name.as_str()) => found.1.push(name),
                    Rule::Use(name, _) if !found.0.contains(&name) => found.0.push(name),
                    Rule::Unroll(unrolling) if !found.0.contains(&&unrolling.statement) => {
                        found.0.push(&unrolling.statement);
                    }
                    Rule::Induction(induction) => visit(&induction.steps, found),
                    _ => {}
                }
            }
        }
        let mut found = (Vec::new(), Vec::new());
        visit(&self.steps, &mut found);
        found
    }
}

/// A fact, with the rule that yields it.
#[derive(Clone, Debug)]
pub struct Step {
    /// Its name in certificates.
    pub name: String,
    /// What it says.
    pub claim: Relation,
    /// Why it holds.
    pub rule: Rule,
}

/// The rules that yield a fact.
#[derive(Clone, Debug)]
pub enum Rule {
    /// Right side minus left side equals a visibly non-negative expression.
    Certificate(Expr),
    /// An axiom of the list, at x or at another point.
    Axiom(String, Option<String>),
    /// An earlier fact that holds for every x, at another point.
    At(String, String),
    /// A proved statement, with expressions in place of some of its symbols.
    Use(StatementName, Vec<(String, Expr)>),
    /// A proved statement E φ(x⁺) ≤ (1 − r)φ(x) + N, followed for t steps.
    Unroll(Box<Unrolling>),
    /// An equality that holds at the start, and after a step if before it, holds after t steps.
    Induction(Box<Induction>),
    /// The second moment of two minibatch means.
    Pairs(Expr, Expr),
    /// The mean of a minibatch mean: the average over the samples.
    Average(Expr),
}

/// A statement by theorem and part.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct StatementName {
    /// The theorem's id.
    pub theorem: String,
    /// The part.
    pub part: String,
}

/// What is followed for t steps.
#[derive(Clone, Debug)]
pub struct Unrolling {
    /// The one-step statement.
    pub statement: StatementName,
    /// φ(x).
    pub potential: Expr,
    /// r.
    pub contraction: Expr,
    /// N.
    pub noise: Expr,
}

/// An induction over the number of steps.
#[derive(Clone, Debug)]
pub struct Induction {
    /// The equality at x; the steps may use it by the name `before`.
    pub before: Relation,
    /// What is derived from it on the way to the next point.
    pub steps: Vec<Step>,
    /// Certificate of the equality at the start.
    pub start: Expr,
    /// Certificate of the equality after one step.
    pub next: Expr,
}

impl std::fmt::Display for StatementName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.theorem, self.part)
    }
}

/// What is assumed and not derived. A result that rests on one says so.
#[derive(Debug)]
pub struct Axiom {
    /// Its name.
    pub name: &'static str,
    /// The classes that it needs, with the name of each constant in `says`.
    pub needs: &'static [(Class, &'static str)],
    /// The process that it is about, if it is about one.
    pub process: Option<Process>,
    /// A fact that it needs, if any.
    pub given: Option<&'static str>,
    /// What it yields at x.
    pub says: &'static str,
    /// Why it is true.
    pub because: &'static str,
}

/// Every axiom. A file cannot add one.
pub static AXIOMS: [Axiom; 12] = [
    Axiom {
        name: "stationarity",
        needs: &[],
        process: None,
        given: None,
        says: "E[grad_star] = 0*x_star",
        because: "the gradient of a differentiable function vanishes at a minimiser",
    },
    Axiom {
        name: "quadratic-growth",
        needs: &[(Class::Qsc, "k")],
        process: None,
        given: None,
        says: "k/2*norm_sq(x - x_star) <= gap",
        because: "strong quasi-convexity, integrated along the ray from x* to x",
    },
    Axiom {
        name: "descent",
        needs: &[(Class::Sm, "k")],
        process: None,
        given: None,
        says: "gap_next <= gap + inner(E[grad], x_next - x) + k/2*norm_sq(x_next - x)",
        because: "the gradient is Lipschitz along the segment from x to x+",
    },
    Axiom {
        name: "gradient-bound",
        needs: &[(Class::Sm, "k")],
        process: None,
        given: None,
        says: "norm_sq(E[grad] - E[grad_star]) <= 2*k*gap",
        because: "the descent lemma for a step of length 1/L",
    },
    Axiom {
        name: "rate",
        needs: &[(Class::Qsc, "k"), (Class::Es, "l")],
        process: None,
        given: None,
        says: "k <= l",
        because: "both bounds at one point other than x*, with stationarity",
    },
    Axiom {
        name: "affine-gradient",
        needs: &[(Class::QuadraticSamples, "")],
        process: None,
        given: Some("x = lambda*teacher + (1 - lambda)*sgd"),
        says: "grad = lambda*grad_teacher + (1 - lambda)*grad_sgd",
        because: "the gradient of a quadratic is affine",
    },
    Axiom {
        name: "tilt",
        needs: &[],
        process: None,
        given: None,
        says: "E[grad_lambda] = lambda*E[c]",
        because: "the definition of x_lambda",
    },
    Axiom {
        name: "batch-size",
        needs: &[],
        process: None,
        given: None,
        says: "tau <= n_samples",
        because: "a minibatch is drawn without replacement",
    },
    Axiom {
        name: "batch-at-least-one",
        needs: &[],
        process: None,
        given: None,
        says: "1 <= tau",
        because: "a minibatch is not empty",
    },
    Axiom {
        name: "co-coercivity",
        needs: &[(Class::ConvexSamples, "")],
        process: None,
        given: None,
        says: "sum(n, norm_sq(grad[n] - grad_star[n])) <= 2*l_max*n_samples*gap",
        because: "co-coercivity of each convex and l_max-smooth sample, summed, with stationarity",
    },
    Axiom {
        name: "co-coercivity-tilted",
        needs: &[(Class::ConvexSamples, "")],
        process: None,
        given: None,
        says: "sum(n, norm_sq(grad[n] - grad_lambda[n])) <= 2*l_max*n_samples*gap_tilted",
        because: "co-coercivity of each convex and l_max-smooth sample, summed",
    },
    Axiom {
        name: "stationary-mean",
        needs: &[],
        process: Some(Process::Kd),
        given: None,
        says: "E[x_inf - gamma*(grad_inf - lambda*E[c])] = E[x_inf]",
        because: "a step from the stationary law has the stationary law",
    },
];

impl Axiom {
    /// The axiom of this name.
    pub fn named(name: &str) -> Option<&'static Self> {
        AXIOMS.iter().find(|axiom| axiom.name == name)
    }

    /// What it says with the constants of a claim's hypotheses; the first class that is missing
    /// otherwise.
    ///
    /// # Errors
    /// The name of the missing class.
    pub fn instantiate(&self, claim: &Claim) -> Result<Formula, &'static str> {
        if self.process.is_some_and(|process| process != claim.process) {
            return Err("process of the axiom");
        }
        let mut bound = BTreeMap::new();
        for (class, constant) in self.needs {
            let found = claim.hypotheses.iter().find_map(|h| match &h.condition {
                Condition::Class(c, value) if c == class => Some(value),
                _ => None,
            });
            match found {
                None => return Err(class.entry().name),
                Some(Some(value)) => {
                    bound.insert(*constant, value);
                }
                Some(None) => {}
            }
        }
        Ok(registered(Dictionary::standard().formula_with(self.says, &bound)))
    }

    /// The fact that it needs.
    pub fn premise(&self) -> Option<Formula> {
        self.given.map(|text| registered(Dictionary::standard().formula(text)))
    }
}

impl Condition {
    /// What the hypothesis says at x, as formulas, each with the suffix of its name. A class may
    /// say nothing at one point.
    pub fn says(&self) -> Vec<(&'static str, Formula)> {
        match self {
            Self::Formula(formula) | Self::Everywhere(formula) => vec![("", (**formula).clone())],
            Self::Class(class, constant) => {
                let bound = constant.iter().map(|constant| ("k", constant)).collect();
                let read = |text| registered(Dictionary::standard().formula_with(text, &bound));
                class.entry().says.iter().map(|(suffix, text)| (*suffix, read(text))).collect()
            }
        }
    }
}

impl Process {
    /// The point after one step, as an expression.
    pub fn step(self) -> Expr {
        registered(Dictionary::standard().expression(self.step_formula()))
    }

    /// SGD's point after one step, and its start, as expressions.
    pub fn twin() -> [Expr; 2] {
        Self::TWIN_FORMULAS.map(|text| registered(Dictionary::standard().expression(text)))
    }
}

/// Texts of the registries are well formed, which a test shows.
fn registered<T>(result: Result<T, super::parser::FormulaError>) -> T {
    result.expect("the texts of the registries are formulas")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::claim::vocabulary::CLASSES;

    #[test]
    fn every_registered_text_is_a_formula() {
        let one = Dictionary::standard().expression("1").unwrap();
        for axiom in &AXIOMS {
            let bound = axiom.needs.iter().map(|(_, name)| (*name, &one)).collect();
            Dictionary::standard().formula_with(axiom.says, &bound).unwrap();
            axiom.premise();
        }
        for row in &CLASSES {
            Condition::Class(row.class, row.constant.then(|| one.clone())).says();
        }
        for process in Process::ALL {
            process.step();
        }
    }
}
