//! Definitions of the language as Coq definitions, so that a statement reads like its file.

use super::names;
use super::sampling::SAMPLED;
use super::statement::{Draft, moves};
use crate::claim::dictionary::Dictionary;
use crate::claim::expr::{
    Definition, Expr, Formula, Known, Node, Scope, Shape, Symbol, SymbolKind,
};
use std::sync::Arc;

impl Draft<'_> {
    /// Gives a Coq definition to the fixed scalars that the file names, inner ones first.
    pub fn define(&mut self, expr: &Expr, dictionary: &Dictionary) {
        if let Node::Defined(definition) = &expr.node {
            self.define(&definition.body, dictionary);
            let known = self.definitions.iter().any(|(name, _)| *name == definition.name);
            if !known
                && expr.shape == Shape::Scalar
                && !moves(&definition.body)
                && let Some(text) = self.generic(definition, dictionary)
            {
                self.definitions.push((definition.name.clone(), text));
            }
            definition.arguments.iter().for_each(|argument| self.define(argument, dictionary));
            return;
        }
        expr.children().into_iter().for_each(|part| self.define(part, dictionary));
    }

    /// A definition for any argument, if the dictionary of the file reads it.
    fn generic(&self, definition: &Definition, dictionary: &Dictionary) -> Option<String> {
        let names: &[&str] = match definition.arguments.len() {
            0 => &[],
            1 => &["l"],
            _ => return None,
        };
        let symbols: Vec<Expr> = names.iter().map(|name| parameter(name)).collect();
        let bound = names.iter().copied().zip(&symbols).collect();
        let arguments =
            if names.is_empty() { String::new() } else { format!("({})", names.join(", ")) };
        let formula =
            dictionary.formula_with(&format!("{}{arguments} = 0", definition.name), &bound);
        let Ok(Formula::Relation(relation)) = formula else { return None };
        let Node::Defined(own) = relation.lhs.node else { return None };
        let body = self.renderer().value(&own.body).ok()?;
        let name = names::definition(&definition.name);
        let parameters: String = names.iter().map(|name| format!(" ({name} : R)")).collect();
        Some(format!("Definition {name}{parameters} : R := {body}."))
    }
}

impl names::Defined for Draft<'_> {
    fn is_defined(&self, name: &str) -> bool {
        self.definitions.iter().any(|(own, _)| own == name)
    }
}

/// The name of a definition, the exporter's own or the file's.
pub(super) fn coq_name(name: &str) -> String {
    let own = [
        "step",
        "uncompressed",
        "full_grad",
        "sgd_step",
        "sgd_start",
        "step_of",
        "stationary_error",
    ]
    .contains(&name);
    if own || SAMPLED.iter().any(|(sampled, _)| *sampled == name) {
        name.to_owned()
    } else {
        names::definition(name)
    }
}

fn parameter(name: &str) -> Expr {
    let symbol = Symbol {
        name: name.to_owned(),
        latex: name.to_owned(),
        kind: SymbolKind::Scalar(Known::Real),
        scope: Scope::Fixed,
        moves: false,
        motion: None,
        meaning: String::new(),
    };
    Expr::scalar(Node::Symbol(Arc::new(symbol)))
}
