//! The queue of mails, and the task that sends them.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use countersign::clock::{Clock, SystemClock};
use countersign::entropy::SystemEntropy;
use countersign::password_reset::{ResetMail, ResetMailer};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep_until, timeout};

use crate::delivery::{Delivery, Undelivered};
use crate::letter::Stationery;

/// The task that sends mail, and the queue to it, in which a thousand mails have room.
#[derive(Debug)]
pub struct Post {
    queue: mpsc::Sender<Order>,
    closing: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

impl Post {
    /// Starts the task. It ends when this is closed or dropped.
    ///
    /// # Panics
    ///
    /// Outside of a Tokio runtime.
    pub fn start(stationery: impl Into<Arc<Stationery>>, delivery: Delivery) -> Self {
        Self::with_patience(stationery.into(), delivery, &PATIENCE)
    }

    fn with_patience(stationery: Arc<Stationery>, delivery: Delivery, patience: &'static [Duration]) -> Self {
        let (queue, orders) = mpsc::channel(ROOM);
        let (closing, is_closing) = oneshot::channel();
        let carrier = Carrier { stationery, delivery, patience, later: VecDeque::new() };
        Self { queue, closing, task: tokio::spawn(carrier.work(orders, is_closing)) }
    }

    /// Leaves mails in the queue, with links to this URL (`AUTH_PASSWORD_RESET_URL`), or none for a letter with the uid and the
    /// token alone.
    pub fn mailer(&self, password_reset_url: Option<&str>) -> Arc<dyn ResetMailer> {
        let password_reset_url = password_reset_url.map(Arc::from);
        Arc::new(Letterbox { queue: self.queue.clone(), password_reset_url })
    }

    /// Sends what is left, as long as that does not take longer than this; a moment is always given to what needs no more. The
    /// log says whether mails were left.
    pub async fn close(self, patience: Duration) {
        // A task that has ended needs not be told.
        let _ = self.closing.send(());
        if timeout(patience.max(MOMENT), self.task).await.is_err() {
            tracing::error!("stopped with mails in the queue: they are not sent");
        }
    }
}

/// One mail to be sent.
struct Order {
    mail: ResetMail,
    password_reset_url: Option<Arc<str>>,
    /// How often it was tried.
    attempts: usize,
}

struct Letterbox {
    queue: mpsc::Sender<Order>,
    password_reset_url: Option<Arc<str>>,
}

impl ResetMailer for Letterbox {
    fn send(&self, mail: ResetMail) {
        let user = mail.user.key.clone();
        let order = Order { mail, password_reset_url: self.password_reset_url.clone(), attempts: 0 };
        if self.queue.try_send(order).is_err() {
            tracing::error!(%user, "the queue of mails is full or closed: a link for a new password is not sent");
        }
    }
}

/// What the task knows.
struct Carrier {
    stationery: Arc<Stationery>,
    delivery: Delivery,
    /// How long to wait after each attempt that failed.
    patience: &'static [Duration],
    /// What failed for now, and when to try it again.
    later: VecDeque<(Instant, Order)>,
}

impl Carrier {
    async fn work(mut self, mut orders: mpsc::Receiver<Order>, mut closing: oneshot::Receiver<()>) {
        loop {
            let due = self.later.iter().map(|(due, _)| *due).min();
            tokio::select! {
                _ = &mut closing => break,
                order = orders.recv() => match order {
                    Some(order) => self.attempt(order).await,
                    None => break,
                },
                () = sleep_until(due.unwrap_or_else(Instant::now)), if due.is_some() => {
                    let at = self.later.iter().position(|(time, _)| Some(*time) == due);
                    if let Some((_, order)) = at.and_then(|at| self.later.remove(at)) {
                        self.attempt(order).await;
                    }
                }
            }
        }
        orders.close();
        self.patience = &[];
        for (_, order) in std::mem::take(&mut self.later) {
            self.attempt(order).await;
        }
        while let Some(order) = orders.recv().await {
            self.attempt(order).await;
        }
    }

    /// Sends one mail, or puts it by for later.
    async fn attempt(&mut self, mut order: Order) {
        let user = &order.mail.user.key;
        let Err(undelivered) = self.send(&order).await else {
            tracing::info!(%user, "a link for a new password was mailed");
            return;
        };
        let cause = undelivered.without(&order.mail);
        let wait = self.patience.get(order.attempts).filter(|_| self.later.len() < ROOM);
        if let Some(wait) = wait.filter(|_| undelivered.may_pass()) {
            tracing::warn!(%user, cause, "a mail was not sent, trying again in {wait:?}");
            order.attempts += 1;
            self.later.push_back((Instant::now() + *wait, order));
        } else {
            tracing::error!(%user, cause, "a link for a new password is not sent");
        }
    }

    async fn send(&self, order: &Order) -> Result<(), Undelivered> {
        let url = order.password_reset_url.as_deref();
        let letter = self.stationery.letter(&order.mail, url, SystemClock.now(), &SystemEntropy)?;
        self.delivery.deliver(letter).await
    }
}

/// How many mails may wait to be sent, and how many to be tried again.
const ROOM: usize = 1000;
/// How long it takes at most to see that nothing is left.
const MOMENT: Duration = Duration::from_millis(200);
const PATIENCE: [Duration; 4] =
    [Duration::from_secs(1), Duration::from_secs(5), Duration::from_secs(30), Duration::from_mins(2)];

#[cfg(test)]
mod tests;
