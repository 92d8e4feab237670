//! exp, ln, sin, cos and the normal law against 200-bit arithmetic of another library: what encloses,
//! how tightly, and where the floats end.
#![allow(clippy::float_cmp, reason = "endpoints are compared exactly: that is what is tested")]

use dashu_float::{FBig, round::mode::HalfEven};
use dashu_int::IBig;
use kd_audit::scalar::{Interval, Rational, Refined, Scalar, Undefined};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use rayon::prelude::*;

type Big = FBig<HalfEven, 2>;

const INF: f64 = f64::INFINITY;
const TINY: f64 = 5e-324; // the smallest subnormal
const POINTS: usize = 3_000;

#[derive(Clone, Copy, Debug, PartialEq)]
enum Function {
    Exp,
    Ln,
    Sin,
    Cos,
    Cdf,
    Pdf,
}
use Function::{Cdf, Cos, Exp, Ln, Pdf, Sin};

impl Function {
    fn of<S: Scalar>(self, x: &S) -> Result<S, Undefined> {
        match self {
            Exp => x.exp(),
            Ln => x.ln(),
            Sin => x.sin(),
            Cos => x.cos(),
            Cdf => x.normal_cdf(),
            Pdf => x.normal_pdf(),
        }
    }

    /// The value to about 200 bits, relatively.
    fn reference(self, x: f64) -> Rational {
        let big = Big::try_from(x).unwrap().with_precision(200).value();
        match self {
            Exp => rational(&big.exp()),
            Ln => rational(&big.ln()),
            Sin => rational(&big.sin()),
            Cos => rational(&big.cos()),
            Cdf => normal_cdf(x),
            Pdf => {
                let square = Big::try_from(x).unwrap().with_precision(250).value().sqr();
                let two_pi = Big::pi(250) * Big::from(2);
                rational(&((-square / Big::from(2)).exp() / two_pi.sqrt()))
            }
        }
    }
}

fn rational(value: &Big) -> Rational {
    let (mantissa, exponent) = value.clone().into_repr().into_parts();
    let mantissa: Rational = mantissa.to_string().parse().unwrap();
    mantissa.times(&Rational::two_to(exponent as i32))
}

/// Φ by the alternating series of its derivative, in integers with enough digits for what cancels:
/// another series than the one that is tested, and no continued fraction.
fn normal_cdf(x: f64) -> Rational {
    let places = 300 + (1.5 * x * x) as usize + 20 * usize::from(x.abs() < 1e-3);
    let exact = Rational::from_f64(x).unwrap().times(&Rational::two_to(places as i32));
    let x: IBig = exact.round_to_dyadic(0).to_string().parse().unwrap();
    let square: IBig = (&x * &x) >> (places + 1);
    let (mut power, mut sum) = (x.clone(), x);
    for n in 1.. {
        power = -((power * &square) >> places) / IBig::from(n);
        if power == IBig::ZERO || power == IBig::NEG_ONE {
            break;
        }
        sum += &power / IBig::from(2 * n + 1);
    }
    let sum: Rational = sum.to_string().parse().unwrap();
    let root = rational(&(Big::pi(places + 64) * Big::from(2)).sqrt());
    let scaled = sum.times(&Rational::two_to(-(places as i32)));
    Rational::ratio(1, 2).plus(&scaled.over(&root).unwrap())
}

/// Seeded floats of either sign with 2^low ≤ |x| < 2^high.
fn points(function: Function, low: i32, high: i32, count: usize) -> Vec<f64> {
    let seed = 1 + function as u64 + 1000 * (low + 2000) as u64;
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let mut point = || {
        let bits = random.next_u64();
        let exponent = low + (random.next_u32() % (high - low) as u32) as i32;
        let magnitude = f64::from_bits((((exponent + 1023) as u64) << 52) | (bits >> 12));
        if bits & 1 == 1 && function != Ln { -magnitude } else { magnitude }
    };
    (0..count).map(|_| point()).collect()
}

/// Exponent ranges: tiny, ordinary, and as large as the function does not end at a float's limits.
fn ranges(function: Function) -> Vec<(i32, i32)> {
    match function {
        Exp => vec![(-1022, -60), (-60, -4), (-4, 4), (4, 9)],
        Ln => vec![(-1022, -4), (-1, 1), (-4, 4), (4, 1024)],
        Sin | Cos => vec![(-1022, -60), (-60, -4), (-4, 4), (4, 60), (60, 1024)],
        Cdf | Pdf => vec![(-60, -4), (-4, 2), (2, 5)],
    }
}

const ALL: [Function; 6] = [Exp, Ln, Sin, Cos, Cdf, Pdf];

/// Calls `check` on every point with the function's interval and its value.
fn everywhere(check: impl Fn(Function, f64, Interval, &Rational) + Sync) {
    for function in ALL {
        for (low, high) in ranges(function) {
            points(function, low, high, POINTS).par_iter().for_each(|&x| {
                let result = function.of(&Interval::point(x).unwrap()).unwrap();
                check(function, x, result, &function.reference(x));
            });
        }
    }
}

