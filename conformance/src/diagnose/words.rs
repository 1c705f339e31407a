use std::iter;

use super::cause::Cause;
use super::diagnosis::Diagnosis;
use crate::escape::{cut, visible};
use crate::layout::{COLUMNS, wrapped};

/// The widest line, in characters. With two columns before it, it fits on a terminal.
const MAX_LINE: usize = COLUMNS - 2;
/// The longest id that stands in the column of examples; a longer one has a line of its own.
const MAX_ID: usize = 34;
/// The most characters of a sentence that are shown: a few lines.
const MAX_TEXT: usize = 240;
/// How many alternatives to a cause are shown: other faults that explain the same results.
const MAX_ALTERNATIVES: usize = 3;

impl Diagnosis {
    /// Returns a sentence that says how many results the causes explain. Returns `None` if there
    /// are no failures and no warnings. `warnings` is the number of warnings.
    pub fn headline(&self, warnings: usize) -> Option<String> {
        let explained: usize = self.causes.iter().map(|cause| cause.explains).sum();
        let wrong = explained + self.unexplained;
        let (one, many) = match warnings {
            0 => ("failed test", "failed tests"),
            _ if warnings >= wrong => ("warning", "warnings"),
            _ => ("failed test", "failures and warnings"),
        };
        let all = match wrong {
            0 => return None,
            1 => format!("the {one}"),
            _ => format!("all {wrong} {many}"),
        };
        let causes = match self.causes.len() {
            0 => {
                let all = match wrong {
                    1 => all,
                    _ => format!("the {wrong} {many}"),
                };
                return Some(if self.is_stopped {
                    format!("the search was stopped before it found a cause of {all}")
                } else {
                    format!("no known cause explains {all}")
                });
            }
            1 => "1 cause explains".into(),
            count => format!("{count} causes explain"),
        };
        let stopped = if self.is_stopped {
            "; the search for causes was stopped early"
        } else {
            ""
        };
        Some(match self.unexplained {
            0 => format!("{causes} {all}"),
            left => format!("{causes} {explained} of {wrong} {many}, {left} unexplained{stopped}"),
        })
    }

    /// Returns a table of the causes, line by line: what the subject does, the requirement, the
    /// number of tests, an example, and the alternatives. Long sentences are wrapped.
    pub fn lines(&self) -> Vec<String> {
        let count_width = (self.causes.iter())
            .map(|cause| cause.explains.to_string().len())
            .max();
        let facts = |cause| facts(cause, count_width.unwrap_or_default());
        let facts: Vec<_> = self.causes.iter().map(facts).collect();
        let room = MAX_LINE - widest(&facts);
        let sentences = self.causes.iter().map(|cause| {
            let sentence = cut(&visible(&cause.sentence), MAX_TEXT);
            wrapped(&sentence, room)
        });
        let sentences: Vec<_> = sentences.collect();
        let width = widest(sentences.iter().flatten());
        let mut lines = Vec::new();
        let causes = self.causes.iter().zip(sentences).zip(facts);
        for (index, ((cause, sentence), facts)) in causes.enumerate() {
            let mut sentence = sentence.into_iter();
            let first = sentence.next().unwrap_or_default();
            lines.push(format!("{first:<width$}{facts}").trim_end().into());
            lines.extend(sentence);
            if !has_room(&cause.example) {
                lines.push(format!("  e.g. {}", cause.example));
            }
            lines.extend(self.alternatives_in_words(index));
        }
        lines
    }

    /// Returns the sentences of the alternatives to a cause: faults that explain the same results.
    pub fn alternatives_of(&self, cause: usize) -> &[String] {
        self.alternatives.get(cause).map_or(&[], Vec::as_slice)
    }

    /// Returns the lines with the alternatives to a cause, as many as fit on a screen.
    fn alternatives_in_words(&self, cause: usize) -> Vec<String> {
        let alternatives = self.alternatives_of(cause);
        let mut lines = Vec::new();
        for sentence in alternatives.iter().take(MAX_ALTERNATIVES) {
            let sentence = format!("or: {}", cut(&visible(sentence), MAX_TEXT));
            let wrapped = wrapped(&sentence, MAX_LINE - 6).into_iter();
            let indents = iter::once("  ").chain(iter::repeat("      "));
            lines.extend(
                wrapped
                    .zip(indents)
                    .map(|(line, indent)| format!("{indent}{line}")),
            );
        }
        if alternatives.len() > MAX_ALTERNATIVES {
            let more = alternatives.len() - MAX_ALTERNATIVES;
            lines.push(format!("  or: one of {more} others"));
        }
        lines
    }
}

