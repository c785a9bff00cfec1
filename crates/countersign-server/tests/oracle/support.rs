//! What the stories share: who there is, and how one asks.

use countersign_testing::{Both, Engine, Oracle, Pair, Request, Response, Settings, Subject};
use serde_json::{Value, json};

pub(crate) const OBTAIN: &str = "/api/token/";
pub(crate) const REFRESH: &str = "/api/token/refresh/";
pub(crate) const VERIFY: &str = "/api/token/verify/";
pub(crate) const BLACKLIST: &str = "/api/token/blacklist/";
pub(crate) const OBTAIN_SLIDING: &str = "/api/token/sliding/";
pub(crate) const REFRESH_SLIDING: &str = "/api/token/sliding/refresh/";
pub(crate) const AUTHENTICATE: &str = "/api/token/authenticate/";

pub(crate) const OUTSTANDING: &str = "token_blacklist_outstandingtoken";
pub(crate) const BLACKLISTED: &str = "token_blacklist_blacklistedtoken";

pub(crate) const PASSWORD: &str = "enchantress of numbers";

/// The genuine packages and Countersign on copies of one database with ada, active, and bob, inactive.
#[track_caller]
pub(crate) fn pair(settings: &Settings) -> Pair {
    Pair::on_copies(settings, &countersign(), people)
}

/// The two on one database with the same people.
#[track_caller]
pub(crate) fn shared(settings: &Settings) -> Pair {
    Pair::on_one_database(settings, &countersign(), people)
}

pub(crate) fn countersign() -> Subject {
    Subject::countersign(env!("CARGO_BIN_EXE_countersign")).on(crate::ENGINE)
}

pub(crate) fn people(oracle: &Oracle) {
    let ada = json!({
        "username": "ada", "password": PASSWORD, "is_staff": true,
        "email": "ada@example.com", "first_name": "Ada", "last_name": "Lovelace",
    });
    oracle.call("create_user", ada);
    oracle.call("create_user", json!({"username": "bob", "password": PASSWORD, "is_active": false}));
}

/// A login, wherever a family has it.
pub(crate) fn login_at(path: &str, username: &str, password: &str) -> Request {
    Request::post(path).json(&json!({"username": username, "password": password}))
}

/// A token in the field that an endpoint wants it in.
pub(crate) fn present_at(path: &str, field: &str, token: &str) -> Request {
    Request::post(path).json(&json!({field: token}))
}

/// Each body at `path`.
pub(crate) fn posts(path: &str, bodies: impl IntoIterator<Item = (u16, Value)>) -> Vec<(u16, Request)> {
    bodies.into_iter().map(|(status, body)| (status, Request::post(path).json(&body))).collect()
}

/// Bodies that Django Ninja takes nowhere, or only where nothing is wanted, with the status that says so.
pub(crate) fn wrong_json(ask: impl Fn() -> Request) -> Vec<(u16, Request)> {
    let mut cases = vec![(422, ask())];
    for body in ["null", "[]", "[1]", "5", "\"x\"", "true"] {
        cases.push((422, ask().body(body)));
    }
    for body in ["{", "nul", "username=ada&password=x", " ", "{} {}", "{'a':1}"] {
        cases.push((400, ask().body(body)));
    }
    cases.push((400, ask().body(&b"\xff\xfe"[..])));
    cases
}

/// What Django answers about a text that SQLite holds and no column of PostgreSQL's.
///
/// DIFFERENCE: it hands the text to the database, whose refusal ends in a 500.
pub(crate) fn handed_to_the_database(on_sqlite: u16) -> u16 {
    match crate::ENGINE {
        Engine::Postgres => 500,
        Engine::Sqlite => on_sqlite,
    }
}

/// A request that is answered otherwise here: both must answer as told.
#[track_caller]
pub(crate) fn differ(pair: &Pair, theirs: u16, ours: u16, request: &Request) -> Both<Response> {
    let answers = pair.send(&Both { theirs: request.clone(), ours: request.clone() });
    assert_eq!((answers.theirs.status, answers.ours.status), (theirs, ours), "{request:?}\n{answers:?}");
    answers
}

pub(crate) fn login(username: &str) -> Request {
    login_at(OBTAIN, username, PASSWORD)
}

pub(crate) fn login_sliding(username: &str) -> Request {
    login_at(OBTAIN_SLIDING, username, PASSWORD)
}

pub(crate) fn refresh(token: &str) -> Request {
    present_at(REFRESH, "refresh", token)
}

pub(crate) fn refresh_sliding(token: &str) -> Request {
    present_at(REFRESH_SLIDING, "token", token)
}

