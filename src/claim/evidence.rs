//! What a theorem file holds beside its claims: worked examples, and what an audit is expected to
//! find. Nothing here decides whether a claim is proved.

use super::expr::{Expr, Formula, Node, Sign};
use super::theorem::{Claim, Condition};
use super::vocabulary::Quantity;
use crate::scalar::Rational;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// An instance in a theorem file, with the values that both sides of the claim must have on it.
#[derive(Clone, Debug)]
pub struct Stored {
    /// Its name.
    pub name: String,
    /// The instance, still as a document.
    pub instance: toml::Value,
    /// Formulas of the vocabulary in place of the file's own symbols.
    pub symbols: BTreeMap<String, String>,
    /// The line of the file where it stands.
    pub line: usize,
    /// The left side.
    pub lhs: StoredSide,
    /// The right side.
    pub rhs: StoredSide,
}

/// The value that a side must have.
#[derive(Clone, Debug, PartialEq)]
pub enum StoredSide {
    /// Exactly this.
    Exact(Rational),
    /// Between these, where a side is irrational or long.
    Between([Rational; 2]),
}

impl<'de> Deserialize<'de> for StoredSide {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(
            untagged,
            expecting = "expected a number: \"p/q\", a decimal in quotes, or an integer; or two"
        )]
        enum Form {
            Text(String),
            Integer(i64),
            Between([Rational; 2]),
        }
        match Form::deserialize(deserializer)? {
            Form::Text(text) => text.parse().map(Self::Exact).map_err(serde::de::Error::custom),
            Form::Integer(value) => Ok(Self::Exact(Rational::integer(value))),
            Form::Between(ends) => Ok(Self::Between(ends)),
        }
    }
}

impl std::fmt::Display for StoredSide {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Exact(value) => write!(f, "{value}"),
            Self::Between([lower, upper]) => write!(f, "[{lower}, {upper}]"),
        }
    }
}

/// What the audit is expected to find.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Expectation {
    /// No witness against it.
    #[default]
    Holds,
    /// A witness against it.
    Refuted,
    /// Either; it is listed.
    Open,
}

impl Claim {
    /// A short hash of what is claimed, with definitions expanded. It changes when a constant of
    /// the bound or a hypothesis does, and not with names, prose or layout.
    pub fn hash(&self) -> String {
        // In an order that does not depend on their names, nor on what a mutant replaced.
        let mut conditions: Vec<String> =
            self.hypotheses.iter().map(|hypothesis| hypothesis.condition.to_string()).collect();
        conditions.sort_unstable();
        let head = format!("{:?}; {:?}; {}", self.family, self.process, self.formula);
        let text = [vec![head], conditions].concat().join("; ");
        Sha256::digest(text.as_bytes())[..8].iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// The bounds that the hypotheses put on a scalar from above, and whether each is strict.
    pub fn upper_bounds(&self, symbol: Quantity) -> impl Iterator<Item = (&Expr, bool)> {
        self.hypotheses.iter().filter_map(move |hypothesis| {
            let Condition::Formula(formula) = &hypothesis.condition else { return None };
            let Formula::Relation(relation) = &**formula else { return None };
            let is_symbol =
                |side: &Expr| matches!(&side.node, Node::Quantity(q, _) if *q == symbol);
            let strict = matches!(relation.sign, Sign::Less | Sign::Greater);
            let bound = match relation.sign {
                Sign::AtMost | Sign::Less if is_symbol(&relation.lhs) => &relation.rhs,
                Sign::AtLeast | Sign::Greater if is_symbol(&relation.rhs) => &relation.lhs,
                _ => return None,
            };
            (!bound.mentions(symbol)).then_some((bound, strict))
        })
    }
}
