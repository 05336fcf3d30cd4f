//! `XPath` 1.0 as text, read into an expression. What is not understood is an error that names it.
//!
//! Left out because no site rule uses them: variables, namespaces, the axes `following`, `preceding`, `namespace`.

/// An expression.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Expr {
    /// `//div[@id]/p`, from the top or from the context.
    Path { absolute: bool, steps: Vec<Step> },
    /// `(//div)[1]/p`.
    Filter { of: Box<Expr>, predicates: Vec<Expr>, steps: Vec<Step> },
    /// `'text'`.
    Literal(String),
    /// `1`.
    Number(f64),
    /// `contains(a, b)`.
    Call(Function, Vec<Expr>),
    /// `a and b`, `a = b`, `a | b` …
    Binary(Operator, Box<Expr>, Box<Expr>),
    /// `-a`.
    Negative(Box<Expr>),
}

/// One step of a path.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Step {
    pub(super) axis: Axis,
    pub(super) test: Test,
    pub(super) predicates: Vec<Expr>,
}

/// Where a step leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Axis {
    Child,
    Descendant,
    DescendantOrSelf,
    Itself,
    Parent,
    Ancestor,
    AncestorOrSelf,
    FollowingSibling,
    PrecedingSibling,
    Attribute,
}

/// Which nodes a step takes.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Test {
    /// Elements or attributes of that name.
    Name(String),
    /// `*`.
    Any,
    /// `text()`.
    Text,
    /// `node()`.
    Node,
}

/// Operators, weakest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operator {
    Or,
    And,
    Equal,
    Unequal,
    Less,
    LessOrEqual,
    More,
    MoreOrEqual,
    Plus,
    Minus,
    Times,
    Divide,
    Modulo,
    Union,
}

macro_rules! functions {
    ($($name:ident $word:literal $least:literal $most:literal),+ $(,)?) => {
        /// The functions that are known.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(super) enum Function { $($name),+ }

        /// A function by its name, and how many arguments it takes.
        fn function(word: &str) -> Option<(Function, std::ops::RangeInclusive<usize>)> {
            match word { $($word => Some((Function::$name, $least..=$most)),)+ _ => None }
        }
    };
}

functions! {
    Contains "contains" 2 2, StartsWith "starts-with" 2 2, Concat "concat" 2 99,
    NormalizeSpace "normalize-space" 0 1, String "string" 0 1, StringLength "string-length" 0 1,
    SubstringBefore "substring-before" 2 2, SubstringAfter "substring-after" 2 2, Substring "substring" 2 3,
    Translate "translate" 3 3, Not "not" 1 1, True "true" 0 0, False "false" 0 0, Boolean "boolean" 1 1,
    Number "number" 0 1, Position "position" 0 0, Last "last" 0 0, Count "count" 1 1, Name "name" 0 1,
    LocalName "local-name" 0 1,
}

/// Parentheses and predicates within each other; real rules have three.
const NESTING_MAX: usize = 32;

/// Reads an expression.
pub(super) fn parse(text: &str) -> Result<Expr, String> {
    let mut reader = Reader { tokens: tokens(text)?, at: 0, nesting: 0 };
    let expr = reader.binary(0)?;
    match reader.peek() {
        None => Ok(expr),
        Some(token) => Err(format!("`{token}` is not expected here")),
    }
}

/// Cuts an expression into its tokens.
fn tokens(text: &str) -> Result<Vec<String>, String> {
    let mut tokens = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '"' | '\'' => match rest[1..].find(first) {
                Some(end) => end + 2,
                None => return Err(format!("the text {rest} has no end")),
            },
            '0'..='9' => rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len()),
            first if first.is_alphabetic() || first == '_' => name_length(rest),
            _ => ["//", "::", "..", "!=", "<=", ">="]
                .iter()
                .find(|s| rest.starts_with(**s))
                .map_or(first.len_utf8(), |s| s.len()),
        };
        tokens.push(rest[..length].to_owned());
        rest = rest[length..].trim_start();
    }
    Ok(tokens)
}

