//! Rules, the last resort, and overlays.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::territory::always;
use super::{Resolver, Scope};
use crate::diagnostic::{Diagnostic, DiagnosticName};
use crate::model::{Add, Condition, CreditId, Otherwise, Overlay, Period, Priority, RecordId, Rule, Target, TargetKind};
use crate::syntax::tree::{self, Length, OverlayItem, Route, RuleItem};
use crate::text::{Name, Span};

impl Resolver<'_> {
    /// Resolves all rules that have no mistake.
    pub(super) fn rules(&mut self) -> Vec<Rule> {
        let items = self.items.rules.clone();
        items.into_iter().filter_map(|item| self.rule(item)).collect()
    }

    fn rule(&mut self, item: &RuleItem) -> Option<Rule> {
        let record = self.record_for(item.record.as_ref())?;
        let priority = self.rule_priority(item);
        let condition = self.applies(&item.conditions, record, item.name.span);
        let dates = self.only_dates(&item.dates);
        let route = self.route(&item.routes, record, &item.name, "rule");
        let credit = self.credit_named(&item.credits);
        let respond = self.respond(&item.respond);
        Some(Rule {
            name: item.name.clone(),
            record,
            priority: priority?,
            condition: condition?,
            dates,
            route: route?,
            credit,
            respond,
            because: item.because.as_ref().map(|b| b.text.clone()),
            span: item.span,
        })
    }

    fn rule_priority(&mut self, item: &RuleItem) -> Option<Priority> {
        if let Some(written) = self.unique_statement("priority", &item.priorities, |p| p.name.span) {
            return self.priority(written);
        }
        let several = self.items.rules.len() > 1;
        if several || !self.priorities.is_empty() {
            let example = self.priorities.first().map_or_else(|| "10".to_owned(), ToString::to_string);
            self.report(
                Diagnostic::new(DiagnosticName::MissingPriority, format!("the rule `{}` has no priority", item.name))
                    .at(item.name.span, "nothing says when it is considered")
                    .help(format!("Add for example `priority {example}`. The order of files and rules never decides.")),
            );
            return None;
        }
        Some(Priority { rank: 0, name: "0".into() })
    }

    fn applies(&mut self, conditions: &[tree::Condition], record: RecordId, at: Span) -> Option<Condition> {
        if conditions.is_empty() {
            return Some(always(at));
        }
        self.all_of(conditions, Scope::of(record).with_placed())
    }

    fn route(&mut self, routes: &[Route], record: RecordId, name: &Name, what: &str) -> Option<Vec<Target>> {
        self.refuse_split_chain(routes);
        let only = if routes.iter().any(begins_with_keep) { routes.get(..1).unwrap_or_default() } else { routes };
        let Some(route) = self.unique_statement("route to", only, |r| r.span) else {
            self.report(
                Diagnostic::new(DiagnosticName::MissingStatement, format!("the {what} `{name}` does not say where records go"))
                    .at(name.span, "no `route to`")
                    .help("Add for example `route to team inbound, else queue triage`."),
            );
            return None;
        };
        let before = self.findings.len();
        self.refuse_route_to_keep(route);
        let targets = self.targets(&route.targets, record);
        let mistakes = crate::diagnostic::has_errors(self.findings.get(before..).unwrap_or_default());
        (!mistakes).then_some(targets)
    }

    fn credit_named(&mut self, names: &[Name]) -> Option<CreditId> {
        let name = self.unique_statement("credit", names, |n| n.span)?;
        let found = self.credit_id(&name.text);
        if found.is_none() {
            let known: Vec<Arc<str>> = self.credits.iter().map(|c| c.name.text.clone()).collect();
            let declare =
                format!("Declare it, for example `credit {} {{ revenue: 100% assignee }}`.", crate::text::wording::as_written(&name.text));
            self.unknown(DiagnosticName::UnknownCredit, "credit plan", name, &known, &declare);
        }
        found
    }

    fn respond(&mut self, written: &[Length]) -> Option<Period> {
        let length = self.unique_statement("respond within", written, |l| l.span)?;
        self.period(length)
    }

    /// Resolves `otherwise`, one for each record that rules are for.
    pub(super) fn otherwise(&mut self, rules: &[Rule]) -> BTreeMap<RecordId, Otherwise> {
        let mut found: BTreeMap<RecordId, Otherwise> = BTreeMap::new();
        for item in self.items.otherwise.clone() {
            let Some(record) = self.record_for(item.record.as_ref()) else { continue };
            if let Some(earlier) = found.get(&record) {
                let finding = Diagnostic::new(
                    DiagnosticName::DuplicateStatement,
                    format!("`otherwise` is written twice for `{}` records", self.record_name(record)),
                )
                .at(item.span, "second time")
                .at(earlier.span, "first time")
                .help("Keep the one that is meant.");
                self.report(finding);
                continue;
            }
            let name = Name::new("otherwise", item.span);
            let Some(route) = self.route(&item.routes, record, &name, "last resort") else {
                self.items.broken_otherwise = true;
                continue;
            };
            self.require_closing_queue(&route, item.span);
            let credit = self.credit_named(&item.credits);
            let respond = self.respond(&item.respond);
            let because = item.because.as_ref().map(|b| b.text.clone());
            found.insert(record, Otherwise { record, route, credit, respond, because, span: item.span });
        }
        self.require_otherwise(rules, &found);
        found
    }

    fn require_closing_queue(&mut self, route: &[Target], span: Span) {
        if route.last().is_some_and(|t| matches!(t.kind, TargetKind::Queue(_)) && t.condition.is_none()) {
            return;
        }
        let queue = self.queues.first().map_or("triage", Name::as_str).to_owned();
        self.report(
            Diagnostic::new(DiagnosticName::OtherwiseCanFail, "`otherwise` must end in a queue, because it takes what nobody else took")
                .at(route.last().map_or(span, |t| t.span), "might not accept")
                .help(format!("End it with `else queue {queue}`; a queue always accepts.")),
        );
    }

    fn require_otherwise(&mut self, rules: &[Rule], found: &BTreeMap<RecordId, Otherwise>) {
        if self.items.broken_otherwise {
            return;
        }
        let lead = self.around.schema.find("lead").filter(|_| self.items.nothing_decides());
        if let Some(lead) = lead {
            let span = self.around.schema.record(lead).span;
            self.report(
                Diagnostic::new(DiagnosticName::MissingOtherwise, "the book has no rules and no territories, so no lead goes anywhere")
                    .at(span, "nothing says what becomes of these")
                    .help(
                        "Begin with `otherwise { route to queue triage }` and a first rule, or see `turf init` for a book to start from.",
                    ),
            );
        }
        let mut records: Vec<(RecordId, Span)> = rules.iter().map(|r| (r.record, r.name.span)).collect();
        records.sort();
        records.dedup_by_key(|(record, _)| *record);
        for (record, span) in records {
            if found.contains_key(&record) {
                continue;
            }
            let name = self.record_name(record);
            let (heading, queue) = (
                if &*name == "lead" { "otherwise".to_owned() } else { format!("otherwise for {name}") },
                self.queues.first().map_or("triage", Name::as_str).to_owned(),
            );
            self.report(
                Diagnostic::new(DiagnosticName::MissingOtherwise, format!("nothing says where a {name} goes that no rule takes"))
                    .at(span, format!("there are rules for `{name}` records, such as this one"))
                    .help(format!("Add `{heading} {{ route to queue {queue} }}` so that nothing is lost.")),
            );
        }
    }

    /// Resolves all overlays that have no mistake.
    pub(super) fn overlays(&mut self) -> Vec<Overlay> {
        let items = self.items.overlays.clone();
        items.into_iter().filter_map(|item| self.overlay(item)).collect()
    }

    fn overlay(&mut self, item: &OverlayItem) -> Option<Overlay> {
        let record = self.record_for(item.record.as_ref())?;
        let condition = self.applies(&item.conditions, record, item.name.span);
        let dates = self.only_dates(&item.dates);
        if item.adds.is_empty() {
            self.report(
                Diagnostic::new(DiagnosticName::MissingStatement, format!("the overlay `{}` adds nobody", item.name))
                    .at(item.name.span, "no `add`")
                    .help("Say whom it adds and in which role, for example `add one of team experts as specialist`."),
            );
        }
        let before = self.findings.len();
        item.adds.iter().for_each(|add| self.refuse_kept(&add.targets));
        let adds: Vec<Add> = item.adds.iter().map(|a| Add { targets: self.targets(&a.targets, record), role: a.role.clone() }).collect();
        if crate::diagnostic::has_errors(self.findings.get(before..).unwrap_or_default()) {
            return None;
        }
        Some(Overlay {
            name: item.name.clone(),
            record,
            condition: condition?,
            dates,
            adds,
            because: item.because.as_ref().map(|b| b.text.clone()),
            span: item.span,
        })
    }
}

/// Whether the chain begins with somebody who is kept.
pub(super) fn begins_with_keep(route: &Route) -> bool {
    matches!(route.targets.first(), Some(first) if matches!(first.kind, tree::TargetKind::Keep(_)))
}
