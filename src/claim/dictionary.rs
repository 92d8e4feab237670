//! What names mean in a file, and the entry points that turn its texts into typed formulas.

use super::elaborate::{Elaboration, join};
use super::expr::{Expr, Formula, Node, Relation, Scope, Shape, Symbol};
use super::parser::{self, FormulaError, Syntax};
use super::vocabulary::{DEFINITIONS, Quantity};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, LazyLock};

/// What the names of a file mean.
///
/// Definitions may use only those made before them, so they cannot be cyclic.
#[derive(Clone, Debug)]
pub struct Dictionary {
    pub(super) definitions: BTreeMap<String, Arc<Entry>>,
    /// The symbols that a file has declared; `None` allows the whole vocabulary.
    declared: Option<BTreeSet<String>>,
    /// The symbols that the file has declared by itself.
    symbols: BTreeMap<String, Arc<Symbol>>,
    /// The facts that a certificate may name, with the shape and scope of their slack.
    facts: BTreeMap<String, (Shape, Scope)>,
}

#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) parameters: Vec<String>,
    pub(super) syntax: Syntax,
    /// The formula as written.
    text: String,
    pub(super) latex: String,
    /// Made by a file, and so usable without being declared.
    pub(super) local: bool,
    /// What names meant where the definition was made: its body is read there, wherever it is used.
    pub(super) scope: Arc<Dictionary>,
    /// The typed body, when there are no parameters.
    pub(super) body: Option<Arc<Expr>>,
}

const FUNCTIONS: [&str; 8] = ["inner", "norm_sq", "sqrt", "min", "max", "sum", "E", "Ec"];

impl Dictionary {
    /// The vocabulary and its standard definitions, all usable.
    ///
    /// # Panics
    /// If a standard definition does not elaborate, which a test excludes.
    pub fn standard() -> Self {
        static STANDARD: LazyLock<Dictionary> = LazyLock::new(|| {
            let mut dictionary = Dictionary {
                definitions: BTreeMap::new(),
                declared: None,
                symbols: BTreeMap::new(),
                facts: BTreeMap::new(),
            };
            for row in &DEFINITIONS {
                let parameters = row.parameters.iter().map(|p| (*p).to_owned()).collect();
                dictionary
                    .insert(row.name, parameters, row.formula, row.latex.to_owned(), false)
                    .expect("standard definitions are well typed");
            }
            dictionary
        });
        STANDARD.clone()
    }

    /// Restricts the vocabulary to the declared symbols; definitions of files stay usable.
    pub fn restrict_to(&mut self, declared: BTreeSet<String>) {
        self.declared = Some(declared);
    }

    /// The scope of a symbol of the vocabulary, standard definitions included.
    pub fn scope_of(&self, name: &str) -> Option<Scope> {
        if let Some(entry) = self.definitions.get(name).filter(|entry| !entry.local) {
            // A standard definition with parameters depends on what its body depends on.
            let body = entry.body.clone().or_else(|| self.check_body(entry).ok().map(Arc::new));
            return body.map(|body| body.scope);
        }
        Quantity::named(name).map(|quantity| quantity.entry().scope)
    }

    /// Takes over the definitions that another file has made.
    ///
    /// # Errors
    /// If a name has another meaning already.
    pub fn import(&mut self, other: &Self) -> Result<(), FormulaError> {
        for (name, entry) in other.definitions.iter().filter(|(_, entry)| entry.local) {
            // Equal texts may differ in meaning: what counts is the body, expanded where it was made.
            let meaning =
                |entry: &Entry| entry.scope.check_body(entry).map(|body| body.to_string());
            let same = |own: &Entry| {
                (&own.parameters, &own.text) == (&entry.parameters, &entry.text)
                    && meaning(own) == meaning(entry)
            };
            if self.definitions.get(name).is_some_and(|own| !same(own)) {
                let cause = format!("the files used give {name} two meanings");
                return Err(FormulaError::new(0, cause));
            }
            self.definitions.insert(name.clone(), entry.clone());
        }
        Ok(())
    }

    /// Adds a definition of a file.
    ///
    /// # Errors
    /// If the name is taken, or the formula does not parse or type.
    pub fn define(
        &mut self,
        name: &str,
        parameters: Vec<String>,
        formula: &str,
        latex: String,
    ) -> Result<(), FormulaError> {
        // A reader knows the vocabulary, whether the file declares the name or not; only the free numbers
        // of bounds are each file's own.
        let free = |quantity| matches!(quantity, Quantity::Kappa | Quantity::A | Quantity::Eta);
        if Quantity::named(name).is_some_and(|quantity| !free(quantity)) {
            return Err(FormulaError::new(0, format!("the name {name:?} is of the vocabulary")));
        }
        self.insert(name, parameters, formula, latex, true)
    }

    fn insert(
        &mut self,
        name: &str,
        parameters: Vec<String>,
        formula: &str,
        latex: String,
        local: bool,
    ) -> Result<(), FormulaError> {
        self.check_name(name)?;
        for (i, parameter) in parameters.iter().enumerate() {
            self.check_name(parameter)?;
            if parameter == name || parameters[..i].contains(parameter) {
                let cause = format!("the parameter {parameter} has a second meaning");
                return Err(FormulaError::new(0, cause));
            }
        }
        let syntax = parser::parse_expression(formula)?;
        let text = formula.to_owned();
        let scope = Arc::new(self.clone());
        let mut entry = Entry { parameters, syntax, text, latex, local, scope, body: None };
        let body = self.check_body(&entry)?;
        if entry.parameters.is_empty() {
            entry.body = Some(Arc::new(body));
        }
        self.definitions.insert(name.to_owned(), Arc::new(entry));
        Ok(())
    }

