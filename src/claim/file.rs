//! From the text of a theorem file to a [`Theorem`], with every error placed at its line.

use super::dictionary::Dictionary;
use super::document::{RawModel, RawMutant, RawStatement, RawSymbols, RawTheorem};
use super::expr::{Formula, Relation, Scope, Sign, Symbol};
use super::parser::FormulaError;
use super::theorem::{
    Claim, Condition, Hypothesis, Kind, Model, Mutant, Statement, Stored, StoredSide, Theorem,
};
use super::vocabulary::Process;
use crate::scalar::Rational;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::Arc;
use toml::Spanned;

/// The format of theorem files, witnesses and reports that this version reads and writes.
pub const FORMAT: u64 = 1;

/// A fault of a file, with its place.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{line}:{column}: {cause}")]
pub struct FileError {
    /// The file.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
    /// The cause, in lower case without a full stop.
    pub cause: String,
}

/// Reads a theorem file. `library` finds the theorems whose definitions it uses.
///
/// # Errors
/// [`FileError`] at the first fault.
pub fn parse_theorem<'a>(
    file: &str,
    text: &str,
    library: impl Fn(&str) -> Option<&'a Theorem>,
) -> Result<Theorem, FileError> {
    let reader = Reader { file, text };
    let table: toml::Table = toml::from_str(text).map_err(|error| reader.toml(&error))?;
    match table.get("format").and_then(toml::Value::as_integer) {
        Some(format) if format == FORMAT as i64 => {}
        Some(format) if format > FORMAT as i64 => {
            let cause = format!(
                "the file has format {format}, and this version of kd-audit reads up to {FORMAT}: a newer kd-audit is needed"
            );
            return Err(reader.at(reader.key("format"), cause));
        }
        _ => return Err(reader.at(0, format!("the file must say format = {FORMAT}"))),
    }
    if let Some(place) = unprintable(&table) {
        let cause = format!("{place} holds a character that a report would not show");
        return Err(reader.at(0, cause));
    }
    let raw: RawTheorem = toml::from_str(text).map_err(|error| reader.toml(&error))?;
    reader.theorem(raw, library)
}

/// Whether it shows nothing of its own and changes how what is around it is shown.
fn hidden(c: char) -> bool {
    // Marks without a width, and those that turn the direction of writing.
    let marks = ['\u{200b}'..='\u{200f}', '\u{202a}'..='\u{202e}', '\u{2060}'..='\u{206f}'];
    c.is_control() || c == '\u{feff}' || marks.iter().any(|range| range.contains(&c))
}

/// Where a name or a text would write over what a report says: prose may have line breaks, and names
/// nothing of the kind.
fn unprintable(table: &toml::Table) -> Option<String> {
    const NAMES: [&str; 6] = ["part", "name", "latex", "meaning", "title", "parameters"];
    fn inside(key: &str, value: &toml::Value) -> Option<String> {
        let bad = |c: char| hidden(c) && (NAMES.contains(&key) || !matches!(c, '\n' | '\t' | '\r'));
        match value {
            toml::Value::String(text) => text.contains(bad).then(|| key.to_owned()),
            toml::Value::Array(items) => items.iter().find_map(|item| inside(key, item)),
            toml::Value::Table(table) => unprintable(table),
            _ => None,
        }
    }
    table.iter().find_map(|(key, value)| {
        let name = key.contains(hidden).then(|| format!("the key {key:?}"));
        name.or_else(|| inside(key, value))
    })
}

fn is_plain(name: &str) -> bool {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    !name.is_empty() && name.chars().all(plain)
}

pub(super) struct Reader<'a> {
    file: &'a str,
    text: &'a str,
}

