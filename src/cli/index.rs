//! `kd-audit index`: what is known of every statement, as one page.

use super::audit::{exit_code, load_store};
use super::output::write;
use clap::Args;
use kd_audit::audit::library::Library;
use kd_audit::audit::runner::Options;
use kd_audit::audit::whole::audit_statements;
use kd_audit::claim::theorem::{Statement, Theorem};
use kd_audit::error::Error;
use kd_audit::export::coq;
use kd_audit::report;
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
    let store = load_store()?;
    let timed = audit_statements(library, &statements, Some(&store), None, options, |_, _| ());
    let findings = timed.into_iter().map(|(finding, _)| finding).collect();
    let audit = report::AuditReport::new(options, findings, None);
    let text = report::index(&audit, &statements, &coq::words(library, &statements)?);
    write(&args.out, &text)?;
    Ok(exit_code(audit.conclusion))
}
