//! Tests: an operator with both its sides.

use super::value::{Paths, left, period, right, set, sorted, text, value};
use crate::model::{Comparison, Moment, PlacedTest, Predicate, Right, Rulebook, Test, Type};

/// Writes a test.
pub(super) fn test(book: &Rulebook, test: &Test, paths: Paths) -> String {
    let subject = left(book, &test.subject, paths);
    let not = if test.negated { "not " } else { "" };
    let ty = &test.subject.ty;
    let words = match &test.predicate {
        Predicate::Missing => return format!("{subject} is {}", if test.negated { "present" } else { "missing" }),
        Predicate::Present => return format!("{subject} is {}", if test.negated { "missing" } else { "present" }),
        Predicate::Is(other) => return format!("{subject} is {not}{}", side(book, other, ty)),
        Predicate::In(values) => return format!("{subject} {not}in {}", set(book, values, ty)),
        Predicate::Between(low, high) => return format!("{subject} {not}in {}..{}", value(low, ty), value(high, ty)),
        Predicate::ContainsText { pieces, all } | Predicate::ContainsElement { elements: pieces, all } => {
            let verb = if test.negated { "does not contain" } else { "contains" };
            return format!("{subject} {verb} {}", several(book, pieces, *all));
        }
        // The rest has no spelling of its own for the opposite.
        Predicate::IsYes => subject,
        Predicate::Compare(op, other) => format!("{subject} {} {}", size(*op), side(book, other, ty)),
        Predicate::StartsWith(pieces) => format!("{subject} starts with {}", several(book, pieces, false)),
        Predicate::EndsWith(pieces) => format!("{subject} ends with {}", several(book, pieces, false)),
        Predicate::Matches(pattern) => format!("{subject} matches /{}/", pattern.source.replace('/', "\\/")),
        Predicate::Before(moment) => format!("{subject} before {}", moment_words(book, moment)),
        Predicate::After(moment) => format!("{subject} after {}", moment_words(book, moment)),
        Predicate::WithinLast(length) => format!("{subject} within last {}", period(*length)),
        Predicate::WithinNext(length) => format!("{subject} within next {}", period(*length)),
    };
    format!("{not}{words}")
}

/// Writes a test of the placed territory.
pub(super) fn placed(book: &Rulebook, asked: &PlacedTest) -> String {
    match asked {
        PlacedTest::Present => "territory is present".to_owned(),
        PlacedTest::Missing => "territory is missing".to_owned(),
        PlacedTest::Within { territories, negated } => {
            let not = if *negated { "not " } else { "" };
            let names = territories.iter().filter_map(|t| book.territories.get(t.index())).map(|t| text(t.name.as_str()));
            let names = sorted(names.collect());
            match names.as_slice() {
                [only] => format!("territory is {not}{only}"),
                several => format!("territory {not}in [{}]", several.join(", ")),
            }
        }
    }
}

fn size(op: Comparison) -> &'static str {
    match op {
        Comparison::Less => "<",
        Comparison::LessOrEqual => "<=",
        Comparison::Greater => ">",
        Comparison::GreaterOrEqual => ">=",
    }
}

fn side(book: &Rulebook, side: &Right, ty: &Type) -> String {
    match side {
        Right::Value(given) => value(given, ty),
        Right::Field(path) => right(book, path),
    }
}

/// Writes pieces or elements, sorted; one alone needs no brackets, and `all of` one is that one.
fn several(book: &Rulebook, sides: &[Right], all: bool) -> String {
    let written = sorted(sides.iter().map(|s| side(book, s, &Type::Text { any_case: false })).collect());
    match written.as_slice() {
        [only] => only.clone(),
        several => format!("{} of [{}]", if all { "all" } else { "any" }, several.join(", ")),
    }
}

fn moment_words(book: &Rulebook, moment: &Moment) -> String {
    match moment {
        Moment::Fixed(at) => value(at, &Type::Time),
        Moment::Field(path) => right(book, path),
        Moment::Ago(length) => format!("{} ago", period(*length)),
        Moment::FromNow(length) => format!("{} from now", period(*length)),
        Moment::Today => "today".to_owned(),
        Moment::Now => "now".to_owned(),
    }
}
