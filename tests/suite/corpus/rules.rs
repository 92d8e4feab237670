//! Rules where they do not apply: lemmas, points, laws, relations and axioms that are not the ones
//! that were proved, with everything adding up.

use super::broken::weaker;
use super::{
    Case, Scene, is_inequality, is_positive, negated, number, over, quantity, said, slack, times,
    vanishes,
};
use kd_audit::claim::expr::{Exponent, Expr, Formula, Node, Relation, Scope, Shape, Sign, Symbol};
use kd_audit::claim::proof::{Proof, Rule, StatementName, Step, Unrolling};
use kd_audit::claim::theorem::{Claim, Condition, Hypothesis};
use kd_audit::claim::vocabulary::{Law, MOTIONS, POINTS, Process, Quantity};
use kd_audit::kernel::{Library, Proved, check};
use std::collections::BTreeSet;
use std::sync::Arc;

/// Every case of this kind but those about points.
pub(super) fn cases(scene: &Scene<'_>) -> Vec<Case> {
    let mut all = relations(scene);
    all.extend(laws(scene));
    all.extend(lemmas(scene));
    all.extend(axioms(scene));
    for (i, step) in scene.proof.steps.iter().enumerate() {
        if let Rule::Unroll(unrolling) = &step.rule {
            all.extend(unrolled(scene, i, unrolling));
        }
    }
    all
}

/// A proof by one step.
fn by(name: &str, claim: &Relation, rule: Rule) -> Proof {
    let certificates = vec![slack(name, claim.lhs.shape)];
    let step = Step { name: name.to_owned(), claim: claim.clone(), rule };
    Proof { steps: vec![step], certificates }
}

fn has_cases(side: &Expr) -> bool {
    match &side.node {
        Node::Defined(definition) => has_cases(&definition.body),
        Node::Least(_) | Node::Greatest(_) => true,
        _ => false,
    }
}

/// The same polynomials, compared in another way.
fn relations(scene: &Scene<'_>) -> Vec<Case> {
    let (Some(goal), [certificate]) = (scene.goal(), &scene.proof.certificates[..]) else {
        return Vec::new();
    };
    if has_cases(&goal.lhs) || has_cases(&goal.rhs) {
        return Vec::new();
    }
    let steps = scene.proof.steps.iter().map(|step| (step.name.clone(), step.claim.clone()));
    let facts: Vec<_> = scene.hypotheses().into_iter().chain(steps).collect();
    let zero = || vanishes(certificate, &facts).then(|| "every part is an equality's".to_owned());
    let positive =
        || is_positive(certificate, &facts).then(|| "a part is visibly positive".to_owned());
    let mut all = Vec::new();
    let mut add = |what: &str, relation: Relation, certificate: Expr, valid| {
        let claim = Claim { formula: Formula::Relation(relation), ..scene.claim.clone() };
        let proof = Proof { certificates: vec![certificate], ..scene.proof.clone() };
        all.push(Case::new("another relation", what.into(), claim, proof).valid(valid));
    };
    let signed = |sign| Relation { sign, ..goal.clone() };
    let own = || certificate.clone();
    let swapped = Relation { lhs: goal.rhs.clone(), sign: goal.sign, rhs: goal.lhs.clone() };
    match goal.sign {
        Sign::AtMost => add("strict", signed(Sign::Less), own(), positive()),
        Sign::AtLeast => add("strict", signed(Sign::Greater), own(), positive()),
        Sign::Equal => add("apart", signed(Sign::NotEqual), own(), None),
        _ => {}
    }
    if is_inequality(goal.sign) {
        add("equal", signed(Sign::Equal), own(), zero());
        add("apart", signed(Sign::NotEqual), own(), positive());
        add("reversed", swapped, negated(own()), zero());
    } else if goal.lhs.shape == Shape::Scalar {
        add("less", signed(Sign::Less), own(), None);
    }
    all
}

