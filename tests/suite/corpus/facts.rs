//! Hypotheses that are dropped, weakened or moved, with the certificates made to add up again.

use super::broken::{percent, weaker};
use super::{Case, Scene, is_positive, number, over, quantity, said, slack};
use kd_audit::claim::expr::{Expr, Formula, Node, Relation, Shape, Sign};
use kd_audit::claim::proof::{Axiom, Proof, Rule, Step};
use kd_audit::claim::theorem::{Claim, Condition, Hypothesis};
use kd_audit::claim::vocabulary::Quantity;

/// Every case of this kind.
pub(super) fn cases(scene: &Scene<'_>) -> Vec<Case> {
    let mut all = dropped(scene);
    all.extend(weakened(scene));
    all.extend(other_intervals(scene));
    all.extend(here_only(scene));
    all.extend(contradictory(scene));
    all
}

/// The proof with something else in the place of slacks.
fn without_slacks(proof: &Proof, replace: &dyn Fn(&str) -> Option<Expr>) -> Proof {
    let new = |expr: &Expr| {
        expr.replaced(&|part| match &part.node {
            Node::Slack(name) => replace(name),
            _ => None,
        })
    };
    fn rewritten(step: &Step, new: &dyn Fn(&Expr) -> Expr) -> Step {
        let mut step = step.clone();
        match &mut step.rule {
            Rule::Certificate(own) => *own = new(own),
            Rule::Use(_, with) => with.iter_mut().for_each(|(_, value)| *value = new(value)),
            Rule::Induction(induction) => {
                (induction.start, induction.next) = (new(&induction.start), new(&induction.next));
                let steps = induction.steps.iter().map(|step| rewritten(step, new));
                induction.steps = steps.collect();
            }
            _ => {}
        }
        step
    }
    Proof {
        steps: proof.steps.iter().map(|step| rewritten(step, &new)).collect(),
        certificates: proof.certificates.iter().map(new).collect(),
    }
}

/// A hypothesis is dropped, and its slack written out: right side minus left side.
fn dropped(scene: &Scene<'_>) -> Vec<Case> {
    let mut all = Vec::new();
    for (i, hypothesis) in scene.claim.hypotheses.iter().enumerate() {
        let facts = said(hypothesis);
        if facts.is_empty() {
            continue;
        }
        let mut claim = scene.claim.clone();
        claim.hypotheses.remove(i);
        let raw = |name: &str| facts.iter().find(|(own, _)| own == name).map(|(_, r)| r.slack());
        let proof = without_slacks(scene.proof, &raw);
        let what = hypothesis.name.clone();
        let case = Case::new("a hypothesis dropped, its slack written out", what, claim, proof);
        all.push(case.valid(scene.unused(&hypothesis.name)).searched());
    }
    all
}

/// A hypothesis is made weaker, and what its slack has lost is added to it.
fn weakened(scene: &Scene<'_>) -> Vec<Case> {
    let mut all = Vec::new();
    for (name, tampering, claim) in weaker(scene.claim) {
        if claim.hypotheses.len() < scene.claim.hypotheses.len() {
            continue;
        }
        let proof = compensated(scene, &claim, &name);
        let case =
            Case::new("a hypothesis weakened, its slack made up for", tampering, claim, proof);
        all.push(case.valid(scene.unused(&name)).searched());
    }
    all
}

/// `[h]` becomes `[h] + (old slack − new slack)`.
fn compensated(scene: &Scene<'_>, changed: &Claim, name: &str) -> Proof {
    let facts = |claim: &Claim| -> Vec<(String, Relation)> {
        claim.hypotheses.iter().filter(|h| h.name == name).flat_map(said).collect()
    };
    let (old, new) = (facts(scene.claim), facts(changed));
    without_slacks(scene.proof, &|name| {
        let of = |all: &[(String, Relation)]| {
            all.iter().find(|(own, _)| own == name).map(|(_, relation)| relation.slack())
        };
        let (old, new) = (of(&old)?, of(&new)?);
        let shape = new.shape;
        Some(slack(name, shape).plus(old.minus(new)))
    })
}

