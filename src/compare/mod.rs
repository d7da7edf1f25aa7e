//! Two books against each other: every record they treat differently, as areas in words with an example each.
//!
//! Both books are read into one space, and their decisions are lists: rules in the order considered, territories in the
//! order in which they win. [`walk`] goes through both lists at once and only looks where they differ, so a small change
//! of a large book costs little. What is found is complete; a budget may end the search, and then that is said.

mod concerns;
mod definitions;
mod entry;
mod kept;
mod lists;
mod markdown;
mod outcome;
mod people;
mod roster;
mod sample;
mod settled;
mod text;
mod uncompared;
mod uses;
mod walk;

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

pub use concerns::{Concerned, Counted};
pub use markdown::markdown;
pub use sample::{Moved, Sample, Tally};
pub use text::text;

use crate::check::{Examples, is_off_hours};
use crate::decide::{Decision, standings};
use crate::diagnostic::{Concerns, Witness};
use crate::model::RecordId;
use crate::plan::Plan;
use crate::space::{Area, Budget, Ordinary, Space, Survey, Surveyed, VARIANTS};

use entry::Entry;
use kept::Kept;
use lists::{Lists, Reading, Ways};
use outcome::{Kind, Outcome};
use settled::Settled;

/// How many values or people of a long list are named to people.
const NAMED: usize = 10;

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
    /// What differs between the books and was not followed through, one sentence each.
    pub not_compared: Vec<String>,
    /// Teams, credit plans, calendars and people that changed, one sentence each.
    pub definitions: Vec<String>,
    /// The same for people, without the middle of long lists.
    #[serde(skip)]
    pub definitions_shortly: Vec<String>,
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
    /// The same for people, without the middle of long lists of values.
    #[serde(skip)]
    pub shortly: Vec<String>,
    /// The same as areas.
    #[serde(skip)]
    pub areas: Vec<Area>,
    /// How many sample records it concerns, when some were given.
    pub concerns: Option<Concerns>,
    /// The same for each of the places, in their order; empty without sample records.
    pub where_concerns: Vec<Concerns>,
    /// Whether it is sure that some record is treated so: an example shows it, or no free question is asked somewhere.
    pub proved: bool,
    /// A record on which both books were asked.
    pub example: Option<Witness>,
    /// Who gets the example, from whom: none without an example.
    pub example_moves: Option<(String, String)>,
}

