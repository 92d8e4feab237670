//! Formulas as text and as values: what is displayed reads back, every number is hashed, and three
//! evaluations agree with a reference.

use kd_audit::audit::library::Library;
use kd_audit::claim::dictionary::Dictionary;
use kd_audit::claim::evaluate::{Environment, Moments, Place, evaluate_scalar};
use kd_audit::claim::expr::{Expr, Formula, Node};
use kd_audit::claim::theorem::{Claim, Condition};
use kd_audit::claim::vocabulary::{Law, Quantity};
use kd_audit::scalar::{Interval, Rational, Scalar, Undefined};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

/// Every formula of the library, statements and mutants, claims and hypotheses.
fn every_formula() -> Vec<Formula> {
    let library = Library::load().unwrap();
    let statements = library.theorems().iter().flat_map(|theorem| &theorem.statements);
    let claims = statements.flat_map(|statement| {
        std::iter::once(&statement.claim).chain(statement.mutants.iter().map(|m| &m.claim))
    });
    claims
        .flat_map(|Claim { formula, hypotheses, .. }| {
            let conditions = hypotheses.iter().filter_map(|h| match &h.condition {
                Condition::Formula(formula) | Condition::Everywhere(formula) => {
                    Some((**formula).clone())
                }
                Condition::Class(..) => None,
            });
            std::iter::once(formula.clone()).chain(conditions).collect::<Vec<_>>()
        })
        .collect()
}

/// The kinds, shapes and scopes of all parts, with definitions expanded.
fn parts(formula: &Formula) -> Vec<String> {
    let mut parts = Vec::new();
    for relation in formula.relations() {
        for side in [&relation.lhs, &relation.rhs] {
            side.walk(&mut |Expr { node, shape, scope }| {
                if !matches!(node, Node::Defined(_)) {
                    let kind = std::mem::discriminant(node);
                    parts.push(format!("{kind:?} {shape:?} {scope:?}"));
                }
            });
        }
    }
    parts
}

/// The text is fully parenthesised, so equal texts with equal parts are equal trees.
#[test]
fn displayed_formulas_read_back() {
    let formulas = every_formula();
    assert!(formulas.len() > 100);
    for formula in formulas {
        let text = formula.to_string();
        if formula.relations().iter().any(|r| r.lhs.is_abstract() || r.rhs.is_abstract()) {
            continue; // the symbols of its file are not in the standard dictionary
        }
        let back = Dictionary::standard().formula(&text).unwrap();
        assert_eq!(back.to_string(), text);
        assert_eq!(parts(&back), parts(&formula), "{text}");
    }
}

/// The byte ranges of the numbers of a formula; digits within names are none.
fn numbers(text: &str) -> Vec<std::ops::Range<usize>> {
    let mut found: Vec<std::ops::Range<usize>> = Vec::new();
    let word = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '.';
    for (at, token) in text.split_inclusive(|c| !word(c)).scan(0, |at, token| {
        *at += token.len();
        Some((*at - token.len(), token))
    }) {
        let token = token.trim_end_matches(|c| !word(c));
        if token.starts_with(|c: char| c.is_ascii_digit()) {
            found.push(at..at + token.len());
        }
    }
    found
}

/// Every number in every claim and hypothesis of the library counts.
#[test]
fn every_number_of_the_library_is_hashed() {
    let mut changed = 0;
    for theorem in Library::load().unwrap().theorems() {
        for claim in theorem.statements.iter().map(|statement| &statement.claim) {
            let one_more = |text: &str, range: std::ops::Range<usize>| {
                let number: u64 = text[range.clone()].parse().unwrap();
                format!("{}{}{}", &text[..range.start], number + 1, &text[range.end..])
            };
            for range in numbers(&claim.text) {
                let text = one_more(&claim.text, range);
                let formula = theorem.dictionary.formula(&text).unwrap();
                assert_ne!(Claim { formula, ..claim.clone() }.hash(), claim.hash(), "{text}");
                changed += 1;
            }
            for (i, hypothesis) in claim.hypotheses.iter().enumerate() {
                for range in numbers(&hypothesis.text) {
                    let text = one_more(&hypothesis.text, range);
                    let mut mutant = claim.clone();
                    mutant.hypotheses[i].condition = match hypothesis.condition {
                        Condition::Everywhere(_) => Condition::Everywhere(Box::new(
                            theorem.dictionary.formula(&text).unwrap(),
                        )),
                        _ if hypothesis.condition.is_here() => {
                            Condition::Formula(Box::new(theorem.dictionary.formula(&text).unwrap()))
                        }
                        _ => theorem.dictionary.condition(&text).unwrap(),
                    };
                    assert_ne!(mutant.hash(), claim.hash(), "{text}");
                    changed += 1;
                }
            }
        }
    }
    assert!(changed > 60, "{changed}");
}

