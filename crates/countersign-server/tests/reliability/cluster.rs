//! Three servers on one database.

use std::net::SocketAddr;
use std::process::Command;
use std::time::{Duration, Instant};

use crate::harness::{Place, Server};
use crate::rotation::Rotation;

/// The servers, and the database that is all they share.
pub(crate) struct Cluster {
    pub(crate) place: Place,
    pub(crate) rotation: &'static Rotation,
    servers: Vec<Server>,
}

impl Cluster {
    /// Starts them on a new database with the user `ada`. `prepare` may say more to each of them, by its number.
    pub(crate) fn start(
        database: &str,
        rotation: &'static Rotation,
        prepare: impl Fn(usize, &mut Command),
    ) -> Self {
        let place = Place::with_user_at(database, rotation.settings);
        place.edit("[simple_jwt]", "acquire_timeout = '2s'\nstatement_timeout = '1s'\n[simple_jwt]");
        let servers = (0..SERVERS)
            .map(|number| {
                let mut command = place.command(&["serve"]);
                prepare(number, &mut command);
                Server::start(command)
            })
            .collect();
        Self { place, rotation, servers }
    }

    pub(crate) fn server(&self, number: usize) -> &Server {
        &self.servers[number]
    }

    pub(crate) fn servers(&self) -> &[Server] {
        &self.servers
    }

    pub(crate) fn addresses(&self) -> Addresses {
        Addresses::from_iter(&self.servers)
    }

    /// Kills a server in the middle of what it does, and starts it again at the same address. Tells when it was killed.
    pub(crate) fn kill(&mut self, number: usize) -> Instant {
        let address = self.servers[number].address;
        let killed = Instant::now();
        self.servers[number].signal("KILL");
        self.servers.remove(number).ended();
        let command = self.place.command(&["serve", "--listen", &address.to_string()]);
        self.servers.insert(number, Server::start(command));
        killed
    }
}

/// Where the servers are, whoever serves there now.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Addresses(pub(crate) [SocketAddr; SERVERS]);

impl<'a> FromIterator<&'a Server> for Addresses {
    fn from_iter<I: IntoIterator<Item = &'a Server>>(servers: I) -> Self {
        let addresses: Vec<_> = servers.into_iter().map(|server| server.address).collect();
        Self(addresses.try_into().unwrap())
    }
}

pub(crate) const SERVERS: usize = 3;
/// Their numbers.
pub(crate) const ALL: [usize; SERVERS] = [0, 1, 2];
/// Only a test that fails waits so long.
pub(crate) const GIVE_UP: Duration = Duration::from_mins(1);
