//! What both books do with an area in which every entry of their lists is settled.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::entry::{Entry, Leads, Member, Members, Rank, Step};
use super::outcome::{Kind, Outcome};
use super::walk::Left;
use crate::text::wording;

/// How many people a note names.
const NAMED: usize = 8;

/// Tells what differs where everything is settled.
pub(super) struct Settled<'a> {
    /// Of the old and the new book: why somebody whom only the other has cannot take anything.
    pub absent: [&'a BTreeMap<Arc<str>, &'static str>; 2],
}

/// What one book does with the area.
struct Side<'a> {
    /// Rules that apply, the first that takes every record last, without what asks somebody again.
    entries: Vec<Cow<'a, Entry>>,
    members: Members,
    place: Option<&'a Entry>,
    absent: &'a BTreeMap<Arc<str>, &'static str>,
}

impl<'a> Side<'a> {
    fn new(left: &Left, entries: &'a [Entry], place: Option<&'a Entry>, absent: &'a BTreeMap<Arc<str>, &'static str>) -> Self {
        let here = || left.iter().filter_map(|(e, _)| entries.get(*e));
        let mut rules: Vec<&Entry> = here().filter(|e| e.member.is_none()).collect();
        rules.dedup_by_key(|e| &e.name);
        let mut seen = BTreeSet::new();
        let rules: Vec<Cow<'_, Entry>> = rules.into_iter().filter_map(|e| e.without_repeats(&mut seen)).collect();
        let mut members = Members::new();
        for entry in here() {
            let asks = |m: &Member| rules.iter().any(|r| r.name == entry.name && r.steps().any(|s| s.words == m.step));
            if let Some(member) = entry.member.as_ref().filter(|m| asks(m)) {
                members.insert((format!("{}: {}", entry.name, member.step), member.rep.clone()), member.rank.clone());
            }
        }
        Self { entries: rules, members, place, absent }
    }

    /// The entries by which somebody can take a record.
    fn active(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter().map(AsRef::as_ref).filter(|e| !e.is_idle())
    }

    /// What of the owner of the territory matters to an entry.
    fn owner(&self, entry: &Entry, same_places: bool, of: impl Fn(&Entry) -> String) -> String {
        self.place.filter(|_| entry.asks_territory && !same_places).map(of).unwrap_or_default()
    }

    /// Who takes every record here, in words, where that is known.
    fn taker(&self, same_places: bool) -> Option<&str> {
        let first = self.active().next()?.steps().find(|s| s.idle.is_none()).filter(|s| s.sure)?;
        if first.leads != Leads::Owner {
            return Some(&first.words);
        }
        let owner = self.place.filter(|_| !same_places)?.steps().next()?;
        owner.words.starts_with("rep ").then_some(&owner.words)
    }

    fn effects(&self, same_places: bool) -> Vec<String> {
        self.active().map(|e| format!("{} {}", e.effect(), self.owner(e, same_places, Entry::does))).collect()
    }

    fn teams(&self, same_places: bool) -> Vec<String> {
        let steps = |e: &Entry| e.steps().filter(|s| s.idle.is_none()).map(|s| s.team.clone()).collect::<String>();
        self.active().map(|e| format!("{}{}", steps(e), self.owner(e, same_places, |p| p.teams.clone()))).collect()
    }

    /// The credit plans, with the owner of the territory where one credits it and the territory is another.
    fn credits(&self, moved: bool) -> Vec<String> {
        let owner = |e: &Entry| self.place.filter(|_| moved && e.credits_territory).map_or_else(String::new, Entry::does);
        self.active().map(|e| format!("{}|{}", e.credit, owner(e))).collect()
    }

    fn each(&self, of: impl Fn(&Entry) -> &String) -> Vec<String> {
        self.active().map(|e| of(e).clone()).collect()
    }

    /// By rep, those to whom a target leads here and not on the other side, or who count otherwise there.
    fn only_here<'m>(&'m self, name: &str, step: &Step, other: &'m Self) -> Vec<(&'m Arc<str>, &'m Rank)> {
        let target = format!("{name}: {}", step.words);
        let here = self.members.iter().filter(|((t, _), _)| *t == target);
        here.filter(|(key, rank)| other.members.get(*key) != Some(rank)).map(|((_, rep), rank)| (rep, rank)).collect()
    }

    /// Says to whom a target leads only here, and to whom only on the other side.
    fn note(&self, name: &str, step: &Step, other: &Self, same_places: bool) -> Option<String> {
        if step.leads == Leads::Owner && !same_places {
            return None;
        }
        let here = self.only_here(name, step, other);
        let there = other.only_here(name, step, self);
        let there = there.into_iter().filter(|(rep, _)| !here.iter().any(|(r, _)| r == rep));
        // What counts is said where it alone differs.
        let elsewhere = |rep: &Arc<str>| other.members.keys().any(|(target, r)| r == rep && *target == format!("{name}: {}", step.words));
        let ranked = |(rep, rank): &(&Arc<str>, &Rank)| {
            if rank.shown.is_empty() || !elsewhere(rep) { rep.to_string() } else { format!("{rep} with {}", rank.shown) }
        };
        let with: Vec<String> = here.iter().map(ranked).collect();
        match step.leads {
            Leads::Team | Leads::Owner => {
                let without: Vec<String> = there.map(|(rep, _)| rep.to_string()).collect();
                let said = [("among them ", with), ("without ", without)];
                let said = said.iter().filter(|(_, all)| !all.is_empty());
                let said: Vec<String> = said.map(|(how, all)| format!("{how}{}", wording::some_of(all, NAMED))).collect();
                (!said.is_empty()).then(|| said.join(", "))
            }
            Leads::Named | Leads::Recorded => {
                let why = |rep: &Arc<str>| self.absent.get(rep).copied().unwrap_or("does not fit");
                let lost: Vec<String> = there.map(|(rep, _)| format!("{rep} {}", why(rep))).collect();
                let with = if step.leads == Leads::Named { Vec::new() } else { with };
                let said: Vec<String> = with.into_iter().chain(lost).collect();
                (!said.is_empty()).then(|| wording::some_of(&said, NAMED))
            }
        }
    }
}

