//! This crate's contender: reads a case of `compare.py` and takes turns on request.

use kd_audit::expectation::moments::SampleMoments;
use kd_audit::expectation::{Budget, Contraction, MomentArithmetic};
use kd_audit::linear::simd::Real;
use kd_audit::linear::{norm_sq, subtract};
use kd_audit::problem::{FiniteSum, RidgeConvention, Sampling};
use kd_audit::run::{
    Injected, Method, Model, Problem, Rates, Seeded, Stepper, Teacher, replicates, run_abreast,
};
use kd_audit::scalar::Rational;
use kd_audit::worst_case::claims::Numbers;
use kd_audit::worst_case::methods::Samples;
use kd_audit::worst_case::solve::{Effort, solve};
use std::io::BufRead;
use std::path::{Path, PathBuf};
use std::time::Instant;

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, folder, case, kind] = &arguments[..] else {
        eprintln!("usage: peer FOLDER CASE KIND");
        std::process::exit(2);
    };
    let case_file = Case::load(Path::new(folder));
    match case.as_str() {
        "softmax" => softmax(&case_file, kind),
        "linreg" => linreg(&case_file, kind),
        "replicates" => many(&case_file, kind),
        "control" => control(kind),
        "moments" => moments(&case_file),
        "optimum" => optimum(&case_file),
        "worst-case" => worst_case(&case_file, kind),
        _ => eprintln!("there is no case {case}"),
    }
}

/// case.json and the arrays beside it.
struct Case {
    folder: PathBuf,
    document: serde_json::Value,
}

impl Case {
    fn load(folder: &Path) -> Self {
        let text = std::fs::read_to_string(folder.join("case.json")).expect("case.json");
        let document = serde_json::from_str(&text).expect("JSON");
        Self { folder: folder.to_owned(), document }
    }

    fn number(&self, name: &str) -> f64 {
        self.document[name].as_f64().unwrap_or_else(|| panic!("{name} is a number"))
    }

    fn bytes(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.folder.join(format!("{name}.bin"))).expect("an array")
    }

    fn f32s(&self, name: &str) -> Vec<f32> {
        self.bytes(name).as_chunks().0.iter().map(|b| f32::from_le_bytes(*b)).collect()
    }

    fn f64s(&self, name: &str) -> Vec<f64> {
        self.bytes(name).as_chunks().0.iter().map(|b| f64::from_le_bytes(*b)).collect()
    }

    fn indices(&self) -> Vec<u32> {
        self.bytes("indices").as_chunks().0.iter().map(|b| u32::from_le_bytes(*b)).collect()
    }

    /// d, from the shape of the features.
    fn dimension(&self) -> usize {
        self.document["arrays"]["features"][1][1].as_u64().expect("a shape") as usize
    }

    fn rates<T: Real>(&self) -> Rates<T> {
        Rates {
            gamma: T::from_f64(self.number("gamma")),
            lambda: T::from_f64(self.number("lambda")),
        }
    }
}

/// Nanoseconds that the process has had on processors; wall time where the system does not tell.
fn processor_time(begin: Instant) -> f64 {
    let tasks = std::fs::read_dir("/proc/self/task").into_iter().flatten().flatten();
    let times = tasks.filter_map(|task| {
        let text = std::fs::read_to_string(task.path().join("schedstat")).ok()?;
        text.split_whitespace().next()?.parse::<f64>().ok()
    });
    let total: f64 = times.sum();
    if total > 0.0 { total * 1e-9 } else { begin.elapsed().as_secs_f64() }
}

fn take_turns(turn: impl Fn() -> Vec<f64>) {
    let begin = Instant::now();
    let mut result = turn();
    println!("ready");
    for line in std::io::stdin().lock().lines().map_while(Result::ok) {
        if let Some(repeats) = line.strip_prefix("go ") {
            let repeats: u32 = repeats.parse().expect("a number of turns");
            let (wall, processor) = (Instant::now(), processor_time(begin));
            for _ in 0..repeats {
                result = turn();
            }
            let (wall, processor) =
                (wall.elapsed().as_secs_f64(), processor_time(begin) - processor);
            println!("{{\"wall\": {wall}, \"processor\": {processor}}}");
        } else if let Some(path) = line.strip_prefix("result ") {
            let bytes: Vec<u8> = result.iter().flat_map(|v| v.to_le_bytes()).collect();
            std::fs::write(path, bytes).expect("a file to write to");
            println!("written");
        }
    }
}

