//! Reads books into formulas, before the axes can be cut.

use super::Space;
use super::atom::Atom;
use super::conditions::{At, Reader, Seen, Want};
use super::fact::{Fact, Question};
use super::formula::{Formulas, NodeId};
use super::placing::{Placing, Standings};
use crate::model::{Condition, Dates, Overlay, RecordId, Rule, Rulebook, TerritoryId};
use crate::text::Name;

/// Reads the conditions of books about one type of record.
#[derive(Debug, Default)]
pub struct Survey {
    formulas: Formulas,
    seen: Seen,
    books: usize,
}

/// Holds what was read of one book.
#[derive(Clone, Debug)]
pub struct Surveyed {
    /// The book's position.
    pub position: usize,
    /// The type of record.
    pub record: RecordId,
    /// By rule: where its condition and dates are yes; never for rules about other records.
    pub rules: Vec<NodeId>,
    /// By overlay, likewise.
    pub overlays: Vec<NodeId>,
    /// By territory: where it claims.
    pub claims: Vec<NodeId>,
    /// By territory: where it claims and no staffed one deeper in its tree does.
    pub survives: Vec<NodeId>,
    /// Territories that can win, the first goes first, each with where it survives.
    pub order: Vec<(TerritoryId, NodeId)>,
    /// Where some territory wins.
    pub placed: NodeId,
    /// Where a tie is left to a person.
    pub tied: NodeId,
    placing: Placing,
}

/// Holds what was read of one book to decide records with.
#[derive(Clone, Debug)]
pub struct Decided {
    /// By rule: where each [part](Condition::parts) of its condition is yes, its dates last; never for rules about other
    /// records.
    pub rules: Vec<Vec<NodeId>>,
    /// By overlay, likewise.
    pub overlays: Vec<Vec<NodeId>>,
    /// By territory: where its own and inherited conditions and dates are yes, whatever the rows of tables say; never for rows.
    pub claims: Vec<NodeId>,
}

impl Survey {
    /// Starts without any book.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Reads a book's rules, overlays and territories for one type of record.
    pub fn book(&mut self, book: &Rulebook, record: RecordId, standings: &Standings) -> Surveyed {
        let position = self.books;
        self.books += 1;
        let placing = Placing::read(&mut self.reader(position, book, record, None), standings);
        let mut reader = self.reader(position, book, record, Some(&placing));
        let mut of = |(what, name): (&str, &Name), condition: &Condition, dates: &Dates, own: RecordId| {
            if own != record {
                return reader.formulas.constant(false);
            }
            let before = reader.formulas.named.enter(what, name, position);
            let condition = reader.condition(condition, &At::subject(record), Want::Yes);
            let dates = reader.dates(dates);
            let node = reader.formulas.all([condition, dates]);
            reader.formulas.named.leave(before, node, "is yes");
            node
        };
        let rule = |r: &Rule| of(("the condition of the rule", &r.name), &r.condition, &r.dates, r.record);
        let rules = book.rules.iter().map(rule).collect();
        let overlay = |o: &Overlay| of(("the condition of the overlay", &o.name), &o.condition, &o.dates, o.record);
        let overlays = book.overlays.iter().map(overlay).collect();
        Surveyed {
            position,
            record,
            rules,
            overlays,
            claims: placing.claims.clone(),
            survives: placing.survives.clone(),
            order: placing.order.clone(),
            placed: placing.somewhere,
            tied: placing.tied,
            placing,
        }
    }

    /// Reads a book's items to decide records with: the territory that holds a record and its derived fields are axes of
    /// their own, because they are known by then. Of territories only written ones have a formula; that they lie in a row
    /// of a table is left open.
    pub fn decided(&mut self, book: &Rulebook, record: RecordId) -> Decided {
        let position = self.books;
        self.books += 1;
        let mut reader = self.reader(position, book, record, None);
        reader.deciding = true;
        let mut of = |condition: &Condition, dates: &Dates, own: RecordId| {
            if own != record {
                return vec![reader.formulas.constant(false)];
            }
            let mut nodes: Vec<NodeId> =
                condition.parts().into_iter().map(|part| reader.condition(part, &At::subject(record), Want::Yes)).collect();
            nodes.push(reader.dates(dates));
            nodes
        };
        let rules = book.rules.iter().map(|r: &Rule| of(&r.condition, &r.dates, r.record)).collect();
        let overlays = book.overlays.iter().map(|o: &Overlay| of(&o.condition, &o.dates, o.record)).collect();
        Decided { rules, overlays, claims: super::placing::written_claims(&mut reader) }
    }

    /// Reads one condition of a book: where it is yes.
    pub fn condition(&mut self, book: &Rulebook, of: &Surveyed, condition: &Condition) -> NodeId {
        self.reader(of.position, book, of.record, Some(&of.placing)).condition(condition, &At::subject(of.record), Want::Yes)
    }

    /// Reads one condition of a book: where it is no.
    pub fn refusal(&mut self, book: &Rulebook, of: &Surveyed, condition: &Condition) -> NodeId {
        self.reader(of.position, book, of.record, Some(&of.placing)).condition(condition, &At::subject(of.record), Want::No)
    }

    /// Returns where one of the territories meant holds the record.
    pub fn held(&mut self, of: &Surveyed, meant: impl Fn(TerritoryId) -> bool) -> NodeId {
        of.placing.won(meant, &mut self.formulas)
    }

    /// Returns the formula of the days of a stretch.
    pub fn dates(&mut self, book: &Rulebook, of: &Surveyed, dates: &Dates) -> NodeId {
        self.reader(of.position, book, of.record, None).dates(dates)
    }

    /// Returns where a question is yes that only deciding a record answers; in words.
    pub fn open(&mut self, words: &str) -> NodeId {
        let axis = self.formulas.fact(Vec::new(), Fact { words: words.into(), question: Question::Open });
        self.formulas.atom(axis, Atom::Yes, true)
    }

    /// Returns where all formulas hold.
    pub fn all(&mut self, parts: impl IntoIterator<Item = NodeId>) -> NodeId {
        self.formulas.all(parts)
    }

    /// Returns where one of the formulas holds.
    pub fn any(&mut self, parts: impl IntoIterator<Item = NodeId>) -> NodeId {
        self.formulas.any(parts)
    }

    /// Returns where a formula does not hold.
    pub fn opposite(&mut self, node: NodeId) -> NodeId {
        self.formulas.opposite(node)
    }

    /// Cuts the axes.
    #[must_use]
    pub fn finish(self) -> Space {
        Space::new(self.formulas, self.books)
    }

    fn reader<'s, 'b>(&'s mut self, position: usize, book: &'b Rulebook, record: RecordId, placing: Option<&'s Placing>) -> Reader<'s, 'b> {
        let deciding = false;
        Reader { formulas: &mut self.formulas, position, book, record, placing, deciding, depth: 0, seen: &mut self.seen }
    }
}
