//! How tokens are renewed: by themselves, by long-running refresh tokens, or not.

use std::num::NonZeroU8;

use countersign::authority::{RefreshTokenRules, Renewal};
use countersign::clock::Span;
use countersign_sql::Tables;

use super::super::reference::Surroundings;
use super::super::section::{Located, Reported, Section};
use super::super::setting::{Fault, Setting};
use super::super::tree::Value;
use super::super::{Profile, Shared};

/// Where long-running refresh tokens are, and how long they live.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RefreshTokensConfig {
    /// `JWT_LONG_RUNNING_REFRESH_TOKEN`: whether there are any, so that there must be the table.
    pub(crate) are_kept: bool,
    /// The table of `JWT_REFRESH_TOKEN_MODEL`.
    pub(crate) table: String,
    /// `JWT_REFRESH_EXPIRATION_DELTA`.
    pub(crate) lifetime: Span,
}

pub(super) fn read(
    settings: &mut Section<'_>,
    shared: &Shared<'_>,
) -> Result<(Renewal, RefreshTokensConfig), Reported> {
    let (mut allowed, mut long_running, mut reuse) = (true, false, false);
    settings.set("jwt_allow_refresh", &mut allowed);
    settings.set("jwt_long_running_refresh_token", &mut long_running);
    settings.set("jwt_reuse_refresh_tokens", &mut reuse);
    let mut lifetime = Span::from_days(7);
    settings.set("jwt_refresh_expiration_delta", &mut lifetime);
    let mut table = Tables::REFRESH_TOKENS.to_owned();
    settings.set_as("jwt_refresh_token_model", &mut table, |Model(table)| table);
    let bytes = bytes(settings, shared, long_running)?;
    let rule = match (allowed, long_running) {
        (true, true) => Renewal::ByRefreshToken(RefreshTokenRules { lifetime, bytes, reuse }),
        (true, false) => Renewal::ByAccessToken,
        (false, revocable) => Renewal::Off { revocable },
    };
    Ok((rule, RefreshTokensConfig { are_kept: long_running, table, lifetime }))
}

/// `JWT_REFRESH_TOKEN_N_BYTES`, enough of them not to be guessed.
fn bytes(settings: &mut Section<'_>, shared: &Shared<'_>, in_use: bool) -> Result<NonZeroU8, Reported> {
    let Some(Located { value: Bytes(bytes), place }) = settings.located("jwt_refresh_token_n_bytes")? else {
        return Ok(DEFAULT_BYTES);
    };
    if in_use && bytes < ENOUGH_BYTES {
        let consequence = "so few that tokens may be guessed: give 16 or more";
        match shared.profile {
            Profile::Django => settings.warn(&place, &format!("is {consequence}")),
            Profile::Strict => {
                let predicate = format!("is refused by the strict profile: it is {consequence}");
                return Err(settings.problem(&place, &predicate));
            }
        }
    }
    Ok(bytes)
}

struct Bytes(NonZeroU8);

impl Setting for Bytes {
    fn read(value: Value, around: &Surroundings) -> Result<Self, Fault> {
        let value = value.into_typed(around)?;
        let Value::Integer(number) = value else { return Err(value.is_not("a whole number")) };
        let number = u8::try_from(number).ok().and_then(NonZeroU8::new);
        number.filter(|number| number.get() <= RefreshTokenRules::MAX_BYTES).map(Self).ok_or_else(|| {
            format!(
                "takes a whole number from 1 to {}: each byte is two characters of a token, and its column holds 255",
                RefreshTokenRules::MAX_BYTES
            )
            .into()
        })
    }
}

/// `JWT_REFRESH_TOKEN_MODEL` as the table's name: Django's own rule for `app_label.Model`, and a name without a dot as
/// it is, for a model with a `db_table`.
struct Model(String);

