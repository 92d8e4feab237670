//! The negative corpus of the kernel: every proof of the library, tampered with in every way that a
//! program can think of. The greater part keeps the algebra true, and takes away what made it a
//! proof.
//!
//! A case that the kernel accepts must be a proof still, for a reason that is decided here, from the
//! formulas and without the kernel; the cases and their reasons are listed in the file that the test
//! names. A changed claim that is accepted is searched for a witness besides.

mod broken;
mod facts;
mod rules;
mod terms;

use kd_audit::audit::library::Library;
use kd_audit::audit::prove::{KnownInstance, ProofFinding};
use kd_audit::audit::search::search;
use kd_audit::claim::expr::{
    Exponent, Expr, Formula, Known, Node, Relation, Scope, Shape, Sign, SymbolKind,
};
use kd_audit::claim::proof::{Proof, StatementName};
use kd_audit::claim::theorem::{Claim, Hypothesis, Statement, Theorem};
use kd_audit::claim::vocabulary::Quantity;
use kd_audit::expectation::Budget;
use kd_audit::kernel::{self, Cause, Proved, check};
use kd_audit::scalar::Rational;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

/// A proof that is tampered with, in its place.
struct Scene<'a> {
    theorem: &'a Theorem,
    statement: &'a Statement,
    name: StatementName,
    claim: &'a Claim,
    proof: &'a Proof,
    original: &'a Proved,
    /// What it may use.
    library: &'a kernel::Library,
    /// The statement after it.
    next: Option<StatementName>,
}

/// One tampered proof.
struct Case {
    kind: &'static str,
    what: String,
    claim: Claim,
    proof: Proof,
    /// A statement that is proved for this case alone.
    lemma: Option<(StatementName, Proved)>,
    /// Whether what is added up still adds up.
    identity: bool,
    /// Why it is a proof, if it is one.
    valid: Option<String>,
    /// Whether a witness is searched for if the kernel accepts it for no reason that is known here.
    searched: bool,
    /// The hypotheses contradict each other: it may be accepted, and no instance may be known.
    vacuous: bool,
}

impl Case {
    fn new(kind: &'static str, what: String, claim: Claim, proof: Proof) -> Self {
        let (lemma, identity, valid) = (None, true, None);
        Self { kind, what, claim, proof, lemma, identity, valid, searched: false, vacuous: false }
    }

    fn valid(self, valid: Option<String>) -> Self {
        Self { valid, ..self }
    }

    fn searched(self) -> Self {
        Self { searched: true, ..self }
    }
}

impl Scene<'_> {
    /// Proofs of one shape may be put in each other's place.
    fn shape(&self) -> String {
        format!("{:?} {}", self.claim.process, self.proof.certificates.len())
    }

    fn unused(&self, hypothesis: &str) -> Option<String> {
        let mut unused = self.original.unused_hypotheses();
        unused.any(|name| name == hypothesis).then(|| "the hypothesis is not used".into())
    }

    /// The facts that hypotheses say, by name.
    fn hypotheses(&self) -> Vec<(String, Relation)> {
        self.claim.hypotheses.iter().flat_map(said).collect()
    }

    fn goal(&self) -> Option<&Relation> {
        match &self.claim.formula {
            Formula::Relation(relation) => Some(relation),
            Formula::Equivalence(..) => None,
        }
    }
}

/// The facts that a hypothesis says, by name.
fn said(hypothesis: &Hypothesis) -> Vec<(String, Relation)> {
    let named = |(suffix, formula)| match formula {
        Formula::Relation(relation) => Some((format!("{}{suffix}", hypothesis.name), relation)),
        Formula::Equivalence(..) => None,
    };
    hypothesis.condition.says().into_iter().filter_map(named).collect()
}

fn number(p: i64, q: i64) -> Expr {
    Expr::scalar(Node::Number(Rational::ratio(p, q)))
}

fn quantity(quantity: Quantity) -> Expr {
    let row = quantity.entry();
    Expr { node: Node::Quantity(quantity, Vec::new()), shape: row.shape, scope: row.scope }
}

