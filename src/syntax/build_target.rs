//! Targets of rules and overlays: from pairs to the tree.

use super::Rule;
use super::build::{Build, Piece, child, children};
use super::build_item::{each, only_condition};
use super::tree::{Keep, Lasts, Target, TargetKind};

/// Builds a chain of targets.
pub(super) fn targets(build: &Build, pair: &Piece<'_>) -> Vec<Target> {
    each(pair, Rule::target, |p| target(build, p))
}

fn target(build: &Build, pair: &Piece<'_>) -> Option<Target> {
    let inner = children(pair).next()?;
    let kind = match inner.as_rule() {
        Rule::to_rep => TargetKind::Rep(build.first_name(&inner)?),
        Rule::to_team => TargetKind::Team(build.first_name(&inner)?),
        Rule::to_queue => TargetKind::Queue(build.first_name(&inner)?),
        Rule::territory_owner => TargetKind::TerritoryOwner,
        Rule::owner_of => TargetKind::OwnerOf(build.first_path(&inner)?),
        Rule::previous_rep => TargetKind::PreviousRep { by: build.first_path(&inner)?, within: build.first_length(&inner)? },
        Rule::leave_as_is => TargetKind::LeaveAsIs,
        Rule::keep => TargetKind::Keep(Box::new(keep(build, &inner)?)),
        _ => TargetKind::Path(build.first_path(&inner)?),
    };
    Some(Target {
        kind,
        if_available: child(pair, Rule::if_available).map(|p| build.span(&p)),
        if_at_work: child(pair, Rule::if_at_work).map(|p| build.span(&p)),
        condition: child(pair, Rule::target_where).and_then(|p| only_condition(build, &p)),
        span: build.span(pair),
    })
}

fn keep(build: &Build, pair: &Piece<'_>) -> Option<Keep> {
    let owner_of = child(pair, Rule::owner_of);
    let who = build.first_path(owner_of.as_ref().unwrap_or(pair))?;
    let lasts = match child(pair, Rule::keep_until) {
        Some(until) => match children(&until).find(|p| matches!(p.as_rule(), Rule::date | Rule::time)) {
            Some(day) => Lasts::Until(build.literal(&day)),
            None => Lasts::UntilField(build.first_path(&until)?),
        },
        None => {
            let tenure = child(pair, Rule::keep_tenure)?;
            Lasts::Since { period: build.first_length(&tenure)?, since: build.first_path(&tenure)? }
        }
    };
    Some(Keep { who, owner_of: owner_of.is_some(), lasts })
}
