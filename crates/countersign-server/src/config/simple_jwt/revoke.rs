//! Tokens that die with the password they were issued for.

use countersign::token::RevokeClaim;

use super::super::section::Section;
use super::super::setting::Name;
use super::super::{Profile, Shared};

/// `CHECK_REVOKE_TOKEN` and `REVOKE_TOKEN_CLAIM`.
pub(super) fn read(settings: &mut Section<'_>, shared: &Shared<'_>) -> Option<RevokeClaim> {
    let mut name = "hash_password".to_owned();
    settings.set_as("revoke_token_claim", &mut name, |Name(name)| name);
    let check = settings.located::<bool>("check_revoke_token").ok()?.filter(|check| check.value)?;
    match (shared.profile, shared.secret_key) {
        (Profile::Django, _) => Some(RevokeClaim::md5(name)),
        (Profile::Strict, Some(secret)) => Some(RevokeClaim::keyed(name, &secret.value)),
        (Profile::Strict, None) => {
            settings.problem(
                &check.place,
                "needs a secret in the strict profile: give secret_key above the first table",
            );
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use countersign::token::TokenPolicy;

    use super::super::super::Config;
    use super::super::super::testing::read;

    fn policy(text: &str) -> TokenPolicy {
        read(&format!("[simple_jwt]\n{text}")).simple_jwt.unwrap().tokens.policy
    }

    #[test]
    fn the_revoke_claim_is_djangos_md5_or_strictly_a_keyed_digest() {
        assert!(policy("revoke_token_claim = 'p'").revoke_claim.is_none());
        let md5 = policy("check_revoke_token = true\nrevoke_token_claim = 'p'").revoke_claim.unwrap();
        assert_eq!((md5.name(), format!("{md5:?}").contains("Md5")), ("p", true));
        let strict = read("profile = 'strict'\n[simple_jwt]\ncheck_revoke_token = true").simple_jwt.unwrap();
        let keyed = strict.tokens.policy.revoke_claim.unwrap();
        assert_eq!((keyed.name(), format!("{keyed:?}").contains("Keyed(…)")), ("hash_password", true));
        let text = "profile = 'strict'\n[database]\nurl = 'x'\n[simple_jwt]\ncheck_revoke_token = true\n\
                    signing_key = 'a secret of at least thirty-two bytes'";
        let error = Config::from_toml(text, "f", []).unwrap_err().to_string();
        assert_eq!(
            error,
            "f, line 5: simple_jwt.check_revoke_token needs a secret in the strict profile: \
             give secret_key above the first table"
        );
    }
}
