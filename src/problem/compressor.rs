//! Compressors: random maps 𝒞 of a point, with their outcomes, and the smallest ω with
//! E‖𝒞(y) − y‖² ≤ ω‖y‖² for every y where they are unbiased.

use super::{MAX_BATCHES, Sampling};
use crate::linear::{Matrix, norm_sq, scale};
use crate::scalar::{Rational, Scalar, Undefined};
use serde::{Deserialize, Serialize};
use std::cmp::Ordering;

/// What is done to the point after a step.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Compressor {
    /// (1 + ω)y with probability 1/(1 + ω), else 0, with the ω of the instance.
    #[default]
    Bernoulli,
    /// d/k times k coordinates drawn uniformly; the others become 0. ω = d/k − 1.
    RandK(usize),
    /// Every coordinate is rounded at random to one of the two nearest of s + 1 equidistant levels
    /// between 0 and max|y_i|, unbiased and independently. ω = ½(√(1 + (d − 1)/s²) − 1).
    Dithering(u32),
    /// Every coordinate is rounded at random to one of the two nearest powers of two, unbiased and
    /// independently. ω = 1/8.
    Natural,
    /// Keeps the marked coordinates. Biased.
    Mask(Vec<bool>),
    /// Keeps the k largest coordinates in absolute value. Biased.
    TopK(usize),
}

/// Why a compressor is not one of variance ω.
#[derive(Clone, Debug, PartialEq)]
pub enum Excess {
    /// E𝒞(y) ≠ y at this point.
    Biased(Vec<Rational>),
    /// E‖𝒞(y) − y‖² is above, or comes arbitrarily close to what is above, ω‖y‖² near this point.
    Variance(Vec<Rational>),
}

/// E D and E D ⊗ D of a random diagonal matrix D with 𝒞(y) = Dy.
#[derive(Clone, Debug)]
pub struct Multipliers<S> {
    /// E D_i.
    pub first: Vec<S>,
    /// E D_iD_j.
    pub second: Matrix<S>,
}

impl Compressor {
    /// Every outcome of 𝒞(y), with its probability.
    ///
    /// # Errors
    /// [`Undefined::Budget`] if there are too many; [`Undefined::NotCertified`] if an enclosure of y
    /// does not tell what happens to it.
    pub fn outcomes<S: Scalar>(&self, omega: &S, y: &[S]) -> Result<Vec<(S, Vec<S>)>, Undefined> {
        match self {
            Self::Bernoulli => {
                let factor = S::one().plus(omega);
                let kept = S::one().over(&factor)?;
                let dropped = S::one().minus(&kept);
                Ok(vec![(kept, scale(&factor, y)), (dropped, vec![S::zero(); y.len()])])
            }
            Self::RandK(k) => {
                let sets = Sampling::new(y.len(), *k)
                    .ok_or_else(|| Undefined::Missing(format!("{k} of {} coordinates", y.len())))?
                    .batches()?;
                let chance = S::from_rational(&Rational::ratio(1, sets.len() as i64));
                let factor = S::from_rational(&Rational::ratio(y.len() as i64, *k as i64));
                Ok(sets
                    .iter()
                    .map(|set| (chance.clone(), scale(&factor, &kept(y, |i| set.contains(&i)))))
                    .collect())
            }
            Self::Dithering(levels) => {
                let largest = largest(y)?;
                let top = magnitude(&y[largest])?;
                let roundings = y.iter().enumerate().map(|(i, v)| match sign(v)? {
                    Ordering::Equal => Ok(vec![(S::one(), S::zero())]),
                    _ if i == largest => Ok(vec![(S::one(), v.clone())]),
                    sign => dithered(&magnitude(v)?, sign, &top, *levels),
                });
                product(roundings.collect::<Result<_, _>>()?)
            }
            Self::Natural => {
                product(y.iter().map(powers_of_two).collect::<Result<Vec<_>, Undefined>>()?)
            }
            Self::Mask(mask) => Ok(vec![(S::one(), kept(y, |i| mask[i]))]),
            Self::TopK(k) => {
                let mut left: Vec<usize> = (0..y.len()).collect();
                let mut chosen = Vec::new();
                for _ in 0..*k {
                    let rest: Vec<S> = left.iter().map(|i| y[*i].clone()).collect();
                    chosen.push(left.remove(largest(&rest)?));
                }
                Ok(vec![(S::one(), kept(y, |i| chosen.contains(&i)))])
            }
        }
    }

