use std::collections::{BTreeMap, HashMap};
use std::io;
use std::path::PathBuf;

use serde::Serialize;

use super::groups::{CaseGroup, groups, sort};
use super::page::PageTemplate;
use super::requirement_text::{RequirementText, texts};
use super::vector_details::{Group, VectorDetails};
use crate::contract::Start;
use crate::diagnose::{Cause, Diagnosis};
use crate::dialect::Dialect;
use crate::escape::{cut, visible};
use crate::judge::Verdict;
use crate::output_file::{remove_stale, write_atomically_with};
use crate::report::behaviour::BehaviourEvidence;
use crate::report::header::{not_run_in_words, requirement_order};
use crate::report::side_by_side::{DatagramComparison, comparisons};
use crate::report::{Conformance, ReadySubject, Record, ReportHeader, Reporter, Summary};
use crate::vectors::Level;

/// A reporter that writes one self-contained page for a browser. The page shows the broken
/// requirements, each failure with what was sent, expected and observed, and the vectors that
/// passed. The page can be filtered and searched.
#[derive(Debug)]
pub struct Html {
    path: PathBuf,
    header: ReportHeader,
    subjects: Vec<ReadySubject>,
    requirements: BTreeMap<(Dialect, String), RequirementResults>,
    by_socket: BTreeMap<&'static str, usize>,
    by_dialect: BTreeMap<&'static str, usize>,
    cases: Vec<VectorDetails>,
    /// The indices of the cases of a vector.
    index: HashMap<(Dialect, String), Vec<usize>>,
    /// The approximate size of the text of the cases, in bytes.
    weight: usize,
    /// The count of results.
    count: usize,
    passes: usize,
    /// The count of results that are not shown.
    left_out: usize,
}

#[derive(Debug, Default)]
struct RequirementResults {
    counts: BTreeMap<(Level, Verdict), usize>,
    /// The vectors that passed, each with a socket for each result.
    passes: BTreeMap<(Level, String), Vec<&'static str>>,
}

const PAGE: PageTemplate = PageTemplate {
    template: include_str!("report.html"),
    script: Some(include_str!("report.js")),
};

/// Limits on what the page shows, for browsers and readers: cases, bytes of their text, and passes.
const MAX_CASES: usize = 3_000;
const MAX_WEIGHT: usize = 16 << 20;
const MAX_PASSES: usize = 20_000;
/// Limits on the reported lines that the page shows: characters per line, and lines.
const MAX_LINE: usize = 2_000;
const MAX_LINES: usize = 20;

impl Html {
    /// Creates a reporter that writes to a file, and removes the file that an earlier run left
    /// there.
    ///
    /// # Errors
    ///
    /// If the file cannot be removed, or its folder is not there.
    pub fn create(path: PathBuf, header: ReportHeader) -> io::Result<Self> {
        remove_stale(&path)?;
        Ok(Self {
            path,
            header,
            subjects: Vec::new(),
            requirements: BTreeMap::new(),
            by_socket: BTreeMap::new(),
            by_dialect: BTreeMap::new(),
            cases: Vec::new(),
            index: HashMap::new(),
            weight: 0,
            count: 0,
            passes: 0,
            left_out: 0,
        })
    }

    fn add_pass(&mut self, record: &Record) {
        let key = (record.dialect, record.requirement.clone());
        let passes = &mut self.requirements.entry(key).or_default().passes;
        let pass = (record.level, record.id.clone());
        match passes.get_mut(&pass) {
            Some(sockets) if sockets.len() < 100 => sockets.push(record.socket.as_str()),
            None if self.passes < MAX_PASSES => {
                self.passes += 1;
                passes.insert(pass, vec![record.socket.as_str()]);
            }
            _ => self.left_out += 1,
        }
    }

