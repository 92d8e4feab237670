//! The use of a proved statement. As it stands, it is a hypothesis of the certificate, and the
//! statement supplies it. With other expressions for its symbols its certificate is applied to them,
//! and each of its hypotheses is a fact here, or is seen.

use super::certificate::{Draft, Found, Given, Parameter, SAME, Source};
use super::level::Level;
use super::names;
use super::render::{Renderer, Unsupported};
use crate::claim::expr::{Expr, Formula, Known, Node, Relation, Shape, Sign, SymbolKind};
use crate::claim::proof::{StatementName, Step};
use crate::claim::theorem::Claim;
use crate::claim::vocabulary::Quantity;
use std::fmt::Write as _;

type With = [(String, Expr)];

fn value<'w>(with: &'w With, name: &str) -> Option<&'w Expr> {
    with.iter().find(|(own, _)| own == name).map(|(_, value)| value)
}

fn replaced(relation: &Relation, with: &With) -> Relation {
    relation.replaced(&|part| match &part.node {
        Node::Quantity(quantity, arguments) if arguments.is_empty() => {
            value(with, quantity.entry().name).cloned()
        }
        Node::Symbol(symbol) => value(with, &symbol.name).cloned(),
        _ => None,
    })
}

/// An expression as an argument, at the level of what it stands for.
fn argument(
    renderer: &Renderer<'_>,
    value: &Expr,
    shape: Shape,
    level: Level,
) -> Result<String, Unsupported> {
    let text = renderer.raised_to(value, level)?;
    Ok(match shape {
        Shape::Vector => format!("({text})%vec"),
        Shape::Scalar => format!("({text}){}", level.delimiter()),
    })
}

fn by_sign(known: Known) -> &'static str {
    if known == Known::Positive { "positive" } else { "nonneg" }
}

/// One spelling of each minimum.
const MINIMA: &str = "  repeat match type of used with context [Rmin ?a ?b] =>
    match goal with |- context [Rmin ?c ?d] =>
      tryif constr_eq (Rmin a b) (Rmin c d) then fail
      else replace (Rmin a b) with (Rmin c d) in used by (f_equal; field; nonzero)
    end end.
";

fn has_minimum(relation: &Relation) -> bool {
    let mut found = false;
    for side in [&relation.lhs, &relation.rhs] {
        side.walk(&mut |part| found |= matches!(part.node, Node::Least(_)));
    }
    found
}

