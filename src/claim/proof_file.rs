//! The proof part of a theorem file, and the symbols that a file declares for it.

use super::dictionary::Dictionary;
use super::document::{RawKind, RawProof, RawScope, RawStep, RawSymbol};
use super::expr::{Expr, Formula, Known, Relation, Scope, Shape, Symbol, SymbolKind};
use super::file::{FileError, Reader};
use super::proof::{Induction, Proof, Rule, StatementName, Step, Unrolling};
use super::theorem::Claim;
use super::vocabulary::Law;
use std::sync::Arc;
use toml::Spanned;

impl RawProof {
    /// The texts of its formulas.
    pub(super) fn texts<'a>(&'a self, formulas: &mut Vec<&'a str>) {
        let certificates = self.certificate.iter().chain(&self.certificates);
        formulas.extend(certificates.map(|text| text.get_ref().as_str()));
        self.step.iter().for_each(|step| step.texts(formulas));
    }
}

impl RawStep {
    fn texts<'a>(&'a self, formulas: &mut Vec<&'a str>) {
        formulas.push(self.claim.get_ref());
        formulas.extend(self.certificate.iter().map(|text| text.get_ref().as_str()));
        formulas.extend(self.pairs.iter().flatten().map(|text| text.get_ref().as_str()));
        formulas.extend(self.average.iter().map(|text| text.get_ref().as_str()));
        formulas.extend(self.with.values().map(|text| text.get_ref().as_str()));
        if let Some(unroll) = &self.unroll {
            formulas.push(unroll.potential.get_ref());
            formulas.push(unroll.noise.get_ref());
            formulas.push(unroll.contraction.get_ref());
        }
        if let Some(induction) = &self.induction {
            formulas.push(induction.before.get_ref());
            formulas.push(induction.start.get_ref());
            formulas.push(induction.next.get_ref());
            induction.step.iter().for_each(|step| step.texts(formulas));
        }
    }
}

