//! Certificate files: a proof, term by term, from the tree that the kernel has checked.
//!
//! A file is one section. Its variables are symbols, their signs, and the facts that the proof
//! takes from elsewhere: each a [`Parameter`], in order, so that a statement can supply it. Then
//! comes a lemma for each certificate, and the claim.

use super::level::Level;
use super::names;
use super::path;
use super::render::{Cited, Renderer, Style, Unsupported};
use super::sampling;
use super::section::moves_along;
use crate::claim::expr::{Expr, Formula, Node, Relation, Shape, Sign, Symbol};
use crate::claim::proof::{Proof, Rule, StatementName, Step};
use crate::claim::theorem::{Claim, Condition};
use crate::claim::vocabulary::{Process, Quantity};
use crate::scalar::{Rational, Scalar as _};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::sync::Arc;

/// That two vectors are equal by themselves, whatever their space.
pub(super) const SAME: &str = "apply (by_vector_identity vzero); [let w := fresh in intro w; expand; close_identity | visibly_zero]";

/// What a statement must supply to use a certificate, in the order of the section's variables.
#[derive(Clone, Debug)]
pub(super) enum Parameter {
    /// A space, a type or a law, of the same name everywhere.
    Shared(&'static str),
    Quantity(Quantity),
    Indexed(Quantity),
    Symbol(Arc<Symbol>),
    /// The sign that the registry gives to a quantity.
    Sign(Quantity),
    SymbolSign(Arc<Symbol>),
    /// f(x) − f* as a function of x, for claims about a path.
    GapFunction,
    /// That it is not negative.
    GapSign,
    /// The step of the process, for claims about a path.
    StepFunction,
    Fact(Box<Given>),
}

/// A fact that the certificate takes from elsewhere.
#[derive(Clone, Debug)]
pub(super) struct Given {
    pub relation: Relation,
    pub source: Source,
}

/// Where a fact comes from.
#[derive(Clone, Debug)]
pub(super) enum Source {
    /// A hypothesis of the claim, by its place, with the suffix of what its class says.
    Hypothesis(usize, &'static str),
    Rule(Rule),
    /// A one-step statement, for every x.
    EveryStep(StatementName),
    /// What an induction assumes.
    Before,
}

/// A certificate file.
#[derive(Clone, Debug)]
pub(super) struct Certificate {
    pub parameters: Vec<Parameter>,
    pub text: String,
    /// The theorem that a statement applies.
    pub theorem: String,
    /// For an induction: its relation, and the certificate at the start.
    pub start: Option<Box<(Relation, Certificate)>>,
}

/// What has been proved and written before.
pub(super) struct Found<'a> {
    pub claim: &'a dyn Fn(&StatementName) -> Option<Claim>,
    pub certificates: &'a BTreeMap<StatementName, Certificate>,
}

/// What is collected before anything is printed.
pub(super) struct Draft<'a> {
    pub claim: &'a Claim,
    pub facts: BTreeMap<String, Cited>,
    pub given: Vec<(String, Given)>,
    /// Facts about numbers, on which signs may rest.
    pub cited: Vec<String>,
    pub quantities: BTreeSet<Quantity>,
    pub indexed: BTreeSet<Quantity>,
    pub symbols: BTreeMap<String, Arc<Symbol>>,
    pub samples: bool,
    /// Whether x is any point, and the step a function of it.
    pub along: bool,
    /// Every fact with what it says.
    pub known: Vec<(String, Relation)>,
    /// Every other expression that occurs.
    pub parts: Vec<Expr>,
    /// The certificate files that this one applies.
    pub requires: BTreeSet<String>,
}

