//! The records that a rep can get: by which rule and target, and for which records, in words.

use std::sync::Arc;

use serde::Serialize;
use serde_json::Value;

use super::unreached;
use crate::check::{Examples, is_off_hours};
use crate::decide::{Assignee, Decider, Decision, Leading, PassedOver, roster, standings};
use crate::diagnostic::Witness;
use crate::model::{Add, RecordId, Target, TargetKind, words};
use crate::plan::Plan;
use crate::space::{Area, Example, NodeId, Ordinary, Purse, Ranked, Space, Survey, VARIANTS};
use crate::text::{Span, wording};

/// The version of the shape of an answer.
pub const FORMAT: &str = "turf-who/1";

/// How many parts of a way are listed.
const MOST: usize = 200;

/// How many parts are tried for an example.
const MOST_SHOWN: usize = 6;

/// Holds what a rep can get.
#[derive(Clone, Debug, Serialize)]
pub struct Who {
    /// The version of this shape.
    pub format: &'static str,
    /// The rep's key.
    pub rep: String,
    /// The type of record: `lead`.
    pub record: String,
    /// Whether the roster calls the rep active; nobody else gets anything.
    pub active: bool,
    /// The ways in which records get to the rep, rules first in the order considered, then `otherwise` and overlays.
    pub ways: Vec<Way>,
    /// Where there are none, why what names the rep leads nothing there.
    pub reasons: Vec<String>,
}

/// One way in which records get to a rep.
#[derive(Clone, Debug, Serialize)]
pub struct Way {
    /// The rule: `rule hospital`, `otherwise`, `overlay software-advice`.
    pub by: String,
    /// The target as rules write it.
    pub target: String,
    /// Whether targets before it must fail first.
    pub after_others: bool,
    /// The team the rep is picked from, when several could be.
    pub team: Option<String>,
    /// Where the rule is written.
    #[serde(skip)]
    pub span: Span,
    /// Which records, in words, the largest part first.
    #[serde(rename = "where")]
    pub places: Vec<String>,
    /// Whether the list is complete.
    pub complete: bool,
    /// Whether it is sure that some record comes this way: an example shows it, or no free question is asked somewhere.
    pub proved: bool,
    /// A record that the rep was a candidate for.
    pub example: Option<Witness>,
}

/// One way before its region is known.
struct Path {
    by: String,
    target: String,
    after_others: bool,
    team: Option<String>,
    span: Span,
    node: NodeId,
    /// Where nobody before it in the chain can take the record.
    alone: NodeId,
    /// Whether the owner of a territory is asked.
    by_territory: bool,
    /// The position of the rule in the order considered; none for overlays.
    position: Option<usize>,
}

