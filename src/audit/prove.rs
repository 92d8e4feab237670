//! Proofs of the library, checked in order.

use super::library::Library;
use crate::claim::proof::StatementName;
use crate::claim::theorem::{Statement, Theorem};
use crate::kernel::{self, Rejection};

/// What became of the proof of one statement.
#[derive(Debug)]
pub struct ProofFinding<'a> {
    /// The theorem.
    pub theorem: &'a Theorem,
    /// The part.
    pub statement: &'a Statement,
    /// `None` where the file gives no proof.
    pub verdict: Option<Result<kernel::Proved, Rejection>>,
}

/// Checks every proof of the library. A proof may use the statements before it.
pub fn prove(library: &Library) -> Vec<ProofFinding<'_>> {
    let mut proved = kernel::Library::new();
    let mut findings = Vec::new();
    for theorem in library.theorems() {
        for statement in &theorem.statements {
            let verdict = statement
                .proof
                .as_ref()
                .map(|proof| kernel::check(&statement.claim, proof, &proved));
            if let Some(Ok(result)) = &verdict {
                let name =
                    StatementName { theorem: theorem.id.clone(), part: statement.part.clone() };
                proved.insert(name, result.clone());
            }
            findings.push(ProofFinding { theorem, statement, verdict });
        }
    }
    findings
}
