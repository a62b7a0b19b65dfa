//! `attested`: the image bears what the configuration asks for. What cannot be asked is shut.
//! A rollback needs it too: what runs again must be fit to run.

use super::{GateInput, rule_origin};
use crate::config::gates::{Gate, GateKind, GateRule};
use crate::pipeline::external_facts::ExternalAnswer;
use crate::pipeline::verdict::GateAnswer;

pub(super) fn answer(case: &GateInput<'_>, rule: &GateRule) -> Option<GateAnswer> {
    let Gate::Attested(wanted) = &rule.gate else { return None };
    let shut = |reason: String| GateAnswer::shut(GateKind::Attested, rule_origin(rule), reason);
    let (what, version) = (wanted.describe(), case.question.version);
    Some(match case.evidence.facts.find_answer(rule.line, case.question) {
        Some(ExternalAnswer::Open) => {
            GateAnswer::open(GateKind::Attested, rule_origin(rule), format!("{version} has {what}"))
        }
        Some(ExternalAnswer::Shut(why)) => shut(why.clone()),
        Some(ExternalAnswer::NoAnswer(why)) => {
            shut(format!("the registry gave no answer (counts as shut): {why}"))
        }
        None if case.question.is_past => GateAnswer::open(
            GateKind::Attested,
            rule_origin(rule),
            "a registry cannot be asked about a past time",
        ),
        None => shut("the registry was not asked (counts as shut)".to_owned()),
    })
}

#[cfg(test)]
mod tests {
    use crate::pipeline::external_facts::ExternalAnswer;
    use crate::pipeline::testing::{GateBench, PAST};
    use snapbox::{assert_data_eq, str};

    /// The answer of the gate where the registry said this.
    fn answer(said: Option<ExternalAnswer>, question: &str) -> String {
        let mut bench = GateBench::new("gates:\n- attested: a/deployable\n", &PAST);
        if let Some(said) = said {
            bench.facts.set_answer(3, said);
        }
        bench.said(40, question, &["attested"])
    }

    #[test]
    fn what_was_not_attested_or_not_asked_is_shut() {
        let ahead = "web prod v2 now";
        assert_data_eq!(
            answer(Some(ExternalAnswer::Open), ahead),
            str![[r#"
attested open (line 3): v2 has an artifact of type a/deployable

"#]]
        );
        let lacking = ExternalAnswer::Shut("it lacks it".into());
        for question in [ahead, "web prod v2 back now"] {
            assert_data_eq!(
                answer(Some(lacking.clone()), question),
                str![[r#"
attested shut (line 3): it lacks it

"#]]
            );
        }
        assert_data_eq!(
            answer(Some(ExternalAnswer::NoAnswer("cannot reach r.io".into())), ahead),
            str![[r#"
attested shut (line 3): the registry gave no answer (counts as shut): cannot reach r.io

"#]]
        );
        assert_data_eq!(
            answer(None, ahead),
            str![[r#"
attested shut (line 3): the registry was not asked (counts as shut)

"#]]
        );
        assert_data_eq!(
            answer(None, "web prod v2"),
            str![[r#"
attested open (line 3): a registry cannot be asked about a past time

"#]]
        );
    }
}