/// The goal and its certificates under another law.
fn laws(scene: &Scene<'_>) -> Vec<Case> {
    let mut all = Vec::new();
    for (from, to) in [
        (Law::Step, Law::Path),
        (Law::Step, Law::Stationary),
        (Law::Path, Law::Step),
        (Law::Path, Law::Stationary),
        (Law::Stationary, Law::Path),
        (Law::Coin, Law::Path),
    ] {
        let moved = |expr: &Expr| under(expr, from, to);
        let Some(goal) = scene.goal() else { continue };
        let (lhs, rhs) = (moved(&goal.lhs), moved(&goal.rhs));
        let relation = Relation { lhs, sign: goal.sign, rhs };
        if relation == *goal {
            continue;
        }
        let claim = Claim { formula: Formula::Relation(relation), ..scene.claim.clone() };
        let certificates = scene.proof.certificates.iter().map(moved).collect();
        let proof = Proof { certificates, ..scene.proof.clone() };
        all.push(Case::new("a goal under another law", format!("{to:?}"), claim, proof));
    }
    all
}

fn under(expr: &Expr, from: Law, to: Law) -> Expr {
    expr.replaced(&|part| match &part.node {
        Node::Expectation(law, inside) if *law == from => {
            let node = Node::Expectation(to, Box::new(under(inside, from, to)));
            Some(Expr { node, ..part.clone() })
        }
        _ => None,
    })
}

/// The statement used as a lemma: by itself, before it is proved, without a hypothesis, and for
/// another process.
fn lemmas(scene: &Scene<'_>) -> Vec<Case> {
    let mut all = Vec::new();
    let Some(goal) = scene.goal() else { return all };
    if scene.proof.certificates.len() != 1 {
        return all;
    }
    let using = |name: &StatementName| by("used", goal, Rule::Use(name.clone(), Vec::new()));
    let cyclic = Case::new("a cycle", "itself".into(), scene.claim.clone(), using(&scene.name));
    all.push(cyclic);
    if let Some(next) = &scene.next {
        let what = format!("the later {next}");
        all.push(Case::new("a cycle", what, scene.claim.clone(), using(next)));
    }
    let lemma = || Some((scene.name.clone(), scene.original.clone()));
    let mut add = |kind, what, claim, valid| {
        let case = Case::new(kind, what, claim, using(&scene.name)).valid(valid);
        all.push(Case { lemma: lemma(), ..case });
    };
    for (_, tampering, claim) in weaker(scene.claim) {
        add("a lemma without its hypothesis", tampering, claim, None);
    }
    for (i, hypothesis) in scene.claim.hypotheses.iter().enumerate() {
        let Condition::Everywhere(formula) = &hypothesis.condition else { continue };
        let mut claim = scene.claim.clone();
        claim.hypotheses[i].condition = Condition::Formula(formula.clone());
        add("a lemma without its hypothesis", format!("{} here", hypothesis.name), claim, None);
    }
    for process in Process::ALL.into_iter().chain([Process::Any]) {
        if process != scene.claim.process {
            let claim = Claim { process, ..scene.claim.clone() };
            let valid = about(scene.claim, process);
            add("a lemma about another process", format!("{process:?}"), claim, valid);
        }
    }
    all
}

/// Why a claim may be used for another process.
fn about(claim: &Claim, process: Process) -> Option<String> {
    use Quantity::{
        GapNext, GapT, GradInf, SgdT, StationaryError, StationaryP0, StationaryP1, StationaryP2,
        XCompressed, XInf, XNext, XT,
    };
    let path =
        [XT, GapT, SgdT, XInf, GradInf, StationaryError, StationaryP0, StationaryP1, StationaryP2];
    let mentions = |all: &[Quantity]| all.iter().any(|quantity| claim.mentions(*quantity));
    if mentions(&path) {
        return None;
    }
    if !mentions(&[XNext, GapNext, XCompressed]) {
        return Some("the claim is about no process".into());
    }
    if claim.process == Process::Any {
        return Some("the claim is about any step".into());
    }
    let same = claim.process.step_formula() == process.step_formula();
    same.then(|| "the step is the same".into())
}

