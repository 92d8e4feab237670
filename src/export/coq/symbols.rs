//! Symbols of a file in a statement: variables of the section, as functions of what they vary over,
//! with values on the line.

use super::layout::mentions;
use super::names::{self, Expanded};
use super::problem::{Variable, is_variable, value_of};
use super::render::{Renderer, Unsupported};
use super::statement::Draft;
use crate::claim::dictionary::Dictionary;
use crate::claim::expr::{Expr, Formula, Node, Relation, Scope, Shape, Sign, Symbol, SymbolKind};
use crate::claim::theorem::{Claim, Condition};
use crate::claim::vocabulary::{Law, Process, QUANTITIES, Quantity};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Whether the step is any step of any state, of which the point is a function.
pub(super) fn has_state(claim: &Claim) -> bool {
    use Quantity::{GapNext, GapT, XNext, XT};
    claim.process == Process::Any && [XNext, XT, GapNext, GapT].iter().any(|q| claim.mentions(*q))
}

/// What a symbol is at an outcome.
pub(super) fn texts(claim: &Claim) -> BTreeMap<String, String> {
    let here = if has_state(claim) { "s" } else { "x" };
    let mut texts = BTreeMap::new();
    for symbol in &claim.symbols {
        let name = names::symbol(&symbol.name);
        let text = match symbol.scope {
            Scope::Fixed => name.clone(),
            Scope::State => format!("{name} {here}"),
            Scope::Random(_) if symbol.moves => format!("{name} {here} w"),
            Scope::Random(_) => format!("{name} w"),
        };
        texts.entry(symbol.name.clone()).or_insert(text);
        if let Some([next, after, start]) = &symbol.motion {
            texts.insert(next.clone(), format!("{name} (step s w)"));
            texts.insert(after.clone(), format!("{name} (run step s_0 p)"));
            texts.insert(start.clone(), format!("{name} s_0"));
        }
    }
    texts
}

/// The symbols that are variables: not those that another one is later.
fn declared(claim: &Claim) -> impl Iterator<Item = &Arc<Symbol>> {
    let later: BTreeSet<&String> =
        claim.symbols.iter().filter_map(|symbol| symbol.motion.as_ref()).flatten().collect();
    claim.symbols.iter().filter(move |symbol| !later.contains(&symbol.name))
}

