//! The same of either side.

use crate::Response;

/// Something of the genuine packages' and the like of Countersign's.
#[derive(Clone, Debug)]
pub struct Both<T> {
    /// The genuine packages'.
    pub theirs: T,
    /// Countersign's.
    pub ours: T,
}

impl<T> Both<T> {
    /// Does the same with either.
    pub fn map<U>(self, mut make: impl FnMut(T) -> U) -> Both<U> {
        Both { theirs: make(self.theirs), ours: make(self.ours) }
    }

    /// Borrows either.
    pub fn as_ref(&self) -> Both<&T> {
        Both { theirs: &self.theirs, ours: &self.ours }
    }
}

impl Both<Response> {
    /// A text at the top of each JSON body.
    #[track_caller]
    pub fn field(&self, name: &str) -> Both<String> {
        Both { theirs: self.theirs.field(name), ours: self.ours.field(name) }
    }
}
