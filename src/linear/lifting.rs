//! Linear systems over the integers, from their solutions modulo the powers of a prime.
//!
//! Elimination multiplies numbers that are as long as the answer, n³ times. Here entries are
//! multiplied by words, n² times for each digit of the answer (Dixon, Numerische Mathematik 40, 1982),
//! and the answer is read off its digits. It is believed only when it solves the system, exactly.

use dashu_int::IBig;
use dashu_int::ops::{BitTest, DivRem, RemEuclid};

/// The modulus, a Mersenne prime.
const PRIME: u64 = (1 << 61) - 1;

/// By how many bits the modulus must be longer than an answer that is tried: one that is read off
/// too few digits is as long as the modulus.
const SPARE_BITS: usize = 30;

/// A matrix of integers with its inverse modulo the prime.
pub(super) struct Lifting<'a> {
    rows: &'a [Vec<IBig>],
    inverse: Vec<Vec<u64>>,
}

impl<'a> Lifting<'a> {
    /// From the rows of a square matrix; `None` if it is singular modulo the prime.
    pub(super) fn new(rows: &'a [Vec<IBig>]) -> Option<Self> {
        let reduced = rows.iter().map(|row| row.iter().map(reduce).collect()).collect();
        Some(Self { rows, inverse: inverse(reduced)? })
    }

    /// Integers x and q ≠ 0 with A x = q b; `None` if the prime gives none.
    pub(super) fn solve(&self, right: &[IBig]) -> Option<(Vec<IBig>, IBig)> {
        let longest = |row: &[IBig]| row.iter().map(BitTest::bit_len).max().unwrap_or(0);
        let size = self.rows.len();
        // Numerators and denominator are determinants, within Hadamard's bound.
        let bound = self.rows.iter().map(|row| longest(row) + size.ilog2() as usize).sum::<usize>();
        let enough = (2 * (bound + longest(right)) + 2 * SPARE_BITS) / 61 + 1;
        let mut residual = right.to_vec();
        let mut digits = Vec::new();
        let mut wanted = 4;
        loop {
            while digits.len() < wanted {
                digits.push(self.next_digits(&mut residual));
            }
            match self.read_off(&digits, right) {
                None if wanted >= enough => return None,
                None => wanted = (2 * wanted).min(enough),
                found => return found,
            }
        }
    }

    /// The next digit of each unknown; what is left of the right side is divided by the prime.
    fn next_digits(&self, residual: &mut [IBig]) -> Vec<u64> {
        let reduced: Vec<u64> = residual.iter().map(reduce).collect();
        let digits: Vec<u64> = self.inverse.iter().map(|row| dot(row, &reduced)).collect();
        for (rest, row) in residual.iter_mut().zip(self.rows) {
            for (entry, digit) in row.iter().zip(&digits) {
                *rest -= entry * digit;
            }
            *rest /= PRIME;
        }
        digits
    }

    /// The fractions that these digits are of, over one denominator, if they solve the system.
    fn read_off(&self, digits: &[Vec<u64>], right: &[IBig]) -> Option<(Vec<IBig>, IBig)> {
        let modulus = IBig::from(PRIME).pow(digits.len());
        let mut denominator = IBig::ONE;
        let mut numerators: Vec<IBig> = Vec::with_capacity(right.len());
        for unknown in 0..right.len() {
            let mut value = IBig::ZERO;
            for digit in digits.iter().rev() {
                value = value * PRIME + digit[unknown];
            }
            // Most unknowns have the denominator of the first.
            value = (value * &denominator).rem_euclid(&modulus).into();
            if &value + &value > modulus {
                value -= &modulus;
            }
            if !is_short(&value, &denominator, &modulus) {
                let (numerator, factor) = fraction(value, &modulus);
                denominator *= &factor;
                if !is_short(&numerator, &denominator, &modulus) {
                    return None;
                }
                for earlier in &mut numerators {
                    *earlier *= &factor;
                }
                value = numerator;
            }
            numerators.push(value);
        }
        let solves = self.rows.iter().zip(right).all(|(row, b)| {
            let image: IBig = row.iter().zip(&numerators).map(|(a, x)| a * x).sum();
            image == b * &denominator
        });
        solves.then_some((numerators, denominator))
    }
}

fn is_short(numerator: &IBig, denominator: &IBig, modulus: &IBig) -> bool {
    numerator.bit_len() + denominator.bit_len() + SPARE_BITS < modulus.bit_len()
}

