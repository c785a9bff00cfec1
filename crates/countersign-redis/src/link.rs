//! The connection to Redis, while there is one.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use countersign::error::Causes;
use redis::aio::MultiplexedConnection;
use redis::{AsyncConnectionConfig, Client};
use tokio::time::Instant;

use crate::RedisServer;

/// A connection that everybody uses at once, and that is made anew when it was lost: behind the logins, one at a time, and
/// not more often than once a second.
pub(crate) struct Link {
    client: Client,
    state: Mutex<State>,
}

struct State {
    connection: Option<MultiplexedConnection>,
    /// How many connections there were, so that what is told of an old one is not believed of the next.
    generation: u64,
    is_connecting: bool,
    connects_again: Instant,
    /// Whether the log has it that Redis does not answer.
    is_told: bool,
}

/// One of the link's connections.
pub(crate) struct Line {
    pub(crate) connection: MultiplexedConnection,
    generation: u64,
}

impl Link {
    /// Connects, if that can be done soon.
    pub(crate) async fn start(server: &RedisServer) -> Arc<Self> {
        let state = State {
            connection: None,
            generation: 0,
            is_connecting: true,
            connects_again: Instant::now(),
            is_told: false,
        };
        let link = Arc::new(Self { client: server.client().clone(), state: Mutex::new(state) });
        link.connect().await;
        link
    }

    /// The connection. Where there is none, it is seen to that there will be.
    pub(crate) fn line(self: &Arc<Self>) -> Option<Line> {
        let mut state = self.state();
        if let Some(connection) = state.connection.clone() {
            return Some(Line { connection, generation: state.generation });
        }
        if !state.is_connecting && Instant::now() >= state.connects_again {
            state.is_connecting = true;
            let link = Arc::clone(self);
            tokio::spawn(async move { link.connect().await });
        }
        None
    }

    /// This connection answered, and did what it was asked for.
    pub(crate) fn answered(&self) {
        let mut state = self.state();
        if std::mem::take(&mut state.is_told) {
            tracing::info!("Redis answers again: logins are throttled over all servers");
        }
    }

    /// This connection did not.
    pub(crate) fn failed(&self, line: &Line, cause: &dyn fmt::Display) {
        let mut state = self.state();
        if line.generation == state.generation && state.connection.take().is_some() {
            state.connects_again = Instant::now() + PAUSE;
            state.tell(cause);
        }
    }

    async fn connect(&self) {
        let config = AsyncConnectionConfig::new()
            .set_connection_timeout(Some(PATIENCE_TO_CONNECT))
            .set_response_timeout(Some(PATIENCE));
        let connected = self.client.get_multiplexed_async_connection_with_config(&config).await;
        let mut state = self.state();
        state.is_connecting = false;
        match connected {
            Ok(connection) => {
                state.generation += 1;
                state.connection = Some(connection);
            }
            Err(error) => {
                state.connects_again = Instant::now() + PAUSE;
                state.tell(&Causes(&error));
            }
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn tell(&mut self, cause: &dyn fmt::Display) {
        if !std::mem::replace(&mut self.is_told, true) {
            tracing::warn!(%cause, "Redis does not answer: until it does, each server throttles logins by itself");
        }
    }
}

/// How long a login waits for Redis.
pub(crate) const PATIENCE: Duration = Duration::from_millis(250);
/// How long a connection may take, which nobody waits for but who starts.
const PATIENCE_TO_CONNECT: Duration = Duration::from_secs(1);
const PAUSE: Duration = Duration::from_secs(1);
