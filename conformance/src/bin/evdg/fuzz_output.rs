//! The output of `evdg fuzz`: the finding and its evidence, the statistics, and the vector file.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};
use event_datagram_conformance::dialect::Dialect;
use event_datagram_conformance::escape::{cut, escaped, visible_command, visible_json};
use event_datagram_conformance::explore::{Finding, FuzzPlan, FuzzStatistics};
use event_datagram_conformance::judge::Verdict;
use event_datagram_conformance::output_file::write_atomically;
use event_datagram_conformance::transport::SocketKind;
use event_datagram_conformance::vectors;

use crate::args::FuzzArgs;
use crate::exit_status::{CommandResult, ExitStatus, OrExit as _, ignore_closed_stdout};
use crate::subject::{SubjectLabel, option, options};
use crate::terminal::{message, styled_stdout};
use crate::values::VectorFileArg;

const BOLD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();
const RED: Style = AnsiColor::Red.on_default().bold();
const GREEN: Style = AnsiColor::Green.on_default().bold();
/// The longest text of a line of evidence, in characters.
const MAX_TEXT: usize = 240;
/// The most bytes of a case that a command line holds in hex; longer cases are found again by their
/// seed.
const MAX_REPLAY_BYTES: usize = 512;
/// The longest sequence that a vector file takes.
const MAX_SEQUENCE: usize = 12;

/// The output of a fuzz run over one socket.
pub(crate) struct FuzzOutput<'a> {
    pub(crate) args: &'a FuzzArgs,
    pub(crate) plan: &'a FuzzPlan,
    pub(crate) subject: SubjectLabel,
}

impl FuzzOutput<'_> {
    /// Prints the finding, or that there is none, and returns the exit status. `statistics` is `None`
    /// for a replayed case.
    pub(crate) fn print(
        &self,
        finding: Option<&Finding>,
        statistics: Option<&FuzzStatistics>,
    ) -> CommandResult {
        ignore_closed_stdout(self.print_finding(finding, statistics))?;
        Ok(match (finding, statistics) {
            (Some(_), _) => ExitStatus::Failed,
            (None, Some(statistics)) if statistics.cases == 0 => ExitStatus::Nothing,
            (None, _) => ExitStatus::Success,
        })
    }

    fn print_finding(
        &self,
        finding: Option<&Finding>,
        statistics: Option<&FuzzStatistics>,
    ) -> io::Result<()> {
        let mut out = styled_stdout();
        let subject = cut(&escaped(self.subject.name.as_bytes()), 100);
        let over_socket = match self.plan.socket {
            SocketKind::Stdin => String::new(),
            socket => format!(" over {socket}"),
        };
        write!(out, "{BOLD}{subject}{BOLD:#}{over_socket}: ")?;
        let seed = self.plan.seed;
        match (finding, statistics) {
            (None, Some(statistics)) if statistics.cases == 0 => {
                writeln!(
                    out,
                    "nothing tested: none of {} cases applies to it",
                    statistics.not_applicable
                )
            }
            (None, Some(statistics)) => {
                let cases = plural(statistics.cases, "case");
                writeln!(
                    out,
                    "{GREEN}nothing found{GREEN:#} in {cases} (seed {seed})"
                )
            }
            (None, None) => writeln!(out, "{GREEN}nothing found{GREEN:#}"),
            (Some(finding), Some(_)) => {
                writeln!(
                    out,
                    "{RED}fails{RED:#} at case {} (seed {seed})\n",
                    finding.case
                )?;
                self.print_evidence(&mut out, finding)
            }
            (Some(finding), None) => {
                writeln!(out, "{RED}fails{RED:#}\n")?;
                self.print_evidence(&mut out, finding)
            }
        }?;
        out.flush()
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
                "      It departs from what listeners should do, and from nothing that they must."
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
    fn replay_command(&self, finding: &Finding) -> String {
        let mut line = String::from("evdg fuzz");
        let bytes = finding.datagrams().map(<[u8]>::len).sum::<usize>();
        if bytes <= MAX_REPLAY_BYTES || self.args.replay.is_some() {
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
            line.push_str(&option("socket", &self.plan.socket.to_string()));
        }
        line += &options(&self.args.subject, &self.plan.subject);
        visible_command(&(line + &self.subject.command))
    }

    /// Writes the finding, if there is one, as a vector file, if one is wanted.
    pub(crate) fn save(&self, finding: Option<&Finding>) -> CommandResult<()> {
        let (Some(finding), Some(VectorFileArg { path, topic })) = (finding, &self.args.save)
        else {
            return Ok(());
        };
        let count = finding.datagrams().count();
        if count > MAX_SEQUENCE {
            message(format_args!(
                "{}: not written: vector files take sequences of up to {MAX_SEQUENCE} datagrams, and this has {count}",
                path.display()
            ));
            return Ok(());
        }
        let mut vector = finding.vector.clone();
        vector.summary = format!("A listener was found to fail: {}.", finding.why);
        let summary = "What was found by trying, made as small as it could be.";
        let text = format!("{:#}\n", vectors::write(topic, summary, &vector));
        write_atomically(path, visible_json(&text).as_bytes())
            .or_exit_with(ExitStatus::Setup, path.display().to_string())?;
        message(format_args!("{}: 1 vector", path.display()));
        Ok(())
    }

    /// Prints the statistics on standard error.
    pub(crate) fn print_statistics(&self, statistics: &FuzzStatistics) {
        let FuzzStatistics {
            cases,
            datagrams,
            not_applicable,
            advice,
            transient_timeouts,
            starts,
            elapsed,
            ..
        } = statistics;
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
        if *not_applicable > 0 {
            message(format_args!(
                "{not_applicable} beyond what the subject declares to take, left out"
            ));
        }
        if *transient_timeouts > 0 {
            let times = plural(*transient_timeouts, "time");
            message(format_args!(
                "{times} the subject was silent for too long and then was not again: is the machine busy?"
            ));
        }
        if !advice.is_empty() {
            let each: Vec<_> = advice
                .iter()
                .map(|(id, count)| format!("{id} {count}"))
                .collect();
            message(format_args!(
                "departures from what listeners should do, by what the cases touch: {}; --strict makes them fail",
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
