//! Mutants by rule: what a statement becomes when one constant, one term, one hypothesis or the
//! range of the step size is changed so that it claims more.
//!
//! Works on the tree of the formula and not on its text, so that every theorem file has them
//! without a word of its own. Names are positions in reading order and do not depend on a seed.

use crate::claim::expr::{Exponent, Expr, Formula, Known, Node, Relation, Shape, Sign};
use crate::claim::theorem::{Claim, Condition, Expectation, Hypothesis, Kind, Mutant, Statement};
use crate::claim::vocabulary::Quantity;
use crate::kernel::Reader;
use crate::kernel::show::plain;
use crate::scalar::{Rational, Scalar};

/// A mutant that a rule has made.
#[derive(Clone, Debug)]
pub struct Generated {
    /// The mutant; what it is expected to be is open.
    pub mutant: Mutant,
    /// Whether its form does not show that it claims more than the statement.
    pub unclear: bool,
}

/// What the rules make of one statement.
#[derive(Clone, Debug, Default)]
pub struct Generation {
    /// The mutants, in the order of the rules.
    pub mutants: Vec<Generated>,
    /// Names of changes that leave the normal form of the statement, or of an earlier mutant, as it
    /// is.
    pub equivalent: Vec<String>,
}

/// The mutants of a statement: constants and terms of the formula by position, then hypotheses.
///
/// * `constant-3*9/10`: the third number of the formula, in reading order and with definitions
///   written out once, is multiplied by 9/10, or by 10/9 where that makes the claim stronger, or by
///   each in turn where that is unclear;
/// * `term-2*9/10`: the same for a term without a number of its own;
/// * `without-term-2`: a term is left out;
/// * `without-qsc`: a hypothesis is left out;
/// * `step*2`: a hypothesis about the step size admits twice the step.
pub fn generate(statement: &Statement) -> Generation {
    if statement.kind == Kind::Refutation {
        // Nothing claims more than what is false already.
        return Generation::default();
    }
    let claim = &statement.claim;
    let mut maker = Maker {
        statement,
        reader: Reader::new(claim),
        made: Generation::default(),
        texts: vec![claim.formula.to_string()],
    };
    let _ = maker.reader.is_new(&claim.formula);
    maker.change_formula();
    maker.change_hypotheses();
    maker.made
}

/// Which way a part must move to make the claim stronger.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Direction {
    Up,
    Down,
    Unclear,
}

impl Direction {
    fn flipped(self) -> Self {
        match self {
            Self::Up => Self::Down,
            Self::Down => Self::Up,
            Self::Unclear => Self::Unclear,
        }
    }
}

/// A place of the formula that a rule changes.
enum Site<'a> {
    /// A number.
    Constant(&'a Expr, Direction),
    /// A term, with the sum that it is a term of; of itself, if it stands alone.
    Term(&'a Expr, &'a Expr, Direction),
}

struct Maker<'a> {
    statement: &'a Statement,
    reader: Reader,
    made: Generation,
    /// Formulas made so far, for those without a normal form.
    texts: Vec<String>,
}

impl<'a> Maker<'a> {
    fn change_formula(&mut self) {
        let claim = &self.statement.claim;
        let one_way = |sign| match sign {
            Sign::AtMost | Sign::Less => (Direction::Up, Direction::Down),
            Sign::AtLeast | Sign::Greater => (Direction::Down, Direction::Up),
            Sign::Equal | Sign::NotEqual => (Direction::Unclear, Direction::Unclear),
        };
        let mut sites = Vec::new();
        for relation in claim.formula.relations() {
            let (left, right) = match self.statement.kind {
                Kind::Equivalence => (Direction::Unclear, Direction::Unclear),
                _ => one_way(relation.sign),
            };
            let vectors = relation.lhs.shape == Shape::Vector;
            let mut found = Sites { reader: &mut self.reader, sites: &mut sites, vectors };
            found.visit(&relation.lhs, left, Place::Sum);
            if !is_sum(&relation.rhs) {
                found.sites.push(Site::Term(&relation.rhs, &relation.rhs, right));
            }
            found.visit(&relation.rhs, right, Place::Sum);
        }
        let (mut constants, mut terms) = (0, 0);
        for site in &sites {
            match site {
                Site::Constant(part, direction) => {
                    constants += 1;
                    self.change_constant(constants, part, *direction);
                }
                Site::Term(part, sum, direction) => {
                    terms += 1;
                    self.change_term(terms, part, sum, *direction);
                }
            }
        }
    }

