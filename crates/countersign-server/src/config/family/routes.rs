//! `[simple_jwt.routes]`: which endpoints are served, and where.

use countersign::dialect::simple_jwt::Endpoint;

use super::super::problem::Place;
use super::super::reference::Surroundings;
use super::super::section::{Located, Reported, Section};
use super::super::setting::{Fault, Setting};
use super::super::tree::Value;

/// The endpoints with a path, in the order of [`Endpoint::ALL`].
pub(super) fn read(settings: &mut Section<'_>) -> Result<Vec<(Endpoint, String)>, Reported> {
    let mut routes: Vec<(Endpoint, String, Place)> = Vec::new();
    let mut wrong = None;
    for (endpoint, name, default) in Endpoint::ALL {
        let (path, place) = match settings.located(name) {
            Ok(Some(Located { value: Path(path), place })) => (path, place),
            Ok(None) => (default.to_owned(), settings.place_of(name)),
            Err(reported) => {
                wrong = Some(reported);
                continue;
            }
        };
        if path.is_empty() {
            continue;
        }
        match routes.iter().find(|(_, taken, _)| *taken == path) {
            Some((_, _, other)) => {
                let predicate = format!("has the same path as {}: give it another", other.path);
                wrong = Some(settings.problem(&place, &predicate));
            }
            None => routes.push((endpoint, path, place)),
        }
    }
    let routes = routes.into_iter().map(|(endpoint, path, _)| (endpoint, path));
    wrong.map_or_else(|| Ok(routes.collect()), Err)
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
    use super::super::super::testing::{fault, read, read_with};
    use super::*;

    #[test]
    fn nothing_said_is_every_endpoint_at_its_default() {
        let routes = read("[simple_jwt]").simple_jwt.unwrap().routes;
        assert_eq!(routes, Endpoint::ALL.map(|(endpoint, _, path)| (endpoint, path.to_owned())));
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
}