fn name_length(text: &str) -> usize {
    text.find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '-' | '.'))).unwrap_or(text.len())
}

struct Reader {
    tokens: Vec<String>,
    at: usize,
    nesting: usize,
}

impl Reader {
    fn peek(&self) -> Option<&str> {
        self.tokens.get(self.at).map(String::as_str)
    }

    fn peek_second(&self) -> Option<&str> {
        self.tokens.get(self.at + 1).map(String::as_str)
    }

    fn take(&mut self, token: &str) -> bool {
        let found = self.peek() == Some(token);
        self.at += usize::from(found);
        found
    }

    fn expect(&mut self, token: &str) -> Result<(), String> {
        if self.take(token) { Ok(()) } else { Err(format!("`{token}` is missing")) }
    }

    /// Operators of at least that strength, from left to right.
    fn binary(&mut self, strength: u8) -> Result<Expr, String> {
        self.nesting += 1;
        if self.nesting > NESTING_MAX * 8 {
            return Err(format!("more than {NESTING_MAX} levels of parentheses"));
        }
        let mut left = self.unary()?;
        while let Some((operator, of)) = self.peek().and_then(operator).filter(|(_, of)| *of >= strength) {
            self.at += 1;
            let right = self.binary(of + 1)?;
            left = Expr::Binary(operator, Box::new(left), Box::new(right));
        }
        self.nesting -= 1;
        Ok(left)
    }

    fn unary(&mut self) -> Result<Expr, String> {
        if self.take("-") {
            return Ok(Expr::Negative(Box::new(self.unary()?)));
        }
        let Some(token) = self.peek().map(str::to_owned) else { return Err("it ends too early".to_owned()) };
        if token == "$" {
            return Err("variables are not supported".to_owned());
        }
        let is_call = self.peek_second() == Some("(")
            && !matches!(token.as_str(), "text" | "node" | "comment" | "processing-instruction");
        let first = token.chars().next().unwrap_or(' ');
        let primary = match first {
            '(' => {
                self.at += 1;
                let inner = self.binary(0)?;
                self.expect(")")?;
                inner
            }
            '"' | '\'' => {
                self.at += 1;
                Expr::Literal(token[1..token.len() - 1].to_owned())
            }
            '0'..='9' => {
                self.at += 1;
                Expr::Number(token.parse().map_err(|_| format!("`{token}` is no number"))?)
            }
            _ if is_call && first.is_alphabetic() => self.call(&token)?,
            _ => return self.path(),
        };
        self.filter(primary)
    }

    fn call(&mut self, name: &str) -> Result<Expr, String> {
        let Some((function, takes)) = function(name) else {
            return Err(format!("the function `{name}()` is not supported"));
        };
        self.at += 2;
        let mut arguments = Vec::new();
        while !self.take(")") {
            if !arguments.is_empty() {
                self.expect(",")?;
            }
            arguments.push(self.binary(0)?);
        }
        if !takes.contains(&arguments.len()) {
            return Err(format!("`{name}()` does not take {} arguments", arguments.len()));
        }
        Ok(Expr::Call(function, arguments))
    }

    /// `(…)[1]/p`: what stands behind a value.
    fn filter(&mut self, of: Expr) -> Result<Expr, String> {
        let predicates = self.predicates()?;
        let mut steps = Vec::new();
        while matches!(self.peek(), Some("/" | "//")) {
            self.slash(&mut steps)?;
        }
        if predicates.is_empty() && steps.is_empty() {
            return Ok(of);
        }
        Ok(Expr::Filter { of: Box::new(of), predicates, steps })
    }

    fn path(&mut self) -> Result<Expr, String> {
        let absolute = matches!(self.peek(), Some("/" | "//"));
        let mut steps = Vec::new();
        if self.peek() == Some("/") && !self.peek_second().is_some_and(begins_step) {
            self.at += 1;
            return Ok(Expr::Path { absolute, steps });
        }
        if !absolute {
            steps.push(self.step()?);
        }
        while matches!(self.peek(), Some("/" | "//")) {
            self.slash(&mut steps)?;
        }
        Ok(Expr::Path { absolute, steps })
    }

