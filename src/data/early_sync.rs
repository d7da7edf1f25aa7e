//! A large file on its way to the disk while it is still being written, so that waiting for it at the end is short.

use std::io::{self, Write};
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread::{self, JoinHandle};

use tempfile::NamedTempFile;

/// After how many bytes the disk is asked to take them.
const EVERY: usize = 1 << 24;

/// Writes a temporary file; a thread of its own sends what was written on to the disk.
pub(super) struct EarlySync {
    file: NamedTempFile,
    waiting: usize,
    thread: Option<(SyncSender<()>, JoinHandle<io::Result<()>>)>,
}

impl EarlySync {
    pub(super) fn new(file: NamedTempFile) -> Self {
        Self { file, waiting: 0, thread: None }
    }

    /// Waits until all of it is on the disk.
    pub(super) fn finish(self) -> io::Result<NamedTempFile> {
        if let Some((ask, thread)) = self.thread {
            drop(ask);
            // An error is told to one caller only.
            thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))?;
        }
        self.file.as_file().sync_all()?;
        Ok(self.file)
    }

    fn send_on(&mut self) {
        if self.thread.is_none()
            && let Ok(file) = self.file.as_file().try_clone()
        {
            let (ask, asked) = sync_channel(1);
            self.thread = Some((ask, thread::spawn(move || asked.iter().try_for_each(|()| file.sync_data()))));
        }
        if let Some((ask, _)) = &self.thread {
            // One that is at it already takes these bytes as well, or the next does.
            let _ = ask.try_send(());
        }
    }
}

impl Write for EarlySync {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.file.write(bytes)?;
        self.waiting += written;
        if self.waiting >= EVERY {
            self.waiting = 0;
            self.send_on();
        }
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}
