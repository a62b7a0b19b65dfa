//! The dependencies of a Helm chart, and which of them its values switch off.

use super::SnapshotReader;
use super::leaf::{KEY_SEPARATOR, Leaf};
use crate::git::path::{join, resolve};

/// Files of a chart that list its dependencies.
const CHART_FILES: [&str; 2] = ["Chart.yaml", "requirements.yaml"];

/// True for a file that lists the dependencies of a chart. It is no values file.
pub(super) fn is_chart_file(path: &str) -> bool {
    CHART_FILES.contains(&path.rsplit('/').next().unwrap_or(path))
}

/// A dependency of a chart.
struct Subchart {
    /// The keys of its element, joined.
    element: String,
    /// The key of its values: its alias, or else its name.
    key: String,
    name: String,
    /// The folder of the chart, if it is one beside this chart: `../api`.
    folder: Option<String>,
    /// Paths of values; the first that is true or false decides.
    conditions: Vec<String>,
    tags: Vec<String>,
}

/// The dependencies of a chart, which values can switch off as Helm documents it for `condition`
/// and `tags`.
#[derive(Default)]
pub(super) struct Subcharts(Vec<Subchart>);

impl Subcharts {
    /// Reads the dependencies of the chart in a folder.
    pub fn of_chart(folder: &str, reader: &SnapshotReader<'_>) -> Self {
        let mut found = Subcharts::default();
        for name in CHART_FILES {
            let path = join(folder, name);
            let text = reader.file_exists(&path).then(|| reader.read_text(&path)).flatten();
            if text.is_some_and(|text| text.contains("dependencies:")) {
                found.add(&reader.read_leaves(&path).unwrap_or_default());
            }
        }
        found
    }

    fn add(&mut self, leaves: &[Leaf]) {
        let mut elements: Vec<&str> = leaves.iter().filter_map(element_of).collect();
        elements.dedup();
        for element in elements {
            let inside = || leaves.iter().filter(|leaf| element_of(leaf) == Some(element));
            let text = |key: &str| {
                let found = inside().find(|leaf| leaf.parent() == element && leaf.last() == key);
                found.map(|leaf| leaf.text.to_string())
            };
            let Some(name) = text("name").or_else(|| text("alias")) else { continue };
            let conditions = text("condition").unwrap_or_default();
            let conditions = conditions.split(',').map(str::trim).filter(|path| !path.is_empty());
            let is_tag = |leaf: &&Leaf| leaf.keys().nth(2) == Some("tags");
            let repository = text("repository").unwrap_or_default();
            self.0.push(Subchart {
                element: element.to_owned(),
                key: text("alias").unwrap_or_else(|| name.clone()),
                name,
                folder: repository.strip_prefix("file://").map(str::to_owned),
                conditions: conditions.map(str::to_owned).collect(),
                tags: inside().filter(is_tag).map(|leaf| leaf.text.to_string()).collect(),
            });
        }
    }

    /// Returns the dependencies whose charts are in the repository, each with the key of its values
    /// and its folder.
    pub fn local_folders(&self, chart: &str, reader: &SnapshotReader<'_>) -> Vec<(String, String)> {
        let local = self.0.iter().filter_map(|one| {
            let brought = Some(join(chart, &format!("charts/{}", one.name)));
            let beside = one.folder.as_deref().and_then(|folder| resolve(chart, folder));
            let is_chart = |folder: &String| reader.file_exists(&join(folder, "Chart.yaml"));
            let folder = [brought, beside].into_iter().flatten().find(is_chart)?;
            Some((one.key.clone(), folder))
        });
        local.collect()
    }

    /// Returns the first keys of the values of subcharts that these values switch off.
    pub fn keys_off(&self, values: &[Leaf]) -> Vec<String> {
        self.off(values).map(|subchart| subchart.key.clone()).collect()
    }

    /// Removes the leaves of the elements that these values switch off from a file of the chart.
    pub fn leave_out_elements(&self, file: &mut Vec<Leaf>, values: &[Leaf]) {
        let off: Vec<&str> = self.off(values).map(|subchart| subchart.element.as_str()).collect();
        file.retain(|leaf| !element_of(leaf).is_some_and(|element| off.contains(&element)));
    }

    fn off<'s>(&'s self, values: &'s [Leaf]) -> impl Iterator<Item = &'s Subchart> {
        self.0.iter().filter(|subchart| !subchart.is_on(values))
    }
}

impl Subchart {
    fn is_on(&self, values: &[Leaf]) -> bool {
        let decided = self.conditions.iter().find_map(|path| truth_at(values, path));
        decided.unwrap_or_else(|| {
            let told = self.tags.iter().filter_map(|tag| truth_at(values, &format!("tags.{tag}")));
            let told: Vec<bool> = told.collect();
            told.is_empty() || told.contains(&true)
        })
    }
}

/// Returns the keys of the dependency that a leaf belongs to: `dependencies[redis]`.
fn element_of(leaf: &Leaf) -> Option<&str> {
    let mut keys = leaf.keys();
    if keys.next() != Some("dependencies") {
        return None;
    }
    let length = "dependencies".len() + KEY_SEPARATOR.len_utf8() + keys.next()?.len();
    keys.next().and_then(|_| leaf.path.get(..length))
}

