//! Renders pages: an audit as a single file, and those of the server. No script, no other file, no
//! network.
//!
//! Texts of a repository are untrusted. They pass `display_text`, the template escapes them, and
//! the page's content security policy allows nothing but the one style sheet, by its hash.

mod matrix;
mod rule_sections;
pub mod site;
mod timeline_chart;
mod view;

use super::AuditDetail;
use crate::report::AuditPage;
use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{Environment, UndefinedBehavior, Value, context};
use site::{NavigationLink, PageFrame};

const TEMPLATE: &str = include_str!("audit.html");
const STYLE: &str = include_str!("page.css");

/// SHA-256 of [`STYLE`], as in the content security policy.
const STYLE_HASH: &str = "sha256-Xz44GtxIB+JjyA2cxVXNg1bWljWUi/QlG7TlGj8eXQ4=";

/// The script of the pages that are served.
const SCRIPT: &str = include_str!("site/page.js");

/// SHA-256 of [`SCRIPT`], likewise.
const SCRIPT_HASH: &str = "sha256-KVH8EgdjaaLO/CRgT0Xk73/IoBfJSfg6GPhaGBmJvJE=";

/// The content security policy of the pages that are served: they show their own style, run their
/// own script, which asks the server for updates, and send their forms back.
pub fn page_policy() -> String {
    format!(
        "default-src 'none'; style-src '{STYLE_HASH}'; script-src '{SCRIPT_HASH}'; \
         connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
}

/// Renders an audit as a page that stands by itself.
pub fn render_html(page: &AuditPage, detail: AuditDetail) -> String {
    render_audit(page, detail, Vec::new())
}

/// Renders an audit as a page among others.
pub fn render_audit_page(frame: &PageFrame, page: &AuditPage, detail: AuditDetail) -> String {
    render_audit(page, detail, site::navigation(frame, "audit"))
}

fn render_audit(page: &AuditPage, detail: AuditDetail, pages: Vec<NavigationLink>) -> String {
    let values = context! {
        page => Value::from(Serde(view::AuditHtmlPage::new(page, detail))),
        pages => Value::from(Serde(pages)),
    };
    render_page("audit.html", TEMPLATE, values)
}

/// Renders a whole page, which has the style and its hash, and names the program.
fn render_page(name: &str, template: &str, values: Value) -> String {
    let common = context! {
        style => Value::from_safe_string(STYLE.to_owned()),
        style_hash => Value::from_safe_string(STYLE_HASH.to_owned()),
        version => env!("CARGO_PKG_VERSION"),
    };
    render(name, template, context! { ..values, ..common })
}

/// Renders a template. Names that end with `.html` have their values escaped.
fn render(name: &str, template: &str, values: Value) -> String {
    let environment = environment();
    let template = environment.template_from_named_str(name, template).expect("tests render it");
    template.render(values).expect("the template uses what a view has; tests render every part")
}

fn environment() -> Environment<'static> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_syntax(
        SyntaxConfig::builder().trim_blocks(true).build().expect("nothing else is changed"),
    );
    environment
}

/// Escapes and shortens a text of the repository.
fn display_text(text: &str) -> String {
    const MOST: usize = 240;
    match text.char_indices().nth(MOST) {
        Some((end, _)) => crate::ui::escape_for_terminal(&text[..end]).into_owned() + "…",
        None => crate::ui::escape_for_terminal(text).into_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::{SCRIPT, SCRIPT_HASH, STYLE, STYLE_HASH};
    use base64::Engine;

    /// A browser ignores a style sheet and a script that the policy does not name.
    #[test]
    fn the_policy_names_the_style_sheet_and_the_script() {
        let suite = rustls::crypto::ring::cipher_suite::TLS13_AES_128_GCM_SHA256
            .tls13()
            .expect("it is one of 1.3");
        for (text, stated) in [(STYLE, STYLE_HASH), (SCRIPT, SCRIPT_HASH)] {
            let hash = suite.common.hash_provider.hash(text.as_bytes());
            let encoded = base64::engine::general_purpose::STANDARD.encode(hash.as_ref());
            assert_eq!(stated, format!("sha256-{encoded}"));
        }
    }
}
