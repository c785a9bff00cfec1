//! The configuration: raw TOML and environment variables become typed policy once, here.
//!
//! - `countersign.toml`, then the variables `COUNTERSIGN__SECTION__KEY` upon it. A family is served iff its table
//!   is present.
//! - A text may be `{ env = "NAME" }` or `{ file = "path" }` instead, with the path relative to the file's folder.
//! - An unknown key is an error that names the nearest known one. Errors are collected; each is a sentence that says
//!   where, which key, and what to do, and quotes no value.
//! - Keys are loaded, so a configuration that was read can sign and verify.
//! - A weak key is a warning, in the strict profile an error.

mod auth_jwt;
pub(crate) mod database;
#[cfg(test)]
mod documentation;
mod duration;
pub(crate) mod email;
mod environment;
pub(crate) mod family;
pub(crate) mod graphql_jwt;
mod maintenance;
mod nearest;
mod ninja_jwt;
mod password_reset;
mod password_validation;
mod passwords;
mod problem;
pub(crate) mod profile;
mod reference;
mod section;
pub(crate) mod server;
mod setting;
mod simple_jwt;
#[cfg(test)]
mod testing;
mod throttling;
mod tree;
pub(crate) mod users;

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use countersign::clock::{Span, SystemClock};
use countersign::dialect::{NinjaAuth, NinjaJwt, SimpleJwt};
use countersign::entropy::SystemEntropy;
use countersign::password::validation::PasswordValidators;
use countersign::password::{PasswordHashers, PoolSize};
use countersign::password_reset::ResetTokens;
use countersign::secret::SigningSecret;
use countersign::token::TokenPolicy;
use countersign_sql::{BlacklistMemory, UserModel};

use self::database::DatabaseConfig;
use self::email::EmailConfig;
use self::family::{FamilyConfig, TokensConfig};
use self::graphql_jwt::GraphqlJwtConfig;
use self::maintenance::MaintenanceConfig;
use self::password_reset::Links;
pub(crate) use self::problem::{ConfigError, Warning};
use self::problem::{Origin, Place, Problem};
use self::profile::Profile;
use self::reference::Surroundings;
use self::section::{Located, Reading, Reported, Section};
use self::server::ServerConfig;
use self::throttling::ThrottlingConfig;
use self::tree::Table;
use self::users::UsersConfig;
use crate::expression::Check;
use crate::webhook::Courier;

/// Everything that is configured.
#[derive(Debug)]
pub(crate) struct Config {
    /// `profile`.
    pub(crate) profile: Profile,
    /// `secret_key`: Django's `SECRET_KEY`, the signing key where a family names none.
    pub(crate) secret_key: Option<SigningSecret>,
    /// `password_hashers`: Django's `PASSWORD_HASHERS`.
    pub(crate) password_hashers: Arc<PasswordHashers>,
    /// `[password_hashing]`.
    pub(crate) hashing_pool: PoolSize,
    /// `password_validators` and `[password_validation]`: Django's `AUTH_PASSWORD_VALIDATORS`.
    pub(crate) password_validators: PasswordValidators,
    /// What makes and checks links for a new password; `None` without a `secret_key`.
    pub(crate) reset_tokens: Option<ResetTokens>,
    /// `[email]`.
    pub(crate) email: EmailConfig,
    /// `[throttling]`.
    pub(crate) throttling: ThrottlingConfig,
    /// `[server]`.
    pub(crate) server: ServerConfig,
    /// `[database]`.
    pub(crate) database: DatabaseConfig,
    /// `[maintenance]`.
    pub(crate) maintenance: MaintenanceConfig,
    /// `[users]`.
    pub(crate) users: UsersConfig,
    /// `[simple_jwt]`; `None` when the family is not served.
    pub(crate) simple_jwt: Option<FamilyConfig<SimpleJwt>>,
    /// `[ninja_jwt]`; `None` when the family is not served.
    pub(crate) ninja_jwt: Option<FamilyConfig<NinjaJwt>>,
    /// `[auth_jwt]`; `None` when the family is not served.
    pub(crate) auth_jwt: Option<FamilyConfig<NinjaAuth>>,
    /// `[graphql_jwt]`; `None` when the family is not served.
    pub(crate) graphql_jwt: Option<GraphqlJwtConfig>,
    /// The expressions of all families, to be held against the user model.
    pub(crate) expressions: Vec<ExpressionCheck>,
    /// Who brings messages to the webhooks of all families.
    pub(crate) courier: Courier,
    warnings: Vec<Warning>,
}

