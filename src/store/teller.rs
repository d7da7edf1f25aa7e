//! Records what people tell: all events given in one transaction, each looked at in the light of those before it.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::Timestamp;

use super::making::{Loaded, Making};
use super::{Latest, Store, StoreError, read_decision};
use crate::decide::{open_limits_of, remembered_values};
use crate::journal::{EVENT_FORMAT, Event, EventDoc, Held, Key, Refused, Subject, Telling as Known, restored, told};
use crate::plan::Plan;

/// One thing to tell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Telling {
    /// What happened.
    pub event: Event,
    /// When; none for the present moment.
    pub at: Option<Timestamp>,
    /// Why, if that was told.
    pub reason: Option<Arc<str>>,
}

/// Tells events to a journal.
pub struct Teller<'p> {
    store: Box<dyn Store>,
    key: Key,
    plan: &'p Plan,
}

impl<'p> Teller<'p> {
    /// Makes a teller.
    #[must_use]
    pub fn new(store: Box<dyn Store>, key: Key, plan: &'p Plan) -> Self {
        Self { store, key, plan }
    }

    /// Records events in their order, in one transaction; those that cannot be are refused, and the others recorded.
    ///
    /// Returns the number of the entry of each, or why it was refused.
    ///
    /// # Errors
    /// When the journal cannot be read or written; nothing is then recorded.
    pub fn tell(&mut self, tellings: Vec<Telling>, now: Timestamp) -> Result<Vec<Result<u64, Refused>>, StoreError> {
        let head = self.store.take()?;
        let made = (|| {
            let key = self.key.clone();
            let mut loaded = Loaded::read(&mut *self.store, head, &key)?;
            let mut making = Making::new(&key, head, now.max(loaded.last));
            if head.number == 0 {
                making.begin(self.plan, making.at, &mut loaded.state);
            }
            let mut results = Vec::with_capacity(tellings.len());
            for telling in tellings {
                results.push(self.one(&mut making, &mut loaded, telling)?);
            }
            Ok((making.finish(&loaded.state, loaded.signed), results))
        })();
        match made {
            Ok((batch, results)) if results.iter().any(Result::is_ok) => {
                self.store.write(&batch)?;
                Ok(results)
            }
            Ok((_, results)) => {
                self.store.give_back()?;
                Ok(results)
            }
            Err(error) => {
                self.store.give_back()?;
                Err(error)
            }
        }
    }

    fn one(&mut self, making: &mut Making<'_>, loaded: &mut Loaded, telling: Telling) -> Result<Result<u64, Refused>, StoreError> {
        let Telling { event, at, reason } = telling;
        let at = at.unwrap_or(making.at);
        let latest = match event.subject() {
            Some(subject) => self.latest(making, subject)?,
            None => None,
        };
        let held: Option<Held> = latest.as_ref().and_then(|l| l.held.as_ref()).and_then(|h| serde_json::from_str(h).ok());
        let loose = match (&event, &latest, &held) {
            (Event::Reassigned { to, .. }, Some(latest), None) => self.loose(latest, to)?,
            _ => None,
        };
        let known = Known {
            plan: self.plan,
            state: &loaded.state,
            at,
            held: held.as_ref(),
            known: latest.is_some(),
            reason: reason.as_ref(),
            loose: loose.as_ref(),
        };
        let outcome = match told(&event, known) {
            Ok(outcome) => outcome,
            Err(refused) => return Ok(Err(refused)),
        };
        let document = EventDoc {
            format: EVENT_FORMAT.into(),
            at,
            event,
            former: held.as_ref().map(|h| h.rep.clone()),
            reason,
            changes: outcome.changes,
        };
        let number = making.event(&document, &mut loaded.state);
        if let (Some(subject), Some(latest)) = (document.event.subject(), latest) {
            let mut next = latest;
            if let Some(holder) = outcome.held {
                next.held = holder.and_then(|h| serde_json::to_string(&h).ok());
            }
            if let (true, Some(held)) = (outcome.again, &held) {
                // Its recorded decision stands no more: the same content is decided again.
                next.content = "".into();
                let mut reps: BTreeSet<Arc<str>> = next.rejected.as_ref().and_then(|r| serde_json::from_str(r).ok()).unwrap_or_default();
                reps.insert(held.rep.clone());
                next.rejected = serde_json::to_string(&reps).ok();
            }
            making.latest.insert((subject.kind.clone(), subject.id.clone()), next);
        }
        Ok(Ok(number))
    }

    fn latest(&mut self, making: &Making<'_>, subject: &Subject) -> Result<Option<Latest>, StoreError> {
        if let Some(latest) = making.latest.get(&(subject.kind.clone(), subject.id.clone())) {
            return Ok(Some(latest.clone()));
        }
        Ok(self.store.latest(&subject.kind, std::slice::from_ref(&subject.id))?.into_iter().next().flatten())
    }

    /// What a record that nobody has would count under, as far as it can be read back and fits the book.
    fn loose(&mut self, latest: &Latest, to: &Arc<str>) -> Result<Option<Held>, StoreError> {
        let entry = self.store.entries(latest.number, 1)?.into_iter().next().filter(|e| e.number == latest.number);
        let Some(document) = read_decision(entry.as_ref()) else { return Ok(None) };
        let Ok((record, _)) = restored(&document, self.plan, Some(&self.key)) else { return Ok(None) };
        let at = document.decided_at;
        let limits = open_limits_of(self.plan, &record, at).into_iter().map(|l| (l.team, l.position)).collect();
        let own = remembered_values(self.plan, &record, at).into_iter().filter(|r| r.of == document.record.kind);
        let remembered = own.map(|r| (r.of, r.by, self.key.hash(&r.value).into())).collect();
        Ok(Some(Held { limits, remembered, ..Held::nobody(to) }))
    }
}
