//! Timelines in a few readable lines, for tests.

use super::{ImageVersion, Timeline};
use crate::config::{Config, Stage};
use crate::git::Oid;
use crate::model::{AppName, CellKey, TargetName, Version};

/// A configuration with stages in a chain.
pub fn chain(stages: &[&str]) -> Config {
    let stage = |(i, name): (usize, &&str)| Stage {
        name: (*name).into(),
        after: i.checked_sub(1).map(|before| stages[before].into()).into_iter().collect(),
        aliases: Vec::new(),
        branch: None,
        line: None,
    };
    Config { stages: stages.iter().enumerate().map(stage).collect(), ..Config::default() }
}

/// `minute app[/component] stage[/target] from>to`, oldest first; `-` is nothing. Lines of the same
/// minute are one commit; `minute'` begins another commit within it. The file has the app's name.
pub fn timeline(lines: &[&str]) -> Timeline {
    let mut timeline = Timeline::default();
    let mut commits: Vec<&str> = Vec::new();
    let cut: Vec<Vec<&str>> = lines.iter().map(|line| line.split(' ').collect()).collect();
    for words in &cut {
        if commits.last() != Some(&words[0]) {
            commits.push(words[0]);
        }
    }
    for words in cut.iter().rev() {
        let number = commits.iter().position(|commit| *commit == words[0]).expect("listed above");
        let minute: i64 = words[0].trim_end_matches('\'').parse().expect("a number");
        let (from, to) = words[3].split_once('>').expect("from>to");
        let pinned = |text: &str| (text != "-").then(|| pin(text));
        timeline.push(
            (oid(number), minute * 60),
            &cell(words[1], words[2]),
            pinned(from).as_ref(),
            pinned(to).as_ref(),
            words[1].split('/').next().unwrap_or_default(),
        );
    }
    timeline
}

/// `version` or `image=version`.
fn pin(text: &str) -> ImageVersion {
    match text.split_once('=') {
        Some((image, version)) => {
            ImageVersion { image: Some(image.to_owned()), version: Version::parse(version) }
        }
        None => ImageVersion { image: None, version: Version::parse(text) },
    }
}

/// The id of the commit with this number, oldest first.
pub fn oid(number: usize) -> Oid {
    Oid::from_str(&format!("{:040x}", number + 1)).expect("40 digits")
}

fn cell(app: &str, stage: &str) -> CellKey {
    let (app, component) =
        app.split_once('/').map_or((app, None), |(app, component)| (app, Some(component)));
    let (stage, target) =
        stage.split_once('/').map_or((stage, None), |(stage, target)| (stage, Some(target)));
    CellKey {
        app: AppName::from(app),
        component: component.map(str::to_owned),
        stage: stage.into(),
        target: target.map(TargetName::from),
    }
}