    fn change_constant(&mut self, position: usize, part: &Expr, direction: Direction) {
        let Node::Number(value) = &part.node else { return };
        let direction = if value.is_negative() { direction.flipped() } else { direction };
        for (factor, unclear) in self.factors(direction, Known::Positive) {
            let new = value.times(&factor);
            let summary = format!("Constant {position} of the formula, {value}, becomes {new}.");
            let number = Expr { node: Node::Number(new), ..part.clone() };
            let name = format!("constant-{position}*{factor}");
            self.add_formula(name, summary, unclear, part, &number);
        }
    }

    fn change_term(&mut self, position: usize, part: &Expr, sum: &Expr, direction: Direction) {
        let known = self.reader.sign(part);
        let shown = plain(part);
        let less = match (direction, known) {
            (Direction::Up, Known::Positive | Known::NonNegative) => None,
            (Direction::Down, Known::Positive | Known::NonNegative) => Some(false),
            _ => Some(self.is_one_sided()),
        };
        if let (Some(unclear), Some(rest)) = (less, without(sum, part)) {
            let summary = format!("Term {position} of the formula, {shown}, is left out.");
            self.add_formula(format!("without-term-{position}"), summary, unclear, sum, &rest);
        }
        if has_number(part) {
            return;
        }
        for (factor, unclear) in self.factors(direction, known) {
            let summary = format!("Term {position} of the formula, {shown}, counts {factor}.");
            let name = format!("term-{position}*{factor}");
            self.add_formula(name, summary, unclear, part, &multiplied(&factor, part));
        }
    }

    /// Whether one direction makes the claim stronger and the other weaker.
    fn is_one_sided(&self) -> bool {
        self.statement.kind == Kind::Inequality
    }

    /// The factors by which a part of a known sign is multiplied, and whether it is unclear that
    /// this makes the claim stronger.
    fn factors(&self, direction: Direction, known: Known) -> Vec<(Rational, bool)> {
        let (less, more) = (Rational::ratio(9, 10), Rational::ratio(10, 9));
        if self.statement.kind == Kind::Identity {
            // Every change makes an identity another claim.
            return vec![(less, false)];
        }
        match (direction, known) {
            (Direction::Down, Known::Positive | Known::NonNegative) => vec![(less, false)],
            (Direction::Up, Known::Positive | Known::NonNegative) => vec![(more, false)],
            _ => vec![(less, self.is_one_sided()), (more, self.is_one_sided())],
        }
    }

    fn add_formula(
        &mut self,
        name: String,
        summary: String,
        unclear: bool,
        old: &Expr,
        new: &Expr,
    ) {
        let changed = |relation: &Relation| Relation {
            lhs: substituted(&relation.lhs, old, new),
            sign: relation.sign,
            rhs: substituted(&relation.rhs, old, new),
        };
        let claim = &self.statement.claim;
        let formula = match &claim.formula {
            Formula::Relation(relation) => Formula::Relation(changed(relation)),
            Formula::Equivalence(a, b) => Formula::Equivalence(changed(a), changed(b)),
        };
        let text = formula.to_string();
        let new = self.reader.is_new(&formula).unwrap_or_else(|| !self.texts.contains(&text));
        if !new {
            self.made.equivalent.push(name);
            return;
        }
        self.texts.push(text);
        let text = plain_formula(&formula);
        self.add(name, summary, unclear, Claim { formula, text, ..claim.clone() });
    }

    fn change_hypotheses(&mut self) {
        let claim = &self.statement.claim;
        for (i, Hypothesis { name, text, condition }) in claim.hypotheses.iter().enumerate() {
            let mut dropped = claim.clone();
            dropped.hypotheses.remove(i);
            let summary = format!("The hypothesis {name}, {text}, is left out.");
            self.add(format!("without-{name}"), summary, false, dropped);
            if let Some(wider) = widened(condition) {
                let mut wide = claim.clone();
                let text = plain_condition(&wider);
                let summary = format!("The hypothesis {name} admits twice the step: {text}.");
                wide.hypotheses[i] = Hypothesis { name: name.clone(), text, condition: wider };
                self.add(format!("{name}*2"), summary, false, wide);
            }
        }
    }

    fn add(&mut self, name: String, summary: String, unclear: bool, claim: Claim) {
        let mutant = Mutant { name, summary, claim, expect: Expectation::Open, witness: None };
        self.made.mutants.push(Generated { mutant, unclear });
    }
}

/// Where a part stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// Where a sum would be one of its own.
    Sum,
    /// As a term of a sum that has been seen.
    Term,
    /// Inside a norm, an inner product or an argument: terms are not those of a bound.
    Inside,
}

struct Sites<'a, 'b> {
    reader: &'b mut Reader,
    sites: &'b mut Vec<Site<'a>>,
    /// Whether the sides are vectors, whose terms are then those of the claim.
    vectors: bool,
}

