//! A JWKS URL.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;

/// Serves one JSON document at every path, for as long as the test runs.
pub struct KeyServer {
    url: String,
}

impl KeyServer {
    /// Serves a set of these JWKs, each a JSON object as text.
    pub fn start(keys: &[String]) -> Self {
        let document = format!(r#"{{"keys":[{}]}}"#, keys.join(","));
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let address = listener.local_addr().expect("a bound listener has an address");
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                // A client that goes away early asks again.
                let _ = answer(client, &document);
            }
        });
        Self { url: format!("http://{address}/jwks.json") }
    }

    /// Where the keys are.
    pub fn url(&self) -> &str {
        &self.url
    }
}

fn answer(mut client: TcpStream, document: &str) -> std::io::Result<()> {
    for line in BufReader::new(client.try_clone()?).lines() {
        if line?.is_empty() {
            break;
        }
    }
    let length = document.len();
    let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n";
    write!(client, "{head}Content-Length: {length}\r\n\r\n{document}")
}
