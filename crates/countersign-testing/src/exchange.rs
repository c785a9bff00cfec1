//! HTTP/1.1 with nothing added.

use std::fmt;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use serde_json::Value;

/// A request as it goes on the wire. Only `Host` and `Content-Length` are added to what a test says.
#[derive(Clone)]
pub struct Request {
    method: &'static str,
    path: String,
    headers: Vec<(&'static str, Vec<u8>)>,
    body: Vec<u8>,
}

/// An answer, complete.
#[derive(Clone)]
pub struct Response {
    /// The status code.
    pub status: u16,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Request {
    /// A request without headers and body.
    pub fn new(method: &'static str, path: &str) -> Self {
        Self { method, path: path.to_owned(), headers: Vec::new(), body: Vec::new() }
    }

    /// A `GET`.
    pub fn get(path: &str) -> Self {
        Self::new("GET", path)
    }

    /// A `POST`, yet without a body.
    pub fn post(path: &str) -> Self {
        Self::new("POST", path)
    }

    /// Adds a header. The value is sent byte by byte.
    #[must_use]
    pub fn header(mut self, name: &'static str, value: impl Into<Vec<u8>>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// Adds `Authorization: Bearer …`.
    #[must_use]
    pub fn bearer(self, token: &str) -> Self {
        self.header("Authorization", format!("Bearer {token}"))
    }

    /// Gives the body, and no content type.
    #[must_use]
    pub fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self
    }

    /// Gives a JSON body with its content type.
    #[must_use]
    pub fn json(self, value: &Value) -> Self {
        self.header("Content-Type", "application/json").body(value.to_string())
    }

    /// Gives an urlencoded body with its content type.
    #[must_use]
    pub fn form(self, body: &str) -> Self {
        self.header("Content-Type", "application/x-www-form-urlencoded").body(body)
    }

    /// Gives a multipart body of text fields with its content type.
    #[must_use]
    pub fn multipart(self, fields: &[(&str, &str)]) -> Self {
        let mut body = String::new();
        for (name, value) in fields {
            body += "--frontier\r\nContent-Disposition: form-data; name=\"";
            body += name;
            body += "\"\r\n\r\n";
            body += value;
            body += "\r\n";
        }
        body += "--frontier--\r\n";
        self.header("Content-Type", "multipart/form-data; boundary=frontier").body(body)
    }

    /// Sends the request on a connection of its own and reads the whole answer.
    ///
    /// # Panics
    ///
    /// When the connection fails or what comes back is not HTTP.
    #[track_caller]
    pub fn send(&self, address: &str) -> Response {
        self.try_send(address).unwrap_or_else(|error| panic!("{self:?} to {address}: {error}"))
    }

    fn try_send(&self, address: &str) -> std::io::Result<Response> {
        let mut stream = TcpStream::connect(address)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.write_all(&self.bytes(address))?;
        Response::read(BufReader::new(stream), self.method == "HEAD")
    }

    fn bytes(&self, host: &str) -> Vec<u8> {
        let mut bytes = format!("{} {} HTTP/1.1\r\nHost: {host}\r\n", self.method, self.path).into_bytes();
        for (name, value) in &self.headers {
            bytes.extend_from_slice(name.as_bytes());
            bytes.extend_from_slice(b": ");
            bytes.extend_from_slice(value);
            bytes.extend_from_slice(b"\r\n");
        }
        if !matches!(self.method, "GET" | "HEAD" | "OPTIONS") || !self.body.is_empty() {
            bytes.extend_from_slice(format!("Content-Length: {}\r\n", self.body.len()).as_bytes());
        }
        bytes.extend_from_slice(b"\r\n");
        bytes.extend_from_slice(&self.body);
        bytes
    }
}

impl Response {
    /// The value of a header, if the answer has it. Several of one name are joined as HTTP has it.
    pub fn header(&self, name: &str) -> Option<String> {
        let values: Vec<_> = self
            .headers
            .iter()
            .filter(|(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
            .collect();
        (!values.is_empty()).then(|| values.join(", "))
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as JSON.
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error} in {self:?}"))
    }

    /// A text at the top of the JSON body: a token, mostly.
    #[track_caller]
    pub fn field(&self, name: &str) -> String {
        self.json()[name].as_str().unwrap_or_else(|| panic!("no {name} in {self:?}")).to_owned()
    }

    fn read(mut stream: impl BufRead, head_only: bool) -> std::io::Result<Self> {
        let first = read_line(&mut stream)?;
        let status = first
            .split(' ')
            .nth(1)
            .and_then(|code| code.parse().ok())
            .ok_or_else(|| std::io::Error::other(format!("not an HTTP status line: {first:?}")))?;
        let mut response = Self { status, headers: Vec::new(), body: Vec::new() };
        loop {
            let line = read_line(&mut stream)?;
            let Some((name, value)) = line.split_once(':') else { break };
            response.headers.push((name.to_owned(), value.trim().to_owned()));
        }
        if head_only || matches!(status, 204 | 304) {
            return Ok(response);
        }
        if response.header("Transfer-Encoding").is_some() {
            response.body = read_chunks(&mut stream)?;
        } else if let Some(length) = response.header("Content-Length") {
            let length = length.parse().map_err(std::io::Error::other)?;
            response.body.resize(length, 0);
            stream.read_exact(&mut response.body)?;
        } else {
            stream.read_to_end(&mut response.body)?;
        }
        Ok(response)
    }
}

fn read_line(stream: &mut impl BufRead) -> std::io::Result<String> {
    let mut line = Vec::new();
    stream.read_until(b'\n', &mut line)?;
    Ok(String::from_utf8_lossy(&line).trim_end().to_owned())
}

fn read_chunks(stream: &mut impl BufRead) -> std::io::Result<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let line = read_line(stream)?;
        let length = u64::from_str_radix(&line, 16).map_err(std::io::Error::other)?;
        stream.take(length).read_to_end(&mut body)?;
        read_line(stream)?;
        if length == 0 {
            return Ok(body);
        }
    }
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.method, self.path)?;
        for (name, value) in &self.headers {
            write!(f, "\n  {name}: {}", value.escape_ascii())?;
        }
        write!(f, "\n  {}", String::from_utf8_lossy(&self.body))
    }
}

impl fmt::Debug for Response {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.status)?;
        for (name, value) in &self.headers {
            write!(f, "\n  {name}: {value}")?;
        }
        write!(f, "\n  {}", self.text())
    }
}

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_mins(1);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_but_host_and_length_is_added() {
        let request = Request::post("/api/token/").header("X-Odd", b"\xff".to_vec()).body("{}");
        assert_eq!(
            request.bytes("localhost"),
            b"POST /api/token/ HTTP/1.1\r\nHost: localhost\r\nX-Odd: \xff\r\nContent-Length: 2\r\n\r\n{}"
        );
        assert_eq!(Request::get("/").bytes("localhost"), b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
    }

    #[test]
    fn a_body_is_read_by_its_length_or_in_chunks() {
        let read = |text: &str| Response::read(text.as_bytes(), false).unwrap();
        let counted = read("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}and more");
        assert_eq!((counted.status, counted.text().as_str()), (200, "{}"));
        let chunked =
            read("HTTP/1.1 401 No\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n");
        assert_eq!((chunked.status, chunked.text().as_str()), (401, "abc"));
    }
}