fn times(a: Expr, b: Expr) -> Expr {
    let shape = if b.shape == Shape::Vector { b.shape } else { a.shape };
    Expr { node: Node::Multiply(Box::new(a), Box::new(b)), shape, scope: Scope::Fixed }
}

fn over(a: Expr, b: Expr) -> Expr {
    let shape = a.shape;
    Expr { node: Node::Divide(Box::new(a), Box::new(b)), shape, scope: Scope::Fixed }
}

fn negated(a: Expr) -> Expr {
    Expr { shape: a.shape, scope: a.scope, node: Node::Negate(Box::new(a)) }
}

fn slack(name: &str, shape: Shape) -> Expr {
    Expr { node: Node::Slack(name.to_owned()), shape, scope: Scope::Fixed }
}

fn zero_of(shape: Shape) -> Expr {
    match shape {
        Shape::Scalar => number(0, 1),
        Shape::Vector => times(number(0, 1), quantity(Quantity::XStar)),
    }
}

fn is_strict(sign: Sign) -> bool {
    matches!(sign, Sign::Less | Sign::Greater)
}

fn is_inequality(sign: Sign) -> bool {
    !matches!(sign, Sign::Equal | Sign::NotEqual)
}

/// Whether an expression is zero because it has an equality's slack for a factor.
fn vanishes(expr: &Expr, facts: &[(String, Relation)]) -> bool {
    let zero = |a: &Expr| vanishes(a, facts);
    match &expr.node {
        Node::Number(value) => *value == Rational::ZERO,
        Node::Slack(name) => facts.iter().any(|(own, r)| own == name && r.sign == Sign::Equal),
        Node::Multiply(a, b) | Node::Inner(a, b) => zero(a) || zero(b),
        Node::Subtract(a, b) if is_root_squared(a, b) => true,
        Node::Add(a, b) | Node::Subtract(a, b) => zero(a) && zero(b),
        Node::Defined(definition) => zero(&definition.body),
        Node::Negate(a)
        | Node::NormSq(a)
        | Node::Expectation(_, a)
        | Node::Sum(a)
        | Node::Divide(a, _)
        | Node::Apply(_, a) => zero(a),
        _ => false,
    }
}

/// √b·√b.
fn is_root_squared(a: &Expr, b: &Expr) -> bool {
    let Node::Power(root, Exponent::Literal(2)) = &a.node else { return false };
    matches!(&root.node, Node::Root(inside) if inside.to_string() == b.to_string())
}

/// Whether an expression is positive by the signs of its factors, its terms being non-negative.
fn is_positive(expr: &Expr, facts: &[(String, Relation)]) -> bool {
    let good = |a: &Expr| is_positive(a, facts);
    match &expr.node {
        Node::Number(value) => value.is_positive(),
        Node::Quantity(own, _) => own.entry().sign == Known::Positive,
        Node::Symbol(own) => own.kind == SymbolKind::Scalar(Known::Positive),
        Node::Slack(name) => facts.iter().any(|(own, r)| own == name && is_strict(r.sign)),
        Node::Defined(definition) => good(&definition.body),
        Node::Add(a, b) => good(a) || good(b),
        Node::Multiply(a, b) | Node::Divide(a, b) => good(a) && good(b),
        Node::Power(a, _) | Node::Root(a) => good(a),
        Node::Least(parts) => parts.iter().all(good),
        _ => false,
    }
}

/// The fact of which the expression is a multiple that is not negative, or "a number".
fn multiple_of(expr: &Expr) -> Option<String> {
    match &expr.node {
        Node::Number(value) if !value.is_negative() => Some("a number".into()),
        Node::Slack(name) => Some(format!("[{name}]")),
        Node::Defined(definition) => multiple_of(&definition.body),
        Node::Multiply(a, b) if matches!(a.node, Node::Number(_)) => multiple_of(b),
        Node::Multiply(a, b) | Node::Divide(a, b) if matches!(b.node, Node::Number(_)) => {
            multiple_of(a)
        }
        _ => None,
    }
}

