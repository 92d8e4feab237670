//! The formula language: what is refused, at which place and why, and how random formulas are
//! judged.

use kd_audit::claim::dictionary::Dictionary;
use kd_audit::claim::evaluate::{
    Environment, Moments, Place, Truth, evaluate, evaluate_scalar, evaluate_vector,
};
use kd_audit::claim::vocabulary::{Law, Quantity};
use kd_audit::scalar::{Interval, Rational, Scalar, Undefined};

/// The error of a text that has '@' (which is no character of the language) where it is expected.
fn check_error(dictionary: &Dictionary, marked: &str, cause: &str) {
    let at = marked.find('@').expect("the row marks a place");
    let text = marked.replacen('@', "", 1);
    let error = dictionary.formula(&text).expect_err(&text);
    assert_eq!((error.at, error.cause.as_str()), (at, cause), "{text}");
}

#[test]
fn errors_of_syntax_have_their_place_and_cause() {
    let atom = "expected a number, a name or '(', found";
    let sign = "expected one of <= >= < > = !=, found";
    let end = "expected an operator or the end of the formula, found";
    let natural = "expected an exponent: a natural number or its name, found";
    for (marked, cause) in [
        ("@", format!("{atom} the end of the formula")),
        ("  @", format!("{atom} the end of the formula")),
        ("@γ <= mu", "unexpected character 'γ'".into()),
        ("gamma @≤ mu", "unexpected character '≤'".into()),
        ("mu = 1 @# mu", "unexpected character '#'".into()),
        ("mu @\u{0}= 1", "unexpected character '\\0'".into()),
        ("mu = @_x", "unexpected character '_'".into()),
        ("mu = @.5", "unexpected character '.'".into()),
        ("mu = @1.2.3", "\"1.2.3\" is not a number".into()),
        ("mu = 1@e5", format!("{end} the name e5")),
        ("gamma@", format!("{sign} the end of the formula")),
        ("gamma + 1 @; mu", format!("{sign} ';'")),
        ("gamma <= @", format!("{atom} the end of the formula")),
        ("gamma + @* mu = 1", format!("{atom} '*'")),
        ("(gamma + mu @<= 1", "expected ')', found '<='".into()),
        ("min(gamma, mu @<= 1", "expected ')', found '<='".into()),
        ("min(@) = 1", format!("{atom} ')'")),
        ("E[norm_sq(c) @<= 1", "expected ']', found '<='".into()),
        ("sum(n, c[n@) = c", "expected ']', found ')'".into()),
        ("sum(n, c[@1]) = c", "expected the index of a sum, found the number 1".into()),
        ("gamma <= mu @mu", format!("{end} the name mu")),
        ("gamma <= mu@)", format!("{end} ')'")),
        ("gamma <= mu @<= 1", format!("{end} '<='")),
        ("gamma < 1 <=> mu < 1 @<=> mu < 2", format!("{end} '<=>'")),
        ("mu^@-1 = 1", format!("{natural} '-'")),
        ("mu^@(2) = 1", format!("{natural} '('")),
        ("mu^2@^2 = 1", format!("{sign} '^'")),
    ] {
        check_error(&Dictionary::standard(), marked, &cause);
    }
}

