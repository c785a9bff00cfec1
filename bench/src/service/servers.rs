use std::fs;
use std::net::{Ipv4Addr, TcpListener};
use std::num::NonZero;
use std::path::Path;
use std::process::Command;
use std::thread;

use crate::failure::{Result, While};
use crate::service::client;
use crate::service::database::Database;
use crate::service::process::{Process, bound};
use crate::service::stage::{Stage, log};
use crate::service::tokens::SECRET;

/// A server that accepts connections.
pub(crate) struct Server {
    pub(crate) address: String,
    pub(crate) process: Process,
}

/// How both sides treat refresh tokens.
#[derive(Clone, Copy, Eq, PartialEq)]
pub(crate) enum Refreshing {
    Plain,
    /// With rotation, and the used one on the blacklist.
    Rotating,
}

/// Countersign's release binary, as it ships: it logs a line for each request.
pub(crate) fn countersign(stage: &Stage, database: &Database, refreshing: Refreshing) -> Result<Server> {
    let rotates = refreshing == Refreshing::Rotating;
    let family = format!(
        "blacklist = true\nrotate_refresh_tokens = {rotates}\nblacklist_after_rotation = {rotates}\n"
    );
    countersign_with(stage, database, "", &family)
}

/// The same with other lines below `[database]` and `[simple_jwt]`.
pub(crate) fn countersign_with(
    stage: &Stage,
    database: &Database,
    of_database: &str,
    family: &str,
) -> Result<Server> {
    let name = stage.name("countersign");
    let configuration = stage.folder.join(format!("{name}.toml"));
    configure(&configuration, database, of_database, family)?;
    let mut command = bound(Stage::countersign()?);
    command.arg("serve").arg("--config").arg(&configuration);
    listening(command, &log(&stage.folder, &name))
}

/// Writes a configuration for Countersign.
pub(crate) fn configure(path: &Path, database: &Database, of_database: &str, family: &str) -> Result<()> {
    let url = database.url();
    let text = format!(
        "secret_key = \"{SECRET}\"\n\n[server]\nlisten = \"127.0.0.1:0\"\n\n[database]\nurl = \"{url}\"\n\
         max_connections = {CONNECTIONS}\n{of_database}\n[simple_jwt]\n{family}"
    );
    fs::write(path, text).during(path.display())
}

/// A program of bench/ that says where it listens.
pub(crate) fn beside(stage: &Stage, name: &str) -> Result<Server> {
    listening(bound(Stage::beside(name)?), &log(&stage.folder, &stage.name(name)))
}

fn listening(command: Command, log: &Path) -> Result<Server> {
    let mut process = Process::start(command, log.to_path_buf())?;
    let address = process.wait_for("line that says `listening`", |process| {
        let log = process.log();
        let line =
            log.split_inclusive('\n').find(|line| line.contains("listening") && line.ends_with('\n'))?;
        let (_, rest) = line.split_once("http://")?;
        let end = rest.find(|c: char| !matches!(c, '0'..='9' | '.' | ':')).unwrap_or(rest.len());
        Some(rest[..end].to_owned())
    })?;
    Ok(Server { address, process })
}

/// The Django project behind granian, a process for each core. Four threads each were the fastest of 1, 2, 4 and 8, for what asks
/// the database and for what does not.
pub(crate) fn granian(stage: &Stage, database: &Database, refreshing: Refreshing) -> Result<Server> {
    let port = free_port()?;
    let cores = thread::available_parallelism().map_or(1, NonZero::get).to_string();
    let mut command = django(stage, database, "granian", refreshing)?;
    command.args(["--interface", "wsgi", "--no-ws", "--log-level", "critical", "--workers", &cores]).args([
        "--blocking-threads",
        "4",
        "--host",
        "127.0.0.1",
        "--port",
        &port.to_string(),
        "shop.wsgi:application",
    ]);
    answering(command, port, &log(&stage.folder, &stage.name("granian")))
}

/// The Django project behind gunicorn with one worker.
pub(crate) fn gunicorn(stage: &Stage, database: &Database) -> Result<Server> {
    let port = free_port()?;
    let mut command = django(stage, database, "gunicorn", Refreshing::Plain)?;
    command.args([
        "--workers",
        "1",
        "--log-level",
        "critical",
        "--bind",
        &format!("127.0.0.1:{port}"),
        "shop.wsgi",
    ]);
    answering(command, port, &log(&stage.folder, &stage.name("gunicorn")))
}

fn django(stage: &Stage, database: &Database, server: &str, refreshing: Refreshing) -> Result<Command> {
    let mut command = bound(Stage::python()?.with_file_name(server));
    command.current_dir(&stage.django).env("BENCH_DATABASE", database.url()).env("BENCH_SECRET_KEY", SECRET);
    if refreshing == Refreshing::Rotating {
        command.env("BENCH_ROTATES", "1");
    }
    Ok(command)
}

fn answering(command: Command, port: u16, log: &Path) -> Result<Server> {
    let address = format!("127.0.0.1:{port}");
    let mut process = Process::start(command, log.to_path_buf())?;
    process.wait_for("answer", |_| client::get(&address, "/", "none").ok())?;
    Ok(Server { address, process })
}

fn free_port() -> Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port())
}

/// With 16 clients nobody waits for a connection to the database.
const CONNECTIONS: u32 = 16;
