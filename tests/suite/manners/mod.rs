//! Manners of the program: what it says, where, in which form, and with which exit code.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// Documents against their schemas, and test reports against documents.
mod documents;
/// The programs of `examples/`, run.
mod examples;
/// Help, completions, man pages, exit codes and suggestions.
mod help;
/// Damaged data files: one error that names the file and the cause.
mod readers;
/// The part of JSON Schema that `docs/schema` uses.
mod schema;
/// Standard streams, `--quiet`, `--verbose` and colours.
mod streams;

/// An empty folder.
fn fresh(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("manners").join(name);
    if folder.exists() {
        std::fs::remove_dir_all(&folder).unwrap();
    }
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

fn kd_audit(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_kd-audit"));
    command.args(arguments).current_dir(folder);
    for variable in ["NO_COLOR", "CLICOLOR_FORCE", "CLICOLOR"] {
        command.env_remove(variable);
    }
    command
}

/// Runs the program without input.
fn run(folder: &Path, arguments: &[&str]) -> (Option<i32>, String, String) {
    told(kd_audit(folder, arguments).stdin(Stdio::null()).output().expect("the program starts"))
}

/// Runs the program with an input.
fn run_with(folder: &Path, arguments: &[&str], input: &[u8]) -> (Option<i32>, String, String) {
    let mut command = kd_audit(folder, arguments);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("the program starts");
    let mut stdin = child.stdin.take().unwrap();
    // The program may end before it has read everything.
    let _ = stdin.write_all(input);
    drop(stdin);
    told(child.wait_with_output().unwrap())
}

fn told(output: Output) -> (Option<i32>, String, String) {
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

/// One line on standard error that says what is wrong, nothing on standard output, and code 2.
fn refused(folder: &Path, arguments: &[&str], parts: &[&str]) {
    let (code, out, err) = run(folder, arguments);
    assert_eq!(code, Some(2), "{arguments:?}: {out}{err}");
    assert_eq!(out, "", "{arguments:?} printed a result");
    assert_eq!(err.lines().count(), 1, "{arguments:?}: {err}");
    assert!(err.starts_with("error: ") && !err.contains("panicked"), "{arguments:?}: {err}");
    for part in parts {
        assert!(err.contains(part), "{arguments:?}: {part:?} is not in {err}");
    }
}

/// The file of a data set.
fn data(name: &str) -> String {
    format!("{}/data/{name}", env!("CARGO_MANIFEST_DIR"))
}

/// A small file with a true statement and a false variant of it.
const TINY: &str = r#"format = 1
id = "tiny"
title = "t"
summary = "s"
source = "s"
published = "p"
deviation = "d"

[symbols]
fixed = ["lambda", "noise"]

[[statement]]
part = "only"
kind = "inequality"
summary = "s"
process = "kd"
claim = "0 <= noise(lambda)"
hypotheses = { minimiser = "minimiser" }

[[statement.mutant]]
name = "at-least-one"
summary = "s"
claim = "1 <= noise(lambda)"
"#;