#[test]
fn errors_of_types_have_their_place_and_cause() {
    let exponent = "an exponent is a natural number up to 64, or the name of one";
    for (marked, cause) in [
        ("gamma <= @zeta", "unknown symbol zeta"),
        ("@E = 1", "unknown symbol E"),
        ("@f(mu) = 1", "unknown symbol f"),
        ("gamma @+ x = 1", "a scalar and a vector are added"),
        ("x @- gamma = 1", "a scalar and a vector are added"),
        ("x@*x = 1", "two vectors are multiplied: write inner(u, v)"),
        ("gamma/@x = 1", "division by a vector"),
        ("gamma = @x", "a scalar is compared with a vector"),
        ("@x <= x_star", "vectors are compared with = or !=, not <="),
        ("@x^2 = 1", "the base of a power must be a scalar"),
        ("sqrt(@x) = 1", "the argument of sqrt must be a scalar"),
        ("norm_sq(@mu) = 1", "the argument of norm_sq must be a vector"),
        ("inner(x, @mu) = 1", "an argument of inner must be a vector"),
        ("max(mu, @x) = 1", "an argument of min or max must be a scalar"),
        ("noise(@x) = 1", "an argument must be a scalar"),
        ("@inner(x) = 1", "inner takes 2 argument(s), found 1"),
        ("@norm_sq(x, x) = 1", "norm_sq takes 1 argument(s), found 2"),
        ("@sqrt(mu, mu) = 1", "sqrt takes 1 argument(s), found 2"),
        ("@noise = 1", "noise takes 1 argument(s), found 0"),
        ("@mu(1) = 1", "mu takes 0 argument(s), found 1"),
        ("@p_0(mu, mu) = 1", "p_0 takes 1 argument(s), found 2"),
        ("@sum(n) = 1", "sum takes 2 argument(s), found 1"),
        ("@E[mu] = 1", "E[...] of something that is not random"),
        ("@E[E[c]] = x", "E[...] of something that is not random"),
        ("mu^@2.5 = 1", exponent),
        ("mu^@65 = 1", exponent),
        ("mu^@18446744073709551617 = 1", exponent),
        ("mu^@gamma = 1", exponent),
        ("sum(@1, c[n]) = x", "the first argument of sum is its index"),
        ("sum(n, @sum(m, norm_sq(c[m]))) = 1", "sums do not nest"),
        ("norm_sq(@c[n]) = 1", "n is not the index of an enclosing sum in the same E[...]"),
        ("sum(n, c[n]) = @c[n]", "n is not the index of an enclosing sum in the same E[...]"),
        ("sum(n, @mu[n]) = 1", "mu is not a quantity of each sample"),
        ("sum(n, @x_next[n]) = x", "x_next is not a quantity of each sample"),
        // A random quantity would be read at the sample of the sum instead of the outcome, and an
        // index at the outcome of the expectation; so neither may be captured.
        ("sum(n, @inner(c[n], c)) = 1", "a quantity that is not indexed is random inside a sum"),
        (
            "sum(n, E[inner(c, @c[n])]) = 1",
            "n is not the index of an enclosing sum in the same E[...]",
        ),
        ("@noise(norm_sq(c)) = 1", "in noise: l is random, and cannot enter E[...] or a sum"),
        (
            "sum(n, @noise(norm_sq(c[n]))) = 1",
            "in noise: l is random, and cannot enter E[...] or a sum",
        ),
    ] {
        check_error(&Dictionary::standard(), marked, cause);
    }
    let mixed = "mixes the laws Step and Path in one expression";
    for marked in ["@inner(c, x_t) = 0", "norm_sq(c @+ x_t) = 0", "c = @x_t", "c = x <=> @x_t = x"]
    {
        check_error(&Dictionary::standard(), marked, mixed);
    }
}

#[test]
fn symbols_must_be_declared() {
    let mut dictionary = Dictionary::standard();
    dictionary.restrict_to(["gamma", "noise", "t"].map(str::to_owned).into());
    assert!(dictionary.formula("noise(gamma) <= gamma^t").is_ok(), "noise may use grad_star and c");
    for (marked, name) in [
        ("gamma <= @mu", "mu"),
        ("@cov = 1", "cov"),
        ("@e = @x_star", "e"),
        ("sum(n, @c[n]) = x", "c"),
    ] {
        let cause = format!("the symbol {name} is not declared in [symbols]");
        check_error(&dictionary, &marked.replace(" @x", " x"), &cause);
    }
    let natural = "an exponent is a natural number up to 64, or the name of one";
    check_error(&dictionary, "gamma^@tau = 1", natural);
}

/// Recursion must stay bounded whatever the text, on the two megabytes of a thread's stack.
#[test]
fn long_and_deep_formulas_are_refused() {
    let deep = "the formula nests deeper than 96 levels";
    for (text, at, cause) in [
        ("(".repeat(10_000), 0, "the formula is longer than 8192 bytes"),
        ("-".repeat(10_000), 0, "the formula is longer than 8192 bytes"),
        ("(".repeat(8_000), 96, deep),
        ("-".repeat(8_000), 97, deep),
        ("min(".repeat(2_000), 4 * 96, deep),
        ("E[".repeat(4_000), 2 * 96, deep),
        (format!("{} = 1", ["mu"; 2_000].join("+")), 3 * 96, deep),
        (format!("{} = 1", ["mu"; 2_000].join("*")), 3 * 96, deep),
    ] {
        let error = Dictionary::standard().formula(&text).unwrap_err();
        assert_eq!((error.at, error.cause.as_str()), (at, cause), "{:.20}", text);
    }
}

