//! `kd-audit audit`: every statement, with instances, examples, a data set and mutants.

use super::output::{self, detail, is_stream, name_of, read, shows_progress, tell};
use super::{CONTRADICTED, INCONCLUSIVE, MET, SearchArgs, select};
use clap::{Args, ValueEnum};
use indicatif::{ProgressBar, ProgressStyle};
use kd_audit::audit::data::{DataOptions, DataProblem};
use kd_audit::audit::finding::{Conclusion, MutantFinding, StatementFinding};
use kd_audit::audit::generated::records;
use kd_audit::audit::library::Library;
use kd_audit::audit::runner::Options;
use kd_audit::audit::store::{Records, Store};
use kd_audit::audit::whole::audit_statements;
use kd_audit::claim::theorem::{Statement, Theorem};
use kd_audit::error::Error;
use kd_audit::export::coq;
use kd_audit::problem::{ConstantColumns, Dataset, DatasetOptions, Link, RidgeConvention, Scale};
use kd_audit::report;
use kd_audit::scalar::Rational;
use std::path::{Path, PathBuf};
use std::time::Duration;

#[derive(Args)]
pub struct AuditArgs {
    /// Theorem ids or theorem files (- is standard input); all built-in theorems without any
    theorems: Vec<String>,
    /// Random instances a statement
    #[arg(long, default_value_t = Options::default().instances as u32, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    instances: u32,
    #[command(flatten)]
    search: SearchArgs,
    /// Threads; all cores by default
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..))]
    jobs: Option<u16>,
    /// The form of the report
    #[arg(long, value_enum, default_value_t = AuditFormat::Text)]
    format: AuditFormat,
    /// Search for a witness against every mutant instead of replaying the stored ones
    #[arg(long)]
    no_stored_witnesses: bool,
    /// Leave out the mutants that the rules make, and the search for equality
    #[arg(long, conflicts_with_all = ["deep", "save"])]
    no_generated: bool,
    /// Search long for witnesses against the mutants that the rules make
    #[arg(long)]
    deep: bool,
    /// Write what was found about generated mutants to this file; of other theorems it keeps what
    /// it has
    #[arg(long)]
    save: Option<PathBuf>,
    #[command(flatten)]
    data: DataArgs,
}

impl AuditArgs {
    /// The first of the theorems that are named.
    pub fn first_theorem(&self) -> Option<&str> {
        self.theorems.first().map(String::as_str)
    }

    /// How many threads are asked for; 0 for one a core.
    pub fn jobs(&self) -> usize {
        self.jobs.map_or(0, usize::from)
    }
}

/// The form of an audit's report.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum AuditFormat {
    /// A table for people
    Text,
    /// A document for programs
    Json,
    /// A test report in JUnit's XML: a case a statement, and a case a mutant
    Junit,
}

#[derive(Args)]
struct DataArgs {
    /// A CSV file (- is standard input) to audit the claims on, instead of the embedded diabetes data
    #[arg(long, requires = "target")]
    data: Option<PathBuf>,
    /// The column to predict
    #[arg(long, requires = "data")]
    target: Option<String>,
    /// What predicts the target: classes need --ridge
    #[arg(long, value_enum, default_value_t = Model::LeastSquares, requires = "data")]
    model: Model,
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
    #[arg(long, allow_hyphen_values = true)]
    gamma: Option<Rational>,
    /// Minibatch size
    #[arg(long, default_value_t = 1)]
    batch: usize,
    /// Ridge, such as 1/1000
    #[arg(long, default_value = "0", allow_hyphen_values = true)]
    ridge: Rational,
    /// Whether the teacher's gradient has the ridge term
    #[arg(long, value_enum, default_value_t = Convention::Both)]
    ridge_convention: Convention,
    /// Horizon in steps; 10/(gamma mu) by default
    #[arg(long)]
    steps: Option<u64>,
}

#[derive(Clone, Copy, PartialEq, ValueEnum)]
enum Model {
    /// A number
    LeastSquares,
    /// One of two classes
    Logistic,
    /// One of several classes
    Softmax,
}

#[derive(Clone, Copy, ValueEnum)]
enum Convention {
    /// The teacher's gradient has the ridge term
    Both,
    /// Only the student's loss has it
    StudentOnly,
}

/// An audit with what only its text shows.
pub struct Audited {
    /// The theorems that were audited, with those that came from files.
    pub library: Library,
    /// What was found.
    pub report: report::AuditReport,
    /// What Coq has of each statement, in the order of the report.
    pub coq: Vec<&'static str>,
    /// How long each statement took.
    pub times: Vec<Duration>,
}

/// Runs the audit, prints it and returns the exit code.
pub fn run(library: Library, args: &AuditArgs) -> Result<u8, Error> {
    let audited = perform(library, args)?;
    let audit = &audited.report;
    let print = |text: &str| tell(text, args.save.as_deref());
    match args.format {
        AuditFormat::Json => print(&report::to_json(audit)),
        AuditFormat::Junit => print(&report::junit(audit)),
        AuditFormat::Text => {
            print(&report::audit_table(audit, &audited.coq, &audited.times));
            if let Some(data) = &audit.data {
                print(&format!("\n{}", report::data_summary(data)));
                print(&report::data_remarks(&audit.statements));
            }
            let contradictions = report::explain_contradictions(audit);
            if !contradictions.is_empty() {
                print(&format!("\n{contradictions}"));
            }
        }
    }
    Ok(exit_code(audit.conclusion))
}

