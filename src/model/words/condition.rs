//! Conditions: how the parts are joined, and where brackets are needed.

use std::collections::BTreeMap;

use super::predicate::{placed, test};
use super::value::{Paths, dotted, left, period};
use crate::model::{Condition, ConditionKind, RecordId, Rulebook};

/// Writes a condition about one record as one line of turf; `always` when it asks nothing.
#[must_use]
pub fn condition(book: &Rulebook, condition: &Condition) -> String {
    write(book, condition, Paths::Shortest).text
}

/// Writes the condition of a definition that is resolved for several records: once when it reads the same for all of them.
///
/// Where the author put the record's name in front (`lead.country`), it stays, because it says which records the definition
/// is for. `never` when it fits no record.
#[must_use]
pub fn fitting(book: &Rulebook, conditions: &BTreeMap<RecordId, Condition>) -> String {
    let mut groups: Vec<(String, Vec<&str>)> = Vec::new();
    for (record, condition) in conditions {
        let text = write(book, condition, Paths::AsMeant).text;
        let record = &*book.schema.record(*record).name;
        match groups.iter_mut().find(|(known, _)| *known == text) {
            Some((_, records)) => records.push(record),
            None => groups.push((text, vec![record])),
        }
    }
    match groups.as_slice() {
        [] => "never".to_owned(),
        [(only, _)] => only.clone(),
        several => several.iter().map(|(text, records)| format!("for {}: {text}", records.join(", "))).collect::<Vec<_>>().join("; "),
    }
}

/// How tightly a text holds together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Bond {
    /// It always holds; `never` when turned round.
    Constant(bool),
    /// A test, a name, or `not` and one of these.
    One,
    /// Joined with `and`.
    And,
    /// Joined with `or`.
    Or,
}

struct Written {
    text: String,
    bond: Bond,
}

impl Written {
    fn one(text: String) -> Self {
        Self { text, bond: Bond::One }
    }

    fn constant(holds: bool) -> Self {
        Self { text: if holds { "always" } else { "never" }.to_owned(), bond: Bond::Constant(holds) }
    }

    fn in_brackets(&self) -> String {
        format!("({})", self.text)
    }
}

/// Depth is bounded by the brackets of the rule files: segments are written by name.
fn write(book: &Rulebook, condition: &Condition, paths: Paths) -> Written {
    match &condition.kind {
        ConditionKind::All(parts) => join(book, parts, Bond::And, paths),
        ConditionKind::Any(parts) => join(book, parts, Bond::Or, paths),
        ConditionKind::Not(part) => not(book, part, paths),
        ConditionKind::Test(one) => Written::one(test(book, one, paths)),
        ConditionKind::Segment { segment, at } => {
            let name = book.segments.get(segment.index()).map_or("", |s| s.name.as_str());
            Written::one(dotted(book, at, name, false))
        }
        ConditionKind::Placed(asked) => Written::one(placed(book, asked)),
        ConditionKind::SeenBefore { by, within } => {
            Written::one(format!("seen before by {} within {}", left(book, by, paths), period(*within)))
        }
    }
}

fn join(book: &Rulebook, parts: &[Condition], bond: Bond, paths: Paths) -> Written {
    // `always` adds nothing to `and`, and settles `or`; for `never` it is the other way round.
    let idle = bond == Bond::And;
    let mut written: Vec<Written> = Vec::new();
    for part in parts {
        let part = write(book, part, paths);
        match part.bond {
            Bond::Constant(holds) if holds == idle => {}
            Bond::Constant(holds) => return Written::constant(holds),
            _ => written.push(part),
        }
    }
    if written.len() <= 1 {
        return written.pop().unwrap_or_else(|| Written::constant(idle));
    }
    let texts: Vec<String> =
        written.iter().map(|p| if bond == Bond::And && p.bond == Bond::Or { p.in_brackets() } else { p.text.clone() }).collect();
    Written { text: texts.join(if bond == Bond::And { " and " } else { " or " }), bond }
}

fn not(book: &Rulebook, part: &Condition, paths: Paths) -> Written {
    if let ConditionKind::Not(inner) = &part.kind {
        return write(book, inner, paths);
    }
    let part = write(book, part, paths);
    match part.bond {
        Bond::Constant(holds) => Written::constant(!holds),
        Bond::One => Written::one(format!("not {}", part.text)),
        Bond::And | Bond::Or => Written::one(format!("not {}", part.in_brackets())),
    }
}