    fn add_case(&mut self, record: &Record) {
        let Some(evidence) = &record.evidence else {
            return;
        };
        let key = (record.dialect, record.id.clone());
        let indices = self.index.get(&key).map_or(&[][..], Vec::as_slice);
        let same =
            |case: &VectorDetails| case.verdict == record.verdict && case.why == evidence.why;
        if let Some(index) = indices.iter().find(|index| same(&self.cases[**index])) {
            let sockets = &mut self.cases[*index].sockets;
            if sockets.len() < 100 {
                sockets.push(record.socket.as_str());
            } else {
                self.left_out += 1;
            }
            return;
        }
        if self.cases.len() == MAX_CASES || self.weight > MAX_WEIGHT {
            self.left_out += 1;
            return;
        }
        self.index.entry(key).or_default().push(self.cases.len());
        let behaviour = BehaviourEvidence::of(evidence);
        // The reports of one vector do not show a behaviour that differs from run to run, so they
        // are not shown.
        let shown = if behaviour.is_some() { 0 } else { MAX_LINES };
        let lines = evidence.observed.iter().take(shown);
        let raw: Vec<_> = lines.map(|line| cut(&line.text(), MAX_LINE)).collect();
        let case = VectorDetails {
            id: record.id.clone(),
            requirement: record.requirement.clone(),
            level: record.level,
            dialect: record.dialect,
            verdict: record.verdict,
            decides: record.decides,
            sockets: vec![record.socket.as_str()],
            result: self.count,
            group: Group::Remark,
            is_link_target: false,
            summary: record.summary().into(),
            why: evidence.why.clone(),
            datagrams: evidence.sent.len(),
            comparisons: match behaviour {
                Some(of) => vec![DatagramComparison::of_words(of.expected, of.observed)],
                None => comparisons(evidence, self.header.subject.answering()),
            },
            raw,
            misread_fence: evidence
                .misread_fence
                .as_ref()
                .map(|line| cut(&line.text(), MAX_LINE)),
            log: evidence.log.clone(),
            replay: evidence.replay.clone(),
        };
        self.weight += case.weight();
        self.cases.push(case);
    }
}

impl Reporter for Html {
    fn subject_ready(&mut self, subject: &ReadySubject) {
        self.subjects.push(subject.clone());
    }

    fn add(&mut self, record: &Record) {
        *self.by_socket.entry(record.socket.as_str()).or_default() += 1;
        *self.by_dialect.entry(record.dialect.as_str()).or_default() += 1;
        let key = (record.dialect, record.requirement.clone());
        let requirement = self.requirements.entry(key).or_default();
        *requirement
            .counts
            .entry((record.level, record.verdict))
            .or_default() += 1;
        if record.verdict == Verdict::Pass {
            self.add_pass(record);
        } else {
            self.add_case(record);
        }
        self.count += 1;
    }

    fn finish(&mut self, summary: &Summary, diagnosis: &Diagnosis) -> io::Result<()> {
        sort(&mut self.cases, diagnosis);
        let content = self.content(summary, diagnosis);
        write_atomically_with(&self.path, |out| PAGE.write(content, out))
    }
}

#[derive(Debug, Serialize)]
struct ReportPage<'r> {
    /// `good`, `bad` or `odd`.
    state: &'static str,
    verdict: &'static str,
    sentence: String,
    /// The count of results that do not decide, and why.
    undecided: Option<String>,
    command: &'r str,
    kind: &'r str,
    declared: Vec<DeclarationText>,
    suite: &'r crate::report::Suite,
    settings: &'r crate::report::RunSettings,
    /// The time, duration, machine and command of the run, each with its label.
    run: Vec<(&'static str, String)>,
    total: usize,
    all: Vec<BarSegment>,
    verdicts: Vec<(Verdict, usize)>,
    levels: Vec<LevelRow>,
    by_socket: &'r BTreeMap<&'static str, usize>,
    by_dialect: &'r BTreeMap<&'static str, usize>,
    /// The requirements of the filter: each once, with its title.
    choices: Vec<(&'r str, String)>,
    /// The requirements that are broken, and the others.
    broken: Vec<RequirementRow<'r>>,
    kept: Vec<RequirementRow<'r>>,
    /// How much the causes explain, if there are failures or warnings.
    diagnosis: Option<String>,
    causes: Vec<CauseText<'r>>,
    /// The requirements of the results that no cause explains, and their counts.
    unexplained: &'r [(String, usize)],
    groups: Vec<CaseGroup<'r>>,
    /// The requirements that the cases name, in full.
    texts: Vec<RequirementText<'r>>,
    passes: usize,
    left_out: usize,
}

/// A cause, and its alternatives.
#[derive(Debug, Serialize)]
struct CauseText<'r> {
    #[serde(flatten)]
    cause: &'r Cause,
    alternatives: &'r [String],
}

/// What a subject declared about itself.
#[derive(Debug, Serialize)]
struct DeclarationText {
    /// The sockets over which the subject declared this, if not over all.
    sockets: String,
    parts: Vec<String>,
}

/// A segment of a bar, in percent.
#[derive(Debug, Serialize)]
struct BarSegment {
    verdict: Verdict,
    count: usize,
    from: f64,
    width: f64,
}

