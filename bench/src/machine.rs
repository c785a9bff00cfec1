//! What it was measured on.

use std::fs;
use std::num::NonZero;
use std::process::Command;
use std::thread;

/// A line for each: processor, memory, kernel, system.
pub(crate) fn machine() -> Vec<String> {
    let cores = thread::available_parallelism().map_or(1, NonZero::get);
    let processor =
        field("/proc/cpuinfo", "model name").unwrap_or_else(|| "a processor without a name".to_owned());
    let cores = if cores == 1 { "1 core".to_owned() } else { format!("{cores} cores") };
    let memory =
        field("/proc/meminfo", "MemTotal").and_then(|text| text.strip_suffix(" kB")?.parse::<f64>().ok());
    let kernel = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    let system = fs::read_to_string("/etc/os-release").unwrap_or_default();
    let system =
        system.lines().find_map(|line| line.strip_prefix("PRETTY_NAME=")).unwrap_or("no Linux known by name");
    vec![
        format!("{processor}, {cores}"),
        format!("{:.0} GB of memory", memory.unwrap_or_default() * 1024.0 / 1e9),
        format!("Linux {}, {}", kernel.trim(), system.trim_matches('"')),
    ]
}

/// The Rust that built all of it, as it says it.
pub(crate) fn rust() -> Option<String> {
    let output = Command::new("rustc").arg("--version").output().ok()?;
    Some(String::from_utf8(output.stdout).ok()?.trim().to_owned())
}

fn field(file: &str, name: &str) -> Option<String> {
    let text = fs::read_to_string(file).ok()?;
    let value = text.lines().find_map(|line| line.strip_prefix(name)?.trim_start().strip_prefix(':'))?;
    Some(value.trim().to_owned())
}
