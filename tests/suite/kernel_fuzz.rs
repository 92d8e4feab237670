//! Damaged proofs and arbitrary expressions: the kernel refuses, and never panics, hangs or
//! overflows the stack. Its equality is that of the numbers.

use kd_audit::audit::library::{FILES, Library};
use kd_audit::audit::prove::prove;
use kd_audit::claim::dictionary::Dictionary;
use kd_audit::claim::evaluate::{Environment, Moments, Place, Truth, evaluate};
use kd_audit::claim::expr::{
    Exponent, Expr, Formula, Known, Node, Relation, Scope, Shape, Sign, Symbol, SymbolKind,
};
use kd_audit::claim::proof::{Proof, Rule, Step};
use kd_audit::claim::theorem::{Claim, Family};
use kd_audit::claim::vocabulary::{Law, Process, Quantity};
use kd_audit::kernel::{self, check};
use kd_audit::scalar::{Rational, Undefined};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use std::sync::Arc;
use std::time::{Duration, Instant};

fn config(cases: u32) -> ProptestConfig {
    ProptestConfig {
        cases,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(1),
        ..ProptestConfig::default()
    }
}

fn claim(formula: Formula) -> Claim {
    Claim {
        formula,
        text: String::new(),
        hypotheses: Vec::new(),
        family: Family::default(),
        process: Process::Kd,
        almost_surely: false,
        symbols: Vec::new(),
    }
}

fn relation(lhs: Expr, sign: Sign, rhs: Expr) -> Formula {
    Formula::Relation(Relation { lhs, sign, rhs })
}

fn proof(certificate: Expr) -> Proof {
    Proof { steps: Vec::new(), certificates: vec![certificate] }
}

fn node(node: Node, vector: bool) -> Expr {
    let shape = if vector { Shape::Vector } else { Shape::Scalar };
    Expr { node, shape, scope: Scope::Fixed }
}

/// Any expression, of the right shape or not.
fn anything() -> impl Strategy<Value = Expr> {
    let symbol = |kind| {
        Arc::new(Symbol {
            name: "s".into(),
            latex: String::new(),
            kind,
            scope: Scope::Fixed,
            moves: false,
            motion: None,
            meaning: String::new(),
        })
    };
    let quantities = [
        Quantity::Gamma,
        Quantity::Lambda,
        Quantity::X,
        Quantity::Grad,
        Quantity::XNext,
        Quantity::Sgd0,
        Quantity::Gap,
        Quantity::XT,
        Quantity::XCompressed,
        Quantity::StationaryP0,
    ];
    let leaf = prop_oneof![
        (-3_i64..4).prop_map(|n| Node::Number(Rational::integer(n))),
        prop::sample::select(quantities.to_vec()).prop_map(|q| Node::Quantity(q, Vec::new())),
        Just(Node::Slack("before".into())),
        Just(Node::Indexed(Quantity::Grad)),
        Just(Node::Symbol(symbol(SymbolKind::Scalar(Known::Positive)))),
        Just(Node::Least(Vec::new())),
    ];
    let leaf = (leaf, any::<bool>()).prop_map(|(n, vector)| node(n, vector));
    leaf.prop_recursive(8, 60, 3, |inner| {
        let one = inner.clone().prop_map(Box::new);
        let pair = (inner.clone().prop_map(Box::new), inner.clone().prop_map(Box::new));
        let exponents = prop::sample::select(vec![0, 1, 2, 3, 64, 4097, u32::MAX]);
        let law = prop::sample::select(vec![Law::Step, Law::Path, Law::Coin, Law::Stationary]);
        let parts = prop_oneof![
            pair.clone().prop_map(|(a, b)| Node::Add(a, b)),
            pair.clone().prop_map(|(a, b)| Node::Subtract(a, b)),
            pair.clone().prop_map(|(a, b)| Node::Multiply(a, b)),
            pair.clone().prop_map(|(a, b)| Node::Divide(a, b)),
            pair.prop_map(|(a, b)| Node::Inner(a, b)),
            one.clone().prop_map(Node::NormSq),
            one.clone().prop_map(Node::Root),
            one.clone().prop_map(Node::Sum),
            (law, one.clone()).prop_map(|(law, a)| Node::Expectation(law, a)),
            (one.clone(), exponents).prop_map(|(a, k)| Node::Power(a, Exponent::Literal(k))),
            one.prop_map(|a| Node::Power(a, Exponent::Symbol(Quantity::Lambda))),
            prop::collection::vec(inner, 0..3).prop_map(Node::Greatest),
        ];
        (parts, any::<bool>()).prop_map(|(n, vector)| node(n, vector))
    })
}

