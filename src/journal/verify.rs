//! The chain followed from the beginning: what was changed, taken out, put in or moved, and where.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{Checkpoint, Entry, Head, Key, Link};

/// One thing that is wrong with a journal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "fault", rename_all = "kebab-case")]
pub enum Fault {
    /// An entry is not what was written: it, or the link behind it, was changed, moved or put in.
    Changed {
        /// Its number.
        number: u64,
    },
    /// Entries are missing.
    Missing {
        /// The first number.
        from: u64,
        /// The last number.
        through: u64,
    },
    /// Entries cannot be read from the disk.
    Unreadable {
        /// The first number.
        from: u64,
        /// The last number.
        through: u64,
        /// What the database says.
        reason: String,
    },
    /// There are entries behind the end of the journal.
    Beyond {
        /// The first number.
        from: u64,
    },
    /// The end of the journal is not what the last entry says.
    End {
        /// The number it gives.
        number: u64,
    },
    /// A checkpoint was not signed with the key of the journal.
    Unsigned {
        /// Its number.
        number: u64,
    },
    /// The chain is sound in itself, but not the one that was signed: somebody made it anew.
    Remade {
        /// The last checkpoint that fits, 0 without any.
        after: u64,
        /// The first that does not.
        number: u64,
    },
    /// More was reported as recorded than the journal holds.
    Lost {
        /// The last number that the journal holds.
        holds: u64,
        /// The last number reported.
        reported: u64,
    },
    /// What is kept beside the entries is not what they say.
    Beside {
        /// What it is about, in words.
        what: String,
    },
}

/// Follows the chain entry by entry.
#[derive(Debug)]
pub struct Follower {
    /// The faults found so far, in order.
    pub faults: Vec<Fault>,
    /// How many entries were read.
    pub read: u64,
    next: u64,
    before: Option<Link>,
    checkpoints: BTreeMap<u64, Checkpoint>,
    signed: u64,
    key: Option<Key>,
}

impl Follower {
    /// Begins; without the key, checkpoints are compared but their signatures are not looked at.
    #[must_use]
    pub fn new(checkpoints: Vec<Checkpoint>, key: Option<Key>) -> Self {
        let mut faults = Vec::new();
        if let Some(key) = &key {
            let forged = checkpoints.iter().filter(|c| !c.is_signed(key));
            faults.extend(forged.map(|c| Fault::Unsigned { number: c.head.number }));
        }
        let checkpoints = checkpoints.into_iter().map(|c| (c.head.number, c)).collect();
        Self { faults, read: 0, next: 1, before: Some(Link::default()), checkpoints, signed: 0, key }
    }

    /// Takes the next entry in order of numbers; returns whether it is what was written.
    pub fn entry(&mut self, entry: &Entry) -> bool {
        self.read += 1;
        if entry.number > self.next {
            self.faults.push(Fault::Missing { from: self.next, through: entry.number - 1 });
            self.before = None;
        }
        // Behind a gap the chain is taken up again at the link that stands there.
        let sound = self.before.is_none_or(|before| entry.follows(before));
        if !sound {
            self.faults.push(Fault::Changed { number: entry.number });
        }
        self.check(entry.head());
        self.next = entry.number + 1;
        self.before = Some(entry.link);
        sound
    }

    /// Notes that entries cannot be read.
    pub fn unreadable(&mut self, from: u64, through: u64, reason: String) {
        match self.faults.last_mut() {
            Some(Fault::Unreadable { through: last, reason: before, .. }) if *last + 1 == from && *before == reason => *last = through,
            _ => self.faults.push(Fault::Unreadable { from, through, reason }),
        }
        self.next = through + 1;
        self.before = None;
    }

    fn check(&mut self, head: Head) {
        let Some(checkpoint) = self.checkpoints.get(&head.number) else { return };
        let genuine = self.key.as_ref().is_none_or(|key| checkpoint.is_signed(key));
        if genuine && checkpoint.head != head {
            self.faults.push(Fault::Remade { after: self.signed, number: head.number });
        } else {
            self.signed = head.number;
        }
    }

    /// Ends at where the journal says it ends; `reported` is the last number reported as recorded.
    #[must_use]
    pub fn end(mut self, head: Head, reported: Option<u64>) -> Vec<Fault> {
        let last = self.next - 1;
        if head.number > last {
            self.faults.push(Fault::Missing { from: self.next, through: head.number });
        } else if head.number < last {
            self.faults.push(Fault::Beyond { from: head.number + 1 });
        } else if self.before.is_some_and(|link| link != head.link) {
            self.faults.push(Fault::End { number: head.number });
        }
        if let Some((number, _)) = self.checkpoints.last_key_value()
            && *number > last.max(head.number)
        {
            self.faults.push(Fault::Missing { from: last.max(head.number) + 1, through: *number });
        }
        if let Some(reported) = reported.filter(|r| *r > head.number) {
            self.faults.push(Fault::Lost { holds: head.number, reported });
        }
        self.faults
    }
}

#[cfg(test)]
mod tests {
    use super::super::EntryKind;
    use super::*;
    use proptest::prelude::*;

