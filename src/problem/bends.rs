//! The constants of h(t) = t² + α sin² t, α ≥ 0, by interval branch and bound.
//!
//! With sinc t = sin t/t:
//!
//! * h'(t)t − h(t) ≥ (m/2)t² for every t iff m ≤ 2 + 2α·min r with r(t) = 2 sinc 2t − sinc² t. So
//!   one minimum, about −0.5696 near t = 2.18, gives the constant of strong quasi-convexity for every
//!   α; it is positive up to α ≈ 1.755, beyond α = 1 where h stops being convex.
//! * ½h'(t)² ≥ m h(t) iff m ≤ p(t) = 2(1 + α sinc 2t)²/(1 + α sinc² t), a minimum for each α; it is
//!   zero once h has other critical points, from α ≈ 4.603.
//! * h'(t)² ≤ 2(2 + 2α) h(t), because h'' ≤ 2 + 2α and h ≥ 0; the limit t → 0 attains it.
//!
//! Both are even in t. Minima are rounded down, and a test finds points within 1e-3 of them.

use crate::scalar::{Interval, Rational, Scalar};
use std::collections::BTreeMap;
use std::sync::{Mutex, OnceLock, PoisonError};

/// The largest certified m with h'(t)t − h(t) ≥ (m/2)t² for every t, near-tight; 0 if none is
/// positive.
pub fn quasi_convexity(bend: &Rational) -> Rational {
    static MINIMUM: OnceLock<Rational> = OnceLock::new();
    // |r(t)| ≤ 1/t + 1/t² < 1/4 from t = 5 on.
    let minimum = MINIMUM.get_or_init(|| smallest(quasi_ratio, 5.0));
    let m = Rational::ONE.plus(&bend.times(minimum)).times(&Rational::integer(2));
    m.max(Rational::ZERO)
}

/// The largest certified m with ½h'(t)² ≥ m h(t) for every t, near-tight; 0 if none is positive.
pub fn polyak_lojasiewicz(bend: &Rational) -> Rational {
    static KNOWN: Mutex<BTreeMap<Rational, Rational>> = Mutex::new(BTreeMap::new());
    if bend.is_zero() {
        return Rational::integer(2);
    }
    let known = || KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(m) = known().get(bend) {
        return m.clone();
    }
    let m = smallest(|t| pl_ratio(bend, t), pl_horizon(bend)).max(Rational::ZERO);
    known().insert(bend.clone(), m.clone());
    m
}

/// Where p(t) ≥ (2t − α)²/(2(t² + α)), which increases from t = α/2 on, is above p(π/2) =
/// 2/(1 + 4α/π²): beyond it there is no minimum.
fn pl_horizon(bend: &Rational) -> f64 {
    // p(π/2) < 2/(1 + 2α/5), because 4/π² > 2/5.
    let below = Rational::integer(2)
        .over(&Rational::ONE.plus(&bend.times(&Rational::ratio(2, 5))))
        .unwrap_or(Rational::integer(2));
    let mut t = Rational::integer(8).max(bend.times(&Rational::integer(2)));
    let reaches = |t: &Rational| {
        let top = t.plus(t).minus(bend).squared();
        let bottom = t.squared().plus(bend).times(&Rational::integer(2));
        top >= below.times(&bottom)
    };
    while !reaches(&t) {
        t = t.plus(&t);
    }
    Interval::from_rational(&t).upper()
}

fn quasi_ratio(t: Interval) -> Interval {
    let two = point(2.0);
    two.times(&sinc(two.times(&t))).minus(&sinc(t).squared())
}

fn pl_ratio(bend: &Rational, t: Interval) -> Interval {
    let (two, bend) = (point(2.0), Interval::from_rational(bend));
    let top = Interval::one().plus(&bend.times(&sinc(two.times(&t)))).squared();
    let bottom = Interval::one().plus(&bend.times(&sinc(t).squared()));
    two.times(&top).over(&bottom).unwrap_or_else(|_| everything())
}

/// sinc on an interval within [0, ∞).
fn sinc(t: Interval) -> Interval {
    // It decreases on [0, 4.49], up to its first minimum; there its ends are its values at the ends.
    if t.upper() <= 4.0 {
        let (low, high) = (sinc_at(t.upper()), sinc_at(t.lower()));
        return low.hull(&high);
    }
    t.sin().and_then(|sine| sine.over(&t)).unwrap_or_else(|_| everything())
}

