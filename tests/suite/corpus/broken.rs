//! Tamperings that break the algebra: a term, a step, a goal or a hypothesis is changed, and what
//! was added up before no longer is. And whole proofs in the place of others.

use super::{Case, Scene};
use kd_audit::claim::expr::{Expr, Formula, Node, Sign};
use kd_audit::claim::proof::{Proof, Rule, Step};
use kd_audit::claim::theorem::{Claim, Condition};
use kd_audit::claim::vocabulary::Class;
use kd_audit::scalar::Rational;

/// Why a tampered proof of the same claim proves nothing new.
const SAME: &str = "the claim is the original one";

/// Every case of this kind. `earlier` are the proofs of the statements before.
pub(super) fn cases(scene: &Scene<'_>, earlier: &[(String, Proof)]) -> Vec<Case> {
    let (claim, proof) = (scene.claim, scene.proof);
    let mut all = Vec::new();
    let case = |kind, what: String, claim: &Claim, proof: &Proof| Case {
        identity: false,
        ..Case::new(kind, what, claim.clone(), proof.clone())
    };
    let same =
        |kind, what: String, proof: &Proof| case(kind, what, claim, proof).valid(Some(SAME.into()));
    for (i, certificate) in proof.certificates.iter().enumerate() {
        for (k, new) in tampered(certificate).into_iter().enumerate() {
            let mut proof = proof.clone();
            proof.certificates[i] = new;
            all.push(same("broken term", format!("certificate {i}, {k}"), &proof));
        }
    }
    for (k, steps) in tampered_steps(&proof.steps).into_iter().enumerate() {
        all.push(same("broken step", k.to_string(), &Proof { steps, ..proof.clone() }));
    }
    for (k, (_, other)) in earlier.iter().filter(|(own, _)| *own == scene.shape()).enumerate() {
        let certificates = other.certificates.clone();
        let mixed = Proof { certificates, ..proof.clone() };
        all.push(same("certificates of another", k.to_string(), &mixed));
        all.push(same("proof of another", k.to_string(), other));
    }
    for (tampering, claim) in stronger(claim) {
        all.push(case("stronger goal", tampering, &claim, proof));
    }
    for (hypothesis, tampering, claim) in weaker(claim) {
        let unused = scene.unused(&hypothesis);
        all.push(case("weaker hypothesis", tampering, &claim, proof).valid(unused).searched());
    }
    all
}

/// Multiplied by n/100.
pub(super) fn percent(expr: &Expr, n: i64) -> Expr {
    let factor = Expr::scalar(Node::Number(Rational::ratio(n, 100)));
    let node = Node::Multiply(Box::new(factor), Box::new(expr.clone()));
    Expr { node, ..expr.clone() }
}

/// Written as 0 or 0*u, which no factor changes.
pub(super) fn zero(expr: &Expr) -> bool {
    match &expr.node {
        Node::Number(value) => *value == Rational::integer(0),
        Node::Multiply(a, _) => zero(a),
        _ => false,
    }
}

/// The terms of a sum, each with what the sum is where it is changed.
pub(super) fn terms(expr: &Expr, change: &mut dyn FnMut(&Expr) -> Vec<Expr>) -> Vec<Expr> {
    let mut all = Vec::new();
    if let Node::Add(a, b) | Node::Subtract(a, b) = &expr.node {
        let add = matches!(expr.node, Node::Add(..));
        let rebuilt = |a: Expr, b: Expr| {
            let (a, b) = (Box::new(a), Box::new(b));
            let node = if add { Node::Add(a, b) } else { Node::Subtract(a, b) };
            Expr { node, ..expr.clone() }
        };
        all.extend(terms(a, change).into_iter().map(|new| rebuilt(new, (**b).clone())));
        all.extend(terms(b, change).into_iter().map(|new| rebuilt((**a).clone(), new)));
        return all;
    }
    all.extend(change(expr));
    all
}

/// Each term multiplied by 101/100, negated, and dropped.
fn tampered(expr: &Expr) -> Vec<Expr> {
    if zero(expr) {
        return vec![Expr::scalar(Node::Number(Rational::integer(1)))];
    }
    terms(expr, &mut |term| vec![percent(term, 101), percent(term, -100), percent(term, 0)])
}

