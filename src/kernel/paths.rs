//! From one step to t steps: unrolling of a bound, and induction over an equality.

use super::build::{quantity, symbol, times};
use super::normal::{Signs, normal};
use super::rules::{derive, find, rule, same};
use super::sign::{Basis, Context, Relationship};
use super::usage::used;
use super::{Cause, Compared, Library, add_fact, agree, show};
use crate::claim::expr::{Exponent, Expr, Formula, Known, Node, Relation, Scope, Sign, SymbolKind};
use crate::claim::proof::{Induction, Unrolling};
use crate::claim::theorem::{Claim, Hypothesis};
use crate::claim::vocabulary::{Law, MOTIONS, Process, Quantity};
use crate::scalar::{Rational, Scalar};

/// From E φ(x⁺) ≤ (1 − r)φ(x) + N at every x, with 0 < r, 0 ≤ 1 − r, 0 ≤ N and both fixed:
/// E φ(x^t) ≤ (1 − r)^t φ(x⁰) + N/r.
pub(super) fn unroll(
    context: &mut Context,
    claim: &Claim,
    unrolling: &Unrolling,
    library: &Library,
    claimed: &Relation,
) -> Result<(), Cause> {
    let Unrolling { statement, potential, contraction, noise } = unrolling;
    let proved = find(library, statement)?;
    context.used.statements.insert(statement.clone());
    used(context, claim, proved, &[])?;
    if claim.process != proved.claim.process {
        return Err(rule("the statement is about another process"));
    }
    if let Some(here) =
        proved.claim.hypotheses.iter().find(|hypothesis| hypothesis.condition.is_here())
    {
        let name = &here.name;
        return Err(rule(format!("{statement} assumes {name} here, and not everywhere")));
    }
    let Formula::Relation(step) = &proved.claim.formula else {
        return Err(rule("an equivalence is not a one-step bound"));
    };
    if step.sign != Sign::AtMost {
        return Err(rule("a one-step bound is written with <="));
    }
    for (expr, what) in [(contraction, "contraction"), (noise, "noise")] {
        let value = normal(context, expr)?;
        if !context.table().is_fixed(&value) {
            return Err(rule(format!("the {what} {expr} depends on the state")));
        }
    }
    let one = Expr::scalar(Node::Number(Rational::one()));
    let rate = one.minus(contraction.clone());
    let signs = [
        (contraction, Known::Positive, "positive"),
        (&rate, Known::NonNegative, "non-negative"),
        (noise, Known::NonNegative, "non-negative"),
    ];
    for (expr, least, wanted) in signs {
        let known = context.sign(expr)?;
        if known == Known::Real || (least == Known::Positive && known != Known::Positive) {
            return Err(show::refusal(context, expr, wanted));
        }
    }
    // The statement is the recursion.
    let next = expected(along(claim, potential, Along::Next)?, claim.process);
    agree(context, &step.lhs, &next, Compared::Rule)?;
    let bound = times(&rate, potential).plus(noise.clone());
    agree(context, &step.rhs, &bound, Compared::Rule)?;
    let after = Expr::scalar(Node::Expectation(
        Law::Path,
        Box::new(along(claim, potential, Along::After)?),
    ));
    let start = along(claim, potential, Along::Start)?;
    let power = Node::Power(Box::new(rate), Exponent::Symbol(Quantity::Horizon));
    let floor = Node::Divide(Box::new(noise.clone()), Box::new(contraction.clone()));
    let bound = times(&Expr::scalar(power), &start).plus(Expr::scalar(floor));
    context.used.followed = true;
    same(context, claimed, Relationship::NonNegative, &bound.minus(after))
}