/// What became of the cases of one kind.
#[derive(Default)]
struct Tally {
    tried: usize,
    identities: usize,
    causes: BTreeMap<&'static str, usize>,
    reasons: BTreeMap<String, usize>,
}

fn cause(cause: &Cause) -> &'static str {
    match cause {
        Cause::Sign { .. } => "no visible sign",
        Cause::Residual { .. } => "does not add up",
        Cause::Formula(_) => "no normal form",
        Cause::Rule(_) => "the rule does not apply",
    }
}

/// What the corpus has found so far.
#[derive(Default)]
struct Record {
    tallies: BTreeMap<&'static str, Tally>,
    /// The accepted cases, with their reasons.
    accepted: Vec<String>,
    /// Accepted for no reason.
    unexpected: Vec<String>,
    /// Meant to be identities, and none.
    no_identities: Vec<String>,
}

impl Record {
    fn add(&mut self, other: Self) {
        for (kind, tally) in other.tallies {
            let own = self.tallies.entry(kind).or_default();
            own.tried += tally.tried;
            own.identities += tally.identities;
            for (cause, count) in tally.causes {
                *own.causes.entry(cause).or_insert(0) += count;
            }
            for (reason, count) in tally.reasons {
                *own.reasons.entry(reason).or_insert(0) += count;
            }
        }
        self.accepted.extend(other.accepted);
        self.unexpected.extend(other.unexpected);
        self.no_identities.extend(other.no_identities);
        self.accepted.sort();
        self.unexpected.sort();
        self.no_identities.sort();
    }

    fn judge(&mut self, scene: &Scene<'_>, case: Case) {
        let verdict = match case.lemma.clone() {
            None => check(&case.claim, &case.proof, scene.library),
            Some((name, proved)) => {
                let mut library = scene.library.clone();
                library.insert(name, proved);
                check(&case.claim, &case.proof, &library)
            }
        };
        let tally = self.tallies.entry(case.kind).or_default();
        tally.tried += 1;
        tally.identities += usize::from(case.identity);
        let proved = match verdict {
            Err(rejection) => {
                *tally.causes.entry(cause(&rejection.cause)).or_insert(0) += 1;
                return;
            }
            Ok(proved) => proved,
        };
        let line = format!("{}: {}: {}", case.kind, scene.name, case.what);
        if case.vacuous {
            let mut statement = scene.statement.clone();
            (statement.claim, statement.proof) = (case.claim, Some(case.proof));
            let (theorem, statement) = (scene.theorem, &statement);
            let verdict = Some(Ok(proved));
            let finding = ProofFinding { theorem, statement, verdict, mutants: Vec::new() };
            match finding.instance() {
                KnownInstance::None => {
                    *tally.causes.entry("no instance known").or_insert(0) += 1;
                }
                known => self.unexpected.push(format!("{line}: {known:?}")),
            }
            return;
        }
        let evaluated = scene.statement.unevaluated.is_none();
        let reason = case.valid.or_else(|| {
            let seed = scene.name.to_string();
            let found = || search(&case.claim, &seed, 5, 400, Budget::STANDARD).witness.is_some();
            (case.searched && evaluated && !found()).then(|| {
                let unused: BTreeSet<&str> = proved.unused_hypotheses().collect();
                let names = case.claim.hypotheses.iter().map(|h| h.name.as_str());
                let used: Vec<&str> = names.filter(|name| !unused.contains(name)).collect();
                format!("it rests on {} alone, and a search finds no witness", used.join(", "))
            })
        });
        match reason {
            Some(reason) => {
                self.accepted.push(format!("{line}: {reason}"));
                *tally.reasons.entry(reason).or_insert(0) += 1;
            }
            None => self.unexpected.push(line),
        }
    }

