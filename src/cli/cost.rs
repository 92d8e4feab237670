//! `kd-audit cost`: what a step of each estimator costs here, and what it buys.

use super::output::{name_of, print, read};
use super::{Format, MET};
use clap::{Args, ValueEnum};
use kd_audit::audit::cost::{Estimator, Profile, predict};
use kd_audit::audit::data::{DataOptions, DataProblem};
use kd_audit::audit::library::Library;
use kd_audit::error::Error;
use kd_audit::expectation::Budget;
use kd_audit::problem::{Dataset, DatasetOptions, RidgeConvention, Scale};
use kd_audit::report::{self, CostRow};
use kd_audit::run::cost::{Roofline, StepCost, measure_step};
use kd_audit::run::{Method, Model, Run};
use std::path::PathBuf;
use std::time::Duration;

#[derive(Args)]
pub struct CostArgs {
    /// The loss, which decides what a step costs; bounds see the constants only
    #[arg(long, value_enum, default_value_t = Loss::LeastSquares)]
    model: Loss,
    /// Classes of the softmax loss
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u16).range(2..))]
    classes: u16,
    /// Features d
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    dimension: u32,
    /// Samples N
    #[arg(long, default_value_t = 1000, value_parser = clap::value_parser!(u32).range(1..=100_000_000))]
    samples: u32,
    /// Minibatch size
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
    batch: u32,
    /// Condition number l_exp/mu, with l_exp = l_max = 1
    #[arg(long, default_value_t = 100.0)]
    condition: f64,
    /// Gradient noise at the optimum, sigma*^2
    #[arg(long, default_value_t = 1.0)]
    noise: f64,
    /// Correlation of the teacher's gradient with the noise, between -1 and 1
    #[arg(long, default_value_t = 0.9, allow_hyphen_values = true)]
    correlation: f64,
    /// Squared mean of the teacher's gradient, per unit of its variance
    #[arg(long, default_value_t = 0.01)]
    bias: f64,
    /// Squared distance of the start from the minimiser
    #[arg(long, default_value_t = 1.0)]
    distance: f64,
    /// E||x - x*||^2 to reach
    #[arg(long, default_value_t = 0.01)]
    accuracy: f64,
    /// A CSV file (- is standard input) to take the constants from instead (least squares)
    #[arg(long, requires = "target", conflicts_with_all = ["condition", "noise", "correlation", "bias", "distance", "dimension", "samples", "model"])]
    data: Option<PathBuf>,
    /// Its column to predict
    #[arg(long, requires = "data")]
    target: Option<String>,
    /// Single precision
    #[arg(long)]
    f32: bool,
    /// Count and predict, but measure nothing: the same output everywhere
    #[arg(long)]
    no_measure: bool,
    /// The form of the report
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

#[derive(Clone, Copy, ValueEnum)]
enum Loss {
    /// Half the squared residual
    LeastSquares,
    /// Logistic loss
    Logistic,
    /// Cross entropy
    Softmax,
}

/// Prints the table and returns the exit code.
pub fn run(library: &Library, args: &CostArgs) -> Result<u8, Error> {
    let (profile, dimension) = match (&args.data, &args.target) {
        (Some(path), Some(target)) => from_data(library, args, path, target)?,
        _ => (from_numbers(args)?, args.dimension as usize),
    };
    let model = match args.model {
        Loss::LeastSquares => Model::LeastSquares,
        Loss::Logistic => Model::Logistic,
        Loss::Softmax => Model::Softmax { classes: usize::from(args.classes) },
    };
    let rows = if args.f32 {
        rows::<f32>(library, args, &profile, model, dimension)?
    } else {
        rows::<f64>(library, args, &profile, model, dimension)?
    };
    let Profile { samples, batch, mu, l_exp, sigma_star_sq, .. } = profile;
    print(&match args.format {
        Format::Json => {
            report::to_json(&report::CostDocument::new(&profile, dimension, args.accuracy, &rows))
        }
        Format::Text => format!(
            "d = {dimension}, N = {samples}, batch {batch}, l_exp/mu = {:.1}, sigma*^2 = {sigma_star_sq:.4}\n\n{}",
            l_exp / mu,
            report::cost_table(&rows, args.accuracy)
        ),
    });
    Ok(MET)
}

