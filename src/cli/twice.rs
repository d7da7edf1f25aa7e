//! Decisions made twice, one way and the other: what `turf why` explains is what `turf route` does, or turf does not know what
//! it does.

use std::sync::Arc;

use crate::batch::Trace;
use crate::decide::{Decider, Decision};
use crate::model::show_time;
use crate::plan::Plan;
use crate::report::Row;

/// Compares a decision with that by asking every rule, if that is another, and with what came of the record when the whole file
/// was decided at once.
///
/// # Errors
/// What to tell where they differ, which no book should bring about.
pub(super) fn same(kind: &str, plan: &Plan, (decision, asked): (&Decision, Option<&Decision>), traces: &[Trace]) -> Result<(), String> {
    let key = &decision.record.key;
    if let Some(asked) = asked.filter(|asked| *asked != decision) {
        let [first, second] = [decision, asked].map(|decision| {
            let row = Row::new(plan, decision);
            let part = |name: &str, text: &Option<Arc<str>>| text.as_ref().map(|text| format!(", {name} `{text}`")).unwrap_or_default();
            let to = row.assignee.as_deref().map_or("nobody".to_owned(), |assignee| format!("{} `{assignee}`", row.assignee_kind));
            format!("{to}{}{}{}", part("rule", &row.rule), part("territory", &row.territory), part("team", &row.team))
        });
        return Err(disagreement(kind, key, ("By the index of the rules it goes to", &first), ("by asking every rule to", &second)));
    }
    let own = Trace::of(decision);
    let Some(other) = traces.iter().find(|trace| trace.line == own.line).filter(|other| **other != own) else { return Ok(()) };
    let [first, second] = [other, &own].map(|trace| {
        let by = match trace.by {
            Some(Decider::Rule(id)) => plan.book.rules.get(id.index()).map_or_else(String::new, |rule| format!("rule `{}`", rule.name)),
            Some(Decider::Otherwise) => "`otherwise`".to_owned(),
            None => "no rule".to_owned(),
        };
        let territory = trace.territory.and_then(|id| plan.book.territories.get(id.index()));
        let place = territory.map_or("in no territory".to_owned(), |t| format!("in territory `{}`", t.name));
        let also = if trace.also { ", and others of that priority apply" } else { "" };
        format!("{by}, {place}{also}, as of {}", show_time(trace.at, &plan.book.zone))
    });
    Err(disagreement(kind, key, ("With the whole file it goes by", &first), ("by itself by", &second)))
}

fn disagreement(kind: &str, key: &str, first: (&str, &str), second: (&str, &str)) -> String {
    let differ = if first.1 == second.1 { "They differ in why." } else { "They differ." };
    format!(
        "turf: {kind} `{key}` was decided twice. {} {}; {} {}. {differ} This is a mistake in turf and not in your book: please report it, with the book and this {kind} if you can share them.\n",
        first.0, first.1, second.0, second.1
    )
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use jiff::tz::TimeZone;

    use super::*;
    use crate::decide::{begin, decide};
    use crate::model::{Origin, Record, ReferenceData, Tables, TerritoryId, Value};
    use crate::text::{SourceFile, Sources};
    use crate::workspace::{Draft, Materials};

    const BOOK: &str = r#"
record lead { id: text, key  country: text }
record rep { id: text, key  active: yes/no }
queues [triage, review]
territory us { where country is US }
overlap { name }
rule home { when country is US  route to queue review }
otherwise { route to queue triage }
"#;

    fn plan() -> Arc<Plan> {
        let draft = Draft::new(Sources::new(vec![SourceFile::new("rules.turf", BOOK)]));
        let materials = Materials {
            name: "twice".to_owned(),
            zone: TimeZone::UTC,
            tables: Tables::new(),
            data: ReferenceData::default(),
            findings: Vec::new(),
            settings: Default::default(),
        };
        let snapshot = draft.finish(materials);
        snapshot.plan.unwrap_or_else(|| panic!("{:?}", snapshot.findings))
    }

    fn decided(plan: &Plan, country: &str) -> Decision {
        let kind = plan.book.schema.find("lead").expect("declared");
        let values = vec![Some(Value::Text("L1".into())), Some(Value::Text(country.into()))];
        let record = Record { kind, key: "L1".into(), values, origin: Origin { line: 7, ..Origin::default() } };
        decide(plan, record, &begin(plan, Timestamp::UNIX_EPOCH), Timestamp::UNIX_EPOCH)
    }

    #[test]
    fn what_is_decided_twice_and_differs_is_told() {
        let plan = plan();
        let [home, away] = ["US", "DE"].map(|country| decided(&plan, country));
        let of = |decision, asked, traces: &[Trace]| same("lead", &plan, (decision, asked), traces).err();
        assert_eq!(of(&home, None, &[]), None);
        assert_eq!(of(&home, Some(&home), &[Trace::of(&home)]), None);
        // Another row with the same key is another matter.
        assert_eq!(of(&home, None, &[Trace { line: 8, ..Trace::of(&away) }]), None);
        let end = "This is a mistake in turf and not in your book: please report it, with the book and this lead if you can share them.\n";
        assert_eq!(
            of(&home, Some(&away), &[]),
            Some(format!(
                "turf: lead `L1` was decided twice. By the index of the rules it goes to queue `review`, rule `home`; by asking every rule to queue `triage`, rule `otherwise`. They differ. {end}"
            ))
        );
        let same_row = Decision { also: vec![crate::model::RuleId::from_index(0)], ..home.clone() };
        assert!(of(&home, Some(&same_row), &[]).is_some_and(|told| told.contains("They differ in why.")));
        let placed = Trace { territory: Some(TerritoryId::from_index(0)), also: true, ..Trace::of(&away) };
        assert_eq!(
            of(&home, None, &[placed]),
            Some(format!(
                "turf: lead `L1` was decided twice. With the whole file it goes by `otherwise`, in territory `us`, and others of that priority apply, as of 1970-01-01 00:00+00:00; by itself by rule `home`, in no territory, as of 1970-01-01 00:00+00:00. They differ. {end}"
            ))
        );
        let odd = [
            Trace { by: None, ..Trace::of(&home) },
            Trace { territory: Some(TerritoryId::from_index(9)), ..Trace::of(&home) },
            Trace { also: true, ..Trace::of(&home) },
        ];
        odd.iter().for_each(|trace| assert!(of(&home, None, &[*trace]).is_some(), "{trace:?}"));
    }
}
