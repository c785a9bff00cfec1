//! The paths: those of views that are the package's own, and that a request comes to.

use std::collections::BTreeMap;

use toml::Value;

use super::families::{Carrier, TO_SERVE};
use super::left::Left;
use super::project::Route;
use super::refusal::refusal;

/// What a family says of its paths.
pub(super) struct Routes {
    /// The lines, with their table if they have one.
    pub(super) toml: String,
    /// The endpoints that they serve.
    pub(super) served: Vec<&'static str>,
}

impl Routes {
    /// Whether one of these is served.
    pub(super) fn serves(&self, endpoints: &[&str]) -> bool {
        endpoints.iter().any(|name| self.served.contains(name))
    }
}

impl Carrier<'_> {
    /// The lines of the routes.
    pub(super) fn routes(&mut self) -> Routes {
        let mut paths = BTreeMap::<&str, &str>::new();
        for route in &self.family.routes {
            let what = |path: &str| format!("{path} ({})", route.view);
            if !self.family.package.endpoints.contains(&route.endpoint.as_str()) {
                let what = format!("{} ({})", route.pattern, route.view);
                self.left.push(Left::new(what, "Countersign has no such endpoint: it stays with Django."));
                continue;
            }
            let Some(path) = &route.path else {
                let instead = "It is no single path, so it stays with Django. If clients use one alone, write that below the \
                               routes.";
                self.left.push(Left::new(what(&route.pattern), instead));
                continue;
            };
            if let Some(instead) = self.stays(route, path, paths.get(route.endpoint.as_str()).copied()) {
                self.left.push(Left::new(what(path), instead));
            } else if !self.kept.contains(route.endpoint.as_str()) {
                let path = match &route.schema {
                    Some(schema) => self.schema_path(route, schema, path),
                    None => Some(path.as_str()),
                };
                paths.extend(path.map(|path| (route.endpoint.as_str(), path)));
            }
        }
        let package = self.family.package;
        let mut toml = Vec::new();
        if package.routes != package.table {
            toml.push(format!("\n[{}]\n{BEFORE_ROUTES}", package.routes));
        }
        for name in package.endpoints {
            toml.push(format!("{name} = {}\n", Value::from(paths.get(name).copied().unwrap_or_default())));
        }
        if let Some(name) = package.own_endpoint {
            toml.push(format!("{BEFORE_OWN_ENDPOINT}{name} = \"\"\n"));
        }
        let served = package.endpoints.iter().copied().filter(|name| paths.contains_key(name)).collect();
        Routes { toml: toml.concat(), served }
    }

    /// Why a route stays with Django.
    fn stays(&self, route: &Route, path: &str, earlier: Option<&str>) -> Option<String> {
        if !route.is_reached {
            return Some(
                "Another view comes first at this path, in Django too: nothing is served here.".to_owned(),
            );
        }
        if !route.custom.is_empty() {
            let changed = route.custom.join(", ");
            return Some(format!(
                "Left to Django, because the project changes the package's view: {changed}. {TO_SERVE}"
            ));
        }
        if let Some(earlier) = earlier {
            return Some(format!(
                "The same endpoint is at {earlier}, and has one path here: this one stays with Django. Let a proxy \
                 rewrite it if Countersign shall serve both."
            ));
        }
        let value = Value::from(path);
        refusal(self.family.package.routes, &route.endpoint, &value)
            .map(|why| format!("The path {why}. It stays with Django."))
    }
}

const BEFORE_ROUTES: &str =
    "# A path without its last slash is another one here: APPEND_SLASH is Django's.\n";
const BEFORE_OWN_ENDPOINT: &str =
    "# Countersign's own: the user of a token as JSON. Give it a path to have it.\n";
