//! How often the hot paths ask Rust's allocator for memory: a number that grows has a reason, or is a mistake.
//!
//! One test, because the counter is the process's.

#![expect(clippy::unwrap_used, reason = "a test ends where something unexpected happens")]

use std::sync::Arc;

use countersign::authority::Authority;
use countersign::claims::Claims;
use countersign::clock::{ManualClock, Timestamp};
use countersign::jwt::{Validation, Verifier, sign};
use countersign::key::{Algorithm, SigningKey};
use countersign::memory::MemoryStore;
use countersign::password::HashingPool;
use countersign::secret::{PlainToken, SigningSecret};
use countersign::token::{AccessToken, TokenPolicy};
use futures_executor::block_on;

#[global_allocator]
static COUNTED: dhat::Alloc = dhat::Alloc;

const NOW: Timestamp = Timestamp::from_secs(1_700_000_000);
const CLAIMS: &str = r#"{"token_type":"access","exp":1700000300,"iat":1700000000,"jti":"0123456789abcdef0123456789abcdef","user_id":"7"}"#;

/// How many blocks of memory it asks for, once everything that is made at first use is there. Whatever asks beside it, a thread
/// that begins or the harness, can only add to that: the least of a few counts is its own.
fn blocks<T>(mut work: impl FnMut() -> T) -> u64 {
    drop(work());
    let counts = [(); 5].map(|()| {
        let before = dhat::HeapStats::get().total_blocks;
        drop(work());
        dhat::HeapStats::get().total_blocks - before
    });
    counts.into_iter().min().unwrap()
}

#[test]
fn the_hot_paths_ask_for_memory_no_more_often_than_they_must() {
    let _counting = dhat::Profiler::builder().testing().build();
    let hs256 =
        SigningKey::load(Algorithm::Hs256, &SigningSecret::new("a secret of at least 32 bytes, known"))
            .unwrap();
    let ed25519 = SigningKey::load(Algorithm::EdDsa, &SigningSecret::new(ED25519)).unwrap();
    let claims = Claims::parse(CLAIMS).unwrap();
    let policy = TokenPolicy::default();

    let token = sign(&claims, &hs256, None).unwrap();
    let verifier = Verifier::new(hs256.verifying_key(), Validation::default());
    let verify = || verifier.verify(token.expose(), NOW).unwrap();
    assert_eq!(blocks(verify), 2, "verifying an HMAC: the payload, and where its claims stand");
    let access = || AccessToken::from_claims(verify(), &policy).unwrap();
    assert_eq!(blocks(access), 2, "what makes an access token of them is looked at where it is");

    let public = sign(&claims, &ed25519, None).unwrap();
    let verifier = Verifier::new(ed25519.verifying_key(), Validation::default());
    let seen = || verifier.verify(public.expose(), NOW).unwrap();
    assert_eq!(blocks(seen), 2, "a signature that was seen before: a copy of the claims");

    assert_eq!(blocks(|| sign(&claims, &hs256, None).unwrap()), 3, "signing: the JSON, the MAC, the token");

    let authority = authority(hs256);
    let presented = PlainToken::new(token.expose());
    let use_case = || block_on(authority.verify(&presented)).unwrap();
    assert_eq!(blocks(use_case), 2, "the use case adds nothing to verifying");
}

fn authority(key: SigningKey) -> Authority<MemoryStore> {
    Authority::builder(MemoryStore::new(), key, HashingPool::without_threads())
        .clock(Arc::new(ManualClock::at(NOW)))
        .build()
        .unwrap()
}

/// RFC 8410 §10.3.
const ED25519: &str = "-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC
-----END PRIVATE KEY-----
";
