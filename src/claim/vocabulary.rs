//! The words of the formula language: one registry of named quantities, processes and hypotheses.
//!
//! A *quantity* is supplied by the instance (computed there, never asserted); a *definition* is a
//! formula over quantities. To add a named quantity: one variant of [`Quantity`], one row of
//! [`QUANTITIES`], and the compiler then asks for its value in `audit::setting`.

use super::expr::{Known, Scope, Shape};

pub use super::points::{POINTS, PointEntry};
pub use super::process::Process;

/// A probability space of an instance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Law {
    /// One draw of the minibatch ξ: a step from the fixed point x.
    Step,
    /// t independent draws: the path from x⁰ to x^t.
    Path,
    /// The stationary law of the process.
    Stationary,
    /// The algorithm's own randomness in a step, given ξ: a compressor or a coin. `Ec[...]`.
    Coin,
}

/// A quantity that an instance supplies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs, reason = "each variant is documented by its row in QUANTITIES")]
pub enum Quantity {
    Gamma,
    Gamma2,
    Lambda,
    Kappa,
    Mu,
    LSmooth,
    LExp,
    Samples,
    Batch,
    Horizon,
    XStar,
    Teacher,
    Start,
    TeacherGap,
    X,
    Gap,
    Grad,
    GradStar,
    GradTeacher,
    Control,
    MixedGrad,
    XNext,
    XT,
    SgdT,
    XInf,
    StationaryError,
    StationaryP0,
    StationaryP1,
    StationaryP2,
    A,
    Eta,
    LMax,
    StartGap,
    GapNext,
    GapT,
    XLambda,
    GradLambda,
    Sgd,
    SgdNext,
    Sgd0,
    GradSgd,
    XCompressed,
    GradInf,
    GapLambda,
    GapTilted,
    Omega,
    Delta,
    EndGrad,
    EndGradTeacher,
    JacobianError,
    JacobianGapSq,
    ResidualSq,
    TemperedGap,
    OutputRange,
    OutputRangeTeacher,
    Temperature,
    SMinSq,
    SMaxSq,
    LSegment,
    MuOuter,
    LExpOuter,
    BiasOuter,
    NoiseOuter,
    Dimension,
    Kept,
    Refresh,
    GradStored,
    MemoryError,
    MemoryErrorNext,
    MemoryErrorT,
    MemoryError0,
}

/// One row of the registry.
#[derive(Debug)]
pub struct QuantityEntry {
    /// The quantity.
    pub quantity: Quantity,
    /// Its name in formulas.
    pub name: &'static str,
    /// How it is typeset.
    pub latex: &'static str,
    /// Scalar or vector.
    pub shape: Shape,
    /// Fixed, state or random.
    pub scope: Scope,
    /// Names of its scalar arguments; empty for most.
    pub arguments: &'static [&'static str],
    /// Whether it is a natural number, and so may be an exponent.
    pub natural: bool,
    /// What is known of its sign on every instance.
    pub sign: Known,
    /// What it means.
    pub meaning: &'static str,
}

const fn row(
    quantity: Quantity,
    name: &'static str,
    latex: &'static str,
    shape: Shape,
    scope: Scope,
    meaning: &'static str,
) -> QuantityEntry {
    let sign = Known::Real;
    QuantityEntry {
        quantity,
        name,
        latex,
        shape,
        scope,
        arguments: &[],
        natural: false,
        sign,
        meaning,
    }
}

const fn natural(row: QuantityEntry) -> QuantityEntry {
    QuantityEntry { natural: true, ..row }
}

const fn positive(row: QuantityEntry) -> QuantityEntry {
    QuantityEntry { sign: Known::Positive, ..row }
}

const fn non_negative(row: QuantityEntry) -> QuantityEntry {
    QuantityEntry { sign: Known::NonNegative, ..row }
}

const fn with(row: QuantityEntry, arguments: &'static [&'static str]) -> QuantityEntry {
    QuantityEntry { arguments, ..row }
}

use Quantity as Q;
use Scope::{Fixed, Random, State};
use Shape::{Scalar, Vector};

