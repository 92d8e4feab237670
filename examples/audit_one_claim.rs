//! Audits one statement of the paper: what it says, how it was decided, and its mutants.
//!
//! ```sh
//! cargo run --release --example audit_one_claim
//! ```

use kd_audit::audit::finding::{Grade, ProofVerdict};
use kd_audit::audit::library::Library;
use kd_audit::audit::prove::prove_only;
use kd_audit::audit::runner::{Options, audit_statement};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    // The theorem files are compiled in: nothing is read at run time.
    let library = Library::load()?;
    let theorem = library.theorem("theorem-1").ok_or("no such theorem")?;
    let statement = theorem.statement("one-step").ok_or("no such part")?;
    println!("{}: {}", theorem.title, statement.claim.text);

    // The kernel alone decides whether the proof is one.
    let own = |name: &kd_audit::claim::proof::StatementName| {
        name.theorem == theorem.id && name.part == statement.part
    };
    let proofs = prove_only(&library, own);
    let proof = ProofVerdict::of(&proofs, &theorem.id, &statement.part);

    // Equal options give equal findings, whatever the number of threads. `None`: no data set.
    let options = Options { instances: 16, seed: 7, ..Options::default() };
    let finding = audit_statement(theorem, statement, proof, None, options);

    // A verdict is a value; whoever calls decides what it means for them.
    match &finding.grade {
        Grade::Proved { modulo } => println!("proved, with the axioms {}", modulo.join(", ")),
        Grade::Refuted { witness } => println!("refuted: {} against {}", witness.lhs, witness.rhs),
        other => println!("{}", other.word()),
    }
    let tally = &finding.instances;
    println!("{} instances accepted, {} rejected", tally.accepted(), tally.rejected());
    // A checker that cannot fail checks nothing: each of these false variants must be refuted.
    for mutant in &finding.mutants {
        let word = if mutant.is_refuted() { "refuted" } else { "survived" };
        println!("mutant {}: {word}", mutant.name);
    }
    Ok(())
}
