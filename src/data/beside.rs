//! Making things on a thread of its own, a little ahead of whoever takes them.

use std::sync::mpsc::{Receiver, sync_channel};
use std::thread::{self, JoinHandle};

/// How many things are handed over together.
const TOGETHER: usize = 256;

/// How many times that many are waiting at most.
const AHEAD: usize = 4;

/// Yields what an iterator makes on another thread, in its order.
pub struct Beside<T> {
    arriving: Receiver<Vec<T>>,
    at_hand: std::vec::IntoIter<T>,
    thread: Option<JoinHandle<()>>,
}

impl<T: Send + 'static> Beside<T> {
    /// Lets an iterator run on a thread of its own.
    #[must_use]
    pub fn new(mut items: impl Iterator<Item = T> + Send + 'static) -> Self {
        let (ready, arriving) = sync_channel(AHEAD);
        let make = move || {
            loop {
                let some: Vec<T> = items.by_ref().take(TOGETHER).collect();
                // It also ends when nobody takes any more.
                if some.is_empty() || ready.send(some).is_err() {
                    return;
                }
            }
        };
        Self { arriving, at_hand: Vec::new().into_iter(), thread: Some(thread::spawn(make)) }
    }
}

impl<T> Iterator for Beside<T> {
    type Item = T;

    fn next(&mut self) -> Option<T> {
        if let Some(item) = self.at_hand.next() {
            return Some(item);
        }
        if let Ok(some) = self.arriving.recv() {
            self.at_hand = some.into_iter();
            return self.at_hand.next();
        }
        if let Some(Err(panic)) = self.thread.take().map(JoinHandle::join) {
            std::panic::resume_unwind(panic);
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_comes_in_order() {
        for count in [0, 1, TOGETHER, 10_000] {
            assert!(Beside::new(0..count).eq(0..count), "{count}");
        }
        assert!(Beside::new(0..).take(3).eq(0..3), "who takes no more ends it");
    }
}