#[derive(Debug, Serialize)]
struct LevelRow {
    level: Level,
    total: usize,
    counts: Vec<usize>,
}

#[derive(Debug, Serialize)]
struct RequirementRow<'r> {
    id: &'r str,
    dialect: Dialect,
    title: &'r str,
    worst: Verdict,
    total: usize,
    bar: Vec<BarSegment>,
    counts: Vec<(Verdict, usize)>,
    passes: Vec<Pass<'r>>,
}

#[derive(Debug, Serialize)]
struct Pass<'r> {
    id: &'r str,
    level: Level,
    sockets: &'r [&'static str],
}

impl Html {
    fn content<'r>(&'r self, summary: &Summary, diagnosis: &'r Diagnosis) -> ReportPage<'r> {
        let header = &self.header;
        let strictness = header.settings.strictness;
        let outdated = match summary.outdated_entries() {
            0 => String::new(),
            entries => format!(" Entries of the list of known failures that pass now: {entries}."),
        };
        let (state, verdict, sentence) = match summary.conformance(strictness) {
            Conformance::NotTested => (
                "odd",
                "Nothing tested",
                format!("None of {} tests applies to it.", summary.total()),
            ),
            Conformance::Conforms => (
                "good",
                "Conforms",
                format!(
                    "{} tests, and nothing that keeps it from conforming.",
                    summary.tested()
                ),
            ),
            Conformance::NoNewFailures(known) => (
                "good",
                "No new failures",
                format!("{known} known, in {} tests.", summary.tested()),
            ),
            Conformance::OutdatedList(_) => ("bad", "The list is out of date", outdated),
            Conformance::Fails(failures) => (
                "bad",
                "Does not conform",
                format!(
                    "{failures} of {} tests failed.{outdated}",
                    summary.deciding()
                ),
            ),
            Conformance::NothingPassed => (
                "bad",
                "Does not conform",
                "Nothing passed: all failures are known.".into(),
            ),
        };
        let sentence = match not_run_in_words(summary) {
            Some(not_run) => format!("{sentence} {not_run}: the run ended early."),
            None => sentence,
        };
        let verdicts: Vec<_> = Verdict::ALL
            .into_iter()
            .map(|verdict| (verdict, summary.of(verdict)))
            .filter(|(_, count)| *count > 0)
            .collect();
        let levels = Level::ALL.iter().map(|level| LevelRow {
            level: *level,
            total: Verdict::ALL
                .iter()
                .map(|verdict| summary.of_level(*level, *verdict))
                .sum(),
            counts: verdicts
                .iter()
                .map(|(verdict, _)| summary.of_level(*level, *verdict))
                .collect(),
        });
        let titles = header.titles();
        let mut requirements: Vec<_> = self
            .requirements
            .iter()
            .map(|((dialect, id), requirement)| requirement.row(*dialect, id, titles.of(id)))
            .collect();
        requirements.sort_by_key(|row| (requirement_order(row.id), row.dialect));
        let mut choices: Vec<_> = requirements
            .iter()
            .map(|row| (row.id, cut(row.title, 60)))
            .collect();
        choices.dedup();
        let is_broken = |row: &RequirementRow<'_>| row.worst < Verdict::Info;
        let (mut broken, kept): (Vec<_>, Vec<_>) = requirements.into_iter().partition(is_broken);
        broken.sort_by_key(|row| row.worst);
        ReportPage {
            state,
            verdict,
            sentence,
            undecided: header.undecided_in_words(summary),
            command: &header.subject.command,
            kind: &header.subject.kind,
            declared: DeclarationText::all(&self.subjects),
            suite: &header.suite,
            settings: &header.settings,
            run: (header.run.iter())
                .flat_map(|run| run.facts(summary.duration()))
                .filter(|(label, _)| *label != "dialect")
                .collect(),
            total: summary.total(),
            all: bar(&verdicts),
            levels: levels.filter(|row| row.total > 0).collect(),
            verdicts,
            by_socket: &self.by_socket,
            by_dialect: &self.by_dialect,
            choices,
            broken,
            kept,
            diagnosis: diagnosis.headline(summary.of(Verdict::Warn)),
            causes: CauseText::all(diagnosis),
            unexplained: &diagnosis.unexplained_requirements,
            groups: groups(&self.cases, diagnosis, &titles),
            texts: texts(&header.suite.requirements, &self.cases),
            passes: summary.of(Verdict::Pass),
            left_out: self.left_out,
        }
    }
}

