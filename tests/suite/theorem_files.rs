//! Theorem files: every fault is reported with its file, line, column and cause, and the hash of a
//! claim follows what is claimed.

use kd_audit::audit::library::{FILES, Library};
use kd_audit::claim::theorem::Claim;

/// A well-formed file, of which each row of the tables below spoils one place.
const BASE: &str = r#"format = 1
id = "sample"
title = "a title — not in ASCII"
summary = "words"
source = "ours"
published = "nowhere"
deviation = "none"
uses = []

[symbols]
fixed = ["gamma", "lambda", "mu", "noise"]
random = ["c"]

[[definition]]
name = "twice"
parameters = ["l"]
formula = "l + l"
latex = "T"

[[statement]]
part = "main"
kind = "inequality"
summary = "words"
process = "kd"
claim = "gamma <= twice(mu)*noise(lambda)"
hypotheses = { qsc = "QSC(mu)", step = "8*gamma <= 1" }

[[statement.example]]
name = "one point"
instance = { h = ["1"], z = ["1"], gamma = "1/8" }
lhs = "1/8"
rhs = "2"

[[statement.mutant]]
name = "bound"
summary = "words"
claim = "gamma <= mu*E[norm_sq(c)]"
[statement.mutant.witness]
instance = { h = ["1"], z = ["1"], gamma = "1/8" }
lhs = "1/8"
rhs = "0"

[[statement.mutant]]
name = "step"
summary = "words"
hypotheses = { step = "7*gamma <= 1" }

[[statement]]
part = "paths"
kind = "identity"
summary = "words"
process = "kd"
almost_surely = true
claim = "c = lambda*c"
hypotheses = { weight = "lambda = 1" }
"#;

fn spoil(from: &str, to: &str) -> String {
    assert!(BASE.contains(from), "{from}");
    BASE.replacen(from, to, 1)
}

fn add(text: &str) -> Result<String, String> {
    let mut library = Library::from_texts([]).unwrap();
    library.add("sample.toml", text).map_err(|error| error.to_string())
}

/// Replaces `from` by `to`, in which '@' marks the place of the error.
fn check(from: &str, to: &str, cause: &str) {
    let marked = spoil(from, to);
    let at = marked.find('@').expect("the row marks a place");
    let line = marked[..at].matches('\n').count() + 1;
    let column = marked[..at].chars().rev().take_while(|c| *c != '\n').count() + 1;
    let error = add(&marked.replacen('@', "", 1)).expect_err(to);
    let place = format!("sample.toml:{line}:{column}: ");
    let found = error.strip_prefix(&place).unwrap_or_else(|| panic!("{to}: {error}, not {place}"));
    assert!(found.contains(cause), "{to}: {error}");
}

#[test]
fn the_base_is_well_formed() {
    assert_eq!(add(BASE).as_deref(), Ok("sample"));
    assert_eq!(add(&BASE.replace('\n', "\r\n")).as_deref(), Ok("sample"));
}