/// Every quantity, in the order of the variants of [`Quantity`].
#[rustfmt::skip]
pub static QUANTITIES: [QuantityEntry; 71] = [
    positive(row(Q::Gamma, "gamma", r"\gamma", Scalar, Fixed, "step size")),
    positive(row(Q::Gamma2, "gamma_2", r"\gamma_2", Scalar, Fixed, "a second step size, to compare with")),
    row(Q::Lambda, "lambda", r"\lambda", Scalar, Fixed, "distillation weight, any real number"),
    row(Q::Kappa, "kappa", r"\kappa", Scalar, Fixed, "weight of the squared bias"),
    positive(row(Q::Mu, "mu", r"\mu", Scalar, Fixed, "strong quasi-convexity constant of f")),
    positive(row(Q::LSmooth, "l_smooth", "L", Scalar, Fixed, "smoothness constant of f")),
    positive(row(Q::LExp, "l_exp", r"\mathcal{L}", Scalar, Fixed, "expected smoothness constant of the sampling")),
    positive(natural(row(Q::Samples, "n_samples", "N", Scalar, Fixed, "number of samples"))),
    positive(natural(row(Q::Batch, "tau", r"\tau", Scalar, Fixed, "minibatch size"))),
    natural(row(Q::Horizon, "t", "t", Scalar, Fixed, "number of steps")),
    row(Q::XStar, "x_star", "x^*", Vector, Fixed, "the minimiser of f"),
    row(Q::Teacher, "teacher", r"\theta", Vector, Fixed, "teacher parameters"),
    row(Q::Start, "x_0", "x^0", Vector, Fixed, "starting point"),
    non_negative(row(Q::TeacherGap, "teacher_gap", r"(f(\theta)-f^*)", Scalar, Fixed, "suboptimality of the teacher")),
    row(Q::X, "x", "x", Vector, State, "current student parameters"),
    non_negative(row(Q::Gap, "gap", "(f(x)-f^*)", Scalar, State, "suboptimality of x")),
    row(Q::Grad, "grad", r"\nabla f_\xi(x)", Vector, Random(Law::Step), "minibatch gradient at x"),
    row(Q::GradStar, "grad_star", r"\nabla f_\xi(x^*)", Vector, Random(Law::Step), "minibatch gradient at the minimiser"),
    row(Q::GradTeacher, "grad_teacher", r"\nabla f_\xi(\theta)", Vector, Random(Law::Step), "minibatch gradient at the teacher"),
    row(Q::Control, "c", r"c_\xi", Vector, Random(Law::Step), "control variate on the same minibatch"),
    row(Q::MixedGrad, "mixed_grad", r"\nabla f_\xi(x\,|\,\theta,\lambda)", Vector, Random(Law::Step),
        "gradient of the mixed-label loss, by automatic differentiation"),
    row(Q::XNext, "x_next", "x^+", Vector, Random(Law::Step), "the point after one step of the process"),
    row(Q::XT, "x_t", "x^t", Vector, Random(Law::Path), "the point after t steps of the process"),
    row(Q::SgdT, "sgd_t", "X^t", Vector, Random(Law::Path),
        r"SGD on the same samples from X^0 = (x^0 - \lambda\theta)/(1-\lambda)"),
    row(Q::XInf, "x_inf", r"x^\infty", Vector, Random(Law::Stationary), "a point drawn from the stationary law"),
    non_negative(with(row(Q::StationaryError, "stationary_error", r"\mathcal{E}", Scalar, Fixed,
        "stationary mean squared distance to x* of distillation at a step size and a weight"), &["gamma", "lambda"])),
    with(row(Q::StationaryP0, "p_0", "p_0", Scalar, Fixed,
        "constant coefficient of the stationary error in the weight"), &["gamma"]),
    with(row(Q::StationaryP1, "p_1", "p_1", Scalar, Fixed,
        "linear coefficient of the stationary error in the weight"), &["gamma"]),
    with(row(Q::StationaryP2, "p_2", "p_2", Scalar, Fixed,
        "quadratic coefficient of the stationary error in the weight"), &["gamma"]),
    positive(row(Q::A, "a", "a", Scalar, Fixed, "a free number, the balance of a bound: how the noise is split off")),
    positive(row(Q::Eta, "eta", r"\eta", Scalar, Fixed, "a second free number: how the bias is split off")),
    positive(row(Q::LMax, "l_max", r"L_{\max}", Scalar, Fixed, "largest smoothness constant of a sample that is convex")),
    non_negative(row(Q::StartGap, "gap_0", "(f(x^0)-f^*)", Scalar, Fixed, "suboptimality of the starting point")),
    non_negative(row(Q::GapNext, "gap_next", "(f(x^+)-f^*)", Scalar, Random(Law::Step), "suboptimality after one step of the process")),
    non_negative(row(Q::GapT, "gap_t", "(f(x^t)-f^*)", Scalar, Random(Law::Path), "suboptimality after t steps of the process")),
    row(Q::XLambda, "x_lambda", r"x_\lambda", Vector, Fixed, "the tilted minimiser, where the full gradient is lambda*E[c]"),
    row(Q::GradLambda, "grad_lambda", r"\nabla f_\xi(x_\lambda)", Vector, Random(Law::Step),
        "minibatch gradient at the tilted minimiser"),
    row(Q::Sgd, "sgd", "X", Vector, State, "SGD's current point, in step with x"),
    row(Q::SgdNext, "sgd_next", "X^+", Vector, Random(Law::Step), "SGD's point after one step on the same minibatch"),
    row(Q::Sgd0, "sgd_0", "X^0", Vector, Fixed, r"SGD's start (x^0 - \lambda\theta)/(1-\lambda)"),
    row(Q::GradSgd, "grad_sgd", r"\nabla f_\xi(X)", Vector, Random(Law::Step), "minibatch gradient at SGD's point"),
    row(Q::XCompressed, "x_compressed", r"\mathcal{C}(x^+)", Vector, Random(Law::Coin), "the point after one step, compressed"),
    row(Q::GradInf, "grad_inf", r"\nabla f(x^\infty)", Vector, Random(Law::Stationary), "full gradient at a point drawn from the stationary law"),
    non_negative(row(Q::GapLambda, "gap_lambda", r"(f(x_\lambda)-f^*)", Scalar, Fixed, "suboptimality of the tilted minimiser")),
    row(Q::GapTilted, "gap_tilted", r"D_f(x,x_\lambda)", Scalar, State,
        "f(x) - f(x_lambda) - <grad f(x_lambda), x - x_lambda>; non-negative where f is convex"),
    non_negative(row(Q::Omega, "omega", r"\omega", Scalar, Fixed, "variance of the compressor relative to the squared norm")),
    positive(row(Q::Delta, "delta", r"\delta", Scalar, Fixed, "a third free number: how the compressor's error is split")),
    row(Q::EndGrad, "end_grad", r"\mathcal{A}^*\nabla F_\xi(W)", Vector, Random(Law::Step),
        "end-to-end gradient of a deep linear network, pulled back through the student's layers by products of matrices"),
    row(Q::EndGradTeacher, "end_grad_teacher", r"\mathcal{A}^*\nabla F_\xi(W_\theta)", Vector, Random(Law::Step),
        "the same at the teacher's end-to-end matrix, pulled back through the student's layers"),
    row(Q::JacobianError, "jacobian_error", r"(J_\xi(x)-J_\xi(\theta))^\top r_\xi", Vector, Random(Law::Step),
        "difference of the Jacobians at student and teacher, applied to the teacher's residual"),
    non_negative(row(Q::JacobianGapSq, "jacobian_gap_sq", r"\|J_\xi(x)-J_\xi(\theta)\|_2^2", Scalar, Random(Law::Step),
        "squared operator norm of the difference of the Jacobians")),
    non_negative(row(Q::ResidualSq, "residual_sq", r"\|r_\xi\|^2", Scalar, Random(Law::Step), "squared norm of the teacher's residual")),
    non_negative(row(Q::TemperedGap, "tempered_gap", r"\delta_T", Scalar, Random(Law::Step),
        "largest coordinate of T(softmax(z/T) - softmax(v/T)) - ((z - mean z) - (v - mean v))/K, in magnitude")),
    non_negative(row(Q::OutputRange, "output_range", "R_z", Scalar, Random(Law::Step), "max z - min z of the student's outputs z")),
    non_negative(row(Q::OutputRangeTeacher, "output_range_teacher", "R_v", Scalar, Random(Law::Step), "the same of the teacher's outputs v")),
    positive(row(Q::Temperature, "temperature", "T", Scalar, Fixed, "temperature of the softmax in distillation")),
    row(Q::SMinSq, "s_min_sq", r"s_{\min}^2", Scalar, Fixed, "certified lower bound of the eigenvalues of JJ^T along a step"),
    non_negative(row(Q::SMaxSq, "s_max_sq", r"s_{\max}^2", Scalar, Fixed, "certified upper bound of the eigenvalues of JJ^T along a step")),
    non_negative(row(Q::LSegment, "l_segment", "L", Scalar, Fixed, "certified bound of the Hessian of f along a step")),
    positive(row(Q::MuOuter, "mu_outer", r"\mu_F", Scalar, Fixed, "strong convexity constant of the outer loss F")),
    positive(row(Q::LExpOuter, "l_exp_outer", r"\mathcal{L}_F", Scalar, Fixed, "expected smoothness constant of the outer loss F")),
    non_negative(row(Q::BiasOuter, "bias_outer", "B_F", Scalar, Fixed, r"squared norm of the gradient of F at the teacher's end-to-end matrix")),
    non_negative(with(row(Q::NoiseOuter, "noise_outer", "S_F", Scalar, Fixed,
        "noise of the outer distillation gradient at the minimiser of F, at a weight"), &["lambda"])),
    positive(natural(row(Q::Dimension, "dimension", "d", Scalar, Fixed, "number of coordinates"))),
    positive(natural(row(Q::Kept, "kept", "k", Scalar, Fixed, "number of coordinates that the compressor keeps"))),
    positive(row(Q::Refresh, "refresh", "p", Scalar, Fixed, "probability of a new snapshot, at most 1")),
    row(Q::GradStored, "grad_stored", r"\nabla f_\xi(\varphi_\xi)", Vector, Random(Law::Step), "gradient of the drawn samples at their points in memory"),
    non_negative(row(Q::MemoryError, "memory_error", r"\tau", Scalar, State,
        "mean over the samples of |grad f_n(phi_n) - grad f_n(x*)|^2, for the points phi_n in memory")),
    non_negative(row(Q::MemoryErrorNext, "memory_error_next", r"\tau^+", Scalar, Random(Law::Coin), "the same after one step")),
    non_negative(row(Q::MemoryErrorT, "memory_error_t", r"\tau_t", Scalar, Random(Law::Path), "the same after t steps")),
    non_negative(row(Q::MemoryError0, "memory_error_0", r"\tau_0", Scalar, Fixed, "the same at the start")),
];

