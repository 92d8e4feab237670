//! The commands. Everything that prints is here.

use clap::{Args, Parser, Subcommand, ValueEnum};
use indicatif::{ProgressBar, ProgressStyle};
use kd_audit::audit::check::{Outcome, check_instance};
use kd_audit::audit::data::{DataOptions, DataProblem};
use kd_audit::audit::finding::{
    ClaimName, Conclusion, MutantFinding, MutantVerdict, StatementFinding, Witness,
};
use kd_audit::audit::library::Library;
use kd_audit::audit::runner::{Options, audit_mutant, audit_statement, describe};
use kd_audit::audit::search::search;
use kd_audit::claim::file::FORMAT;
use kd_audit::claim::theorem::{Mutant, Statement, Theorem};
use kd_audit::error::Error;
use kd_audit::problem::{ConstantColumns, Dataset, DatasetOptions, RidgeConvention, Scale};
use kd_audit::report;
use kd_audit::scalar::Rational;
use rayon::prelude::*;
use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

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
    audit: AuditArgs,
}

#[derive(Subcommand)]
enum Command {
    /// Audits theorems: instances, worked examples, a data set, mutants
    Audit(AuditArgs),
    /// Lists the theorems and their parts
    List,
    /// Shows what a theorem says, under which hypotheses, and how it differs from the published form
    Show {
        /// A theorem's id, or a theorem file
        theorem: String,
    },
    /// Searches for a witness against a statement, or against its mutants
    Refute(RefuteArgs),
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
struct AuditArgs {
    /// Theorem ids or theorem files; all built-in theorems without any
    theorems: Vec<String>,
    /// Random instances a statement
    #[arg(long, default_value_t = Options::default().instances)]
    instances: usize,
    #[command(flatten)]
    search: SearchArgs,
    /// Threads; all cores by default
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..))]
    jobs: Option<u16>,
    /// The form of the report
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// Search for a witness against every mutant instead of replaying the stored ones
    #[arg(long)]
    no_stored_witnesses: bool,
    #[command(flatten)]
    data: DataArgs,
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

#[derive(Args)]
struct DataArgs {
    /// A CSV file to audit the least-squares claims on, instead of the embedded diabetes data
    #[arg(long, requires = "target")]
    data: Option<PathBuf>,
    /// The column to predict
    #[arg(long, requires = "data")]
    target: Option<String>,
    /// Leave data sets out
    #[arg(long, conflicts_with = "data")]
    no_data: bool,
    /// How features are scaled
    #[arg(long, value_enum, default_value_t = Scale::Standard)]
    scale: Scale,
    /// What becomes of constant features
    #[arg(long, value_enum, default_value_t = ConstantColumns::Drop)]
    constant_columns: ConstantColumns,
    /// Add a feature of ones
    #[arg(long)]
    intercept: bool,
    /// Step size, such as 1/100; 1/(8 L_exp) by default
    #[arg(long)]
    gamma: Option<Rational>,
    /// Minibatch size
    #[arg(long, default_value_t = 1)]
    batch: usize,
    /// Ridge, such as 1/1000
    #[arg(long, default_value = "0")]
    ridge: Rational,
    /// Whether the teacher's gradient has the ridge term
    #[arg(long, value_enum, default_value_t = Convention::Both)]
    ridge_convention: Convention,
    /// Horizon in steps; 10/(gamma mu) by default
    #[arg(long)]
    steps: Option<u64>,
}

#[derive(Args)]
struct RefuteArgs {
    /// A theorem's id, an id and part such as theorem-1/one-step, or a theorem file
    theorem: String,
    /// The mutant to refute; the statements themselves without it
    #[arg(long)]
    mutant: Option<String>,
    #[command(flatten)]
    search: SearchArgs,
    /// Where the witness is written; witness-ID-PART[-MUTANT].json by default
    #[arg(long)]
    out: Option<PathBuf>,
}

#[derive(Clone, Copy, ValueEnum)]
enum Format {
    /// A table for people
    Text,
    /// A document for programs
    Json,
}

#[derive(Clone, Copy, ValueEnum)]
enum Convention {
    /// The teacher's gradient has the ridge term
    Both,
    /// Only the student's loss has it
    StudentOnly,
}

