use super::{TINY, data, fresh, kd_audit, refused, run};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::LazyLock;

/// The commands that the help lists, and those within them.
fn commands() -> Vec<Vec<String>> {
    let folder = fresh("commands");
    let names = |path: &[&str]| -> Vec<String> {
        let (code, text, _) = run(&folder, &[path, &["--help"]].concat());
        assert_eq!(code, Some(0), "{path:?}");
        let listed = text.split("\nCommands:\n").nth(1).unwrap_or("");
        let lines = listed.lines().take_while(|line| !line.is_empty());
        let names = lines.filter_map(|line| line.strip_prefix("  ")?.split(' ').next());
        names.filter(|name| !["", "help"].contains(name)).map(str::to_owned).collect()
    };
    let mut all = vec![Vec::new()];
    for name in names(&[]) {
        all.push(vec![name.clone()]);
        all.extend(names(&[&name]).into_iter().map(|inner| vec![name.clone(), inner]));
    }
    all
}

/// The examples of a command's help: the line, and what it does.
fn examples(help: &str) -> Vec<(String, String)> {
    let listed = help.split("\nExamples:\n").nth(1).unwrap_or("");
    let lines: Vec<&str> = listed.lines().take_while(|line| !line.is_empty()).collect();
    let pairs = lines.chunks(2).map(|pair| (pair[0].trim().to_owned(), pair[1].trim().to_owned()));
    pairs.collect()
}

/// The files that examples name.
fn prepare(folder: &Path) {
    std::fs::create_dir_all(folder.join("data")).unwrap();
    for name in ["diabetes.csv", "breast_cancer.csv", "digits.csv"] {
        std::fs::copy(data(name), folder.join("data").join(name)).unwrap();
    }
    assert_eq!(run(folder, &["new", "mine"]).0, Some(0));
    std::fs::write(folder.join("witness.json"), &*WITNESS).unwrap();
}

/// Searched for once.
static WITNESS: LazyLock<String> = LazyLock::new(|| {
    let search = ["refute", "theorem-1/one-step", "--mutant", "step-1/7", "--out", "-"];
    run(&fresh("example-witness"), &search).1
});

#[test]
fn every_command_has_examples_and_they_run() {
    let mut count = 0;
    for path in commands() {
        let words: Vec<&str> = path.iter().map(String::as_str).collect();
        let name = format!("example-{}", words.join("-"));
        let (_, help, _) = run(&fresh(&name), &[&words[..], &["--help"]].concat());
        let all = examples(&help);
        assert!(!all.is_empty(), "{words:?} has no example");
        for (line, says) in all {
            let folder = fresh(&name);
            prepare(&folder);
            if words == ["new"] {
                std::fs::remove_file(folder.join("mine.toml")).unwrap();
            }
            // What is timed is no test.
            if ["minute", "your files", "timed"].iter().any(|word| says.contains(word)) {
                continue;
            }
            let (rest, out) = line.split_once(" > ").map_or((&*line, None), |(l, r)| (l, Some(r)));
            let (rest, input) = rest.split_once(" < ").map_or((rest, None), |(l, r)| (l, Some(r)));
            let mut words = rest.split_whitespace();
            assert_eq!(words.next(), Some("kd-audit"), "{line}");
            let mut command = kd_audit(&folder, &words.collect::<Vec<_>>());
            command.stdin(match input {
                Some(file) => Stdio::from(std::fs::File::open(folder.join(file)).unwrap()),
                None => Stdio::null(),
            });
            if let Some(file) = out {
                command.stdout(Stdio::from(std::fs::File::create(folder.join(file)).unwrap()));
            }
            let output = command.output().unwrap();
            let err = String::from_utf8_lossy(&output.stderr);
            assert_eq!(output.status.code(), Some(0), "{line}: {err}");
            assert!(out.is_none_or(|file| folder.join(file).metadata().unwrap().len() > 0));
            count += 1;
        }
    }
    assert!(count >= 30, "{count} examples were run");
}

#[test]
fn every_help_lists_the_exit_codes() {
    let folder = fresh("codes");
    for path in commands() {
        let words: Vec<&str> = path.iter().map(String::as_str).collect();
        for flag in ["-h", "--help"] {
            let (_, help, _) = run(&folder, &[&words[..], &[flag]].concat());
            let codes = help.split("\nExit codes:\n").nth(1).unwrap_or_default();
            for code in ["  0  ", "  2  "] {
                assert!(codes.lines().any(|line| line.starts_with(code)), "{words:?}: {help}");
            }
        }
    }
}

