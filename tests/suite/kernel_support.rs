//! Small theorem files for the tests of the kernel, written as a few lines each.
//!
//! `file ID`, `symbol NAME KIND SCOPE [AFTER-STEP AFTER-T START]`, `define NAME = FORMULA`,
//! `part NAME PROCESS`, `claim FORMULA`, `given NAME = HYPOTHESIS`, `everywhere NAME = FORMULA`,
//! `here NAME = FORMULA`, `step NAME: CLAIM ;; RULE` and `cert EXPRESSION`, one a line. A rule is
//! TOML, or else a certificate. The vocabulary that the formulas use is declared by itself.

use kd_audit::audit::library::Library;
use kd_audit::audit::prove::prove;
use kd_audit::claim::dictionary::Dictionary;
use kd_audit::claim::expr::Scope;
use std::collections::BTreeSet;

/// Quotes a text for TOML.
fn quote(text: &str) -> String {
    format!("\"{}\"", text.trim().replace('\\', "\\\\").replace('"', "\\\""))
}

#[derive(Default)]
struct Part {
    head: String,
    places: [String; 3],
    proof: String,
    certificates: Vec<String>,
    random: bool,
}

impl Part {
    fn text(&self) -> String {
        let mut text = format!("[[statement]]\n{}", self.head);
        if self.random {
            text.push_str("almost_surely = true\n");
        }
        if self.places.iter().all(String::is_empty) {
            text.push_str("unviolated = \"nothing is assumed\"\n");
        }
        for (place, rows) in ["hypotheses", "everywhere", "here"].iter().zip(&self.places) {
            if !rows.is_empty() {
                text.push_str(&format!("[statement.{place}]\n{rows}"));
            }
        }
        let certificates = self.certificates.join(", ");
        format!("{text}[statement.proof]\ncertificates = [{certificates}]\n{}", self.proof)
    }
}

/// The theorem files that a compact text describes, as TOML.
pub fn files(
    compact: &str,
    random: &BTreeSet<String>,
    unused: &BTreeSet<String>,
) -> Vec<(String, String)> {
    let mut files: Vec<(String, String, Vec<Part>)> = vec![("test".into(), String::new(), vec![])];
    for line in compact.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
        let words: Vec<&str> = rest.split_whitespace().collect();
        let (id, head, parts) = files.last_mut().unwrap();
        match word {
            "file" if parts.is_empty() && head.is_empty() => *id = rest.into(),
            "file" => files.push((rest.into(), String::new(), vec![])),
            "symbol" => {
                let [name, kind, scope] = words[..3] else { panic!("{line}") };
                head.push_str(&format!(
                    "[[symbol]]\nname = \"{name}\"\nkind = \"{kind}\"\nscope = \"{scope}\"\nlatex = \"\"\nmeaning = \"\"\n"
                ));
                if words.len() == 6 {
                    head.push_str(&format!("motion = {:?}\n", &words[3..]));
                }
            }
            "define" => {
                let (name, formula) = rest.split_once('=').unwrap();
                head.push_str(&format!(
                    "[[definition]]\nname = {}\nformula = {}\nlatex = \"\"\n",
                    quote(name),
                    quote(formula)
                ));
            }
            "part" => {
                let name = words[0];
                let random = random.contains(name);
                let head = format!(
                    "part = {}\nprocess = {}\nsummary = \"\"\n",
                    quote(name),
                    quote(words[1])
                );
                parts.push(Part { head, random, ..Part::default() });
            }
            _ => body(parts.last_mut().expect("a part"), word, rest),
        }
    }
    let toml = |(id, head, parts): (String, String, Vec<Part>)| {
        let text: String = parts.iter().map(Part::text).collect();
        (id.clone(), format!("{}{head}{text}", header(&id, &format!("{head}{text}"), unused)))
    };
    files.into_iter().map(toml).collect()
}

fn body(part: &mut Part, word: &str, rest: &str) {
    let places = ["given", "everywhere", "here"];
    match word {
        "claim" => {
            let kind = match rest {
                _ if rest.contains("<=>") => "equivalence",
                _ if rest.contains(" = ") => "identity",
                _ => "inequality",
            };
            part.head.push_str(&format!("kind = \"{kind}\"\nclaim = {}\n", quote(rest)));
        }
        "cert" => part.certificates.push(quote(rest)),
        "step" => {
            let (head, rule) = rest.split_once(";;").expect("a rule");
            let (name, claim) = head.split_once(':').expect("a claim");
            let rule = rule.trim();
            let is_toml = ["axiom", "fact", "use", "unroll", "induction", "pairs", "average"]
                .iter()
                .any(|key| rule.starts_with(&format!("{key} =")));
            let rule = if is_toml {
                rule.replace(" ; ", "\n")
            } else {
                format!("certificate = {}", quote(rule))
            };
            part.proof.push_str(&format!(
                "[[statement.proof.step]]\nname = {}\nclaim = {}\n{rule}\n",
                quote(name),
                quote(claim)
            ));
        }
        _ => {
            let place = places.iter().position(|p| *p == word).expect("a keyword");
            let (name, formula) = rest.split_once('=').expect("a hypothesis");
            part.places[place].push_str(&format!("{} = {}\n", name.trim(), quote(formula)));
        }
    }
}