    fn slash(&mut self, steps: &mut Vec<Step>) -> Result<(), String> {
        if self.take("//") {
            steps.push(Step { axis: Axis::DescendantOrSelf, test: Test::Node, predicates: Vec::new() });
        } else {
            self.expect("/")?;
        }
        steps.push(self.step()?);
        Ok(())
    }

    fn step(&mut self) -> Result<Step, String> {
        if self.take(".") {
            return Ok(Step { axis: Axis::Itself, test: Test::Node, predicates: self.predicates()? });
        }
        if self.take("..") {
            return Ok(Step { axis: Axis::Parent, test: Test::Node, predicates: self.predicates()? });
        }
        let axis = self.axis()?;
        let test = self.test()?;
        Ok(Step { axis, test, predicates: self.predicates()? })
    }

    fn axis(&mut self) -> Result<Axis, String> {
        if self.take("@") {
            return Ok(Axis::Attribute);
        }
        if self.peek_second() != Some("::") {
            return Ok(Axis::Child);
        }
        let name = self.peek().unwrap_or_default();
        let axis = match name {
            "child" => Axis::Child,
            "descendant" => Axis::Descendant,
            "descendant-or-self" => Axis::DescendantOrSelf,
            "self" => Axis::Itself,
            "parent" => Axis::Parent,
            "ancestor" => Axis::Ancestor,
            "ancestor-or-self" => Axis::AncestorOrSelf,
            "following-sibling" => Axis::FollowingSibling,
            "preceding-sibling" => Axis::PrecedingSibling,
            "attribute" => Axis::Attribute,
            name => return Err(format!("the axis `{name}::` is not supported")),
        };
        self.at += 2;
        Ok(axis)
    }

    fn test(&mut self) -> Result<Test, String> {
        let Some(token) = self.peek().map(str::to_owned) else { return Err("a name is missing at its end".to_owned()) };
        self.at += 1;
        if token == "*" {
            return Ok(Test::Any);
        }
        if !begins_step(&token) {
            return Err(format!("a name should stand where `{token}` stands"));
        }
        if self.peek() == Some(":") {
            return Err("names with a namespace are not supported".to_owned());
        }
        if !self.take("(") {
            return Ok(Test::Name(token.to_lowercase()));
        }
        self.expect(")")?;
        match token.as_str() {
            "text" => Ok(Test::Text),
            "node" => Ok(Test::Node),
            _ => Err(format!("`{token}()` is not supported")),
        }
    }

    fn predicates(&mut self) -> Result<Vec<Expr>, String> {
        let mut predicates = Vec::new();
        while self.take("[") {
            predicates.push(self.binary(0)?);
            self.expect("]")?;
        }
        Ok(predicates)
    }
}

fn begins_step(token: &str) -> bool {
    matches!(token, "*" | "@" | "." | "..") || token.starts_with(|c: char| c.is_alphabetic() || c == '_')
}

fn operator(token: &str) -> Option<(Operator, u8)> {
    Some(match token {
        "or" => (Operator::Or, 1),
        "and" => (Operator::And, 2),
        "=" => (Operator::Equal, 3),
        "!=" => (Operator::Unequal, 3),
        "<" => (Operator::Less, 4),
        "<=" => (Operator::LessOrEqual, 4),
        ">" => (Operator::More, 4),
        ">=" => (Operator::MoreOrEqual, 4),
        "+" => (Operator::Plus, 5),
        "-" => (Operator::Minus, 5),
        "*" => (Operator::Times, 6),
        "div" => (Operator::Divide, 6),
        "mod" => (Operator::Modulo, 6),
        "|" => (Operator::Union, 7),
        _ => return None,
    })
}
