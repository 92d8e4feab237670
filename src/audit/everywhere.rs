//! A hypothesis about every state, decided where it is a quadratic inequality in the state: then it
//! holds everywhere if and only if a symmetric matrix is positive semidefinite, exactly.
//!
//! The state is x and, for processes that have one, the points in memory. That both sides are
//! polynomials of degree two is read off the formula; their coefficients are interpolated.

use super::hypotheses::Standing;
use super::setting::Setting;
use crate::claim::evaluate::evaluate;
use crate::claim::expr::{Exponent, Expr, Formula, Node, Relation, Scope, Sign};
use crate::claim::vocabulary::{Law, Process, Quantity};
use crate::expectation::Budget;
use crate::linear::{Matrix, exact};
use crate::problem::{Constants, Instance};
use crate::scalar::{Rational, Scalar, Undefined};

/// The interpolation takes half the square of this many evaluations.
const MAX_COORDINATES: usize = 32;

/// Whether the formula holds at every state of the instance.
pub(super) fn check_everywhere(
    formula: &Formula,
    instance: &Instance,
    constants: Option<&Constants>,
    process: Process,
    budget: Budget,
) -> Standing {
    let undecided = |why: &str| Standing::Undecided(format!("{formula} for every x: {why}"));
    let Formula::Relation(relation) = formula else {
        return undecided("an equivalence is not checked");
    };
    match (degree(&relation.lhs), degree(&relation.rhs)) {
        (Some(l), Some(r)) if l.max(r) <= 2 => {}
        _ => return undecided("this is not seen to be quadratic in the state, and not checked"),
    }
    // Gradients are affine in x, as the degrees say.
    if instance.problem.as_quadratic().is_none() {
        return undecided("the problem is not quadratic, and this is not checked");
    }
    let states = States { instance, process };
    if states.coordinates() > MAX_COORDINATES {
        return undecided("the state has too many coordinates");
    }
    let slacks = |state: &[Rational]| {
        let moved = states.at(state);
        slacks(formula, relation, &Setting::new(&moved, constants, process, budget))
    };
    let forms = match interpolate(states.coordinates(), slacks) {
        Ok(forms) => forms,
        Err(why) => return undecided(&why.to_string()),
    };
    for form in forms {
        let fault = match relation.sign {
            Sign::Equal => nonzero_point(&form),
            Sign::AtMost | Sign::AtLeast => match exact::check_positive_semidefinite(&form) {
                Ok(()) => None,
                Err(direction) => match negative_point(&form, &direction) {
                    None => return undecided("it is false, and no state shows it"),
                    found => found,
                },
            },
            _ => return undecided("a strict relation is not checked"),
        };
        if let Some(state) = fault {
            let state: Vec<String> = state.iter().map(Rational::to_string).collect();
            return Standing::Violated(format!(
                "{formula} is false at the state ({})",
                state.join(", ")
            ));
        }
    }
    Standing::Met
}

/// The degree of an expression in the state; `None` if it is no polynomial, or is not known.
fn degree(expr: &Expr) -> Option<u32> {
    let constant = |part: &Expr| (degree(part)? == 0).then_some(0);
    match &expr.node {
        Node::Number(_) => Some(0),
        Node::Quantity(quantity, arguments) => {
            arguments.iter().try_for_each(|argument| constant(argument).map(|_| ()))?;
            degree_of(*quantity)
        }
        Node::Indexed(quantity) => degree_of(*quantity),
        Node::Defined(definition) => degree(&definition.body),
        Node::Negate(a) | Node::Sum(a) => degree(a),
        Node::Expectation(Law::Step | Law::Coin, a) => degree(a),
        Node::Add(a, b) | Node::Subtract(a, b) => Some(degree(a)?.max(degree(b)?)),
        Node::Multiply(a, b) | Node::Inner(a, b) => Some(degree(a)? + degree(b)?),
        Node::NormSq(a) => Some(2 * degree(a)?),
        Node::Divide(a, b) => constant(b).and(degree(a)),
        Node::Power(a, Exponent::Literal(k)) => degree(a)?.checked_mul(*k),
        Node::Power(a, Exponent::Symbol(_)) | Node::Root(a) => constant(a),
        Node::Least(parts) | Node::Greatest(parts) => {
            parts.iter().try_fold(0, |_, part| constant(part))
        }
        Node::Expectation(..) | Node::Symbol(_) | Node::Apply(..) | Node::Slack(_) => None,
    }
}

