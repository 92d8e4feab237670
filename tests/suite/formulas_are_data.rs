//! Formulas are data: editing one constant of a claim or of a definition in a TOML file, alone,
//! changes a verdict.

use kd_audit::audit::check::Outcome;
use kd_audit::audit::finding::{Conclusion, ProofVerdict};
use kd_audit::audit::library::{FILES, Library};
use kd_audit::audit::prove::prove_only;
use kd_audit::audit::runner::{Options, audit_statement, check_stored, states};
use kd_audit::claim::theorem::{Statement, Stored, Theorem};
use kd_audit::expectation::Budget;
use std::cell::LazyCell;
use std::ops::Range;

/// The numbers in the formulas of a file: byte ranges of literals inside the strings of `claim`
/// keys of statements (not of mutants, which are false anyway) and `formula` keys of definitions.
fn constants(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut offset = 0;
    let mut table = "";
    for line in text.split_inclusive('\n') {
        if line.starts_with('[') {
            table = line.trim();
        }
        let formula = (table == "[[statement]]" && line.starts_with("claim = "))
            || (table == "[[definition]]" && line.starts_with("formula = "));
        if formula {
            found.extend(numbers(line).into_iter().map(|r| r.start + offset..r.end + offset));
        }
        offset += line.len();
    }
    found
}

/// Digits that are not part of a name.
fn numbers(line: &str) -> Vec<Range<usize>> {
    let bytes = line.as_bytes();
    let word = |b: u8| b.is_ascii_alphanumeric() || b == b'_';
    let mut found = Vec::new();
    let mut i = 0;
    while i < bytes.len() {
        let start = i;
        while i < bytes.len() && word(bytes[i]) {
            i += 1;
        }
        if i > start && bytes[start..i].iter().all(u8::is_ascii_digit) {
            found.push(start..i);
        }
        i = i.max(start + 1);
    }
    found
}

/// Whether an example no longer has the sides that the file states.
fn is_stale(statement: &Statement, example: &Stored) -> bool {
    match check_stored(&statement.claim, example, Budget::STANDARD) {
        Outcome::Holds(sides) | Outcome::Fails(sides) => !states(example, &sides),
        _ => true,
    }
}

/// Whether the audit of the edited library contradicts what its files expect.
fn contradicted(edited: &str, text: &str) -> bool {
    let texts = FILES.iter().map(|(id, original)| {
        (format!("theorems/{id}.toml"), if *id == edited { text } else { *original })
    });
    let Ok(library) = Library::from_texts(texts) else {
        return true; // for example the statement became one of its own mutants
    };
    // Nearly every mutant has its witness in the file: one that is lost needs no long search.
    let options = Options { instances: 6, search_evaluations: 500, ..Options::default() };
    // What rests on the file says something else as well.
    let concerned =
        |theorem: &Theorem| theorem.id == edited || theorem.uses.iter().any(|used| used == edited);
    let proofs = LazyCell::new(|| {
        prove_only(&library, |name| library.theorem(&name.theorem).is_some_and(concerned))
    });
    let all = || {
        let theorems = library.theorems().iter().filter(|theorem| concerned(theorem));
        theorems.flat_map(|theorem| theorem.statements.iter().map(move |own| (theorem, own)))
    };
    // First what is soon compared: the sides that worked examples state.
    all().any(|(_, statement)| statement.examples.iter().any(|own| is_stale(statement, own)))
        // A weaker claim may be true as well: then the proof does not fit it any more.
        || proofs.iter().any(|f| f.theorem.id == edited && f.contradicts())
        || all().any(|(theorem, statement)| {
            // What no instance decides is for the kernel.
            let proof = match statement.unevaluated {
                None => ProofVerdict::None,
                Some(_) => ProofVerdict::of(&proofs, &theorem.id, &statement.part),
            };
            audit_statement(theorem, statement, proof, None, options).conclusion()
                == Conclusion::Contradicted
        })
}

#[test]
fn the_unedited_files_are_not_contradicted() {
    for (id, text) in FILES {
        assert!(!contradicted(id, text), "{id}");
    }
}

#[test]
fn every_constant_of_every_bound_matters() {
    let mut count = 0;
    let mut unnoticed = Vec::new();
    for (id, text) in FILES {
        for range in constants(text) {
            count += 1;
            let value: u64 = text[range.clone()].parse().unwrap();
            let mut edited = text.to_owned();
            edited.replace_range(range.clone(), &(value + 1).to_string());
            let line = text[..range.start].matches('\n').count() + 1;
            if !contradicted(id, &edited) {
                unnoticed.push(format!("theorems/{id}.toml:{line}: {value} to {}", value + 1));
            }
        }
    }
    assert!(unnoticed.is_empty(), "{unnoticed:#?}");
    assert!(count > 50, "only {count} constants were found");
}
