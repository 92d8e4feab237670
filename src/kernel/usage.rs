//! The use of a proved statement: its hypotheses must be at hand, and what replaces its symbols must
//! be of their kind.

use super::Cause;
use super::Proved;
use super::normal::{Signs, normal};
use super::rules::rule;
use super::sign::{Basis, Context, Relationship};
use crate::claim::expr::{
    Expr, Formula, Known, Node, Relation, Scope, Shape, Symbol, SymbolKind, depends_on_point,
};
use crate::claim::theorem::{Claim, Condition};
use crate::claim::vocabulary::{Class, Process, Quantity};
use std::sync::Arc;

pub(super) fn replacement(with: &[(String, Expr)]) -> impl Fn(&Expr) -> Option<Expr> + '_ {
    move |part| {
        let name = match &part.node {
            Node::Quantity(quantity, arguments) if arguments.is_empty() => quantity.entry().name,
            Node::Symbol(symbol) => symbol.name.as_str(),
            _ => return None,
        };
        with.iter().find(|(own, _)| own == name).map(|(_, value)| value.clone())
    }
}

/// A statement may be used where each of its hypotheses is at hand, after the replacement.
pub(super) fn used(
    context: &mut Context,
    claim: &Claim,
    proved: &Proved,
    with: &[(String, Expr)],
) -> Result<(), Cause> {
    let theirs = &proved.claim;
    for axiom in &proved.basis.axioms {
        context.used.axioms.insert(axiom);
    }
    context.used.statements.extend(proved.basis.statements.iter().cloned());
    // What is said of any x⁺ holds of each; what is said of one step holds of the same step.
    // What becomes of the memory is not in the formula of the step.
    let same_step = theirs.process.step_formula() == claim.process.step_formula()
        && !theirs.mentions(Quantity::MemoryErrorNext);
    let one_step = (theirs.process == Process::Any || same_step) && !mentions_path(theirs);
    let about_steps = mentions_process(theirs) || proved.basis.followed;
    if theirs.process != claim.process && (proved.basis.followed || !one_step) && about_steps {
        return Err(rule("the statement is about another process"));
    }
    context.used.followed |= proved.basis.followed;
    check_symbols(context, claim, proved, with)?;
    let replaced = replacement(with);
    for hypothesis in &theirs.hypotheses {
        let name = &hypothesis.name;
        if let Condition::Class(class, constant) = &hypothesis.condition {
            let constant = constant.as_ref().map(|constant| constant.replaced(&replaced));
            assumed(context, claim, *class, constant.as_ref())?;
            continue;
        }
        for (_, formula) in hypothesis.condition.says() {
            let Formula::Relation(relation) = formula else {
                return Err(rule(format!("the hypothesis {name} is an equivalence")));
            };
            let relation = relation.replaced(&replaced);
            let basis = available(context, &relation)?.ok_or_else(|| {
                rule(format!("the hypothesis {relation} ({name}) is not at hand"))
            })?;
            let moves =
                [&relation.lhs, &relation.rhs].into_iter().any(|s| moving_part(s).is_some());
            if !hypothesis.condition.is_here() && basis.here && moves {
                return Err(rule(format!("{name} must hold for every x")));
            }
            context.used.add(&basis);
        }
    }
    Ok(())
}

/// A part that is another at another x.
pub(super) fn moving_part(expr: &Expr) -> Option<Expr> {
    let mut found = None;
    expr.walk(&mut |part| {
        let moves = match &part.node {
            Node::Quantity(quantity, _) | Node::Indexed(quantity) => depends_on_point(*quantity),
            Node::Symbol(s) | Node::Apply(s, _) => s.moves || s.scope == Scope::State,
            Node::Slack(_) => true,
            _ => false,
        };
        if moves {
            found = Some(part.clone());
        }
    });
    found
}

fn mentions_process(claim: &Claim) -> bool {
    use Quantity::{GapNext, MemoryErrorNext, XCompressed, XNext};
    mentions_path(claim)
        || [XNext, XCompressed, GapNext, MemoryErrorNext].into_iter().any(|q| claim.mentions(q))
}

fn mentions_path(claim: &Claim) -> bool {
    use Quantity::{
        GapT, GradInf, MemoryErrorT, SgdT, StationaryError, StationaryP0, StationaryP1,
        StationaryP2, XInf, XT,
    };
    let path = [XT, SgdT, XInf, GapT, GradInf, MemoryErrorT];
    let stationary = [StationaryError, StationaryP0, StationaryP1, StationaryP2];
    path.into_iter().chain(stationary).any(|quantity| claim.mentions(quantity))
}

fn mentions_symbol(claim: &Claim, name: &str) -> bool {
    let formulas = claim.hypotheses.iter().flat_map(|h| h.condition.says());
    let formulas = formulas.map(|(_, formula)| formula).chain([claim.formula.clone()]);
    let mut found = false;
    for formula in formulas {
        for relation in formula.relations() {
            for side in [&relation.lhs, &relation.rhs] {
                side.walk(&mut |part| {
                    found |= matches!(&part.node, Node::Symbol(own) if own.name == name);
                });
            }
        }
    }
    found
}

