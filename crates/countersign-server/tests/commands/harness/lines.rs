//! The lines that a process writes, to be waited for.

use std::io::{BufRead, BufReader, Read};
use std::sync::{Arc, Condvar, Mutex};
use std::thread;
use std::time::Duration;

/// What a stream said so far; a thread reads on.
#[derive(Clone)]
pub(crate) struct Lines(Arc<(Mutex<Said>, Condvar)>);

#[derive(Default)]
struct Said {
    lines: Vec<String>,
    is_over: bool,
}

impl Lines {
    /// Reads a stream to its end.
    pub(crate) fn of(stream: impl Read + Send + 'static) -> Self {
        let lines = Self(Arc::default());
        let writer = lines.clone();
        thread::spawn(move || {
            for line in BufReader::new(stream).lines().map_while(Result::ok) {
                writer.change(|said| said.lines.push(line));
            }
            writer.change(|said| said.is_over = true);
        });
        lines
    }

    /// The first line that has `part` in it, once it is there.
    #[track_caller]
    pub(crate) fn wait_for(&self, part: &str) -> String {
        self.wait(|said| {
            let found = said.lines.iter().find(|line| line.contains(part)).cloned();
            assert!(found.is_some() || !said.is_over, "no {part:?} in: {:#?}", said.lines);
            found
        })
    }

    /// Everything, once the stream has ended.
    #[track_caller]
    pub(crate) fn all(&self) -> String {
        self.wait(|said| said.is_over.then(|| said.lines.join("\n")))
    }

    /// Everything up to now.
    pub(crate) fn so_far(&self) -> String {
        self.0.0.lock().unwrap().lines.join("\n")
    }

    #[track_caller]
    fn wait<T>(&self, mut look: impl FnMut(&Said) -> Option<T>) -> T {
        let (said, changed) = &*self.0;
        let mut said = said.lock().unwrap();
        loop {
            if let Some(found) = look(&said) {
                return found;
            }
            let (later, waited) = changed.wait_timeout(said, GIVE_UP).unwrap();
            assert!(!waited.timed_out(), "nothing more was said after: {:#?}", later.lines);
            said = later;
        }
    }

    fn change(&self, change: impl FnOnce(&mut Said)) {
        change(&mut self.0.0.lock().unwrap());
        self.0.1.notify_all();
    }
}

/// Only a test that fails waits so long.
const GIVE_UP: Duration = Duration::from_mins(1);
