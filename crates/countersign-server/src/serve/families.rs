//! From what is configured to families that answer.

use std::fmt::Display;
use std::sync::Arc;

use axum::Router;
use countersign::authority::{Authority, Keys, Rotation};
use countersign::dialect::Dialect;
use countersign::entropy::SystemEntropy;
use countersign::key::{Algorithm, KeyRing};
use countersign::password::HashingPool;
use countersign::password_reset::PasswordResets;
use countersign::throttle::{NobodyIsThrottled, Throttle};
use countersign_axum::jwks::{JwksClient, Options};
use countersign_axum::{BodyLimits, routes_at};
use countersign_mail::Post;
use countersign_sql::Database;

use crate::config::Config;
use crate::config::family::{FamilyConfig, KeysConfig, TokensConfig};
use crate::config::graphql_jwt::{GraphqlJwtConfig, RefreshTokensConfig};
use crate::failure::Failure;
use crate::serve::graphql;

/// A family that is ready to answer.
pub(crate) struct Family {
    /// Its table in the configuration.
    pub(crate) table: &'static str,
    /// What its tokens are signed with.
    pub(crate) algorithm: Algorithm,
    /// The paths it answers at, each with the endpoint's name.
    pub(crate) paths: Vec<(String, String)>,
    /// Its endpoints.
    pub(crate) router: Router,
}

/// Every family that is configured, over the database.
///
/// # Errors
///
/// When there is none, or one cannot be served.
pub(crate) fn families(
    config: &Config,
    database: &Database,
    post: &Post,
    throttle: &Arc<dyn Throttle>,
) -> Result<Vec<Family>, Failure> {
    config.check_expressions(database.user_model()).map_err(Failure::input)?;
    if let Some(family) = &config.graphql_jwt {
        require_refresh_tokens(&family.refresh_tokens, database)?;
    }
    let limits =
        BodyLimits { bytes: config.server.max_body_bytes.get(), time: config.server.request_timeout };
    let house = House { config, database, passwords: hashing_pool(config)?, post, throttle, limits };
    let mut families = Vec::new();
    if let Some(family) = &config.simple_jwt {
        families.push(house.family(family, family.dialect.clone())?);
    }
    if let Some(family) = &config.ninja_jwt {
        let longest = database.user_model().username().max_chars();
        families.push(house.family(family, family.dialect.clone().username_max_length(longest))?);
    }
    if let Some(family) = &config.auth_jwt {
        families.push(house.family(family, family.dialect.clone())?);
    }
    if let Some(family) = &config.graphql_jwt {
        families.push(house.graphql(family)?);
    }
    if families.is_empty() {
        return Err(Failure::input(
            "no family is configured, there is nothing to serve: add a table [simple_jwt], [ninja_jwt], [auth_jwt] or \
             [graphql_jwt]",
        ));
    }
    Ok(families)
}

/// The authority of each family that may keep a ledger, with the package's name: for commands about its tokens.
///
/// # Errors
///
/// When one cannot be served.
pub(crate) fn authorities(
    config: &Config,
    database: &Database,
    post: &Post,
) -> Result<Vec<(&'static str, Authority<Database>)>, Failure> {
    // Nobody logs in with a command.
    let throttle: &Arc<dyn Throttle> = &(Arc::new(NobodyIsThrottled) as Arc<dyn Throttle>);
    let (passwords, limits) = (hashing_pool(config)?, BodyLimits::default());
    let house = House { config, database, passwords, post, throttle, limits };
    let families = config.families().filter(|tokens| tokens.package.has_ledger);
    families.map(|tokens| Ok((tokens.package.name, house.authority(tokens)?))).collect()
}

/// Refresh tokens that are to be kept have a table.
fn require_refresh_tokens(tokens: &RefreshTokensConfig, database: &Database) -> Result<(), Failure> {
    if !tokens.are_kept || database.has_refresh_tokens() {
        return Ok(());
    }
    Err(Failure::input(format!(
        "graphql_jwt.jwt_long_running_refresh_token is on, but the database has no table {:?} that refresh tokens can \
         be kept in: create it with `countersign migrate`, or with Django's own `migrate` and the app \
         strawberry_django_extras.jwt.refresh_token",
        tokens.table
    )))
}

/// What all families share.
struct House<'a> {
    config: &'a Config,
    database: &'a Database,
    passwords: HashingPool,
    post: &'a Post,
    throttle: &'a Arc<dyn Throttle>,
    limits: BodyLimits,
}

