//! Signing in: every way to send a name and a password, and every way to get it wrong.

use countersign_testing::{Pair, Request, Settings};
use serde_json::json;

use super::support::*;

#[test]
fn wrong_credentials_are_refused_alike() {
    let settings = Settings::new();
    let pair = Pair::on_copies(&settings, &countersign(), |oracle| {
        people(oracle);
        oracle.call("create_user", json!({"username": "unusable", "password": null}));
        for (name, encoded) in [("empty", ""), ("plain", PASSWORD), ("unknown", "rot13$x")] {
            oracle.call("create_user", json!({"username": name, "password": "x", "encoded": encoded}));
        }
    });
    let with = |username: &str, password: &str| {
        (401, Request::post(OBTAIN).json(&json!({"username": username, "password": password})))
    };
    pair.agree_all(&[
        with("ada", "wrong"),
        with("ada", "Enchantress of numbers"),
        with("Ada", PASSWORD),
        with("nobody", PASSWORD),
        with("bob", PASSWORD),
        with("bob", "wrong"),
        with("unusable", PASSWORD),
        with("unusable", "!"),
        with("empty", PASSWORD),
        with("plain", PASSWORD),
        with("unknown", PASSWORD),
        with("ada' OR '1'='1", PASSWORD),
        with(&"a".repeat(10_000), PASSWORD),
        with("ada", &"p".repeat(10_000)),
        with("ада", PASSWORD),
    ]);
    pair.same_rows();
}