/// Each code of each command, as far as it takes seconds; audits and witnesses have tests of theirs.
#[test]
fn the_exit_codes_are_those_of_the_help() {
    let dir = fresh("exit");
    let write = |name: &str, text: &str| std::fs::write(dir.join(name), text).unwrap();
    write("tiny.toml", TINY);
    write("true-mutant.toml", &TINY.replace("1 <= noise", "-1 <= noise"));
    write("false.toml", &TINY.replace("\"0 <= noise", "\"2 <= noise"));
    write("good.csv", "a,y\n1,2\n2,5\n4,1\n9,7\n");
    assert_eq!(run(&dir, &["new", "mine"]).0, Some(0));
    let wrong = std::fs::read_to_string(dir.join("mine.toml")).unwrap();
    write("wrong.toml", &wrong.replace("\"[qsc] + [growth]\"", "\"[qsc]\""));
    let any = wrong.replace("process = \"sgd\"", "process = \"any\"");
    let any = &any[..any.find("# A worked example").unwrap()];
    write("any.toml", any);
    // What is read as a model is searched there.
    let model = "[[statement.model]]\nname = \"SGD\"\nwhere = { process = \"sgd\" }\n";
    write("model.toml", &format!("{any}{model}"));
    let twice = any.replace("claim = \"mu*norm_sq(e)", "claim = \"2*mu*norm_sq(e)");
    write("false-model.toml", &format!("{twice}{model}"));
    let refute = ["refute", "theorem-1/one-step", "--mutant", "step-1/7", "--out", "w.json"];
    assert_eq!(run(&dir, &refute).0, Some(0));
    let witness = std::fs::read_to_string(dir.join("w.json")).unwrap();
    write("other.json", &witness.replacen("\"lhs\": \"", "\"lhs\": \"1", 1));
    let at = "--gamma 1 --mu 1/10 --l-exp";
    let cases = [
        ("list", 0),
        ("list theorem-1", 2),
        ("show tiny.toml", 0),
        ("show theorem-99", 2),
        ("prove tiny.toml", 3),
        ("prove mine.toml", 0),
        ("prove wrong.toml", 1),
        ("prove absent.toml", 2),
        ("weight --data good.csv --target y", 0),
        ("weight --data good.csv --target z", 2),
        ("new mine", 2),
        ("new theorem-1", 2),
        ("cost --no-measure", 0),
        ("cost --condition 0", 2),
        ("export coq --out coq mine.toml", 0),
        ("export coq --out coq mine.toml", 2),
        ("refute tiny.toml --mutant at-least-one --out -", 0),
        ("refute true-mutant.toml --mutant at-least-one --evaluations 200", 1),
        ("refute false.toml --out -", 1),
        ("refute any.toml", 3),
        ("refute model.toml --evaluations 200", 0),
        ("refute false-model.toml --out -", 1),
        ("refute tiny.toml --mutant other", 2),
        ("replay w.json", 0),
        ("replay other.json", 1),
        ("replay tiny.toml", 2),
        ("tighten theorem-1/one-step --gamma 1 --mu 1/10 --vary l_exp --from 1/3 --to 1/2", 3),
        ("tighten theorem-1/one-step --vary l_exp --from 1/8 --to 1/2", 2),
        ("reproduce --data good.csv", 2),
        ("report --data good.csv", 2),
        ("index extra", 2),
        ("completions bash", 0),
        ("completions tcsh", 2),
        ("man", 0),
        ("man --out good.csv", 2),
        ("licenses", 0),
        ("licenses now", 2),
        ("--version", 0),
        ("--nonsense", 2),
    ];
    for (line, expected) in cases {
        let (code, out, err) = run(&dir, &line.split(' ').collect::<Vec<_>>());
        assert_eq!(code, Some(expected), "{line}: {out}{err}");
        assert_eq!(expected == 2, err.contains("error: "), "{line}: {err}");
    }
    for (rest, expected) in [("1/8", 0), ("1/3 --beyond", 1), ("1/3", 2)] {
        let line = format!("worst-case theorem-1/one-step {at} {rest}");
        assert_eq!(run(&dir, &line.split(' ').collect::<Vec<_>>()).0, Some(expected), "{line}");
    }
}

