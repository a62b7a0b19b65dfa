//! The page of a problem.

use super::render;
use crate::ui::pages::{STYLE, STYLE_HASH, display_text};
use minijinja::{Value, context};

const TEMPLATE: &str = include_str!("problem.html");

/// Renders the page: what failed, why, and what to do.
pub fn render_problem_page(detail: &str, causes: &[String], hints: &[String]) -> String {
    let texts = |all: &[String]| all.iter().map(|text| display_text(text)).collect::<Vec<_>>();
    let values = context! {
        detail => display_text(detail),
        causes => texts(causes),
        hints => texts(hints),
        style => Value::from_safe_string(STYLE.to_owned()),
        style_hash => Value::from_safe_string(STYLE_HASH.to_owned()),
    };
    render("problem.html", TEMPLATE, values)
}
