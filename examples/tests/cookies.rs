//! The page of the example `cookies`, in a headless Chromium, as people and as other sites use it.

#![expect(clippy::unwrap_used, reason = "a test fails where it is surprised")]

use std::io::{self, BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::process::Command;
use std::thread;

use countersign_testing::{Browser, Service, Tab};
use serde_json::{Value, json};

/// The example, with access tokens that end soon enough to watch.
fn service(access_token_seconds: u32) -> Service {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cookies"));
    command.arg("127.0.0.1:0").env("ACCESS_TOKEN_SECONDS", access_token_seconds.to_string());
    Service::start(command)
}

/// A day, in which no page refreshes by itself.
const A_DAY: u32 = 86_400;

struct Page<'b> {
    tab: Tab<'b>,
}

impl<'b> Page<'b> {
    fn open(browser: &'b Browser, service: &Service) -> Self {
        Self { tab: browser.open(&format!("http://{}/", service.address())) }
    }

    fn log_in(&self) {
        self.tab.until("!document.getElementById('login').hidden");
        self.type_and_submit("login", &[("username", "ada"), ("password", "correct horse")]);
        self.tab.until("document.getElementById('who').textContent === 'ada'");
    }

    fn type_and_submit(&self, form: &str, fields: &[(&str, &str)]) {
        for (name, value) in fields {
            let value = json!(value);
            self.tab.evaluate(&format!("document.forms['{form}'].elements['{name}'].value = {value}"));
        }
        self.tab.evaluate(&format!("document.forms['{form}'].requestSubmit()"));
    }

    fn is_shown(&self, notes: &[&str]) {
        let shown = "[...document.querySelectorAll('#notes li')].map(item => item.textContent)";
        self.tab.until(&format!("JSON.stringify({shown}) === JSON.stringify({})", json!(notes)));
    }

    /// The status of the answer to the page's own script.
    fn ask(&self, path: &str, method: &str) -> Value {
        let options = json!({ "method": method, "headers": { "X-Countersign": "1" } });
        self.tab.evaluate(&format!("fetch({}, {options}).then(answer => answer.status)", json!(path)))
    }
}

/// A server of somebody else's, which has an empty page for everybody, on another port of this machine.
fn elsewhere() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    // Browsers open connections that they may never use: none keeps the next one waiting.
    thread::spawn(move || {
        for stream in listener.incoming() {
            thread::spawn(|| show_empty_page(stream));
        }
    });
    port
}

fn show_empty_page(stream: io::Result<TcpStream>) -> io::Result<()> {
    let mut stream = stream?;
    let head = BufReader::new(stream.try_clone()?).lines().map_while(Result::ok);
    head.take_while(|line| !line.is_empty()).for_each(drop);
    let body = "<!doctype html><title>elsewhere</title>";
    let head = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\n";
    write!(stream, "{head}Content-Length: {}\r\n\r\n{body}", body.len())
}

#[test]
fn a_page_logs_in_works_and_logs_out_and_sees_no_token() {
    let (service, browser) = (service(A_DAY), Browser::start());
    let page = Page::open(&browser, &service);
    page.tab.until("!document.getElementById('login').hidden");
    page.type_and_submit("login", &[("username", "ada"), ("password", "wrong")]);
    page.tab.until("document.getElementById('refusal').textContent.startsWith('No active account')");
    assert_eq!(browser.cookies(), Vec::<Value>::new());

    page.log_in();
    page.type_and_submit("write", &[("note", "<b>tea</b>")]);
    page.is_shown(&["<b>tea</b>"]);
    assert_eq!(page.tab.evaluate("document.cookie"), "", "no script reads them");
    assert_eq!(page.tab.evaluate("cookieStore.getAll().then(all => all.length)"), 0);
    let kept = "JSON.stringify([{...localStorage}, {...sessionStorage}])";
    assert_eq!(page.tab.evaluate(kept), "[{},{}]", "and none keeps them");
    let mut cookies: Vec<_> = browser.cookies().iter().map(shown).collect();
    cookies.sort_unstable();
    assert_eq!(
        cookies,
        [
            "__Host-countersign-access / httpOnly secure Lax",
            "__Secure-countersign-refresh /auth/session httpOnly secure Lax",
        ]
    );

    let refresh = browser.cookies();
    page.tab.evaluate("document.getElementById('logout').click()");
    page.tab.until("!document.getElementById('login').hidden");
    assert_eq!(browser.cookies(), Vec::<Value>::new());
    assert_eq!(page.ask("/notes", "GET"), 401);
    assert_eq!(page.ask("/auth/session/refresh", "POST"), 401);

    let refresh = refresh.iter().find(|cookie| cookie["path"] == "/auth/session").unwrap();
    let cookie = format!("{}={}", refresh["name"].as_str().unwrap(), refresh["value"].as_str().unwrap());
    let replay = countersign_testing::Request::post("/auth/session/refresh").header("Cookie", cookie);
    let answer = replay.header("X-Countersign", "1").send(service.address());
    assert_eq!(answer.status, 401, "who has copied the token has nothing, either");
}

fn shown(cookie: &Value) -> String {
    let flags = ["httpOnly", "secure"].into_iter().filter(|flag| cookie[*flag] == true);
    let [name, path, same_site] = ["name", "path", "sameSite"].map(|key| cookie[key].as_str().unwrap());
    [name, path].into_iter().chain(flags).chain([same_site]).collect::<Vec<_>>().join(" ")
}

