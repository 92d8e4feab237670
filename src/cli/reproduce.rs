//! `kd-audit reproduce`: the paper's experiments on real data, and what the theorems predict of them.

use super::audit::data_name;
use super::output::{self, detail, name_of, print, read, remark, shows_progress};
use super::{CONTRADICTED, INCONCLUSIVE, MET};
use clap::{Args, ValueEnum};
use indicatif::{ProgressBar, ProgressStyle};
use kd_audit::audit::library::Library;
use kd_audit::error::Error;
use kd_audit::problem::{Dataset, Scale};
use kd_audit::report;
use kd_audit::reproduce::{Journal, Loss, Options, Plan, Source};
use std::path::PathBuf;
use std::time::Duration;

/// Runs the paper's linear experiments in two regimes, with bounds, bands and checked predictions.
///
/// Softmax on digits, logistic regression on breast cancer and least squares on diabetes, or a file of
/// your own. Writes curves.csv, summary.json and pictures; what is finished is kept in journal.jsonl,
/// and the same command goes on where it was interrupted.
#[derive(Args)]
pub struct ReproduceArgs {
    /// The folder for everything that is written
    #[arg(long, default_value = "kd-reproduce")]
    out: PathBuf,
    /// A CSV file (- is standard input) instead of the embedded sets
    #[arg(long, requires = "target")]
    data: Option<PathBuf>,
    /// Its column to predict
    #[arg(long, requires = "data")]
    target: Option<String>,
    /// What is fitted to the file
    #[arg(long, value_enum, default_value_t = Student::Linear, requires = "data")]
    model: Student,
    /// How its features are scaled
    #[arg(long, value_enum, default_value_t = Scale::Standard, requires = "data")]
    scale: Scale,
    /// The ridge where noise dominates; 1e-3 times the mean squared norm of a row by default, 0 for
    /// least squares
    #[arg(long, requires = "data")]
    ridge: Option<f64>,
    /// Runs of each curve
    #[arg(long, default_value_t = Options::default().seeds as u32, value_parser = clap::value_parser!(u32).range(2..=10_000))]
    seeds: u32,
    /// Epochs where optimisation dominates
    #[arg(long, default_value_t = Options::default().epochs as u32, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    epochs: u32,
    /// Minibatch size where optimisation dominates
    #[arg(long, default_value_t = Options::default().batch)]
    batch: usize,
    /// Step size where optimisation dominates
    #[arg(long, default_value_t = Options::default().step)]
    step: f64,
    /// Minibatch size where noise dominates; the step size is theorem-1's largest
    #[arg(long, default_value_t = Options::default().noise_batch)]
    noise_batch: usize,
    /// Where all randomness starts
    #[arg(long, default_value_t = Options::default().seed)]
    seed: u64,
    /// Shorter runs of fewer curves: seconds instead of minutes
    #[arg(long)]
    quick: bool,
    /// Threads; all cores by default
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..))]
    jobs: Option<u16>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Student {
    /// Least squares
    Linear,
    /// Two classes
    Logistic,
    /// Any number of classes
    Softmax,
}

/// Runs what is missing, writes everything and returns the exit code.
pub fn run(library: &Library, args: &ReproduceArgs) -> Result<u8, Error> {
    let source = source(args)?;
    let options = Options {
        seed: args.seed,
        seeds: args.seeds as usize,
        epochs: args.epochs as usize,
        batch: args.batch,
        step: args.step,
        noise_batch: args.noise_batch,
        quick: args.quick,
        flipped: false,
    };
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(args.jobs.map_or(0, usize::from))
        .build()
        .map_err(|error| Error::Usage(format!("threads cannot be started: {error}")))?;
    let summary = pool.install(|| -> Result<_, Error> {
        let plan = Plan::new(&source, &options)?;
        let journal = Journal::open(&args.out, &plan)?;
        let (total, left) = plan.work(&journal);
        detail(|| {
            let share = 100.0 * (total - left) as f64 / total.max(1) as f64;
            format!("{share:.0} % of the work is in the journal of {}", args.out.display())
        });
        let bar = progress_bar(total);
        bar.inc(total - left);
        bar.reset_eta();
        let finished = plan.run(&journal, None, |work| bar.inc(work));
        bar.finish_and_clear();
        finished?;
        journal.sort()?;
        let unfinished = || Error::Usage("the journal lacks a run that was finished".into());
        plan.summary(&journal, library).ok_or_else(unfinished)
    })?;
    let write = |name: &str, text: &str| output::write(&args.out.join(name), text);
    write("curves.csv", &report::reproduce_csv(&summary))?;
    write("summary.json", &report::to_json(&report::Document::new(&summary)))?;
    let pictures = report::reproduce_pictures(&summary).map_err(Error::Usage)?;
    for (name, svg) in &pictures {
        write(name, svg)?;
    }
    print(&report::reproduce(&summary));
    let (out, count) = (args.out.display(), pictures.len());
    let written = format!("Written to {out}: curves.csv, summary.json and {count} pictures.\n");
    remark(&written, &args.out);
    // A band that is too wide to tell contradicts nothing.
    Ok(if summary.predictions_met {
        MET
    } else if summary.contradicted() {
        CONTRADICTED
    } else {
        INCONCLUSIVE
    })
}

fn source(args: &ReproduceArgs) -> Result<Source, Error> {
    let (Some(path), Some(target)) = (&args.data, &args.target) else {
        return Ok(Source::Embedded);
    };
    let loss = match args.model {
        Student::Linear => Loss::LeastSquares,
        Student::Logistic => Loss::Logistic,
        Student::Softmax => Loss::Softmax,
    };
    let file = name_of(path);
    let dataset =
        Dataset::parse(&read(path, "a CSV file")?, &loss.reading(target.clone(), args.scale))
            .map_err(|source| Error::Dataset { file, source })?;
    let plain = |c: char| if c.is_ascii_alphanumeric() { c } else { '-' };
    let name = data_name(path).chars().map(plain).collect();
    Ok(Source::File { name, dataset, loss, ridge: args.ridge })
}

fn progress_bar(work: u64) -> ProgressBar {
    if !shows_progress() {
        return ProgressBar::hidden();
    }
    let style =
        ProgressStyle::with_template("{bar:40} {percent} %, {elapsed} elapsed, {eta} to go")
            .unwrap_or_else(|_| ProgressStyle::default_bar());
    let bar = ProgressBar::new(work).with_style(style);
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}
