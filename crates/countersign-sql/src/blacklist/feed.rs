//! The task that reads the blacklist again and again.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use countersign::clock::{Span, Timestamp};
use countersign::store::StoreError;
use tokio::sync::watch;
use tokio::time::{sleep, timeout};

use super::freshness::Moment;
use super::listing::Listing;
use super::reader::Reader;
use super::set::ExpiringSet;
use super::{Answer, Shared};
use crate::backend::{Announcements, Backend};

/// Reads, tells others, and hears of them.
pub(super) struct Feed {
    shared: Arc<Shared>,
    backend: Arc<dyn Backend>,
    answer: watch::Sender<Answer>,
    listing: Listing,
    reader: Reader,
    announcements: Option<Box<dyn Announcements>>,
    listen_at: Option<Instant>,
    read_again_at: Instant,
    swept: Swept,
    told: Told,
}

/// What the log was told last.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Told {
    Nothing,
    IsCurrent,
    IsFailing,
}

impl Feed {
    pub(super) fn new(
        shared: Arc<Shared>,
        backend: Arc<dyn Backend>,
        has_sessions: bool,
        answer: watch::Sender<Answer>,
    ) -> Self {
        let now = shared.now();
        let listing = Listing::new(Arc::clone(&shared), Arc::clone(&backend), has_sessions);
        Self {
            shared,
            backend,
            answer,
            listing,
            reader: Reader::default(),
            announcements: None,
            listen_at: Some(now.instant),
            read_again_at: now.instant + AGAIN,
            swept: Swept::new(now),
            told: Told::Nothing,
        }
    }

    pub(super) async fn run(mut self) {
        loop {
            let question = self.shared.asked.load(Ordering::SeqCst);
            self.tell_others().await;
            let read = self.read().await;
            let is_at_an_end = !matches!(read, Ok(Progress::MoreToRead));
            if is_at_an_end {
                let is_complete = read.is_ok() && self.reader.is_complete();
                self.answer.send_replace(Answer { question, is_complete });
            }
            self.tell_the_log(read);
            // However much happens, the database is left alone for a moment.
            sleep(BREATH).await;
            if is_at_an_end {
                self.listen().await;
                self.rest().await;
            }
        }
    }

    async fn read(&mut self) -> Result<Progress, StoreError> {
        let began = self.shared.now();
        if self.swept.is_set_back(began.time) {
            tracing::warn!("the clock was set back: the blacklist is read anew");
            self.reader = Reader::default();
            self.swept = Swept::new(began);
        }
        if self.read_again_at <= began.instant {
            self.read_again_at = began.instant + AGAIN;
            self.reader.read_again();
            // A connection that was cut off without a word is not heard of otherwise.
            self.hear_anew(began.instant);
        }
        let Self { listing, reader, shared, .. } = self;
        reader.read(listing, &shared.set, began.instant).await?;
        if reader.is_complete() {
            shared.freshness.read_since(began);
        }
        self.swept.sweep(&shared.set, began);

        let was_complete = reader.is_complete();
        while reader.read_page(listing, &shared.set).await? {
            // What is complete must be kept current meanwhile.
            if was_complete && began.instant.elapsed() > shared.options.staleness / 6 {
                return Ok(Progress::MoreToRead);
            }
        }
        let begins_anew = !reader.has_begun();
        Ok(if !was_complete && (reader.is_complete() || begins_anew) {
            Progress::MoreToRead
        } else {
            Progress::UpToNow
        })
    }

