//! The points at which what holds for every x can be used in proofs.

use super::vocabulary::Quantity;

/// A point at which what holds for every x can be used.
#[derive(Debug)]
pub struct PointEntry {
    /// Its name in proofs.
    pub name: &'static str,
    /// The point.
    pub position: Quantity,
    /// The minibatch gradient there.
    pub gradient: Quantity,
    /// The suboptimality there; `None` where it is zero.
    pub gap: Option<Quantity>,
}

/// Every point at which facts can be used, other than x itself.
pub static POINTS: [PointEntry; 3] = [
    PointEntry {
        name: "teacher",
        position: Quantity::Teacher,
        gradient: Quantity::GradTeacher,
        gap: Some(Quantity::TeacherGap),
    },
    PointEntry {
        name: "x_lambda",
        position: Quantity::XLambda,
        gradient: Quantity::GradLambda,
        gap: Some(Quantity::GapLambda),
    },
    PointEntry {
        name: "x_star",
        position: Quantity::XStar,
        gradient: Quantity::GradStar,
        gap: None,
    },
];