/// A numerator and a denominator, both about half as long as the modulus, whose quotient is `value`
/// modulo it: the extended Euclidean algorithm, stopped half way.
fn fraction(value: IBig, modulus: &IBig) -> (IBig, IBig) {
    let half = modulus.bit_len() / 2;
    let (mut before, mut now) = (modulus.clone(), value);
    let (mut factor_before, mut factor) = (IBig::ZERO, IBig::ONE);
    while now.bit_len() > half {
        let (quotient, rest) = (&before).div_rem(&now);
        (before, now) = (now, rest);
        let next = factor_before - quotient * &factor;
        (factor_before, factor) = (factor, next);
    }
    (now, factor)
}

/// Gauss–Jordan elimination modulo the prime.
fn inverse(mut rows: Vec<Vec<u64>>) -> Option<Vec<Vec<u64>>> {
    let size = rows.len();
    for (i, row) in rows.iter_mut().enumerate() {
        row.extend((0..size).map(|j| u64::from(i == j)));
    }
    for k in 0..size {
        let found = (k..size).find(|&i| rows[i][k] != 0)?;
        rows.swap(k, found);
        let scale = power(rows[k][k], PRIME - 2);
        let pivot: Vec<u64> = rows[k].iter().map(|&entry| product(entry, scale)).collect();
        for (i, row) in rows.iter_mut().enumerate() {
            let factor = PRIME - row[k];
            if i != k && row[k] != 0 {
                for (entry, above) in row.iter_mut().zip(&pivot).skip(k) {
                    *entry = (*entry + product(factor, *above)) % PRIME;
                }
            }
        }
        rows[k] = pivot;
    }
    Some(rows.into_iter().map(|row| row[size..].to_vec()).collect())
}

fn reduce(value: &IBig) -> u64 {
    u64::try_from(value.rem_euclid(IBig::from(PRIME))).unwrap_or(0)
}

fn dot(a: &[u64], b: &[u64]) -> u64 {
    a.iter().zip(b).fold(0, |sum, (a, b)| (sum + product(*a, *b)) % PRIME)
}

fn product(a: u64, b: u64) -> u64 {
    (u128::from(a) * u128::from(b) % u128::from(PRIME)) as u64
}

fn power(base: u64, exponent: u64) -> u64 {
    let half = if exponent == 0 { return 1 } else { power(product(base, base), exponent / 2) };
    if exponent % 2 == 1 { product(half, base) } else { half }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn big(parts: &[i64]) -> IBig {
        parts
            .iter()
            .fold(IBig::ZERO, |value, part| value * IBig::from(i64::MAX) + IBig::from(*part))
    }

    #[test]
    fn a_matrix_without_an_inverse_is_refused() {
        let rows = |entries: [[i64; 2]; 2]| entries.map(|row| row.map(IBig::from).to_vec());
        assert!(Lifting::new(&rows([[1, 2], [2, 4]])).is_none());
        // Singular for this prime only: another method has to serve.
        assert!(Lifting::new(&rows([[PRIME as i64, 0], [0, 1]])).is_none());
        assert!(Lifting::new(&rows([[PRIME as i64 - 1, 0], [0, -1]])).is_some());
    }

    #[test]
    fn the_inverse_is_one() {
        let rows = vec![vec![3, PRIME - 1, 4], vec![0, 0, 7], vec![PRIME - 5, 9, 2]];
        let found = inverse(rows.clone()).unwrap();
        for (i, row) in rows.iter().enumerate() {
            for j in 0..3 {
                let column: Vec<u64> = found.iter().map(|row| row[j]).collect();
                assert_eq!(dot(row, &column), u64::from(i == j));
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]
        #[test]
        fn what_is_read_off_solves_the_system(
            size in 1_usize..6,
            parts in prop::collection::vec(any::<[i64; 3]>(), 30),
            length in 1_usize..4,
        ) {
            let entry = |k: usize| big(&parts[k][..length]);
            let rows: Vec<Vec<IBig>> =
                (0..size).map(|i| (0..size).map(|j| entry(5 * i + j)).collect()).collect();
            let right: Vec<IBig> = (0..size).map(|i| entry(25 + i)).collect();
            let lifting = Lifting::new(&rows).expect("random matrices are regular");
            let (x, denominator) = lifting.solve(&right).expect("within the bound");
            for (row, b) in rows.iter().zip(&right) {
                let image: IBig = row.iter().zip(&x).map(|(a, x)| a * x).sum();
                prop_assert_eq!(image, b * &denominator);
            }
            prop_assert!(denominator != IBig::ZERO);
        }
    }
}