/// The certificate of a proof. `unused` are hypotheses that the kernel did not use, and `at` the
/// claim of a statement that has been proved before.
pub(super) fn certificate(
    name: &StatementName,
    claim: &Claim,
    proof: &Proof,
    unused: &BTreeSet<&str>,
    found: &Found<'_>,
) -> Result<Certificate, Unsupported> {
    if let [step] = proof.steps.as_slice()
        && let Rule::Induction(induction) = &step.rule
    {
        return path::induction(name, claim, induction, unused);
    }
    let along = proof.steps.iter().any(|step| matches!(step.rule, Rule::Unroll(_)));
    let mut draft = Draft::new(claim, along);
    draft.hypotheses(proof, unused);
    let lemmas = draft.lemmas(&proof.steps, Some(found))?;
    draft.read_formula(&claim.formula);
    proof.certificates.iter().for_each(|certificate| draft.read(certificate));
    let renderer = draft.renderer();
    let theorem = names::part(&name.part);
    let mut body = lemmas;
    body.push_str(&draft.conclude(
        &renderer,
        &theorem,
        "Theorem",
        &claim.formula,
        &proof.certificates,
    )?);
    let (mut text, parameters) = draft.section(name, &renderer)?;
    text.push_str(&body);
    text.push_str("End Certificate.\n");
    Ok(Certificate { parameters, text, theorem, start: None })
}

impl<'a> Draft<'a> {
    pub fn new(claim: &'a Claim, along: bool) -> Self {
        Self {
            claim,
            facts: BTreeMap::new(),
            given: Vec::new(),
            cited: Vec::new(),
            quantities: BTreeSet::new(),
            indexed: BTreeSet::new(),
            symbols: BTreeMap::new(),
            samples: false,
            along,
            known: Vec::new(),
            parts: Vec::new(),
            requires: BTreeSet::new(),
        }
    }

    /// Whether the state is more than the point: the step is one of any kind.
    pub fn memory(&self) -> bool {
        self.along && self.claim.process == Process::Any
    }

    /// Takes the hypotheses: those that are formulas, and of what a class says the facts that the
    /// proof names.
    pub fn hypotheses(&mut self, proof: &Proof, unused: &BTreeSet<&str>) {
        let named = slacks(proof);
        let claim = self.claim;
        for (i, hypothesis) in claim.hypotheses.iter().enumerate() {
            for (suffix, formula) in hypothesis.condition.says() {
                let fact = format!("{}{suffix}", hypothesis.name);
                let formula_itself = !matches!(hypothesis.condition, Condition::Class(..));
                let used = !unused.contains(hypothesis.name.as_str()) && formula_itself;
                if let Formula::Relation(relation) = formula
                    && (named.contains(&fact) || (used && !(self.along && moves_along(&relation))))
                {
                    self.give(&fact, relation, Source::Hypothesis(i, suffix));
                }
            }
        }
    }

    /// Takes a fact from elsewhere.
    pub fn give(&mut self, fact: &str, relation: Relation, source: Source) {
        self.read_relation(&relation);
        self.know(fact, &relation);
        self.given.push((fact.to_owned(), Given { relation, source }));
    }

    /// Makes a fact known to the certificates that follow.
    pub fn know(&mut self, fact: &str, relation: &Relation) {
        let level = {
            let renderer = self.renderer();
            renderer.level(&relation.lhs).max(renderer.level(&relation.rhs))
        };
        let (sign, shape) = (relation.sign, relation.lhs.shape);
        let name = names::fact(fact);
        // A sign may rest on what is said about numbers, and not on bounds of moments.
        let about_numbers = |side: &Expr| {
            let mut moments = false;
            side.walk(&mut |part| moments |= part.shape == Shape::Vector);
            !moments
        };
        let strict = matches!(sign, Sign::Less | Sign::Greater | Sign::NotEqual);
        let numbers = about_numbers(&relation.lhs) && about_numbers(&relation.rhs);
        if shape == Shape::Scalar
            && level == Level::Value
            && sign != Sign::Equal
            && (strict || numbers)
        {
            self.cited.push(name.clone());
        }
        self.facts.insert(fact.to_owned(), Cited { name, sign, level, shape });
        self.known.push((fact.to_owned(), relation.clone()));
    }