/// A formula of constants asks for nothing.
struct Nothing;

impl<S: Scalar> Environment<S> for Nothing {
    fn scalar(&self, _: Quantity, _: &[S]) -> Result<S, Undefined> {
        unreachable!()
    }
    fn natural(&self, _: Quantity) -> Result<u64, Undefined> {
        unreachable!()
    }
    fn vector(&self, _: Quantity, _: Place) -> Result<Vec<S>, Undefined> {
        unreachable!()
    }
    fn outcomes(&self, _: Law) -> Result<usize, Undefined> {
        unreachable!()
    }
    fn samples(&self) -> usize {
        unreachable!()
    }
    fn moments(&self, _: Law) -> Result<Moments<S>, Undefined> {
        unreachable!()
    }
    fn bit_budget(&self) -> u64 {
        1 << 16
    }
}

/// A formula of constants, with an evaluator and a printer of its own.
#[derive(Clone, Debug)]
enum Tree {
    /// A decimal: mantissa and places.
    Number(i64, u32),
    Negate(Box<Tree>),
    Binary(char, Box<Tree>, Box<Tree>),
    Power(Box<Tree>, u32),
    Extreme(bool, Box<Tree>, Box<Tree>),
    /// sqrt(a^2)
    Magnitude(Box<Tree>),
}

/// Why the reference evaluator has no value.
#[derive(Debug, PartialEq)]
enum Stop {
    DividesByZero,
    Overflows,
}

type Fraction = (i128, i128);

impl Tree {
    /// How tightly it binds: sum, product, sign, power, atom.
    fn strength(&self) -> u8 {
        match self {
            Self::Binary('+' | '-', ..) => 0,
            Self::Binary(..) => 1,
            Self::Negate(_) => 2,
            Self::Power(..) => 3,
            Self::Number(..) | Self::Extreme(..) | Self::Magnitude(_) => 4,
        }
    }

    /// With the fewest parentheses, so that precedence and associativity are tested as well.
    fn text(&self, place: u8) -> String {
        let text = match self {
            Self::Number(mantissa, 0) => mantissa.to_string(),
            Self::Number(mantissa, places) => {
                let unit = 10_i64.pow(*places);
                format!("{}.{:0>2$}", mantissa / unit, mantissa % unit, *places as usize)
            }
            Self::Negate(a) => format!("-{}", a.text(2)),
            Self::Binary(sign @ ('+' | '-'), a, b) => format!("{}{sign}{}", a.text(0), b.text(1)),
            Self::Binary(sign, a, b) => format!("{} {sign} {}", a.text(1), b.text(2)),
            Self::Power(a, k) => format!("{}^{k}", a.text(4)),
            Self::Extreme(least, a, b) => {
                format!("{}({}, {})", if *least { "min" } else { "max" }, a.text(0), b.text(0))
            }
            Self::Magnitude(a) => format!("sqrt(({})^2)", a.text(0)),
        };
        if self.strength() < place { format!("({text})") } else { text }
    }

