//! Both on one database: Django and Countersign run side by side, and neither notices.

use countersign_testing::{Settings, UserModel};
use serde_json::json;

use super::support::*;

fn rotating() -> Settings {
    Settings::new().set("ROTATE_REFRESH_TOKENS", true).set("BLACKLIST_AFTER_ROTATION", true)
}

#[test]
fn a_token_of_each_is_good_at_the_other() {
    let pair = shared(&Settings::new());
    let addresses = pair.addresses();
    for (issuer, other) in [(addresses.theirs, addresses.ours), (addresses.ours, addresses.theirs)] {
        let issued = login("ada").send(issuer);
        for kind in ["access", "refresh"] {
            let read = pair.oracle.call("read_token", json!({"kind": kind, "token": issued.field(kind)}));
            assert!(read["claims"].is_array(), "{read}");
        }
        assert_eq!(authenticate(&issued.field("access")).send(other).status, 200);
        assert_eq!(verify(&issued.field("refresh")).send(other).status, 200);
        let refreshed = refresh(&issued.field("refresh")).send(other);
        assert_eq!(authenticate(&refreshed.field("access")).send(issuer).status, 200);

        let sliding = login_sliding("ada").send(issuer).field("token");
        let slid = refresh_sliding(&sliding).send(other).field("token");
        assert_eq!(refresh_sliding(&slid).send(issuer).status, 200);
    }
}

#[test]
fn what_one_takes_back_the_other_refuses_at_once() {
    let pair = shared(&Settings::new());
    let addresses = pair.addresses();
    for (issuer, other) in [(addresses.theirs, addresses.ours), (addresses.ours, addresses.theirs)] {
        for taker in [issuer, other] {
            let token = login("ada").send(issuer).field("refresh");
            // Both have seen it good, and may remember that.
            pair.agree(200, &refresh(&token));
            assert_eq!(blacklist(&token).send(taker).status, 200);
            pair.agree(401, &refresh(&token));
            pair.agree(401, &blacklist(&token));
        }
    }
    assert_eq!(pair.table(BLACKLISTED).ours.rows.len(), 4);
}

#[test]
fn a_chain_of_rotations_may_go_from_one_to_the_other() {
    let pair = shared(&rotating());
    let addresses = pair.addresses();
    let mut token = login("ada").send(addresses.ours).field("refresh");
    for turn in 0..6 {
        let server = if turn % 3 == 0 { addresses.ours } else { addresses.theirs };
        let answer = refresh(&token).send(server);
        assert_eq!(answer.status, 200, "turn {turn}: {answer:?}");
        let next = answer.field("refresh");
        // The loser is told so by the side that did not rotate; what Countersign may forgive its own is another story.
        pair.agree(400, &verify(&token));
        let loser = if server == addresses.ours { addresses.theirs } else { addresses.ours };
        assert_eq!(refresh(&token).send(loser).status, 401);
        token = next;
    }
    assert_eq!(pair.table(OUTSTANDING).ours.rows.len(), 7);
    assert_eq!(pair.table(BLACKLISTED).ours.rows.len(), 6);
}

#[test]
fn a_user_who_changes_is_seen_changed_at_once() {
    let pair = shared(&Settings::new().set("CHECK_REVOKE_TOKEN", true));
    let answers = login("ada").send(pair.addresses().ours);
    let (access, token) = (answers.field("access"), answers.field("refresh"));
    let set = |column: &str, value: &str| {
        pair.execute(&format!("UPDATE auth_user SET {column} = ? WHERE username = 'ada'"), &[value]);
    };
    pair.agree(200, &authenticate(&access));
    set("is_active", "0");
    pair.agree(401, &authenticate(&access));
    pair.agree(401, &refresh(&token));
    set("is_active", "1");
    pair.agree(200, &authenticate(&access));
    let encoded = pair.oracle.call_text("hash_password", json!({"password": "new", "algorithm": "md5"}));
    set("password", &encoded);
    pair.agree(401, &authenticate(&access));
}

#[test]
fn people_of_another_model_are_shared_too() {
    let settings = rotating().users(UserModel::Person);
    let pair = countersign_testing::Pair::on_one_database(&settings, &countersign(), |oracle| {
        oracle.call(
            "create_user",
            json!({"email": "ada@example.com", "password": PASSWORD, "full_name": "Ada"}),
        );
    });
    let addresses = pair.addresses();
    let login = countersign_testing::Request::post(OBTAIN)
        .json(&json!({"email": "ada@example.com", "password": PASSWORD}));
    for (issuer, other) in [(addresses.theirs, addresses.ours), (addresses.ours, addresses.theirs)] {
        let issued = login.send(issuer);
        assert_eq!(authenticate(&issued.field("access")).send(other).status, 200);
        assert_eq!(refresh(&issued.field("refresh")).send(other).status, 200);
        assert_eq!(refresh(&issued.field("refresh")).send(issuer).status, 401);
    }
}
