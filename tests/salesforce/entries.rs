//! Files of assignment rules: the entries of each rule, and the book they become.

use std::fs;
use std::path::Path;

use roxmltree::{Document, Node};

use super::books::{Book, REPS};
use super::filter::{Filter, formula};
use super::said::{Criterion, Fields, Said, quoted, values};

/// The queue for records that an entry leaves with whoever has them.
pub const STOPPED: &str = "stop-unassigned";
/// The queue for records that no entry takes.
pub const NONE: &str = "none";

/// One assignment rule: entries tried from the top, of which the first that holds decides.
pub struct RuleSet {
    pub entries: Vec<Entry>,
    fields: Fields,
}

/// One entry: what it asks and where it sends a record.
pub struct Entry {
    pub said: Said,
    pub queue: String,
}

/// Reads the rules of a file that is named after the object it is about.
pub fn read(path: &Path) -> Vec<RuleSet> {
    let text = fs::read_to_string(path).unwrap();
    let document = Document::parse(&text).unwrap();
    let name = path.file_name().unwrap().to_string_lossy().into_owned();
    let object = name.rsplit('.').nth(2).unwrap().to_owned();
    let rules = document.root_element().children().filter(|n| n.has_tag_name(tag("assignmentRule")));
    rules.map(|rule| rule_set(rule, &object)).collect()
}

fn rule_set(rule: Node<'_, '_>, object: &str) -> RuleSet {
    let mut fields = Fields::default();
    let entries = rule.children().filter(|n| n.has_tag_name(tag("ruleEntry")));
    let entries = entries.map(|e| Entry { said: condition(e, object, &mut fields), queue: queue(e) }).collect();
    RuleSet { entries, fields }
}

fn condition(entry: Node<'_, '_>, object: &str, fields: &mut Fields) -> Said {
    if let Some(text) = inner(entry, "formula") {
        return formula(&text, object, fields);
    }
    let items = entry.children().filter(|n| n.has_tag_name(tag("criteriaItems")));
    let criteria: Vec<Said> = items
        .map(|item| Criterion {
            field: inner(item, "field").unwrap(),
            operation: inner(item, "operation").unwrap(),
            values: values(&inner(item, "value").unwrap_or_default()),
        })
        .map(|criterion| criterion.said(fields))
        .collect();
    Filter::read(inner(entry, "booleanFilter").as_deref(), criteria.len()).said(&criteria)
}

fn queue(entry: Node<'_, '_>) -> String {
    match (inner(entry, "assignedToType"), inner(entry, "assignedTo")) {
        (Some(kind), Some(name)) => assigned(&kind, &name),
        _ => STOPPED.to_owned(),
    }
}

/// Names the queue that stands for an assignee; a user and a queue may be called alike.
pub fn assigned(kind: &str, name: &str) -> String {
    format!("{kind} {name}")
}

fn tag(name: &str) -> (&'static str, &str) {
    ("http://soap.sforce.com/2006/04/metadata", name)
}

fn inner(node: Node<'_, '_>, name: &str) -> Option<String> {
    let child = node.children().find(|n| n.has_tag_name(tag(name)))?;
    Some(child.text().unwrap_or_default().trim().to_owned())
}

impl RuleSet {
    /// The book of all entries: a rule for each, the first before the second, and an overlay that tells whether it holds.
    pub fn book(&self) -> Book {
        let all: Vec<usize> = (1..=self.entries.len()).collect();
        let overlays: String = all.iter().map(|n| format!("overlay entry-{n} {{ when entry-{n}  add rep desk as entry-{n} }}\n")).collect();
        Book::open(&(self.rules(&all, |n| n) + &overlays), "lead", self.fields.clone()).usable()
    }

    /// A book of some entries in which nothing says which goes first.
    pub fn unordered(&self, some: &[usize]) -> Book {
        Book::open(&self.rules(some, |_| 1), "lead", self.fields.clone())
    }

    fn rules(&self, some: &[usize], priority: impl Fn(usize) -> usize) -> String {
        let mut queues: Vec<&str> = self.entries.iter().map(|e| e.queue.as_str()).chain([NONE]).collect();
        queues.sort_unstable();
        queues.dedup();
        let queues: Vec<String> = queues.into_iter().map(quoted).collect();
        let mut text = format!("record lead {{\n  id: text, key\n{}}}\n{REPS}queues [{}]\n", self.fields.declared(), queues.join(", "));
        for n in some {
            let Entry { said, queue } = &self.entries[n - 1];
            text += &format!("segment entry-{n} {{ {} }}\n", said.yes);
            text += &format!("rule entry-{n} {{ priority {}  when entry-{n}  route to queue {} }}\n", priority(*n), quoted(queue));
        }
        text + &format!("otherwise {{ route to queue {NONE} }}\n")
    }
}
