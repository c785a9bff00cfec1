//! Threads that hash passwords, so that a login storm does not slow anything else.

mod courtesy;
mod job;
mod queue;
mod worker;

use std::error::Error;
use std::fmt;
use std::io;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use futures_channel::oneshot;

use self::job::Job;
use self::queue::Queue;
use self::worker::Worker;
use super::{PasswordHashers, Verification};
use crate::entropy::{Entropy, SystemEntropy};
use crate::secret::{Password, StoredPassword};

/// Threads that hash passwords for asynchronous callers, in the order of their calls.
///
/// PBKDF2 with SHA-256 is computed for several callers side by side, which costs a processor less for each than one
/// after the other: a thread takes in who waits several times in a millisecond, and lets go who is done. On Linux the
/// threads have a low priority (a niceness of 10) and give their turns away early while others want the processor, so that
/// they slow nothing else down.
///
/// A clone is another handle on the same threads. They stop when the last handle is dropped, which waits for
/// the hashes being computed then. No asynchronous runtime is needed, and any can be used.
///
/// A call whose future is dropped before its turn is skipped. A password is wiped as soon as it was used.
#[derive(Clone)]
pub struct HashingPool {
    size: PoolSize,
    queue: Arc<Queue>,
    /// Held for its `Drop`.
    _threads: Arc<Threads>,
}

/// How many threads hash, and how many calls may wait for them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PoolSize {
    /// The number of threads; by default as many as the machine runs at once.
    pub threads: NonZeroUsize,
    /// How many calls may wait for each thread, besides the one it works on; 32 by default.
    pub waiting_per_thread: NonZeroUsize,
}

impl Default for PoolSize {
    fn default() -> Self {
        Self {
            threads: thread::available_parallelism().unwrap_or(NonZeroUsize::MIN),
            waiting_per_thread: WAITING_PER_THREAD,
        }
    }
}

impl HashingPool {
    /// Starts the threads.
    ///
    /// # Errors
    ///
    /// When the operating system starts no more threads; those that were started are stopped.
    pub fn start(
        hashers: Arc<PasswordHashers>,
        entropy: Arc<dyn Entropy>,
        size: PoolSize,
    ) -> io::Result<Self> {
        let queue = Arc::new(Queue::new(hashers, entropy, size));
        let mut threads = Threads { queue: Arc::clone(&queue), handles: Vec::new() };
        for number in 0..size.threads.get() {
            let queue = Arc::clone(&queue);
            let thread = thread::Builder::new().name(format!("hashing-{number}"));
            threads.handles.push(thread.spawn(move || Worker::work(&queue))?);
        }
        Ok(Self { size, queue, _threads: Arc::new(threads) })
    }

    /// Starts as many threads as the machine runs at once, with Django's own hashers.
    ///
    /// # Errors
    ///
    /// As [`start`](Self::start).
    pub fn with_defaults() -> io::Result<Self> {
        Self::start(Arc::default(), Arc::new(SystemEntropy), PoolSize::default())
    }

    /// A pool without threads, which is always [`Busy`]: where tokens are verified, and nobody logs in.
    pub fn without_threads() -> Self {
        let size = PoolSize { threads: NonZeroUsize::MIN, waiting_per_thread: NonZeroUsize::MIN };
        let queue = Arc::new(Queue::new(Arc::default(), Arc::new(SystemEntropy), size));
        queue.close();
        let threads = Threads { queue: Arc::clone(&queue), handles: Vec::new() };
        Self { size, queue, _threads: Arc::new(threads) }
    }

    /// [`PasswordHashers::make`] on one of the threads.
    ///
    /// # Errors
    ///
    /// [`Busy`], at once, when too many calls wait already; or when the hasher panicked, which is logged.
    pub async fn make(&self, password: Password) -> Result<StoredPassword, Busy> {
        self.answer(|reply| Job::Make(password, reply)).await
    }

    /// [`PasswordHashers::burn`] on one of the threads.
    ///
    /// # Errors
    ///
    /// As [`make`](Self::make).
    pub async fn burn(&self, password: Password) -> Result<(), Busy> {
        self.answer(|reply| Job::Burn(password, reply)).await
    }