    /// Whether a definition or a parameter may have this name.
    ///
    /// # Errors
    /// If it is no identifier, or has a meaning already.
    pub fn check_name(&self, name: &str) -> Result<(), FormulaError> {
        let identifier = name.starts_with(|c: char| c.is_ascii_alphabetic())
            && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        let taken = FUNCTIONS.contains(&name)
            || self.symbols.contains_key(name)
            || self.definitions.contains_key(name)
            || (self.allows(name) && Quantity::named(name).is_some());
        if identifier && !taken {
            return Ok(());
        }
        Err(FormulaError::new(0, format!("the name {name:?} is taken or not an identifier")))
    }

    /// The definitions that files have made, as `name(parameters)` and formula.
    pub fn local_definitions(&self) -> impl Iterator<Item = (String, &str)> {
        self.definitions.iter().filter(|(_, entry)| entry.local).map(|(name, entry)| {
            let parameters = entry.parameters.join(", ");
            let head =
                if parameters.is_empty() { name.clone() } else { format!("{name}({parameters})") };
            (head, entry.text.as_str())
        })
    }

    /// Whether a file has defined the name, in place of the vocabulary's meaning if there is one.
    pub fn is_local(&self, name: &str) -> bool {
        self.definitions.get(name).is_some_and(|entry| entry.local)
    }

    /// Types the body with a constant in place of each parameter.
    fn check_body(&self, entry: &Entry) -> Result<Expr, FormulaError> {
        use crate::scalar::Scalar as _;
        let constant = Expr {
            node: Node::Number(crate::scalar::Rational::one()),
            shape: Shape::Scalar,
            scope: Scope::Fixed,
        };
        let bound = entry.parameters.iter().map(|p| (p.as_str(), &constant)).collect();
        Elaboration::new(self, bound).expr(&entry.syntax)
    }

    /// A formula: one relation, or an equivalence of two.
    ///
    /// # Errors
    /// With the place and the cause, if the text does not parse or does not type.
    pub fn formula(&self, text: &str) -> Result<Formula, FormulaError> {
        self.formula_with(text, &BTreeMap::new())
    }

    /// A formula in which further names are bound to fixed scalars.
    ///
    /// # Errors
    /// As [`Self::formula`].
    pub fn formula_with(
        &self,
        text: &str,
        bound: &BTreeMap<&str, &Expr>,
    ) -> Result<Formula, FormulaError> {
        let mut relations = Vec::new();
        let mut scope = Scope::Fixed;
        for (lhs, sign, rhs) in parser::parse_formula(text)? {
            let mut elaboration = Elaboration::new(self, bound.clone());
            let (left, right) = (elaboration.expr(&lhs)?, elaboration.expr(&rhs)?);
            if left.shape != right.shape {
                return Err(FormulaError::new(rhs.at, "a scalar is compared with a vector"));
            }
            if left.shape == Shape::Vector
                && !matches!(sign, super::expr::Sign::Equal | super::expr::Sign::NotEqual)
            {
                let cause = format!("vectors are compared with = or !=, not {}", sign.text());
                return Err(FormulaError::new(lhs.at, cause));
            }
            // Both relations of an equivalence are looked at together, outcome by outcome.
            scope = join(scope, left.scope, lhs.at)?;
            scope = join(scope, right.scope, rhs.at)?;
            relations.push(Relation { lhs: left, sign, rhs: right });
        }
        let last = relations.pop().ok_or_else(|| FormulaError::new(0, "an empty formula"))?;
        Ok(match relations.pop() {
            None => Formula::Relation(last),
            Some(first) => Formula::Equivalence(first, last),
        })
    }

    /// An expression by itself.
    ///
    /// # Errors
    /// With the place and the cause, if the text does not parse or does not type.
    pub fn expression(&self, text: &str) -> Result<Expr, FormulaError> {
        Elaboration::new(self, BTreeMap::new()).expr(&parser::parse_expression(text)?)
    }

    /// Declares a symbol of the file itself.
    ///
    /// # Errors
    /// If its name is taken.
    pub fn declare(&mut self, symbol: Symbol) -> Result<(), FormulaError> {
        self.check_name(&symbol.name)?;
        if Quantity::named(&symbol.name).is_some() {
            let cause = format!("{} is a quantity of the vocabulary", symbol.name);
            return Err(FormulaError::new(0, cause));
        }
        self.symbols.insert(symbol.name.clone(), Arc::new(symbol));
        Ok(())
    }

    /// The symbol of this name that the file has declared by itself.
    pub fn symbol(&self, name: &str) -> Option<&Arc<Symbol>> {
        self.symbols.get(name)
    }

    /// The symbols that the file has declared by itself.
    pub fn symbols(&self) -> impl Iterator<Item = &Arc<Symbol>> {
        self.symbols.values()
    }

    /// Makes a fact's slack known to the certificates that follow.
    pub(super) fn add_fact(&mut self, name: &str, shape: Shape, scope: Scope) {
        self.facts.insert(name.to_owned(), (shape, scope));
    }

    pub(super) fn fact(&self, name: &str) -> Option<(Shape, Scope)> {
        self.facts.get(name).copied()
    }

    pub(super) fn allows(&self, name: &str) -> bool {
        self.declared.as_ref().is_none_or(|declared| declared.contains(name))
    }
}
