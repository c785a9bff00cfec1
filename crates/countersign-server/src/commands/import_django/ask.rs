//! Asking: a script of ours, run by the project's own Python in the project's folder.
//!
//! It is written in modules, which are no files there: the one that is run gets them as an argument.
//! The answer comes through a pipe, never through a file: it holds secrets.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::Duration;

use serde::Deserialize;
use serde_json::json;

use super::project::Project;
use crate::cli::ImportDjango;
use crate::failure::Failure;

/// What Django says of the project.
pub(super) fn ask(args: &ImportDjango) -> Result<Project, Failure> {
    let python = interpreter(args)?;
    let mut child = start(&python, args)?;
    let answer = listen(child.stdout.take());
    let said = listen(child.stderr.take());
    let patience = Duration::from_secs(args.timeout.get());
    let Ok(answer) = answer.recv_timeout(patience) else {
        stop(&mut child);
        return Err(Failure::input(format!(
            "the Django project did not answer within {} seconds: see what its settings or URLconf wait for when they \
             are imported, or give it more time with --timeout",
            patience.as_secs()
        )));
    };
    stop(&mut child);
    match parse(&answer) {
        Some(Answer::Project(project)) => Ok(*project),
        Some(Answer::Problem(problem)) => Err(Failure::input(problem)),
        Some(Answer::Traceback(lines)) => Err(broken(&lines)),
        None => {
            let said = said.recv_timeout(MOMENT).unwrap_or_default();
            let said = String::from_utf8_lossy(&said).into_owned();
            let lines = said.lines().map(str::to_owned).collect::<Vec<_>>();
            Err(broken(&lines[lines.len().saturating_sub(12)..]))
        }
    }
}

/// What the script writes: one of these.
#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Answer {
    /// A sentence that says why there is no answer.
    Problem(String),
    /// The answer.
    Project(Box<Project>),
    /// The project failed; the last lines of why.
    Traceback(Vec<String>),
}

fn interpreter(args: &ImportDjango) -> Result<PathBuf, Failure> {
    let environment = std::env::var_os("VIRTUAL_ENV").filter(|folder| !folder.is_empty());
    let python = match (&args.python, environment) {
        (Some(python), _) => python.clone(),
        (None, Some(folder)) => Path::new(&folder).join("bin/python"),
        (None, None) => return Ok("python3".into()),
    };
    // A bare name is looked for in PATH; a path is the caller's, and the project's folder another one.
    if python.components().count() == 1 {
        return Ok(python);
    }
    std::path::absolute(&python).map_err(|error| Failure::caused("cannot find the interpreter", &error))
}

fn start(python: &Path, args: &ImportDjango) -> Result<Child, Failure> {
    if !args.project.is_dir() {
        let sentence =
            format!("there is no folder {}: name the project's with --project", args.project.display());
        return Err(Failure::input(sentence));
    }
    let variable = std::env::var("DJANGO_SETTINGS_MODULE").unwrap_or_default();
    let mut command = Command::new(python);
    command
        .args(["-c", RUN])
        .arg(args.settings.as_ref().unwrap_or(&variable))
        .arg(json!(MODULES).to_string());
    command.current_dir(&args.project);
    // Nothing is left behind in the project's folder.
    command.env("PYTHONDONTWRITEBYTECODE", "1");
    let pipes = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    pipes.spawn().map_err(|error| {
        Failure::input(format!(
            "cannot run {}: {error}; name the project's interpreter with --python",
            python.display()
        ))
    })
}

/// Everything that a stream says, once it has ended.
fn listen(stream: Option<impl Read + Send + 'static>) -> Receiver<Vec<u8>> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let mut bytes = Vec::new();
        // What came before an error is all there is; nobody listens any more when the time is over.
        let _ = stream.map(|mut stream| stream.read_to_end(&mut bytes));
        let _ = sender.send(bytes);
    });
    receiver
}

/// The script is done, or shall be.
fn stop(child: &mut Child) {
    // It may have ended by itself.
    let _ = child.kill();
    let _ = child.wait();
}

fn parse(answer: &[u8]) -> Option<Answer> {
    let document = answer.rsplit(|byte| *byte == SEPARATOR).next()?;
    serde_json::from_slice(document).ok()
}

fn broken(lines: &[String]) -> Failure {
    let lines = lines.join("\n  ");
    Failure::input(format!(
        "the Django project cannot be imported: run `python manage.py check` there, with the interpreter and the \
         environment variables that it needs, until it works. Python says:\n  {lines}"
    ))
}

const RUN: &str = include_str!("ask/run.py");
/// What the script is made of: each imports only those before it.
const MODULES: [(&str, &str); 11] = [
    ("values", include_str!("ask/values.py")),
    ("urls", include_str!("ask/urls.py")),
    ("ninja", include_str!("ask/ninja.py")),
    ("packages", include_str!("ask/packages.py")),
    ("database", include_str!("ask/database.py")),
    ("users", include_str!("ask/users.py")),
    ("simple_jwt", include_str!("ask/simple_jwt.py")),
    ("ninja_jwt", include_str!("ask/ninja_jwt.py")),
    ("ninja_auth", include_str!("ask/ninja_auth.py")),
    ("graphql_jwt", include_str!("ask/graphql_jwt.py")),
    ("project", include_str!("ask/project.py")),
];
/// Precedes the answer (ASCII's record separator).
const SEPARATOR: u8 = 0x1e;
/// How long the last words of a process that is gone may take.
const MOMENT: Duration = Duration::from_secs(5);
