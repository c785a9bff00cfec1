//! The threads that answer requests, one for each processor.
//!
//! A connection stays with the thread that it was given to, and everything that answers its requests with it. Threads that
//! share their tasks, as those of tokio's runtime do, hand every other request from one processor to the next, with all the
//! memory that belongs to it; to POST verify that was a tenth of its time. What is not the work of one request, background
//! jobs and signals, stays with the runtime that the server was started on; passwords are hashed on threads of their own.

use std::io;
use std::num::NonZero;
use std::sync::Arc;
use std::thread;

use tokio::runtime::{Builder, Handle};
use tokio::sync::oneshot;

/// The threads. They end, and what they are at with them, when the last clone is dropped.
#[derive(Clone, Debug)]
pub(crate) struct Workers(Arc<[Worker]>);

#[derive(Debug)]
struct Worker {
    runtime: Handle,
    /// Each of its tasks has a clone.
    tasks: Arc<()>,
    _until_dropped: oneshot::Sender<()>,
}

impl Workers {
    /// As many as there are processors to be had.
    ///
    /// # Errors
    ///
    /// When there is no thread to be had.
    pub(crate) fn start() -> io::Result<Self> {
        let processors = thread::available_parallelism().map_or(1, NonZero::get);
        (0..processors).map(|_| Worker::start()).collect::<io::Result<_>>().map(Self)
    }

    /// The one that `spawn` takes when all have the same.
    pub(super) fn first(&self) -> &Handle {
        &self.0[0].runtime
    }

    /// Begins a task on the thread that has the fewest.
    pub(super) fn spawn(&self, work: impl Future<Output = ()> + Send + 'static) {
        let fewest = self.0.iter().min_by_key(|worker| Arc::strong_count(&worker.tasks));
        let worker = fewest.expect("there is a thread for each processor");
        let task = Arc::clone(&worker.tasks);
        worker.runtime.spawn(async move {
            work.await;
            drop(task);
        });
    }
}

impl Worker {
    fn start() -> io::Result<Self> {
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let handle = runtime.handle().clone();
        let (until_dropped, dropped) = oneshot::channel();
        let thread = thread::Builder::new().name("worker".to_owned());
        // Nothing is ever sent, so it ends when the sender is gone.
        thread.spawn(move || drop(runtime.block_on(dropped)))?;
        Ok(Self { runtime: handle, tasks: Arc::new(()), _until_dropped: until_dropped })
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::channel;

    use super::*;

    #[test]
    fn tasks_are_spread_over_the_threads() {
        let workers = Workers((0..3).map(|_| Worker::start().unwrap()).collect());
        let (told, seen) = channel();
        let (go_on, _) = tokio::sync::broadcast::channel::<()>(1);
        for _ in 0..6 {
            let (told, mut wait) = (told.clone(), go_on.subscribe());
            workers.spawn(async move {
                told.send(thread::current().id()).unwrap();
                drop(wait.recv().await);
            });
        }
        let mut threads: Vec<_> = seen.iter().take(6).collect();
        threads.sort_by_key(|id| format!("{id:?}"));
        threads.chunks(2).for_each(|two| assert_eq!(two[0], two[1]));
        threads.dedup();
        assert_eq!(threads.len(), 3);
    }

    #[test]
    fn what_they_are_at_ends_with_them() {
        let workers = Workers(Arc::new([Worker::start().unwrap()]));
        let (held, freed) = channel::<()>();
        workers.spawn(async move {
            std::future::pending::<()>().await;
            drop(held);
        });
        drop(workers);
        assert!(freed.recv().is_err(), "dropped, and nothing sent");
    }
}
