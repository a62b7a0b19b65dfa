//! The targets of announcements: chats, Mastodon, webhooks, mailboxes, and CDEvents. Which
//! deployments are announced, and that each is announced once, is the matter of
//! `ops::announcements`.

mod cdevents;
mod channel;
mod discord;
#[cfg(test)]
mod fake;
mod grafana;
mod mail;
mod mastodon;
mod matrix;
mod secrets;
mod service;
mod slack;
mod target;
mod teams;
#[cfg(test)]
mod tests;
mod text;
mod webhook;

pub use target::{AnnouncementTarget, TargetTemplate, open_targets};
pub use webhook::announcement_json;
