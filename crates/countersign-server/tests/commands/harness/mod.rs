//! What the stories share: a folder to run commands in, a server that runs there, a client of it.

mod client;
mod django;
mod engine;
mod hook;
mod lines;
mod place;
mod redis;
mod server;

pub(crate) use self::client::{Answer, Client};
pub(crate) use self::django::{DjangoProject, python, virtual_environment};
pub(crate) use self::engine::{Engine, MARIADB, POSTGRES, new_database};
pub(crate) use self::hook::Hook;
pub(crate) use self::lines::Lines;
pub(crate) use self::place::{Finished, Place};
pub(crate) use self::redis::RedisServer;
pub(crate) use self::server::{Server, Tokens};

/// The key of every place that is not about keys.
pub(crate) const SECRET: &str = "Wq7mZt2xKp9vRb4nLs6yHd3jFg8cAe5uTi1oBn0kMw";
/// The password of the users that [`Place::with_user`] makes.
pub(crate) const PASSWORD: &str = "correct horse battery";
