use super::cause::Cause;
use super::diagnosis::Diagnosis;
use crate::escape::{cut, visible};

/// The widest line, in characters. With two columns before it, it fits on a terminal of 100.
const MAX_LINE: usize = 98;
/// The longest id that stands in the column of examples; a longer one has a line of its own.
const MAX_ID: usize = 34;
/// How much of a sentence is shown: a few lines.
const MAX_TEXT: usize = 240;
/// The room for what stands around the faults that report the same: `, ` and ` and 600 more`.
const MORE: usize = 16;

impl Diagnosis {
    /// Returns how much the causes explain, in a sentence. `None` if nothing went wrong. `warnings` is
    /// how many of the results that went wrong are warnings.
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
            0 if wrong == 1 => return Some(format!("no known cause explains {all}")),
            0 => return Some(format!("no known cause explains the {wrong} {many}")),
            1 => "1 cause explains".into(),
            count => format!("{count} causes explain"),
        };
        Some(match self.unexplained {
            0 => format!("{causes} {all}"),
            left => format!("{causes} {explained} of {wrong} {many}, {left} unexplained"),
        })
    }

    /// Returns a table of the causes, line by line: what the subject does, the requirement, how many
    /// tests, an example, and the faults that report the same. Long sentences are wrapped.
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
        for ((cause, sentence), facts) in self.causes.iter().zip(sentences).zip(facts) {
            let mut sentence = sentence.into_iter();
            let first = sentence.next().unwrap_or_default();
            lines.push(format!("{first:<width$}{facts}").trim_end().into());
            lines.extend(sentence);
            lines.extend(cause.below());
        }
        lines
    }
}

impl Cause {
    /// Returns what the subject does, the requirement, how many tests, and an example, on one line.
    pub fn line(&self) -> String {
        let (sentence, requirement, example) = (&self.sentence, &self.requirement, &self.example);
        let (sentence, count) = (visible(sentence), self.explains);
        let tests = noun(count).trim_end();
        format!("{sentence} ({requirement}, {count} {tests}, e.g. {example})")
    }

    /// Returns the faults that report the same, as many as have room on a line.
    fn same(&self) -> Option<String> {
        let (first, others) = self.also.split_first()?;
        let mut same = format!("reports the same: {first}");
        for (index, other) in others.iter().enumerate() {
            if same.chars().count() + other.len() + MORE > MAX_LINE {
                let left = others.len() - index;
                return Some(format!("{same} and {left} more"));
            }
            same.push_str(", ");
            same.push_str(other);
        }
        Some(same)
    }

    /// Returns the lines below the one of a cause: what has no room there.
    fn below(&self) -> Vec<String> {
        let mut below = Vec::new();
        if !has_room(&self.example) {
            below.push(format!("  e.g. {}", self.example));
        }
        if let Some(same) = self.same() {
            below.push(format!("  {same}"));
        }
        below
    }
}

/// Returns the columns behind the sentence of a cause.
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

/// Returns whether an id has room in the column of examples.
fn has_room(id: &str) -> bool {
    id.chars().count() <= MAX_ID
}

/// Returns the length of the longest text, in characters.
fn widest<'t>(texts: impl IntoIterator<Item = &'t String>) -> usize {
    let lengths = texts.into_iter().map(|text| text.chars().count());
    lengths.max().unwrap_or_default()
}

/// Returns the lines of a text that is wrapped between words, and within one that is wider than a
/// line.
fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::<String>::new();
    let mut length = width;
    for word in text.split(' ') {
        let characters: Vec<_> = word.chars().collect();
        let fits = length + 1 + characters.len() <= width;
        if let Some(line) = lines.last_mut().filter(|_| fits) {
            line.push(' ');
            line.push_str(word);
            length += 1 + characters.len();
            continue;
        }
        for piece in characters.chunks(width) {
            lines.push(piece.iter().collect());
            length = piece.len();
        }
    }
    lines
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
        let mut splits = cause(splits, 35, "sep-first-one-splits");
        splits.also = ["one", "other"].map(str::to_owned).to_vec();
        let reads = cause("reads at most 4096 bytes of a datagram", 6, "size-4097");
        assert_eq!(
            diagnosis([splits, reads], 0).lines(),
            [
                "splits at the last `::` instead of the first, as        T4   35 tests  e.g. sep-first-one-splits",
                "`rpartition('::')` and the greedy pattern `(.*)::(.*)`",
                "do",
                "  reports the same: one, other",
                "reads at most 4096 bytes of a datagram                  T4    6 tests  e.g. size-4097",
            ]
        );
    }

    #[test]
    fn faults_that_report_the_same_have_one_line() {
        let mut splits = cause("splits", 1, "id");
        splits.also = (0..30).map(|number| format!("other-{number}")).collect();
        let lines = diagnosis([splits], 0).lines();
        assert!(lines.len() == 2 && widest(&lines) <= MAX_LINE, "{lines:#?}");
        assert!(lines[1].ends_with(", other-6 and 23 more"), "{lines:#?}");
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