impl House<'_> {
    fn family<D>(&self, family: &FamilyConfig<D>, dialect: D) -> Result<Family, Failure>
    where
        D: Dialect<Endpoint: Display>,
    {
        let authority = self.authority(&family.tokens)?;
        let paths = family.routes.iter().map(|(endpoint, path)| (path.clone(), endpoint.to_string()));
        Ok(Family {
            table: family.tokens.package.table,
            algorithm: family.tokens.algorithm,
            paths: paths.collect(),
            router: routes_at(dialect, authority, family.routes.iter().cloned(), self.limits),
        })
    }

    fn graphql(&self, family: &GraphqlJwtConfig) -> Result<Family, Failure> {
        let table = family.tokens.package.table;
        require_refresh_tokens(&family.refresh_tokens, self.database)?;
        let unnamed = |error: &dyn Display| Failure::input(format!("[{table}]: {error}"));
        let dialect =
            graphql::dialect(family, self.database.user_model()).map_err(|error| unnamed(&error))?;
        let authority = self.authority(&family.tokens)?;
        let options = graphql::options(family, self.limits);
        let router = countersign_axum::graphql(dialect, authority, &family.path, options);
        Ok(Family {
            table,
            algorithm: family.tokens.algorithm,
            paths: vec![(family.path.clone(), "graphql".to_owned())],
            router: router.map_err(|error| unnamed(&error))?,
        })
    }

    fn authority(&self, tokens: &TokensConfig) -> Result<Authority<Database>, Failure> {
        let table = tokens.package.table;
        let has_tables = self.database.has_token_blacklist();
        let mut rules = tokens.with_ledger(tokens.blacklist.unwrap_or(has_tables));
        let asked_for = match tokens.blacklist {
            Some(true) => Some("blacklist is on"),
            None if rules.rotation == Rotation::OnWithBlacklist => {
                Some("rotate_refresh_tokens and blacklist_after_rotation are on")
            }
            None | Some(false) => None,
        };
        if let Some(setting) = asked_for.filter(|_| !has_tables) {
            return Err(Failure::input(format!(
                "{table}.{setting}, but the database has no token_blacklist tables: create them with \
                 `countersign migrate`, or with Django's own `migrate` and the app {}.token_blacklist",
                tokens.package.module
            )));
        }
        if rules.sessions.is_some() && !self.database.has_sessions() {
            return Err(Failure::input(format!(
                "{table}.reuse_detection is on, but the database has no table \"countersign_session\": create it with \
                 `countersign migrate`, which leaves Django's tables as they are, or turn it off"
            )));
        }
        rules.throttle = Arc::clone(self.throttle);
        let mut policy = tokens.policy.clone();
        policy.user_id_field = self.user_id_field(table, policy.user_id_field)?;
        let authority = Authority::builder(self.database.clone(), keys(tokens)?, self.passwords.clone())
            .policy(policy)
            .rules(rules)
            .password_validators(self.config.password_validators.clone());
        let authority = match self.password_resets(tokens.password_reset_url.as_deref()) {
            Some(resets) => authority.password_resets(resets),
            None => authority,
        };
        authority.build().map_err(|error| Failure::input(format!("[{table}]: {error}")))
    }

    /// Links for a new password that lead to this URL; nothing without the key that signs them.
    fn password_resets(&self, password_reset_url: Option<&str>) -> Option<PasswordResets> {
        let tokens = self.config.reset_tokens.clone()?;
        Some(PasswordResets::new(tokens).mailer(self.post.mailer(password_reset_url)))
    }

    /// `USER_ID_FIELD` as a column of the user model: `id` is the primary key, where that has another name.
    fn user_id_field(&self, table: &str, field: String) -> Result<String, Failure> {
        let model = self.database.user_model();
        if field == "pk" || model.has_column(&field) {
            return Ok(field);
        }
        if field == "id" && self.config.users.columns.id.is_some() {
            return Ok("pk".to_owned());
        }
        Err(Failure::input(format!(
            "{table}.user_id_field is {field:?}, but the table {:?} has no such column; \"pk\" is its primary key, {:?}",
            model.table(),
            model.primary_key().name(),
        )))
    }
}

/// The keys of a family: its own, or those of a JWKS URL.
pub(crate) fn keys(tokens: &TokensConfig) -> Result<Keys, Failure> {
    match &tokens.keys {
        KeysConfig::Local { signing, verifying } => {
            Ok(KeyRing::pair(signing.clone(), verifying.clone()).into())
        }
        KeysConfig::Remote { url, signing } => {
            let client = JwksClient::new(url, tokens.algorithm, Options::default());
            let client = client
                .map_err(|error| Failure::input(format!("{}.jwk_url: {error}", tokens.package.table)))?;
            Ok(Keys::remote(signing.clone(), Arc::new(client)))
        }
    }
}

/// Threads that hash passwords, as configured.
fn hashing_pool(config: &Config) -> Result<HashingPool, Failure> {
    let pool = HashingPool::start(
        Arc::clone(&config.password_hashers),
        Arc::new(SystemEntropy),
        config.hashing_pool,
    );
    pool.map_err(|error| Failure::caused("cannot start the threads that hash passwords", &error))
}