fn method(kind: &str) -> Method {
    if kind == "sgd" { Method::Sgd } else { Method::Kd }
}

fn softmax(case: &Case, kind: &str) {
    let (d, batch) = (case.dimension(), case.number("batch") as usize);
    let model = Model::Softmax { classes: 10 };
    let (features, labels) = (case.f32s("features"), case.f32s("labels"));
    let problem = Problem::new(model, d, &features, &labels, 0.0).expect("a problem");
    drop(features);
    let teacher = Teacher::new(&problem, &case.f32s("teacher"), RidgeConvention::Both);
    let teacher = teacher.expect("a teacher");
    let (indices, rates) = (case.indices(), case.rates::<f32>());
    let start = vec![0.0; 10 * d];
    take_turns(|| {
        let stepper = Stepper::new(&problem, method(kind), Some(&teacher), &start, batch);
        let mut stepper = stepper.expect("a stepper");
        let mut stream = Injected::new(problem.samples(), &indices, &[]).expect("indices");
        let steps = (indices.len() / batch) as u64;
        stepper.run(&mut stream, steps, |_| rates).expect("a run");
        stepper.point().iter().map(|v| f64::from(*v)).collect()
    });
}

fn least_squares(case: &Case) -> (Problem<f64>, Teacher<f64>) {
    let (features, labels) = (case.f64s("features"), case.f64s("labels"));
    let problem = Problem::new(Model::LeastSquares, case.dimension(), &features, &labels, 0.0);
    let problem = problem.expect("a problem");
    let teacher = Teacher::new(&problem, &case.f64s("teacher"), RidgeConvention::Both);
    (problem, teacher.expect("a teacher"))
}

fn linreg(case: &Case, kind: &str) {
    let (problem, teacher) = least_squares(case);
    let (indices, rates) = (case.indices(), case.rates());
    let stream = Injected::new(problem.samples(), &indices, &[]).expect("indices");
    let start = vec![0.0; problem.dimension()];
    take_turns(|| {
        let stepper = Stepper::new(&problem, method(kind), Some(&teacher), &start, 1);
        let mut stepper = stepper.expect("a stepper");
        stepper.run(&mut stream.clone(), indices.len() as u64, |_| rates).expect("a run");
        stepper.point()
    });
}

fn many(case: &Case, threads: &str) {
    let (problem, teacher) = least_squares(case);
    let (indices, rates) = (case.indices(), case.rates());
    let count = case.number("replicates") as usize;
    let threads = threads.parse().expect("a number of threads");
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
    let stream = Injected::new(problem.samples(), &indices, &[]).expect("indices");
    let start = vec![0.0; problem.dimension()];
    let two = |pair: usize| {
        let stepper = || {
            let stepper = Stepper::new(&problem, Method::Kd, Some(&teacher), &start, 1);
            stepper.expect("a stepper")
        };
        // Each run starts one place further in the sequence.
        let stream = |r: usize| stream.clone().starting_at(r);
        let (mut first, mut second) = (stepper(), stepper());
        let (mut one, mut other) = (stream(2 * pair), stream(2 * pair + 1));
        let pair = [(&mut first, &mut one), (&mut second, &mut other)];
        run_abreast(pair, indices.len() as u64, |_| rates).expect("a run");
        [first.point(), second.point()].concat()
    };
    take_turns(|| pool.install(|| replicates(count.div_ceil(2), two)).concat());
}

/// Work that a second core halves, and nothing else does.
fn control(threads: &str) {
    let threads: usize = threads.parse().expect("a number of threads");
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
    let part = |_| kd_audit::run::cost::fused_products::<f64>(1_000_000);
    take_turns(|| pool.install(|| replicates(16, part)));
}

