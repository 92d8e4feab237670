use super::{TINY, data, fresh, kd_audit, run, run_with};
use std::process::Stdio;

#[test]
fn a_dash_reads_standard_input() {
    let dir = fresh("stdin");
    let file = TINY.as_bytes();
    for (line, part) in [
        ("show -", "tiny"),
        ("audit - --no-data --no-generated --instances 4", "tiny/only"),
        ("- --no-data --no-generated --instances 4", "tiny/only"),
        ("prove -", "tiny/only"),
        ("refute - --mutant at-least-one --out w.json", "is refuted by"),
    ] {
        let (_, out, err) = run_with(&dir, &line.split(' ').collect::<Vec<_>>(), file);
        assert!(out.contains(part), "{line}: {out}{err}");
    }
    std::fs::write(dir.join("tiny.toml"), TINY).unwrap();
    let witness = std::fs::read(dir.join("w.json")).unwrap();
    let (code, out, _) = run_with(&dir, &["replay", "-", "--theorem", "tiny.toml"], &witness);
    assert_eq!(code, Some(0), "{out}");
    let diabetes = std::fs::read(data("diabetes.csv")).unwrap();
    let weight = ["weight", "--target", "target", "--scale", "--format", "json", "--data"];
    let piped = run_with(&dir, &[&weight[..], &["-"]].concat(), &diabetes);
    let read = run(&dir, &[&weight[..], &[&data("diabetes.csv")]].concat());
    assert_eq!(piped, read, "a file and standard input give the same bytes");
    let cost = ["cost", "--no-measure", "--target", "target", "--data", "-"];
    assert_eq!(run_with(&dir, &cost, &diabetes).0, Some(0));
    let audit = ["audit", "theorem-7", "--instances", "4", "--target", "target", "--data", "-"];
    let (code, out, err) = run_with(&dir, &audit, &diabetes);
    assert_eq!(code, Some(0), "{err}");
    assert!(out.contains("Data stdin: 442 rows, 10 features"), "{out}");
}

#[test]
fn errors_of_standard_input_name_it() {
    let dir = fresh("stdin-errors");
    for (line, input, part) in [
        ("show -", &b"format = 1\nid = "[..], "<stdin>:2:"),
        ("audit -", &[0xff, 0xfe][..], "<stdin>: the file is not UTF-8 text"),
        ("replay -", b"{\"format\": 1,", "<stdin>:1:"),
        ("weight --data - --target y", b"a,y\n1,2\nx,3\n", "<stdin>: line 3"),
        ("audit --data - --target y", b"a,y\n1,2\nx,3\n", "<stdin>: line 3"),
        ("weight --data - --target y --teacher -", b"a,y\n1,2\n2,3\n3,1\n", "<stdin> is read once"),
        ("audit - -", TINY.as_bytes(), "<stdin> is read once"),
    ] {
        let (code, out, err) = run_with(&dir, &line.split(' ').collect::<Vec<_>>(), input);
        assert_eq!((code, out.as_str()), (Some(2), ""), "{line}: {err}");
        assert!(err.contains(part), "{line}: {err}");
    }
}

#[test]
fn a_dash_writes_the_file_alone_to_standard_output() {
    let dir = fresh("stdout");
    std::fs::write(dir.join("tiny.toml"), TINY).unwrap();
    let refute = ["refute", "tiny.toml", "--mutant", "at-least-one", "--out", "-"];
    let (code, out, err) = run(&dir, &refute);
    assert_eq!(code, Some(0));
    let witness: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!(witness["claim"]["mutant"], "at-least-one");
    assert!(err.contains("is refuted by") && !err.contains("written to"), "{err}");
    let (_, template, _) = run(&dir, &["new", "mine", "--out", "-"]);
    assert!(template.contains("id = \"mine\"") && !template.contains("Written"));
    let worst = "worst-case theorem-1/one-step --gamma 1 --mu 1/10 --l-exp 1/8 --out -";
    let (code, out, err) = run(&dir, &worst.split(' ').collect::<Vec<_>>());
    assert_eq!(code, Some(0), "{err}");
    assert!(err.contains("kernel: accepted"), "{err}");
    assert_eq!(run_with(&dir, &["prove", "-"], out.as_bytes()).0, Some(0), "{out}");
    let csv = data("diabetes.csv");
    let plot = ["weight", "--data", &csv, "--target", "target", "--scale", "--plot", "-"];
    let (_, svg, text) = run(&dir, &plot);
    assert!(svg.starts_with("<svg") && text.contains("sigma_star_sq"), "{svg}");
    // Nothing was written beside it.
    assert_eq!(std::fs::read_dir(&dir).unwrap().count(), 1);
}

