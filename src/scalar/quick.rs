//! e^x at the speed of floats, with a proved bound on its error.
//!
//! [`Interval::exp`](super::Scalar::exp) encloses to two units in the last place and takes
//! microseconds; where millions of values are needed and 14 digits suffice, this takes nanoseconds.
//! The bound rests on IEEE sums and products alone, and on no function of the standard library.

use super::{Interval, Scalar, Undefined};

/// ln 2 to 32 digits, so that its product with a whole number below 2^21 is exact.
const LN_2_HEAD: f64 = f64::from_bits(0x3fe6_2e42_fee0_0000);
/// What is missing from it, to within 2^−85.
const LN_2_TAIL: f64 = f64::from_bits(0x3dea_39ef_3579_3c76);

/// Arguments beyond this are left to the slow function.
const LARGEST: f64 = 700.0;
/// The degree of the series.
const DEGREE: usize = 13;
/// Twice the relative error of [`value`]: room for the rounding of the bounds themselves.
const MARGIN: f64 = 1.0 / (1u64 << 46) as f64;

/// 1/n!, each to the nearest float.
const fn coefficients() -> [f64; DEGREE + 1] {
    let mut coefficients = [1.0; DEGREE + 1];
    let (mut n, mut factorial) = (1, 1.0);
    while n <= DEGREE {
        factorial *= n as f64; // 13! < 2^53: exact
        coefficients[n] = 1.0 / factorial;
        n += 1;
    }
    coefficients
}

/// An enclosure of e^x to about 14 digits.
///
/// # Errors
/// As for [`Scalar::exp`].
pub fn exp(x: &Interval) -> Result<Interval, Undefined> {
    let (lower, upper) = (x.lower(), x.upper());
    if lower < -LARGEST || upper > LARGEST {
        return x.exp();
    }
    let below = value::<DEGREE>(lower) * (1.0 - MARGIN);
    let above = value::<DEGREE>(upper) * (1.0 + MARGIN);
    Ok(Interval::of(below, above))
}

/// e^x with a relative error below 2^−47 for |x| ≤ 700 and the full degree.
///
/// With k the nearest whole number to x/ln 2, r = x − k ln 2 is below 0.35 in magnitude, and e^x is
/// 2^k e^r. In units u = 2^−53: r is off by at most 0.8u, two differences below 0.35 being rounded, as
/// k·`LN_2_HEAD` is exact and the rest is below 2^−70. The series is cut off at 0.35^14/14!, below
/// 0.05u. Its 14 rounded coefficients and Horner's 13 sums and products leave a relative error of at
/// most γ_28 in each term r^n/n!, altogether γ_28·e^0.35, which is 57u beside e^r ≥ e^−0.35. The sum
/// is below 64u. Multiplying by 2^k is exact, as |k| ≤ 1010.
#[inline(always)]
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "|k| is at most 1010")]
fn value<const TERMS: usize>(x: f64) -> f64 {
    const COEFFICIENTS: [f64; DEGREE + 1] = coefficients();
    let k = (x * std::f64::consts::LOG2_E).round();
    let r = (x - k * LN_2_HEAD) - k * LN_2_TAIL;
    let mut sum = COEFFICIENTS[TERMS];
    for n in (0..TERMS).rev() {
        sum = sum * r + COEFFICIENTS[n];
    }
    sum * f64::from_bits(((k as i64 + 1023) as u64) << 52)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How many arguments a series of this degree fails to enclose within the margin.
    fn missed<const TERMS: usize>() -> usize {
        let within = |x: f64| {
            let exact = Interval::point(x).unwrap().exp().unwrap();
            let value = value::<TERMS>(x);
            value * (1.0 - MARGIN) <= exact.lower() && exact.upper() <= value * (1.0 + MARGIN)
        };
        let spread = (-3500..=3500).map(|k| f64::from(k) / 5.0);
        // The ends of the reduced range, where the series is at its worst.
        let halves = (-1009..=1009).map(|k| (f64::from(k) + 0.5) * std::f64::consts::LN_2);
        let tiny = (1..60).flat_map(|k| [0.5f64.powi(k), -0.5f64.powi(k)]);
        spread.chain(halves).chain(tiny).filter(|x| !within(*x)).count()
    }

    #[test]
    fn the_bound_holds_and_a_shorter_series_breaks_it() {
        assert_eq!(missed::<DEGREE>(), 0);
        assert!(missed::<10>() > 1000);
    }

    #[test]
    fn intervals_are_enclosed_and_far_arguments_left_to_the_slow_function() {
        for (lower, upper) in [(-2.5, 1.25), (0.0, 0.0), (-800.0, 3.0), (699.0, 701.0)] {
            let x = Interval::new(lower, upper).unwrap();
            let (quick, exact) = (exp(&x).unwrap(), x.exp().unwrap());
            assert!(quick.lower() <= exact.lower() && exact.upper() <= quick.upper(), "{x}");
            assert!(quick.lower() >= exact.lower() * (1.0 - 3.0 * MARGIN), "{x}");
            assert!(quick.upper() <= exact.upper() * (1.0 + 3.0 * MARGIN), "{x}");
        }
    }
}
