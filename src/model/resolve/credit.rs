//! Credit plans: exact shares that add up.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rust_decimal::Decimal;

use super::{Resolver, Scope, path};
use crate::diagnostic::{Diagnostic, DiagnosticName};
use crate::model::{Credit, Ledger, RecordId, Role, Share, Type, Value, read_literal};
use crate::syntax::tree::{self, CreditItem, Path, RoleSyntax};

/// The ledger that must always be exactly 100%.
const REVENUE: &str = "revenue";

impl Resolver<'_> {
    /// Resolves all credit plans.
    pub(super) fn credits(&mut self) {
        for item in self.items.credits.clone() {
            let amount = item.amount.as_ref().map(|p| self.amount(p)).unwrap_or_default();
            let mut ledgers: Vec<Ledger> = Vec::new();
            for written in &item.ledgers {
                if let Some(earlier) = ledgers.iter().find(|l| l.name.text == written.name.text) {
                    let earlier = earlier.name.span;
                    self.findings.push(super::items::duplicate("ledger", &written.name, earlier));
                    continue;
                }
                let ledger = self.ledger(written);
                ledgers.push(ledger);
            }
            ledgers.sort_by(|a, b| (a.name.as_str() != REVENUE, &a.name.text).cmp(&(b.name.as_str() != REVENUE, &b.name.text)));
            self.require_ledger(item);
            let because = item.because.as_ref().map(|b| b.text.clone());
            self.credits.push(Credit { name: item.name.clone(), amount, ledgers, because, span: item.span });
        }
    }

    fn require_ledger(&mut self, item: &CreditItem) {
        if item.ledgers.is_empty() {
            self.report(
                Diagnostic::new(DiagnosticName::MissingStatement, format!("the credit plan `{}` has no ledger", item.name))
                    .at(item.name.span, "credits nobody")
                    .help("Add for example `revenue: 60% assignee, rest territory owner`."),
            );
        }
    }

    /// The money field to split, for each record that has it.
    fn amount(&mut self, written: &Path) -> BTreeMap<RecordId, crate::model::FieldPath> {
        let paths = self.for_each_record(written);
        if let Some(other) = paths.values().find(|p| !matches!(p.ty, Type::Money(_))) {
            let is = self.type_in_words(&other.ty);
            self.report(
                Diagnostic::new(DiagnosticName::TypeMismatch, format!("`{}` cannot be split into cents", path::written(written)))
                    .at(written.span, format!("this is {is}"))
                    .help("Name a field of type `money USD` or another currency."),
            );
            return BTreeMap::new();
        }
        paths
    }

    fn for_each_record(&mut self, written: &Path) -> BTreeMap<RecordId, crate::model::FieldPath> {
        let kept = std::mem::take(&mut self.findings);
        let mut paths = BTreeMap::new();
        for record in self.decidable() {
            if let Some(path) = self.field_path(written, Scope::of(record)) {
                paths.insert(record, path);
            }
        }
        self.findings = kept;
        if paths.is_empty()
            && let Some(record) = self.around.schema.find("lead")
        {
            self.field_path(written, Scope::of(record));
        }
        paths
    }

    fn ledger(&mut self, written: &tree::Ledger) -> Ledger {
        let mut shares = Vec::new();
        let mut rest: Option<(Role, &tree::Share)> = None;
        let mut sum = Decimal::ZERO;
        let mut complete = true;
        for share in &written.shares {
            let role = self.role(&share.role);
            let Some(percent) = &share.percent else {
                if let Some((_, earlier)) = &rest {
                    self.report(
                        Diagnostic::new(DiagnosticName::DuplicateStatement, format!("the ledger `{}` gives its rest twice", written.name))
                            .at(share.span, "second time")
                            .at(earlier.span, "first time")
                            .help("Give one of them a percentage."),
                    );
                }
                match role {
                    Some(role) => rest = Some((role, share)),
                    None => complete = false,
                }
                continue;
            };
            match (self.percent(percent), role) {
                (Some(percent), Some(role)) => {
                    sum += percent;
                    shares.push(Share { percent, role, span: share.span });
                }
                _ => complete = false,
            }
        }
        let rest = rest.map(|(role, _)| role);
        if complete {
            self.check_sum(written, sum, rest.is_some());
        }
        Ledger { name: written.name.clone(), shares, rest, span: written.span }
    }

    fn percent(&mut self, literal: &tree::Literal) -> Option<Decimal> {
        if let Ok(Some(Value::Number(percent))) = read_literal(&literal.raw, &Type::Percent, self.around.zone)
            && percent > Decimal::ZERO
            && percent <= Decimal::ONE_HUNDRED * Decimal::TEN
        {
            return Some(percent);
        }
        self.report(
            Diagnostic::new(DiagnosticName::UnreadableValue, format!("`{}` is not a share", literal.raw))
                .at(literal.span, "not a percentage above 0")
                .help("Write for example `60%` or `12.5%`."),
        );
        None
    }

    fn check_sum(&mut self, written: &tree::Ledger, sum: Decimal, rest: bool) {
        let hundred = Decimal::ONE_HUNDRED;
        let is_revenue = written.name.as_str() == REVENUE;
        let sum = sum.normalize();
        let adds: Vec<String> = written.shares.iter().filter_map(|s| s.percent.as_ref()).map(|p| p.raw.to_string()).collect();
        let arithmetic = format!("{} = {sum}%", adds.join(" + "));
        let (headline, help) = if rest && sum > hundred {
            (
                format!("the shares of `{}` are more than the whole, and nothing is left for the rest", written.name),
                "Lower the shares until they are below 100%.".to_owned(),
            )
        } else if is_revenue && !rest && sum != hundred {
            let help = if sum < hundred {
                format!("Give out the remaining {}%, or end the line with `rest territory owner`.", (hundred - sum).normalize())
            } else {
                format!("Take {}% away.", (sum - hundred).normalize())
            };
            (format!("the ledger `revenue` gives out {sum}%, and it must be exactly 100%"), help)
        } else {
            return;
        };
        self.report(Diagnostic::new(DiagnosticName::CreditNotWhole, headline).at(written.span, arithmetic).help(help));
    }

    fn role(&mut self, written: &RoleSyntax) -> Option<Role> {
        match written {
            RoleSyntax::Assignee(_) => Some(Role::Assignee),
            RoleSyntax::TerritoryOwner(_) => Some(Role::TerritoryOwner),
            RoleSyntax::Rep(name) => {
                self.check_rep(name);
                Some(Role::Rep(name.clone()))
            }
            RoleSyntax::OwnerOf(written) => {
                let mut with_owner = written.clone();
                with_owner.parts.push(crate::text::Name::new("owner", written.span));
                let paths = self.for_each_record(&with_owner);
                let words: Arc<str> = format!("{} owner", path::written(written)).into();
                (!paths.is_empty()).then_some(Role::Path(words, paths))
            }
            RoleSyntax::OfAssignee(written) => self.of_assignee(written),
            RoleSyntax::Role(name) => {
                let known: BTreeSet<Arc<str>> =
                    self.items.overlays.iter().flat_map(|o| o.adds.iter().map(|a| a.role.text.clone())).collect();
                if known.contains(&name.text) {
                    return Some(Role::Added(name.text.clone()));
                }
                let mut known: Vec<Arc<str>> = known.into_iter().collect();
                known.extend(["assignee".into(), "territory owner".into(), "account owner".into()]);
                let declare = "Roles are assignee, territory owner, account owner, `rep NAME`, `assignee.FIELD`, and those that an overlay adds with `as ROLE`.";
                self.unknown(DiagnosticName::UnknownRole, "role", name, &known, declare);
                None
            }
        }
    }

    fn of_assignee(&mut self, written: &Path) -> Option<Role> {
        let rep = self.rep?;
        let [_, name] = written.parts.as_slice() else {
            self.report(
                Diagnostic::new(DiagnosticName::TypeMismatch, "only a field of the assignee can be named here")
                    .at(written.span, "leads further")
                    .help("Write `assignee.` and one field of the record `rep` that names another rep, for example `assignee.manager`."),
            );
            return None;
        };
        let record = self.around.schema.record(rep.record);
        let Some(field) = record.find(&name.text) else {
            let known: Vec<Arc<str>> = record.by_name.keys().cloned().collect();
            self.unknown(
                DiagnosticName::UnknownField,
                "field of the record `rep` called",
                name,
                &known,
                &format!("Declare `{name}: rep` in the record `rep`."),
            );
            return None;
        };
        if self.around.schema.field(rep.record, field).ty == Type::Reference(rep.record) {
            return Some(Role::OfAssignee(field, path::written(written).into()));
        }
        self.report(
            Diagnostic::new(DiagnosticName::TypeMismatch, format!("`{}` does not lead to a rep", path::written(written)))
                .at(written.span, "not a rep")
                .help("Name a field of the record `rep` whose type is `rep`."),
        );
        None
    }
}
