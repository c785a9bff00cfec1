//! Countersign beside the genuine packages on SQLite: two copies of one file, or one file that both write.

mod oracle;

use countersign_testing::Engine;

/// What the stories' databases are on.
const ENGINE: Engine = Engine::Sqlite;