impl Cause {
    /// Returns one line with what the subject does, the requirement, the number of tests, and an
    /// example.
    pub fn line(&self) -> String {
        let (sentence, requirement, example) = (&self.sentence, &self.requirement, &self.example);
        let (sentence, count) = (visible(sentence), self.explains);
        let tests = noun(count).trim_end();
        format!("{sentence} ({requirement}, {count} {tests}, e.g. {example})")
    }
}

/// Returns the columns that follow the sentence of a cause.
fn facts(cause: &Cause, count_width: usize) -> String {
    let (requirement, count, tests) = (&cause.requirement, cause.explains, noun(cause.explains));
    let mut facts = format!("  {requirement:<3}  {count:>count_width$} {tests}");
    if has_room(&cause.example) {
        facts.push_str("  e.g. ");
        facts.push_str(&cause.example);
    }
    facts
}

/// Returns the noun for a count, as wide for one as for several.
const fn noun(count: usize) -> &'static str {
    if count == 1 { "test " } else { "tests" }
}

/// Returns whether an id fits into the column of examples.
fn has_room(id: &str) -> bool {
    id.chars().count() <= MAX_ID
}

/// Returns the length of the longest text, in characters.
fn widest<'t>(texts: impl IntoIterator<Item = &'t String>) -> usize {
    let lengths = texts.into_iter().map(|text| text.chars().count());
    lengths.max().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use event_datagram_oracle::faults::{self, FaultInstance, Parameter, ParameterKind};

    use super::*;
    use crate::diagnose::CauseParameter;
    use crate::vectors::Corpus;

    fn cause(sentence: &str, explains: usize, example: &str) -> Cause {
        Cause {
            fault: "slug".into(),
            sentence: sentence.into(),
            requirement: "T4".into(),
            parameter: CauseParameter::None,
            explains,
            example: example.into(),
            also: Vec::new(),
        }
    }

    fn diagnosis(causes: impl IntoIterator<Item = Cause>, unexplained: usize) -> Diagnosis {
        Diagnosis {
            causes: causes.into_iter().collect(),
            unexplained,
            ..Diagnosis::default()
        }
    }

    /// Returns the sentence of every fault, with the parameters that it is likely to get.
    fn sentences() -> Vec<String> {
        let groups = faults::text().iter().chain(faults::jsonrpc());
        let all = groups.flat_map(|group| group.faults).flat_map(|fault| {
            let with = |parameter| FaultInstance { fault, parameter };
            match fault.parameter() {
                ParameterKind::None => vec![with(Parameter::None)],
                ParameterKind::Number(_) => vec![with(Parameter::Number(65_457))],
                ParameterKind::EventNames | ParameterKind::ParamNames => [1, 3, 64]
                    .map(|count| {
                        let names = (0..count).map(|number| format!("E_{number:062}").into());
                        with(Parameter::Names(names.collect()))
                    })
                    .into(),
            }
        });
        all.map(|instance| instance.sentence()).collect()
    }

    #[test]
    fn the_headline_says_how_much_is_explained() {
        for (explains, unexplained, warnings, expected) in [
            (&[][..], 0, 0, None),
            (&[], 1, 0, Some("no known cause explains the failed test")),
            (
                &[],
                7,
                0,
                Some("no known cause explains the 7 failed tests"),
            ),
            (&[1], 0, 0, Some("1 cause explains the failed test")),
            (&[35, 6], 0, 0, Some("2 causes explain all 41 failed tests")),
            (
                &[35],
                6,
                0,
                Some("1 cause explains 35 of 41 failed tests, 6 unexplained"),
            ),
        ] {
            let causes = explains.iter().map(|count| cause("splits", *count, "id"));
            assert_eq!(
                diagnosis(causes, unexplained).headline(warnings).as_deref(),
                expected
            );
        }
    }

    #[test]
    fn the_headline_does_not_call_warnings_failed_tests() {
        for (explains, unexplained, warnings, expected) in [
            (52, 0, 8, "1 cause explains all 52 failures and warnings"),
            (
                50,
                2,
                8,
                "1 cause explains 50 of 52 failures and warnings, 2 unexplained",
            ),
            (8, 0, 8, "1 cause explains all 8 warnings"),
            (1, 0, 1, "1 cause explains the warning"),
        ] {
            let diagnosis = diagnosis([cause("splits", explains, "id")], unexplained);
            assert_eq!(diagnosis.headline(warnings).as_deref(), Some(expected));
        }
    }

    #[test]
    fn the_columns_of_the_causes_are_aligned() {
        let causes = [cause("splits", 35, "id"), cause("reads", 1, "id")];
        assert_eq!(
            diagnosis(causes, 0).lines(),
            [
                "splits  T4   35 tests  e.g. id",
                "reads   T4    1 test   e.g. id"
            ]
        );
    }

    #[test]
    fn long_sentences_are_wrapped_in_their_column() {
        let splits = "splits at the last `::` instead of the first, as `rpartition('::')` and the \
                      greedy pattern `(.*)::(.*)` do";
        let splits = cause(splits, 35, "sep-first-one-splits");
        let reads = cause("reads at most 4096 bytes of a datagram", 6, "size-4097");
        let other = "splits at every `::`, as `split('::')` does, and reports what is behind the second one as a \
                     value";
        let diagnosis = Diagnosis {
            alternatives: vec![vec![other.into(), "takes the first line".into()], vec![]],
            ..diagnosis([splits, reads], 0)
        };
        assert_eq!(
            diagnosis.lines(),
            [
                "splits at the last `::` instead of the first, as        T4   35 tests  e.g. sep-first-one-splits",
                "`rpartition('::')` and the greedy pattern `(.*)::(.*)`",
                "do",
                "  or: splits at every `::`, as `split('::')` does, and reports what is behind the second one",
                "      as a value",
                "  or: takes the first line",
                "reads at most 4096 bytes of a datagram                  T4    6 tests  e.g. size-4097",
            ]
        );
    }

    #[test]
    fn of_many_alternatives_the_first_few_are_shown() {
        let alternatives = (0..30).map(|number| format!("does {number}")).collect();
        let diagnosis = Diagnosis {
            alternatives: vec![alternatives],
            ..diagnosis([cause("splits", 1, "id")], 0)
        };
        let lines = diagnosis.lines();
        let more = "  or: one of 27 others";
        assert_eq!(
            lines[1..],
            ["  or: does 0", "  or: does 1", "  or: does 2", more]
        );
    }

    #[test]
    fn a_search_that_was_stopped_claims_nothing_about_the_rest() {
        for (explains, unexplained, expected) in [
            (
                &[][..],
                7,
                "the search was stopped before it found a cause of the 7 failed tests",
            ),
            (
                &[],
                1,
                "the search was stopped before it found a cause of the failed test",
            ),
            (
                &[35],
                6,
                "1 cause explains 35 of 41 failed tests, 6 unexplained; the search for causes was \
                 stopped early",
            ),
            (&[35], 0, "1 cause explains all 35 failed tests"),
        ] {
            let causes = explains.iter().map(|count| cause("splits", *count, "id"));
            let diagnosis = Diagnosis {
                is_stopped: true,
                ..diagnosis(causes, unexplained)
            };
            assert_eq!(diagnosis.headline(0).as_deref(), Some(expected));
        }
    }

    #[test]
    fn no_sentence_is_wider_than_a_terminal_of_100_columns() {
        let vectors = Corpus::embedded().expect("it is sound").vectors;
        let ids = vectors.into_iter().map(|vector| vector.id);
        let longest = ids.max_by_key(String::len).expect("there are vectors");
        for example in ["id", &"x".repeat(MAX_ID), &longest] {
            for sentence in sentences() {
                let causes = [cause(&sentence, 1100, example), cause("short", 1, "id")];
                let lines = diagnosis(causes, 0).lines();
                assert!(widest(&lines) <= MAX_LINE, "{lines:#?}");
                let columns = lines.iter().filter_map(|line| line.split_once("  T4   "));
                let columns = columns.map(|(before, _)| before.chars().count());
                let columns: Vec<_> = columns.collect();
                assert!(columns.len() == 2 && columns[0] == columns[1], "{lines:#?}");
                let shown = cut(&sentence, MAX_TEXT);
                let words = shown.split(' ').filter(|word| word.len() < 30);
                let text = lines.join(" ");
                assert!(words.into_iter().all(|word| text.contains(word)), "{text}");
            }
        }
    }
}