    /// Reads the steps: what they take from elsewhere, and a lemma for each certificate.
    pub fn lemmas(
        &mut self,
        steps: &[Step],
        found: Option<&Found<'_>>,
    ) -> Result<String, Unsupported> {
        let alone = || Unsupported("an induction step uses a statement".into());
        let mut text = String::new();
        for step in steps {
            match &step.rule {
                Rule::Certificate(certificate) => {
                    self.read_relation(&step.claim);
                    self.read(certificate);
                    let formula = Formula::Relation(step.claim.clone());
                    let certificates = std::slice::from_ref(certificate);
                    let name = names::fact(&step.name);
                    let renderer = self.renderer();
                    text.push_str(&self.conclude(
                        &renderer,
                        &name,
                        "Lemma",
                        &formula,
                        certificates,
                    )?);
                    self.know(&step.name, &step.claim);
                }
                Rule::Unroll(unrolling) => {
                    let found = found.ok_or_else(alone)?;
                    text.push_str(&path::unrolled(self, step, unrolling, found)?);
                    self.know(&step.name, &step.claim);
                }
                Rule::Induction(_) => {
                    return Err(Unsupported("an induction among other steps".into()));
                }
                Rule::Use(name, with) if with.is_empty() => {
                    text.push_str(&self.used(step, name, found.ok_or_else(alone)?)?);
                }
                Rule::Use(name, with) => {
                    let found = found.ok_or_else(alone)?;
                    text.push_str(&self.instantiated(step, name, with, found)?);
                }
                Rule::Pairs(u, v) => {
                    let rule = sampling::pairs(&self.renderer(), self.claim, u, v)?;
                    text.push_str(&self.spelled(step, rule)?);
                }
                Rule::Average(u) => {
                    let rule = sampling::average(&self.renderer(), u)?;
                    text.push_str(&self.spelled(step, rule)?);
                }
                rule => self.give(&step.name, step.claim.clone(), Source::Rule(rule.clone())),
            }
        }
        Ok(text)
    }

    /// Notes what occurs in an expression.
    pub fn read(&mut self, expr: &Expr) {
        self.parts.push(expr.clone());
        expr.walk(&mut |part| match &part.node {
            Node::Quantity(quantity, _) => {
                let new = self.quantities.insert(*quantity);
                let [sgd_next, sgd_start] = Process::twin();
                // Along a path the step is a function, and what it is made of does not matter.
                match quantity {
                    _ if !new || self.along => {}
                    Quantity::XNext => self.read(&self.claim.process.step()),
                    Quantity::SgdNext => self.read(&sgd_next),
                    Quantity::Sgd0 => self.read(&sgd_start),
                    _ => {}
                }
            }
            Node::Power(_, crate::claim::expr::Exponent::Symbol(quantity)) => {
                self.quantities.insert(*quantity);
            }
            Node::Indexed(quantity) => {
                self.indexed.insert(*quantity);
            }
            Node::Symbol(symbol) | Node::Apply(symbol, _) => {
                self.symbols.insert(symbol.name.clone(), Arc::clone(symbol));
            }
            Node::Sum(_) => {
                self.samples = true;
                self.quantities.insert(Quantity::Samples);
            }
            _ => {}
        });
    }

    pub fn read_relation(&mut self, relation: &Relation) {
        self.read(&relation.lhs);
        self.read(&relation.rhs);
    }

    pub fn read_formula(&mut self, formula: &Formula) {
        formula.relations().into_iter().for_each(|own| self.read_relation(own));
    }

