//! What the targets with an HTTP API have in common.

use super::secrets::TargetSecrets;
use crate::forge::{
    ForgeError, RequestLimits, ServiceAddress, ServiceClient, ServiceMethod, ServiceRequest,
};
use crate::ops::announcements::SendError;
use crate::ops::error::Failure;
use crate::ops::forge::forge_access;
use crate::ops::session::Session;
use serde_json::Value;

/// A service, with the name of its target.
pub struct TargetService {
    name: String,
    client: ServiceClient,
}

impl TargetService {
    /// Opens a service at an address. All of `secrets` are removed from messages.
    ///
    /// # Errors
    /// When the proxy or the certificates cannot be used.
    pub fn new(
        name: &str,
        address: &ServiceAddress,
        authorization: Option<&str>,
        secrets: Vec<String>,
        session: &Session,
    ) -> Result<Self, Failure> {
        let access = forge_access(&address.base, None, RequestLimits::default(), session)?;
        let client = ServiceClient::new(address, authorization, secrets, &access);
        let client = client.map_err(|error| failure(name, &error))?;
        Ok(TargetService { name: name.to_owned(), client })
    }

    /// Opens a webhook whose address is secret. Returns its path, too.
    ///
    /// # Errors
    /// When the variable with the address is missing or wrong.
    pub fn open_webhook(
        name: &str,
        about: &str,
        session: &Session,
    ) -> Result<(Self, String), Failure> {
        let address = secret_address(&TargetSecrets::new(session, name), about)?;
        let service =
            TargetService::new(name, &address, None, vec![address.path.clone()], session)?;
        Ok((service, address.path))
    }

    /// Opens a service that takes a token, by a scheme of `Authorization`.
    ///
    /// # Errors
    /// When the variable with the token is missing.
    pub fn open_with_token(
        name: &str,
        address: &ServiceAddress,
        (scheme, about): (&str, &str),
        session: &Session,
    ) -> Result<Self, Failure> {
        let token = TargetSecrets::new(session, name).require("TOKEN", about)?;
        let authorization = format!("{scheme} {token}");
        TargetService::new(name, address, Some(&authorization), vec![token], session)
    }

    /// Reads JSON.
    ///
    /// # Errors
    /// When the service does not answer with it.
    pub fn read(&self, path: &str) -> Result<Value, Failure> {
        self.client.read(path).map_err(|error| failure(&self.name, &error))
    }

    /// Sends JSON by POST.
    ///
    /// # Errors
    /// [`SendError`], by whether the service may have taken it.
    pub fn post(
        &self,
        path: &str,
        body: Value,
        headers: &[(&'static str, String)],
        is_repeatable: bool,
    ) -> Result<Value, SendError> {
        let method = ServiceMethod::Post;
        self.send(&ServiceRequest { method, path, body, headers, is_repeatable })
    }

    /// Sends JSON by a request.
    ///
    /// # Errors
    /// As [`TargetService::post`].
    pub fn send(&self, request: &ServiceRequest<'_>) -> Result<Value, SendError> {
        self.client.send(request).map_err(|error| {
            let failure = failure(&self.name, &error);
            if error.is_unsure() { SendError::Unsure(failure) } else { SendError::Refused(failure) }
        })
    }

    /// The refusal of a service that answers with a status of success.
    pub fn refused(&self, why: &str) -> SendError {
        let why: String = why.chars().filter(|c| !c.is_control()).take(200).collect();
        SendError::Refused(Failure::failed(format!("{} refused the message: {why}", self.name)))
    }
}

fn failure(name: &str, error: &ForgeError) -> Failure {
    Failure::failed(format!("{name}: {error}"))
}

/// The address that a variable of the target holds. It is secret.
///
/// # Errors
/// When there is none, or it cannot be used.
pub fn secret_address(secrets: &TargetSecrets<'_>, about: &str) -> Result<ServiceAddress, Failure> {
    let text = secrets.require("WEBHOOK", about)?;
    ServiceAddress::parse(&text).map_err(|why| {
        Failure::usage(format!("{} cannot be used: {why}", secrets.variable("WEBHOOK")))
    })
}

/// An address on the command line.
///
/// # Errors
/// When it cannot be used.
pub fn named_address(text: &str) -> Result<ServiceAddress, Failure> {
    ServiceAddress::parse(text)
        .map_err(|why| Failure::usage(format!("`{text}` cannot be used: {why}")))
}

/// The way into a chat.
pub enum ChatAccess {
    /// The path of a webhook, which cannot be asked for its messages.
    Webhook(String),
    /// The path of the API, and a channel.
    Bot { api: String, channel: String },
}

/// What tells the chats apart that have webhooks and bots.
pub struct ChatKind {
    /// The address of the API, unless the user names another.
    pub api: &'static str,
    /// The scheme of `Authorization`.
    pub scheme: &'static str,
    /// What the variables hold, for messages.
    pub webhook: &'static str,
    pub token: &'static str,
}

/// Opens the webhook of a variable, or a channel: by its id, or with the address of an API before
/// it.
///
/// # Errors
/// When the webhook or the token is missing.
pub fn open_chat(
    name: &str,
    channel: Option<&str>,
    kind: &ChatKind,
    session: &Session,
) -> Result<(TargetService, ChatAccess), Failure> {
    let Some(channel) = channel else {
        let (service, path) = TargetService::open_webhook(name, kind.webhook, session)?;
        return Ok((service, ChatAccess::Webhook(path)));
    };
    let (api, channel) = channel.rsplit_once('/').unwrap_or((kind.api, channel));
    let address = named_address(api)?;
    let token = (kind.scheme, kind.token);
    let service = TargetService::open_with_token(name, &address, token, session)?;
    Ok((service, ChatAccess::Bot { api: address.path, channel: channel.to_owned() }))
}

/// The list in a field of an answer.
pub fn list<'v>(answer: &'v Value, field: &str) -> impl Iterator<Item = &'v Value> {
    answer.get(field).and_then(Value::as_array).into_iter().flatten()
}
