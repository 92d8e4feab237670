//! Proofs and statements as Coq files.
//!
//! For each statement that the kernel has proved there is a *certificate file*: the proof, term by
//! term, from the tree that the kernel checks, about one point. Where it is reached there is a
//! *statement file* as well: the theorem in textbook form, with hypotheses for every x, whose proof
//! supplies what the certificate asks for from the lemmas of the fixed files. The fixed files are
//! those of `coq/`; nothing is assumed in them.

mod cases;
mod certificate;
mod definitions;
mod layout;
mod level;
mod names;
mod path;
mod problem;
mod render;
mod sampling;
mod section;
mod spaces;
mod statement;
mod supply;
mod symbols;
mod twin;
mod usage;

use crate::audit::library::Library;
use crate::audit::prove::proved_only;
use crate::claim::file::FileError;
use crate::claim::proof::StatementName;
use crate::claim::theorem::{Claim, Statement, Theorem};
use certificate::Found;
use std::collections::{BTreeMap, BTreeSet};

/// The fixed files, in the order in which they are compiled.
pub static FIXED: [(&str, &str); 12] = [
    ("Space", include_str!("../../../coq/Space.v")),
    ("Scalars", include_str!("../../../coq/Scalars.v")),
    ("Paths", include_str!("../../../coq/Paths.v")),
    ("Certificate", include_str!("../../../coq/Certificate.v")),
    ("Prelude", include_str!("../../../coq/Prelude.v")),
    ("Growth", include_str!("../../../coq/Growth.v")),
    ("Calculus", include_str!("../../../coq/Calculus.v")),
    ("Glue", include_str!("../../../coq/Glue.v")),
    ("Instances", include_str!("../../../coq/Instances.v")),
    ("Batches", include_str!("../../../coq/Batches.v")),
    ("Constructs", include_str!("../../../coq/Constructs.v")),
    ("Line", include_str!("../../../coq/Line.v")),
];

/// What Coq shows of a statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Status {
    /// The statement in textbook form.
    Statement,
    /// The certificate at one point, and why not the statement.
    Certificate(String),
    /// Nothing, and why.
    No(String),
}

impl Status {
    /// For a table.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Statement => "yes",
            Self::Certificate(_) => "certificate",
            Self::No(_) => "no",
        }
    }
}

/// What became of one statement.
#[derive(Clone, Debug)]
pub struct Exported {
    /// The statement.
    pub name: StatementName,
    /// How far it is carried.
    pub status: Status,
    /// The theorems to ask for their assumptions, as `module.theorem`.
    pub theorems: Vec<String>,
    /// Hypotheses that the proof does not use.
    pub unused: Vec<String>,
    /// Whether there is an instance that satisfies its hypotheses.
    pub satisfiable: bool,
}

/// Everything that is written.
#[derive(Clone, Debug, Default)]
pub struct Export {
    /// File names with their texts, in the order of compilation where they are Coq.
    pub files: Vec<(String, String)>,
    /// The statements, in the order of the library.
    pub statements: Vec<Exported>,
}

/// Exports every statement of the library that the kernel proves.
pub fn export(library: &Library) -> Export {
    written(library, true, |_| true)
}

/// The certificates alone: what stands for the constants of a reviewed statement in its instance need
/// not be there in a file of one's own.
pub fn export_certificates(library: &Library) -> Export {
    written(library, false, |_| true)
}

fn written(library: &Library, textbook: bool, wanted: impl Fn(&StatementName) -> bool) -> Export {
    let proved = proved_only(library, wanted);
    let mut export = Export::default();
    let (mut done, mut certificates) = (BTreeMap::new(), BTreeMap::new());
    for (stem, text) in FIXED {
        export.files.push((format!("{stem}.v"), text.to_owned()));
    }
    let all = library
        .theorems()
        .iter()
        .flat_map(|theorem| theorem.statements.iter().map(move |statement| (theorem, statement)));
    for (theorem, statement) in all {
        let name = name_of(theorem, statement);
        let Some(proof) = &statement.proof else { continue };
        let Some(own) = proved.get(&name) else { continue };
        let unused: BTreeSet<&str> = own.unused_hypotheses().collect();
        let find = |name: &StatementName| -> Option<Claim> {
            proved.get(name).map(|proved| proved.claim().clone())
        };
        let found = Found { claim: &find, certificates: &certificates };
        let certificate = certificate::certificate(&name, &statement.claim, proof, &unused, &found);
        let mut exported = Exported {
            name: name.clone(),
            status: Status::No(String::new()),
            theorems: Vec::new(),
            unused: unused.iter().map(|name| (*name).to_owned()).collect(),
            satisfiable: false,
        };
        match certificate {
            Err(cause) => exported.status = Status::No(cause.to_string()),
            Ok(certificate) => {
                let module = names::module(&name);
                exported.theorems.push(format!("{module}_cert.{}", certificate.theorem));
                export.files.push((format!("{module}_cert.v"), certificate.text.clone()));
                let readable = match textbook {
                    true => statement::statement(&name, theorem, statement, &certificate, &done)
                        .map_err(|cause| cause.to_string()),
                    false => Err("a file of one's own".to_owned()),
                };
                match readable {
                    Err(cause) => exported.status = Status::Certificate(cause),
                    Ok(readable) => {
                        exported.theorems.push(format!("{module}.{}", names::part(&name.part)));
                        if readable.instance {
                            exported.theorems.push(format!("{module}.satisfiable"));
                        }
                        exported.status = Status::Statement;
                        exported.satisfiable = readable.satisfiable;
                        export.files.push((format!("{module}.v"), readable.text.clone()));
                        done.insert(name.clone(), readable);
                    }
                }
                certificates.insert(name.clone(), certificate);
            }
        }
        export.statements.push(exported);
    }
    export.files.push(("_CoqProject".into(), project(&export)));
    export.files.push(("theorems.txt".into(), theorems(&export)));
    export
}

/// The Coq status of every statement that the kernel proves; others have none.
pub fn statuses(library: &Library) -> Vec<(StatementName, Status)> {
    export(library).statements.into_iter().map(|own| (own.name, own.status)).collect()
}

/// What Coq has of each of the statements, in a word; only what the project holds has been through Coq.
pub fn words(
    library: &Library,
    statements: &[(&Theorem, &Statement)],
) -> Result<Vec<&'static str>, FileError> {
    let built_in = Library::load()?;
    let asked =
        |name: &StatementName| statements.iter().any(|(theorem, _)| theorem.id == name.theorem);
    let exported = written(library, true, asked).statements;
    let word = |(theorem, statement): &(&Theorem, &Statement)| {
        let own =
            |own: &&Exported| own.name.theorem == theorem.id && own.name.part == statement.part;
        let built_in = built_in.claim(&theorem.id, &statement.part, None);
        match exported.iter().find(own) {
            Some(own) if built_in.is_some_and(|c| c.hash() == statement.claim.hash()) => {
                own.status.word()
            }
            _ => "-",
        }
    };
    Ok(statements.iter().map(word).collect())
}

fn name_of(theorem: &Theorem, statement: &Statement) -> StatementName {
    StatementName { theorem: theorem.id.clone(), part: statement.part.clone() }
}

fn project(export: &Export) -> String {
    let files = export.files.iter().map(|(name, _)| format!("{name}\n"));
    std::iter::once("-Q . \"\"\n".to_owned()).chain(files).collect()
}

fn theorems(export: &Export) -> String {
    export.statements.iter().flat_map(|own| &own.theorems).map(|name| format!("{name}\n")).collect()
}
