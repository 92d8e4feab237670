//! `kd-audit worst-case` and `kd-audit tighten`: worst cases over a whole class, and the sharpest
//! constant that can be proved.

use super::output::{detail, print, remark, tell, write};
use super::{CONTRADICTED, Format, INCONCLUSIVE, MET, id_and_part, is_file, select, unknown};
use clap::Args;
use kd_audit::audit::finding::{ClaimName, Witness};
use kd_audit::audit::library::Library;
use kd_audit::audit::runner::Options;
use kd_audit::claim::theorem::{Statement, Theorem};
use kd_audit::error::Error;
use kd_audit::report;
use kd_audit::scalar::Rational;
use kd_audit::worst_case::claims::Numbers;
use kd_audit::worst_case::decide::decide;
use kd_audit::worst_case::ladder::quotient;
use kd_audit::worst_case::method_proof::method_file;
use kd_audit::worst_case::methods::{METHODS, Method, Samples};
use kd_audit::worst_case::overview::overview;
use kd_audit::worst_case::proof::{Export, theorem_file};
use kd_audit::worst_case::quadratics::two_quadratics;
use kd_audit::worst_case::solve::{Effort, solve};
use kd_audit::worst_case::tighten::{Vary, tighten};
use std::path::{Path, PathBuf};

/// The numbers of a worst case.
#[derive(Args)]
struct NumberArgs {
    /// Step size
    #[arg(long, allow_hyphen_values = true)]
    gamma: Option<Rational>,
    /// Distillation weight; 1 by default
    #[arg(long, allow_hyphen_values = true)]
    lambda: Option<Rational>,
    /// Strong convexity
    #[arg(long, allow_hyphen_values = true)]
    mu: Option<Rational>,
    /// Smoothness
    #[arg(long, allow_hyphen_values = true)]
    l: Option<Rational>,
    /// Expected smoothness
    #[arg(long, allow_hyphen_values = true)]
    l_exp: Option<Rational>,
    /// Largest smoothness of a sample
    #[arg(long, allow_hyphen_values = true)]
    l_max: Option<Rational>,
    /// Minibatch size
    #[arg(long)]
    tau: Option<Rational>,
    /// Number of samples, or inf
    #[arg(long, default_value = "inf", value_parser = samples)]
    n: Samples,
    /// Any other number, such as r_sq=4 or a=1/2; may be repeated
    #[arg(long = "set", value_parser = assignment, allow_hyphen_values = true)]
    others: Vec<(String, Rational)>,
}

fn samples(text: &str) -> Result<Samples, String> {
    match text {
        "inf" => Ok(Samples::Infinite),
        _ => text.parse().map(Samples::Finite).map_err(|_| "a number of samples, or inf".into()),
    }
}

fn assignment(text: &str) -> Result<(String, Rational), String> {
    let (name, value) = text.split_once('=').ok_or("write it as name=value")?;
    let value: Rational = value.parse().map_err(|error| format!("{error}"))?;
    Ok((name.trim().to_owned(), value))
}

impl NumberArgs {
    fn numbers(&self) -> Numbers {
        let named = [
            ("gamma", &self.gamma),
            ("lambda", &self.lambda),
            ("mu", &self.mu),
            ("l_smooth", &self.l),
            ("l_exp", &self.l_exp),
            ("l_max", &self.l_max),
            ("tau", &self.tau),
        ];
        let given = named.into_iter().filter_map(|(name, value)| Some((name, value.clone()?)));
        let mut numbers: Numbers = given.map(|(name, value)| (name.to_owned(), value)).collect();
        numbers.extend(self.others.iter().cloned());
        numbers
    }

    /// The numbers of a statement: the weight is 1 unless another is given.
    fn of_statement(&self) -> Numbers {
        let mut numbers = self.numbers();
        numbers.entry("lambda".into()).or_insert(Rational::ONE);
        if let Samples::Finite(n) = self.n {
            let n = Rational::count(usize::try_from(n).unwrap_or(usize::MAX));
            numbers.insert("n_samples".into(), n);
        }
        numbers
    }
}

#[derive(Args)]
pub struct WorstCaseArgs {
    /// A method (sgd, tau-nice, kd, kd-teacher, unbiased-kd, saga, saga-prox, l-svrg), a theorem's id
    /// with a part such as theorem-1/one-step, or a theorem file (- is standard input); lists the
    /// methods without any
    problem: Option<String>,
    #[command(flatten)]
    numbers: NumberArgs,
    /// Interior points only, to a gap of about 1e-9
    #[arg(long)]
    plain: bool,
    /// Leave out the hypotheses about numbers that do not hold, such as a bound on the step size
    #[arg(long)]
    beyond: bool,
    /// The form of the report
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// Writes what is proved as a theorem file, with the certificate as its proof
    #[arg(long)]
    out: Option<PathBuf>,
    /// Writes the problem that refutes a statement as a witness, which `replay` checks again
    #[arg(long, conflicts_with = "beyond")]
    witness: Option<PathBuf>,
    /// Every inequality of the library between what is sampled and what is stated, every method, and
    /// the curves on which theorem-1 and theorem-2 are sharp
    #[arg(long, conflicts_with_all = ["problem", "out", "plain", "beyond"])]
    all: bool,
}

