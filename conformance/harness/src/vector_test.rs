use std::sync::Arc;
use std::time::Duration;

use event_datagram_conformance::escape::escaped;
use event_datagram_conformance::evidence::{Evidence, evidence_lines};
use event_datagram_conformance::fence::FenceTemplate;
use event_datagram_conformance::judge::{
    Answering, Strictness, Verdict, apply_known, grade, judge,
};
use event_datagram_conformance::vectors::Vector;
use libtest_mimic::{Failed, Trial};

use crate::factory::Factory;
use crate::parser_run::{ParserEnd, ParserRun, run_parser};
use crate::remarks::Remarks;
use crate::run_findings::RunFindings;

/// The most characters of a line of evidence that are shown.
const WIDTH: usize = 240;

/// The test of one vector.
#[derive(Debug)]
pub(crate) struct VectorTest {
    pub(crate) vector: Vector,
    /// The title of the vector's requirement.
    pub(crate) title: String,
    pub(crate) factory: Factory,
    pub(crate) decides: bool,
    /// The reason of a known failure; `None` if the vector is not listed.
    pub(crate) known: Option<String>,
    pub(crate) strictness: Strictness,
    pub(crate) fence: FenceTemplate,
    pub(crate) limit: Duration,
}

impl VectorTest {
    /// Returns the test for `libtest-mimic`. It is ignored if the vector does not apply.
    pub(crate) fn into_trial(
        self,
        exempt: Option<String>,
        remarks: Arc<Remarks>,
        findings: Arc<RunFindings>,
    ) -> Trial {
        let is_exempt = exempt.is_some();
        let name = self.test_name();
        Trial::test(name.clone(), move || self.run(name, &remarks, &findings))
            .with_ignored_flag(is_exempt)
    }

    fn test_name(&self) -> String {
        let vector = &self.vector;
        format!("{}::{}::{}", vector.dialect, vector.requirement, vector.id)
    }

    fn run(self, name: String, remarks: &Remarks, findings: &RunFindings) -> Result<(), Failed> {
        let vector = Arc::new(self.vector);
        let ParserRun { observation, end } =
            run_parser(&name, &vector, &self.factory, &self.fence, self.limit)
                .map_err(|error| format!("there is no thread for it: {error}"))?;
        let (mut verdict, mut why) = match end {
            ParserEnd::Answered => {
                let judgment = judge(&vector.steps, &observation, Answering::Always);
                grade(&vector, judgment)
            }
            ParserEnd::Panicked { stage, message } => {
                let message = escaped(message.as_bytes());
                (Verdict::Crash, format!("it panicked {stage}: {message}"))
            }
            ParserEnd::Hung { stage } => {
                let why = format!("it did not come back within {:.1?}, {stage}", self.limit);
                (Verdict::Hang, why)
            }
        };
        if self.known.is_none() {
            findings.add(&vector, verdict, &observation);
        }
        if let Some(reason) = &self.known {
            (verdict, why) = apply_known(verdict, why, reason);
        }
        if !verdict.is_failure(self.strictness) {
            remarks.add(&vector, verdict, why);
            return Ok(());
        }
        if !self.decides {
            why.push_str(" (it does not decide: it is not in the requirement set)");
            remarks.add(&vector, verdict, why);
            return Ok(());
        }
        let (id, level, title) = (&vector.requirement, vector.level, self.title);
        let mut message = format!(
            "{verdict}  {id} {level}: {title}\n      {}\n",
            vector.summary
        );
        let again = format!("cargo test -- --exact {name}");
        let evidence = Evidence::of(&vector, &why, &observation, &[], again);
        for line in evidence_lines(&evidence) {
            for (label, text) in line.rows(WIDTH) {
                message.push_str(&format!("  {label:<9} {text}\n"));
            }
        }
        Err(message.into())
    }
}
