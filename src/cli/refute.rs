//! `kd-audit refute` and `kd-audit replay`: witnesses found, saved and checked again.

use super::output::{detail, is_stream, name_of, print, read_text, tell, write};
use super::{CONTRADICTED, INCONCLUSIVE, MET, SearchArgs, USAGE, id_and_part, select, unknown};
use clap::Args;
use kd_audit::audit::check::{Outcome, Sides, check_instance};
use kd_audit::audit::finding::{ClaimName, MutantFinding, MutantVerdict, Witness};
use kd_audit::audit::generated;
use kd_audit::audit::library::Library;
use kd_audit::audit::refute::{Attempt, audit_mutant, known, readings, searched};
use kd_audit::audit::runner::{Options, describe};
use kd_audit::claim::file::FORMAT;
use kd_audit::claim::theorem::{Expectation, Mutant, Statement, Theorem};
use kd_audit::error::Error;
use kd_audit::report;
use std::path::{Path, PathBuf};

#[derive(Args)]
pub struct RefuteArgs {
    /// A theorem's id, an id and part such as theorem-1/one-step, or a theorem file (- is standard
    /// input)
    theorem: String,
    /// The mutant to refute; the statements themselves without it
    #[arg(long)]
    mutant: Option<String>,
    #[command(flatten)]
    search: SearchArgs,
    /// Where the witness is written; witness-ID-PART[-MUTANT].json by default; - is
    /// standard output
    #[arg(long)]
    out: Option<PathBuf>,
}

/// Searches for witnesses and returns the exit code.
pub fn run(library: Library, args: &RefuteArgs) -> Result<u8, Error> {
    let (name, part) = id_and_part(&args.theorem);
    let (library, ids) = select(library, &[name.to_owned()])?;
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
        let mut mutants: Vec<(&Statement, Mutant)> = Vec::new();
        for &statement in &statements {
            mutants.extend(mutant_of(statement, name).map(|mutant| (statement, mutant)));
        }
        if mutants.is_empty() {
            let known = statements.iter().flat_map(|s| s.mutants.iter().map(|m| m.name.as_str()));
            return Err(unknown("mutant", name, known));
        }
        if args.out.is_some() && mutants.len() > 1 {
            return Err(Error::Usage(format!(
                "--out names one file, and {} parts have a mutant {name:?}: name the part",
                mutants.len()
            )));
        }
        for (statement, mutant) in &mutants {
            code = code.max(refute_mutant(theorem, statement, mutant, options, args)?);
        }
        return Ok(code);
    }
    if args.out.is_some() && statements.len() > 1 {
        return Err(Error::Usage(
            "--out names one file: name a part, as in theorem-1/one-step".into(),
        ));
    }
    for statement in statements {
        let name =
            ClaimName { theorem: theorem.id.clone(), part: statement.part.clone(), mutant: None };
        let claim = &statement.claim;
        let mut attempt = known(&name, statement, claim, options);
        if attempt.witness.is_none() {
            if let Some(why) = &statement.unevaluated
                && readings(statement, claim).is_empty()
            {
                say(args, &format!("{name} is not searched: {why}\n"));
                code = code.max(INCONCLUSIVE);
                continue;
            }
            attempt = searched(&name, statement, claim, &format!("{name} refute"), options);
        }
        let Attempt { witness, evaluations } = attempt;
        detail(|| format!("{name}: searched with {evaluations} evaluations"));
        match witness {
            None => say(
                args,
                &format!("{name}: no witness in {evaluations} evaluations. That proves nothing.\n"),
            ),
            Some(witness) => {
                save(&witness, args.out.as_deref())?;
                if statement.expect == Expectation::Holds {
                    code = CONTRADICTED;
                }
            }
        }
    }
    Ok(code)
}

/// A mutant of the file, or one that a rule makes.
fn mutant_of(statement: &Statement, name: &str) -> Option<Mutant> {
    statement.mutant(name).cloned().or_else(|| generated::find(statement, name))
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
    let finding: MutantFinding = audit_mutant(&name, statement, mutant, options);
    detail(|| {
        let (mutant, evaluations) = (&mutant.name, finding.evaluations());
        format!("{name} [{mutant}]: searched with {evaluations} evaluations")
    });
    match (&finding.witness, &finding.verdict) {
        (Some(witness), _) => save(witness, args.out.as_deref())?,
        (None, MutantVerdict::Survived { evaluations }) => say(
            args,
            &format!(
                "{name} [{}]: no witness in {evaluations} evaluations. That proves nothing.\n",
                mutant.name
            ),
        ),
        (None, _) => {}
    }
    Ok(if finding.contradicts() { CONTRADICTED } else { MET })
}

/// Says what was found, beside the witness.
fn say(args: &RefuteArgs, text: &str) {
    tell(text, args.out.as_deref());
}

/// Writes a witness, and says what it shows.
fn save(witness: &Witness, out: Option<&Path>) -> Result<(), Error> {
    let ClaimName { theorem, part, mutant } = &witness.claim;
    let stem: Vec<&str> = [theorem, part].into_iter().chain(mutant).map(String::as_str).collect();
    let plain = |c: char| if c.is_ascii_alphanumeric() { c } else { '-' };
    let name: String = stem.join("-").chars().map(plain).collect();
    let path = out.map_or_else(|| PathBuf::from(format!("witness-{name}.json")), Path::to_path_buf);
    write(&path, &report::to_json(witness))?;
    let instance = serde_json::to_string(&witness.instance).unwrap_or_default();
    let mut text = format!(
        "{} is refuted by\n  {instance}\n  left side   {}\n  right side  {}\n",
        witness.claim, witness.lhs, witness.rhs
    );
    if !is_stream(&path) {
        text.push_str(&format!("  written to {}\n", path.display()));
    }
    tell(&text, Some(&path));
    Ok(())
}

/// Checks a witness again and returns the exit code.
pub fn replay(mut library: Library, path: &Path, theorem: Option<&Path>) -> Result<u8, Error> {
    if let Some(theorem) = theorem {
        library.add(&name_of(theorem), &read_text(theorem, "a theorem file")?)?;
    }
    let file = name_of(path);
    let expected = "a witness, as `refute --out` writes it";
    let witness = parse_witness(&file, &read_text(path, expected)?)?;
    let ClaimName { theorem: id, part, mutant } = &witness.claim;
    let known = || library.theorems().iter().map(|theorem| theorem.id.as_str());
    let theorem = library.theorem(id).ok_or_else(|| unknown("theorem", id, known()))?;
    let parts = || theorem.statements.iter().map(|s| s.part.as_str());
    let statement = theorem.statement(part).ok_or_else(|| unknown("part", part, parts()))?;
    let claim = match mutant {
        None => &statement.claim,
        Some(name) => {
            let mutants = || statement.mutants.iter().map(|m| m.name.as_str());
            &mutant_of(statement, name).ok_or_else(|| unknown("mutant", name, mutants()))?.claim
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
    let concrete = match witness.symbols.is_empty() {
        true => claim.clone(),
        false => claim
            .concrete(&witness.symbols)
            .map_err(|error| Error::Usage(format!("{file}: where: {error}")))?,
    };
    let outcome = check_instance(&concrete, &witness.instance, Options::default().budget);
    print(&format!("{}: the claim {}\n", witness.claim, describe(&outcome)));
    let same = |sides: &Sides| sides.numbers() == (witness.lhs.clone(), witness.rhs.clone());
    Ok(match &outcome {
        Outcome::Fails(sides) if !witness.holds && same(sides) => MET,
        Outcome::Holds(sides) if witness.holds && same(sides) => MET,
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
