//! Where a lock or a minimum tenure lasts, as a formula of the space.

use crate::model::{Condition, ConditionKind, Dates, Lasts, Moment, Period, Predicate, Test, Type, Unit, period_in_words};
use crate::plan::Plan;
use crate::space::{NodeId, Survey, Surveyed};
use crate::text::Span;

/// Returns where it lasts. On the last day of a tenure that counts whole days from a moment this is a free question; when
/// `loose`, it is a yes.
pub fn lasting(plan: &Plan, (survey, of): (&mut Survey, &Surveyed), (lasts, span): (&Lasts, Span), loose: bool) -> NodeId {
    let book = &plan.book;
    let (path, moment) = match lasts {
        Lasts::Until(day) => return survey.dates(book, of, &Dates { from: None, through: Some(*day), span: None }),
        Lasts::UntilField(path) => (path, Moment::Now),
        Lasts::Since { period, since } => (since, Moment::Ago(*period)),
    };
    let test = |moment: Moment| {
        let test = Test { subject: path.clone(), negated: true, predicate: Predicate::Before(moment), predicate_span: span };
        Condition { kind: ConditionKind::Test(Box::new(test)), span }
    };
    let sure = survey.condition(book, of, &test(moment));
    let Some((period, longer)) = with_its_last_day(lasts) else { return sure };
    let near = survey.condition(book, of, &test(Moment::Ago(longer)));
    if loose {
        return near;
    }
    let (time, since) = (period_in_words(period), &path.written);
    let open = survey.open(&format!("the last day of {time} since {since} is not over"));
    let perhaps = survey.all([near, open]);
    survey.any([sure, perhaps])
}

/// Returns whether the space tells exactly where it lasts.
#[must_use]
pub fn is_told_exactly(lasts: &Lasts) -> bool {
    with_its_last_day(lasts).is_none()
}

/// A period that counts whole days from a moment, and one that is surely over once the last of those days is: it is kept to its
/// end whatever the clock said when it began. None for what ends with a day or moment that is known.
fn with_its_last_day(lasts: &Lasts) -> Option<(Period, Period)> {
    let Lasts::Since { period, since } = lasts else { return None };
    if since.ty != Type::Time {
        return None;
    }
    let days = |amount: u32| Period { amount, unit: Unit::Days };
    let longer = match period.unit {
        Unit::Minutes | Unit::Hours => return None,
        // One day more would do, but for clocks that are changed at midnight.
        Unit::Days => days(period.amount.saturating_add(2)),
        Unit::Weeks => days(period.amount.saturating_mul(7).saturating_add(2)),
        Unit::Months => Period { amount: period.amount.saturating_add(1), ..*period },
    };
    Some((*period, longer))
}