impl Setting for Model {
    fn read(value: Value, around: &Surroundings) -> Result<Self, Fault> {
        let model = String::read(value, around)?;
        let table = match model.split_once('.') {
            Some((app, model)) if !app.is_empty() && !model.is_empty() && !model.contains('.') => {
                Some(format!("{app}_{}", model.to_lowercase()))
            }
            None if !model.is_empty() => Some(model),
            _ => None,
        };
        table.map(Self).ok_or_else(|| {
            "takes a model as \"app_label.Model\", or the name of its table where the model has a db_table".into()
        })
    }
}

const DEFAULT_BYTES: NonZeroU8 = NonZeroU8::new(20).unwrap();
/// 128 bits, as RFC 6749 §10.10 asks for.
const ENOUGH_BYTES: NonZeroU8 = NonZeroU8::new(16).unwrap();

#[cfg(test)]
mod tests {
    use super::super::super::testing::{fault, read};
    use super::super::GraphqlJwtConfig;
    use super::*;

    fn graphql(text: &str) -> GraphqlJwtConfig {
        read(&format!("[graphql_jwt]\n{text}")).graphql_jwt.unwrap()
    }

    fn rule(text: &str) -> Renewal {
        graphql(text).tokens.with_ledger(false).renewal
    }

    #[test]
    fn two_settings_say_what_renews() {
        assert_eq!(rule(""), Renewal::ByAccessToken);
        assert_eq!(rule("jwt_allow_refresh = false"), Renewal::Off { revocable: false });
        let long = "jwt_long_running_refresh_token = true\n";
        let off = format!("{long}jwt_allow_refresh = false");
        assert_eq!(rule(&off), Renewal::Off { revocable: true });
        let lifetime = Span::from_days(7);
        let defaults = RefreshTokenRules { lifetime, bytes: DEFAULT_BYTES, reuse: false };
        assert_eq!(rule(long), Renewal::ByRefreshToken(defaults));
        let set = format!(
            "{long}jwt_refresh_expiration_delta = '1d'\njwt_refresh_token_n_bytes = 32\njwt_reuse_refresh_tokens = true"
        );
        let bytes = NonZeroU8::new(32).unwrap();
        let rules = RefreshTokenRules { lifetime: Span::from_days(1), bytes, reuse: true };
        assert_eq!(rule(&set), Renewal::ByRefreshToken(rules));
        assert_eq!(graphql(&set).refresh_tokens.lifetime, Span::from_days(1));
    }

    #[test]
    fn the_model_names_the_table_as_django_does() {
        let table = |model: &str| {
            let tokens = graphql(&format!("jwt_long_running_refresh_token = true\n{model}")).refresh_tokens;
            assert!(tokens.are_kept);
            tokens.table
        };
        assert!(!graphql("").refresh_tokens.are_kept);
        assert_eq!(table(""), "refresh_token_refreshtoken");
        assert_eq!(
            table("jwt_refresh_token_model = 'refresh_token.RefreshToken'"),
            "refresh_token_refreshtoken"
        );
        assert_eq!(table("jwt_refresh_token_model = 'shop.OwnToken'"), "shop_owntoken");
        assert_eq!(table("jwt_refresh_token_model = 'Own Table'"), "Own Table");
        for odd in ["", ".", "a.", ".B", "a.b.C"] {
            let error = fault(&format!("[graphql_jwt]\njwt_refresh_token_model = '{odd}'"));
            assert!(error.contains("takes a model as \"app_label.Model\""), "{error}");
        }
    }

    #[test]
    fn a_token_is_long_enough_and_fits_its_column() {
        for number in [0, -1, 128, 256, 1_000_000] {
            let error = fault(&format!("[graphql_jwt]\njwt_refresh_token_n_bytes = {number}"));
            assert!(
                error.contains("takes a whole number from 1 to 127: each byte is two characters"),
                "{error}"
            );
        }
        let few = "[graphql_jwt]\njwt_verify_expiration = true\njwt_refresh_token_n_bytes = 15\n";
        assert!(read(few).warnings().is_empty(), "there are no such tokens");
        let few = format!("{few}jwt_long_running_refresh_token = true");
        assert!(read(&few).warnings()[0].to_string().contains("is so few that tokens may be guessed"));
        assert!(fault(&format!("profile = 'strict'\n{few}")).contains("is refused by the strict profile"));
    }
}
