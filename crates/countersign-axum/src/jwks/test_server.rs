//! A publisher on a free port that counts requests and answers as told.

use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::watch;
use tokio::task::AbortHandle;

/// The public key of RFC 8037, Appendix A.2, and of RFC 8032 §7.1, test 1.
const KEY: &str = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";
/// The public key of RFC 8032 §7.1, test 2.
pub(super) const OTHER_KEY: &str = "PUAXw-hDiVqStwqnTRt-vJyYLM8uxJaMwM1V8Sr0Zgw";

/// The message and the signature of RFC 8032 §7.1, test 1.
pub(super) fn signed() -> (&'static [u8], Vec<u8>) {
    let hex = "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46b\
               d25bf5f0595bbe24655141438e7a100b";
    let byte = |at: usize| u8::from_str_radix(&hex[at..at + 2], 16).unwrap();
    (b"", (0..hex.len()).step_by(2).map(byte).collect())
}

/// How to answer.
#[derive(Clone)]
pub(super) enum Answer {
    /// 200 and a body without an end.
    Endless,
    /// Not at all.
    HangUp,
    /// These bytes.
    Raw(String),
    /// 302 and the location.
    Redirect(String),
    /// This status and this body.
    Status(&'static str, String),
}

impl Answer {
    /// 200 and a set with one and the same key by these ids.
    pub(super) fn keys(kids: &[&str]) -> Self {
        Self::set(&kids.iter().map(|kid| (*kid, KEY)).collect::<Vec<_>>())
    }

    /// 200 and a set with these keys.
    pub(super) fn set(keys: &[(&str, &str)]) -> Self {
        let jwk = |(kid, x): &(&str, &str)| {
            format!(r#"{{"kty":"OKP","crv":"Ed25519","use":"sig","kid":"{kid}","x":"{x}"}}"#)
        };
        let keys: Vec<_> = keys.iter().map(jwk).collect();
        Self::Status("200 OK", format!(r#"{{"keys":[{}]}}"#, keys.join(",")))
    }

    pub(super) fn raw(bytes: impl Into<String>) -> Self {
        Self::Raw(bytes.into())
    }

    pub(super) fn status(status: &'static str, body: &str) -> Self {
        Self::Status(status, body.to_owned())
    }

    /// The body, where there is one.
    pub(super) fn body(&self) -> String {
        match self {
            Self::Status(_, body) => body.clone(),
            _ => String::new(),
        }
    }
}

pub(super) struct TestServer {
    url: String,
    shared: Arc<Shared>,
    task: Arc<Mutex<Option<AbortHandle>>>,
}

struct Shared {
    answer: Mutex<Answer>,
    last_request: Mutex<String>,
    requests: watch::Sender<usize>,
    held: watch::Sender<bool>,
    /// How much of an endless body was sent when the client hung up.
    cut_off: watch::Sender<Option<usize>>,
}

impl TestServer {
    pub(super) fn start(answer: Answer) -> Self {
        let (server, listen) = Self::down(answer);
        listen();
        server
    }

    /// A server whose port nobody else has and which accepts no connection until told to.
    pub(super) fn down(answer: Answer) -> (Self, impl FnOnce()) {
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
        let url = format!("http://{}/jwks", socket.local_addr().unwrap());
        let shared = Arc::new(Shared {
            answer: Mutex::new(answer),
            last_request: Mutex::default(),
            requests: watch::Sender::new(0),
            held: watch::Sender::new(false),
            cut_off: watch::Sender::new(None),
        });
        let server = Self { url, shared: Arc::clone(&shared), task: Arc::default() };
        let task = Arc::clone(&server.task);
        let listen = move || {
            let serving = tokio::spawn(shared.serve(socket.listen(128).unwrap()));
            *task.lock().unwrap() = Some(serving.abort_handle());
        };
        (server, listen)
    }

    pub(super) fn url(&self) -> &str {
        &self.url
    }

    /// How to answer from now on, and what is held.
    pub(super) fn answer(&self, answer: Answer) {
        *self.shared.answer.lock().unwrap() = answer;
    }

    /// Answers nothing until [`release`](Self::release).
    pub(super) fn hold(&self) {
        self.shared.held.send_replace(true);
    }

    pub(super) fn release(&self) {
        self.shared.held.send_replace(false);
    }

    /// How many requests came.
    pub(super) fn requests(&self) -> usize {
        *self.shared.requests.borrow()
    }

    /// Waits until so many requests came.
    pub(super) async fn seen(&self, requests: usize) {
        self.shared.requests.subscribe().wait_for(|seen| *seen >= requests).await.unwrap();
    }

    pub(super) fn last_request(&self) -> String {
        self.shared.last_request.lock().unwrap().clone()
    }

    /// Waits until the client hung up on an endless body; how many bytes of it were sent.
    pub(super) async fn cut_off(&self) -> usize {
        self.shared.cut_off.subscribe().wait_for(Option::is_some).await.unwrap().unwrap()
    }
}

impl Drop for TestServer {
    fn drop(&mut self) {
        if let Some(task) = &*self.task.lock().unwrap() {
            task.abort();
        }
    }
}

impl Shared {
    async fn serve(self: Arc<Self>, listener: TcpListener) {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            let shared = Arc::clone(&self);
            tokio::spawn(async move { shared.answer(stream).await });
        }
    }

    async fn answer(&self, mut stream: TcpStream) {
        let mut request = Vec::new();
        while !request.ends_with(b"\r\n\r\n") {
            if stream.read_buf(&mut request).await.unwrap_or(0) == 0 {
                return;
            }
        }
        *self.last_request.lock().unwrap() = String::from_utf8(request).unwrap();
        self.requests.send_modify(|requests| *requests += 1);
        self.held.subscribe().wait_for(|held| !held).await.unwrap();
        let answer = self.answer.lock().unwrap().clone();
        let text = match answer {
            Answer::Endless => return self.send_without_end(stream).await,
            Answer::HangUp => return,
            Answer::Raw(text) => text,
            Answer::Redirect(to) => {
                format!("HTTP/1.1 302 Found\r\nlocation: {to}\r\ncontent-length: 0\r\n\r\n")
            }
            Answer::Status(status, body) => {
                format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\n\r\n{body}", body.len())
            }
        };
        // The client may have hung up.
        let _ = stream.write_all(text.as_bytes()).await;
        let _ = stream.shutdown().await;
    }

    async fn send_without_end(&self, mut stream: TcpStream) {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n").await;
        let blanks = [b' '; 4096];
        let mut sent = 0;
        while stream.write_all(&blanks).await.is_ok() {
            sent += blanks.len();
        }
        self.cut_off.send_replace(Some(sent));
    }
}
