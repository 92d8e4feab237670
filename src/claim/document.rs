//! A theorem file as a TOML document, before its formulas are read.

use super::theorem::{Expectation, Family, Kind};
use super::vocabulary::Process;
use crate::scalar::Rational;
use serde::Deserialize;
use std::collections::BTreeMap;
use toml::Spanned;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawTheorem {
    #[allow(dead_code, reason = "checked before the rest is read")]
    pub(super) format: u64,
    pub(super) id: Spanned<String>,
    pub(super) title: String,
    pub(super) summary: String,
    pub(super) source: String,
    pub(super) published: String,
    pub(super) deviation: String,
    #[serde(default)]
    pub(super) uses: Vec<Spanned<String>>,
    pub(super) symbols: RawSymbols,
    #[serde(default)]
    pub(super) definition: Vec<RawDefinition>,
    pub(super) statement: Vec<RawStatement>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawSymbols {
    #[serde(default)]
    pub(super) fixed: Vec<Spanned<String>>,
    #[serde(default)]
    pub(super) state: Vec<Spanned<String>>,
    #[serde(default)]
    pub(super) random: Vec<Spanned<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawDefinition {
    pub(super) name: Spanned<String>,
    #[serde(default)]
    pub(super) parameters: Vec<String>,
    pub(super) formula: Spanned<String>,
    pub(super) latex: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawStatement {
    pub(super) part: Spanned<String>,
    pub(super) kind: Kind,
    pub(super) summary: String,
    #[serde(default)]
    pub(super) family: Family,
    pub(super) process: Process,
    pub(super) claim: Spanned<String>,
    #[serde(default)]
    pub(super) almost_surely: bool,
    pub(super) hypotheses: BTreeMap<String, Spanned<String>>,
    pub(super) unviolated: Option<String>,
    #[serde(default)]
    pub(super) expect: Expectation,
    #[serde(default)]
    pub(super) example: Vec<RawStored>,
    #[serde(default)]
    pub(super) mutant: Vec<RawMutant>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawStored {
    pub(super) name: String,
    pub(super) instance: Spanned<toml::Value>,
    pub(super) lhs: Rational,
    pub(super) rhs: Rational,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawMutant {
    pub(super) name: Spanned<String>,
    pub(super) summary: String,
    pub(super) claim: Option<Spanned<String>>,
    #[serde(default)]
    pub(super) hypotheses: BTreeMap<String, Spanned<String>>,
    #[serde(default)]
    pub(super) without: Vec<Spanned<String>>,
    #[serde(default = "refuted")]
    pub(super) expect: Expectation,
    pub(super) witness: Option<RawWitness>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawWitness {
    pub(super) instance: Spanned<toml::Value>,
    pub(super) lhs: Rational,
    pub(super) rhs: Rational,
}

fn refuted() -> Expectation {
    Expectation::Refuted
}
