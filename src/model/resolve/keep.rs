//! `keep`: locks and minimum tenures as targets, and where they cannot stand.

use super::rule::begins_with_keep;
use super::{Resolver, Scope};
use crate::diagnostic::{Diagnostic, DiagnosticName};
use crate::model::{Attribute, FieldPath, Keep, Lasts, RecordId, Root, Type};
use crate::syntax::tree::{self, Path, Route};
use crate::text::Span;

impl Resolver<'_> {
    /// Resolves who is kept and for how long.
    pub(super) fn keep(&mut self, written: &tree::Keep, scope: Scope) -> Option<Keep> {
        let who = if written.owner_of { self.owner_of(&written.who, scope) } else { self.path_to_rep(&written.who, scope) };
        let lasts = self.lasts(&written.lasts, scope);
        let who = who?;
        Some(Keep { stays: self.is_own_owner(&who, scope.record), who, lasts: lasts? })
    }

    fn lasts(&mut self, written: &tree::Lasts, scope: Scope) -> Option<Lasts> {
        Some(match written {
            tree::Lasts::Until(day) => Lasts::Until(self.date(day)?),
            tree::Lasts::UntilField(path) => {
                Lasts::UntilField(self.moment_field(path, scope, "or write the day, for example `until 2027-12-31`")?)
            }
            tree::Lasts::Since { period, since } => {
                let since = self.moment_field(since, scope, "such as the day on which the owner got it")?;
                Lasts::Since { period: self.days(period, &since)?, since }
            }
        })
    }

    /// Resolves a path that must lead to a date or time.
    fn moment_field(&mut self, written: &Path, scope: Scope, instead: &str) -> Option<FieldPath> {
        let path = self.field_path(written, scope)?;
        if matches!(path.ty, Type::Date | Type::Time) {
            return Some(path);
        }
        let is = self.type_in_words(&path.ty);
        self.report(
            Diagnostic::new(DiagnosticName::TypeMismatch, format!("`{}` does not say when", path.written))
                .at(written.span, format!("this is {is}"))
                .help(format!("Name a field of type `date` or `time`, {instead}.")),
        );
        None
    }

    /// Whether a path leads to whoever `leave as is` leaves the record with.
    fn is_own_owner(&self, path: &FieldPath, record: RecordId) -> bool {
        let own = self.around.schema.record(record).find("owner");
        let Attribute::Field(field) = path.attribute else { return false };
        path.place.root == Root::Subject && path.place.steps.is_empty() && own == Some(field)
    }

    /// Reports `keep` and `route to` beside each other: they are one chain.
    pub(super) fn refuse_split_chain(&mut self, routes: &[Route]) {
        let [first, second, ..] = routes else { return };
        if !begins_with_keep(first) && !begins_with_keep(second) {
            return;
        }
        self.report(
            Diagnostic::new(DiagnosticName::DuplicateStatement, "`keep` and what follows it are one chain, and here are two")
                .at(second.span, "a second chain")
                .at(first.span, "the first chain")
                .help(
                    "Put them behind each other, the one tried first in front: `keep account.owner until 2027-12-31, else team inbound`.",
                ),
        );
    }

    /// Reports `route to keep`.
    pub(super) fn refuse_route_to_keep(&mut self, route: &Route) {
        let Some(first) = route.targets.first().filter(|_| begins_with_keep(route)) else { return };
        if route.span.start == first.span.start {
            return;
        }
        let before = Span { end: first.span.start, ..route.span };
        self.report(
            Diagnostic::new(DiagnosticName::Syntax, "`keep` says by itself where records go")
                .at(before, "not needed before `keep`")
                .fix(before, "")
                .help("Take `route to` away."),
        );
    }

    /// Reports `keep` in an overlay.
    pub(super) fn refuse_kept(&mut self, targets: &[tree::Target]) {
        for target in targets.iter().filter(|t| matches!(t.kind, tree::TargetKind::Keep(_))) {
            self.report(
                Diagnostic::new(DiagnosticName::TypeMismatch, "an overlay takes nothing away from anybody, so nobody needs to be kept")
                    .at(target.span, "adds somebody")
                    .help("Write whom it adds without `keep`, for example `add account.owner as helper`; `from` and `through` say when."),
            );
        }
    }
}
