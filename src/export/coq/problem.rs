//! The problem behind a statement: what each quantity is, and one instance of it on the line.

use super::names;
use super::statement::Draft;
use crate::claim::expr::{Scope, Shape};
use crate::claim::proof::StatementName;
use crate::claim::vocabulary::Quantity;

/// A variable of the section.
#[derive(Clone, Debug)]
pub(super) struct Variable {
    pub name: String,
    pub kind: String,
    /// Its value in the instance, if there is one.
    pub value: Option<String>,
}

/// What a quantity is, at the outcomes `w`, `p` and `s`.
pub(super) fn text(quantity: Quantity) -> Option<String> {
    Some(match quantity {
        Quantity::Gap => "(f x - f x_star)".into(),
        Quantity::GapNext => "(f (step x w) - f x_star)".into(),
        Quantity::GapT => "(f (run step x_0 p) - f x_star)".into(),
        Quantity::StartGap => "(f x_0 - f x_star)".into(),
        Quantity::TeacherGap => "(f teacher - f x_star)".into(),
        Quantity::GapLambda => "(f x_lambda - f x_star)".into(),
        Quantity::GapTilted => {
            "(f x - f x_lambda - dot (full_grad x_lambda) (x - x_lambda))".into()
        }
        Quantity::Grad => "g w x".into(),
        Quantity::GradStar => "g w x_star".into(),
        Quantity::GradTeacher => "g w teacher".into(),
        Quantity::GradLambda => "g w x_lambda".into(),
        Quantity::GradInf => "full_grad (x_inf s)".into(),
        Quantity::Control => "c w".into(),
        Quantity::XNext => "step x w".into(),
        Quantity::XCompressed => "compress z (uncompressed x w)".into(),
        Quantity::XT => "run step x_0 p".into(),
        Quantity::XInf => "x_inf s".into(),
        Quantity::Horizon => "INR t".into(),
        _ if is_variable(quantity) => names::quantity(quantity),
        _ => return None,
    })
}

/// The same where a compressor follows the step.
pub(super) fn compressed_text(quantity: Quantity) -> Option<String> {
    match quantity {
        Quantity::XNext => Some("uncompressed x w".into()),
        _ => text(quantity),
    }
}

/// The same where the point is a function of a state.
pub(super) fn state_text(quantity: Quantity) -> Option<String> {
    Some(match quantity {
        Quantity::X => "position s".into(),
        Quantity::Gap => "(f (position s) - f x_star)".into(),
        Quantity::GapNext => "(f (position (step s w)) - f x_star)".into(),
        Quantity::GapT => "(f (position (run step s_0 p)) - f x_star)".into(),
        Quantity::StartGap => "(f (position s_0) - f x_star)".into(),
        Quantity::Grad => "g w (position s)".into(),
        Quantity::XNext => "position (step s w)".into(),
        Quantity::XT => "position (run step s_0 p)".into(),
        Quantity::Start => "position s_0".into(),
        Quantity::GapTilted => return None,
        _ => return text(quantity),
    })
}

/// The same beside SGD on the same samples.
pub(super) fn twin_text(quantity: Quantity) -> Option<String> {
    Some(match quantity {
        Quantity::Sgd => "sgd".into(),
        Quantity::GradSgd => "g w sgd".into(),
        Quantity::SgdNext => "sgd_step sgd w".into(),
        Quantity::SgdT => "run sgd_step (sgd_start x_0) p".into(),
        Quantity::Sgd0 => "sgd_start x_0".into(),
        Quantity::Start => "x_0".into(),
        _ => return text(quantity),
    })
}

