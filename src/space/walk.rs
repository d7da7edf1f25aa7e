//! A walk over everything that a text can still become, one sign after the other, as far as some searches can tell.

use std::collections::{BTreeSet, HashSet, VecDeque};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::formula::Asked;

/// How many states of a text one walk may see, and how many beginnings it starts from.
const MOST_STATES: usize = 4_000;

/// How many states all walks over the texts of one field may see together; what is open then stays open.
const MOST_WALKED: usize = 200_000;

pub(super) const MOST_STARTS: usize = 200;

/// How many pieces a walk can keep apart.
const MOST_PIECES: usize = 64;

/// Signs for what no rule names.
pub(super) const OTHERS: &str = "xaeiounrtlsz0123456789-_*~";

/// What came of a walk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Walked {
    Found(String),
    /// There is no such text.
    Nothing,
    /// The walk was too long, or what it came to was something else.
    Unclear,
}

/// Walks over texts, one sign after the other, as far as some searches can tell them apart.
pub(super) struct Walk<'s> {
    pieces: Vec<(&'s Arc<str>, bool)>,
    wants: &'s [(&'s Asked, bool)],
    signs: Vec<char>,
    /// How far all walks went together.
    walked: &'s AtomicUsize,
}

/// What searches know of a text so far: the end that may go on to a piece, and the pieces that occurred.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
struct State {
    tail: String,
    seen: u64,
    /// The text itself while it may go on to one that is named, and its longest beginning that is.
    named: Option<String>,
    beginning: String,
}

impl<'s> Walk<'s> {
    pub(super) fn new(wants: &'s [(&'s Asked, bool)], walked: &'s AtomicUsize) -> Option<Self> {
        let mut pieces: Vec<(&Arc<str>, bool)> = Vec::new();
        for (asked, found) in wants {
            let (Asked::Contains(all, _) | Asked::Ends(all)) = asked else { continue };
            let never = !found && matches!(asked, Asked::Contains(_, every) if !every || all.len() == 1);
            pieces.extend(all.iter().map(|piece| (piece, never)));
        }
        let signs: BTreeSet<char> = pieces.iter().flat_map(|(piece, _)| piece.chars()).collect();
        (pieces.len() <= MOST_PIECES).then(|| Self { pieces, wants, signs: signs.into_iter().collect(), walked })
    }

    /// Goes on by one sign; none when something occurs that must not.
    fn step(&self, state: &State, sign: char, (text, named): (&str, &[Arc<str>])) -> Option<State> {
        let mut tail = state.tail.clone();
        tail.push(sign);
        let mut seen = state.seen;
        for (at, (piece, never)) in self.pieces.iter().enumerate() {
            if tail.ends_with(&***piece) {
                if *never {
                    return None;
                }
                seen |= 1 << at;
            }
        }
        let goes_on = |tail: &str| self.pieces.iter().any(|(piece, _)| piece.starts_with(tail));
        let start = tail.char_indices().map(|(at, _)| at).find(|at| tail.get(*at..).is_some_and(goes_on)).unwrap_or(tail.len());
        tail.drain(..start);
        let (mut own, mut beginning) = (None, state.beginning.clone());
        if state.named.is_some() && !named.is_empty() {
            let at = named.partition_point(|n| **n < *text);
            if let Some(next) = named.get(at).filter(|next| next.starts_with(text)) {
                own = Some(text.to_owned());
                if **next == *text {
                    text.clone_into(&mut beginning);
                }
            }
        }
        Some(State { tail, seen, named: own, beginning })
    }

    /// Whether a text may end here.
    fn ends(&self, state: &State) -> bool {
        let mut at = 0;
        self.wants.iter().all(|(asked, found)| {
            let (Asked::Contains(all, _) | Asked::Ends(all)) = asked else { return true };
            let own = at..at + all.len();
            at = own.end;
            let seen = |at: usize| state.seen & (1 << at) != 0;
            let finds = match asked {
                Asked::Contains(_, true) => own.into_iter().all(seen),
                Asked::Contains(..) => own.into_iter().any(seen),
                _ => all.iter().any(|piece| state.tail.ends_with(&**piece)),
            };
            finds == *found
        })
    }

    /// Looks at texts that begin in some ways, the shortest first, until `judge` takes one or gives up.
    pub(super) fn over(&self, beginnings: &[Arc<str>], named: &[Arc<str>], mut judge: impl FnMut(&str) -> Option<bool>) -> Walked {
        let mut waiting: VecDeque<(State, String)> = VecDeque::new();
        for beginning in beginnings.iter().take(MOST_STARTS) {
            let start = State { named: Some(String::new()), ..State::default() };
            let mut text = String::new();
            let state = beginning.chars().try_fold(start, |state, sign| {
                text.push(sign);
                self.step(&state, sign, (&text, named))
            });
            waiting.extend(state.map(|state| (state, text)));
        }
        let mut known: HashSet<State> = waiting.iter().map(|(state, _)| state.clone()).collect();
        while let Some((state, text)) = waiting.pop_front() {
            if self.ends(&state) && !text.is_empty() {
                match judge(&text) {
                    Some(true) => return Walked::Found(text),
                    Some(false) => return Walked::Unclear,
                    None => {}
                }
            }
            if known.len() > MOST_STATES || self.walked.fetch_add(1, Ordering::Relaxed) > MOST_WALKED {
                return Walked::Unclear;
            }
            let mut signs = self.signs.clone();
            if let (Some(own), false) = (&state.named, named.is_empty()) {
                let at = named.partition_point(|n| **n < **own);
                let next = named[at..].iter().take_while(|n| n.starts_with(&**own)).filter_map(|n| n.get(own.len()..)?.chars().next());
                signs.extend(next.collect::<BTreeSet<char>>().into_iter().filter(|sign| !self.signs.contains(sign)));
            }
            signs.extend(OTHERS.chars().find(|sign| !signs.contains(sign)));
            for sign in signs {
                let mut text = text.clone();
                text.push(sign);
                if let Some(next) = self.step(&state, sign, (&text, named))
                    && known.insert(next.clone())
                {
                    waiting.push_back((next, text));
                }
            }
        }
        if beginnings.len() > MOST_STARTS { Walked::Unclear } else { Walked::Nothing }
    }
}
