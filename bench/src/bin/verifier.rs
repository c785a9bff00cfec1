//! `countersign-axum` in a service of one's own: the routes of SimpleJWT, nothing around them.

use std::error::Error;
use std::net::Ipv4Addr;
use std::num::NonZero;
use std::sync::Arc;

use countersign::authority::Authority;
use countersign::dialect::SimpleJwt;
use countersign::entropy::SystemEntropy;
use countersign::key::{Algorithm, SigningKey};
use countersign::memory::MemoryStore;
use countersign::password::{HashingPool, PasswordHashers, PoolSize};
use countersign::secret::SigningSecret;
use countersign_axum::routes;
use tokio::net::TcpListener;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let hashers = Arc::new(PasswordHashers::default());
    let size = PoolSize { threads: NonZero::<usize>::MIN, waiting_per_thread: NonZero::<usize>::MIN };
    let passwords = HashingPool::start(hashers, Arc::new(SystemEntropy), size)?;
    let key = SigningKey::load(Algorithm::Hs256, &SigningSecret::new(include_str!("../service/secret.txt")))?;
    let authority = Authority::builder(MemoryStore::new(), key, passwords).build()?;
    let router = routes(SimpleJwt::default(), authority);

    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    eprintln!("listening at http://{}", listener.local_addr()?);
    axum::serve(listener, router).await?;
    Ok(())
}
