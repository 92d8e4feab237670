//! What became of proofs, for programs.

use crate::audit::finding::{ProofVerdict, Witness};
use crate::audit::prove::{KnownInstance, ProofFinding};
use crate::claim::file::FORMAT;
use serde::Serialize;

/// All proofs that were asked for.
#[derive(Clone, Debug, Serialize)]
pub struct ProofDocument {
    format: u64,
    version: &'static str,
    /// Whether some proof is rejected, or proves a mutant.
    contradicted: bool,
    proofs: Vec<ProofEntry>,
}

/// One statement's proof.
#[derive(Clone, Debug, Serialize)]
pub struct ProofEntry {
    theorem: String,
    part: String,
    verdict: ProofVerdict,
    /// Statements that the proof uses.
    uses: Vec<String>,
    /// Whether an instance of the file meets the hypotheses; absent without an accepted proof.
    #[serde(skip_serializing_if = "Option::is_none")]
    instance_known: Option<bool>,
    unused_hypotheses: Vec<String>,
    /// Mutants on which the same certificate was tried.
    mutants: usize,
    /// Those that it proves: there should be none.
    mutants_proved: Vec<String>,
    /// A witness against the claim of a rejected proof, where the search found one.
    #[serde(skip_serializing_if = "Option::is_none")]
    witness: Option<Witness>,
}

impl ProofDocument {
    /// Puts the document together; `witnesses` are those against claims whose proofs are rejected.
    pub fn new(findings: &[ProofFinding<'_>], witnesses: &[Witness]) -> Self {
        Self {
            format: FORMAT,
            version: env!("CARGO_PKG_VERSION"),
            contradicted: findings.iter().any(ProofFinding::contradicts),
            proofs: findings.iter().map(|own| ProofEntry::new(findings, own, witnesses)).collect(),
        }
    }
}

impl ProofEntry {
    fn new(all: &[ProofFinding<'_>], finding: &ProofFinding<'_>, witnesses: &[Witness]) -> Self {
        let (theorem, part) = (finding.theorem.id.clone(), finding.statement.part.clone());
        let proved = finding.proved();
        let own =
            |witness: &&Witness| witness.claim.theorem == theorem && witness.claim.part == part;
        let held = finding.mutants.iter().filter(|(_, result)| result.is_ok());
        Self {
            verdict: ProofVerdict::of(all, &theorem, &part),
            uses: proved.map_or_else(Vec::new, |p| {
                p.statements().iter().map(ToString::to_string).collect()
            }),
            instance_known: proved.map(|_| finding.instance() == KnownInstance::Met),
            unused_hypotheses: proved
                .map_or_else(Vec::new, |p| p.unused_hypotheses().map(str::to_owned).collect()),
            mutants: finding.mutants.len(),
            mutants_proved: held.map(|(mutant, _)| mutant.name.clone()).collect(),
            witness: witnesses.iter().find(own).cloned(),
            theorem,
            part,
        }
    }
}
