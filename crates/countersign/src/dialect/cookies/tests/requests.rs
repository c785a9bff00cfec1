//! What a request says: the method, the body, the cookies.

use super::*;

#[test]
fn a_login_is_json_with_two_strings() {
    let read = |body| {
        let Parsed::Command(Command::ObtainPair(credentials), _) =
            ask(&cookies(), Endpoint::Login, own("POST").header(CONTENT_TYPE, "text/plain"), body)
        else {
            panic!("{body}")
        };
        (credentials.username, credentials.password.expose().to_owned())
    };
    assert_eq!(
        read(r#"{"username":" ada ","password":" p\u0077 ","x":[]}"#),
        (" ada ".into(), " pw ".into())
    );
    assert_eq!(read(r#"{"username":"","password":"","username":"b"}"#), ("b".into(), String::new()));

    let no_object = told(400, "The body is no JSON object.", "invalid");
    for body in ["", "{", "[]", "null", "\"x\"", "username=ada&password=pw", "{} {}", r#"{"username":NaN}"#] {
        assert_eq!(reply(Endpoint::Login, own("POST"), body), no_object, "{body}");
    }
    let no_username = told(400, "username must be a string.", "invalid");
    for body in
        ["{}", r#"{"username":1}"#, r#"{"username":null,"password":"pw"}"#, r#"{"username":"\ud800"}"#]
    {
        assert_eq!(reply(Endpoint::Login, own("POST"), body), no_username, "{body}");
    }
    let no_password = told(400, "password must be a string.", "invalid");
    for body in [r#"{"username":"ada"}"#, r#"{"username":"ada","password":["pw"]}"#] {
        assert_eq!(reply(Endpoint::Login, own("POST"), body), no_password, "{body}");
    }
}

#[test]
fn every_other_method_is_refused_before_anything_else() {
    for (endpoint, _, _) in Endpoint::ALL {
        for method in ["GET", "HEAD", "OPTIONS", "POST", "DELETE", "FOO"] {
            if method == endpoint.method().as_str() {
                continue;
            }
            let request = Request::builder().method(method).body(Bytes::from_static(b"{")).unwrap();
            let Parsed::Reply(response) = cookies().parse(endpoint, &request) else { panic!("{method}") };
            assert_eq!(shown(&response), told(405, "There is no such method here.", "method_not_allowed"));
            assert_eq!(response.headers()["allow"], endpoint.method().as_str());
        }
    }
}

#[test]
fn a_token_comes_in_the_one_cookie_that_has_our_name() {
    let presented = |lines: &[&[u8]]| {
        let request = lines.iter().fold(own("POST"), |request, line| request.header("cookie", *line));
        match ask(&cookies(), Endpoint::Refresh, request, r#"{"refresh":"body"}"#) {
            Parsed::Command(Command::Refresh { refresh }, _) => Ok(refresh.expose().to_owned()),
            Parsed::Command(command, _) => panic!("{command:?}"),
            Parsed::Reply(response) => Err(shown(&response)),
        }
    };
    let line = |text: &str| text.replace("R=", &format!("{REFRESH}=")).into_bytes();
    for (text, token) in [
        ("R=t", "t"),
        (" a=1;\tR=t ;b", "t"),
        ("R=a=b=", "a=b="),
        ("R=", ""),
        ("R=%zz%", "%zz%"),
        ("R=\"t\"", "\"t\""),
        ("x\u{e9}=\u{fc}; R=t; ;=; =;", "t"),
    ] {
        assert_eq!(presented(&[&line(text)]).as_deref(), Ok(token), "{text}");
    }
    assert_eq!(presented(&[b"a=1", &line("R=t"), b"b=2"]).as_deref(), Ok("t"), "HTTP/2 may split them");

    let absent = || Err(told(401, "Authentication credentials were not provided.", "not_authenticated"));
    let respelled = [
        "__secure-countersign-refresh=t",
        "__Secure-Countersign-Refresh=t",
        "%5F_Secure-countersign-refresh=t",
        "__Secure-countersign-refresh =t",
        "__Secure-countersign-refresh",
        "countersign-refresh=t",
        "__Host-countersign-refresh=t",
        "x__Secure-countersign-refresh=t",
        "__Secure-countersign-refreshx=t",
        "",
    ];
    for text in respelled {
        assert_eq!(presented(&[text.as_bytes()]), absent(), "{text}");
    }
    assert_eq!(presented(&[]), absent());

    let twice = || Err(told(400, "Several cookies have the same name.", "ambiguous_cookie"));
    assert_eq!(presented(&[&line("R=t; R=t")]), twice());
    assert_eq!(presented(&[&line("R=evil"), &line("a=1; R=t")]), twice());

    let no_token = || Err(told(401, "Token is invalid or expired", "token_not_valid"));
    assert_eq!(presented(&[&[&line("R=")[..], b"\xff\xfe"].concat()]), no_token());
    assert_eq!(presented(&[&line(&format!("R={}", "x".repeat(10_000_000)))]), no_token());
    let many: Vec<_> = (0..10_000).map(|number| format!("c{number}=1").into_bytes()).collect();
    let many: Vec<_> = many.iter().map(Vec::as_slice).collect();
    assert_eq!(presented(&many), absent());
}
