//! Text to syntax tree, with the place of every part.
//!
//! ```text
//! formula  := relation [ "<=>" relation ]
//! relation := sum ( "<=" | ">=" | "<" | ">" | "=" | "!=" ) sum
//! sum      := product { ("+" | "-") product }
//! product  := unary { ("*" | "/") unary }
//! unary    := "-" unary | power
//! power    := atom [ "^" ( integer | name ) ]
//! atom     := number | name [ "(" sum { "," sum } ")" ] | name "[" name "]"
//!           | ( "E" | "Ec" ) "[" sum "]" | "(" sum ")" | "[" name { "-" name } "]"
//! ```
//!
//! `inner`, `norm_sq`, `sqrt`, `min`, `max` and `sum` are written as calls; what a name means is
//! settled by [`dictionary`](super::dictionary). Numbers are integers or decimals, read exactly.
//! `Ec` is the expectation over the algorithm's own randomness given the sample; `[name]` is the
//! slack of a fact, and stands in certificates only.

use crate::scalar::Rational;

/// What went wrong in a formula, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{cause}")]
pub struct FormulaError {
    /// Byte offset in the formula's text.
    pub at: usize,
    /// The cause, in lower case without a full stop.
    pub cause: String,
}

impl FormulaError {
    pub(super) fn new(at: usize, cause: impl Into<String>) -> Self {
        Self { at, cause: cause.into() }
    }
}

/// An untyped tree with positions.
#[derive(Clone, Debug)]
pub(super) struct Syntax {
    pub(super) at: usize,
    pub(super) node: SyntaxNode,
}

#[derive(Clone, Debug)]
pub(super) enum SyntaxNode {
    Number(Rational),
    Name(String),
    Call(String, Vec<Syntax>),
    Index(String, String),
    /// The flag tells `Ec` from `E`.
    Expectation(bool, Box<Syntax>),
    Slack(String),
    Negate(Box<Syntax>),
    Binary(char, Box<Syntax>, Box<Syntax>),
    Power(Box<Syntax>, Box<Syntax>),
}

/// `lhs sign rhs`, untyped.
pub(super) type SyntaxRelation = (Syntax, super::expr::Sign, Syntax);

/// Longer or deeper formulas are refused: no theorem needs them, and recursion stays bounded.
const MAX_LENGTH: usize = 8_192;
const MAX_DEPTH: usize = 96;

/// Parses a formula of one relation or an equivalence of two.
pub(super) fn parse_formula(text: &str) -> Result<Vec<SyntaxRelation>, FormulaError> {
    let mut parser = Parser::new(text)?;
    let mut relations = vec![parser.relation()?];
    if parser.accept("<=>") {
        relations.push(parser.relation()?);
    }
    parser.finish()?;
    Ok(relations)
}

/// Parses a scalar or vector expression.
pub(super) fn parse_expression(text: &str) -> Result<Syntax, FormulaError> {
    let mut parser = Parser::new(text)?;
    let expression = parser.sum()?;
    parser.finish()?;
    Ok(expression)
}

#[derive(Clone, Debug, PartialEq)]
enum Token {
    /// With its text.
    Number(Rational, String),
    Name(String),
    Sign(&'static str),
}

struct Parser {
    tokens: Vec<(usize, Token)>,
    next: usize,
    depth: usize,
    end: usize,
}

/// Longest first, so that `<=>` is not read as `<=` and `>`.
const SIGNS: [&str; 18] =
    ["<=>", "<=", ">=", "!=", "<", ">", "=", "+", "-", "*", "/", "^", "(", ")", "[", "]", ",", ";"];

fn tokenize(text: &str) -> Result<Vec<(usize, Token)>, FormulaError> {
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(first) = text[at..].chars().next() {
        let rest = &text[at..];
        let length_while = |good: fn(char) -> bool| rest.find(|c| !good(c)).unwrap_or(rest.len());
        if first.is_whitespace() {
            at += first.len_utf8();
        } else if first.is_ascii_digit() {
            let length = length_while(|c| c.is_ascii_digit() || c == '.');
            let value = rest[..length].parse().map_err(|_| {
                FormulaError::new(at, format!("{:?} is not a number", &rest[..length]))
            })?;
            tokens.push((at, Token::Number(value, rest[..length].to_owned())));
            at += length;
        } else if first.is_ascii_alphabetic() {
            let length = length_while(|c| c.is_ascii_alphanumeric() || c == '_');
            tokens.push((at, Token::Name(rest[..length].to_owned())));
            at += length;
        } else if let Some(sign) = SIGNS.into_iter().find(|sign| rest.starts_with(sign)) {
            tokens.push((at, Token::Sign(sign)));
            at += sign.len();
        } else {
            return Err(FormulaError::new(at, format!("unexpected character {first:?}")));
        }
    }
    Ok(tokens)
}

impl Parser {
    fn new(text: &str) -> Result<Self, FormulaError> {
        if text.len() > MAX_LENGTH {
            let cause = format!("the formula is longer than {MAX_LENGTH} bytes");
            return Err(FormulaError::new(0, cause));
        }
        Ok(Self { tokens: tokenize(text)?, next: 0, depth: 0, end: text.len() })
    }

    fn at(&self) -> usize {
        self.tokens.get(self.next).map_or(self.end, |(at, _)| *at)
    }

    fn accept(&mut self, sign: &str) -> bool {
        let found = matches!(self.tokens.get(self.next), Some((_, Token::Sign(s))) if *s == sign);
        self.next += usize::from(found);
        found
    }

    fn expect(&mut self, sign: &str) -> Result<(), FormulaError> {
        if self.accept(sign) { Ok(()) } else { Err(self.unexpected(&format!("'{sign}'"))) }
    }