/// A document of TOML and the name that its errors give it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Layer<'a> {
    /// A file's path, or what made the text.
    pub(crate) name: &'a str,
    /// The TOML.
    pub(crate) text: &'a str,
}

/// Reads the configuration file, if there is one, and the environment.
///
/// # Errors
///
/// Everything that is wrong with them.
pub(crate) fn load(
    file: Option<&Path>,
    environment: impl Iterator<Item = (String, String)>,
) -> Result<Config, ConfigError> {
    load_over(None, file, environment)
}

/// The same, over defaults that the file and the environment replace: what `serve --dev` makes up.
///
/// # Errors
///
/// Everything that is wrong with them.
pub(crate) fn load_over(
    defaults: Option<Layer<'_>>,
    file: Option<&Path>,
    environment: impl Iterator<Item = (String, String)>,
) -> Result<Config, ConfigError> {
    let name = file.map(|path| path.display().to_string());
    let text = file.map(read_file).transpose()?;
    let file_layer = name.as_deref().zip(text.as_deref()).map(|(name, text)| Layer { name, text });
    let folder = file.and_then(Path::parent).map(Path::to_owned).unwrap_or_default();
    let layers = defaults.into_iter().chain(file_layer).collect::<Vec<_>>();
    Config::from_layers(&layers, folder, environment.collect())
}

fn read_file(path: &Path) -> Result<String, Problem> {
    std::fs::read_to_string(path).map_err(|error| {
        let sentence =
            format!("the configuration cannot be read: {error}; name a file that can be, as UTF-8 text");
        Problem::with_source(Origin::source(path.display().to_string()), sentence)
    })
}

impl Config {
    /// What is unwise, to be logged at every start.
    pub(crate) fn warnings(&self) -> &[Warning] {
        &self.warnings
    }

    /// What each family that is served has for its tokens.
    pub(crate) fn families(&self) -> impl Iterator<Item = &TokensConfig> {
        let simple_jwt = self.simple_jwt.iter().map(|family| &family.tokens);
        let ninja_jwt = self.ninja_jwt.iter().map(|family| &family.tokens);
        let auth_jwt = self.auth_jwt.iter().map(|family| &family.tokens);
        let graphql_jwt = self.graphql_jwt.iter().map(|family| &family.tokens);
        simple_jwt.chain(ninja_jwt).chain(auth_jwt).chain(graphql_jwt)
    }

    /// How long a revocation is remembered, and how old what is remembered may be.
    pub(crate) fn blacklist_memory(&self) -> BlacklistMemory {
        let policies =
            || self.families().filter(|tokens| tokens.package.has_ledger).map(|tokens| &tokens.policy);
        let longest = |span: fn(&TokenPolicy) -> Span| {
            policies().map(span).max().unwrap_or_default().as_micros().max(0)
        };
        let (leeway, renewable) =
            (longest(|policy| policy.validation.leeway), longest(|policy| policy.sliding_refresh_lifetime));
        BlacklistMemory {
            outlive: Span::from_micros(leeway.saturating_add(renewable)),
            longest_transaction: self.database.longest_transaction,
            ..BlacklistMemory::new(self.database.blacklist_staleness)
        }
    }

    /// Holds every expression against the user model.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with them.
    pub(crate) fn check_expressions(&self, model: &UserModel) -> Result<(), ConfigError> {
        let fault = |ExpressionCheck { place, check }: &ExpressionCheck| {
            check.fault(model).map(|fault| Problem::about(place, &fault))
        };
        let problems = self.expressions.iter().filter_map(fault).collect::<Vec<_>>();
        if problems.is_empty() { Ok(()) } else { Err(ConfigError::new(problems)) }
    }

    /// What is unwise about expressions, to be logged at every start.
    pub(crate) fn expression_warnings(&self, model: &UserModel) -> Vec<Warning> {
        let doubt = |ExpressionCheck { place, check }: &ExpressionCheck| {
            check.doubt(model).map(|doubt| Warning::about(place, &doubt))
        };
        self.expressions.iter().filter_map(doubt).collect()
    }

