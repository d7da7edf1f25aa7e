//! Rules that keep somebody for a time, taken apart: while that lasts they do what they would without saying how long, and
//! when it is over they go on with the next target.
//!
//! So two books are compared to the day, and a lock counts as nothing where it has ended in both.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::lists::{Source, sources};
use crate::decide::{is_told_exactly, lasting};
use crate::model::{Keep, Target, TargetKind};
use crate::plan::Plan;
use crate::space::{NodeId, Survey, Surveyed};

/// How many targets of one chain are taken apart: each doubles the cases.
const MOST: usize = 3;

/// What a rule comes to while some of those it keeps are kept.
#[derive(Clone, Debug)]
pub(super) struct Case {
    /// Where it applies and they are kept; earlier cases go first.
    pub node: NodeId,
    /// The targets then.
    pub targets: Vec<Target>,
}

/// The cases of each rule that keeps somebody.
#[derive(Clone, Debug, Default)]
pub(super) struct Kept {
    found: BTreeMap<Source, Vec<Case>>,
}

impl Kept {
    /// Takes them apart.
    pub(super) fn read(plan: &Plan, of: &Surveyed, survey: &mut Survey) -> Self {
        let mut kept = Self::default();
        for (source, whole, targets) in sources(plan, of) {
            let apart: Vec<(usize, &Keep)> = apart(&targets).collect();
            if apart.is_empty() {
                continue;
            }
            let whole = whole.unwrap_or_else(|| survey.all([]));
            let lasts: Vec<NodeId> =
                apart.iter().map(|(at, keep)| lasting(plan, (&mut *survey, of), (&keep.lasts, targets[*at].span), false)).collect();
            // The more are kept the sooner a case is looked at, so that it need not say who is not.
            let cases = (0..1_usize << apart.len()).rev().filter_map(|which| {
                let is_kept = |number: usize| which & (1 << number) != 0;
                let here = lasts.iter().enumerate().filter(|(number, _)| is_kept(*number)).map(|(_, node)| *node);
                let node = survey.all(std::iter::once(whole).chain(here));
                let over = |at: usize| apart.iter().enumerate().any(|(number, (position, _))| *position == at && !is_kept(number));
                let targets: Vec<Target> = plain(&targets).enumerate().filter(|(at, _)| !over(*at)).map(|(_, t)| t.into_owned()).collect();
                (!targets.is_empty()).then_some(Case { node, targets })
            });
            kept.found.insert(source, cases.collect());
        }
        kept
    }

    /// Returns the cases of a rule; none for one that keeps nobody.
    pub(super) fn cases(&self, source: Source) -> Option<&[Case]> {
        self.found.get(&source).map(Vec::as_slice)
    }
}

/// The targets of a chain that are taken apart.
fn apart<'t>(targets: &[&'t Target]) -> impl Iterator<Item = (usize, &'t Keep)> {
    let kept = targets.iter().enumerate().filter_map(|(at, target)| match &target.kind {
        TargetKind::Keep(keep) if is_told_exactly(&keep.lasts) => Some((at, &**keep)),
        _ => None,
    });
    kept.take(MOST)
}

/// Returns the targets of a chain, those that are taken apart as they are while they last.
pub(super) fn plain<'t>(targets: &[&'t Target]) -> impl Iterator<Item = Cow<'t, Target>> {
    let apart: BTreeMap<usize, &Keep> = apart(targets).collect();
    let all: Vec<Cow<'t, Target>> = targets
        .iter()
        .enumerate()
        .map(|(at, target)| match apart.get(&at) {
            Some(keep) => {
                let who = keep.who.clone();
                let kind = if keep.stays { TargetKind::LeaveAsIs(who) } else { TargetKind::Path(who) };
                Cow::Owned(Target { kind, ..(*target).clone() })
            }
            None => Cow::Borrowed(*target),
        })
        .collect();
    all.into_iter()
}
