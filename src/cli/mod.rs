//! The command line: arguments, and what the commands share. Everything that prints is below here.

mod audit;
mod cost;
mod export;
mod help;
mod index;
mod licenses;
mod new;
mod output;
mod prove;
mod refute;
mod report_page;
mod reproduce;
mod shell;
mod weight;
mod worst_case;

use clap::error::ErrorKind;
use clap::parser::ValueSource;
use clap::{ArgMatches, Args, CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum};
use kd_audit::audit::library::Library;
use kd_audit::audit::runner::Options;
use kd_audit::error::Error;
use kd_audit::report;
use output::{print, read_text};
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// Exit codes: every expectation met; one contradicted; usage or input error; undecided only.
pub const MET: u8 = 0;
pub const CONTRADICTED: u8 = 1;
pub const USAGE: u8 = 2;
pub const INCONCLUSIVE: u8 = 3;

/// Audits the theorems of "Knowledge Distillation Performs Partial Variance Reduction": evaluates
/// each exactly on random and real instances, and refutes its mutants.
///
/// Without a command, audits every theorem. A file named - is standard input or output.
#[derive(Parser)]
#[command(
    name = "kd-audit",
    version,
    override_usage = "kd-audit [OPTIONS] [THEOREMS]...\n       kd-audit <COMMAND>"
)]
pub struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    audit: audit::AuditArgs,
    #[command(flatten)]
    volume: output::Volume,
    /// Print the licences of the program and of the data sets within, as `licenses` does
    #[arg(long, exclusive = true)]
    licenses: bool,
}

#[derive(Subcommand)]
enum Command {
    /// Audits theorems: instances, worked examples, a data set, mutants
    Audit(audit::AuditArgs),
    /// Lists the theorems and their parts
    List,
    /// Shows what a theorem says, under which hypotheses, and how it differs from the published form
    Show {
        /// A theorem's id, or a theorem file; - is standard input
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
        /// The witness, as `refute` writes it; - is standard input
        file: PathBuf,
        /// The theorem file that the witness is about, if it is not built in
        #[arg(long)]
        theorem: Option<PathBuf>,
    },
    /// Prints what a shell needs to complete commands and options
    Completions(shell::CompletionsArgs),
    /// Prints the manual page, or writes one a command
    Man(shell::ManArgs),
    /// Prints the licences of the program and of the data sets within
    Licenses,
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

/// Reads the words of a command line, the program's name first.
pub fn parse(words: impl IntoIterator<Item = OsString>) -> Result<Cli, clap::Error> {
    let mut command = help::command();
    let matches = command.try_get_matches_from_mut(words)?;
    if let Some((name, option)) = misplaced(&matches) {
        let cause = format!(
            "{option} before `{name}` would be lost: options of a command come after it, as in `kd-audit {name} {option}`"
        );
        return Err(command.error(ErrorKind::ArgumentConflict, cause));
    }
    Cli::from_arg_matches(&matches).map_err(|error| error.format(&mut command))
}

/// A command with an option of the audit before it, which would be lost. Of the words before a
/// command only those about the whole program have a meaning.
fn misplaced(matches: &ArgMatches) -> Option<(String, String)> {
    let (name, _) = matches.subcommand()?;
    let command = Cli::command();
    let mut given = command.get_arguments().filter(|argument| {
        let source = matches.value_source(argument.get_id().as_str());
        !argument.is_global_set() && source == Some(ValueSource::CommandLine)
    });
    let option = given.next()?;
    let text = option.get_long().map_or_else(|| option.get_id().to_string(), |l| format!("--{l}"));
    Some((name.to_owned(), text))
}

/// Runs a command and returns the exit code.
pub fn run(cli: Cli) -> Result<u8, Error> {
    output::set_volume(cli.volume);
    if cli.licenses {
        return Ok(licenses::run());
    }
    let library = Library::load()?;
    if cli.command.is_none() {
        commands_are_no_theorems(&library, &cli.audit)?;
    }
    let command = cli.command.unwrap_or(Command::Audit(cli.audit));
    let jobs = match &command {
        Command::Audit(args) => args.jobs(),
        Command::Report(args) => args.jobs(),
        _ => 0,
    };
    start_threads(jobs)?;
    match command {
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
        Command::Completions(args) => Ok(shell::completions(&args)),
        Command::Man(args) => shell::man(&args),
        Command::Licenses => Ok(licenses::run()),
    }
}

/// Formulas are evaluated recursively, and may be nested some hundred deep.
const STACK_BYTES: usize = 16 << 20;

/// So many threads; 0 for one a core.
fn start_threads(jobs: usize) -> Result<(), Error> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(jobs).stack_size(STACK_BYTES);
    pool.build_global().map_err(|error| Error::Usage(format!("threads cannot be started: {error}")))
}

/// A command that is misspelt reads as a theorem of the audit.
fn commands_are_no_theorems(library: &Library, args: &audit::AuditArgs) -> Result<(), Error> {
    let Some(word) = args.first_theorem() else { return Ok(()) };
    if is_file(word) || library.theorem(word).is_some() {
        return Ok(());
    }
    let command = Cli::command();
    let commands = command.get_subcommands().map(clap::Command::get_name);
    let theorems = library.theorems().iter().map(|theorem| theorem.id.as_str());
    Err(unknown("command or theorem", word, commands.chain(theorems)))
}

/// A theorem file, as opposed to an id: `-` is standard input.
fn is_file(name: &str) -> bool {
    name.ends_with(".toml") || output::is_stream(Path::new(name))
}

/// Splits an id and part such as theorem-1/one-step; files have none.
fn id_and_part(name: &str) -> (&str, Option<&str>) {
    match name.split_once('/') {
        Some((id, part)) if !is_file(name) => (id, Some(part)),
        _ => (name, None),
    }
}

/// Resolves ids and files; files are added to the library.
fn select(mut library: Library, names: &[String]) -> Result<(Library, Vec<String>), Error> {
    let mut ids: Vec<String> = Vec::new();
    let mut files = Vec::new();
    for name in names {
        if is_file(name) {
            let path = Path::new(name);
            let file = output::name_of(path);
            let id = library.add(&file, &read_text(path, "a theorem file")?)?;
            if files.contains(&id) {
                return Err(Error::Usage(format!("{file}: a second file has the id {id}")));
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
    let known: Vec<&str> = known.collect();
    let file = format!("{given}.toml");
    let nearest = match given.split_once('/') {
        // A file in this folder, or a part where a whole theorem is asked for.
        _ if Path::new(&file).is_file() => Some(file),
        Some((id, _)) if known.contains(&id) => Some(id.to_owned()),
        _ => nearest(given, &known).map(str::to_owned),
    };
    Error::Unknown { what, given: given.to_owned(), nearest, known: known.join(", ") }
}

/// What was probably meant: the first of those that are fewest edits away, if these are few.
fn nearest<'a>(given: &str, known: &[&'a str]) -> Option<&'a str> {
    let distance = |name: &str| strsim::damerau_levenshtein(given, name);
    let found = known.iter().copied().min_by_key(|name| distance(name))?;
    (distance(found) <= (given.chars().count() / 3).max(1)).then_some(found)
}
