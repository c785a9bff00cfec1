//! `countersign serve`.

use countersign_axum::BodyLimits;
use tokio::net::TcpListener;

use crate::cli::Serve;
use crate::commands::{connect, load};
use crate::failure::Failure;
use crate::serve::app::app;
use crate::serve::dev::Playground;
use crate::serve::families::{SimpleJwtFamily, hashing_pool};
use crate::serve::http::{self, ConnectionLimits};
use crate::serve::{logs, stop};
use crate::terminal::{note, print};

pub(super) async fn run(args: Serve) -> Result<(), Failure> {
    let playground = if args.dev { Some(Playground::prepare(args.listen).await?) } else { None };
    let config = match &playground {
        Some(playground) => playground.config()?,
        None => load(&args.configured)?,
    };
    logs::start(config.server.log_format);
    let stop = stop::requested().map_err(|error| Failure::caused("cannot listen for signals", &error))?;

    let database = connect(&config).await?;
    let passwords = hashing_pool(&config)?;
    let simple_jwt = SimpleJwtFamily::build(&config, &database, &passwords)?;
    if simple_jwt.is_none() {
        return Err(Failure::input(
            "no family is configured, there is nothing to serve: add a table [simple_jwt]",
        ));
    }
    let limits =
        BodyLimits { bytes: config.server.max_body_bytes.get(), time: config.server.request_timeout };
    let app = app(database, simple_jwt, limits);

    let address = args.listen.unwrap_or(config.server.listen);
    let listener = match &playground {
        Some(playground) => playground.listen().await?,
        None => TcpListener::bind(address).await.map_err(|error| {
            Failure::caused(&format!("cannot listen on {address} ([server] listen, or --listen)"), &error)
        })?,
    };
    let address = listener.local_addr().map_err(|error| Failure::caused("cannot listen", &error))?;
    note(format_args!("countersign is listening on http://{address}"));
    if let Some(playground) = &playground {
        print(playground.screen(address));
    }
    let limits = ConnectionLimits {
        header_time: config.server.header_timeout,
        shutdown_time: config.server.shutdown_timeout,
    };
    http::serve(listener, app, limits, stop).await;
    Ok(())
}
