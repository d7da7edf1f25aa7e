//! Conditions as formulas over atoms: two-valued, negation pushed down to the atoms, equal parts shared.
//!
//! "Yes" and "no" of a condition are two formulas (neither holds where it cannot be told), so Kleene's logic is settled
//! here once and nothing later has to think of it.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::atom::Atom;
use super::axis::{Aspect, AxisId, AxisKey};
use super::fact::Fact;
use super::named::Named;
use crate::model::Type;

/// How a question is told apart from the same one of a book in which capitals matter.
pub(super) const ANY_CASE: &str = "(capitals do not matter)";

/// Identifies a formula.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(pub(super) u32);

/// A formula.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Node {
    /// Always.
    True,
    /// Never.
    False,
    /// An atom of an axis holds, or does not.
    Atom(AxisId, u32, bool),
    /// A search in a text: told for named values, and the fact for all others; or the opposite, blank included.
    Search {
        /// The axis of the text.
        axis: AxisId,
        /// Position among the searches of that axis.
        search: u32,
        /// Whether it finds something.
        found: bool,
    },
    /// All of them; sorted, at least two.
    All(Arc<[NodeId]>),
    /// One of them; sorted, at least two.
    Any(Arc<[NodeId]>),
}

/// A search in a text, kept to be asked of the values that other conditions name.
#[derive(Clone, Debug)]
pub(super) struct Search {
    /// How it is asked of a named value; none when a folded value cannot tell.
    pub asked: Option<Asked>,
    /// The axis that is free to answer it for all other values.
    pub fact: AxisId,
}

/// A search that a folded value can answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Asked {
    /// One of the pieces occurs, or all.
    Contains(Vec<Arc<str>>, bool),
    /// One of the pieces ends it.
    Ends(Vec<Arc<str>>),
    /// A pattern, on text compared as it is.
    Matches(crate::model::Pattern),
}

impl PartialEq for crate::model::Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.source == other.source
    }
}

impl Eq for crate::model::Pattern {}

/// An axis while conditions are still read.
#[derive(Clone, Debug)]
pub(super) struct Draft {
    pub key: AxisKey,
    pub written: Arc<str>,
    pub ty: Type,
    pub atoms: Vec<Atom>,
    pub atom_index: HashMap<Atom, u32>,
    pub searches: Vec<Search>,
    /// Declared values of a `one of`, of all books.
    pub declared: Vec<Arc<str>>,
    pub fact: Option<Arc<Fact>>,
    /// Whether a record can be without it; what identifies a record is never missing.
    pub can_miss: bool,
}

/// Holds all formulas and the axes they speak of.
#[derive(Clone, Debug, Default)]
pub(super) struct Formulas {
    pub nodes: Vec<Node>,
    index: HashMap<Node, NodeId>,
    pub axes: Vec<Draft>,
    by_key: BTreeMap<AxisKey, AxisId>,
    pub named: Named,
}

impl Formulas {
    pub(super) fn node(&mut self, node: Node) -> NodeId {
        if let Some(id) = self.index.get(&node) {
            return *id;
        }
        let id = NodeId(u32::try_from(self.nodes.len()).unwrap_or(u32::MAX));
        self.nodes.push(node.clone());
        self.named.made();
        self.index.insert(node, id);
        id
    }

    pub(super) fn get(&self, id: NodeId) -> &Node {
        self.nodes.get(id.0 as usize).unwrap_or(&Node::False)
    }

    /// Finds an axis, or makes it.
    pub(super) fn axis(&mut self, key: AxisKey, written: &Arc<str>, ty: &Type) -> AxisId {
        if let Some(id) = self.by_key.get(&key).copied() {
            self.declare(id, ty);
            return id;
        }
        let id = AxisId::from_index(self.axes.len());
        self.by_key.insert(key.clone(), id);
        let can_miss = !matches!(key.aspect, Aspect::Value(_));
        self.axes.push(Draft {
            key,
            written: written.clone(),
            ty: ty.clone(),
            atoms: Vec::new(),
            atom_index: HashMap::new(),
            searches: Vec::new(),
            declared: Vec::new(),
            fact: None,
            can_miss,
        });
        self.declare(id, ty);
        id
    }

