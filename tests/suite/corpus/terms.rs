//! Certificates that add up to what they added up to before, and are no longer seen to have a sign.
//!
//! That each is a true identity is not believed: the kernel is asked whether the new certificate has
//! the normal form of the old one.

use super::broken::terms;
use super::{
    Case, Scene, is_inequality, multiple_of, negated, number, over, quantity, slack, times,
    vanishes, zero_of,
};
use kd_audit::claim::expr::{Exponent, Expr, Formula, Node, Relation, Scope, Shape, Sign};
use kd_audit::claim::proof::{Proof, Rule, Step};
use kd_audit::claim::theorem::{Claim, Condition, Hypothesis};
use kd_audit::claim::vocabulary::{Law, Quantity};
use kd_audit::kernel::check;
use std::cell::Cell;

/// Where a certificate stands.
#[derive(Clone, Copy)]
enum Place {
    Conclusion(usize),
    Step(usize),
    Start(usize),
    Next(usize),
}

/// A certificate with what it shows and what it may name.
struct Slot {
    place: Place,
    certificate: Expr,
    /// What it must be: of a sign, or zero.
    sign: bool,
    facts: Vec<(String, Relation)>,
}

/// A certificate in the place of another.
struct Change {
    kind: &'static str,
    what: String,
    new: Expr,
    /// What must not be zero for the two to be one.
    divisor: Option<Expr>,
    valid: Option<String>,
}

/// Every case of this kind. What is no identity is listed.
pub(super) fn cases(scene: &Scene<'_>, broken: &mut Vec<String>) -> Vec<Case> {
    let mut all = Vec::new();
    for slot in slots(scene) {
        let changes = if slot.sign { signs(&slot) } else { zeros(&slot) };
        for few in changes.chunks(6) {
            if !are_identities(scene, &slot, few) {
                let one =
                    |change: &&Change| !are_identities(scene, &slot, std::slice::from_ref(*change));
                let named = |change: &Change| format!("{}: {}", scene.name, change.what);
                broken.extend(few.iter().filter(one).map(named));
            }
        }
        for Change { kind, what, new, valid, .. } in changes {
            let proof = placed(scene.proof, slot.place, new);
            all.push(Case::new(kind, what, scene.claim.clone(), proof).valid(valid));
        }
    }
    all
}

fn slots(scene: &Scene<'_>) -> Vec<Slot> {
    let mut all = Vec::new();
    let mut facts = scene.hypotheses();
    for (i, step) in scene.proof.steps.iter().enumerate() {
        let slot = |place, certificate: &Expr, sign, facts: &[(String, Relation)]| Slot {
            place,
            certificate: certificate.clone(),
            sign,
            facts: facts.to_vec(),
        };
        match &step.rule {
            Rule::Certificate(own) if step.claim.sign != Sign::NotEqual => {
                all.push(slot(Place::Step(i), own, is_inequality(step.claim.sign), &facts));
            }
            Rule::Induction(induction) => {
                all.push(slot(Place::Start(i), &induction.start, false, &facts));
                let mut inside = facts.clone();
                inside.push(("before".into(), induction.before.clone()));
                let steps = induction.steps.iter();
                inside.extend(steps.map(|step| (step.name.clone(), step.claim.clone())));
                all.push(slot(Place::Next(i), &induction.next, false, &inside));
            }
            _ => {}
        }
        facts.push((step.name.clone(), step.claim.clone()));
    }
    let sign = match &scene.claim.formula {
        Formula::Relation(relation) if relation.sign == Sign::NotEqual => return all,
        Formula::Relation(relation) => is_inequality(relation.sign),
        Formula::Equivalence(left, _) if is_inequality(left.sign) => true,
        Formula::Equivalence(..) => return all,
    };
    for (i, certificate) in scene.proof.certificates.iter().enumerate() {
        let (certificate, facts) = (certificate.clone(), facts.clone());
        all.push(Slot { place: Place::Conclusion(i), certificate, sign, facts });
    }
    all
}

fn placed(proof: &Proof, place: Place, new: Expr) -> Proof {
    let mut proof = proof.clone();
    match place {
        Place::Conclusion(i) => proof.certificates[i] = new,
        Place::Step(i) => proof.steps[i].rule = Rule::Certificate(new),
        Place::Start(i) | Place::Next(i) => {
            if let Rule::Induction(induction) = &mut proof.steps[i].rule {
                let start = matches!(place, Place::Start(_));
                *(if start { &mut induction.start } else { &mut induction.next }) = new;
            }
        }
    }
    proof
}