impl Settled<'_> {
    /// What both books do where everything is settled; none when that comes to the same.
    pub(super) fn change(&self, left: &[Left], lists: [&[Entry]; 4], same_places: bool) -> Option<(Kind, Outcome, Outcome)> {
        let [old_rules, new_rules, old_places, new_places] = left else { return None };
        let old = Side::new(old_rules, lists[0], first(old_places, lists[2]), self.absent[0]);
        let new = Side::new(new_rules, lists[1], first(new_places, lists[3]), self.absent[1]);
        let moved = !same_places && old.place.map(|p| &p.name) != new.place.map(|p| &p.name);
        let kind = kind(&old, &new, same_places, moved)?;
        let told = |side: &Side<'_>, other: &Side<'_>| Outcome {
            rules: side.entries.iter().map(|e| e.name.clone()).collect(),
            does: side.entries.iter().map(|e| told(e, side, other, kind, same_places)).collect(),
            territory: side.place.filter(|_| moved).map(|p| p.name.clone()),
            overlay: None,
        };
        Some((kind, told(&old, &new), told(&new, &old)))
    }
}

fn first<'e>(left: &Left, entries: &'e [Entry]) -> Option<&'e Entry> {
    left.first().and_then(|(entry, _)| entries.get(*entry))
}

fn kind(old: &Side<'_>, new: &Side<'_>, same_places: bool, moved: bool) -> Option<Kind> {
    let differ = |of: &dyn Fn(&Side<'_>) -> Vec<String>| of(old) != of(new);
    let (credit, respond) = (differ(&|s| s.credits(moved)), differ(&|s| s.each(|e| &e.respond)));
    let first = |side: &Side<'_>| side.active().next().map(|e| e.name.clone());
    // Where another rule gives the record to the same person, nobody else gets it, whatever either would do without them.
    let taker = old.taker(same_places);
    let same_taker = taker.is_some() && taker == new.taker(same_places) && first(old) != first(new);
    let assigned = if same_taker {
        None
    } else if differ(&|s| s.effects(same_places)) {
        Some(Kind::Assignment)
    } else if old.members != new.members {
        Some(if teams_only(old, new) { Kind::Team } else { Kind::Assignment })
    } else {
        differ(&|s| s.teams(same_places)).then_some(Kind::Team)
    };
    assigned.or(if credit && respond {
        Some(Kind::CreditAndResponse)
    } else if credit {
        Some(Kind::Credit)
    } else if respond {
        Some(Kind::Response)
    } else if moved {
        Some(Kind::Territory)
    } else {
        differ(&|s| s.each(|e| &e.name)).then_some(Kind::RuleOnly)
    })
}

/// Whether only teams differ, and each still has somebody whom both rosters have alike.
fn teams_only(old: &Side<'_>, new: &Side<'_>) -> bool {
    let steps = |side: &Side<'_>, other: &Side<'_>| {
        side.entries.iter().all(|entry| {
            let differing =
                |s: &&Step| !side.only_here(&entry.name, s, other).is_empty() || !other.only_here(&entry.name, s, side).is_empty();
            entry.steps().filter(differing).all(|s| match s.leads {
                Leads::Team => s.steady,
                Leads::Owner => side.place.is_some_and(|p| p.steps().all(|s| s.steady)),
                Leads::Named | Leads::Recorded => false,
            })
        })
    };
    steps(old, new) && steps(new, old)
}

/// What a rule does, with what differs of it.
fn told(entry: &Entry, side: &Side<'_>, other: &Side<'_>, kind: Kind, same_places: bool) -> String {
    let mut words = entry.noted(|step| side.note(&entry.name, step, other, same_places));
    if let Some(owner) = side.place.filter(|p| entry.asks_territory && !same_places && p.name != "none") {
        words.push_str(&format!(" ({})", owner.does()));
    }
    let credit = matches!(kind, Kind::Credit | Kind::CreditAndResponse);
    let respond = matches!(kind, Kind::Response | Kind::CreditAndResponse);
    let none = |missing: &str, wanted: bool| if wanted { format!(", {missing}") } else { String::new() };
    words.push_str(&if entry.respond.is_empty() { none("no response is asked for", respond) } else { format!(", {}", entry.respond) });
    if credit {
        words.push_str(&if entry.credit.is_empty() { none("no credit", true) } else { format!(", {}", entry.credit) });
    }
    words
}
