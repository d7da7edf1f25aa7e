//! What rules always come to, with how often they came to it: one decision made whole stands for all rows alike.

use std::collections::HashMap;

use foldhash::fast::FixedState;
use rust_decimal::Decimal;

use super::column::Told;
use super::row_cells::row_cells;
use super::stream::{Stream, Wanted};
use crate::data::push_csv_row;
use crate::decide::Decision;
use crate::report::{Row, Share, Summary};

/// What a rule always comes to.
struct Verdict {
    /// One of the decisions.
    decision: Decision,
    /// The sum of the amounts that are no plain whole numbers.
    amount: Decimal,
}

/// What is asked of a verdict for every row, kept close together.
#[derive(Clone, Copy)]
struct Tally {
    /// The sum of the amounts that are plain whole numbers.
    whole: i128,
    count: u64,
    /// Where the text begins and ends that stands between the name and the moment of the decision.
    text: (u32, u32),
}

/// Returns whether a decision is by the rule expected and nothing in it hangs on the record.
fn is_template(stream: &Stream<'_>, rule: Option<u32>, decision: &Decision) -> bool {
    let plain =
        decision.outcome.by == stream.decider(rule) && decision.also.is_empty() && decision.added.is_empty() && decision.credits.is_empty();
    plain && decision.due.is_none() && decision.trials.len() <= 1 && decision.matching.is_none()
}

/// Writes what stands between the name and the moment of a decision.
fn push_middle(stream: &Stream<'_>, decision: &Decision, out: &mut Vec<u8>) {
    let guarded = matches!(stream.wanted, Wanted::Csv { guarded: true });
    let row = Row::new(stream.plan, decision);
    let cells = row_cells(&row);
    out.push(b',');
    for cell in cells.get(2..cells.len() - 1).unwrap_or_default() {
        push_csv_row(out, std::slice::from_ref(cell), guarded);
        out.pop();
        out.push(b',');
    }
}

/// Keeps what rules come to.
pub(super) struct Verdicts {
    /// By rule, the last resort first: the placing met last, and the position of what it came to.
    last: Vec<(u32, u32)>,
    /// By rule (none for the last resort) and placing: likewise.
    found: HashMap<(Option<u32>, u32), u32, FixedState>,
    /// None where it is not always the same.
    tallies: Vec<Option<Tally>>,
    /// By the same positions.
    verdicts: Vec<Option<Verdict>>,
    texts: Vec<u8>,
}

impl Verdicts {
    /// Makes room for so many rules.
    pub(super) fn new(rules: usize) -> Self {
        let last = vec![(u32::MAX, 0); rules + 1];
        Self { last, found: HashMap::default(), tallies: Vec::new(), verdicts: Vec::new(), texts: Vec::new() }
    }

    /// Counts what a rule always comes to in a placing, which the first row that it takes shows; returns what stands between
    /// the name and the moment of the decision. None when it is not always the same, and then nothing is counted.
    pub(super) fn count(
        &mut self,
        stream: &Stream<'_>,
        (rule, placing): (Option<u32>, u32),
        told: &Told,
        decide: impl FnOnce() -> Option<Decision>,
    ) -> Option<&[u8]> {
        let place = rule.map_or(0, |item| item as usize + 1);
        let (known, mut at) = *self.last.get(place)?;
        if known != placing {
            at = match self.found.get(&(rule, placing)) {
                Some(at) => *at,
                None => self.add(stream, (rule, placing), decide()?)?,
            };
            *self.last.get_mut(place)? = (placing, at);
        }
        let tally = self.tallies.get_mut(at as usize)?.as_mut()?;
        tally.count += 1;
        tally.whole += i128::from(told.whole);
        if let Some(amount) = told.amount {
            let verdict = self.verdicts.get_mut(at as usize)?.as_mut()?;
            verdict.amount = verdict.amount.saturating_add(amount);
        }
        self.texts.get(tally.text.0 as usize..tally.text.1 as usize)
    }

    #[inline(never)]
    fn add(&mut self, stream: &Stream<'_>, key: (Option<u32>, u32), decision: Decision) -> Option<u32> {
        let at = u32::try_from(self.verdicts.len()).ok()?;
        let (mut tally, mut verdict) = (None, None);
        if is_template(stream, key.0, &decision) {
            let from = u32::try_from(self.texts.len()).ok()?;
            push_middle(stream, &decision, &mut self.texts);
            tally = Some(Tally { whole: 0, count: 0, text: (from, u32::try_from(self.texts.len()).ok()?) });
            verdict = Some(Verdict { decision, amount: Decimal::ZERO });
        }
        self.tallies.push(tally);
        self.verdicts.push(verdict);
        self.found.insert(key, at);
        Some(at)
    }

    /// Adds everything that was counted.
    pub(super) fn add_to(&self, summary: &mut Summary, stream: &Stream<'_>) {
        for (tally, verdict) in self.tallies.iter().flatten().zip(self.verdicts.iter().flatten()) {
            let whole = Decimal::try_from_i128_with_scale(tally.whole, 0).unwrap_or(Decimal::MAX);
            let share = Share { count: tally.count, amount: verdict.amount.saturating_add(whole) };
            summary.add_share(stream.plan, &verdict.decision, share);
        }
    }
}