/// Whether the new certificates have the normal form of the old one, where they are defined.
fn are_identities(scene: &Scene<'_>, slot: &Slot, changes: &[Change]) -> bool {
    let zero = number(0, 1);
    let trivial = Relation { lhs: zero.clone(), sign: Sign::AtMost, rhs: zero.clone() };
    let mut claim = Claim { formula: Formula::Relation(trivial), ..scene.claim.clone() };
    let mut same = Vec::new();
    for (i, change) in changes.iter().enumerate() {
        // What is claimed names no facts.
        let spelt = |part: &Expr| match &part.node {
            Node::Slack(name) => {
                let fact = slot.facts.iter().rev().find(|(own, _)| own == name);
                fact.map(|(_, fact)| fact.slack())
            }
            _ => None,
        };
        let (lhs, rhs) = (slot.certificate.replaced(&spelt), change.new.replaced(&spelt));
        let rule = Rule::Certificate(zero_of(lhs.shape));
        let relation = Relation { lhs, sign: Sign::Equal, rhs };
        same.push(Step { name: format!("same-{i}"), claim: relation, rule });
        if let Some(divisor) = &change.divisor {
            let (lhs, rhs) = (divisor.clone(), zero.clone());
            let relation = Formula::Relation(Relation { lhs, sign: Sign::NotEqual, rhs });
            let condition = Condition::Everywhere(Box::new(relation));
            let name = format!("apart-{i}");
            claim.hypotheses.push(Hypothesis { name, text: String::new(), condition });
        }
    }
    let mut proof = Proof { certificates: vec![zero], ..scene.proof.clone() };
    match slot.place {
        Place::Conclusion(_) => proof.steps.extend(same),
        Place::Step(i) | Place::Start(i) => proof.steps.splice(i.., same).for_each(drop),
        Place::Next(i) => {
            if let Rule::Induction(induction) = &mut proof.steps[i].rule {
                induction.steps.extend(same);
            }
        }
    }
    check(&claim, &proof, scene.library).is_ok()
}

fn one() -> Expr {
    number(1, 1)
}

fn lambda() -> Expr {
    quantity(Quantity::Lambda)
}

fn power(a: Expr, k: u32) -> Expr {
    Expr::scalar(Node::Power(Box::new(a), Exponent::Literal(k)))
}

/// 1 = p + q, and one of the two may be negative.
fn splits() -> Vec<(&'static str, &'static str, Expr, Expr)> {
    let square = || power(lambda(), 2);
    let shifted = || lambda().minus(one());
    let odd = "an odd power of what has no sign";
    let negative = "a coefficient that may be negative";
    vec![
        (negative, "2 - 1", number(2, 1), negated(one())),
        (negative, "(1 + lambda) - lambda", one().plus(lambda()), negated(lambda())),
        (negative, "lambda^2 + (1 - lambda^2)", square(), one().minus(square())),
        (
            odd,
            "(1 + lambda^3) + (-lambda)^3",
            one().plus(power(lambda(), 3)),
            power(negated(lambda()), 3),
        ),
        (
            odd,
            "(1 - (lambda - 1)^5) + (lambda - 1)^5",
            one().minus(power(shifted(), 5)),
            power(shifted(), 5),
        ),
    ]
}