/// The expectation over one step of the process, its compressor included.
fn expected(inside: Expr, process: Process) -> Expr {
    let mean = |law, inside| Expr::scalar(Node::Expectation(law, Box::new(inside)));
    let inside = if process.compresses() { mean(Law::Coin, inside) } else { inside };
    mean(Law::Step, inside)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Along {
    Next,
    After,
    Start,
}

/// An expression of the state, at another time. All of its parts must be ones that are followed.
fn along(claim: &Claim, expr: &Expr, time: Along) -> Result<Expr, Cause> {
    let moved = expr.replaced(&|part| match &part.node {
        Node::Quantity(own, _) => {
            let motion = MOTIONS.iter().find(|motion| motion.now == *own)?;
            let next = if claim.process.compresses() { motion.compressed? } else { motion.next };
            Some(quantity(match time {
                Along::Next => next,
                Along::After => motion.after,
                Along::Start => motion.start,
            }))
        }
        // A bound on what is fixed is known for one value, and not for every state.
        Node::Symbol(own) if own.scope == Scope::State => {
            let [next, after, start] = own.motion.as_ref()?;
            let (name, fits): (_, fn(Scope) -> bool) = match time {
                Along::Next => (next, |s| matches!(s, Scope::Random(Law::Step | Law::Coin))),
                Along::After => (after, |s| s == Scope::Random(Law::Path)),
                Along::Start => (start, |s| s == Scope::Fixed),
            };
            let found = claim.symbols.iter().find(|s| s.name == *name && fits(s.scope))?;
            let (from, to) = (symbol(own), symbol(found));
            // What is known of its sign holds at every time, and no more than that.
            let known = matches!(found.kind, SymbolKind::Scalar(Known::Real));
            (from.shape == to.shape && (known || found.kind == own.kind)).then_some(to)
        }
        _ => None,
    });
    let mut left = None;
    // What is random is of one draw, and of another one at another time.
    expr.walk(&mut |part| {
        let scope = match &part.node {
            Node::Quantity(own, _) | Node::Indexed(own) => own.entry().scope,
            Node::Symbol(own) | Node::Apply(own, _) => own.scope,
            _ => Scope::Fixed,
        };
        if matches!(scope, Scope::Random(_)) {
            left = Some(part.to_string());
        }
    });
    // What stays must not depend on the state, before or after.
    let followed = |part: &Expr| match &part.node {
        Node::Quantity(own, _) => MOTIONS.iter().any(|m| match time {
            Along::Next => m.next == *own || m.compressed == Some(*own),
            Along::After => m.after == *own,
            Along::Start => m.start == *own,
        }),
        _ => false,
    };
    moved.walk(&mut |part| {
        let bad = match &part.node {
            Node::Quantity(own, _) | Node::Indexed(own) => {
                own.entry().scope != Scope::Fixed && !followed(part)
            }
            Node::Symbol(own) | Node::Apply(own, _) => {
                own.scope == Scope::State || (own.moves && time != Along::Next)
            }
            Node::Expectation(..) | Node::Slack(_) => true,
            _ => false,
        };
        if bad {
            left = Some(part.to_string());
        }
    });
    match left {
        None => Ok(moved),
        Some(part) => Err(rule(format!("{part} cannot be followed along a path"))),
    }
}

/// An equality at the start, and after a step if before it, holds after t steps on every path.
pub(super) fn induct(
    context: &mut Context,
    claim: &Claim,
    induction: &Induction,
    library: &Library,
    claimed: &Relation,
) -> Result<(), Cause> {
    let Induction { before, steps, start, next } = induction;
    if before.sign != Sign::Equal || claim.process.compresses() {
        return Err(rule("induction is over an equality, without a compressor"));
    }
    let at = |time| {
        Ok::<_, Cause>(Relation {
            lhs: along(claim, &before.lhs, time)?,
            sign: Sign::Equal,
            rhs: along(claim, &before.rhs, time)?,
        })
    };
    show(context, &at(Along::Start)?, start)?;
    let mut basis = std::mem::take(&mut context.used);
    // What is derived from the equality at x is forgotten afterwards, and none of it may rest on
    // what is known at this x alone.
    let known = context.facts.len();
    add_fact(context, "before", before, Basis { here: true, ..Basis::default() })?;
    let result = (|| {
        for step in steps {
            derive(context, claim, step, library).map_err(|error| rule(error.to_string()))?;
        }
        context.used = Basis::default();
        show(context, &at(Along::Next)?, next)
    })();
    basis.add(&context.used);
    context.facts.truncate(known);
    result?;
    let here = |h: &Hypothesis| h.condition.is_here() && basis.hypotheses.contains(&h.name);
    if claim.hypotheses.iter().any(here) {
        return Err(rule("an induction step must hold for every x"));
    }
    basis.here = false;
    basis.followed = true;
    context.used = basis;
    same(context, claimed, Relationship::Zero, &at(Along::After)?.slack())
}
