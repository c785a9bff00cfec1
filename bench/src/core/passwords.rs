//! Logins that wait for each other.

use std::num::{NonZeroU32, NonZeroUsize};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Instant;

use aws_lc_rs::pbkdf2;
use countersign::entropy::SystemEntropy;
use countersign::password::{Hasher, HashingPool, PasswordHashers, Pbkdf2Cost, PoolSize};
use countersign::secret::{Password, StoredPassword};
use futures_util::future::join_all;

use crate::comparison::Measured;
use crate::failure::{Failure, Result};
use crate::scene::Scene;

/// At the work factor of Django 5.2.
pub(super) fn sixteen_waiting(scene: &Scene) -> Result<Measured> {
    let iterations = NonZeroU32::new(Pbkdf2Cost::default().iterations).unwrap_or(NonZeroU32::MIN);
    let logins = Logins::new(iterations)?;
    super::in_turn(scene.rounds(), || logins.pooled(16), || Ok(logins.bare(16)))
}

/// A user's stored password, and threads to verify it on.
pub(crate) struct Logins {
    iterations: NonZeroU32,
    threads: NonZeroUsize,
    pool: HashingPool,
    stored: StoredPassword,
}

impl Logins {
    pub(crate) fn new(iterations: NonZeroU32) -> Result<Self> {
        let cost = Pbkdf2Cost { iterations: iterations.get() };
        let hashers = PasswordHashers::new(vec![Hasher::Pbkdf2Sha256(cost)])?;
        let stored = hashers.make(&password(), &SystemEntropy);
        let size = PoolSize::default();
        let pool = HashingPool::start(Arc::new(hashers), Arc::new(SystemEntropy), size)?;
        Ok(Self { iterations, threads: size.threads, pool, stored })
    }

    /// Nanoseconds of a thread for an iteration of a login, when so many are asked for at once.
    pub(crate) fn pooled(&self, logins: usize) -> Result<f64> {
        let runtime = tokio::runtime::Builder::new_current_thread().build()?;
        let start = Instant::now();
        let all = join_all((0..logins).map(|_| self.pool.verify(password(), self.stored.clone())));
        let verified = runtime.block_on(all);
        let cost = self.cost(start, logins);
        let all_in =
            verified.into_iter().all(|login| login.is_ok_and(|verification| verification.is_correct()));
        if all_in { Ok(cost) } else { Err(Failure::new("a login with the right password was refused")) }
    }

    /// The same by aws-lc's PBKDF2, one login after the other on each thread.
    pub(crate) fn bare(&self, logins: usize) -> f64 {
        let next = AtomicUsize::new(0);
        let start = Instant::now();
        thread::scope(|scope| {
            for _ in 0..self.threads.get() {
                scope.spawn(|| {
                    while next.fetch_add(1, Ordering::Relaxed) < logins {
                        let mut hash = [0; 32];
                        let password = password();
                        pbkdf2::derive(
                            pbkdf2::PBKDF2_HMAC_SHA256,
                            self.iterations,
                            b"a salt of 22 characters",
                            password.expose().as_bytes(),
                            &mut hash,
                        );
                        std::hint::black_box(hash);
                    }
                });
            }
        });
        self.cost(start, logins)
    }

    /// No more threads can work than there are logins.
    #[expect(clippy::cast_precision_loss, reason = "a few threads and logins")]
    fn cost(&self, start: Instant, logins: usize) -> f64 {
        let threads = self.threads.get().min(logins) as f64;
        let iterations = f64::from(self.iterations.get()) * logins as f64;
        start.elapsed().as_secs_f64() * 1e9 * threads / iterations
    }
}

fn password() -> Password {
    Password::new("correct horse battery staple")
}
