//! The rules that yield a further fact from facts, axioms and proved statements.

use super::build::{mean, over, quantity};
use super::paths::{induct, unroll};
use super::samples::{pairs, sampled};
use super::sign::{Basis, Context, Relationship};
use super::usage::{moving_part, replacement, used};
use super::{Cause, Compared, Library, Proved, Rejection, add_fact, agree, form, show};
use crate::claim::expr::{Expr, Formula, Known, Node, Relation, Scope, Shape};
use crate::claim::proof::{Axiom, Rule, StatementName, Step};
use crate::claim::theorem::{Claim, Condition};
use crate::claim::vocabulary::{POINTS, Quantity};
use crate::scalar::{Rational, Scalar};

/// Derives the fact of one step, and adds it to those at hand.
pub(super) fn derive(
    context: &mut Context,
    claim: &Claim,
    step: &Step,
    library: &Library,
) -> Result<(), Rejection> {
    let at_step = |cause| Rejection { place: format!("[{}]", step.name), cause };
    form::step(claim, step).map_err(at_step)?;
    let basis = by_rule(context, claim, step, library).map_err(at_step)?;
    add_fact(context, &step.name, &step.claim, basis).map_err(at_step)
}

fn by_rule(
    context: &mut Context,
    claim: &Claim,
    step: &Step,
    library: &Library,
) -> Result<Basis, Cause> {
    context.used = Basis::default();
    match &step.rule {
        Rule::Certificate(certificate) => show(context, &step.claim, certificate)?,
        Rule::Axiom(name, point) => axiom(context, claim, name, point.as_deref(), &step.claim)?,
        Rule::At(fact, point) => {
            let fact =
                context.fact(fact).ok_or_else(|| rule(format!("there is no fact [{fact}]")))?;
            if fact.basis.here {
                return Err(rule(format!("[{}] is known at the current x only", fact.name)));
            }
            let (slack, relationship, basis) =
                (at_point(&fact.slack, point)?, fact.relationship, fact.basis.clone());
            context.used.add(&basis);
            same(context, &step.claim, relationship, &slack)?;
        }
        Rule::Use(name, with) => {
            let proved = find(library, name)?;
            context.used.statements.insert(name.clone());
            used(context, claim, proved, with)?;
            let replaced = replacement(with);
            let Formula::Relation(relation) = &proved.claim.formula else {
                return Err(rule("an equivalence cannot be used as a fact"));
            };
            let relation = relation.replaced(&replaced);
            same(context, &step.claim, relation.sign.into(), &relation.slack())?;
        }
        Rule::Unroll(unrolling) => unroll(context, claim, unrolling, library, &step.claim)?,
        Rule::Induction(induction) => {
            induct(context, claim, induction, library, &step.claim)?;
        }
        Rule::Pairs(u, v) => pairs(context, u, v, &step.claim)?,
        Rule::Average(u) => {
            let sum = Node::Sum(Box::new(sampled(context, u)?));
            let sum = Expr { node: sum, shape: Shape::Vector, scope: Scope::Fixed };
            let average = over(sum, &quantity(Quantity::Samples));
            same(context, &step.claim, Relationship::Zero, &average.minus(mean(u)))?;
        }
    }
    Ok(std::mem::take(&mut context.used))
}

pub(super) fn rule(cause: impl Into<String>) -> Cause {
    Cause::Rule(cause.into())
}

pub(super) fn find<'l>(library: &'l Library, name: &StatementName) -> Result<&'l Proved, Cause> {
    library.get(name).ok_or_else(|| rule(format!("{name} is not proved before this proof")))
}

/// The step claims what the rule yields: the same kind of relation, and the same slack.
pub(super) fn same(
    context: &mut Context,
    claimed: &Relation,
    relationship: Relationship,
    slack: &Expr,
) -> Result<(), Cause> {
    if Relationship::from(claimed.sign) != relationship {
        return Err(rule("the rule yields another kind of relation"));
    }
    agree(context, &claimed.slack(), slack, Compared::Rule)
}

fn axiom(
    context: &mut Context,
    claim: &Claim,
    name: &str,
    point: Option<&str>,
    claimed: &Relation,
) -> Result<(), Cause> {
    let axiom = Axiom::named(name).ok_or_else(|| rule(format!("there is no axiom {name}")))?;
    let formula = axiom
        .instantiate(claim)
        .map_err(|class| rule(format!("the axiom {name} needs the hypothesis {class}")))?;
    let Formula::Relation(relation) = formula else {
        return Err(rule("an axiom is one relation"));
    };
    context.used.axioms.insert(axiom.name);
    for hypothesis in &claim.hypotheses {
        let needed = |class| axiom.needs.iter().any(|(needed, _)| *needed == class);
        let Condition::Class(class, constant) = &hypothesis.condition else { continue };
        if needed(*class) {
            context.used.hypotheses.insert(hypothesis.name.clone());
            // f = const is QSC(0) and ES(-1).
            if let Some(constant) = constant
                && context.sign(constant)? == Known::Real
            {
                return Err(show::refusal(context, constant, "non-negative"));
            }
        }
    }
    if let Some(Formula::Relation(premise)) = axiom.premise() {
        let slack = premise.slack();
        let mut met = None;
        for i in 0..context.facts.len() {
            let fact = context.facts[i].clone();
            if fact.relationship == Relationship::from(premise.sign)
                && fact.slack.shape == slack.shape
                && context.equal(&fact.slack, &slack)?
            {
                met = Some(fact.basis);
            }
        }
        let basis = met.ok_or_else(|| rule(format!("the axiom {name} needs {premise}")))?;
        context.used.add(&basis);
        if point.is_some() {
            return Err(rule("an axiom with a premise holds at x only"));
        }
    }
    let slack = match point {
        None => relation.slack(),
        Some(point) => at_point(&relation.slack(), point)?,
    };
    same(context, claimed, relation.sign.into(), &slack)
}

/// What holds for every x, at a named point.
fn at_point(expr: &Expr, point: &str) -> Result<Expr, Cause> {
    let point = POINTS
        .iter()
        .find(|row| row.name == point)
        .ok_or_else(|| rule(format!("there is no point {point}")))?;
    let moved = expr.replaced(&|part| match &part.node {
        Node::Quantity(Quantity::X, _) => Some(quantity(point.position)),
        Node::Quantity(Quantity::Grad, _) => Some(quantity(point.gradient)),
        Node::Quantity(Quantity::Gap, _) => Some(match point.gap {
            Some(gap) => quantity(gap),
            None => Expr::scalar(Node::Number(Rational::zero())),
        }),
        _ => None,
    });
    match moving_part(&moved) {
        None => Ok(moved),
        Some(part) => Err(rule(format!("{part} is not known at {}", point.name))),
    }
}