impl Quantity {
    /// Its row in the registry.
    pub fn entry(self) -> &'static QuantityEntry {
        &QUANTITIES[self as usize]
    }

    /// The quantity of this name.
    pub fn named(name: &str) -> Option<Self> {
        QUANTITIES.iter().find(|row| row.name == name).map(|row| row.quantity)
    }
}

/// A name that stands for a formula in every file.
#[derive(Debug)]
pub struct StandardDefinition {
    /// Its name in formulas.
    pub name: &'static str,
    /// Names of its scalar parameters.
    pub parameters: &'static [&'static str],
    /// What it stands for.
    pub formula: &'static str,
    /// How it is typeset, without its arguments.
    pub latex: &'static str,
    /// What it means.
    pub meaning: &'static str,
}

/// The definitions that every file may use; each may use those above it.
pub static DEFINITIONS: [StandardDefinition; 7] = [
    StandardDefinition {
        name: "e",
        parameters: &[],
        formula: "x - x_star",
        latex: "e",
        meaning: "the student's error",
    },
    StandardDefinition {
        name: "sigma_star_sq",
        parameters: &[],
        formula: "E[norm_sq(grad_star)]",
        latex: r"\sigma_*^2",
        meaning: "gradient noise at the optimum",
    },
    StandardDefinition {
        name: "bias_sq",
        parameters: &[],
        formula: "norm_sq(E[c])",
        latex: "B",
        meaning: "squared mean of the control variate",
    },
    StandardDefinition {
        name: "teacher_var",
        parameters: &[],
        formula: "E[norm_sq(c - E[c])]",
        latex: "V",
        meaning: "variance of the control variate",
    },
    StandardDefinition {
        name: "cov",
        parameters: &[],
        formula: "E[inner(grad_star, c)]",
        latex: "C",
        meaning: "covariance of gradient noise and control variate",
    },
    StandardDefinition {
        name: "noise",
        parameters: &["l"],
        formula: "E[norm_sq(grad_star - l*c)]",
        latex: "S",
        meaning: "noise of the distillation gradient at the optimum",
    },
    StandardDefinition {
        name: "noise_unbiased",
        parameters: &["l"],
        formula: "E[norm_sq(grad_star - l*(c - E[c]))]",
        latex: "S_u",
        meaning: "noise of the unbiased distillation gradient at the optimum",
    },
];

