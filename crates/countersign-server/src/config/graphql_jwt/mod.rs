//! `[graphql_jwt]`: every setting of `GRAPHQL_JWT` in lower case, where it is served, and how much a query may ask.

mod built_ins;
mod callables;
mod client;
mod renewal;
mod tokens;

use std::num::NonZeroUsize;

use countersign::authority::Renewal;
use countersign::token::TokenKind;

pub(crate) use self::client::ClientConfig;
pub(crate) use self::renewal::RefreshTokensConfig;
use super::Shared;
use super::family::keys::{self, KeyNames};
use super::family::{self, Package, TokensConfig};
use super::section::{Reported, Section};

/// The family, ready to be served.
#[derive(Clone, Debug)]
pub(crate) struct GraphqlJwtConfig {
    /// What its authority needs.
    pub(crate) tokens: TokensConfig,
    /// How requests say who makes them, and what they are told when that is wrong.
    pub(crate) client: ClientConfig,
    /// `path`, which no endpoint of another family has.
    pub(crate) path: String,
    /// `graphiql`: whether browsers are shown a page to write queries in.
    pub(crate) graphiql: bool,
    /// `max_depth`: how many selections may lie inside each other; the page's own introspection needs 15.
    pub(crate) max_depth: NonZeroUsize,
    /// `max_complexity`: how many fields a query may select.
    pub(crate) max_complexity: NonZeroUsize,
    /// `max_mutations`: how many mutations an operation may hold.
    pub(crate) max_mutations: NonZeroUsize,
    /// Long-running refresh tokens.
    pub(crate) refresh_tokens: RefreshTokensConfig,
}

pub(super) fn read(settings: &mut Section<'_>, shared: &Shared<'_>) -> Result<GraphqlJwtConfig, Reported> {
    family::built_ins::read(settings, &built_ins::BUILT_INS);
    let keys = keys::read(settings, shared, KEYS);
    let policy = tokens::policy(settings, shared);
    let renewal = renewal::read(settings, shared);
    let client = client::read(settings);
    let callables = callables::read(settings, shared);
    let path = path(settings, shared);
    let mut graphiql = true;
    settings.set("graphiql", &mut graphiql);
    let mut max_depth = MAX_DEPTH;
    settings.set("max_depth", &mut max_depth);
    let mut max_complexity = MAX_COMPLEXITY;
    settings.set("max_complexity", &mut max_complexity);
    let mut max_mutations = MAX_MUTATIONS;
    settings.set("max_mutations", &mut max_mutations);

    let (mut policy, (renewal, refresh_tokens)) = (policy?, renewal?);
    let is_renewed = !matches!(renewal, Renewal::Off { .. });
    policy.issued_at_claim = is_renewed.then(|| "origIat".to_owned());
    let mut rules = tokens::rules(shared, renewal);
    callables.write(settings, shared, &policy, &mut rules);
    Ok(GraphqlJwtConfig {
        tokens: TokensConfig::without_ledger(&GRAPHQL_JWT, policy, keys?, rules),
        client: client?,
        path: path?,
        graphiql,
        max_depth,
        max_complexity,
        max_mutations,
        refresh_tokens,
    })
}

fn path(settings: &mut Section<'_>, shared: &Shared<'_>) -> Result<String, Reported> {
    let routes = family::routes(settings, shared, &[((), "path", "/graphql/")], |()| true)?;
    let path = routes.into_iter().next().map(|((), path)| path);
    path.ok_or_else(|| {
        let predicate = "is empty: name the path, or remove the table to serve no GraphQL";
        settings.problem(&settings.place_of("path"), predicate)
    })
}

const GRAPHQL_JWT: Package = Package {
    name: "strawberry-django-extras",
    table: "graphql_jwt",
    module: "strawberry_django_extras.jwt",
    kinds: &[TokenKind::Access],
    token_classes: "",
    has_ledger: false,
    user_classes: &[],
    stateless_classes: &[],
};

const KEYS: KeyNames = KeyNames {
    algorithm: "jwt_algorithm",
    secret: "jwt_secret_key",
    private: "jwt_private_key",
    public: "jwt_public_key",
    url: None,
};

