//! Statement files: a theorem in textbook form.
//!
//! A file is one section: the problem and its constants, definitions, the hypotheses as a record,
//! and the claim for every point or every path. The proof supplies each parameter of the
//! certificate by a term ([`supply`](super::supply)); Coq accepts it by conversion. Then follows a
//! problem on the line that satisfies the hypotheses, so that they do not contradict each other.

use super::certificate::{Certificate, Parameter};
use super::names;
use super::problem::{Variable, compressed_text, state_text, text, twin_text};
use super::render::{Renderer, Style, Unsupported};
use super::sampling::SAMPLED;
use super::spaces::responses;
use super::supply::Field;
use super::symbols::{has_state, texts};
use crate::claim::expr::{Expr, Formula, Node, Relation, Scope, Shape, depends_on_point};
use crate::claim::proof::StatementName;
use crate::claim::theorem::{Claim, Condition, Theorem};
use crate::claim::vocabulary::{Law, Process, Quantity};
use std::collections::{BTreeMap, BTreeSet};

/// A statement file, with what a later one needs to use it.
#[derive(Clone, Debug)]
pub(super) struct Statement {
    pub text: String,
    /// Names and types of the section's variables, with their values on the line.
    pub variables: Vec<Variable>,
    /// The variables that the hypotheses are about.
    pub about: Vec<String>,
    pub fields: Vec<Field>,
    pub satisfiable: bool,
    /// Whether the file shows that there is an instance: there is none to show without hypotheses.
    pub instance: bool,
}

/// What is known while a statement is written.
pub(super) struct Draft<'a> {
    pub name: &'a StatementName,
    pub claim: &'a Claim,
    pub done: &'a BTreeMap<StatementName, Statement>,
    pub quantities: BTreeSet<Quantity>,
    /// Whether single samples are spoken of.
    pub samples: bool,
    pub definitions: Vec<(String, String)>,
    pub fields: Vec<Field>,
    /// Whether a space of one point is a case by itself.
    pub splits: bool,
    /// Steps of the proof before the certificate is applied.
    pub script: String,
    /// What the symbols of the file are on an instance.
    pub values: BTreeMap<String, String>,
    /// The symbols that live in the space of responses.
    pub responses: BTreeSet<String>,
    /// Whether the claim is shown at each outcome by itself.
    pub pointwise: bool,
}

/// The statement of a proof whose certificate is at hand.
pub(super) fn statement(
    name: &StatementName,
    theorem: &Theorem,
    own: &crate::claim::theorem::Statement,
    certificate: &Certificate,
    done: &BTreeMap<StatementName, Statement>,
) -> Result<Statement, Unsupported> {
    let claim = &own.claim;
    let stored = own.satisfied.as_ref().or(own.examples.first());
    let shared = |name: &str| {
        certificate.parameters.iter().any(|p| matches!(p, Parameter::Shared(own) if *own == name))
    };
    let relations: Vec<(String, Relation)> = if shared("W") {
        let said = claim.hypotheses.iter().flat_map(|hypothesis| hypothesis.condition.says());
        let formulas = said.map(|(_, formula)| formula).chain([claim.formula.clone()]);
        formulas
            .flat_map(|formula| formula.relations().into_iter().cloned().collect::<Vec<_>>())
            .enumerate()
            .map(|(i, relation)| (i.to_string(), relation))
            .collect()
    } else {
        Vec::new()
    };
    let mut draft = Draft {
        name,
        claim,
        done,
        quantities: BTreeSet::new(),
        samples: false,
        definitions: Vec::new(),
        fields: Vec::new(),
        splits: false,
        script: String::new(),
        values: stored.map(|stored| stored.symbols.clone()).unwrap_or_default(),
        responses: responses(&relations, &[]),
        pointwise: false,
    };
    draft.pointwise = certificate.start.is_some() || draft.is_pointwise();
    draft.read(certificate);
    let uses = |quantity: &Quantity| draft.quantities.contains(quantity);
    let moving = [
        Quantity::XNext,
        Quantity::XCompressed,
        Quantity::GapNext,
        Quantity::XT,
        Quantity::GapT,
        Quantity::XInf,
    ];
    let steps = moving.iter().any(uses)
        || certificate.parameters.iter().any(|p| matches!(p, Parameter::StepFunction));
    if draft.samples {
        let sampled = SAMPLED.iter().map(|(name, text)| ((*name).into(), (*text).into()));
        draft.definitions.extend(sampled);
    }
    draft.definitions.push((
        "full_grad".into(),
        "Definition full_grad (x : V) : V := EV law (fun w => g w x).".into(),
    ));
    if steps && claim.process != Process::Any {
        let body = draft.renderer().vector(&claim.process.step())?;
        if claim.process.compresses() {
            let text = format!("Definition uncompressed (x : V) (w : sample) : V := {body}.");
            draft.definitions.push(("uncompressed".into(), text));
            let text = "Definition step (x : V) (d : sample * coin) : V := compress (snd d) (uncompressed x (fst d)).";
            draft.definitions.push(("step".into(), text.into()));
        } else {
            let text = format!("Definition step (x : V) (w : sample) : V := {body}.");
            draft.definitions.push(("step".into(), text));
        }
    }
    if certificate.start.is_some() {
        draft.define_twin()?;
    }
    draft.define_stationary()?;
    for formula in draft.formulas() {
        for relation in formula.relations() {
            draft.define(&relation.lhs, &theorem.dictionary);
            draft.define(&relation.rhs, &theorem.dictionary);
        }
    }
    draft.assume()?;
    let last = draft.apply(certificate)?;
    draft.write(&theorem.title, &last)
}