/// A class with this constant is among the hypotheses.
fn assumed(
    context: &mut Context,
    claim: &Claim,
    class: Class,
    constant: Option<&Expr>,
) -> Result<(), Cause> {
    for hypothesis in &claim.hypotheses {
        let Condition::Class(own, value) = &hypothesis.condition else { continue };
        let equal = *own == class
            && match (value, constant) {
                (Some(a), Some(b)) => context.equal(a, b)?,
                (None, None) => true,
                _ => false,
            };
        if equal {
            context.used.hypotheses.insert(hypothesis.name.clone());
            return Ok(());
        }
    }
    Err(rule(format!("the hypothesis {} is not at hand", class.entry().name)))
}

/// What shows the relation: its slack is seen to have the sign, or is a fact's.
pub(super) fn available(
    context: &mut Context,
    relation: &Relation,
) -> Result<Option<Basis>, Cause> {
    let slack = relation.slack();
    let before = std::mem::take(&mut context.used);
    let shown = match Relationship::from(relation.sign) {
        Relationship::NonNegative => context.sign(&slack)? != Known::Real,
        Relationship::Positive => context.sign(&slack)? == Known::Positive,
        Relationship::NonZero => context.is_nonzero(&slack)?,
        Relationship::Zero => {
            let mut shown = normal(context, &slack)?.is_zero();
            for i in 0..context.facts.len() {
                let fact = context.facts[i].clone();
                if !shown
                    && fact.relationship == Relationship::Zero
                    && fact.slack.shape == slack.shape
                    && context.equal(&fact.slack, &slack)?
                {
                    context.used.add(&fact.basis);
                    shown = true;
                }
            }
            shown
        }
    };
    let basis = std::mem::replace(&mut context.used, before);
    Ok(shown.then_some(basis))
}

/// Every symbol of a used statement is one of this file, or is replaced by something of its shape,
/// that varies no more and has its declared sign.
fn check_symbols(
    context: &mut Context,
    claim: &Claim,
    proved: &Proved,
    with: &[(String, Expr)],
) -> Result<(), Cause> {
    let theirs = &proved.claim;
    for own in &theirs.symbols {
        if !with.iter().any(|(name, _)| *name == own.name) && !claim.symbols.contains(own) {
            return Err(rule(format!("nothing is given for {}", own.name)));
        }
    }
    for (name, value) in with {
        // y, y⁺, y^t and y⁰ belong together where the path is spoken of, or was followed.
        let follows = |s: &Arc<Symbol>| {
            s.motion.as_ref().is_some_and(|motion| {
                let own = s.name == *name || motion.contains(name);
                let spoken = || motion[1..].iter().any(|later| mentions_symbol(theirs, later));
                own && (proved.basis.followed || spoken())
            })
        };
        if theirs.symbols.iter().any(follows) {
            return Err(rule(format!("{name} is followed along a path and cannot be replaced")));
        }
        let (shape, scope, may_move, sign) =
            match (theirs.symbols.iter().find(|s| s.name == *name), Quantity::named(name)) {
                (Some(own), _) => {
                    let (shape, sign) = match own.kind {
                        SymbolKind::Scalar(known) => (Shape::Scalar, known),
                        SymbolKind::Vector => (Shape::Vector, Known::Real),
                        SymbolKind::Map => return Err(rule("a map cannot be replaced")),
                    };
                    (shape, own.scope, own.moves, sign)
                }
                (None, Some(quantity)) => {
                    let row = quantity.entry();
                    // Others are tied to the problem, and to each other.
                    let free = matches!(
                        quantity,
                        Quantity::Lambda | Quantity::Kappa | Quantity::A | Quantity::Eta
                    );
                    // The step of the process has the weight in it, and so have these points.
                    use Quantity::{GapLambda, GapTilted, GradLambda, MixedGrad, Sgd0, XLambda};
                    let weighted = [GapLambda, GapTilted, GradLambda, MixedGrad, Sgd0, XLambda]
                        .into_iter()
                        .any(|quantity| theirs.mentions(quantity));
                    let of_steps = mentions_process(theirs) || proved.basis.followed;
                    let fixed = quantity == Quantity::Lambda && (weighted || of_steps);
                    if !free || fixed {
                        return Err(rule(format!("{name} is not free to be replaced")));
                    }
                    (row.shape, row.scope, false, row.sign)
                }
                (None, None) => return Err(rule(format!("there is no symbol {name}"))),
            };
        // A path is one of the process and of what was said of every state on it: numbers alone may
        // be put in afterwards.
        if proved.basis.followed && scope != Scope::Fixed {
            return Err(rule(format!("{name} is followed along a path and cannot be replaced")));
        }
        let before = std::mem::take(&mut context.used);
        let form = normal(context, value)?;
        let fits = value.shape == shape
            && context.table().varies_within(&form, scope, may_move)
            && match sign {
                Known::Real => true,
                Known::NonNegative => context.sign(value)? != Known::Real,
                Known::Positive => context.sign(value)? == Known::Positive,
            };
        if !fits {
            return Err(rule(format!("{value} cannot stand for {name}")));
        }
        let basis = std::mem::replace(&mut context.used, before);
        // What is declared of a state is declared of every state.
        if basis.here && (scope == Scope::State || may_move) {
            return Err(rule(format!("{value} must be what {name} is for every x")));
        }
        context.used.add(&basis);
    }
    Ok(())
}
