//! The page of a problem.

use super::render_page;
use crate::ui::pages::display_text;
use minijinja::context;

const TEMPLATE: &str = include_str!("problem.html");

/// Renders the page: what failed, why, and what to do.
pub fn render_problem_page(detail: &str, causes: &[String], hints: &[String]) -> String {
    let texts = |all: &[String]| all.iter().map(|text| display_text(text)).collect::<Vec<_>>();
    let values = context! {
        detail => display_text(detail),
        causes => texts(causes),
        hints => texts(hints),
    };
    render_page("problem.html", TEMPLATE, values)
}