/// Changes of a certificate that must have a sign.
fn signs(slot: &Slot) -> Vec<Change> {
    let own = &slot.certificate;
    let whole = multiple_of(own).or_else(|| named_multiple(own, &slot.facts));
    let whole = whole.map(|fact| format!("the whole is a positive multiple of {fact}"));
    let mut all = Vec::new();
    let mut add = |kind, what: String, new, valid: Option<String>| {
        let valid = valid.or_else(|| whole.clone());
        all.push(Change { kind, what, new, divisor: None, valid });
    };
    for (kind, split, p, q) in splits() {
        // The two parts of a term stand apart, so that no part of the sum is what it was.
        let mut parts = Vec::new();
        let firsts = terms(own, &mut |term| {
            parts.push(term.clone());
            vec![times(p.clone(), term.clone())]
        });
        for (first, term) in firsts.into_iter().zip(parts) {
            let valid = vanishes(&term, &slot.facts);
            let valid = valid.then(|| "a multiple of an equality has any sign".to_owned());
            let second = times(q.clone(), term.clone());
            // Inside of a difference the second part is taken away as well.
            let subtracted = is_subtracted(own, &term);
            let new = if subtracted { first.minus(second) } else { first.plus(second) };
            add(kind, format!("{split}: {term}"), new, valid);
        }
    }
    for (name, fact) in slot.facts.iter().filter(|(_, fact)| fact.lhs.shape == Shape::Scalar) {
        let zero = (fact.sign == Sign::Equal).then(|| format!("[{name}] is an equality"));
        let product = Expr::scalar(Node::Inner(
            Box::new(quantity(Quantity::X)),
            Box::new(quantity(Quantity::XStar)),
        ));
        for (factor, what) in [(lambda(), "lambda"), (product, "inner(x, x_star)")] {
            let part = times(factor.clone(), slack(name, Shape::Scalar));
            let other = times(negated(factor), slack(name, Shape::Scalar));
            let new = own.clone().plus(part).plus(other);
            let kind = "a slack added and taken away";
            add(kind, format!("{what}*[{name}]"), new, zero.clone());
        }
    }
    for other in [Quantity::Control, Quantity::GradStar] {
        let (u, v) = (quantity(Quantity::Grad), quantity(other));
        let mean = |a: &Expr| expected(Law::Step, a.clone());
        let inner = |a, b| Expr::scalar(Node::Inner(Box::new(a), Box::new(b)));
        let independent = inner(mean(&u), mean(&v));
        let dependence = expected(Law::Step, inner(u, v)).minus(independent);
        let new = own.clone().plus(dependence.clone()).plus(negated(dependence));
        add("independence", other.entry().name.into(), new, None);
    }
    for (kind, what, new, valid) in moments(own, &slot.facts) {
        add(kind, what, new, valid);
    }
    all.extend(divided(slot));
    all
}

/// Whether a term stands on the right of a minus sign, somewhere in the sum.
fn is_subtracted(sum: &Expr, term: &Expr) -> bool {
    fn find(expr: &Expr, term: &Expr, sign: bool) -> Option<bool> {
        match &expr.node {
            Node::Add(a, b) => find(a, term, sign).or_else(|| find(b, term, sign)),
            Node::Subtract(a, b) => find(a, term, sign).or_else(|| find(b, term, !sign)),
            _ => (expr == term).then_some(sign),
        }
    }
    find(sum, term, false).unwrap_or(false)
}

/// Changes of a certificate that must be zero.
fn zeros(slot: &Slot) -> Vec<Change> {
    let own = &slot.certificate;
    let mut all = divided(slot);
    for (name, fact) in &slot.facts {
        if !is_inequality(fact.sign) || fact.lhs.shape != own.shape {
            continue;
        }
        let part = slack(name, Shape::Scalar);
        let new = own.clone().plus(part.clone()).minus(part);
        let (kind, what) = ("a slack added and taken away", format!("[{name}]"));
        all.push(Change { kind, what, new, divisor: None, valid: None });
    }
    all
}

/// Each term multiplied by D/D, for a D that may be zero.
fn divided(slot: &Slot) -> Vec<Change> {
    let gap = quantity(Quantity::Gap);
    let mut all = Vec::new();
    for divisor in [lambda(), lambda().minus(one()), gap] {
        let whole = |term: &Expr| over(times(divisor.clone(), term.clone()), divisor.clone());
        let apart = slot.facts.iter().find(|(_, fact)| keeps_apart(fact, &divisor));
        let valid = apart.map(|(name, _)| format!("[{name}] says that {divisor} is not zero"));
        for (i, new) in
            terms(&slot.certificate, &mut |term| vec![whole(term)]).into_iter().enumerate()
        {
            let (kind, what) = ("a divisor that may be zero", format!("{divisor}, term {i}"));
            all.push(Change {
                kind,
                what,
                new,
                divisor: Some(divisor.clone()),
                valid: valid.clone(),
            });
        }
    }
    all
}

/// Whether a fact says in so many words that the divisor is not zero.
fn keeps_apart(fact: &Relation, divisor: &Expr) -> bool {
    let says = |a: &Expr, b: &Expr| match &divisor.node {
        Node::Subtract(c, d) => a == &**c && b == &**d,
        _ => a == divisor && *b == number(0, 1),
    };
    let strict = matches!(fact.sign, Sign::NotEqual | Sign::Less | Sign::Greater);
    strict && (says(&fact.lhs, &fact.rhs) || says(&fact.rhs, &fact.lhs))
}

fn expected(law: Law, a: Expr) -> Expr {
    Expr { shape: a.shape, scope: Scope::Fixed, node: Node::Expectation(law, Box::new(a)) }
}

