//! What rules always come to, with how often they came to it: one decision made whole stands for all rows alike.

use std::collections::HashMap;

use foldhash::fast::FixedState;
use rust_decimal::Decimal;

use super::column::Told;
use super::row_cells::row_cells;
use super::stream::{Stream, Wanted};
use crate::data::push_csv_row;
use crate::decide::{Decider, Decision};
use crate::report::{Row, Share, Summary};

/// What a rule always comes to.
pub(super) struct Verdict {
    /// One of the decisions.
    decision: Decision,
    /// What stands between the name and the moment of the decision.
    pub middle: Vec<u8>,
    /// How many there were.
    share: Share,
    /// The sum of the amounts that are plain whole numbers.
    whole: i128,
}

impl Verdict {
    /// Makes a template of a decision, if it is of the rule expected and nothing in it hangs on the record.
    fn new(stream: &Stream<'_>, rule: Option<u32>, decision: Decision) -> Option<Self> {
        let expected = match rule {
            Some(item) => Some(Decider::Rule(*stream.engine.index().order.get(item as usize)?)),
            None => stream.plan.book.otherwise.get(&stream.record).map(|_| Decider::Otherwise),
        };
        let plain = decision.outcome.by == expected && decision.also.is_empty() && decision.added.is_empty() && decision.credits.is_empty();
        if !plain || decision.due.is_some() || decision.trials.len() > 1 || decision.matching.is_some() {
            return None;
        }
        let guarded = matches!(stream.wanted, Wanted::Csv { guarded: true });
        let row = Row::new(stream.plan, &decision);
        let cells = row_cells(&row);
        let mut middle = vec![b','];
        for cell in cells.get(2..cells.len() - 1).unwrap_or_default() {
            push_csv_row(&mut middle, std::slice::from_ref(cell), guarded);
            middle.pop();
            middle.push(b',');
        }
        Some(Self { decision, middle, share: Share::default(), whole: 0 })
    }

    /// Counts one more.
    pub(super) fn count(&mut self, told: &Told) {
        self.share.count += 1;
        match told.amount {
            Some(amount) => self.share.amount = self.share.amount.saturating_add(amount),
            None => self.whole += i128::from(told.whole),
        }
    }
}

/// Keeps what rules come to.
pub(super) struct Verdicts {
    /// By rule, the last resort first: the placing met last, and the position of what it came to.
    last: Vec<(u32, u32)>,
    /// By rule (none for the last resort) and placing: likewise.
    found: HashMap<(Option<u32>, u32), u32, FixedState>,
    /// None where it is not always the same.
    all: Vec<Option<Verdict>>,
}

impl Verdicts {
    /// Makes room for so many rules.
    pub(super) fn new(rules: usize) -> Self {
        Self { last: vec![(u32::MAX, 0); rules + 1], found: HashMap::default(), all: Vec::new() }
    }

    /// Finds what a rule always comes to in a placing, from the first row that it takes; none when it does not.
    pub(super) fn get(
        &mut self,
        stream: &Stream<'_>,
        (rule, placing): (Option<u32>, u32),
        decide: impl FnOnce() -> Option<Decision>,
    ) -> Option<&mut Verdict> {
        let last = self.last.get_mut(rule.map_or(0, |item| item as usize + 1))?;
        if last.0 != placing {
            let at = match self.found.get(&(rule, placing)) {
                Some(at) => *at,
                None => {
                    let made = Verdict::new(stream, rule, decide()?);
                    let at = u32::try_from(self.all.len()).ok()?;
                    self.all.push(made);
                    self.found.insert((rule, placing), at);
                    at
                }
            };
            *last = (placing, at);
        }
        self.all.get_mut(last.1 as usize)?.as_mut()
    }

    /// Adds everything that was counted.
    pub(super) fn add_to(&self, summary: &mut Summary, stream: &Stream<'_>) {
        for verdict in self.all.iter().flatten() {
            let whole = Decimal::try_from_i128_with_scale(verdict.whole, 0).unwrap_or(Decimal::MAX);
            let amount = verdict.share.amount.saturating_add(whole);
            summary.add_share(stream.plan, &verdict.decision, Share { amount, ..verdict.share });
        }
    }
}
