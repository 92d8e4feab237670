//! The audit of a whole library: every statement with its proof, its instances and its mutants.

use super::data::DataCase;
use super::finding::{ProofVerdict, StatementFinding};
use super::generated::{audit_generated, audit_tightest};
use super::library::Library;
use super::prove::prove_with_lemmas;
use super::runner::{Options, audit_statement};
use super::store::Store;
use crate::claim::proof::StatementName;
use crate::claim::theorem::{Statement, Theorem};
use rayon::prelude::*;
use std::time::{Duration, Instant};

/// Audits `statements` of the library, in parallel, and says how long each took.
///
/// Mutants made by rule are judged if a `store` of records is given. `done` is called after each
/// statement, for progress.
pub fn audit_statements(
    library: &Library,
    statements: &[(&Theorem, &Statement)],
    store: Option<&Store>,
    data: Option<&DataCase<'_>>,
    options: Options,
    done: impl Fn(&StatementFinding, Duration) + Sync,
) -> Vec<(StatementFinding, Duration)> {
    let asked = |name: &StatementName| {
        let own = |(theorem, _): &(&Theorem, &Statement)| theorem.id == name.theorem;
        statements.iter().any(own)
    };
    let (proofs, proved) = prove_with_lemmas(library, asked);
    let audit = |(theorem, statement): &(&Theorem, &Statement)| {
        let start = Instant::now();
        let proof = ProofVerdict::of(&proofs, &theorem.id, &statement.part);
        let mut finding = audit_statement(theorem, statement, proof, data, options);
        if let Some(store) = store {
            finding.generated = audit_generated(theorem, statement, &proved, store, options);
            finding.tightest = audit_tightest(theorem, statement, store, options).map(Box::new);
        }
        let time = start.elapsed();
        done(&finding, time);
        (finding, time)
    };
    statements.par_iter().map(audit).collect()
}
