//! A small schema for the tests of this room.

use std::collections::BTreeMap;
use std::sync::Arc;

use proptest::test_runner::Config as ProptestConfig;

use crate::model::{Field, FieldId, RecordId, RecordType, Schema, Type};
use crate::text::{FileId, Span};

/// Runs as many cases as `TURF_CASES` says, 64 unless set.
pub fn cases() -> ProptestConfig {
    ProptestConfig { cases: std::env::var("TURF_CASES").ok().and_then(|n| n.parse().ok()).unwrap_or(64), ..ProptestConfig::default() }
}

pub const ACCOUNT: RecordId = RecordId(0);
pub const LEAD: RecordId = RecordId(1);
pub const REP: RecordId = RecordId(2);

/// Declares accounts, leads and reps; key first.
pub fn schema() -> Schema {
    let text = || Type::Text { any_case: false };
    let industries: Arc<[Arc<str>]> = ["healthcare", "retail"].into_iter().map(Arc::from).collect();
    let account =
        record("account", &[("id", text()), ("name", text()), ("parent", Type::Reference(ACCOUNT)), ("owner", Type::Reference(REP))]);
    let mut lead = record(
        "lead",
        &[
            ("id", text()),
            ("email", text()),
            ("company", text()),
            ("industry", Type::OneOf(industries)),
            ("employees", Type::Number),
            ("products", Type::Set { values: None, separator: ";".into() }),
            ("created", Type::Time),
            ("account", Type::Reference(ACCOUNT)),
        ],
    );
    lead.arrival = lead.find("created");
    lead.fields[1].private = true;
    let rep = record("rep", &[("id", text()), ("active", Type::YesNo), ("since", Type::Date)]);
    Schema { records: vec![account, lead, rep] }
}

fn record(name: &str, fields: &[(&str, Type)]) -> RecordType {
    let span = Span::new(FileId(0), 0, 0);
    let fields: Vec<Field> =
        fields.iter().map(|(name, ty)| Field { name: Arc::from(*name), ty: ty.clone(), private: false, span }).collect();
    let by_name: BTreeMap<Arc<str>, FieldId> = fields.iter().enumerate().map(|(i, f)| (f.name.clone(), FieldId::from_index(i))).collect();
    RecordType { name: name.into(), fields, by_name, key: FieldId(0), arrival: None, span }
}
