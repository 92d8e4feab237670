//! What a theorem file holds, once read: statements, their mutants and worked examples.

use super::dictionary::Dictionary;
use super::expr::{Expr, Formula, Scope, Shape, Symbol};
use super::parser::FormulaError;
use super::proof::Proof;
use super::vocabulary::{Class, Process, Quantity};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;

pub use super::evidence::{Expectation, Stored, StoredSide};

/// The constant of a class is written into other formulas, which have a bound on their size.
pub(crate) const MAX_CONSTANT: usize = 300;

/// One theorem file.
#[derive(Clone, Debug)]
pub struct Theorem {
    /// The id, which is also the file's stem.
    pub id: String,
    /// A title.
    pub title: String,
    /// What it says, in plain language.
    pub summary: String,
    /// Where it comes from.
    pub source: String,
    /// The published form.
    pub published: String,
    /// How our form differs from it.
    pub deviation: String,
    /// The ids whose definitions are used here.
    pub uses: Vec<String>,
    /// The parts.
    pub statements: Vec<Statement>,
    /// The names that its formulas may use.
    pub dictionary: Dictionary,
}

/// One part of a theorem.
#[derive(Clone, Debug)]
pub struct Statement {
    /// The name of the part within its file.
    pub part: String,
    /// What kind of claim it is.
    pub kind: Kind,
    /// What the part says, in plain language.
    pub summary: String,
    /// What is claimed.
    pub claim: Claim,
    /// What the audit is expected to find.
    pub expect: Expectation,
    /// Why no instance of the family can violate a hypothesis, where that is so.
    pub unviolated: Option<String>,
    /// Worked instances with exact values of both sides.
    pub examples: Vec<Stored>,
    /// Variants that must be refuted.
    pub mutants: Vec<Mutant>,
    /// Why no instance of this version can be evaluated, where that is so.
    pub unevaluated: Option<String>,
    /// An instance that meets the hypotheses, where the claim itself is not evaluated.
    pub satisfied: Option<Stored>,
    /// What its symbols stand for where it is evaluated; empty for a statement without symbols of
    /// its file.
    pub models: Vec<Model>,
    /// Why it holds for every instance.
    pub proof: Option<Proof>,
    /// Why there is no proof, where that is known.
    pub unproved: Option<String>,
}

/// A formula with the hypotheses that it rests on: what is evaluated, searched and refuted.
#[derive(Clone, Debug)]
pub struct Claim {
    /// The formula.
    pub formula: Formula,
    /// The formula as written.
    pub text: String,
    /// The hypotheses, by name.
    pub hypotheses: Vec<Hypothesis>,
    /// The problems that it is about.
    pub family: Family,
    /// The process that x_next, x_t and x_inf refer to.
    pub process: Process,
    /// Whether it holds at every outcome, its sides being random.
    pub almost_surely: bool,
    /// The symbols that its file declares beyond the vocabulary.
    pub symbols: Vec<Arc<Symbol>>,
}

/// A named hypothesis.
#[derive(Clone, Debug)]
pub struct Hypothesis {
    /// Its name, by which a mutant replaces or drops it.
    pub name: String,
    /// The text in the file.
    pub text: String,
    /// What it demands.
    pub condition: Condition,
}

/// What a hypothesis demands of an instance.
#[derive(Clone, Debug)]
pub enum Condition {
    /// Membership in a class of problems, everywhere, with its constant if it takes one.
    Class(Class, Option<Expr>),
    /// A formula about fixed quantities, or about the current x only.
    Formula(Box<Formula>),
    /// A formula about x that is assumed for every x.
    Everywhere(Box<Formula>),
}

/// Formulas of the vocabulary for the symbols that a file declares by itself.
#[derive(Clone, Debug)]
pub struct Model {
    /// Its name within the statement.
    pub name: String,
    /// The formulas; the name `process` stands for the process.
    pub symbols: BTreeMap<String, String>,
}

/// A false variant of a statement.
#[derive(Clone, Debug)]
pub struct Mutant {
    /// Its name within the statement.
    pub name: String,
    /// What was changed.
    pub summary: String,
    /// The changed claim.
    pub claim: Claim,
    /// What the audit is expected to find.
    pub expect: Expectation,
    /// A known witness against it.
    pub witness: Option<Stored>,
}

/// Kinds of statements.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Two sides are equal.
    Identity,
    /// One side bounds the other.
    Inequality,
    /// Two relations hold together or fail together.
    Equivalence,
    /// A relation that could be thought to hold and is to be refuted: its examples violate it.
    Refutation,
}

/// Families of problems.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Family {
    /// Finite sums of quadratics, least squares included.
    #[default]
    Quadratic,
    /// Least squares, ridge allowed.
    LeastSquares,
    /// Linear models with the logistic, softmax or Poisson loss.
    CanonicalLink,
    /// Linear models with the squared loss of a sigmoid.
    SigmoidSquared,
    /// Linear models with softmax, distilled at a temperature.
    Temperature,
    /// Linear models with the probit link.
    Probit,
    /// Deep linear networks with squared loss.
    DeepLinear,
    /// ReLU networks with squared loss.
    Relu,
    /// Tanh networks with a canonical loss.
    Tanh,
}