fn degree_of(quantity: Quantity) -> Option<u32> {
    use Quantity::{
        Control, Gap, GapNext, Grad, GradLambda, GradStar, GradStored, GradTeacher, MemoryError,
        MemoryError0, MemoryErrorNext, Start, StartGap, X, XNext,
    };
    match quantity {
        X | Grad | GradStored | XNext => Some(1),
        Gap | GapNext | MemoryError | MemoryErrorNext => Some(2),
        Control | GradStar | GradTeacher | GradLambda => Some(0),
        // The start of a path is the state of the instance.
        Start | StartGap | MemoryError0 => None,
        other => (other.entry().scope == Scope::Fixed).then_some(0),
    }
}

/// The states of an instance, as lists of coordinates.
struct States<'a> {
    instance: &'a Instance,
    process: Process,
}

impl States<'_> {
    /// How many points there are in memory.
    fn points(&self) -> usize {
        match self.process {
            Process::LSvrg => 1,
            Process::Saga => self.instance.problem.samples(),
            _ => 0,
        }
    }

    fn coordinates(&self) -> usize {
        self.instance.problem.dimension() * (1 + self.points())
    }

    fn at(&self, state: &[Rational]) -> Instance {
        let d = self.instance.problem.dimension();
        let mut moved = self.instance.clone();
        moved.point = state[..d].to_vec();
        if self.points() > 0 {
            moved.algorithm.memory = state[d..].chunks(d).map(<[Rational]>::to_vec).collect();
        }
        moved
    }
}

/// What must not be negative, or must be zero: one number a component and an outcome.
fn slacks(
    formula: &Formula,
    relation: &Relation,
    setting: &Setting<'_, Rational>,
) -> Result<Vec<Rational>, Undefined> {
    let larger_left = matches!(relation.sign, Sign::AtLeast | Sign::Greater);
    let evaluation = evaluate(formula, setting)?;
    let pairs = evaluation.sides.into_iter().flatten();
    Ok(pairs.map(|(l, r)| if larger_left { l.minus(&r) } else { r.minus(&l) }).collect())
}

/// For each of the values the matrix Q with value(z) = (1, z)ᵀQ(1, z), from its values where at most
/// two coordinates are not zero.
fn interpolate(
    coordinates: usize,
    values: impl Fn(&[Rational]) -> Result<Vec<Rational>, Undefined>,
) -> Result<Vec<Matrix<Rational>>, Undefined> {
    let at = |marks: &[(usize, i64)]| {
        let mut state = vec![Rational::ZERO; coordinates];
        for (i, value) in marks {
            state[*i] = Rational::integer(*value);
        }
        values(&state)
    };
    let half = Rational::ratio(1, 2);
    let constant = at(&[])?;
    let mut forms: Vec<Matrix<Rational>> = constant
        .iter()
        .map(|value| {
            let mut form = Matrix::zeros(coordinates + 1, coordinates + 1);
            form[(0, 0)] = value.clone();
            form
        })
        .collect();
    let mut single = Vec::new();
    for i in 0..coordinates {
        let (plus, minus) = (at(&[(i, 1)])?, at(&[(i, -1)])?);
        for (k, form) in forms.iter_mut().enumerate() {
            let linear = plus[k].minus(&minus[k]).times(&half).times(&half);
            form[(0, i + 1)] = linear.clone();
            form[(i + 1, 0)] = linear;
            form[(i + 1, i + 1)] = plus[k].plus(&minus[k]).times(&half).minus(&constant[k]);
        }
        single.push(plus);
    }
    for i in 0..coordinates {
        for j in 0..i {
            let pair = at(&[(i, 1), (j, 1)])?;
            for (k, form) in forms.iter_mut().enumerate() {
                let mixed = pair[k].minus(&single[i][k]).minus(&single[j][k]).plus(&constant[k]);
                let mixed = mixed.times(&half);
                form[(i + 1, j + 1)] = mixed.clone();
                form[(j + 1, i + 1)] = mixed;
            }
        }
    }
    Ok(forms)
}

fn value(form: &Matrix<Rational>, state: &[Rational]) -> Rational {
    let full = [&[Rational::ONE], state].concat();
    crate::linear::dot(&form.apply(&full), &full)
}

