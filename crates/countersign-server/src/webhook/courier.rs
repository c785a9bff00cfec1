//! The queue of messages, and the task that sends them.

use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use countersign::clock::Clock;
use countersign::entropy::Entropy;
use tokio::sync::{mpsc, oneshot};
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::sleep;

use super::{Message, Webhook};

/// Takes messages at any time, and sends them once it was [started](Self::start). A clone is the same courier.
#[derive(Clone)]
pub(crate) struct Courier(Arc<Office>);

struct Office {
    queue: mpsc::Sender<Delivery>,
    /// The queue's other end, until somebody starts to send.
    waiting: Mutex<Option<mpsc::Receiver<Delivery>>>,
    /// How many messages are neither delivered nor given up.
    left: AtomicUsize,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
}

struct Delivery {
    webhook: Arc<Webhook>,
    message: Message,
}

impl Courier {
    pub(crate) fn new(clock: Arc<dyn Clock>, entropy: Arc<dyn Entropy>) -> Self {
        let (queue, waiting) = mpsc::channel(QUEUE);
        let waiting = Mutex::new(Some(waiting));
        Self(Arc::new(Office { queue, waiting, left: AtomicUsize::new(0), clock, entropy }))
    }

    pub(super) fn entropy(&self) -> &dyn Entropy {
        &*self.0.entropy
    }

    /// Puts a message into the queue, if there is a place in it.
    pub(super) fn take(&self, webhook: Arc<Webhook>, message: Message) {
        let delivery = Delivery { webhook, message };
        self.0.left.fetch_add(1, Ordering::Relaxed);
        if let Err(refused) = self.0.queue.try_send(delivery) {
            self.0.left.fetch_sub(1, Ordering::Relaxed);
            let Delivery { webhook, message } = refused.into_inner();
            let (url, id) = (&webhook.label, &message.id);
            tracing::warn!(
                url,
                id,
                "a webhook's message was dropped: {QUEUE} others are waiting, or the server stops"
            );
        }
    }

    /// Begins to send, on the runtime of whoever calls.
    pub(crate) fn start(&self) -> Sending {
        let waiting = self.0.waiting.lock().unwrap_or_else(PoisonError::into_inner).take();
        let (stop, stopped) = oneshot::channel();
        let task = waiting.map(|queue| tokio::spawn(Arc::clone(&self.0).send_all(queue, stopped)));
        Sending { office: Arc::clone(&self.0), stop, task }
    }
}

impl fmt::Debug for Courier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Courier").finish_non_exhaustive()
    }
}

/// A courier at work.
pub(crate) struct Sending {
    office: Arc<Office>,
    stop: oneshot::Sender<()>,
    /// Nothing for a second start: the first one sends.
    task: Option<JoinHandle<()>>,
}

impl Sending {
    /// Takes no more messages, and waits until those in the queue are delivered or given up.
    pub(crate) async fn finish(self) {
        // The task may have ended by a panic; then nothing is left to wait for.
        let _ = self.stop.send(());
        if let Some(task) = self.task {
            let _ = task.await;
        }
    }

    /// How many messages are neither delivered nor given up.
    pub(crate) fn left(&self) -> impl Fn() -> usize + use<> {
        let office = Arc::clone(&self.office);
        move || office.left.load(Ordering::Relaxed)
    }
}

impl Office {
    async fn send_all(
        self: Arc<Self>,
        mut queue: mpsc::Receiver<Delivery>,
        mut stopped: oneshot::Receiver<()>,
    ) {
        let mut under_way = JoinSet::new();
        let mut is_open = true;
        loop {
            tokio::select! {
                _ = &mut stopped, if is_open => {
                    queue.close();
                    is_open = false;
                }
                Some(_) = under_way.join_next() => {}
                delivery = queue.recv(), if under_way.len() < AT_ONCE => match delivery {
                    Some(delivery) => drop(under_way.spawn(Arc::clone(&self).deliver(delivery))),
                    None => break,
                },
            }
        }
        while under_way.join_next().await.is_some() {}
    }

    async fn deliver(self: Arc<Self>, Delivery { webhook, message }: Delivery) {
        let (url, id) = (&webhook.label, &message.id);
        let mut waits = WAITS.into_iter();
        loop {
            let error = match webhook.attempt(&message, self.clock.now()) {
                Ok(attempt) => match webhook.post.post(attempt).await {
                    Ok(status) if status.is_success() => break,
                    Ok(status) => format!("the answer is {status}"),
                    Err(error) => error,
                },
                Err(error) => error,
            };
            let Some(wait) = waits.next() else {
                tracing::warn!(url, id, error, "a webhook's message was given up");
                break;
            };
            tracing::info!(url, id, error, "a webhook could not be told, trying again in {wait:?}");
            sleep(wait).await;
        }
        self.left.fetch_sub(1, Ordering::Relaxed);
    }
}

/// How many messages may wait.
pub(super) const QUEUE: usize = 1024;
/// How many are on their way at once, so that a slow answer does not hold up all others.
pub(super) const AT_ONCE: usize = 16;
/// How long before the second attempt, the third, and the fourth, which is the last.
const WAITS: [Duration; 3] = [Duration::from_secs(1), Duration::from_secs(5), Duration::from_secs(25)];