/// Works out what a rep can get; none when the roster has no such rep.
#[must_use]
pub fn who(plan: &Plan, record: RecordId, rep: &str, ordinary: &Ordinary, work: u64) -> Option<Who> {
    let known = roster::rep(plan, rep)?;
    let active = roster::is_active(plan, known);
    let name = plan.book.schema.record(record).name.to_string();
    let mut survey = Survey::new();
    let of = survey.book(&plan.book, record, &standings(plan, record));
    let order = plan.rule_order.get(&record).cloned().unwrap_or_default();
    let mut paths = Vec::new();
    let leading = Leading { plan, record, rep: known, survey: &mut survey, of: &of, loose: false };
    let mut reading = Reading { leading, record: &name, blocked: Vec::new(), refused: Vec::new() };
    if active {
        for (position, id) in order.iter().enumerate() {
            let rule = &plan.book.rules[id.index()];
            let by = format!("rule {}", rule.name);
            reading.chain(&rule.route, of.rules[id.index()], (&by, rule.name.span, Some(position)), &mut paths);
        }
        if let Some(last) = plan.book.otherwise.get(&record) {
            let always = reading.leading.survey.all([]);
            reading.chain(&last.route, always, ("otherwise", last.span, Some(order.len())), &mut paths);
        }
        for (index, overlay) in plan.book.overlays.iter().enumerate().filter(|(_, o)| o.record == record) {
            for Add { targets, role } in &overlay.adds {
                let by = format!("overlay {} as {role}", overlay.name);
                reading.chain(targets, of.overlays[index], (&by, overlay.name.span, None), &mut paths);
            }
        }
    }
    let owned = if active { unreached::owned(&mut reading.leading) } else { Vec::new() };
    let idle = if active && paths.is_empty() { unreached::idle_teams(&mut reading.leading) } else { Vec::new() };
    let mut reasons = std::mem::take(&mut reading.blocked);
    let refused = std::mem::take(&mut reading.refused);
    let mut space = survey.finish();
    let regions: Vec<_> = order.iter().map(|id| space.region(of.rules[id.index()])).collect();
    let sure: Vec<bool> =
        order.iter().map(|id| plan.book.rules[id.index()].route.iter().any(|target| roster::surely_takes(plan, target))).collect();
    let examples = Examples { plan, record, ordinary };
    let own: Vec<_> = paths.iter().map(|path| (space.region(path.node), space.region(path.alone))).collect();
    let zone = &plan.book.zone;
    let ranked = Ranked::new(&space, zone, regions);
    let mut takers = ranked.none(order.len());
    (0..order.len()).filter(|i| sure[*i]).for_each(|i| ranked.set(&mut takers, i, true));
    let mut all = ranked.none(order.len());
    (0..order.len()).for_each(|i| ranked.set(&mut all, i, true));
    // All ways together may cost little more than one, so that a book of a thousand rules is answered too.
    let purse = Purse::new(work.saturating_mul(2));
    let mut ways = Vec::new();
    for (path, (own, alone)) in paths.into_iter().zip(own) {
        let earlier = ranked.before(&takers, path.position.unwrap_or(0));
        let (mut areas, complete) = ranked.left_by(&own.areas, &earlier, MOST, &mut purse.budget(work));
        let unsearched = areas.is_empty() && !complete;
        if unsearched {
            // Nothing was found in the time allowed, and nothing ruled out.
            areas.clone_from(&own.areas);
        }
        if areas.is_empty() {
            if complete && own.areas.iter().any(|area| space.can_be(area, zone)) {
                reasons.push(format!("{} would lead to {rep}, but rules before it take every such {name}", path.by));
            } else if let Some(rule) = path.position.and_then(|at| ranked.regions().get(at))
                && !rule.areas.iter().any(|area| space.can_be(area, zone))
            {
                reasons.push(format!("{} would lead to {rep}, but no {name} can be as it asks", path.by));
            } else if !path.by_territory {
                reasons.push(format!("{} would lead to {rep} by {}, but no {name} it applies to fits", path.by, path.target));
            }
            continue;
        }
        areas = space.joined(areas).areas;
        areas = space.distinct(areas);
        areas.sort_by_cached_key(|a| space.largeness(a));
        // Best where no rule before applies and nobody before in the chain can take it.
        let before = ranked.before(&all, path.position.unwrap_or(0));
        let (best, _) = ranked.left_by(&alone.areas, &before, MOST_SHOWN, &mut purse.budget(work));
        let example = example(&space, &best, &examples, rep, &path).or_else(|| example(&space, &areas, &examples, rep, &path));
        let proved = example.is_some() || (!unsearched && areas.iter().any(|area| space.facts_in(area) == 0));
        let places = areas.iter().map(|a| space.sentence(a, zone)).collect();
        ways.push(Way {
            by: path.by,
            target: path.target,
            after_others: path.after_others,
            team: path.team,
            span: path.span,
            places,
            complete,
            proved,
            example,
        });
    }
    if ways.is_empty() {
        reasons.extend(refused);
        reasons.extend(unreached::reasons(plan, rep, &of, &mut space, (&owned, work)));
        reasons.extend(idle.into_iter().map(|team| format!("{rep} can be one of team {team}, but nothing leads to that team")));
    } else {
        reasons.clear();
    }
    Some(Who { format: FORMAT, rep: known.key.to_string(), record: name, active, ways, reasons })
}