fn signs() -> impl Strategy<Value = Sign> {
    use Sign::{AtLeast, AtMost, Equal, Greater, Less, NotEqual};
    prop::sample::select(vec![AtMost, AtLeast, Less, Greater, Equal, NotEqual])
}

proptest! {
    #![proptest_config(config(1_500))]

    #[test]
    fn arbitrary_expressions_are_refused_or_checked(
        (lhs, rhs, sign) in (anything(), anything(), signs()),
        (certificate, other, pick) in (anything(), anything(), 0..5_u8),
    ) {
        let started = Instant::now();
        let rule = match pick {
            0 => Rule::Certificate(other.clone()),
            1 => Rule::Pairs(other.clone(), rhs.clone()),
            2 => Rule::Average(other.clone()),
            3 => Rule::At("f".into(), "teacher".into()),
            _ => Rule::Axiom("tilt".into(), None),
        };
        let step = Relation { lhs: other.clone(), sign, rhs: rhs.clone() };
        let steps = vec![Step { name: "f".into(), claim: step, rule }];
        let claim = claim(relation(lhs, sign, rhs));
        let library = kernel::Library::new();
        let _ = check(&claim, &proof(certificate.clone()), &library);
        let _ = check(&claim, &Proof { steps, certificates: vec![certificate] }, &library);
        prop_assert!(started.elapsed() < Duration::from_secs(20));
    }
}

proptest! {
    #![proptest_config(config(60))]

    /// Files of the library with a few bytes changed inside their proofs.
    #[test]
    fn damaged_proofs_never_panic(
        file in 0..FILES.len(),
        damage in prop::collection::vec((any::<prop::sample::Index>(), 0..12_usize), 1..3),
    ) {
        let (id, text) = FILES[file];
        let mut text = text.as_bytes().to_vec();
        for (at, mark) in damage {
            let at = at.index(text.len());
            text[at] = b"0129+-*/()[]"[mark];
        }
        let text = String::from_utf8_lossy(&text);
        if let Ok(library) = Library::from_texts([(format!("{id}.toml"), &*text)]) {
            let _ = prove(&library);
        }
    }
}

/// Deep chains, high powers and definitions that are shared twice at each level.
#[test]
fn what_is_too_deep_is_refused() {
    let zero = || node(Node::Number(Rational::integer(0)), false);
    let mut deep = zero();
    for _ in 0..3_000 {
        deep = node(Node::Negate(Box::new(deep)), false);
    }
    let power = node(Node::Power(Box::new(zero()), Exponent::Literal(u32::MAX)), false);
    let mut shared = zero();
    for _ in 0..200 {
        let body = Arc::new(shared);
        let used = || {
            let (name, latex) = (String::new(), String::new());
            let body = Arc::clone(&body);
            let new = kd_audit::claim::expr::Definition { name, latex, arguments: vec![], body };
            Box::new(node(Node::Defined(new), false))
        };
        shared = node(Node::Add(used(), used()), false);
    }
    let started = Instant::now();
    let library = kernel::Library::new();
    for expr in [&deep, &power, &shared] {
        let left = claim(relation(expr.clone(), Sign::AtMost, zero()));
        assert!(check(&left, &proof(zero()), &library).is_err());
        let plain = claim(relation(zero(), Sign::AtMost, zero()));
        assert!(check(&plain, &proof(expr.clone()), &library).is_err());
    }
    assert!(started.elapsed() < Duration::from_secs(30));
}

/// Short formulas whose expansions, messages or memory could grow without end.
#[test]
fn what_is_short_does_not_take_long() {
    let (started, library) = (Instant::now(), kernel::Library::new());
    let dictionary = Dictionary::standard();
    let judged = |bound: &str, certificate: &str| {
        let claim = claim(dictionary.formula(&format!("0 <= {bound}")).unwrap());
        check(&claim, &proof(dictionary.expression(certificate).unwrap()), &library)
    };
    let nested = |of: &str, depth: usize| {
        (0..depth).fold(of.to_owned(), |inner, _| format!("sqrt((1 + {inner})^64)"))
    };
    // How a root varies is known without looking at all that it is nested of.
    let mean = format!("E[{}]", nested("norm_sq(c)", 12));
    assert!(judged(&mean, &mean).is_ok());
    let refusal = judged(&nested("gamma", 12), "1").unwrap_err().to_string();
    assert!(refusal.contains("...") && refusal.len() < 1_000_000, "{} bytes", refusal.len());
    // Few terms, each of many unknowns.
    let joined = |numbers: std::ops::Range<usize>, sign: &str| {
        let roots: Vec<String> = numbers.map(|n| format!("sqrt({n})")).collect();
        let groups: Vec<String> = roots.chunks(30).map(|g| g.join(sign)).collect();
        format!("({})", groups.join(&format!("){sign}(")))
    };
    let part = |text: &str| dictionary.expression(text).unwrap();
    let times = |a, b| node(Node::Multiply(Box::new(a), Box::new(b)), false);
    let sums = [joined(1_000..1_300, "+"), joined(2_000..2_300, "+")];
    let long = times(times(part(&joined(2..602, "*")), part(&sums[0])), part(&sums[1]));
    let zero = node(Node::Number(Rational::integer(0)), false);
    let positive = claim(relation(zero, Sign::AtMost, long.clone()));
    let refusal = check(&positive, &proof(long), &library).unwrap_err().to_string();
    assert!(refusal.contains("too large"), "{refusal}");
    assert!(started.elapsed() < Duration::from_secs(20));
}

