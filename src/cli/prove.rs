//! `kd-audit prove`: proofs checked, and rejected ones explained.

use super::output::{detail, tell, write};
use super::{CONTRADICTED, Format, INCONCLUSIVE, MET, id_and_part, select, unknown};
use clap::Args;
use kd_audit::audit::finding::{ClaimName, Witness};
use kd_audit::audit::library::Library;
use kd_audit::audit::prove::{ProofFinding, dependencies, prove_only};
use kd_audit::audit::refute::{known, readings, searched};
use kd_audit::audit::runner::Options;
use kd_audit::claim::proof::StatementName;
use kd_audit::error::Error;
use kd_audit::report;
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::Instant;

#[derive(Args)]
pub struct ProveArgs {
    /// Ids, an id and part such as theorem-1/one-step, or files (- is standard input); all by default
    theorems: Vec<String>,
    /// Shows what each statement rests on as a tree; always shown for statements that are named
    #[arg(long)]
    graph: bool,
    /// Where the search for witnesses against rejected claims starts
    #[arg(long, default_value_t = Options::default().seed)]
    seed: u64,
    /// Evaluations that a search may spend on the claim of a rejected proof
    #[arg(long, default_value_t = 5000)]
    evaluations: usize,
    /// The form of the report
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// Where the witness is written, for replay; - is standard output
    #[arg(long)]
    out: Option<PathBuf>,
}

/// Checks the proofs and returns the exit code.
pub fn run(library: Library, args: &ProveArgs) -> Result<u8, Error> {
    let mut names = Vec::new();
    let mut parts: Vec<(String, Option<String>)> = Vec::new();
    for name in &args.theorems {
        let (id, part) = id_and_part(name);
        names.push(id.to_owned());
        if let Some(part) = part {
            parts.push((id.to_owned(), Some(part.to_owned())));
        }
    }
    let (library, ids) = select(library, &names)?;
    for (id, part) in &parts {
        let Some(theorem) = library.theorem(id) else { continue };
        let part = part.as_deref().unwrap_or_default();
        if theorem.statement(part).is_none() {
            let known = theorem.statements.iter().map(|statement| statement.part.as_str());
            return Err(unknown("part", part, known));
        }
    }
    // An id that is named with parts only stands for these.
    let whole = |id: &String| !parts.iter().any(|(own, _)| own == id) || args.theorems.contains(id);
    let whole: Vec<_> = ids.into_iter().filter(whole).map(|id| (id, None)).collect();
    parts.extend(whole);
    let wanted = |name: &StatementName| {
        let named = |(id, part): &(String, Option<String>)| {
            *id == name.theorem && part.as_ref().is_none_or(|part| *part == name.part)
        };
        parts.is_empty() || parts.iter().any(named)
    };
    let start = Instant::now();
    let findings = prove_only(&library, wanted);
    detail(|| {
        let (count, seconds) = (findings.len(), start.elapsed().as_secs_f64());
        format!("the kernel has checked what {count} statements have, in {seconds:.2} s")
    });
    let rejected: Vec<_> = findings.iter().filter(|f| matches!(f.verdict, Some(Err(_)))).collect();
    if args.out.is_some() && rejected.len() > 1 {
        return Err(Error::Usage(format!(
            "--out names one file, and {} proofs are rejected: name the part",
            rejected.len()
        )));
    }
    let searches: Vec<_> = rejected.iter().map(|finding| witness(finding, args)).collect();
    let witnesses = || searches.iter().filter_map(|search| search.as_ref().ok());
    let print = |text: &str| tell(text, args.out.as_deref());
    match args.format {
        Format::Json => {
            let witnesses: Vec<Witness> = witnesses().cloned().collect();
            print(&report::to_json(&report::ProofDocument::new(&findings, &witnesses)));
        }
        Format::Text => {
            print(&report::proofs(&findings));
            if args.graph || !parts.is_empty() {
                print(&graph(&library, &findings, args.graph));
            }
            let written = args.out.as_deref().map(|path| path.display().to_string());
            for (finding, search) in rejected.iter().zip(&searches) {
                print(&report::explain(finding));
                match search {
                    Ok(witness) => print(&report::proof_witness(witness, written.as_deref())),
                    Err(why) => print(why),
                }
            }
        }
    }
    if let (Some(path), Some(witness)) = (&args.out, witnesses().next()) {
        write(path, &report::to_json(witness))?;
    }
    Ok(if findings.iter().any(ProofFinding::contradicts) {
        CONTRADICTED
    } else if findings.iter().all(|finding| finding.verdict.is_none()) {
        INCONCLUSIVE
    } else {
        MET
    })
}

/// What the statements with a proof rest on; without `all`, those alone that rest on something.
fn graph(library: &Library, findings: &[ProofFinding<'_>], all: bool) -> String {
    let mut listed = BTreeSet::new();
    let proved = findings.iter().filter(|finding| finding.statement.proof.is_some());
    let trees: Vec<_> = proved
        .map(|finding| dependencies(library, &finding.name(), &mut listed))
        .filter(|tree| all || tree.len() > 1)
        .collect();
    if trees.is_empty() { String::new() } else { report::graph(&trees) }
}

/// Looks for a witness against a claim whose proof is rejected; says why there is none.
fn witness(finding: &ProofFinding<'_>, args: &ProveArgs) -> Result<Witness, String> {
    let statement = finding.statement;
    let name = ClaimName {
        theorem: finding.theorem.id.clone(),
        part: statement.part.clone(),
        mutant: None,
    };
    let claim = &statement.claim;
    let options = Options {
        seed: args.seed,
        search_evaluations: args.evaluations,
        stored_witnesses: false,
        ..Options::default()
    };
    if let Some(witness) = known(&name, statement, claim, options).witness {
        return Ok(witness);
    }
    if let Some(why) = &statement.unevaluated
        && readings(statement, claim).is_empty()
    {
        return Err(format!("  No search for a witness. {why}\n"));
    }
    let attempt = searched(&name, statement, claim, &format!("{name} refute"), options);
    let evaluations = attempt.evaluations;
    detail(|| format!("{name}: searched for a witness with {evaluations} evaluations"));
    attempt.witness.ok_or_else(|| report::proof_no_witness(evaluations))
}