#[test]
fn faults_of_form_have_their_place() {
    for (from, to, cause) in [
        ("summary = \"words\"", "summary = \"words@", "invalid basic string"),
        ("[symbols]", "[symbols@", "unclosed table"),
        ("title", "@\u{1}title", "invalid"),
        ("title = ", "@id = ", "duplicate key"),
        ("format = 1\nid = \"sample\"", "@format = 1", "missing field `id`"),
        ("[[definition]]\nname = \"twice\"", "@[[definition]]", "missing field `name`"),
        ("[[statement]]\npart = \"main\"", "@[[statement]]", "missing field `part`"),
        ("[[statement.mutant]]\nname = \"bound\"", "@[[statement.mutant]]", "missing field `name`"),
        (
            "[[statement.example]]\nname = \"one point\"",
            "@[[statement.example]]",
            "missing field `name`",
        ),
        (
            "[statement.mutant.witness]\ninstance = { h = [\"1\"], z = [\"1\"], gamma = \"1/8\" }\nlhs = \"1/8\"",
            "@[statement.mutant.witness]\ninstance = { h = [\"1\"], z = [\"1\"], gamma = \"1/8\" }",
            "missing field `lhs`",
        ),
        ("title = ", "@titel = ", "unknown field `titel`"),
        ("fixed = ", "@fixd = ", "unknown field `fixd`"),
        ("latex = ", "@tex = ", "unknown field `tex`"),
        ("kind = ", "@sort = ", "unknown field `sort`"),
        ("title = ", "title = @3 # ", "invalid type: integer `3`, expected a string"),
        ("\"inequality\"", "@\"bound\"", "unknown variant `bound`"),
        ("\"kd\"", "@\"adam\"", "unknown variant `adam`"),
        ("\"1/8\"\nrhs", "@\"one\"\nrhs", "\"one\" is not a number"),
        ("\"1/8\"\nrhs", "@\"1/0\"\nrhs", "the denominator is zero"),
        ("\"1/8\"\nrhs", "@0.125\nrhs", "a decimal in quotes"),
        ("format = 1", "@format = 2", "up to 1: a newer kd-audit is needed"),
        // What a newer version has added must not hide that it is newer.
        (
            "format = 1",
            "colour = \"red\"\n@format = 99",
            "the file has format 99, and this version of kd-audit reads up to 1: a newer kd-audit is needed",
        ),
        ("format = 1", "@", "the file must say format = 1"),
        ("format = 1", "@format = 0", "the file must say format = 1"),
        ("format = 1", "@format = \"1\"", "the file must say format = 1"),
        ("format = 1", "@format = -9223372036854775808", "the file must say format = 1"),
    ] {
        check(from, to, cause);
    }
    assert_eq!(add("").unwrap_err(), "sample.toml:1:1: the file must say format = 1");
}