/// A problem that knows four numbers and two vectors.
struct Point([Rational; 4], [[Rational; 2]; 2]);

impl Environment<Rational> for Point {
    fn scalar(&self, quantity: Quantity, _: &[Rational]) -> Result<Rational, Undefined> {
        let known = [Quantity::Gamma, Quantity::Lambda, Quantity::Mu, Quantity::Kappa];
        let found = known.iter().position(|own| *own == quantity);
        found.map(|i| self.0[i].clone()).ok_or_else(|| Undefined::Missing("a scalar".into()))
    }
    fn natural(&self, _: Quantity) -> Result<u64, Undefined> {
        Ok(3)
    }
    fn vector(&self, quantity: Quantity, _: Place) -> Result<Vec<Rational>, Undefined> {
        Ok(self.1[usize::from(quantity == Quantity::Teacher)].to_vec())
    }
    fn outcomes(&self, _: Law) -> Result<usize, Undefined> {
        Ok(1)
    }
    fn samples(&self) -> usize {
        1
    }
    fn moments(&self, _: Law) -> Result<Moments<Rational>, Undefined> {
        Err(Undefined::Missing("moments".into()))
    }
    fn bit_budget(&self) -> u64 {
        1 << 20
    }
}

/// Texts of polynomials in four numbers and two vectors.
fn polynomial() -> impl Strategy<Value = String> {
    let vector =
        prop::sample::select(vec!["x", "teacher", "(x - teacher)", "(lambda*x + 2*teacher)"]);
    let leaf = prop_oneof![
        prop::sample::select(vec!["gamma", "lambda", "mu", "kappa", "1", "2", "1/3"])
            .prop_map(str::to_owned),
        (vector.clone(), vector).prop_map(|(u, v)| format!("inner({u}, {v})")),
    ];
    leaf.prop_recursive(3, 12, 2, |inner| {
        prop_oneof![
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a} + {b})")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a} - {b})")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a})*({b})")),
            (inner.clone(), 0..4_u8).prop_map(|(a, k)| format!("({a})^{k}")),
            inner.prop_map(|a| format!("({a})/(gamma*mu)")),
        ]
    })
}

fn numbers() -> impl Strategy<Value = Rational> {
    (1_i64..2_000, 1_i64..1_999).prop_map(|(p, q)| Rational::ratio(p, q))
}

proptest! {
    #![proptest_config(config(400))]

    /// The kernel finds two polynomials equal exactly where they have one value at random points.
    #[test]
    fn equality_is_that_of_the_numbers(
        (a, b, c) in (polynomial(), polynomial(), polynomial()),
        (how, numbers) in (0..5_u8, prop::collection::vec(numbers(), 16)),
    ) {
        let (left, right) = match how {
            0 => (format!("({a})*({b} + {c})"), format!("({c})*({a}) + ({b})*({a})")),
            1 => (format!("({a} - {b})^2"), format!("({b})^2 - 2*({a})*({b}) + ({a})^2")),
            2 => (format!("({a})*({b})/(gamma*mu)"), format!("({a})/mu*(({b})/gamma)")),
            3 => (format!("{a} + {b}"), format!("{a} + 1001/1000*({b})")),
            _ => (a, b),
        };
        let formula = Dictionary::standard().formula(&format!("{left} = {right}")).unwrap();
        let zero = node(Node::Number(Rational::integer(0)), false);
        let library = kernel::Library::new();
        let verdict = check(&claim(formula.clone()), &proof(zero), &library);
        let mut equal = true;
        for n in numbers.chunks(8) {
            let n = |i: usize| n[i].clone();
            let point = Point([n(0), n(1), n(2), n(3)], [[n(4), n(5)], [n(6), n(7)]]);
            equal &= evaluate(&formula, &point).unwrap().truth == Truth::Holds;
        }
        prop_assert_eq!(verdict.is_ok(), equal, "{} = {}: {:?}", left, right, verdict.err());
    }
}
