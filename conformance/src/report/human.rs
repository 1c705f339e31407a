use std::collections::{BTreeMap, HashMap, HashSet};
use std::hash::{BuildHasher as _, BuildHasherDefault, DefaultHasher};
use std::io::{self, Write};

use anstyle::{AnsiColor, Style};

use super::summary::tests;
use super::{Head, Record, Report, Started, Summary};
use crate::escape::{cut, visible};
use crate::evidence::shortened;
use crate::judge::Verdict;
use crate::vectors::{Dialect, Level};

/// Writes for a person: first what failed and why, by requirement; then each case; last the counts.
#[derive(Debug)]
pub struct Human<W> {
    out: W,
    head: Head,
    /// The dialects and sockets, in the order in which they came.
    places: Vec<String>,
    /// What was broken, by whether it is no more than a warning and by requirement.
    broken: BTreeMap<(bool, String), Broken>,
    cases: Vec<Case>,
    /// Where the cases of a vector stand.
    index: HashMap<(Dialect, String), Vec<usize>>,
    /// How many results there was no place for.
    left_out: usize,
    readings: Vec<Reading>,
    /// Why the run did not come to its end.
    broken_off: Option<String>,
}

/// A requirement that was broken.
#[derive(Debug)]
struct Broken {
    count: usize,
    /// The gravest, and of those the shortest: it says most in a line.
    first: (Verdict, usize),
    level: Level,
    id: String,
    why: String,
}

/// A vector with the sockets over which it came to the same.
#[derive(Debug)]
struct Case {
    verdict: Verdict,
    why: String,
    title: String,
    sockets: Vec<&'static str>,
    summary: String,
    decides: bool,
    /// What the verdict rests on, line by line.
    evidence: Vec<(&'static str, String)>,
}

/// Vectors of a requirement of which the same is to be told.
#[derive(Debug)]
struct Reading {
    verdict: Verdict,
    requirement: String,
    why: String,
    /// The first few.
    ids: Vec<String>,
    /// A hash of each, which takes less room: one vector is counted once, over however many sockets.
    seen: HashSet<u64>,
}

const BOLD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();
const RED: Style = AnsiColor::Red.on_default().bold();
const YELLOW: Style = AnsiColor::Yellow.on_default().bold();
const GREEN: Style = AnsiColor::Green.on_default().bold();
/// How many vectors of which the same is to be told are named.
const NAMED: usize = 3;
/// What fits on a line or two.
const WIDTH: usize = 240;
/// More cases are nothing that anybody reads on a terminal, and would not fit into memory.
const MAX_CASES: usize = 2_000;

impl<W: Write> Human<W> {
    /// Makes a report that is written to `out`, with ANSI styles in it.
    pub fn new(out: W, head: Head) -> Self {
        Self {
            out,
            head,
            places: Vec::new(),
            broken: BTreeMap::new(),
            cases: Vec::new(),
            index: HashMap::new(),
            left_out: 0,
            readings: Vec::new(),
            broken_off: None,
        }
    }

    /// Takes note that the run did not come to its end, so that nothing in the report looks like a result of all.
    pub fn break_off(&mut self, why: &str) {
        self.broken_off = Some(why.into());
    }

    fn add_broken(&mut self, record: &Record, longest: usize) {
        let key = (record.verdict == Verdict::Warn, record.requirement.clone());
        let weight = (record.verdict, longest);
        let broken = self.broken.entry(key).or_insert_with(|| Broken {
            count: 0,
            first: weight,
            level: record.level,
            id: record.id.clone(),
            why: record.why().into(),
        });
        broken.count += 1;
        if weight < broken.first {
            (broken.first, broken.level) = (weight, record.level);
            (broken.id, broken.why) = (record.id.clone(), record.why().into());
        }
    }

    fn add_case(&mut self, record: &Record, summary: &str) {
        let key = (record.dialect, record.id.clone());
        let places = self.index.get(&key).map_or(&[][..], Vec::as_slice);
        let same = |case: &Case| case.verdict == record.verdict && case.why == record.why();
        if let Some(index) = places.iter().find(|index| same(&self.cases[**index])) {
            self.cases[*index].sockets.push(record.socket.as_str());
            return;
        }
        if self.cases.len() == MAX_CASES {
            self.left_out += 1;
            return;
        }
        self.index.entry(key).or_default().push(self.cases.len());
        let (id, requirement, level) = (&record.id, &record.requirement, record.level);
        let evidence = record.evidence_lines().into_iter();
        self.cases.push(Case {
            verdict: record.verdict,
            why: record.why().into(),
            title: format!("{BOLD}{id}{BOLD:#}  {requirement} {level}"),
            sockets: vec![record.socket.as_str()],
            summary: summary.into(),
            decides: record.decides,
            evidence: evidence
                .map(|(label, text)| (label, shortened(label, text, WIDTH)))
                .collect(),
        });
    }

    fn add_reading(&mut self, record: &Record) {
        let same = |reading: &&mut Reading| {
            reading.verdict == record.verdict
                && reading.requirement == record.requirement
                && reading.why == record.why()
        };
        if let Some(reading) = self.readings.iter_mut().find(same) {
            reading.add(&record.id);
            return;
        }
        if self.readings.len() == MAX_CASES {
            self.left_out += 1;
            return;
        }
        let mut reading = Reading {
            verdict: record.verdict,
            requirement: record.requirement.clone(),
            why: record.why().into(),
            ids: Vec::new(),
            seen: HashSet::new(),
        };
        reading.add(&record.id);
        self.readings.push(reading);
    }
}

impl<W: Write> Report for Human<W> {
    fn started(&mut self, started: &Started) {
        let place = started.socket.to_string();
        if !self.places.contains(&place) {
            self.places.push(place);
        }
    }

