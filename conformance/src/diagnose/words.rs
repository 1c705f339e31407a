use super::cause::Cause;
use super::diagnosis::Diagnosis;

/// The widest sentence that the other columns are aligned behind, in characters.
const MAX_SENTENCE: usize = 72;

impl Diagnosis {
    /// Returns how much the causes explain, in a sentence. `None` if nothing went wrong.
    pub fn headline(&self) -> Option<String> {
        let explained: usize = self.causes.iter().map(|cause| cause.explains).sum();
        let wrong = explained + self.unexplained;
        let tests = |count: usize| match count {
            1 => "1 failed test".into(),
            count => format!("{count} failed tests"),
        };
        let causes = match self.causes.len() {
            _ if wrong == 0 => return None,
            0 => return Some(format!("no known cause explains the {}", tests(wrong))),
            1 => "1 cause explains".into(),
            count => format!("{count} causes explain"),
        };
        Some(match self.unexplained {
            0 if wrong == 1 => format!("{causes} the failed test"),
            0 => format!("{causes} all {}", tests(wrong)),
            left => format!(
                "{causes} {explained} of {}, {left} unexplained",
                tests(wrong)
            ),
        })
    }

    /// Returns a line for each cause: what the subject does, the requirement, how many tests, and an
    /// example.
    pub fn lines(&self) -> Vec<String> {
        let width = |cause: &Cause| cause.sentence.chars().count();
        let causes = &self.causes;
        let width = causes.iter().map(width).max().unwrap_or_default();
        let (width, count_width) = (
            width.min(MAX_SENTENCE),
            causes
                .iter()
                .map(|cause| cause.explains)
                .max()
                .unwrap_or_default()
                .to_string()
                .len(),
        );
        let line = |cause: &Cause| {
            let tests = if cause.explains == 1 {
                "test "
            } else {
                "tests"
            };
            format!(
                "{:<width$}  {:<3}  {:>count_width$} {tests}  e.g. {}",
                cause.sentence, cause.requirement, cause.explains, cause.example
            )
        };
        causes.iter().map(line).collect()
    }
}

impl Cause {
    /// Returns the other faults that report the same as a cause, in a sentence.
    pub fn alternatives(&self) -> Option<String> {
        (!self.also.is_empty()).then(|| format!("reports the same: {}", self.also.join(", ")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnose::CauseParameter;

    fn diagnosis(explains: &[usize], unexplained: usize) -> Diagnosis {
        let cause = |explains: &usize| Cause {
            fault: "slug".into(),
            sentence: "splits".into(),
            requirement: "T4".into(),
            parameter: CauseParameter::None,
            explains: *explains,
            example: "id".into(),
            also: Vec::new(),
        };
        Diagnosis {
            causes: explains.iter().map(cause).collect(),
            unexplained,
            ..Diagnosis::default()
        }
    }

    #[test]
    fn the_headline_says_how_much_is_explained() {
        for (explains, unexplained, expected) in [
            (&[][..], 0, None),
            (&[], 1, Some("no known cause explains the 1 failed test")),
            (&[], 7, Some("no known cause explains the 7 failed tests")),
            (&[1], 0, Some("1 cause explains the failed test")),
            (&[35, 6], 0, Some("2 causes explain all 41 failed tests")),
            (
                &[35],
                6,
                Some("1 cause explains 35 of 41 failed tests, 6 unexplained"),
            ),
        ] {
            assert_eq!(
                diagnosis(explains, unexplained).headline().as_deref(),
                expected
            );
        }
    }

    #[test]
    fn the_columns_of_the_causes_are_aligned() {
        assert_eq!(
            diagnosis(&[35, 1], 0).lines(),
            [
                "splits  T4   35 tests  e.g. id",
                "splits  T4    1 test   e.g. id"
            ]
        );
    }
}