    fn from_layers(
        layers: &[Layer<'_>],
        folder: PathBuf,
        environment: HashMap<String, String>,
    ) -> Result<Self, ConfigError> {
        let mut document = Table::new();
        for layer in layers {
            tree::merge(&mut document, tree::parse(layer.text, &Origin::source(layer.name))?);
        }
        tree::merge(&mut document, environment::overrides(&environment).map_err(ConfigError::new)?);

        let home = Origin::source(layers.last().map_or("the environment", |layer| layer.name));
        let reading = Reading::new(home, Surroundings { environment, folder });
        let config = reading.root(document, Self::read);
        let (config, warnings) = reading.finish(config, known_settings)?;
        Ok(Self { warnings, ..config })
    }

    fn read(settings: &mut Section<'_>) -> Result<Self, Reported> {
        let mut profile = Profile::default();
        settings.set("profile", &mut profile);
        let secret_key = settings.located("secret_key");
        let password_hashers = passwords::hashers(settings);
        let hashing_pool = settings.section("password_hashing", passwords::pool_size);
        let password_validators = password_validation::validators(settings);
        let links = Links::read(settings);
        let email = settings.section("email", EmailConfig::read);
        let throttling = settings.section("throttling", |settings| ThrottlingConfig::read(settings, profile));
        let server = settings.section("server", ServerConfig::read);
        let database = settings.section("database", DatabaseConfig::read);
        let maintenance = settings.section("maintenance", MaintenanceConfig::read);
        let users = settings.section("users", UsersConfig::read);
        let secret_key = secret_key?;
        let paths = RefCell::default();
        let courier = Courier::new(Arc::new(SystemClock), Arc::new(SystemEntropy));
        let expressions = RefCell::default();
        let shared =
            Shared { profile, secret_key: secret_key.as_ref(), users: &users, paths, expressions, courier };
        let simple_jwt =
            settings.optional_section("simple_jwt", |settings| simple_jwt::read(settings, &shared));
        let ninja_jwt = settings.optional_section("ninja_jwt", |settings| ninja_jwt::read(settings, &shared));
        let auth_jwt = settings.optional_section("auth_jwt", |settings| auth_jwt::read(settings, &shared));
        let graphql_jwt =
            settings.optional_section("graphql_jwt", |settings| graphql_jwt::read(settings, &shared));
        let Shared { expressions, courier, .. } = shared;
        Ok(Self {
            expressions: expressions.into_inner(),
            courier,
            profile,
            password_hashers: password_hashers?,
            hashing_pool,
            password_validators: password_validators?,
            reset_tokens: links.tokens(secret_key.as_ref().map(|located| &located.value)),
            email: email?,
            throttling: throttling?,
            server,
            database: database?,
            maintenance,
            simple_jwt: simple_jwt?,
            ninja_jwt: ninja_jwt?,
            auth_jwt: auth_jwt?,
            graphql_jwt: graphql_jwt?,
            secret_key: secret_key.map(|located| located.value),
            users,
            warnings: Vec::new(),
        })
    }
}

/// What the families' sections need of the others.
struct Shared<'a> {
    profile: Profile,
    secret_key: Option<&'a Located<SigningSecret>>,
    users: &'a UsersConfig,
    /// The paths of endpoints so far, and the keys that name them.
    paths: RefCell<BTreeMap<String, Place>>,
    /// The expressions so far.
    expressions: RefCell<Vec<ExpressionCheck>>,
    courier: Courier,
}

/// An expression, and where it is written.
#[derive(Debug)]
pub(crate) struct ExpressionCheck {
    place: Place,
    check: Check,
}

/// Every key there is, by its path: those that are asked for when every table is present.
fn known_settings() -> Vec<String> {
    let nothing = Surroundings { environment: HashMap::new(), folder: PathBuf::new() };
    let reading = Reading::new(Origin::source(""), nothing);
    let document = tree::parse("[simple_jwt]\n[ninja_jwt]\n[auth_jwt]\n[graphql_jwt]", &Origin::source(""))
        .unwrap_or_default();
    // What is wrong with an empty configuration does not matter here.
    let _ = reading.root(document, Config::read);
    reading.asked()
}

#[cfg(test)]
mod tests {
    use super::testing::{SECRET, fault, read, read_with, try_read};
    use super::*;

    #[test]
    fn the_environment_lies_upon_the_file() {
        let config = read_with(
            "[simple_jwt]\nleeway = 1",
            [("COUNTERSIGN__SIMPLE_JWT__LEEWAY", "5"), ("COUNTERSIGN__PROFILE", "strict")],
        );
        assert_eq!(config.profile, Profile::Strict);
        let family = config.simple_jwt.unwrap();
        assert_eq!(family.tokens.policy.validation.leeway, countersign::clock::Span::from_secs(5));
    }

    #[test]
    fn a_secret_key_of_digits_keeps_its_zeros() {
        let config = read_with("", [("COUNTERSIGN__SECRET_KEY", "007")]);
        assert_eq!(config.secret_key.unwrap().expose(), b"007");
    }

