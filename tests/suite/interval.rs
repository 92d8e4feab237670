//! The inclusion principle of intervals against exact rationals, their tightness, and one table for
//! each decision of the module documentation.
#![allow(clippy::float_cmp, reason = "endpoints are compared exactly: that is what is tested")]

use kd_audit::scalar::{Interval, Rational, Scalar, Undefined};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use std::cmp::Ordering;
use std::ops::RangeInclusive;

const INF: f64 = f64::INFINITY;
const MAX: f64 = f64::MAX;
const TINY: f64 = 5e-324; // the smallest subnormal
const FRACTION: u64 = (1 << 52) - 1;

fn iv(lower: f64, upper: f64) -> Interval {
    Interval::new(lower, upper).unwrap()
}

fn pt(value: f64) -> Interval {
    Interval::point(value).unwrap()
}

fn exact(value: f64) -> Rational {
    Rational::from_f64(value).unwrap()
}

// --- Operands -----------------------------------------------------------------------------------

/// Floats of either sign with these binary exponents; a third have short or extreme fractions.
fn floats(exponents: RangeInclusive<i32>) -> impl Strategy<Value = f64> {
    let fraction = prop_oneof![
        4 => 0..=FRACTION,
        1 => (0..16_u64).prop_map(|top| top << 48),
        1 => prop_oneof![Just(1), Just(FRACTION)],
    ];
    (any::<bool>(), exponents, fraction).prop_map(|(negative, exponent, fraction)| {
        let bits = (((exponent + 1023) as u64) << 52) | fraction;
        f64::from_bits(bits | (u64::from(negative) << 63))
    })
}

fn float() -> impl Strategy<Value = f64> {
    prop_oneof![
        6 => floats(-3..=3),
        3 => floats(-60..=60),
        2 => floats(-500..=500),
        1 => floats(-1000..=1000),
        1 => floats(-1023..=-1023), // subnormal
        1 => floats(1021..=1023), // nearly overflowing
        1 => prop::sample::select(vec![0.0, -0.0, 1.0, -1.0, TINY, -TINY, MAX, -MAX]),
    ]
}

fn interval() -> impl Strategy<Value = Interval> {
    prop_oneof![
        3 => float().prop_map(pt),
        3 => (float(), 1..4).prop_map(|(x, ulps)| iv(x, (0..ulps).fold(x, |x, _| x.next_up()))),
        3 => (float(), float()).prop_map(|(x, y)| iv(x.min(y), x.max(y))),
        2 => (float(), float()).prop_map(|(x, y)| iv(-x.abs(), y.abs())),
        1 => float().prop_map(|x| iv(0.0, x.abs())),
        1 => float().prop_map(|x| iv(-x.abs(), 0.0)),
        1 => float().prop_map(|x| iv(x, INF)),
        1 => float().prop_map(|x| iv(-INF, x)),
        1 => Just(iv(-INF, INF)),
    ]
}

/// An interval and exact members: its ends, and a rational point between them that is no float. An
/// infinite end is represented by a number beyond every float.
fn operand() -> impl Strategy<Value = (Interval, [Rational; 3])> {
    (interval(), 1..=12_i64).prop_map(|(interval, weight)| {
        let far = Rational::two_to(1100);
        let lower = Rational::from_f64(interval.lower()).unwrap_or_else(|| far.negated());
        let upper = Rational::from_f64(interval.upper()).unwrap_or(far);
        let between = lower.plus(&upper.minus(&lower).times(&Rational::ratio(weight, 13)));
        (interval, [lower, upper, between])
    })
}

// --- What is asserted of a result ---------------------------------------------------------------

fn check_form(result: &Interval) -> Result<(), TestCaseError> {
    let (lower, upper) = (result.lower(), result.upper());
    prop_assert!(lower <= upper && lower < INF && upper > -INF, "{result} is no interval");
    for end in [lower, upper] {
        prop_assert!(end != 0.0 || end.is_sign_positive(), "{result} has a negative zero");
    }
    Ok(())
}

fn check_member(result: &Interval, value: &Rational) -> Result<(), TestCaseError> {
    check_form(result)?;
    prop_assert!(result.contains(value), "{result} excludes {value:?}");
    Ok(())
}

fn check_ulps(result: &Interval, ulps: usize) -> Result<(), TestCaseError> {
    check_form(result)?;
    let reach = (0..ulps).fold(result.lower(), |end, _| end.next_up());
    prop_assert!(reach >= result.upper(), "{result} is wider than {ulps} ulps");
    Ok(())
}

