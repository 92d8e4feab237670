//! The distillation weight over the epochs, as the paper's scripts change it.

/// λ as a function of the epoch, counted from 0.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Schedule {
    /// The same throughout.
    Constant(f64),
    /// Times 0.9 after every epoch.
    Decaying(f64),
    /// Times 1.047 after every epoch, as long as the weight is at most 1. From 0.1 that takes 50
    /// epochs.
    Increasing(f64),
}

/// The factors of the scripts.
const DECAY: f64 = 0.9;
const GROWTH: f64 = 1.047;
/// Where growth ends.
const CEILING: f64 = 1.0;

impl Schedule {
    /// λ in an epoch.
    pub fn at(self, epoch: u64) -> f64 {
        match self {
            Self::Constant(weight) => weight,
            // Below the smallest float it is 0, far before exponents overflow.
            Self::Decaying(weight) => weight * DECAY.powi(epoch.min(10_000) as i32),
            Self::Increasing(weight) => {
                weight * GROWTH.powi(epoch.min(Self::growing(weight)) as i32)
            }
        }
    }

    /// λ in the end.
    pub fn limit(self) -> f64 {
        match self {
            Self::Decaying(_) => 0.0,
            _ => self.at(u64::MAX),
        }
    }

    /// The epochs after which a weight has grown above the ceiling.
    fn growing(weight: f64) -> u64 {
        if weight <= 0.0 || weight > CEILING {
            return 0;
        }
        ((CEILING / weight).ln() / GROWTH.ln()).floor() as u64 + 1
    }

    /// The epochs from `epoch` on that have the same weight; `None` for all.
    pub(super) fn steady(self, epoch: u64) -> Option<u64> {
        match self {
            Self::Constant(_) => None,
            Self::Increasing(weight) if epoch >= Self::growing(weight) => None,
            Self::Decaying(_) if epoch >= 10_000 => None,
            Self::Decaying(_) | Self::Increasing(_) => Some(1),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The scripts' loop.
    #[test]
    fn schedules_are_those_of_the_scripts() {
        let (mut up, mut down) = (0.1, 1.0);
        for epoch in 0..80 {
            assert!((Schedule::Increasing(0.1).at(epoch) - up).abs() < 1e-12);
            assert!((Schedule::Decaying(1.0).at(epoch) - down).abs() < 1e-12);
            if up <= 1.0 {
                up *= 1.047;
            }
            down *= 0.9;
        }
        assert!((Schedule::Increasing(0.1).limit() - up).abs() < 1e-12 && up > 1.0);
        assert!((Schedule::Constant(0.3).limit() - 0.3).abs() < f64::EPSILON);
        assert!(Schedule::Decaying(1.0).limit().abs() < f64::EPSILON);
        assert!((Schedule::Increasing(1.5).at(7) - 1.5).abs() < f64::EPSILON);
    }
}