    fn journal(many: u64, key: &Key) -> (Vec<Entry>, Vec<Checkpoint>, Head) {
        let mut head = Head::default();
        let mut entries = Vec::new();
        let mut checkpoints = Vec::new();
        for n in 0..many {
            let at = jiff::Timestamp::from_second(1_800_000_000).expect("a moment");
            entries.push(head.append(EntryKind::Decision, at, format!("{{\"n\":{n}}}").into_bytes()));
            if n % 5 == 0 {
                checkpoints.push(Checkpoint::new(head, key));
            }
        }
        (entries, checkpoints, head)
    }

    fn faults(entries: &[Entry], checkpoints: Vec<Checkpoint>, head: Head, key: &Key) -> Vec<Fault> {
        let mut follower = Follower::new(checkpoints, Some(key.clone()));
        entries.iter().for_each(|e| {
            follower.entry(e);
        });
        follower.end(head, None)
    }

    proptest! {
        #![proptest_config(crate::data::sample_cases())]

        #[test]
        fn every_change_is_found_where_it_is(many in 3_u64..40, place in any::<prop::sample::Index>(), manner in 0..6_u8, bit in any::<prop::sample::Index>()) {
            let key = Key::new(&[9; 32]);
            let (mut entries, mut checkpoints, mut head) = journal(many, &key);
            prop_assert_eq!(faults(&entries, checkpoints.clone(), head, &key), vec![]);
            let at = place.index(entries.len());
            let number = entries[at].number;
            let found = match manner {
                0 => {
                    let bit = bit.index(entries[at].body.len() * 8);
                    entries[at].body[bit / 8] ^= 1 << (bit % 8);
                    faults(&entries, checkpoints, head, &key)
                }
                1 => {
                    entries.remove(at);
                    faults(&entries, checkpoints, head, &key)
                }
                2 => {
                    // Moved: two entries change places, each under the other's number.
                    let other = (at + 1) % entries.len();
                    let (a, b) = (entries[at].body.clone(), entries[other].body.clone());
                    entries[at].body = b;
                    entries[other].body = a;
                    let found = faults(&entries, checkpoints, head, &key);
                    let moved = Fault::Changed { number: entries[other].number };
                    prop_assert!(found.contains(&moved), "{:?}", found);
                    found
                }
                3 => {
                    // Put in: everything behind gets the next number.
                    let put = entries[at].clone();
                    entries.insert(at, put);
                    for (position, entry) in entries.iter_mut().enumerate() {
                        entry.number = position as u64 + 1;
                    }
                    faults(&entries, checkpoints, head, &key)
                }
                4 => {
                    // Made anew: changed, and the chain behind it worked out again, but not signed.
                    entries[at].body = b"{}".to_vec();
                    let mut again = entries[..at].last().map(Entry::head).unwrap_or_default();
                    for entry in &mut entries[at..] {
                        *entry = again.append(entry.kind, entry.at, entry.body.clone());
                    }
                    head = again;
                    let behind: Vec<u64> = checkpoints.iter().map(|c| c.head.number).filter(|n| *n >= number).collect();
                    let found = faults(&entries, checkpoints, head, &key);
                    match behind.first() {
                        Some(first) => {
                            let remade = found.iter().any(|f| matches!(f, Fault::Remade { number, .. } if number == first));
                            prop_assert!(remade, "{:?}", found);
                        }
                        // Behind the last checkpoint nothing is signed yet.
                        None => prop_assert_eq!(found, vec![]),
                    }
                    return Ok(());
                }
                _ => {
                    let forged = Checkpoint::new(head, &Key::new(&[1; 32]));
                    checkpoints.push(forged);
                    let found = faults(&entries, checkpoints, head, &key);
                    prop_assert!(found.contains(&Fault::Unsigned { number: head.number }), "{:?}", found);
                    return Ok(());
                }
            };
            let here = |fault: &Fault| match fault {
                Fault::Changed { number: n } => *n == number || *n == number + 1,
                Fault::Missing { from, through } => (*from..=*through).contains(&number),
                _ => false,
            };
            prop_assert!(found.iter().any(here), "entry {} by manner {}: {:?}", number, manner, found);
        }
    }

    #[test]
    fn ends_are_compared() {
        let key = Key::new(&[9; 32]);
        let (entries, checkpoints, head) = journal(12, &key);
        let cut = |many: usize, head: Head, reported: Option<u64>| {
            let mut follower = Follower::new(checkpoints.clone(), Some(key.clone()));
            entries.iter().take(many).for_each(|e| {
                follower.entry(e);
            });
            follower.end(head, reported)
        };
        assert_eq!(cut(12, head, Some(12)), []);
        assert_eq!(cut(9, head, None), [Fault::Missing { from: 10, through: 12 }]);
        assert_eq!(cut(9, entries[8].head(), None), [Fault::Missing { from: 10, through: 11 }], "a checkpoint stands behind the end");
        assert_eq!(cut(12, head, Some(13)), [Fault::Lost { holds: 12, reported: 13 }]);
        assert_eq!(cut(12, entries[10].head(), None), [Fault::Beyond { from: 12 }]);
        assert_eq!(cut(12, Head { link: Link([1; 32]), ..head }, None), [Fault::End { number: 12 }]);
        let mut follower = Follower::new(vec![], None);
        follower.entry(&entries[0]);
        follower.unreadable(2, 2, "x".into());
        follower.unreadable(3, 4, "x".into());
        entries[4..].iter().for_each(|e| assert!(follower.entry(e)));
        assert_eq!(follower.end(head, None), [Fault::Unreadable { from: 2, through: 4, reason: "x".into() }]);
    }
}
