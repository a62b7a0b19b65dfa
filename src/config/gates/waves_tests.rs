//! Valid and invalid waves.

use super::StageWaves;
use crate::config::{Config, parse};
use crate::model::{StageName, TargetName};
use snapbox::{assert_data_eq, str};

fn text(waves: &str) -> String {
    format!("stages:\n- dev\n- name: prod\n  waves:\n{waves}")
}

fn ok(waves: &str) -> Config {
    parse(&text(waves), "towpath.yaml").unwrap_or_else(|error| panic!("{error}"))
}

fn wrong(waves: &str) -> String {
    parse(&text(waves), "towpath.yaml")
        .expect_err("it is wrong")
        .to_string()
        .replace("towpath.yaml:", "")
}

fn of(config: &Config) -> &StageWaves {
    config.pipeline.waves_of(&StageName::from("prod")).expect("it has waves")
}

#[test]
fn a_wave_is_a_target_a_list_or_a_mapping() {
    let config = ok(
        "  - canary\n  - [eu-1, eu-2]\n  - { targets: 'us-*', bake: 1h }\n  - { targets: '*', bake: { for: 2d, from: outcome } }\n  - ap\n",
    );
    let waves = of(&config);
    let index = |target: &str| waves.wave_index(Some(&TargetName::from(target)));
    assert_eq!(["canary", "eu-1", "eu-2", "us-7", "sa", "ap"].map(index), [0, 1, 1, 2, 3, 4]);
    assert_eq!(waves.wave_index(None), 5);
    let bakes: Vec<(i64, bool, u32)> =
        waves.waves.iter().map(|wave| (wave.bake, wave.from_outcome, wave.line)).collect();
    assert_eq!(
        bakes,
        [(0, false, 5), (0, false, 6), (3600, false, 7), (172_800, true, 8), (0, false, 9)]
    );
    assert!(config.pipeline.waves_of(&StageName::from("dev")).is_none());
    let said: Vec<String> = config
        .said
        .iter()
        .map(|said| format!("{} = {} ({})\n", said.name, said.value, said.line))
        .collect();
    assert_data_eq!(
        said.concat(),
        "stages.prod.waves = canary, then eu-1 + eu-2, then us-*, then *, then ap (4)\n"
    );
}

#[test]
fn what_no_wave_names_comes_last() {
    let config = ok("  - canary\n");
    assert_eq!(of(&config).wave_index(Some(&TargetName::from("eu"))), 1);
}

#[test]
fn a_name_that_is_no_target_is_found() {
    let config = ok("  - canray\n  - '*'\n");
    let (canary, eu) = (TargetName::from("canary"), TargetName::from("eu"));
    assert_eq!(of(&config).unknown_target(&[&canary, &eu]), Some(("canray", 5)));
    assert_eq!(of(&ok("  - canary\n  - '*'\n")).unknown_target(&[&canary, &eu]), None);
}

#[test]
fn what_is_wrong_is_said() {
    assert_data_eq!(
        wrong(
            "  - canary\n  - [eu, canary]\n  - {}\n  - []\n  - { targets: us, bakes: 1h }\n  - { targets: ap, bake: soon }\n  - { targets: sa, bake: { from: landing } }\n  - { targets: af, bake: { for: 1h, from: start } }\n"
        ),
        str![[r#"
6:10: the target `canary` is in two waves; the first is in line 5
7:5: this wave has no `targets`
  hint: `'*'` matches all targets that no wave names
8:5: this wave names no target
  hint: `'*'` matches all targets that no wave names
9:20: unknown key `bakes`
  hint: did you mean `bake`?
10:26: `soon` is not a time span
  hint: for example `30m`, `12h` or `2d`
11:20: `bake` needs `for`
12:43: `from` cannot be `start`
  hint: expected one of `landing`, `outcome`
"#]]
    );
    let several: Vec<String> =
        ["    canary\n", "    []\n", "    canary: 1h\n"].into_iter().map(wrong).collect();
    assert_data_eq!(
        several.concat(),
        str![[r#"
4:3: `waves` must be a list of waves, in order
  hint: for example `waves: [{ targets: canary, bake: 1h }, [eu, us]]`4:3: `waves` must be a list of waves, in order
  hint: for example `waves: [{ targets: canary, bake: 1h }, [eu, us]]`4:3: `waves` must be a list of waves, in order
  hint: for example `waves: [{ targets: canary, bake: 1h }, [eu, us]]`
"#]]
    );
}
