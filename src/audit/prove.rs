//! Proofs of the library, checked in order by the kernel, and the same certificates tried on the
//! mutants, which they must not prove.

use super::check::Outcome;
use super::library::Library;
use super::runner::check_stored;
use crate::claim::proof::StatementName;
use crate::claim::theorem::{Mutant, Statement, Stored, Theorem};
use crate::expectation::Budget;
use crate::kernel::{self, Proved, Rejection};
use std::collections::BTreeSet;

/// Whether the hypotheses of a statement are known to hold together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KnownInstance {
    /// No instance of the file meets them.
    None,
    /// An instance does.
    Met,
}

/// What became of the proof of one statement.
#[derive(Debug)]
pub struct ProofFinding<'a> {
    /// The theorem.
    pub theorem: &'a Theorem,
    /// The part.
    pub statement: &'a Statement,
    /// `None` where the file gives no proof.
    pub verdict: Option<Result<Proved, Rejection>>,
    /// What the same proof is worth for each mutant; a mutant that it proves is no mutant.
    pub mutants: Vec<(&'a Mutant, Result<(), Rejection>)>,
}

/// Checks every proof of the library. A proof may use the statements before it.
pub fn prove(library: &Library) -> Vec<ProofFinding<'_>> {
    prove_only(library, |_| true)
}

/// Checks the proofs of some statements, and whatever these rest on.
pub fn prove_only(
    library: &Library,
    wanted: impl Fn(&StatementName) -> bool,
) -> Vec<ProofFinding<'_>> {
    prove_with_lemmas(library, wanted).0
}

/// The same, with everything that is proved on the way.
pub fn prove_with_lemmas(
    library: &Library,
    wanted: impl Fn(&StatementName) -> bool,
) -> (Vec<ProofFinding<'_>>, kernel::Library) {
    let mut findings = Vec::new();
    let proved = check(library, &wanted, |name, theorem, statement, verdict, proved| {
        if !wanted(name) {
            return;
        }
        let tried = statement.proof.iter().flat_map(|proof| {
            let check = |mutant: &Mutant| kernel::check(&mutant.claim, proof, proved).map(drop);
            statement.mutants.iter().map(move |mutant| (mutant, check(mutant)))
        });
        findings.push(ProofFinding { theorem, statement, verdict, mutants: tried.collect() });
    });
    (findings, proved)
}

/// Which of some statements are proved, with what these rest on.
pub fn proved_only(library: &Library, wanted: impl Fn(&StatementName) -> bool) -> kernel::Library {
    check(library, &wanted, |_, _, _, _, _| ())
}

type Verdict = Option<Result<Proved, Rejection>>;

/// Checks what is wanted and what that rests on, in order, and hands each verdict on with what is
/// proved before it.
fn check<'a>(
    library: &'a Library,
    wanted: impl Fn(&StatementName) -> bool,
    mut each: impl FnMut(&StatementName, &'a Theorem, &'a Statement, Verdict, &kernel::Library),
) -> kernel::Library {
    let mut proved = kernel::Library::new();
    let needed = needed(library, wanted);
    for (name, theorem, statement) in statements(library) {
        if !needed.contains(&name) {
            continue;
        }
        let proof = statement.proof.as_ref();
        let verdict = proof.map(|proof| kernel::check(&statement.claim, proof, &proved));
        let own = verdict.as_ref().and_then(|result| result.as_ref().ok()).cloned();
        each(&name, theorem, statement, verdict, &proved);
        proved.extend(own.map(|own| (name, own)));
    }
    proved
}

/// Every statement, in order.
fn statements(
    library: &Library,
) -> impl DoubleEndedIterator<Item = (StatementName, &Theorem, &Statement)> {
    library.theorems().iter().flat_map(|theorem| {
        theorem.statements.iter().map(move |statement| {
            let name = StatementName { theorem: theorem.id.clone(), part: statement.part.clone() };
            (name, theorem, statement)
        })
    })
}

/// What is wanted, with what it rests on: a proof names statements before it only.
fn needed(library: &Library, wanted: impl Fn(&StatementName) -> bool) -> BTreeSet<StatementName> {
    let mut needed = BTreeSet::new();
    for (name, _, statement) in statements(library).rev() {
        if wanted(&name) || needed.contains(&name) {
            let uses = statement.proof.iter().flat_map(|proof| proof.names().0);
            needed.extend(uses.cloned());
            needed.insert(name);
        }
    }
    needed
}

/// A statement in the graph of dependencies, as a line of a tree.
#[derive(Debug)]
pub struct Dependency {
    /// How far it is from the root.
    pub depth: usize,
    /// A statement, or an axiom.
    pub name: String,
    /// Whether it is a statement that has been listed already, with what it rests on.
    pub repeated: bool,
}

/// What a statement rests on, as a tree in order of use, starting with the statement itself.
/// `listed` holds what has been listed, and is added to.
pub fn dependencies(
    library: &Library,
    name: &StatementName,
    listed: &mut BTreeSet<StatementName>,
) -> Vec<Dependency> {
    let mut tree = Vec::new();
    grow(library, name, 0, listed, &mut tree);
    tree
}

fn grow(
    library: &Library,
    name: &StatementName,
    depth: usize,
    listed: &mut BTreeSet<StatementName>,
    tree: &mut Vec<Dependency>,
) {
    let statement = library.theorem(&name.theorem).and_then(|t| t.statement(&name.part));
    let (uses, axioms) = statement
        .and_then(|statement| statement.proof.as_ref())
        .map_or_else(Default::default, |proof| proof.names());
    let leaf = uses.is_empty() && axioms.is_empty();
    let repeated = !listed.insert(name.clone()) && !leaf;
    tree.push(Dependency { depth, name: name.to_string(), repeated });
    if repeated {
        return;
    }
    for used in uses {
        grow(library, used, depth + 1, listed, tree);
    }
    for axiom in axioms {
        let name = format!("axiom {axiom}");
        tree.push(Dependency { depth: depth + 1, name, repeated: false });
    }
}

impl ProofFinding<'_> {
    /// The name of the statement.
    pub fn name(&self) -> StatementName {
        StatementName { theorem: self.theorem.id.clone(), part: self.statement.part.clone() }
    }

    /// The proof, if the kernel has accepted it.
    pub fn proved(&self) -> Option<&Proved> {
        self.verdict.as_ref()?.as_ref().ok()
    }

    /// Whether an instance of the file meets the hypotheses, checked exactly, and gives the claim a
    /// value: otherwise the hypotheses might contradict each other, or the claim speak of what does not
    /// exist, and the proof be about nothing.
    pub fn instance(&self) -> KnownInstance {
        let claim = &self.statement.claim;
        let hypotheses = claim.hypotheses_alone();
        let stored = self.statement.examples.iter().chain(&self.statement.satisfied);
        let met = |stored: &Stored| {
            let holds =
                |claim| matches!(check_stored(claim, stored, Budget::STANDARD), Outcome::Holds(_));
            holds(&hypotheses) && holds(claim)
        };
        if stored.into_iter().any(met) { KnownInstance::Met } else { KnownInstance::None }
    }

    /// Whether the finding contradicts the file: a proof that is rejected, or that proves a mutant.
    pub fn contradicts(&self) -> bool {
        matches!(self.verdict, Some(Err(_))) || self.mutants.iter().any(|(_, r)| r.is_ok())
    }
}