    fn tell_the_log(&mut self, read: Result<Progress, StoreError>) {
        match read {
            Err(error) if self.told != Told::IsFailing => {
                self.told = Told::IsFailing;
                let error: &(dyn std::error::Error + 'static) = &error;
                tracing::warn!(error, "the blacklist cannot be read: the database is asked about each token");
            }
            Ok(_) if self.told != Told::IsCurrent && self.reader.is_complete() => {
                self.told = Told::IsCurrent;
                tracing::info!(revocations = self.shared.set.len(), "the blacklist is in memory");
            }
            _ => {}
        }
    }

    /// Any number of revocations since the last time are one announcement.
    async fn tell_others(&mut self) {
        if self.shared.has_news.swap(false, Ordering::SeqCst)
            && let Err(error) = self.backend.announce().await
        {
            tracing::debug!(%error, "others are not told of a revocation, and see it when they look");
        }
    }

    /// Once there is something that announcements are of use to.
    async fn listen(&mut self) {
        if !self.reader.is_complete()
            || self.announcements.is_some()
            || self.listen_at.is_none_or(|at| at > Instant::now())
        {
            return;
        }
        match timeout(self.interval(), self.backend.listen()).await {
            Ok(Ok(announcements)) => {
                self.listen_at = None;
                self.announcements = announcements;
            }
            Ok(Err(_)) | Err(_) => self.hear_anew(Instant::now() + LISTEN_AGAIN),
        }
    }

    fn hear_anew(&mut self, at: Instant) {
        if self.announcements.take().is_some() || self.listen_at.is_some() {
            self.listen_at = Some(at);
        }
    }

    /// Until it is time to read, or somebody asks for it, or another server says that there is something.
    async fn rest(&mut self) {
        let shared = Arc::clone(&self.shared);
        let longest =
            if self.told == Told::IsCurrent { shared.interval() } else { shared.interval().min(RETRY) };
        let listen_at = self.listen_at.filter(|_| self.reader.is_complete());
        let until_listening = listen_at.map_or(longest, |at| at.saturating_duration_since(Instant::now()));
        let next = async {
            match &mut self.announcements {
                Some(announcements) => announcements.next().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            () = sleep(longest.min(until_listening)) => {}
            () = shared.wake.notified() => {}
            heard = next => if heard.is_err() {
                self.hear_anew(Instant::now() + LISTEN_AGAIN);
            }
        }
    }

    fn interval(&self) -> Duration {
        self.shared.interval()
    }
}

impl Shared {
    /// From one reading to the next: when one fails there is time for another before the bound is past.
    fn interval(&self) -> Duration {
        self.options.staleness / 3
    }
}

/// How far a reading came.
enum Progress {
    /// There is more to be read at once.
    MoreToRead,
    /// Everything that could be.
    UpToNow,
}

/// When what has expired was forgotten, a part at a time.
struct Swept {
    last: Moment,
    latest: Timestamp,
    turn: usize,
}

impl Swept {
    fn new(now: Moment) -> Self {
        Self { last: now, latest: now.time, turn: 0 }
    }

    /// Whether something was forgotten that has not expired any more.
    fn is_set_back(&self, now: Timestamp) -> bool {
        now + Span::from_mins(1) < self.latest
    }

    fn sweep(&mut self, set: &ExpiringSet, now: Moment) {
        let passed = now.instant.saturating_duration_since(self.last.instant).as_millis();
        let turns =
            usize::try_from(passed * ExpiringSet::TURNS as u128 / ROUND.as_millis()).unwrap_or(usize::MAX);
        if turns > 0 {
            let until = self.turn + turns.min(ExpiringSet::TURNS);
            (self.turn..until).for_each(|turn| set.sweep(turn, now.time));
            *self = Self { last: now, latest: self.latest.max(now.time), turn: until % ExpiringSet::TURNS };
        }
    }
}

/// How often everything is read again, to find what no rule foresees: rows with ids of somebody's own choosing.
const AGAIN: Duration = Duration::from_hours(1);
/// How long it takes until everything that has expired is forgotten.
const ROUND: Duration = Duration::from_mins(10);
const BREATH: Duration = Duration::from_millis(5);
const RETRY: Duration = Duration::from_secs(1);
const LISTEN_AGAIN: Duration = Duration::from_secs(1);
