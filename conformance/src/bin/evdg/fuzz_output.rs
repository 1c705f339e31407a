//! The output of `evdg fuzz`: the causes with their evidence, and the statistics.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};
use event_datagram_conformance::contract::Start;
use event_datagram_conformance::dialect::Dialect;
use event_datagram_conformance::escape::{cut, escaped, visible_command};
use event_datagram_conformance::explore::{
    CauseFound, Finding, FindingCause, FuzzPlan, FuzzStatistics, Rules,
};
use event_datagram_conformance::judge::Verdict;
use event_datagram_conformance::report::RunContext;
use event_datagram_conformance::transport::SocketKind;
use event_datagram_conformance::vectors::Vector;

use crate::args::FuzzArgs;
use crate::exit_status::{CommandResult, ignore_closed_stdout};
use crate::searched_socket::SearchedSocket;
use crate::subject::{SubjectLabel, option, options};
use crate::terminal::{message, styled_stdout};

const BOLD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();
const RED: Style = AnsiColor::Red.on_default().bold();
const GREEN: Style = AnsiColor::Green.on_default().bold();
/// The longest text of a line of evidence, in characters.
const MAX_TEXT: usize = 240;
/// The most bytes of a case that the replay command holds in hex. The command for a longer case
/// sends all cases of the seed up to this one.
const MAX_REPLAY_BYTES: usize = 512;

/// The output of a fuzz run.
pub(crate) struct FuzzOutput<'a> {
    pub(crate) args: &'a FuzzArgs,
    pub(crate) plan: &'a FuzzPlan,
    pub(crate) subject: SubjectLabel,
    pub(crate) context: RunContext,
}