struct Reading<'a> {
    leading: Leading<'a>,
    /// The name of the type of record.
    record: &'a str,
    /// Why targets lead nowhere, because those before them in their chain take everything.
    blocked: Vec<String>,
    /// Targets that name the rep, or a team the rep is in, and never lead there.
    refused: Vec<String>,
}

/// Whether a target names a rep, or a team that lists the rep or nobody.
fn names(plan: &Plan, target: &Target, rep: &str) -> bool {
    match &target.kind {
        TargetKind::Rep(name) => *name.text == *rep,
        TargetKind::Team(team) => plan.book.teams.get(team.index()).is_some_and(|team| {
            team.members.iter().any(|line| line.listed.is_empty() || line.listed.iter().any(|(name, _)| *name.text == *rep))
        }),
        _ => false,
    }
}

impl Reading<'_> {
    /// Adds a way for each target of a chain that can lead to the rep.
    fn chain(&mut self, targets: &[Target], whole: NodeId, (by, span, position): (&str, Span, Option<usize>), paths: &mut Vec<Path>) {
        let mut taker: Option<&Target> = None;
        for (at, target) in targets.iter().enumerate() {
            let parts = self.leading.parts(target);
            if let Some(taker) = taker {
                let words = words::target(&self.leading.plan.book, taker);
                let rep = &self.leading.rep.key;
                if !parts.is_empty() {
                    self.blocked.push(format!("{by} would lead to {rep} only after {words}, and that takes every such {}", self.record));
                }
                continue;
            }
            taker = roster::surely_takes(self.leading.plan, target).then_some(target);
            let before = if at > 0 && !parts.is_empty() { self.leading.anybody(&targets[..at]) } else { None };
            let nobody = before.map(|before| self.leading.survey.opposite(before));
            let target_words = words::target(&self.leading.plan.book, target);
            if parts.is_empty() && names(self.leading.plan, target, &self.leading.rep.key) {
                self.refused.push(format!("{by} asks for {target_words}, which {} never fits", self.leading.rep.key));
            }
            let by_territory = matches!(target.kind, TargetKind::TerritoryOwner);
            for (node, team) in parts {
                let node = self.leading.survey.all([whole, node]);
                let alone = self.leading.survey.all([node].into_iter().chain(nobody));
                let target = target_words.clone();
                paths.push(Path { by: by.to_owned(), target, after_others: at > 0, team, span, node, alone, by_territory, position });
            }
        }
    }
}

/// Looks for an example on which the rule is tried and the rep is a candidate who could have taken it.
fn example(space: &Space, areas: &[Area], examples: &Examples<'_>, rep: &str, path: &Path) -> Option<Witness> {
    areas.iter().take(MOST_SHOWN).find_map(|area| {
        (0..VARIANTS).find_map(|variant| {
            let example = space.example(area, &examples.about(), variant)?;
            let decision = examples.decide(&example).decision;
            if fits(examples.plan, &decision, rep, path) {
                return Some(examples.witness(&example));
            }
            // Who works at other hours is shown at one of them.
            let mut others = is_off_hours(&decision).then(|| example.at_other_hours()).into_iter().flatten();
            let at_work = |example: &Example| fits(examples.plan, &examples.decide(example).decision, rep, path);
            others.find(at_work).map(|example| examples.witness(&example))
        })
    })
}