impl<'a> Sites<'a, '_> {
    fn visit(&mut self, expr: &'a Expr, direction: Direction, place: Place) {
        use Direction::Unclear;
        let counts = expr.shape == Shape::Scalar || self.vectors;
        if place == Place::Sum && counts && is_sum(expr) {
            self.terms(expr, expr, direction);
        }
        let inner = if place == Place::Inside { Place::Inside } else { Place::Sum };
        let same_sum = if place == Place::Inside { Place::Inside } else { Place::Term };
        match &expr.node {
            Node::Number(value) => {
                let known = |site: &Site<'_>| matches!(site, Site::Constant(part, _) if std::ptr::eq(*part, expr));
                if !value.is_zero() && !self.sites.iter().any(known) {
                    self.sites.push(Site::Constant(expr, direction));
                } else if let Some(Site::Constant(_, old)) =
                    self.sites.iter_mut().find(|site| known(site))
                    && *old != direction
                {
                    // The body of a definition, used both ways.
                    *old = Unclear;
                }
            }
            Node::Indexed(_) | Node::Symbol(_) | Node::Slack(_) => {}
            Node::Quantity(_, arguments) => {
                arguments.iter().for_each(|part| self.visit(part, Unclear, Place::Inside));
            }
            Node::Defined(definition) => self.visit(&definition.body, direction, inner),
            Node::Negate(a) => self.visit(a, direction.flipped(), same_sum),
            Node::Add(a, b) => {
                self.visit(a, direction, same_sum);
                self.visit(b, direction, same_sum);
            }
            Node::Subtract(a, b) => {
                self.visit(a, direction, same_sum);
                self.visit(b, direction.flipped(), same_sum);
            }
            Node::Multiply(a, b) => {
                let (left, right) = (self.along(direction, b), self.along(direction, a));
                self.visit(a, left, inner);
                self.visit(b, right, inner);
            }
            Node::Divide(a, b) => {
                let (above, below) = (self.along(direction, b), self.along(direction, a));
                let below = if above == Unclear { Unclear } else { below.flipped() };
                self.visit(a, above, inner);
                self.visit(b, below, inner);
            }
            Node::Power(a, Exponent::Literal(k)) if k % 2 == 1 => self.visit(a, direction, inner),
            Node::Power(a, _) => {
                let base = self.along(direction, a);
                self.visit(a, base, inner);
            }
            Node::Root(a) | Node::Expectation(_, a) | Node::Sum(a) => {
                self.visit(a, direction, inner);
            }
            Node::Least(parts) | Node::Greatest(parts) => {
                parts.iter().for_each(|part| self.visit(part, direction, inner));
            }
            Node::Apply(_, a) | Node::NormSq(a) => self.visit(a, Unclear, Place::Inside),
            Node::Inner(a, b) => {
                self.visit(a, Unclear, Place::Inside);
                self.visit(b, Unclear, Place::Inside);
            }
        }
    }

    /// The direction of a factor, beside one of this sign.
    fn along(&mut self, direction: Direction, other: &Expr) -> Direction {
        match self.reader.sign(other) {
            Known::Positive | Known::NonNegative => direction,
            Known::Real => Direction::Unclear,
        }
    }

    fn terms(&mut self, part: &'a Expr, sum: &'a Expr, direction: Direction) {
        match &part.node {
            Node::Add(a, b) => {
                self.terms(a, sum, direction);
                self.terms(b, sum, direction);
            }
            Node::Subtract(a, b) => {
                self.terms(a, sum, direction);
                self.terms(b, sum, direction.flipped());
            }
            Node::Negate(a) => self.terms(a, sum, direction.flipped()),
            _ => {
                let known = |site: &Site<'_>| matches!(site, Site::Term(other, ..) if std::ptr::eq(*other, part));
                match self.sites.iter_mut().find(|site| known(site)) {
                    Some(Site::Term(_, _, old)) if *old != direction => *old = Direction::Unclear,
                    Some(_) => {}
                    None => self.sites.push(Site::Term(part, sum, direction)),
                }
            }
        }
    }
}

fn is_sum(expr: &Expr) -> bool {
    matches!(expr.node, Node::Add(..) | Node::Subtract(..) | Node::Negate(_))
}

/// Whether a number is among the factors of a term: then the number is changed in its place.
fn has_number(term: &Expr) -> bool {
    match &term.node {
        Node::Number(_) => true,
        Node::Multiply(a, b) | Node::Divide(a, b) => has_number(a) || has_number(b),
        Node::Negate(a) => has_number(a),
        _ => false,
    }
}

