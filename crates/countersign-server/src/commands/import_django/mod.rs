//! `countersign import-django`: a countersign.toml that serves what a Django project serves.
//!
//! - Django is asked, by its own Python: what its settings come to, not what their source says.
//! - An endpoint is served only where Countersign answers as the project does. One that runs the project's own code is
//!   left to Django, and the report says so.
//! - No secret stands in the TOML or in the report: each has a file of its own that only its owner can read.
//! - What is written was read by the server's own reader before.

mod ask;
mod carry;
mod database;
mod email;
mod families;
mod files;
mod keys;
mod left;
mod packages;
mod passwords;
mod project;
mod refusal;
mod routes;
mod schema;
mod setting;

use crate::cli::ImportDjango;
use crate::failure::Failure;
use crate::terminal::{bold, print, quoted};

use self::carry::Carried;
use self::files::Files;
use self::packages::Package;
use self::project::Project;

/// Asks, writes, and tells what was found, what was written, and what cannot be.
pub(super) fn run(args: &ImportDjango) -> Result<(), Failure> {
    let mut files = Files::new(&args.config, args.force)?;
    let project = ask::ask(args)?;
    if project.families.is_empty() {
        return Err(nothing(&project));
    }
    let carried = Carried::of(&project, &mut files);
    if carried.served == 0 {
        let sentence =
            "nothing was written, because this version can serve none of the endpoints as the project does:";
        return Err(Failure::input(format!("{sentence}\n{}", listed(&carried))));
    }
    let written = files.write(&carried.toml)?;
    let with = match args.config.to_str() {
        Some(super::DEFAULT_FILE) => String::new(),
        _ => format!(" --config {}", quoted(&args.config.display().to_string())),
    };
    let left = match carried.left.as_slice() {
        [] => "Everything that Django says of them was carried over.\n".to_owned(),
        _ => format!("{}\n{}", bold("Cannot be carried over:"), listed(&carried)),
    };
    print(format_args!(
        "{}\n\n{} {}\n\n{left}\nNext:\n  countersign check{with}  # look at the database too\n  countersign serve{with}",
        found(&project),
        bold("Wrote"),
        written.join(", "),
    ));
    Ok(())
}

fn found(project: &Project) -> String {
    let Project { django, module, users, .. } = project;
    let mut lines = vec![format!(
        "{} Django {django}, settings {module}, users {} in \"{}\"",
        bold("Found"),
        users.model,
        users.table
    )];
    for family in &project.families {
        let (name, count) = (family.package.name, family.routes.len());
        let s = if count == 1 { "" } else { "s" };
        lines.push(format!("  {name} {}: {count} endpoint{s}", family.version));
        lines.extend(family.routes.iter().map(|route| {
            let path = route.path.as_ref().unwrap_or(&route.pattern);
            format!("    {:<22} {path}", route.endpoint)
        }));
    }
    lines.extend(project.unserved.iter().map(|name| format!("  {name}: found, not served by this version")));
    lines.join("\n")
}

fn listed(carried: &Carried) -> String {
    let lines = carried.left.iter().map(|left| format!("  {}\n    {}\n", left.what, left.instead));
    lines.collect::<Vec<_>>().concat()
}

fn nothing(project: &Project) -> Failure {
    let unserved = project.unserved.join(" and ");
    let unserved = match unserved.as_str() {
        "" => String::new(),
        names => format!("{names} found, which this version does not serve; "),
    };
    let served = Package::ALL.map(|package| package.name).join(", ");
    Failure::input(format!(
        "{unserved}none of {served} is in use with the settings {}: see that one is in INSTALLED_APPS, or that its views are in \
         the URLconf; or begin with `countersign init`",
        project.module
    ))
}
