//! `ON_LOGIN_SUCCESS` and `ON_LOGIN_FAILED` as webhooks.

use std::sync::Arc;

use countersign::authority::{LoginEvent, LoginListener};

use super::{Courier, Message, Webhook};
use crate::serve::requests::current_request_id;

/// Tells webhooks of a family's logins.
pub(crate) struct LoginWebhooks {
    /// The family's table.
    pub(crate) family: &'static str,
    /// `on_login_success`.
    pub(crate) succeeded: Option<Arc<Webhook>>,
    /// `on_login_failed`.
    pub(crate) failed: Option<Arc<Webhook>>,
    /// Who brings the messages there.
    pub(crate) courier: Courier,
}

impl LoginListener for LoginWebhooks {
    fn notice(&self, event: LoginEvent<'_>) {
        let webhook = match &event {
            LoginEvent::Failed { .. } => &self.failed,
            LoginEvent::Succeeded { .. } => &self.succeeded,
            _ => return,
        };
        let Some(webhook) = webhook else { return };
        let id = current_request_id();
        let message = Message::of_login(&event, self.family, id.as_deref(), self.courier.entropy());
        if let Some(message) = message {
            self.courier.take(Arc::clone(webhook), message);
        }
    }
}