fn rows<T: Run>(
    library: &Library,
    args: &CostArgs,
    profile: &Profile,
    model: Model,
    d: usize,
) -> Result<Vec<CostRow>, Error> {
    let Profile { samples, batch, .. } = *profile;
    // A snapshot a pass over the data, as is usual; a coin that does the same on average.
    let probability = (batch as f64 / samples as f64).min(1.0);
    let period = (samples / batch).max(1) as u64;
    let ridge = RidgeConvention::StudentOnly;
    let methods = [
        ("SGD", Method::Sgd, Some(Estimator::Sgd), "theorem-4/all-t"),
        ("KD", Method::Kd, Some(Estimator::Kd), "theorem-1/all-t"),
        ("unbiased KD", Method::UnbiasedKd, Some(Estimator::UnbiasedKd), "theorem-4/all-t"),
        ("SVRG", Method::Svrg { period }, None, "none"),
        (
            "L-SVRG",
            Method::LSvrg { probability },
            Some(Estimator::LSvrg(probability)),
            "theorem-6/all-t",
        ),
        ("SAGA", Method::Saga { ridge }, Some(Estimator::Saga), "theorem-6/all-t"),
    ];
    let bytes = samples * d * size_of::<T>();
    let roofline = (!args.no_measure).then(|| Roofline::measure::<T>(bytes));
    let fault = |error: kd_audit::run::RunError| Error::Usage(error.to_string());
    methods
        .into_iter()
        .map(|(name, method, estimator, bound)| {
            let cost = StepCost::count::<T>(model, d, samples, batch, method);
            let budget = Duration::from_millis(50);
            let seconds = match roofline {
                None => None,
                Some(roofline) => {
                    let time = measure_step::<T>(model, d, samples, batch, method, budget);
                    Some([time.map_err(fault)?, roofline.step(cost)])
                }
            };
            let prediction = estimator.and_then(|e| predict(library, profile, e, args.accuracy));
            Ok(CostRow { name: name.to_owned(), cost, seconds, prediction, bound })
        })
        .collect()
}

fn from_numbers(args: &CostArgs) -> Result<Profile, Error> {
    let CostArgs { condition, noise, correlation, bias, distance, .. } = *args;
    let checks = [
        (condition.is_finite() && condition >= 1.0, "--condition must be at least 1"),
        (noise.is_finite() && noise >= 0.0, "--noise must not be negative"),
        (correlation.abs() <= 1.0, "--correlation must be between -1 and 1"),
        (bias.is_finite() && bias >= 0.0, "--bias must not be negative"),
        (distance.is_finite() && distance >= 0.0, "--distance must not be negative"),
        (args.accuracy > 0.0, "--accuracy must be positive"),
        (args.batch <= args.samples, "--batch must not exceed --samples"),
    ];
    if let Some((_, fault)) = checks.iter().find(|(met, _)| !met) {
        return Err(Error::Usage((*fault).to_owned()));
    }
    Ok(Profile {
        samples: args.samples as usize,
        batch: args.batch as usize,
        mu: 1.0 / condition,
        l_exp: 1.0,
        l_max: 1.0,
        sigma_star_sq: noise,
        // The scale of the teacher's gradient is free: the weight makes up for it.
        teacher_var: 1.0,
        bias_sq: bias,
        cov: correlation * noise.sqrt(),
        distance_sq: distance,
    })
}

fn from_data(
    library: &Library,
    args: &CostArgs,
    path: &std::path::Path,
    target: &str,
) -> Result<(Profile, usize), Error> {
    let file = name_of(path);
    let options = DatasetOptions {
        target: target.to_owned(),
        scale: Scale::Standard,
        constant_columns: Default::default(),
        intercept: false,
        center_target: true,
    };
    let dataset = Dataset::parse(&read(path, "a CSV file")?, &options)
        .map_err(|source| Error::Dataset { file: file.clone(), source })?;
    let options = DataOptions { batch: args.batch as usize, steps: Some(1), ..Default::default() };
    let problem = DataProblem::new(&file, dataset, &options)
        .map_err(|source| Error::Data { file: file.clone(), source })?;
    let found = problem.report(library, Budget::STANDARD);
    let number = |value: Option<f64>| {
        value.ok_or_else(|| Error::Usage(format!("{file}: its noise could not be enclosed")))
    };
    let distance: f64 = problem.constants.x_star.iter().map(|x| to_f64(x).powi(2)).sum();
    let profile = Profile {
        samples: found.samples,
        batch: found.batch,
        mu: to_f64(&found.mu),
        l_exp: to_f64(&found.l_exp),
        l_max: found.l_max,
        sigma_star_sq: number(found.sigma_star_sq)?,
        teacher_var: number(found.teacher_var)?,
        bias_sq: number(found.bias_sq)?,
        cov: number(found.cov)?,
        // The start is 0.
        distance_sq: distance,
    };
    Ok((profile, found.dimension))
}

fn to_f64(value: &kd_audit::scalar::Rational) -> f64 {
    use kd_audit::scalar::Scalar;
    value.to_f64()
}
