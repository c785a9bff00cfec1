//! What a webhook is told.

use bytes::Bytes;
use countersign::authority::LoginEvent;
use countersign::clock::Timestamp;
use countersign::entropy::{Entropy, uuid4_hex};
use countersign::user::UserKey;
use serde_json::{Value, json};

/// One message, with the id that it keeps however often it is sent.
#[derive(Clone, Debug)]
pub(super) struct Message {
    pub(super) id: String,
    pub(super) body: Bytes,
}

impl Message {
    /// Of a login to a family; none of an event that has no name here.
    pub(super) fn of_login(
        event: &LoginEvent<'_>,
        family: &str,
        request_id: Option<&str>,
        entropy: &dyn Entropy,
    ) -> Option<Self> {
        let (name, at, mut data) = match event {
            LoginEvent::Failed { username, at } => {
                // The name is whatever a stranger sent.
                let username = username.chars().take(MAX_USERNAME_CHARS).collect::<String>();
                ("login.failed", *at, json!({ "username": username }))
            }
            LoginEvent::Succeeded { user, at } => {
                let id = match &user.key {
                    UserKey::Int(int) => Value::from(*int),
                    key => key.to_string().into(),
                };
                ("login.succeeded", *at, json!({ "user_id": id, "username": user.username }))
            }
            _ => return None,
        };
        data["family"] = family.into();
        if let Some(request_id) = request_id {
            data["request_id"] = request_id.into();
        }
        let body = json!({ "type": name, "timestamp": iso(at), "data": data });
        Some(Self { id: format!("msg_{}", uuid4_hex(entropy)), body: body.to_string().into() })
    }
}

fn iso(at: Timestamp) -> String {
    let at = jiff::Timestamp::from_microsecond(at.as_micros()).unwrap_or_default();
    format!("{at:.6}")
}

const MAX_USERNAME_CHARS: usize = 256;
