use std::io::{self, Write};
use std::time::Duration;

use anstyle::{AnsiColor, Style};
use event_datagram_conformance::dialect::Dialect;
use event_datagram_conformance::escape::{cut, escaped, visible_command};
use event_datagram_conformance::evidence::shortened;
use event_datagram_conformance::explore::{Finding, Plan, Statistics, explore, replay};
use event_datagram_conformance::judge::Verdict;
use event_datagram_conformance::output_file::{check_creatable, write_atomically};
use event_datagram_conformance::run::RunError;
use event_datagram_conformance::transport::SocketKind;
use event_datagram_conformance::vectors;
use indicatif::{ProgressBar, ProgressStyle};

use crate::args::{Datagrams, FuzzArgs, Sockets, VectorFileArg};
use crate::exit::{Exit, OrExit as _, even_unread};
use crate::subject::{Signals, failure, option, options, settings, subject, told};

const BOLD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();
const RED: Style = AnsiColor::Red.on_default().bold();
const GREEN: Style = AnsiColor::Green.on_default().bold();
/// What fits on a line or two.
const WIDTH: usize = 240;
/// Datagrams of more bytes are not typed into a command line; the seed finds them again.
const TYPEABLE: usize = 512;
/// So many cases if neither a number nor a time is given.
const CASES: u64 = 100_000;
/// Over which socket if none is given: nothing is lost on it, and it is faster.
const SOCKET: Sockets = if cfg!(unix) {
    Sockets::Unix
} else {
    Sockets::Udp
};
/// The most that vector files take.
const LONGEST_SEQUENCE: usize = 12;

pub(crate) fn run(args: &FuzzArgs) -> crate::Result {
    if let Some(VectorFileArg { path, .. }) = &args.save {
        check_creatable(path).or_exit_with(Exit::Usage, format!("vector {}", path.display()))?;
    }
    let signals = Signals::catch()?;
    let sockets = args.socket.unwrap_or(SOCKET).kinds();
    let (subject, sockets) = subject(&args.subject, args.parser, sockets)?;
    let mut plan = Plan {
        subject,
        socket: sockets[0],
        dialect: args.dialect,
        settings: settings(&args.subject, signals.stop.clone()),
        seed: args
            .seed
            .unwrap_or_else(|| fastrand::u64(..=u64::from(u32::MAX))),
        cases: match (args.cases, args.time) {
            (Some(cases), _) => cases,
            (None, Some(_)) => u64::MAX,
            (None, None) => CASES,
        },
        time: match args.time {
            Some(time) => time / sockets.len() as u32,
            None => Duration::MAX,
        },
        strictness: args.strict.into(),
    };
    // Over the next socket only if nothing is found over this one.
    let mut exit = Exit::Nothing;
    for (index, socket) in sockets.iter().enumerate() {
        plan.socket = *socket;
        let (result, statistics) = over(&plan, args);
        if index + 1 == sockets.len() || !matches!(result, Ok(None)) {
            signals.restore();
        }
        let told = Told {
            args,
            plan: &plan,
            subject: told(&args.subject, &plan.subject),
        };
        if let Some(statistics) = &statistics {
            told.statistics(statistics);
        }
        match told.result(result.map_err(failure)?, statistics.as_ref())? {
            Exit::Nothing => {}
            Exit::Success => exit = Exit::Success,
            failed => return Ok(failed),
        }
    }
    Ok(exit)
}

/// Tries over one socket what is to be tried again, or else all cases, of which there are statistics.
fn over(plan: &Plan, args: &FuzzArgs) -> (Result<Option<Finding>, RunError>, Option<Statistics>) {
    if let Some(Datagrams(case)) = &args.replay {
        return (replay(plan, case.clone()), None);
    }
    let mut statistics = Statistics::default();
    let progress = progress(plan);
    let result = explore(plan, &mut statistics, |statistics| {
        let done = match args.time {
            Some(_) => statistics.elapsed.as_secs_f64() / plan.time.as_secs_f64(),
            None => statistics.cases as f64 / plan.cases as f64,
        };
        progress.set_position((done * 1e3) as u64);
        progress.set_message(format!("{} cases", statistics.cases));
    });
    progress.finish_and_clear();
    (result, Some(statistics))
}

/// What is told, and to whom.
struct Told<'a> {
    args: &'a FuzzArgs,
    plan: &'a Plan,
    /// In words, and as the end of a command line.
    subject: (String, String),
}

