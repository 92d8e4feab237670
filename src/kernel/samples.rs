//! Minibatch means: the pair rule.

use super::Cause;
use super::build::{mean, over, quantity, times};
use super::normal::{Signs, normal};
use super::rules::{rule, same};
use super::sign::{Context, Relationship};
use super::usage::available;
use crate::claim::expr::{Expr, Node, Relation, Scope, Shape, Sign};
use crate::claim::vocabulary::Quantity;
use crate::scalar::{Rational, Scalar};

/// The pair rule. Under minibatches of τ of N samples, every ordered pair of distinct samples is
/// equally likely. With s = (1/N)Σ⟨u_n, v_n⟩,
/// τ(N − 1)E⟨U, V⟩ = (N − 1)s + (τ − 1)(N⟨E U, E V⟩ − s), and E⟨U, V⟩ = s if τ = 1.
pub(super) fn pairs(
    context: &mut Context,
    u: &Expr,
    v: &Expr,
    claimed: &Relation,
) -> Result<(), Cause> {
    let inner =
        |a: &Expr, b: &Expr| Expr::scalar(Node::Inner(Box::new(a.clone()), Box::new(b.clone())));
    let (n, tau) = (quantity(Quantity::Samples), quantity(Quantity::Batch));
    let one = Expr::scalar(Node::Number(Rational::one()));
    let less_one = |a: &Expr| a.clone().minus(one.clone());
    let product = inner(&sampled(context, u)?, &sampled(context, v)?);
    let average = over(Expr::scalar(Node::Sum(Box::new(product))), &n);
    let whole = mean(&inner(u, v));
    let single = Relation { lhs: tau.clone(), sign: Sign::Equal, rhs: one.clone() };
    if let Some(basis) = available(context, &single)? {
        context.used.add(&basis);
        return same(context, claimed, Relationship::Zero, &average.minus(whole));
    }
    let distinct = times(&n, &inner(&mean(u), &mean(v))).minus(average.clone());
    let right = times(&less_one(&n), &average).plus(times(&less_one(&tau), &distinct));
    let left = times(&times(&tau, &less_one(&n)), &whole);
    same(context, claimed, Relationship::Zero, &right.minus(left))
}

/// What a minibatch mean is for one sample: it is affine in the quantities of the samples.
pub(super) fn sampled(context: &mut Context, expr: &Expr) -> Result<Expr, Cause> {
    use Quantity::{Control, Grad, GradLambda, GradStar, GradTeacher};
    let value = normal(context, expr)?;
    if expr.shape == Shape::Vector && context.table().varies_within(&value, Scope::State, true) {
        return Ok(expr.clone());
    }
    let node = match &expr.node {
        Node::Quantity(own @ (Grad | GradStar | GradTeacher | GradLambda | Control), _) => {
            Node::Indexed(*own)
        }
        Node::Defined(definition) => return sampled(context, &definition.body),
        Node::Negate(a) => Node::Negate(Box::new(sampled(context, a)?)),
        Node::Add(a, b) => {
            Node::Add(Box::new(sampled(context, a)?), Box::new(sampled(context, b)?))
        }
        Node::Subtract(a, b) => {
            Node::Subtract(Box::new(sampled(context, a)?), Box::new(sampled(context, b)?))
        }
        Node::Multiply(a, b) if a.shape == Shape::Scalar => {
            let weight = normal(context, a)?;
            if !context.table().varies_within(&weight, Scope::State, true) {
                return Err(rule(format!("{a} is random")));
            }
            Node::Multiply(a.clone(), Box::new(sampled(context, b)?))
        }
        _ => return Err(rule(format!("{expr} is not affine in quantities of each sample"))),
    };
    Ok(Expr { node, shape: Shape::Vector, scope: Scope::Fixed })
}