fn tampered_steps(steps: &[Step]) -> Vec<Vec<Step>> {
    let mut all = Vec::new();
    for (i, step) in steps.iter().enumerate() {
        let rules: Vec<Rule> = match &step.rule {
            Rule::Certificate(c) => tampered(c).into_iter().map(Rule::Certificate).collect(),
            Rule::Induction(induction) => {
                let with = |start: Expr, next: Expr| {
                    let mut new = (**induction).clone();
                    (new.start, new.next) = (start, next);
                    Rule::Induction(Box::new(new))
                };
                let starts = tampered(&induction.start).into_iter();
                let nexts = tampered(&induction.next).into_iter();
                let starts = starts.map(|start| with(start, induction.next.clone()));
                starts.chain(nexts.map(|next| with(induction.start.clone(), next))).collect()
            }
            Rule::Unroll(unrolling) => [98, 99, 101, -100]
                .into_iter()
                .flat_map(|n| {
                    let (mut a, mut b, mut c) =
                        (unrolling.clone(), unrolling.clone(), unrolling.clone());
                    a.noise = percent(&a.noise, n);
                    b.contraction = percent(&b.contraction, n);
                    c.potential = percent(&c.potential, n);
                    [a, b, c].map(Rule::Unroll)
                })
                .collect(),
            _ => Vec::new(),
        };
        let mut claims = vec![(percent(&step.claim.lhs, 101), step.claim.rhs.clone())];
        claims.push((step.claim.lhs.clone(), percent(&step.claim.rhs, 99)));
        let with = |new: Step| {
            let mut steps = steps.to_vec();
            steps[i] = new;
            steps
        };
        all.extend(rules.into_iter().map(|rule| with(Step { rule, ..step.clone() })));
        all.extend(claims.into_iter().map(|(lhs, rhs)| {
            let mut new = step.clone();
            (new.claim.lhs, new.claim.rhs) = (lhs, rhs);
            with(new)
        }));
        let mut dropped = steps.to_vec();
        dropped.remove(i);
        all.push(dropped);
        if i > 0 {
            let mut swapped = steps.to_vec();
            swapped.swap(i - 1, i);
            all.push(swapped);
        }
    }
    all
}

/// The claim's goals made stronger by one part in a hundred.
fn stronger(claim: &Claim) -> Vec<(String, Claim)> {
    let Formula::Relation(relation) = &claim.formula else { return Vec::new() };
    let (left, right) = match relation.sign {
        Sign::AtMost | Sign::Less => (101, 99),
        Sign::AtLeast | Sign::Greater => (99, 101),
        Sign::Equal => (101, 99),
        Sign::NotEqual => return Vec::new(),
    };
    let mut all = Vec::new();
    for (side, n) in [("left", left), ("right", right)] {
        let mut new = relation.clone();
        let place = if side == "left" { &mut new.lhs } else { &mut new.rhs };
        if zero(place) {
            continue;
        }
        *place = percent(place, n);
        let formula = Formula::Relation(new);
        all.push((format!("{side} side"), Claim { formula, ..claim.clone() }));
    }
    all
}

/// The hypotheses dropped, and made weaker.
pub(super) fn weaker(claim: &Claim) -> Vec<(String, String, Claim)> {
    let mut all = Vec::new();
    for (i, hypothesis) in claim.hypotheses.iter().enumerate() {
        let name = &hypothesis.name;
        let mut dropped = claim.clone();
        dropped.hypotheses.remove(i);
        all.push((name.clone(), format!("without {name}"), dropped));
        let mut changed = claim.clone();
        let condition = &mut changed.hypotheses[i].condition;
        match condition {
            Condition::Class(class, Some(constant)) => {
                let larger = matches!(class, Class::Es | Class::Sm | Class::Uc);
                *constant = percent(constant, if larger { 101 } else { 99 });
            }
            Condition::Formula(formula) | Condition::Everywhere(formula) => {
                let Formula::Relation(relation) = &mut **formula else { continue };
                if zero(&relation.rhs) {
                    continue;
                }
                let n = match relation.sign {
                    Sign::AtMost | Sign::Less => 101,
                    _ => 99,
                };
                relation.rhs = percent(&relation.rhs, n);
            }
            Condition::Class(_, None) => continue,
        }
        all.push((name.clone(), format!("weaker {name}"), changed));
    }
    all
}
