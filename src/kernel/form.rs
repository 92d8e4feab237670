//! The form of what is checked: bounded, and about the claim's own symbols.
//!
//! What is read from a text has this form. An expression that is built by hand may not, and would
//! otherwise overflow the stack, or give a symbol a sign that was never declared.

use super::Cause;
use crate::claim::expr::{Exponent, Expr, Formula, Node, Relation, Scope, Shape};
use crate::claim::proof::{Rule, Step};
use crate::claim::theorem::{Claim, Condition};
use std::collections::BTreeSet;

const DEPTH: usize = 410;
const PARTS: usize = 60_000;

pub(super) fn claim(claim: &Claim, certificates: &[Expr]) -> Result<(), Cause> {
    // A name after a step that is shared would make two states one.
    let mut motions = BTreeSet::new();
    for name in claim.symbols.iter().filter_map(|symbol| symbol.motion.as_ref()).flatten() {
        if !motions.insert(name) {
            return Err(Cause::Rule(format!("{name} belongs to the motion of two symbols")));
        }
    }
    formula(claim, &claim.formula)?;
    for hypothesis in &claim.hypotheses {
        match &hypothesis.condition {
            Condition::Formula(held) | Condition::Everywhere(held) => formula(claim, held)?,
            Condition::Class(class, constant) => {
                let good = |k: &Expr| {
                    k.shape == Shape::Scalar && k.scope == Scope::Fixed && k.is_within(300, PARTS)
                };
                if constant.is_some() != class.entry().constant || !constant.iter().all(good) {
                    return Err(refused("the constant of a class has the wrong form"));
                }
                constant.iter().try_for_each(|k| expression(claim, k, false))?;
            }
        }
    }
    certificates.iter().try_for_each(|certificate| expression(claim, certificate, true))
}

fn formula(claim: &Claim, formula: &Formula) -> Result<(), Cause> {
    formula.relations().into_iter().try_for_each(|r| relation(claim, r))
}

fn relation(claim: &Claim, relation: &Relation) -> Result<(), Cause> {
    if relation.lhs.shape != relation.rhs.shape {
        return Err(refused("the sides differ in shape"));
    }
    expression(claim, &relation.lhs, false)?;
    expression(claim, &relation.rhs, false)
}

/// The claim and the rule of a step. Only certificates name facts: what is claimed, or put in a place,
/// stands by itself, so that no fact is within another. The steps of an induction are looked at in
/// their turn.
pub(super) fn step(claim: &Claim, step: &Step) -> Result<(), Cause> {
    relation(claim, &step.claim)?;
    let (certificates, parts): (Vec<&Expr>, Vec<&Expr>) = match &step.rule {
        Rule::Axiom(..) | Rule::At(..) => (vec![], vec![]),
        Rule::Certificate(a) | Rule::Average(a) => (vec![a], vec![]),
        Rule::Pairs(a, b) => (vec![a, b], vec![]),
        Rule::Use(_, with) => (vec![], with.iter().map(|(_, value)| value).collect()),
        Rule::Unroll(u) => (vec![], vec![&u.potential, &u.contraction, &u.noise]),
        Rule::Induction(i) => {
            relation(claim, &i.before)?;
            (vec![&i.start, &i.next], vec![])
        }
    };
    parts.into_iter().try_for_each(|part| expression(claim, part, false))?;
    certificates.into_iter().try_for_each(|part| expression(claim, part, true))
}

fn expression(claim: &Claim, expr: &Expr, facts: bool) -> Result<(), Cause> {
    if !expr.is_within(DEPTH, PARTS) {
        return Err(refused("an expression is too large"));
    }
    let (mut good, mut named) = (true, false);
    expr.walk(&mut |part| {
        named |= matches!(part.node, Node::Slack(_));
        good &= match &part.node {
            Node::Symbol(symbol) | Node::Apply(symbol, _) => claim.symbols.contains(symbol),
            Node::Indexed(quantity) => quantity.entry().shape == Shape::Vector,
            Node::Quantity(quantity, arguments) => {
                let row = quantity.entry();
                (part.shape, arguments.len()) == (row.shape, row.arguments.len())
            }
            Node::Power(a, Exponent::Symbol(k)) => scalar(a) && k.entry().natural,
            Node::Power(a, _) | Node::Root(a) => scalar(a),
            Node::Least(all) | Node::Greatest(all) => !all.is_empty() && all.iter().all(scalar),
            _ => true,
        }
    });
    if named && !facts {
        return Err(refused("only certificates may name facts"));
    }
    if good { Ok(()) } else { Err(refused("an expression is not of the claim's language")) }
}

fn scalar(expr: &Expr) -> bool {
    expr.shape == Shape::Scalar
}

fn refused(cause: &str) -> Cause {
    Cause::Rule(cause.into())
}
