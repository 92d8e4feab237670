//! A claim of your own, as the text of a theorem file: proved, evaluated, and a false variant of it
//! refuted by a concrete problem.
//!
//! ```sh
//! cargo run --release --example own_claim
//! ```

use kd_audit::audit::library::Library;
use kd_audit::audit::prove::prove;
use kd_audit::audit::runner::Options;
use kd_audit::audit::search::search;

/// What `kd-audit new` writes, without its comments; docs/proving.md explains every key.
const FILE: &str = r#"
format = 1
id = "growth"
title = "A function grows quadratically away from its minimiser"
summary = "Strong quasi-convexity implies quadratic growth."
source = "Folklore"
published = "f(x) - f* >= mu/2 ||x - x*||^2."
deviation = "None."
symbols = { fixed = ["mu"], state = ["gap", "e"] }

[[statement]]
part = "half"
kind = "inequality"
summary = "With the constant mu/2."
process = "sgd"
claim = "mu/2*norm_sq(e) <= gap"
hypotheses = { qsc = "QSC(mu)" }
proof = { certificate = "[growth]", step = [{ name = "growth", axiom = "quadratic-growth", claim = "mu/2*norm_sq(e) <= gap" }] }

[[statement.mutant]]
name = "whole"
summary = "With twice the constant, which is too much for a quadratic."
claim = "mu*norm_sq(e) <= gap"
"#;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    // A fault of the text is an error with its line and column, as for a file.
    let library = Library::from_texts([("growth.toml".to_owned(), FILE)])?;
    for finding in prove(&library) {
        match &finding.verdict {
            Some(Ok(_)) => println!("{}: the kernel accepts the proof", finding.name()),
            Some(Err(rejection)) => println!("{}: {rejection}", finding.name()),
            None => println!("{}: no proof is given", finding.name()),
        }
    }
    // The seed and a budget of evaluations, not of time, make a search the same everywhere.
    let mutant = library.claim("growth", "half", Some("whole")).ok_or("no such mutant")?;
    let found = search(mutant, "growth", 1, 2000, Options::default().budget);
    let (instance, sides) = found.witness.ok_or("no witness was found")?;
    let (lhs, rhs) = sides.numbers();
    println!("the mutant is refuted: {lhs} <= {rhs} fails at");
    println!("{}", serde_json::to_string(&instance)?);
    Ok(())
}
