//! What an audit says: graded findings, tallies and witnesses. Everything here is a value that
//! `report` renders; nothing prints.

use super::check::Sides;
use super::prove::ProofFinding;
use crate::claim::file::FORMAT;
use crate::claim::theorem::{Claim, Expectation, Kind};
use crate::problem::Instance;
use crate::scalar::{Interval, Rational, Scalar};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// How good the evidence is. A grade never rises silently: a statement has the best evidence that
/// decides it, and a refutation dominates.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "is")]
pub enum Grade {
    /// Holds for every instance that meets the hypotheses: the kernel has accepted a proof.
    Proved {
        /// The axioms that the proof rests on.
        modulo: Vec<&'static str>,
    },
    /// Holds on every accepted instance, in rational arithmetic on at least one.
    Exact,
    /// Holds on every accepted instance, in outward-rounded intervals only.
    Enclosed,
    /// Sampling agrees, at a stated level of confidence.
    Consistent {
        /// The paths that were sampled.
        n: u64,
        /// The level of the confidence sequence.
        alpha: f64,
    },
    /// No evidence decides it.
    Inconclusive {
        /// Why.
        why: String,
    },
    /// No instance satisfied the hypotheses.
    Rejected {
        /// The hypothesis that failed most often.
        hypothesis: String,
    },
    /// A concrete instance violates it.
    Refuted {
        /// The instance.
        witness: Box<Witness>,
    },
}

impl Grade {
    /// The word for a table.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Proved { .. } => "Proved",
            Self::Exact => "Exact",
            Self::Enclosed => "Enclosed",
            Self::Consistent { .. } => "Consistent",
            Self::Inconclusive { .. } => "Inconclusive",
            Self::Rejected { .. } => "Rejected",
            Self::Refuted { .. } => "Refuted",
        }
    }
}

/// An instance that violates a claim, complete enough to be replayed by hand.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Witness {
    /// The format of the file.
    pub format: u64,
    /// The claim.
    pub claim: ClaimName,
    /// The hash of the claim when the witness was found.
    pub hash: String,
    /// The left side on the instance.
    pub lhs: Number,
    /// The right side on the instance.
    pub rhs: Number,
    /// The instance.
    pub instance: Instance,
    /// Formulas in place of the claim's own symbols.
    #[serde(default, rename = "where", skip_serializing_if = "BTreeMap::is_empty")]
    pub symbols: BTreeMap<String, String>,
    /// Whether the claim holds here: then the instance shows how near it comes to equality.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub holds: bool,
}

/// Which claim.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClaimName {
    /// The theorem's id.
    pub theorem: String,
    /// The part.
    pub part: String,
    /// The mutant, if it is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mutant: Option<String>,
}

impl std::fmt::Display for ClaimName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.theorem, self.part)?;
        self.mutant.iter().try_for_each(|mutant| write!(f, " [{mutant}]"))
    }
}

/// A number in a report: exact as "p/q", an enclosure as a pair of hexadecimal floats.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Number {
    /// Exact.
    Exact(Rational),
    /// Enclosed.
    Enclosed(Interval),
}

impl std::fmt::Display for Number {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Exact(value) => write!(f, "{value}"),
            Self::Enclosed(value) => write!(f, "{value}"),
        }
    }
}

impl Number {
    /// A float for display: nearest value, or midpoint.
    pub fn to_f64(&self) -> f64 {
        match self {
            Self::Exact(value) => value.to_f64(),
            Self::Enclosed(value) => value.to_f64(),
        }
    }
}

impl Sides {
    /// Both sides as numbers of a report.
    pub fn numbers(&self) -> (Number, Number) {
        match self {
            Self::Exact(l, r) => (Number::Exact(l.clone()), Number::Exact(r.clone())),
            Self::Enclosed(l, r) => (Number::Enclosed(*l), Number::Enclosed(*r)),
        }
    }
}

impl Witness {
    /// A witness against a claim.
    pub fn new(name: ClaimName, claim: &Claim, instance: Instance, sides: &Sides) -> Self {
        let (lhs, rhs) = sides.numbers();
        let (symbols, holds) = (BTreeMap::new(), false);
        Self { format: FORMAT, claim: name, hash: claim.hash(), lhs, rhs, instance, symbols, holds }
    }
}

