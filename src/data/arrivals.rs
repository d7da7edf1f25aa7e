//! Records in the order in which they are decided: arrival, then key, then content; those without arrival come last.
//!
//! The order of rows decides nothing: only rows that say exactly the same are told apart by their position.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::Date;
use rust_decimal::Decimal;

use super::{DataError, SortLimit, Sorted, SpillSorter};
use crate::model::{Origin, Record, RecordId, Schema, Spilled, Value};

/// Sorts records by arrival with bounded memory.
pub struct ArrivalSorter {
    sorter: SpillSorter<Stored>,
    arrivals: Vec<Option<usize>>,
}

impl ArrivalSorter {
    /// Makes an empty sorter for records of a schema.
    #[must_use]
    pub fn new(schema: &Schema, limit: SortLimit) -> Self {
        Self { sorter: SpillSorter::new(limit), arrivals: schema.records.iter().map(|r| r.arrival.map(|a| a.index())).collect() }
    }

    /// Takes a record with its position in the input.
    ///
    /// # Errors
    /// When a temporary file cannot be written.
    pub fn push(&mut self, position: u64, record: Record) -> Result<(), DataError> {
        let field = self.arrivals.get(record.kind.index()).copied().flatten();
        let arrival = match field.and_then(|f| record.values.get(f)) {
            Some(Some(Value::Time(at))) => Some(*at),
            _ => None,
        };
        let weight = weigh(&record);
        let Record { kind, key, values, origin } = record;
        let values = values.into_iter().map(|v| v.map(StoredValue::from)).collect();
        let stored =
            Stored { unknown: arrival.is_none(), arrival, key, values, position, file: origin.file, line: origin.line, kind: kind.0 };
        self.sorter.push(stored, weight)
    }

    /// Returns the records with their positions, in order.
    ///
    /// # Errors
    /// When a temporary file cannot be read.
    pub fn finish(self) -> Result<Arrivals, DataError> {
        Ok(Arrivals(self.sorter.finish()?))
    }
}

/// Yields records by arrival, each with its position in the input; ends after the first error.
pub struct Arrivals(Sorted<Stored>);

impl Iterator for Arrivals {
    type Item = Result<(u64, Record), DataError>;

    fn next(&mut self) -> Option<Self::Item> {
        let stored = match self.0.next()? {
            Ok(stored) => stored,
            Err(error) => return Some(Err(error)),
        };
        let values = stored.values.into_iter().map(|v| v.map(Value::from)).collect();
        let origin = Origin { file: stored.file, line: stored.line };
        Some(Ok((stored.position, Record { kind: RecordId(stored.kind), key: stored.key, values, origin })))
    }
}

/// About how many bytes a record holds.
fn weigh(record: &Record) -> usize {
    let text = |t: &Arc<str>| t.len() + 16;
    let value = |v: &Value| match v {
        Value::Text(t) | Value::Choice(t) | Value::Unlisted(t) | Value::Reference(t) => text(t),
        Value::Set { listed, unlisted } => listed.iter().chain(unlisted).map(|e| text(e) + 32).sum(),
        Value::Number(_) | Value::Date(_) | Value::Time(_) | Value::YesNo(_) => 0,
    };
    record.values.iter().map(|v| 64 + v.as_ref().map_or(0, value)).sum::<usize>() + record.key.len() + 128
}

/// A record as kept in temporary files; the order of the members is the order of decisions.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Stored {
    unknown: bool,
    arrival: Option<Timestamp>,
    key: Arc<str>,
    values: Vec<Option<StoredValue>>,
    position: u64,
    file: Arc<str>,
    line: u64,
    kind: u32,
}

impl Spilled for Stored {
    fn put(&self, out: &mut Vec<u8>) {
        let Self { unknown, arrival, key, values, position, file, line, kind } = self;
        unknown.put(out);
        arrival.put(out);
        key.put(out);
        values.put(out);
        position.put(out);
        file.put(out);
        line.put(out);
        kind.put(out);
    }

    fn take(bytes: &mut &[u8]) -> Option<Self> {
        Some(Self {
            unknown: bool::take(bytes)?,
            arrival: Spilled::take(bytes)?,
            key: Spilled::take(bytes)?,
            values: Spilled::take(bytes)?,
            position: u64::take(bytes)?,
            file: Spilled::take(bytes)?,
            line: u64::take(bytes)?,
            kind: u32::take(bytes)?,
        })
    }
}

/// A value as kept in temporary files.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum StoredValue {
    Text(Arc<str>),
    Choice(Arc<str>),
    Unlisted(Arc<str>),
    Set(BTreeSet<Arc<str>>, BTreeSet<Arc<str>>),
    Number(Decimal),
    Date(Date),
    Time(Timestamp),
    YesNo(bool),
    Reference(Arc<str>),
}

