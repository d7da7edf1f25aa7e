//! A segment, list, team, derived field, calendar, queue or credit plan that nothing uses.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::uses::{Definition, Uses, inside};
use crate::diagnostic::{Diagnostic, DiagnosticName};
use crate::model::{ClassId, CreditId, ListId, RecordId, Rulebook, SegmentId, TeamId, Type, Value};
use crate::plan::Plan;
use crate::text::{Name, wording};

/// How many users of a definition are named before the rest is only counted.
const SHOWN: usize = 3;

/// Finds definitions that nothing in use names, each at its name.
pub(super) fn check(plan: &Plan, uses: &Uses) -> Vec<Diagnostic> {
    let book = &plan.book;
    let used: BTreeSet<Definition> = uses.definitions.iter().map(|d| whatever_record(*d)).collect();
    let unused: Vec<(Definition, &Name)> = definitions(book).into_iter().filter(|(d, _)| !used.contains(d)).collect();
    let users = users(book, &unused);
    let mut findings: Vec<Diagnostic> = Vec::new();
    for (definition, name) in &unused {
        let users = users.get(definition).map_or(&[][..], Vec::as_slice);
        let (word, remedy) = words(*definition, name);
        findings.push(finding(word, name, users, &remedy));
    }
    for queue in book.queues.iter().filter(|q| !uses.queues.contains(&q.text)) {
        findings.push(finding("queue", queue, &[], &format!("Take it out of `queues`, or send records there: `queue {}`.", quoted(queue))));
    }
    let at_work = calendars_of_records(plan);
    for calendar in book.calendars.iter().map(|c| &c.name).filter(|c| !uses.calendars.contains(&c.text) && !at_work.contains(&c.text)) {
        let remedy = "Remove it, or name it in the data, in the field of type `calendar` of those who work by it.";
        findings.push(finding("calendar", calendar, &[], remedy));
    }
    findings
}

fn finding(word: &str, name: &Name, users: &[String], remedy: &str) -> Diagnostic {
    let label = if users.is_empty() {
        "declared here and used nowhere".to_owned()
    } else {
        let verb = if users.len() == 1 { "uses" } else { "use" };
        format!("only {} {verb} it, and nothing uses that", wording::any_of(users, SHOWN).replace(" or ", " and "))
    };
    Diagnostic::new(DiagnosticName::UnusedDefinition, format!("nothing uses the {word} `{name}`")).at(name.span, label).help(remedy)
}

/// Lists what can be used by its name in a rule file, with where it is declared.
fn definitions(book: &Rulebook) -> Vec<(Definition, &Name)> {
    let segment = |i| whatever_record(Definition::Segment(SegmentId::from_index(i), RecordId(0)));
    let segments = book.segments.iter().enumerate().map(|(i, s)| (segment(i), &s.name));
    let classes = book.classes.iter().enumerate().map(|(i, c)| (Definition::Class(ClassId::from_index(i)), &c.name));
    let lists = book.lists.iter().enumerate().map(|(i, l)| (Definition::List(ListId::from_index(i)), &l.name));
    let teams = book.teams.iter().enumerate().map(|(i, t)| (Definition::Team(TeamId::from_index(i)), &t.name));
    let credits = book.credits.iter().enumerate().map(|(i, c)| (Definition::Credit(CreditId::from_index(i)), &c.name));
    segments.chain(classes).chain(lists).chain(teams).chain(credits).collect()
}

/// A segment is one definition, whatever records it is asked about.
fn whatever_record(definition: Definition) -> Definition {
    match definition {
        Definition::Segment(id, _) => Definition::Segment(id, RecordId(0)),
        other => other,
    }
}

/// Says which unused definitions name which others, so that nobody removes the inner one first.
fn users(book: &Rulebook, unused: &[(Definition, &Name)]) -> BTreeMap<Definition, Vec<String>> {
    let mut users: BTreeMap<Definition, Vec<String>> = BTreeMap::new();
    for (definition, name) in unused {
        let forms: Vec<Definition> = match definition {
            Definition::Segment(id, _) => {
                book.schema.records.iter().enumerate().map(|(r, _)| Definition::Segment(*id, RecordId::from_index(r))).collect()
            }
            other => vec![*other],
        };
        let named: BTreeSet<Definition> = forms.into_iter().flat_map(|f| inside(book, f).definitions).map(whatever_record).collect();
        for inner in named {
            users.entry(inner).or_default().push(format!("the {} `{name}`", words(*definition, name).0));
        }
    }
    users
}

/// Returns what people call it, and what to do about it.
fn words(definition: Definition, name: &Name) -> (&'static str, String) {
    let name = quoted(name);
    match definition {
        Definition::Segment(..) => ("segment", format!("Remove it, or ask for it in a rule or territory, for example `when {name}`.")),
        Definition::Class(_) => ("derived field", format!("Remove it, or ask about it in a condition, for example `when {name} is ...`.")),
        Definition::List(_) => ("list", format!("Remove it, or ask for it in a condition, for example `state in {name}`.")),
        Definition::Team(_) => {
            ("team", format!("Remove it, or give it work: `route to team {name}`, or `owner team {name}` in a territory."))
        }
        Definition::Credit(_) => ("credit plan", format!("Remove it, or name it in a rule: `credit {name}`.")),
    }
}

