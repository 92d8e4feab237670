//! The program as a person runs it: exit codes, messages, determinism, witnesses.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

fn run(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_kd-audit"))
        .args(arguments)
        .current_dir(folder)
        .output()
        .expect("the program starts")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

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

[[statement.example]]
name = "one"
instance = { h = ["1"], z = ["0"], c = ["1"], gamma = "1" }
lhs = "0"
rhs = "1"

[[statement.mutant]]
name = "at-least-one"
summary = "s"
claim = "1 <= noise(lambda)"
"#;

/// Bad input gives one clear error that names file, line and cause, exit code 2, and no panic.
#[test]
fn bad_input() {
    let dir = folder("bad-input");
    let write = |name: &str, bytes: &[u8]| std::fs::write(dir.join(name), bytes).unwrap();
    write("tiny.toml", TINY.as_bytes());
    write("twin.toml", TINY.as_bytes());
    write("malformed.toml", TINY.replace("title = \"t\"", "title = ").as_bytes());
    write("symbol.toml", TINY.replace("0 <= noise(lambda)", "0 <= noise(lamda)").as_bytes());
    write(
        "undeclared.toml",
        TINY.replace("0 <= noise(lambda)", "gamma <= noise(lambda)").as_bytes(),
    );
    write(
        "type.toml",
        TINY.replace("0 <= noise(lambda)", "0 <= noise(lambda) + x_star").as_bytes(),
    );
    write(
        "hypothesis.toml",
        TINY.replace("hypotheses = { minimiser = \"minimiser\" }\n", "").as_bytes(),
    );
    write("no-hypothesis.toml", TINY.replace("{ minimiser = \"minimiser\" }", "{}").as_bytes());
    write("class.toml", TINY.replace("\"minimiser\" }", "\"minimizer\" }").as_bytes());
    write("newer.toml", TINY.replace("format = 1", "format = 2").as_bytes());
    write("step.toml", TINY.replace("gamma = \"1\"", "gamma = \"0\"").as_bytes());
    write("bytes.toml", &[0xff, 0xfe, 0x00]);
    write("empty.toml", b"");
    write("text.csv", b"a,b,y\n1,2,3\n4,five,6\n");
    write("nan.csv", b"a,y\n1,2\nNaN,3\n");
    write("inf.csv", b"a,y\n1,2\n3,inf\n");
    write("ragged.csv", b"a,b,y\n1,2,3\n4,5\n");
    write("empty.csv", b"");
    write("header.csv", b"a,b,y\n");
    write("good.csv", b"a,y\n1,2\n2,5\n4,1\n9,7\n");
    write("singular.csv", b"a,b,y\n1,2,2\n2,4,5\n4,8,1\n9,18,7\n");
    let witness = |gamma: &str, format: u64| {
        format!(
            "{{\n\"format\": {format},\n\"claim\": {{\"theorem\": \"theorem-1\", \"part\": \"one-step\"}},\n\"hash\": \"0\", \"lhs\": \"1\", \"rhs\": \"0\",\n\"instance\": {{\"h\": [\"1\"], \"b\": [\"0\"], \"gamma\": \"{gamma}\"}}\n}}\n"
        )
    };
    write("step.json", witness("-1/2", 1).as_bytes());
    write("newer.json", witness("1", 9).as_bytes());
    write("cut.json", &witness("1", 1).as_bytes()[..60]);
    write("unknown.json", witness("1", 1).replace("one-step", "two-steps").as_bytes());

    let data = |file, target| vec!["audit", "--data", file, "--target", target];
    let cases: Vec<(Vec<&str>, Vec<&str>)> = vec![
        (vec!["audit", "malformed.toml"], vec!["malformed.toml:3:", "string"]),
        (vec!["audit", "symbol.toml"], vec!["symbol.toml:17:21:", "unknown symbol lamda"]),
        (vec!["audit", "undeclared.toml"], vec!["undeclared.toml:17:10:", "gamma is not declared"]),
        (vec!["audit", "type.toml"], vec!["type.toml:17:", "x_star is not declared"]),
        (vec!["audit", "hypothesis.toml"], vec!["hypothesis.toml:13:", "without hypotheses"]),
        (vec!["audit", "no-hypothesis.toml"], vec!["no-hypothesis.toml:13:", "without hypotheses"]),
        (vec!["audit", "class.toml"], vec!["class.toml:18:", "minimizer"]),
        (
            vec!["audit", "newer.toml"],
            vec!["newer.toml:1:1:", "format 2", "a newer kd-audit is needed"],
        ),
        (vec!["show", "step.toml"], vec!["step.toml:22:", "step size gamma must be positive"]),
        (vec!["audit", "bytes.toml"], vec!["bytes.toml", "not UTF-8"]),
        (vec!["audit", "empty.toml"], vec!["empty.toml:1:1:", "format = 1"]),
        (vec!["audit", "tiny.toml", "twin.toml"], vec!["twin.toml: a second file has the id tiny"]),
        (vec!["audit", "absent.toml"], vec!["absent.toml", "No such file"]),
        (vec!["audit", "theorem-99"], vec!["no theorem \"theorem-99\"", "theorem-7"]),
        (vec!["refute", "theorem-1/two-steps"], vec!["no part \"two-steps\"", "all-t"]),
        (vec!["refute", "theorem-1", "--mutant", "none"], vec!["no mutant \"none\"", "step-1/7"]),
        (data("text.csv", "y"), vec!["text.csv: line 3, column \"b\"", "five"]),
        (data("nan.csv", "y"), vec!["nan.csv: line 3, column \"a\"", "not finite"]),
        (data("inf.csv", "y"), vec!["inf.csv: line 3, column \"y\"", "not finite"]),
        (data("ragged.csv", "y"), vec!["ragged.csv: line 3", "expected 3 fields", "found 2"]),
        (data("empty.csv", "y"), vec!["empty.csv: the file is empty"]),
        (data("header.csv", "y"), vec!["header.csv: line 1", "no row of data"]),
        (data("good.csv", "z"), vec!["good.csv: line 1", "no column is named \"z\"", "\"y\""]),
        (data("absent.csv", "y"), vec!["absent.csv", "No such file"]),
        (data("singular.csv", "y"), vec!["singular.csv: ", "--ridge"]),
        (
            [data("good.csv", "y"), vec!["--gamma", "0"]].concat(),
            vec!["good.csv: ", "positive, found 0"],
        ),
        ([data("good.csv", "y"), vec!["--gamma=-1/3"]].concat(), vec!["positive, found -1/3"]),
        ([data("good.csv", "y"), vec!["--gamma", "quick"]].concat(), vec!["--gamma", "quick"]),
        (
            [data("good.csv", "y"), vec!["--batch", "5"]].concat(),
            vec!["between 1 and", "4, found 5"],
        ),
        ([data("good.csv", "y"), vec!["--ridge=-1"]].concat(), vec!["ridge must not be negative"]),
        (vec!["audit", "--data", "good.csv"], vec!["--target"]),
        (
            vec!["replay", "step.json"],
            vec!["step.json:", "step size gamma must be positive, found -1/2"],
        ),
        (vec!["replay", "newer.json"], vec!["newer.json:2:1:", "a newer kd-audit is needed"]),
        (vec!["replay", "cut.json"], vec!["cut.json:3:", "EOF"]),
        (vec!["replay", "unknown.json"], vec!["no part \"two-steps\""]),
        (vec!["replay", "absent.json"], vec!["absent.json", "No such file"]),
    ];
    for (arguments, parts) in cases {
        let output = run(&dir, &arguments);
        let (out, err) = (text(&output.stdout), text(&output.stderr));
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {out}{err}");
        assert_eq!(out, "", "{arguments:?} printed a result");
        assert_eq!(err.matches("error: ").count(), 1, "{arguments:?}: {err}");
        assert!(!err.contains("panicked"), "{arguments:?}: {err}");
        for part in parts {
            assert!(err.contains(part), "{arguments:?}: {part:?} is not in {err}");
        }
    }
}

#[test]
fn exit_codes_tell_met_contradicted_and_undecided_apart() {
    let dir = folder("exit-codes");
    let write = |name: &str, text: &str| std::fs::write(dir.join(name), text).unwrap();
    let code = |arguments: &[&str]| run(&dir, arguments).status.code();
    write("met.toml", TINY);
    assert_eq!(code(&["audit", "met.toml", "--no-data", "--instances", "8"]), Some(0));
    // The bound is false, and the audit says so with a witness.
    write("false.toml", &TINY.replace("\"0 <= noise(lambda)\"", "\"2 <= noise(lambda)\""));
    let output = run(&dir, &["audit", "false.toml", "--no-data", "--instances", "8"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stdout).contains("tiny/only is refuted: left side 2, right side"));
    // A survivor that should have been refuted is a contradiction too.
    write("survivor.toml", &TINY.replace("\"1 <= noise(lambda)\"", "\"-1 <= noise(lambda)\""));
    let output = run(&dir, &["audit", "survivor.toml", "--no-data", "--instances", "8"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stdout).contains("mutant \"at-least-one\" survived"));
    // Nothing satisfies the hypotheses: undecided, unless an example does.
    let absurd = TINY.replace("minimiser = \"minimiser\"", "never = \"noise(0) < 0\"");
    let start = absurd.find("[[statement.example]]").unwrap();
    let end = absurd.find("[[statement.mutant]]").unwrap();
    let absurd = [&absurd[..start], &absurd[end..]]
        .concat()
        .replace("claim = \"1 <=", "without = [\"never\"]\nclaim = \"1 <=");
    write("absurd.toml", &absurd);
    let output = run(&dir, &["audit", "absurd.toml", "--no-data", "--instances", "8"]);
    assert_eq!(output.status.code(), Some(3), "{}", text(&output.stdout));
    assert!(text(&output.stdout).contains("no instance satisfies the hypothesis never"));
}

#[test]
fn equal_seeds_give_equal_bytes_whatever_the_threads() {
    let dir = folder("determinism");
    let audit = |extra: &[&str]| {
        let ids = ["audit", "theorem-1-min", "theorem-7"];
        let options =
            ["--instances", "6", "--format", "json", "--no-stored-witnesses", "--no-data"];
        let base = [&ids[..], &options[..]].concat();
        let output = run(&dir, &[&base[..], extra].concat());
        assert_eq!(output.status.code(), Some(0));
        output.stdout
    };
    let one = audit(&["--jobs", "1"]);
    assert_eq!(one, audit(&["--jobs", "2"]));
    assert_eq!(one, audit(&["--jobs", "5"]));
    assert_ne!(one, audit(&["--seed", "2"]));
    let document: serde_json::Value = serde_json::from_slice(&one).unwrap();
    assert_eq!(document["format"], 1);
    for forbidden in ["seconds", "elapsed", "threads", "/work"] {
        assert!(!text(&one).contains(forbidden), "{forbidden}");
    }
}

#[test]
fn a_witness_is_found_saved_and_replayed() {
    let dir = folder("witness");
    let output = run(&dir, &["refute", "theorem-1/one-step", "--mutant", "without-bias"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let file = "witness-theorem-1-one-step-without-bias.json";
    let replayed = run(&dir, &["replay", file]);
    assert_eq!(replayed.status.code(), Some(0));
    assert!(text(&replayed.stdout).contains("is violated"));
    // A witness with another value is not reproduced, and one of another claim is told apart.
    let original = std::fs::read_to_string(dir.join(file)).unwrap();
    let document: serde_json::Value = serde_json::from_str(&original).unwrap();
    let lhs = document["lhs"].as_str().unwrap();
    let forged = original.replace(&format!("\"lhs\": \"{lhs}\""), "\"lhs\": \"12345/7\"");
    std::fs::write(dir.join("forged.json"), forged).unwrap();
    assert_eq!(run(&dir, &["replay", "forged.json"]).status.code(), Some(1));
    let hash = document["hash"].as_str().unwrap();
    std::fs::write(dir.join("old.json"), original.replace(hash, "0123456789abcdef")).unwrap();
    assert!(text(&run(&dir, &["replay", "old.json"]).stdout).contains("has changed since"));
}

#[test]
fn theorems_are_listed_and_shown() {
    let dir = folder("show");
    let list = text(&run(&dir, &["list"]).stdout);
    let shown = text(&run(&dir, &["show", "theorem-1"]).stdout);
    for part in ["theorem-7: Exact distillation", "best-weight", "one-step"] {
        assert!(list.contains(part), "{part}");
    }
    for part in [
        "published  E||x^t - x*||^2",
        "defines    neighbourhood(l) = 2*gamma/mu*(noise(l) + kappa*l^2*bias_sq)",
        "hypothesis  step: gamma <= 1/(8*l_exp)",
        r"\mathbb{E}\left[\left\|x^+ - x^*\right\|^2\right]",
        "mutant      step-1/7",
        "7998329/7997584 against 3998987/3998792",
    ] {
        assert!(shown.contains(part), "{part} is not in\n{shown}");
    }
}

#[test]
fn the_program_works_from_any_folder_on_its_embedded_data() {
    let output = run(&folder("elsewhere"), &["audit", "theorem-7", "--instances", "4"]);
    assert_eq!(output.status.code(), Some(0));
    let table = text(&output.stdout);
    assert!(table.contains("Data diabetes: 442 rows, 10 features"), "{table}");
    assert!(table.contains("theorem-7: best weight 4.654544120528741e-1 (exact"), "{table}");
}
