//! Many files, deep folders, long names. The sizes are such that work for each pair of things would
//! take minutes; `#[ignore]`d ones are for `tests/hostile-sizes.sh`.

use super::{Files, assert_web, entries, json, run};
use crate::support::Sandbox;
use std::time::{Duration, Instant};

/// Far more than is needed on a busy machine without optimisation, and far less than all pairs take.
const PATIENCE: Duration = Duration::from_secs(60);

/// Entries of a repository without a configuration, and the answer must not take long.
fn discovered(files: &Files) -> usize {
    let sandbox = Sandbox::new();
    let repository = files.commit(&sandbox, "deploy");
    let begin = Instant::now();
    let found = entries(&json(&sandbox, &repository, &["--no-since"])).len();
    assert!(begin.elapsed() < PATIENCE, "{:?}", begin.elapsed());
    found
}

/// Folders that each look like another stage.
fn folders(count: usize) -> Files {
    let words = ["dev", "staging", "prod", "qa"];
    let paths = (0..count).flat_map(|i| (0..4).map(move |j| (i, j)));
    paths.fold(Files::new(), |files, (i, j)| {
        files.add(
            format!("top{i}/{}-{i}/f{j}.yaml", words[i % 4]),
            format!("image:\n  tag: v{i}.{j}.0\n"),
        )
    })
}

fn one_folder(count: usize) -> Files {
    let paths = (0..count).flat_map(|i| ["dev", "prod"].map(|stage| (i, stage)));
    paths.fold(Files::new(), |files, (i, stage)| {
        files.add(format!("envs/{stage}/app{i}.yaml"), format!("image:\n  tag: v1.{i}.0\n"))
    })
}

#[test]
fn many_folders_that_look_like_stages() {
    assert!(discovered(&folders(500)) > 1000);
}

#[test]
fn many_files_in_one_folder() {
    assert_eq!(discovered(&one_folder(1500)), 3000);
}

#[test]
#[ignore = "takes a release build: tests/hostile-sizes.sh"]
fn twenty_thousand_files_in_five_thousand_stage_folders() {
    assert!(discovered(&folders(5000)) > 10_000);
}

#[test]
#[ignore = "takes a release build: tests/hostile-sizes.sh"]
fn a_hundred_thousand_files_in_a_folder() {
    assert_eq!(discovered(&one_folder(50_000)), 100_000);
}

#[test]
#[cfg_attr(debug_assertions, ignore = "slow where nothing is optimized: the release run has it")]
fn many_keys_in_one_file() {
    let keys: String =
        (0..8_000).map(|i| format!("k{i}: {{image: {{tag: v1.{i}.0}}}}\n")).collect();
    let loose: String = (0..20_000).map(|i| format!("k{i}: v1.{i}.0\n")).collect();
    let files = ["dev", "prod"].iter().fold(Files::new(), |files, stage| {
        files
            .add(format!("a/{stage}/values.yaml"), &keys)
            .add(format!("b/{stage}/values.yaml"), loose.repeat(2))
    });
    assert!(discovered(&files) >= 16_000);
}

#[test]
fn tags_find_their_images_among_many() {
    let tags: String =
        (0..10_000).map(|i| format!("k{i}_tag: v1.{i}.0\nk{i}_image: r/k{i}\n")).collect();
    let config = "stages: [dev]\nsources: [{yaml: \"{stage}.yaml\", tag: \"{app}_tag\", image: \"{app}_image\"}]\n";
    assert_eq!(discovered(&Files::new().add("towpath.yaml", config).add("dev.yaml", tags)), 10_000);
}

#[test]
#[cfg_attr(debug_assertions, ignore = "slow where nothing is optimized: the release run has it")]
fn many_images_and_many_containers() {
    let containers: String =
        (0..1000).map(|i| format!("  - {{name: c{i}, image: \"r/i{i}:1\"}}\n")).collect();
    let images: String = (0..3000).map(|i| format!("- {{name: r/i{i}, newTag: v{i}}}\n")).collect();
    let config = "stages: [dev, prod]\nsources: [{kustomize: \"{app}/{stage}\"}]\n";
    let files =
        ["dev", "prod"].iter().fold(Files::new().add("towpath.yaml", config), |files, stage| {
            files
                .add(
                    format!("a/{stage}/kustomization.yaml"),
                    format!("resources: [pod.yaml]\nimages:\n{images}"),
                )
                .add(
                    format!("a/{stage}/pod.yaml"),
                    format!("kind: Pod\nmetadata: {{name: a}}\nspec:\n  containers:\n{containers}"),
                )
        });
    // The other entries match no container, so they have no effect.
    assert_eq!(discovered(&files), 2000);
}

#[test]
fn folders_five_thousand_deep() {
    let deep = "d/".repeat(5000);
    let sandbox = Sandbox::new();
    let mut files = Files::with_web().add(format!("{deep}dev/x.yaml"), "image: {tag: v1}\n");
    assert_web(&json(&sandbox, &files.commit(&sandbox, "configured"), &[]));
    files.0.remove(0);
    let plain = files.commit(&sandbox, "plain");
    assert_web(&json(&sandbox, &plain, &[]));
    run(&sandbox, &plain, &["init", "--yes", "--stdout"]);
}

#[test]
fn long_names_fit_the_terminal() {
    let long = |word: &str| word.repeat(1000);
    let config = "stages: [dev, prod]\nsources: [{yaml: \"t/{stage}/{app}.yaml\", tag: tag}]\n";
    let files =
        ["dev", "prod"].iter().fold(Files::new().add("towpath.yaml", config), |files, stage| {
            let tag = format!("tag: v{stage}{}\n", long("0").get(..380).expect("long"));
            files
                .add(format!("t/{stage}/{}.yaml", long("名")), tag)
                .add(format!("t/{stage}/{}.yaml", long("a-dev-")), "tag: v1\n")
        });
    let sandbox = Sandbox::new();
    let repository = files.commit(&sandbox, "deploy");
    for columns in [80, 40, 20, 5, 1] {
        let output = sandbox
            .bash(&repository, &format!("COLUMNS={columns} towpath status"))
            .output()
            .expect("runs");
        let text = String::from_utf8(output.stdout).expect("text");
        let widest = text.lines().map(console::measure_text_width).max().unwrap_or(0);
        // Below 40 columns a name and a version side by side cannot get any shorter.
        assert!(
            output.status.success() && widest <= columns.max(40),
            "{columns}: {widest}\n{text}"
        );
    }
    run(&sandbox, &repository, &["status", "-v", &long("名")]);
}
