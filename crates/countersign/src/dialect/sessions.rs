//! Sessions in requests and answers, in every family that has endpoints for them.

use http::Uri;
use percent_encoding::percent_decode_str;

use crate::authority::OwnSession;
use crate::clock::Timestamp;
use crate::dialect::Json;

/// The sessions of somebody, with times as the family writes them.
pub(super) fn list(sessions: Vec<OwnSession>, time: fn(Timestamp) -> String) -> Json {
    let shown = |OwnSession { session, is_current }: OwnSession| {
        Json::object([
            ("id", session.id.into()),
            ("current", is_current.into()),
            ("created_at", time(session.created_at).into()),
            ("last_used_at", time(session.last_used_at).into()),
            ("expires_at", time(session.expires_at).into()),
            ("address", session.address.map_or(Json::Null, |address| address.to_string().into())),
            ("user_agent", session.user_agent.map_or(Json::Null, Json::from)),
        ])
    };
    Json::List(sessions.into_iter().map(shown).collect())
}

/// The id with which a path ends. What is no UTF-8 is no session's id, and none is what stands in its place.
pub(super) fn id_in(uri: &Uri) -> String {
    let path = uri.path();
    let path = path.strip_suffix('/').unwrap_or(path);
    let last = path.rsplit('/').next().unwrap_or_default();
    percent_decode_str(last).decode_utf8_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_the_last_part_of_a_path() {
        for (path, id) in [
            ("/api/token/sessions/0f3a/", "0f3a"),
            ("/api/token/sessions/0f3a?format=json", "0f3a"),
            ("/0f3a", "0f3a"),
            ("/sessions/%30f3%61/", "0f3a"),
            ("/sessions/a%2Fb%00/", "a/b\0"),
            ("/sessions/%ff%zz%/", "\u{fffd}%zz%"),
            ("/sessions/..%2F..", "../.."),
            ("/sessions//", ""),
            ("/", ""),
        ] {
            assert_eq!(id_in(&path.parse().unwrap()), id, "{path}");
        }
        assert_eq!(id_in(&"*".parse().unwrap()), "*");
        assert_eq!(id_in(&"http://host".parse().unwrap()), "");
    }
}
