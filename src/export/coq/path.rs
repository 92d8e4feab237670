//! Certificates about a path: a one-step bound that is unrolled, and an induction.

use super::certificate::{Certificate, Draft, Parameter, Source};
use super::names;
use super::render::Unsupported;
use crate::claim::expr::{Expr, Formula, Node, Relation, Sign};
use crate::claim::proof::{Induction, Proof, StatementName, Step, Unrolling};
use crate::claim::theorem::Claim;
use crate::claim::vocabulary::{MOTIONS, Process, Quantity};
use crate::scalar::{Rational, Scalar as _};
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// What a quantity is along a path, where `x` is any point.
pub(super) fn text(quantity: Quantity) -> Option<String> {
    Some(match quantity {
        Quantity::XNext => "(next x)".into(),
        Quantity::XCompressed => "(compressed x)".into(),
        Quantity::Gap => "(gap_of x)".into(),
        Quantity::GapNext => "(gap_next x)".into(),
        Quantity::StartGap => "(gap_of x_0)".into(),
        Quantity::Sgd | Quantity::SgdNext | Quantity::SgdT | Quantity::Sgd0 => return None,
        _ => names::quantity(quantity),
    })
}

/// Whether the quantity is a function of the point or of the path, and no variable.
pub(super) fn follows(quantity: Quantity) -> bool {
    MOTIONS.iter().any(|motion| {
        let moving = [motion.now, motion.next, motion.after, motion.start];
        let follows = moving.contains(&quantity) || motion.compressed == Some(quantity);
        follows && quantity != Quantity::Start
    })
}

/// The step and what follows from it, as variables and abbreviations.
pub(super) fn open(
    draft: &Draft<'_>,
    text: &mut String,
    parameters: &mut Vec<Parameter>,
) -> Result<(), Unsupported> {
    let uses = |quantity| draft.quantities.contains(&quantity);
    let compresses = draft.claim.process.compresses();
    let (law, outcome) =
        if compresses { ("(product law coin_law)", "sample * coin") } else { ("law", "sample") };
    let _ = writeln!(text, "Variable step : V -> {outcome} -> V.");
    parameters.push(Parameter::StepFunction);
    let gaps = [Quantity::Gap, Quantity::GapNext, Quantity::GapT, Quantity::StartGap];
    let gaps = gaps.into_iter().any(uses);
    if gaps {
        text.push_str(
            "Variable gap_of : V -> R.\nHypothesis gap_of_sign : forall x, 0 <= gap_of x.\n",
        );
        parameters.extend([Parameter::GapFunction, Parameter::GapSign]);
    }
    if compresses && (uses(Quantity::XNext) || uses(Quantity::GapNext)) {
        return Err(Unsupported("the point before the compressor, along a path".into()));
    }
    let _ = writeln!(text, "Local Notation path_law := (paths {law} t).");
    text.push_str("Local Notation path_const v := (cst (D := path_law) v).\n");
    text.push_str(if compresses {
        "Local Notation compressed x := ((fun w z => step x (w, z)) : RV law (RV coin_law V)).\n"
    } else {
        "Local Notation next x := (step x : RV law V).\n"
    });
    text.push_str("Local Notation x_t := (run step x_0 : RV path_law V).\n");
    if gaps {
        text.push_str("Local Notation gap_next x := ((fun w => gap_of (step x w)) : rs sample).\n");
        let _ = writeln!(
            text,
            "Local Notation gap_t := ((fun p => gap_of (run step x_0 p)) : rs (list ({outcome})))."
        );
    }
    Ok(())
}