fn fits(plan: &Plan, decision: &Decision, rep: &str, path: &Path) -> bool {
    let could = |attempts: &[crate::decide::Attempt]| {
        attempts
            .iter()
            .flat_map(|a| &a.candidates)
            .any(|c| *c.rep == *rep && matches!(c.passed_over, None | Some(PassedOver::Behind { .. })))
    };
    if path.position.is_none() {
        return decision.added.iter().any(|a| could(&a.attempts) || a.assignee == Some(Assignee::Rep(rep.into())));
    }
    decision.trials.iter().any(|trial| {
        let by = match trial.decider {
            Decider::Rule(id) => plan.book.rules.get(id.index()).map_or_else(String::new, |r| format!("rule {}", r.name)),
            Decider::Otherwise => "otherwise".to_owned(),
        };
        by == path.by && could(&trial.attempts)
    })
}

/// Writes what a rep can get for programs; `place` writes where a rule stands.
#[must_use]
pub fn who_json(who: &Who, place: impl Fn(Span) -> Value) -> Value {
    let mut document = serde_json::to_value(who).unwrap_or_default();
    let ways = document.get_mut("ways").and_then(Value::as_array_mut);
    for (written, way) in ways.into_iter().flatten().zip(&who.ways) {
        if let Some(written) = written.as_object_mut() {
            written.insert("place".to_owned(), place(way.span));
        }
    }
    document
}

/// Writes what a rep can get for people.
#[must_use]
pub fn who_text(who: &Who, place: impl Fn(Span) -> String) -> String {
    const SHOWN: usize = 6;
    if !who.active {
        return format!("{} is not active in the roster, and so gets nothing.\n", who.rep);
    }
    if who.ways.is_empty() {
        let none = "no team, territory or rule leads there".to_owned();
        let why = if who.reasons.is_empty() { none } else { who.reasons.join("; ") };
        return format!("{} can get no {}: {why}.\n", who.rep, who.record);
    }
    let mut out = opening(who);
    for way in &who.ways {
        let team = way.team.as_ref().filter(|t| !way.target.starts_with(&format!("team {t}")));
        let team = team.map_or_else(String::new, |t| format!(", as one of team {t}"));
        let after = if way.after_others { ", when nobody before in its chain can take it" } else { "" };
        let perhaps = if way.proved { "" } else { "perhaps " };
        out.push_str(&format!("\n  {perhaps}{} ({}): {}{team}{after}\n", way.by, place(way.span), way.target));
        for part in way.places.iter().take(SHOWN) {
            out.push_str(&format!("    {}s: {part}\n", who.record));
        }
        if way.places.len() > SHOWN {
            out.push_str(&format!("    and {} more; `--format json` lists them\n", way.places.len() - SHOWN));
        }
        if !way.complete {
            out.push_str("    The list is not complete: there are too many parts.\n");
        }
        if let Some(example) = &way.example {
            out.push_str(&format!("    for example {}\n", example.in_words()));
        }
    }
    out
}

/// Says in how many ways, those that are proved apart from the others.
fn opening(who: &Who) -> String {
    let proved = who.ways.iter().filter(|w| w.proved).count();
    let open = who.ways.len() - proved;
    let what = format!("{} {}", wording::article(&who.record), who.record);
    let ways = |n: usize| wording::count(n, "way", "ways");
    let why = "not proved, as no example was found";
    let are = if open == 1 { "that is" } else { "they are" };
    let which = if open == 1 { "which is" } else { "which are" };
    match (proved, open) {
        (_, 0) => format!("{} can get {what} in {}:\n", who.rep, ways(proved)),
        (0, _) => format!("{} may get {what} in {}; {are} {why}:\n", who.rep, ways(open)),
        _ => format!("{} can get {what} in {}, and perhaps in {open} more, {which} {why}:\n", who.rep, ways(proved)),
    }
}

/// Keys of reps that are near a name.
#[must_use]
pub fn near_reps(plan: &Plan, name: &str) -> Vec<String> {
    let keys: Vec<Arc<str>> = plan.book.rep.iter().flat_map(|r| plan.data.all(r.record).map(|r| r.key.clone())).collect();
    wording::nearest(name, keys.iter().map(|k| &**k))
}
