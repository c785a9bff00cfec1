//! What is asked of users and done with tokens.

use countersign::authority::{AuthorityError, Rotation, Rules};
use countersign::token::TokenKind;

use super::super::section::{Reported, Section};
use super::super::{Profile, Shared};
use super::{Package, sessions};

/// Reads what is said beyond the package's defaults.
pub(super) fn read(
    settings: &mut Section<'_>,
    shared: &Shared<'_>,
    package: &Package,
    mut rules: Rules,
    blacklist: Option<bool>,
) -> Result<Rules, Reported> {
    rules.inactive_users_may_log_in = shared.users.inactive_users_may_log_in;
    let always = rules.update_last_login;
    settings.set_as("update_last_login", &mut rules.update_last_login, |wanted: bool| wanted || always);
    let (rotation, sessions) = if package.has_ledger {
        let rotation = rotation(settings, shared, &mut rules, blacklist);
        let sessions = sessions::read(settings, shared, rotation.as_ref().ok().copied());
        (rotation, sessions)
    } else {
        (Ok(Rotation::Off), Ok(None))
    };
    let stateless = if package.user_classes.is_empty() { Ok(None) } else { stateless(settings, package) };
    let kinds = auth_tokens(settings, package);
    rules.rotation = rotation?;
    rules.sessions = sessions?;
    if let Some(stateless) = stateless? {
        rules.stateless = stateless;
    }
    if let Some(kinds) = kinds? {
        rules.auth_tokens = kinds;
    }
    Ok(rules)
}

/// `ROTATE_REFRESH_TOKENS` and `BLACKLIST_AFTER_ROTATION`, which also concerns verification. Strictly both are on.
fn rotation(
    settings: &mut Section<'_>,
    shared: &Shared<'_>,
    rules: &mut Rules,
    blacklist: Option<bool>,
) -> Result<Rotation, Reported> {
    let is_strict = shared.profile == Profile::Strict;
    let rotate = settings.optional("rotate_refresh_tokens");
    rules.verify_asks_blacklist = is_strict;
    settings.set("blacklist_after_rotation", &mut rules.verify_asks_blacklist);
    settings.set("check_access_blacklist", &mut rules.access_tokens_ask_blacklist);
    if rules.access_tokens_ask_blacklist && blacklist == Some(false) {
        let error = AuthorityError::AccessBlacklistWithoutLedger;
        let predicate = format!("is false, but {error}: turn one of them");
        return Err(settings.problem(&settings.place_of("blacklist"), &predicate));
    }
    let rotation = match (rotate?.unwrap_or(is_strict), rules.verify_asks_blacklist) {
        (false, _) => Rotation::Off,
        (true, false) => Rotation::On,
        (true, true) => Rotation::OnWithBlacklist,
    };
    if rotation == Rotation::OnWithBlacklist && blacklist == Some(false) {
        let predicate = format!("is false, but {}: turn one of them", AuthorityError::BlacklistWithoutLedger);
        return Err(settings.problem(&settings.place_of("blacklist"), &predicate));
    }
    Ok(rotation)
}

/// `authentication_class`: how a protected route finds the user.
fn stateless(settings: &mut Section<'_>, package: &Package) -> Result<Option<bool>, Reported> {
    let Some(path) = settings.located::<String>("authentication_class")? else { return Ok(None) };
    match package.class("authentication", &path.value) {
        "user" => Ok(Some(false)),
        "stateless" => Ok(Some(true)),
        class if package.user_classes.contains(&class) => Ok(Some(false)),
        class if package.stateless_classes.contains(&class) => Ok(Some(true)),
        _ => {
            let Package { name, module, user_classes, .. } = package;
            let predicate = format!(
                "takes \"user\" or \"stateless\", or {name}'s own class of either, as in \
                 \"{module}.authentication.{}\": this version knows no other",
                user_classes[0]
            );
            Err(settings.problem(&path.place, &predicate))
        }
    }
}