impl Comparison {
    /// Returns whether nothing differs, as far as was looked.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
            && self.definitions.is_empty()
            && self.not_compared.is_empty()
            && self.complete
            && self.sample.as_ref().is_none_or(|s| s.changed == 0)
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
    let changed = roster::changed(old, new);
    let read = |plan, of: &Surveyed, survey: &mut Survey| Ways::read(plan, of, survey, &changed);
    let ways = read(old, &a, &mut survey).zip(read(new, &b, &mut survey));
    let (kept_before, kept_after) = (Kept::read(old, &a, &mut survey), Kept::read(new, &b, &mut survey));
    let too_many = ways.is_none();
    let (before, after) = ways.unwrap_or_default();
    let mut space = survey.finish();
    let mut ids = BTreeMap::new();
    let altered = definitions::altered(old, new);
    let nothing = BTreeSet::new();
    let before =
        Reading { plan: old, of: &a, changed: &changed, altered: &nothing, ways: &before, kept: &kept_before }.lists(&mut space, &mut ids);
    let after =
        Reading { plan: new, of: &b, changed: &changed, altered: &altered, ways: &after, kept: &kept_after }.lists(&mut space, &mut ids);
    let sides = Sides { old, new, record, ordinary, space: &space, certain };
    let mut budget = Budget::new(work);
    let (mut changes, mut complete) = sides.routing((&before, &after), &mut budget)?;
    let (overlays, all) = sides.overlays((&before, &after), &mut budget)?;
    changes.extend(overlays);
    complete &= all;
    changes.sort_by(|a, b| (a.kind, &a.old, &a.new).cmp(&(b.kind, &b.old, &b.new)));
    Ok(Comparison {
        format: FORMAT,
        record: new.book.schema.record(record.1).name.to_string(),
        old: old.book.name.to_string(),
        new: new.book.name.to_string(),
        complete,
        changes,
        not_compared: uncompared::sentences((old, new), record, &space, too_many),
        definitions: definitions::definitions(old, new, usize::MAX),
        definitions_shortly: definitions::definitions(old, new, NAMED),
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
    /// Whether who wins a territory is settled for every record, so that an example must show what was worked out.
    certain: bool,
}

impl Sides<'_> {
    /// Where records are routed, placed or credited differently; whether that is all comes with it.
    fn routing(&self, (old, new): (&Lists, &Lists), budget: &mut Budget) -> Result<(Vec<Change>, bool), Mistake> {
        let settled = Settled { absent: [&old.absent, &new.absent] };
        let lists = [&*old.rules, &*new.rules, &*old.territories, &*new.territories];
        let zone = &self.new.book.zone;
        let (found, complete) = walk::differences(self.space, lists, &settled, budget, |area| self.space.can_be(area, zone));
        let changes = found.into_iter().map(|((kind, one, other), areas)| self.change(kind, one, other, areas));
        Ok((changes.collect::<Result<_, _>>()?, complete))
    }

    fn change(&self, kind: Kind, old: Outcome, new: Outcome, areas: Vec<Area>) -> Result<Change, Mistake> {
        let mut areas = self.space.joined(areas).areas;
        areas = self.space.distinct(areas);
        areas.sort_by_cached_key(|area| self.space.largeness(area));
        let shown = self.example(&areas, |a, b| old.agrees(self.old, a) && new.agrees(self.new, b));
        let zone = &self.new.book.zone;
        let places = areas.iter().map(|area| self.space.sentence_in_full(area, zone)).collect();
        let shortly = areas.iter().map(|area| self.space.sentence(area, zone)).collect();
        let (example, example_moves) = match shown {
            Found::Shown(example, moves) => (Some(example), Some(moves)),
            Found::Unclear => (None, None),
            Found::Mistake(what) => {
                return Err(Mistake(format!("{what}, where {} and {} were expected", old.in_words(), new.in_words())));
            }
        };
        let proved = example.is_some() || areas.iter().any(|area| self.space.facts_in(area) == 0);
        let (concerns, where_concerns) = (None, Vec::new());
        Ok(Change { kind, old, new, places, shortly, areas, concerns, where_concerns, proved, example, example_moves })
    }

    /// Looks for an example on which both books do what was worked out.
    fn example(&self, areas: &[Area], agrees: impl Fn(&Decision, &Decision) -> bool) -> Found {
        let first = Examples { plan: self.old, record: self.record.0, ordinary: self.ordinary };
        let second = Examples { plan: self.new, record: self.record.1, ordinary: self.ordinary };
        let mut doubtful = None;
        for area in areas.iter().take(8) {
            for variant in 0..VARIANTS {
                let Some(example) = self.space.example(area, &second.about(), variant) else { continue };
                let (a, b) = (first.decide(&example).decision, second.decide(&example).decision);
                let moves = |a: &Decision, b: &Decision| (a.outcome.assignee.to_string(), b.outcome.assignee.to_string());
                if agrees(&a, &b) {
                    // Where nobody is at work yet, both come to the same; another hour shows more.
                    let same = a.outcome.assignee == b.outcome.assignee && (is_off_hours(&a) || is_off_hours(&b));
                    let other = same.then(|| example.at_other_hours()).into_iter().flatten().find_map(|example| {
                        let (a, b) = (first.decide(&example).decision, second.decide(&example).decision);
                        (a.outcome.assignee != b.outcome.assignee && agrees(&a, &b)).then(|| (second.witness(&example), moves(&a, &b)))
                    });
                    let (witness, moves) = other.unwrap_or_else(|| (second.witness(&example), moves(&a, &b)));
                    return Found::Shown(witness, moves);
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

    /// Where overlays add other people; each is gone through by itself. Whether that is all comes with it.
    fn overlays(&self, (old, new): (&Lists, &Lists), budget: &mut Budget) -> Result<(Vec<Change>, bool), Mistake> {
        let settled = Settled { absent: [&old.absent, &new.absent] };
        let zone = &self.new.book.zone;
        let names: BTreeSet<&String> = old.overlays.keys().chain(new.overlays.keys()).collect();
        let mut changes = Vec::new();
        let mut complete = true;
        for name in names {
            let entries = |lists: &Lists| lists.overlays.get(name).cloned().unwrap_or_default();
            let (before, after) = (entries(old), entries(new));
            let asks = before.iter().chain(&after).any(|e| e.asks_territory);
            let places: [&[Entry]; 2] = if asks { [&old.territories, &new.territories] } else { [&[], &[]] };
            let lists = [&*before, &*after, places[0], places[1]];
            let (found, all) = walk::differences(self.space, lists, &settled, budget, |area| self.space.can_be(area, zone));
            complete &= all;
            for ((kind, one, other), areas) in found {
                // Which territory it is matters only as far as its owner is added.
                if kind != Kind::Territory {
                    changes.push(self.change(Kind::Overlay, one.of_overlay(), other.of_overlay(), areas)?);
                }
            }
        }
        Ok((changes, complete))
    }
}

enum Found {
    Shown(Witness, (String, String)),
    Unclear,
    Mistake(String),
}

/// A definition on one line; line ends only separate.
fn one_line(definition: &str) -> String {
    definition.lines().map(str::trim).collect::<Vec<_>>().join(" ")
}

/// What a decision came to, for a report about turf itself.
fn told(plan: &Plan, decision: &Decision) -> String {
    let rule = decision.trials.first().map_or("nothing", |t| match t.decider {
        crate::decide::Decider::Rule(id) => plan.book.rules.get(id.index()).map_or("", |r| r.name.as_str()),
        crate::decide::Decider::Otherwise => "otherwise",
    });
    let territory = decision.placement.territory().and_then(|t| plan.book.territories.get(t.index())).map_or("none", |t| t.name.as_str());
    format!("{rule} in {territory} decides")
}