fn sinc_at(t: f64) -> Interval {
    let t = point(t);
    if t.upper() < 0.01 {
        // 1 − t²/6 ≤ sinc t ≤ 1.
        let least = Interval::one().minus(&t.squared().over(&point(6.0)).unwrap_or(point(0.0)));
        return least.hull(&Interval::one());
    }
    t.sin().and_then(|sine| sine.over(&t)).unwrap_or_else(|_| everything())
}

fn point(value: f64) -> Interval {
    Interval::point(value).unwrap_or_else(everything)
}

fn everything() -> Interval {
    let whole = Interval::new(f64::NEG_INFINITY, f64::INFINITY);
    whole.unwrap_or_else(|| Interval::from_rational(&Rational::ZERO))
}

/// Branch and bound stops when the certified bound is this near to a value that is attained.
const TOLERANCE: f64 = 1e-5;
/// Boxes narrower than this are not split.
const NARROW: f64 = 1e-9;

/// A lower bound of the minimum over [0, horizon], near-tight.
fn smallest(value: impl Fn(Interval) -> Interval, horizon: f64) -> Rational {
    let count = 64;
    let end = |i: i32| horizon * f64::from(i) / f64::from(count);
    let mut boxes: Vec<(f64, f64)> = (0..count).map(|i| (end(i), end(i + 1))).collect();
    let mut attained = f64::INFINITY;
    let mut bound = f64::INFINITY;
    while let Some((low, high)) = boxes.pop() {
        let here = Interval::new(low, high).map_or_else(everything, &value);
        let middle = low.midpoint(high);
        attained = attained.min(value(point(middle)).upper());
        if here.lower() >= attained - TOLERANCE || high - low < NARROW {
            bound = bound.min(here.lower());
        } else {
            boxes.push((low, middle));
            boxes.push((middle, high));
        }
    }
    let bound = Rational::from_f64(bound).unwrap_or_else(|| Rational::integer(-1));
    // Down to a short number.
    bound.minus(&Rational::two_to(-22)).round_to_dyadic(-21)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn q(text: &str) -> Rational {
        text.parse().unwrap()
    }

    /// The excess of the constants over what a point shows; a constant that is larger by 1e-3 is
    /// refuted at some point of a fine grid, with certainty.
    fn refuted(bend: &Rational, m: &Rational, quasi: bool) -> bool {
        let (bend, m) = (Interval::from_rational(bend), Interval::from_rational(m));
        (1..4_000).any(|i| {
            let t = point(f64::from(i) / 400.0);
            let [h, slope, _] = crate::problem::waves::wave(&bend, &t).unwrap();
            let half = point(0.5);
            let slack = if quasi {
                slope.times(&t).minus(&h).minus(&half.times(&m).times(&t.squared()))
            } else {
                half.times(&slope.squared()).minus(&m.times(&h))
            };
            slack.upper() < 0.0
        })
    }

    #[test]
    fn constants_hold_on_a_grid_and_their_neighbours_do_not() {
        for bend in ["1/2", "1", "5/4", "8/5", "3", "4"].map(q) {
            for quasi in [true, false] {
                let m = if quasi { quasi_convexity(&bend) } else { polyak_lojasiewicz(&bend) };
                assert!(m.is_zero() || !refuted(&bend, &m, quasi), "{bend} {m}");
                let above = m.times(&q("1001/1000")).plus(&q("1/100000"));
                assert!(refuted(&bend, &above, quasi), "{bend} {m}");
            }
        }
    }

    #[test]
    fn known_values() {
        // x² + 3 sin² x satisfies the inequality with 1/32, as is well known; the best is larger.
        assert!(polyak_lojasiewicz(&q("3")) > q("1/32"));
        assert_eq!(polyak_lojasiewicz(&q("0")), q("2"));
        assert!(quasi_convexity(&q("17/10")).is_positive());
        assert!(quasi_convexity(&q("9/5")).is_zero());
        assert!(polyak_lojasiewicz(&q("5")).is_zero(), "there are other critical points");
    }
}