/// The exit code of an audit.
pub fn exit_code(conclusion: Conclusion) -> u8 {
    match conclusion {
        Conclusion::Met => MET,
        Conclusion::Contradicted => CONTRADICTED,
        Conclusion::Inconclusive => INCONCLUSIVE,
    }
}

/// Runs the audit.
pub fn perform(library: Library, args: &AuditArgs) -> Result<Audited, Error> {
    let (library, mut ids) = select(library, &args.theorems)?;
    if ids.is_empty() {
        ids = library.theorems().iter().map(|theorem| theorem.id.clone()).collect();
    }
    let data = load_data(&args.data)?;
    let options = Options {
        instances: args.instances as usize,
        seed: args.search.seed,
        search_evaluations: args.search.evaluations,
        stored_witnesses: !args.no_stored_witnesses,
        deep: args.deep.then_some(args.search.evaluations),
        ..Options::default()
    };
    let statements: Vec<(&Theorem, &Statement)> = ids
        .iter()
        .filter_map(|id| library.theorem(id))
        .flat_map(|theorem| theorem.statements.iter().map(move |statement| (theorem, statement)))
        .collect();
    let store = load_store()?;
    let case = data.as_ref().map(|data| data.case(options.budget));
    let progress = progress_bar(statements.len() as u64 + u64::from(data.is_some()), args.format);
    let (timed, data_report): (Vec<(StatementFinding, Duration)>, _) = rayon::join(
        || {
            let store = (!args.no_generated).then_some(&store);
            let done = |finding: &StatementFinding, time| {
                progress.inc(1);
                progress.suspend(|| detail(|| audited_in(finding, time)));
            };
            audit_statements(&library, &statements, store, case.as_ref(), options, done)
        },
        || {
            let report = data.as_ref().map(|data| data.report(&library, options.budget));
            progress.inc(1);
            report
        },
    );
    progress.finish_and_clear();
    let (findings, times): (Vec<_>, Vec<_>) = timed.into_iter().unzip();
    let report = report::AuditReport::new(options, findings, data_report);
    if let Some(path) = &args.save {
        save(path, &report, &library)?;
    }
    let coq = match args.format {
        AuditFormat::Json | AuditFormat::Junit => Vec::new(),
        AuditFormat::Text => coq::words(&library, &statements)?,
    };
    drop(case);
    Ok(Audited { report, coq, times, library })
}

/// A line of detail: what was evaluated for a statement, and how long it took.
fn audited_in(finding: &StatementFinding, time: Duration) -> String {
    let StatementFinding { theorem, part, grade, instances, .. } = finding;
    let searched: usize = finding.mutants.iter().map(MutantFinding::evaluations).sum();
    format!(
        "{theorem}/{part}: {}, {} instances accepted and {} rejected, {} of {} mutants refuted with {searched} evaluations, {} made by rule, {:.2} s",
        grade.word(),
        instances.accepted(),
        instances.rejected(),
        finding.mutants.iter().filter(|mutant| mutant.is_refuted()).count(),
        finding.mutants.len(),
        finding.generated.len(),
        time.as_secs_f64(),
    )
}

/// The records that are compiled in.
pub fn load_store() -> Result<Store, Error> {
    Store::load().map_err(|error| Error::Usage(format!("theorems/witnesses.json: {error}")))
}

/// Writes what was found about generated mutants, and keeps what the file says of other theorems.
fn save(path: &Path, audit: &report::AuditReport, library: &Library) -> Result<(), Error> {
    let file = path.display().to_string();
    let mut records = records(&audit.statements, audit.seed);
    if path.exists() {
        let others =
            Records::parse(&String::from_utf8_lossy(&read(path, "records of earlier audits")?))
                .map_err(|error| Error::Usage(format!("{file} is no file of records: {error}")))?;
        let audited: Vec<&str> = audit.statements.iter().map(|own| &*own.theorem).collect();
        let theorems: Vec<&str> = library.theorems().iter().map(|own| &*own.id).collect();
        records = records.beside(others, &audited, &theorems);
    }
    output::write(path, &records.to_text())
}

fn progress_bar(length: u64, format: AuditFormat) -> ProgressBar {
    if format != AuditFormat::Text || !shows_progress() {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{bar:40} {pos}/{len} statements, {elapsed} elapsed");
    let bar = ProgressBar::new(length);
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}

/// The name of a data set in reports.
pub fn data_name(path: &Path) -> String {
    match path.file_stem() {
        Some(stem) if !is_stream(path) => stem.to_string_lossy().into_owned(),
        _ => "stdin".to_owned(),
    }
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
                center_target: args.model == Model::LeastSquares,
            };
            let file = name_of(path);
            let dataset = Dataset::parse(&read(path, "a CSV file")?, &options)
                .map_err(|source| Error::Dataset { file: file.clone(), source })?;
            (file, data_name(path), dataset)
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
    let problem = match args.model {
        Model::LeastSquares => DataProblem::new(&name, dataset, &options),
        Model::Logistic => DataProblem::classification(&name, dataset, &options, Link::Logistic),
        Model::Softmax => DataProblem::classification(&name, dataset, &options, Link::Softmax),
    };
    problem.map(Some).map_err(|source| Error::Data { file, source })
}
