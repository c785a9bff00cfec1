//! What is found out about a store that is held against the rules.

use std::any::Any;
use std::fmt::Write;
use std::panic::AssertUnwindSafe;

use futures_util::FutureExt;
use futures_util::future::LocalBoxFuture;

/// How many rules a store was held against, and which of them it broke: all are told at once.
#[derive(Default)]
pub(super) struct Verdict {
    rules: usize,
    broken: Vec<(&'static str, String)>,
}

impl Verdict {
    /// Holds a store against a rule, which panics where it is broken.
    ///
    /// A store that was left half-way is looked at no more: the next rule gets one of its own.
    pub(super) async fn hold(&mut self, rule: &'static str, held: LocalBoxFuture<'_, ()>) {
        self.rules += 1;
        if let Err(panic) = AssertUnwindSafe(held).catch_unwind().await {
            self.broken.push((rule, message(&*panic)));
        }
    }

    /// # Panics
    ///
    /// With the name of each rule that is broken.
    pub(super) fn tell(self) {
        let Self { rules, broken } = self;
        let told = broken.iter().fold(String::new(), |mut told, (rule, message)| {
            let _ = write!(told, "\n{rule}: {message}");
            told
        });
        assert!(broken.is_empty(), "the store breaks {} of {rules} rules{told}", broken.len());
    }
}

/// Holds a fresh store each against some rules, by their names.
macro_rules! hold {
    ($verdict:ident, $fresh:ident, [$($rule:ident),+ $(,)?]) => {
        $($verdict.hold(stringify!($rule), Box::pin(async { $rule($fresh().await).await })).await;)+
    };
}
pub(super) use hold;

fn message(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("it panicked").to_owned()
}

#[cfg(test)]
mod tests {
    use std::panic::catch_unwind;

    use futures_executor::block_on;

    use super::*;

    #[test]
    fn every_broken_rule_is_named() {
        let verdict = block_on(async {
            let mut verdict = Verdict::default();
            verdict.hold("what_is_kept", Box::pin(async {})).await;
            verdict.hold("what_is_counted", Box::pin(async { assert_eq!(1, 2, "it cannot count") })).await;
            verdict.hold("what_is_known", Box::pin(async { panic!("it knows nothing") })).await;
            verdict
        });
        let panic = catch_unwind(AssertUnwindSafe(|| verdict.tell())).expect_err("two rules are broken");
        let told = message(&*panic);
        for part in
            ["2 of 3 rules", "what_is_counted: ", "it cannot count", "what_is_known: it knows nothing"]
        {
            assert!(told.contains(part), "{part:?} is missing from {told:?}");
        }
        assert!(!told.contains("what_is_kept"), "{told:?}");
        Verdict::default().tell();
    }
}
