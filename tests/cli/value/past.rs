//! The past as it was: places that move alone, cells that get another name, pulls that turn the
//! mainline around, and names in the ledger.

use super::Case;
use crate::support::History;
use snapbox::{assert_data_eq, str};

fn day(day: u32) -> String {
    format!("2026-08-{day:02}T10:00:00Z")
}

fn pod(name: &str, image: &str) -> String {
    format!(
        "apiVersion: v1\nkind: Pod\nmetadata: {{name: {name}}}\nspec: {{containers: [{{name: main, image: '{image}'}}]}}\n"
    )
}

fn rows(case: &Case, arguments: &[&str]) -> String {
    let said = case.run(&[&["history", "-q", "-n", "0", "--output", "csv"], arguments].concat());
    let row = |line: &str| {
        let words: Vec<&str> = line.split(',').collect();
        let at = |index: usize| words.get(index).copied().unwrap_or_default();
        format!("{} {} {} {}>{}\n", at(1), at(3), at(5), at(7), at(10))
    };
    said.lines().skip(2).map(row).collect()
}

#[test]
fn one_of_two_places_moves_alone() {
    let write = |history: History, stage: &str, a: &str, b: &str| {
        let image = |version: &str| format!("r.example.com/web:{version}");
        history
            .write(&format!("web/{stage}/kustomization.yaml"), "resources: [a.yaml, b.yaml]\n")
            .write(&format!("web/{stage}/a.yaml"), &pod("a", &image(a)))
            .write(&format!("web/{stage}/b.yaml"), &pod("b", &image(b)))
    };
    let config = "stages: [dev, prod]\nsources:\n- kustomize: '{app}/{stage}'\n";
    let mut history = History::new().commit(&day(1), "Ann", "start").write("towpath.yaml", config);
    history = write(write(history, "dev", "v1", "v1"), "prod", "v1", "v1");
    for (at, stage, a, b) in [
        (2, "dev", "v2", "v2"),
        (3, "prod", "v2", "v2"),
        (4, "prod", "v9", "v2"),
        (5, "prod", "v9", "v9"),
    ] {
        history = write(history.commit(&day(at), "Ann", "next"), stage, a, b);
    }
    let case = Case::with(&history);
    assert_data_eq!(
        rows(&case, &["--stage", "prod"]),
        str![[r#"
prod web skip v2>v9
prod web skip v2>v9
prod web promote v1>v2
prod web add >v1

"#]]
    );
    let audit = case.run(&["audit", "-q", "--output", "csv"]);
    assert!(audit.contains("unknown-version") && audit.contains("skipped-stage"), "{audit}");
}

#[test]
fn two_files_of_one_cell_count_once() {
    let config = "stages: [dev, prod]\nsources:\n- manifests: ['{stage}/a.yaml', '{stage}/b.yaml']\n  app: web\n";
    let write = |history: History, stage: &str, version: &str| {
        let text = pod("web", &format!("r.example.com/web:{version}"));
        history.write(&format!("{stage}/a.yaml"), &text).write(&format!("{stage}/b.yaml"), &text)
    };
    let mut history = History::new().commit(&day(1), "Ann", "start").write("towpath.yaml", config);
    history = write(write(history, "dev", "v0"), "prod", "v0");
    for at in 1..=4 {
        for (stage, day) in [("dev", at * 2), ("prod", at * 2 + 1)] {
            let commit = history.commit(&self::day(day), "Ann", "next");
            history = write(commit, stage, &format!("v{at}"));
        }
    }
    history = write(history.commit(&day(20), "Ann", "past dev"), "prod", "v99");
    let case = Case::with(&history);
    let metrics = case.run(&["metrics", "-q", "--since", "1970-01-01", "--output", "json"]);
    let json: serde_json::Value =
        serde_json::from_str(metrics.trim_start_matches("exit 0\n")).expect("JSON");
    let pair = &json["pairs"][0];
    let of = |key: &str| pair[key].to_string();
    assert_eq!(
        ["changes", "before", "never", "comparable"].map(of),
        ["5", "4", "1", "true"].map(str::to_owned),
        "{pair}"
    );
    assert!(rows(&case, &["--stage", "prod"]).starts_with("prod web skip v4>v99\n"));
}

#[test]
fn another_layout_deploys_nothing() {
    let config =
        "stages: [dev, prod]\nsources:\n- yaml: '{stage}/{app}.yaml'\n  image: '**.image'\n";
    let flat = "image: 'r.example.com/web:1'\n";
    let nested = pod("p", "r.example.com/web:1");
    let moved = pod("p", "r.example.com/web:2");
    let case = Case::with(
        &History::new()
            .commit(&day(1), "Ann", "start")
            .write("towpath.yaml", config)
            .write("dev/web.yaml", flat)
            .write("prod/web.yaml", flat)
            .commit(&day(2), "Ann", "another layout")
            .write("dev/web.yaml", &nested)
            .write("prod/web.yaml", &nested)
            .commit(&day(3), "Ann", "web 2")
            .write("dev/web.yaml", &moved),
    );
    assert_data_eq!(
        rows(&case, &[]),
        str![[r#"
dev web deploy 1>2
dev web add >1
prod web add >1

"#]]
    );
    // The commit that brought the version is the same with an index and without.
    for arguments in [
        &["status", "web", "--locations", "-q"][..],
        &["--no-index", "status", "web", "--locations", "-q"],
    ] {
        let said = case.run(arguments);
        assert!(said.contains("2026-08-01 10:00 UTC"), "{said}");
    }
}

#[test]
fn what_a_pull_hides_is_named() {
    let config = "stages: [staging, prod]\nsources:\n- text: '{stage}/{app}.tag'\n";
    let history = History::new()
        .commit(&day(1), "Ann", "start")
        .write("towpath.yaml", config)
        .write("staging/web.tag", "v1\n")
        .write("prod/web.tag", "v1\n")
        .also("remote")
        .commit(&day(2), "Bob", "notes")
        .write("NOTES", "notes\n")
        .branch("remote")
        .commit(&day(3), "Eve", "web v3 to prod")
        .write("prod/web.tag", "v3\n")
        .commit(&day(4), "Ann", "web back")
        .write("prod/web.tag", "v1\n")
        .branch("main")
        .commit(&day(5), "Bob", "Merge branch 'main' of git.example.com:team/deploy")
        .merge("remote");
    let case = Case::with(&history);
    for arguments in [&["history", "-n", "0"][..], &["audit"], &["metrics"]] {
        let said = case.run(arguments);
        let text = "a merge made by `git pull` hides the commits that were pushed before";
        assert!(said.contains(text), "{said}");
        assert!(said.contains("web v3 to prod"), "{said}");
    }
}

#[test]
fn a_lock_follows_its_app_to_another_name() {
    let values = "frontend:\n  image: {repository: r.example.com/shop-frontend, tag: 1.0.0}\nbackend:\n  image: {repository: r.example.com/shop-backend, tag: 1.0.0}\n";
    let case = Case::with(
        &History::new()
            .commit(&day(1), "Ann", "start")
            .write("shop/values-dev.yaml", &values.replace("1.0.0", "1.1.0"))
            .write("shop/values-prod.yaml", values),
    );
    case.run(&["lock", "backend", "--stage", "prod", "--reason", "incident 7", "--local"]);
    for stage in ["dev", "prod"] {
        std::fs::create_dir_all(case.repository.join("blog")).expect("a folder");
        let path = case.repository.join(format!("blog/values-{stage}.yaml"));
        std::fs::write(path, values).expect("written");
    }
    case.sandbox.git(&case.repository, &["add", "."]);
    case.sandbox.git(&case.repository, &["commit", "-q", "-m", "a second product"]);
    assert_data_eq!(
        case.run(&["locks"]),
        str![[r#"
exit 0
locked            by       since   reason
backend in prod   Jo Doe   0s      incident 7

"#]]
    );
    let said = case.run(&["ask", "shop/backend", "--to", "prod"]);
    assert!(
        said.starts_with("exit 3\n") && said.contains("backend in prod (now shop/backend)"),
        "{said}"
    );
    let unlocked = case.run(&["unlock", "shop/backend", "--stage", "prod", "--local"]);
    assert!(unlocked.starts_with("exit 0\n"), "{unlocked}");
}