/// Bounds a worst case and returns the exit code.
pub fn run(library: Library, args: &WorstCaseArgs) -> Result<u8, Error> {
    if args.all {
        let found = overview(&library, Options::default());
        print(&match args.format {
            Format::Json => report::to_json(&report::OverviewDocument::new(&found)),
            Format::Text => report::overview_table(&found),
        });
        return Ok(MET);
    }
    let Some(problem) = &args.problem else {
        print(&report::methods(&METHODS));
        return Ok(MET);
    };
    if let Some(method) = Method::named(problem) {
        return run_method(method, args);
    }
    let (id, _) = id_and_part(problem);
    if !is_file(id) && library.theorem(id).is_none() {
        let theorems = library.theorems().iter().map(|theorem| theorem.id.as_str());
        let known = METHODS.iter().map(|method| method.name).chain(theorems);
        return Err(unknown("method or theorem", problem, known));
    }
    run_statement(library, problem, args)
}

/// The file that takes up standard output, if one does.
fn output(args: &WorstCaseArgs) -> Option<&Path> {
    let files = args.out.iter().chain(&args.witness).map(PathBuf::as_path);
    files.into_iter().find(|path| super::output::is_stream(path))
}

fn run_method(method: &Method, args: &WorstCaseArgs) -> Result<u8, Error> {
    let usage = |cause: String| Error::Usage(format!("{}: {cause}", method.name));
    let texts = method.texts(&args.numbers.numbers(), args.numbers.n).map_err(usage)?;
    let reduced = texts.program().map_err(|error| usage(error.to_string()))?;
    let [means, spreads] = &reduced.kept;
    detail(|| {
        let (name, count) = (method.name, reduced.constraints.len());
        format!(
            "{name}: {count} multipliers, Gram matrices of sizes {} and {}",
            means.len(),
            spreads.len()
        )
    });
    let effort = if args.plain { Effort::Plain } else { Effort::Full };
    let bounds = solve(&reduced, effort);
    // An explicit problem needs room for rounding, which an interior point has.
    let interior = if args.plain { bounds.clone() } else { solve(&reduced, Effort::Plain) };
    let explicit = interior.lower.as_ref().and_then(|lower| {
        two_quadratics(method.name, &texts.numbers, args.numbers.n, &reduced, &lower.gram)
    });
    let found = report::WorstCase::new(method, &texts, args.numbers.n, &reduced, &bounds, explicit);
    let text = match args.format {
        Format::Json => report::to_json(&found),
        Format::Text => report::worst_case(&found),
    };
    tell(&text, output(args));
    let Some(upper) = &bounds.upper else { return Ok(INCONCLUSIVE) };
    if let Some(path) = &args.out {
        // A certificate away from the boundary has short numbers.
        let short = interior.upper.as_ref().filter(|_| !bounds.is_exact()).unwrap_or(upper);
        let text = method_file(method, &stem(path), &texts, &reduced, &short.multipliers)
            .map_err(|cause| usage(cause.to_string()))?;
        write_file(path, &text)?;
    }
    Ok(MET)
}

/// The id of a theorem that goes to a file.
fn stem(path: &Path) -> String {
    match path.file_stem() {
        Some(stem) if !super::output::is_stream(path) => stem.to_string_lossy().into(),
        _ => "found".to_owned(),
    }
}

fn write_file(path: &Path, text: &str) -> Result<(), Error> {
    write(path, text)?;
    let file = path.display();
    let next = format!("Written to {file}; the kernel accepts it. Next: kd-audit prove {file}\n");
    remark(&next, path);
    Ok(())
}

/// A statement by id and part, or of a file with one part or a named one.
fn statement<'a>(
    library: &'a Library,
    id: &str,
    part: Option<&str>,
) -> Result<(&'a Theorem, &'a Statement), Error> {
    let known = || library.theorems().iter().map(|theorem| theorem.id.as_str());
    let theorem = library.theorem(id).ok_or_else(|| unknown("theorem", id, known()))?;
    let parts = || theorem.statements.iter().map(|statement| statement.part.as_str());
    let found = match part {
        Some(part) => theorem.statement(part).ok_or_else(|| unknown("part", part, parts()))?,
        None => match theorem.statements.as_slice() {
            [only] => only,
            _ => return Err(unknown("part", id, parts())),
        },
    };
    Ok((theorem, found))
}

fn resolve(library: Library, name: &str) -> Result<(Library, String, Option<String>), Error> {
    let (id, part) = id_and_part(name);
    let (library, ids) = select(library, &[id.to_owned()])?;
    Ok((library, ids.into_iter().next().unwrap_or_default(), part.map(str::to_owned)))
}