pub(crate) fn verify(token: &str) -> Request {
    present_at(VERIFY, "token", token)
}

pub(crate) fn blacklist(token: &str) -> Request {
    present_at(BLACKLIST, "refresh", token)
}

pub(crate) fn authenticate(token: &str) -> Request {
    Request::get(AUTHENTICATE).bearer(token)
}

/// Sends each side a request about its own token.
#[track_caller]
pub(crate) fn agree_on(
    pair: &Pair,
    status: u16,
    tokens: &Both<String>,
    request: fn(&str) -> Request,
) -> Both<Response> {
    pair.agree_each(status, &tokens.as_ref().map(|token| request(token)))
}

/// Signs in, refreshes, verifies, authenticates and blacklists; every step must be as the genuine one.
pub(crate) fn the_whole_way(pair: &Pair) {
    let answers = pair.agree(200, &login("ada"));
    let first = answers.field("refresh");
    agree_on(pair, 200, &answers.field("access"), authenticate);
    agree_on(pair, 200, &answers.field("access"), verify);
    let answers = agree_on(pair, 200, &first, refresh);
    agree_on(pair, 200, &answers.field("access"), authenticate);
    agree_on(pair, 200, &answers.field("refresh"), blacklist);
    agree_on(pair, 401, &answers.field("refresh"), refresh);
    agree_on(pair, 401, &first, refresh);
    let slide = pair.agree(200, &login_sliding("ada")).field("token");
    agree_on(pair, 200, &slide, refresh_sliding);
    pair.same_rows();
}

/// A token of ada's, with what else the oracle's `make_token` is asked for.
pub(crate) fn made(pair: &Pair, kind: &str, change: &Value) -> String {
    let mut asked = json!({"kind": kind, "username": "ada"});
    for (name, value) in change.as_object().into_iter().flatten() {
        asked[name] = value.clone();
    }
    pair.make_token(asked)
}

/// Tokens that are wrong in one way each, of `kind`, for ada.
pub(crate) fn wrong_tokens(pair: &Pair, kind: &str) -> Vec<String> {
    let made = |change: Value| made(pair, kind, &change);
    let good = made(json!({}));
    let other = made(json!({"claims": {"is_superuser": true}}));
    let parts: Vec<&str> = good.split('.').chain(other.split('.')).collect();
    let (head, body, signature, other_body) = (parts[0], parts[1], parts[2], parts[4]);
    let another_key = "another-key-that-is-just-as-long-as-it-has-to-be-for-any-of-the-algorithms-0123";
    vec![
        made(json!({"lifetime": -1})),
        made(json!({"lifetime": -1_000_000})),
        made(json!({"without": ["exp"]})),
        made(json!({"without": ["token_type"]})),
        made(json!({"claims": {"token_type": "other"}})),
        made(json!({"claims": {"token_type": 5}})),
        made(json!({"claims": {"token_type": null}})),
        made(json!({"claims": {"nbf": 9_999_999_999_u64}})),
        made(json!({"claims": {"iat": 9_999_999_999_u64}})),
        made(json!({"claims": {"iat": "now"}})),
        made(json!({"claims": {"exp": "soon"}})),
        made(json!({"claims": {"exp": null}})),
        made(json!({"claims": {"sub": 5}})),
        made(json!({"claims": {"jti": 5}})),
        made(json!({"signature": {"algorithm": "none"}})),
        made(json!({"signature": {"algorithm": "HS256", "key": another_key}})),
        made(json!({"signature": {"algorithm": "HS512"}})),
        made(json!({"signature": {"headers": {"crit": ["exp"]}}})),
        made(json!({"signature": {"headers": {"crit": "exp"}}})),
        pair.oracle.call_text("sign_text", json!({"text": "[]"})),
        pair.oracle.call_text("sign_text", json!({"text": "5"})),
        pair.oracle.call_text("sign_text", json!({"text": "not JSON"})),
        pair.oracle.call_text("sign_text", json!({"text": r#"{"jti":"a"}"#})),
        format!("{head}.{other_body}.{signature}"),
        format!("{head}.{body}."),
        format!("{head}.{body}"),
        format!("{head}.{body}.{signature}.{signature}"),
        format!("{head}.{body}.{signature}AAAA"),
        format!("{head}..{signature}"),
        format!(".{body}.{signature}"),
        head.to_owned(),
        "..".to_owned(),
        "...".to_owned(),
        "a.b.c".to_owned(),
        "é.ü.ß".to_owned(),
        "null".to_owned(),
    ]
}
