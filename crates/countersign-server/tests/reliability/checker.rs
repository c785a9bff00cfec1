//! What must be true after every fault: of the database, of what the clients were told, and of what the servers say.
//!
//! - No lost row: every token that a client was given is in the ledger.
//! - No double successor, and nothing half done: each rotation has left one blacklisted token and one new one. The rows
//!   are as many as the logins and the rotations, to the row; those that nobody was told of are successors whose answer was
//!   lost.
//! - No revoked token is accepted: every token that was rotated or blacklisted is refused by every server, or, right after it
//!   was rotated and where lost answers are repeated, worth the successor that it has.
//! - What is good is good everywhere.

use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Barrier;
use std::thread;

use serde_json::json;

use crate::cluster::Cluster;
use crate::fifty::race;
use crate::harness::new_database;
use crate::rotation::{Losers, ROTATIONS};

/// Everything that clients were told.
#[derive(Clone, Debug, Default)]
pub(crate) struct Told {
    /// Tokens that a login gave.
    pub(crate) logins: Vec<String>,
    /// Tokens that were rotated.
    pub(crate) rotated: Vec<Rotated>,
    /// Tokens that were taken back.
    pub(crate) blacklisted: Vec<String>,
    /// How often no answer came, or one that says that nothing was decided.
    pub(crate) doubts: usize,
}

/// A token for which there is another one.
#[derive(Clone, Debug)]
pub(crate) struct Rotated {
    pub(crate) presented: String,
    /// `None` where the answer with it was lost.
    pub(crate) successor: Option<String>,
}

impl Told {
    /// What two clients were told.
    #[must_use]
    pub(crate) fn and(mut self, other: Self) -> Self {
        self.logins.extend(other.logins);
        self.rotated.extend(other.rotated);
        self.blacklisted.extend(other.blacklisted);
        self.doubts += other.doubts;
        self
    }

    /// How many successors nobody was told of.
    pub(crate) fn lost_answers(&self) -> usize {
        self.rotated.iter().filter(|rotated| rotated.successor.is_none()).count()
    }

    fn given(&self) -> impl Iterator<Item = &String> {
        self.logins.iter().chain(self.rotated.iter().filter_map(|rotated| rotated.successor.as_ref()))
    }

    fn spent(&self) -> impl Iterator<Item = &String> {
        self.rotated.iter().map(|rotated| &rotated.presented).chain(&self.blacklisted)
    }

    /// Holds all of it against the database and the servers, which must have nothing to do any more.
    #[track_caller]
    pub(crate) fn check(&self, cluster: &Cluster) {
        let ledger = Ledger::read(cluster);
        for token in self.given() {
            assert!(ledger.is_good.contains_key(token), "a token that was given is lost: {token}");
        }
        let (rotations, revocations) = (self.rotated.len(), self.rotated.len() + self.blacklisted.len());
        assert_eq!(ledger.blacklisted(), revocations, "the blacklist is what the clients were told");
        assert_eq!(ledger.is_good.len(), self.logins.len() + rotations, "each rotation has one successor");
        let untold = ledger.is_good.len() - self.given().count();
        assert_eq!(untold, self.lost_answers(), "a successor that nobody has is one whose answer was lost");

        for token in self.spent() {
            assert_eq!(ledger.is_good.get(token), Some(&false), "it was spent: {token}");
        }
        let successors: HashMap<_, _> = self
            .rotated
            .iter()
            .map(|Rotated { presented, successor }| (presented, successor.as_ref()))
            .collect();
        let all_have_looked = Barrier::new(cluster.servers().len());
        thread::scope(|scope| {
            for (number, server) in cluster.servers().iter().enumerate() {
                let (ledger, successors, mut client) = (&ledger, &successors, server.connect());
                let all_have_looked = &all_have_looked;
                scope.spawn(move || {
                    for (token, is_good) in &ledger.is_good {
                        let answer = client.post("/api/token/verify/", &json!({"token": token}));
                        assert_eq!(answer.status, if *is_good { 200 } else { 400 }, "{answer:?} to {token}");
                    }
                    // Each of them at one of the servers, and last: it may cost the clients what they have.
                    all_have_looked.wait();
                    for token in self.spent().skip(number).step_by(cluster.servers().len()) {
                        let answer = client.post("/api/token/refresh/", &json!({"refresh": token}));
                        match (&cluster.rotation.losers, answer.status) {
                            // What was rotated just now has the same successor once more, and no other.
                            (Losers::GetTheSame, 200) => {
                                let again = answer.text("refresh");
                                let told = successors.get(token).copied().flatten();
                                assert!(told.is_none_or(|told| *told == again), "{answer:?} to {token}");
                                assert_eq!(ledger.is_good.get(&again), Some(&true), "{answer:?} to {token}");
                            }
                            _ => answer.is_refused(401),
                        }
                    }
                });
            }
        });
    }
}

/// The tokens in both tables, and whether each is good.
struct Ledger {
    is_good: HashMap<String, bool>,
}

impl Ledger {
    fn read(cluster: &Cluster) -> Self {
        let rows = cluster.place.rows(
            "SELECT token, CASE WHEN blacklisted.id IS NULL THEN 'good' ELSE 'blacklisted' END \
             FROM token_blacklist_outstandingtoken AS outstanding \
             LEFT JOIN token_blacklist_blacklistedtoken AS blacklisted ON token_id = outstanding.id",
        );
        let count = rows.len();
        let is_good: HashMap<_, _> = rows.into_iter().map(|row| (row[0].clone(), row[1] == "good")).collect();
        assert_eq!(is_good.len(), count, "a token has two rows");
        Self { is_good }
    }

    fn blacklisted(&self) -> usize {
        self.is_good.values().filter(|is_good| !**is_good).count()
    }
}

#[test]
fn what_is_not_as_it_was_told_is_seen() {
    let cluster = Cluster::start(&new_database(), &ROTATIONS[0], |_, _| {});
    let told = race(&cluster, 3);
    told.check(&cluster);
    let is_seen = |spoil: fn(&mut Told), said: &str| {
        let mut told = told.clone();
        spoil(&mut told);
        let panic = catch_unwind(AssertUnwindSafe(|| told.check(&cluster))).unwrap_err();
        let panic = panic.downcast_ref::<String>().unwrap();
        assert!(panic.contains(said), "{panic}");
    };
    is_seen(|told| told.logins.push("a.lost.token".into()), "a token that was given is lost: a.lost.token");
    is_seen(|told| told.logins.clear(), "each rotation has one successor");
    is_seen(|told| drop(told.rotated.pop()), "the blacklist is what the clients were told");
    is_seen(|told| told.rotated[2].presented = told.rotated[2].successor.clone().unwrap(), "it was spent: ");
}
