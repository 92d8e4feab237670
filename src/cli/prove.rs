//! `kd-audit prove`: proofs checked, and rejected ones explained.

use super::refute::write_witness;
use super::{CONTRADICTED, INCONCLUSIVE, MET, print, select, unknown};
use clap::Args;
use kd_audit::audit::finding::{ClaimName, Witness};
use kd_audit::audit::library::Library;
use kd_audit::audit::prove::{ProofFinding, dependencies, prove_only};
use kd_audit::audit::runner::Options;
use kd_audit::audit::search::search;
use kd_audit::claim::proof::StatementName;
use kd_audit::error::Error;
use kd_audit::report;
use std::collections::BTreeSet;
use std::path::PathBuf;

/// Exit codes: 0 every proof is accepted, 1 one is rejected or proves a mutant, 2 bad input,
/// 3 nothing to prove.
#[derive(Args)]
pub struct ProveArgs {
    /// Ids, an id and part such as theorem-1/one-step, or files; all by default
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
    /// Where the witness is written, for replay
    #[arg(long)]
    out: Option<PathBuf>,
}

/// Checks the proofs and returns the exit code.
pub fn run(library: Library, args: &ProveArgs) -> Result<u8, Error> {
    let mut names = Vec::new();
    let mut parts: Vec<(String, Option<String>)> = Vec::new();
    for name in &args.theorems {
        match name.split_once('/') {
            Some((id, part)) if !name.ends_with(".toml") => {
                names.push(id.to_owned());
                parts.push((id.to_owned(), Some(part.to_owned())));
            }
            _ => names.push(name.clone()),
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
    let findings = prove_only(&library, wanted);
    print(&report::proofs(&findings));
    if args.graph || !parts.is_empty() {
        let mut listed = BTreeSet::new();
        let proved = findings.iter().filter(|finding| finding.statement.proof.is_some());
        let trees: Vec<_> = proved
            .map(|finding| dependencies(&library, &finding.name(), &mut listed))
            .filter(|tree| args.graph || tree.len() > 1)
            .collect();
        if !trees.is_empty() {
            print(&report::graph(&trees));
        }
    }
    let rejected: Vec<_> = findings.iter().filter(|f| matches!(f.verdict, Some(Err(_)))).collect();
    if args.out.is_some() && rejected.len() > 1 {
        return Err(Error::Usage(format!(
            "--out names one file, and {} proofs are rejected: name the part",
            rejected.len()
        )));
    }
    for finding in rejected {
        print(&report::explain(finding));
        print(&witness(finding, args)?);
    }
    Ok(if findings.iter().any(ProofFinding::contradicts) {
        CONTRADICTED
    } else if findings.iter().all(|finding| finding.verdict.is_none()) {
        INCONCLUSIVE
    } else {
        MET
    })
}

/// Looks for a witness against a claim whose proof is rejected.
fn witness(finding: &ProofFinding<'_>, args: &ProveArgs) -> Result<String, Error> {
    let statement = finding.statement;
    if let Some(why) = &statement.unevaluated {
        return Ok(format!("  No search for a witness. {why}\n"));
    }
    let name = ClaimName {
        theorem: finding.theorem.id.clone(),
        part: statement.part.clone(),
        mutant: None,
    };
    let budget = Options::default().budget;
    let seed_name = format!("{name} refute");
    let result = search(&statement.claim, &seed_name, args.seed, args.evaluations, budget);
    let Some((instance, sides)) = result.witness else {
        return Ok(report::proof_no_witness(result.evaluations));
    };
    let witness = Witness::new(name, &statement.claim, instance, &sides);
    let written = args.out.as_deref().map(|path| write_witness(&witness, path)).transpose()?;
    Ok(report::proof_witness(&witness, written.as_deref()))
}