fn moments(case: &Case) {
    let (features, targets) = (case.f64s("features"), case.f64s("labels"));
    let features: Vec<Vec<f64>> =
        features.chunks_exact(case.dimension()).map(<[f64]>::to_vec).collect();
    let (gamma, steps) = (case.number("gamma"), case.number("steps") as u64);
    let problem = FiniteSum::LeastSquares { features, targets, ridge: 0.0 };
    let sampling = Sampling::new(problem.samples(), 1).expect("samples");
    // The float recursion needs no rate; a stationary law would.
    let contraction = Contraction { rho: Rational::ONE, mu: Rational::ONE };
    take_turns(|| {
        let sum = problem.as_quadratic().expect("least squares");
        let linear = sum.mean_linear();
        let x_star =
            f64::solve_mean(&sum.mean_hessian(), &linear, &contraction).expect("a minimiser");
        let gradients = problem.gradients(&x_star).expect("floats");
        let none = vec![vec![0.0; x_star.len()]; problem.samples()];
        let budget = Budget::STANDARD;
        let moments = SampleMoments::compute(&problem, &gradients, &none, sampling, budget);
        let recursion = moments.expect("within budget").recursion(&gamma, &0.0);
        let start = subtract(&vec![0.0; x_star.len()], &x_star);
        let run = f64::iterate(&recursion, &start, steps, &contraction, budget);
        vec![run.expect("within budget").second]
    });
}

/// The bounds of a worst case, and how long the fastest of five solutions takes, formulas included.
fn worst_case(case: &Case, method: &str) {
    let numbers = case.document["numbers"].as_object().expect("numbers").iter();
    let numbers: Numbers = numbers
        .map(|(name, value)| {
            (name.clone(), value.as_str().expect("a text").parse().expect("a number"))
        })
        .collect();
    let samples = Samples::Finite(case.document["n"].as_u64().expect("a number of samples"));
    let method = kd_audit::worst_case::methods::Method::named(method).expect("a method");
    let solved = |effort| {
        let mut fastest = f64::INFINITY;
        let mut found = None;
        for _ in 0..5 {
            let begin = Instant::now();
            let program = method.texts(&numbers, samples).expect("numbers in range").program();
            found = Some(solve(&program.expect("a program"), effort));
            fastest = fastest.min(begin.elapsed().as_secs_f64());
        }
        (found.expect("a solution"), fastest)
    };
    let (plain, plain_seconds) = solved(Effort::Plain);
    let (full, full_seconds) = solved(Effort::Full);
    let document = serde_json::json!({
        "plain": plain.upper.map(|upper| upper.value),
        "plain_seconds": plain_seconds,
        "upper": full.upper.map(|upper| upper.value),
        "lower": full.lower.map(|lower| lower.value),
        "full_seconds": full_seconds,
    });
    println!("{document}");
}

/// SAGA until the gradient is below 10⁻⁹.
fn optimum(case: &Case) {
    let (features, labels) = (case.f64s("features"), case.f64s("labels"));
    let d = case.dimension();
    let ridge = case.number("ridge");
    let problem = Problem::new(Model::Logistic, d, &features, &labels, ridge).expect("a problem");
    // A sample's loss is (‖a‖²/4 + r)-smooth.
    let largest = features.chunks_exact(d).map(norm_sq).fold(0.0, f64::max);
    let rates = Rates { gamma: 1.0 / (3.0 * (largest / 4.0 + ridge)), lambda: 0.0 };
    take_turns(|| {
        let method = Method::Saga { ridge: RidgeConvention::StudentOnly };
        let stepper = Stepper::new(&problem, method, None, &vec![0.0; d], 1);
        let mut stepper = stepper.expect("a stepper");
        let mut stream = Seeded::nice(1, 0, problem.samples(), 1).expect("a stream");
        loop {
            let pass = problem.samples() as u64;
            stepper.run(&mut stream, pass, |_| rates).expect("a run");
            let point = stepper.point();
            if norm_sq(&problem.gradient(&point).expect("a gradient")) < 1e-18 {
                return point;
            }
        }
    });
}
