//! The page of the matrix: what runs where, now or at another time.

use super::{PageFrame, render_body, render_layout};
use crate::report::{Matrix, StatusReport};
use crate::ui::pages::display_text;
use crate::ui::pages::matrix::{HtmlMatrix, html_matrix};
use serde::Serialize;

const TEMPLATE: &str = include_str!("matrix.html");

/// The fields of the form, as the reader filled them.
#[derive(Debug, Clone, Default, Serialize)]
pub struct MatrixFilters {
    pub app: String,
    pub stage: String,
    pub at: String,
    pub differs: bool,
    pub action: String,
}

#[derive(Serialize)]
struct MatrixView {
    form: Option<MatrixFilters>,
    at: Option<String>,
    warnings: Vec<String>,
    grid: HtmlMatrix,
    stage_links: Vec<String>,
    app_links: Vec<String>,
}

/// Renders the page.
pub fn render_matrix_page(
    frame: &PageFrame,
    status: &StatusReport,
    form: &MatrixFilters,
) -> String {
    let mut matrix = Matrix::new(status, false);
    if form.differs {
        matrix.rows.retain(|row| row.cells.iter().any(|cell| cell.differs));
    }
    let warnings = status.warnings.iter().map(|warning| match &warning.path {
        Some(path) => display_text(&format!("{path} {}", warning.message)),
        None => display_text(&warning.message),
    });
    let links = frame.links;
    let columns = matrix.columns.iter().map(|column| links.stage(column.stage.as_str()));
    let form = MatrixFilters { action: links.page(""), ..form.clone() };
    let view = MatrixView {
        at: Some(form.at.clone()).filter(|at| !at.is_empty()).map(|at| display_text(&at)),
        form: links.is_served().then_some(form),
        warnings: warnings.take(20).collect(),
        stage_links: columns.collect(),
        app_links: matrix.rows.iter().map(|row| links.app(&row.name)).collect(),
        // A file is read at any time.
        grid: html_matrix(&matrix, &Default::default(), links.is_served().then_some(frame.now)),
    };
    let body = render_body("matrix.html", TEMPLATE, view);
    render_layout(frame, ("What runs where", ""), body)
}