/// Runs a command and returns the exit code.
pub fn run(cli: Cli) -> Result<u8, Error> {
    let library = Library::load()?;
    match cli.command.unwrap_or(Command::Audit(cli.audit)) {
        Command::Audit(args) => audit(library, &args),
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
        Command::Refute(args) => refute(library, &args),
        Command::Replay { file, theorem } => replay(library, &file, theorem.as_deref()),
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
    let mut ids = Vec::new();
    for name in names {
        if name.ends_with(".toml") {
            ids.push(library.add(name, &read_text(Path::new(name))?)?);
        } else if library.theorem(name).is_some() {
            ids.push(name.clone());
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

fn audit(library: Library, args: &AuditArgs) -> Result<u8, Error> {
    let (library, mut ids) = select(library, &args.theorems)?;
    if ids.is_empty() {
        ids = library.theorems().iter().map(|theorem| theorem.id.clone()).collect();
    }
    let data = load_data(&args.data)?;
    if let Some(jobs) = args.jobs {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(usize::from(jobs)).build_global();
        pool.map_err(|error| Error::Usage(error.to_string()))?;
    }
    let options = Options {
        instances: args.instances,
        seed: args.search.seed,
        search_evaluations: args.search.evaluations,
        stored_witnesses: !args.no_stored_witnesses,
        ..Options::default()
    };
    let statements: Vec<(&Theorem, &Statement)> = ids
        .iter()
        .filter_map(|id| library.theorem(id))
        .flat_map(|theorem| theorem.statements.iter().map(move |statement| (theorem, statement)))
        .collect();
    let case = data.as_ref().map(|data| data.case(options.budget));
    let progress = progress_bar(statements.len() as u64 + u64::from(data.is_some()), args.format);
    let (timed, data_report): (Vec<(StatementFinding, Duration)>, _) = rayon::join(
        || {
            let audited = statements.par_iter().map(|(theorem, statement)| {
                let start = Instant::now();
                let finding = audit_statement(theorem, statement, case.as_ref(), options);
                progress.inc(1);
                (finding, start.elapsed())
            });
            audited.collect()
        },
        || {
            let report = data.as_ref().map(|data| data.report(&library, options.budget));
            progress.inc(1);
            report
        },
    );
    progress.finish_and_clear();
    let (findings, times): (Vec<_>, Vec<_>) = timed.into_iter().unzip();
    let audit = report::AuditReport::new(options, findings, data_report);
    match args.format {
        Format::Json => print(&report::to_json(&audit)),
        Format::Text => {
            print(&report::audit_table(&audit, &times));
            if let Some(data) = &audit.data {
                print(&format!("\n{}", report::data_summary(data)));
            }
            let contradictions = report::explain_contradictions(&audit);
            if !contradictions.is_empty() {
                print(&format!("\n{contradictions}"));
            }
        }
    }
    Ok(match audit.conclusion {
        Conclusion::Met => MET,
        Conclusion::Contradicted => CONTRADICTED,
        Conclusion::Inconclusive => INCONCLUSIVE,
    })
}

fn progress_bar(length: u64, format: Format) -> ProgressBar {
    if !matches!(format, Format::Text) || !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{bar:40} {pos}/{len} statements, {elapsed} elapsed");
    let bar = ProgressBar::new(length);
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}

fn load_data(args: &DataArgs) -> Result<Option<DataProblem>, Error> {
    if args.no_data {
        return Ok(None);
    }
    let (file, name, dataset) = match (&args.data, &args.target) {
        (Some(path), Some(target)) => {
            let options = DatasetOptions {
                target: target.clone(),
                scale: args.scale,
                constant_columns: args.constant_columns,
                intercept: args.intercept,
                center_target: true,
            };
            let file = path.display().to_string();
            let dataset = Dataset::parse(&read(path)?, &options)
                .map_err(|source| Error::Dataset { file: file.clone(), source })?;
            let name = path.file_stem().map_or(file.clone(), |s| s.to_string_lossy().into_owned());
            (file, name, dataset)
        }
        _ => ("the embedded data".to_owned(), "diabetes".to_owned(), Dataset::diabetes()),
    };
    let options = DataOptions {
        gamma: args.gamma.clone(),
        batch: args.batch,
        ridge: args.ridge.clone(),
        ridge_convention: match args.ridge_convention {
            Convention::Both => RidgeConvention::Both,
            Convention::StudentOnly => RidgeConvention::StudentOnly,
        },
        steps: args.steps,
    };
    let problem = DataProblem::new(&name, dataset, &options);
    problem.map(Some).map_err(|source| Error::Data { file, source })
}

fn refute(library: Library, args: &RefuteArgs) -> Result<u8, Error> {
    let (name, part) = match args.theorem.split_once('/') {
        Some((id, part)) if !args.theorem.ends_with(".toml") => (id.to_owned(), Some(part)),
        _ => (args.theorem.clone(), None),
    };
    let (library, ids) = select(library, &[name])?;
    let Some(theorem) = ids.first().and_then(|id| library.theorem(id)) else { return Ok(USAGE) };
    let statements: Vec<&Statement> = match part {
        None => theorem.statements.iter().collect(),
        Some(part) => {
            let parts = || theorem.statements.iter().map(|s| s.part.as_str());
            vec![theorem.statement(part).ok_or_else(|| unknown("part", part, parts()))?]
        }
    };
    let options = Options {
        seed: args.search.seed,
        search_evaluations: args.search.evaluations,
        stored_witnesses: false,
        ..Options::default()
    };
    let mut code = MET;
    if let Some(name) = &args.mutant {
        let named = |statement: &&&Statement| statement.mutant(name).is_some();
        let mutants: Vec<&&Statement> = statements.iter().filter(named).collect();
        if mutants.is_empty() {
            let known = statements.iter().flat_map(|s| s.mutants.iter().map(|m| m.name.as_str()));
            return Err(unknown("mutant", name, known));
        }
        for statement in mutants {
            if let Some(mutant) = statement.mutant(name) {
                code = code.max(refute_mutant(theorem, statement, mutant, options, args)?);
            }
        }
        return Ok(code);
    }
    for statement in statements {
        let name =
            ClaimName { theorem: theorem.id.clone(), part: statement.part.clone(), mutant: None };
        let seed_name = format!("{name} refute");
        let result = search(
            &statement.claim,
            &seed_name,
            options.seed,
            options.search_evaluations,
            options.budget,
        );
        match result.witness {
            None => print(&format!(
                "{name}: no witness in {} evaluations. That proves nothing.\n",
                result.evaluations
            )),
            Some((instance, sides)) => {
                let witness = Witness::new(name, &statement.claim, instance, &sides);
                save(&witness, args.out.as_deref())?;
                code = CONTRADICTED;
            }
        }
    }
    Ok(code)
}

fn refute_mutant(
    theorem: &Theorem,
    statement: &Statement,
    mutant: &Mutant,
    options: Options,
    args: &RefuteArgs,
) -> Result<u8, Error> {
    let name =
        ClaimName { theorem: theorem.id.clone(), part: statement.part.clone(), mutant: None };
    let finding: MutantFinding = audit_mutant(&name, mutant, options);
    match (&finding.witness, &finding.verdict) {
        (Some(witness), _) => save(witness, args.out.as_deref())?,
        (None, MutantVerdict::Survived { evaluations }) => print(&format!(
            "{name} [{}]: no witness in {evaluations} evaluations. That proves nothing.\n",
            mutant.name
        )),
        (None, _) => {}
    }
    Ok(if finding.contradicts() { CONTRADICTED } else { MET })
}

/// Writes a witness, and says what it shows.
fn save(witness: &Witness, out: Option<&Path>) -> Result<(), Error> {
    let ClaimName { theorem, part, mutant } = &witness.claim;
    let stem: Vec<&str> = [theorem, part].into_iter().chain(mutant).map(String::as_str).collect();
    let plain = |c: char| if c.is_ascii_alphanumeric() { c } else { '-' };
    let name: String = stem.join("-").chars().map(plain).collect();
    let path = out.map_or_else(|| PathBuf::from(format!("witness-{name}.json")), Path::to_path_buf);
    std::fs::write(&path, report::to_json(witness))
        .map_err(|source| Error::Io { file: path.display().to_string(), source })?;
    let instance = serde_json::to_string(&witness.instance).unwrap_or_default();
    print(&format!(
        "{} is refuted by\n  {instance}\n  left side   {}\n  right side  {}\n  written to {}\n",
        witness.claim,
        witness.lhs,
        witness.rhs,
        path.display()
    ));
    Ok(())
}

fn replay(mut library: Library, path: &Path, theorem: Option<&Path>) -> Result<u8, Error> {
    if let Some(theorem) = theorem {
        library.add(&theorem.display().to_string(), &read_text(theorem)?)?;
    }
    let file = path.display().to_string();
    let witness = parse_witness(&file, &read_text(path)?)?;
    let ClaimName { theorem: id, part, mutant } = &witness.claim;
    let known = || library.theorems().iter().map(|theorem| theorem.id.as_str());
    let theorem = library.theorem(id).ok_or_else(|| unknown("theorem", id, known()))?;
    let parts = || theorem.statements.iter().map(|s| s.part.as_str());
    let statement = theorem.statement(part).ok_or_else(|| unknown("part", part, parts()))?;
    let claim = match mutant {
        None => &statement.claim,
        Some(name) => {
            let mutants = || statement.mutants.iter().map(|m| m.name.as_str());
            &statement.mutant(name).ok_or_else(|| unknown("mutant", name, mutants()))?.claim
        }
    };
    if claim.hash() != witness.hash {
        print(&format!(
            "The claim {} has changed since the witness was found (then {}, now {}).\n",
            witness.claim,
            witness.hash,
            claim.hash()
        ));
    }
    let outcome = check_instance(claim, &witness.instance, Options::default().budget);
    print(&format!("{}: the claim {}\n", witness.claim, describe(&outcome)));
    Ok(match &outcome {
        Outcome::Fails(sides) if sides.numbers() == (witness.lhs, witness.rhs) => MET,
        Outcome::Inconclusive { .. } => INCONCLUSIVE,
        _ => {
            print("The witness is not reproduced.\n");
            CONTRADICTED
        }
    })
}

fn parse_witness(file: &str, text: &str) -> Result<Witness, Error> {
    let fault = |error: serde_json::Error| Error::Witness {
        file: file.to_owned(),
        line: error.line().max(1),
        column: error.column().max(1),
        cause: error.to_string().split(" at line ").next().unwrap_or_default().to_owned(),
    };
    let document: serde_json::Value = serde_json::from_str(text).map_err(fault)?;
    let format = document.get("format").and_then(serde_json::Value::as_u64);
    if let Some(found) = format.filter(|found| *found > FORMAT) {
        let line = text.lines().position(|line| line.contains("\"format\"")).unwrap_or(0) + 1;
        return Err(Error::NewerFormat { file: file.to_owned(), line, found });
    }
    serde_json::from_str(text).map_err(fault)
}
