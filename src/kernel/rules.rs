//! The rules that yield a further fact from facts, axioms and proved statements.

use super::normal::{Signs, normal};
use super::sign::{Basis, Context, Relationship};
use super::{Cause, Compared, Library, Proved, Rejection, add_fact, agree, form, show};
use crate::claim::expr::{
    Exponent, Expr, Formula, Known, Node, Relation, Scope, Shape, Sign, Symbol, SymbolKind,
    depends_on_point,
};
use crate::claim::proof::{Axiom, Induction, Rule, StatementName, Step, Unrolling};
use crate::claim::theorem::{Claim, Condition, Hypothesis};
use crate::claim::vocabulary::{Class, Law, MOTIONS, POINTS, Process, Quantity};
use crate::scalar::{Rational, Scalar};
use std::sync::Arc;

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

fn rule(cause: impl Into<String>) -> Cause {
    Cause::Rule(cause.into())
}

fn find<'l>(library: &'l Library, name: &StatementName) -> Result<&'l Proved, Cause> {
    library.get(name).ok_or_else(|| rule(format!("{name} is not proved before this proof")))
}

/// The step claims what the rule yields: the same kind of relation, and one slack up to a positive
/// number.
fn same(
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
    let mut left = None;
    moved.walk(&mut |part| {
        let moves = match &part.node {
            Node::Quantity(quantity, _) | Node::Indexed(quantity) => depends_on_point(*quantity),
            Node::Symbol(symbol) | Node::Apply(symbol, _) => {
                symbol.moves || symbol.scope == Scope::State
            }
            Node::Slack(_) => true,
            _ => false,
        };
        if moves {
            left = Some(part.to_string());
        }
    });
    match left {
        None => Ok(moved),
        Some(part) => Err(rule(format!("{part} is not known at {}", point.name))),
    }
}

fn quantity(quantity: Quantity) -> Expr {
    let row = quantity.entry();
    Expr { node: Node::Quantity(quantity, Vec::new()), shape: row.shape, scope: row.scope }
}

fn symbol(symbol: &Arc<Symbol>) -> Expr {
    let scalar = matches!(symbol.kind, SymbolKind::Scalar(_));
    let shape = if scalar { Shape::Scalar } else { Shape::Vector };
    Expr { node: Node::Symbol(Arc::clone(symbol)), shape, scope: symbol.scope }
}

fn replacement(with: &[(String, Expr)]) -> impl Fn(&Expr) -> Option<Expr> + '_ {
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
fn used(
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
    let same_step = theirs.process.step_formula() == claim.process.step_formula();
    let one_step = (theirs.process == Process::Any || same_step) && !mentions_path(theirs);
    if theirs.process != claim.process && !one_step && mentions_process(theirs) {
        return Err(rule("the statement is about another process"));
    }
    check_symbols(context, claim, theirs, with)?;
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
            if !hypothesis.condition.is_here() && basis.here && moves(&relation) {
                return Err(rule(format!("{name} must hold for every x")));
            }
            context.used.add(&basis);
        }
    }
    Ok(())
}

fn moves(relation: &Relation) -> bool {
    let mut found = false;
    for side in [&relation.lhs, &relation.rhs] {
        side.walk(&mut |part| {
            found |= match &part.node {
                Node::Quantity(quantity, _) | Node::Indexed(quantity) => {
                    depends_on_point(*quantity)
                }
                Node::Symbol(s) | Node::Apply(s, _) => s.moves || s.scope == Scope::State,
                Node::Slack(_) => true,
                _ => false,
            };
        });
    }
    found
}

fn mentions_process(claim: &Claim) -> bool {
    use Quantity::{GapNext, XCompressed, XNext};
    mentions_path(claim) || [XNext, XCompressed, GapNext].into_iter().any(|q| claim.mentions(q))
}

fn mentions_path(claim: &Claim) -> bool {
    use Quantity::{
        GapT, GradInf, SgdT, StationaryError, StationaryP0, StationaryP1, StationaryP2, XInf, XT,
    };
    [XT, SgdT, XInf, GapT, GradInf, StationaryError, StationaryP0, StationaryP1, StationaryP2]
        .into_iter()
        .any(|quantity| claim.mentions(quantity))
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
fn available(context: &mut Context, relation: &Relation) -> Result<Option<Basis>, Cause> {
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
    theirs: &Claim,
    with: &[(String, Expr)],
) -> Result<(), Cause> {
    for own in &theirs.symbols {
        if !with.iter().any(|(name, _)| *name == own.name) && !claim.symbols.contains(own) {
            return Err(rule(format!("nothing is given for {}", own.name)));
        }
    }
    for (name, value) in with {
        // y, y⁺, y^t and y⁰ belong together where the path is spoken of.
        let follows = |s: &Arc<Symbol>| {
            s.motion.as_ref().is_some_and(|motion| {
                let own = s.name == *name || motion.contains(name);
                own && motion[1..].iter().any(|later| mentions_symbol(theirs, later))
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
                    let fixed =
                        quantity == Quantity::Lambda && (weighted || mentions_process(theirs));
                    if !free || fixed {
                        return Err(rule(format!("{name} is not free to be replaced")));
                    }
                    (row.shape, row.scope, false, row.sign)
                }
                (None, None) => return Err(rule(format!("there is no symbol {name}"))),
            };
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
    }
    Ok(())
}

/// From E φ(x⁺) ≤ (1 − r)φ(x) + N at every x, with 0 < r, 0 ≤ 1 − r, 0 ≤ N and both fixed:
/// E φ(x^t) ≤ (1 − r)^t φ(x⁰) + N/r.
fn unroll(
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
    same(context, claimed, Relationship::NonNegative, &bound.minus(after))
}

fn times(a: &Expr, b: &Expr) -> Expr {
    Expr::scalar(Node::Multiply(Box::new(a.clone()), Box::new(b.clone())))
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
        Node::Symbol(own) => {
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
    // What stays must not depend on the state, before or after.
    let mut left = None;
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
fn induct(
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
    context.used = basis;
    same(context, claimed, Relationship::Zero, &at(Along::After)?.slack())
}

/// The pair rule. Under minibatches of τ of N samples, every ordered pair of distinct samples is
/// equally likely. With s = (1/N)Σ⟨u_n, v_n⟩,
/// τ(N − 1)E⟨U, V⟩ = (N − 1)s + (τ − 1)(N⟨E U, E V⟩ − s), and E⟨U, V⟩ = s if τ = 1.
fn pairs(context: &mut Context, u: &Expr, v: &Expr, claimed: &Relation) -> Result<(), Cause> {
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
fn sampled(context: &mut Context, expr: &Expr) -> Result<Expr, Cause> {
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

fn mean(a: &Expr) -> Expr {
    let node = Node::Expectation(Law::Step, Box::new(a.clone()));
    Expr { node, shape: a.shape, scope: Scope::Fixed }
}

/// a/b, of the shape of a.
fn over(a: Expr, b: &Expr) -> Expr {
    let shape = a.shape;
    let node = Node::Divide(Box::new(a), Box::new(b.clone()));
    Expr { node, shape, scope: Scope::Fixed }
}