fn quoted(name: &Name) -> String {
    wording::as_written(&name.text)
}

/// Collects the calendars that any record names: the roster's working hours, and fields of the same type elsewhere.
fn calendars_of_records(plan: &Plan) -> BTreeSet<Arc<str>> {
    let mut calendars = BTreeSet::new();
    for (kind, records) in &plan.data.records {
        let fields = &plan.book.schema.record(*kind).fields;
        let of_calendar: Vec<usize> = (0..fields.len()).filter(|i| fields[*i].ty == Type::Calendar).collect();
        for record in records.values() {
            calendars.extend(of_calendar.iter().filter_map(|i| match record.values.get(*i) {
                Some(Some(Value::Text(name))) => Some(name.clone()),
                _ => None,
            }));
        }
    }
    calendars
}

#[cfg(test)]
mod tests {
    use crate::check::sample::found;
    use crate::diagnostic::DiagnosticName;

    fn names(rules: &str) -> Vec<String> {
        let tables: &[(&str, &[&str])] = &[("zips.csv", &["zip,owner,territory", "94,team tabled,t1"])];
        let found = found(DiagnosticName::UnusedDefinition, rules, tables);
        found.iter().map(|f| f.split(" | ").next().unwrap_or("").trim_start_matches("nothing uses the ").to_owned()).collect()
    }

    #[test]
    fn every_kind_is_found_when_unused() {
        let unused = "segment big { employees > 5 }  list west = [CA, OR]  team idle { members ana pick in turn }
            classify lead as heat { hot when employees > 5  cold otherwise }
            calendar paris { zone \"Europe/Paris\" open mon..fri 09:00..17:00 }
            queues [spare]  credit plan { overlay: 100% assignee }";
        let kinds = [
            "segment `big`",
            "list `west`",
            "team `idle`",
            "derived field `heat`",
            "calendar `paris`",
            "queue `spare`",
            "credit plan `plan`",
        ];
        assert_eq!(names(unused), kinds);
    }

    #[test]
    fn every_kind_of_use_counts() {
        let segment = "segment big { employees > 5 }";
        let list = "list west = [CA, OR]";
        for used in [
            format!("{segment} rule r {{ priority 1 when not big or state is CA route to team desk }}"),
            format!("{segment} rule r {{ priority 1 route to rep ana where big, else team desk }}"),
            format!("{segment} overlay o {{ when big add rep ana as helper }}"),
            format!("{segment} territory t {{ where big owner ana }} overlap {{ name }}"),
            format!("{segment} team t {{ members where big pick in turn }} rule r {{ priority 1 route to team t }}"),
            format!(
                "{segment} team t {{ members where rep.active pick prefer big, then in turn }} rule r {{ priority 1 route to team t }}"
            ),
            format!(
                "{segment} team t {{ members ana limit 3 open where big }} territory z {{ where state is CA owner team t }} overlap {{ name }}"
            ),
            format!(
                "{segment} classify lead as heat {{ hot when big cold otherwise }} rule r {{ priority 1 when heat is hot route to team desk }}"
            ),
            format!("{list} segment s {{ state in west }} overlay o {{ when s add rep ana as helper }}"),
            format!("{list} rule r {{ priority 1 when state not in west route to team desk }}"),
            "team t { members ana } overlay o { when state is CA add team t as helper }".to_owned(),
            "team t { members ana } test \"x\" { lead { state: CA } expect team t }".to_owned(),
            "queues [spare] test \"x\" { lead { state: CA } expect queue spare }".to_owned(),
            "team tabled { members ana } territories from \"zips.csv\" { match postal is zip name territory owner owner } overlap { name }"
                .to_owned(),
            "calendar berlin { zone \"Europe/Berlin\" open mon..fri 09:00..17:00 }".to_owned(),
            "calendar paris { zone \"Europe/Paris\" open mon..fri 09:00..17:00 }
             rule r { priority 1 route to rep ana where rep.hours is paris, else team desk }"
                .to_owned(),
            "credit plan { revenue: 100% assignee } rule r { priority 1 route to team desk credit plan }".to_owned(),
        ] {
            assert_eq!(names(&used), Vec::<String>::new(), "{used}");
        }
    }

    #[test]
    fn what_only_the_unused_uses_is_unused() {
        let chain = "list west = [CA, OR]  segment inner { state in west }  team outer { members where inner pick in turn }";
        let found = found(DiagnosticName::UnusedDefinition, chain, &[]);
        assert!(found[0].contains("only the segment `inner` uses it, and nothing uses that"), "{found:?}");
        assert!(found[1].contains("only the team `outer` uses it, and nothing uses that"), "{found:?}");
        assert!(found[2].contains("declared here and used nowhere"), "{found:?}");
    }
}