impl Reader<'_> {
    /// Declares a symbol of the file's own.
    pub(super) fn symbol(
        &self,
        raw: RawSymbol,
        dictionary: &mut Dictionary,
    ) -> Result<Arc<Symbol>, FileError> {
        let (scope, moves) = match raw.scope {
            RawScope::Fixed => (Scope::Fixed, false),
            RawScope::State => (Scope::State, true),
            RawScope::Random => (Scope::Random(Law::Step), true),
            RawScope::Noise => (Scope::Random(Law::Step), false),
            RawScope::Coin => (Scope::Random(Law::Coin), true),
            RawScope::Path => (Scope::Random(Law::Path), false),
            RawScope::Stationary => (Scope::Random(Law::Stationary), false),
        };
        if raw.motion.is_some() && scope != Scope::State {
            let cause = "only what depends on the state has a motion";
            return Err(self.at(raw.name.span().start, cause));
        }
        let kind = match raw.kind {
            RawKind::Positive => SymbolKind::Scalar(Known::Positive),
            RawKind::NonNegative => SymbolKind::Scalar(Known::NonNegative),
            RawKind::Real => SymbolKind::Scalar(Known::Real),
            RawKind::Vector => SymbolKind::Vector,
            RawKind::Map => SymbolKind::Map,
        };
        let (name, latex, meaning) = (raw.name.get_ref().clone(), raw.latex, raw.meaning);
        let symbol = Symbol { name, latex, kind, scope, moves, motion: raw.motion, meaning };
        dictionary
            .declare(symbol.clone())
            .map_err(|error| self.at(raw.name.span().start, error.cause))?;
        Ok(Arc::new(symbol))
    }

    /// Reads the proof of a claim.
    pub(super) fn proof(
        &self,
        raw: RawProof,
        claim: &Claim,
        dictionary: &Dictionary,
    ) -> Result<Proof, FileError> {
        let mut dictionary = dictionary.clone();
        for hypothesis in &claim.hypotheses {
            for (suffix, formula) in hypothesis.condition.says() {
                if let Formula::Relation(relation) = &formula {
                    let name = format!("{}{suffix}", hypothesis.name);
                    self.add_fact(&mut dictionary, &name, relation, 0)?;
                }
            }
        }
        let steps = self.steps(raw.step, &mut dictionary)?;
        let mut certificates = Vec::new();
        for text in raw.certificate.iter().chain(&raw.certificates) {
            certificates.push(self.expression(text, &dictionary)?);
        }
        Ok(Proof { steps, certificates })
    }

    fn steps(
        &self,
        raw: Vec<RawStep>,
        dictionary: &mut Dictionary,
    ) -> Result<Vec<Step>, FileError> {
        let mut steps = Vec::new();
        for step in raw {
            let claim = self.relation(&step.claim, dictionary)?;
            let name = step.name.get_ref().clone();
            let offset = step.name.span().start;
            let rule = self.rule(step, dictionary)?;
            self.add_fact(dictionary, &name, &claim, offset)?;
            steps.push(Step { name, claim, rule });
        }
        Ok(steps)
    }

    fn add_fact(
        &self,
        dictionary: &mut Dictionary,
        name: &str,
        relation: &Relation,
        offset: usize,
    ) -> Result<(), FileError> {
        let plain = |part: &str| {
            !part.is_empty() && part.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        };
        let leads = name.starts_with(|c: char| c.is_ascii_alphabetic());
        if !leads || !name.split('-').all(plain) || dictionary.fact(name).is_some() {
            let cause = format!("the name {name:?} of a fact is taken or not of the form a-b-c");
            return Err(self.at(offset, cause));
        }
        let slack = relation.slack();
        let scope = [relation.lhs.scope, relation.rhs.scope]
            .into_iter()
            .max_by_key(|scope| match scope {
                Scope::Fixed => 0,
                Scope::State => 1,
                Scope::Random(Law::Coin) => 3,
                Scope::Random(_) => 2,
            })
            .unwrap_or(Scope::Fixed);
        dictionary.add_fact(name, slack.shape, scope);
        Ok(())
    }

    fn expression(
        &self,
        text: &Spanned<String>,
        dictionary: &Dictionary,
    ) -> Result<Expr, FileError> {
        dictionary.expression(text.get_ref()).map_err(|error| self.formula(&error, text))
    }

    fn relation(
        &self,
        text: &Spanned<String>,
        dictionary: &Dictionary,
    ) -> Result<Relation, FileError> {
        let formula = dictionary.formula(text.get_ref());
        match formula.map_err(|error| self.formula(&error, text))? {
            Formula::Relation(relation) => Ok(relation),
            Formula::Equivalence(..) => {
                Err(self.at(text.span().start, "a step of a proof is one relation"))
            }
        }
    }

    fn name_of(&self, text: &Spanned<String>) -> Result<StatementName, FileError> {
        match text.get_ref().split_once('/') {
            Some((theorem, part)) => {
                Ok(StatementName { theorem: theorem.to_owned(), part: part.to_owned() })
            }
            None => {
                let cause = "a statement is named theorem/part";
                Err(self.at(text.span().start, cause))
            }
        }
    }

    fn rule(&self, raw: RawStep, dictionary: &Dictionary) -> Result<Rule, FileError> {
        let offset = raw.name.span().start;
        let at = raw.at.map(Spanned::into_inner);
        let mut rules = Vec::new();
        if let Some(text) = &raw.certificate {
            rules.push(Rule::Certificate(self.expression(text, dictionary)?));
        }
        let point_used = raw.axiom.is_some() || raw.fact.is_some();
        if let Some(axiom) = raw.axiom {
            rules.push(Rule::Axiom(axiom.into_inner(), at.clone()));
        }
        if let Some(fact) = raw.fact {
            let Some(point) = at.clone() else {
                let cause = "a fact is used at another point: say at = ...";
                return Err(self.at(fact.span().start, cause));
            };
            rules.push(Rule::At(fact.into_inner(), point));
        }
        let with_used = raw.used.is_some();
        if let Some(used) = &raw.used {
            let mut with = Vec::new();
            for (name, text) in &raw.with {
                with.push((name.clone(), self.expression(text, dictionary)?));
            }
            rules.push(Rule::Use(self.name_of(used)?, with));
        }
        if let Some(unroll) = &raw.unroll {
            let scalar = |text| {
                let expr = self.expression(text, dictionary)?;
                if expr.shape == Shape::Scalar {
                    return Ok(expr);
                }
                Err(self.at(text.span().start, "this must be a scalar"))
            };
            rules.push(Rule::Unroll(Box::new(Unrolling {
                statement: self.name_of(&unroll.statement)?,
                potential: scalar(&unroll.potential)?,
                contraction: scalar(&unroll.contraction)?,
                noise: scalar(&unroll.noise)?,
            })));
        }
        if let Some(induction) = raw.induction {
            let before = self.relation(&induction.before, dictionary)?;
            let start = self.expression(&induction.start, dictionary)?;
            let mut inside = dictionary.clone();
            self.add_fact(&mut inside, "before", &before, induction.before.span().start)?;
            let steps = self.steps(induction.step, &mut inside)?;
            let next = self.expression(&induction.next, &inside)?;
            rules.push(Rule::Induction(Box::new(Induction { before, steps, start, next })));
        }
        if let Some([u, v]) = &raw.pairs {
            let (u, v) = (self.expression(u, dictionary)?, self.expression(v, dictionary)?);
            rules.push(Rule::Pairs(u, v));
        }
        if let Some(text) = &raw.average {
            rules.push(Rule::Average(self.expression(text, dictionary)?));
        }
        if (at.is_some() && !point_used) || (!raw.with.is_empty() && !with_used) {
            return Err(self.at(offset, "at belongs to axiom and fact, and with to use"));
        }
        match <[Rule; 1]>::try_from(rules) {
            Ok([rule]) => Ok(rule),
            Err(rules) => {
                let cause = format!(
                    "a step has one of certificate, axiom, fact, use, unroll, induction, pairs and average, not {}",
                    rules.len()
                );
                Err(self.at(offset, cause))
            }
        }
    }
}