/// Returns the value at a dotted path, if it is true or false.
fn truth_at(values: &[Leaf], path: &str) -> Option<bool> {
    let is_there = |leaf: &&Leaf| leaf.plain && leaf.keys().eq(path.split('.'));
    match &*values.iter().find(is_there)?.text {
        "true" => Some(true),
        "false" => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use crate::config::SourceRule;
    use crate::model::SourceKind;
    use crate::source::testing::repository;

    fn read(file: &str, chart: &str, values: &str) -> Vec<String> {
        let chart = format!("apiVersion: v2\nname: p\nversion: 1.0.0\ndependencies:\n{chart}");
        let rule = SourceRule::new(SourceKind::HelmValues, &format!("{{stage}}/{file}"), &[]);
        let files = [("prod/Chart.yaml", &*chart), ("prod/values.yaml", values)];
        let (found, _) = repository(&files).read(rule.expect("a path"));
        let show = |finding: &crate::source::VersionFinding| {
            format!("{} {}", finding.component.as_deref().unwrap_or("-"), finding.version)
        };
        found.iter().map(|(_, finding)| show(finding)).collect()
    }

    const REDIS: &str = "- {name: redis, version: 19.0.0, repository: https://c.io, condition: 'x.y,redis.enabled'}\n";

    #[test]
    fn a_condition_switches_a_subchart_and_its_values_off() {
        let values = |on| format!("redis:\n  enabled: {on}\n  image: {{tag: 7.2.4}}\n");
        assert_eq!(read("Chart.yaml", REDIS, &values(true)), ["redis 19.0.0"]);
        assert!(read("Chart.yaml", REDIS, &values(false)).is_empty());
        assert_eq!(read("values.yaml", REDIS, &values(true)), ["redis 7.2.4"]);
        assert!(read("values.yaml", REDIS, &values(false)).is_empty());
        assert_eq!(read("Chart.yaml", REDIS, "redis: {enabled: maybe}\n"), ["redis 19.0.0"]);
    }

    #[test]
    fn tags_decide_where_no_condition_does() {
        let tagged = "- {name: web, version: 1.0.0, repository: r, tags: [front, all]}\n";
        assert!(read("Chart.yaml", tagged, "tags: {front: false}\n").is_empty());
        assert_eq!(read("Chart.yaml", tagged, "tags: {front: false, all: true}\n").len(), 1);
        assert_eq!(read("Chart.yaml", tagged, "tags: {other: false}\n").len(), 1);
    }

    #[test]
    fn two_dependencies_on_one_chart_go_by_their_aliases() {
        let twice = "- {name: g, alias: api, version: 1.1.0, repository: r}\n- {name: g, alias: worker, version: 1.0.0, repository: r}\n";
        assert_eq!(read("Chart.yaml", twice, "{}\n"), ["api 1.1.0", "worker 1.0.0"]);
    }

    /// The versions of the values of a chart and of the charts that it brings with it.
    fn read_umbrella(dependency: &str, values: &str) -> Vec<String> {
        let chart = format!("apiVersion: v2\nname: p\nversion: 1.0.0\ndependencies:\n{dependency}");
        let files = [
            ("prod/Chart.yaml", &*chart),
            ("prod/values.yaml", values),
            ("prod/charts/api/Chart.yaml", "name: api\nversion: 1.0.0\nappVersion: a7\n"),
            (
                "prod/charts/api/values.yaml",
                "image: {repository: x/api, tag: a1}\nside: {image: {repository: x/side, tag: ''}}\n",
            ),
            ("shared/db/Chart.yaml", "name: db\nversion: 1.0.0\n"),
            ("shared/db/values.yaml", "image: {repository: x/db, tag: d1}\n"),
        ];
        let rule = SourceRule::new(SourceKind::HelmValues, "{stage}/values.yaml", &[]);
        let (found, _) = repository(&files).read(rule.expect("a path"));
        let show = |finding: &crate::source::VersionFinding| {
            let place = &finding.locations[0];
            let image = finding.image.as_deref().unwrap_or("-");
            format!("{image} {} {} {}", finding.version, place.path, place.key)
        };
        found.iter().map(|(_, finding)| show(finding)).collect()
    }

    #[test]
    fn values_of_charts_in_the_repository_are_inherited() {
        let api = "- {name: api, alias: back, version: 1.0.0}\n";
        let side = "x/side a7 prod/charts/api/Chart.yaml appVersion";
        assert_eq!(
            read_umbrella(api, "{}\n"),
            ["x/api a1 prod/charts/api/values.yaml back.image.tag", side]
        );
        assert_eq!(
            read_umbrella(api, "back: {image: {tag: a2}}\n"),
            ["x/api a2 prod/values.yaml back.image.tag", side]
        );
        let off = "- {name: api, version: 1.0.0, condition: api.enabled}\n";
        assert!(read_umbrella(off, "api: {enabled: false}\n").is_empty());
        let beside = "- {name: db, version: 1.0.0, repository: 'file://../shared/db'}\n";
        assert_eq!(read_umbrella(beside, "{}\n"), ["x/db d1 shared/db/values.yaml db.image.tag"]);
        assert!(read_umbrella("- {name: far, repository: 'https://c.io'}\n", "{}\n").is_empty());
    }
}
