use std::collections::BTreeMap;
use std::io::{self, Write};

use anstyle::{AnsiColor, Style};

use super::{Context, Report, Summary, shortened};
use crate::escape::{cut, escaped};
use crate::judge::Verdict;
use crate::run::{Event, Outcome};
use crate::subject::SocketKind;
use crate::vectors::{Level, Vector};

/// Writes for a person: first what failed and why, by requirement; then each case; last the counts.
#[derive(Debug)]
pub struct Human<'c, W> {
    out: W,
    context: Context,
    cases: Vec<Case<'c>>,
    sockets: Vec<SocketKind>,
    /// Why the run did not come to its end.
    broken_off: Option<String>,
}

/// A vector with the sockets over which it came to the same.
#[derive(Debug)]
struct Case<'c> {
    vector: &'c Vector,
    sockets: Vec<SocketKind>,
    verdict: Verdict,
    why: String,
    decides: bool,
    /// What the verdict rests on, line by line.
    evidence: Vec<(&'static str, String)>,
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

impl<'c, W: Write> Human<'c, W> {
    /// Makes a report that is written to `out`, with ANSI styles in it.
    pub fn new(out: W, context: Context) -> Self {
        Self {
            out,
            context,
            cases: Vec::new(),
            sockets: Vec::new(),
            broken_off: None,
        }
    }

    /// Takes note that the run did not come to its end, so that nothing in the report looks like a result of all.
    pub fn break_off(&mut self, why: &str) {
        self.broken_off = Some(why.into());
    }

    fn add(&mut self, outcome: &Outcome<'c>) {
        if outcome.verdict == Verdict::Pass {
            return;
        }
        let same = |case: &&mut Case<'_>| {
            case.vector.id == outcome.vector.id
                && case.verdict == outcome.verdict
                && case.why == outcome.why
        };
        if let Some(case) = self.cases.iter_mut().find(same) {
            case.sockets.push(outcome.socket);
            return;
        }
        let evidence = self.context.evidence(outcome);
        self.cases.push(Case {
            vector: outcome.vector,
            sockets: vec![outcome.socket],
            verdict: outcome.verdict,
            why: outcome.why.clone(),
            decides: outcome.decides,
            evidence: evidence
                .into_iter()
                .map(|(label, text)| (label, shortened(label, text, WIDTH)))
                .collect(),
        });
    }
}

impl<'c, W: Write> Report<'c> for Human<'c, W> {
    fn take(&mut self, event: &Event<'_, 'c>) {
        match event {
            Event::Ready { socket, .. } => self.sockets.push(*socket),
            Event::Outcome(outcome) => self.add(outcome),
        }
    }

    fn finish(&mut self, summary: &Summary) -> io::Result<()> {
        self.headline(summary)?;
        self.broken_requirements()?;
        for index in 0..self.cases.len() {
            if self.cases[index].verdict < Verdict::Info {
                self.case(index)?;
            }
        }
        self.readings()?;
        self.counts(summary)?;
        self.out.flush()
    }
}

