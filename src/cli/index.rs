//! `kd-audit index`: what is known of every statement, as one page.

use super::audit::{coq_words, load_store};
use super::output::write;
use super::{CONTRADICTED, INCONCLUSIVE, MET};
use clap::Args;
use kd_audit::audit::finding::{Conclusion, ProofVerdict, StatementFinding};
use kd_audit::audit::generated::{audit_generated, audit_tightest, proved_statements};
use kd_audit::audit::library::Library;
use kd_audit::audit::prove::prove;
use kd_audit::audit::runner::{Options, audit_statement};
use kd_audit::claim::theorem::{Statement, Theorem};
use kd_audit::error::Error;
use kd_audit::report;
use rayon::prelude::*;
use std::path::PathBuf;

#[derive(Args)]
pub struct IndexArgs {
    /// Where the index is written; - is standard output
    #[arg(long, default_value = "-")]
    out: PathBuf,
}

/// Audits every built-in theorem without data, writes the index and returns the exit code.
pub fn run(library: &Library, args: &IndexArgs) -> Result<u8, Error> {
    let options = Options::default();
    let statements: Vec<(&Theorem, &Statement)> = library
        .theorems()
        .iter()
        .flat_map(|theorem| theorem.statements.iter().map(move |statement| (theorem, statement)))
        .collect();
    let proofs = prove(library);
    let proved = proved_statements(&proofs);
    let store = load_store()?;
    let findings: Vec<StatementFinding> = statements
        .par_iter()
        .map(|(theorem, statement)| {
            let proof = ProofVerdict::of(&proofs, &theorem.id, &statement.part);
            let mut finding = audit_statement(theorem, statement, proof, None, options);
            finding.generated = audit_generated(theorem, statement, &proved, &store, options);
            let tightest = audit_tightest(theorem, statement, &store, options);
            finding.tightest = tightest.map(Box::new);
            finding
        })
        .collect();
    let audit = report::AuditReport::new(options, findings, None);
    let text = report::index(&audit, &statements, &coq_words(library, &statements)?);
    write(&args.out, &text)?;
    Ok(match audit.conclusion {
        Conclusion::Met => MET,
        Conclusion::Contradicted => CONTRADICTED,
        Conclusion::Inconclusive => INCONCLUSIVE,
    })
}