    /// Whether E𝒞(y) = y and E‖𝒞(y) − y‖² ≤ `bound`·‖y‖² for every y of length d, by the formulas
    /// in the description of each variant; `omega` is the one that [`Self::Bernoulli`] uses.
    ///
    /// # Errors
    /// The point that shows that it is not so.
    pub fn check_variance(
        &self,
        d: usize,
        omega: &Rational,
        bound: &Rational,
    ) -> Result<(), Excess> {
        let worst = self.worst_point(d);
        let small = match self {
            Self::Bernoulli => omega <= bound,
            Self::RandK(k) => Rational::ratio(d as i64, *k as i64) <= bound.plus(&Rational::ONE),
            Self::Natural => Rational::ratio(1, 8) <= *bound,
            Self::Dithering(levels) => {
                !bound.is_negative()
                    && dithering_root(d, *levels)
                        <= bound.plus(bound).plus(&Rational::ONE).squared()
            }
            // A mask or a choice of everything is no compression at all.
            Self::Mask(mask) if mask.iter().all(|kept| *kept) => !bound.is_negative(),
            Self::TopK(k) if *k == d => !bound.is_negative(),
            Self::Mask(_) | Self::TopK(_) => return Err(Excess::Biased(worst)),
        };
        if small { Ok(()) } else { Err(Excess::Variance(worst)) }
    }

    /// A point at which E‖𝒞(y) − y‖²/‖y‖² is largest, or within 2⁻³⁰ of it; for a biased compressor
    /// one that shows the bias.
    pub fn worst_point(&self, d: usize) -> Vec<Rational> {
        let unit = |value: Rational| {
            (0..d).map(|i| if i == 0 { value.clone() } else { Rational::ZERO }).collect()
        };
        match self {
            Self::Bernoulli | Self::RandK(_) => unit(Rational::ONE),
            // 4/3 is rounded to 1 or 2: (1/3)(2/3)/(4/3)² = 1/8.
            Self::Natural => unit(Rational::ratio(4, 3)),
            // With y = (1, t, …, t) and τ = st ≤ 1 the ratio is mτ(1 − τ)/(s² + mτ²), m = d − 1,
            // largest at τ = s/(√(s² + m) + s), where it is ½(√(1 + m/s²) − 1). In a higher cell
            // (τ − l)(l + 1 − τ) is what it is at τ − l, and τ² larger; so no other y has more.
            Self::Dithering(levels) => {
                let s = f64::from(*levels);
                let t = 1.0 / ((s * s + d as f64 - 1.0).sqrt() + s);
                let t = Rational::from_f64(t).unwrap_or(Rational::ZERO).round_to_dyadic(-32);
                (0..d).map(|i| if i == 0 { Rational::ONE } else { t.clone() }).collect()
            }
            Self::Mask(mask) => {
                mask.iter().map(|kept| Rational::integer(i64::from(!kept))).collect()
            }
            Self::TopK(_) => vec![Rational::ONE; d],
        }
    }

    /// The smallest ω that it admits in dimension d, rounded up to a multiple of 2⁻²⁰ where it is
    /// irrational; `None` if it has none of its own, or is biased.
    pub fn own_omega(&self, d: usize) -> Option<Rational> {
        match self {
            Self::RandK(k) => Some(Rational::ratio(d as i64 - *k as i64, *k as i64)),
            Self::Natural => Some(Rational::ratio(1, 8)),
            Self::Dithering(levels) => {
                let root = dithering_root(d, *levels).to_f64().sqrt();
                let guess = Rational::from_f64((root - 1.0) / 2.0)?.round_to_dyadic(-20);
                let step = Rational::two_to(-20);
                let tries = [guess.minus(&step), guess.clone(), guess.plus(&step)];
                tries.into_iter().find(|omega| self.check_variance(d, omega, omega).is_ok())
            }
            Self::Bernoulli | Self::Mask(_) | Self::TopK(_) => None,
        }
    }

