//! What the targets with an HTTP API have in common.

use super::secrets::TargetSecrets;
use super::text::MessageTexts;
use crate::forge::{
    ForgeError, RequestLimits, ServiceAddress, ServiceClient, ServiceMethod, ServiceRequest,
};
use crate::ops::announcements::SendError;
use crate::ops::error::Failure;
use crate::ops::forge::forge_access;
use crate::ops::session::Session;
use serde_json::Value;

/// A service with a name, and the texts for it.
pub struct TargetService {
    pub name: String,
    pub texts: MessageTexts,
    client: ServiceClient,
}

impl TargetService {
    /// Opens a service at an address. All of `secrets` are removed from messages.
    ///
    /// # Errors
    /// When the proxy or the certificates cannot be used.
    pub fn new(
        (name, texts): (String, MessageTexts),
        address: &ServiceAddress,
        authorization: Option<&str>,
        secrets: Vec<String>,
        session: &Session,
    ) -> Result<Self, Failure> {
        let access = forge_access(&address.base, None, RequestLimits::default(), session)?;
        let client = ServiceClient::new(address, authorization, secrets, &access);
        let client = client.map_err(|error| failure(&name, &error))?;
        Ok(TargetService { name, texts, client })
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

/// Escapes a segment of a path.
pub fn segment(text: &str) -> String {
    percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
}

/// The list in a field of an answer.
pub fn list<'v>(answer: &'v Value, field: &str) -> impl Iterator<Item = &'v Value> {
    answer.get(field).and_then(Value::as_array).into_iter().flatten()
}
