//! Whose keys a token may be signed with.

use std::sync::Mutex;

use countersign::authority::{Keys, RemoteKeys, RemoteKeysError};
use countersign::jwt::Validation;
use countersign::key::{KeyRing, VerifyingKey};
use futures_util::future::BoxFuture;

use super::*;

/// Keys that a publisher can withdraw.
struct Published(Mutex<Option<VerifyingKey>>);

impl RemoteKeys for Published {
    fn find<'a>(&'a self, _kid: &'a str) -> BoxFuture<'a, Result<Option<VerifyingKey>, RemoteKeysError>> {
        Box::pin(async { Ok(self.0.lock().unwrap().clone()) })
    }
}

#[test]
fn a_token_that_was_seen_is_refused_once_its_key_is_withdrawn() {
    let pem = "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\n-----END PRIVATE KEY-----\n";
    let key = SigningKey::load(Algorithm::EdDsa, &SigningSecret::new(pem)).unwrap();
    let token = sign(&Claims::parse(r#"{"exp":1700000300}"#).unwrap(), &key, Some("ours")).unwrap();
    let published = Arc::new(Published(Mutex::new(Some(key.verifying_key()))));
    let keys = Keys::remote(None, published.clone());
    let verify = || block_on(keys.verify(&token, &Validation::default(), NOW));
    assert!(verify().is_ok());
    assert!(verify().is_ok());
    *published.0.lock().unwrap() = None;
    assert!(matches!(
        verify(),
        Err(Failure::Refused(Refusal::Token(TokenError::Invalid(Invalid::UnknownKey))))
    ));
}

#[test]
fn what_an_old_key_signed_is_good_while_a_new_one_signs() {
    let store = Arc::new(MemoryStore::new());
    store.add_user(ada("pw"));
    let clock = Arc::new(ManualClock::at(NOW));
    let under = |ring: KeyRing| {
        Authority::builder(Arc::clone(&store), ring, pool()).clock(clock.clone()).build().unwrap()
    };
    let new = SigningKey::load(Algorithm::Hs256, &SigningSecret::new("n".repeat(32))).unwrap();
    let before = block_on(under(key().into()).obtain_pair(&credentials("ada", "pw"))).unwrap();

    let rotated = under(KeyRing::named("2026", new.clone()).retired(None, key().verifying_key()));
    assert!(block_on(rotated.authenticate(&before.access)).is_ok());
    let after = block_on(rotated.refresh(&before.refresh)).unwrap().access;
    assert_eq!(Unverified::parse(after.expose()).unwrap().header().key_id(), Some("2026"));
    assert!(block_on(rotated.authenticate(&after)).is_ok());

    let without = under(KeyRing::named("2026", new));
    let invalid = refusal(block_on(without.verify(&before.refresh)));
    assert_eq!(invalid, refused(TokenError::Invalid(Invalid::UnknownKey)));
    assert!(block_on(without.authenticate(&after)).is_ok());
}