impl Draft<'_> {
    pub fn renderer(&self) -> Renderer<'_> {
        let compresses = self.claim.process.compresses();
        let state = has_state(self.claim);
        let twin = self.quantities.contains(&Quantity::SgdT);
        Renderer {
            style: Style::Pointwise,
            text: match () {
                () if compresses => &compressed_text,
                () if state => &state_text,
                () if twin => &twin_text,
                () => &text,
            },
            here: if state { "(position s)" } else { "x" },
            symbols: texts(self.claim),
            defined: self,
            facts: BTreeMap::new(),
            path_law: if compresses { "(paths (product law coin_law) t)" } else { "(paths law t)" },
        }
    }

    /// The variable for the current state, and what it is of.
    pub fn here(&self) -> (&'static str, &'static str) {
        if has_state(self.claim) { ("s", "state") } else { ("x", "V") }
    }

    /// Whether the claim is about one outcome of a step, and nothing in it is a mean.
    fn is_pointwise(&self) -> bool {
        let mut means = false;
        for formula in self.formulas() {
            for relation in formula.relations() {
                for side in [&relation.lhs, &relation.rhs] {
                    side.walk(&mut |part| means |= matches!(part.node, Node::Expectation(..)));
                }
            }
        }
        self.claim.formula.almost_sure_law() == Some(Law::Step) && !means
    }

    /// The proof term: the certificate, applied to a term for each parameter.
    fn apply(&mut self, certificate: &Certificate) -> Result<String, Unsupported> {
        let module = names::module(self.name);
        let mut terms = Vec::new();
        for parameter in &certificate.parameters {
            terms.push(self.supply(parameter)?);
        }
        let term = format!("{module}_cert.{}\n    {}", certificate.theorem, terms.join("\n    "));
        if let Some(start) = &certificate.start {
            return self.induct(&start.0, &term, &start.1);
        }
        let scalar = |r: &&Relation| r.lhs.shape == Shape::Scalar;
        Ok(match self.pointwise {
            false => format!("exact ({term})"),
            true if self.claim.formula.relations().iter().all(scalar) => {
                format!("exact ({term} w)")
            }
            true => format!("exact (at_point w _ _ ({term}))"),
        })
    }

    pub fn formulas(&self) -> Vec<Formula> {
        let mut formulas = vec![self.claim.formula.clone()];
        for hypothesis in &self.claim.hypotheses {
            match &hypothesis.condition {
                Condition::Formula(formula) | Condition::Everywhere(formula) => {
                    formulas.push((**formula).clone());
                }
                Condition::Class(_, Some(constant)) => {
                    formulas.push(Formula::Relation(Relation {
                        lhs: constant.clone(),
                        sign: crate::claim::expr::Sign::Equal,
                        rhs: constant.clone(),
                    }));
                }
                Condition::Class(_, None) => {}
            }
        }
        formulas
    }

    /// Notes which quantities occur.
    fn read(&mut self, certificate: &Certificate) {
        for formula in self.formulas() {
            for relation in formula.relations() {
                self.note(&relation.lhs);
                self.note(&relation.rhs);
            }
        }
        for parameter in &certificate.parameters {
            match parameter {
                Parameter::Quantity(quantity) => {
                    self.quantities.insert(*quantity);
                }
                Parameter::Indexed(_) | Parameter::Shared("each") => self.samples = true,
                Parameter::Fact(given) => {
                    let relation = given.relation.clone();
                    self.note(&relation.lhs);
                    self.note(&relation.rhs);
                }
                _ => {}
            }
        }
        let quantities = self.quantities.clone();
        let has = |quantity| quantities.contains(&quantity);
        if has(Quantity::XNext)
            || has(Quantity::XCompressed)
            || has(Quantity::GapNext)
            || has(Quantity::XT)
            || has(Quantity::GapT)
            || has(Quantity::XInf)
        {
            self.quantities.extend([Quantity::Gamma, Quantity::Lambda]);
        }
        if has(Quantity::XLambda)
            || has(Quantity::GradLambda)
            || has(Quantity::GapTilted)
            || has(Quantity::GapLambda)
        {
            self.quantities.extend([Quantity::Lambda, Quantity::XLambda]);
        }
        if has(Quantity::GradTeacher) || has(Quantity::TeacherGap) {
            self.quantities.insert(Quantity::Teacher);
        }
        let teacher = crate::claim::vocabulary::Class::TeacherGradient;
        if self.claim.assumes(teacher)
            || self.claim.assumes(crate::claim::vocabulary::Class::HasTeacher)
        {
            self.quantities.insert(Quantity::Teacher);
        }
        if self.claim.assumes(crate::claim::vocabulary::Class::ConvexSamples) {
            self.samples = true;
            self.quantities.insert(Quantity::LMax);
        }
        self.samples |= has(Quantity::Samples) || has(Quantity::Batch);
        if self.samples {
            self.quantities.extend([Quantity::Samples, Quantity::Batch]);
        }
    }

    fn note(&mut self, expr: &Expr) {
        expr.walk(&mut |part| match &part.node {
            Node::Quantity(quantity, _)
            | Node::Power(_, crate::claim::expr::Exponent::Symbol(quantity)) => {
                self.quantities.insert(*quantity);
            }
            Node::Sum(_) | Node::Indexed(_) => self.samples = true,
            _ => {}
        });
    }
}

/// Whether an expression depends on the point.
pub(super) fn moves(expr: &Expr) -> bool {
    let mut found = false;
    expr.walk(&mut |part| {
        found |= match &part.node {
            Node::Quantity(quantity, _) | Node::Indexed(quantity) => depends_on_point(*quantity),
            Node::Symbol(symbol) | Node::Apply(symbol, _) => {
                symbol.moves || symbol.scope == Scope::State
            }
            _ => false,
        };
    });
    found
}
