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
