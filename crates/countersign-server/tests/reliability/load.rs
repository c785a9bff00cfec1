//! Clients who refresh again and again, at one server after the other, whatever happens, and remember what they were told.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::Instant;

use serde_json::json;

use crate::checker::{Rotated, Told};
use crate::cluster::{Addresses, Cluster, GIVE_UP, SERVERS};
use crate::harness::{Client, Server};

/// The load, as a story sees it.
pub(crate) struct Load {
    heard: Receiver<Heard>,
}

/// That somebody was answered.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Heard {
    pub(crate) server: usize,
    pub(crate) is_served: bool,
}

impl Load {
    /// Waits until every condition has been met by something that is heard from now on.
    #[track_caller]
    pub(crate) fn wait_for_all(&self, mut conditions: Vec<Heard>) {
        while self.heard.try_recv().is_ok() {}
        let started = Instant::now();
        while !conditions.is_empty() {
            let left = GIVE_UP.saturating_sub(started.elapsed());
            let heard = self.heard.recv_timeout(left);
            let heard = heard.unwrap_or_else(|_| panic!("nobody hears {conditions:?}"));
            if let Some(met) = conditions.iter().position(|condition| *condition == heard) {
                conditions.swap_remove(met);
            }
        }
    }

    /// Waits until each of these servers has served somebody, this often.
    #[track_caller]
    pub(crate) fn wait_until_served(&self, times: usize, servers: &[usize]) {
        let served = |server: &usize| vec![Heard { server: *server, is_served: true }; times];
        self.wait_for_all(servers.iter().flat_map(served).collect());
    }
}

/// Tells a story under load, with so many faults in it, and then what the clients were told: all of it, to the last doubt.
pub(crate) fn under_load(
    cluster: &mut Cluster,
    faults: usize,
    story: impl FnOnce(&mut Cluster, &Load),
) -> Told {
    // A fault costs a client one chain at most. Nobody logs in under way, so that every row can be accounted for.
    let chains = |server| (0..faults + 2).map(|_| Server::tokens(server).refresh).collect();
    let clients: Vec<Vec<String>> =
        (0..CLIENTS).map(|client| chains(cluster.server(client % SERVERS))).collect();
    let addresses = cluster.addresses();
    let (tell, heard) = channel();
    let is_over = AtomicBool::new(false);
    thread::scope(|scope| {
        let clients: Vec<_> = clients
            .into_iter()
            .map(|chains| {
                let (tell, is_over) = (tell.clone(), &is_over);
                scope.spawn(move || Refreshing::new(addresses, chains, tell).go_on_until(is_over))
            })
            .collect();
        // Also when the story fails: the clients must end.
        let ending = Ending(&is_over);
        story(cluster, &Load { heard });
        drop(ending);
        clients.into_iter().map(|client| client.join().unwrap()).fold(Told::default(), Told::and)
    })
}

struct Ending<'a>(&'a AtomicBool);

impl Drop for Ending<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

/// One client.
struct Refreshing {
    addresses: Addresses,
    connections: [Option<Client>; SERVERS],
    chains: Vec<String>,
    current: String,
    /// Whether the current token was presented and it is not known what became of that.
    is_in_doubt: bool,
    /// Whether it was presented to be logged out.
    is_leaving: bool,
    told: Told,
    tell: Sender<Heard>,
}

impl Refreshing {
    fn new(addresses: Addresses, mut chains: Vec<String>, tell: Sender<Heard>) -> Self {
        let told = Told { logins: chains.clone(), ..Told::default() };
        let current = chains.pop().unwrap();
        Self {
            addresses,
            connections: Default::default(),
            chains,
            current,
            is_in_doubt: false,
            is_leaving: false,
            told,
            tell,
        }
    }

    fn go_on_until(mut self, is_over: &AtomicBool) -> Told {
        let mut last_answer = Instant::now();
        for turn in 0.. {
            if is_over.load(Ordering::SeqCst) && !self.is_in_doubt {
                break;
            }
            assert!(last_answer.elapsed() < GIVE_UP, "nobody serves this client any more");
            let server = turn % SERVERS;
            // The first chain ends with a logout, whatever happens meanwhile.
            let is_time = self.told.blacklisted.is_empty() && turn >= TURNS_TO_A_LOGOUT;
            self.is_leaving |= is_time && !self.is_in_doubt;
            if self.present(server) {
                last_answer = Instant::now();
            }
        }
        self.told
    }

    /// Presents the current token once; whether there was an answer that decides.
    fn present(&mut self, server: usize) -> bool {
        let logs_out = self.is_leaving;
        let path = if logs_out { "/api/token/blacklist/" } else { "/api/token/refresh/" };
        let answer = self.connections[server]
            .take()
            .or_else(|| Client::try_connect(self.addresses.0[server]))
            .and_then(|mut connection| {
                let answer = connection.try_post(path, &json!({"refresh": self.current}));
                self.connections[server] = answer.is_some().then_some(connection);
                answer
            });
        let status = answer.as_ref().map(|answer| answer.status);
        // The story may have ended.
        let _ = self.tell.send(Heard { server, is_served: status == Some(200) });
        match (status, answer) {
            (Some(200), _) if logs_out => self.log_out(),
            (Some(200), Some(answer)) => {
                let successor = answer.text("refresh");
                let presented = std::mem::replace(&mut self.current, successor.clone());
                self.told.rotated.push(Rotated { presented, successor: Some(successor) });
                self.is_in_doubt = false;
            }
            // It was done, and the answer was lost.
            (Some(401), _) if self.is_in_doubt && logs_out => self.log_out(),
            (Some(401), _) if self.is_in_doubt => {
                let presented = self.begin_again();
                self.told.rotated.push(Rotated { presented, successor: None });
            }
            (None | Some(503), _) => {
                self.is_in_doubt = true;
                self.told.doubts += 1;
                return false;
            }
            (_, answer) => panic!("{answer:?} to the good token {}", self.current),
        }
        true
    }

    fn log_out(&mut self) {
        let presented = self.begin_again();
        self.told.blacklisted.push(presented);
    }

    fn begin_again(&mut self) -> String {
        (self.is_in_doubt, self.is_leaving) = (false, false);
        let next = self.chains.pop().expect("a fault costs a client one chain at most");
        std::mem::replace(&mut self.current, next)
    }
}

const CLIENTS: usize = 6;
const TURNS_TO_A_LOGOUT: usize = 20;