    fn unexpected(&self, wanted: &str) -> FormulaError {
        let found = match self.tokens.get(self.next) {
            None => "the end of the formula".to_owned(),
            Some((_, Token::Number(_, text))) => format!("the number {text}"),
            Some((_, Token::Name(name))) => format!("the name {name}"),
            Some((_, Token::Sign(sign))) => format!("'{sign}'"),
        };
        FormulaError::new(self.at(), format!("expected {wanted}, found {found}"))
    }

    fn finish(&self) -> Result<(), FormulaError> {
        if self.next == self.tokens.len() {
            Ok(())
        } else {
            Err(self.unexpected("an operator or the end of the formula"))
        }
    }

    fn relation(&mut self) -> Result<SyntaxRelation, FormulaError> {
        use super::expr::Sign;
        let lhs = self.sum()?;
        for sign in
            [Sign::AtMost, Sign::AtLeast, Sign::Less, Sign::Greater, Sign::Equal, Sign::NotEqual]
        {
            if self.accept(sign.text()) {
                return Ok((lhs, sign, self.sum()?));
            }
        }
        Err(self.unexpected("one of <= >= < > = !="))
    }

    fn sum(&mut self) -> Result<Syntax, FormulaError> {
        self.chain(&["+", "-"], Self::product)
    }

    fn product(&mut self) -> Result<Syntax, FormulaError> {
        self.chain(&["*", "/"], Self::unary)
    }

    /// A left-associative chain; its length counts towards the depth, because the tree leans.
    fn chain(
        &mut self,
        signs: &[&str],
        part: fn(&mut Self) -> Result<Syntax, FormulaError>,
    ) -> Result<Syntax, FormulaError> {
        let before = self.depth;
        let mut left = part(self)?;
        loop {
            let at = self.at();
            let Some(sign) = signs.iter().find(|sign| self.accept(sign)) else {
                self.depth = before;
                return Ok(left);
            };
            self.deeper()?;
            let right = part(self)?;
            let sign = sign.chars().next().unwrap_or('+');
            let node = SyntaxNode::Binary(sign, Box::new(left), Box::new(right));
            left = Syntax { at, node };
        }
    }

    fn deeper(&mut self) -> Result<(), FormulaError> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            let cause = format!("the formula nests deeper than {MAX_DEPTH} levels");
            return Err(FormulaError::new(self.at(), cause));
        }
        Ok(())
    }

    fn unary(&mut self) -> Result<Syntax, FormulaError> {
        let at = self.at();
        if !self.accept("-") {
            return self.power();
        }
        self.deeper()?;
        let operand = self.unary()?;
        self.depth -= 1;
        Ok(Syntax { at, node: SyntaxNode::Negate(Box::new(operand)) })
    }

    fn power(&mut self) -> Result<Syntax, FormulaError> {
        let base = self.atom()?;
        let at = self.at();
        if !self.accept("^") {
            return Ok(base);
        }
        let at_exponent = self.at();
        let exponent = match self.tokens.get(self.next) {
            Some((_, Token::Number(value, _))) => SyntaxNode::Number(value.clone()),
            Some((_, Token::Name(name))) => SyntaxNode::Name(name.clone()),
            _ => return Err(self.unexpected("an exponent: a natural number or its name")),
        };
        self.next += 1;
        let exponent = Box::new(Syntax { at: at_exponent, node: exponent });
        Ok(Syntax { at, node: SyntaxNode::Power(Box::new(base), exponent) })
    }

    fn atom(&mut self) -> Result<Syntax, FormulaError> {
        let at = self.at();
        self.deeper()?;
        let node = match self.tokens.get(self.next).map(|(_, token)| token.clone()) {
            Some(Token::Number(value, _)) => {
                self.next += 1;
                SyntaxNode::Number(value)
            }
            Some(Token::Name(name)) => {
                self.next += 1;
                self.after_name(name)?
            }
            Some(Token::Sign("(")) => {
                self.next += 1;
                let inner = self.sum()?;
                self.expect(")")?;
                inner.node
            }
            Some(Token::Sign("[")) => {
                self.next += 1;
                self.slack()?
            }
            _ => return Err(self.unexpected("a number, a name or '('")),
        };
        self.depth -= 1;
        Ok(Syntax { at, node })
    }

    /// The name of a fact, which may hold hyphens.
    fn slack(&mut self) -> Result<SyntaxNode, FormulaError> {
        let mut name = String::new();
        loop {
            match self.tokens.get(self.next) {
                Some((_, Token::Name(part))) => name.push_str(part),
                Some((_, Token::Number(_, part))) if !name.is_empty() => name.push_str(part),
                _ => return Err(self.unexpected("the name of a fact")),
            }
            self.next += 1;
            if self.accept("]") {
                return Ok(SyntaxNode::Slack(name));
            }
            self.expect("-")?;
            name.push('-');
        }
    }

    fn after_name(&mut self, name: String) -> Result<SyntaxNode, FormulaError> {
        if self.accept("(") {
            let mut arguments = vec![self.sum()?];
            while self.accept(",") {
                arguments.push(self.sum()?);
            }
            self.expect(")")?;
            return Ok(SyntaxNode::Call(name, arguments));
        }
        if !self.accept("[") {
            return Ok(SyntaxNode::Name(name));
        }
        if name == "E" || name == "Ec" {
            let inner = self.sum()?;
            self.expect("]")?;
            return Ok(SyntaxNode::Expectation(name == "Ec", Box::new(inner)));
        }
        let Some((_, Token::Name(index))) = self.tokens.get(self.next).cloned() else {
            return Err(self.unexpected("the index of a sum"));
        };
        self.next += 1;
        self.expect("]")?;
        Ok(SyntaxNode::Index(name, index))
    }
}