impl Draft<'_> {
    /// The lemma of a step that uses a statement with other expressions.
    pub fn instantiated(
        &mut self,
        step: &Step,
        name: &StatementName,
        with: &With,
        found: &Found<'_>,
    ) -> Result<String, Unsupported> {
        let Some(Claim { formula: Formula::Relation(stated), .. }) = (found.claim)(name) else {
            return Err(Unsupported(format!("{name} is no relation")));
        };
        let Some(other) = found.certificates.get(name) else {
            return Err(Unsupported(format!("{name} has no certificate")));
        };
        let stated = replaced(&stated, with);
        self.read_relation(&step.claim);
        self.read_relation(&stated);
        for parameter in &other.parameters {
            match parameter {
                Parameter::Quantity(own) if value(with, own.entry().name).is_none() => {
                    self.read_quantity(*own);
                }
                Parameter::Indexed(own) => {
                    self.indexed.insert(*own);
                }
                Parameter::Symbol(own) => match value(with, &own.name) {
                    Some(value) => self.read(value),
                    None => {
                        self.symbols.insert(own.name.clone(), own.clone());
                    }
                },
                Parameter::Fact(given) => self.read_relation(&replaced(&given.relation, with)),
                _ => {}
            }
        }
        let (mut terms, mut goals) = (Vec::new(), Vec::new());
        for parameter in &other.parameters {
            let (term, goal) = self.argument_for(parameter, with)?;
            terms.push(term);
            goals.extend(goal);
        }
        let renderer = self.renderer();
        let mut text = format!(
            "Lemma {} :\n  {}.\nProof.\n",
            names::fact(&step.name),
            renderer.relation(&step.claim)?
        );
        for fact in &self.cited {
            let _ = writeln!(text, "  cite {fact}.");
        }
        let module = format!("{}_cert", names::module(name));
        let _ = writeln!(
            text,
            "  assert (used : {}).\n  {{ refine ({module}.{} {}).",
            renderer.relation(&stated)?,
            other.theorem,
            terms.join(" ")
        );
        goals.iter().for_each(|goal| {
            let _ = writeln!(text, "    - {goal}.");
        });
        self.requires.insert(module);
        let tactic = match (stated.lhs.shape, step.claim.sign) {
            (Shape::Scalar, Sign::AtMost | Sign::AtLeast) => "certificate (slack used)",
            (Shape::Scalar, Sign::Equal) => "identity (eslack used)",
            _ => return Err(Unsupported(format!("{name} is no bound or equality"))),
        };
        text.push_str("  }\n");
        if has_minimum(&step.claim) {
            text.push_str(MINIMA);
        }
        let _ = writeln!(text, "  {tactic}.\nQed.\n");
        self.know(&step.name, &step.claim);
        Ok(text)
    }

    /// The argument for a parameter, with the tactic for its goal where it is left open.
    fn argument_for(
        &mut self,
        parameter: &Parameter,
        with: &With,
    ) -> Result<(String, Option<String>), Unsupported> {
        let open = |goal: &str| ("_".to_owned(), Some(goal.to_owned()));
        Ok(match parameter {
            Parameter::Shared(name) => ((*name).to_owned(), None),
            Parameter::Quantity(own) => {
                let row = own.entry();
                let level = Level::of(row.scope);
                match value(with, row.name) {
                    Some(value) => (argument(&self.renderer(), value, row.shape, level)?, None),
                    None => (names::quantity(*own), None),
                }
            }
            Parameter::Indexed(own) => (names::indexed(*own), None),
            Parameter::Symbol(own) => match value(with, &own.name) {
                Some(value) => {
                    let level = Level::of(own.scope);
                    (argument(&self.renderer(), value, value.shape, level)?, None)
                }
                None => (names::symbol(&own.name), None),
            },
            Parameter::Sign(own) => match value(with, own.entry().name) {
                Some(_) => open(by_sign(own.entry().sign)),
                None => (format!("{}_sign", names::quantity(*own)), None),
            },
            Parameter::SymbolSign(own) => match (value(with, &own.name), own.kind) {
                (Some(_), SymbolKind::Scalar(known)) => open(by_sign(known)),
                _ => (format!("{}_sign", names::symbol(&own.name)), None),
            },
            Parameter::Fact(given) => {
                let relation = replaced(&given.relation, with);
                match self.at_hand(given, &relation)? {
                    Some(fact) => (names::fact(&fact), None),
                    None => open(&self.by_facts(&relation)?),
                }
            }
            _ => return Err(Unsupported("a statement about a path is used".into())),
        })
    }

    /// The fact that says this, letter by letter; a hypothesis or an axiom becomes one.
    fn at_hand(
        &mut self,
        given: &Given,
        relation: &Relation,
    ) -> Result<Option<String>, Unsupported> {
        let renderer = self.renderer();
        let text = renderer.relation(relation)?;
        let same = |own: &Relation| renderer.relation(own).is_ok_and(|own| own == text);
        if let Some((fact, _)) = self.known.iter().find(|(_, own)| same(own)) {
            return Ok(Some(fact.clone()));
        }
        for (i, hypothesis) in self.claim.hypotheses.iter().enumerate() {
            for (suffix, formula) in hypothesis.condition.says() {
                if let Formula::Relation(own) = formula
                    && same(&own)
                {
                    let fact = format!("{}{suffix}", hypothesis.name);
                    self.give(&fact, own, Source::Hypothesis(i, suffix));
                    return Ok(Some(fact));
                }
            }
        }
        if let Source::Rule(rule @ crate::claim::proof::Rule::Axiom(axiom, _)) = &given.source {
            let fact = format!("used-{axiom}-{}", self.given.len());
            self.give(&fact, relation.clone(), Source::Rule(rule.clone()));
            return Ok(Some(fact));
        }
        Ok(None)
    }

    /// The tactic that shows what is plain, or is a fact in another spelling.
    fn by_facts(&self, relation: &Relation) -> Result<String, Unsupported> {
        let renderer = self.renderer();
        let (tactic, plain) = match (relation.lhs.shape, relation.sign) {
            (Shape::Vector, Sign::Equal) => ("vector_identity", SAME.to_owned()),
            (Shape::Scalar, Sign::AtMost | Sign::AtLeast) => {
                ("certificate", "certificate 0".to_owned())
            }
            (Shape::Scalar, Sign::Less | Sign::Greater) => {
                let (low, high) = match relation.sign {
                    Sign::Less => (&relation.lhs, &relation.rhs),
                    _ => (&relation.rhs, &relation.lhs),
                };
                let (low, high) = (renderer.argument(low)?, renderer.argument(high)?);
                return Ok(format!("strictly ({high} - {low})"));
            }
            (Shape::Scalar, Sign::Equal) => ("identity", "identity 0".to_owned()),
            _ => return Err(Unsupported("a hypothesis that is an inequation".into())),
        };
        let mut ways = vec![plain];
        for (fact, own) in &self.known {
            if own.sign == relation.sign && own.lhs.shape == relation.lhs.shape {
                let node = Node::Slack(fact.clone());
                let slack = Expr { shape: own.lhs.shape, ..Expr::scalar(node) };
                // A fact about another level is another fact.
                if let Ok(text) = renderer.argument(&slack) {
                    ways.push(format!("{tactic} ({text})"));
                }
            }
        }
        let ways: Vec<String> = ways.iter().map(|way| format!("solve [{way}]")).collect();
        Ok(format!("first [ {} ]", ways.join(" | ")))
    }

    /// A used statement becomes a hypothesis as it is stated.
    pub fn used(
        &mut self,
        step: &Step,
        name: &StatementName,
        found: &Found<'_>,
    ) -> Result<String, Unsupported> {
        let Some(Claim { formula: Formula::Relation(stated), .. }) = (found.claim)(name) else {
            return Err(Unsupported(format!("{name} is no relation")));
        };
        self.spelled(step, stated)
    }

    /// A fact becomes a hypothesis in one form; the step may spell it differently.
    pub fn spelled(&mut self, step: &Step, stated: Relation) -> Result<String, Unsupported> {
        let fact = format!("used-{}", step.name);
        let node = Node::Slack(fact.clone());
        let slack = Expr { shape: stated.lhs.shape, ..Expr::scalar(node) };
        self.read_relation(&step.claim);
        self.give(&fact, stated, Source::Rule(step.rule.clone()));
        let formula = Formula::Relation(step.claim.clone());
        let (own, renderer) = (names::fact(&step.name), self.renderer());
        let text = self.conclude(&renderer, &own, "Lemma", &formula, &[slack])?;
        self.know(&step.name, &step.claim);
        Ok(text)
    }

    fn read_quantity(&mut self, quantity: Quantity) {
        let row = quantity.entry();
        let node = Node::Quantity(quantity, Vec::new());
        self.read(&Expr { node, shape: row.shape, scope: row.scope });
    }
}
