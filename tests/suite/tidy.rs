//! The invariants of the source tree, each as a test.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Each layer may use itself and the layers before it.
const LAYERS: [&str; 14] = [
    "scalar",
    "linear",
    "claim",
    "kernel",
    "problem",
    "run",
    "estimator",
    "expectation",
    "audit",
    "worst_case",
    "weight",
    "export",
    "reproduce",
    "report",
];
/// `error` collects the faults of every layer, and only the command line returns it.
const ABOVE: [&str; 2] = ["error", "cli"];

/// Files that decide: no floating-point type may occur in them.
const EXACT: [&str; 32] = [
    "src/kernel/build.rs",
    "src/kernel/compare.rs",
    "src/kernel/form.rs",
    "src/kernel/mod.rs",
    "src/kernel/nature.rs",
    "src/kernel/normal.rs",
    "src/kernel/paths.rs",
    "src/kernel/polynomial.rs",
    "src/kernel/rules.rs",
    "src/kernel/samples.rs",
    "src/kernel/show.rs",
    "src/kernel/sign.rs",
    "src/kernel/usage.rs",
    "src/claim/proof.rs",
    "src/linear/exact.rs",
    "src/linear/lifting.rs",
    "src/expectation/exact.rs",
    "src/claim/expr.rs",
    "src/claim/parser.rs",
    "src/claim/elaborate.rs",
    "src/claim/evaluate.rs",
    "src/claim/quadratic.rs",
    "src/claim/dictionary.rs",
    "src/claim/theorem.rs",
    "src/claim/concrete.rs",
    "src/audit/hypotheses.rs",
    "src/linear/echelon.rs",
    "src/worst_case/claims.rs",
    "src/worst_case/expand.rs",
    "src/worst_case/gram.rs",
    "src/worst_case/judge.rs",
    "src/worst_case/program.rs",
];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn sources() -> Vec<(PathBuf, String)> {
    let mut folders = vec![root().join("src")];
    let mut files = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = std::fs::read_to_string(&path).unwrap();
                files.push((path.strip_prefix(root()).unwrap().to_owned(), text));
            }
        }
    }
    files.sort();
    files
}

/// The part of a file before its unit tests, without comments.
fn code(text: &str) -> String {
    let code = text.split("#[cfg(test)]").next().unwrap_or(text);
    code.lines().map(|line| line.split("//").next().unwrap_or("")).collect::<Vec<_>>().join("\n")
}

#[test]
fn layers_point_one_way() {
    let known: BTreeSet<&str> = LAYERS.into_iter().chain(ABOVE).collect();
    for (path, text) in sources() {
        let module = path.iter().nth(1).unwrap().to_str().unwrap().trim_end_matches(".rs");
        let rank = LAYERS.iter().position(|layer| *layer == module).unwrap_or(LAYERS.len());
        if ["lib", "main"].contains(&module) {
            continue;
        }
        assert!(known.contains(module), "{} belongs to no layer", path.display());
        for used in code(&text).split("crate::").skip(1) {
            let used: String =
                used.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
            let used_rank = LAYERS.iter().position(|layer| *layer == used).unwrap_or(LAYERS.len());
            assert!(used_rank <= rank, "{} reads upward: crate::{used}", path.display());
        }
    }
}

/// What must be trusted reads nothing but the formulas and the rationals.
#[test]
fn the_kernel_reads_formulas_and_rationals_only() {
    for (path, text) in sources().iter().filter(|(path, _)| path.starts_with("src/kernel")) {
        for used in code(text).split("crate::").skip(1) {
            let good = used.starts_with("claim::") || used.starts_with("scalar::");
            assert!(good, "{}: crate::{}", path.display(), &used[..20]);
        }
    }
}

#[test]
fn exact_code_has_no_floats() {
    for name in EXACT {
        let text = std::fs::read_to_string(root().join(name)).unwrap();
        for word in code(&text).split(|c: char| !c.is_alphanumeric() && c != '_') {
            assert!(!["f32", "f64"].contains(&word), "{name} mentions {word}");
        }
    }
}

#[test]
fn the_library_does_not_print() {
    for (path, text) in sources() {
        let is_binary = path.starts_with("src/cli") || path == Path::new("src/main.rs");
        if !is_binary {
            for printing in ["println!", "eprintln!", "print!(", "dbg!"] {
                assert!(!code(&text).contains(printing), "{}: {printing}", path.display());
            }
        }
    }
}

#[test]
fn files_are_short_and_finished() {
    for (path, text) in sources() {
        let lines = text.lines().count();
        assert!(lines <= 600, "{} has {lines} lines", path.display());
        for mark in ["todo!", "unimplemented!", "FIXME", "XXX"] {
            assert!(!text.contains(mark), "{}: {mark}", path.display());
        }
    }
}

#[test]
fn every_theorem_file_is_compiled_in() {
    let compiled: BTreeSet<String> =
        kd_audit::audit::library::FILES.iter().map(|(id, _)| format!("{id}.toml")).collect();
    let found: BTreeSet<String> = std::fs::read_dir(root().join("theorems"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.ends_with(".toml"))
        .collect();
    assert_eq!(compiled, found);
}

/// The table of what must be trusted names every file of the kernel that decides, and its lines.
#[test]
fn the_trusted_lines_are_those_of_the_documentation() {
    let text = std::fs::read_to_string(root().join("docs/proving.md")).unwrap();
    let rows: Vec<(String, usize)> = text
        .lines()
        .filter_map(|line| {
            let mut cells = line.strip_prefix("| `")?.split('|').map(str::trim);
            let file = cells.next()?.trim_end_matches('`');
            Some((format!("src/{file}"), cells.next()?.parse().ok()?))
        })
        .collect();
    for (path, text) in sources() {
        let name = path.to_string_lossy().replace('\\', "/");
        let lines = code(&text).lines().filter(|line| !line.trim().is_empty()).count();
        match rows.iter().find(|(own, _)| *own == name) {
            Some((_, told)) => {
                assert!(lines.abs_diff(*told) * 10 <= lines, "{name}: {lines} lines, not {told}");
            }
            None => assert!(
                !name.starts_with("src/kernel/") || name == "src/kernel/show.rs",
                "{name} is not in the table of docs/proving.md"
            ),
        }
    }
    assert!(rows.len() >= 19, "{} rows", rows.len());
}
