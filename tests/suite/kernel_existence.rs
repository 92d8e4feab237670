//! Files whose claims are false, or about nothing: a point or a law that need not exist, hypotheses
//! that no instance meets. The first line of each says what becomes of it.

use kd_audit::audit::library::{FILES, Library};
use kd_audit::audit::prove::{prove, prove_only};
use kd_audit::report;
use std::path::Path;

#[test]
fn what_need_not_exist_proves_nothing() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/forgeries");
    let mut seen = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let text = std::fs::read_to_string(&path).unwrap();
        let expected =
            text.lines().next().and_then(|line| line.strip_prefix("# expect: ")).unwrap();
        seen += 1;
        let mut library = Library::load().unwrap();
        let id = match library.add(&path.display().to_string(), &text) {
            Ok(id) => id,
            Err(error) => {
                let error = error.to_string();
                let reason = expected.strip_prefix("refused, ");
                assert!(reason.is_some_and(|reason| error.contains(reason)), "{error}");
                continue;
            }
        };
        let findings = prove_only(&library, |name| name.theorem == id);
        // The last part is the false one.
        let own = findings.last().unwrap();
        assert_eq!(report::proof_verdict(own), expected, "{}", path.display());
    }
    assert_eq!(seen, 49);
}

/// What becomes of the proofs of a library in which a text has another content.
fn verdicts(id: &str, text: &str) -> Vec<(String, String)> {
    let mut library = Library::load().unwrap();
    library.add(&format!("{id}.toml"), text).unwrap();
    let findings = prove(&library);
    findings
        .iter()
        .map(|f| (format!("{}/{}", f.theorem.id, f.statement.part), report::proof_verdict(f)))
        .collect()
}

/// A file of a built-in id replaces it, false claim and all, and what used it is no longer proved.
#[test]
fn a_file_of_a_built_in_id_lends_nothing() {
    let original = FILES.iter().find(|(id, _)| *id == "theorem-1").unwrap().1;
    let forged =
        original.replacen("+ 2*gamma^2*noise(lambda)", "+ 199/100*gamma^2*noise(lambda)", 1);
    let verdicts = verdicts("theorem-1", &forged);
    for name in ["theorem-1/one-step", "theorem-1/all-t", "theorem-3/one-step", "theorem-3/all-t"] {
        let verdict = &verdicts.iter().find(|(own, _)| own == name).unwrap().1;
        assert_eq!(verdict, "Rejected", "{name}");
    }
}

/// The axioms are those of the list.
#[test]
fn axioms_are_not_smuggled() {
    let original = FILES.iter().find(|(id, _)| *id == "theorem-1").unwrap().1;
    let add = |text: &str| Library::load().unwrap().add("theorem-1.toml", text).err();
    let own = format!("{original}\n[[axiom]]\nname = \"free-lunch\"\nsays = \"gap <= 0\"\n");
    let error = add(&own).unwrap().to_string();
    assert!(error.contains("unknown field `axiom`"), "{error}");
    for (from, to) in [
        // A name that is not on the list, and one that only looks like it (Cyrillic o).
        ("axiom = \"quadratic-growth\"", "axiom = \"free-lunch\""),
        ("axiom = \"quadratic-growth\"", "axiom = \"quadratic-gr\u{43e}wth\""),
        // More than the axiom says, and the axiom without its class.
        ("claim = \"mu/2*norm_sq(e) <= gap\"", "claim = \"101/200*mu*norm_sq(e) <= gap\""),
        ("qsc = \"QSC(mu)\", es", "qsc = \"PL(mu)\", es"),
    ] {
        assert!(original.contains(from), "{from}");
        let verdicts = verdicts("theorem-1", &original.replacen(from, to, 1));
        let own = verdicts.iter().find(|(name, _)| name == "theorem-1/one-step").unwrap();
        assert_eq!(own.1, "Rejected", "{to}");
    }
}
