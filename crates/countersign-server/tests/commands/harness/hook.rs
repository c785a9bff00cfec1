//! Somebody who is told of logins by a webhook.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::Duration;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use countersign::key::{Algorithm, SigningKey};
use countersign::secret::SigningSecret;
use serde_json::Value;

/// A server that takes every message with 204.
pub(crate) struct Hook {
    pub(crate) url: String,
    messages: Receiver<Message>,
}

/// A message as it came.
#[derive(Debug)]
pub(crate) struct Message {
    headers: Vec<(String, String)>,
    text: String,
}

impl Hook {
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/logins", listener.local_addr().unwrap());
        let (sender, messages) = channel();
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let sender = sender.clone();
                thread::spawn(move || answer(client, &sender));
            }
        });
        Self { url, messages }
    }

    /// The next message, once it is there.
    #[track_caller]
    pub(crate) fn next(&self) -> Message {
        self.messages.recv_timeout(GIVE_UP).unwrap()
    }
}

impl Message {
    #[track_caller]
    pub(crate) fn header(&self, name: &str) -> &str {
        self.find(name).unwrap_or_else(|| panic!("no {name} in {self:?}"))
    }

    pub(crate) fn find(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap()
    }

    /// Whether a library of Standard Webhooks would take it for this secret.
    pub(crate) fn is_signed_with(&self, secret: &str) -> bool {
        let bytes = BASE64_STANDARD.decode(secret.strip_prefix("whsec_").unwrap()).unwrap();
        let key = SigningKey::load(Algorithm::Hs256, &SigningSecret::new(bytes)).unwrap();
        let signed =
            format!("{}.{}.{}", self.header("webhook-id"), self.header("webhook-timestamp"), self.text);
        let expected = BASE64_STANDARD.encode(key.sign(signed.as_bytes()).unwrap());
        self.header("webhook-signature") == format!("v1,{expected}")
    }
}

fn answer(mut client: TcpStream, sender: &Sender<Message>) {
    let mut reader = BufReader::new(client.try_clone().unwrap());
    let mut headers = Vec::new();
    let mut line = String::new();
    while reader.read_line(&mut line).is_ok_and(|read| read > 2) {
        if let Some((name, value)) = line.trim().split_once(": ") {
            headers.push((name.to_owned(), value.to_owned()));
        }
        line.clear();
    }
    let length = headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("content-length"));
    let mut body = vec![0; length.map_or(0, |(_, length)| length.parse().unwrap())];
    reader.read_exact(&mut body).unwrap();
    // The test may be over.
    let _ = sender.send(Message { headers, text: String::from_utf8(body).unwrap() });
    let _ = client.write_all(b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n");
}

/// Only a test that fails waits so long.
const GIVE_UP: Duration = Duration::from_mins(1);