/// The head of a file, with the vocabulary that it uses.
fn header(id: &str, text: &str, unused: &BTreeSet<String>) -> String {
    let standard = Dictionary::standard();
    let separator = |c: char| !c.is_ascii_alphanumeric() && c != '_';
    // Only what stands in strings that are not names can be a formula.
    let lines = text.lines().filter(|line| {
        !["name", "part", "at", "axiom", "fact", "kind", "scope", "process", "motion"]
            .iter()
            .any(|key| line.starts_with(&format!("{key} =")))
    });
    let words: BTreeSet<&str> = lines.flat_map(|line| line.split(separator)).collect();
    let shadowed = |word: &str| text.contains(&format!("name = \"{word}\""));
    let mut lists = [const { Vec::new() }; 3];
    for word in words.into_iter().filter(|word| !shadowed(word) && !unused.contains(*word)) {
        match standard.scope_of(word) {
            Some(Scope::Fixed) => lists[0].push(word),
            Some(Scope::State) => lists[1].push(word),
            Some(Scope::Random(_)) => lists[2].push(word),
            None => {}
        }
    }
    let [fixed, state, random] = lists;
    format!(
        "format = 1\nid = \"{id}\"\ntitle = \"\"\nsummary = \"\"\nsource = \"\"\npublished = \"\"\ndeviation = \"\"\n[symbols]\nfixed = {fixed:?}\nstate = {state:?}\nrandom = {random:?}\n"
    )
}

/// Reads the files into a library.
pub fn library(compact: &str) -> Result<Library, String> {
    let (mut random, mut unused) = (BTreeSet::new(), BTreeSet::new());
    loop {
        let texts = files(compact, &random, &unused);
        let named = texts.iter().map(|(id, text)| (format!("{id}.toml"), text.as_str()));
        let error = match Library::from_texts(named) {
            Ok(library) => return Ok(library),
            Err(error) => error,
        };
        // A word of a rule that is no word of a formula.
        let word = error.cause.strip_prefix("the symbol ");
        let word = word.and_then(|rest| rest.strip_suffix(" is declared but not used"));
        if word.is_some_and(|word| unused.insert(word.to_owned())) {
            continue;
        }
        // A claim with a random side says so; the line is inside the part that needs it.
        let text = &texts.iter().find(|(id, _)| error.file == format!("{id}.toml")).unwrap().1;
        let before: Vec<&str> = text.lines().take(error.line).collect();
        let part = before.iter().rev().find_map(|line| line.strip_prefix("part = "));
        let wanted = error.cause.contains("a side is random outside");
        match part {
            Some(part) if wanted && random.insert(part.trim_matches('"').into()) => {}
            _ => return Err(error.to_string()),
        }
    }
}

/// What becomes of the last statement; those before it must be proved.
pub fn verdict(compact: &str) -> Result<(), String> {
    let library = library(compact)?;
    let mut findings = prove(&library);
    let last = findings.pop().expect("a statement");
    for finding in findings {
        let verdict = finding.verdict.expect("a proof");
        assert!(verdict.is_ok(), "{}: {}\n{compact}", finding.statement.part, verdict.unwrap_err());
    }
    match last.verdict.expect("a proof") {
        Ok(_) => Ok(()),
        Err(rejection) => Err(rejection.to_string()),
    }
}

/// The proof is accepted.
#[track_caller]
pub fn accepts(compact: &str) {
    if let Err(reason) = verdict(compact) {
        panic!("rejected: {reason}\n{compact}");
    }
}

/// The proof is rejected, for this reason.
#[track_caller]
pub fn rejects(compact: &str, reason: &str) {
    match verdict(compact) {
        Ok(()) => panic!("accepted; it should be rejected with {reason:?}\n{compact}"),
        Err(found) => assert!(found.contains(reason), "{found:?} is not {reason:?}\n{compact}"),
    }
}
