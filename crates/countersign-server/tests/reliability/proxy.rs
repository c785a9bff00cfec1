//! A network between a server and its database that can be held up and cut.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::thread;

/// Passes on what is said on every connection, both ways.
pub(crate) struct Proxy {
    url: String,
    network: Arc<Network>,
}

#[derive(Default)]
struct Network {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    is_frozen: bool,
    /// Both ends of every connection since the last cut.
    ends: Vec<TcpStream>,
}

impl Proxy {
    /// In front of the server of the database at a URL.
    pub(crate) fn to(database: &str) -> Self {
        let (user, rest) = database.split_once('@').unwrap();
        let (server, name) = rest.split_once('/').unwrap();
        let server: SocketAddr = server.parse().unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("{user}@{}/{name}", listener.local_addr().unwrap());
        let network = Arc::new(Network::default());
        let own = Arc::clone(&network);
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let network = Arc::clone(&own);
                thread::spawn(move || network.carry(client, server));
            }
        });
        Self { url, network }
    }

    /// The database's URL, through here.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// From now on nothing passes, not even the end of a connection.
    pub(crate) fn freeze(&self) {
        self.network.state().is_frozen = true;
    }

    /// Everything that was held up arrives, and what is said next.
    pub(crate) fn thaw(&self) {
        self.network.state().is_frozen = false;
        self.network.changed.notify_all();
    }

    /// Every connection ends, with what was held up in it; new ones can be made.
    pub(crate) fn cut(&self) {
        let mut state = self.network.state();
        for end in state.ends.drain(..) {
            // The other side may have ended it before.
            let _ = end.shutdown(Shutdown::Both);
        }
        state.is_frozen = false;
        self.network.changed.notify_all();
    }
}

impl Network {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    fn carry(self: Arc<Self>, client: TcpStream, server: SocketAddr) {
        self.wait_until_it_flows();
        let Ok(server) = TcpStream::connect(server) else { return };
        let (other_client, other_server) = (client.try_clone().unwrap(), server.try_clone().unwrap());
        self.state().ends.extend([client.try_clone().unwrap(), server.try_clone().unwrap()]);
        let back = Arc::clone(&self);
        thread::spawn(move || back.pass_on(other_server, other_client));
        self.pass_on(client, server);
    }

    fn pass_on(&self, mut from: TcpStream, mut to: TcpStream) {
        let mut buffer = [0; 1 << 14];
        loop {
            let read = from.read(&mut buffer).unwrap_or(0);
            self.wait_until_it_flows();
            // After a cut there is nobody to write to.
            if read == 0 || to.write_all(&buffer[..read]).is_err() {
                let _ = to.shutdown(Shutdown::Write);
                return;
            }
        }
    }

    fn wait_until_it_flows(&self) {
        drop(self.changed.wait_while(self.state(), |state| state.is_frozen).unwrap());
    }
}
