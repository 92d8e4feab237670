//! The stochastic processes that statements are about, each with its step as a formula.

/// The stochastic process that a statement is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Process {
    /// x⁺ = x − γ∇f_ξ(x).
    Sgd,
    /// x⁺ = x − γ(∇f_ξ(x) − λc_ξ).
    Kd,
    /// x⁺ = x − γ(∇f_ξ(x) − λ(c_ξ − E c_ξ)).
    UnbiasedKd,
    /// x⁺ = 𝒞(x − γ(∇f_ξ(x) − λc_ξ)); `x_next` is the point before the compressor.
    CompressedKd,
    /// x⁺ = P(x − γ(∇f_ξ(x) − λc_ξ)) for a fixed coordinate mask P and x in its range. Every quantity
    /// is that of the restriction, in the coordinates that P keeps: f, its minimiser, P∇f_ξ and Pc_ξ.
    MaskedKd,
    /// L-SVRG: the snapshot's gradients as control variate, unbiased, with weight 1; with
    /// probability p the snapshot becomes x, the point before the step.
    LSvrg,
    /// SAGA: the same with a point for each sample, which becomes x when the sample is drawn.
    Saga,
    /// Any x⁺ that the hypotheses describe. No instance has it.
    Any,
}

impl Process {
    /// How many processes there are.
    pub const COUNT: usize = 8;

    /// The processes that are followed along paths.
    pub const FOLLOWED: [Self; 4] = [Self::Sgd, Self::Kd, Self::UnbiasedKd, Self::MaskedKd];

    /// Every process with a step of its own.
    pub const ALL: [Self; 5] =
        [Self::Sgd, Self::Kd, Self::UnbiasedKd, Self::CompressedKd, Self::MaskedKd];

    /// The processes with points in memory.
    pub const WITH_MEMORY: [Self; 2] = [Self::LSvrg, Self::Saga];

    /// Whether a compressor follows the step.
    pub fn compresses(self) -> bool {
        self == Self::CompressedKd
    }

    /// The process of a name, as files write it.
    pub fn named(name: &str) -> Option<Self> {
        let every = Self::ALL.into_iter().chain(Self::WITH_MEMORY).chain([Self::Any]);
        every.into_iter().find(|own| own.name() == name)
    }

    /// Its name, as files write it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Sgd => "sgd",
            Self::Kd => "kd",
            Self::UnbiasedKd => "unbiased-kd",
            Self::CompressedKd => "compressed-kd",
            Self::MaskedKd => "masked-kd",
            Self::LSvrg => "l-svrg",
            Self::Saga => "saga",
            Self::Any => "any",
        }
    }

    /// Whether it keeps points in memory.
    pub fn remembers(self) -> bool {
        Self::WITH_MEMORY.contains(&self)
    }

    /// SGD's point X after one step on the same minibatch, and its start.
    pub const TWIN_FORMULAS: [&'static str; 2] =
        ["sgd - gamma*grad_sgd", "(x_0 - lambda*teacher)/(1 - lambda)"];

    /// The step as a formula; the estimators' code is tested against it.
    pub fn step_formula(self) -> &'static str {
        match self {
            Self::Any => "x_next",
            Self::Sgd => "x - gamma*grad",
            Self::Kd | Self::CompressedKd | Self::MaskedKd => "x - gamma*(grad - lambda*c)",
            Self::UnbiasedKd => "x - gamma*(grad - lambda*(c - E[c]))",
            Self::LSvrg | Self::Saga => "x - gamma*(grad - grad_stored + E[grad_stored])",
        }
    }
}
