//! What a book does with the records of an area, in words that two books share.

use serde::Serialize;

use crate::decide::{Decider, Decision};
use crate::plan::Plan;

/// What differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Who gets the record.
    Assignment,
    /// The same team gets it, but its members, its order or its limits changed.
    Team,
    /// Which territory holds it, with the same person or team getting it.
    Territory,
    /// Who is credited.
    Credit,
    /// Who is credited, and how soon somebody must respond.
    CreditAndResponse,
    /// How soon somebody must respond.
    Response,
    /// Who is added.
    Overlay,
    /// Only the rule that decides.
    RuleOnly,
}

/// What a book does with some records.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Outcome {
    /// The rules that apply, the first that is sure to take the record last; `otherwise` for the last resort.
    pub rules: Vec<String>,
    /// What they do with it, one for each.
    pub does: Vec<String>,
    /// The territory that holds it, where that differs or matters.
    pub territory: Option<String>,
    /// The overlay that applies, for differences of overlays.
    pub overlay: Option<String>,
}

impl Outcome {
    /// Returns whether a decision is what this says.
    pub(super) fn agrees(&self, plan: &Plan, decision: &Decision) -> bool {
        let rule = decision.trials.first().map(|t| match t.decider {
            Decider::Rule(id) => plan.book.rules.get(id.index()).map_or_else(String::new, |r| r.name.to_string()),
            Decider::Otherwise => "otherwise".to_owned(),
        });
        let holds = decision.placement.territory().and_then(|t| plan.book.territories.get(t.index())).map(|t| t.name.to_string());
        let by_rule = self.rules.first().is_none_or(|first| Some(first) == rule.as_ref());
        let by_territory = self.territory.as_ref().is_none_or(|t| *t == holds.unwrap_or_else(|| "none".to_owned()));
        let by_overlay = self.overlay.as_ref().is_none_or(|o| {
            decision
                .added
                .iter()
                .any(|a| plan.book.overlays.get(a.overlay.index()).is_some_and(|known| o.starts_with(&format!("{}: ", known.name))))
        });
        by_rule && by_territory && by_overlay
    }

    /// Returns the same as what an overlay does.
    pub(super) fn of_overlay(self) -> Self {
        let overlay = self.rules.first().zip(self.does.first()).map(|(name, does)| format!("{name}: {does}"));
        Self { overlay, ..Self::default() }
    }

    /// Writes it in one line.
    #[must_use]
    pub fn in_words(&self) -> String {
        if let Some(overlay) = &self.overlay {
            return format!("overlay {overlay}");
        }
        let rules: Vec<String> = self.rules.iter().zip(&self.does).map(|(rule, does)| format!("{rule}: {does}")).collect();
        let mut words = rules.join("; if nobody can, ");
        if words.is_empty() {
            words = "nothing".to_owned();
        }
        match &self.territory {
            Some(territory) if territory == "none" => format!("{words} (in no territory)"),
            Some(territory) => format!("{words} (in territory {territory})"),
            None => words,
        }
    }
}
