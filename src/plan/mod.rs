//! The compiled book: what a decision needs, worked out once.
//!
//! Comes from a [`Rulebook`] and the reference data; goes to `decide`. Holds the order in which rules are considered,
//! the look-ups of matching, and the digest of everything it was made from. The bit-vector index will live here too.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use crate::model::{FieldId, RecordId, ReferenceData, RuleId, Rulebook, TerritoryId};

/// Holds a book ready to decide with. Cheap to share; never changes.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The rules.
    pub book: Arc<Rulebook>,
    /// The reference data.
    pub data: Arc<ReferenceData>,
    /// Rules by record in the order they are considered: priority, then name.
    pub rule_order: BTreeMap<RecordId, Vec<RuleId>>,
    /// Children of each territory, in name order.
    pub children: Vec<Vec<TerritoryId>>,
    /// Keys of referenced records by record type, field and value, for `match`; keys are sorted.
    pub match_index: HashMap<(RecordId, FieldId, Arc<str>), Vec<Arc<str>>>,
    /// SHA-256 over the sources and the reference data, in hexadecimal.
    pub digest: Arc<str>,
}