    /// [`PasswordHashers::verify`] on one of the threads.
    ///
    /// # Errors
    ///
    /// As [`make`](Self::make).
    pub async fn verify(&self, password: Password, stored: StoredPassword) -> Result<Verification, Busy> {
        self.answer(|reply| Job::Verify(password, stored, reply)).await
    }

    async fn answer<T>(&self, job: impl FnOnce(oneshot::Sender<T>) -> Job) -> Result<T, Busy> {
        let (reply, answer) = oneshot::channel();
        self.queue.push(job(reply))?;
        // No reply comes from a job that panicked: its caller may try again like one that found no room.
        answer.await.map_err(|oneshot::Canceled| self.queue.busy())
    }
}

impl fmt::Debug for HashingPool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HashingPool").field("size", &self.size).finish_non_exhaustive()
    }
}

/// The pool cannot hash one more password now. A server answers 503 with `Retry-After`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Busy {
    retry_after: Duration,
}

impl Busy {
    /// When to try again: whole seconds, 1 to 60, from how long the calls that wait will take.
    pub const fn retry_after(&self) -> Duration {
        self.retry_after
    }
}

impl fmt::Display for Busy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the password cannot be hashed now; try again in {} s", self.retry_after.as_secs())
    }
}

impl Error for Busy {}

/// The threads, stopped when dropped.
struct Threads {
    queue: Arc<Queue>,
    handles: Vec<JoinHandle<()>>,
}

impl Drop for Threads {
    fn drop(&mut self) {
        self.queue.close();
        for handle in self.handles.drain(..) {
            // A result can wake a task that drops the last handle here and now; no thread can wait for itself.
            if handle.thread().id() != thread::current().id() {
                let _ = handle.join();
            }
        }
    }
}

const WAITING_PER_THREAD: NonZeroUsize = NonZeroUsize::new(32).expect("32 is not zero");

#[cfg(test)]
mod tests {
    use std::future::Future;
    use std::pin::{Pin, pin};
    use std::sync::{Mutex, PoisonError, mpsc};
    use std::task::{Context, Poll, Wake, Waker};

    use super::*;
    use crate::entropy::SystemEntropy;
    use crate::password::pbkdf2::is_derived_in_lanes;
    use crate::password::{Hasher, Pbkdf2Cost};

    /// Tells of every hash that is begun, and holds it until the test lets it go on or panic.
    struct Gate {
        begun: mpsc::Sender<()>,
        go: Mutex<mpsc::Receiver<Go>>,
    }

    enum Go {
        On,
        Panic,
    }

    impl Entropy for Gate {
        fn fill(&self, bytes: &mut [u8]) {
            self.begun.send(()).unwrap();
            match self.go.lock().unwrap_or_else(PoisonError::into_inner).recv() {
                Ok(Go::On) => bytes.fill(7),
                // Unlike `panic!` this prints nothing.
                Ok(Go::Panic) => std::panic::resume_unwind(Box::new("as told")),
                Err(mpsc::RecvError) => panic!("the test is over"),
            }
        }
    }

    struct Gated {
        pool: HashingPool,
        begun: mpsc::Receiver<()>,
        go: mpsc::Sender<Go>,
    }

    /// One thread that works on gated hashes, with room for `waiting` more.
    fn gated(waiting: usize) -> Gated {
        let ((tell_begun, begun), (go, await_go)) = (mpsc::channel(), mpsc::channel());
        let size = PoolSize { threads: NonZeroUsize::MIN, waiting_per_thread: waiting.try_into().unwrap() };
        let gate = Gate { begun: tell_begun, go: Mutex::new(await_go) };
        Gated { pool: HashingPool::start(md5(), Arc::new(gate), size).unwrap(), begun, go }
    }

    fn md5() -> Arc<PasswordHashers> {
        Arc::new(PasswordHashers::new(vec![Hasher::Md5]).unwrap())
    }

    #[test]
    fn a_pool_without_threads_says_at_once_that_it_is_busy() {
        let pool = HashingPool::without_threads();
        assert_eq!(block_on(pool.make(password())).unwrap_err().retry_after(), Duration::from_secs(1));
    }

