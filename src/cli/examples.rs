//! Who and what is ordinary in a book's own data, for examples that commands make.

use std::sync::Arc;

use crate::decide::roster;
use crate::plan::Plan;

/// How many reps examples may name.
const MOST: usize = 20;

/// Returns the keys of a few active reps, in key order.
pub fn active_reps(plan: &Plan) -> Vec<Arc<str>> {
    let all = plan.book.rep.into_iter().flat_map(|r| plan.data.all(r.record));
    all.filter(|r| roster::is_active(plan, r)).take(MOST).map(|r| r.key.clone()).collect()
}

/// Returns the keys of a few reps who are active in both books; without any, of the newer one.
pub fn active_in_both(old: &Plan, new: &Plan) -> Vec<Arc<str>> {
    let all = new.book.rep.into_iter().flat_map(|r| new.data.all(r.record)).filter(|r| roster::is_active(new, r));
    let both: Vec<Arc<str>> = all.filter(|r| roster::active_rep(old, &r.key).is_some()).take(MOST).map(|r| r.key.clone()).collect();
    if both.is_empty() { active_reps(new) } else { both }
}
