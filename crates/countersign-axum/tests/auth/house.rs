//! An authority over a store in memory that counts how often users are looked for, and can be taken down.

use std::fmt::Debug;
use std::num::{NonZeroU32, NonZeroUsize};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use axum::body::Body;
use axum::http::{HeaderMap, Request, Response, StatusCode};
use bytes::Bytes;
use countersign::authority::{Authority, Credentials, Rules};
use countersign::clock::{ManualClock, Timestamp};
use countersign::dialect::SimpleJwt;
use countersign::entropy::SystemEntropy;
use countersign::key::{Algorithm, SigningKey};
use countersign::memory::MemoryStore;
use countersign::password::{Hasher, HashingPool, PasswordHashers, PoolSize};
use countersign::secret::{Password, SigningSecret, StoredPassword};
use countersign::store::{
    Claim, FlushCursor, Flushed, OutstandingToken, Sessions, StoreError, TokenLedger, UserLookup, Users,
};
use countersign::user::{User, UserKey};
use countersign_axum::Auth;
use http_body_util::BodyExt;
use tower::{Service, ServiceExt};

pub(crate) const NOW: Timestamp = Timestamp::from_micros(1_700_000_000_250_000);
const SECRET: &str = "a secret of at least 32 bytes, known to this test";

/// A service's authority, and what stands behind it.
pub(crate) struct House {
    pub(crate) store: Arc<Watched>,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) authority: Authority<Arc<Watched>>,
}

/// With SimpleJWT's defaults, and ada.
pub(crate) fn house() -> House {
    house_with(SECRET, |_| {})
}

pub(crate) fn house_with(secret: &str, change: impl FnOnce(&mut Rules)) -> House {
    let store = Arc::new(Watched::default());
    store.memory.add_user(ada());
    let clock = Arc::new(ManualClock::at(NOW));
    let hashers = Arc::new(PasswordHashers::new(vec![Hasher::Md5]).unwrap());
    let size = PoolSize { threads: NonZeroUsize::MIN, waiting_per_thread: NonZeroUsize::MIN };
    let passwords = HashingPool::start(hashers, Arc::new(SystemEntropy), size).unwrap();
    let key = SigningKey::load(Algorithm::Hs256, &SigningSecret::new(secret)).unwrap();
    let mut rules = Rules::default();
    change(&mut rules);
    let authority = Authority::builder(Arc::clone(&store), key, passwords).rules(rules).clock(clock.clone());
    House { store, clock, authority: authority.build().unwrap() }
}

pub(crate) fn ada() -> User {
    let hashers = PasswordHashers::new(vec![Hasher::Md5]).unwrap();
    let password = hashers.make(&Password::new("pw"), &SystemEntropy);
    User::new(7, "ada", password).with_field("is_staff", true)
}

impl House {
    pub(crate) fn auth(&self) -> Auth {
        Auth::new(SimpleJwt::default(), self.authority.clone())
    }

    /// An access token of ada's. What it takes to get one does not count.
    pub(crate) async fn token(&self) -> String {
        let credentials = Credentials { username: "ada".into(), password: Password::new("pw") };
        let pair = self.authority.obtain_pair(&credentials).await.unwrap();
        self.store.lookups.store(0, Ordering::Relaxed);
        pair.access.expose().to_owned()
    }

    /// The same, as a header.
    pub(crate) async fn bearer(&self) -> String {
        format!("Bearer {}", self.token().await)
    }

    /// How often a user was looked for.
    pub(crate) fn lookups(&self) -> usize {
        self.store.lookups.load(Ordering::Relaxed)
    }
}

/// A store that is watched.
#[derive(Default)]
pub(crate) struct Watched {
    pub(crate) memory: MemoryStore,
    pub(crate) is_down: AtomicBool,
    lookups: AtomicUsize,
}

impl Users for Watched {
    async fn find(&self, by: UserLookup<'_>) -> Result<Option<User>, StoreError> {
        if self.is_down.load(Ordering::Relaxed) {
            return Err(StoreError::unavailable("the disk is full of secrets"));
        }
        self.lookups.fetch_add(1, Ordering::Relaxed);
        self.memory.find(by).await
    }

    async fn find_active_by_email(&self, email: &str, limit: NonZeroU32) -> Result<Vec<User>, StoreError> {
        self.memory.find_active_by_email(email, limit).await
    }

    async fn replace_password(
        &self,
        user: &UserKey,
        old: &StoredPassword,
        new: &StoredPassword,
    ) -> Result<bool, StoreError> {
        self.memory.replace_password(user, old, new).await
    }

    async fn record_login(&self, user: &UserKey, at: Timestamp) -> Result<(), StoreError> {
        self.memory.record_login(user, at).await
    }
}

impl TokenLedger for Watched {
    async fn record(&self, token: &OutstandingToken<'_>) -> Result<(), StoreError> {
        self.memory.record(token).await
    }

    async fn is_blacklisted(&self, jti: &str) -> Result<bool, StoreError> {
        self.memory.is_blacklisted(jti).await
    }

    async fn blacklist(&self, token: &OutstandingToken<'_>, at: Timestamp) -> Result<Claim, StoreError> {
        self.memory.blacklist(token, at).await
    }

    async fn blacklist_all_of(&self, user: &UserKey, at: Timestamp) -> Result<u64, StoreError> {
        self.memory.blacklist_all_of(user, at).await
    }

    async fn rotate(
        &self,
        presented: &OutstandingToken<'_>,
        successor: &OutstandingToken<'_>,
        at: Timestamp,
    ) -> Result<Claim, StoreError> {
        self.memory.rotate(presented, successor, at).await
    }

    async fn flush_expired(
        &self,
        now: Timestamp,
        from: FlushCursor,
        limit: NonZeroU32,
    ) -> Result<Flushed, StoreError> {
        self.memory.flush_expired(now, from, limit).await
    }
}

impl Sessions for Watched {}

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Answer {
    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }
}

/// A `GET` of a path with these headers.
pub(crate) fn get(path: &str, headers: &[(&str, &str)]) -> Request<Body> {
    let request = Request::get(path);
    let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
    request.body(Body::empty()).unwrap()
}

/// What a service answers.
pub(crate) async fn ask<S, B, R>(service: &S, request: Request<B>) -> Answer
where
    S: Service<Request<B>, Response = Response<R>, Error: Debug> + Clone,
    R: http_body::Body<Data = Bytes, Error: Debug>,
{
    let (parts, body) = service.clone().oneshot(request).await.unwrap().into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    Answer { status: parts.status, headers: parts.headers, body }
}