    /// The moments of D where 𝒞(y) = Dy for a random diagonal matrix D that does not depend on y;
    /// `None` for a compressor that is not linear.
    pub fn multipliers<S: Scalar>(&self, omega: &S, d: usize) -> Option<Multipliers<S>> {
        let one = || vec![S::one(); d];
        match self {
            Self::Bernoulli => {
                let factor = S::one().plus(omega);
                Some(Multipliers {
                    first: one(),
                    second: Matrix::from_fn(d, d, |_, _| factor.clone()),
                })
            }
            Self::RandK(k) => {
                let (n, k) = (d as i64, *k as i64);
                let own = S::from_rational(&Rational::ratio(n, k));
                // (d/k)² k(k − 1)/(d(d − 1)); in one dimension there are no pairs.
                let pair = Rational::ratio(n * (k - 1), k * (n - 1).max(1));
                let pair = S::from_rational(&pair);
                Some(Multipliers {
                    first: one(),
                    second: Matrix::from_fn(
                        d,
                        d,
                        |i, j| {
                            if i == j { own.clone() } else { pair.clone() }
                        },
                    ),
                })
            }
            Self::Mask(mask) => {
                let first: Vec<S> =
                    mask.iter().map(|kept| if *kept { S::one() } else { S::zero() }).collect();
                Some(Multipliers { second: Matrix::outer(&first, &first), first })
            }
            Self::Dithering(_) | Self::Natural | Self::TopK(_) => None,
        }
    }

    /// How many of d coordinates it keeps: all, unless it is made to drop some.
    pub fn kept(&self, d: usize) -> usize {
        match self {
            Self::RandK(k) | Self::TopK(k) => *k,
            Self::Mask(mask) => mask.iter().filter(|kept| **kept).count(),
            Self::Bernoulli | Self::Dithering(_) | Self::Natural => d,
        }
    }

    /// Whether it is the one that an instance has where none is named.
    pub fn is_default(&self) -> bool {
        *self == Self::default()
    }

    /// Whether 𝒞(y) = Dy for a random matrix D that does not depend on y.
    pub fn is_linear(&self) -> bool {
        !matches!(self, Self::Dithering(_) | Self::Natural | Self::TopK(_))
    }

    /// Whether it can act on points of length d.
    pub fn fits(&self, d: usize) -> bool {
        match self {
            Self::Bernoulli | Self::Natural => true,
            Self::RandK(k) | Self::TopK(k) => (1..=d).contains(k),
            Self::Dithering(levels) => *levels > 0,
            Self::Mask(mask) => mask.len() == d,
        }
    }

    /// The compressor of the other coordinates, when one is dropped; `None` if nothing is left.
    pub fn without_coordinate(&self, coordinate: usize, d: usize) -> Option<Self> {
        let smaller = match self {
            Self::RandK(k) => Self::RandK((*k).min(d - 1)),
            Self::TopK(k) => Self::TopK((*k).min(d - 1)),
            Self::Mask(mask) => {
                let mut mask = mask.clone();
                mask.remove(coordinate);
                Self::Mask(mask)
            }
            other => other.clone(),
        };
        smaller.fits(d - 1).then_some(smaller)
    }
}

/// The mean of the outcomes and their mean squared distance from y, by enumeration.
///
/// # Errors
/// As [`Compressor::outcomes`].
pub fn enumerated_moments<S: Scalar>(
    compressor: &Compressor,
    omega: &S,
    y: &[S],
) -> Result<(Vec<S>, S), Undefined> {
    let mut mean = vec![S::zero(); y.len()];
    let mut variance = S::zero();
    for (chance, image) in compressor.outcomes(omega, y)? {
        mean = crate::linear::add(&mean, &scale(&chance, &image));
        let error = norm_sq(&crate::linear::subtract(&image, y));
        variance = variance.plus(&chance.times(&error));
    }
    Ok((mean, variance))
}

/// 1 + (d − 1)/s², whose root is 2ω + 1.
fn dithering_root(d: usize, levels: u32) -> Rational {
    let s = i64::from(levels);
    Rational::ONE.plus(&Rational::ratio(d as i64 - 1, s * s))
}

