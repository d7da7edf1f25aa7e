//! Teams: members, pick, limits.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Resolver, Scope, territory};
use crate::diagnostic::{Diagnostic, DiagnosticName};
use crate::model::{Counts, Limit, LimitPer, Members, Pick, RecordId, Team, TeamId, Type, Value, read_literal};
use crate::syntax::tree::{self, PickKind, TeamItem};
use crate::text::{Name, Span};

impl Resolver<'_> {
    /// Resolves all teams.
    pub(super) fn teams(&mut self) {
        for item in self.items.teams.clone() {
            let team = self.team(item);
            self.teams.push(team);
        }
    }

    fn team(&mut self, item: &TeamItem) -> Team {
        let records = self.decidable();
        let members = item.members.iter().map(|m| self.members(m, &records)).collect();
        let pick = self.unique_statement("pick", &item.picks, |p| p.span).cloned();
        let pick = match pick {
            Some(pick) => pick.criteria.iter().filter_map(|c| self.pick(item, &c.kind, c.span, &records)).collect(),
            None => {
                self.missing_pick(item);
                Vec::new()
            }
        };
        if item.members.is_empty() {
            self.report(
                Diagnostic::new(DiagnosticName::EmptyTeam, format!("the team `{}` has no members", item.name))
                    .at(item.name.span, "nobody can ever be picked")
                    .help("Say who belongs to it: `members ana, lee`, or `members where rep.active` for the whole roster."),
            );
        } else if item.members.iter().all(|m| !m.listed.is_empty() && m.listed.iter().all(|l| !self.is_active(&l.name))) {
            self.report(
                Diagnostic::new(DiagnosticName::EmptyTeam, format!("nobody in the team `{}` is active", item.name))
                    .at(item.name.span, "nobody can ever be picked")
                    .help("Name at least one rep whom the roster calls active."),
            );
        }
        Team {
            name: item.name.clone(),
            members,
            pick,
            limits: item.limits.iter().filter_map(|l| self.limit(l, &records)).collect(),
            working_hours_only: self.working_hours(item),
            weight: item.weight.as_ref().and_then(|w| self.weight_field(w)),
            counts: self.counts(item),
            because: item.because.as_ref().map(|b| b.text.clone()),
            span: item.span,
        }
    }

    fn missing_pick(&mut self, item: &TeamItem) {
        let single = matches!(item.members.as_slice(), [only] if only.listed.len() == 1);
        if single || item.members.is_empty() {
            return;
        }
        self.report(
            Diagnostic::new(
                DiagnosticName::MissingStatement,
                format!("the team `{}` does not say how one of its members is picked", item.name),
            )
            .at(item.name.span, "has several members")
            .help("Add for example `pick in turn`, or `pick fewest open, then longest wait`."),
        );
    }

    fn is_active(&self, name: &Name) -> bool {
        let Some(rep) = self.rep else { return true };
        self.around.data.get(rep.record, &name.text).is_some_and(|r| matches!(r.value(rep.active), Some(Value::YesNo(true))))
    }

    fn members(&mut self, written: &tree::Members, records: &[RecordId]) -> Members {
        let mut listed: Vec<(Name, Option<rust_decimal::Decimal>)> = Vec::new();
        for member in &written.listed {
            self.check_rep(&member.name);
            if let Some((earlier, _)) = listed.iter().find(|(n, _)| n.text == member.name.text) {
                let earlier = earlier.span;
                self.report(
                    Diagnostic::new(DiagnosticName::DuplicateValue, format!("`{}` is listed twice", member.name))
                        .at(member.name.span, "second time")
                        .at(earlier, "first time")
                        .help("Remove one of them; to give somebody more turns write `weight 2` behind the name."),
                );
                continue;
            }
            let weight = member.weight.as_ref().and_then(|w| self.weight(w));
            listed.push((member.name.clone(), weight));
        }
        let conditions = match (&written.condition, records.first()) {
            (Some(condition), Some(any)) => self.fitting(std::slice::from_ref(condition), Scope::of(*any).with_candidate(), records),
            _ => territory::always_for(records, written.span),
        };
        Members { listed, conditions, span: written.span }
    }

    fn weight(&mut self, literal: &tree::Literal) -> Option<rust_decimal::Decimal> {
        if let Ok(Some(Value::Number(weight))) = read_literal(&literal.raw, &Type::Number, self.around.zone)
            && weight > rust_decimal::Decimal::ZERO
        {
            return Some(weight);
        }
        self.report(
            Diagnostic::new(DiagnosticName::UnreadableValue, format!("a weight must be a number above 0, not `{}`", literal.raw))
                .at(literal.span, "not such a number")
                .help("Write for example `weight 2` for twice as many turns, or `weight 0.5` for half as many."),
        );
        None
    }

    fn weight_field(&mut self, path: &tree::Path) -> Option<crate::model::FieldId> {
        let field = self.rep_field(path)?;
        let rep = self.rep?;
        if matches!(self.around.schema.field(rep.record, field).ty, Type::Number | Type::Percent) {
            return Some(field);
        }
        self.report(
            Diagnostic::new(DiagnosticName::TypeMismatch, "a weight must be a number")
                .at(path.span, "a date or an amount of money weighs nothing")
                .help("Name a field of type `number` or `percent`."),
        );
        None
    }

    fn working_hours(&mut self, item: &TeamItem) -> bool {
        let Some(span) = item.working_hours else { return false };
        if self.rep.is_some_and(|r| r.calendar.is_none()) {
            self.report(
                Diagnostic::new(DiagnosticName::MissingField, "`working hours only` needs to know when a rep works")
                    .at(span, "no rep has a calendar")
                    .help("Add `hours: calendar` to the record `rep`, the column to the file of reps, and declare the calendars it names."),
            );
        }
        true
    }

    /// Reads which events count for turns.
    fn counts(&mut self, item: &TeamItem) -> Counts {
        let mut counts = Counts::default();
        let Some(written) = self.unique_statement("counts", &item.counts, |c| c.span).cloned() else { return counts };
        for event in &written.events {
            match &*event.text {
                "rejected" => counts.rejected = true,
                "reassigned" => counts.reassigned = true,
                "assigned" | "accepted" => self.report(
                    Diagnostic::new(DiagnosticName::UnknownValue, format!("`counts` needs no `{event}`"))
                        .at(event.span, "a record counts as a turn once it is given")
                        .help("Leave it out. What can be said is `counts rejected`, `counts reassigned`, or both."),
                ),
                _ => {
                    let known = [Arc::from("rejected"), Arc::from("reassigned")];
                    let help = "What can count is `rejected` and `reassigned`.";
                    self.unknown(DiagnosticName::UnknownValue, "event", event, &known, help);
                }
            }
        }
        counts
    }

    fn pick(&mut self, item: &TeamItem, kind: &PickKind, span: Span, records: &[RecordId]) -> Option<Pick> {
        Some(match kind {
            PickKind::Prefer(condition) => {
                let any = records.first()?;
                Pick::Prefer(self.fitting(std::slice::from_ref(condition), Scope::of(*any).with_candidate(), records), span)
            }
            PickKind::InTurn => Pick::InTurn(span),
            PickKind::FewestOpen => Pick::FewestOpen(span),
            PickKind::LeastFull | PickKind::MostRoom => {
                let most_room = matches!(kind, PickKind::MostRoom);
                let word = if most_room { "most room" } else { "least full" };
                if !item.limits.iter().any(|l| l.per == LimitPer::Open) {
                    self.report(
                        Diagnostic::new(DiagnosticName::BadPick, format!("`{word}` needs a limit to measure by"))
                            .at(span, format!("the team `{}` has no limit on open work", item.name))
                            .help("Add for example `limit 40 open`, or write `fewest open` instead."),
                    );
                    return None;
                }
                if most_room { Pick::MostRoom(span) } else { Pick::LeastFull(span) }
            }
            PickKind::LongestWait => Pick::LongestWait(span),
            PickKind::Highest(path) => Pick::Highest(self.rep_field(path)?, span),
            PickKind::Lowest(path) => Pick::Lowest(self.rep_field(path)?, span),
            PickKind::AsListed => {
                if item.members.iter().all(|m| m.listed.is_empty()) {
                    self.report(
                        Diagnostic::new(DiagnosticName::BadPick, "`as listed` needs members listed by name")
                            .at(span, format!("the team `{}` names nobody", item.name))
                            .help("List them in the order meant, for example `members ana, lee`, or pick by something else."),
                    );
                    return None;
                }
                Pick::AsListed(span)
            }
        })
    }

    fn limit(&mut self, written: &tree::Limit, records: &[RecordId]) -> Option<Limit> {
        let amount = self.whole(&written.amount, "a limit")?;
        let conditions = match (&written.condition, records.first()) {
            (Some(condition), Some(any)) => self.fitting(std::slice::from_ref(condition), Scope::of(*any), records),
            _ => territory::always_for(records, written.span),
        };
        Some(Limit { amount, per: written.per, conditions, span: written.span })
    }

    /// Looks up a team; reports the unknown.
    pub(super) fn known_team(&mut self, name: &Name) -> Option<TeamId> {
        let found = self.team_id(&name.text);
        if found.is_none() {
            let known: Vec<Arc<str>> = self.teams.iter().map(|t| t.name.text.clone()).collect();
            self.unknown(
                DiagnosticName::UnknownTeam,
                "team",
                name,
                &known,
                &format!(
                    "Declare it, for example `team {} {{ members ana, lee  pick in turn }}`.",
                    crate::text::wording::as_written(&name.text)
                ),
            );
        }
        found
    }

    /// Reports a team whose conditions name fields that the record lacks.
    pub(super) fn check_team_fits(&mut self, team: TeamId, record: RecordId, at: Span) {
        let resolved = &self.teams[team.index()];
        let lacks = |conditions: &BTreeMap<RecordId, crate::model::Condition>| !conditions.is_empty() && !conditions.contains_key(&record);
        let misfit = resolved.members.iter().find(|m| lacks(&m.conditions)).map(|m| m.span).or_else(|| {
            resolved.pick.iter().find_map(|p| match p {
                Pick::Prefer(conditions, span) if lacks(conditions) => Some(*span),
                _ => None,
            })
        });
        let Some(where_) = misfit else { return };
        let (name, record) = (resolved.name.clone(), self.record_name(record));
        self.report(
            Diagnostic::new(DiagnosticName::DoesNotFit, format!("the team `{name}` cannot be used for a record `{record}`"))
                .at(at, "used here")
                .at(where_, format!("asks for fields that `{record}` does not have"))
                .help(format!("Make a team for `{record}` records, or declare the fields it lacks.")),
        );
    }
}
