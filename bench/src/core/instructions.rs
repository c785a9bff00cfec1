//! Instructions instead of time: they are the same on a busy machine, and on another of the same kind.
//!
//! Callgrind runs this binary with one operation, few times and many times; the difference is what the operations cost
//! alone. Its processor has no SHA extensions and no AVX-512, so an HMAC is dearer there than on most servers.

use std::env;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use countersign::jwt;

use super::fixture::{self, Pair};
use super::floor::Floor;
use super::{ours, peer};
use crate::failure::{Failure, Result, While};

/// What is counted, by the name that [`operate`] knows.
const OPERATIONS: [(&str, &str); 9] = [
    ("verify-hs256", "verify an HS256 access token"),
    ("verify-hs256-jsonwebtoken", "the same, jsonwebtoken"),
    ("verify-hs256-floor", "one HMAC, base64, borrowed serde_json"),
    ("verify-eddsa-seen", "verify an EdDSA token seen before"),
    ("verify-eddsa-jsonwebtoken", "the same, jsonwebtoken"),
    ("sign-hs256", "sign an HS256 access token's claims"),
    ("sign-hs256-jsonwebtoken", "the same, jsonwebtoken"),
    ("make-hs256", "make an HS256 access token, with a new id"),
    ("make-hs256-jsonwebtoken", "the same, jsonwebtoken"),
];

/// Does one operation so many times, for callgrind to count.
pub(crate) fn operate(name: &str, times: u32) -> Result<()> {
    let mut operation = operation(name)?;
    for _ in 0..times {
        operation()?;
    }
    Ok(())
}

fn operation(name: &str) -> Result<Box<dyn FnMut() -> Result<()>>> {
    let key = fixture::hs256()?;
    let token = fixture::access_token(&key)?;
    Ok(match name {
        "verify-hs256" => {
            let verifier = ours::Verifier::new(key.verifying_key());
            Box::new(move || verifier.verify(&token, fixture::now()).map(drop))
        }
        "verify-hs256-jsonwebtoken" => {
            let verifier = peer::Verifier::hs256(fixture::SECRET);
            Box::new(move || verifier.verify(&token).map(drop))
        }
        "verify-hs256-floor" => {
            let mut floor = Floor::hs256(fixture::SECRET);
            Box::new(move || floor.verify(&token).map(drop))
        }
        "verify-eddsa-seen" => {
            let pair = Pair::eddsa()?;
            let token = fixture::access_token(&pair.ours)?;
            let verifier = ours::Verifier::new(pair.ours.verifying_key());
            Box::new(move || verifier.verify(&token, fixture::now()).map(drop))
        }
        "verify-eddsa-jsonwebtoken" => {
            let pair = Pair::eddsa()?;
            let token = fixture::access_token(&pair.ours)?;
            let verifier = peer::Verifier::new(pair.theirs);
            Box::new(move || verifier.verify(&token).map(drop))
        }
        "sign-hs256" => {
            let claims = fixture::claims()?;
            Box::new(move || jwt::sign(&claims, &key, None).map(drop).map_err(Failure::from))
        }
        "sign-hs256-jsonwebtoken" => {
            let claims = peer::AccessClaims::read(&fixture::claims()?.to_json())?;
            let signer = peer::Signer::hs256(fixture::SECRET);
            Box::new(move || signer.sign(&claims).map(drop))
        }
        "make-hs256" => {
            let issuer = ours::Issuer::new(key);
            Box::new(move || issuer.make(fixture::now()).map(drop))
        }
        "make-hs256-jsonwebtoken" => {
            let signer = peer::Signer::hs256(fixture::SECRET);
            Box::new(move || signer.make("4711").map(drop))
        }
        _ => return Err(Failure::new(format!("there is no operation `{name}`"))),
    })
}

/// A table of all of them.
pub(crate) fn table() -> Result<String> {
    let mut table = String::from("| what | instructions |\n|---|---|\n");
    for (name, what) in OPERATIONS {
        let few = counted(name, FEW)?;
        let many = counted(name, MANY)?;
        let _ = writeln!(table, "| {what} | {} |", (many.saturating_sub(few)) / u64::from(MANY - FEW));
    }
    Ok(table)
}

/// How many instructions the whole process takes.
fn counted(name: &str, times: u32) -> Result<u64> {
    let counts = env::temp_dir().join(format!("countersign-bench-{}.callgrind", std::process::id()));
    let mut out_file = std::ffi::OsString::from("--callgrind-out-file=");
    out_file.push(&counts);
    let status = Command::new("valgrind")
        .args(["--tool=callgrind", "--quiet"])
        .arg(out_file)
        .arg(env::current_exe()?)
        .args(["--operate", name, &times.to_string()])
        .stdout(Stdio::null())
        .status()
        .during("valgrind, which Debian has a package of")?;
    let total = status.success().then(|| total(&counts)).transpose()?;
    let _ = fs::remove_file(&counts);
    total.ok_or_else(|| Failure::new(format!("valgrind could not run `{name}`")))
}

fn total(counts: &Path) -> Result<u64> {
    let text = fs::read_to_string(counts).during(counts.display())?;
    let total =
        text.lines().find_map(|line| line.strip_prefix("totals: ").or(line.strip_prefix("summary: ")));
    Ok(total.ok_or_else(|| Failure::new("callgrind counted nothing"))?.trim().parse()?)
}

const FEW: u32 = 100;
const MANY: u32 = 1_100;