#[test]
fn quiet_leaves_the_result_and_verbose_adds_to_standard_error() {
    let dir = fresh("volume");
    let audit = "audit theorem-7 --no-data --no-generated --instances 4 --format json";
    let words: Vec<&str> = audit.split(' ').collect();
    let plain = run(&dir, &words);
    assert_eq!(plain.2, "");
    // Before and after the command.
    for quiet in [[&["-q"][..], &words].concat(), [&words[..], &["--quiet"]].concat()] {
        assert_eq!(run(&dir, &quiet), plain);
    }
    for verbose in [[&["--verbose"][..], &words].concat(), [&words[..], &["-v"]].concat()] {
        let (code, out, err) = run(&dir, &verbose);
        assert_eq!((code, &out), (plain.0, &plain.1), "the result is the same");
        assert!(err.contains("theorem-7/best-weight: ") && err.contains("evaluations"), "{err}");
    }
    let (code, _, err) = run(&dir, &["list", "-q", "-v"]);
    assert_eq!(code, Some(2));
    assert!(err.contains("cannot be used with"), "{err}");
    // Remarks are no results.
    assert!(run(&dir, &["new", "loud"]).1.contains("Written to loud.toml"));
    assert_eq!(run(&dir, &["new", "still", "--quiet"]), (Some(0), String::new(), String::new()));
    let refute = ["refute", "theorem-1/one-step", "--mutant", "without-bias", "--out", "-", "-q"];
    assert_eq!(run(&dir, &refute).2, "");
    let (_, _, err) = run(&dir, &["prove", "loud.toml", "-v"]);
    assert!(err.contains("loud.toml: ") && err.contains("the kernel has checked"), "{err}");
    let csv = data("diabetes.csv");
    let weight = ["weight", "--data", &csv, "--target", "target", "--scale", "-v"];
    assert!(run(&dir, &weight).2.contains("442 rows of 10 features"));
    // Without a command too.
    let (code, out, _) = run(&dir, &["-q", "theorem-7", "--no-data", "--instances", "4"]);
    assert_eq!(code, Some(0));
    assert!(out.contains("theorem-7/best-weight"));
}

#[test]
fn there_is_no_colour_where_none_is_wanted() {
    let dir = fresh("colour");
    let shown = |arguments: &[&str], variables: &[&str]| {
        let mut command = kd_audit(&dir, arguments);
        command.envs(variables.iter().map(|name| (name, "1")));
        let output = command.stdin(Stdio::null()).output().unwrap();
        [output.stdout, output.stderr].concat().contains(&0x1b)
    };
    let wrong = ["list", "--nonsense"];
    assert!(shown(&wrong, &["CLICOLOR_FORCE"]), "messages about arguments can have colour");
    assert!(!shown(&wrong, &["CLICOLOR_FORCE", "NO_COLOR"]));
    for arguments in [&["--help"][..], &wrong, &["list"], &["show", "theorem-1"], &["show", "x"]] {
        assert!(!shown(arguments, &["NO_COLOR"]), "{arguments:?}");
        assert!(!shown(arguments, &[]), "{arguments:?} into a pipe");
    }
    // What the program itself prints has none, whatever is asked.
    assert!(!shown(&["show", "theorem-1"], &["CLICOLOR_FORCE"]));
}