/// Names that are on no list, or only look as if they were.
fn axioms(scene: &Scene<'_>) -> Vec<Case> {
    let kind = "an axiom that is not on the list";
    let mut all = Vec::new();
    if let (Some(goal), 1) = (scene.goal(), scene.proof.certificates.len()) {
        for name in ["free-lunch", "Stationarity", "stationarity ", "r\u{430}te"] {
            let proof = by("free", goal, Rule::Axiom(name.into(), None));
            all.push(Case::new(kind, name.into(), scene.claim.clone(), proof));
        }
    }
    for (i, step) in scene.proof.steps.iter().enumerate() {
        if let Rule::Axiom(name, point) = &step.rule {
            // A letter of another alphabet that looks the same.
            let letters = [("a", "\u{430}"), ("e", "\u{435}"), ("i", "\u{456}"), ("o", "\u{43e}")];
            let (from, to) = letters.into_iter().find(|(from, _)| name.contains(from)).unwrap();
            let alike = name.replacen(from, to, 1);
            let mut proof = scene.proof.clone();
            proof.steps[i].rule = Rule::Axiom(alike.clone(), point.clone());
            all.push(Case::new(kind, alike, scene.claim.clone(), proof));
        }
    }
    all
}

/// What is known at the current x, at another point. It is tried once, however many claims it is in.
pub(super) fn points(scene: &Scene<'_>, seen: &mut BTreeSet<String>) -> Vec<Case> {
    let mut all = Vec::new();
    for hypothesis in &scene.claim.hypotheses {
        for (_, fact) in said(hypothesis) {
            if matches!(fact.lhs.scope, Scope::Fixed) && matches!(fact.rhs.scope, Scope::Fixed) {
                continue;
            }
            for point in &POINTS {
                let moved = fact.replaced(&|part| match &part.node {
                    Node::Quantity(Quantity::X, _) => Some(quantity(point.position)),
                    Node::Quantity(Quantity::Grad, _) => Some(quantity(point.gradient)),
                    Node::Quantity(Quantity::Gap, _) => {
                        Some(point.gap.map_or_else(|| number(0, 1), quantity))
                    }
                    _ => None,
                });
                if moved == fact || !seen.insert(moved.to_string()) {
                    continue;
                }
                let condition = Condition::Formula(Box::new(Formula::Relation(fact.clone())));
                let mut claim = scene.claim.clone();
                claim.hypotheses =
                    vec![Hypothesis { name: "known".into(), text: String::new(), condition }];
                claim.formula = Formula::Relation(moved.clone());
                let rule = Rule::At("known".into(), point.name.into());
                let what = format!("{} at {}", hypothesis.name, point.name);
                all.push(Case::new(
                    "a goal at another point",
                    what,
                    claim,
                    by("moved", &moved, rule),
                ));
            }
        }
    }
    all
}

