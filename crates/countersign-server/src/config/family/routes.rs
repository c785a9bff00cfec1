//! A family's `routes`: which endpoints are served, and where.

use super::super::Shared;
use super::super::reference::Surroundings;
use super::super::section::{Located, Reported, Section};
use super::super::setting::{Fault, Setting};
use super::super::tree::Value;

/// Those of `endpoints` that have a path, which no other endpoint of any family has. Each is told with its name and
/// the path it has by default. One whose default has `{id}` is about one thing of another's list: it is no setting, but
/// below that list, wherever that is.
///
/// What `is_of_use` says no to is not served, and its path is free for others.
pub(in super::super) fn read<E: Copy>(
    settings: &mut Section<'_>,
    shared: &Shared<'_>,
    endpoints: &[(E, &str, &str)],
    is_of_use: impl Fn(E) -> bool,
) -> Result<Vec<(E, String)>, Reported> {
    let mut routes = Vec::new();
    let mut wrong = None;
    for (endpoint, name, default) in endpoints.iter().filter(|(_, _, default)| !default.contains("{id}")) {
        let (path, place, is_said) = match settings.located(name) {
            Ok(Some(Located { value: Path(path), place })) => (path, place, true),
            Ok(None) => ((*default).to_owned(), settings.place_of(name), false),
            Err(reported) => {
                wrong = Some(reported);
                continue;
            }
        };
        if path.is_empty() {
            continue;
        }
        if !is_of_use(*endpoint) {
            if is_said {
                settings.warn(&place, "means nothing: sessions are kept where reuse_detection is on");
            }
            continue;
        }
        let mut taken = shared.paths.borrow_mut();
        if let Some(other) = taken.get(&path) {
            let predicate = format!("has the same path as {}: give it another", other.path);
            wrong = Some(settings.problem(&place, &predicate));
        } else {
            taken.insert(path.clone(), place);
            let one = endpoints.iter().find(|(_, _, one)| *one == below(default));
            let one = one.map(|(endpoint, _, _)| (*endpoint, below(&path)));
            routes.push((*endpoint, path));
            routes.extend(one);
        }
    }
    wrong.map_or(Ok(routes), Err)
}

/// The path of one thing in a list, which ends as the list's does.
fn below(list: &str) -> String {
    match list.strip_suffix('/') {
        Some(list) => format!("{list}/{{id}}/"),
        None => format!("{list}/{{id}}"),
    }
}

/// A URL's path, or nothing for an endpoint that is not served.
struct Path(String);

impl Setting for Path {
    fn read(value: Value, around: &Surroundings) -> Result<Self, Fault> {
        let path = String::read(value, around)?;
        if path.is_empty() {
            return Ok(Self(path));
        }
        if !path.starts_with('/') {
            return Err(
                "must start with a slash, as in \"/api/token/\", or be \"\" to serve no such endpoint".into(),
            );
        }
        if !path.bytes().all(|byte| byte.is_ascii_graphic() && !b"?#{}*\"<>\\^`|".contains(&byte)) {
            return Err(
                "is no plain path: write it as it stands in a request, with %-escapes and without ?, # or \
                        placeholders"
                    .into(),
            );
        }
        if OWN.contains(&path.as_str()) {
            return Err("is a path of the server's own: give it another".into());
        }
        Ok(Self(path))
    }
}

/// What the server answers for itself.
const OWN: [&str; 2] = ["/healthz", "/readyz"];

#[cfg(test)]
mod tests {
    use countersign::dialect::simple_jwt::Endpoint;

    use super::super::super::testing::{fault, read, read_with};

    const SESSIONS: &str =
        "rotate_refresh_tokens = true\nblacklist_after_rotation = true\nreuse_detection = true";

    #[test]
    fn nothing_said_is_every_endpoint_at_its_default() {
        let all = || Endpoint::ALL.into_iter();
        let served = |text: &str| read(text).simple_jwt.unwrap().routes;
        let routes = |endpoints: &mut dyn Iterator<Item = (Endpoint, &str, &str)>| {
            endpoints.map(|(endpoint, _, path)| (endpoint, path.to_owned())).collect::<Vec<_>>()
        };
        assert_eq!(served(&format!("[simple_jwt]\n{SESSIONS}")), routes(&mut all()));
        let others = &mut all().filter(|(endpoint, ..)| !endpoint.is_about_sessions());
        assert_eq!(served("[simple_jwt]"), routes(others));
    }

