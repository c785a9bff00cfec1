//! How often the layer asks Rust's allocator for memory, beyond what it costs to decide: a number that grows has a reason, or is
//! a mistake.
//!
//! One test, because the counter is the process's.

#![expect(clippy::unwrap_used, reason = "a test ends where something unexpected happens")]

use std::convert::Infallible;
use std::future::ready;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use countersign::authority::{Authority, Rules};
use countersign::claims::Claims;
use countersign::clock::{ManualClock, Timestamp};
use countersign::dialect::SimpleJwt;
use countersign::jwt::sign;
use countersign::key::{Algorithm, SigningKey};
use countersign::memory::MemoryStore;
use countersign::password::HashingPool;
use countersign::secret::{PlainToken, SigningSecret};
use countersign_axum::{Auth, AuthLayer};
use http::{Request, Response};
use tower::{Layer, Service, service_fn};

#[global_allocator]
static COUNTED: dhat::Alloc = dhat::Alloc;

const CLAIMS: &str = r#"{"token_type":"access","exp":1700000300,"iat":1700000000,"jti":"0123456789abcdef0123456789abcdef","user_id":"7"}"#;

/// How many blocks of memory it asks for, once everything that is made at first use is there. Whatever asks beside it, a thread
/// that begins or the harness, can only add to that: the least of a few counts is its own.
fn blocks<T, U>(prepare: impl Fn() -> T, work: impl Fn(T) -> U) -> u64 {
    drop(work(prepare()));
    let counts = [(); 5].map(|()| {
        let prepared = prepare();
        let before = dhat::HeapStats::get().total_blocks;
        drop(work(prepared));
        dhat::HeapStats::get().total_blocks - before
    });
    counts.into_iter().min().unwrap()
}

/// The store is in memory, and nobody waits.
fn now<F: Future>(future: F) -> F::Output {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("the store in memory never waits"),
    }
}

#[test]
fn the_layer_asks_for_memory_no_more_often_than_it_must() {
    let _counting = dhat::Profiler::builder().testing().build();
    let (authority, token) = authority();
    let decide = blocks(|| PlainToken::new(&token), |token| now(authority.identify(&token)).unwrap());

    let inner = service_fn(|_: Request<()>| ready(Ok::<_, Infallible>(Response::new(()))));
    let auth = Auth::new(SimpleJwt::default(), authority.clone());
    let ask = |layer: AuthLayer| {
        let service = layer.layer(inner);
        move |request| now(service.clone().call(request)).unwrap()
    };
    let nobody = || Request::get("/").body(()).unwrap();
    let somebody = || Request::get("/").header("authorization", format!("Bearer {token}")).body(()).unwrap();

    let layered = blocks(somebody, ask(AuthLayer::required(auth.clone())));
    assert_eq!(
        layered - decide,
        6,
        "the token's text, the future that decides, the map of extensions (two blocks) and two entries in it"
    );
    let unasked = blocks(nobody, ask(AuthLayer::optional(auth)));
    assert_eq!(unasked, 0, "nobody costs nothing");
}

/// One that takes a token's word: what a store costs is its own.
fn authority() -> (Authority<MemoryStore>, String) {
    let key = SigningKey::load(Algorithm::Hs256, &SigningSecret::new("a secret of at least 32 bytes, known"));
    let key = key.unwrap();
    let token = sign(&Claims::parse(CLAIMS).unwrap(), &key, None).unwrap();
    let mut rules = Rules::default();
    rules.stateless = true;
    let clock = Arc::new(ManualClock::at(Timestamp::from_secs(1_700_000_000)));
    let authority =
        Authority::builder(MemoryStore::new(), key, HashingPool::without_threads()).rules(rules).clock(clock);
    (authority.build().unwrap(), token.expose().to_owned())
}
