//! The floor of any server on axum: reads a small JSON body, answers a small JSON body, does nothing in between.

use std::error::Error;
use std::net::Ipv4Addr;

use axum::routing::post;
use axum::{Json, Router};
use serde_json::Value;
use tokio::net::TcpListener;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    eprintln!("listening at http://{}", listener.local_addr()?);
    axum::serve(listener, Router::new().route("/{*path}", post(echo))).await?;
    Ok(())
}

async fn echo(Json(body): Json<Value>) -> Json<Value> {
    Json(body)
}
