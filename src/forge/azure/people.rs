//! Azure identities: people are referenced by id, which must be looked up.

use super::wire::AzureList;
use super::{ForgeKind, HttpClient, with_query};
use crate::forge::{ForgeError, Result};
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct AzureConnection {
    authenticated_user: AzureIdentity,
}

#[derive(Deserialize)]
struct AzureIdentity {
    id: String,
}

/// Returns the id of the token's owner.
pub(super) fn own_id(http: &HttpClient) -> Result<String> {
    http.get_json("/_apis/connectionData")
        .map(|connection: AzureConnection| connection.authenticated_user.id)
}

/// Returns the id for a mail address or name; an id is returned unchanged.
pub(super) fn id_of(http: &HttpClient, base: &str, name: &str) -> Result<String> {
    let is_id = name.len() == 36 && name.chars().all(|c| c.is_ascii_hexdigit() || c == '-');
    if is_id {
        return Ok(name.to_owned());
    }
    let values = [("searchFilter", "General"), ("filterValue", name), super::VERSION];
    let found: AzureList<AzureIdentity> =
        http.get_json(&with_query(&format!("{base}/_apis/identities"), &values))?;
    match found.value.as_slice() {
        [one] => Ok(one.id.clone()),
        // An ambiguous name is an error.
        _ => Err(ForgeError::NoSuchPerson {
            forge: ForgeKind::Azure.as_str(),
            name: name.to_owned(),
        }),
    }
}