impl FuzzOutput<'_> {
    /// Prints what was found over each socket, or that nothing was.
    pub(crate) fn print(
        &self,
        found: &[CauseFound],
        searched: &[SearchedSocket],
    ) -> CommandResult<()> {
        let mut out = styled_stdout();
        ignore_closed_stdout(searched.iter().try_for_each(|searched| {
            let here = (found.iter()).filter(|found| found.finding.socket == searched.socket);
            self.print_socket(&mut out, &here.collect::<Vec<_>>(), searched)
        }))
    }

    /// Prints the result of a replayed case.
    pub(crate) fn print_replay(
        &self,
        socket: SocketKind,
        finding: Option<&Finding>,
    ) -> CommandResult<()> {
        let mut out = styled_stdout();
        ignore_closed_stdout(self.print_replayed(&mut out, socket, finding))
    }

    fn print_replayed(
        &self,
        out: &mut impl Write,
        socket: SocketKind,
        finding: Option<&Finding>,
    ) -> io::Result<()> {
        self.print_subject(out, socket)?;
        match finding {
            None => writeln!(out, "{GREEN}nothing found{GREEN:#}")?,
            Some(finding) => {
                writeln!(out, "{RED}fails{RED:#}\n")?;
                self.print_evidence(out, finding)?;
            }
        }
        out.flush()
    }

    fn print_subject(&self, out: &mut impl Write, socket: SocketKind) -> io::Result<()> {
        let subject = cut(&escaped(self.subject.name.as_bytes()), 100);
        let over_socket = match socket {
            SocketKind::Stdin => String::new(),
            socket => format!(" over {socket}"),
        };
        write!(out, "{BOLD}{subject}{BOLD:#}{over_socket}: ")
    }

    fn print_socket(
        &self,
        out: &mut impl Write,
        found: &[&CauseFound],
        searched: &SearchedSocket,
    ) -> io::Result<()> {
        self.print_subject(out, searched.socket)?;
        let (statistics, seed) = (&searched.statistics, self.plan.seed);
        let cases = plural(statistics.cases, "case");
        let each = found.iter().copied();
        let (known, new): (Vec<&CauseFound>, Vec<_>) = each.partition(|found| found.is_known);
        match new.len() {
            0 if statistics.cases == 0 => writeln!(
                out,
                "nothing tested: none of {} cases applies to it",
                statistics.not_applicable
            )?,
            0 => writeln!(
                out,
                "{GREEN}nothing found{GREEN:#} in {cases} (seed {seed})"
            )?,
            count => {
                let causes = plural(count as u64, "cause");
                writeln!(out, "{RED}{causes} found{RED:#} in {cases} (seed {seed})")?;
            }
        }
        if !known.is_empty() {
            let causes = plural(known.len() as u64, "known cause");
            let count = known.iter().map(|found| found.cases).sum();
            writeln!(
                out,
                "left out: {causes} of {}",
                plural(count, "failing case")
            )?;
        }
        for (index, found) in new.iter().enumerate() {
            self.print_cause(out, index + 1, found)?;
        }
        out.flush()
    }

    fn print_cause(
        &self,
        out: &mut impl Write,
        number: usize,
        found: &CauseFound,
    ) -> io::Result<()> {
        let FindingCause {
            fault,
            sentence,
            requirement,
            also,
            ..
        } = &found.cause;
        let sentence = cut(&escaped(sentence.as_bytes()), MAX_TEXT);
        let cases = plural(found.cases, "case");
        let sentence = match fault {
            Some(_) => format!("it {sentence}"),
            None if found.finding.verdict == Verdict::Flaky => format!("it {sentence}"),
            None => "no known fault explains it".into(),
        };
        writeln!(
            out,
            "\n{BOLD}{number}. {sentence}{BOLD:#} ({requirement}), in {cases}"
        )?;
        if !also.is_empty() {
            writeln!(
                out,
                "   or, by the cases that were run: {}",
                also.join(", ")
            )?;
        }
        self.print_evidence(out, &found.finding)
    }

    fn print_evidence(&self, out: &mut impl Write, finding: &Finding) -> io::Result<()> {
        let count = finding.datagrams().count();
        let bytes = finding.datagrams().map(<[u8]>::len).sum::<usize>();
        let what = match count {
            1 => format!("a datagram of {}", plural(bytes as u64, "byte")),
            _ => format!(
                "{count} datagrams of {} in all",
                plural(bytes as u64, "byte")
            ),
        };
        let original_bytes = finding.original.iter().map(Vec::len).sum::<usize>();
        let shrinking = match (&finding.cut_short, finding.tries) {
            (Some(why), _) => format!(
                ", perhaps not the smallest: {}",
                cut(&escaped(why.as_bytes()), MAX_TEXT)
            ),
            (None, 0) => String::new(),
            (None, tries) => format!(
                ", made out of {} of {} in {}",
                plural(finding.original.len() as u64, "datagram"),
                plural(original_bytes as u64, "byte"),
                plural(tries, "try")
            ),
        };
        let verdict = finding.verdict;
        writeln!(
            out,
            "{RED}{verdict:<5}{RED:#} {BOLD}{what}{BOLD:#}{shrinking}"
        )?;
        if verdict == Verdict::Warn {
            writeln!(
                out,
                "      It breaks a should requirement, and no must requirement."
            )?;
        }
        for line in finding.evidence(self.replay_command(finding)) {
            for (label, text) in line.rows(MAX_TEXT) {
                writeln!(out, "  {DIM}{label:<9}{DIM:#} {text}")?;
            }
        }
        Ok(())
    }

    /// Returns the command line that runs a case again.
    pub(crate) fn replay_command(&self, finding: &Finding) -> String {
        let mut line = String::from("evdg fuzz");
        let bytes = finding.datagrams().map(<[u8]>::len).sum::<usize>();
        let is_of_seed = finding.case > 0 && self.args.replay.is_none();
        if bytes <= MAX_REPLAY_BYTES || !is_of_seed {
            // Hex needs no quoting, unless it is empty.
            let hex = Some(finding.hex()).filter(|hex| !hex.is_empty());
            line.push_str(&format!(" --replay {}", hex.as_deref().unwrap_or("''")));
        } else {
            line.push_str(&format!(
                " --seed {} --cases {}",
                self.plan.seed, finding.case
            ));
        }
        if self.args.strict {
            line.push_str(" --strict");
        }
        if self.plan.dialect != Dialect::Text {
            line.push_str(&option("dialect", self.plan.dialect.as_str()));
        }
        if !self.args.parser && self.args.subject.attach.is_none() {
            line.push_str(&option("socket", &finding.socket.to_string()));
        }
        line += &options(&self.args.subject, &self.plan.subject);
        visible_command(&(line + &self.subject.command))
    }

    /// Returns the vector that represents a search without findings in reports.
    pub(crate) fn vector_for_nothing_found(&self) -> Vector {
        let FuzzPlan {
            dialect,
            strictness,
            ..
        } = self.plan;
        let rules = Rules::new(*dialect, *strictness, &Start::default());
        let mut vector = rules.vector("nothing-found".into(), Vec::new());
        vector.summary = "evdg fuzz found no failing case.".into();
        vector
    }

    /// Prints the statistics on standard error.
    pub(crate) fn print_statistics(&self, searched: &SearchedSocket) {
        let FuzzStatistics {
            cases,
            datagrams,
            not_applicable,
            advice,
            transient_timeouts,
            starts,
            elapsed,
            explained,
            predicted,
            exercised,
            cut_short,
            ..
        } = &searched.statistics;
        if *starts == 0 {
            // The subject did not start; the error says why.
            return;
        }
        let rate = *cases as f64 / elapsed.as_secs_f64().max(1e-9);
        message(format_args!(
            "seed {}: {}, {} in {elapsed:.1?} ({rate:.0} cases a second), {} of the subject",
            self.plan.seed,
            plural(*cases, "case"),
            plural(*datagrams, "datagram"),
            plural(*starts, "start")
        ));
        if *explained > 0 {
            message(format_args!(
                "{} failed for a cause that had been found before",
                plural(*explained, "case")
            ));
        }
        if *predicted > 0 {
            message(format_args!(
                "{} left out: because of a cause that was found, the subject would end or lose the fence",
                plural(*predicted, "case")
            ));
        }
        if let Some(why) = cut_short {
            message(format_args!(
                "the search ended early: {}",
                escaped(why.as_bytes())
            ));
        }
        if exercised.faults > 0 {
            let requirements: Vec<_> = exercised.requirements.iter().copied().collect();
            message(format_args!(
                "the cases would have shown {} of {} faults that listeners have, of {}",
                exercised.faults_shown,
                exercised.faults,
                plural(requirements.len() as u64, "requirement")
            ));
        }
        if *not_applicable > 0 {
            message(format_args!(
                "{not_applicable} left out: the subject declares that it does not take them"
            ));
        }
        if *transient_timeouts > 0 {
            let times = plural(*transient_timeouts, "time");
            message(format_args!(
                "{times} the subject answered too late, and in time when the case was run again: is the machine busy?"
            ));
        }
        if !advice.is_empty() {
            let each: Vec<_> = advice
                .iter()
                .map(|(id, count)| format!("{id} {count}"))
                .collect();
            message(format_args!(
                "violations of should requirements, by the requirements that the cases touch: {}; --strict makes them fail",
                each.join(", ")
            ));
        }
    }
}

fn plural(count: u64, noun: &str) -> String {
    match (count, noun.strip_suffix('y')) {
        (1, _) => format!("1 {noun}"),
        (_, Some(stem)) => format!("{count} {stem}ies"),
        _ => format!("{count} {noun}s"),
    }
}