impl<W: Write> Human<'_, W> {
    fn headline(&mut self, summary: &Summary) -> io::Result<()> {
        let sockets: Vec<_> = self.sockets.iter().map(SocketKind::to_string).collect();
        let (subject, sockets) = (
            cut(&escaped(self.context.subject.as_bytes()), 100),
            sockets.join(", "),
        );
        writeln!(
            self.out,
            "{BOLD}{subject}{BOLD:#} over {sockets}: {}",
            self.verdict(summary)
        )
    }

    fn verdict(&self, summary: &Summary) -> String {
        let (total, to_set) = (summary.total(), self.context.to_set());
        if let Some(why) = &self.broken_off {
            return format!("{RED}not finished{RED:#} after {}: {why}", tests(total));
        }
        match summary.failures(self.context.strict) {
            0 if summary.deciding() == 0 => {
                let set = self.context.set.as_deref().unwrap_or_default();
                format!("{YELLOW}nothing decides{YELLOW:#}: none of {total} is in {set}")
            }
            0 if summary.tested() == 0 => {
                format!("{YELLOW}nothing tested{YELLOW:#}: none of {total} applies to it")
            }
            0 => format!(
                "{GREEN}conforms{to_set}{GREEN:#} in {}",
                tests(summary.tested())
            ),
            failures => format!(
                "{RED}does not conform{to_set}{RED:#}: {failures} of {} failed",
                tests(summary.deciding())
            ),
        }
    }

    /// Tells what was broken, most often first, each with its first case: enough for a first screen.
    fn broken_requirements(&mut self) -> io::Result<()> {
        let mut broken = BTreeMap::<(bool, &str), (usize, &Case<'_>)>::new();
        for case in self
            .cases
            .iter()
            .filter(|case| case.verdict < Verdict::Info && case.decides)
        {
            let is_warning = case.verdict == Verdict::Warn;
            let (count, first) = broken
                .entry((is_warning, &case.vector.requirement))
                .or_insert((0, case));
            *count += case.sockets.len();
            // The gravest, and of those the shortest: it says most in a line.
            let weight = |case: &Case<'_>| (case.verdict, case.vector.longest_datagram());
            if weight(case) < weight(first) {
                *first = case;
            }
        }
        let mut broken: Vec<_> = broken.into_iter().collect();
        broken.sort_by_key(|(_, (count, first))| (first.verdict, std::cmp::Reverse(*count)));
        for ((_, id), (count, first)) in broken {
            let (level, title) = (first.vector.level, self.context.title(id));
            let verdict = paint(first.verdict);
            writeln!(
                self.out,
                "  {verdict} {BOLD}{id:<3}{BOLD:#} {level:<6} {title} ({count})"
            )?;
            writeln!(
                self.out,
                "        {DIM}{}:{DIM:#} {}",
                first.vector.id,
                cut(&first.why, WIDTH)
            )?;
        }
        Ok(())
    }

    fn case(&mut self, index: usize) -> io::Result<()> {
        let case = &self.cases[index];
        let vector = case.vector;
        let sockets: Vec<_> = case.sockets.iter().map(SocketKind::to_string).collect();
        let (verdict, sockets) = (paint(case.verdict), sockets.join(", "));
        let out = &mut self.out;
        writeln!(out)?;
        let (id, requirement, level) = (&vector.id, &vector.requirement, vector.level);
        writeln!(
            out,
            "{verdict} {BOLD}{id}{BOLD:#}  {requirement} {level}  {DIM}{sockets}{DIM:#}"
        )?;
        writeln!(out, "      {}", vector.summary)?;
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

    /// Tells which of several right ways the subject takes, what is known, and what it declared not to apply: a line for
    /// all vectors of a requirement of which the same is to be told.
    fn readings(&mut self) -> io::Result<()> {
        let mut told = Vec::<(&Case<'_>, Vec<&str>)>::new();
        for case in self
            .cases
            .iter()
            .filter(|case| case.verdict >= Verdict::Info)
        {
            let key = |case: &Case<'_>| {
                (
                    case.verdict,
                    case.vector.requirement.clone(),
                    case.why.clone(),
                )
            };
            match told.iter_mut().find(|(first, _)| key(first) == key(case)) {
                Some((_, ids)) => ids.push(&case.vector.id),
                None => told.push((case, vec![&case.vector.id])),
            }
        }
        if !told.is_empty() {
            writeln!(self.out)?;
        }
        for (case, ids) in told {
            let names = ids
                .iter()
                .take(NAMED)
                .copied()
                .collect::<Vec<_>>()
                .join(", ");
            let more = match ids.len().saturating_sub(NAMED) {
                0 => String::new(),
                more => format!(" and {more} more"),
            };
            let (verdict, requirement) = (paint(case.verdict), &case.vector.requirement);
            writeln!(
                self.out,
                "{verdict} {requirement:<3} {names}{more}: {}",
                cut(&case.why, WIDTH)
            )?;
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
        if let Some(aside) = self.context.aside(summary) {
            writeln!(self.out, "{aside}")?;
        }
        let verdict = self.verdict(summary);
        writeln!(self.out, "{verdict}")
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

fn tests(count: usize) -> String {
    format!("{count} test{}", if count == 1 { "" } else { "s" })
}
