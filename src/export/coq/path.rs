//! Certificates about a path: a one-step bound that is unrolled, and an induction.

use super::certificate::{Certificate, Draft, Found, Parameter, Source};
use super::names;
use super::render::Unsupported;
use crate::claim::expr::{Expr, Formula, Node, Relation, Scope, Sign, Symbol, SymbolKind};
use crate::claim::proof::{Induction, Proof, StatementName, Step, Unrolling};
use crate::claim::theorem::Claim;
use crate::claim::vocabulary::{MOTIONS, Quantity};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::sync::Arc;

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

/// The same where the state is more than the point: x is the position of any state.
pub(super) fn memory_text(quantity: Quantity) -> Option<String> {
    Some(match quantity {
        Quantity::X => "(position s)".into(),
        Quantity::XNext => "((fun w => position (step s w)) : RV law V)".into(),
        Quantity::XT => "((fun p => position (run step s_0 p)) : RV path_law V)".into(),
        Quantity::Start => "(position s_0)".into(),
        _ if follows(quantity) => return None,
        _ => names::quantity(quantity),
    })
}

/// How a symbol of a file behaves along a path.
pub(super) enum Followed {
    No,
    /// It is a function of the state.
    State,
    /// It is such a function at another time.
    Derived,
}

pub(super) fn followed(draft: &Draft<'_>, symbol: &Symbol) -> Result<Followed, Unsupported> {
    if !draft.memory() {
        return Ok(Followed::No);
    }
    let later = |own: &Arc<Symbol>| own.motion.as_ref().is_some_and(|m| m.contains(&symbol.name));
    if draft.claim.symbols.iter().any(later) {
        return Ok(Followed::Derived);
    }
    match symbol.scope {
        Scope::Fixed => Ok(Followed::No),
        Scope::State => Ok(Followed::State),
        Scope::Random(_) => Err(Unsupported(format!("{} along a path", symbol.name))),
    }
}

/// The symbols of a file along a path: functions of the state, at each time.
pub(super) fn symbols(claim: &Claim) -> BTreeMap<String, String> {
    let mut texts = BTreeMap::new();
    for symbol in claim.symbols.iter().filter(|symbol| symbol.scope == Scope::State) {
        let name = names::symbol(&symbol.name);
        let vector = symbol.kind == SymbolKind::Vector;
        let random = |law, outcome| {
            if vector { format!("RV {law} V") } else { format!("rs {outcome}") }
        };
        texts.insert(symbol.name.clone(), format!("({name} s)"));
        if let Some([next, after, start]) = &symbol.motion {
            let (step, path) = (random("law", "sample"), random("path_law", "(list sample)"));
            texts.insert(next.clone(), format!("((fun w => {name} (step s w)) : {step})"));
            texts.insert(after.clone(), format!("((fun p => {name} (run step s_0 p)) : {path})"));
            texts.insert(start.clone(), format!("({name} s_0)"));
        }
    }
    texts
}

/// Whether the quantity is a function of the point or of the path, and no variable.
pub(super) fn follows(quantity: Quantity) -> bool {
    MOTIONS.iter().any(|motion| {
        let moving = [motion.now, motion.next, motion.after, motion.start];
        let follows = moving.contains(&quantity) || motion.compressed == Some(quantity);
        follows && quantity != Quantity::Start
    })
}

/// The state, of which the point and the symbols are functions.
pub(super) fn open_state(text: &mut String, parameters: &mut Vec<Parameter>) {
    text.push_str("Variables (state : Type) (position : state -> V).\nVariable step : state -> sample -> state.\nVariable s_0 : state.\n");
    let [state, position, start] = ["state", "position", "s_0"].map(Parameter::Shared);
    parameters.extend([state, position, Parameter::StepFunction, start]);
}

/// The step and what follows from it, as variables and abbreviations.
pub(super) fn open(
    draft: &Draft<'_>,
    text: &mut String,
    parameters: &mut Vec<Parameter>,
) -> Result<(), Unsupported> {
    if draft.memory() {
        text.push_str("Local Notation path_law := (paths law t).\nLocal Notation path_const v := (cst (D := path_law) v).\n");
        return Ok(());
    }
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
    found: &Found<'_>,
) -> Result<String, Unsupported> {
    let Unrolling { statement, potential, contraction, noise } = unrolling;
    let Some(Claim { formula: Formula::Relation(one_step), .. }) = (found.claim)(statement) else {
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
    let (variable, kind, start) =
        if draft.memory() { ("s", "state", "s_0") } else { ("x", "V", "x_0") };
    Ok(format!(
        "Lemma {name} :\n  {claim}.\nProof.
  refine (unroll_to {law} step (fun {variable} : {kind} => {phi}) ({r}) ({n})
    ({high}) _ _ _ _ t {start} _).
  - {cites}positive.
  - {cites}nonneg.
  - {cites}nonneg.
  - intro {variable}. {both}{cites}
    change ({low}
      <= (1 - ({r})) * ({phi}) + ({n})).
    certificate (slack ({each} {variable})).
  - cbv beta. {cites}identity 0.
Qed.\n\n"
    ))
}

/// The certificates of an induction over an equality: from a point to the next, and at the start.
pub(super) fn induction(
    name: &StatementName,
    claim: &Claim,
    induction: &Induction,
    unused: &BTreeSet<&str>,
) -> Result<Certificate, Unsupported> {
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
    let one = |theorem: String, relation: Relation, certificate: &Expr, steps: Option<&[Step]>| {
        let mut draft = Draft::new(claim, false);
        let certificates = vec![certificate.clone()];
        draft.hypotheses(&Proof { steps: Vec::new(), certificates }, unused);
        let formula = Formula::Relation(relation);
        draft.read_formula(&formula);
        let mut body = String::new();
        if let Some(steps) = steps {
            draft.give("before", induction.before.clone(), Source::Before);
            body = draft.lemmas(steps, None)?;
        }
        draft.read(certificate);
        let renderer = draft.renderer();
        let certificates = std::slice::from_ref(certificate);
        body.push_str(&draft.conclude(&renderer, &theorem, "Theorem", &formula, certificates)?);
        let (mut text, parameters) = draft.section(name, &renderer)?;
        text.push_str(&body);
        text.push_str("End Certificate.\n");
        Ok::<_, Unsupported>(Certificate { parameters, text, theorem, start: None })
    };
    let theorem = names::part(&name.part);
    let (start, next) = (at(|motion| motion.start), at(|motion| motion.next));
    let steps = Some(induction.steps.as_slice());
    let start = one(format!("{theorem}_start"), start, &induction.start, None)?;
    let mut certificate = one(theorem, next, &induction.next, steps)?;
    let (_, section) = start.text.split_once("\n\n").unwrap_or_default();
    certificate.text = format!("{}\n{section}", certificate.text);
    certificate.start = Some(Box::new((induction.before.clone(), start)));
    Ok(certificate)
}