#[test]
fn faults_of_meaning_have_their_place() {
    let claim = "\"gamma <= twice(mu)*noise(lambda)\"";
    let mutant = "\"gamma <= mu*E[norm_sq(c)]\"";
    let hypotheses = "hypotheses = { qsc = \"QSC(mu)\", step = \"8*gamma <= 1\" }";
    for (from, to, cause) in [
        ("\"sample\"", "@\"Sample 1\"", "may hold lower-case letters, digits and '-' only"),
        ("\"sample\"", "@\"\"", "may hold lower-case letters, digits and '-' only"),
        ("uses = []", "uses = [@\"theorem-0\"]", "uses the unknown theorem \"theorem-0\""),
        // Symbols.
        ("\"gamma\", ", "\"gamma\", @\"zeta\", ", "unknown symbol zeta"),
        ("\"gamma\", ", "\"gamma\", @\"twice\", ", "unknown symbol twice"),
        ("\"gamma\", ", "\"gamma\", @\"gamma\", ", "the symbol gamma is declared twice"),
        ("\"gamma\", ", "@\"x\", ", "the symbol x is state, not fixed"),
        ("\"gamma\", ", "@\"c\", ", "the symbol c is random, not fixed"),
        ("[\"c\"]", "[\"c\", @\"cov\"]", "the symbol cov is fixed, not random"),
        ("\"gamma\", ", "\"gamma\", @\"t\", ", "the symbol t is declared but not used"),
        // Neither prose nor an instance is a use.
        (
            "fixed = [\"gamma\"",
            "# kappa\nfixed = [@\"kappa\", \"gamma\"",
            "the symbol kappa is declared but not used",
        ),
        // Definitions.
        ("\"twice\"", "@\"gamma\"", "the name \"gamma\" is taken or not an identifier"),
        ("\"twice\"", "@\"min\"", "the name \"min\" is taken or not an identifier"),
        ("\"twice\"", "@\"2x\"", "the name \"2x\" is taken or not an identifier"),
        ("[\"l\"]\nformula = \"", "[\"l\", \"l\"]\nformula = \"@", "the parameter l has a second"),
        ("[\"l\"]\nformula = \"", "[\"mu\"]\nformula = \"@", "the name \"mu\" is taken"),
        ("\"l + l\"", "\"l + @m\"", "unknown symbol m"),
        ("\"l + l\"", "\"l + @\"", "expected a number, a name or '('"),
        ("\"l + l\"", "\"l + @twice(l)\"", "unknown symbol twice"),
        // Claims, in each kind of string; with an escape only the line is certain.
        ("gamma <= twice", "gamma @≤ twice", "unexpected character '≤'"),
        (claim, "'gamma <= @thrice(mu)'", "unknown symbol thrice"),
        (claim, "\"\"\"\n  gamma <=\n  @thrice(mu)\"\"\"", "unknown symbol thrice"),
        (claim, "@\"gamma \\u003c= thrice(mu)\"", "unknown symbol thrice"),
        (claim, "@\"\"", "expected a number, a name or '(', found the end of the formula"),
        (claim, "\"gamma <= @cov\"", "the symbol cov is not declared in [symbols]"),
        (claim, "@\"gamma = mu\"", "the claim is of kind Identity, not Inequality"),
        (claim, "@\"gamma < 1 <=> mu < 1\"", "of kind Equivalence, not Inequality"),
        (
            claim,
            "@\"gamma <= norm_sq(c)\"",
            "a side is random outside E[...]: write an expectation, or almost_surely = true",
        ),
        ("\"c = lambda*c\"", "@\"lambda = 1\"", "almost_surely = true, but no side is random"),
        // Hypotheses.
        ("\"QSC(mu)\"", "\"QSC(@nu)\"", "unknown symbol nu"),
        ("\"QSC(mu)\"", "\"@QSC\"", "write this hypothesis as QSC(constant)"),
        ("\"QSC(mu)\"", "\"@minimiser(mu)\"", "write this hypothesis as minimiser"),
        ("\"QSC(mu)\"", "\"QSC(@E[c])\"", "QSC takes a fixed scalar"),
        ("8*gamma <= 1", "8*gamma <= @", "expected a number, a name or '('"),
        ("8*gamma <= 1", "@norm_sq(c) <= 1", "is a named class, or stands under"),
        ("{ weight = \"lambda = 1\" }", "{ weight = @1 }", "expected a string"),
        // Mutants.
        (mutant, "@\"gamma <= mu*norm_sq(c)\"", "a side is random outside E[...]"),
        (mutant, "\"gamma <= mu*@E[mu]\"", "E[...] of something that is not random"),
        ("\"paths\"", "@\"main\"", "a second part \"main\""),
        ("\"step\"\nsummary", "@\"bound\"\nsummary", "a second mutant \"bound\""),
        ("\"step\"\n", "\"step\"\nwithout = [@\"es\"]\n", "no hypothesis \"es\" to drop"),
        (
            "\"step\"\n",
            "\"step\"\nwithout = [\"qsc\", @\"qsc\"]\n",
            "no hypothesis \"qsc\" to drop",
        ),
    ] {
        check(from, to, cause);
    }
    check(
        &format!(
            "part = \"main\"\nkind = \"inequality\"\nsummary = \"words\"\nprocess = \"kd\"\nclaim = {claim}\n{hypotheses}"
        ),
        &format!(
            "part = @\"main\"\nkind = \"inequality\"\nsummary = \"words\"\nprocess = \"kd\"\nclaim = {claim}\nhypotheses = {{}}"
        ),
        "a statement without hypotheses must say why in unviolated",
    );
}

/// A mutant must claim something else, however it is written.
#[test]
fn mutants_that_change_nothing_are_refused() {
    let cause = "the mutant \"step\" claims the same as the statement";
    let from = "\"step\"\nsummary = \"words\"\nhypotheses = { step = \"7*gamma <= 1\" }";
    for change in [
        "",
        "claim = \"gamma <= (mu + mu)*noise(lambda)\"",
        "claim = \"gamma<=twice( mu ) * noise(lambda)\"",
        "hypotheses = { step = \"8*gamma <= 1\" }",
        // A hypothesis that is restated, and one that is dropped and put back by another name.
        "hypotheses = { qsc = \"QSC( mu )\" }",
        "without = [\"qsc\"]\nhypotheses = { strong = \"QSC(mu)\" }",
    ] {
        check(from, &format!("@\"step\"\nsummary = \"words\"\n{change}"), cause);
    }
}

