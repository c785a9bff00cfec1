//! What a Django package calls its own.

/// A Django package: its names, where settings name its classes.
#[derive(Debug)]
pub(crate) struct Package {
    /// Its name, for sentences.
    pub(crate) name: &'static str,
    /// Its table in the configuration.
    pub(crate) table: &'static str,
    /// The Python module.
    pub(crate) module: &'static str,
    /// Its classes that load the user of a token.
    pub(crate) user_classes: &'static [&'static str],
    /// Its classes that take the token's word.
    pub(crate) stateless_classes: &'static [&'static str],
}

impl Package {
    /// A class of one of the package's own modules, without the path to it; any other name as it is.
    pub(super) fn class<'a>(&self, module: &str, path: &'a str) -> &'a str {
        let own = path.strip_prefix(self.module).and_then(|rest| rest.strip_prefix('.'));
        let class = own.and_then(|rest| rest.strip_prefix(module)).and_then(|rest| rest.strip_prefix('.'));
        class.unwrap_or(path)
    }
}
