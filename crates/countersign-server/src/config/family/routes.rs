//! A family's `routes`: which endpoints are served, and where.

use super::super::Shared;
use super::super::reference::Surroundings;
use super::super::section::{Located, Reported, Section};
use super::super::setting::{Fault, Setting};
use super::super::tree::Value;

/// Those of `endpoints` that have a path, which no other endpoint of any family has. Each is told with its name and
/// the path it has by default.
pub(in super::super) fn read<E: Copy>(
    settings: &mut Section<'_>,
    shared: &Shared<'_>,
    endpoints: &[(E, &str, &str)],
) -> Result<Vec<(E, String)>, Reported> {
    let mut routes = Vec::new();
    let mut wrong = None;
    for (endpoint, name, default) in endpoints {
        let (path, place) = match settings.located(name) {
            Ok(Some(Located { value: Path(path), place })) => (path, place),
            Ok(None) => ((*default).to_owned(), settings.place_of(name)),
            Err(reported) => {
                wrong = Some(reported);
                continue;
            }
        };
        if path.is_empty() {
            continue;
        }
        let mut taken = shared.paths.borrow_mut();
        if let Some(other) = taken.get(&path) {
            let predicate = format!("has the same path as {}: give it another", other.path);
            wrong = Some(settings.problem(&place, &predicate));
        } else {
            taken.insert(path.clone(), place);
            routes.push((*endpoint, path));
        }
    }
    wrong.map_or(Ok(routes), Err)
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