impl Draft<'_> {
    /// The variables of the symbols, and of a state if there is one.
    pub fn symbol_variables(&self) -> Vec<Variable> {
        let state = has_state(self.claim);
        // Variables come before definitions.
        let sample = if self.samples { "list index" } else { "sample" };
        let own = |name: String, kind: String, value| Variable { name, kind, value };
        let mut all = Vec::new();
        if state {
            let kinds = [("state", "Type"), ("position", "state -> V")];
            let values = ["(line : Type)", "(fun x : line => x)"];
            for ((name, kind), value) in kinds.into_iter().zip(values) {
                all.push(own(name.into(), kind.into(), Some(value.into())));
            }
            let step = self.value_of(Quantity::XNext.entry().name, Some("(fun (s : line) w =>"));
            all.push(own("step".into(), format!("state -> {sample} -> state"), step));
        }
        let here = if state { "state" } else { "V" };
        for symbol in declared(self.claim) {
            let space = if self.responses.contains(&symbol.name) { "W" } else { "V" };
            let maps = if self.responses.is_empty() { "V" } else { "W" };
            let kind = match symbol.kind {
                SymbolKind::Scalar(_) => "R".to_owned(),
                SymbolKind::Vector => space.to_owned(),
                SymbolKind::Map => format!("linear {maps} V"),
            };
            let (kind, binder) = match symbol.scope {
                Scope::Fixed => (kind, None),
                Scope::State => (format!("{here} -> {kind}"), Some("(fun s : line =>")),
                Scope::Random(Law::Step) if symbol.moves => {
                    (format!("{here} -> {sample} -> {kind}"), Some("(fun (s : line) w =>"))
                }
                Scope::Random(_) => (format!("{sample} -> {kind}"), Some("(fun w =>")),
            };
            let binder =
                binder.map(|text| if state { text.into() } else { text.replace('s', "x") });
            let value = self.value_of(&symbol.name, binder.as_deref());
            all.push(own(names::symbol(&symbol.name), kind, value));
        }
        all
    }

    /// What the file says that a symbol is on an instance, for the problem on the line.
    fn value_of(&self, name: &str, binder: Option<&str>) -> Option<String> {
        let map = self.claim.symbols.iter().any(|s| s.name == name && s.kind == SymbolKind::Map);
        let renderer = Renderer { defined: &Expanded, ..self.renderer() };
        let said =
            self.values.get(name).and_then(|text| Dictionary::standard().expression(text).ok());
        let text = said.and_then(|expr| written(&renderer, &expr).ok());
        // Or it is what a hypothesis defines it to be.
        let text = text.or_else(|| written(&renderer, &self.defined_by_hypothesis(name)?).ok())?;
        let text = if map { format!("(scaling {text})") } else { text };
        let text = match binder {
            Some(binder) => format!("{binder} {text})"),
            None => text,
        };
        Some(text)
    }

    fn defined_by_hypothesis(&self, name: &str) -> Option<Expr> {
        self.claim.hypotheses.iter().find_map(|hypothesis| {
            let (Condition::Formula(formula) | Condition::Everywhere(formula)) =
                &hypothesis.condition
            else {
                return None;
            };
            let Formula::Relation(Relation { lhs, sign: Sign::Equal, rhs }) = &**formula else {
                return None;
            };
            match &lhs.node {
                Node::Symbol(own) if own.name == name => Some(rhs.clone()),
                _ => None,
            }
        })
    }

    /// Puts the values of variables, and the meaning of definitions, for their names.
    pub fn on_the_line(&self, text: &str, variables: &[Variable]) -> Option<String> {
        let mut text = text.to_owned();
        let full = "(fun y : line => EV law (fun w => g w y))".to_owned();
        let law = "(minibatches both_samples 1 one_of_two)".to_owned();
        let g = "(fun w y => average w (fun n => gradient n y))".to_owned();
        let mut values = vec![("full_grad".to_owned(), Some(full))];
        let known = |name: &String| variables.iter().any(|own| own.name == *name);
        for row in QUANTITIES.iter().filter(|row| is_variable(row.quantity)) {
            let name = names::quantity(row.quantity);
            if row.scope == Scope::Fixed && !known(&name) {
                let value = value_of(self.name, row.quantity, false);
                values.push((name, Some(value.to_owned())));
            }
        }
        if !self.samples {
            let problem = [("law", "coin_flip"), ("f", "half_square"), ("g", "gradient")];
            for (name, value) in problem.into_iter().chain([("c", "control")]) {
                if !known(&name.to_owned()) {
                    values.push((name.to_owned(), Some(value.to_owned())));
                }
            }
        }
        values.extend(variables.iter().rev().map(|v| (v.name.clone(), v.value.clone())));
        if self.samples {
            values.extend([("law".into(), Some(law)), ("g".into(), Some(g))]);
        }
        // A value may have other names in it, and those others.
        for _ in 0..4 {
            for (name, value) in &values {
                if mentions(&text, name) {
                    text = replaced(&text, name, value.as_deref()?);
                }
            }
        }
        Some(text)
    }
}

fn written(renderer: &Renderer<'_>, expr: &Expr) -> Result<String, Unsupported> {
    let text = renderer.value(expr)?;
    Ok(match expr.shape {
        Shape::Vector => format!("({text})%vec"),
        Shape::Scalar => format!("({text})%R"),
    })
}

/// The text with a value for a word.
fn replaced(text: &str, name: &str, value: &str) -> String {
    let part = |c: char| c.is_alphanumeric() || c == '_';
    let mut result = String::new();
    let mut rest = text;
    while let Some(start) = rest.find(part) {
        let (before, word) = rest.split_at(start);
        let end = word.find(|c| !part(c)).unwrap_or(word.len());
        result.push_str(before);
        result.push_str(if &word[..end] == name { value } else { &word[..end] });
        rest = &word[end..];
    }
    result.push_str(rest);
    result
}
