//! Log lines on their way to standard error.
//!
//! - Who logs puts the line into a queue and goes on: a thread of its own writes it, and then what has gathered, many lines at
//!   once.
//!   Nobody who answers a request waits for whoever reads the log, a terminal that is held or a pipe that is full.
//! - The queue is bounded. Past the bound lines are lost, warnings and errors last of all, and how many they were is a line
//!   of its own as soon as there is room.
//! - What is in the queue when the server stops is written first, for as long as the reader takes a second for it at most.

use std::io::{self, Write};
use std::mem;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use tracing::{Level, Metadata};
use tracing_subscriber::fmt::MakeWriter;

/// Where log lines wait. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub(super) struct Queue(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    waiting: Mutex<Waiting>,
    /// There is something to write.
    more: Condvar,
    /// Everything is written.
    idle: Condvar,
}

#[derive(Debug, Default)]
struct Waiting {
    /// Whole lines.
    text: Vec<u8>,
    /// How many lines there was no room for.
    lost: u64,
    /// Whether the writer is at it, and will look for more by itself.
    is_awake: bool,
}

impl Queue {
    /// Begins to write to `output`.
    ///
    /// # Errors
    ///
    /// When there is no thread to be had.
    pub(super) fn start(output: impl Write + Send + 'static) -> io::Result<Self> {
        let queue = Self::default();
        let writer = queue.clone();
        let thread = thread::Builder::new().name("log".to_owned()).stack_size(STACK_BYTES);
        thread.spawn(move || writer.write_to(output))?;
        Ok(queue)
    }

    /// Adds one line, or several, unless there is no room.
    pub(super) fn push(&self, level: Level, lines: &[u8]) {
        let mut waiting = self.lock();
        let room = if level <= Level::WARN { MAX_BYTES + GRAVE_BYTES } else { MAX_BYTES };
        if waiting.text.len() + lines.len() > room {
            waiting.lost += 1;
        } else {
            waiting.text.extend_from_slice(lines);
        }
        if !mem::replace(&mut waiting.is_awake, true) {
            drop(waiting);
            self.0.more.notify_one();
        }
    }

    /// Waits until everything is written, for `patience` at most.
    pub(super) fn flush(&self, patience: Duration) {
        let is_busy = |waiting: &mut Waiting| waiting.is_awake;
        // Whether it was in time is nobody's to be told.
        drop(self.0.idle.wait_timeout_while(self.lock(), patience, is_busy));
    }

    /// Writes what comes, for ever.
    fn write_to(&self, mut output: impl Write) {
        let mut batch = Vec::new();
        loop {
            let lost = self.take(&mut batch);
            // Nobody is left to be told when standard error is gone.
            let _ = output.write_all(&batch).and_then(|()| output.flush());
            if lost > 0 {
                tracing::warn!(lines = lost, "log lines are lost: standard error is read too slowly");
            }
            batch.clear();
            batch.shrink_to(KEPT_BYTES);
            // Whoever logs meanwhile has nobody to wake.
            thread::sleep(GATHER_TIME);
        }
    }

    /// Waits for lines.
    fn take(&self, batch: &mut Vec<u8>) -> u64 {
        let mut waiting = self.lock();
        while waiting.text.is_empty() && waiting.lost == 0 {
            waiting.is_awake = false;
            self.0.idle.notify_all();
            waiting = self.0.more.wait(waiting).unwrap_or_else(PoisonError::into_inner);
        }
        mem::swap(&mut waiting.text, batch);
        mem::take(&mut waiting.lost)
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        // Nothing that is done under the lock can be left half done.
        self.0.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<'a> MakeWriter<'a> for Queue {
    type Writer = Entry<'a>;

    fn make_writer(&'a self) -> Entry<'a> {
        Entry { queue: self, level: Level::INFO }
    }

    fn make_writer_for(&'a self, metadata: &Metadata<'_>) -> Entry<'a> {
        Entry { queue: self, level: *metadata.level() }
    }
}

/// Puts whole lines into the queue, each with one `write`.
pub(super) struct Entry<'a> {
    queue: &'a Queue,
    level: Level,
}

impl Write for Entry<'_> {
    fn write(&mut self, lines: &[u8]) -> io::Result<usize> {
        self.queue.push(self.level, lines);
        Ok(lines.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// How long lines gather after others were written. A crash takes no more of them with it.
const GATHER_TIME: Duration = Duration::from_millis(5);
/// About six thousand lines.
const MAX_BYTES: usize = 1 << 20;
/// Room that only warnings and errors have.
const GRAVE_BYTES: usize = 1 << 18;
/// How much memory is kept for the next lines.
const KEPT_BYTES: usize = 1 << 16;
const STACK_BYTES: usize = 1 << 17;

#[cfg(test)]
mod tests {
    use std::sync::mpsc::{Receiver, Sender, channel};

    use super::*;

    /// An output that writes when it is let, and tells what.
    struct Gate {
        let_through: Receiver<()>,
        written: Sender<String>,
    }

    impl Write for Gate {
        fn write(&mut self, lines: &[u8]) -> io::Result<usize> {
            self.let_through.recv().map_err(io::Error::other)?;
            self.written.send(str::from_utf8(lines).unwrap().to_owned()).unwrap();
            Ok(lines.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    /// A queue whose first line the output is held with.
    fn held() -> (Queue, Sender<()>, Receiver<String>) {
        let (let_through, gate) = channel();
        let (written, told) = channel();
        let queue = Queue::start(Gate { let_through: gate, written }).unwrap();
        queue.push(Level::INFO, b"first\n");
        while !queue.lock().text.is_empty() {
            thread::yield_now();
        }
        (queue, let_through, told)
    }

    #[test]
    fn lines_are_written_together_and_in_order() {
        let (queue, gate, told) = held();
        (0..3).for_each(|line| queue.push(Level::INFO, format!("{line}\n").as_bytes()));
        queue.flush(Duration::from_millis(1));
        assert_eq!(queue.lock().text, b"0\n1\n2\n", "the output is held, and nobody waits for it");
        gate.send(()).unwrap();
        gate.send(()).unwrap();
        queue.flush(PATIENCE);
        assert_eq!(told.try_iter().collect::<Vec<_>>(), ["first\n", "0\n1\n2\n"]);
    }

    #[test]
    fn past_the_bound_lines_are_lost_and_grave_ones_last() {
        let (queue, gate, told) = held();
        let lines = vec![b'.'; MAX_BYTES];
        queue.push(Level::INFO, &lines);
        queue.push(Level::INFO, b"lost\n");
        queue.push(Level::WARN, b"kept\n");
        queue.push(Level::ERROR, &lines[..GRAVE_BYTES]);
        assert_eq!(queue.lock().lost, 2);
        gate.send(()).unwrap();
        gate.send(()).unwrap();
        queue.flush(PATIENCE);
        let told: Vec<_> = told.try_iter().collect();
        assert!(told[1].ends_with(".kept\n") && told[1].len() == MAX_BYTES + 5);
        assert_eq!((queue.lock().lost, told.len()), (0, 2));
    }

    /// Only a test that fails waits so long.
    const PATIENCE: Duration = Duration::from_mins(1);
}