    /// Plain fractions of machine integers: nothing is shared with the evaluator under test.
    fn value(&self) -> Result<Fraction, Stop> {
        let lowest = |p: Option<i128>, q: Option<i128>| {
            let (p, q) = p.zip(q).ok_or(Stop::Overflows)?;
            let (mut a, mut b) = (p.unsigned_abs(), q.unsigned_abs());
            while b != 0 {
                (a, b) = (b, a % b);
            }
            let gcd = i128::try_from(a).map_err(|_| Stop::Overflows)? * q.signum();
            Ok((p / gcd, q / gcd))
        };
        let times = |(p, q): Fraction, (r, s): Fraction| lowest(p.checked_mul(r), q.checked_mul(s));
        let plus = |(p, q): Fraction, (r, s): Fraction| {
            let sum = p.checked_mul(s).zip(r.checked_mul(q));
            lowest(sum.and_then(|(a, b)| a.checked_add(b)), q.checked_mul(s))
        };
        Ok(match self {
            Self::Number(mantissa, places) => {
                lowest(Some((*mantissa).into()), Some(10_i128.pow(*places)))?
            }
            Self::Negate(a) => times((-1, 1), a.value()?)?,
            Self::Binary(sign, a, b) => match (sign, a.value()?, b.value()?) {
                ('+', a, b) => plus(a, b)?,
                ('-', a, (p, q)) => plus(a, (-p, q))?,
                ('*', a, b) => times(a, b)?,
                (_, _, (0, _)) => return Err(Stop::DividesByZero),
                (_, a, (p, q)) => times(a, (q, p))?,
            },
            Self::Power(a, k) => {
                let a = a.value()?;
                (0..*k).try_fold((1, 1), |power, _| times(power, a))?
            }
            Self::Extreme(least, a, b) => {
                let (a, b) = (a.value()?, b.value()?);
                let a_is_less = plus(a, (-b.0, b.1))?.0 < 0;
                if a_is_less == *least { a } else { b }
            }
            Self::Magnitude(a) => {
                let (p, q) = a.value()?;
                (p.abs(), q)
            }
        })
    }
}

fn trees() -> impl Strategy<Value = Tree> {
    let number = prop_oneof![
        3 => (0..12_i64).prop_map(|n| Tree::Number(n, 0)),
        1 => (0..2_000_i64, 1..=3_u32).prop_map(|(n, places)| Tree::Number(n, places)),
    ];
    number.prop_recursive(5, 24, 2, |inner| {
        let two = || (inner.clone().prop_map(Box::new), inner.clone().prop_map(Box::new));
        prop_oneof![
            6 => (prop::sample::select(vec!['+', '-', '*', '/']), two())
                .prop_map(|(sign, (a, b))| Tree::Binary(sign, a, b)),
            1 => inner.clone().prop_map(|a| Tree::Negate(Box::new(a))),
            1 => (inner.clone(), 0..=4_u32).prop_map(|(a, k)| Tree::Power(Box::new(a), k)),
            1 => (any::<bool>(), two()).prop_map(|(least, (a, b))| Tree::Extreme(least, a, b)),
            1 => inner.clone().prop_map(|a| Tree::Magnitude(Box::new(a))),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 3_000,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(1),
        ..ProptestConfig::default()
    })]

    /// No tolerance anywhere. The float lies in the interval because rounding is monotone: each
    /// float operation on members rounds to a number between the outward-rounded endpoints.
    #[test]
    fn three_evaluations_agree_with_a_reference(tree in trees()) {
        let text = tree.text(0);
        let expr = Dictionary::standard().expression(&text).unwrap();
        let exact = evaluate_scalar::<Rational>(&expr, &Nothing);
        match tree.value() {
            Err(Stop::Overflows) => {}
            Err(Stop::DividesByZero) => prop_assert_eq!(&exact, &Err(Undefined::DivisionByZero), "{}", text),
            Ok((p, q)) => {
                let expected: Rational = format!("{p}/{q}").parse().unwrap();
                prop_assert_eq!(&exact, &Ok(expected), "{}", text);
            }
        }
        if let Ok(exact) = &exact {
            let enclosed = evaluate_scalar::<Interval>(&expr, &Nothing).unwrap();
            prop_assert!(enclosed.contains(exact), "{text}: {enclosed} excludes {exact}");
            if let Ok(float) = evaluate_scalar::<f64>(&expr, &Nothing) && float.is_finite() {
                prop_assert!(enclosed.contains_f64(float), "{text}: {enclosed} excludes {float}");
            }
        }
        let displayed = expr.to_string();
        let back = Dictionary::standard().expression(&displayed).unwrap();
        prop_assert_eq!(back.to_string(), displayed);
        prop_assert_eq!(evaluate_scalar::<Rational>(&back, &Nothing), exact);
    }
}