/// A hypothesis on the problem that is not a formula about one point: it holds everywhere or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// Strong quasi-convexity.
    Qsc,
    /// Expected smoothness.
    Es,
    /// Smoothness of f.
    Sm,
    /// The control variate is the teacher's gradient.
    TeacherGradient,
    /// Every f_n is convex.
    ConvexSamples,
    /// f has a unique minimiser.
    Minimiser,
    /// There are teacher parameters.
    HasTeacher,
    /// The Polyak–Łojasiewicz inequality.
    Pl,
    /// Every f_n is quadratic.
    QuadraticSamples,
    /// An unbiased compressor of bounded variance.
    Uc,
    /// Strong convexity of f.
    Sc,
}

/// One row of the registry of classes.
#[derive(Debug)]
pub struct ClassEntry {
    /// The class.
    pub class: Class,
    /// Its name in a file; a constant follows in parentheses where `constant` is set.
    pub name: &'static str,
    /// Whether it takes a constant.
    pub constant: bool,
    /// What it says, for every x.
    pub latex: &'static str,
    /// What it says at one x, for proofs: formulas in which `k` is the constant. The name of the
    /// hypothesis, followed by the suffix, names each of them.
    pub says: &'static [(&'static str, &'static str)],
    /// What it means.
    pub meaning: &'static str,
}

