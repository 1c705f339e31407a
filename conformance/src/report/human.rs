use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::hash::{BuildHasher as _, BuildHasherDefault, DefaultHasher};
use std::io::{self, Write};

use anstyle::{AnsiColor, Style};

use super::summary::{Conformance, count_of_results, count_of_tests};
use super::{ReadySubject, Record, ReportHeader, Reporter, Summary};
use crate::diagnose::Diagnosis;
use crate::dialect::Dialect;
use crate::escape::{cut, visible};
use crate::evidence::{Evidence, EvidenceLine};
use crate::judge::{Strictness, Verdict};
use crate::layout::{COLUMNS, ellipsized, wrapped};
use crate::vectors::Level;

/// Writes a report for a terminal: the failures, then the counts, and the diagnosis.
#[derive(Debug)]
pub struct Human<W> {
    out: W,
    header: ReportHeader,
    detail: Detail,
    /// The count of results.
    count: usize,
    /// The sockets, in the order in which subjects became ready on them.
    sockets: Vec<String>,
    /// The dialects in which subjects were tested.
    dialects: BTreeSet<Dialect>,
    /// Broken requirements: the key is whether the verdict is a warning, and the requirement.
    broken: BTreeMap<(bool, String), BrokenRequirement>,
    cases: Vec<VectorText>,
    /// The indices of the cases of a vector.
    index: HashMap<(Dialect, String), Vec<usize>>,
    /// The count of results that are not shown.
    left_out: usize,
    remarks: Vec<RemarkGroup>,
    /// Why the run was interrupted.
    interrupted: Option<String>,
    /// What the author of the subject can do about the failures, as one line.
    advice: Option<String>,
}

/// How much a report for a terminal shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Detail {
    /// One failure of each cause, so that the report fits on a screen.
    #[default]
    OnePerCause,
    /// Everything: the option `--verbose`.
    All,
    /// The counts and the diagnosis: the option `--quiet`.
    Summary,
}

/// A requirement that the subject breaks.
#[derive(Debug)]
struct BrokenRequirement {
    count: usize,
    /// The verdict of the example, and the length of its longest datagram. The example is the
    /// shortest of the results with the gravest verdict.
    first: (Verdict, usize),
    level: Level,
    id: String,
    why: String,
}

/// A vector, with the sockets over which its verdict and its reason are the same.
#[derive(Debug)]
struct VectorText {
    verdict: Verdict,
    why: String,
    id: String,
    title: String,
    sockets: Vec<&'static str>,
    /// The number of the first of these results.
    result: usize,
    requirement: String,
    /// The total length of its datagrams, in bytes.
    size: usize,
    summary: String,
    decides: bool,
    /// The evidence: labels and texts.
    evidence: Vec<(&'static str, String)>,
}

/// Vectors of a requirement with the same verdict for the same reason.
#[derive(Debug)]
struct RemarkGroup {
    verdict: Verdict,
    requirement: String,
    why: String,
    /// The ids of the first vectors, at most [`NAMED`].
    ids: Vec<String>,
    /// The hashes of all ids, so that a vector counts once over several sockets. Hashes take less
    /// memory than ids.
    seen: HashSet<u64>,
}

const BOLD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();
const RED: Style = AnsiColor::Red.on_default().bold();
const YELLOW: Style = AnsiColor::Yellow.on_default().bold();
const GREEN: Style = AnsiColor::Green.on_default().bold();
/// How many vectors a remark names.
const NAMED: usize = 3;
/// The greatest length of a text, in characters: it fits on a few lines.
const WIDTH: usize = 240;
/// The greatest length of a text if the report must fit on a screen, in characters. The label
/// before the text, the text and the count after it fit on a line of 100.
const SCREEN_WIDTH: usize = 68;
/// How many lines of a log are shown if the report must fit on a screen: the last ones, which say
/// why a program ended.
const LOG_LINES: usize = 3;
/// How many requirements with unexplained failures are shown: if there is at most one cause, and if
/// there are several.
const MAX_REQUIREMENTS: [usize; 2] = [12, 4];
/// The most cases that are kept, to limit memory.
const MAX_CASES: usize = 2_000;

impl<W: Write> Human<W> {
    /// Returns a reporter that writes to `out`, with ANSI styles.
    pub fn new(out: W, header: ReportHeader, detail: Detail) -> Self {
        Self {
            out,
            header,
            detail,
            count: 0,
            sockets: Vec::new(),
            dialects: BTreeSet::new(),
            broken: BTreeMap::new(),
            cases: Vec::new(),
            index: HashMap::new(),
            left_out: 0,
            remarks: Vec::new(),
            interrupted: None,
            advice: None,
        }
    }