/// Bounds of one step that may not be followed for t steps.
fn unrolled(scene: &Scene<'_>, i: usize, own: &Unrolling) -> Vec<Case> {
    let kind = "a bound that may not be unrolled";
    let mut all = Vec::new();
    let step = &scene.proof.steps[i];
    let one = || number(1, 1);
    // The goal, the proof and the lemma of an unrolling.
    let follow = |what: &str, claim: &Claim, unrolling: Unrolling, lemma| {
        let start = at_start(scene.claim, &unrolling.potential);
        let rate = one().minus(unrolling.contraction.clone());
        let power = Node::Power(Box::new(rate), Exponent::Symbol(Quantity::Horizon));
        let floor = over(unrolling.noise.clone(), unrolling.contraction.clone());
        let rhs = times(Expr::scalar(power), start).plus(floor);
        let goal = Relation { lhs: step.claim.lhs.clone(), sign: Sign::AtMost, rhs };
        let claim = Claim { formula: Formula::Relation(goal.clone()), ..claim.clone() };
        let mut proof = by("unrolled", &goal, Rule::Unroll(Box::new(unrolling)));
        proof.steps.splice(0..0, scene.proof.steps[..i].iter().cloned());
        Case { lemma, ..Case::new(kind, what.into(), claim, proof) }
    };
    let claim = scene.claim;
    // (1 − r)φ + N = (1 − r − s)φ + (N + sφ).
    for (s, what) in [(number(1, 1000), "1/1000"), (quantity(Quantity::Gamma), "gamma")] {
        let mut other = own.clone();
        other.contraction = own.contraction.clone().plus(s.clone());
        other.noise = own.noise.clone().plus(times(s, own.potential.clone()));
        let what = format!("{what} of the potential counted as noise");
        all.push(follow(&what, claim, other, None));
    }
    // A larger bound of one step: what is added may depend on nothing.
    let Some(proved) = scene.library.get(&own.statement) else { return all };
    let larger = |claim: &Claim, part: &Expr| forged(scene.library, proved, claim, own, part);
    for (part, fixed) in [
        (quantity(Quantity::Gap), false),
        (Expr::scalar(Node::NormSq(Box::new(quantity(Quantity::X)))), false),
        (Expr::scalar(Node::NormSq(Box::new(quantity(Quantity::Control)))), false),
        (one(), true),
    ] {
        let Some(lemma) = larger(proved.claim(), &part) else { continue };
        let mut other = own.clone();
        other.statement = lemma.0.clone();
        other.noise = own.noise.clone().plus(part.clone());
        let case = follow(&format!("{part} in the noise"), claim, other, Some(lemma));
        all.push(case.valid(fixed.then(|| "what is added is fixed".into())));
    }
    // The same bound, if it is known that x is near the minimiser.
    let near = Relation { lhs: quantity(Quantity::Gap), sign: Sign::AtMost, rhs: one() };
    let condition = Condition::Formula(Box::new(Formula::Relation(near)));
    let near = Hypothesis { name: "near".into(), text: String::new(), condition };
    let assuming = |claim: &Claim| {
        let hypotheses = [claim.hypotheses.clone(), vec![near.clone()]].concat();
        Claim { hypotheses, ..claim.clone() }
    };
    if let Some(lemma) = larger(&assuming(proved.claim()), &number(0, 1)) {
        let other = Unrolling { statement: lemma.0.clone(), ..own.clone() };
        all.push(follow("a hypothesis here", &assuming(claim), other, Some(lemma)));
    }
    all
}

/// The one-step statement with something added to its right side, proved from the statement.
fn forged(
    library: &Library,
    proved: &Proved,
    claim: &Claim,
    own: &Unrolling,
    part: &Expr,
) -> Option<(StatementName, Proved)> {
    let Formula::Relation(step) = &proved.claim().formula else { return None };
    let larger = Relation { rhs: step.rhs.clone().plus(part.clone()), ..step.clone() };
    let mut proof = by("used", step, Rule::Use(own.statement.clone(), Vec::new()));
    proof.certificates[0] = proof.certificates[0].clone().plus(part.clone());
    let claim = Claim { formula: Formula::Relation(larger), ..claim.clone() };
    let name = StatementName { theorem: "forged".into(), part: "one-step".into() };
    check(&claim, &proof, library).ok().map(|proved| (name, proved))
}

/// A potential at the start of a path.
fn at_start(claim: &Claim, potential: &Expr) -> Expr {
    let symbol = |name: &str| -> Option<&Arc<Symbol>> {
        claim.symbols.iter().find(|symbol| symbol.name == name)
    };
    potential.replaced(&|part| match &part.node {
        Node::Quantity(own, _) => {
            MOTIONS.iter().find(|motion| motion.now == *own).map(|motion| quantity(motion.start))
        }
        Node::Symbol(own) => {
            let start = symbol(&own.motion.as_ref()?[2])?;
            Some(Expr { node: Node::Symbol(Arc::clone(start)), ..part.clone() })
        }
        _ => None,
    })
}
