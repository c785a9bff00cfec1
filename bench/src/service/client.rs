//! One request, to see that a server answers what is expected before it is measured.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use crate::failure::{Failure, Result, While};

pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: String,
}

pub(crate) fn post(address: &str, path: &str, body: &str) -> Result<Answer> {
    let length = body.len();
    send(
        address,
        path,
        &format!("POST {path} HTTP/1.0\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n"),
        body,
    )
}

pub(crate) fn get(address: &str, path: &str, bearer: &str) -> Result<Answer> {
    send(address, path, &format!("GET {path} HTTP/1.0\r\nAuthorization: Bearer {bearer}\r\n"), "")
}

impl Answer {
    pub(crate) fn expect_ok(self) -> Result<Self> {
        self.expect_status(200)
    }

    pub(crate) fn expect_status(self, wanted: u16) -> Result<Self> {
        match self.status {
            status if status == wanted => Ok(self),
            status => Err(Failure::new(format!("the answer is not {wanted}: {status} {}", self.body))),
        }
    }
}

fn send(address: &str, path: &str, head: &str, body: &str) -> Result<Answer> {
    let answer = || -> std::io::Result<String> {
        let mut stream = TcpStream::connect(address)?;
        stream.set_read_timeout(Some(Duration::from_mins(1)))?;
        write!(stream, "{head}Host: {address}\r\n\r\n{body}")?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        Ok(answer)
    };
    let what = format!("http://{address}{path}");
    let answer = answer().during(&what)?;
    let parts =
        answer.split_once("\r\n\r\n").and_then(|(head, body)| Some((head.get(9..12)?.parse().ok()?, body)));
    let (status, body) = parts.ok_or_else(|| Failure::new(format!("{what}: {answer:?} is no HTTP")))?;
    Ok(Answer { status, body: body.to_owned() })
}