/// The finding about one part of a theorem.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct StatementFinding {
    /// The theorem's id.
    pub theorem: String,
    /// The part.
    pub part: String,
    /// Its kind.
    pub kind: Kind,
    /// What was expected.
    pub expect: Expectation,
    /// What was found.
    pub grade: Grade,
    /// What became of its proof.
    pub proof: ProofVerdict,
    /// Random instances.
    pub instances: Tally,
    /// Random instances that are not positive definite quadratics, by family.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub families: BTreeMap<&'static str, Tally>,
    /// Worked examples of the file, by name.
    pub examples: Vec<ExampleFinding>,
    /// The data set, where one was given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data: Option<DataFinding>,
    /// How close the accepted instances come to equality; `None` where no right side is positive.
    pub tightness: Option<Tightness>,
    /// The instance that a search for equality found, where there was one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tightest: Option<Box<Witness>>,
    /// Mutants, by name.
    pub mutants: Vec<MutantFinding>,
    /// Mutants that the rules make, by name; empty where they were not asked for.
    pub generated: Vec<GeneratedFinding>,
}

/// What became of a proof.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "is")]
pub enum ProofVerdict {
    /// The file gives none.
    None,
    /// The kernel has accepted it.
    Accepted {
        /// The axioms that it rests on.
        modulo: Vec<&'static str>,
    },
    /// The kernel has not.
    Rejected {
        /// Why.
        why: String,
    },
}

impl ProofVerdict {
    /// The verdict on the proof of a statement, which is in the list of all proofs.
    pub fn of(proofs: &[ProofFinding<'_>], theorem: &str, part: &str) -> Self {
        let own = |f: &&ProofFinding<'_>| f.theorem.id == theorem && f.statement.part == part;
        match proofs.iter().find(own).and_then(|finding| finding.verdict.as_ref()) {
            None => Self::None,
            Some(Ok(proved)) => {
                Self::Accepted { modulo: proved.axioms().iter().copied().collect() }
            }
            Some(Err(rejection)) => Self::Rejected { why: rejection.to_string() },
        }
    }

    /// The word for a table.
    pub fn word(&self) -> &'static str {
        match self {
            Self::None => "-",
            Self::Accepted { modulo } if modulo.is_empty() => "yes",
            Self::Accepted { .. } => "modulo",
            Self::Rejected { .. } => "rejected",
        }
    }
}

/// How the random instances of a statement ended.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Tally {
    /// Holds exactly.
    pub exact: usize,
    /// Holds in enclosures.
    pub enclosed: usize,
    /// Agrees with what was sampled.
    #[serde(skip_serializing_if = "is_zero")]
    pub consistent: usize,
    /// Violates the claim.
    pub refuted: usize,
    /// Rejected, by hypothesis.
    pub rejected: BTreeMap<String, usize>,
    /// Undecided, by reason.
    pub inconclusive: BTreeMap<String, usize>,
}

impl Tally {
    /// How many satisfied the hypotheses and were decided.
    pub fn accepted(&self) -> usize {
        self.exact + self.enclosed + self.consistent + self.refuted
    }

    /// How many were rejected.
    pub fn rejected(&self) -> usize {
        self.rejected.values().sum()
    }
}

fn is_zero(count: &usize) -> bool {
    *count == 0
}

/// How close the accepted instances come to equality.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Tightness {
    /// The largest lhs/rhs, among instances with rhs > 0.
    pub largest: f64,
    /// The median of lhs/rhs.
    pub median: f64,
    /// The share of instances with lhs/rhs above 0.9.
    pub above_nine_tenths: f64,
    /// The smallest slack rhs − lhs of the instances.
    pub least_slack: f64,
    /// How many have lhs/rhs below 0, in each twentieth from 0 to 1 (1 belongs to the last), and
    /// above 1.
    pub histogram: Vec<usize>,
}

/// The finding about a worked example.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ExampleFinding {
    /// Its name.
    pub name: String,
    /// Whether it holds with the exact values that the file states.
    pub agrees: bool,
    /// What was found instead.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub found: Option<String>,
}

/// The finding about the data set.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct DataFinding {
    /// What was found; a data set cannot grade above what it shows by itself.
    pub grade: Grade,
    /// The left side, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lhs: Option<Number>,
    /// The right side, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rhs: Option<Number>,
}

/// The finding about a mutant.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct MutantFinding {
    /// Its name.
    pub name: String,
    /// What was expected.
    pub expect: Expectation,
    /// How it was refuted, or that it was not.
    pub verdict: MutantVerdict,
    /// The witness, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub witness: Option<Box<Witness>>,
}

