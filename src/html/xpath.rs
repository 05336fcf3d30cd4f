//! `XPath` 1.0 over a page, in the forms of site rules: paths, predicates, unions, string functions.
//!
//! An absolute path begins at the element that is asked, so `//a` on one item of a listing stays within it. Reading is
//! in `xpath_parse`. Work is bounded: what is not found within the budget is not found.

use std::cell::Cell;
use std::ops::Deref;

use scraper::{ElementRef, Node};

use crate::html::dom::NodeId;
use crate::html::plain::collapse;
use crate::html::xpath_parse::{Axis, Expr, Function, Operator, Step, Test, parse};

/// Nodes that one evaluation looks at: a hundred times a large page.
const VISITS_MAX: usize = 5_000_000;

type TreeNode<'a> = <ElementRef<'a> as Deref>::Target;

/// An expression, checked when it is made.
#[derive(Debug, Clone)]
pub struct XPath {
    expr: Expr,
}

/// What an expression gives.
#[derive(Debug, Clone)]
pub enum Value<'a> {
    /// Nodes in page order.
    Nodes(Vec<Found<'a>>),
    /// `string(…)` and the like.
    Text(String),
    /// `count(…)` and the like.
    Number(f64),
    /// `contains(…)` and the like.
    Truth(bool),
}

/// A node that was found.
#[derive(Debug, Clone, Copy)]
pub enum Found<'a> {
    /// Above the element that was asked: where absolute paths begin.
    Top(ElementRef<'a>),
    /// An element, a text, the document.
    Tree(TreeNode<'a>),
    /// An attribute: its element, its name, its value.
    Attribute(TreeNode<'a>, &'a str, &'a str),
}

impl XPath {
    /// Reads an expression; the error says what is not understood.
    pub fn parse(text: &str) -> Result<Self, String> {
        parse(text).map(|expr| Self { expr })
    }

    /// What it gives, asked of an element.
    #[must_use]
    pub fn evaluate<'a>(&self, root: ElementRef<'a>) -> Value<'a> {
        let evaluator = Evaluator { root, visits: Cell::new(0) };
        evaluator.value(&self.expr, Context { node: Found::Tree(*root), position: 1, size: 1 })
    }
}

impl<'a> Found<'a> {
    /// Its text.
    #[must_use]
    pub fn text(&self) -> String {
        match self {
            Self::Top(root) => root.text().collect(),
            Self::Attribute(_, _, value) => (*value).to_owned(),
            Self::Tree(node) => match node.value() {
                Node::Text(text) => text.to_string(),
                _ => node.descendants().filter_map(|node| node.value().as_text().map(|text| &**text)).collect(),
            },
        }
    }

    /// The element, if it is one.
    #[must_use]
    pub fn element(&self) -> Option<ElementRef<'a>> {
        match self {
            Self::Tree(node) => ElementRef::wrap(*node),
            _ => None,
        }
    }

    fn key(&self) -> (Option<NodeId>, &'a str) {
        match self {
            Self::Top(_) => (None, ""),
            Self::Tree(node) => (Some(node.id()), ""),
            Self::Attribute(node, name, _) => (Some(node.id()), name),
        }
    }
}

impl Value<'_> {
    fn text(&self) -> String {
        match self {
            Self::Nodes(nodes) => nodes.first().map(Found::text).unwrap_or_default(),
            Self::Text(text) => text.clone(),
            Self::Number(number) => number.to_string(),
            Self::Truth(truth) => truth.to_string(),
        }
    }

    fn truth(&self) -> bool {
        match self {
            Self::Nodes(nodes) => !nodes.is_empty(),
            Self::Text(text) => !text.is_empty(),
            Self::Number(number) => *number != 0.0 && !number.is_nan(),
            Self::Truth(truth) => *truth,
        }
    }

    fn number(&self) -> f64 {
        match self {
            Self::Number(number) => *number,
            Self::Truth(truth) => f64::from(*truth),
            other => other.text().trim().parse().unwrap_or(f64::NAN),
        }
    }
}

#[derive(Clone, Copy)]
struct Context<'a> {
    node: Found<'a>,
    position: usize,
    size: usize,
}

struct Evaluator<'a> {
    root: ElementRef<'a>,
    visits: Cell<usize>,
}

