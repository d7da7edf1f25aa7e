//! Two books against each other: every record they treat differently, as areas in words with an example each.
//!
//! Both books are read into one space, and their decisions are lists: rules in the order considered, territories in the
//! order in which they win. [`walk`] goes through both lists at once and only looks where they differ, so a small change
//! of a large book costs little. What is found is complete; a budget may end the search, and then that is said.

mod definitions;
mod lists;
mod outcome;
mod people;
mod sample;
mod text;
mod walk;

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Serialize;

pub use sample::{Moved, Sample, Tally};
pub use text::{markdown, text};

use crate::check::Examples;
use crate::decide::standings;
use crate::diagnostic::Witness;
use crate::model::RecordId;
use crate::plan::Plan;
use crate::space::{Area, Budget, Ordinary, Region, Space, Survey, VARIANTS};

use lists::Lists;
use outcome::{Kind, Outcome};

/// The version of the shape of a comparison.
pub const FORMAT: &str = "turf-diff/1";

/// Holds what differs between two books for one type of record.
#[derive(Clone, Debug, Serialize)]
pub struct Comparison {
    /// The version of this shape.
    pub format: &'static str,
    /// The type of record: `lead`.
    pub record: String,
    /// The name of the older book.
    pub old: String,
    /// The name of the newer book.
    pub new: String,
    /// Whether every difference is listed; `false` when the search took too long.
    pub complete: bool,
    /// The differences: of who gets the record first, then of territory, credit and overlays, then of the rule alone.
    pub changes: Vec<Change>,
    /// Teams, credit plans, calendars and people that changed, one sentence each.
    pub definitions: Vec<String>,
    /// What became of sample records, when some were given.
    pub sample: Option<Sample>,
    /// The space both books were read into.
    #[serde(skip)]
    pub space: Space,
}

/// One difference.
#[derive(Clone, Debug, Serialize)]
pub struct Change {
    /// What differs.
    pub kind: Kind,
    /// What the older book does.
    pub old: Outcome,
    /// What the newer book does.
    pub new: Outcome,
    /// Which records, in words, the largest part first.
    #[serde(rename = "where")]
    pub places: Vec<String>,
    /// The same as areas.
    #[serde(skip)]
    pub areas: Vec<Area>,
    /// A record on which both books were asked.
    pub example: Option<Witness>,
    /// Who gets the example, from whom: none without an example.
    pub example_moves: Option<(String, String)>,
}

impl Comparison {
    /// Returns whether nothing differs, as far as was looked.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty() && self.definitions.is_empty() && self.complete && self.sample.as_ref().is_none_or(|s| s.changed == 0)
    }
}

/// Says that the evaluator contradicts the comparison: a mistake of turf.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake(pub String);

/// Compares two books about the records of one name; `work` bounds how many areas may be looked at.
///
/// # Errors
/// When an example contradicts what was worked out.
pub fn compare(old: &Plan, new: &Plan, record: (RecordId, RecordId), ordinary: &Ordinary, work: u64) -> Result<Comparison, Mistake> {
    let mut survey = Survey::new();
    let (first, second) = (standings(old, record.0), standings(new, record.1));
    let certain = first.certain && second.certain;
    let a = survey.book(&old.book, record.0, &first);
    let b = survey.book(&new.book, record.1, &second);
    let mut space = survey.finish();
    let mut ids = BTreeMap::new();
    let before = Lists::read(old, &a, &mut space, &mut ids);
    let after = Lists::read(new, &b, &mut space, &mut ids);
    let mut budget = Budget::new(work);
    let zone = &new.book.zone;
    let (found, complete) = walk::differences(&space, (&before, &after), &mut budget, |area| space.can_be(area, zone));
    let mut changes = Vec::new();
    let sides = Sides { old, new, record, ordinary, space: &space, work, certain };
    for ((kind, one, other), areas) in found {
        changes.push(sides.change(kind, one, other, areas)?);
    }
    changes.extend(sides.overlays(&before, &after)?);
    changes.sort_by(|a, b| (a.kind, &a.old, &a.new).cmp(&(b.kind, &b.old, &b.new)));
    Ok(Comparison {
        format: FORMAT,
        record: new.book.schema.record(record.1).name.to_string(),
        old: old.book.name.to_string(),
        new: new.book.name.to_string(),
        complete,
        changes,
        definitions: definitions::definitions(old, new),
        sample: None,
        space,
    })
}

