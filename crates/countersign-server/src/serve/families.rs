//! From what is configured to families that answer.

use std::sync::Arc;

use countersign::authority::{Authority, Keys, Rotation};
use countersign::dialect::SimpleJwt;
use countersign::dialect::simple_jwt::Endpoint;
use countersign::entropy::SystemEntropy;
use countersign::key::Algorithm;
use countersign::password::HashingPool;
use countersign_axum::jwks::{JwksClient, Options};
use countersign_sql::Database;

use crate::config::Config;
use crate::config::simple_jwt::{KeysConfig, SimpleJwtConfig};
use crate::failure::Failure;

/// SimpleJWT's family, with everything that its routes need.
pub(crate) struct SimpleJwtFamily {
    pub(crate) algorithm: Algorithm,
    pub(crate) authority: Authority<Database>,
    pub(crate) dialect: SimpleJwt,
    pub(crate) routes: Vec<(Endpoint, String)>,
}

impl SimpleJwtFamily {
    /// Puts it together over the database; `None` when `[simple_jwt]` is not configured.
    pub(crate) fn build(
        config: &Config,
        database: &Database,
        passwords: &HashingPool,
    ) -> Result<Option<Self>, Failure> {
        let Some(family) = &config.simple_jwt else { return Ok(None) };
        let has_tables = database.has_token_blacklist();
        let rules = family.with_ledger(family.blacklist.unwrap_or(has_tables));
        let asked_for = match family.blacklist {
            Some(true) => Some("simple_jwt.blacklist is on"),
            None if rules.rotation == Rotation::OnWithBlacklist => {
                Some("simple_jwt.rotate_refresh_tokens and blacklist_after_rotation are on")
            }
            None | Some(false) => None,
        };
        if let Some(setting) = asked_for.filter(|_| !has_tables) {
            return Err(Failure::input(format!(
                "{setting}, but the database has no token_blacklist tables: create them with `countersign \
                 migrate`, or with Django's own `migrate` and the app rest_framework_simplejwt.token_blacklist"
            )));
        }
        let mut policy = family.policy.clone();
        policy.user_id_field = user_id_field(config, database, policy.user_id_field)?;
        let authority = Authority::builder(database.clone(), keys(family)?, passwords.clone())
            .policy(policy)
            .rules(rules)
            .build();
        let authority = authority.map_err(|error| Failure::input(format!("[simple_jwt]: {error}")))?;
        Ok(Some(Self {
            algorithm: family.algorithm,
            authority,
            dialect: family.dialect.clone(),
            routes: family.routes.clone(),
        }))
    }
}

/// `USER_ID_FIELD` as a column of the user model: `id` is the primary key, where that has another name.
fn user_id_field(config: &Config, database: &Database, field: String) -> Result<String, Failure> {
    let model = database.user_model();
    if field == "pk" || model.has_column(&field) {
        return Ok(field);
    }
    if field == "id" && config.users.columns.id.is_some() {
        return Ok("pk".to_owned());
    }
    Err(Failure::input(format!(
        "simple_jwt.user_id_field is {field:?}, but the table {:?} has no such column; \"pk\" is its primary key, {:?}",
        model.table(),
        model.primary_key().name(),
    )))
}

/// The keys of a family: its own, or those of a JWKS URL.
pub(crate) fn keys(family: &SimpleJwtConfig) -> Result<Keys, Failure> {
    match &family.keys {
        KeysConfig::Local { signing, verifying } => Ok(Keys::pair(signing.clone(), verifying.clone())),
        KeysConfig::Remote { url, signing } => {
            let client = JwksClient::new(url, family.algorithm, Options::default());
            let client = client.map_err(|error| Failure::input(format!("simple_jwt.jwk_url: {error}")))?;
            Ok(Keys::remote(signing.clone(), Arc::new(client)))
        }
    }
}

/// Threads that hash passwords, as configured.
pub(crate) fn hashing_pool(config: &Config) -> Result<HashingPool, Failure> {
    let pool = HashingPool::start(
        Arc::clone(&config.password_hashers),
        Arc::new(SystemEntropy),
        config.hashing_pool,
    );
    pool.map_err(|error| Failure::caused("cannot start the threads that hash passwords", &error))
}