/// Every class of problems that a hypothesis can name.
pub static CLASSES: [ClassEntry; 11] = [
    ClassEntry {
        class: Class::Qsc,
        name: "QSC",
        constant: true,
        latex: r"f^* \ge f(x) + \langle \nabla f(x), x^*-x\rangle + \tfrac{#}{2}\|x-x^*\|^2",
        says: &[("", "gap + k/2*norm_sq(x - x_star) <= inner(E[grad], x - x_star)")],
        meaning: "strong quasi-convexity toward x*",
    },
    ClassEntry {
        class: Class::Es,
        name: "ES",
        constant: true,
        latex: r"\mathbb{E}\|\nabla f_\xi(x)-\nabla f_\xi(x^*)\|^2 \le 2\,#\,(f(x)-f^*)",
        says: &[("", "E[norm_sq(grad - grad_star)] <= 2*k*gap")],
        meaning: "expected smoothness of the sampling",
    },
    ClassEntry {
        class: Class::Sm,
        name: "SM",
        constant: true,
        latex: r"\|\nabla f(x)-\nabla f(y)\| \le #\,\|x-y\|",
        says: &[
            ("", "norm_sq(E[grad] - E[grad_star]) <= k^2*norm_sq(x - x_star)"),
            ("-inf", "norm_sq(grad_inf - E[grad_star]) <= k^2*norm_sq(x_inf - x_star)"),
        ],
        meaning: "smoothness of f",
    },
    ClassEntry {
        class: Class::TeacherGradient,
        name: "teacher_gradient",
        constant: false,
        latex: r"c_\xi = \nabla f_\xi(\theta)",
        says: &[("", "c = grad_teacher")],
        meaning: "the control variate is the teacher's gradient on the same minibatch",
    },
    ClassEntry {
        class: Class::ConvexSamples,
        name: "convex_samples",
        constant: false,
        latex: r"f_n \text{ convex}",
        says: &[("-gap", "0 <= gap_tilted")],
        meaning: "every sample loss is convex",
    },
    ClassEntry {
        class: Class::Minimiser,
        name: "minimiser",
        constant: false,
        latex: r"\operatorname{argmin} f = \{x^*\}",
        says: &[],
        meaning: "f has a unique minimiser",
    },
    ClassEntry {
        class: Class::HasTeacher,
        name: "has_teacher",
        constant: false,
        latex: r"c_\xi \text{ comes from a teacher } \theta",
        says: &[("", "c - E[c] = grad_teacher - E[grad_teacher]")],
        meaning: "the control variate comes from teacher parameters, in either ridge convention",
    },
    ClassEntry {
        class: Class::Pl,
        name: "PL",
        constant: true,
        latex: r"\tfrac{1}{2}\|\nabla f(x)\|^2 \ge #\,(f(x)-f^*)",
        says: &[("", "2*k*gap <= norm_sq(E[grad])")],
        meaning: "Polyak-Lojasiewicz inequality",
    },
    ClassEntry {
        class: Class::QuadraticSamples,
        name: "quadratic_samples",
        constant: false,
        latex: r"\nabla f_n \text{ affine}",
        says: &[],
        meaning: "every sample loss is quadratic",
    },
    ClassEntry {
        class: Class::Uc,
        name: "UC",
        constant: true,
        latex: r"\mathbb{E}\,\mathcal{C}(y) = y,\quad \mathbb{E}\|\mathcal{C}(y)-y\|^2 \le #\,\|y\|^2",
        says: &[
            ("-mean", "Ec[x_compressed] = x_next"),
            ("-square", "Ec[norm_sq(x_compressed - x_next)] <= k*norm_sq(x_next)"),
        ],
        meaning: "unbiased compressor whose variance is at most a multiple of the squared norm",
    },
    ClassEntry {
        class: Class::Sc,
        name: "SC",
        constant: true,
        latex: r"f(y) \ge f(x) + \langle \nabla f(x), y-x\rangle + \tfrac{#}{2}\|y-x\|^2",
        says: &[
            ("", "gap + k/2*norm_sq(x - x_star) <= inner(E[grad], x - x_star)"),
            ("-gap", "k/2*norm_sq(x - x_lambda) <= gap_tilted"),
            (
                "-tilted",
                "gap_tilted + k/2*norm_sq(x - x_lambda) <= inner(E[grad] - E[grad_lambda], x - x_lambda)",
            ),
        ],
        meaning: "strong convexity of f",
    },
];

