//! Malformed files: nothing panics, and every reported position is inside its file.

use super::leaf;
use super::testing::repository;
use super::{shape, template_scan};
use crate::config::{self, SourceRule};
use crate::git::revision_or_time::parse_time;
use crate::model::{ImageReference, KeyTemplate, PathTemplate, SourceKind, Version};
use crate::yaml;
use jiff::{Timestamp, tz::TimeZone};
use proptest::prelude::*;
use regex::Regex;

/// Typical files, at least one per source, from which malformed ones are derived.
const SEEDS: [&str; 12] = [
    "image:\n  repository: ghcr.io/x/web\n  tag: \"1.10\" # {\"$imagepolicy\": \"a:b:tag\"}\n",
    "base: &b {tag: v1, image: &i r/a}\nprod:\n  <<: [*b, *b]\n  image: *i\n--- \n- 'x''y'\n- \"\\u00e9\\x41\"\n",
    "resources: [a.yaml, ../b, \"https://github.com/a/b//c?ref=v1\"]\nimages:\n- {name: r/a, newTag: v1, digest: x}\n\
     patches:\n- target: {kind: Pod}\n  patch: |-\n    - {op: copy, from: /spec, path: /spec/a/-}\n",
    "apiVersion: v1\nkind: List\nitems:\n- kind: Pod\n  spec:\n    containers:\n    - image: r/a:1@sha256:0\n      name: a\n",
    "apiVersion: argoproj.io/v1alpha1\nkind: Application\nspec:\n  source:\n    chart: x\n    targetRevision: 1.x\n    \
     helm:\n      values: |\n        image:\n          tag: v1\n      parameters: [{name: image.tag, value: v2}]\n",
    "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nspec:\n  chart: {spec: {chart: x, version: '>=1'}}\n",
    "services:\n  web:\n    image: a/b:${TAG:-v1${X-y}}@${D:?no} # $$\n",
    "export A_IMAGE_TAG='v1' # é\r\nB_VERSION=\"1\\\"2\"\nC: \"x\"\n",
    "sha = \"0738661a\"\nx = { version = \"1.2\", list = [\"a\", 1.5] }\n",
    "config:\n  app:image: r/a:v1\n  app:tag: {secure: x}\n",
    "{{- if .x }}\nweb:\n  - image: r/a:{{ .tag }}\n    tag: v1\n{{- end }}\n",
    "stages: [dev, {name: prod, after: [dev], aliases: p}]\nsources:\n- line: x/{stage}\n  pattern: '(?P<tag>v1)'\n",
];

/// Generates a seed with pieces inserted, removed or replaced.
fn broken() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        any::<Vec<u8>>().prop_map(|bytes| bytes.into_iter().take(6).collect::<Vec<u8>>()),
        prop::sample::select(vec![
            "{", "}", "[", "]", ": ", "- ", "\n", "\r\n", "\t", "\"", "'", "&a ", "*a", "<<: ",
            "|\n", "${", "{{", "@", ":", "/", "%", "\u{feff}", "\u{2028}", "é", "日", "\0",
            "\u{1f}", "---\n", "!!x ", "? ", "\\", "#", "=",
        ])
        .prop_map(|text| text.as_bytes().to_vec()),
    ];
    let edits = prop::collection::vec((any::<prop::sample::Index>(), 0usize..8, piece), 0..12);
    (prop::sample::select(SEEDS.to_vec()), edits).prop_map(|(seed, edits)| {
        let mut bytes = seed.as_bytes().to_vec();
        for (at, gone, piece) in edits {
            let at = at.index(bytes.len() + 1);
            let end = (at + gone).min(bytes.len());
            bytes.splice(at..end, piece);
        }
        String::from_utf8_lossy(&bytes).into_owned()
    })
}

/// The path where each source finds its file.
fn path_of(kind: SourceKind) -> &'static str {
    match kind {
        SourceKind::Kustomize => "d/kustomization.yaml",
        SourceKind::Json => "d/x.json",
        SourceKind::Dotenv => "d/.env",
        SourceKind::Tfvars => "d/x.tfvars",
        SourceKind::Pulumi => "d/Pulumi.dev.yaml",
        _ => "d/x.yaml",
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 16, ..ProptestConfig::default() })]

    #[test]
    fn every_source_reads_every_file(text in broken(), other in broken()) {
        let pattern = Regex::new("(?P<image>[^ :]+):(?P<tag>[^ ]+)").expect("an expression");
        for kind in SourceKind::ALL.iter().copied() {
            let path = path_of(kind);
            let files = [(path, text.as_str()), ("d/a.yaml", other.as_str()), ("b/kustomization.yaml", other.as_str())];
            let mut rule = SourceRule::new(kind, "d/**", &[]).expect("a template");
            rule.pattern = Some(pattern.clone());
            let repository = repository(&files);
            let _ = repository.blind_spots(rule.clone());
            let (found, _) = repository.read(rule);
            for place in found.iter().flat_map(|(_, finding)| &finding.locations) {
                let file = files.iter().find(|(path, _)| *path == place.path).expect("one of the files");
                prop_assert!(file.1.get(place.span.start..place.span.end).is_some(), "{kind} {place:?}");
                prop_assert!(place.line as usize <= file.1.lines().count() + 1, "{kind} {place:?}");
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, ..ProptestConfig::default() })]

    #[test]
    fn leaves_lie_in_their_file(text in broken()) {
        let mut all = template_scan::scan_leaves(&text);
        if let Ok(stream) = yaml::parse(&text) {
            all.extend(leaf::of_yaml(&stream));
        }
        for leaf in all {
            prop_assert!(text.get(leaf.span.start..leaf.span.end).is_some(), "{leaf:?}");
        }
    }

    #[test]
    fn any_text_is_taken_or_refused(text in broken(), any in ".{0,60}") {
        let now = Timestamp::UNIX_EPOCH.to_zoned(TimeZone::UTC);
        let _ = config::parse(&text, "towpath.yaml");
        for text in text.lines().chain([any.as_str()]) {
            prop_assert_eq!(ImageReference::parse(text).to_string(), text);
            let _ = (Version::parse(text), shape::parse_reference(text));
            let _ = shape::is_version_or_range(text);
            let _ = parse_time(text, &now);
            if let Ok(template) = PathTemplate::parse(text, &[]) {
                let _ = (template.captures(text), template.captures(&any));
                let _ = template.literal_prefix();
            }
            if let Ok(template) = KeyTemplate::parse(text, &["dev".to_owned()]) {
                let _ = (template.captures_joined(text), template.captures(&[text, any.as_str()]));
            }
        }
    }
}