    fn take(&mut self, record: &Record) {
        let Some(evidence) = &record.evidence else {
            return;
        };
        if record.verdict >= Verdict::Info {
            self.add_reading(record);
            return;
        }
        if record.decides {
            let longest = evidence.sent.iter().map(Vec::len).max();
            self.add_broken(record, longest.unwrap_or_default());
        }
        self.add_case(record, &evidence.summary);
    }

    fn finish(&mut self, summary: &Summary) -> io::Result<()> {
        self.headline(summary)?;
        self.broken_requirements()?;
        self.cases()?;
        self.readings()?;
        self.counts(summary)?;
        self.out.flush()
    }
}

impl<W: Write> Human<W> {
    fn headline(&mut self, summary: &Summary) -> io::Result<()> {
        let (subject, sockets) = (
            cut(&visible(&self.head.subject.command), 100),
            self.places.join(", "),
        );
        writeln!(
            self.out,
            "{BOLD}{subject}{BOLD:#} over {sockets}: {}",
            self.verdict(summary)
        )
    }

    fn verdict(&self, summary: &Summary) -> String {
        if let Some(why) = &self.broken_off {
            let total = tests(summary.total());
            return format!("{RED}not finished{RED:#} after {total}: {why}");
        }
        let strictness = self.head.settings.strictness;
        let style = match summary.failures(strictness) {
            0 if summary.tested() == 0 => YELLOW,
            0 => GREEN,
            _ => RED,
        };
        let words = self.head.verdict(summary);
        // The verdict is what stands before the colon, or the first word.
        let end = words.find(": ").or_else(|| words.find(' '));
        let (verdict, rest) = words.split_at(end.unwrap_or(words.len()));
        format!("{style}{verdict}{style:#}{rest}")
    }

    /// Tells what was broken, most often first, each with its first case: enough for a first screen.
    fn broken_requirements(&mut self) -> io::Result<()> {
        let mut broken: Vec<_> = self.broken.iter().collect();
        broken.sort_by_key(|(_, broken)| (broken.first.0, std::cmp::Reverse(broken.count)));
        for ((_, requirement), broken) in broken {
            let (level, title) = (broken.level, self.head.title(requirement));
            let (verdict, count) = (paint(broken.first.0), broken.count);
            writeln!(
                self.out,
                "  {verdict} {BOLD}{requirement:<3}{BOLD:#} {level:<6} {title} ({count})"
            )?;
            let why = cut(&broken.why, WIDTH);
            writeln!(self.out, "        {DIM}{}:{DIM:#} {why}", broken.id)?;
        }
        Ok(())
    }

    fn cases(&mut self) -> io::Result<()> {
        let out = &mut self.out;
        for case in &self.cases {
            let (verdict, title, sockets) =
                (paint(case.verdict), &case.title, case.sockets.join(", "));
            writeln!(out, "\n{verdict} {title}  {DIM}{sockets}{DIM:#}")?;
            writeln!(out, "      {}", case.summary)?;
            if !case.decides {
                writeln!(
                    out,
                    "      It does not decide: it is not in the requirement set."
                )?;
            }
            for (label, text) in &case.evidence {
                writeln!(out, "  {DIM}{label:<9}{DIM:#} {text}")?;
            }
        }
        if self.left_out > 0 {
            let left_out = self.left_out;
            writeln!(
                out,
                "\n{left_out} more that are not shown here: --report json=FILE has them all"
            )?;
        }
        Ok(())
    }

    /// Tells which of several right ways the subject takes, what is known, and what it declared not to apply: a line for
    /// all vectors of a requirement of which the same is to be told.
    fn readings(&mut self) -> io::Result<()> {
        if !self.readings.is_empty() {
            writeln!(self.out)?;
        }
        for reading in &self.readings {
            let names = reading.ids.join(", ");
            let more = match reading.seen.len() - reading.ids.len() {
                0 => String::new(),
                more => format!(" and {more} more"),
            };
            let (verdict, requirement) = (paint(reading.verdict), &reading.requirement);
            let why = cut(&reading.why, WIDTH);
            writeln!(self.out, "{verdict} {requirement:<3} {names}{more}: {why}")?;
        }
        Ok(())
    }

    fn counts(&mut self, summary: &Summary) -> io::Result<()> {
        writeln!(self.out)?;
        for level in Level::ALL {
            let counts = Verdict::ALL
                .iter()
                .rev()
                .map(|verdict| (summary.of_level(*level, *verdict), verdict));
            let counts: Vec<_> = counts
                .filter(|(count, _)| *count > 0)
                .map(|(n, verdict)| format!("{n} {verdict}"))
                .collect();
            if !counts.is_empty() {
                writeln!(self.out, "{level:<6} {}", counts.join(", "))?;
            }
        }
        if let Some(aside) = self.head.aside(summary) {
            writeln!(self.out, "{aside}")?;
        }
        let verdict = self.verdict(summary);
        writeln!(self.out, "{verdict}")
    }
}

impl Reading {
    fn add(&mut self, id: &str) {
        let hash = BuildHasherDefault::<DefaultHasher>::default().hash_one(id);
        if self.seen.insert(hash) && self.ids.len() < NAMED {
            self.ids.push(id.into());
        }
    }
}

fn paint(verdict: Verdict) -> String {
    let style = match verdict {
        Verdict::Crash | Verdict::Hang | Verdict::Flaky | Verdict::Fail | Verdict::Fixed => RED,
        Verdict::Warn => YELLOW,
        _ => DIM,
    };
    let word = if verdict == Verdict::NotApplicable {
        "n/a"
    } else {
        verdict.as_str()
    };
    format!("{style}{word:<5}{style:#}")
}
