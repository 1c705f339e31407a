use std::collections::{BTreeMap, HashMap};
use std::io;
use std::path::PathBuf;

use serde::Serialize;

use super::page::{Page, share};
use crate::contract::Start;
use crate::escape::{cut, visible};
use crate::judge::Verdict;
use crate::output_file::{remove_stale, write_atomically_with};
use crate::report::head::number;
use crate::report::side_by_side::{DatagramComparison, comparisons};
use crate::report::{Head, Record, Report, Started, Summary};
use crate::vectors::{Dialect, Level};

/// Writes one self-contained page for a person: what broke, each failure with what was sent, expected and observed, and
/// all that passed; to be filtered and searched.
#[derive(Debug)]
pub struct Html {
    path: PathBuf,
    head: Head,
    started: Vec<Started>,
    requirements: BTreeMap<(Dialect, String), Requirement>,
    places: BTreeMap<&'static str, usize>,
    dialects: BTreeMap<&'static str, usize>,
    cases: Vec<Case>,
    /// Where the cases of a vector stand.
    index: HashMap<(Dialect, String), Vec<usize>>,
    /// How much text the cases hold, roughly.
    weight: usize,
    passes: usize,
    /// How many results there was no room for.
    left_out: usize,
}

/// A vector that did not pass, with the sockets over which it came to the same.
#[derive(Debug, Serialize)]
struct Case {
    id: String,
    requirement: String,
    level: Level,
    dialect: Dialect,
    verdict: Verdict,
    decides: bool,
    /// One for each result.
    sockets: Vec<&'static str>,
    summary: String,
    why: String,
    /// How many datagrams the vector has.
    datagrams: usize,
    comparisons: Vec<DatagramComparison>,
    /// The lines as they were reported.
    raw: Vec<String>,
    misread_fence: Option<String>,
    log: Vec<String>,
    replay: String,
}

#[derive(Debug, Default)]
struct Requirement {
    counts: BTreeMap<(Level, Verdict), usize>,
    /// The vectors that passed, each with a socket for each result.
    passes: BTreeMap<(Level, String), Vec<&'static str>>,
}

const PAGE: Page = Page {
    template: include_str!("report.html"),
    script: Some(include_str!("report.js")),
};

/// More than that no browser shows at ease, nor anybody reads.
const MAX_CASES: usize = 3_000;
const MAX_WEIGHT: usize = 16 << 20;
const MAX_PASSES: usize = 20_000;
/// What is shown of a reported line as it was written.
const MAX_LINE: usize = 2_000;
const MAX_LINES: usize = 20;