impl<'a> Evaluator<'a> {
    fn value(&self, expr: &Expr, context: Context<'a>) -> Value<'a> {
        match expr {
            Expr::Literal(text) => Value::Text(text.clone()),
            Expr::Number(number) => Value::Number(*number),
            Expr::Negative(of) => Value::Number(-self.value(of, context).number()),
            Expr::Call(function, arguments) => self.call(*function, arguments, context),
            Expr::Binary(operator, left, right) => self.binary(*operator, left, right, context),
            Expr::Path { absolute, steps } => {
                let start = if *absolute { Found::Top(self.root) } else { context.node };
                Value::Nodes(self.steps(vec![start], steps))
            }
            Expr::Filter { of, predicates, steps } => {
                let Value::Nodes(nodes) = self.value(of, context) else { return Value::Nodes(Vec::new()) };
                let nodes = predicates.iter().fold(nodes, |nodes, predicate| self.filtered(nodes, predicate));
                Value::Nodes(self.steps(nodes, steps))
            }
        }
    }

    fn steps(&self, start: Vec<Found<'a>>, steps: &[Step]) -> Vec<Found<'a>> {
        steps.iter().fold(start, |nodes, step| {
            let mut next: Vec<Found<'a>> = nodes.into_iter().flat_map(|node| self.step(node, step)).collect();
            next.sort_by_key(Found::key);
            next.dedup_by_key(|node| node.key());
            next
        })
    }

    /// The nodes of one step from one node, in the order of its axis.
    fn step(&self, from: Found<'a>, step: &Step) -> Vec<Found<'a>> {
        let nodes: Vec<Found<'a>> = match from {
            Found::Attribute(node, _, _) if step.axis == Axis::Parent => vec![Found::Tree(node)],
            Found::Attribute(..) if step.axis != Axis::Itself => Vec::new(),
            Found::Top(root) => self.counted(from_top(root, step.axis), &step.test),
            Found::Tree(node) => self.along(node, step),
            from @ Found::Attribute(..) => vec![from],
        };
        step.predicates.iter().fold(nodes, |nodes, predicate| self.filtered(nodes, predicate))
    }

    fn along(&self, node: TreeNode<'a>, step: &Step) -> Vec<Found<'a>> {
        let test = &step.test;
        match step.axis {
            Axis::Itself => self.counted(std::iter::once(node), test),
            Axis::Child => self.counted(node.children(), test),
            Axis::Descendant => self.counted(node.descendants().skip(1), test),
            Axis::DescendantOrSelf => self.counted(node.descendants(), test),
            Axis::Parent => self.counted(node.parent().into_iter(), test),
            Axis::Ancestor => self.counted(node.ancestors(), test),
            Axis::AncestorOrSelf => self.counted(std::iter::once(node).chain(node.ancestors()), test),
            Axis::FollowingSibling => self.counted(node.next_siblings(), test),
            Axis::PrecedingSibling => self.counted(node.prev_siblings(), test),
            Axis::Attribute => attributes(node, test),
        }
    }

    fn counted(&self, nodes: impl Iterator<Item = TreeNode<'a>>, test: &Test) -> Vec<Found<'a>> {
        let nodes = nodes.take_while(|_| {
            self.visits.set(self.visits.get() + 1);
            self.visits.get() < VISITS_MAX
        });
        nodes.filter(|node| passes(*node, test)).map(Found::Tree).collect()
    }

    fn filtered(&self, nodes: Vec<Found<'a>>, predicate: &Expr) -> Vec<Found<'a>> {
        let size = nodes.len();
        let keep = |(index, node): (usize, Found<'a>)| {
            let value = self.value(predicate, Context { node, position: index + 1, size });
            let holds = match value {
                Value::Number(number) => is_position(number, index + 1),
                other => other.truth(),
            };
            holds.then_some(node)
        };
        nodes.into_iter().enumerate().filter_map(keep).collect()
    }

    fn binary(&self, operator: Operator, left: &Expr, right: &Expr, context: Context<'a>) -> Value<'a> {
        let left = self.value(left, context);
        match operator {
            Operator::Or => return Value::Truth(left.truth() || self.value(right, context).truth()),
            Operator::And => return Value::Truth(left.truth() && self.value(right, context).truth()),
            _ => {}
        }
        let right = self.value(right, context);
        match operator {
            Operator::Union => union(left, right),
            Operator::Plus => Value::Number(left.number() + right.number()),
            Operator::Minus => Value::Number(left.number() - right.number()),
            Operator::Times => Value::Number(left.number() * right.number()),
            Operator::Divide => Value::Number(left.number() / right.number()),
            Operator::Modulo => Value::Number(left.number() % right.number()),
            operator => Value::Truth(compare(operator, &left, &right)),
        }
    }

    fn call(&self, function: Function, arguments: &[Expr], context: Context<'a>) -> Value<'a> {
        let text = |index: usize| match arguments.get(index) {
            Some(argument) => self.value(argument, context).text(),
            None => context.node.text(),
        };
        #[expect(clippy::cast_precision_loss, reason = "positions and lengths are far below 2^52")]
        let number = |number: usize| Value::Number(number as f64);
        match function {
            Function::Contains => Value::Truth(text(0).contains(&text(1))),
            Function::StartsWith => Value::Truth(text(0).starts_with(&text(1))),
            Function::Concat => Value::Text((0..arguments.len()).map(text).collect()),
            Function::NormalizeSpace => Value::Text(collapse(&text(0))),
            Function::String => Value::Text(text(0)),
            Function::StringLength => number(text(0).chars().count()),
            Function::SubstringBefore => {
                Value::Text(text(0).split_once(&text(1)).map(|(head, _)| head.to_owned()).unwrap_or_default())
            }
            Function::SubstringAfter => {
                Value::Text(text(0).split_once(&text(1)).map(|(_, tail)| tail.to_owned()).unwrap_or_default())
            }
            Function::Substring => {
                let from = self.value(&arguments[1], context).number();
                let length = arguments.get(2).map_or(f64::INFINITY, |argument| self.value(argument, context).number());
                Value::Text(substring(&text(0), from, length))
            }
            Function::Translate => Value::Text(translate(&text(0), &text(1), &text(2))),
            Function::Not => Value::Truth(!self.value(&arguments[0], context).truth()),
            Function::Boolean => Value::Truth(self.value(&arguments[0], context).truth()),
            Function::True => Value::Truth(true),
            Function::False => Value::Truth(false),
            Function::Number => Value::Number(arguments.first().map_or_else(
                || Value::Text(context.node.text()).number(),
                |argument| self.value(argument, context).number(),
            )),
            Function::Position => number(context.position),
            Function::Last => number(context.size),
            Function::Count => match self.value(&arguments[0], context) {
                Value::Nodes(nodes) => number(nodes.len()),
                _ => Value::Number(f64::NAN),
            },
            Function::Name | Function::LocalName => {
                let node = match arguments.first().map(|argument| self.value(argument, context)) {
                    Some(Value::Nodes(nodes)) => nodes.first().copied(),
                    Some(_) => None,
                    None => Some(context.node),
                };
                Value::Text(node.map(name).unwrap_or_default())
            }
        }
    }
}

/// From above the root, its children are the root alone.
fn from_top(root: ElementRef<'_>, axis: Axis) -> impl Iterator<Item = TreeNode<'_>> {
    let child = matches!(axis, Axis::Child).then(|| *root);
    let all = matches!(axis, Axis::Descendant | Axis::DescendantOrSelf).then(|| root.descendants());
    child.into_iter().chain(all.into_iter().flatten())
}

fn passes(node: TreeNode<'_>, test: &Test) -> bool {
    match (test, node.value()) {
        (Test::Name(name), Node::Element(element)) => element.name() == name,
        (Test::Any, Node::Element(_)) | (Test::Text, Node::Text(_)) | (Test::Node, _) => true,
        _ => false,
    }
}

fn attributes<'a>(node: TreeNode<'a>, test: &Test) -> Vec<Found<'a>> {
    let Node::Element(element) = node.value() else { return Vec::new() };
    let fits = |name: &str| match test {
        Test::Name(wanted) => name == wanted,
        Test::Any | Test::Node => true,
        Test::Text => false,
    };
    element.attrs().filter(|(name, _)| fits(name)).map(|(name, value)| Found::Attribute(node, name, value)).collect()
}

fn name(node: Found<'_>) -> String {
    match node {
        Found::Attribute(_, name, _) => name.to_owned(),
        node => node.element().map(|element| element.value().name().to_owned()).unwrap_or_default(),
    }
}

#[expect(clippy::cast_precision_loss, reason = "positions are far below 2^52")]
fn is_position(number: f64, position: usize) -> bool {
    (number - position as f64).abs() < 0.5
}

fn union<'a>(left: Value<'a>, right: Value<'a>) -> Value<'a> {
    let mut all = Vec::new();
    for value in [left, right] {
        if let Value::Nodes(nodes) = value {
            all.extend(nodes);
        }
    }
    all.sort_by_key(Found::key);
    all.dedup_by_key(|node| node.key());
    Value::Nodes(all)
}

/// A set of nodes compares as any of its nodes does.
fn compare(operator: Operator, left: &Value<'_>, right: &Value<'_>) -> bool {
    match (left, right) {
        (Value::Nodes(nodes), other) if !matches!(other, Value::Truth(_)) => {
            nodes.iter().any(|node| compare(operator, &Value::Text(node.text()), other))
        }
        (other, Value::Nodes(nodes)) if !matches!(other, Value::Truth(_)) => {
            nodes.iter().any(|node| compare(operator, other, &Value::Text(node.text())))
        }
        (left, right) => compare_single(operator, left, right),
    }
}

fn compare_single(operator: Operator, left: &Value<'_>, right: &Value<'_>) -> bool {
    let (a, b) = (left.number(), right.number());
    let equal = match (left, right) {
        (Value::Truth(_), _) | (_, Value::Truth(_)) => left.truth() == right.truth(),
        (Value::Number(_), _) | (_, Value::Number(_)) => (a - b).abs() < f64::EPSILON,
        _ => left.text() == right.text(),
    };
    match operator {
        Operator::Equal => equal,
        Operator::Unequal => !equal,
        Operator::Less => a < b,
        Operator::LessOrEqual => a <= b,
        Operator::More => a > b,
        Operator::MoreOrEqual => a >= b,
        _ => false,
    }
}

/// Characters count from 1.
fn substring(text: &str, from: f64, length: f64) -> String {
    let (from, until) = (from.round(), from.round() + length.round());
    #[expect(clippy::cast_precision_loss, reason = "texts are far shorter than 2^52")]
    let within = |index: usize| (index as f64 + 1.0) >= from && (index as f64 + 1.0) < until;
    text.chars().enumerate().filter(|(index, _)| within(*index)).map(|(_, character)| character).collect()
}

fn translate(text: &str, from: &str, to: &str) -> String {
    let replaced = |character: char| match from.chars().position(|c| c == character) {
        Some(index) => to.chars().nth(index),
        None => Some(character),
    };
    text.chars().filter_map(replaced).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::html::dom;

    const PAGE: &str = r#"<html><head><meta property="og:title" content="T"></head><body>
        <div class="a text b" id="x1"><p>One</p><p class="n">Two <b>three</b></p><p>Four</p></div>
        <div class="texts"><p>Five</p><img class="s"></div></body></html>"#;

    fn texts(xpath: &str) -> Vec<String> {
        let page = dom::parse(PAGE, 256);
        match XPath::parse(xpath).unwrap().evaluate(page.root_element()) {
            Value::Nodes(nodes) => nodes.iter().map(Found::text).collect(),
            other => vec![other.text()],
        }
    }

    #[test]
    fn the_forms_of_site_rules() {
        let cases: &[(&str, &[&str])] = &[
            ("//meta[@property='og:title']/@content", &["T"]),
            ("//div[contains(concat(' ',normalize-space(@class),' '),' text ')]/p[2]", &["Two three"]),
            ("//p[@class='n']/following-sibling::p", &["Four"]),
            ("(//p)[position() < 3]", &["One", "Two three"]),
            ("//div[@id='x1']/p[last()] | //div[not(@id)]/p", &["Four", "Five"]),
            ("//p[b]/text()", &["Two "]),
            ("//div[starts-with(@id, 'x')]/p[1]", &["One"]),
            ("//b/ancestor::div/@id", &["x1"]),
            ("//b/..", &["Two three"]),
            ("substring-after(//p[@class=\"n\"], 'Two ')", &["three"]),
            ("//p[.='One' or .='Five']", &["One", "Five"]),
            ("//div[p and img[@class='s']]/p", &["Five"]),
            ("/html/body/div[1]/p[1]", &["One"]),
            ("descendant::p[string-length(.) = 4]", &["Four", "Five"]),
        ];
        for (xpath, expected) in cases {
            assert_eq!(texts(xpath), *expected, "{xpath}");
        }
    }

    #[test]
    fn what_is_not_supported_is_named() {
        assert!(XPath::parse("//a/following::b").unwrap_err().contains("following"));
        assert!(XPath::parse("id('x')").unwrap_err().contains("id()"));
        assert!(XPath::parse("//div[").is_err());
        assert!(XPath::parse("//div]").is_err());
        assert!(XPath::parse("$x").unwrap_err().contains("variables"));
    }

    #[test]
    fn within_an_item_nothing_of_its_neighbours_is_found() {
        let page = dom::parse(PAGE, 256);
        let items = match XPath::parse("//div").unwrap().evaluate(page.root_element()) {
            Value::Nodes(nodes) => nodes,
            _ => Vec::new(),
        };
        let second = items[1].element().unwrap();
        let found = XPath::parse("//p").unwrap().evaluate(second);
        assert!(matches!(found, Value::Nodes(nodes) if nodes.len() == 1));
    }
}
