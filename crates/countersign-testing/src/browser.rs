//! A browser without a window, for pages that are tested as people use them.

use std::env;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Mutex, MutexGuard};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::TempDir;

/// Chromium with a profile of its own: cookies and all else that it keeps are gone when it is dropped.
///
/// It is spoken to over a pipe, in the protocol of Chrome's tools for developers: nobody else can connect to it.
pub struct Browser {
    child: Child,
    pipe: Mutex<Pipe>,
    _profile: TempDir,
}

/// One of its tabs.
pub struct Tab<'b> {
    browser: &'b Browser,
    session: String,
}

struct Pipe {
    input: ChildStdin,
    messages: Receiver<Value>,
    last_id: u64,
}

impl Browser {
    /// Starts `$COUNTERSIGN_TEST_CHROMIUM`, or else `chromium`.
    ///
    /// # Panics
    ///
    /// When it cannot be started.
    pub fn start() -> Self {
        let profile = tempfile::tempdir().expect("a temporary folder can be made");
        let program = env::var("COUNTERSIGN_TEST_CHROMIUM").unwrap_or_else(|_| "chromium".to_owned());
        let mut child = Command::new("sh")
            // The browser reads the protocol from the third file and writes it to the fourth.
            .args(["-c", r#"exec "$@" 3<&0 4>&1 </dev/null >/dev/null 2>&1"#, "sh", &program])
            .args(FLAGS)
            .arg(format!("--user-data-dir={}", profile.path().display()))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("cannot start a shell: {error}"));
        let input = child.stdin.take().expect("standard input is piped");
        let output = child.stdout.take().expect("standard output is piped");
        let (sender, messages) = mpsc::channel();
        thread::spawn(move || collect(output, &sender));
        let browser =
            Self { child, pipe: Mutex::new(Pipe { input, messages, last_id: 0 }), _profile: profile };
        browser.ask(None, "Browser.getVersion", &json!({}));
        browser
    }

    /// Opens a page in a tab of its own, and waits until it is there.
    ///
    /// # Panics
    ///
    /// When it does not come.
    #[track_caller]
    pub fn open(&self, url: &str) -> Tab<'_> {
        let target = self.ask(None, "Target.createTarget", &json!({ "url": url }))["targetId"].clone();
        let attach = json!({ "targetId": target, "flatten": true });
        let session = self.ask(None, "Target.attachToTarget", &attach)["sessionId"].clone();
        let session = session.as_str().expect("a session has an id").to_owned();
        let tab = Tab { browser: self, session };
        tab.until("location.href !== 'about:blank' && document.readyState === 'complete'");
        tab
    }

    /// Every cookie that is kept, as the protocol's `Network.Cookie`: those that no script can read, too.
    pub fn cookies(&self) -> Vec<Value> {
        let answer = self.ask(None, "Storage.getCookies", &json!({}));
        answer["cookies"].as_array().expect("a list of cookies").clone()
    }

    #[track_caller]
    fn ask(&self, session: Option<&str>, method: &str, params: &Value) -> Value {
        self.try_ask(session, method, params).unwrap_or_else(|error| panic!("{method}: {error}"))
    }

    fn try_ask(&self, session: Option<&str>, method: &str, params: &Value) -> Result<Value, Value> {
        let mut pipe = self.pipe();
        pipe.last_id += 1;
        let mut message = json!({ "id": pipe.last_id, "method": method, "params": params });
        if let Some(session) = session {
            message["sessionId"] = session.into();
        }
        pipe.input.write_all(format!("{message}\0").as_bytes()).expect("the browser listens");
        loop {
            let mut message = pipe.messages.recv_timeout(PATIENCE).unwrap_or_else(|error| {
                panic!("no answer to {method} ({error}): is Chromium installed? On Debian: apt-get install chromium")
            });
            // What has no id is an event, and what has another one is an answer to who has given up.
            if message["id"] == pipe.last_id {
                return match message["error"].take() {
                    Value::Null => Ok(message["result"].take()),
                    error => Err(error),
                };
            }
        }
    }

    /// Whoever panicked while asking has lost its answer, which is recognised by its id.
    fn pipe(&self) -> MutexGuard<'_, Pipe> {
        self.pipe.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // It may be gone already, which is as good.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Tab<'_> {
    /// What an expression is in the page, as JSON; of a promise, what it comes to.
    ///
    /// # Panics
    ///
    /// When it throws.
    #[track_caller]
    pub fn evaluate(&self, expression: &str) -> Value {
        self.try_evaluate(expression).unwrap_or_else(|error| panic!("{expression}: {error}"))
    }

    /// Waits until an expression is true in the page. A page that is just being left has no answer yet.
    ///
    /// # Panics
    ///
    /// When that takes too long.
    #[track_caller]
    pub fn until(&self, expression: &str) {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let answer = self.try_evaluate(expression);
            if answer == Ok(Value::Bool(true)) {
                return;
            }
            assert!(Instant::now() < deadline, "{expression} does not become true, it is {answer:?}");
            let _ = self.try_evaluate("new Promise(done => setTimeout(done, 20))");
        }
    }

    /// Has the browser lose a cookie of this URL, as it does when the cookie's time is over.
    pub fn forget(&self, name: &str, url: &str) {
        let cookie = json!({ "name": name, "url": url });
        self.browser.ask(Some(&self.session), "Network.deleteCookies", &cookie);
    }

    fn try_evaluate(&self, expression: &str) -> Result<Value, Value> {
        let params = json!({
            "expression": expression,
            "awaitPromise": true,
            "returnByValue": true,
            "userGesture": true,
        });
        let mut answer = self.browser.try_ask(Some(&self.session), "Runtime.evaluate", &params)?;
        match answer["exceptionDetails"].take() {
            Value::Null => Ok(answer["result"]["value"].take()),
            exception => Err(exception),
        }
    }
}

/// Sends on what the browser says. Ends with it, which closes the channel.
fn collect(output: ChildStdout, messages: &Sender<Value>) {
    for message in BufReader::new(output).split(0).map_while(Result::ok) {
        let message = serde_json::from_slice(&message).expect("the browser speaks JSON");
        if messages.send(message).is_err() {
            return;
        }
    }
}

/// Tabs in the background are as quick as the one in front. There is no sandbox, since root can have none: only pages of the tests'
/// own are opened.
const FLAGS: [&str; 9] = [
    "--headless",
    "--remote-debugging-pipe",
    "--no-sandbox",
    "--no-first-run",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-timer-throttling",
    "--disable-backgrounding-occluded-windows",
    "--disable-renderer-backgrounding",
];

/// How long anything may take on a machine that builds something else at the same time.
const PATIENCE: Duration = Duration::from_mins(1);