impl Html {
    /// Makes a report that goes to this file. What an earlier run left there is removed.
    ///
    /// # Errors
    ///
    /// If the file cannot be removed, or its folder is not there.
    pub fn create(path: PathBuf, head: Head) -> io::Result<Self> {
        remove_stale(&path)?;
        Ok(Self {
            path,
            head,
            started: Vec::new(),
            requirements: BTreeMap::new(),
            places: BTreeMap::new(),
            dialects: BTreeMap::new(),
            cases: Vec::new(),
            index: HashMap::new(),
            weight: 0,
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
        let places = self.index.get(&key).map_or(&[][..], Vec::as_slice);
        let same = |case: &Case| case.verdict == record.verdict && case.why == evidence.why;
        if let Some(index) = places.iter().find(|index| same(&self.cases[**index])) {
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
        let lines = evidence.observed.iter().take(MAX_LINES);
        let raw: Vec<_> = lines.map(|line| cut(&line.text(), MAX_LINE)).collect();
        let case = Case {
            id: record.id.clone(),
            requirement: record.requirement.clone(),
            level: record.level,
            dialect: record.dialect,
            verdict: record.verdict,
            decides: record.decides,
            sockets: vec![record.socket.as_str()],
            summary: evidence.summary.clone(),
            why: evidence.why.clone(),
            datagrams: evidence.sent.len(),
            comparisons: comparisons(evidence, self.head.subject.answering()),
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

impl Report for Html {
    fn started(&mut self, started: &Started) {
        self.started.push(started.clone());
    }

    fn take(&mut self, record: &Record) {
        *self.places.entry(record.socket.as_str()).or_default() += 1;
        *self.dialects.entry(record.dialect.as_str()).or_default() += 1;
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
    }

    fn finish(&mut self, summary: &Summary) -> io::Result<()> {
        // The gravest first; of those, requirement by requirement.
        self.cases.sort_by(|one, other| {
            let key = |case: &Case| (case.verdict, case.dialect, number(&case.requirement));
            key(one)
                .cmp(&key(other))
                .then_with(|| one.id.cmp(&other.id))
        });
        let content = self.content(summary);
        write_atomically_with(&self.path, |out| PAGE.write(content, out))
    }
}

#[derive(Debug, Serialize)]
struct Content<'r> {
    /// `good`, `bad` or `odd`.
    state: &'static str,
    verdict: &'static str,
    sentence: String,
    /// How many results do not decide, and why.
    aside: Option<String>,
    command: &'r str,
    kind: &'r str,
    declared: Vec<Told>,
    suite: &'r crate::report::Suite,
    settings: &'r crate::report::Settings,
    total: usize,
    all: Vec<Part>,
    verdicts: Vec<(Verdict, usize)>,
    levels: Vec<LevelRow>,
    places: &'r BTreeMap<&'static str, usize>,
    dialects: &'r BTreeMap<&'static str, usize>,
    /// What can be chosen in the filter: each requirement once, whatever its dialects.
    choices: Vec<(&'r str, String)>,
    /// The requirements of which something is broken, and the others.
    broken: Vec<RequirementRow<'r>>,
    kept: Vec<RequirementRow<'r>>,
    cases: &'r [Case],
    passes: usize,
    left_out: usize,
}

/// What a subject told about itself.
#[derive(Debug, Serialize)]
struct Told {
    /// Over which sockets, if not over all.
    #[serde(rename = "where")]
    place: String,
    words: Vec<String>,
}

/// A part of a bar, in percent.
#[derive(Debug, Serialize)]
struct Part {
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
    bar: Vec<Part>,
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
    fn content(&self, summary: &Summary) -> Content<'_> {
        let head = &self.head;
        let strictness = head.settings.strictness;
        let (failures, tested) = (summary.failures(strictness), summary.tested());
        let (state, verdict) = match failures {
            0 if tested == 0 => ("odd", "Nothing tested"),
            0 => ("good", "Conforms"),
            _ => ("bad", "Does not conform"),
        };
        let sentence = match failures {
            0 if tested == 0 => format!("None of {} tests applies to it.", summary.total()),
            0 => format!("{tested} tests, and nothing that keeps it from conforming."),
            _ => format!("{failures} of {} tests failed.", summary.deciding()),
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
        let mut requirements: Vec<_> = self
            .requirements
            .iter()
            .map(|((dialect, id), requirement)| requirement.row(*dialect, id, head.title(id)))
            .collect();
        requirements.sort_by_key(|row| (number(row.id), row.dialect));
        let mut choices: Vec<_> = requirements
            .iter()
            .map(|row| (row.id, cut(row.title, 60)))
            .collect();
        choices.dedup();
        let is_broken = |row: &RequirementRow<'_>| row.worst < Verdict::Info;
        let (mut broken, kept): (Vec<_>, Vec<_>) = requirements.into_iter().partition(is_broken);
        broken.sort_by_key(|row| row.worst);
        Content {
            state,
            verdict,
            sentence,
            aside: head.aside(summary),
            command: &head.subject.command,
            kind: &head.subject.kind,
            declared: Told::all(&self.started),
            suite: &head.suite,
            settings: &head.settings,
            total: summary.total(),
            all: bar(&verdicts),
            levels: levels.filter(|row| row.total > 0).collect(),
            verdicts,
            places: &self.places,
            dialects: &self.dialects,
            choices,
            broken,
            kept,
            cases: &self.cases,
            passes: summary.of(Verdict::Pass),
            left_out: self.left_out,
        }
    }
}

impl Case {
    fn weight(&self) -> usize {
        let pieces = |pieces: &Option<Vec<_>>| pieces.as_ref().map_or(0, Vec::len);
        let rows = self.comparisons.iter().flat_map(|it| &it.rows);
        let rows: usize = rows
            .map(|row| 200 + 100 * (pieces(&row.expected) + pieces(&row.observed)))
            .sum();
        let sent = self
            .comparisons
            .iter()
            .filter_map(|comparison| comparison.sent.as_ref());
        let sent: usize = sent
            .map(|sent| sent.dump.len() + 100 * sent.lines.len() + 2 * sent.length.min(2_000))
            .sum();
        let text = self
            .raw
            .iter()
            .chain(&self.log)
            .map(String::len)
            .sum::<usize>();
        rows + sent + text + self.why.len() + self.replay.len() + 500
    }
}

impl Requirement {
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

impl Told {
    /// What was told over several sockets alike is told once.
    fn all(started: &[Started]) -> Vec<Self> {
        let mut all = Vec::<(Vec<String>, Vec<String>)>::new();
        for started in started {
            let dialects: Vec<_> = started
                .dialects
                .iter()
                .map(|dialect| dialect.as_str())
                .collect();
            let place = format!("{} ({})", started.socket, dialects.join(", "));
            let words = Self::words(&started.start);

            match all.iter_mut().find(|(told, _)| *told == words) {
                Some((_, places)) => places.push(place),
                None => all.push((words, vec![place])),
            }
        }
        let only = all.len() == 1;
        let told = all
            .into_iter()
            .filter(|(words, _)| !words.is_empty())
            .map(|(words, places)| {
                let place = if only {
                    String::new()
                } else {
                    format!(" over {}", places.join(", "))
                };
                Self { place, words }
            });
        told.collect()
    }

    fn words(start: &Start) -> Vec<String> {
        let mut words = Vec::new();
        let mut say = |what: &str, value: Option<String>| {
            words.extend(value.map(|value| cut(&visible(&format!("{what}{value}")), 200)));
        };
        say("", start.name.clone());
        say("version ", start.version.clone());
        say("reads ", start.dialects.as_ref().map(|all| all.join(", ")));
        say(
            "at most ",
            start.max_datagram.map(|max| format!("{max} bytes")),
        );
        say(
            "not applicable: ",
            start.not_applicable.as_ref().map(|all| all.join(", ")),
        );
        words
    }
}

fn bar(counts: &[(Verdict, usize)]) -> Vec<Part> {
    let whole = counts.iter().map(|(_, count)| count).sum();
    let mut before = 0;
    let parts = counts.iter().map(|(verdict, count)| {
        let from = share(before, whole);
        before += count;
        Part {
            verdict: *verdict,
            count: *count,
            from,
            width: share(before, whole) - from,
        }
    });
    parts.collect()
}
