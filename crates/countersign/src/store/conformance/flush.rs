//! The rules of deleting what has expired.

use std::num::NonZeroU32;

use super::common::{NOW, ok, outstanding};
use super::fixture::LedgerFixture;
use super::verdict::{Verdict, hold};
use crate::clock::Span;
use crate::secret::PlainToken;
use crate::store::{Claim, FlushCursor, Flushed, OutstandingToken, TokenLedger};

pub(super) async fn rules<F: LedgerFixture>(verdict: &mut Verdict, fresh: &impl AsyncFn() -> F) {
    hold!(
        verdict,
        fresh,
        [expired_tokens_go_in_batches, a_flush_that_ends_on_a_whole_batch_is_over_with_the_next,]
    );
}

async fn expired_tokens_go_in_batches(fixture: impl LedgerFixture) {
    let text = PlainToken::new("token");
    let store = fixture.store();
    for number in 0..7 {
        let jti = format!("expired-{number}");
        let mut token = outstanding(&jti, &text, None);
        token.expires_at = NOW - Span::from_micros(number);
        if number % 2 == 0 {
            assert_eq!(ok(store.blacklist(&token, NOW).await), Claim::Won);
        } else {
            ok(store.record(&token).await);
        }
    }
    for (jti, left) in [("soon", 1), ("later", 1_000_000)] {
        let mut token = outstanding(jti, &text, None);
        token.expires_at = NOW + Span::from_micros(left);
        assert_eq!(ok(store.blacklist(&token, NOW).await), Claim::Won);
    }
    let three = NonZeroU32::new(3).expect("three is not zero");
    let mut from = FlushCursor::default();
    for expected in [3, 3, 1] {
        let flushed = ok(store.flush_expired(NOW, from, three).await);
        assert_eq!(flushed.tokens, expected);
        assert_eq!(flushed.next.is_some(), expected == 3, "there may be more behind a whole batch");
        from = flushed.next.unwrap_or_default();
    }
    let nothing = Flushed { tokens: 0, next: None };
    assert_eq!(ok(store.flush_expired(NOW, FlushCursor::default(), three).await), nothing);
    let mut left = fixture.outstanding().await;
    left.sort();
    assert_eq!(left.iter().map(|row| &*row.jti).collect::<Vec<_>>(), ["later", "soon"]);
    assert!(ok(store.is_blacklisted("soon").await));
    assert!(!ok(store.is_blacklisted("expired-0").await));
}

/// A batch that is full may have been the last one.
async fn a_flush_that_ends_on_a_whole_batch_is_over_with_the_next(fixture: impl LedgerFixture) {
    let text = PlainToken::new("token");
    let store = fixture.store();
    for jti in ["one", "two"] {
        let expired = OutstandingToken { expires_at: NOW, ..outstanding(jti, &text, None) };
        ok(store.record(&expired).await);
    }
    let two = NonZeroU32::new(2).expect("two is not zero");
    let first = ok(store.flush_expired(NOW, FlushCursor::default(), two).await);
    assert_eq!(first.tokens, 2);
    let next = first.next.expect("nobody has looked behind it");
    assert_eq!(ok(store.flush_expired(NOW, next, two).await), Flushed { tokens: 0, next: None });
}
