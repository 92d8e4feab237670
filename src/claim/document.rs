//! A theorem file as a TOML document, before its formulas are read.

use super::theorem::{Expectation, Family, Kind, StoredSide};
use super::vocabulary::Process;
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
    #[serde(default)]
    pub(super) symbols: RawSymbols,
    #[serde(default)]
    pub(super) symbol: Vec<RawSymbol>,
    #[serde(default)]
    pub(super) definition: Vec<RawDefinition>,
    pub(super) statement: Vec<RawStatement>,
}

/// A symbol of the file's own.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawSymbol {
    pub(super) name: Spanned<String>,
    #[serde(default)]
    pub(super) kind: RawKind,
    pub(super) scope: RawScope,
    pub(super) latex: String,
    pub(super) meaning: String,
    /// Names after a step, after t steps and at the start.
    pub(super) motion: Option<[String; 3]>,
}

#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum RawKind {
    Positive,
    NonNegative,
    #[default]
    Real,
    Vector,
    Map,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum RawScope {
    Fixed,
    State,
    /// Random over the step, and dependent on the point.
    Random,
    /// Random over the step, whatever the point.
    Noise,
    /// Random over the coin, given the step.
    Coin,
    /// Random over a path of t steps.
    Path,
    /// Random over the stationary law.
    Stationary,
}

#[derive(Default, Deserialize)]
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
    #[serde(default)]
    pub(super) hypotheses: BTreeMap<String, Spanned<String>>,
    /// Formulas about x that are assumed for every x, and at the current x.
    #[serde(default)]
    pub(super) everywhere: BTreeMap<String, Spanned<String>>,
    #[serde(default)]
    pub(super) here: BTreeMap<String, Spanned<String>>,
    pub(super) unviolated: Option<String>,
    /// Why no instance of this version can be evaluated.
    pub(super) unevaluated: Option<String>,
    /// What the file's own symbols stand for where the statement is evaluated.
    #[serde(default)]
    pub(super) model: Vec<RawModel>,
    /// An instance that meets the hypotheses of a statement that is not evaluated.
    pub(super) satisfied: Option<RawSatisfied>,
    /// Why there is no proof.
    pub(super) unproved: Option<String>,
    #[serde(default)]
    pub(super) expect: Expectation,
    #[serde(default)]
    pub(super) example: Vec<RawStored>,
    #[serde(default)]
    pub(super) mutant: Vec<RawMutant>,
    pub(super) proof: Option<RawProof>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawProof {
    #[serde(default)]
    pub(super) step: Vec<RawStep>,
    pub(super) certificate: Option<Spanned<String>>,
    #[serde(default)]
    pub(super) certificates: Vec<Spanned<String>>,
}

/// A step has a name, a claim, and one rule.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawStep {
    pub(super) name: Spanned<String>,
    pub(super) claim: Spanned<String>,
    pub(super) certificate: Option<Spanned<String>>,
    pub(super) axiom: Option<Spanned<String>>,
    pub(super) fact: Option<Spanned<String>>,
    pub(super) at: Option<Spanned<String>>,
    #[serde(rename = "use")]
    pub(super) used: Option<Spanned<String>>,
    #[serde(default)]
    pub(super) with: BTreeMap<String, Spanned<String>>,
    pub(super) unroll: Option<RawUnrolling>,
    pub(super) induction: Option<RawInduction>,
    pub(super) pairs: Option<[Spanned<String>; 2]>,
    pub(super) average: Option<Spanned<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawUnrolling {
    pub(super) statement: Spanned<String>,
    pub(super) potential: Spanned<String>,
    pub(super) contraction: Spanned<String>,
    pub(super) noise: Spanned<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawInduction {
    pub(super) before: Spanned<String>,
    #[serde(default)]
    pub(super) step: Vec<RawStep>,
    pub(super) start: Spanned<String>,
    pub(super) next: Spanned<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawStored {
    pub(super) name: String,
    pub(super) instance: Spanned<toml::Value>,
    /// Expressions of the vocabulary in place of the file's own symbols.
    #[serde(default, rename = "where")]
    pub(super) symbols: BTreeMap<String, Spanned<String>>,
    pub(super) lhs: StoredSide,
    pub(super) rhs: StoredSide,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawModel {
    pub(super) name: Spanned<String>,
    #[serde(rename = "where")]
    pub(super) symbols: BTreeMap<String, Spanned<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawSatisfied {
    pub(super) instance: Spanned<toml::Value>,
    #[serde(default, rename = "where")]
    pub(super) symbols: BTreeMap<String, Spanned<String>>,
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
    #[serde(default, rename = "where")]
    pub(super) symbols: BTreeMap<String, Spanned<String>>,
    pub(super) lhs: StoredSide,
    pub(super) rhs: StoredSide,
}

fn refuted() -> Expectation {
    Expectation::Refuted
}
