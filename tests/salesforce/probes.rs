//! The outcomes expected of records, as they lie beside the rule files.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use serde_json::Value;

use super::entries::{NONE, STOPPED, assigned};

/// What is expected of one rule.
pub struct Expected {
    pub entries: usize,
    pub probes: Vec<Probe>,
    /// Entries that never win, as far as many records drawn by lot can tell.
    pub never: BTreeSet<usize>,
}

/// One record and what becomes of it.
pub struct Probe {
    pub id: String,
    record: BTreeMap<String, String>,
    /// Every entry that holds, counted from 1.
    pub matching: BTreeSet<usize>,
    /// The first of them.
    pub winner: Option<usize>,
    pub queue: String,
}

impl Probe {
    pub fn cells(&self) -> BTreeMap<&str, &str> {
        self.record.iter().map(|(field, cell)| (field.as_str(), cell.as_str())).collect()
    }
}

/// Reads what is expected of each rule of a file.
pub fn read(path: &Path) -> Vec<Expected> {
    let document: Value = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    document["rules"].as_array().unwrap().iter().map(expected).collect()
}

fn expected(rule: &Value) -> Expected {
    let listed = |name: &str| rule[name].as_array().cloned().unwrap_or_default();
    let never = listed("entries_that_never_win").iter().map(|e| number(&e["entry"])).collect::<BTreeSet<_>>();
    let after = listed("entries_after_a_catch_all").iter().map(number).collect::<BTreeSet<_>>();
    Expected { entries: number(&rule["entries"]), probes: listed("probes").iter().map(probe).collect(), never: &never | &after }
}

fn probe(probe: &Value) -> Probe {
    let text = |name: &str| probe[name].as_str().unwrap_or_default().to_owned();
    let queue = match text("action").as_str() {
        "assign" => assigned(&text("assigned_to_type"), &text("assigned_to")),
        "none" => NONE.to_owned(),
        "stop-unassigned" => STOPPED.to_owned(),
        other => panic!("{other} is no action"),
    };
    let cells = probe["record"].as_object().unwrap().iter();
    Probe {
        id: text("id"),
        record: cells.map(|(field, cell)| (field.clone(), cell.as_str().unwrap().to_owned())).collect(),
        matching: probe["matching_entries"].as_array().unwrap().iter().map(number).collect(),
        winner: probe["winner"].as_u64().map(|n| usize::try_from(n).unwrap()),
        queue,
    }
}

fn number(value: &Value) -> usize {
    usize::try_from(value.as_u64().unwrap()).unwrap()
}
