//! What a token is worth in its session where another server than ours has a part in it.

use super::super::common::{ok, outstanding};
use super::super::verdict::{Verdict, hold};
use super::{SessionsFixture, Turn, advance, after, begin, ledger, repeated, sessions, text, user};
use crate::store::{Claim, Step, TokenLedger};

pub(super) async fn rules<F: SessionsFixture>(verdict: &mut Verdict, fresh: &impl AsyncFn() -> F) {
    hold!(
        verdict,
        fresh,
        [
            what_another_server_consumed_is_reused_after_a_while,
            another_servers_successor_is_adopted_and_a_fork_found_out,
        ]
    );
}

async fn what_another_server_consumed_is_reused_after_a_while(fixture: impl SessionsFixture) {
    let alice = user(&fixture, "alice").await;
    begin(&fixture, &alice, "R1").await;
    let text = text("R1");
    let row = outstanding("R1", &text, Some(&alice.key));
    assert_eq!(ok(fixture.store().blacklist(&row, after(60)).await), Claim::Won);
    for secs in [59, 70] {
        assert_eq!(advance(&fixture, &alice, Turn("R1", "R1", "never", secs)).await, Step::Revoked);
        assert_eq!(sessions(&fixture, &alice.key, secs).await.len(), 1, "the session goes on there");
    }
    assert_eq!(advance(&fixture, &alice, Turn("R1", "R1", "never", 71)).await, Step::Reused);
    assert_eq!(sessions(&fixture, &alice.key, 71).await, []);
}

async fn another_servers_successor_is_adopted_and_a_fork_found_out(fixture: impl SessionsFixture) {
    let alice = user(&fixture, "alice").await;
    begin(&fixture, &alice, "R1").await;
    assert_eq!(advance(&fixture, &alice, Turn("R1", "R1", "R2", 60)).await, Step::Advanced);
    // D3 was made of R2, which the other server left good.
    assert_eq!(advance(&fixture, &alice, Turn("R1", "D3", "R4", 90)).await, Step::Advanced);
    assert_eq!(sessions(&fixture, &alice.key, 90).await[0].generation, 2);
    let used = ["D3", "R1", "R2"].map(String::from).to_vec();
    assert_eq!(ledger(&fixture).await, (used, vec!["R4".to_owned()]));
    assert_eq!(advance(&fixture, &alice, Turn("R1", "D3", "never", 91)).await, repeated("R4"));
    assert_eq!(advance(&fixture, &alice, Turn("R1", "R2", "never", 91)).await, Step::Reused);
    assert_eq!(advance(&fixture, &alice, Turn("R1", "D5", "never", 91)).await, Step::Revoked);
    let (used, good) = ledger(&fixture).await;
    assert_eq!((used.len(), good.len()), (5, 0), "the other server refuses them too");
}
