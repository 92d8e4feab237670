//! Formulas as LaTeX.

use super::expr::{Exponent, Expr, Formula, Node, Relation, Shape, Sign};
use super::theorem::Condition;
use super::vocabulary::Law;

/// How tightly an expression binds; a looser one inside a tighter place gets parentheses.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Strength {
    Sum,
    Product,
    Atom,
}

impl Formula {
    /// The formula as LaTeX, for display mode.
    pub fn latex(&self) -> String {
        match self {
            Self::Relation(relation) => relation.latex(),
            Self::Equivalence(left, right) => {
                format!(r"{} \iff {}", left.latex(), right.latex())
            }
        }
    }
}

impl Relation {
    fn latex(&self) -> String {
        let sign = match self.sign {
            Sign::AtMost => r"\le",
            Sign::AtLeast => r"\ge",
            Sign::Less => "<",
            Sign::Greater => ">",
            Sign::Equal => "=",
            Sign::NotEqual => r"\ne",
        };
        format!("{} {sign} {}", self.lhs.latex(), self.rhs.latex())
    }
}

impl Condition {
    /// The condition as LaTeX.
    pub fn latex(&self) -> String {
        match self {
            Self::Formula(formula) => formula.latex(),
            Self::Everywhere(formula) => format!(r"\forall x:\; {}", formula.latex()),
            Self::Class(class, constant) => {
                let constant = constant.as_ref().map(|c| c.at(Strength::Atom)).unwrap_or_default();
                class.entry().latex.replace('#', &constant)
            }
        }
    }
}

impl Expr {
    /// The expression as LaTeX.
    pub fn latex(&self) -> String {
        self.rendered().0
    }

    fn at(&self, place: Strength) -> String {
        let (text, strength) = self.rendered();
        if strength < place { format!(r"\left({text}\right)") } else { text }
    }

    fn rendered(&self) -> (String, Strength) {
        use Strength::{Atom, Product, Sum};
        let list = |parts: &[Self]| parts.iter().map(Self::latex).collect::<Vec<_>>().join(", ");
        let applied = |name: &str, arguments: &[Self]| match arguments {
            [] => name.to_owned(),
            _ => format!(r"{name}({})", list(arguments)),
        };
        match &self.node {
            Node::Number(value) if value.is_integer() => (value.to_string(), Atom),
            Node::Number(value) => {
                let text = value.to_string();
                let (p, q) = text.split_once('/').unwrap_or((&text, "1"));
                (format!(r"\tfrac{{{p}}}{{{q}}}"), Atom)
            }
            Node::Quantity(quantity, arguments) => {
                (applied(quantity.entry().latex, arguments), Atom)
            }
            Node::Indexed(quantity) => (quantity.entry().latex.replace(r"\xi", "n"), Atom),
            Node::Symbol(symbol) => (symbol.latex.clone(), Atom),
            Node::Apply(map, a) => (format!(r"{}\left({}\right)", map.latex, a.latex()), Atom),
            Node::Slack(name) => (format!(r"\left[\text{{{name}}}\right]"), Atom),
            Node::Defined(definition) => (applied(&definition.latex, &definition.arguments), Atom),
            Node::Negate(a) => (format!("-{}", a.at(Product)), Sum),
            Node::Add(a, b) => (format!("{} + {}", a.at(Sum), b.at(Sum)), Sum),
            Node::Subtract(a, b) => (format!("{} - {}", a.at(Sum), b.at(Product)), Sum),
            Node::Multiply(a, b) => {
                let vectors = a.shape == Shape::Vector || b.shape == Shape::Vector;
                let numbers = matches!(b.node, Node::Number(_));
                let dot = if numbers && !vectors { r" \cdot " } else { r"\," };
                (format!("{}{dot}{}", a.at(Product), b.at(Product)), Product)
            }
            Node::Divide(a, b) => (format!(r"\frac{{{}}}{{{}}}", a.latex(), b.latex()), Atom),
            Node::Power(a, exponent) => {
                let exponent = match exponent {
                    Exponent::Literal(k) => k.to_string(),
                    Exponent::Symbol(k) => k.entry().latex.to_owned(),
                };
                // A symbol that carries an exponent of its own, or a fraction, is bracketed.
                let base = a.at(Atom);
                let base = if base.contains('^') || base.starts_with(r"\frac") {
                    format!(r"\left({base}\right)")
                } else {
                    base
                };
                (format!("{base}^{{{exponent}}}"), Atom)
            }
            Node::Root(a) => (format!(r"\sqrt{{{}}}", a.latex()), Atom),
            Node::Least(parts) => (format!(r"\min\left({}\right)", list(parts)), Atom),
            Node::Greatest(parts) => (format!(r"\max\left({}\right)", list(parts)), Atom),
            Node::Inner(a, b) => (format!(r"\langle {}, {}\rangle", a.latex(), b.latex()), Atom),
            Node::NormSq(a) => (format!(r"\left\|{}\right\|^2", a.latex()), Atom),
            Node::Expectation(Law::Coin, a) => {
                (format!(r"\mathbb{{E}}_{{\mathcal{{C}}}}\left[{}\right]", a.latex()), Atom)
            }
            Node::Expectation(_, a) => (format!(r"\mathbb{{E}}\left[{}\right]", a.latex()), Atom),
            Node::Sum(a) => (format!(r"\sum_{{n=1}}^{{N}} {}", a.at(Product)), Product),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::dictionary::Dictionary;

    #[test]
    fn formulas_are_typeset_from_their_tree() {
        let dictionary = Dictionary::standard();
        for (text, latex) in [
            (
                "E[norm_sq(x_next - x_star)] <= (1 - gamma*mu)*norm_sq(e) + 4*gamma/(3*mu)*lambda^2*bias_sq",
                r"\mathbb{E}\left[\left\|x^+ - x^*\right\|^2\right] \le \left(1 - \gamma\,\mu\right)\,\left\|e\right\|^2 + \frac{4\,\gamma}{3\,\mu}\,\lambda^{2}\,B",
            ),
            ("noise(2*lambda) = 0.5", r"S(2\,\lambda) = \tfrac{1}{2}"),
            (
                "-(gamma - (mu - 1)) < (1 - gamma)^t",
                r"-\left(\gamma - \left(\mu - 1\right)\right) < \left(1 - \gamma\right)^{t}",
            ),
            (
                "sum(n, norm_sq(c[n])) = n_samples*sigma_star_sq^2",
                r"\sum_{n=1}^{N} \left\|c_n\right\|^2 = N\,\left(\sigma_*^2\right)^{2}",
            ),
        ] {
            assert_eq!(dictionary.formula(text).unwrap().latex(), latex);
        }
    }
}