fn config() -> ProptestConfig {
    ProptestConfig {
        cases: 8_000,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(1),
        ..ProptestConfig::default()
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn binary_operations_contain_the_exact_value((a, ps) in operand(), (b, qs) in operand()) {
        let quotient = a.over(&b);
        prop_assert_eq!(quotient.is_err(), b == pt(0.0));
        for p in &ps {
            for q in &qs {
                check_member(&a.plus(&b), &p.plus(q))?;
                check_member(&a.minus(&b), &p.minus(q))?;
                check_member(&a.times(&b), &p.times(q))?;
                check_member(&a.least(&b), &p.least(q))?;
                check_member(&a.greatest(&b), &p.greatest(q))?;
                if let (Ok(bounds), Ok(value)) = (&quotient, p.over(q)) {
                    check_member(bounds, &value)?;
                }
            }
        }
    }

    #[test]
    fn unary_operations_contain_the_exact_value((a, ps) in operand(), exponent in 0..=7_u64) {
        let root = a.root();
        prop_assert_eq!(root.is_err(), a.upper() < 0.0);
        let power = a.power(exponent);
        prop_assert!(exponent % 2 == 1 || power.lower() >= 0.0, "{power} of an even exponent");
        prop_assert!(a.squared().lower() >= 0.0);
        for p in &ps {
            check_member(&a.negated(), &p.negated())?;
            check_member(&a.abs(), &p.abs())?;
            check_member(&a.squared(), &p.squared())?;
            check_member(&power, &p.power(exponent))?;
            if let (Ok(root), false) = (&root, p.is_negative()) {
                // The root is irrational: its bounds are squared instead. Both are non-negative.
                check_form(root)?;
                prop_assert!(exact(root.lower()).squared() <= *p, "{root} above the root of {p:?}");
                let above = Rational::from_f64(root.upper()).is_none_or(|end| end.squared() >= *p);
                prop_assert!(above && root.lower() >= 0.0, "{root} below the root of {p:?}");
            }
        }
    }

    #[test]
    fn operations_on_points_are_at_most_two_ulps_wide(x in float(), y in float()) {
        let (a, b) = (pt(x), pt(y));
        for result in [a.plus(&b), a.minus(&b), a.times(&b), a.squared()] {
            check_ulps(&result, 2)?;
        }
        if y != 0.0 {
            check_ulps(&a.over(&b).unwrap(), 2)?;
        }
        check_ulps(&a.abs().root().unwrap(), 2)?;
        for result in [a.negated(), a.abs(), a.least(&b), a.greatest(&b)] {
            check_ulps(&result, 0)?;
        }
    }

    /// A result is no wider than what the operands' ends need.
    #[test]
    fn results_are_attained_at_the_ends((a, _) in operand(), (b, _) in operand()) {
        let ends = |i: &Interval| [i.lower(), i.upper()].map(Interval::point);
        if let ([Some(a0), Some(a1)], [Some(b0), Some(b1)]) = (ends(&a), ends(&b)) {
            let corners = [(a0, b0), (a0, b1), (a1, b0), (a1, b1)];
            let within = |result: Interval, op: &dyn Fn(&Interval, &Interval) -> Interval| {
                let hull = corners.map(|(x, y)| op(&x, &y)).into_iter().reduce(|x, y| x.hull(&y));
                prop_assert_eq!(hull.unwrap().hull(&result), hull.unwrap());
                Ok(())
            };
            within(a.plus(&b), &Interval::plus)?;
            within(a.minus(&b), &Interval::minus)?;
            within(a.times(&b), &Interval::times)?;
            if !b.contains_f64(0.0) {
                within(a.over(&b).unwrap(), &|x, y| x.over(y).unwrap())?;
            }
            if a.lower() >= 0.0 {
                let roots = a0.root().unwrap().hull(&a1.root().unwrap());
                prop_assert_eq!(roots.hull(&a.root().unwrap()), roots);
            }
        }
    }

    #[test]
    fn a_rational_becomes_the_float_it_equals_or_its_two_neighbours(
        x in float(), y in float(), third in any::<bool>(),
    ) {
        let next = x.next_up();
        let halfway = exact(x).plus(&exact(if next < INF { next } else { x })).over(&exact(2.0));
        for value in [exact(x).over(&exact(y)), exact(x).over(&Rational::integer(3)), halfway] {
            let Ok(value) = value else { continue };
            let value = if third { value.times(&Rational::ratio(1, 3)) } else { value };
            let result = Interval::from_rational(&value);
            check_member(&result, &value)?;
            check_ulps(&result, 1)?;
            let is_float = exact(result.midpoint()) == value;
            prop_assert_eq!(result.width() == 0.0, is_float, "{} for {:?}", result, value);
        }
        prop_assert_eq!(Interval::from_rational(&exact(x)), pt(x));
    }

    #[test]
    fn comparisons_hold_for_all_members((a, ps) in operand(), (b, qs) in operand()) {
        for (p, q) in ps.iter().flat_map(|p| qs.iter().map(move |q| (p, q))) {
            prop_assert!(a.at_most(&b).is_none_or(|claim| claim == (p <= q)));
            prop_assert!(a.compare(&b).is_none_or(|claim| claim == p.cmp(q)));
        }
        // Undecided only where both answers occur, at worst at one common end.
        let overlap = a.intersection(&b);
        let equal = a == b && a.width() == 0.0;
        prop_assert_eq!(a.compare(&b).is_none(), overlap.is_some() && !equal);
        prop_assert_eq!(a.at_most(&b).is_none(), overlap.is_some() && a.upper() > b.lower());
        prop_assert_eq!(b.compare(&a), a.compare(&b).map(Ordering::reverse));
    }

    #[test]
    fn measures_and_sets_agree_with_the_members((a, ps) in operand(), (b, qs) in operand()) {
        prop_assert!(a.contains_f64(a.midpoint()) && a.contains(&exact(a.to_f64())));
        for (p, q) in ps.iter().flat_map(|p| ps.iter().map(move |q| (p, q))) {
            let distance = p.minus(q).abs();
            let [width, magnitude, relative] = [a.width(), a.magnitude(), a.relative_width()]
                .map(|measure| Rational::from_f64(measure).ok_or(measure));
            // An infinite measure bounds everything.
            prop_assert!(width.map_or_else(|it| it == INF, |it| it >= distance));
            prop_assert!(magnitude.map_or_else(|it| it == INF, |it| it >= p.abs()));
            prop_assert!(relative.map_or_else(|it| it == INF, |it| it.times(&p.abs()) >= distance));
        }
        for p in ps.iter().chain(&qs) {
            check_member(&a.hull(&b), p)?;
            let common = a.intersection(&b).is_some_and(|overlap| overlap.contains(p));
            prop_assert_eq!(common, a.contains(p) && b.contains(p));
        }
    }

    #[test]
    fn hexadecimal_text_is_exact(bits in any::<u64>(), x in float(), (a, _) in operand()) {
        for value in [f64::from_bits(bits), x].into_iter().filter(|value| value.is_finite()) {
            let text = pt(value).to_hex().0;
            let back = Interval::parse_hex_f64(&text).unwrap();
            prop_assert_eq!(back.to_bits(), (value + 0.0).to_bits(), "{}", text);
        }
        let json = serde_json::to_string(&a).unwrap();
        prop_assert_eq!(serde_json::from_str::<Interval>(&json).unwrap(), a);
    }
}

// --- One table for each decision ----------------------------------------------------------------

#[test]
fn an_interval_is_not_empty_and_has_no_nan() {
    let nan = f64::NAN;
    for (lower, upper) in
        [(nan, 1.0), (1.0, nan), (nan, nan), (2.0, 1.0), (INF, INF), (-INF, -INF), (INF, -INF)]
    {
        assert_eq!(Interval::new(lower, upper), None, "[{lower}, {upper}]");
    }
    for value in [nan, INF, -INF] {
        assert_eq!(Interval::point(value), None);
    }
    assert_eq!(iv(1.0, 2.0).intersection(&iv(3.0, 4.0)), None);
    assert_eq!(iv(1.0, 3.0).intersection(&iv(3.0, 4.0)), Some(pt(3.0)));
    assert_eq!(iv(1.0, 3.0).hull(&iv(5.0, INF)), iv(1.0, INF));
}

#[test]
fn an_infinite_end_is_not_a_member() {
    let line = iv(-INF, INF);
    assert_eq!(pt(0.0).times(&line), pt(0.0));
    assert_eq!(iv(0.0, 1.0).times(&iv(1.0, INF)), iv(0.0, INF));
    assert_eq!(line.times(&line), line);
    assert_eq!(line.minus(&line), line);
    assert_eq!(iv(1.0, INF).plus(&iv(-INF, 1.0)), line);
    assert_eq!(pt(0.0).over(&line.abs()).unwrap(), pt(0.0));
    assert_eq!(pt(1.0).over(&iv(1.0, INF)).unwrap(), iv(0.0, 1.0));
    assert_eq!(iv(-INF, -1.0).over(&iv(1.0, INF)).unwrap(), iv(-INF, 0.0));
    assert_eq!(iv(4.0, INF).root().unwrap(), iv(2.0_f64.next_down(), INF));
    for value in [INF, -INF, f64::NAN] {
        assert!(!line.contains_f64(value));
    }
    assert!(line.contains(&Rational::two_to(5000)) && line.contains_f64(MAX));
    assert!(!iv(1.0, INF).contains(&Rational::ratio(999, 1000)) && !iv(1.0, INF).contains_f64(0.5));
    assert!(!iv(-INF, 1.0).contains(&Rational::ratio(1001, 1000)));
}

#[test]
fn a_divisor_that_contains_zero() {
    let line = iv(-INF, INF);
    let third = |x: f64| pt(x).over(&pt(3.0)).unwrap();
    for (over, under, expected) in [
        (iv(1.0, 2.0), iv(-1.0, 1.0), line),
        (pt(0.0), iv(-1.0, 1.0), line),
        (iv(1.0, 2.0), iv(0.0, 3.0), iv(third(1.0).lower(), INF)),
        (iv(1.0, 2.0), iv(-3.0, 0.0), iv(-INF, third(-1.0).upper())),
        (iv(-2.0, -1.0), iv(0.0, 3.0), iv(-INF, third(-1.0).upper())),
        (iv(-2.0, -1.0), iv(-3.0, -0.0), iv(third(1.0).lower(), INF)),
        (iv(0.0, 2.0), iv(0.0, 3.0), iv(0.0, INF)),
        (iv(-2.0, 0.0), iv(0.0, 3.0), iv(-INF, 0.0)),
        (iv(-2.0, 1.0), iv(0.0, 3.0), line),
        (iv(-2.0, 1.0), iv(-3.0, 0.0), line),
        (pt(0.0), iv(0.0, 3.0), pt(0.0)),
        (pt(1.0), iv(0.0, INF), iv(0.0, INF)),
        (pt(1.0), iv(-0.0, 1.0), iv(1.0, INF)),
    ] {
        assert_eq!(over.over(&under), Ok(expected), "{over} / {under}");
    }
    for over in [pt(0.0), pt(1.0), line] {
        assert_eq!(over.over(&pt(0.0)), Err(Undefined::DivisionByZero));
        assert_eq!(over.over(&pt(-0.0)), Err(Undefined::DivisionByZero));
    }
}

#[test]
fn roots_of_negative_numbers() {
    assert_eq!(iv(-2.0, -1.0).root(), Err(Undefined::NegativeRoot));
    assert_eq!(iv(-INF, -TINY).root(), Err(Undefined::NegativeRoot));
    assert_eq!(iv(-1.0, 4.0).root(), Ok(iv(0.0, 2.0_f64.next_up())));
    assert_eq!(iv(-1.0, 0.0).root(), Ok(pt(0.0)));
    assert_eq!(iv(0.0, 1.0).root(), Ok(iv(0.0, 1.0)));
}

#[test]
fn overflow_is_infinite_outward_only() {
    let (huge, tiny) = (pt(1e300), pt(1e-300));
    for (result, sign) in [
        (huge.times(&huge), 1.0),
        (huge.times(&huge.negated()), -1.0),
        (huge.over(&tiny).unwrap(), 1.0),
        (huge.over(&tiny.negated()).unwrap(), -1.0),
        (pt(MAX).plus(&pt(MAX)), 1.0),
        (pt(-MAX).minus(&pt(MAX)), -1.0),
        (pt(-MAX).squared(), 1.0),
        (Interval::from_rational(&Rational::two_to(1024)), 1.0),
        (Interval::from_rational(&Rational::two_to(5000).negated()), -1.0),
    ] {
        let expected = iv(MAX, INF);
        assert_eq!(result, if sign > 0.0 { expected } else { expected.negated() });
    }
    assert_eq!(pt(MAX).plus(&pt(1.0)), iv(MAX.next_down(), INF));
}

#[test]
fn underflow_is_widened_and_keeps_its_sign() {
    let tiny = pt(1e-300);
    for (result, sign) in [
        (tiny.times(&tiny), 1.0),
        (tiny.times(&tiny.negated()), -1.0),
        (tiny.over(&pt(1e300)).unwrap(), 1.0),
        (tiny.negated().over(&pt(1e300)).unwrap(), -1.0),
        (tiny.squared(), 1.0),
        (Interval::from_rational(&Rational::two_to(-1080)), 1.0),
        (Interval::from_rational(&Rational::two_to(-5000).negated()), -1.0),
    ] {
        let expected = iv(0.0, TINY);
        assert_eq!(result, if sign > 0.0 { expected } else { expected.negated() });
    }
}

#[test]
fn exact_results_are_not_widened() {
    let (zero, one) = (Interval::zero(), Interval::one());
    assert_eq!((zero, one), (pt(0.0), pt(1.0)));
    for x in [pt(0.1), iv(-0.1, 0.3), iv(TINY, MAX), iv(-INF, 0.7), iv(-INF, INF)] {
        assert_eq!(x.plus(&zero), x);
        assert_eq!(zero.plus(&x), x);
        assert_eq!(x.minus(&zero), x);
        assert_eq!(zero.minus(&x), x.negated());
        assert_eq!(x.times(&one), x);
        assert_eq!(one.negated().times(&x), x.negated());
        assert_eq!(x.times(&zero), zero);
        assert_eq!(x.over(&one), Ok(x));
        assert_eq!(x.over(&one.negated()), Ok(x.negated()));
        assert_eq!(x.power(0), one);
        assert_eq!(x.power(1), x);
        assert_eq!(x.negated().negated(), x);
    }
    assert_eq!(pt(0.1).minus(&pt(0.1)), zero);
    assert_eq!(one.root(), Ok(one));
    assert_eq!(iv(1.0, 5.0).least(&iv(2.0, 3.0)), iv(1.0, 3.0));
    assert_eq!(iv(1.0, 5.0).greatest(&iv(2.0, 3.0)), iv(2.0, 5.0));
    assert_eq!(iv(-1.0, 5.0).negated(), iv(-5.0, 1.0));
}

#[test]
fn zero_has_one_sign() {
    let zeros = [pt(-0.0), pt(0.0).negated(), iv(-1.0, 0.0).abs().least(&pt(-0.0))];
    for zero in zeros {
        assert_eq!(zero.to_hex(), ("0x0p+0".into(), "0x0p+0".into()));
        assert_eq!(zero.to_string(), "[0.0, 0.0]");
    }
}

#[test]
fn even_powers_are_not_negative() {
    let (two, x) = (pt(2.0), iv(-1.0, 2.0));
    assert_eq!(x.times(&x).lower(), -2.0);
    assert_eq!(x.squared(), iv(0.0, two.squared().upper()));
    assert_eq!(iv(-2.0, -1.0).squared(), iv(1.0, two.squared().upper()));
    assert_eq!(pt(1e-300).power(6), iv(0.0, TINY));
    assert_eq!(iv(-1e-300, 1e-300).power(6), iv(0.0, TINY));
    assert!(x.power(3).contains(&Rational::integer(8)) && x.power(3).contains_f64(-1.0));
}

#[test]
fn comparisons_decide_only_what_holds_throughout() {
    use Ordering::{Equal, Greater, Less};
    for (a, b, compared, at_most) in [
        (iv(1.0, 2.0), iv(3.0, 4.0), Some(Less), Some(true)),
        (iv(3.0, 4.0), iv(1.0, 2.0), Some(Greater), Some(false)),
        (iv(1.0, 2.0), iv(2.0, 3.0), None, Some(true)),
        (iv(2.0, 3.0), iv(1.0, 2.0), None, None),
        (iv(1.0, 2.0), iv(1.0, 2.0), None, None),
        (pt(2.0), pt(2.0), Some(Equal), Some(true)),
        (pt(2.0), iv(2.0, 3.0), None, Some(true)),
        (iv(2.0, 3.0), pt(2.0), None, None),
        (pt(0.0), pt(-0.0), Some(Equal), Some(true)),
        (iv(MAX, INF), iv(MAX, INF), None, None),
        (iv(-INF, 0.0), iv(TINY, INF), Some(Less), Some(true)),
    ] {
        assert_eq!((a.compare(&b), a.at_most(&b)), (compared, at_most), "{a} and {b}");
    }
}

#[test]
fn measures() {
    assert_eq!(iv(1.0, 3.0).width(), 2.0_f64.next_up());
    assert_eq!(iv(1.0, INF).width(), INF);
    assert_eq!(iv(-3.0, 1.0).magnitude(), 3.0);
    assert_eq!(iv(-3.0, 1.0).abs(), iv(0.0, 3.0));
    assert_eq!(iv(-3.0, -1.0).abs(), iv(1.0, 3.0));
    for point in [0.0, 0.1, -MAX] {
        assert_eq!((pt(point).width(), pt(point).relative_width()), (0.0, 0.0));
    }
    for wide in [iv(-1.0, 1.0), iv(0.0, TINY), iv(-1.0, 0.0), iv(1.0, INF)] {
        assert_eq!(wide.relative_width(), INF);
    }
    let relative = iv(-4.0, -2.0).relative_width();
    assert!((1.0..=1.0 + 4.0 * f64::EPSILON).contains(&relative));
    for (interval, midpoint) in [
        (iv(1.0, 3.0), 2.0),
        (pt(MAX), MAX),
        (pt(TINY), TINY),
        (iv(-INF, INF), 0.0),
        (iv(MAX, INF), MAX),
        (iv(-INF, -MAX), -MAX),
        (iv(0.0, MAX), MAX / 2.0),
    ] {
        assert_eq!((interval.midpoint(), interval.to_f64()), (midpoint, midpoint));
    }
}

#[test]
fn texts() {
    assert_eq!(iv(-0.1, 1e300).to_string(), "[-0.1, 1e300]");
    assert_eq!(iv(-INF, TINY).to_string(), "[-inf, 5e-324]");
    for (value, text) in [
        (3.0, "0x1.8p+1"),
        (-0.1, "-0x1.999999999999ap-4"),
        (1.0, "0x1p+0"),
        (MAX, "0x1.fffffffffffffp+1023"),
        (f64::MIN_POSITIVE, "0x1p-1022"),
        (TINY, "0x0.0000000000001p-1022"),
    ] {
        assert_eq!(pt(value).to_hex(), (text.into(), text.into()));
        assert_eq!(Interval::parse_hex_f64(text), Some(value));
    }
    assert_eq!(iv(-INF, INF).to_hex(), ("-inf".into(), "inf".into()));
    // Other spellings of the same numbers, as C and Python write them.
    for (text, value) in [
        ("0x1.8000000000000p+1", 3.0),
        ("0xcp-2", 3.0),
        ("0x1p-1074", TINY),
        ("-inf", -INF),
        ("0x0p+0", 0.0),
    ] {
        assert_eq!(Interval::parse_hex_f64(text), Some(value), "{text}");
    }
    assert!(Interval::parse_hex_f64("-0x0p+0").is_some_and(|zero| zero.is_sign_negative()));
    for bad in [
        "",
        "-",
        "1.5",
        "nan",
        "0x",
        "0xp+0",
        "0x.p+0",
        "0x1",
        "0x1p",
        "0x1p1.0",
        "0xgp+0",
        "0x+1p+0",
        "0x1.-8p+0",
        "--0x1p+0",
        "+inf",
        "0x1.8p+1 ",
        "0x1p+1024",
        "0x1.00000000000008p+0",
        "0x1p-1075",
        "0x1p+99999999",
        "0x1p-2147483648",
        "0x0.00000000000000001p+0",
        "0x0p+99999",
        "0x1.8.8p+0",
    ] {
        assert_eq!(Interval::parse_hex_f64(bad), None, "{bad:?}");
    }
}

#[test]
fn json_is_a_pair_of_hexadecimal_floats() {
    let json = serde_json::to_string(&iv(-0.5, INF)).unwrap();
    assert_eq!(json, r#"["-0x1p-1","inf"]"#);
    assert_eq!(serde_json::from_str::<Interval>(&json).unwrap(), iv(-0.5, INF));
    for bad in [
        r#"["0x1p+1","0x1p+0"]"#,
        r#"["inf","inf"]"#,
        r#"["nan","0x1p+0"]"#,
        r#"["0x1p+0"]"#,
        r#"["0x1p+0","0x1p+0","0x1p+0"]"#,
        "[1.0,2.0]",
        r#""0x1p+0""#,
    ] {
        assert!(serde_json::from_str::<Interval>(bad).is_err(), "{bad}");
    }
}
