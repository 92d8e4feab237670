//! exp, ln, sin, cos and the normal law, to any precision, with an error bound.
//!
//! Each function takes a [`Ball`] and returns one that holds the value at every member: the argument
//! is reduced by enclosed multiples of ln 2 or π/2 and a power series is summed in big integers with
//! its truncation bounded. No function of the standard library is trusted. `bits` is the relative
//! precision asked for; the width that comes out is what the returned ball says it is.

use super::ball::{Ball, series};
use dashu_int::{IBig, UBig};
use std::sync::LazyLock;

/// Digits that rounding errors of the series may eat.
const GUARD: usize = 32;

/// Arguments of [`exp`] are below 2^`MAX_TOP` in magnitude, so that its value can be written down.
pub(super) const MAX_TOP: i64 = 14;

/// e^x, for |x| < 2^[`MAX_TOP`].
pub(super) fn exp(x: &Ball, bits: usize) -> Ball {
    assert!(x.top() <= MAX_TOP, "the caller bounds the argument");
    let fine = (bits + GUARD + MAX_TOP as usize) as i64;
    let ((value, error), (ln2, ln2_error)) = (x.fixed(fine), ln2(fine as usize).fixed(fine));
    let turns = nearest_quotient(&value, &ln2);
    let rest = value - &turns * ln2;
    let count = i64::try_from(turns.clone()).unwrap_or(0);
    let rest_error = error + ln2_error * UBig::from(count.unsigned_abs());
    let places = bits + GUARD;
    let (z, z_error) = Ball::new(rest, rest_error, -fine).fixed(places as i64);
    series((&z, &z_error), places, |n| (1, n + 1)).scaled(count)
}

/// The natural logarithm of a positive ball.
pub(super) fn ln(x: &Ball, bits: usize) -> Ball {
    let places = bits + GUARD;
    let (mantissa, error, exponent) = x.parts();
    assert!(IBig::from(error << 8) <= *mantissa, "the argument is positive and well known");
    // x = f·2^k with f between 2/3 and 4/3: no cancellation between k·ln 2 and ln f.
    let mut digits = x.top() - exponent;
    if mantissa * IBig::from(3) < IBig::from(2) << digits as usize {
        digits -= 1;
    }
    let one = IBig::ONE << digits as usize;
    let count = exponent + digits;
    let over = Ball::new(mantissa - &one, error.clone(), 0);
    let under = Ball::new(mantissa + &one, error.clone(), 0);
    // ln f = 2 artanh s, s = (f − 1)/(f + 1).
    let s = over.over(&under, places);
    let near_one = s.times(&inverse_tangent_ratio(&s, false, places), places).scaled(1);
    if count == 0 {
        return near_one;
    }
    near_one.plus(&ln2(places).times(&Ball::exact(count, 0), places), places)
}

/// The sine.
pub(super) fn sin(x: &Ball, bits: usize) -> Ball {
    let (turns, rest) = reduce(x, bits);
    quarter(&turns, &rest, bits)
}

/// The cosine.
pub(super) fn cos(x: &Ball, bits: usize) -> Ball {
    let (turns, rest) = reduce(x, bits);
    quarter(&(turns + IBig::ONE), &rest, bits)
}

/// The density of the standard normal law, φ(x) = e^(−x²/2)/√(2π).
pub(super) fn normal_pdf(x: &Ball, bits: usize) -> Ball {
    let digits = bits + GUARD;
    // The square is kept whole, as its absolute error counts.
    let square = x.times(x, usize::MAX).scaled(-1).negated();
    let scale = pi(digits).scaled(1).root(digits);
    exp(&square, digits).over(&scale, digits)
}

/// The distribution function of the standard normal law, Φ(x).
pub(super) fn normal_cdf(x: &Ball, bits: usize) -> Ball {
    // Of ½ − ½ some 15 digits are left below −4.
    let digits = bits + 2 * GUARD;
    let negative = x.sign() == Some(false);
    let a = if negative { x.clone().negated() } else { x.clone() };
    let density = normal_pdf(&a, digits);
    let half = Ball::exact(1, -1);
    if a.top() <= 2 {
        // Φ(a) = ½ + φ(a)·Σ a^(2n+1)/(1·3···(2n+1)), all terms of one sign.
        let (z, z_error) = a.times(&a, digits).fixed(digits as i64);
        let sum = series((&z, &z_error), digits, |n| (1, 2 * n + 3));
        let part = density.times(&a, digits).times(&sum, digits);
        return half.plus(&if negative { part.negated() } else { part }, digits);
    }
    let tail = density.over(&inverse_mills_ratio(&a, digits), digits);
    if negative { tail } else { Ball::exact(1, 0).plus(&tail.negated(), 2 * digits) }
}

