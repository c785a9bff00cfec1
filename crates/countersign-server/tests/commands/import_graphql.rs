//! A project with the GraphQL JWT of strawberry-django-extras, carried over.

use serde_json::{Value, json};

use crate::harness::{DjangoProject, PASSWORD, Server};

fn library() -> DjangoProject {
    DjangoProject::copy("library", "library.settings")
}

/// Puts `new` where `old` stands in a file of the project.
#[track_caller]
fn edit(project: &DjangoProject, file: &str, old: &str, new: &str) {
    let text = project.place.read(file);
    assert!(text.contains(old), "{old:?} is not in {text}");
    project.place.write(file, &text.replace(old, new));
}

const ME: &str = "{ me { id username } }";
const REQUEST: &str = "mutation($u: String, $p: String, $r: String) { \
                       requestToken(username: $u, password: $p, refreshToken: $r) { token refreshToken { token } } }";

/// The status and body of the server's answer.
fn ask(server: &Server, token: &str, query: &str, variables: &Value) -> (String, String) {
    let body = json!({"query": query, "variables": variables}).to_string();
    let authorization = format!("Bearer {token}");
    let headers = [("Content-Type", "application/json"), ("Authorization", &*authorization)];
    let answer = server.connect().request("POST", "/graphql/", &headers, &body);
    (answer.status.to_string(), answer.body)
}

/// The status and body of the project's own answer.
fn ask_django(project: &DjangoProject, token: &str, query: &str, variables: &Value) -> (String, String) {
    let body = json!({"query": query, "variables": variables}).to_string();
    project.request("POST", "/graphql/", &format!("Bearer {token}"), &body)
}

#[track_caller]
fn json((_, body): (String, String)) -> Value {
    serde_json::from_str(&body).unwrap_or_else(|error| panic!("{error}: {body}"))
}

#[track_caller]
fn tokens<'a>(answer: &'a Value) -> (&'a str, &'a str) {
    let tokens = &answer["data"]["requestToken"];
    let text = |value: &'a Value| value.as_str().unwrap_or_else(|| panic!("{answer}"));
    (text(&tokens["token"]), text(&tokens["refreshToken"]["token"]))
}

#[test]
fn settings_secrets_and_the_path() {
    let project = library();
    let imported = project.import(&[]);
    let said = imported.succeeded();
    for line in [
        "  GraphQL JWT (strawberry-django-extras) 0.2.6: 1 endpoint\n",
        "\nEverything that Django says of them was carried over.\n",
    ] {
        assert!(said.contains(line), "{line:?} is not in: {said}");
    }
    let secret = "library-signing-2a6e0c4f8b1d9573a2e6c0f4b8d19573a6e2c0f4";
    project.keeps_secret("countersign.graphql_jwt.jwt_secret_key", secret, said);
    assert!(!project.place.path("countersign.secret").exists(), "nothing is signed with SECRET_KEY");
    project.configures(&[
        "jwt_auth_header_prefix = \"Bearer\"",
        "jwt_expiration_delta = \"15m\"",
        "jwt_issuer = \"https://library.example\"",
        "jwt_long_running_refresh_token = true",
        "jwt_refresh_expiration_delta = \"28d\"",
        "jwt_refresh_token_n_bytes = 32",
        "jwt_reuse_refresh_tokens = true",
        "jwt_verify_expiration = true",
        // What the package's code does without being told; its manual says otherwise.
        "jwt_authenticate_introspection = true",
        "jwt_unauthorized_response_handler = \
         \"strawberry_django_extras.jwt.response_handlers.http_response_handler\"",
        "path = \"/graphql/\"",
    ]);
    let toml = project.place.read("countersign.toml");
    for absent in ["jwt_algorithm", "jwt_leeway", "jwt_payload", "csrf"] {
        assert!(!toml.contains(absent), "{absent} is a default: {toml}");
    }
}

#[test]
fn tokens_are_good_both_ways() {
    let project = library().with_user("ada");
    project.import(&[]).succeeded();
    let server = project.serve();
    let credentials = json!({"u": "ada", "p": PASSWORD});
    // Without a token a header has not the two parts of one, which is nobody.
    let at_django = json(ask_django(&project, "", REQUEST, &credentials));
    let at_ours = json(ask(&server, "", REQUEST, &credentials));
    let ((theirs, their_refresh), (ours, our_refresh)) = (tokens(&at_django), tokens(&at_ours));

    let me = json(ask_django(&project, ours, ME, &Value::Null));
    assert_eq!(me["data"]["me"]["username"], "ada");
    assert_eq!(json(ask(&server, theirs, ME, &Value::Null)), me);
    let refused = ask(&server, "no.good.token", ME, &Value::Null);
    assert_eq!(refused, ("401".to_owned(), "Invalid token".to_owned()));
    assert_eq!(ask_django(&project, "no.good.token", ME, &Value::Null), refused);

    // Each refreshes what the other has issued, and what was used is used up at both.
    for (refresh, refreshed) in [
        (their_refresh, json(ask(&server, "", REQUEST, &json!({"r": their_refresh})))),
        (our_refresh, json(ask_django(&project, "", REQUEST, &json!({"r": our_refresh})))),
    ] {
        assert_ne!(tokens(&refreshed).1, refresh);
        let again = json!({"r": refresh});
        assert_eq!(json(ask(&server, "", REQUEST, &again)), json(ask_django(&project, "", REQUEST, &again)));
    }
    let wrong = json!({"u": "ada", "p": "wrong"});
    assert_eq!(json(ask(&server, "", REQUEST, &wrong)), json(ask_django(&project, "", REQUEST, &wrong)));
}

#[test]
fn a_schema_with_more_in_it_stays_where_it_is() {
    let project = library();
    edit(
        &project,
        "library/schema.py",
        "@strawberry.type\nclass Mutation:",
        "\
         \n    @strawberry.field\n    def books(self) -> list[str]:\n        return []\n\n\n@strawberry.type\nclass Mutation:",
    );
    edit(&project, "library/schema.py", "    verify_token =", "    check_token =");
    edit(&project, "library/schema.py", "    email: strawberry.auto", "    password: strawberry.auto");
    edit(
        &project,
        "library/settings.py",
        "MIDDLEWARE = [\"strawberry_django_extras.jwt.middleware.jwt_middleware\"]",
        "",
    );
    let imported = project.import(&[]);
    let said = imported.succeeded();
    let what = "/graphql/ (strawberry.django.views.GraphQLView)";
    for instead in [
        "query me { password }, query books, mutation checkToken.",
        "mutation checkToken is verifyToken here",
        "its own schema at /graphql/tokens/",
        "write path = \"/graphql/\"",
    ] {
        DjangoProject::leaves(said, what, instead);
    }
    DjangoProject::leaves(
        said,
        "MIDDLEWARE: strawberry_django_extras.jwt.middleware.jwt_middleware is not there",
        "reads",
    );
    project.configures(&["path = \"/graphql/tokens/\""]);
}

#[test]
fn code_of_the_project_is_not_served() {
    let project = library();
    edit(
        &project,
        "library/settings.py",
        "    \"JWT_ISSUER\"",
        "    \"JWT_PAYLOAD_HANDLER\": lambda user: {},\n    \"JWT_COLOUR\": 1,\n    \"JWT_ISSUER\"",
    );
    let words = [
        "nothing was written",
        "GRAPHQL_JWT[\"JWT_PAYLOAD_HANDLER\"] = library.settings.<lambda>",
        "Left to Django",
    ];
    project.import(&[]).failed(2, &words);
    assert!(!project.place.path("countersign.graphql_jwt.jwt_secret_key").exists(), "no half an import");
}
