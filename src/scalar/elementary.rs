//! exp, ln, sin, cos and the normal law on intervals, with float or rational ends.
//!
//! The ends are enclosed by [`functions`] and rounded outward; what is left is where a function is
//! monotone, and what happens at the ends of the range of floats.

use super::ball::Ball;
use super::{Interval, Rational, Scalar, Undefined, functions};
use dashu_int::IBig;

/// The relative precision of the value of a function, before it is rounded to 53 bits: two floats
/// fail to enclose it only where it lies within 2^−40 units of one.
const BITS: usize = 96;

const TINY: f64 = 5e-324; // the smallest subnormal
const BELOW_ONE: f64 = 1.0 - f64::EPSILON / 2.0;

/// The ends of an increasing function.
fn increasing(x: &Interval, ends: impl Fn(f64) -> (f64, f64)) -> Interval {
    let (lower, upper) = ends(x.lower());
    let upper = if is_point(x) { upper } else { ends(x.upper()).1 };
    Interval::of(lower, upper)
}

#[allow(clippy::float_cmp, reason = "the two ends are the same float or they are not")]
fn is_point(x: &Interval) -> bool {
    x.lower() == x.upper()
}

pub(super) fn exp(x: &Interval) -> Interval {
    increasing(x, |x| match x {
        0.0 => (1.0, 1.0),
        // e^710 > f64::MAX and e^−746 < 2^−1075.
        710.0.. => (f64::MAX, f64::INFINITY),
        ..=-746.0 => (0.0, TINY),
        _ => {
            let (lower, upper) = functions::exp(&Ball::of_float(x), BITS).floats();
            if x > 0.0 { (lower.max(1.0), upper) } else { (lower, upper.min(1.0)) }
        }
    })
}

/// `x` has a positive member.
pub(super) fn ln(x: &Interval) -> Interval {
    increasing(x, |x| match x {
        ..=0.0 => (f64::NEG_INFINITY, f64::NEG_INFINITY),
        1.0 => (0.0, 0.0),
        f64::INFINITY => (f64::MAX, f64::INFINITY),
        _ => functions::ln(&Ball::of_float(x), BITS).floats(),
    })
}

pub(super) fn normal_cdf(x: &Interval) -> Interval {
    increasing(x, |x| match x {
        0.0 => (0.5, 0.5),
        // Φ(−39) < e^(−39²/2) < 2^−1075.
        39.0.. => (BELOW_ONE, 1.0),
        ..=-39.0 => (0.0, TINY),
        _ => {
            let (lower, upper) = functions::normal_cdf(&Ball::of_float(x), BITS).floats();
            (lower, upper.min(1.0))
        }
    })
}

/// Rises up to 0 and falls from there.
pub(super) fn normal_pdf(x: &Interval) -> Interval {
    let magnitudes = x.abs();
    let ends = |x: f64| match x {
        39.0.. => (0.0, TINY),
        _ => functions::normal_pdf(&Ball::of_float(x), BITS).floats(),
    };
    let (lower, upper) = ends(magnitudes.lower());
    let lower = if is_point(&magnitudes) { lower } else { ends(magnitudes.upper()).0 };
    Interval::of(lower, upper)
}

/// 1 − 2/(e^2x + 1), which rounding must not take beyond ±1.
pub(super) fn tanh(x: &Interval) -> Result<Interval, Undefined> {
    let two = Interval::of(2.0, 2.0);
    let rest = two.over(&exp(&two.times(x)).plus(&Interval::one()))?;
    let value = Interval::one().minus(&rest);
    Ok(Interval::of(value.lower().max(-1.0), value.upper().min(1.0)))
}

/// ln(1 + e^x), each end by the form that does not overflow there.
pub(super) fn softplus(x: &Interval) -> Result<Interval, Undefined> {
    let end = |x: f64| {
        let Some(point) = Interval::point(x) else {
            return Ok(Interval::of(0.0, f64::INFINITY)); // of an unbounded end, only its own side
        };
        let of = |x: &Interval| Interval::one().plus(&exp(x)).ln();
        if x <= 0.0 { of(&point) } else { Ok(point.plus(&of(&point.negated())?)) }
    };
    Ok(Interval::of(end(x.lower())?.lower(), end(x.upper())?.upper()))
}

pub(super) fn sin(x: &Interval) -> Interval {
    wave(x, functions::sin, 1, 0.0)
}

pub(super) fn cos(x: &Interval) -> Interval {
    wave(x, functions::cos, 0, 1.0)
}

/// A sine with a peak at `peak` quarter turns, and the value `start` at 0.
fn wave(x: &Interval, of: fn(&Ball, usize) -> Ball, peak: u8, start: f64) -> Interval {
    // 2π < 6.3; that also holds unbounded intervals.
    if x.width() >= 6.3 {
        return Interval::of(-1.0, 1.0);
    }
    let ends = |x: f64| {
        if x == 0.0 {
            return (start, start);
        }
        let (lower, upper) = of(&Ball::of_float(x), BITS).floats();
        match start == 0.0 {
            // |sin x| < |x|, which the digits of a tiny x do not tell.
            true if x > 0.0 => (lower, upper.min(x)),
            true => (lower.max(x), upper),
            false => (lower, upper),
        }
    };
    let (mut lower, mut upper) = ends(x.lower());
    if !is_point(x) {
        let (below, above) = ends(x.upper());
        (lower, upper) = (lower.min(below), upper.max(above));
        let [from, to] = [x.lower(), x.upper()].map(Ball::of_float);
        let [trough, peak] = turning_points(&from, &to, peak, BITS);
        lower = if trough { -1.0 } else { lower };
        upper = if peak { 1.0 } else { upper };
    }
    Interval::of(lower.max(-1.0), upper.min(1.0))
}

