//! Renders the resolved configuration.

use super::terminal_style::{display_width, pad_end};
use super::{TerminalStyle, TextTone, escape_for_terminal};
use crate::config::{ConfigReport, SourceReport, StageReport};

/// Renders three columns: name, value, origin.
pub fn render_config(shown: &ConfigReport, look: &TerminalStyle) -> String {
    let mut lines = vec![ConfigLine::new("branch", &shown.branch.value, &shown.branch.from)];
    lines.push(ConfigLine::heading("stages", shown.stages.is_empty()));
    lines.extend(shown.stages.iter().map(stage_line));
    lines.push(ConfigLine::heading("sources", shown.sources.is_empty()));
    for from in &shown.sources {
        push_source_lines(from, &mut lines);
    }
    if !shown.settings.is_empty() {
        lines.push(ConfigLine::heading("settings", false));
        lines.extend(
            shown
                .settings
                .iter()
                .map(|one| ConfigLine::new(&format!("  {}", one.name), &one.value, &one.from)),
        );
    }
    let width = |text: fn(&ConfigLine) -> &String| {
        lines.iter().map(|line| display_width(text(line))).max().unwrap_or(0)
    };
    let (what, value) = (width(|line| &line.what), width(|line| &line.value));
    let mut out = String::new();
    for line in &lines {
        let name = pad_end(&line.what, what);
        let tone = if line.what.starts_with(' ') { TextTone::Plain } else { TextTone::Heading };
        let from = look.paint(TextTone::Dim, &line.from);
        let text =
            format!("{}   {}   {from}", look.paint(tone, &name), pad_end(&line.value, value));
        out.push_str(text.trim_end());
        out.push('\n');
    }
    out
}

struct ConfigLine {
    what: String,
    value: String,
    from: String,
}

impl ConfigLine {
    fn new(what: &str, value: &str, from: &str) -> Self {
        let own = |text: &str| escape_for_terminal(text).into_owned();
        ConfigLine { what: own(what), value: own(value), from: own(from) }
    }

    fn heading(what: &str, empty: bool) -> Self {
        ConfigLine::new(what, if empty { "none" } else { "" }, "")
    }
}

fn stage_line(stage: &StageReport) -> ConfigLine {
    let mut facts = Vec::new();
    if !stage.after.is_empty() {
        facts.push(format!("after {}", stage.after.join(", ")));
    }
    facts.extend(stage.evidence.iter().cloned());
    if !stage.aliases.is_empty() {
        facts.push(format!("aliases {}", stage.aliases.join(", ")));
    }
    if let Some(branch) = &stage.branch {
        facts.push(format!("on branch {branch}"));
    }
    ConfigLine::new(&format!("  {}", stage.name), &facts.join("; "), &stage.from)
}

fn push_source_lines(source: &SourceReport, lines: &mut Vec<ConfigLine>) {
    lines.push(ConfigLine::new(&format!("  {}", source.kind), &source.path, &source.from));
    let mut more = |key: &str, value: &str, from: &str| {
        lines.push(ConfigLine::new(
            &format!("    {key}"),
            value,
            if from == source.from { "" } else { from },
        ));
    };
    for (key, values) in [
        ("not", &source.not),
        ("tag", &source.tags),
        ("image", &source.images),
        ("digest", &source.digests),
    ] {
        for value in values {
            more(key, value, &source.from);
        }
    }
    let rest = [("stage", &source.stage), ("pattern", &source.pattern), ("base", &source.base)];
    for (key, value) in rest.into_iter().filter_map(|(key, value)| Some((key, value.as_ref()?))) {
        more(key, value, &source.from);
    }
    for (key, named) in [("app", &source.app), ("target", &source.target)] {
        if named.from == source.from {
            more(key, &named.value, &named.from);
        }
    }
    if !matches!(source.confidence, "configured") {
        more("confidence", source.confidence, &source.from);
    }
}
