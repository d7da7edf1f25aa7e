//! How many leads a rule takes, estimated: so that books of any size have rules that take few leads each, narrow ones first.

use std::collections::HashMap;

use super::lead::{Lead, Leads};
use super::rule::{Condition, Rule};
use super::{COMPANIES, Dice};

/// How many leads conditions are tried on.
const SAMPLE: usize = 4_096;

/// All leads, in parts.
const WHOLE: u64 = 1 << 32;

/// How many rules take a lead on average, whatever the size of the book.
const RULES_A_LEAD: u64 = 7;

/// How far noise moves a rule among the others, as a power of two of its share.
const NOISE: usize = 7;

/// Estimates the shares of rules.
pub struct Shares {
    leads: Vec<Lead>,
    /// By the text of a condition.
    known: HashMap<String, u64>,
}

impl Shares {
    pub fn new() -> Self {
        Self { leads: Leads::new(23).take(SAMPLE).collect(), known: HashMap::new() }
    }

    /// The share of leads that a rule takes, were its conditions independent of each other, out of [`WHOLE`].
    fn of(&mut self, rule: &Rule) -> u64 {
        // A state says the country already, and size goes with revenue.
        let state = rule.conditions.iter().any(|c| matches!(c, Condition::State(_)));
        let size = rule.conditions.iter().any(|c| matches!(c, Condition::Employees(..)));
        let told = |c: &Condition| (state && matches!(c, Condition::Country(_))) || (size && matches!(c, Condition::Revenue(_)));
        let telling = rule.conditions.iter().filter(|c| !told(c));
        telling.fold(WHOLE, |share, condition| (share * self.of_one(condition)) >> 32).max(1)
    }

    fn of_one(&mut self, condition: &Condition) -> u64 {
        match condition {
            // Named accounts come up seldom (twice as often as any company, and a quarter writes from free mail), and beginnings of
            // postal codes are too fine for the sample.
            Condition::Domain(all) => WHOLE * 3 * all.len() as u64 / (2 * COMPANIES as u64),
            Condition::Postal(all) => all.iter().map(|p| WHOLE / 10_u64.pow(u32::try_from(p.len()).unwrap_or(2))).sum::<u64>() * 88 / 100,
            Condition::Country(all) => all.iter().map(|v| self.known(&Condition::Country(vec![v]))).sum(),
            Condition::State(all) => all.iter().map(|v| self.known(&Condition::State(vec![v]))).sum(),
            Condition::Industry(all) => all.iter().map(|v| self.known(&Condition::Industry(vec![v]))).sum(),
            other => self.known(other),
        }
    }

    fn known(&mut self, condition: &Condition) -> u64 {
        let text = condition.text();
        if let Some(known) = self.known.get(&text) {
            return *known;
        }
        let held = self.leads.iter().filter(|lead| condition.holds(lead) == Some(true)).count();
        let share = WHOLE / SAMPLE as u64 * held.max(1) as u64;
        self.known.insert(text, share);
        share
    }

    /// Returns where a rule stands in a book of that many, narrow ones first with noise; none where it takes too many leads for
    /// such a book, or too few. Broad ones are kept the less often the broader they are.
    pub fn place(&mut self, rule: &Rule, count: usize, dice: &mut Dice) -> Option<u64> {
        let share = self.of(rule);
        let usual = RULES_A_LEAD * WHOLE / count as u64;
        let named = matches!(rule.conditions.first(), Some(Condition::Domain(_)));
        let kept = if share <= usual { named || share > usual / 16 } else { (0..2).all(|_| dice.next() % share < usual) };
        kept.then(|| share << dice.below(NOISE))
    }
}