/// A state at which the form is negative, from a direction in which it is.
fn negative_point(form: &Matrix<Rational>, direction: &[Rational]) -> Option<Vec<Rational>> {
    let rest = &direction[1..];
    let factor = match direction[0].reciprocal() {
        Some(inverse) => inverse,
        // Along a direction at infinity the form is c + 2lt − qt² with q > 0: negative from
        // t = 1 + (|c| + 2|l|)/q on.
        None => {
            let (at_zero, image) = (form[(0, 0)].abs(), form.apply(direction));
            let curvature = crate::linear::dot(&image, direction).negated();
            let others = at_zero.plus(&image[0].abs().times(&Rational::integer(2)));
            Rational::ONE.plus(&others.times(&curvature.reciprocal()?))
        }
    };
    let state = crate::linear::scale(&factor, rest);
    value(form, &state).is_negative().then_some(state)
}

/// A state at which the form is not zero.
fn nonzero_point(form: &Matrix<Rational>) -> Option<Vec<Rational>> {
    if form.entries().iter().all(Rational::is_zero) {
        return None;
    }
    let m = form.rows() - 1;
    let unit = |marks: &[(usize, i64)]| {
        let mut state = vec![Rational::ZERO; m];
        for (i, value) in marks {
            state[*i] = Rational::integer(*value);
        }
        state
    };
    let pairs = (0..m).flat_map(|i| (0..i).map(move |j| vec![(i, 1), (j, 1)]));
    let singles = (0..m).flat_map(|i| [vec![(i, 1)], vec![(i, -1)]]);
    std::iter::once(Vec::new())
        .chain(singles)
        .chain(pairs)
        .map(|marks| unit(&marks))
        .find(|state| !value(form, state).is_zero())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(entries: [[i64; 3]; 3]) -> Matrix<Rational> {
        Matrix::from_fn(3, 3, |i, j| Rational::integer(entries[i][j]))
    }

    /// q = 1 + 4x − 2y + x² + 6xy + 5y², from its values.
    #[test]
    fn coefficients_are_found() {
        let expected = form([[1, 2, -1], [2, 1, 3], [-1, 3, 5]]);
        let found = interpolate(2, |z| Ok(vec![value(&expected, z)])).unwrap();
        assert_eq!(found, [expected]);
    }

    #[test]
    fn a_negative_value_is_found_wherever_it_is() {
        // (x − 1)² + (y + 2)² is nowhere negative; less a hair it is, near (1, −2).
        let square = form([[5, -1, 2], [-1, 1, 0], [2, 0, 1]]);
        let found = |form: &Matrix<Rational>| {
            let direction = exact::check_positive_semidefinite(form).err()?;
            negative_point(form, &direction)
        };
        assert_eq!(found(&square), None);
        let nowhere = [1, 0, 0].map(Rational::integer);
        assert_eq!(negative_point(&square, &nowhere), None, "a wrong direction shows nothing");
        let mut lower = square;
        lower[(0, 0)] = lower[(0, 0)].minus(&Rational::ratio(1, 1_000_000));
        let point = found(&lower).unwrap();
        assert!(value(&lower, &point).is_negative());
        // Linear in y, and x² − εy² + 2by: negative far out only, however far that is.
        let hyperbola = |curvature: Rational, slope: Rational| {
            let mut far = form([[1_000, 0, 0], [0, 1, 0], [0, 0, 0]]);
            far[(2, 2)] = curvature.negated();
            (far[(0, 2)], far[(2, 0)]) = (slope.clone(), slope);
            far
        };
        for far in [
            form([[1_000, 0, 1], [0, 1, 0], [1, 0, 0]]),
            hyperbola(Rational::ratio(1, 1_000), Rational::ZERO),
            hyperbola(Rational::two_to(-10_000), Rational::ZERO),
            hyperbola(Rational::ONE, Rational::two_to(10_000)),
            hyperbola(Rational::two_to(-10_000), Rational::two_to(10_000)),
        ] {
            assert!(value(&far, &found(&far).unwrap()).is_negative());
        }
        assert_eq!(nonzero_point(&form([[0; 3]; 3])), None);
        assert!(nonzero_point(&form([[0, 0, 0], [0, 0, 1], [0, 1, 0]])).is_some());
    }
}
