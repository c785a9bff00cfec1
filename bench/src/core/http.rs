//! A verification over HTTP with server and clients in one process, for the quick run.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::routing::post;
use axum::{Json, Router};
use countersign::authority::Authority;
use countersign::dialect::SimpleJwt;
use countersign::entropy::SystemEntropy;
use countersign::memory::MemoryStore;
use countersign::password::{HashingPool, PasswordHashers, PoolSize};
use countersign_axum::routes;
use futures_util::future::try_join_all;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Runtime;

use crate::comparison::Measured;
use crate::core::fixture;
use crate::failure::{Failure, Result};
use crate::scene::Scene;

/// Sixteen clients ask the one, then the other, with the same body.
pub(super) fn verify_beside_echo(scene: &Scene) -> Result<Measured> {
    let runtime = Runtime::new()?;
    let body = json!({ "token": fixture::access_token(&fixture::hs256()?)? }).to_string();
    let verify = Service::start(&runtime, verify()?, VERIFY, &body)?;
    let echo = Service::start(&runtime, Router::new().route("/", post(echo)), "/", &body)?;
    super::in_turn(
        scene.rounds(),
        || runtime.block_on(verify.ask(2 * scene.turn())),
        || runtime.block_on(echo.ask(2 * scene.turn())),
    )
}

/// SimpleJWT's routes, as the server has them, over a store in memory.
fn verify() -> Result<Router> {
    let size = PoolSize::default();
    let passwords = HashingPool::start(Arc::new(PasswordHashers::default()), Arc::new(SystemEntropy), size)?;
    let authority = Authority::builder(MemoryStore::new(), fixture::hs256()?, passwords);
    let authority = authority.policy(fixture::policy()).build()?;
    Ok(routes(SimpleJwt::default(), authority))
}

async fn echo(Json(body): Json<Value>) -> Json<Value> {
    Json(body)
}

/// Somebody who is asked the same again and again.
struct Service {
    address: SocketAddr,
    request: String,
}

impl Service {
    fn start(runtime: &Runtime, app: Router, path: &str, body: &str) -> Result<Self> {
        let listener = runtime.block_on(TcpListener::bind((Ipv4Addr::LOCALHOST, 0)))?;
        let address = listener.local_addr()?;
        runtime.spawn(axum::serve(listener, app).into_future());
        let length = body.len();
        let request = format!(
            "POST {path} HTTP/1.1\r\nhost: {address}\r\ncontent-type: application/json\r\n\
             content-length: {length}\r\n\r\n{body}"
        );
        Ok(Self { address, request })
    }

    /// Answers a second, to so many connections that are kept open.
    async fn ask(&self, budget: Duration) -> Result<f64> {
        let start = Instant::now();
        let answers = try_join_all((0..CONNECTIONS).map(|_| {
            let (address, request) = (self.address, self.request.clone());
            async move { tokio::spawn(ask(address, request, start + budget)).await? }
        }));
        let answers: u32 = answers.await?.into_iter().sum();
        Ok(f64::from(answers) / start.elapsed().as_secs_f64())
    }
}

/// How many answers one client gets until then.
async fn ask(address: SocketAddr, request: String, until: Instant) -> Result<u32> {
    let mut connection = TcpStream::connect(address).await?;
    connection.set_nodelay(true)?;
    let mut answer = Vec::with_capacity(4096);
    let mut answers = 0;
    while Instant::now() < until {
        connection.write_all(request.as_bytes()).await?;
        answer.clear();
        while !is_whole(&answer)? {
            if connection.read_buf(&mut answer).await? == 0 {
                return Err(Failure::new("the server hung up"));
            }
        }
        answers += 1;
    }
    Ok(answers)
}

/// Whether this is all of an answer that says how long it is, and is 200.
fn is_whole(answer: &[u8]) -> Result<bool> {
    let text = std::str::from_utf8(answer)?;
    let Some((head, body)) = text.split_once("\r\n\r\n") else { return Ok(false) };
    if !head.starts_with("HTTP/1.1 200 ") {
        return Err(Failure::new(format!("the answer is {head}")));
    }
    let length = head.split_once("content-length: ").and_then(|(_, rest)| rest.lines().next());
    let length: usize = length.ok_or_else(|| Failure::new("the answer has no length"))?.parse()?;
    Ok(body.len() >= length)
}

const CONNECTIONS: usize = 16;
const VERIFY: &str = "/api/token/verify/";
