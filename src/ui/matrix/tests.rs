//! The table at several widths.

use super::*;
use crate::model::{TargetName, Version};
use crate::report::{MatrixCell, MatrixRow};

fn now() -> Timestamp {
    Timestamp::from_second(1_700_000_000).expect("in range")
}

fn cell(sign: bool, versions: &[(&str, &[&str])], days: i64) -> MatrixCell {
    let running = versions.iter().map(|(version, targets)| CellVersion {
        version: Version::parse(version),
        app_version: false,
        targets: targets.iter().map(|target| TargetName::from(*target)).collect(),
        since: Some(Timestamp::from_second(1_700_000_000 - days * 86_400).expect("in range")),
        live: None,
    });
    MatrixCell { running: running.collect(), differs: sign }
}

fn matrix() -> Matrix {
    let column = |stage: &str| MatrixColumn { stage: stage.into(), target: None };
    let rows = vec![
        MatrixRow {
            name: "publisher".into(),
            app: "publisher".into(),
            cells: vec![cell(false, &[("v1367", &[])], 0), cell(true, &[("v1366", &[])], 12)],
        },
        MatrixRow {
            name: "a-rather-long-name-of-an-app".into(),
            app: "a-rather-long-name-of-an-app".into(),
            cells: vec![
                MatrixCell::default(),
                cell(false, &[("27e1396100000000000000000000000000000000", &[])], 400),
            ],
        },
        MatrixRow {
            name: "web".into(),
            app: "web".into(),
            cells: vec![
                cell(false, &[("release-2026-10-11-build-4711", &[])], 3),
                cell(true, &[("v1", &["eu", "ap"]), ("v2", &["us"])], 90),
            ],
        },
    ];
    Matrix { is_ordered: true, columns: vec![column("dev"), column("prod")], rows }
}

fn shown(width: Option<usize>, unicode: bool) -> String {
    render_matrix(&matrix(), &TerminalStyle { colors: false, unicode, width }, now()).0
}

#[test]
fn wide() {
    snapbox::assert_data_eq!(
        shown(None, true),
        snapbox::str![[r#"
app                            dev                                   prod
publisher                      v1367                          0s   ≠ v1366                12d
a-rather-long-name-of-an-app   ·                                     27e13961              1y
web                            release-2026-10-11-build-4711  3d   ≠ v1 (eu, ap) v2 (us)  2mo

"#]]
    );
}

#[test]
fn eighty_columns() {
    snapbox::assert_data_eq!(
        shown(Some(80), true),
        snapbox::str![[r#"
app                         dev                                  prod
publisher                   v1367                          0s  ≠ v1366       12d
a-rather-long-name-of-an-…  ·                                    27e13961     1y
web                         release-2026-10-11-build-4711  3d  ≠ 2 versions  2mo

"#]]
    );
}

#[test]
fn narrow_and_ascii() {
    snapbox::assert_data_eq!(
        shown(Some(50), false),
        snapbox::str![[r#"
app                 version             stages
publisher           v1367               dev
                  * v1366               prod
a-rather-long-..    27e13961            prod
web               release-2026-10-11-   dev
                    build-4711
                  * v1                  prod/eu,ap
                  * v2                  prod/us
(no room for: age)

"#]]
    );
}

#[test]
fn so_narrow_that_each_line_is_a_version() {
    snapbox::assert_data_eq!(
        shown(Some(32), true),
        snapbox::str![[r#"
app           version  stages
publisher     v1367    dev
            ≠ v1366    prod
a-rather-   27e13961   prod
long-n…
web         release-   dev
            2026-10-
            11-
            build-
            4711
            ≠ v1       prod/eu,
                       ap
            ≠ v2       prod/us
(no room for: age)

"#]]
    );
}

#[test]
fn no_line_is_wider_than_the_terminal() {
    for width in 34..120 {
        let text = shown(Some(width), true);
        assert!(text.lines().all(|line| display_width(line) <= width), "{width}:\n{text}");
    }
}

#[test]
fn colours_only_repeat_what_signs_say() {
    let look = TerminalStyle { colors: true, unicode: true, width: None };
    let text = render_matrix(&matrix(), &look, now()).0;
    let plain = shown(None, true);
    let codes = regex::Regex::new("\x1b\\[[0-9;]*m").expect("a valid expression");
    assert!(codes.is_match(&text));
    assert_eq!(
        codes.replace_all(&text, "").lines().map(str::trim_end).collect::<Vec<_>>(),
        plain.lines().collect::<Vec<_>>()
    );
}

#[test]
fn many_targets_become_a_list() {
    let place = |stage: &str, target: &str| MatrixColumn {
        stage: stage.into(),
        target: Some(target.into()),
    };
    let columns = vec![
        place("staging", "stone-stage-p01"),
        place("prod", "stone-prod-p01"),
        place("prod", "kflux-rhel-p01"),
    ];
    let cells = |a: &str, b: &str| {
        vec![cell(false, &[(a, &[])], 3), MatrixCell::default(), cell(true, &[(b, &[])], 40)]
    };
    let rows = vec![
        MatrixRow { name: "api".into(), app: "api".into(), cells: cells("v2", "v1") },
        MatrixRow { name: "web".into(), app: "web".into(), cells: cells("v3", "v4") },
    ];
    let look = TerminalStyle { colors: false, unicode: true, width: Some(60) };
    snapbox::assert_data_eq!(
        render_matrix(&Matrix { is_ordered: true, columns, rows }, &look, now()).0,
        snapbox::str![[r#"
app     version   stages                    age
api     v2        staging/stone-stage-p01    3d
      ≠ v1        prod/kflux-rhel-p01       40d
web     v3        staging/stone-stage-p01    3d
      ≠ v4        prod/kflux-rhel-p01       40d

"#]]
    );
}