/// Short texts that would expand to long or deep formulas.
#[test]
fn definitions_do_not_multiply_without_bound() {
    let too_large = |error: &str| error.contains("the formula is too large once expanded");
    // Defines d0, d1, ... until one is refused. The last one that is accepted can be used.
    let grow = |parameters: &[&str], first: &str, body: &dyn Fn(&str) -> String| {
        let mut dictionary = Dictionary::standard();
        let mut last = first.to_owned();
        for k in 0..1_000 {
            let name = format!("d{k}");
            let parameters = parameters.iter().map(|p| (*p).to_owned()).collect();
            if let Err(error) = dictionary.define(&name, parameters, &body(&last), String::new()) {
                assert!(too_large(&error.cause), "{error}");
                let call = if last.starts_with('d') && first == "sqrt" { "(1)" } else { "" };
                let expr = dictionary.expression(&format!("{last}{call}")).unwrap();
                assert!(evaluate_scalar::<f64>(&expr, &Plane).is_ok());
                assert!(expr.to_string().len() < 1 << 20);
                return k;
            }
            last = name;
        }
        panic!("a thousand definitions were accepted");
    };
    // Depth: 90 signs a definition, of 400. Size: each doubles the one before, up to 50 000 parts.
    // Substitution: each puts its argument twice into the one before.
    assert_eq!(grow(&[], "1", &|last| format!("{}{last}", "-".repeat(90))), 4);
    assert!(grow(&[], "1", &|last| format!("{last} + {last}")) <= 16);
    assert!(grow(&["l"], "sqrt", &|last| format!("{last}({last}(l) + {last}(l))")) <= 10);
    let mut dictionary = Dictionary::standard();
    dictionary.define("twice", vec!["l".into()], "l + l", String::new()).unwrap();
    let error = dictionary.formula(&format!("{}mu{} = 1", "twice(".repeat(60), ")".repeat(60)));
    assert!(too_large(&error.unwrap_err().cause));
}

/// Two outcomes and two samples in the plane, and nothing else.
struct Plane;

impl<S: Scalar> Environment<S> for Plane {
    fn scalar(&self, _: Quantity, _: &[S]) -> Result<S, Undefined> {
        Err(Undefined::Missing("a scalar".into()))
    }
    fn natural(&self, _: Quantity) -> Result<u64, Undefined> {
        Ok(3)
    }
    fn vector(&self, quantity: Quantity, place: Place) -> Result<Vec<S>, Undefined> {
        let entries = match (quantity, place) {
            (Quantity::Control, Place::Outcome(1) | Place::Sample(1)) => [2, 0],
            (Quantity::Grad, Place::Outcome(1) | Place::Sample(1)) => [0, 1],
            (Quantity::Control | Quantity::Grad, Place::Outcome(0) | Place::Sample(0)) => [0, 0],
            _ => return Err(Undefined::Missing("a vector".into())),
        };
        Ok(entries.iter().map(|v| S::from_rational(&Rational::integer(*v))).collect())
    }
    fn outcomes(&self, _: Law) -> Result<usize, Undefined> {
        Ok(2)
    }
    fn samples(&self) -> usize {
        2
    }
    fn moments(&self, _: Law) -> Result<Moments<S>, Undefined> {
        Err(Undefined::Missing("moments".into()))
    }
    fn bit_budget(&self) -> u64 {
        1 << 16
    }
}

#[test]
fn random_formulas_are_judged_outcome_by_outcome() {
    use Truth::{Fails, Holds};
    for (text, truth) in [
        ("norm_sq(c) >= 0", Holds),
        ("norm_sq(c) > 0", Fails),
        // At the second outcome one relation holds and the other fails.
        ("norm_sq(c) > 1 <=> norm_sq(c) > 5", Fails),
        ("norm_sq(c) > 1 <=> norm_sq(grad) > 0", Holds),
        // They are equal at the first outcome; E[c] differs from c at both, in one component.
        ("c != grad", Fails),
        ("c != E[c]", Holds),
        ("c = E[c]", Fails),
        ("inner(c, grad) = 0", Holds),
        ("sum(n, c[n]) = 2*E[c]", Holds),
        ("sum(k, norm_sq(c[k] - E[c])) = 2", Holds),
        ("E[inner(c, sum(n, c[n]))] = norm_sq(sum(n, c[n]))/2", Holds),
        ("E[norm_sq(c)] = 2^t/4", Holds),
    ] {
        let formula = Dictionary::standard().formula(text).unwrap();
        assert_eq!(evaluate::<Rational>(&formula, &Plane).unwrap().truth, truth, "{text}");
    }
}

/// Vectors are scaled from either side and divided, in all three arithmetics.
#[test]
fn vectors_are_scaled_from_either_side() {
    fn at_second<S: Scalar>(text: &str) -> Vec<S> {
        let expr = Dictionary::standard().expression(text).unwrap();
        evaluate_vector(&expr, Place::Outcome(1), &Plane).unwrap()
    }
    for text in [
        "3*c - grad",
        "c*3 - grad",
        "-(grad - c/0.25 + c)",
        "c + E[2*c]/1 + (c - E[c]) + E[c]/2*2 - grad",
    ] {
        let exact = at_second::<Rational>(text);
        assert_eq!(exact, [6, -1].map(Rational::integer), "{text}");
        let enclosed = at_second::<Interval>(text);
        assert!(enclosed.iter().zip(&exact).all(|(i, q)| i.contains(q)), "{text}: {enclosed:?}");
        // Small dyadic numbers: floats are exact.
        assert_eq!(at_second::<f64>(text), [6.0, -1.0], "{text}");
    }
}
