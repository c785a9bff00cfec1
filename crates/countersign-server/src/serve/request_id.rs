//! The name of a request, which its answer and all of its log lines have.

use std::cell::RefCell;

use axum::http::HeaderValue;
use countersign::entropy::{Entropy, SystemEntropy};

/// One that a proxy in front gave, or a random one.
#[derive(Clone, Debug)]
pub(super) enum RequestId {
    Given(HeaderValue),
    /// 32 hex digits, a UUID of version 4.
    New([u8; 32]),
}

impl RequestId {
    /// The id that a request has in its header, unless it is no plain short word: it goes into every log line.
    pub(super) fn of(given: Option<&HeaderValue>) -> Self {
        match given {
            Some(id) if is_plain(id) => Self::Given(id.clone()),
            _ => Self::random(),
        }
    }

    fn random() -> Self {
        let mut id = [0; 32];
        let uuid = uuid::Builder::from_random_bytes(random_bytes()).into_uuid();
        uuid.simple().encode_lower(&mut id);
        Self::New(id)
    }

    /// As text.
    pub(super) fn text(&self) -> &str {
        let text = match self {
            Self::Given(id) => id.to_str().ok(),
            Self::New(id) => str::from_utf8(id).ok(),
        };
        text.unwrap_or("-")
    }

    /// As a header's value.
    pub(super) fn header(&self) -> HeaderValue {
        match self {
            Self::Given(id) => id.clone(),
            Self::New(id) => HeaderValue::from_bytes(id).unwrap_or_else(|_| HeaderValue::from_static("-")),
        }
    }
}

fn is_plain(id: &HeaderValue) -> bool {
    let is_plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_.:/+=@".contains(byte);
    !id.is_empty() && id.len() <= MAX_BYTES && id.as_bytes().iter().all(is_plain)
}

/// Bytes for one id. They are drawn for many at once: an id is no secret, and each draw asks the processor for randomness anew,
/// which takes longer than all else that is done for an id.
fn random_bytes() -> [u8; 16] {
    DRAWN.with_borrow_mut(|drawn| {
        drawn.pop().unwrap_or_else(|| {
            let mut bytes = [0; 16 * DRAWN_AT_ONCE];
            SystemEntropy.fill(&mut bytes);
            let (ids, _) = bytes.as_chunks();
            drawn.extend_from_slice(&ids[1..]);
            ids[0]
        })
    })
}

thread_local! {
    static DRAWN: RefCell<Vec<[u8; 16]>> = const { RefCell::new(Vec::new()) };
}

const DRAWN_AT_ONCE: usize = 64;
const MAX_BYTES: usize = 128;