#[test]
fn json_bodies_are_read_alike() {
    let pair = pair_with_odd_names();
    let json = |text: &str| Request::post(OBTAIN).header("Content-Type", "application/json").body(text);
    let bodies = [
        (200, r#"{"username":"ada","password":"enchantress of numbers"}"#),
        (200, " \r\n\t{ \"password\" : \"enchantress of numbers\" , \"username\" : \"ada\" } \n"),
        (200, r#"{"username":"\u0061da","password":"enchantress of numbers","more":[1,{"a":null}]}"#),
        (200, r#"{"username":"bob","username":"ada","password":"enchantress of numbers"}"#),
        (200, r#"{"username":12345,"password":67890}"#),
        (200, r#"{"username":1.50,"password":-0.5}"#),
        (200, r#"{"username":1e16,"password":1e-7}"#),
        (200, r#"{"username":123456789012345678901234567890,"password":1E2}"#),
        (200, r#"{"username":"Ωmega 🦀","password":"naïve 🦀"}"#),
        (200, r#"{"username":"\u03a9mega \ud83e\udd80","password":"na\u00efve \ud83e\udd80"}"#),
        (400, ""),
        (400, "{}"),
        (400, r#"{"username":"ada"}"#),
        (400, r#"{"password":"enchantress of numbers"}"#),
        (400, r#"{"Username":"ada","PASSWORD":"x"}"#),
        (400, r#"{"username":"","password":""}"#),
        (400, r#"{"username":"  \t\n ","password":"   "}"#),
        (400, r#"{"username":"\u00a0\u2003","password":"\u3000"}"#),
        (400, r#"{"username":null,"password":null}"#),
        (400, r#"{"username":true,"password":false}"#),
        (400, r#"{"username":["ada"],"password":{"a":1}}"#),
        (400, r#"{"username":[],"password":{}}"#),
        (400, r#"{"username":"a\u0000da","password":"x"}"#),
        (400, r#"{"username":"ada","password":"\u0000"}"#),
        (400, r#"{"username":"\u0000","password":""}"#),
        (400, r#"{"username":"\ud800","password":"x"}"#),
        (400, r#"{"username":"ada","password":"x\udfff"}"#),
        (400, "[]"),
        (400, r#"["username","password"]"#),
        (400, r#"[{"username":"ada","password":"enchantress of numbers"}]"#),
        (400, "null"),
        (400, "true"),
        (400, "false"),
        (400, "5"),
        (400, "0"),
        (400, "5.5"),
        (400, "\"\""),
        (400, r#""ada""#),
        (400, "{"),
        (400, "}"),
        (400, "nonsense"),
        (400, r#"{"username":"ada","password":}"#),
        (400, r#"{"username":"ada",}"#),
        (400, r"{'username':'ada'}"),
        (400, r#"{"username":"ada"} trailing"#),
        (400, r#"{"username":NaN,"password":Infinity}"#),
        (400, "{\"username\":\"a\tb\",\"password\":\"x\"}"),
        (400, "\u{feff}{}"),
        (400, " "),
        (401, r#"{"username":"1.50","password":"-0.5"}"#),
    ];
    pair.agree_all(&bodies.map(|(status, text)| (status, json(text))));
    pair.agree_all(&[
        (
            400,
            Request::post(OBTAIN)
                .header("Content-Type", "application/json")
                .body(b"{\"username\":\"\xff\"}".to_vec()),
        ),
        (400, Request::post(OBTAIN).header("Content-Type", "application/json").body(b"\x00".to_vec())),
    ]);
    pair.same_rows();
}

#[test]
fn blanks_around_name_and_password_are_trimmed() {
    let pair = Pair::on_copies(&Settings::new(), &countersign(), |oracle| {
        people(oracle);
        oracle.call("create_user", json!({"username": "blank", "password": " outer blanks "}));
    });
    let with = |username: &str, password: &str| {
        Request::post(OBTAIN).json(&json!({"username": username, "password": password}))
    };
    let blanks = [
        " ", "\t", "\n", "\r\n", "\u{b}", "\u{c}", "\u{1c}", "\u{1f}", "\u{85}", "\u{a0}", "\u{1680}",
        "\u{2003}", "\u{2028}", "\u{202f}", "\u{3000}",
    ];
    let mut cases: Vec<_> = blanks
        .iter()
        .map(|blank| (200, with(&format!("{blank}ada{blank}"), &format!("{blank}{PASSWORD}{blank}"))))
        .collect();
    cases.extend(
        ["\u{200b}", "\u{feff}", "\u{180e}", "\u{1b}"]
            .map(|kept| (401, with(&format!("{kept}ada"), PASSWORD))),
    );
    cases.push((401, with("blank", " outer blanks ")));
    cases.push((401, with("a da", PASSWORD)));
    pair.agree_all(&cases);
    pair.same_rows();
}

#[test]
fn forms_are_read_alike() {
    let pair = pair_with_odd_names();
    let form = |status, text: &str| (status, Request::post(OBTAIN).form(text));
    let multipart = |status, fields: &[(&str, &str)]| (status, Request::post(OBTAIN).multipart(fields));
    let raw = |status, kind: &str, text: &str| {
        (status, Request::post(OBTAIN).header("Content-Type", kind).body(text))
    };
    let frontier = "multipart/form-data; boundary=frontier";
    pair.agree_all(&[
        form(200, "username=ada&password=enchantress+of+numbers"),
        form(200, "username=ada&password=enchantress%20of%20numbers&more=1"),
        form(200, "username=+%61da+&password=+enchantress+of+numbers%0A"),
        form(200, "username=bob&username=ada&password=enchantress%20of%20numbers"),
        form(200, "username=%CE%A9mega+%F0%9F%A6%80&password=na%C3%AFve+%F0%9F%A6%80"),
        form(200, "&&username=12345&&password=67890&"),
        form(400, ""),
        form(400, "username"),
        form(400, "username=&password="),
        form(400, "username=ada;password=x"),
        form(400, "username=a%00&password=x"),
        form(400, "%7B%22username%22%3A1%7D"),
        form(401, "username=%FF%FE&password=%zz"),
        form(401, "username=ada&password=enchantress%2Bof%2Bnumbers"),
        multipart(200, &[("username", "ada"), ("password", PASSWORD)]),
        multipart(200, &[("username", "bob"), ("username", "ada"), ("password", PASSWORD)]),
        multipart(200, &[("username", " Ωmega 🦀 "), ("password", "naïve 🦀")]),
        multipart(400, &[]),
        multipart(400, &[("username", "ada")]),
        multipart(400, &[("username", ""), ("password", " ")]),
        raw(400, frontier, ""),
        raw(400, frontier, "--frontier--"),
        raw(400, frontier, "no frontier at all"),
        raw(400, "multipart/form-data", "--frontier--\r\n"),
        raw(
            400,
            frontier,
            "--frontier\r\nContent-Disposition: form-data; name=\"username\"; filename=\"a.txt\"\r\n\
             Content-Type: text/plain\r\n\r\nada\r\n--frontier--\r\n",
        ),
        raw(
            200,
            "multipart/form-data; boundary=\"fron tier\"",
            "--fron tier\r\nContent-Disposition: form-data; name=username\r\n\r\nada\r\n--fron tier\r\n\
             Content-Type: text/plain\r\nContent-Disposition: form-data; name=\"password\"\r\n\r\n\
             enchantress of numbers\r\n--fron tier--",
        ),
    ]);
    pair.same_rows();
}

#[test]
fn content_types_choose_the_parser_alike() {
    let pair = pair_with_odd_names();
    let json = r#"{"username":"ada","password":"enchantress of numbers"}"#;
    let typed = |status, kind: &str| (status, Request::post(OBTAIN).header("Content-Type", kind).body(json));
    pair.agree_all(&[
        typed(200, "application/json"),
        typed(200, "Application/JSON"),
        typed(200, "application/json; charset=utf-8"),
        typed(200, "application/json;charset=UTF-8;x=y"),
        typed(200, "application/json; charset=no-such-charset"),
        typed(200, "*/*"),
        typed(200, "application/*"),
        typed(400, "application/x-www-form-urlencoded"),
        typed(400, "application/x-www-form-urlencoded; charset=utf-8"),
        typed(415, "text/plain"),
        typed(415, "text/json"),
        typed(415, "application/vnd.api+json"),
        typed(415, "application/jsonp"),
        typed(415, "application"),
        typed(415, "json"),
        typed(415, "text/plain; charset=utf-8"),
        typed(415, "multipart/mixed; boundary=x"),
        typed(415, ""),
        (415, Request::post(OBTAIN).body(json)),
        (400, Request::post(OBTAIN)),
        (400, Request::post(OBTAIN).header("Content-Type", "text/plain")),
        (415, Request::post(OBTAIN).header("Content-Type", "text/plain").body(" ")),
        (
            200,
            Request::post("/api/token/?a=b&format=").json(&json!({"username": "ada", "password": PASSWORD})),
        ),
    ]);
    let latin = b"{\"username\":\"caf\xe9\",\"password\":\"enchantress of numbers\"}".to_vec();
    pair.agree_all(&[
        (
            200,
            Request::post(OBTAIN)
                .header("Content-Type", "application/json; charset=iso-8859-1")
                .body(latin.clone()),
        ),
        (400, Request::post(OBTAIN).header("Content-Type", "application/json").body(latin)),
        (
            200,
            Request::post(OBTAIN)
                .header("Content-Type", "application/x-www-form-urlencoded; charset=iso-8859-1")
                .body("username=caf%E9&password=enchantress+of+numbers"),
        ),
        (
            200,
            Request::post(OBTAIN)
                .header("Content-Type", "multipart/form-data; boundary=x; charset=iso-8859-1")
                .body(b"--x\r\nContent-Disposition: form-data; name=\"username\"\r\n\r\ncaf\xe9\r\n--x\r\n\
                        Content-Disposition: form-data; name=\"password\"\r\n\r\nenchantress of numbers\r\n--x--"),
        ),
    ]);
    pair.same_rows();
}

#[test]
fn lifetimes_may_be_anything() {
    for lifetime in [0, -5, 1, 86_400 * 365] {
        let settings =
            Settings::new().set("ACCESS_TOKEN_LIFETIME", lifetime).set("REFRESH_TOKEN_LIFETIME", lifetime);
        let pair = pair(&settings);
        let answers = pair.agree(200, &login("ada"));
        if lifetime != 1 {
            let status = if lifetime > 0 { 200 } else { 401 };
            agree_on(&pair, status, &answers.field("access"), authenticate);
            agree_on(&pair, status, &answers.field("refresh"), refresh);
        }
        pair.same_rows();
    }
}

/// Names and passwords that are something else to a careless reader of numbers or letters.
fn pair_with_odd_names() -> Pair {
    Pair::on_copies(&Settings::new(), &countersign(), |oracle| {
        people(oracle);
        for (username, password) in [
            ("12345", "67890"),
            ("1.5", "-0.5"),
            ("1e+16", "1e-07"),
            ("123456789012345678901234567890", "100.0"),
            ("Ωmega 🦀", "naïve 🦀"),
            ("café", PASSWORD),
        ] {
            oracle.call("create_user", json!({"username": username, "password": password}));
        }
    })
}