/// How a mutant ended.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "is")]
pub enum MutantVerdict {
    /// The witness of the file refutes it, with the exact values that the file states.
    RefutedByStoredWitness,
    /// The search found a witness.
    RefutedBySearch {
        /// How many evaluations of the claim it took, shrinking excluded.
        evaluations: usize,
    },
    /// The witness of the file does not refute it, or has other values.
    StoredWitnessFails {
        /// What was found instead.
        found: String,
    },
    /// The search found nothing within its budget.
    Survived {
        /// The evaluations spent.
        evaluations: usize,
    },
}

/// The finding about a mutant that a rule has made.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct GeneratedFinding {
    /// Its name.
    pub name: String,
    /// What was changed.
    pub summary: String,
    /// The hash of its claim.
    pub hash: String,
    /// The changed formula.
    pub formula: String,
    /// The same as LaTeX.
    pub latex: String,
    /// How it ended.
    pub verdict: GeneratedVerdict,
    /// The witness, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub witness: Option<Box<Witness>>,
}

/// How a generated mutant ended.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "is")]
pub enum GeneratedVerdict {
    /// A witness of an earlier search refutes it.
    RefutedByStoredWitness,
    /// An instance of the theorem file refutes it.
    RefutedByFile {
        /// The name of the instance.
        instance: String,
    },
    /// The search found a witness.
    RefutedBySearch {
        /// How many evaluations of the claim it took, shrinking excluded.
        evaluations: usize,
    },
    /// The kernel accepts the statement's own proof for it: it is true, and sharper.
    Proved,
    /// Neither refuted nor proved.
    Open {
        /// The evaluations that found nothing; 0 where no instance can be drawn.
        evaluations: usize,
    },
}

impl GeneratedFinding {
    /// Whether a witness was found.
    pub fn is_refuted(&self) -> bool {
        self.witness.is_some()
    }
}

impl MutantFinding {
    /// Whether a witness was found.
    pub fn is_refuted(&self) -> bool {
        self.witness.is_some()
    }

    /// The evaluations that a search spent; 0 where the witness was there.
    pub fn evaluations(&self) -> usize {
        match self.verdict {
            MutantVerdict::RefutedBySearch { evaluations }
            | MutantVerdict::Survived { evaluations } => evaluations,
            MutantVerdict::RefutedByStoredWitness | MutantVerdict::StoredWitnessFails { .. } => 0,
        }
    }

    /// Whether the finding contradicts what the file expects.
    pub fn contradicts(&self) -> bool {
        let wrong_witness = matches!(self.verdict, MutantVerdict::StoredWitnessFails { .. });
        wrong_witness
            || match self.expect {
                Expectation::Refuted => !self.is_refuted(),
                Expectation::Holds => self.is_refuted(),
                Expectation::Open => false,
            }
    }
}

/// How one statement, or the whole audit, ended against what the files expect.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Conclusion {
    /// Every expectation is met.
    Met,
    /// Some expectation is neither met nor contradicted.
    Inconclusive,
    /// Some expectation is contradicted.
    Contradicted,
}

impl StatementFinding {
    /// How the statement ended against what its file expects, its mutants included.
    pub fn conclusion(&self) -> Conclusion {
        if self.mutants.iter().any(MutantFinding::contradicts) {
            Conclusion::Contradicted
        } else {
            self.own_conclusion()
        }
    }

    /// The same without its mutants.
    pub fn own_conclusion(&self) -> Conclusion {
        let violated = self.tightest.as_ref().is_some_and(|witness| !witness.holds);
        let refuted = matches!(self.grade, Grade::Refuted { .. }) || violated;
        let wrong = match self.expect {
            Expectation::Holds => refuted,
            Expectation::Refuted => !refuted,
            Expectation::Open => false,
        };
        // What is proved cannot be refuted: one of the two is wrong.
        let both = refuted && matches!(self.proof, ProofVerdict::Accepted { .. });
        if wrong
            || both
            || matches!(self.proof, ProofVerdict::Rejected { .. })
            || self.examples.iter().any(|example| !example.agrees)
        {
            Conclusion::Contradicted
        } else if matches!(self.grade, Grade::Inconclusive { .. } | Grade::Rejected { .. }) {
            Conclusion::Inconclusive
        } else {
            Conclusion::Met
        }
    }
}