    pub fn renderer(&self) -> Renderer<'static> {
        Renderer {
            style: Style::Combinators,
            text: if self.memory() {
                &path::memory_text
            } else if self.along {
                &path::text
            } else {
                &|quantity| Some(names::quantity(quantity))
            },
            defined: &names::Expanded,
            facts: self.facts.clone(),
            path_law: "path_law",
            here: "x",
            symbols: if self.memory() { path::symbols(self.claim) } else { BTreeMap::new() },
        }
    }

    /// A lemma or theorem with its proof by certificates, one for each case.
    pub fn conclude(
        &self,
        renderer: &Renderer<'_>,
        name: &str,
        keyword: &str,
        formula: &Formula,
        certificates: &[Expr],
    ) -> Result<String, Unsupported> {
        let mut claim = Vec::new();
        for relation in formula.relations() {
            claim.push(renderer.relation(relation)?);
        }
        let mut text = format!("{keyword} {name} :\n  {}.\nProof.\n", claim.join("\n  <-> "));
        for fact in &self.cited {
            let _ = writeln!(text, "  cite {fact}.");
        }
        match (formula, certificates) {
            (Formula::Equivalence(..), [factor]) => {
                let _ = writeln!(text, "  equivalence ({}).", renderer.value(factor)?);
            }
            (Formula::Relation(relation), _) => {
                let tactics = certificates
                    .iter()
                    .map(|certificate| self.tactic(renderer, relation, certificate))
                    .collect::<Result<Vec<_>, _>>()?;
                text.push_str(&super::cases::proof(relation, &tactics)?);
            }
            _ => return Err(Unsupported("an equivalence has one certificate".into())),
        }
        text.push_str("Qed.\n\n");
        Ok(text)
    }

    /// The tactic that shows a relation by a certificate.
    pub fn tactic(
        &self,
        renderer: &Renderer<'_>,
        relation: &Relation,
        certificate: &Expr,
    ) -> Result<String, Unsupported> {
        let level = renderer.level(&relation.lhs).max(renderer.level(&relation.rhs));
        if relation.lhs.shape == Shape::Vector {
            return match relation.sign {
                // Nothing, of either space.
                Sign::Equal if is_zero(certificate) => Ok(SAME.into()),
                Sign::Equal => {
                    Ok(format!("vector_identity ({})%vec", renderer.raised_to(certificate, level)?))
                }
                _ => Err(Unsupported("vectors that differ".into())),
            };
        }
        if level != Level::Value {
            return match (relation.sign, level) {
                (Sign::AtMost | Sign::AtLeast, Level::Random(_)) => {
                    Ok(format!("everywhere ({})%rs", renderer.raised_to(certificate, level)?))
                }
                _ => Err(Unsupported("a certificate of a claim at every outcome".into())),
            };
        }
        let tactic = match relation.sign {
            Sign::AtMost | Sign::AtLeast => "certificate",
            Sign::Less | Sign::Greater => "strictly",
            Sign::Equal => "identity",
            Sign::NotEqual => "apart",
        };
        Ok(format!("{tactic} ({})", renderer.value(certificate)?))
    }
}

/// A number of vectors: none.
fn is_zero(certificate: &Expr) -> bool {
    matches!(&certificate.node, Node::Multiply(a, _)
        if matches!(&a.node, Node::Number(k) if *k == Rational::zero()))
}

/// The facts that a proof names, at any depth.
fn slacks(proof: &Proof) -> BTreeSet<String> {
    let mut named = BTreeSet::new();
    let mut note = |expr: &Expr| {
        expr.walk(&mut |part| {
            if let Node::Slack(name) = &part.node {
                named.insert(name.clone());
            }
        });
    };
    proof.certificates.iter().for_each(&mut note);
    for step in &proof.steps {
        match &step.rule {
            Rule::Certificate(certificate) => note(certificate),
            Rule::Induction(induction) => {
                note(&induction.start);
                note(&induction.next);
            }
            Rule::Unroll(unrolling) => {
                [&unrolling.potential, &unrolling.contraction, &unrolling.noise]
                    .into_iter()
                    .for_each(&mut note)
            }
            _ => {}
        }
    }
    named
}
