//! Records that no rule claims, and a last resort that is never needed.

use super::ground::{Ground, Shown};
use super::proofs::Proofs;
use crate::decide::Decider;
use crate::diagnostic::{Diagnostic, DiagnosticName};
use crate::space::{Area, Ranked};
use crate::text::wording;

/// How many gaps are listed.
const MOST: usize = 200;

/// Lists the gaps that fall to `otherwise`, or says that there are none.
pub(super) fn check(ground: &Ground<'_>, ranked: &Ranked<'_>, proofs: &mut Proofs) {
    let book = &ground.plan.book;
    let mut budget = ground.budget();
    let (mut gaps, complete) = ranked.gaps(&[ground.on_file()], MOST, &mut budget);
    let Some(last) = book.otherwise.get(&ground.record) else { return };
    let what = ground.record_name();
    if gaps.is_empty() && complete {
        let sure = sure_cover(ground);
        if sure {
            proofs.findings.push(
                Diagnostic::new(
                    DiagnosticName::OtherwiseUnreachable,
                    format!("every {what} is taken by a rule, so `otherwise` is never reached"),
                )
                .at(last.span, "nothing is left for it")
                .help("It may stay as a safety net for later changes, or be removed."),
            );
        }
        return;
    }
    if gaps.is_empty() {
        proofs.undecided(last.span, format!("whether every {what} is claimed by a rule"));
        return;
    }
    gaps = ground.space.distinct(gaps);
    gaps.sort_by_cached_key(|area| ground.largeness(area));
    let shown = gaps.iter().take(20).find_map(|area| match ground.show(area, |t| t.decision.outcome.by == Some(Decider::Otherwise)) {
        Shown::Example(example) => Some(Ok((area, example))),
        Shown::Mistake(what) => Some(Err(what)),
        Shown::Unclear => None,
    });
    let example = match shown {
        Some(Ok((_, example))) => Some(example),
        Some(Err(what)) => return proofs.mistake(format!("what no rule claims: {what}")),
        None => None,
    };
    let count = wording::count(gaps.len(), "kind", "kinds");
    let more = if complete { "" } else { "at least " };
    let perhaps = if example.is_some() { "" } else { "perhaps " };
    proofs.found(
        Diagnostic::new(
            DiagnosticName::UnclaimedRecords,
            format!("{more}{count} of {what} {perhaps}{} to `otherwise`", if gaps.len() == 1 { "falls" } else { "fall" }),
        )
        .at(last.span, "takes what no rule claims")
        .about(ground.in_words(&gaps))
        .shown_by(example)
        .help("Write a rule or territory for those that should not wait for a person; the rest is what `otherwise` is for."),
        ground.record,
        gaps,
    );
}

/// Whether rules that take all they apply to leave nothing.
pub(super) fn sure_cover(ground: &Ground<'_>) -> bool {
    let regions = ground.regions.iter().zip(&ground.sure).filter(|(_, sure)| **sure).map(|(r, _)| r.clone()).collect();
    let (gaps, complete) = Ranked::new(&ground.space, ground.zone(), regions).gaps(&[Area::everything()], 1, &mut ground.budget());
    gaps.is_empty() && complete
}
