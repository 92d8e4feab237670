//! Proofs of the library, checked in order by the kernel, and the same certificates tried on the
//! mutants, which they must not prove.

use super::library::Library;
use crate::claim::proof::StatementName;
use crate::claim::theorem::{Mutant, Statement, Theorem};
use crate::kernel::{self, Proved, Rejection};

/// What became of the proof of one statement.
#[derive(Debug)]
pub struct ProofFinding<'a> {
    /// The theorem.
    pub theorem: &'a Theorem,
    /// The part.
    pub statement: &'a Statement,
    /// `None` where the file gives no proof.
    pub verdict: Option<Result<Proved, Rejection>>,
    /// What the same proof is worth for each mutant; a mutant that it proves is no mutant.
    pub mutants: Vec<(&'a Mutant, Result<(), Rejection>)>,
}

/// Checks every proof of the library. A proof may use the statements before it.
pub fn prove(library: &Library) -> Vec<ProofFinding<'_>> {
    let mut proved = kernel::Library::new();
    let mut findings = Vec::new();
    for theorem in library.theorems() {
        for statement in &theorem.statements {
            let name = StatementName { theorem: theorem.id.clone(), part: statement.part.clone() };
            let proof = statement.proof.as_ref();
            let verdict = proof.map(|proof| kernel::check(&statement.claim, proof, &proved));
            let tried = statement.mutants.iter().filter_map(|mutant| {
                let result = kernel::check(&mutant.claim, proof?, &proved).map(drop);
                Some((mutant, result))
            });
            let mutants = tried.collect();
            if let Some(Ok(result)) = &verdict {
                proved.insert(name, result.clone());
            }
            findings.push(ProofFinding { theorem, statement, verdict, mutants });
        }
    }
    findings
}

impl ProofFinding<'_> {
    /// The proof, if the kernel has accepted it.
    pub fn proved(&self) -> Option<&Proved> {
        self.verdict.as_ref()?.as_ref().ok()
    }

    /// Whether an instance is exhibited that meets the hypotheses: otherwise they might contradict
    /// each other, and the proof be about nothing. The audit checks that the examples meet them.
    pub fn has_instance(&self) -> bool {
        !self.statement.examples.is_empty() || self.statement.satisfied.is_some()
    }

    /// Whether the finding contradicts the file: a proof that is rejected, or that proves a mutant.
    pub fn contradicts(&self) -> bool {
        matches!(self.verdict, Some(Err(_))) || self.mutants.iter().any(|(_, r)| r.is_ok())
    }
}
