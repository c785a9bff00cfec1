//! `countersign serve`.

use std::thread;
use std::time::Duration;

use countersign::entropy::{Entropy, SystemEntropy};
use countersign_axum::TrustedProxies;
use tokio::net::TcpListener;
use tokio::time::{Instant, sleep_until, timeout};
use tracing::Level;

use crate::cli::Serve;
use crate::commands::{connect, read};
use crate::config::Config;
use crate::failure::Failure;
use crate::serve::app::app;
use crate::serve::dev::Playground;
use crate::serve::families::families;
use crate::serve::http::{self, ConnectionLimits};
use crate::serve::logs::{self, Log};
use crate::serve::maintenance::Maintenance;
use crate::serve::requests::Observed;
use crate::serve::stop::StopSignals;
use crate::serve::workers::Workers;
use crate::terminal::print;
use crate::throttling;
use crate::webhook::Sending;

pub(super) async fn run(args: Serve) -> Result<(), Failure> {
    gather_entropy();
    let playground = if args.dev { Some(Playground::prepare(args.listen).await?) } else { None };
    let config = match &playground {
        Some(playground) => playground.config()?,
        None => read(&args.configured)?,
    };
    let log = logs::start(config.server.log_format)?;
    for warning in config.warnings() {
        log.tell(if warning.is_grave() { Level::ERROR } else { Level::WARN }, warning);
    }
    serve(&args, &config, playground, &log).await.map_err(|failure| {
        log.tell(Level::ERROR, &failure);
        failure.told()
    })
}

/// Asks for randomness on a thread of its own. The generator gathers entropy when it is first asked, which takes some 40
/// milliseconds: meanwhile the configuration is read, and the database's server begins to talk. Whoever asks sooner waits for
/// the same entropy.
fn gather_entropy() {
    // Where no thread is to be had, whoever asks first gathers it.
    let _ = thread::Builder::new().name("entropy".to_owned()).spawn(|| SystemEntropy.fill(&mut [0]));
}

async fn serve(
    args: &Serve,
    config: &Config,
    playground: Option<Playground>,
    log: &Log,
) -> Result<(), Failure> {
    let mut stop =
        StopSignals::listen().map_err(|error| Failure::caused("cannot listen for signals", &error))?;

    let database = connect(config).await?;
    database.keep_blacklist_in_memory(config.blacklist_memory());
    let post = config.email.post();
    let throttle = throttling::start(config).await;
    let app = app(database.clone(), families(config, &database, &post, &throttle)?);
    let app = Observed::new(app, TrustedProxies::new(config.server.trusted_proxies.iter().copied()));
    for warning in config.expression_warnings(database.user_model()) {
        log.tell(Level::WARN, warning);
    }

    let maintenance = Maintenance::plan(config, &database)?;

    let address = args.listen.unwrap_or(config.server.listen);
    let listener = match &playground {
        Some(playground) => playground.listen().await?,
        None => TcpListener::bind(address).await.map_err(|error| {
            Failure::caused(&format!("cannot listen on {address} ([server] listen, or --listen)"), &error)
        })?,
    };
    let address = listener.local_addr().map_err(|error| Failure::caused("cannot listen", &error))?;
    log.tell(Level::INFO, format_args!("countersign is listening on http://{address}"));
    if let Some(playground) = &playground {
        print(playground.screen(address));
    }
    let limits = ConnectionLimits {
        header_time: config.server.header_timeout,
        shutdown_time: config.server.shutdown_timeout,
    };
    let webhooks = config.courier.start();
    let maintenance = maintenance.start();
    let workers =
        Workers::start().map_err(|error| Failure::caused("cannot start the threads that answer", &error))?;
    let end = http::serve(listener, &workers, &app, limits, &mut stop).await;
    let end = end.map_err(|error| Failure::caused("cannot wait for connections", &error))?;
    drop(maintenance);
    let left = end.saturating_duration_since(Instant::now());
    tokio::join!(tell_webhooks(webhooks, end, &mut stop), post.close(left));
    // Requests that were cut off may hold on to their connections.
    let _ = timeout(CLOSE_TIME, database.close()).await;
    Ok(())
}

/// Lets the messages that wait be told until `end`, or until the server is asked to stop a second time.
async fn tell_webhooks(webhooks: Sending, end: Instant, stop: &mut StopSignals) {
    let left = webhooks.left();
    if left() == 0 {
        return;
    }
    tokio::select! {
        () = webhooks.finish() => {}
        () = sleep_until(end) => tracing::warn!(messages = left(), "stopped with webhooks untold"),
        () = stop.next() => {
            tracing::warn!(messages = left(), "stopped with webhooks untold, as asked to a second time");
        }
    }
}

/// How long work on the database that was cut off may take to end.
const CLOSE_TIME: Duration = Duration::from_secs(5);