impl RequirementResults {
    fn row<'r>(&'r self, dialect: Dialect, id: &'r str, title: &'r str) -> RequirementRow<'r> {
        let mut counts = BTreeMap::<Verdict, usize>::new();
        for ((_, verdict), count) in &self.counts {
            *counts.entry(*verdict).or_default() += count;
        }
        let counts: Vec<_> = counts.into_iter().collect();
        let passes = self.passes.iter().map(|((level, id), sockets)| Pass {
            id,
            level: *level,
            sockets,
        });
        RequirementRow {
            id,
            dialect,
            title,
            worst: counts
                .first()
                .map_or(Verdict::Pass, |(verdict, _)| *verdict),
            total: counts.iter().map(|(_, count)| count).sum(),
            bar: bar(&counts),
            counts,
            passes: passes.collect(),
        }
    }
}

impl<'r> CauseText<'r> {
    fn all(diagnosis: &'r Diagnosis) -> Vec<Self> {
        let causes = diagnosis.causes.iter().enumerate();
        let texts = causes.map(|(index, cause)| Self {
            cause,
            alternatives: diagnosis.alternatives_of(index),
        });
        texts.collect()
    }
}

impl DeclarationText {
    /// Returns the declarations of all subjects. If a declaration is the same over several sockets,
    /// returns it once.
    fn all(subjects: &[ReadySubject]) -> Vec<Self> {
        let mut all = Vec::<(Vec<String>, Vec<String>)>::new();
        for subject in subjects {
            let dialects = subject.dialects.iter().map(|dialect| dialect.as_str());
            let dialects = dialects.collect::<Vec<_>>().join(", ");
            let socket = format!("{} ({dialects})", subject.socket);
            let parts = declared_parts(&subject.start);
            match all.iter_mut().find(|(other, _)| *other == parts) {
                Some((_, sockets)) => sockets.push(socket),
                None => all.push((parts, vec![socket])),
            }
        }
        let is_only = all.len() == 1;
        all.retain(|(parts, _)| !parts.is_empty());
        let texts = all.into_iter().map(|(parts, sockets)| Self {
            sockets: if is_only {
                String::new()
            } else {
                format!(" over {}", sockets.join(", "))
            },
            parts,
        });
        texts.collect()
    }
}

/// Returns what a start line declares, part by part.
fn declared_parts(start: &Start) -> Vec<String> {
    let dialects = start.dialects.as_ref().map(|all| all.join(", "));
    let max_datagram = start.max_datagram.map(|max| format!("{max} bytes"));
    let not_applicable = start.not_applicable.as_ref().map(|all| {
        let all: Vec<_> = all.iter().map(String::as_str).collect();
        all.join(", ")
    });
    let parts = [
        ("", start.name.clone()),
        ("version ", start.version.clone()),
        ("reads ", dialects),
        ("at most ", max_datagram),
        ("not applicable: ", not_applicable),
    ];
    let parts = parts.into_iter().filter_map(|(label, value)| {
        let text = format!("{label}{}", value?);
        Some(cut(&visible(&text), 200))
    });
    parts.collect()
}

/// The least width of a segment, in percent of the bar, so that it is visible.
const MIN_SEGMENT: f64 = 2.0;

/// Returns the segments of a bar of these counts, none of which is zero. Each has the least width,
/// and its share of the rest.
fn bar(counts: &[(Verdict, usize)]) -> Vec<BarSegment> {
    let whole: usize = counts.iter().map(|(_, count)| count).sum();
    let rest = 100.0 - MIN_SEGMENT * counts.len() as f64;
    let mut from = 0.0;
    let parts = counts.iter().map(|(verdict, count)| {
        let width = MIN_SEGMENT + rest * *count as f64 / whole as f64;
        let segment = BarSegment {
            verdict: *verdict,
            count: *count,
            from: rounded(from),
            width: rounded(width),
        };
        from += width;
        segment
    });
    parts.collect()
}

/// Rounds to hundredths, to keep the page small.
fn rounded(percent: f64) -> f64 {
    (percent * 1e2).round() / 1e2
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_small_count_is_seen_in_a_bar() {
        let segments = bar(&[
            (Verdict::Fail, 1),
            (Verdict::Warn, 1),
            (Verdict::Pass, 9_998),
        ]);
        let mut end = 0.0;
        for segment in &segments {
            assert!((segment.from - end).abs() < 0.1, "{segment:?}");
            assert!(segment.width >= MIN_SEGMENT, "{segment:?}");
            end += segment.width;
        }
        assert!((99.9..100.1).contains(&end), "{segments:?}");
    }
}
