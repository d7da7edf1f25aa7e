//! Targets of rules and overlays.

use std::sync::Arc;

use super::{Resolver, Scope, path};
use crate::diagnostic::{Diagnostic, DiagnosticName};
use crate::model::{FieldPath, RecordId, Target, TargetKind, Type};
use crate::syntax::tree::{self, Path};
use crate::text::Name;

impl Resolver<'_> {
    /// Resolves a chain of targets; every one is looked at.
    pub(super) fn targets(&mut self, written: &[tree::Target], record: RecordId) -> Vec<Target> {
        let mut targets = Vec::with_capacity(written.len());
        for (position, target) in written.iter().enumerate() {
            if let Some(resolved) = self.target(target, record) {
                let sure = matches!(resolved.kind, TargetKind::Queue(_)) && resolved.condition.is_none();
                targets.push(resolved);
                if let (true, Some(after)) = (sure, written.get(position + 1)) {
                    self.report(
                        Diagnostic::new(DiagnosticName::DuplicateStatement, "a queue always accepts, so what follows it is never reached")
                            .at(after.span, "never reached")
                            .at(target.span, "takes everything")
                            .help("Move the queue to the end, or take away what follows it."),
                    );
                    break;
                }
            }
        }
        targets
    }

    fn target(&mut self, written: &tree::Target, record: RecordId) -> Option<Target> {
        let scope = Scope::of(record).with_placed();
        let condition = written.condition.as_ref().map(|c| self.condition(c, scope.with_candidate()));
        let kind = match &written.kind {
            tree::TargetKind::Rep(name) => {
                self.check_rep(name);
                TargetKind::Rep(name.clone())
            }
            tree::TargetKind::Team(name) => {
                let team = self.known_team(name)?;
                self.check_team_fits(team, record, name.span);
                TargetKind::Team(team)
            }
            tree::TargetKind::Queue(name) => TargetKind::Queue(self.queue(name)?),
            tree::TargetKind::TerritoryOwner => TargetKind::TerritoryOwner,
            tree::TargetKind::OwnerOf(path) => TargetKind::Path(self.owner_of(path, scope)?),
            tree::TargetKind::Path(path) => TargetKind::Path(self.path_to_rep(path, scope)?),
            tree::TargetKind::PreviousRep { by, within } => {
                let (by, within) = (self.field_path(by, scope), self.period(within));
                TargetKind::PreviousRep { by: by?, within: within? }
            }
            tree::TargetKind::LeaveAsIs => TargetKind::LeaveAsIs(self.own_owner(written, record)?),
            tree::TargetKind::Keep(keep) => TargetKind::Keep(Box::new(self.keep(keep, scope)?)),
        };
        let condition = match condition {
            Some(resolved) => Some(resolved?),
            None => None,
        };
        self.refuse_idle_qualifiers(written, &kind);
        Some(Target {
            kind,
            if_available: written.if_available.is_some(),
            if_at_work: written.if_at_work.is_some(),
            condition,
            span: written.span,
        })
    }

    fn refuse_idle_qualifiers(&mut self, written: &tree::Target, kind: &TargetKind) {
        let Some(span) = written.if_available.or(written.if_at_work) else { return };
        let what = match kind {
            TargetKind::Queue(_) => "a queue is always there",
            TargetKind::Team(_) => "a team never picks somebody who is away",
            _ => return,
        };
        self.report(
            Diagnostic::new(DiagnosticName::TypeMismatch, format!("this says nothing: {what}"))
                .at(span, "changes nothing")
                .help("Take it away; for a team, `working hours only` keeps to working hours."),
        );
    }

    /// Looks up a queue; reports the undeclared.
    pub(super) fn queue(&mut self, name: &Name) -> Option<Arc<str>> {
        if super::by_name(&self.queues, &name.text, |q| q).is_some() {
            return Some(name.text.clone());
        }
        let known: Vec<Arc<str>> = self.queues.iter().map(|q| q.text.clone()).collect();
        let all: Vec<String> = known.iter().map(|k| &**k).chain([name.as_str()]).map(crate::text::wording::as_written).collect();
        self.unknown(
            DiagnosticName::UnknownQueue,
            "queue",
            name,
            &known,
            &format!("Declare the queues once in the book: `queues [{}]`.", all.join(", ")),
        );
        None
    }

    /// `owner of account`: the field `owner` of the record the path leads to.
    pub(super) fn owner_of(&mut self, written: &Path, scope: Scope) -> Option<FieldPath> {
        let mut with_owner = written.clone();
        with_owner.parts.push(Name::new("owner", written.span));
        self.path_to_rep(&with_owner, scope)
    }

    /// Resolves a path that must lead to a rep.
    pub(super) fn path_to_rep(&mut self, written: &Path, scope: Scope) -> Option<FieldPath> {
        let resolved = self.field_path(written, scope)?;
        let rep = self.rep?;
        if resolved.ty == Type::Reference(rep.record) {
            return Some(resolved);
        }
        let is = self.type_in_words(&resolved.ty);
        self.report(
            Diagnostic::new(DiagnosticName::TypeMismatch, format!("`{}` does not lead to a rep", path::written(written)))
                .at(written.span, format!("this is {is}"))
                .help("Name a path that ends in a field of type `rep`, such as `account.owner`, or write `rep`, `team` or `queue` and a name."),
        );
        None
    }

    fn own_owner(&mut self, written: &tree::Target, record: RecordId) -> Option<FieldPath> {
        let schema = self.around.schema;
        if schema.record(record).find("owner").is_none() {
            let name = self.record_name(record);
            self.report(
                Diagnostic::new(DiagnosticName::MissingField, format!("`leave as is` needs to know who has the {name} now"))
                    .at(written.span, format!("the record `{name}` has no field `owner`"))
                    .help(format!("Add `owner: rep` to the record `{name}`.")),
            );
            return None;
        }
        let owner = Path { parts: vec![Name::new("owner", written.span)], span: written.span };
        self.path_to_rep(&owner, Scope::of(record))
    }
}