    fn declare(&mut self, id: AxisId, ty: &Type) {
        let (Some(draft), Type::OneOf(values)) = (self.axes.get_mut(id.index()), ty) else { return };
        if draft.declared.is_empty() {
            draft.declared = values.to_vec();
        } else if *draft.declared != **values {
            draft.declared.extend(values.iter().cloned());
            draft.declared.sort();
            draft.declared.dedup();
        }
    }

    /// Finds the axis of a fact, or makes it.
    pub(super) fn fact(&mut self, path: Vec<Arc<str>>, fact: Fact) -> AxisId {
        // Of two books one may take capitals for the same; then the same words ask two things.
        let asked: Arc<str> = if fact.any_case() { format!("{} {ANY_CASE}", fact.words).into() } else { fact.words.clone() };
        let key = AxisKey { path, aspect: Aspect::Fact(asked) };
        let written = fact.words.clone();
        let id = self.axis(key, &written, &Type::YesNo);
        if let Some(draft) = self.axes.get_mut(id.index()) {
            draft.fact.get_or_insert_with(|| Arc::new(fact));
        }
        id
    }

    pub(super) fn atom(&mut self, axis: AxisId, atom: Atom, holds: bool) -> NodeId {
        let Some(draft) = self.axes.get_mut(axis.index()) else { return self.node(Node::False) };
        let next = u32::try_from(draft.atoms.len()).unwrap_or(u32::MAX);
        let id = *draft.atom_index.entry(atom.clone()).or_insert(next);
        if id == next {
            draft.atoms.push(atom);
        }
        self.node(Node::Atom(axis, id, holds))
    }

    pub(super) fn constant(&mut self, holds: bool) -> NodeId {
        self.node(if holds { Node::True } else { Node::False })
    }

    pub(super) fn all(&mut self, parts: impl IntoIterator<Item = NodeId>) -> NodeId {
        self.join(parts, true)
    }

    pub(super) fn any(&mut self, parts: impl IntoIterator<Item = NodeId>) -> NodeId {
        self.join(parts, false)
    }

    fn join(&mut self, parts: impl IntoIterator<Item = NodeId>, all: bool) -> NodeId {
        let mut flat = Vec::new();
        for part in parts {
            match (self.get(part), all) {
                (Node::True, true) | (Node::False, false) => {}
                (Node::False, true) | (Node::True, false) => return part,
                (Node::All(inner), true) | (Node::Any(inner), false) => flat.extend_from_slice(inner),
                _ => flat.push(part),
            }
        }
        flat.sort_unstable();
        flat.dedup();
        match flat.as_slice() {
            [] => self.constant(all),
            [only] => *only,
            _ => self.node(if all { Node::All(flat.into()) } else { Node::Any(flat.into()) }),
        }
    }

    /// Returns the formula that holds exactly where another does not.
    pub(super) fn opposite(&mut self, id: NodeId) -> NodeId {
        match self.get(id).clone() {
            Node::True => self.constant(false),
            Node::False => self.constant(true),
            Node::Atom(axis, atom, holds) => self.node(Node::Atom(axis, atom, !holds)),
            Node::Search { axis, search, found } => self.node(Node::Search { axis, search, found: !found }),
            Node::All(parts) => {
                let opposites: Vec<NodeId> = parts.iter().map(|p| self.opposite(*p)).collect();
                self.any(opposites)
            }
            Node::Any(parts) => {
                let opposites: Vec<NodeId> = parts.iter().map(|p| self.opposite(*p)).collect();
                self.all(opposites)
            }
        }
    }

    /// Chooses: where the first holds the second, elsewhere the third.
    pub(super) fn choose(&mut self, condition: NodeId, then: NodeId, otherwise: NodeId) -> NodeId {
        let first = self.all([condition, then]);
        let not = self.opposite(condition);
        let second = self.all([not, otherwise]);
        self.any([first, second])
    }
}
