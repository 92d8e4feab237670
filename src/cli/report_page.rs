//! `kd-audit report`: the audit as one HTML page.

use super::audit::{AuditArgs, exit_code, perform};
use super::output::{remark, write};
use clap::Args;
use kd_audit::audit::figure::figures;
use kd_audit::audit::library::Library;
use kd_audit::audit::runner::Options;
use kd_audit::error::Error;
use kd_audit::expectation::Budget;
use kd_audit::report;
use kd_audit::worst_case::curves::curve_figure;
use kd_audit::worst_case::overview::overview;
use std::path::PathBuf;

#[derive(Args)]
pub struct ReportArgs {
    /// The file to write; - is standard output
    #[arg(long, default_value = "report.html")]
    out: PathBuf,
    #[command(flatten)]
    audit: AuditArgs,
}

impl ReportArgs {
    /// How many threads are asked for; 0 for one a core.
    pub fn jobs(&self) -> usize {
        self.audit.jobs()
    }
}

/// Runs the audit, writes the page and returns the exit code of the audit.
pub fn run(library: Library, args: &ReportArgs) -> Result<u8, Error> {
    let audited = perform(library, &args.audit)?;
    let mut figures = figures(&audited.library, Budget::STANDARD);
    let options = Options {
        instances: audited.report.instances,
        seed: audited.report.seed,
        ..Options::default()
    };
    let worst = overview(&audited.library, options);
    figures.extend(curve_figure(&audited.library, &worst.curves));
    let page =
        report::html(&audited.report, &audited.library, &audited.coq, &figures, Some(&worst))
            .map_err(Error::Usage)?;
    write(&args.out, &page)?;
    let count = audited.report.statements.len();
    remark(&format!("{}: {count} statements\n", args.out.display()), &args.out);
    Ok(exit_code(audited.report.conclusion))
}