impl Told<'_> {
    /// Tells what was found, or that nothing was.
    fn result(&self, finding: Option<Finding>, statistics: Option<&Statistics>) -> crate::Result {
        let saved = match (&finding, &self.args.save) {
            (Some(finding), Some(file)) => self.save(finding, file),
            _ => Ok(()),
        };
        // What was found is told, though it may not be saved.
        even_unread(self.print(finding.as_ref(), statistics))?;
        saved?;
        Ok(match (finding, statistics) {
            (Some(_), _) => Exit::Failed,
            (None, Some(statistics)) if statistics.cases == 0 => Exit::Nothing,
            (None, _) => Exit::Success,
        })
    }

    fn print(&self, finding: Option<&Finding>, statistics: Option<&Statistics>) -> io::Result<()> {
        let mut out = anstream::stdout().lock();
        let subject = cut(&escaped(self.subject.0.as_bytes()), 100);
        let place = match self.plan.socket {
            SocketKind::Stdin => String::new(),
            socket => format!(" over {socket}"),
        };
        write!(out, "{BOLD}{subject}{BOLD:#}{place}: ")?;
        let seed = self.plan.seed;
        match (finding, statistics) {
            (None, Some(statistics)) if statistics.cases == 0 => {
                writeln!(
                    out,
                    "nothing tested: none of {} cases applies to it",
                    statistics.left_out
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
                self.evidence(&mut out, finding)
            }
            (Some(finding), None) => {
                writeln!(out, "{RED}fails{RED:#}\n")?;
                self.evidence(&mut out, finding)
            }
        }?;
        out.flush()
    }

    fn evidence(&self, out: &mut impl Write, finding: &Finding) -> io::Result<()> {
        let count = finding.datagrams().count();
        let bytes = finding.datagrams().map(<[u8]>::len).sum::<usize>();
        let what = match count {
            1 => format!("a datagram of {}", plural(bytes as u64, "byte")),
            _ => format!(
                "{count} datagrams of {} in all",
                plural(bytes as u64, "byte")
            ),
        };
        let from = finding.original.iter().map(Vec::len).sum::<usize>();
        let made = match (&finding.cut_short, finding.tries) {
            (Some(why), _) => format!(
                ", perhaps not the smallest: {}",
                cut(&escaped(why.as_bytes()), WIDTH)
            ),
            (None, 0) => String::new(),
            (None, tries) => format!(
                ", made out of {} of {} in {}",
                plural(finding.original.len() as u64, "datagram"),
                plural(from as u64, "byte"),
                plural(tries, "try")
            ),
        };
        let verdict = finding.verdict;
        writeln!(out, "{RED}{verdict:<5}{RED:#} {BOLD}{what}{BOLD:#}{made}")?;
        if verdict == Verdict::Warn {
            writeln!(
                out,
                "      It departs from what listeners should do, and from nothing that they must."
            )?;
        }
        for (label, text) in finding.evidence(self.again(finding)) {
            let text = shortened(label, text, WIDTH);
            writeln!(out, "  {DIM}{label:<9}{DIM:#} {text}")?;
        }
        Ok(())
    }

    /// Gives the command line that tries a case again.
    fn again(&self, finding: &Finding) -> String {
        let mut line = String::from("evdg fuzz");
        let typeable = finding.datagrams().map(<[u8]>::len).sum::<usize>() <= TYPEABLE;
        if typeable || self.args.replay.is_some() {
            // Nothing in it means anything to a shell; but it may be empty.
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
        visible_command(&(line + &self.subject.1))
    }

    /// Writes what was found as a vector file.
    fn save(&self, finding: &Finding, file: &VectorFileArg) -> crate::Result<()> {
        let VectorFileArg { path, topic } = file;
        let count = finding.datagrams().count();
        if count > LONGEST_SEQUENCE {
            let message = format!(
                "{}: not written: vector files take sequences of up to {LONGEST_SEQUENCE} datagrams, and this has {count}",
                path.display()
            );
            anstream::eprintln!("evdg: {message}");
            return Ok(());
        }
        let mut vector = finding.vector.clone();
        vector.summary = format!("A listener was found to fail: {}.", finding.why);
        let summary = "What was found by trying, made as small as it could be.";
        let mut text = format!("{:#}", vectors::write(topic, summary, &vector));
        text.push('\n');
        write_atomically(path, text.as_bytes())
            .or_exit_with(Exit::Setup, path.display().to_string())?;
        anstream::eprintln!("evdg: {}: 1 vector", path.display());
        Ok(())
    }

    fn statistics(&self, statistics: &Statistics) {
        let Statistics {
            cases,
            datagrams,
            left_out,
            advice,
            stumbles,
            starts,
            elapsed,
            ..
        } = statistics;
        if *starts == 0 {
            // Why it did not start is told elsewhere.
            return;
        }
        let rate = *cases as f64 / elapsed.as_secs_f64().max(1e-9);
        anstream::eprintln!(
            "evdg: seed {}: {}, {} in {elapsed:.1?} ({rate:.0} cases a second), {} of the subject",
            self.plan.seed,
            plural(*cases, "case"),
            plural(*datagrams, "datagram"),
            plural(*starts, "start")
        );
        if *left_out > 0 {
            anstream::eprintln!(
                "evdg: {left_out} beyond what the subject declares to take, left out"
            );
        }
        if *stumbles > 0 {
            let times = plural(*stumbles, "time");
            anstream::eprintln!(
                "evdg: {times} the subject was silent for too long and then was not again: is the machine busy?"
            );
        }
        if !advice.is_empty() {
            let each: Vec<_> = advice
                .iter()
                .map(|(id, count)| format!("{id} {count}"))
                .collect();
            anstream::eprintln!(
                "evdg: departures from what listeners should do, by what the cases touch: {}; --strict makes them fail",
                each.join(", ")
            );
        }
    }
}

fn plural(count: u64, what: &str) -> String {
    match (count, what.strip_suffix('y')) {
        (1, _) => format!("1 {what}"),
        (_, Some(stem)) => format!("{count} {stem}ies"),
        _ => format!("{count} {what}s"),
    }
}

/// A bar on a terminal, nothing elsewhere.
fn progress(plan: &Plan) -> ProgressBar {
    let bar = ProgressBar::new(1_000);
    let style =
        ProgressStyle::with_template(&format!("{{bar:32}} seed {} {{wide_msg}}", plan.seed));
    bar.with_style(style.expect("the template is right"))
}
