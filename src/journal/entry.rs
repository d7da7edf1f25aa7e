//! One entry of the journal, and the chain that ties each to the one before.

use std::fmt;

use data_encoding::HEXLOWER;
use jiff::Timestamp;
use sha2::{Digest as _, Sha256};

/// A link of the chain: SHA-256 (FIPS 180-4) over the former link and the entry.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Link(pub [u8; 32]);

impl Link {
    /// Reads a link as it is stored.
    #[must_use]
    pub fn read(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }
}

impl fmt::Display for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&HEXLOWER.encode(&self.0))
    }
}

impl fmt::Debug for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Link({self})")
    }
}

/// What an entry is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EntryKind {
    /// The first of a journal.
    Begun,
    /// A book is used for the first time.
    Book,
    /// Open work as the book's data say, when counting begins.
    Opening,
    /// A decision.
    Decision,
    /// Something told from outside.
    Event,
}

impl EntryKind {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Begun, Self::Book, Self::Opening, Self::Decision, Self::Event];

    /// Returns the word it is stored as.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Begun => "begun",
            Self::Book => "book",
            Self::Opening => "opening",
            Self::Decision => "decision",
            Self::Event => "event",
        }
    }

    /// Reads the word it is stored as.
    #[must_use]
    pub fn read(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }
}

/// Holds one entry as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its number, from 1, without gaps.
    pub number: u64,
    /// What it is about.
    pub kind: EntryKind,
    /// When it was written, by the clock of the machine.
    pub at: Timestamp,
    /// The JSON document, as bytes.
    pub body: Vec<u8>,
    /// The link behind it.
    pub link: Link,
}

/// Says where a journal ends: the number of its last entry and the link behind it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Head {
    /// The number of the last entry; 0 without any.
    pub number: u64,
    /// The link behind it.
    pub link: Link,
}

impl Head {
    /// Ties a document to what was written last, and moves on behind it.
    pub fn append(&mut self, kind: EntryKind, at: Timestamp, body: Vec<u8>) -> Entry {
        let number = self.number + 1;
        let link = link(self.link, number, kind, at, &body);
        *self = Self { number, link };
        Entry { number, kind, at, body, link }
    }
}

impl Entry {
    /// Returns whether the entry is as it was when it was tied to the link before it.
    #[must_use]
    pub fn follows(&self, before: Link) -> bool {
        self.link == link(before, self.number, self.kind, self.at, &self.body)
    }

    /// Returns where a journal that ended here would end.
    #[must_use]
    pub fn head(&self) -> Head {
        Head { number: self.number, link: self.link }
    }
}

fn link(before: Link, number: u64, kind: EntryKind, at: Timestamp, body: &[u8]) -> Link {
    let mut hash = Sha256::new();
    hash.update(before.0);
    hash.update(number.to_le_bytes());
    // Words of fixed meaning, then parts of known length: no two entries run together to the same bytes.
    hash.update([kind as u8]);
    hash.update(at.as_nanosecond().to_le_bytes());
    hash.update(body);
    Link(hash.finalize().into())
}

/// Signs where the journal stood, so that a chain made anew by somebody without the key is found out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// Where it stood.
    pub head: Head,
    /// The signature; see [`super::Key::sign`].
    pub signature: Vec<u8>,
}

impl Checkpoint {
    /// Signs a head.
    #[must_use]
    pub fn new(head: Head, key: &super::Key) -> Self {
        Self { head, signature: key.sign(head.number, &head.link.0).to_vec() }
    }

    /// Returns whether the signature is that of the key.
    #[must_use]
    pub fn is_signed(&self, key: &super::Key) -> bool {
        self.signature == key.sign(self.head.number, &self.head.link.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_part_of_an_entry_is_tied() {
        let mut head = Head::default();
        let at = Timestamp::from_second(1_800_000_000).expect("a moment");
        let first = head.append(EntryKind::Begun, at, b"{}".to_vec());
        let second = head.append(EntryKind::Event, at, b"{\"a\":1}".to_vec());
        assert!(first.follows(Link::default()) && second.follows(first.link));
        assert_eq!(head, second.head());
        for changed in [
            Entry { number: 3, ..second.clone() },
            Entry { kind: EntryKind::Decision, ..second.clone() },
            Entry { at: Timestamp::UNIX_EPOCH, ..second.clone() },
            Entry { body: b"{\"a\":2}".to_vec(), ..second.clone() },
        ] {
            assert!(!changed.follows(first.link), "{changed:?}");
        }
        assert!(!second.follows(second.link));
        for kind in EntryKind::ALL {
            assert_eq!(EntryKind::read(kind.word()), Some(kind));
        }
        assert_eq!(EntryKind::read("other"), None);
    }

    #[test]
    fn checkpoints_are_signed() {
        let key = super::super::Key::new(&[7; 32]);
        let head = Head { number: 9, link: Link([3; 32]) };
        let signed = Checkpoint::new(head, &key);
        assert!(signed.is_signed(&key));
        assert!(!signed.is_signed(&super::super::Key::new(&[8; 32])));
        assert!(!Checkpoint { head: Head { number: 8, ..head }, ..signed }.is_signed(&key));
    }
}
