//! The command line: arguments, and what the commands share. Everything that prints is below here.

mod audit;
mod cost;
mod export;
mod index;
mod new;
mod prove;
mod refute;
mod report_page;
mod reproduce;
mod weight;
mod worst_case;

use clap::{Args, Parser, Subcommand, ValueEnum};
use kd_audit::audit::library::Library;
use kd_audit::audit::runner::Options;
use kd_audit::error::Error;
use kd_audit::report;
use std::io::Write;
use std::path::{Path, PathBuf};

/// Exit codes: every expectation met; one contradicted; usage or input error; undecided only.
pub const MET: u8 = 0;
pub const CONTRADICTED: u8 = 1;
pub const USAGE: u8 = 2;
pub const INCONCLUSIVE: u8 = 3;

/// Audits the theorems of "Knowledge Distillation Performs Partial Variance Reduction": evaluates
/// each exactly on random and real instances, and refutes its mutants.
///
/// Without a command, audits every theorem. Exit codes: 0 every expectation is met, 1 one is
/// contradicted, 2 usage or input error, 3 some statements are undecided.
#[derive(Parser)]
#[command(name = "kd-audit", version, args_conflicts_with_subcommands = true)]
pub struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    audit: audit::AuditArgs,
}

#[derive(Subcommand)]
enum Command {
    /// Audits theorems: instances, worked examples, a data set, mutants
    Audit(audit::AuditArgs),
    /// Lists the theorems and their parts
    List,
    /// Shows what a theorem says, under which hypotheses, and how it differs from the published form
    Show {
        /// A theorem's id, or a theorem file
        theorem: String,
    },
    /// Checks proofs, explains those that are rejected, and searches for witnesses against them
    Prove(prove::ProveArgs),
    /// Which distillation weight for your data and your teacher, and whether it is worth it
    Weight(weight::WeightArgs),
    /// Runs the paper's experiments on real data, with bounds, bands and checked predictions
    Reproduce(reproduce::ReproduceArgs),
    /// Writes the audit as one self-contained HTML page
    Report(report_page::ReportArgs),
    /// Writes a commented theorem file to start from
    New(new::NewArgs),
    /// Writes the index of statements: proofs, instances, mutants, tightness, and what is open
    Index(index::IndexArgs),
    /// Shows what a step of each estimator costs on this machine, and the steps to an accuracy
    Cost(cost::CostArgs),
    /// Writes what is proved for another proof assistant
    Export(export::ExportArgs),
    /// Searches for a witness against a statement, or against its mutants
    Refute(refute::RefuteArgs),
    /// Bounds the worst case of a method, or of a statement, over its whole class of problems
    WorstCase(worst_case::WorstCaseArgs),
    /// Looks for the sharpest constant with which a statement can be proved
    Tighten(worst_case::TightenArgs),
    /// Replays a witness file
    Replay {
        /// The witness, as `refute` writes it
        file: PathBuf,
        /// The theorem file that the witness is about, if it is not built in
        #[arg(long)]
        theorem: Option<PathBuf>,
    },
}

#[derive(Args)]
struct SearchArgs {
    /// Where all randomness starts
    #[arg(long, default_value_t = Options::default().seed)]
    seed: u64,
    /// Evaluations that a search may spend on one claim
    #[arg(long, default_value_t = Options::default().search_evaluations)]
    evaluations: usize,
}

/// The form of a report.
#[derive(Clone, Copy, ValueEnum)]
enum Format {
    /// A table for people
    Text,
    /// A document for programs
    Json,
}

/// Runs a command and returns the exit code.
pub fn run(cli: Cli) -> Result<u8, Error> {
    let library = Library::load()?;
    match cli.command.unwrap_or(Command::Audit(cli.audit)) {
        Command::Audit(args) => audit::run(library, &args),
        Command::List => {
            print(&report::list(&library));
            Ok(MET)
        }
        Command::Show { theorem } => {
            let (library, ids) = select(library, std::slice::from_ref(&theorem))?;
            for theorem in ids.iter().filter_map(|id| library.theorem(id)) {
                print(&report::show_theorem(theorem));
            }
            Ok(MET)
        }
        Command::Prove(args) => prove::run(library, &args),
        Command::Weight(args) => weight::run(&args),
        Command::Reproduce(args) => reproduce::run(&library, &args),
        Command::Report(args) => report_page::run(library, &args),
        Command::New(args) => new::run(&library, &args),
        Command::Index(args) => index::run(&library, &args),
        Command::Cost(args) => cost::run(&library, &args),
        Command::Export(args) => export::run(&library, &args),
        Command::Refute(args) => refute::run(library, &args),
        Command::WorstCase(args) => worst_case::run(library, &args),
        Command::Tighten(args) => worst_case::run_tighten(library, &args),
        Command::Replay { file, theorem } => refute::replay(library, &file, theorem.as_deref()),
    }
}

/// Writes to standard output; a reader that has gone away is no fault.
fn print(text: &str) {
    let _ = std::io::stdout().write_all(text.as_bytes());
}

fn read(path: &Path) -> Result<Vec<u8>, Error> {
    std::fs::read(path).map_err(|source| Error::Io { file: path.display().to_string(), source })
}

fn read_text(path: &Path) -> Result<String, Error> {
    let invalid =
        |_| std::io::Error::new(std::io::ErrorKind::InvalidData, "the file is not UTF-8 text");
    String::from_utf8(read(path)?)
        .map_err(invalid)
        .map_err(|source| Error::Io { file: path.display().to_string(), source })
}

/// Resolves ids and files; files are added to the library.
fn select(mut library: Library, names: &[String]) -> Result<(Library, Vec<String>), Error> {
    let mut ids: Vec<String> = Vec::new();
    let mut files = Vec::new();
    for name in names {
        if name.ends_with(".toml") {
            let id = library.add(name, &read_text(Path::new(name))?)?;
            if files.contains(&id) {
                return Err(Error::Usage(format!("{name}: a second file has the id {id}")));
            }
            files.push(id.clone());
            ids.retain(|known| *known != id);
            ids.push(id);
        } else if library.theorem(name).is_some() {
            if !ids.contains(name) {
                ids.push(name.clone());
            }
        } else {
            let known = library.theorems().iter().map(|theorem| theorem.id.as_str());
            return Err(unknown("theorem", name, known));
        }
    }
    Ok((library, ids))
}

fn unknown<'a>(what: &'static str, given: &str, known: impl Iterator<Item = &'a str>) -> Error {
    let known = known.collect::<Vec<_>>().join(", ");
    Error::Unknown { what, given: given.to_owned(), known }
}
