//! Values written elsewhere: `{ env = "NAME" }` and `{ file = "path" }`, wherever a text may stand.

use std::collections::HashMap;
use std::path::PathBuf;

use super::setting::Fault;
use super::tree::{Table, Value};

/// What a configuration can refer to.
pub(super) struct Surroundings {
    /// The environment variables.
    pub(super) environment: HashMap<String, String>,
    /// Where relative paths start: the configuration file's folder.
    pub(super) folder: PathBuf,
}

impl Surroundings {
    /// The bytes that a reference stands for; of a text, without the one line break at its end.
    pub(super) fn follow(&self, reference: Table) -> Result<Vec<u8>, Fault> {
        let mut entries = reference.into_iter();
        match (entries.next(), entries.next()) {
            (Some((kind, entry)), None) => match (kind.as_str(), entry.value) {
                ("env", Value::Text(name) | Value::Unquoted(name)) => self.variable(&name),
                ("file", Value::Text(path) | Value::Unquoted(path)) => self.file(&path),
                _ => Err(NOT_A_REFERENCE.into()),
            },
            _ => Err(NOT_A_REFERENCE.into()),
        }
    }

    /// The same where only a text makes sense.
    pub(super) fn follow_to_text(&self, reference: Table) -> Result<String, Fault> {
        String::from_utf8(self.follow(reference)?)
            .map_err(|_| "refers to a file that is not UTF-8 text: save it as UTF-8, or name another".into())
    }

    fn variable(&self, name: &str) -> Result<Vec<u8>, Fault> {
        let value = self.environment.get(name).map(|value| value.clone().into_bytes());
        value.ok_or_else(|| {
            format!("refers to the environment variable {name}, which is not set: set it, or name another")
                .into()
        })
    }

    fn file(&self, path: &str) -> Result<Vec<u8>, Fault> {
        let path = self.folder.join(path);
        let mut bytes = std::fs::read(&path).map_err(|error| {
            format!(
                "refers to the file {}, which cannot be read: {error}; name one that can be",
                path.display()
            )
        })?;
        if std::str::from_utf8(&bytes).is_ok() {
            let end = bytes.strip_suffix(b"\n").map(|line| line.strip_suffix(b"\r").unwrap_or(line).len());
            bytes.truncate(end.unwrap_or(bytes.len()));
        }
        Ok(bytes)
    }
}

const NOT_A_REFERENCE: &str = "takes a text, { env = \"NAME\" } or { file = \"path\" }";

#[cfg(test)]
mod tests {
    use super::super::problem::Origin;
    use super::super::tree;
    use super::*;

    fn follow(toml: &str, files: &[(&str, &[u8])]) -> Result<Vec<u8>, Fault> {
        let folder = tempfile::tempdir().unwrap();
        for (name, content) in files {
            std::fs::write(folder.path().join(name), content).unwrap();
        }
        let environment = HashMap::from([("KEY".to_owned(), "value\n".to_owned())]);
        let surroundings = Surroundings { environment, folder: folder.path().to_owned() };
        surroundings.follow(tree::parse(toml, &Origin::source("test")).unwrap_or_default())
    }

    #[test]
    fn a_variable_is_taken_as_it_is() {
        assert_eq!(follow("env = 'KEY'", &[]).unwrap(), b"value\n");
        let unset = follow("env = 'NONE'", &[]).unwrap_err();
        assert!(unset.contains("the environment variable NONE, which is not set"));
    }

    #[test]
    fn a_text_file_loses_one_line_break_and_der_no_byte() {
        for (content, expected) in [
            (&b"secret"[..], &b"secret"[..]),
            (b"secret\n", b"secret"),
            (b"secret\r\n", b"secret"),
            (b"secret\n\n", b"secret\n"),
            (b"\x30\x82\n", b"\x30\x82\n"),
            (b"", b""),
        ] {
            assert_eq!(follow("file = 'key'", &[("key", content)]).unwrap(), expected);
        }
        assert!(follow("file = 'none'", &[]).unwrap_err().contains("none, which cannot be read: "));
    }

    #[test]
    fn one_reference_names_one_thing() {
        for odd in ["env = 'KEY'\nfile = 'key'", "env = 1", "file = ['key']", ""] {
            assert_eq!(follow(odd, &[]).unwrap_err(), NOT_A_REFERENCE);
        }
    }
}