fn kept<S: Scalar>(y: &[S], keeps: impl Fn(usize) -> bool) -> Vec<S> {
    y.iter().enumerate().map(|(i, v)| if keeps(i) { v.clone() } else { S::zero() }).collect()
}

fn unclear() -> Undefined {
    Undefined::NotCertified("an enclosure does not tell what a compressor does".into())
}

fn sign<S: Scalar>(v: &S) -> Result<Ordering, Undefined> {
    v.compare(&S::zero()).ok_or_else(unclear)
}

fn magnitude<S: Scalar>(v: &S) -> Result<S, Undefined> {
    Ok(if sign(v)?.is_lt() { v.negated() } else { v.clone() })
}

/// The first of the coordinates that are largest in absolute value.
fn largest<S: Scalar>(y: &[S]) -> Result<usize, Undefined> {
    let mut best = 0;
    for i in 1..y.len() {
        let order = magnitude(&y[i])?.compare(&magnitude(&y[best])?).ok_or_else(unclear)?;
        if order.is_gt() {
            best = i;
        }
    }
    Ok(best)
}

/// The two values that an unbiased rounding of `size` takes, with their probabilities; one of
/// them alone if it is hit exactly.
fn rounded<S: Scalar>(
    size: &S,
    lower: S,
    upper: S,
    sign: Ordering,
) -> Result<Vec<(S, S)>, Undefined> {
    let signed = |v: S| if sign.is_lt() { v.negated() } else { v };
    if size.compare(&lower) == Some(Ordering::Equal) {
        return Ok(vec![(S::one(), signed(lower))]);
    }
    let up = size.minus(&lower).over(&upper.minus(&lower))?;
    Ok(vec![(S::one().minus(&up), signed(lower)), (up, signed(upper))])
}

/// Between multiples of top/levels.
fn dithered<S: Scalar>(
    size: &S,
    sign: Ordering,
    top: &S,
    levels: u32,
) -> Result<Vec<(S, S)>, Undefined> {
    let level =
        |l: u32| S::from_rational(&Rational::ratio(i64::from(l), i64::from(levels))).times(top);
    for l in 0..levels {
        if size.at_most(&level(l + 1)).ok_or_else(unclear)? {
            return rounded(size, level(l), level(l + 1), sign);
        }
    }
    Err(unclear())
}

/// Between powers of two.
fn powers_of_two<S: Scalar>(v: &S) -> Result<Vec<(S, S)>, Undefined> {
    let sign = sign(v)?;
    if sign.is_eq() {
        return Ok(vec![(S::one(), S::zero())]);
    }
    let size = magnitude(v)?;
    let guess = size.to_f64().log2().floor();
    if !(-1000.0..=1000.0).contains(&guess) {
        return Err(Undefined::Budget("a power of two beyond the floats".into()));
    }
    let power = |k: i32| S::from_rational(&Rational::two_to(k));
    // The guess may be off by one where the float was rounded.
    for k in [guess as i32, guess as i32 - 1, guess as i32 + 1] {
        let above = power(k).at_most(&size).ok_or_else(unclear)?;
        let below = size.compare(&power(k + 1)).ok_or_else(unclear)?;
        if above && below.is_lt() {
            return rounded(&size, power(k), power(k + 1), sign);
        }
    }
    Err(unclear())
}

/// The joint outcomes of independent coordinates.
fn product<S: Scalar>(parts: Vec<Vec<(S, S)>>) -> Result<Vec<(S, Vec<S>)>, Undefined> {
    let count = parts.iter().try_fold(1usize, |count, part| count.checked_mul(part.len()));
    if count.is_none_or(|count| count > MAX_BATCHES) {
        let why = format!("a compressor has more than {MAX_BATCHES} outcomes");
        return Err(Undefined::Budget(why));
    }
    let mut joint = vec![(S::one(), Vec::new())];
    for part in parts {
        joint = joint
            .iter()
            .flat_map(|(chance, values)| {
                part.iter().map(move |(own, value)| {
                    let values = [values.as_slice(), std::slice::from_ref(value)].concat();
                    (chance.times(own), values)
                })
            })
            .collect();
    }
    Ok(joint)
}
