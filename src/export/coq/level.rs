//! What a part of a formula varies over, and how a part of one level is raised to another.

use crate::claim::expr::Scope;
use crate::claim::vocabulary::Law;

/// What a random part varies over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Over {
    Step,
    Path,
    Stationary,
    Samples,
}

/// How a part varies: not at all, over one law, or over the step and the coin.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Level {
    Value,
    Random(Over),
    Coin,
}

impl Over {
    /// The Coq name of the law.
    pub fn law(self) -> &'static str {
        match self {
            Self::Step => "law",
            Self::Path => "path_law",
            Self::Stationary => "limit_law",
            Self::Samples => "each",
        }
    }

    /// The outcome in the pointwise style.
    pub fn outcome(self) -> &'static str {
        match self {
            Self::Step => "w",
            Self::Path => "p",
            Self::Stationary => "s",
            Self::Samples => "n",
        }
    }

    /// The abbreviation that raises a vector.
    pub fn raise(self) -> &'static str {
        match self {
            Self::Step => "const",
            Self::Path => "path_const",
            Self::Stationary => "limit_const",
            Self::Samples => "each_const",
        }
    }
}

impl Level {
    pub fn of(scope: Scope) -> Self {
        match scope {
            Scope::Fixed | Scope::State => Self::Value,
            Scope::Random(Law::Step) => Self::Random(Over::Step),
            Scope::Random(Law::Path) => Self::Random(Over::Path),
            Scope::Random(Law::Stationary) => Self::Random(Over::Stationary),
            Scope::Random(Law::Coin) => Self::Coin,
        }
    }

    pub fn over(self) -> Over {
        match self {
            Self::Random(over) => over,
            Self::Value | Self::Coin => Over::Step,
        }
    }

    pub fn delimiter(self) -> &'static str {
        match self {
            Self::Value => "",
            Self::Random(_) => "%rs",
            Self::Coin => "%rs2",
        }
    }
}

/// Its place among the names of an operation.
pub(super) fn rank(level: Level) -> usize {
    match level {
        Level::Value => 0,
        Level::Random(_) => 1,
        Level::Coin => 2,
    }
}