fn run_statement(library: Library, name: &str, args: &WorstCaseArgs) -> Result<u8, Error> {
    let (library, id, part) = resolve(library, name)?;
    let (theorem, statement) = statement(&library, &id, part.as_deref())?;
    let name = format!("{}/{}", theorem.id, statement.part);
    let numbers = args.numbers.of_statement();
    let decision = decide(&statement.claim, &numbers, args.beyond)
        .map_err(|error| Error::Usage(format!("{name}: {error}")))?;
    detail(|| format!("{name}: {} multipliers", decision.reduced.constraints.len()));
    let id = args.out.as_deref().map_or_else(|| "found".to_owned(), stem);
    let claim = &statement.claim.text;
    let export = Export { id: &id, theorem, statement, claim };
    let proof = decision.certificate.as_ref().map(|_| theorem_file(&export, &numbers));
    let quotient = quotient(&statement.claim, &numbers, args.beyond).ok();
    let found = report::WorstClaim::new(
        &name,
        &statement.claim,
        &numbers,
        &decision,
        proof.as_ref(),
        quotient.as_ref(),
    );
    let text = match args.format {
        Format::Json => report::to_json(&found),
        Format::Text => report::worst_claim(&found),
    };
    tell(&text, output(args));
    match (&args.out, proof) {
        (None, _) => {}
        (Some(path), Some(Ok(text))) => write_file(path, &text)?,
        (Some(_), Some(Err(cause))) => return Err(Error::Usage(format!("{name}: {cause}"))),
        (Some(_), None) => {
            return Err(Error::Usage(format!("{name} is not proved at these numbers")));
        }
    }
    if let Some(path) = &args.witness {
        let Some((instance, sides)) = &decision.problem else {
            return Err(Error::Usage(format!("{name} is not refuted by an explicit problem")));
        };
        let (theorem, part) = (theorem.id.clone(), statement.part.clone());
        let name = ClaimName { theorem, part, mutant: None };
        let witness = Witness::new(name, &statement.claim, instance.clone(), sides);
        write(path, &report::to_json(&witness))?;
        remark(&format!("Written to {}\n", path.display()), path);
    }
    Ok(match (&decision.certificate, &decision.problem) {
        (Some(_), _) => MET,
        (None, Some(_)) => CONTRADICTED,
        (None, None) => INCONCLUSIVE,
    })
}

/// Writes a statement at given numbers with its proof, which the kernel has accepted.
fn write_proof(
    theorem: &Theorem,
    statement: &Statement,
    claim: &str,
    numbers: &Numbers,
    path: &Path,
) -> Result<(), Error> {
    let export = Export { id: &stem(path), theorem, statement, claim };
    let text = theorem_file(&export, numbers).map_err(|cause| Error::Usage(cause.to_string()))?;
    write_file(path, &text)
}

#[derive(Args)]
pub struct TightenArgs {
    /// A theorem's id with a part such as theorem-1/one-step, or a theorem file (- is standard input)
    statement: String,
    #[command(flatten)]
    numbers: NumberArgs,
    /// Raises this number, such as l_exp or gamma, as far as the statement can be proved
    #[arg(long, conflicts_with = "literal", required_unless_present = "literal")]
    vary: Option<String>,
    /// Changes the K-th number that is written in the claim, from 1
    #[arg(long)]
    literal: Option<usize>,
    /// Where the range starts, at which the statement must be provable
    #[arg(long, allow_hyphen_values = true)]
    from: Rational,
    /// Where the range ends
    #[arg(long, allow_hyphen_values = true)]
    to: Rational,
    /// Writes the sharpest statement as a theorem file, with the certificate as its proof
    #[arg(long)]
    out: Option<PathBuf>,
}

/// Looks for the sharpest constant and returns the exit code.
pub fn run_tighten(library: Library, args: &TightenArgs) -> Result<u8, Error> {
    let (library, id, part) = resolve(library, &args.statement)?;
    let (theorem, statement) = statement(&library, &id, part.as_deref())?;
    let name = format!("{}/{}", theorem.id, statement.part);
    let vary = match (&args.vary, args.literal) {
        (Some(name), _) => Vary::Number(name.clone()),
        (None, literal) => Vary::Literal(literal.unwrap_or(1)),
    };
    let numbers = args.numbers.of_statement();
    let found = tighten(theorem, statement, &numbers, &vary, &args.from, &args.to)
        .map_err(|error| Error::Usage(format!("{name}: {error}")))?;
    let Some(found) = found else {
        print(&format!("{name} is not proved at {}.\n", args.from));
        return Ok(INCONCLUSIVE);
    };
    tell(&report::tightened(&name, &found), args.out.as_deref());
    if let Some(path) = &args.out {
        write_proof(theorem, statement, &found.claim, &found.numbers, path)?;
    }
    Ok(MET)
}