/// Whether a trough and a peak may lie between the two.
fn turning_points(from: &Ball, to: &Ball, peak: u8, bits: usize) -> [bool; 2] {
    let [first, _] = functions::quarter_turns(from, bits);
    let [_, last] = functions::quarter_turns(to, bits);
    let reaches = |phase: u8| {
        // The first multiple after `first` that is `phase` modulo 4.
        let ahead = (IBig::from(phase) - &first - IBig::ONE) & IBig::from(3);
        &first + IBig::ONE + ahead <= last
    };
    [reaches(peak + 2), reaches(peak)]
}

/// Bounds of e^x.
///
/// # Errors
/// [`Undefined::Budget`] from x = 2^14 on.
pub(super) fn rational_exp(x: &Rational, bits: u32) -> Result<(Rational, Rational), Undefined> {
    if x.is_zero() {
        return Ok((Rational::ONE, Rational::ONE));
    }
    let ball = Ball::of_rational(x, bits as usize + 40);
    if ball.top() <= functions::MAX_TOP {
        return Ok(ends(&functions::exp(&ball, bits as usize + 8)));
    }
    if x.is_positive() {
        return Err(Undefined::Budget("exp of a number beyond 2^13".into()));
    }
    // e^(−2^13) < 2^−(2^13)
    Ok((Rational::ZERO, Rational::two_to(-(1 << (functions::MAX_TOP - 1)))))
}

/// Bounds of ln x, x > 0.
pub(super) fn rational_ln(x: &Rational, bits: u32) -> (Rational, Rational) {
    if *x == Rational::ONE {
        return (Rational::ZERO, Rational::ZERO);
    }
    // Near 1, the digits of x − 1 are what counts.
    let lost = x.minus(&Rational::ONE).binary_exponent().min(0).unsigned_abs();
    let ball = Ball::of_rational(x, (bits + lost) as usize + 40);
    ends(&functions::ln(&ball, (bits + lost) as usize + 8))
}

/// Bounds of Φ(x).
pub(super) fn rational_normal_cdf(x: &Rational, bits: u32) -> (Rational, Rational) {
    let half = Rational::ratio(1, 2);
    let small = Rational::two_to(-4096); // Φ(−128) < e^(−8192)
    if x.is_zero() {
        (half.clone(), half)
    } else if x.abs() < Rational::integer(128) {
        let ball = Ball::of_rational(x, bits as usize + 60);
        ends(&functions::normal_cdf(&ball, bits as usize + 8))
    } else if x.is_negative() {
        (Rational::ZERO, small)
    } else {
        (Rational::ONE.minus(&small), Rational::ONE)
    }
}

/// Bounds of φ(x).
pub(super) fn rational_normal_pdf(x: &Rational, bits: u32) -> (Rational, Rational) {
    if x.abs() < Rational::integer(128) {
        let ball = Ball::of_rational(x, bits as usize + 60);
        ends(&functions::normal_pdf(&ball, bits as usize + 8))
    } else {
        (Rational::ZERO, Rational::two_to(-4096)) // φ(128) < e^(−8192)
    }
}

/// Bounds of the sine (or cosine) on `[lower, upper]`.
///
/// # Errors
/// [`Undefined::Budget`] beyond 2^4096, where the reduction would need too many digits of π.
pub(super) fn rational_wave(
    lower: &Rational,
    upper: &Rational,
    is_sine: bool,
    bits: u32,
) -> Result<[Rational; 2], Undefined> {
    let one = Rational::ONE;
    if upper.minus(lower) >= Rational::integer(7) {
        return Ok([one.negated(), one]);
    }
    let (of, peak): (fn(&Ball, usize) -> Ball, _) =
        if is_sine { (functions::sin, 1) } else { (functions::cos, 0) };
    let bits = bits as usize + 8;
    let ball = |x: &Rational| {
        let size = x.binary_exponent().max(0) as usize;
        if size > 4096 {
            return Err(Undefined::Budget("sine of a number beyond 2^4096".into()));
        }
        Ok(Ball::of_rational(x, bits + size + 40))
    };
    let value = |x: &Rational, ball: &Ball| match (x.is_zero(), is_sine) {
        (true, true) => (Rational::ZERO, Rational::ZERO),
        (true, false) => (Rational::ONE, Rational::ONE),
        _ => ends(&of(ball, bits)),
    };
    let (from, to) = (ball(lower)?, ball(upper)?);
    let ((a, b), (c, d)) = (value(lower, &from), value(upper, &to));
    let [trough, peak] =
        if lower == upper { [false; 2] } else { turning_points(&from, &to, peak, bits) };
    let least = if trough { one.negated() } else { a.min(c).max(one.negated()) };
    let greatest = if peak { one } else { b.max(d).min(one) };
    Ok([least, greatest])
}

fn ends(ball: &Ball) -> (Rational, Rational) {
    let [lower, upper] = ball.rationals();
    (lower, upper)
}
