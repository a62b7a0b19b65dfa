//! Paged lists: complete, or an error.

use super::http::{ForgeRequest, HttpClient};
use super::retry::RetrySafety;
use super::transport::HttpResponse;
use super::{ForgeError, Result};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use ureq::http::{HeaderMap, Method, header};

/// A page of Bitbucket.
#[derive(Deserialize)]
struct BitbucketPage<T> {
    #[serde(default = "Vec::new")]
    values: Vec<T>,
    next: Option<String>,
}

/// A page of Azure.
#[derive(Deserialize)]
struct AzurePage<T> {
    #[serde(default = "Vec::new")]
    value: Vec<T>,
}

impl HttpClient {
    /// Reads a list with pages linked in the `Link` header (GitHub, GitLab, Gitea).
    pub(super) fn list_by_link<T: DeserializeOwned>(&self, path: &str) -> Result<Vec<T>> {
        self.read_pages(path, |call, raw| {
            Ok((self.parse_json(call, raw)?, next_link(&raw.headers)))
        })
    }

    /// Reads a list whose pages contain the URL of the next one (Bitbucket).
    pub(super) fn list_by_next<T: DeserializeOwned>(&self, path: &str) -> Result<Vec<T>> {
        self.read_pages(path, |call, raw| {
            let page: BitbucketPage<T> = self.parse_json(call, raw)?;
            Ok((page.values, page.next))
        })
    }

    /// Reads a list by offset (Azure). `path` must have a query already.
    pub(super) fn list_by_skip<T: DeserializeOwned>(
        &self,
        path: &str,
        size: usize,
    ) -> Result<Vec<T>> {
        let mut seen = 0;
        let first = format!("{path}&$top={size}&$skip=0");
        self.read_pages(&first, |call, raw| {
            let page: AzurePage<T> = self.parse_json(call, raw)?;
            seen += page.value.len();
            let next =
                (page.value.len() == size).then(|| format!("{path}&$top={size}&$skip={seen}"));
            Ok((page.value, next))
        })
    }

    /// Reads pages until one has no successor.
    fn read_pages<T>(
        &self,
        first: &str,
        mut read: impl FnMut(&ForgeRequest<'_>, &HttpResponse) -> Result<(Vec<T>, Option<String>)>,
    ) -> Result<Vec<T>> {
        self.fetch_pages(first, |path| {
            let call = ForgeRequest::new(Method::GET, path, None, RetrySafety::Safe);
            let raw = self.request_response(&call)?;
            read(&call, &raw)
        })
    }

    /// Like `read_pages`, with a custom way to fetch a page.
    pub(super) fn fetch_pages<T>(
        &self,
        first: &str,
        mut fetch: impl FnMut(&str) -> Result<(Vec<T>, Option<String>)>,
    ) -> Result<Vec<T>> {
        let mut out = Vec::new();
        let mut path = first.to_owned();
        for _ in 0..self.limits.pages {
            let (items, next) = fetch(&path)?;
            out.extend(items);
            match next {
                Some(next) => path = next,
                None => return Ok(out),
            }
        }
        let asked =
            self.describe_request(&ForgeRequest::new(Method::GET, first, None, RetrySafety::Safe));
        Err(ForgeError::TooMany { host: self.host.clone(), asked, pages: self.limits.pages })
    }
}

/// Returns the URL with `rel="next"`.
pub(super) fn next_link(headers: &HeaderMap) -> Option<String> {
    let links = headers.get_all(header::LINK).iter().filter_map(|value| value.to_str().ok());
    links.flat_map(|links| links.split(',')).find_map(|link| {
        let (address, about) = link.split_once('>')?;
        let next = about.split(';').any(|part| matches!(part.trim(), r#"rel="next""# | "rel=next"));
        next.then(|| address.trim().trim_start_matches('<').to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use ureq::http::HeaderValue;

    #[test]
    fn the_next_page_is_found_among_links() {
        let next = |text: &'static str| {
            next_link(&HeaderMap::from_iter([(header::LINK, HeaderValue::from_static(text))]))
        };
        let all = r#"<https://h/a?page=1>; rel="prev", <https://h/a?page=3&x=%2C>; rel="next", <https://h/z>; rel="last""#;
        assert_eq!(next(all).as_deref(), Some("https://h/a?page=3&x=%2C"));
        assert_eq!(next(r#"<https://h/z>; rel="last""#), None);
    }
}
