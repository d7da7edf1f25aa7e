//! Conditions with their answers and the record's values; the first part that failed.

use super::build::Looking;
use super::explanation::Tree;
use crate::decide::{Context, Found, answer, find, past, reach};
use crate::model::{Answer, Attribute, Condition, ConditionKind, FieldPath, Predicate, Test, Type, show, show_time};

/// What is shown in the place of a private value.
pub(super) const HIDDEN: &str = "(hidden)";

/// Names an answer.
pub(super) fn answer_words(answer: Answer) -> &'static str {
    match answer {
        Answer::Yes => "yes",
        Answer::No => "no",
        Answer::CannotTell => "cannot tell",
    }
}

/// Makes the tree of a condition. Depth is bounded by the brackets of the rule files and by segments, which do not loop.
pub(super) fn tree(looking: &Looking<'_>, condition: &Condition, context: &Context<'_>) -> Tree {
    let joined = |text: &str, parts: &[Condition]| (text.to_owned(), parts.iter().map(|p| tree(looking, p, context)).collect());
    let (mut value, mut missing) = (None, None);
    let (text, parts) = match &condition.kind {
        ConditionKind::All(parts) if parts.is_empty() => ("always".to_owned(), Vec::new()),
        ConditionKind::All(parts) => joined("all of", parts),
        ConditionKind::Any(parts) => joined("one of", parts),
        ConditionKind::Not(part) => joined("not", std::slice::from_ref(part)),
        ConditionKind::Test(test) => {
            (value, missing) = sides(test, context);
            (looking.written(condition.span), Vec::new())
        }
        ConditionKind::Segment { segment, at } => {
            let segment = &context.plan.book.segments[segment.index()];
            let text = format!("{} ({})", looking.written(condition.span), looking.place(segment.name.span));
            let inner = match (reach(at, context), segment.conditions.get(&at.record)) {
                (Ok(record), Some(inner)) => context.about(record).map(|there| tree(looking, inner, &there)),
                (Err(gone), _) => {
                    missing = Some(gone.in_words(&context.plan.book.schema));
                    None
                }
                (Ok(_), None) => None,
            };
            (text, inner.into_iter().collect())
        }
        ConditionKind::Placed(_) => {
            value =
                Some(context.placed.map_or_else(
                    || "in no territory".to_owned(),
                    |t| format!("placed in {}", context.plan.book.territories[t.index()].name),
                ));
            (looking.written(condition.span), Vec::new())
        }
        ConditionKind::SeenBefore { by, within } => {
            match find(by, context) {
                Found::Missing(gone) => missing = Some(gone.in_words(&context.plan.book.schema)),
                Found::Value(found) => {
                    let earlier = past(by, &found, *within, context);
                    let zone = &context.plan.book.zone;
                    value = Some(earlier.map_or_else(
                        || "not seen in that time".to_owned(),
                        |p| format!("{} went to {} on {}", p.record, p.rep, show_time(p.at, zone)),
                    ));
                }
            }
            (looking.written(condition.span), Vec::new())
        }
    };
    Tree { text, place: looking.place(condition.span), answer: answer_words(answer(condition, context)), value, missing, parts }
}

/// The values a test looked at, in words, and what was missing.
fn sides(test: &Test, context: &Context<'_>) -> (Option<String>, Option<String>) {
    let mut values = Vec::new();
    let mut missing = Vec::new();
    let mut paths = vec![&test.subject];
    paths.extend(test.predicate.fields());
    for path in paths {
        match find(path, context) {
            Found::Value(value) => values.push(format!("{} is {}", path.written, shown(path, &value, context))),
            Found::Missing(gone) => missing.push(gone.in_words(&context.plan.book.schema)),
        }
    }
    if matches!(test.predicate, Predicate::Missing | Predicate::Present) {
        values.append(&mut missing);
    }
    let joined = |all: Vec<String>| (!all.is_empty()).then(|| all.join("; "));
    (joined(values), joined(missing))
}

/// Shows a value to people; private ones are hidden.
fn shown(path: &FieldPath, value: &crate::model::Value, context: &Context<'_>) -> String {
    let book = &context.plan.book;
    let private = match path.attribute {
        Attribute::Field(field) => book.schema.field(path.place.record, field).private,
        Attribute::Class(_) => false,
    };
    if private {
        return HIDDEN.to_owned();
    }
    let unlisted = matches!(value, crate::model::Value::Unlisted(_));
    let text = show(value, &path.ty, &book.zone);
    if unlisted {
        format!("{text}, which is not one of its declared values")
    } else if matches!(path.ty, Type::Text { .. }) {
        format!("\"{text}\"")
    } else {
        text
    }
}

/// Makes the tree of the first part that keeps a condition from being yes; none when nothing does. No tree is made of what
/// stands before or behind it, which most of a thousand passed rules consist of.
pub(super) fn failing(looking: &Looking<'_>, condition: &Condition, context: &Context<'_>) -> Option<Tree> {
    match &condition.kind {
        ConditionKind::All(parts) => parts.iter().find_map(|part| failing(looking, part, context)),
        _ if answer(condition, context).is_yes() => None,
        _ => Some(first_failure(&tree(looking, condition, context)).clone()),
    }
}

/// Finds the first part that kept a condition from being yes.
pub(super) fn first_failure(tree: &Tree) -> &Tree {
    if tree.text == "not" || tree.parts.is_empty() {
        return tree;
    }
    if tree.text == "one of" {
        // None of several held: the whole says more than its first part, unless only one part is open.
        return tree;
    }
    tree.parts.iter().find(|p| p.answer != "yes").map_or(tree, first_failure)
}

/// Says in words why a part is not yes.
pub(super) fn failure_words(tree: &Tree) -> String {
    let failed = first_failure(tree);
    match (failed.text.as_str(), &failed.missing) {
        (_, Some(missing)) => format!("cannot tell whether `{}`: {missing}", failed.text),
        ("one of", None) => {
            let parts: Vec<String> = failed.parts.iter().map(short).collect();
            format!("none of these holds: {}", parts.join("; "))
        }
        ("not", None) => match failed.parts.first() {
            Some(part) => format!("`not` of something that is {}: {}", part.answer, short(part)),
            None => "`not`".to_owned(),
        },
        (text, None) => match &failed.value {
            Some(value) => format!("`{text}` is {}: {value}", failed.answer),
            None => format!("`{text}` is {}", failed.answer),
        },
    }
}

fn short(tree: &Tree) -> String {
    match (&tree.missing, &tree.value) {
        (Some(missing), _) => format!("`{}` ({missing})", tree.text),
        (None, Some(value)) => format!("`{}` ({value})", tree.text),
        (None, None) if tree.parts.is_empty() => format!("`{}`", tree.text),
        (None, None) => {
            let parts: Vec<String> = tree.parts.iter().map(short).collect();
            format!("{} [{}]", tree.text, parts.join("; "))
        }
    }
}