    #[test]
    fn one_session_is_below_all_of_them() {
        for (sessions, session) in
            [("/me/logins/", "/me/logins/{id}/"), ("/logins", "/logins/{id}"), ("/", "/{id}/")]
        {
            let text = format!("[simple_jwt]\n{SESSIONS}\n[simple_jwt.routes]\nsessions = '{sessions}'");
            let routes = read(&text).simple_jwt.unwrap().routes;
            assert!(routes.contains(&(Endpoint::Sessions, sessions.to_owned())), "{routes:?}");
            assert!(routes.contains(&(Endpoint::Session, session.to_owned())), "{routes:?}");
        }
        let text = format!("[simple_jwt]\n{SESSIONS}\n[simple_jwt.routes]\nsessions = ''");
        let routes = read(&text).simple_jwt.unwrap().routes;
        let gone = [Endpoint::Session, Endpoint::Sessions];
        assert!(routes.iter().all(|(endpoint, _)| !gone.contains(endpoint)), "{routes:?}");
        assert!(fault("[simple_jwt.routes]\nsession = '/x'").contains("session is not a setting"));
    }

    #[test]
    fn a_path_for_sessions_that_nobody_keeps_is_free_and_warned_of() {
        let config = read(
            "[simple_jwt.routes]\nlogout = '/api/token/sessions/'\ntoken_verify = '/api/token/sessions/'",
        );
        let warnings: Vec<_> = config.warnings().iter().map(ToString::to_string).collect();
        assert_eq!(
            warnings,
            ["countersign.toml, line 2: simple_jwt.routes.logout means nothing: sessions are kept where \
              reuse_detection is on"]
        );
        let verify = (Endpoint::TokenVerify, "/api/token/sessions/".to_owned());
        assert!(config.simple_jwt.unwrap().routes.contains(&verify));
    }

    #[test]
    fn an_empty_path_is_not_served() {
        let text = "[simple_jwt.routes]\ntoken_blacklist = ''\ntoken_verify = '/v'";
        let routes = read_with(text, [("COUNTERSIGN__SIMPLE_JWT__ROUTES__TOKEN_REFRESH", "/r/")]);
        let routes = routes.simple_jwt.unwrap().routes;
        assert_eq!(routes.len(), 6);
        assert!(routes.contains(&(Endpoint::TokenVerify, "/v".to_owned())));
        assert!(routes.contains(&(Endpoint::TokenRefresh, "/r/".to_owned())));
        assert!(routes.iter().all(|(endpoint, _)| *endpoint != Endpoint::TokenBlacklist));
    }

    #[test]
    fn a_path_is_one_endpoints_and_plain() {
        assert_eq!(
            fault("[simple_jwt.routes]\ntoken_verify = '/api/token/'"),
            "countersign.toml, line 2: simple_jwt.routes.token_verify has the same path as \
             simple_jwt.routes.token_obtain_pair: give it another"
        );
        for path in ["api/", "/a b", "/a?b", "/{a}", "/é", "/healthz"] {
            let error = fault(&format!("[simple_jwt.routes]\ntoken_verify = '{path}'"));
            assert!(
                error.starts_with("countersign.toml, line 2: simple_jwt.routes.token_verify "),
                "{error}"
            );
        }
    }

    #[test]
    fn two_families_do_not_share_a_path() {
        read("[simple_jwt]\n[ninja_jwt]");
        assert_eq!(
            fault("[simple_jwt]\n[ninja_jwt.routes]\ntoken_verify = '/api/token/'"),
            "countersign.toml, line 3: ninja_jwt.routes.token_verify has the same path as \
             simple_jwt.routes.token_obtain_pair: give it another"
        );
        let moved = "[simple_jwt.routes]\ntoken_verify = '/api/token/pair'\n[ninja_jwt]";
        assert!(fault(moved).contains(
            "ninja_jwt.routes.token_obtain_pair has the same path as simple_jwt.routes.token_verify"
        ));
    }
}