fn ulps(interval: &Interval) -> u32 {
    let mut end = interval.lower();
    let mut count = 0;
    while end < interval.upper() && count < 10 {
        end = end.next_up();
        count += 1;
    }
    count
}

/// Containment, width, and that one step inward from either end would exclude the value: a reversed
/// rounding does not pass. (Where 200 bits are a float, as of sin x = x for tiny x, the value is on
/// a side of it that they do not tell.)
#[test]
fn points_are_enclosed_as_tightly_as_floats_allow() {
    let wide = std::sync::atomic::AtomicUsize::new(0);
    everywhere(|function, x, result, value| {
        assert!(result.contains(value), "{function:?}({x:e}): {result} excludes the value");
        let ulps = ulps(&result);
        assert!(ulps <= 2, "{function:?}({x:e}): {result} is {ulps} ulps wide");
        if ulps == 2 {
            wide.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        } else if Rational::from_f64(value.to_f64()).as_ref() != Some(value) {
            // Reversed: the lower end rounded up, the upper end rounded down.
            let reversed = Interval::new(result.lower().next_up(), result.lower().next_up());
            let up_is_caught = reversed.is_none_or(|up| !up.contains(value));
            let down = Interval::new(result.upper().next_down(), result.upper().next_down());
            let down_is_caught = down.is_none_or(|down| !down.contains(value));
            assert!(up_is_caught && down_is_caught, "{function:?}({x:e})");
        }
    });
    // Two ulps occur only where the value is nearly a float, e.g. cos x just below 1.
    let wide = wide.into_inner();
    assert!(wide <= POINTS / 100, "{wide} of the results are two ulps wide");
}

/// Ends are rationals, so that this tests the error bound of the series itself: at 24 bits asked for,
/// the guard digits included, and not the rounding to a float.
#[test]
fn rational_enclosures_contain_the_value_and_are_as_narrow_as_asked_for() {
    fn at<const BITS: u32>(function: Function, x: f64, value: &Rational) {
        let point = Refined::<BITS>::from_rational(&Rational::from_f64(x).unwrap());
        let result = function.of(&point).unwrap();
        let name = format!("{function:?}({x:e}) to {BITS} bits");
        assert!(result.lower() <= value && value <= result.upper(), "{name}");
        let width = result.upper().minus(result.lower());
        assert!(width <= value.abs().times(&Rational::two_to(-(BITS as i32))), "{name}");
    }
    for function in ALL {
        for (low, high) in ranges(function) {
            points(function, low.max(-200), high.min(200), 1_000).par_iter().for_each(|&x| {
                let value = function.reference(x);
                at::<4>(function, x, &value);
                at::<24>(function, x, &value);
                at::<100>(function, x, &value);
            });
        }
    }
}

#[test]
fn intervals_contain_the_values_at_their_members() {
    for function in ALL {
        for (low, high) in [(-20, 0), (-3, 3), (0, 6)] {
            let ends = points(function, low, high, 600);
            ends.par_chunks(2).for_each(|pair| {
                let (a, b) = (pair[0].min(pair[1]), pair[0].max(pair[1]));
                let result = function.of(&Interval::new(a, b).unwrap()).unwrap();
                let refined = Refined::<60>::from_rational(&Rational::from_f64(a).unwrap())
                    .hull_with(&Rational::from_f64(b).unwrap());
                let refined = function.of(&refined).unwrap();
                for weight in 0..=6_u8 {
                    let x = a + (b - a) * (f64::from(weight) / 6.0);
                    let x = x.clamp(a, b);
                    if x == 0.0 {
                        continue;
                    }
                    let value = function.reference(x);
                    assert!(result.contains(&value), "{function:?} of [{a}, {b}] at {x}");
                    assert!(*refined.lower() <= value && value <= *refined.upper());
                }
            });
        }
    }
}

fn iv(lower: f64, upper: f64) -> Interval {
    Interval::new(lower, upper).unwrap()
}

fn pt(value: f64) -> Interval {
    Interval::point(value).unwrap()
}

#[test]
fn the_few_rational_values() {
    let (zero, one) = (Rational::ZERO, Rational::ONE);
    assert_eq!(zero.exp(), Ok(Rational::ONE));
    assert_eq!(one.ln(), Ok(Rational::ZERO));
    assert_eq!(zero.sin(), Ok(Rational::ZERO));
    assert_eq!(zero.cos(), Ok(Rational::ONE));
    assert_eq!(zero.normal_cdf(), Ok(Rational::ratio(1, 2)));
    assert_eq!(zero.sigmoid(), Ok(Rational::ratio(1, 2)));
    assert_eq!(zero.tanh(), Ok(Rational::ZERO));
    assert_eq!(zero.ln(), Err(Undefined::NotPositiveLogarithm));
    for refused in [one.exp(), one.sin(), one.cos(), one.normal_cdf(), zero.normal_pdf()] {
        assert!(matches!(refused, Err(Undefined::Irrational(_))), "{refused:?}");
    }
    assert_eq!(pt(0.0).exp(), Ok(pt(1.0)));
    assert_eq!(pt(1.0).ln(), Ok(pt(0.0)));
    assert_eq!(pt(0.0).sin(), Ok(pt(0.0)));
    assert_eq!(pt(0.0).cos(), Ok(pt(1.0)));
    assert_eq!(pt(0.0).normal_cdf(), Ok(pt(0.5)));
    let (zero, one) = (Refined::<64>::zero(), Refined::<64>::one());
    assert_eq!((zero.exp().unwrap(), one.ln().unwrap()), (one.clone(), zero.clone()));
    assert_eq!((zero.sin().unwrap(), zero.cos().unwrap()), (zero, one));
}