const MAX_DEPTH: NonZeroUsize = NonZeroUsize::new(20).unwrap();
const MAX_COMPLEXITY: NonZeroUsize = NonZeroUsize::new(1000).unwrap();
const MAX_MUTATIONS: NonZeroUsize = NonZeroUsize::new(10).unwrap();

#[cfg(test)]
mod tests {
    use countersign::key::Algorithm;

    use super::super::Config;
    use super::super::family::KeysConfig;
    use super::super::testing::{SECRET, fault, read};
    use super::*;

    const ED25519: &str = include_str!("../../../tests/data/keys/ed25519.pem");
    const ED25519_PUBLIC: &str = include_str!("../../../tests/data/keys/ed25519.pub.pem");

    fn graphql(text: &str) -> GraphqlJwtConfig {
        read(&format!("[graphql_jwt]\n{text}")).graphql_jwt.unwrap()
    }

    #[test]
    fn where_it_is_served_and_how_much_a_query_may_ask() {
        let family = graphql("");
        assert_eq!((family.path.as_str(), family.graphiql), ("/graphql/", true));
        assert_eq!((family.max_depth.get(), family.max_complexity.get()), (20, 1000));
        assert_eq!(family.max_mutations.get(), 10);
        let family = graphql(
            "path = '/api/graphql'\ngraphiql = false\nmax_depth = 5\nmax_complexity = 50\nmax_mutations = 1",
        );
        assert_eq!((family.path.as_str(), family.graphiql), ("/api/graphql", false));
        assert_eq!((family.max_depth.get(), family.max_complexity.get()), (5, 50));
        assert_eq!(family.max_mutations.get(), 1);
        assert!(fault("[graphql_jwt]\npath = ''").contains("graphql_jwt.path is empty: name the path"));
        assert!(fault("[graphql_jwt]\nmax_depth = 0").contains("takes a whole number from 1 on"));
        assert!(
            fault("[simple_jwt]\n[graphql_jwt]\npath = '/api/token/'")
                .contains("graphql_jwt.path has the same path as simple_jwt.routes.token_obtain_pair")
        );
    }

    #[test]
    fn a_secret_of_its_own_or_the_projects() {
        let verifies = |text: &str, secret: &str| {
            let KeysConfig::Local { verifying, signing: Some(_) } = graphql(text).tokens.keys else {
                panic!("local")
            };
            let key = countersign::key::SigningKey::load(
                Algorithm::Hs256,
                &countersign::secret::SigningSecret::new(secret),
            );
            verifying.verify(b"x", &key.unwrap().sign(b"x").unwrap())
        };
        assert!(verifies("", SECRET));
        assert!(verifies("jwt_secret_key = ''", SECRET), "an empty one is none");
        let own = "another secret of at least thirty-two bytes";
        assert!(verifies(&format!("jwt_secret_key = '{own}'\njwt_public_key = ''"), own));
        assert_eq!(
            Config::from_toml("[database]\nurl = 'x'\n[graphql_jwt]", "f.toml", []).unwrap_err().to_string(),
            "f.toml: graphql_jwt.jwt_secret_key is missing: HS256 needs it, or secret_key above the first table \
             (or set COUNTERSIGN__GRAPHQL_JWT__JWT_SECRET_KEY)"
        );
    }

    #[test]
    fn a_pair_of_keys_needs_an_algorithm_for_it() {
        let pair = format!("jwt_private_key = '''{ED25519}'''\njwt_public_key = '''{ED25519_PUBLIC}'''");
        let family = graphql(&format!("jwt_algorithm = 'EdDSA'\njwt_secret_key = 'not looked at'\n{pair}"));
        assert_eq!(family.tokens.algorithm, Algorithm::EdDsa);
        assert!(matches!(family.tokens.keys, KeysConfig::Local { signing: Some(_), .. }));
        assert!(fault(&format!("[graphql_jwt]\n{pair}")).contains(
            "graphql_jwt.jwt_private_key is for algorithms with a pair of keys, and jwt_algorithm is HS256: correct \
             jwt_algorithm, or give jwt_secret_key instead"
        ));
        assert!(fault("[graphql_jwt]\njwt_algorithm = 'EdDSA'").contains(
            "graphql_jwt.jwt_private_key is missing: EdDSA needs a private key here to sign and verify with, or \
             jwt_public_key to verify alone"
        ));
    }
}