impl Spilled for StoredValue {
    fn put(&self, out: &mut Vec<u8>) {
        match self {
            Self::Text(text) => put(0, text, out),
            Self::Choice(text) => put(1, text, out),
            Self::Unlisted(text) => put(2, text, out),
            Self::Set(listed, unlisted) => {
                put(3, listed, out);
                unlisted.put(out);
            }
            Self::Number(number) => put(4, number, out),
            Self::Date(day) => put(5, day, out),
            Self::Time(at) => put(6, at, out),
            Self::YesNo(yes) => put(7, yes, out),
            Self::Reference(key) => put(8, key, out),
        }
    }

    fn take(bytes: &mut &[u8]) -> Option<Self> {
        let (kind, rest) = bytes.split_first()?;
        *bytes = rest;
        Some(match kind {
            0 => Self::Text(Spilled::take(bytes)?),
            1 => Self::Choice(Spilled::take(bytes)?),
            2 => Self::Unlisted(Spilled::take(bytes)?),
            3 => Self::Set(Spilled::take(bytes)?, Spilled::take(bytes)?),
            4 => Self::Number(Spilled::take(bytes)?),
            5 => Self::Date(Spilled::take(bytes)?),
            6 => Self::Time(Spilled::take(bytes)?),
            7 => Self::YesNo(Spilled::take(bytes)?),
            8 => Self::Reference(Spilled::take(bytes)?),
            _ => return None,
        })
    }
}

fn put(kind: u8, value: &impl Spilled, out: &mut Vec<u8>) {
    out.push(kind);
    value.put(out);
}

impl From<Value> for StoredValue {
    fn from(value: Value) -> Self {
        match value {
            Value::Text(t) => Self::Text(t),
            Value::Choice(t) => Self::Choice(t),
            Value::Unlisted(t) => Self::Unlisted(t),
            Value::Set { listed, unlisted } => Self::Set(listed, unlisted),
            Value::Number(n) => Self::Number(n),
            Value::Date(day) => Self::Date(day),
            Value::Time(at) => Self::Time(at),
            Value::YesNo(yes) => Self::YesNo(yes),
            Value::Reference(key) => Self::Reference(key),
        }
    }
}

impl From<StoredValue> for Value {
    fn from(value: StoredValue) -> Self {
        match value {
            StoredValue::Text(t) => Self::Text(t),
            StoredValue::Choice(t) => Self::Choice(t),
            StoredValue::Unlisted(t) => Self::Unlisted(t),
            StoredValue::Set(listed, unlisted) => Self::Set { listed, unlisted },
            StoredValue::Number(n) => Self::Number(n),
            StoredValue::Date(day) => Self::Date(day),
            StoredValue::Time(at) => Self::Time(at),
            StoredValue::YesNo(yes) => Self::YesNo(yes),
            StoredValue::Reference(key) => Self::Reference(key),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::sample::{LEAD, schema};
    use proptest::prelude::*;

    fn lead(key: &str, created: Option<i64>, text: &str, number: i64) -> Record {
        let text: Arc<str> = text.into();
        let values = vec![
            Some(Value::Text(key.into())),
            None,
            Some(Value::Text(text.clone())),
            Some(Value::Unlisted(text.clone())),
            Some(Value::Number(Decimal::new(number, 3))),
            Some(Value::Set { listed: [text.clone()].into(), unlisted: BTreeSet::new() }),
            created.map(|s| Value::Time(Timestamp::from_second(s).expect("a time"))),
            Some(Value::Reference(text)),
        ];
        Record { kind: LEAD, key: key.into(), values, origin: Origin { file: "leads".into(), line: 7 } }
    }

    fn sort(records: &[Record], items: usize) -> Vec<(u64, Record)> {
        let mut sorter = ArrivalSorter::new(&schema(), SortLimit { items, bytes: usize::MAX });
        for (position, record) in (0_u64..).zip(records) {
            sorter.push(position, record.clone()).expect("temporary files");
        }
        sorter.finish().expect("temporary files").map(|r| r.expect("temporary files")).collect()
    }

    #[test]
    fn arrival_then_key_then_content() {
        let records = [
            lead("b", None, "", 0),
            lead("z", Some(5), "", 0),
            lead("b", Some(9), "y", 0),
            lead("b", Some(9), "x", 0),
            lead("a", Some(9), "", 0),
        ];
        let order: Vec<u64> = sort(&records, 100).iter().map(|(position, _)| *position).collect();
        assert_eq!(order, [1, 4, 3, 2, 0]);
    }

    proptest! {
        #![proptest_config(crate::data::sample::cases())]

        #[test]
        fn temporary_files_change_nothing(rows in proptest::collection::vec(("[ab]", proptest::option::of(0_i64..3), "\\PC{0,3}", any::<i64>()), 0..60), items in 1_usize..20) {
            let records: Vec<Record> = rows.iter().map(|(k, c, t, n)| lead(k, *c, t, *n)).collect();
            let spilled = sort(&records, items);
            prop_assert_eq!(&spilled, &sort(&records, usize::MAX));
            for (position, record) in spilled {
                prop_assert_eq!(&record, &records[usize::try_from(position).expect("small")]);
            }
        }
    }
}