#[test]
fn unbounded_huge_and_touching_intervals() {
    let line = iv(-INF, INF);
    let max = f64::MAX;
    for (result, lower, upper) in [
        (line.exp(), 0.0, INF),
        (pt(max).exp(), max, INF),
        (pt(-max).exp(), 0.0, TINY),
        (iv(-INF, 0.0).exp(), 0.0, 1.0),
        (iv(0.0, INF).exp(), 1.0, INF),
        (iv(0.0, 1.0).ln(), -INF, 0.0),
        (iv(-3.0, 1.0).ln(), -INF, 0.0),
        (iv(1.0, INF).ln(), 0.0, INF),
        (line.ln(), -INF, INF),
        (line.sin(), -1.0, 1.0),
        (iv(1.0, INF).cos(), -1.0, 1.0),
        (iv(0.0, 7.0).sin(), -1.0, 1.0),
        (iv(-max, max).cos(), -1.0, 1.0),
        (line.normal_cdf(), 0.0, 1.0),
        (pt(max).normal_cdf(), 1.0_f64.next_down(), 1.0),
        (pt(-max).normal_cdf(), 0.0, TINY),
        (pt(max).normal_pdf(), 0.0, TINY),
        (iv(1.0, INF).normal_pdf(), 0.0, pt(1.0).normal_pdf().unwrap().upper()),
        (line.normal_pdf(), 0.0, pt(0.0).normal_pdf().unwrap().upper()),
        (line.sigmoid(), 0.0, 1.0),
        (line.softplus(), 0.0, INF),
        (line.tanh(), -1.0, 1.0),
    ] {
        assert_eq!(result, Ok(iv(lower, upper)));
    }
    assert_eq!(pt(0.0).ln(), Err(Undefined::NotPositiveLogarithm));
    assert_eq!(iv(-2.0, -1.0).ln(), Err(Undefined::NotPositiveLogarithm));
    assert!(pt(TINY).ln().unwrap().contains_f64(-744.4400719213812));
    assert_eq!(pt(TINY).sin(), Ok(iv(0.0, TINY)));
    assert_eq!(pt(TINY).exp(), Ok(iv(1.0, 1.0_f64.next_up())));
    // Peaks inside, and none.
    assert_eq!(iv(1.5, 1.6).sin().unwrap().upper(), 1.0);
    assert_eq!(iv(-0.1, 0.1).cos().unwrap().upper(), 1.0);
    assert_eq!(iv(3.1, 3.2).cos().unwrap().lower(), -1.0);
    assert_eq!(iv(4.7, 4.8).sin().unwrap().lower(), -1.0);
    assert!(
        iv(0.1, 1.5).sin().unwrap().upper() < 1.0 && iv(0.1, 3.1).cos().unwrap().lower() > -1.0
    );
    // Rational ends: a number that cannot be written down is refused, not waited for.
    let huge = Refined::<64>::from_rational(&Rational::two_to(5000));
    assert!(matches!(huge.exp(), Err(Undefined::Budget(_))));
    assert!(matches!(huge.sin(), Err(Undefined::Budget(_))));
    assert!(huge.negated().exp().unwrap().upper().is_positive());
    assert_eq!(*huge.normal_cdf().unwrap().upper(), Rational::ONE);
    assert!(Refined::<64>::zero().ln().is_err());
}

/// The functions that are composed of these agree with their floats.
#[test]
fn derived_functions_contain_the_floats() {
    for x in [-800.0, -40.0, -1.0, -1e-9, 0.0, 0.3, 2.0, 36.0, 800.0_f64] {
        let near = |result: Interval, value: f64| {
            let slack = 1e-15 + 4.0 * f64::EPSILON * value.abs();
            let around = iv(result.lower() - slack, result.upper() + slack);
            assert!(around.contains_f64(value) && result.width() < 1e-12, "{x}: {result} {value}");
        };
        near(pt(x).sigmoid().unwrap(), 1.0 / (1.0 + (-x).exp()));
        near(pt(x).tanh().unwrap(), x.tanh());
        near(pt(x).softplus().unwrap(), x.max(0.0) + (-x.abs()).exp().ln_1p());
        near(pt(x).normal_cdf().unwrap(), x.normal_cdf().unwrap());
        assert!(((-1.0_f64).normal_cdf().unwrap() - 0.158_655_253_931_457_05).abs() < 1e-16);
        near(pt(x).normal_pdf().unwrap(), x.normal_pdf().unwrap());
    }
}