/// `AUTH_TOKEN_CLASSES`: one kind at least.
fn auth_tokens(settings: &mut Section<'_>, package: &Package) -> Result<Option<Vec<TokenKind>>, Reported> {
    let Some(paths) = settings.located::<Vec<String>>(package.token_classes)? else { return Ok(None) };
    match paths.value.iter().map(|path| package.kind(path)).collect::<Option<Vec<_>>>() {
        Some(kinds) if kinds.is_empty() => {
            let predicate = "is empty, so nobody could authenticate: list \"access\" at least";
            Err(settings.problem(&paths.place, predicate))
        }
        Some(kinds) => Ok(Some(kinds)),
        None => {
            let Package { name, module, kinds, .. } = package;
            let names: Vec<_> = kinds.iter().map(|kind| format!("\"{kind}\"")).collect();
            let predicate = format!(
                "takes {}, or {name}'s own classes, as in \"{module}.tokens.AccessToken\": this version knows no other",
                names.join(", ")
            );
            Err(settings.problem(&paths.place, &predicate))
        }
    }
}

#[cfg(test)]
mod tests {
    use countersign::secret::StoredPassword;
    use countersign::user::{Fields, User, UserKey};

    use super::super::super::testing::{fault, read};
    use super::*;

    fn rules(text: &str) -> Rules {
        read(&format!("[simple_jwt]\n{text}")).simple_jwt.unwrap().tokens.with_ledger(true)
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
        assert_eq!(read(&format!("{text}true")).simple_jwt.unwrap().tokens.blacklist, Some(true));
    }

    #[test]
    fn access_tokens_are_looked_up_in_a_blacklist_that_is_there() {
        assert!(!rules("").access_tokens_ask_blacklist);
        assert!(rules("check_access_blacklist = true").access_tokens_ask_blacklist);
        let error = fault("[ninja_jwt]\nblacklist = false\ncheck_access_blacklist = true");
        assert!(error.contains("ninja_jwt.blacklist is false, but check_access_blacklist is on"), "{error}");
    }

    #[test]
    fn who_may_authenticate() {
        let user = User {
            key: UserKey::Int(1),
            username: "u".into(),
            password: StoredPassword::new("!"),
            is_active: false,
            email: None,
            last_login: None,
            fields: Fields::default(),
        };
        assert!(!rules("").authentication_rule.permits(&user));
        let everyone = rules("check_user_is_active = false");
        assert!(everyone.authentication_rule.permits(&user) && !everyone.check_user_is_active);
        let text = "[users]\nauthentication_backend = 'django.contrib.auth.backends.AllowAllUsersModelBackend'\n\
                    [simple_jwt]\nupdate_last_login = true";
        let rules = read(text).simple_jwt.unwrap().tokens.with_ledger(false);
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

    #[test]
    fn a_package_knows_its_own_classes() {
        let ninja = "[ninja_jwt]\nauth_token_classes = ['ninja_jwt.tokens.SlidingToken', 'access']\n\
                     authentication_class = 'ninja_jwt.authentication.JWTTokenUserAuth'";
        let rules = read(ninja).ninja_jwt.unwrap().tokens.with_ledger(true);
        assert_eq!(rules.auth_tokens, [TokenKind::Sliding, TokenKind::Access]);
        assert!(rules.stateless);
        for (key, foreign, own) in [
            (
                "auth_token_classes",
                "rest_framework_simplejwt.tokens.AccessToken",
                "ninja_jwt.tokens.AccessToken",
            ),
            (
                "authentication_class",
                "rest_framework_simplejwt.authentication.JWTAuthentication",
                "ninja_jwt.authentication.JWTAuth",
            ),
        ] {
            let error = fault(&format!("[ninja_jwt]\n{key} = '{foreign}'"));
            assert!(error.contains("Ninja JWT's own class") && error.contains(own), "{error}");
        }
    }
}