    #[test]
    fn what_two_families_take_from_one_place_is_warned_of_once() {
        let config = read_with("[simple_jwt]\n[ninja_jwt]", [("COUNTERSIGN__SECRET_KEY", "short")]);
        let warnings: Vec<_> = config.warnings().iter().map(ToString::to_string).collect();
        assert_eq!(warnings.len(), 1, "{warnings:?}");
        assert!(warnings[0].contains("is weak"), "{warnings:?}");
    }

    #[test]
    fn a_family_is_served_iff_its_table_is_present() {
        assert!(read("").families().next().is_none());
        assert_eq!(read("[ninja_jwt]").families().count(), 1);
        assert_eq!(read("[simple_jwt]\n[ninja_jwt]\n[graphql_jwt]").families().count(), 3);
        assert!(read("[simple_jwt]").simple_jwt.is_some());
        assert!(read_with("", [("COUNTERSIGN__SIMPLE_JWT__LEEWAY", "5")]).simple_jwt.is_some());
    }

    #[test]
    fn unknown_keys_are_told_with_place_and_nearest_known_key() {
        assert_eq!(
            fault("[simple_jwt]\nleewai = 5"),
            "countersign.toml, line 2: simple_jwt.leewai is not a setting, the nearest one is simple_jwt.leeway: \
             correct the name, or remove it"
        );
        let error = try_read("", &[("COUNTERSIGN__SIMPLE_JWT__LEEWAI", "5")]).unwrap_err();
        assert_eq!(
            error.to_string(),
            "COUNTERSIGN__SIMPLE_JWT__LEEWAI: simple_jwt.leewai is not a setting, the nearest one is \
             simple_jwt.leeway: correct the name to COUNTERSIGN__SIMPLE_JWT__LEEWAY, or unset it"
        );
        assert!(fault("[simple_jwt.routes]\ntoken_verfy = '/'").contains("simple_jwt.routes.token_verify:"));
        assert!(fault("[simplejwt]\nleeway = 1").contains("the nearest one is simple_jwt:"));
    }

    #[test]
    fn all_that_is_wrong_is_told_at_once() {
        let error =
            fault("profile = 'x'\n[server]\nlisten = 8000\n[users]\ntabel = 'u'\n[simple_jwt]\nleeway = 'x'");
        let places = error.lines().map(|line| line.split(' ').nth(3).unwrap()).collect::<Vec<_>>();
        assert_eq!(places, ["profile", "server.listen", "users.tabel", "simple_jwt.leeway"]);
        assert_eq!(
            fault("simple_jwt = 5"),
            "countersign.toml, line 1: simple_jwt is a table: write its keys below [simple_jwt]"
        );
    }

    #[test]
    fn defaults_lie_below_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("countersign.toml");
        std::fs::write(folder.path().join("key"), format!("{SECRET}\n")).unwrap();
        std::fs::write(&file, "secret_key = { file = 'key' }\n[users]\ntable = 'u'\n").unwrap();
        let text = "secret_key = 'dev'\n[database]\nurl = 'sqlite://dev'\n[users]\nid = 'i'\n";
        let defaults = Layer { name: "serve --dev", text };
        let config = load_over(Some(defaults), Some(&file), std::iter::empty()).unwrap();
        assert_eq!(config.secret_key.unwrap().expose(), SECRET.as_bytes());
        assert_eq!(config.database.url(), "sqlite://dev");
        assert_eq!((config.users.table.as_str(), config.users.columns.id.as_deref()), ("u", Some("i")));

        let error = load(Some(&folder.path().join("none.toml")), std::iter::empty()).unwrap_err().to_string();
        assert!(error.contains("none.toml: the configuration cannot be read: No such file"), "{error}");
    }

    #[test]
    fn no_error_and_no_debug_output_shows_a_value() {
        for text in [
            "secret_key = ['hunter2']",
            "secret_key = { hunter2 = 1 }",
            "profile = 'hunter2'",
            "[simple_jwt]\nalgorithm = 'hunter2'",
            "[simple_jwt]\nalgorithm = 'RS256'\nsigning_key = 'hunter2'",
            "[simple_jwt]\njwk_url = 'hunter2'",
            "[simple_jwt]\nleeway = 'hunter2'",
            "[simple_jwt]\nuser_authentication_rule = 'hunter2'",
            "[simple_jwt]\nauth_token_classes = 'hunter2'",
            "[simple_jwt]\nauth_header_name = 'hunter2 '",
            "[simple_jwt.routes]\ntoken_verify = 'hunter2'",
        ] {
            assert!(!fault(text).contains("hunter2"), "{text}");
        }
        assert!(!format!("{:?}", read("[simple_jwt]")).contains(SECRET));
    }
}