struct Sides<'a> {
    old: &'a Plan,
    new: &'a Plan,
    record: (RecordId, RecordId),
    ordinary: &'a Ordinary,
    space: &'a Space,
    work: u64,
    /// Whether who wins a territory is settled for every record, so that an example must show what was worked out.
    certain: bool,
}

impl Sides<'_> {
    fn change(&self, kind: Kind, old: Outcome, new: Outcome, areas: Vec<Area>) -> Result<Change, Mistake> {
        let mut areas = self.space.joined(areas).areas;
        areas.sort_by_cached_key(|area| self.space.largeness(area));
        let shown = self.example(&areas, |a, b| old.agrees(self.old, a) && new.agrees(self.new, b));
        let zone = &self.new.book.zone;
        let places = areas.iter().map(|area| self.space.sentence(area, zone)).collect();
        let (example, example_moves) = match shown {
            Found::Shown(example, moves) => (Some(example), Some(moves)),
            Found::Unclear => (None, None),
            Found::Mistake(what) => {
                return Err(Mistake(format!("{what}, where {} and {} were expected", old.in_words(), new.in_words())));
            }
        };
        Ok(Change { kind, old, new, places, areas, example, example_moves })
    }

    /// Looks for an example on which both books do what was worked out.
    fn example(&self, areas: &[Area], agrees: impl Fn(&crate::decide::Decision, &crate::decide::Decision) -> bool) -> Found {
        let first = Examples { plan: self.old, record: self.record.0, ordinary: self.ordinary };
        let second = Examples { plan: self.new, record: self.record.1, ordinary: self.ordinary };
        let mut doubtful = None;
        for area in areas.iter().take(8) {
            for variant in 0..VARIANTS {
                let Some(example) = self.space.example(area, &second.about(), variant) else { continue };
                let (a, b) = (first.decide(&example).decision, second.decide(&example).decision);
                if agrees(&a, &b) {
                    return Found::Shown(second.witness(&example), (a.outcome.assignee.to_string(), b.outcome.assignee.to_string()));
                }
                if self.certain && self.space.is_plain(area) {
                    doubtful = doubtful.or_else(|| {
                        Some(format!(
                            "{}; there {} and {}",
                            self.space.sentence(area, &self.new.book.zone),
                            told(self.old, &a),
                            told(self.new, &b)
                        ))
                    });
                }
            }
        }
        doubtful.map_or(Found::Unclear, Found::Mistake)
    }

    /// Overlays that apply in one book only.
    fn overlays(&self, old: &Lists, new: &Lists) -> Result<Vec<Change>, Mistake> {
        let mut changes = Vec::new();
        let none = Outcome::default();
        for (mine, theirs, gone) in [(old, new, true), (new, old, false)] {
            for overlay in &mine.overlays {
                let cover: Vec<&Area> =
                    theirs.overlays.iter().filter(|o| o.name == overlay.name && o.does == overlay.does).flat_map(|o| &o.areas).collect();
                let zone = &self.new.book.zone;
                let (areas, _) =
                    self.space.holes_of(&overlay.areas, &cover, 200, &mut Budget::new(self.work), |a| self.space.can_be(a, zone));
                if areas.is_empty() {
                    continue;
                }
                let outcome = Outcome { overlay: Some(format!("{}: {}", overlay.name, overlay.does)), ..Outcome::default() };
                let (before, after) = if gone { (outcome, none.clone()) } else { (none.clone(), outcome) };
                changes.push(self.change(Kind::Overlay, before, after, areas)?);
            }
        }
        Ok(changes)
    }
}

enum Found {
    Shown(Witness, (String, String)),
    Unclear,
    Mistake(String),
}

/// The region of a formula as areas of its own.
fn areas_of(region: &Arc<Region>) -> Vec<Area> {
    region.areas.clone()
}

/// What a decision came to, for a report about turf itself.
fn told(plan: &Plan, decision: &crate::decide::Decision) -> String {
    let rule = decision.trials.first().map_or("nothing", |t| match t.decider {
        crate::decide::Decider::Rule(id) => plan.book.rules.get(id.index()).map_or("", |r| r.name.as_str()),
        crate::decide::Decider::Otherwise => "otherwise",
    });
    let territory = decision.placement.territory().and_then(|t| plan.book.territories.get(t.index())).map_or("none", |t| t.name.as_str());
    format!("{rule} in {territory} decides")
}