    fn table(&self) -> String {
        let mut text = String::new();
        for (kind, tally) in &self.tallies {
            let valid: usize = tally.reasons.values().sum();
            let identity = if tally.identities > 0 { "identity true" } else { "identity broken" };
            let _ = writeln!(text, "{kind} ({identity}): {} tampered, {valid} valid", tally.tried);
            for (cause, count) in &tally.causes {
                let _ = writeln!(text, "    {count:5} rejected: {cause}");
            }
            for (reason, count) in &tally.reasons {
                let _ = writeln!(text, "    {count:5} valid: {reason}");
            }
        }
        text
    }
}

/// A statement with its proof, as the kernel has accepted it.
type Row<'a> = (&'a Theorem, &'a Statement, &'a Proof, StatementName, Proved);

/// The proofs of the library, in order.
fn rows(library: &Library) -> Vec<Row<'_>> {
    let mut proved = kernel::Library::new();
    let mut rows = Vec::new();
    for theorem in library.theorems() {
        for statement in &theorem.statements {
            let Some(proof) = &statement.proof else { continue };
            let name = StatementName { theorem: theorem.id.clone(), part: statement.part.clone() };
            let own = check(&statement.claim, proof, &proved);
            let own = own.unwrap_or_else(|error| panic!("{name}: {error}"));
            proved.insert(name.clone(), own.clone());
            rows.push((theorem, statement, proof, name, own));
        }
    }
    rows
}

/// Judges every `of`th statement from the `first` on.
fn judged(rows: &[Row<'_>], first: usize, of: usize) -> Record {
    let mut record = Record::default();
    let mut library = kernel::Library::new();
    let mut earlier: Vec<(String, Proof)> = Vec::new();
    let mut seen = BTreeSet::new();
    for (i, (theorem, statement, proof, name, original)) in rows.iter().enumerate() {
        let next = rows.get(i + 1).map(|row| row.3.clone());
        let (name, claim) = (name.clone(), &statement.claim);
        let library_before = &library;
        let scene = Scene {
            theorem,
            statement,
            name,
            claim,
            proof,
            original,
            library: library_before,
            next,
        };
        // In every thread, so that each point is tried by one.
        let points = rules::points(&scene, &mut seen);
        if i % of == first {
            let mut cases = broken::cases(&scene, &earlier);
            cases.extend(terms::cases(&scene, &mut record.no_identities));
            cases.extend(facts::cases(&scene));
            cases.extend(rules::cases(&scene));
            for case in cases.into_iter().chain(points) {
                record.judge(&scene, case);
            }
        }
        earlier.push((scene.shape(), (*proof).clone()));
        library.insert(rows[i].3.clone(), original.clone());
    }
    record
}

#[test]
fn tampered_proofs_prove_nothing_else() {
    let library = Library::load().unwrap();
    let rows = rows(&library);
    let workers = std::thread::available_parallelism().map_or(1, |n| n.get().min(4));
    let mut record = Record::default();
    std::thread::scope(|scope| {
        let rows = &rows;
        let all: Vec<_> =
            (0..workers).map(|first| scope.spawn(move || judged(rows, first, workers))).collect();
        all.into_iter().for_each(|worker| record.add(worker.join().unwrap()));
    });
    let no_identities = &record.no_identities;
    assert!(no_identities.is_empty(), "not identities:\n{}", no_identities.join("\n"));
    let table = record.table();
    let tried: usize = record.tallies.values().map(|tally| tally.tried).sum();
    let identities: usize = record.tallies.values().map(|tally| tally.identities).sum();
    let valid = record.accepted.len();
    print!("{table}");
    println!("{tried} tampered proofs, {identities} of them true identities; {valid} valid");
    let path = concat!(env!("CARGO_TARGET_TMPDIR"), "/negative-corpus.txt");
    std::fs::write(path, format!("{table}\n{}\n", record.accepted.join("\n"))).unwrap();
    println!("the valid ones, with their reasons: {path}");
    let unexpected = &record.unexpected;
    assert!(unexpected.is_empty(), "{} accepted:\n{}", unexpected.len(), unexpected.join("\n"));
    assert!(2 * identities >= tried, "{identities} of {tried} are true identities");
    for (kind, tally) in &record.tallies {
        assert!(!tally.causes.is_empty(), "nothing of the kind {kind} is rejected");
    }
}
