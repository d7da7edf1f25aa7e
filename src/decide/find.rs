//! From a path to a value, or to the step where it was lost.
//!
//! The explanation asks the same questions again, so everything here is open to it.

use std::borrow::Cow;
use std::sync::Arc;

use super::context::Context;
use super::evaluate::answer;
use crate::model::{Attribute, Class, FieldPath, Place, Record, RecordId, Root, Schema, Value};

/// What a path led to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found<'a> {
    /// A value: of a record, or made (a derived field, the domain of an address).
    Value(Cow<'a, Value>),
    /// Nothing, and why.
    Missing(Missing),
}

impl Found<'_> {
    /// Returns the value if there is one.
    #[must_use]
    pub fn value(&self) -> Option<&Value> {
        match self {
            Self::Value(value) => Some(value),
            Self::Missing(_) => None,
        }
    }
}

/// Why a path led to nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Missing {
    /// A field on the way, or the last one, has no value.
    Blank {
        /// The path up to that field.
        written: Arc<str>,
    },
    /// A reference names a record that the data do not have.
    Dangling {
        /// The path up to that field.
        written: Arc<str>,
        /// The type of the record that is not there.
        record: RecordId,
        /// Its key.
        key: Arc<str>,
    },
    /// No line of a derived field is yes.
    Unclassified {
        /// The path.
        written: Arc<str>,
    },
    /// The text is not an e-mail address, so it has no domain.
    NotAnAddress {
        /// The path of the text.
        written: Arc<str>,
    },
    /// The path asks about a candidate where there is none, or definitions are nested too deeply.
    Untold {
        /// The path.
        written: Arc<str>,
    },
}

impl Missing {
    /// Says what is missing, as a whole phrase: `account is missing`, `account A17 is not in the accounts`.
    #[must_use]
    pub fn in_words(&self, schema: &Schema) -> String {
        match self {
            Self::Blank { written } => format!("{written} is missing"),
            Self::Dangling { written, record, key } => {
                let name = schema.records.get(record.index()).map_or("record", |r| &*r.name);
                format!("{written} {key} is not in the {}", plural(name))
            }
            Self::Unclassified { written } => format!("{written} has no value: none of its lines applies"),
            Self::NotAnAddress { written } => format!("{written} is not an e-mail address"),
            Self::Untold { written } => format!("{written} cannot be told here"),
        }
    }
}

/// Finds the value a path leads to.
#[must_use]
pub fn find<'a>(path: &FieldPath, context: &Context<'a>) -> Found<'a> {
    match look(path, context) {
        Ok(value) => Found::Value(value),
        Err(missing) => Found::Missing(missing),
    }
}

/// Finds the record a place leads to.
///
/// # Errors
/// The step at which the way is lost.
pub fn reach<'a>(place: &Place, context: &Context<'a>) -> Result<&'a Record, Missing> {
    let schema = &context.plan.book.schema;
    let mut record = match place.root {
        Root::Subject => context.record,
        Root::Candidate => context.candidate.ok_or_else(|| Missing::Untold { written: "rep".into() })?,
    };
    for (taken, (holder, field)) in place.steps.iter().enumerate() {
        let to = match schema.records.get(holder.index()).and_then(|r| r.fields.get(field.index())).map(|f| &f.ty) {
            Some(crate::model::Type::Reference(to)) => *to,
            _ => return Err(Missing::Untold { written: written(place, taken + 1, schema) }),
        };
        let Some(Value::Reference(key)) = record.value(*field) else {
            return Err(Missing::Blank { written: written(place, taken + 1, schema) });
        };
        record = context.plan.data.get(to, key).ok_or_else(|| Missing::Dangling {
            written: written(place, taken + 1, schema),
            record: to,
            key: key.clone(),
        })?;
    }
    Ok(record)
}

fn look<'a>(path: &FieldPath, context: &Context<'a>) -> Result<Cow<'a, Value>, Missing> {
    let record = reach(&path.place, context)?;
    let value = match path.attribute {
        Attribute::Field(field) => {
            record.value(field).map(Cow::Borrowed).ok_or_else(|| Missing::Blank { written: without_domain(path) })?
        }
        Attribute::Class(class) => {
            let class = context.plan.book.classes.get(class.index());
            classify(class, record, context, &path.written).map(Cow::Owned)?
        }
    };
    if path.domain_of { domain(&value, path).map(Cow::Owned) } else { Ok(value) }
}

fn classify(class: Option<&Class>, record: &Record, context: &Context<'_>, written: &Arc<str>) -> Result<Value, Missing> {
    let untold = || Missing::Untold { written: written.clone() };
    let about = context.about(record).ok_or_else(untold)?;
    let lines = class.ok_or_else(untold)?.lines.iter().filter(|l| l.dates.contains(context.today));
    let first = lines.into_iter().find(|l| l.when.as_ref().is_none_or(|c| answer(c, &about).is_yes()));
    first.map(|l| Value::Choice(l.value.text.clone())).ok_or_else(|| Missing::Unclassified { written: written.clone() })
}

/// The domain of an address: what follows the last `@`, in small letters, without a closing dot or bracket.
fn domain(value: &Value, path: &FieldPath) -> Result<Value, Missing> {
    let lost = || Missing::NotAnAddress { written: without_domain(path) };
    let Value::Text(address) = value else { return Err(lost()) };
    let (_, domain) = address.rsplit_once('@').ok_or_else(lost)?;
    let domain = domain.trim().trim_end_matches(['.', '>']).to_lowercase();
    if domain.is_empty() { Err(lost()) } else { Ok(Value::Text(domain.into())) }
}

fn without_domain(path: &FieldPath) -> Arc<str> {
    match path.written.strip_prefix("domain of ") {
        Some(rest) if path.domain_of => rest.into(),
        _ => path.written.clone(),
    }
}

/// Writes the first steps of a place: `account.parent`.
fn written(place: &Place, steps: usize, schema: &Schema) -> Arc<str> {
    let names = place.steps.iter().take(steps).map(|(record, field)| {
        let field = schema.records.get(record.index()).and_then(|r| r.fields.get(field.index()));
        field.map_or("", |f| &*f.name)
    });
    let root = (place.root == Root::Candidate).then_some("rep");
    root.into_iter().chain(names).collect::<Vec<_>>().join(".").into()
}

fn plural(name: &str) -> String {
    match name.strip_suffix('y') {
        Some(stem) if !stem.ends_with(['a', 'e', 'o', 'u']) => format!("{stem}ies"),
        _ if name.ends_with('s') => name.to_owned(),
        _ => format!("{name}s"),
    }
}