/// Each E‖u‖² written as ‖Eu‖² and what that leaves, or the other way round; and each E[a] written
/// as a itself and what that leaves.
fn moments(
    certificate: &Expr,
    facts: &[(String, Relation)],
) -> Vec<(&'static str, String, Expr, Option<String>)> {
    let square = |a: &Expr| Expr::scalar(Node::NormSq(Box::new(a.clone())));
    let swapped = |part: &Expr| match &part.node {
        Node::Expectation(law, inside) => match &inside.node {
            Node::NormSq(u) => {
                let mean = square(&expected(*law, (**u).clone()));
                Some(mean.clone().plus(part.clone().minus(mean)))
            }
            _ => None,
        },
        Node::NormSq(u) => match &u.node {
            Node::Expectation(law, inside) => {
                let whole = expected(*law, square(inside));
                Some(whole.clone().minus(whole.minus(part.clone())))
            }
            _ => None,
        },
        _ => None,
    };
    let pulled = |part: &Expr| match &part.node {
        Node::Expectation(law, inside) if part.shape == Shape::Scalar && *law != Law::Coin => {
            let inside = (**inside).clone();
            Some(inside.clone().plus(part.clone().minus(inside)))
        }
        _ => None,
    };
    let mut all = Vec::new();
    for (what, new, valid) in each(certificate, facts, &swapped) {
        all.push(("E|u|^2 and |Eu|^2 swapped", what, new, valid));
    }
    for (what, new, valid) in each(certificate, facts, &pulled) {
        all.push(("something random outside of E", what, new, valid));
    }
    all
}

/// The expression with one part replaced, for each part that can be: the part, the whole, and what
/// gives it a sign all the same.
fn each(
    expr: &Expr,
    facts: &[(String, Relation)],
    replace: &dyn Fn(&Expr) -> Option<Expr>,
) -> Vec<(String, Expr, Option<String>)> {
    let mut all = Vec::new();
    loop {
        let (count, found) = (Cell::new(0), std::cell::RefCell::new(None));
        let new = expr.replaced(&|part| {
            let new = replace(part)?;
            let now = count.replace(count.get() + 1) == all.len();
            if now {
                *found.borrow_mut() = Some(part.clone());
            }
            now.then_some(new)
        });
        let Some(part) = found.into_inner() else { return all };
        let valid = covered(expr, facts, replace, &mut all.len().clone()).flatten();
        all.push((format!("{part}"), new, valid));
    }
}

/// Why the part that is replaced after `left` others may have no sign of its own: what it is in has
/// one. `None` if it is not in the expression.
fn covered(
    expr: &Expr,
    facts: &[(String, Relation)],
    replace: &dyn Fn(&Expr) -> Option<Expr>,
    left: &mut usize,
) -> Option<Option<String>> {
    let reason = || {
        if let Node::Power(_, Exponent::Literal(2)) = &expr.node {
            return Some("it is in an even power".to_owned());
        }
        if vanishes(expr, facts) {
            return Some("a multiple of an equality has any sign".to_owned());
        }
        named(expr, facts).map(|name| format!("{name} gives the sign of what it is in"))
    };
    if replace(expr).is_some() {
        if *left == 0 {
            return Some(reason());
        }
        *left -= 1;
    }
    let inside =
        expr.children().into_iter().find_map(|part| covered(part, facts, replace, left))?;
    Some(inside.or_else(reason))
}

/// The fact that says 0 < expr or 0 <= expr.
fn named(expr: &Expr, facts: &[(String, Relation)]) -> Option<String> {
    let (text, zero) = (expr.to_string(), number(0, 1));
    let says = |fact: &Relation| {
        let (low, high) = match fact.sign {
            Sign::Less | Sign::AtMost => (&fact.lhs, &fact.rhs),
            Sign::Greater | Sign::AtLeast => (&fact.rhs, &fact.lhs),
            Sign::Equal | Sign::NotEqual => return false,
        };
        *low == zero && high.to_string() == text
    };
    facts.iter().find(|(_, fact)| says(fact)).map(|(name, _)| format!("[{name}]"))
}

/// The same of a positive number times the expression.
fn named_multiple(expr: &Expr, facts: &[(String, Relation)]) -> Option<String> {
    match &expr.node {
        Node::Multiply(a, b) if is_positive_number(a) => named_multiple(b, facts),
        _ => named(expr, facts),
    }
}

fn is_positive_number(expr: &Expr) -> bool {
    match &expr.node {
        Node::Number(value) => value.is_positive(),
        Node::Divide(a, b) => is_positive_number(a) && is_positive_number(b),
        _ => false,
    }
}