impl Reader<'_> {
    pub(super) fn at(&self, offset: usize, cause: impl Into<String>) -> FileError {
        let boundary =
            (0..=offset.min(self.text.len())).rev().find(|i| self.text.is_char_boundary(*i));
        let before = &self.text[..boundary.unwrap_or(0)];
        let line_start = before.rfind('\n').map_or(0, |i| i + 1);
        FileError {
            file: self.file.to_owned(),
            line: before.matches('\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
            cause: cause.into(),
        }
    }

    fn toml(&self, error: &toml::de::Error) -> FileError {
        let cause = error.message().trim().replace('\n', "; ");
        self.at(error.span().map_or(0, |span| span.start), cause)
    }

    /// Where a top-level key stands.
    fn key(&self, name: &str) -> usize {
        let mut offset = 0;
        for line in self.text.split_inclusive('\n') {
            if line.trim_start().starts_with(name) {
                return offset;
            }
            offset += line.len();
        }
        0
    }

    /// Places an error of a formula inside the string that holds it.
    pub(super) fn formula(&self, error: &FormulaError, text: &Spanned<String>) -> FileError {
        let Range { start, end } = text.span();
        // Without escapes the string stands verbatim between its quotes.
        let quote = self.text[start..end].find(text.get_ref().as_str());
        self.at(quote.map_or(start, |quote| start + quote + error.at), error.cause.clone())
    }

    fn theorem<'t>(
        &self,
        raw: RawTheorem,
        library: impl Fn(&str) -> Option<&'t Theorem>,
    ) -> Result<Theorem, FileError> {
        let id = raw.id.get_ref();
        if !is_plain(id) {
            let cause = format!("the id {id:?} may hold lower-case letters, digits and '-' only");
            return Err(self.at(raw.id.span().start, cause));
        }
        if raw.statement.is_empty() {
            return Err(self.at(raw.id.span().start, "the file has no statements"));
        }
        let unused = self.check_symbols_are_used(&raw);
        let mut dictionary = Dictionary::standard();
        for used in &raw.uses {
            let Some(theorem) = library(used.get_ref()) else {
                let cause = format!("uses the unknown theorem {:?}", used.get_ref());
                return Err(self.at(used.span().start, cause));
            };
            dictionary
                .import(&theorem.dictionary)
                .map_err(|error| self.at(used.span().start, error.cause))?;
        }
        let declared = self.declare(&raw.symbols, &dictionary)?;
        dictionary.restrict_to(declared);
        let mut symbols = Vec::new();
        for symbol in raw.symbol {
            symbols.push(self.symbol(symbol, &mut dictionary)?);
        }
        for definition in raw.definition {
            let name = definition.name.get_ref();
            dictionary
                .check_name(name)
                .map_err(|error| self.at(definition.name.span().start, error.cause))?;
            dictionary
                .define(name, definition.parameters, definition.formula.get_ref(), definition.latex)
                .map_err(|error| self.formula(&error, &definition.formula))?;
        }
        let mut statements: Vec<Statement> = Vec::new();
        for statement in raw.statement {
            let part = statement.part.get_ref();
            if !is_plain(part) {
                let cause =
                    format!("the part {part:?} may hold lower-case letters, digits and '-' only");
                return Err(self.at(statement.part.span().start, cause));
            }
            if statements.iter().any(|s| s.part == *part) {
                let cause = format!("a second part {part:?}");
                return Err(self.at(statement.part.span().start, cause));
            }
            statements.push(self.statement(statement, &dictionary, &symbols)?);
        }
        unused?; // last: a misspelt use is the better message
        Ok(Theorem {
            id: raw.id.into_inner(),
            title: raw.title,
            summary: raw.summary,
            source: raw.source,
            published: raw.published,
            deviation: raw.deviation,
            uses: raw.uses.into_iter().map(Spanned::into_inner).collect(),
            statements,
            dictionary,
        })
    }

    fn declare(
        &self,
        symbols: &RawSymbols,
        dictionary: &Dictionary,
    ) -> Result<BTreeSet<String>, FileError> {
        let mut declared = BTreeSet::new();
        let lists: [(&str, &[Spanned<String>]); 3] =
            [("fixed", &symbols.fixed), ("state", &symbols.state), ("random", &symbols.random)];
        for (list, names) in lists {
            for name in names {
                let offset = name.span().start;
                let name = name.get_ref();
                let Some(scope) = dictionary.scope_of(name) else {
                    return Err(self.at(offset, format!("unknown symbol {name}")));
                };
                let actual = match scope {
                    Scope::Fixed => "fixed",
                    Scope::State => "state",
                    Scope::Random(_) => "random",
                };
                if dictionary.is_local(name) {
                    let cause = format!("{name} is defined by a theorem that this file uses");
                    return Err(self.at(offset, cause));
                }
                if actual != list {
                    let cause = format!("the symbol {name} is {actual}, not {list}");
                    return Err(self.at(offset, cause));
                }
                if !declared.insert(name.clone()) {
                    return Err(self.at(offset, format!("the symbol {name} is declared twice")));
                }
            }
        }
        Ok(declared)
    }

    /// A declared symbol that no formula writes is a slip.
    fn check_symbols_are_used(&self, raw: &RawTheorem) -> Result<(), FileError> {
        let mut formulas: Vec<&str> =
            raw.definition.iter().map(|definition| definition.formula.get_ref().as_str()).collect();
        for statement in &raw.statement {
            formulas.push(statement.claim.get_ref());
            let placed = statement.everywhere.values().chain(statement.here.values());
            formulas.extend(placed.map(|text| text.get_ref().as_str()));
            if let Some(proof) = &statement.proof {
                proof.texts(&mut formulas);
            }
            formulas.extend(statement.hypotheses.values().map(|text| text.get_ref().as_str()));
            for mutant in &statement.mutant {
                formulas.extend(mutant.claim.iter().map(|text| text.get_ref().as_str()));
                formulas.extend(mutant.hypotheses.values().map(|text| text.get_ref().as_str()));
            }
        }
        let separator = |c: char| !c.is_ascii_alphanumeric() && c != '_';
        let words: BTreeSet<&str> =
            formulas.iter().flat_map(|formula| formula.split(separator)).collect();
        let symbols = &raw.symbols;
        for name in symbols.fixed.iter().chain(&symbols.state).chain(&symbols.random) {
            if !words.contains(name.get_ref().as_str()) {
                let cause = format!("the symbol {} is declared but not used", name.get_ref());
                return Err(self.at(name.span().start, cause));
            }
        }
        Ok(())
    }

    fn statement(
        &self,
        raw: RawStatement,
        dictionary: &Dictionary,
        symbols: &[Arc<Symbol>],
    ) -> Result<Statement, FileError> {
        let mut hypotheses = Vec::new();
        for (name, text) in &raw.hypotheses {
            hypotheses.push(self.hypothesis(name, text, dictionary)?);
        }
        for (list, everywhere) in [(&raw.everywhere, true), (&raw.here, false)] {
            for (name, text) in list {
                if hypotheses.iter().any(|hypothesis: &Hypothesis| hypothesis.name == *name) {
                    let cause = format!("a second hypothesis {name:?}");
                    return Err(self.at(text.span().start, cause));
                }
                hypotheses.push(self.placed(name, text, everywhere, dictionary)?);
            }
        }
        let claim = Claim {
            formula: self.claim(&raw.claim, raw.almost_surely, dictionary)?,
            text: raw.claim.get_ref().clone(),
            hypotheses,
            family: raw.family,
            process: raw.process,
            almost_surely: raw.almost_surely,
            symbols: symbols.to_vec(),
        };
        self.check_kind(raw.kind, &claim.formula, &raw.claim)?;
        let mut mutants: Vec<Mutant> = Vec::new();
        for mutant in raw.mutant {
            if mutants.iter().any(|m| m.name == *mutant.name.get_ref()) {
                let cause = format!("a second mutant {:?}", mutant.name.get_ref());
                return Err(self.at(mutant.name.span().start, cause));
            }
            mutants.push(self.mutant(mutant, &claim, dictionary)?);
        }
        if raw.kind == Kind::Refutation && raw.proof.is_some() {
            let cause = "a claim that is there to be refuted has no proof";
            return Err(self.at(raw.part.span().start, cause));
        }
        if claim.hypotheses.is_empty() && raw.unviolated.is_none() {
            let cause = "a statement without hypotheses must say why in unviolated";
            return Err(self.at(raw.part.span().start, cause));
        }
        let no_instance = claim.is_abstract() || claim.process == Process::Any;
        let any = || "It is about symbols that stand for any value.".to_owned();
        let unevaluated = raw.unevaluated.clone().or_else(|| no_instance.then(any));
        let examples = raw
            .example
            .into_iter()
            .map(|e| self.stored(e.name, e.instance, e.symbols, e.lhs, e.rhs))
            .collect();
        let models = self.models(raw.model, &claim)?;
        let proof = raw.proof.map(|proof| self.proof(proof, &claim, dictionary)).transpose()?;
        let satisfied = raw.satisfied.map(|s| {
            let name = "the hypotheses are met".to_owned();
            {
                let nothing = || StoredSide::Exact(Rational::ZERO);
                self.stored(name, s.instance, s.symbols, nothing(), nothing())
            }
        });
        Ok(Statement {
            proof,
            satisfied,
            models,
            unevaluated,
            unproved: raw.unproved,
            part: raw.part.into_inner(),
            kind: raw.kind,
            summary: raw.summary,
            claim,
            expect: raw.expect,
            unviolated: raw.unviolated,
            examples,
            mutants,
        })
    }

    /// Models, each of which must fit the claim.
    fn models(&self, raw: Vec<RawModel>, claim: &Claim) -> Result<Vec<Model>, FileError> {
        let mut models: Vec<Model> = Vec::new();
        for RawModel { name, symbols } in raw {
            let symbols =
                symbols.into_iter().map(|(name, text)| (name, text.into_inner())).collect();
            let at = name.span().start;
            let fits = claim.concrete(&symbols).map_err(|error| self.at(at, error.cause))?;
            if fits.is_abstract() || models.iter().any(|model| model.name == *name.get_ref()) {
                let cause = format!(
                    "the model {:?} leaves a symbol open, or is a second one of its name",
                    name.get_ref()
                );
                return Err(self.at(at, cause));
            }
            models.push(Model { name: name.into_inner(), symbols });
        }
        Ok(models)
    }

    /// A formula about x, assumed for every x or at the current one.
    fn placed(
        &self,
        name: &str,
        text: &Spanned<String>,
        everywhere: bool,
        dictionary: &Dictionary,
    ) -> Result<Hypothesis, FileError> {
        let formula =
            dictionary.formula(text.get_ref()).map_err(|error| self.formula(&error, text))?;
        let fixed = |r: &&Relation| r.lhs.scope == Scope::Fixed && r.rhs.scope == Scope::Fixed;
        if formula.relations().iter().all(fixed) {
            let cause = "this hypothesis is not about x: it belongs under hypotheses";
            return Err(self.at(text.span().start, cause));
        }
        let formula = Box::new(formula);
        let condition =
            if everywhere { Condition::Everywhere(formula) } else { Condition::Formula(formula) };
        Ok(Hypothesis { name: name.to_owned(), text: text.get_ref().clone(), condition })
    }

    fn stored(
        &self,
        name: String,
        instance: Spanned<toml::Value>,
        symbols: BTreeMap<String, Spanned<String>>,
        lhs: StoredSide,
        rhs: StoredSide,
    ) -> Stored {
        let line = self.at(instance.span().start, "").line;
        let symbols = symbols.into_iter().map(|(name, text)| (name, text.into_inner())).collect();
        Stored { name, instance: instance.into_inner(), symbols, line, lhs, rhs }
    }

    fn hypothesis(
        &self,
        name: &str,
        text: &Spanned<String>,
        dictionary: &Dictionary,
    ) -> Result<Hypothesis, FileError> {
        let condition =
            dictionary.condition(text.get_ref()).map_err(|error| self.formula(&error, text))?;
        Ok(Hypothesis { name: name.to_owned(), text: text.get_ref().clone(), condition })
    }

    fn claim(
        &self,
        text: &Spanned<String>,
        almost_surely: bool,
        dictionary: &Dictionary,
    ) -> Result<Formula, FileError> {
        let formula =
            dictionary.formula(text.get_ref()).map_err(|error| self.formula(&error, text))?;
        let random = formula.almost_sure_law().is_some();
        if random != almost_surely {
            let cause = if random {
                "a side is random outside E[...]: write an expectation, or almost_surely = true"
            } else {
                "almost_surely = true, but no side is random"
            };
            return Err(self.at(text.span().start, cause));
        }
        Ok(formula)
    }

    fn check_kind(
        &self,
        kind: Kind,
        formula: &Formula,
        text: &Spanned<String>,
    ) -> Result<(), FileError> {
        let actual = match formula {
            Formula::Equivalence(..) => Kind::Equivalence,
            Formula::Relation(relation) if relation.sign == Sign::Equal => Kind::Identity,
            Formula::Relation(_) => Kind::Inequality,
        };
        // A refutation may be of any relation.
        if actual == kind || kind == Kind::Refutation {
            return Ok(());
        }
        let cause = format!("the claim is of kind {actual:?}, not {kind:?}");
        Err(self.at(text.span().start, cause))
    }

    fn mutant(
        &self,
        raw: RawMutant,
        original: &Claim,
        dictionary: &Dictionary,
    ) -> Result<Mutant, FileError> {
        let mut claim = original.clone();
        if let Some(text) = &raw.claim {
            claim.formula = self.claim(text, original.almost_surely, dictionary)?;
            claim.text.clone_from(text.get_ref());
        }
        for name in &raw.without {
            let before = claim.hypotheses.len();
            claim.hypotheses.retain(|hypothesis| hypothesis.name != *name.get_ref());
            if claim.hypotheses.len() == before {
                let cause = format!("there is no hypothesis {:?} to drop", name.get_ref());
                return Err(self.at(name.span().start, cause));
            }
        }
        for (name, text) in &raw.hypotheses {
            let hypothesis = self.hypothesis(name, text, dictionary)?;
            claim.hypotheses.retain(|existing| existing.name != *name);
            claim.hypotheses.push(hypothesis);
        }
        if claim.hash() == original.hash() {
            let cause =
                format!("the mutant {:?} claims the same as the statement", raw.name.get_ref());
            return Err(self.at(raw.name.span().start, cause));
        }
        let name = raw.name.into_inner();
        let witness = raw.witness.map(|w| {
            self.stored(format!("witness of {name}"), w.instance, w.symbols, w.lhs, w.rhs)
        });
        Ok(Mutant { name, summary: raw.summary, claim, expect: raw.expect, witness })
    }
}
