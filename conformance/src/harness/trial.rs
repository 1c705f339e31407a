use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use libtest_mimic::{Failed, Trial};

use super::exchange::{Ending, Exchange, exchange};
use super::parser::Parser;
use super::remarks::Remarks;
use super::test_name;
use crate::escape::escaped;
use crate::judge::{Answering, Strictness, Verdict, apply_known, grade, judge};
use crate::report::{Evidence, lines, shortened};
use crate::vectors::Vector;

/// What of a line of evidence fits on a screen.
const WIDTH: usize = 240;

/// Makes parsers, each in the thread that uses it.
#[derive(Clone)]
pub(super) struct Factory(pub(super) Arc<dyn Fn() -> Box<dyn Parser> + Send + Sync>);

impl fmt::Debug for Factory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Factory(..)")
    }
}

/// A vector, with all that its verdict depends on.
#[derive(Debug)]
pub(super) struct Case {
    pub(super) vector: Vector,
    /// What its requirement says, in a few words.
    pub(super) title: String,
    pub(super) factory: Factory,
    pub(super) decides: bool,
    /// Why it is known to fail.
    pub(super) known: Option<String>,
    pub(super) strictness: Strictness,
    pub(super) limit: Duration,
}

impl Case {
    /// Makes a test of it, which is ignored where it does not apply.
    pub(super) fn into_trial(self, exempt: Option<String>, remarks: Arc<Remarks>) -> Trial {
        let is_exempt = exempt.is_some();
        let name = test_name(&self.vector);
        Trial::test(name.clone(), move || self.run(name, &remarks)).with_ignored_flag(is_exempt)
    }

    fn run(self, name: String, remarks: &Remarks) -> Result<(), Failed> {
        let vector = Arc::new(self.vector);
        let Exchange {
            observation,
            ending,
        } = exchange(&name, &vector, &self.factory, self.limit)
            .map_err(|error| format!("there is no thread for it: {error}"))?;
        let (mut verdict, mut why) = match ending {
            Ending::Answered => {
                let judgment = judge(&vector.steps, &observation, Answering::Always);
                grade(&vector, judgment)
            }
            Ending::Panicked { place, words } => {
                let words = escaped(words.as_bytes());
                (Verdict::Crash, format!("it panicked {place}: {words}"))
            }
            Ending::Hung { place } => {
                let why = format!("it did not come back within {:.1?}, {place}", self.limit);
                (Verdict::Hang, why)
            }
        };
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
        for (label, text) in lines(&evidence) {
            let text = shortened(label, text, WIDTH);
            message.push_str(&format!("  {label:<9} {text}\n"));
        }
        Err(message.into())
    }
}
