//! Who sent a request, and who only made a browser send it.

use super::*;

type Header = (&'static str, &'static str);

#[test]
fn what_changes_something_must_be_sent_by_the_page_itself() {
    let no_header = || Some(told(403, "The request has no header x-countersign.", "csrf_header_missing"));
    let cross_site = || Some(told(403, "The request comes from another site.", "csrf_cross_site"));
    let cross_origin = || {
        let text = "The request's Origin is neither its own host's nor a trusted one.";
        Some(told(403, text, "csrf_cross_origin"))
    };
    let (header, host) = (("x-countersign", "1"), ("host", "example.com"));
    let cases: [(&[Header], Option<Answer>); 18] = [
        (&[header], None),
        (&[("x-countersign", "")], None),
        (&[header, host, ("origin", "https://example.com"), ("sec-fetch-site", "same-origin")], None),
        (&[header, host, ("sec-fetch-site", "none")], None),
        (&[header, host, ("origin", "http://app.example.org:81"), ("sec-fetch-site", "cross-site")], None),
        (&[header, ("host", "localhost:8000"), ("origin", "http://localhost:8000")], None),
        (&[], no_header()),
        (&[host, ("origin", "https://evil.example")], no_header()),
        (&[header, host, ("sec-fetch-site", "cross-site")], cross_site()),
        (&[header, host, ("sec-fetch-site", "same-site")], cross_site()),
        (&[header, host, ("sec-fetch-site", "same-origin"), ("sec-fetch-site", "cross-site")], cross_site()),
        (&[header, host, ("sec-fetch-site", "Same-Origin")], cross_site()),
        (&[header, host, ("origin", "https://evil.example")], cross_origin()),
        (&[header, host, ("origin", "http://example.com")], cross_origin()),
        (&[header, host, ("origin", "null")], cross_origin()),
        (
            &[header, host, ("origin", "https://example.com"), ("origin", "https://example.com")],
            cross_origin(),
        ),
        (&[header, ("origin", "https://example.com")], cross_origin()),
        (&[header, host, ("host", "evil.example"), ("origin", "https://evil.example")], cross_origin()),
    ];
    let dialect = cookies().trust_origin("http://app.example.org:81").unwrap();
    for (headers, refused) in cases {
        let request = |method| {
            let request = Request::builder().method(method);
            headers.iter().fold(request, |request, (name, value)| request.header(*name, *value))
        };
        for endpoint in [Endpoint::Login, Endpoint::Refresh, Endpoint::Logout] {
            let request = request("POST").header("cookie", format!("{REFRESH}=r"));
            let answer = match ask(&dialect, endpoint, request, r#"{"username":"ada","password":"pw"}"#) {
                Parsed::Command(_, _) => None,
                Parsed::Reply(response) => Some(shown(&response)),
            };
            assert_eq!(answer, refused, "{endpoint} {headers:?}");
        }
        for method in ["POST", "PUT", "PATCH", "DELETE", "TRACE", "get"] {
            let request = request(method).header("cookie", format!("{ACCESS}=a")).body(()).unwrap();
            let answer = dialect.presented(&request.into_parts().0);
            assert_eq!(answer.err().map(|response| shown(&response)), refused, "{method} {headers:?}");
        }
    }
}

#[test]
fn http_2_names_its_host_in_the_uri() {
    let request = |uri: &str| own("POST").uri(uri).header("cookie", format!("{REFRESH}=r"));
    let Parsed::Command(..) = ask(&cookies(), Endpoint::Refresh, request("https://EXAMPLE.com:443/r"), "")
    else {
        panic!("the host that was asked")
    };
    let (status, _) = reply(Endpoint::Refresh, request("https://example.org/r"), "");
    assert_eq!(status, 403, "and no other one");
}

#[test]
fn over_plain_http_its_own_pages_are_of_plain_http() {
    let dialect = cookies().over_plain_http();
    let request = |origin: &str| {
        let request = Request::post("/").header("host", "dev.example:8000").header("origin", origin);
        request.header("x-countersign", "1").header("cookie", "countersign-refresh=r")
    };
    let asked = ask(&dialect, Endpoint::Refresh, request("http://dev.example:8000"), "");
    assert!(matches!(asked, Parsed::Command(..)));
    let Parsed::Reply(response) = ask(&dialect, Endpoint::Refresh, request("http://dev.example:3000"), "")
    else {
        panic!("another port is another origin")
    };
    assert_eq!(response.status(), StatusCode::FORBIDDEN);
}

#[test]
fn who_reads_may_come_from_anywhere_but_another_sites_script() {
    let presented = |headers: &[(&str, &str)]| {
        let request = Request::get("/").header("host", "example.com").header("cookie", format!("{ACCESS}=a"));
        let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
        let (parts, ()) = request.body(()).unwrap().into_parts();
        cookies().presented(&parts).map(|token| token.unwrap().expose().to_owned()).map_err(|no| shown(&no).1)
    };
    for headers in [
        &[][..],
        &[("sec-fetch-site", "cross-site"), ("sec-fetch-mode", "navigate")],
        &[("origin", "https://example.com")],
    ] {
        assert_eq!(presented(headers).as_deref(), Ok("a"), "{headers:?}");
    }
    for origin in ["https://evil.example", "https://sibling.example.com", "null"] {
        let web_socket = [("origin", origin), ("upgrade", "websocket"), ("sec-fetch-site", "same-site")];
        assert!(presented(&web_socket).unwrap_err().contains("csrf_cross_origin"), "{origin}");
    }
}

#[test]
fn without_a_cookie_nobody_is_asked_where_they_come_from() {
    let guard = cookies();
    let (parts, ()) = Request::post("/").header("origin", "null").body(()).unwrap().into_parts();
    assert_eq!(guard.presented(&parts).unwrap(), None);
    let expected = told(401, "Authentication credentials were not provided.", "not_authenticated");
    assert_eq!(shown(&guard.anonymous(&parts)), expected);
    let expected = told(401, "Token is invalid or expired", "token_not_valid");
    assert_eq!(shown(&guard.refused(&parts, TokenError::Expired.into())), expected);
    assert_eq!(guard.refused(&parts, Error::new(ErrorKind::KeysUnavailable).into()).status(), 503);
}
