//! What is asked of users and done with tokens.

use std::sync::Arc;

use countersign::authority::{AuthorityError, Rotation, Rules};
use countersign::token::TokenKind;
use countersign::user::User;

use super::super::Shared;
use super::super::reference::Surroundings;
use super::super::section::{Reported, Section};
use super::super::setting::{Fault, Setting};
use super::super::tree::Value;

pub(super) fn read(
    settings: &mut Section<'_>,
    shared: &Shared<'_>,
    blacklist: Option<bool>,
) -> Result<Rules, Reported> {
    let mut rules = Rules::default();
    rules.inactive_users_may_log_in = shared.users.inactive_users_may_log_in;
    let rotate = settings.optional("rotate_refresh_tokens");
    settings.set("blacklist_after_rotation", &mut rules.verify_asks_blacklist);
    settings.set("update_last_login", &mut rules.update_last_login);
    settings.set("check_user_is_active", &mut rules.check_user_is_active);
    settings.set_as("authentication_class", &mut rules.stateless, |class: AuthenticationClass| {
        class == AuthenticationClass::Stateless
    });
    settings.set_as("auth_token_classes", &mut rules.auth_tokens, |AuthTokens(kinds)| kinds);
    if !rules.check_user_is_active {
        rules.authentication_rule = Arc::new(|_: &User| true);
    }
    rules.rotation = match (rotate?.unwrap_or(false), rules.verify_asks_blacklist) {
        (false, _) => Rotation::Off,
        (true, false) => Rotation::On,
        (true, true) => Rotation::OnWithBlacklist,
    };
    if rules.rotation == Rotation::OnWithBlacklist && blacklist == Some(false) {
        let predicate = format!("is false, but {}: turn one of them", AuthorityError::BlacklistWithoutLedger);
        return Err(settings.problem(&settings.place_of("blacklist"), &predicate));
    }
    Ok(rules)
}

/// How a protected view authenticates.
#[derive(PartialEq, Eq)]
enum AuthenticationClass {
    Stateless,
    User,
}

impl Setting for AuthenticationClass {
    fn read(value: Value, around: &Surroundings) -> Result<Self, Fault> {
        let class = String::read(value, around)?;
        match class.strip_prefix("rest_framework_simplejwt.authentication.").unwrap_or(&class) {
            "JWTAuthentication" | "user" => Ok(Self::User),
            "JWTStatelessUserAuthentication" | "JWTTokenUserAuthentication" | "stateless" => Ok(Self::Stateless),
            _ => Err("takes \"user\" or \"stateless\", or SimpleJWT's own class of either, as in \
                      \"rest_framework_simplejwt.authentication.JWTAuthentication\": this version knows no other"
                .into()),
        }
    }
}

/// `AUTH_TOKEN_CLASSES`: one kind at least.
struct AuthTokens(Vec<TokenKind>);

impl Setting for AuthTokens {
    fn read(value: Value, around: &Surroundings) -> Result<Self, Fault> {
        let kinds = Vec::<AuthToken>::read(value, around)?;
        if kinds.is_empty() {
            return Err("is empty, so nobody could authenticate: list \"access\" at least".into());
        }
        Ok(Self(kinds.into_iter().map(|AuthToken(kind)| kind).collect()))
    }
}

struct AuthToken(TokenKind);

impl Setting for AuthToken {
    fn read(value: Value, around: &Surroundings) -> Result<Self, Fault> {
        let class = String::read(value, around)?;
        match class.strip_prefix("rest_framework_simplejwt.tokens.").unwrap_or(&class) {
            "AccessToken" | "access" => Ok(Self(TokenKind::Access)),
            "RefreshToken" | "refresh" => Ok(Self(TokenKind::Refresh)),
            "SlidingToken" | "sliding" => Ok(Self(TokenKind::Sliding)),
            "UntypedToken" | "untyped" => Ok(Self(TokenKind::Untyped)),
            _ => Err("takes \"access\", \"sliding\", \"refresh\" or \"untyped\", or SimpleJWT's own classes, as in \
                      \"rest_framework_simplejwt.tokens.AccessToken\": this version knows no other"
                .into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use countersign::secret::StoredPassword;
    use countersign::user::{Fields, UserKey};

    use super::super::super::testing::{fault, read};
    use super::*;

    fn rules(text: &str) -> Rules {
        read(&format!("[simple_jwt]\n{text}")).simple_jwt.unwrap().with_ledger(true)
    }

    #[test]
    fn rotation_is_two_settings_in_one() {
        assert_eq!(rules("").rotation, Rotation::Off);
        assert_eq!(rules("rotate_refresh_tokens = true").rotation, Rotation::On);
        let both = rules("rotate_refresh_tokens = true\nblacklist_after_rotation = true");
        assert_eq!((both.rotation, both.verify_asks_blacklist), (Rotation::OnWithBlacklist, true));
        let one = rules("blacklist_after_rotation = true");
        assert_eq!((one.rotation, one.verify_asks_blacklist), (Rotation::Off, true));
    }

    #[test]
    fn rotation_with_blacklisting_needs_the_blacklist() {
        let text =
            "[simple_jwt]\nrotate_refresh_tokens = true\nblacklist_after_rotation = true\nblacklist = ";
        assert!(
            fault(&format!("{text}false"))
                .contains("simple_jwt.blacklist is false, but rotate_refresh_tokens")
        );
        assert_eq!(read(&format!("{text}true")).simple_jwt.unwrap().blacklist, Some(true));
    }

    #[test]
    fn who_may_authenticate() {
        let user = User {
            key: UserKey::Int(1),
            username: "u".into(),
            password: StoredPassword::new("!"),
            is_active: false,
            fields: Fields::default(),
        };
        assert!(!rules("").authentication_rule.permits(&user));
        let everyone = rules("check_user_is_active = false");
        assert!(everyone.authentication_rule.permits(&user) && !everyone.check_user_is_active);
        let text = "[users]\nauthentication_backend = 'django.contrib.auth.backends.AllowAllUsersModelBackend'\n\
                    [simple_jwt]\nupdate_last_login = true";
        let rules = read(text).simple_jwt.unwrap().with_ledger(false);
        assert!(rules.inactive_users_may_log_in && rules.update_last_login && !rules.ledger);
    }

    #[test]
    fn classes_have_short_names_and_djangos() {
        assert_eq!(rules("").auth_tokens, [TokenKind::Access]);
        let kinds =
            "auth_token_classes = ['rest_framework_simplejwt.tokens.SlidingToken', 'access', 'untyped']";
        assert_eq!(rules(kinds).auth_tokens, [TokenKind::Sliding, TokenKind::Access, TokenKind::Untyped]);
        assert_eq!(rules("auth_token_classes = 'refresh'").auth_tokens, [TokenKind::Refresh]);
        for class in ["stateless", "rest_framework_simplejwt.authentication.JWTStatelessUserAuthentication"] {
            assert!(rules(&format!("authentication_class = '{class}'")).stateless);
        }
        assert!(!rules("authentication_class = 'user'").stateless);
        assert!(fault("[simple_jwt]\nauthentication_class = 'a.B'").contains("this version knows no other"));
        assert!(fault("[simple_jwt]\nauth_token_classes = 'a.B'").contains("this version knows no other"));
        assert!(fault("[simple_jwt]\nauth_token_classes = []").contains("nobody could authenticate"));
    }
}
