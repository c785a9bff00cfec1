//! Countersign beside the genuine packages on PostgreSQL: two databases of one server, or one that both work on at the
//! same time.

mod oracle;

use countersign_testing::Engine;

/// What the stories' databases are on.
const ENGINE: Engine = Engine::Postgres;