/// The lemma that unrolls a one-step bound, which becomes a hypothesis for every x.
pub(super) fn unrolled(
    draft: &mut Draft<'_>,
    step: &Step,
    unrolling: &Unrolling,
    find: &dyn Fn(&StatementName) -> Option<Claim>,
) -> Result<String, Unsupported> {
    let Unrolling { statement, potential, contraction, noise } = unrolling;
    let Some(Claim { formula: Formula::Relation(one_step), .. }) = find(statement) else {
        return Err(Unsupported(format!("{statement} is no bound")));
    };
    let every = format!("every-{}", step.name);
    draft.quantities.extend([Quantity::Horizon, Quantity::Start]);
    for expr in [potential, contraction, noise] {
        draft.read(expr);
    }
    draft.read_relation(&step.claim);
    let known = draft.cited.clone();
    draft.give(&every, one_step.clone(), Source::EveryStep(statement.clone()));
    draft.facts.remove(&every);
    draft.cited = known;
    let renderer = draft.renderer();
    let (name, claim) = (names::fact(&step.name), renderer.relation(&step.claim)?);
    let (phi, r, n) =
        (renderer.value(potential)?, renderer.value(contraction)?, renderer.value(noise)?);
    let (low, high) = match step.claim.sign {
        Sign::AtMost => (&one_step.lhs, &step.claim.rhs),
        _ => return Err(Unsupported("a bound on a path is written with <=".into())),
    };
    let (low, high) = (renderer.value(low)?, renderer.value(high)?);
    let cites: String = draft.cited.iter().map(|fact| format!("cite {fact}. ")).collect();
    let (law, both) = if draft.claim.process.compresses() {
        ("(product law coin_law)", "unfold product; rewrite E_both. ")
    } else {
        ("law", "")
    };
    let each = names::fact(&every);
    Ok(format!(
        "Lemma {name} :\n  {claim}.\nProof.
  refine (unroll_to {law} step (fun x : V => {phi}) ({r}) ({n})
    ({high}) _ _ _ _ t x_0 _).
  - {cites}positive.
  - {cites}nonneg.
  - {cites}nonneg.
  - intro x. {both}{cites}
    change ({low}
      <= (1 - ({r})) * ({phi}) + ({n})).
    certificate (slack ({each} x)).
  - cbv beta. {cites}identity 0.
Qed.\n\n"
    ))
}

/// The two lemmas of an induction over an equality: at the start, and from a point to the next.
pub(super) fn induction(
    name: &StatementName,
    claim: &Claim,
    induction: &Induction,
    unused: &BTreeSet<&str>,
) -> Result<Certificate, Unsupported> {
    let mut draft = Draft::new(claim, false);
    let certificates = vec![induction.start.clone(), induction.next.clone()];
    draft.hypotheses(&Proof { steps: Vec::new(), certificates }, unused);
    let at = |time: fn(&crate::claim::vocabulary::Motion) -> Quantity| Relation {
        sign: Sign::Equal,
        ..induction.before.replaced(&|part: &Expr| match &part.node {
            Node::Quantity(own, _) => {
                let motion = MOTIONS.iter().find(|motion| motion.now == *own)?;
                let row = time(motion).entry();
                let node = Node::Quantity(time(motion), Vec::new());
                Some(Expr { node, shape: row.shape, scope: row.scope })
            }
            _ => None,
        })
    };
    let [start, next] =
        [at(|motion| motion.start), at(|motion| motion.next)].map(Formula::Relation);
    draft.read_formula(&start);
    draft.read_formula(&next);
    draft.read(&Process::twin()[1]);
    let theorem = names::part(&name.part);
    let renderer = draft.renderer();
    let mut body = draft.conclude(
        &renderer,
        &format!("{theorem}_start"),
        "Theorem",
        &start,
        std::slice::from_ref(&induction.start),
    )?;
    let source = Source::Rule(crate::claim::proof::Rule::Certificate(Expr::scalar(Node::Number(
        Rational::zero(),
    ))));
    draft.give("before", induction.before.clone(), source);
    body.push_str(&draft.lemmas(&induction.steps, &|_| None)?);
    let renderer = draft.renderer();
    let certificates = std::slice::from_ref(&induction.next);
    body.push_str(&draft.conclude(&renderer, &theorem, "Theorem", &next, certificates)?);
    let (mut text, parameters) = draft.section(name, &renderer)?;
    text.push_str(&body);
    text.push_str("End Certificate.\n");
    Ok(Certificate { parameters, text, theorem })
}
