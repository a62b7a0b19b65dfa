//! Every table in terminals of 60 to 200 columns, on repositories of three shapes: nothing is wider
//! than the terminal, no stage and no version is cut, and no row is empty.

use super::terminal_style::display_width;
use super::{
    AppDetail, AuditDetail, HistoryPrinter, MatrixForm, OutputFormat, TerminalStyle, TimeFormat,
};
use crate::pipeline::ledger::{EventKind, LedgerEvent, Lock};
use crate::report::testing::{NOW, RepositoryShape, shapes};
use crate::report::{Matrix, to_timestamp};

fn look(width: usize) -> TerminalStyle {
    TerminalStyle { colors: false, unicode: true, width: Some(width) }
}

/// Every table, with its name and the stages that it must show whole.
fn tables(shape: &RepositoryShape, look: &TerminalStyle) -> Vec<(&'static str, String)> {
    let now = to_timestamp(NOW);
    let status = shape.status();
    let matrix = Matrix::new(&status, false).fold_components();
    let deployments = shape.deployments();
    let mut printer = HistoryPrinter::new(OutputFormat::Table, TimeFormat::Ago, look);
    let events = shape.events();
    let locks: Vec<Lock<'_>> = events.iter().filter_map(lock).collect();
    let audit = shape.audit();
    vec![
        ("status", super::matrix(&matrix, look, now).0),
        ("status APP", super::apps(&status, AppDetail::Folded, look, now)),
        ("status APP --locations", super::apps(&status, AppDetail::Locations, look, now)),
        ("history", printer.render_page(&deployments, now) + &printer.render_end()),
        ("audit", super::audit(&audit, AuditDetail::Folded, look)),
        ("audit --all", super::audit(&audit, AuditDetail::Whole, look)),
        ("diff", super::diff(&shape.diff(), look)),
        ("metrics", super::metrics(&shape.metrics(), look)),
        ("promote", super::plan(&shape.plan(), look)),
        ("trace", super::trace(&shape.trace(), look, now)),
        ("ledger", super::render_events(&events.iter().collect::<Vec<_>>(), look)),
        ("locks", super::render_locks(&locks, look, now)),
    ]
}

fn lock(event: &LedgerEvent) -> Option<Lock<'_>> {
    let EventKind::Locked { app, stage, reason, until } = &event.what else { return None };
    Some(Lock {
        event,
        app: app.as_deref(),
        stage: stage.as_ref(),
        reason,
        until: *until,
        now: &[],
    })
}

#[test]
fn nothing_is_wider_than_the_terminal() {
    for shape in shapes() {
        for width in [60, 80, 120, 200, 250] {
            for (table, text) in tables(&shape, &look(width)) {
                let wide = text.lines().find(|line| display_width(line) > width);
                assert_eq!(wide, None, "{table} of {} in {width} columns", shape.name);
            }
        }
    }
}

#[test]
fn no_row_of_dots_and_no_cut_stage() {
    for shape in shapes() {
        for width in [60, 80, 120, 200] {
            for (table, text) in tables(&shape, &look(width)) {
                let place = format!("{table} of {} in {width} columns", shape.name);
                let is_empty = |line: &&str| {
                    line.split_whitespace().skip(1).all(|word| word == "·") && line.contains('·')
                };
                assert_eq!(text.lines().find(is_empty), None, "{place}");
                for word in text.split_whitespace().filter(|word| word.contains('…')) {
                    let head = word.split('…').next().unwrap_or_default();
                    // The beginning of a stage with an ellipsis would be a cut stage.
                    let is_cut = |stage: &&str| head.len() > 3 && stage.starts_with(head);
                    assert!(!shape.stages.iter().any(&is_cut), "{word}: {place}");
                    // The versions of the second shape and of the third.
                    assert!(!word.starts_with("15.") && !word.starts_with("RELEASE"), "{place}");
                }
            }
        }
    }
}

#[test]
fn the_form_of_the_matrix_follows_from_what_fits() {
    let [few, many, long] = shapes();
    let form = |shape: &RepositoryShape, width| {
        let matrix = Matrix::new(&shape.status(), false).fold_components();
        super::matrix(&matrix, &look(width), to_timestamp(NOW)).1
    };
    assert_eq!(form(&few, 80), MatrixForm::Columns);
    assert_eq!(form(&few, 60), MatrixForm::WithoutAges);
    assert_eq!(form(&many, 200), MatrixForm::Versions);
    assert_eq!(form(&long, 200), MatrixForm::Versions);
    assert_eq!(form(&long, 250), MatrixForm::Columns);
}

#[test]
fn a_line_per_version_names_as_many_stages_as_fit() {
    let [_, many, _] = shapes();
    let matrix = Matrix::new(&many.status(), false).fold_components();
    let text = super::matrix(&matrix, &look(80), to_timestamp(NOW)).0;
    let head: String = text.lines().take(8).map(|line| format!("{line}\n")).collect();
    snapbox::assert_data_eq!(
        head,
        snapbox::str![[r#"
app                              version   stages                           age
content-data-publisher-api-0     15.40.1   all 19 stages                     0s
router-1                       ≠ 15.37.1   usdfprod minikube                 6d
                               ≠ 15.38.1   idfprod +1                        6d
                               ≠ 15.39.1   tucson-teststand                  7d
                               ≠ 15.40.1   rsp-dev                           7d
specialist-publisher-2         ≠ 15.34.1   usdfint rsp-prod                  8d
                               ≠ 15.36.1   idfint usdf-cm                    8d

"#]]
    );
}