/// Instances are read with the file; the error stands at the line of the instance.
#[test]
fn bad_instances_are_reported_at_their_line() {
    let example = "gamma = \"1/8\" }\nlhs = \"1/8\"\nrhs = \"2\"";
    let witness = "gamma = \"1/8\" }\nlhs = \"1/8\"\nrhs = \"0\"";
    for (from, to, name, cause) in [
        (example, "gamma = \"one\" }", "one point", "\"one\" is not a number"),
        (example, "gamma = \"0\" }", "one point", "the step size gamma must be positive, found 0"),
        (example, "c = [] }", "one point", "c has 0 entries, expected 1"),
        (example, "colour = 1 }", "one point", "unknown field `colour`"),
        (witness, "t = -1 }", "witness of bound", "invalid value: integer `-1`"),
        (witness, "tau = 2 }", "witness of bound", "tau must be between 1 and 1, found 2"),
        (witness, "a = [\"1\"] }", "witness of bound", "give the problem as"),
    ] {
        let line = BASE[..BASE.find(from).unwrap()].matches('\n').count() + 1;
        let error = add(&spoil(from, &format!("{to}\nlhs = \"0\"\nrhs = \"0\""))).unwrap_err();
        let place = format!("sample.toml:{line}:1: the instance \"{name}\": ");
        assert!(error.starts_with(&place) && error.contains(cause), "{to}: {error}");
    }
}

/// A used file brings its definitions, which then may not be declared as symbols.
#[test]
fn definitions_of_used_files_do_not_hide_symbols() {
    let mut library = Library::load().unwrap();
    let text = FILES.iter().find(|(id, _)| *id == "theorem-1-min").unwrap().1;
    let text = text.replace("fixed = [", "fixed = [\"kappa\", ");
    let error = library.add("x.toml", &text).unwrap_err().to_string();
    let line = text.lines().position(|line| line.starts_with("fixed")).unwrap() + 1;
    assert_eq!(
        error,
        format!("x.toml:{line}:10: kappa is defined by a theorem that this file uses")
    );
}

fn claim_of(text: &str) -> Claim {
    let library = Library::from_texts([("sample.toml".to_owned(), text)]).unwrap();
    library.claim("sample", "main", None).unwrap().clone()
}

#[test]
fn the_hash_follows_what_is_claimed() {
    let hash = claim_of(BASE).hash();
    for (from, to) in [
        ("title = \"a", "title = \"another"),
        ("summary = \"words\"\nprocess", "summary = \"other words\"\nprocess"),
        ("gamma <= twice(mu)*noise(lambda)", " gamma<=twice( mu )\\u002a noise(lambda)"),
        ("gamma <= twice(mu)*noise(lambda)", "gamma <= (mu + mu)*noise(lambda)"),
        ("formula = \"l + l\"", "formula = \" (l)+l\""),
        ("parameters = [\"l\"]\nformula = \"l + l\"", "parameters = [\"m\"]\nformula = \"m + m\""),
        ("latex = \"T\"", "latex = \"U\""),
        // A name of a hypothesis, also one that changes their order.
        ("qsc = \"QSC(mu)\"", "zzz = \"QSC(mu)\""),
        ("qsc = \"QSC(mu)\"", "qsc = \"QSC( (mu) )\""),
        ("8*gamma <= 1\"", " 8 * gamma<=1.0\""),
    ] {
        assert_eq!(claim_of(&spoil(from, to)).hash(), hash, "{to}");
    }
    let mut hashes = vec![hash];
    for (from, to) in [
        ("gamma <= twice(mu)", "gamma <= 1.01*twice(mu)"),
        ("gamma <= twice(mu)", "gamma <= 1.001*twice(mu)"),
        ("gamma <= twice(mu)", "gamma < twice(mu)"),
        ("formula = \"l + l\"", "formula = \"l + l + l\""),
        ("formula = \"l + l\"", "formula = \"l - l\""),
        ("QSC(mu)", "QSC(2*mu)"),
        ("qsc = \"QSC(mu)\"", "qsc = \"minimiser\""),
        ("qsc = \"QSC(mu)\", ", ""),
        ("8*gamma <= 1\"", "9*gamma <= 1\""),
        ("8*gamma <= 1\"", "8*gamma < 1\""),
        ("process = \"kd\"", "process = \"sgd\""),
        ("process = \"kd\"", "process = \"kd\"\nfamily = \"least-squares\""),
    ] {
        hashes.push(claim_of(&spoil(from, to)).hash());
    }
    let count = hashes.len();
    hashes.sort_unstable();
    hashes.dedup();
    assert_eq!(hashes.len(), count);
}
