//! The audit of a whole library: every statement with its proof, its instances and its mutants.

use super::data::DataCase;
use super::finding::{ProofVerdict, StatementFinding};
use super::generated::{audit_generated, audit_tightest, proved_statements};
use super::prove::ProofFinding;
use super::runner::{Options, audit_statement};
use super::store::Store;
use crate::claim::theorem::{Statement, Theorem};
use rayon::prelude::*;
use std::time::{Duration, Instant};

/// Audits `statements`, in parallel, and says how long each took.
///
/// `proofs` are those of the statements and of what they rest on. Mutants made by rule are judged if
/// a `store` of records is given. `done` is called after each statement, for progress.
pub fn audit_statements(
    statements: &[(&Theorem, &Statement)],
    proofs: &[ProofFinding<'_>],
    store: Option<&Store>,
    data: Option<&DataCase<'_>>,
    options: Options,
    done: impl Fn() + Sync,
) -> Vec<(StatementFinding, Duration)> {
    let proved = proved_statements(proofs);
    let audit = |(theorem, statement): &(&Theorem, &Statement)| {
        let start = Instant::now();
        let proof = ProofVerdict::of(proofs, &theorem.id, &statement.part);
        let mut finding = audit_statement(theorem, statement, proof, data, options);
        if let Some(store) = store {
            finding.generated = audit_generated(theorem, statement, &proved, store, options);
            finding.tightest = audit_tightest(theorem, statement, store, options).map(Box::new);
        }
        done();
        (finding, start.elapsed())
    };
    statements.par_iter().map(audit).collect()
}
