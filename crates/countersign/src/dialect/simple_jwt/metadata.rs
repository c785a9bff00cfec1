//! What `OPTIONS` says of each view: DRF's `SimpleMetadata`, to the letter as clients get it from Django.

use crate::dialect::Json;
use crate::dialect::SimpleJwt;
use crate::dialect::simple_jwt::Endpoint;

impl SimpleJwt {
    pub(super) fn metadata(&self, endpoint: Endpoint) -> Json {
        let username = self.username_field.clone();
        let (name, description, fields) = match endpoint {
            Endpoint::Authenticate => ("Authenticate", "", vec![]),
            Endpoint::Logout => ("Logout", "", vec![]),
            Endpoint::Session => ("Session", "", vec![]),
            Endpoint::Sessions => ("Sessions", "", vec![]),
            Endpoint::TokenBlacklist => (
                "Token Blacklist",
                "Takes a token and blacklists it. Must be used with the\n\
                 `rest_framework_simplejwt.token_blacklist` app installed.",
                vec![input("refresh".to_owned())],
            ),
            Endpoint::TokenObtainPair => (
                "Token Obtain Pair",
                "Takes a set of user credentials and returns an access and refresh JSON web\n\
                 token pair to prove the authentication of those credentials.",
                vec![input(username), input("password".to_owned())],
            ),
            Endpoint::TokenObtainSliding => (
                "Token Obtain Sliding",
                "Takes a set of user credentials and returns a sliding JSON web token to\n\
                 prove the authentication of those credentials.",
                vec![input(username), input("password".to_owned())],
            ),
            Endpoint::TokenRefresh => (
                "Token Refresh",
                "Takes a refresh type JSON web token and returns an access type JSON web\n\
                 token if the refresh token is valid.",
                vec![input("refresh".to_owned()), field("access".to_owned(), false)],
            ),
            Endpoint::TokenRefreshSliding => (
                "Token Refresh Sliding",
                "Takes a sliding JSON web token and returns a new, refreshed version if the\n\
                 token's refresh period has not expired.",
                vec![input("token".to_owned())],
            ),
            Endpoint::TokenVerify => (
                "Token Verify",
                "Takes a token and indicates if it is valid.  This view provides no\n\
                 information about a token's fitness for a particular use.",
                vec![input("token".to_owned())],
            ),
        };
        let mut members = vec![
            ("name".into(), name.into()),
            ("description".into(), description.into()),
            ("renders".into(), Json::texts(["application/json", "text/html"])),
            (
                "parses".into(),
                Json::texts(["application/json", "application/x-www-form-urlencoded", "multipart/form-data"]),
            ),
        ];
        if !fields.is_empty() {
            let fields = Json::Object(fields.into_iter().map(|(name, field)| (name.into(), field)).collect());
            members.push(("actions".into(), Json::object([("POST", fields)])));
        }
        Json::Object(members)
    }
}

fn input(name: String) -> (String, Json) {
    field(name, true)
}

fn field(name: String, is_input: bool) -> (String, Json) {
    let label = label(&name);
    let field = Json::object([
        ("type", "string".into()),
        ("required", is_input.into()),
        ("read_only", (!is_input).into()),
        ("label", label.into()),
    ]);
    (name, field)
}

/// `e_mail` is labelled `E mail`.
fn label(name: &str) -> String {
    let spaced = name.replace('_', " ").to_lowercase();
    let mut chars = spaced.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}