    #[test]
    fn the_pool_with_defaults_hashes_as_django_does() {
        let pool = HashingPool::with_defaults().unwrap();
        assert!(block_on(pool.make(password())).unwrap().expose().starts_with("pbkdf2_sha256$1000000$"));
    }

    fn password() -> Password {
        Password::new("correct horse")
    }

    struct Unpark(thread::Thread);

    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }

    fn block_on<F: Future>(future: F) -> F::Output {
        let mut future = pin!(future);
        let waker = Waker::from(Arc::new(Unpark(thread::current())));
        loop {
            match future.as_mut().poll(&mut Context::from_waker(&waker)) {
                Poll::Ready(output) => return output,
                Poll::Pending => thread::park(),
            }
        }
    }

    fn poll<F: Future>(future: &mut Pin<Box<F>>) -> Poll<F::Output> {
        future.as_mut().poll(&mut Context::from_waker(Waker::noop()))
    }

    #[test]
    fn the_threads_make_verify_and_burn() {
        let pool = HashingPool::start(md5(), Arc::new(SystemEntropy), PoolSize::default()).unwrap();
        let stored = block_on(pool.make(password())).unwrap();
        assert_eq!(block_on(pool.verify(password(), stored.clone())), Ok(Verification::Correct));
        assert_eq!(block_on(pool.clone().verify(Password::new(""), stored)), Ok(Verification::Wrong));
        assert_eq!(block_on(pool.burn(password())), Ok(()));
    }

    #[test]
    fn past_the_bound_the_pool_is_busy_at_once() {
        let Gated { pool, begun, go } = gated(1);
        let mut working = Box::pin(pool.make(password()));
        assert!(poll(&mut working).is_pending());
        begun.recv().unwrap();
        let mut waiting = Box::pin(pool.burn(password()));
        assert!(poll(&mut waiting).is_pending());

        let Poll::Ready(Err(busy)) = poll(&mut Box::pin(pool.make(password()))) else {
            panic!("there is no room for a third")
        };
        assert_eq!(busy.retry_after(), Duration::from_secs(1));
        assert_eq!(busy.to_string(), "the password cannot be hashed now; try again in 1 s");

        go.send(Go::On).unwrap();
        go.send(Go::On).unwrap();
        assert!(block_on(working).is_ok());
        assert!(block_on(waiting).is_ok());
    }

    #[test]
    fn a_caller_who_left_makes_room_and_is_skipped() {
        for room in [1, 2] {
            let Gated { pool, begun, go } = gated(room);
            let mut working = Box::pin(pool.make(password()));
            assert!(poll(&mut working).is_pending());
            begun.recv().unwrap();
            let mut leaving = Box::pin(pool.make(password()));
            assert!(poll(&mut leaving).is_pending());
            drop(leaving);
            let mut waiting = Box::pin(pool.make(password()));
            assert!(poll(&mut waiting).is_pending());

            go.send(Go::On).unwrap();
            go.send(Go::On).unwrap();
            assert!(block_on(working).is_ok());
            assert!(block_on(waiting).is_ok());
            assert_eq!(begun.try_iter().count(), 1, "only the one that waited was begun");
        }
    }

    #[test]
    fn a_panic_costs_its_caller_the_answer_and_nobody_else() {
        let Gated { pool, begun: _begun, go } = gated(1);
        go.send(Go::Panic).unwrap();
        assert!(block_on(pool.make(password())).is_err());
        go.send(Go::On).unwrap();
        assert!(block_on(pool.make(password())).is_ok());
    }

    /// PBKDF2 with SHA-256, which is computed beside others where the machine can, and Django's MD5.
    fn pbkdf2(iterations: u32) -> Arc<PasswordHashers> {
        let cost = Pbkdf2Cost { iterations };
        Arc::new(PasswordHashers::new(vec![Hasher::Pbkdf2Sha256(cost), Hasher::Md5]).unwrap())
    }

    fn pool(hashers: Arc<PasswordHashers>, threads: usize) -> HashingPool {
        let size = PoolSize { threads: threads.try_into().unwrap(), ..PoolSize::default() };
        HashingPool::start(hashers, Arc::new(SystemEntropy), size).unwrap()
    }

    #[test]
    fn many_calls_at_once_get_each_its_own_answer() {
        let (old, new) = (pbkdf2(1000), pbkdf2(3000));
        for threads in [1, 2] {
            let pool = pool(Arc::clone(&new), threads);
            let calls = (0..30).map(|number| {
                let right = Password::new(number.to_string());
                let made_with = if number % 3 == 0 { &old } else { &new };
                let stored = made_with.make(&right, &SystemEntropy);
                let password = if number % 2 == 0 { right } else { password() };
                let pool = pool.clone();
                async move { (number, pool.verify(password, stored).await.unwrap()) }
            });
            for (number, verification) in block_on(futures_util::future::join_all(calls)) {
                let right = Password::new(number.to_string());
                match verification {
                    Verification::Correct => assert!(number % 2 == 0 && number % 3 != 0, "{number}"),
                    Verification::CorrectButOutdated { replacement } => {
                        assert!(number % 6 == 0, "{number}");
                        assert!(replacement.expose().starts_with("pbkdf2_sha256$3000$"));
                        assert_eq!(new.verify(&right, &replacement, &SystemEntropy), Verification::Correct);
                    }
                    Verification::Wrong => assert!(number % 2 == 1, "{number}"),
                }
            }
        }
    }

    #[test]
    fn hashers_that_need_a_thread_for_themselves_get_one_between_others() {
        let pool = pool(pbkdf2(3000), 1);
        let md5 = md5().make(&password(), &SystemEntropy);
        let calls = (0..24).map(|number| {
            let (pool, md5) = (pool.clone(), md5.clone());
            async move {
                match number % 4 {
                    3 => pool.verify(password(), md5).await.map(|verification| verification.is_correct()),
                    _ => pool.make(password()).await.map(|made| made.expose().starts_with("pbkdf2_sha256$")),
                }
            }
        });
        assert_eq!(block_on(futures_util::future::join_all(calls)), [Ok(true); 24]);
    }

    #[test]
    fn a_call_that_is_left_while_it_is_computed_holds_up_nobody() {
        // Half a minute of work for each, if it were done; aws-lc cannot be left.
        let iterations = if is_derived_in_lanes() { 256_000_000 } else { 1000 };
        let (endless, quick) = (pbkdf2(iterations), pbkdf2(10));
        let pool = pool(Arc::clone(&endless), 1);
        let stored = quick.make(&password(), &SystemEntropy);
        let mut leaving = Box::pin(pool.burn(password()));
        assert!(poll(&mut leaving).is_pending());
        // Against a wrong password nothing is made anew, but it is hardened for as long: it is left, too.
        let mut hardening = Box::pin(pool.verify(Password::new("wrong"), stored));
        assert!(poll(&mut hardening).is_pending());
        drop((leaving, hardening));
        let current = StoredPassword::new("md5$seasalt0seasalt0seasal$720d3524d8d0dfb8c80d3205f5e73825");
        assert_eq!(block_on(pool.verify(Password::new("wrong"), current)), Ok(Verification::Wrong));
    }

    #[test]
    fn the_last_handle_stops_the_threads() {
        let hashers = md5();
        let size = PoolSize { threads: 3.try_into().unwrap(), ..PoolSize::default() };
        let pool = HashingPool::start(Arc::clone(&hashers), Arc::new(SystemEntropy), size).unwrap();
        assert_eq!(Arc::strong_count(&hashers), 2);
        let other = pool.clone();
        drop(pool);
        assert!(block_on(other.burn(password())).is_ok());
        drop(other);
        assert_eq!(Arc::strong_count(&hashers), 1);
    }

    #[test]
    fn calls_can_be_awaited_on_any_thread() {
        fn assert_send<T: Send>(_: &T) {}
        let Gated { pool, .. } = gated(1);
        assert_send(&pool.verify(password(), StoredPassword::new("")));
        assert_send(&pool);
    }
}