/// Step sizes and the like in another interval: twice as long, and half as long.
fn other_intervals(scene: &Scene<'_>) -> Vec<Case> {
    let mut all = Vec::new();
    for (i, hypothesis) in scene.claim.hypotheses.iter().enumerate() {
        let Condition::Formula(formula) = &hypothesis.condition else { continue };
        let Formula::Relation(relation) = &**formula else { continue };
        if !matches!(relation.sign, Sign::AtMost | Sign::Less) {
            continue;
        }
        for (n, length) in [(200, "twice"), (50, "half")] {
            let mut claim = scene.claim.clone();
            let rhs = percent(&relation.rhs, n);
            let changed = Formula::Relation(Relation { rhs, ..relation.clone() });
            claim.hypotheses[i].condition = Condition::Formula(Box::new(changed));
            let proof = compensated(scene, &claim, &hypothesis.name);
            let inside = n < 100 && is_positive(&relation.rhs, &scene.hypotheses());
            let valid = inside.then(|| "the new interval is inside of the old one".to_owned());
            let what = format!("{} {length}", hypothesis.name);
            let case = Case::new("a slack of another interval", what, claim, proof);
            all.push(case.valid(valid.or_else(|| scene.unused(&hypothesis.name))).searched());
        }
    }
    all
}

/// What holds for every x is known at the current x only: the facts are the same, by name and slack.
fn here_only(scene: &Scene<'_>) -> Vec<Case> {
    let mut all = Vec::new();
    for (i, hypothesis) in scene.claim.hypotheses.iter().enumerate() {
        let facts = match &hypothesis.condition {
            Condition::Formula(_) => continue,
            _ => said(hypothesis),
        };
        let here = |(name, relation)| {
            let condition = Condition::Formula(Box::new(Formula::Relation(relation)));
            Hypothesis { name, text: hypothesis.text.clone(), condition }
        };
        let mut claim = scene.claim.clone();
        let new: Vec<Hypothesis> = facts.into_iter().map(here).collect();
        claim.hypotheses.splice(i..=i, new);
        let valid = (!leaves_x(scene, &scene.proof.steps, hypothesis))
            .then(|| "it is used at x only".to_owned())
            .or_else(|| scene.unused(&hypothesis.name));
        let what = hypothesis.name.clone();
        let case = Case::new("here in the place of everywhere", what, claim, scene.proof.clone());
        all.push(case.valid(valid));
    }
    all
}

/// Whether a step may need the hypothesis at another point, or as a class.
fn leaves_x(scene: &Scene<'_>, steps: &[Step], hypothesis: &Hypothesis) -> bool {
    let class = match &hypothesis.condition {
        Condition::Class(class, _) => Some(*class),
        _ => None,
    };
    let own: Vec<String> = said(hypothesis).into_iter().map(|(name, _)| name).collect();
    // A lemma that assumes the class, or something for every x.
    let lemma = |name| {
        let Some(proved) = scene.library.get(name) else { return true };
        proved.claim().hypotheses.iter().any(|theirs| match &theirs.condition {
            Condition::Class(theirs, _) => Some(*theirs) == class,
            Condition::Everywhere(_) => class.is_none(),
            Condition::Formula(_) => false,
        })
    };
    steps.iter().any(|step| match &step.rule {
        Rule::Axiom(name, _) => {
            let axiom = Axiom::named(name).unwrap();
            axiom.needs.iter().any(|(needed, _)| Some(*needed) == class)
        }
        // What is derived may rest on it as well.
        Rule::At(fact, _) => own.contains(fact) || steps.iter().any(|step| step.name == *fact),
        Rule::Use(name, _) => lemma(name),
        Rule::Unroll(unrolling) => lemma(&unrolling.statement),
        Rule::Induction(_) => true,
        Rule::Certificate(_) | Rule::Pairs(..) | Rule::Average(_) => false,
    })
}

/// Hypotheses that contradict each other prove anything: the verdict says that no instance is known.
fn contradictory(scene: &Scene<'_>) -> Vec<Case> {
    let gamma = || quantity(Quantity::Gamma);
    let lambda = || quantity(Quantity::Lambda);
    let relation = |lhs, rhs| Relation { lhs, sign: Sign::AtMost, rhs };
    let contradictions = [
        (
            "gamma <= 0",
            relation(gamma(), number(0, 1)),
            over(slack("contra", Shape::Scalar), gamma()),
        ),
        (
            "lambda + 1 <= lambda",
            relation(lambda().plus(number(1, 1)), lambda()),
            slack("contra", Shape::Scalar),
        ),
    ];
    let mut all = Vec::new();
    for (what, contradiction, certificate) in contradictions {
        let mut claim = scene.claim.clone();
        let condition = Condition::Formula(Box::new(Formula::Relation(contradiction)));
        claim.hypotheses.push(Hypothesis { name: "contra".into(), text: what.into(), condition });
        claim.formula = Formula::Relation(relation(number(1, 1), number(0, 1)));
        claim.almost_surely = false;
        let proof = Proof { steps: Vec::new(), certificates: vec![certificate] };
        let case = Case::new("hypotheses that contradict each other", what.into(), claim, proof);
        all.push(Case { vacuous: true, ..case });
    }
    all
}