/// The point at which a gradient is taken; `here` is the current one.
pub(super) fn point_of(quantity: Quantity, here: &'static str) -> Option<&'static str> {
    Some(match quantity {
        Quantity::Grad => here,
        Quantity::GradSgd => "sgd",
        Quantity::GradStar => "x_star",
        Quantity::GradTeacher => "teacher",
        Quantity::GradLambda => "x_lambda",
        _ => return None,
    })
}

/// Whether the quantity is a variable of the section or bound by the claim.
pub(super) fn is_variable(quantity: Quantity) -> bool {
    let row = quantity.entry();
    let gap = matches!(quantity, Quantity::TeacherGap | Quantity::StartGap | Quantity::GapLambda);
    let point = quantity == Quantity::X;
    point
        || (row.scope == Scope::Fixed
            && !gap
            && quantity != Quantity::Sgd0
            && row.arguments.is_empty())
}

/// Whether the control variate must be the gradients at the minimiser.
fn is_perfect(name: &StatementName) -> bool {
    matches!(
        (name.theorem.as_str(), name.part.as_str()),
        ("theorem-5", "a-one-step" | "a-sufficient")
    )
}

/// The value of a constant on the line.
pub(super) fn value_of(name: &StatementName, quantity: Quantity, stationary: bool) -> &'static str {
    // There the teacher's mean must not count.
    let unbiased =
        (name.theorem.as_str(), name.part.as_str()) == ("theorem-1-sharp", "best-a-unbiased");
    match quantity {
        Quantity::Lambda if unbiased => "0",
        Quantity::Lambda if is_perfect(name) => "1",
        Quantity::Omega => "0",
        Quantity::Mu => "(1 / 2)",
        Quantity::Gamma if stationary => "1",
        Quantity::Gamma => "(1 / 16)",
        Quantity::Gamma2 => "(1 / 8)",
        Quantity::Lambda => "(1 / 2)",
        Quantity::Teacher => "(2 : line)",
        Quantity::XLambda => "(1 : line)",
        _ => "1",
    }
}

impl Draft<'_> {
    /// The variables of the section, with their values on the line.
    pub fn variables(&self) -> Vec<Variable> {
        let own = |name: &str, kind: &str, value: &str| Variable {
            name: name.into(),
            kind: kind.into(),
            value: Some(value.into()),
        };
        let mut all = vec![own("V", "gram", "line")];
        if !self.responses.is_empty() {
            all.push(own("W", "gram", "line"));
        }
        let perfect = is_perfect(self.name);
        let control = if perfect { "(fun w => gradient w (0 : line))" } else { "control" };
        if self.samples {
            all.extend([
                own("index", "Type", "bool"),
                own("samples", "list index", "both_samples"),
                own("size", "nat", "1%nat"),
                own("enough", "(1 <= size <= length samples)%nat", "one_of_two"),
                own("f_n", "index -> V -> R", "sample_loss"),
                own("g_n", "index -> V -> V", "gradient"),
                own("c_n", "index -> V", "control"),
            ]);
        } else {
            all.extend([
                own("sample", "Type", "bool"),
                own("law", "dist sample", "coin_flip"),
                own("f", "V -> R", "half_square"),
                own("g", "sample -> V -> V", "gradient"),
                own("c", "sample -> V", control),
            ]);
        }
        all.push(own("x_star", "V", "(0 : line)"));
        let errors = self.quantities.contains(&Quantity::StationaryError);
        if errors {
            all.push(own("stationary", "R -> R -> dist V", "(fun _ _ => two_points)"));
        }
        let limit = self.quantities.contains(&Quantity::XInf);
        let stationary = errors || limit;
        if limit {
            all.extend([
                own("limit", "Type", "bool"),
                own("limit_law", "dist limit", "coin_flip"),
                own("x_inf", "limit -> V", "limit_point"),
            ]);
        }
        if self.claim.process.compresses() {
            all.extend([
                own("coin", "Type", "unit"),
                own("coin_law", "dist coin", "no_coin"),
                own("compress", "coin -> V -> V", "keep"),
            ]);
        }
        let bound = [
            Quantity::XStar,
            Quantity::X,
            Quantity::Start,
            Quantity::Horizon,
            // Defined by the list of samples.
            Quantity::Samples,
            Quantity::Batch,
        ];
        for quantity in self.quantities.iter().filter(|q| is_variable(**q) && !bound.contains(*q)) {
            let kind = if quantity.entry().shape == Shape::Vector { "V" } else { "R" };
            let value = value_of(self.name, *quantity, stationary);
            all.push(own(&names::quantity(*quantity), kind, value));
        }
        all.extend(self.symbol_variables());
        all
    }
}