/// A sum without one of its terms; `None` if that is all of it.
fn without(sum: &Expr, term: &Expr) -> Option<Expr> {
    if std::ptr::eq(sum, term) {
        return None;
    }
    let as_sum = |node| Expr { node, ..sum.clone() };
    match &sum.node {
        Node::Negate(a) => Some(as_sum(Node::Negate(Box::new(without(a, term)?)))),
        Node::Add(a, b) => match (without(a, term), without(b, term)) {
            (Some(a), Some(b)) => Some(as_sum(Node::Add(Box::new(a), Box::new(b)))),
            (one, other) => one.or(other),
        },
        Node::Subtract(a, b) => match (without(a, term), without(b, term)) {
            (Some(a), Some(b)) => Some(as_sum(Node::Subtract(Box::new(a), Box::new(b)))),
            (None, Some(b)) => Some(as_sum(Node::Negate(Box::new(b)))),
            (one, None) => one,
        },
        _ => Some(sum.clone()),
    }
}

fn multiplied(factor: &Rational, part: &Expr) -> Expr {
    let factor = Expr::scalar(Node::Number(factor.clone()));
    let node = Node::Multiply(Box::new(factor), Box::new(part.clone()));
    Expr { node, shape: part.shape, scope: part.scope }
}

/// The expression with one part replaced. Definitions around it are written out, so that the change
/// is seen.
fn substituted(expr: &Expr, old: &Expr, new: &Expr) -> Expr {
    expr.replaced(&|part| {
        if std::ptr::eq(part, old) {
            return Some(new.clone());
        }
        match &part.node {
            Node::Defined(definition) if holds(&definition.body, old) => {
                Some(substituted(&definition.body, old, new))
            }
            _ => None,
        }
    })
}

fn holds(expr: &Expr, wanted: &Expr) -> bool {
    let mut found = false;
    expr.walk(&mut |part| found |= std::ptr::eq(part, wanted));
    found
}

/// The condition with twice the step size admitted; `None` if it is not about the step size.
fn widened(condition: &Condition) -> Option<Condition> {
    let Condition::Formula(formula) = condition else { return None };
    let Formula::Relation(relation) = &**formula else { return None };
    if matches!(relation.sign, Sign::Equal | Sign::NotEqual) {
        return None;
    }
    // That something is positive is no range of steps.
    let zero = |side: &Expr| matches!(&side.node, Node::Number(value) if value.is_zero());
    if zero(&relation.lhs) || zero(&relation.rhs) {
        return None;
    }
    let steps = [Quantity::Gamma, Quantity::Gamma2];
    let symbol = |side: &Expr| steps.into_iter().find(|q| is(side, *q));
    let double = |bound: &Expr| multiplied(&Rational::integer(2), bound);
    let upper = matches!(relation.sign, Sign::AtMost | Sign::Less);
    let relation = match (symbol(&relation.lhs), symbol(&relation.rhs)) {
        (Some(_), _) if upper => Relation { rhs: double(&relation.rhs), ..relation.clone() },
        (_, Some(_)) if !upper => Relation { lhs: double(&relation.lhs), ..relation.clone() },
        _ => {
            let mentions = |q: &Quantity| relation.lhs.mentions(*q) || relation.rhs.mentions(*q);
            let step = steps.into_iter().find(mentions)?;
            // The step sizes whose halves satisfy it.
            Relation {
                lhs: halved(&relation.lhs, step),
                sign: relation.sign,
                rhs: halved(&relation.rhs, step),
            }
        }
    };
    Some(Condition::Formula(Box::new(Formula::Relation(relation))))
}

/// The expression at half the step size, with the definitions that change written out.
fn halved(expr: &Expr, step: Quantity) -> Expr {
    expr.replaced(&|part| match &part.node {
        _ if is(part, step) => Some(multiplied(&Rational::ratio(1, 2), part)),
        Node::Defined(definition) if definition.body.mentions(step) => {
            Some(halved(&definition.body, step))
        }
        _ => None,
    })
}

fn is(expr: &Expr, quantity: Quantity) -> bool {
    matches!(&expr.node, Node::Quantity(q, _) if *q == quantity)
}

/// A formula as a person writes it, with the definitions that are unchanged by their names.
fn plain_formula(formula: &Formula) -> String {
    let relation = |r: &Relation| format!("{} {} {}", plain(&r.lhs), r.sign.text(), plain(&r.rhs));
    match formula {
        Formula::Relation(a) => relation(a),
        Formula::Equivalence(a, b) => format!("{} <=> {}", relation(a), relation(b)),
    }
}

fn plain_condition(condition: &Condition) -> String {
    match condition {
        Condition::Formula(formula) => plain_formula(formula),
        other => other.to_string(),
    }
}
