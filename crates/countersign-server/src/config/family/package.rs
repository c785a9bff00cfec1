//! What a Django package has, and what it calls its own.

use countersign::token::TokenKind;

/// A Django package: its names, where settings name its classes, and which of the families' settings it has.
#[derive(Debug)]
pub(crate) struct Package {
    /// Its name, for sentences.
    pub(crate) name: &'static str,
    /// Its table in the configuration.
    pub(crate) table: &'static str,
    /// The Python module.
    pub(crate) module: &'static str,
    /// Its kinds of token. Sliding ones have settings of their own.
    pub(crate) kinds: &'static [TokenKind],
    /// Its setting that lists the kinds that prove authentication.
    pub(crate) token_classes: &'static str,
    /// Whether it has an app `token_blacklist`, and rotates refresh tokens.
    pub(crate) has_ledger: bool,
    /// Its classes that load the user of a token; where there are none, how that is done is no setting.
    pub(crate) user_classes: &'static [&'static str],
    /// Its classes that take the token's word.
    pub(crate) stateless_classes: &'static [&'static str],
}

impl Package {
    /// Whether it has tokens of this kind.
    pub(super) fn has(&self, kind: TokenKind) -> bool {
        self.kinds.contains(&kind)
    }

    /// The kind whose name, or whose class, this is.
    pub(super) fn kind(&self, path: &str) -> Option<TokenKind> {
        let class = self.class("tokens", path);
        let name = class.strip_suffix("Token").map(str::to_ascii_lowercase);
        let named = |kind: &&TokenKind| kind.type_name() == name.as_deref().unwrap_or(class);
        self.kinds.iter().find(named).copied()
    }

    /// A class of one of the package's own modules, without the path to it; any other name as it is.
    pub(super) fn class<'a>(&self, module: &str, path: &'a str) -> &'a str {
        let own = path.strip_prefix(self.module).and_then(|rest| rest.strip_prefix('.'));
        let class = own.and_then(|rest| rest.strip_prefix(module)).and_then(|rest| rest.strip_prefix('.'));
        class.unwrap_or(path)
    }
}
