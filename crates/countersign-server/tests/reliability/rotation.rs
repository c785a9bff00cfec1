//! How the servers rotate tokens, which every story is told for.

/// A configuration, and what follows from it for the clients.
#[derive(Debug)]
pub(crate) struct Rotation {
    /// What stands below `[simple_jwt]`.
    pub(crate) settings: &'static str,
    /// What becomes of several who present one token at once.
    pub(crate) losers: Losers,
}

/// What those hear who present a token at the same time as the one who wins its successor.
#[derive(Debug, PartialEq)]
pub(crate) enum Losers {
    /// 401, as the genuine packages' clients do.
    AreRefused,
    /// The winner's own successor: their answer might have been the one that was lost.
    GetTheSame,
}

/// Every configuration that makes a difference.
pub(crate) static ROTATIONS: [Rotation; 2] = [
    Rotation {
        settings: "rotate_refresh_tokens = true\nblacklist_after_rotation = true",
        losers: Losers::AreRefused,
    },
    Rotation {
        settings: "rotate_refresh_tokens = true\nblacklist_after_rotation = true\nreuse_detection = true",
        losers: Losers::GetTheSame,
    },
];