#[test]
fn a_page_stays_logged_in_longer_than_its_access_token_lives() {
    let (service, browser) = (service(3), Browser::start());
    let page = Page::open(&browser, &service);
    page.log_in();
    // Each refresh is two seconds after the one before.
    page.tab.until("Number(document.getElementById('refreshes').textContent) >= 3");
    assert_eq!(page.ask("/notes", "GET"), 200);
    let other = Page::open(&browser, &service);
    other.tab.until("document.getElementById('who').textContent === 'ada'");
}

#[test]
fn a_page_that_finds_no_access_token_any_more_refreshes() {
    let (service, browser) = (service(A_DAY), Browser::start());
    let page = Page::open(&browser, &service);
    page.log_in();
    page.tab.forget("__Host-countersign-access", &format!("http://{}/", service.address()));
    page.type_and_submit("write", &[("note", "after the weekend")]);
    page.is_shown(&["after the weekend"]);
}

#[test]
fn two_tabs_that_refresh_at_the_same_time_both_stay_logged_in() {
    let (service, browser) = (service(A_DAY), Browser::start());
    let first = Page::open(&browser, &service);
    first.log_in();
    let second = Page::open(&browser, &service);
    second.tab.until("document.getElementById('who').textContent === 'ada'");
    for _ in 0..10 {
        // Without the lock that the page's own script holds.
        let refresh = "fetch('/auth/session/refresh', {method: 'POST', headers: {'X-Countersign': '1'}})";
        for tab in [&first.tab, &second.tab] {
            tab.evaluate(&format!("window.refreshing = {refresh}.then(answer => answer.status), 0"));
        }
        for page in [&first, &second] {
            assert_eq!(page.tab.evaluate("window.refreshing"), 200);
            assert_eq!(page.ask("/notes", "GET"), 200);
        }
    }
    assert_eq!(second.ask("/auth/session/refresh", "POST"), 200, "what is kept is the current one");

    first.tab.evaluate("document.getElementById('logout').click()");
    first.tab.until("!document.getElementById('login').hidden");
    second.type_and_submit("write", &[("note", "too late")]);
    second.tab.until("!document.getElementById('login').hidden");
}

/// Another port is another origin of the same site, which `SameSite` does not hold back; another name is another site.
#[test]
fn pages_of_other_origins_change_nothing() {
    let (service, browser) = (service(A_DAY), Browser::start());
    let page = Page::open(&browser, &service);
    page.log_in();
    page.type_and_submit("write", &[("note", "mine")]);
    page.is_shown(&["mine"]);
    let before = browser.cookies();

    let port = elsewhere();
    for host in ["127.0.0.1", "localhost"] {
        for (path, body) in [
            ("/notes", "theirs"),
            ("/auth/session/logout", ""),
            ("/auth/session/refresh", ""),
            ("/auth/login", r#"{"username":"mallory","password":"battery staple","x":""#),
        ] {
            let tab = browser.open(&format!("http://{host}:{port}/"));
            let url = format!("http://{}{path}", service.address());
            // With the page's own header, which asks for permission first; and without, which asks nobody.
            for (mode, headers) in [("cors", json!({ "X-Countersign": "1" })), ("no-cors", json!({}))] {
                let options = json!({ "method": "POST", "mode": mode, "credentials": "include", "headers": headers, "body": body });
                let sent =
                    format!("fetch('{url}', {options}).then(answer => answer.type, error => error.name)");
                let expected = if mode == "cors" { "TypeError" } else { "opaque" };
                assert_eq!(tab.evaluate(&sent), expected, "{mode} {url} from {host}");
            }
            // A form, whose body is JSON when its one field ends it.
            let form = json!({ "action": url, "name": body });
            tab.evaluate(&format!(
                "(({{action, name}}) => {{
                    const form = Object.assign(document.createElement('form'), {{action, method: 'post', enctype: 'text/plain'}});
                    form.append(Object.assign(document.createElement('input'), {{name, value: '\"}}'}}));
                    document.body.append(form);
                    form.submit();
                }})({form})"
            ));
            tab.until(&format!("location.href === '{url}' && document.readyState === 'complete'"));
            // To another site's form the browser gives no cookie at all.
            let code = match (host, path) {
                ("localhost", "/notes") => "not_authenticated",
                _ => "csrf_header_missing",
            };
            assert_eq!(tab.evaluate("JSON.parse(document.body.textContent).code"), code, "{url} from {host}");
        }
    }
    assert_eq!(browser.cookies(), before, "nobody was logged in, out, or made anew");
    assert_eq!(page.ask("/auth/session/refresh", "POST"), 200);
    let again = Page::open(&browser, &service);
    again.is_shown(&["mine"]);
}

#[test]
fn a_link_from_elsewhere_is_followed_by_who_is_logged_in() {
    let (service, browser) = (service(A_DAY), Browser::start());
    let page = Page::open(&browser, &service);
    page.log_in();
    page.type_and_submit("write", &[("note", "mine")]);
    page.is_shown(&["mine"]);
    let tab = browser.open(&format!("http://localhost:{}/", elsewhere()));
    tab.evaluate(&format!("location.href = 'http://{}/notes', 0", service.address()));
    tab.until("document.body.textContent === '[\"mine\"]'");
}