/// How a quantity of the state moves along a path.
#[derive(Debug)]
pub struct Motion {
    /// Before the step.
    pub now: Quantity,
    /// After it.
    pub next: Quantity,
    /// After it and the compressor, for processes that have one.
    pub compressed: Option<Quantity>,
    /// After t steps.
    pub after: Quantity,
    /// At the start.
    pub start: Quantity,
}

/// Every quantity of the state that can be followed along a path.
pub static MOTIONS: [Motion; 4] = [
    Motion {
        now: Quantity::X,
        next: Quantity::XNext,
        compressed: Some(Quantity::XCompressed),
        after: Quantity::XT,
        start: Quantity::Start,
    },
    Motion {
        now: Quantity::Gap,
        next: Quantity::GapNext,
        compressed: None,
        after: Quantity::GapT,
        start: Quantity::StartGap,
    },
    Motion {
        now: Quantity::Sgd,
        next: Quantity::SgdNext,
        compressed: None,
        after: Quantity::SgdT,
        start: Quantity::Sgd0,
    },
    Motion {
        now: Quantity::MemoryError,
        next: Quantity::MemoryErrorNext,
        compressed: None,
        after: Quantity::MemoryErrorT,
        start: Quantity::MemoryError0,
    },
];

impl Class {
    /// Its row in the registry.
    pub fn entry(self) -> &'static ClassEntry {
        &CLASSES[self as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_in_the_order_of_the_variants_and_names_are_unique() {
        assert_eq!(Process::Any as usize + 1, Process::COUNT);
        for (i, row) in QUANTITIES.iter().enumerate() {
            assert_eq!(row.quantity as usize, i, "{}", row.name);
        }
        for (i, row) in CLASSES.iter().enumerate() {
            assert_eq!(row.class as usize, i, "{}", row.name);
        }
        let mut names: Vec<_> = QUANTITIES.iter().map(|row| row.name).collect();
        names.extend(DEFINITIONS.iter().map(|row| row.name));
        names.sort_unstable();
        let count = names.len();
        names.dedup();
        assert_eq!(names.len(), count);
    }
}