impl Family {
    /// Whether instances are networks, and no finite sums of the other families.
    pub fn is_network(self) -> bool {
        !matches!(self, Self::Quadratic | Self::LeastSquares)
    }
}

impl Claim {
    /// Whether it is about symbols that its file declares, so that no instance can be built.
    pub fn is_abstract(&self) -> bool {
        let in_formula = |formula: &Formula| {
            formula.relations().iter().any(|r| r.lhs.is_abstract() || r.rhs.is_abstract())
        };
        in_formula(&self.formula)
            || self.hypotheses.iter().any(|hypothesis| match &hypothesis.condition {
                Condition::Formula(formula) | Condition::Everywhere(formula) => in_formula(formula),
                Condition::Class(_, constant) => constant.as_ref().is_some_and(Expr::is_abstract),
            })
    }

    /// Whether the formula or a hypothesis is about the quantity.
    pub fn mentions(&self, quantity: Quantity) -> bool {
        let in_formula = |formula: &Formula| {
            formula.relations().iter().any(|r| r.lhs.mentions(quantity) || r.rhs.mentions(quantity))
        };
        in_formula(&self.formula)
            || self.hypotheses.iter().any(|hypothesis| match &hypothesis.condition {
                Condition::Formula(formula) | Condition::Everywhere(formula) => in_formula(formula),
                Condition::Class(_, constant) => {
                    constant.as_ref().is_some_and(|constant| constant.mentions(quantity))
                }
            })
    }

    /// Whether a class is among the hypotheses.
    pub fn assumes(&self, class: Class) -> bool {
        self.hypotheses
            .iter()
            .any(|hypothesis| matches!(hypothesis.condition, Condition::Class(c, _) if c == class))
    }
}

impl Condition {
    /// Whether it speaks of the current x only.
    pub fn is_here(&self) -> bool {
        let Self::Formula(formula) = self else { return false };
        formula
            .relations()
            .iter()
            .any(|r| r.lhs.scope != Scope::Fixed || r.rhs.scope != Scope::Fixed)
    }
}

/// With definitions expanded, so that equal texts mean equal conditions.
impl std::fmt::Display for Condition {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Class(class, Some(constant)) => write!(f, "{}({constant})", class.entry().name),
            Self::Class(class, None) => f.write_str(class.entry().name),
            Self::Formula(formula) => write!(f, "{formula}"),
            Self::Everywhere(formula) => write!(f, "for every x: {formula}"),
        }
    }
}

impl Dictionary {
    /// Reads a hypothesis: a class such as `QSC(mu)`, or a formula about fixed quantities.
    ///
    /// # Errors
    /// If the text is neither, with the place and the cause.
    pub fn condition(&self, text: &str) -> Result<Condition, FormulaError> {
        let name = text.split('(').next().unwrap_or(text).trim();
        let row = super::vocabulary::CLASSES.iter().find(|row| row.name == name);
        let Some(row) = row else {
            if !text.contains(['<', '>', '=']) {
                let known: Vec<&str> =
                    super::vocabulary::CLASSES.iter().map(|row| row.name).collect();
                let cause = format!(
                    "{name:?} is no class of problems, and not a formula; the classes are {}",
                    known.join(", ")
                );
                return Err(FormulaError::new(0, cause));
            }
            let formula = self.formula(text)?;
            let fixed = formula
                .relations()
                .iter()
                .all(|r| r.lhs.scope == Scope::Fixed && r.rhs.scope == Scope::Fixed);
            return if fixed {
                Ok(Condition::Formula(Box::new(formula)))
            } else {
                let cause = "a hypothesis about a state or a random quantity is a named class, or stands under [here] or [everywhere]";
                Err(FormulaError::new(0, cause))
            };
        };
        let rest = text.trim()[name.len()..].trim();
        match (row.constant, rest.strip_prefix('(').and_then(|rest| rest.strip_suffix(')'))) {
            (false, None) if rest.is_empty() => Ok(Condition::Class(row.class, None)),
            (true, Some(constant)) => {
                let at = text.find('(').unwrap_or(0) + 1;
                let constant = self
                    .expression(constant)
                    .map_err(|error| FormulaError::new(at + error.at, error.cause))?;
                let scalar = constant.shape == Shape::Scalar;
                if !constant.is_within(MAX_CONSTANT, 10_000) {
                    return Err(FormulaError::new(at, "this constant is too large once expanded"));
                }
                if scalar && constant.scope == Scope::Fixed {
                    Ok(Condition::Class(row.class, Some(constant)))
                } else {
                    let cause = format!("{name} takes a fixed scalar");
                    Err(FormulaError::new(at, cause))
                }
            }
            _ => {
                let form = if row.constant { format!("{name}(constant)") } else { name.to_owned() };
                Err(FormulaError::new(0, format!("write this hypothesis as {form}")))
            }
        }
    }
}
