//! Examples: a record that shows something, for people and for programs, in one shape wherever there is one.

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use serde::ser::{Serialize, SerializeMap, Serializer};

/// An example record that shows a finding.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Witness {
    /// The type of record: `lead`.
    pub record: String,
    /// The day it is decided on.
    pub on: String,
    /// The time of that day in the project's zone, unless it is nine o'clock.
    pub time: Option<String>,
    /// The moment it is decided for.
    pub at: String,
    /// Its fields; those of records it refers to have dotted names.
    pub fields: Vec<Shown>,
}

/// A field of an example.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Shown {
    /// The field: `employees`, `account.size`.
    pub name: String,
    /// Its value as a test writes it.
    pub text: String,
    /// Its value as programs read it.
    pub value: Plain,
}

/// A plain value.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Plain {
    /// None.
    Nothing,
    /// Yes or no.
    YesNo(bool),
    /// A number; of a percentage the percent.
    Number(Decimal),
    /// Text, a date, a time, or the key of a record.
    Text(String),
    /// The elements of a set.
    List(Vec<String>),
}

impl Witness {
    /// Writes it as a test would: `lead { state: NV, employees: 100 } on 2027-03-01`.
    #[must_use]
    pub fn in_words(&self) -> String {
        let (own, others): (Vec<_>, Vec<_>) = self.fields.iter().partition(|field| !field.name.contains('.'));
        let write = |all: Vec<&Shown>| all.iter().map(|field| format!("{}: {}", field.name, field.text)).collect::<Vec<_>>().join(", ");
        let with = if others.is_empty() { String::new() } else { format!(" with {}", write(others)) };
        let time = self.time.as_ref().map_or_else(String::new, |time| format!(" at {time}"));
        format!("{} {{ {} }}{with} on {}{time}", self.record, write(own), self.on)
    }
}

impl Serialize for Plain {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Nothing => serializer.serialize_none(),
            Self::YesNo(yes) => serializer.serialize_bool(*yes),
            Self::Number(number) => match (number.fract().is_zero().then(|| number.to_i64()).flatten(), number.to_f64()) {
                (Some(whole), _) => serializer.serialize_i64(whole),
                (None, Some(fraction)) => serializer.serialize_f64(fraction),
                (None, None) => serializer.serialize_str(&number.normalize().to_string()),
            },
            Self::Text(text) => serializer.serialize_str(text),
            Self::List(all) => all.serialize(serializer),
        }
    }
}

/// The fields of an example as an object.
struct Object<'w>(&'w [Shown]);

impl Serialize for Object<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|field| (&field.name, &field.value)))
    }
}

impl Serialize for Witness {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(5))?;
        map.serialize_entry("record", &self.record)?;
        map.serialize_entry("on", &self.on)?;
        map.serialize_entry("at", &self.at)?;
        map.serialize_entry("fields", &Object(&self.fields))?;
        map.serialize_entry("text", &self.in_words())?;
        map.end()
    }
}