/// φ(a)/(1 − Φ(a)) for a ≥ 2, by Laplace's continued fraction a + 1/(a + 2/(a + 3/(a + ···))).
///
/// With I_n = ∫_a^∞ (t−a)^n/n! φ(t) dt > 0, I_{−1} = φ(a), integration by parts gives
/// (n+1)I_{n+1} = I_{n−1} − a·I_n. So T_n = I_{n−2}/I_{n−1} is a + n/T_{n+1} ≥ a: the part that is cut
/// off lies between a and a + n/a. The fraction is monotone in it, so its two ends are followed.
fn inverse_mills_ratio(a: &Ball, bits: usize) -> Ball {
    // A step multiplies the relative error by n/T², about 1 − a/√n for n above a² and n/a² below:
    // N steps by e^(−2a√N), or by less than 2^−8N.
    let whole = usize::try_from(a.fixed(0).0).unwrap_or(1).max(1);
    let steps = (bits + 8).pow(2) / (8 * whole * whole) + bits / 8;
    let cut = a.plus(&Ball::exact(steps as i64, 0).over(a, bits), bits);
    let [one, other] = [a.clone(), cut].map(|start| {
        (1..steps)
            .rev()
            .fold(start, |tail, n| a.plus(&Ball::exact(n as i64, 0).over(&tail, bits), bits))
    });
    one.hull(&other)
}

/// The number of quarter turns at or below x, as a lower and an upper bound.
pub(super) fn quarter_turns(x: &Ball, bits: usize) -> [IBig; 2] {
    let (turns, rest) = reduce(x, bits);
    match rest.sign() {
        Some(true) => [turns.clone(), turns],
        Some(false) => [&turns - IBig::ONE, turns - IBig::ONE],
        None => [&turns - IBig::ONE, turns],
    }
}

/// The sine of the rest plus so many quarter turns.
fn quarter(turns: &IBig, rest: &Ball, bits: usize) -> Ball {
    let places = bits + GUARD;
    let (z, z_error) = rest.times(rest, places).fixed(places as i64);
    let phase = turns.clone() & IBig::from(3);
    let value = if phase.clone() & IBig::ONE == IBig::ONE {
        series((&z, &z_error), places, |n| (-1, (2 * n + 1) * (2 * n + 2)))
    } else {
        let ratio = series((&z, &z_error), places, |n| (-1, (2 * n + 2) * (2 * n + 3)));
        rest.times(&ratio, places)
    };
    if phase >= IBig::from(2) { value.negated() } else { value }
}

/// The k and r with x = kπ/2 + r and |r| at most about π/4.
fn reduce(x: &Ball, bits: usize) -> (IBig, Ball) {
    // A float comes within 2^−61 of a multiple of π/2, but not nearer.
    let places = (bits + GUARD + 64) as i64;
    let fine = places + x.top().max(0);
    let ((value, error), (half_pi, pi_error)) =
        (x.fixed(fine), pi(fine as usize).scaled(-1).fixed(fine));
    let turns = nearest_quotient(&value, &half_pi);
    if turns == IBig::ZERO {
        return (turns, x.clone().rounded(bits + GUARD)); // as precise as x itself
    }
    let rest = value - &turns * half_pi;
    let count = UBig::try_from(if turns < IBig::ZERO { -&turns } else { turns.clone() });
    let rest_error = error + pi_error * count.unwrap_or(UBig::ZERO);
    (turns, Ball::new(rest, rest_error, -fine).rounded(bits + GUARD))
}

/// The integer nearest to a quotient of positive divisor; any nearby one would be correct.
fn nearest_quotient(over: &IBig, under: &IBig) -> IBig {
    let doubled: IBig = (over << 1) + under;
    let (divisor, zero) = (under << 1, IBig::ZERO);
    let quotient = &doubled / &divisor;
    // Division truncates: below zero, the floor is one less.
    if doubled < zero && &quotient * &divisor != doubled { quotient - IBig::ONE } else { quotient }
}

/// arctan(s)/s if `circular`, else artanh(s)/s, for |s| ≤ 1/2.
fn inverse_tangent_ratio(s: &Ball, circular: bool, places: usize) -> Ball {
    let (z, z_error) = s.times(s, places).fixed(places as i64);
    let sign = if circular { -1 } else { 1 };
    series((&z, &z_error), places, |n| (sign * (2 * n + 1), 2 * n + 3))
}

/// `scale`·arctan(1/n), or artanh.
fn inverse_tangent(scale: i64, n: i64, circular: bool, places: usize) -> Ball {
    let s = Ball::exact(1, 0).over(&Ball::exact(n, 0), places);
    let ratio = inverse_tangent_ratio(&s, circular, places);
    s.times(&ratio, places).times(&Ball::exact(scale, 0), places)
}

/// π by Machin's formula, 16 arctan(1/5) − 4 arctan(1/239).
fn compute_pi(bits: usize) -> Ball {
    let fine = bits + GUARD;
    inverse_tangent(16, 5, true, fine).plus(&inverse_tangent(-4, 239, true, fine), fine)
}

/// ln 2 = 2 artanh(1/3).
fn compute_ln2(bits: usize) -> Ball {
    inverse_tangent(2, 3, false, bits + GUARD)
}

/// Enough for the largest float: 1024 binary digits of quarter turns before the point.
const PI_BITS: usize = 1400;
static PI: LazyLock<Ball> = LazyLock::new(|| compute_pi(PI_BITS));
const LN2_BITS: usize = 400;
static LN2: LazyLock<Ball> = LazyLock::new(|| compute_ln2(LN2_BITS));

fn pi(bits: usize) -> Ball {
    if bits <= PI_BITS { PI.clone().rounded(bits + GUARD) } else { compute_pi(bits) }
}

fn ln2(bits: usize) -> Ball {
    if bits <= LN2_BITS { LN2.clone().rounded(bits + GUARD) } else { compute_ln2(bits) }
}
