use super::schema::Schemas;
use super::{TINY, data, fresh, run};
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::Path;

/// The document of a command that ends with a code.
fn document(folder: &Path, line: &str, code: i32) -> Value {
    let (found, out, err) = run(folder, &line.split(' ').collect::<Vec<_>>());
    assert_eq!(found, Some(code), "{line}: {err}");
    serde_json::from_str(&out).unwrap_or_else(|error| panic!("{line}: {error}\n{out}"))
}

fn file(path: &Path) -> Value {
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// Real output of every command against its schema; and a document that is changed is not valid, so
/// that the validator is seen to refuse.
#[test]
fn every_document_is_what_its_schema_says() {
    let schemas = Schemas::load();
    let dir = fresh("documents");
    let write = |name: &str, text: &str| std::fs::write(dir.join(name), text).unwrap();
    write("tiny.toml", TINY);
    write("false.toml", &TINY.replace("\"0 <= noise", "\"2 <= noise"));
    assert_eq!(run(&dir, &["new", "mine"]).0, Some(0));
    let wrong = std::fs::read_to_string(dir.join("mine.toml")).unwrap();
    write("wrong.toml", &wrong.replace("\"[qsc] + [growth]\"", "\"2*[qsc]\""));
    let mut all: Vec<(&str, Value)> = Vec::new();
    for (schema, line, code) in [
        ("audit.json", "audit theorem-1 theorem-7 proposition-2 --instances 6 --format json", 0),
        ("audit.json", "audit tiny.toml false.toml --no-data --instances 4 --format json", 2),
        ("audit.json", "audit false.toml --no-data --instances 4 --format json", 1),
        ("prove.json", "prove --format json", 0),
        ("prove.json", "prove wrong.toml --format json", 1),
        ("witness.json", "refute theorem-1/one-step --mutant step-1/7 --out -", 0),
        ("witness.json", "refute proposition-1/gradient --mutant sign --out -", 0),
        ("cost.json", "cost --no-measure --format json", 0),
        ("cost.json", "cost --dimension 8 --samples 100 --batch 2 --format json", 0),
        ("worst-case.json", "worst-case saga --gamma 1/6 --n 5 --format json", 0),
        ("worst-case.json", "worst-case sgd --gamma 1 --set v_sq=9/25 --format json", 0),
    ] {
        if code != 2 {
            all.push((schema, document(&dir, line, code)));
        }
    }
    for (l_exp, code) in [("1/8", 0), ("1/3 --beyond", 1)] {
        let at = format!("worst-case theorem-1/one-step --gamma 1 --mu 1/10 --l-exp {l_exp}");
        let found = document(&dir, &format!("{at} --format json"), code);
        all.push(("worst-case-statement.json", found));
    }
    for (name, target, rest) in [
        ("diabetes", "target", "--scale"),
        ("breast_cancer", "label", "--scale --model logistic --teacher sgd:1"),
    ] {
        let csv = data(&format!("{name}.csv"));
        let line = format!("weight --data {csv} --target {target} {rest} --format json");
        all.push(("weight.json", document(&dir, &line, 0)));
    }
    let save = "audit theorem-1-min --no-data --instances 4 --save records.json -q";
    assert_eq!(run(&dir, &save.split(' ').collect::<Vec<_>>()).0, Some(0));
    all.push(("records.json", file(&dir.join("records.json"))));
    all.push(("records.json", serde_json::from_str(kd_audit::audit::store::RECORDS).unwrap()));
    let csv = data("diabetes.csv");
    let reproduce = format!("reproduce --quick --seeds 2 --out r --data {csv} --target target -q");
    let (code, _, err) = run(&dir, &reproduce.split(' ').collect::<Vec<_>>());
    // Two runs a curve are too few for narrow bands.
    assert_eq!(code, Some(3), "{err}");
    all.push(("reproduce.json", file(&dir.join("r/summary.json"))));
    let journal = std::fs::read_to_string(dir.join("r/journal.jsonl")).unwrap();
    let lines = journal.lines().map(|line| serde_json::from_str(line).unwrap());
    all.extend(lines.map(|line: Value| ("journal.json", line)));
    all.push(("worst-case-all.json", document(&dir, "worst-case --all --format json", 0)));
    for (schema, document) in &all {
        let faults = schemas.faults(schema, document);
        assert!(faults.is_empty(), "{schema}: {:#?}", &faults[..faults.len().min(10)]);
        if *schema != "journal.json" || document.get("plan").is_some() {
            assert_eq!(document["format"], 1, "{schema}");
        }
        let mut newer = document.clone();
        newer["format"] = 2.into();
        assert!(!schemas.faults(schema, &newer).is_empty(), "{schema} accepts format 2");
        let mut other = document.clone();
        other["surprise"] = true.into();
        assert!(!schemas.faults(schema, &other).is_empty(), "{schema} accepts an unknown field");
    }
    // Every schema is met by something, and is in the documentation.
    let used: BTreeSet<&str> =
        all.iter().map(|(schema, _)| *schema).chain(["common.json"]).collect();
    assert_eq!(schemas.names().collect::<BTreeSet<_>>(), used);
    let guide = include_str!("../../../docs/json.md");
    assert!(used.iter().all(|name| guide.contains(&format!("(schema/{name})"))), "{used:?}");
}

/// A test report in numbers: tests, failures and skipped cases.
fn counts(node: roxmltree::Node<'_, '_>) -> [usize; 3] {
    ["tests", "failures", "skipped"].map(|name| node.attribute(name).unwrap().parse().unwrap())
}

/// The report is well-formed, its counts are those of its cases, and these are those of the JSON.
#[test]
fn test_reports_say_what_the_documents_say() {
    let dir = fresh("junit");
    let write = |name: &str, text: &str| std::fs::write(dir.join(name), text).unwrap();
    write("tiny.toml", TINY);
    let odd =
        TINY.replace("\"0 <= noise", "\"2 <= noise").replace("at-least-one", "a<b & \\\"c\\\"");
    write("false.toml", &odd.replace("id = \"tiny\"", "id = \"false\""));
    let open = TINY.replace("\"1 <= noise(lambda)\"", "\"-1 <= noise(lambda)\"\nexpect = \"open\"");
    write("open.toml", &open.replace("id = \"tiny\"", "id = \"open\""));
    let survivor = TINY.replace("1 <= noise", "-1 <= noise");
    write("survivor.toml", &survivor.replace("id = \"tiny\"", "id = \"survivor\""));
    let never = TINY.replace("minimiser = \"minimiser\"", "never = \"noise(0) < 0\"");
    let never = never.replace("claim = \"1 <=", "without = [\"never\"]\nclaim = \"1 <=");
    write("never.toml", &never.replace("id = \"tiny\"", "id = \"never\""));
    for (files, code, failures, skipped) in [
        ("theorem-1 theorem-7", 0, 0, 0),
        ("tiny.toml", 0, 0, 0),
        ("tiny.toml open.toml", 0, 0, 1),
        ("never.toml", 3, 0, 1),
        ("tiny.toml false.toml survivor.toml never.toml open.toml", 1, 2, 2),
    ] {
        let line =
            format!("audit {files} --no-data --no-generated --instances 8 --evaluations 500");
        let json = document(&dir, &format!("{line} --format json"), code);
        let junit = format!("{line} --format junit");
        let words: Vec<&str> = junit.split(' ').collect();
        let (found, xml, _) = run(&dir, &words);
        assert_eq!(found, Some(code), "{files}");
        assert_eq!(run(&dir, &[&words[..], &["--jobs", "1"]].concat()).1, xml, "no times in it");
        let report = roxmltree::Document::parse(&xml).unwrap_or_else(|e| panic!("{e}\n{xml}"));
        let root = report.root_element();
        assert!(root.has_tag_name("testsuites"));
        let statements = json["statements"].as_array().unwrap();
        let mutants = |own: &Value| own["mutants"].as_array().unwrap().len();
        let tests: usize = statements.iter().map(|own| 1 + mutants(own)).sum();
        assert_eq!(counts(root), [tests, failures, skipped], "{files}: {xml}");
        let mut sum = [0; 3];
        for suite in root.children().filter(roxmltree::Node::is_element) {
            assert!(suite.has_tag_name("testsuite"));
            let cases: Vec<_> = suite.children().filter(roxmltree::Node::is_element).collect();
            let with = |tag: &str| {
                let has = |case: &&roxmltree::Node<'_, '_>| {
                    case.children().any(|own| own.has_tag_name(tag))
                };
                cases.iter().filter(has).count()
            };
            let own = counts(suite);
            assert_eq!(own, [cases.len(), with("failure"), with("skipped")]);
            (0..3).for_each(|k| sum[k] += own[k]);
            let theorem = suite.attribute("name").unwrap();
            let of = statements.iter().filter(|own| own["theorem"] == theorem);
            assert_eq!(cases.len(), of.map(|own| 1 + mutants(own)).sum::<usize>(), "{theorem}");
            assert!(cases.iter().all(|case| case.attribute("classname") == Some(theorem)));
        }
        assert_eq!(sum, counts(root));
        let messages = report.descendants().filter_map(|node| node.attribute("message"));
        assert!(messages.clone().all(|message| !message.is_empty()), "{xml}");
        if files.contains("false") {
            assert!(messages.clone().any(|m| m.starts_with("false/only is refuted: left side")));
            let odd = |node: roxmltree::Node<'_, '_>| {
                node.attribute("name") == Some("only [a<b & \"c\"]")
            };
            assert!(report.descendants().any(odd), "{xml}");
        }
    }
}