#[test]
fn an_error_suggests_what_was_meant() {
    let dir = fresh("meant");
    std::fs::write(dir.join("mine.toml"), TINY).unwrap();
    let cases: [(&str, &[&str]); 12] = [
        ("show theorm-1", &["no theorem \"theorm-1\"", "did you mean \"theorem-1\"?"]),
        ("prove theorem-1/onestep", &["did you mean \"one-step\"?"]),
        ("refute theorem-1/one-step --mutant witout-bias", &["did you mean \"without-bias\"?"]),
        ("worst-case sdg", &["no method or theorem", "did you mean \"sgd\"?"]),
        ("lst", &["no command or theorem", "did you mean \"list\"?"]),
        ("show mine", &["did you mean \"mine.toml\"?"]),
        ("show theorem-1/one-step", &["did you mean \"theorem-1\"?"]),
        ("show completely-different", &["there are: proposition-1"]),
        ("audit absent.toml", &["absent.toml: No such file", "expected a theorem file"]),
        ("replay absent.json", &["absent.json: No such file", "expected a witness"]),
        (
            "weight --data mine.toml --target y --teacher fitt",
            &["mine.toml: there is no column \"y\""],
        ),
        ("--instances 5 list", &["--instances before `list` would be lost"]),
    ];
    for (line, parts) in cases {
        let words: Vec<&str> = line.split(' ').collect();
        if line.starts_with("--") {
            let (code, out, err) = run(&dir, &words);
            assert_eq!((code, out.as_str()), (Some(2), ""), "{err}");
            assert!(parts.iter().all(|part| err.contains(part)), "{err}");
        } else {
            refused(&dir, &words, parts);
        }
    }
    std::fs::write(dir.join("good.csv"), "a,y\n1,2\n2,5\n4,1\n9,7\n").unwrap();
    let teacher = "weight --data good.csv --target y --teacher fitt";
    let expected = ["fitt: No such file", "expected a teacher: `fit`"];
    refused(&dir, &teacher.split(' ').collect::<Vec<_>>(), &expected);
}

#[test]
fn completions_and_man_pages_know_every_command() {
    let dir = fresh("shell");
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let (code, text, _) = run(&dir, &["completions", shell]);
        assert_eq!(code, Some(0));
        for word in ["worst-case", "completions", "quiet", "instances"] {
            assert!(text.contains(word), "{shell} does not complete {word}");
        }
        std::fs::write(dir.join(shell), text).unwrap();
    }
    // Where there is a bash, it accepts what is written for it.
    if let Ok(output) = Command::new("bash").arg("-n").arg(dir.join("bash")).output() {
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
    assert_eq!(run(&dir, &["man", "--out", "man"]).0, Some(0));
    let commands = commands();
    for path in &commands {
        let words: Vec<&str> =
            std::iter::once("kd-audit").chain(path.iter().map(|w| &**w)).collect();
        let page = std::fs::read_to_string(dir.join(format!("man/{}.1", words.join("-")))).unwrap();
        for section in ["SYNOPSIS", "OPTIONS", "EXAMPLES", "\"EXIT STATUS\"", "ENVIRONMENT"] {
            assert!(page.contains(&format!(".SH {section}\n")), "{words:?} lacks {section}");
        }
    }
    assert_eq!(std::fs::read_dir(dir.join("man")).unwrap().count(), commands.len());
    let (_, page, _) = run(&dir, &["man"]);
    assert_eq!(page, std::fs::read_to_string(dir.join("man/kd-audit.1")).unwrap());
}

#[test]
fn licences_and_the_citation_are_complete() {
    let (code, text, _) = run(&fresh("licenses"), &["licenses"]);
    assert_eq!(code, Some(0));
    assert_eq!(run(&fresh("licenses"), &["--licenses"]).1, text);
    for part in ["MIT License", "Apache License", "CC BY 4.0", "Efron", "Wolberg", "Alpaydin"] {
        assert!(text.contains(part), "{part} is not named");
    }
    // CFF 1.2.0 demands these keys; the version is the program's.
    let citation = include_str!("../../../CITATION.cff");
    let version = format!("version: {}", env!("CARGO_PKG_VERSION"));
    for line in ["cff-version: 1.2.0", "message: ", "title: ", "authors:", &version] {
        assert!(citation.lines().any(|own| own.starts_with(line)), "{line}");
    }
}