    /// Marks the run as interrupted, so that nobody takes the report for one of a complete run.
    pub fn interrupt(&mut self, why: &str) {
        self.interrupted = Some(why.into());
    }

    /// Adds a line after the diagnosis: what the author of the subject can do.
    pub fn advise(&mut self, advice: Option<String>) {
        self.advice = advice;
    }

    fn add_broken(&mut self, record: &Record, longest: usize) {
        let key = (record.verdict == Verdict::Warn, record.requirement.clone());
        let weight = (record.verdict, longest);
        let broken = self.broken.entry(key).or_insert_with(|| BrokenRequirement {
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

    fn add_case(&mut self, record: &Record, evidence: &Evidence) {
        let key = (record.dialect, record.id.clone());
        let indices = self.index.get(&key).map_or(&[][..], Vec::as_slice);
        let same = |case: &VectorText| case.verdict == record.verdict && case.why == record.why();
        if let Some(index) = indices.iter().find(|index| same(&self.cases[**index])) {
            self.cases[*index].sockets.push(record.socket.as_str());
            return;
        }
        if self.cases.len() == MAX_CASES {
            self.left_out += 1;
            return;
        }
        self.index.entry(key).or_default().push(self.cases.len());
        let (id, requirement, level) = (&record.id, &record.requirement, record.level);
        let mut lines = record.evidence_lines();
        if self.detail == Detail::OnePerCause {
            keep_end_of_log(&mut lines);
        }
        let width = |line: &EvidenceLine| match self.detail {
            // Sentences, such as the reason, are not shortened: most readers need them.
            Detail::OnePerCause if !line.is_sentence() => SCREEN_WIDTH,
            _ => WIDTH,
        };
        let rows = lines.iter().flat_map(|line| line.rows(width(line)));
        self.cases.push(VectorText {
            verdict: record.verdict,
            why: record.why().into(),
            id: record.id.clone(),
            result: self.count,
            requirement: record.requirement.clone(),
            title: format!("{BOLD}{id}{BOLD:#}  {requirement} {level}"),
            sockets: vec![record.socket.as_str()],
            size: evidence.sent.iter().map(Vec::len).sum(),
            summary: record.summary().into(),
            decides: record.decides,
            evidence: rows.collect(),
        });
    }

    fn add_remark(&mut self, record: &Record) {
        let same = |remark: &&mut RemarkGroup| {
            remark.verdict == record.verdict
                && remark.requirement == record.requirement
                && remark.why == record.why()
        };
        if let Some(remark) = self.remarks.iter_mut().find(same) {
            remark.add(&record.id);
            return;
        }
        if self.remarks.len() == MAX_CASES {
            self.left_out += 1;
            return;
        }
        let mut remark = RemarkGroup {
            verdict: record.verdict,
            requirement: record.requirement.clone(),
            why: record.why().into(),
            ids: Vec::new(),
            seen: HashSet::new(),
        };
        remark.add(&record.id);
        self.remarks.push(remark);
    }
}

impl<W: Write> Reporter for Human<W> {
    fn subject_ready(&mut self, subject: &ReadySubject) {
        let socket = subject.socket.to_string();
        if !self.sockets.contains(&socket) {
            self.sockets.push(socket);
        }
        self.dialects.extend(&subject.dialects);
    }

    fn add(&mut self, record: &Record) {
        self.add_result(record);
        self.count += 1;
    }

    fn finish(&mut self, summary: &Summary, diagnosis: &Diagnosis) -> io::Result<()> {
        match self.detail {
            Detail::Summary => {}
            Detail::OnePerCause => {
                self.headline(summary)?;
                self.one_case_per_cause(diagnosis)?;
                if summary.failures(Strictness::Should) == 0 {
                    self.remarks()?;
                }
            }
            Detail::All => {
                self.headline(summary)?;
                self.broken_requirements()?;
                self.cases_by_cause(diagnosis)?;
                self.remarks()?;
            }
        }
        self.counts(summary)?;
        self.diagnosis(diagnosis, summary)?;
        let (verdict, dialects) = (self.verdict(summary), self.dialects());
        writeln!(self.out, "{verdict}{dialects}")?;
        self.out.flush()
    }
}

impl<W: Write> Human<W> {
    fn add_result(&mut self, record: &Record) {
        let Some(evidence) = &record.evidence else {
            return;
        };
        if record.verdict >= Verdict::Info {
            self.add_remark(record);
            return;
        }
        if record.decides {
            let longest = evidence.sent.iter().map(Vec::len).max();
            self.add_broken(record, longest.unwrap_or_default());
        }
        self.add_case(record, evidence);
    }

    fn headline(&mut self, summary: &Summary) -> io::Result<()> {
        let (subject, sockets) = (
            cut(&visible(&self.header.subject.command), 100),
            self.sockets.join(", "),
        );
        writeln!(
            self.out,
            "{BOLD}{subject}{BOLD:#} over {sockets}: {}{}",
            self.verdict(summary),
            self.dialects()
        )
    }

    /// Returns the dialects of the run and the releases that send them, as they follow a verdict.
    fn dialects(&self) -> String {
        let dialects: Vec<_> = self.dialects.iter().copied().collect();
        if dialects.is_empty() {
            // A report that was read from a file may name no subject.
            return String::new();
        }
        let dialects = Dialect::list_with_releases(&dialects);
        format!(" {DIM}({dialects}){DIM:#}")
    }

    fn verdict(&self, summary: &Summary) -> String {
        if let Some(why) = &self.interrupted {
            let total = count_of_tests(summary.total());
            return format!("{RED}not finished{RED:#} after {total}: {why}");
        }
        let strictness = self.header.settings.strictness;
        let style = match summary.conformance(strictness) {
            Conformance::NotTested => YELLOW,
            Conformance::Conforms | Conformance::NoNewFailures(_) => GREEN,
            Conformance::Fails(_) | Conformance::OutdatedList(_) | Conformance::NothingPassed => {
                RED
            }
        };
        let words = self.header.verdict_in_words(summary);
        // The verdict ends at the colon or comma, or else is the first word.
        let ends = [": ", ", ", " "].into_iter();
        let end = ends.filter_map(|end| words.find(end)).next();
        let (verdict, rest) = words.split_at(end.unwrap_or(words.len()));
        format!("{style}{verdict}{style:#}{rest}")
    }

    /// Writes the broken requirements, the gravest and most frequent first, each with an example.
    fn broken_requirements(&mut self) -> io::Result<()> {
        let mut broken: Vec<_> = self.broken.iter().collect();
        broken.sort_by_key(|(_, broken)| (broken.first.0, std::cmp::Reverse(broken.count)));
        let titles = self.header.titles();
        for ((_, requirement), broken) in broken {
            let (level, title) = (broken.level, titles.of(requirement));
            let (verdict, count) = (paint(broken.first.0), broken.count);
            writeln!(
                self.out,
                "  {verdict} {BOLD}{requirement:<3}{BOLD:#} {level:<6} {title} ({})",
                count_of_results(count)
            )?;
            // One line each, so that all of them are on the first screen.
            let why = format!("{}: {}", broken.id, broken.why);
            writeln!(self.out, "        {}", ellipsized(&why, COLUMNS - 8))?;
        }
        Ok(())
    }

    /// Writes a failure of each cause in full, and one of each requirement that no cause explains.
    fn one_case_per_cause(&mut self, diagnosis: &Diagnosis) -> io::Result<()> {
        for (index, cause) in diagnosis.causes.iter().enumerate() {
            let is_of_cause =
                |case: &&VectorText| diagnosis.cause_of.get(&case.result) == Some(&index);
            let mut cases = self.cases.iter().filter(is_of_cause);
            let example = cases.clone().find(|case| case.id == cause.example);
            if let Some(example) = example.or_else(|| cases.next()) {
                write_case(&mut self.out, example)?;
            }
        }
        self.unexplained(diagnosis)
    }

    /// Writes a line for each requirement with failures that no cause explains, and the smallest
    /// failure of the first in full.
    fn unexplained(&mut self, diagnosis: &Diagnosis) -> io::Result<()> {
        let mut by_requirement = BTreeMap::<&str, Vec<&VectorText>>::new();
        for case in &self.cases {
            if !diagnosis.cause_of.contains_key(&case.result) {
                by_requirement
                    .entry(&case.requirement)
                    .or_default()
                    .push(case);
            }
        }
        for cases in by_requirement.values_mut() {
            cases.sort_by_key(|case| (case.verdict, case.size));
        }
        let mut groups: Vec<_> = by_requirement.into_iter().collect();
        groups.sort_by_key(|(_, cases)| (cases[0].verdict, std::cmp::Reverse(cases.len())));
        let Some((_, first)) = groups.first() else {
            return Ok(());
        };
        write_case(&mut self.out, first[0])?;
        if groups.len() == 1 && first.len() == 1 {
            return Ok(());
        }
        writeln!(self.out)?;
        let titles = self.header.titles();
        let max = MAX_REQUIREMENTS[usize::from(diagnosis.causes.len() > 1)];
        for (requirement, cases) in groups.iter().take(max) {
            let verdict = paint(cases[0].verdict);
            // A vector may fail differently over each socket.
            let ids: BTreeSet<_> = cases.iter().map(|case| &case.id).collect();
            let count = ids.len();
            let noun = if count == 1 { "vector" } else { "vectors" };
            let title = titles.of(requirement);
            writeln!(
                self.out,
                "{verdict} {BOLD}{requirement:<3}{BOLD:#} {title} ({count} {noun}, e.g. {})",
                cases[0].id
            )?;
        }
        if groups.len() > max {
            let more = match groups.len() - max {
                1 => "1 more requirement".to_owned(),
                more => format!("{more} more requirements"),
            };
            writeln!(self.out, "  {DIM}{more}{DIM:#}")?;
        }
        Ok(())
    }

    /// Writes every failure in full, below its cause.
    fn cases_by_cause(&mut self, diagnosis: &Diagnosis) -> io::Result<()> {
        let cause_of = |case: &VectorText| diagnosis.cause_of.get(&case.result).copied();
        for (index, cause) in diagnosis.causes.iter().enumerate() {
            writeln!(
                self.out,
                "\n{BOLD}{}{BOLD:#}  {}",
                cause.sentence, cause.requirement
            )?;
            for case in self
                .cases
                .iter()
                .filter(|case| cause_of(case) == Some(index))
            {
                write_case(&mut self.out, case)?;
            }
        }
        for case in self.cases.iter().filter(|case| cause_of(case).is_none()) {
            write_case(&mut self.out, case)?;
        }
        if self.left_out > 0 {
            let left_out = self.left_out;
            writeln!(
                self.out,
                "\n{left_out} more that are not shown here: --report json=FILE has them all"
            )?;
        }
        Ok(())
    }

    /// Writes a line for each remark: which of several right readings the subject takes, which
    /// failures are known, and what does not apply.
    fn remarks(&mut self) -> io::Result<()> {
        if !self.remarks.is_empty() {
            writeln!(self.out)?;
        }
        for remark in &self.remarks {
            let names = remark.ids.join(", ");
            let more = match remark.seen.len() - remark.ids.len() {
                0 => String::new(),
                more => format!(" and {more} more"),
            };
            let (verdict, requirement) = (paint(remark.verdict), &remark.requirement);
            let why = ellipsized(&remark.why, WIDTH);
            let lines = wrapped(&format!("{names}{more}: {why}"), COLUMNS - 10);
            writeln!(self.out, "{verdict} {requirement:<3} {}", lines[0])?;
            for line in &lines[1..] {
                writeln!(self.out, "          {line}")?;
            }
        }
        Ok(())
    }

    fn counts(&mut self, summary: &Summary) -> io::Result<()> {
        // The hint replaces an empty line, so that the report fits on a screen.
        match self.detail {
            Detail::OnePerCause if summary.failures(Strictness::Should) > 0 => {
                let hint = "--verbose shows every failure and remark";
                writeln!(self.out, "{DIM}{hint}{DIM:#}")?;
            }
            Detail::OnePerCause | Detail::All => writeln!(self.out)?,
            Detail::Summary => {}
        }
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
        if let Some(undecided) = self.header.undecided_in_words(summary) {
            writeln!(self.out, "{undecided}")?;
        }
        Ok(())
    }

    /// Writes how much the causes explain, and a line for each.
    fn diagnosis(&mut self, diagnosis: &Diagnosis, summary: &Summary) -> io::Result<()> {
        self.causes(diagnosis, summary.of(Verdict::Warn))?;
        let Some(advice) = &self.advice else {
            return Ok(());
        };
        let lines = wrapped(&visible(advice), COLUMNS - 11);
        writeln!(self.out, "{BOLD}advice{BOLD:#}     {}", lines[0])?;
        let mut others = lines[1..].iter();
        others.try_for_each(|line| writeln!(self.out, "           {line}"))
    }

    fn causes(&mut self, diagnosis: &Diagnosis, warnings: usize) -> io::Result<()> {
        let Some(headline) = diagnosis.headline(warnings) else {
            return Ok(());
        };
        writeln!(self.out, "{BOLD}diagnosis{BOLD:#}  {headline}")?;
        let mut lines = diagnosis.lines().into_iter();
        lines.try_for_each(|line| writeln!(self.out, "  {line}"))
    }
}

impl RemarkGroup {
    fn add(&mut self, id: &str) {
        let hash = BuildHasherDefault::<DefaultHasher>::default().hash_one(id);
        if self.seen.insert(hash) && self.ids.len() < NAMED {
            self.ids.push(id.into());
        }
    }
}

/// Removes all but the last lines of the subject's log from the evidence.
fn keep_end_of_log(evidence: &mut Vec<EvidenceLine>) {
    let count = evidence.iter().filter(|line| line.is_of_log()).count();
    let mut left_out = count.saturating_sub(LOG_LINES);
    evidence.retain(|line| {
        let goes = line.is_of_log() && left_out > 0;
        left_out -= usize::from(goes);
        !goes
    });
}

/// Writes a failure in full.
fn write_case(out: &mut impl Write, case: &VectorText) -> io::Result<()> {
    let (verdict, title, sockets) = (paint(case.verdict), &case.title, case.sockets.join(", "));
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
    Ok(())
}

/// Returns the short name of a verdict in its colour.
fn paint(verdict: Verdict) -> String {
    let style = match verdict {
        Verdict::Crash | Verdict::Hang | Verdict::Flaky | Verdict::Fail | Verdict::Fixed => RED,
        Verdict::Warn => YELLOW,
        _ => DIM,
    };
    let word = verdict.short_name();
    format!("{style}{word:<5}{style:#}")
}
