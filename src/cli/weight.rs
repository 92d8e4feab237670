//! `kd-audit weight`: which distillation weight for given data and a given teacher.

use super::output::{detail, name_of, read, tell, write};
use super::{Format, MET};
use clap::{Args, ValueEnum};
use kd_audit::error::Error;
use kd_audit::problem::RidgeConvention;
use kd_audit::report;
use kd_audit::weight::WeightError;
use kd_audit::weight::advice::{Question, advise};
use kd_audit::weight::idx::Idx;
use kd_audit::weight::model::{Model, Problem};
use kd_audit::weight::table::{Table, TableError, numbers, unzip};
use kd_audit::weight::teacher::Teacher;
use nalgebra::{DMatrix, DVector};
use std::path::{Path, PathBuf};
use std::time::Instant;

#[derive(Args)]
pub struct WeightArgs {
    /// A CSV file (with --target) or a LIBSVM file, plain or in gzip; - is standard input
    #[arg(long, required_unless_present = "images", conflicts_with = "images")]
    data: Option<PathBuf>,
    /// The column of a CSV file to predict
    #[arg(long, requires = "data")]
    target: Option<String>,
    /// IDX images, as MNIST ships them
    #[arg(long, requires = "labels")]
    images: Option<PathBuf>,
    /// IDX labels
    #[arg(long, requires = "images")]
    labels: Option<PathBuf>,
    /// The student
    #[arg(long, value_enum, default_value_t = Student::Linear)]
    model: Student,
    /// One class against the rest, as targets 0 and 1
    #[arg(long, value_name = "CLASS")]
    one_vs_rest: Option<String>,
    /// A parameter file (CSV or .npy), `fit`, `sgd:EPOCHS`, or `subset:FRACTION`
    #[arg(long, default_value = "subset:0.5", conflicts_with = "soft_labels")]
    teacher: String,
    /// Soft labels of any teacher (CSV or .npy), a row a sample
    #[arg(long)]
    soft_labels: Option<PathBuf>,
    /// Step size; 1/(8 L_exp) by default
    #[arg(long)]
    gamma: Option<f64>,
    /// Minibatch size
    #[arg(long, default_value_t = 1)]
    batch: usize,
    /// Ridge; 1e-3 times the mean squared norm of a row by default, 0 for least squares
    #[arg(long)]
    ridge: Option<f64>,
    /// Whether the teacher's gradient has the ridge term; soft labels cannot have it
    #[arg(long, value_enum)]
    ridge_convention: Option<Convention>,
    /// Standardise each feature, and centre the target of a linear model
    #[arg(long)]
    scale: bool,
    /// Seed of the teacher that SGD trains
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// The form of the answer
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// Write the noise over the weight as an SVG picture
    #[arg(long)]
    plot: Option<PathBuf>,
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

#[derive(Clone, Copy, ValueEnum)]
enum Convention {
    /// The teacher's gradient has the ridge term
    Both,
    /// Only the student's loss has it
    StudentOnly,
}

/// Answers the question and returns the exit code.
pub fn run(args: &WeightArgs) -> Result<u8, Error> {
    let (file, table) = load(args)?;
    let in_file = |source: WeightError| Error::Weight { file: file.clone(), source };
    detail(|| format!("{file}: {} rows of {} features", table.rows(), table.dimension));
    let (problem, mut notes) = problem(args, table).map_err(in_file)?;
    let start = Instant::now();
    let teacher = teacher(args, &problem, &file)?;
    detail(|| format!("the teacher took {:.2} s", start.elapsed().as_secs_f64()));
    let start = Instant::now();
    let convention = match (args.ridge_convention, &teacher) {
        (Some(Convention::Both), _) | (None, Teacher::Parameters(_)) => RidgeConvention::Both,
        (Some(Convention::StudentOnly), _) | (None, Teacher::Responses(_)) => {
            RidgeConvention::StudentOnly
        }
    };
    let question = Question { gamma: args.gamma, batch: args.batch, convention };
    let mut advice = advise(&problem, &teacher, &question).map_err(in_file)?;
    detail(|| format!("the minimiser and the noise took {:.2} s", start.elapsed().as_secs_f64()));
    notes.append(&mut advice.notes);
    advice.notes = notes;
    let text = match args.format {
        Format::Text => report::weight(&advice),
        Format::Json => report::to_json(&report::Document::new(&advice)),
    };
    tell(&text, args.plot.as_deref());
    if let Some(path) = &args.plot {
        write(path, &report::svg(&report::weight_figure(&advice)).map_err(Error::Usage)?)?;
    }
    Ok(MET)
}

fn load(args: &WeightArgs) -> Result<(String, Table), Error> {
    if let (Some(images), Some(labels)) = (&args.images, &args.labels) {
        let (file, images) = open(images, "IDX images")?;
        let (label_file, labels) = open(labels, "IDX labels")?;
        let fault = |file: String| move |e: TableError| Error::Weight { file, source: e.into() };
        let images = Idx::images(&images).map_err(fault(file.clone()))?;
        let labels = Idx::labels(&labels).map_err(fault(label_file.clone()))?;
        let both = format!("{file} with {label_file}");
        return Ok((file, Table::from_pair(&images, &labels).map_err(fault(both))?));
    }
    let path = args.data.as_deref().unwrap_or(Path::new(""));
    let (file, bytes) = open(path, "a CSV or LIBSVM file")?;
    let table = match &args.target {
        Some(target) => Table::from_csv(&bytes, target),
        None if path.to_string_lossy().contains(".csv") => {
            return Err(Error::Usage(format!("{file}: name the column to predict with --target")));
        }
        None => Table::from_libsvm(&bytes),
    };
    Ok((file.clone(), table.map_err(|e| Error::Weight { file, source: e.into() })?))
}

/// The bytes of a file, out of gzip, and its name.
fn open(path: &Path, expected: &'static str) -> Result<(String, Vec<u8>), Error> {
    let file = name_of(path);
    let bytes = unzip(read(path, expected)?);
    let bytes = bytes.map_err(|e| Error::Weight { file: file.clone(), source: e.into() })?;
    Ok((file, bytes))
}

/// The table as a problem, and what was done to it.
fn problem(args: &WeightArgs, mut table: Table) -> Result<(Problem, Vec<String>), WeightError> {
    let mut notes = Vec::new();
    if let Some(class) = &args.one_vs_rest {
        if !table.labels.iter().any(|label| label == class) {
            let (known, _) = table.classes();
            let known = known.join(", ");
            return Err(WeightError::Label(format!(
                "there is no class {class:?}; the classes are {known}"
            )));
        }
        let own = |label: &String| if label == class { "1" } else { "0" };
        table.labels = table.labels.iter().map(own).map(str::to_owned).collect();
    }
    let (rows, d) = (table.rows(), table.dimension);
    let mut features = DMatrix::from_vec(d, rows, std::mem::take(&mut table.features));
    if args.scale {
        let constant = standardise(&mut features);
        if constant > 0 {
            notes.push(format!("{constant} constant columns are zeros once centred"));
        }
    }
    let (model, labels) = match args.model {
        Student::Linear => {
            let mut targets = table.numbers()?;
            if args.scale {
                let mean = targets.iter().sum::<f64>() / rows as f64;
                targets.iter_mut().for_each(|y| *y -= mean);
            }
            (Model::Linear, DMatrix::from_vec(1, rows, targets))
        }
        Student::Logistic => {
            let (classes, own) = table.classes();
            if classes.len() != 2 {
                return Err(WeightError::Label(format!(
                    "a logistic model needs two classes, and there are {}: use --model softmax or --one-vs-rest",
                    classes.len()
                )));
            }
            let labels = own.iter().map(|k| *k as f64).collect();
            notes.push(format!("class {} counts as 1, {} as 0", classes[1], classes[0]));
            (Model::Logistic, DMatrix::from_vec(1, rows, labels))
        }
        Student::Softmax => {
            let (classes, own) = table.classes();
            if classes.len() < 2 || classes.len() > 1000 {
                return Err(WeightError::Label(format!(
                    "a softmax model needs 2 to 1000 classes, and there are {}",
                    classes.len()
                )));
            }
            let k = classes.len();
            let one_hot = DMatrix::from_fn(k, rows, |i, n| f64::from(u8::from(own[n] == i)));
            (Model::Softmax { classes: k }, one_hot)
        }
    };
    let mut problem = Problem { model, features, labels, ridge: 0.0 };
    problem.check_squares()?;
    problem.ridge = match args.ridge {
        Some(ridge) if !(ridge >= 0.0 && ridge.is_finite()) => {
            return Err(WeightError::Ridge(ridge));
        }
        Some(ridge) => ridge,
        None if model == Model::Linear => 0.0,
        None => {
            let ridge = 1e-3 * problem.mean_square();
            notes.push(format!(
                "the ridge is 1e-3 times the mean squared norm of a row, {ridge:.4e}"
            ));
            ridge
        }
    };
    Ok((problem, notes))
}

/// Subtracts the mean of each feature and divides by its deviation; returns how many are constant.
fn standardise(features: &mut DMatrix<f64>) -> usize {
    let n = features.ncols() as f64;
    // Sample by sample, as they lie in memory.
    let mut mean = DVector::zeros(features.nrows());
    features.column_iter().for_each(|a| mean += a);
    mean /= n;
    let mut deviation = DVector::zeros(features.nrows());
    for mut a in features.column_iter_mut() {
        a -= &mean;
        deviation += a.component_mul(&a);
    }
    deviation.apply(|square: &mut f64| *square = (*square / n).sqrt());
    let constant = |j: usize| deviation[j] <= 1e-12 * (1.0 + mean[j].abs());
    let scale =
        DVector::from_fn(
            features.nrows(),
            |j, _| if constant(j) { 0.0 } else { 1.0 / deviation[j] },
        );
    features.column_iter_mut().for_each(|mut a| a.component_mul_assign(&scale));
    (0..features.nrows()).filter(|j| constant(*j)).count()
}

fn teacher(args: &WeightArgs, problem: &Problem, data: &str) -> Result<Teacher, Error> {
    let own = |source: WeightError| Error::Weight {
        file: format!("{data}: the teacher from these rows"),
        source,
    };
    let parameters = |path: &Path, expected: &'static str| -> Result<_, Error> {
        let (file, bytes) = open(path, expected)?;
        let found = numbers(&bytes);
        Ok((file.clone(), found.map_err(|e| Error::Weight { file, source: e.into() })?))
    };
    if let Some(path) = &args.soft_labels {
        let (file, found) = parameters(path, "soft labels in CSV or .npy")?;
        return Teacher::soft_labels(problem, found)
            .map_err(|source| Error::Weight { file, source });
    }
    match args.teacher.split_once(':') {
        None if args.teacher == "fit" => Teacher::subset(problem, 1.0).map_err(own),
        Some(("sgd", epochs)) => {
            let epochs: usize = epochs.parse().map_err(|_| {
                Error::Usage(format!("sgd:{epochs} does not name a number of epochs"))
            })?;
            Ok(Teacher::sgd(problem, epochs, args.seed))
        }
        Some(("subset", fraction)) => {
            let fraction: f64 = fraction
                .parse()
                .map_err(|_| Error::Usage(format!("subset:{fraction} does not name a fraction")))?;
            Teacher::subset(problem, fraction).map_err(own)
        }
        _ => {
            let expected =
                "a teacher: `fit`, `sgd:EPOCHS`, `subset:FRACTION`, or parameters in CSV or .npy";
            let (file, found) = parameters(Path::new(&args.teacher), expected)?;
            Teacher::parameters(problem, found).map_err(|source| Error::Weight { file, source })
        }
    }
}
