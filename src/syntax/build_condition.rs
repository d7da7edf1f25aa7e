//! Conditions: from pairs to the tree.

use super::Rule;
use super::build::{Build, Piece, child, children, has};
use super::tree::{Comparison, Condition, ConditionKind, Moment, Operand, Path, Predicate, SetOperand, Subject, Test};
use crate::text::Name;

/// Builds a condition. Depth is bounded by the brackets, which are counted before parsing.
pub(super) fn condition(build: &Build, pair: &Piece<'_>) -> Option<Condition> {
    let parts: Option<Vec<Condition>> = children(pair).filter(|p| p.as_rule() == Rule::all_of).map(|p| all_of(build, &p)).collect();
    joined(build, pair, parts?, ConditionKind::Any)
}

fn all_of(build: &Build, pair: &Piece<'_>) -> Option<Condition> {
    let parts: Option<Vec<Condition>> = children(pair).filter(|p| p.as_rule() == Rule::opposite).map(|p| opposite(build, &p)).collect();
    joined(build, pair, parts?, ConditionKind::All)
}

fn joined(build: &Build, pair: &Piece<'_>, mut parts: Vec<Condition>, kind: fn(Vec<Condition>) -> ConditionKind) -> Option<Condition> {
    if parts.len() == 1 {
        return parts.pop();
    }
    Some(Condition { kind: kind(parts), span: build.span(pair) })
}

/// `not not x` is `x`, so any number of them costs nothing.
fn opposite(build: &Build, pair: &Piece<'_>) -> Option<Condition> {
    let nots = children(pair).filter(|p| p.as_rule() == Rule::k_not).count();
    let inner = primary(build, &child(pair, Rule::primary)?)?;
    if nots.is_multiple_of(2) {
        return Some(inner);
    }
    Some(Condition { kind: ConditionKind::Not(Box::new(inner)), span: build.span(pair) })
}

fn primary(build: &Build, pair: &Piece<'_>) -> Option<Condition> {
    let inner = children(pair).next()?;
    let span = build.span(&inner);
    let kind = match inner.as_rule() {
        Rule::bracketed => return condition(build, &child(&inner, Rule::condition)?),
        Rule::seen_before => ConditionKind::SeenBefore { by: build.first_path(&inner)?, within: build.first_length(&inner)? },
        Rule::named => ConditionKind::Named(build.first_path(&inner)?),
        _ => ConditionKind::Test(Box::new(test(build, &inner)?)),
    };
    Some(Condition { kind, span })
}

fn test(build: &Build, pair: &Piece<'_>) -> Option<Test> {
    let subject = subject(build, &child(pair, Rule::subject)?)?;
    let predicate_pair = children(&child(pair, Rule::predicate)?).next()?;
    let predicate = predicate(build, &predicate_pair)?;
    Some(Test { subject, predicate, predicate_span: build.span(&predicate_pair) })
}

/// Builds the left side of a test.
pub(super) fn subject(build: &Build, pair: &Piece<'_>) -> Option<Subject> {
    Some(Subject { domain_of: has(pair, Rule::domain_of), path: build.first_path(pair)?, span: build.span(pair) })
}

fn predicate(build: &Build, pair: &Piece<'_>) -> Option<Predicate> {
    let negated = has(pair, Rule::negation);
    let first_operand = || operand(build, &child(pair, Rule::operand)?);
    Some(match pair.as_rule() {
        Rule::is_missing => Predicate::Missing,
        Rule::is_present => Predicate::Present,
        Rule::is_value => Predicate::Is { negated, right: first_operand()? },
        Rule::equal_to => Predicate::Is { negated: false, right: first_operand()? },
        Rule::comparison => Predicate::Compare { op: size(child(pair, Rule::size)?.as_str()), right: first_operand()? },
        Rule::in_set => Predicate::In { negated, set: set(build, pair)? },
        Rule::starts_with => Predicate::StartsWith(pieces(build, pair)?.1),
        Rule::ends_with => Predicate::EndsWith(pieces(build, pair)?.1),
        Rule::contains | Rule::does_not_contain => {
            let (all, right) = pieces(build, pair)?;
            Predicate::Contains { negated: pair.as_rule() == Rule::does_not_contain, all, right }
        }
        Rule::matches => Predicate::Matches { pattern: pattern(build, &child(pair, Rule::pattern)?) },
        Rule::before => Predicate::Before(moment(build, &child(pair, Rule::moment)?)?),
        Rule::after => Predicate::After(moment(build, &child(pair, Rule::moment)?)?),
        Rule::within_next => Predicate::Within { next: true, length: build.first_length(pair)? },
        Rule::within_last => Predicate::Within { next: false, length: build.first_length(pair)? },
        _ => return None,
    })
}

fn size(sign: &str) -> Comparison {
    match sign {
        "<" => Comparison::Less,
        "<=" => Comparison::LessOrEqual,
        ">" => Comparison::Greater,
        _ => Comparison::GreaterOrEqual,
    }
}

fn operand(build: &Build, pair: &Piece<'_>) -> Option<Operand> {
    let inner = children(pair).next()?;
    Some(match inner.as_rule() {
        Rule::dotted => Operand::Path(build.path(&inner)),
        _ => Operand::Literal(build.literal(&inner)),
    })
}

fn set(build: &Build, pair: &Piece<'_>) -> Option<SetOperand> {
    if let Some(values) = child(pair, Rule::literals) {
        return Some(SetOperand::Values(build.literals(&values)));
    }
    if let Some(range) = child(pair, Rule::range) {
        let mut ends = build.literals(&range).into_iter();
        return Some(SetOperand::Range(ends.next()?, ends.next()?));
    }
    Some(SetOperand::Named(build.name(&child(pair, Rule::name)?)))
}

/// Returns whether all are asked for, and the pieces.
fn pieces(build: &Build, pair: &Piece<'_>) -> Option<(bool, Vec<Operand>)> {
    let (all, holder) = match child(pair, Rule::all_pieces) {
        Some(all) => (true, all),
        None => (false, child(pair, Rule::pieces)?),
    };
    let list = child(&holder, Rule::operands).unwrap_or(holder);
    let operands: Option<Vec<Operand>> = children(&list).filter(|p| p.as_rule() == Rule::operand).map(|p| operand(build, &p)).collect();
    Some((all, operands?))
}

/// A pattern stands between slashes; `\/` is a slash inside it.
fn pattern(build: &Build, pair: &Piece<'_>) -> Name {
    let written = pair.as_str().trim();
    let inside = written.strip_prefix('/').and_then(|s| s.strip_suffix('/')).unwrap_or(written);
    Name::new(inside.replace("\\/", "/"), build.span(pair))
}

fn moment(build: &Build, pair: &Piece<'_>) -> Option<Moment> {
    let inner = children(pair).next()?;
    Some(match inner.as_rule() {
        Rule::ago => Moment::Ago(build.first_length(&inner)?),
        Rule::from_now => Moment::FromNow(build.first_length(&inner)?),
        Rule::today => Moment::Today(build.span(&inner)),
        Rule::now => Moment::Now(build.span(&inner)),
        _ => match operand(build, &inner)? {
            Operand::Literal(literal) => Moment::Literal(literal),
            Operand::Path(path) => Moment::Path(path),
        },
    })
}

/// Builds every path of a match from a plain name, for `same FIELD`.
pub(super) fn subject_of(name: &Name) -> Subject {
    Subject { domain_of: false, path: Path { parts: vec![name.clone()], span: name.span }, span: name.span }
}
