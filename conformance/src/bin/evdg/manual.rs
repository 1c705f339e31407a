use std::fs;
use std::io::{self, Write as _};
use std::path::Path;

use clap::{Command, CommandFactory as _};
use clap_complete::Shell;
use clap_mangen::Man;
use roff::{Roff, bold, roman};

use crate::args::Cli;
use crate::exit_status::{CommandResult, ExitStatus, OrExit as _};
use crate::help::CONTRACT;
use crate::terminal::message;

/// Examples for each command: a command line, and what it is for.
const EXAMPLES: &[(&str, &[(&str, &str)])] = &[
    (
        "evdg",
        &[
            (
                "evdg test -- python3 listener.py",
                "Test a listener over both kinds of socket.",
            ),
            (
                "evdg listen udp:0.0.0.0:8081",
                "Watch what a live OpenSIPS sends.",
            ),
        ],
    ),
    (
        "evdg-test",
        &[
            (
                "evdg test -- python3 listener.py",
                "Test a listener that finds its socket in EVDG_SOCKET.",
            ),
            (
                "evdg test --socket udp -- ./listener --port {port}",
                "Test a listener that takes its port from the command line.",
            ),
            (
                "evdg test --dialect jsonrpc -- python3 listener.py",
                "Test how a listener reads what OpenSIPS 3.1 and later send.",
            ),
            (
                "evdg test --attach udp:127.0.0.1:8081 --observe report.log",
                "Test a listener that runs already, and appends its reports to a file.",
            ),
            (
                "evdg test --parser -- ./parser",
                "Test a parser that reads datagrams in hex, one a line.",
            ),
            (
                "evdg test --set 2026.2 --strict --report junit=report.xml -- ./listener",
                "Gate a change: the frozen set decides, warnings count, and the CI service gets a report.",
            ),
            (
                "evdg test --known known.toml --write-known -- ./listener",
                "Write a list of what fails today, to fix one by one.",
            ),
            (
                "evdg test --rerun report.json -- ./listener",
                "Run what failed in an earlier run again.",
            ),
            (
                "evdg test --vectors found.json -- ./listener",
                "Run the vectors that evdg fuzz --save found.json has written.",
            ),
        ],
    ),
    (
        "evdg-merge",
        &[
            (
                "evdg merge 1.json 2.json --report html=all.html",
                "Join a run in two parts: evdg test --shard 1/2 and 2/2.",
            ),
            (
                "evdg merge report.json --report markdown=report.md",
                "Make another format of a report.",
            ),
        ],
    ),
    (
        "evdg-kit",
        &[
            (
                "evdg kit c my-kit",
                "Write a kit for libFuzzer and AFL++; make -C my-kit fuzz finds the example's bug.",
            ),
            (
                "evdg kit go my-kit --crates ~/event-datagram",
                "Write a kit that builds the oracle from a checkout of the repository.",
            ),
        ],
    ),
    (
        "evdg-compare",
        &[
            (
                "evdg compare before.json after.json",
                "Show what got worse; the exit status is 1 if anything did.",
            ),
            (
                "evdg compare a.json b.json c.json --report html=matrix.html",
                "Compare several implementations, by requirement.",
            ),
        ],
    ),
    (
        "evdg-bench",
        &[
            (
                "evdg bench -- ./listener",
                "Find the highest rate that a listener takes without loss, over UDP and over a UNIX socket.",
            ),
            (
                "evdg bench --rate 20k --duration 30s --report html=load.html -- ./listener",
                "Measure loss and latency at 20,000 datagrams a second, with charts.",
            ),
            (
                "evdg bench --rate burst:200/1s --socket udp -- ./listener",
                "Send 200 datagrams at once each second, to test whether the receive buffer holds them.",
            ),
            (
                "evdg bench --sink",
                "Find the highest rate of this machine without a listener.",
            ),
            (
                "evdg bench --merge one.json two.json --report json=both.json",
                "Add up what two machines measured at the same time.",
            ),
        ],
    ),
    (
        "evdg-fuzz",
        &[
            (
                "evdg fuzz -- python3 listener.py",
                "Send 100000 cases, and print the smallest case of each cause.",
            ),
            (
                "evdg fuzz --time 10m --save found.json -- ./listener",
                "Try for ten minutes, and write what is found as a vector file.",
            ),
            (
                "evdg fuzz --replay 610a,610a -- ./listener",
                "Send only these two datagrams.",
            ),
        ],
    ),
    (
        "evdg-listen",
        &[
            (
                "evdg listen udp:0.0.0.0:8081",
                "Print the events that arrive at a port.",
            ),
            (
                "evdg listen /tmp/event.sock --mode 660",
                "Print the events that arrive at a UNIX socket, to which its group may send, too.",
            ),
            (
                "evdg listen udp:0.0.0.0:8081 --name 'E_PIKE_*' --param 'ip=192.168.*'",
                "Print only these events.",
            ),
        ],
    ),
    (
        "evdg-lint",
        &[
            (
                "evdg lint udp:0.0.0.0:8081",
                "Check what a live OpenSIPS sends, until Ctrl-C.",
            ),
            (
                "evdg lint events.pcapng --port 8081",
                "Check the datagrams of a capture.",
            ),
            (
                "evdg lint - --report json=lint.json < events.jsonl",
                "Check JSON lines with datagram_hex, and write a report for programs.",
            ),
        ],
    ),
    (
        "evdg-explain",
        &[
            ("evdg explain T7", "Print a requirement, and what tests it."),
            (
                "evdg explain quote-event-inside",
                "Print a vector, and how to run it.",
            ),
        ],
    ),
    (
        "evdg-send",
        &[
            (
                "evdg send udp:127.0.0.1:8081 E_PIKE_BLOCKED ip=192.168.2.11 unnamed count:=-1",
                "Raise an event with a named string, an unnamed one, and an integer.",
            ),
            (
                "evdg send /tmp/event.sock --captures corpus/captures/opensips-2.4.11.jsonl",
                "Send datagrams that were captured from a real server.",
            ),
            (
                "evdg send udp:127.0.0.1:8081 --captures events.jsonl --pace",
                "Send what evdg capture has written, at the times at which it was captured.",
            ),
            (
                "evdg send udp:127.0.0.1:8081 --lines events.jsonl --rate 500 --keep-going",
                "Send 500 events a second, and count what cannot be sent.",
            ),
        ],
    ),
    (
        "evdg-decode",
        &[
            (
                "evdg decode < datagrams.hex",
                "Read datagrams in hex, one a line.",
            ),
            (
                "evdg decode --raw < datagram.bin",
                "Read one datagram from a file.",
            ),
        ],
    ),
    (
        "evdg-encode",
        &[(
            "evdg encode --raw < event.json",
            "Write the bytes of one event.",
        )],
    ),
    (
        "evdg-vectors",
        &[(
            "evdg vectors show sep-first-one-splits",
            "Show a vector in full.",
        )],
    ),
    (
        "evdg-vectors-list",
        &[(
            "evdg vectors list --filter T4 --level must",
            "List what tests a requirement.",
        )],
    ),
    (
        "evdg-vectors-show",
        &[(
            "evdg vectors show sep-first-one-splits",
            "Show a vector in full.",
        )],
    ),
    (
        "evdg-vectors-export",
        &[(
            "evdg vectors export vectors --set 2026.2",
            "Write a requirement set as files, for another test suite.",
        )],
    ),
    (
        "evdg-capture",
        &[
            (
                "evdg capture events.pcapng --port 8081",
                "Print what went over the wire, as JSON lines.",
            ),
            (
                "evdg capture events.pcap --port 8081 --vectors mine",
                "Make vectors of what your server sends.",
            ),
        ],
    ),
    (
        "evdg-vectors-import",
        &[(
            "evdg vectors import events.pcapng --port 8081",
            "Print what went over the wire, as JSON lines.",
        )],
    ),
    (
        "evdg-vectors-check",
        &[(
            "evdg vectors check --corpus corpus",
            "Check the corpus in a folder.",
        )],
    ),
    (
        "evdg-help",
        &[(
            "evdg help contract",
            "Print what a listener has to print for each datagram.",
        )],
    ),
    (
        "evdg-completions",
        &[(
            "evdg completions bash > ~/.local/share/bash-completion/completions/evdg",
            "Let bash complete the arguments of evdg.",
        )],
    ),
    (
        "evdg-man",
        &[(
            "evdg man ~/.local/share/man/man1",
            "Let man find the pages of evdg.",
        )],
    ),
];

/// Prints the completions for a shell.
pub(crate) fn completions(shell: Shell) -> CommandResult {
    // The generator panics on a failed write, so it writes to memory.
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "evdg", &mut script);
    io::stdout().write_all(&script)?;
    Ok(ExitStatus::Success)
}

/// Writes a man page for each command into a folder.
pub(crate) fn pages(folder: &Path) -> CommandResult {
    fs::create_dir_all(folder).or_exit_with(ExitStatus::Setup, folder.display().to_string())?;
    let commands = commands();
    for command in &commands {
        let (name, page) = page(command)?;
        let path = folder.join(name);
        fs::write(&path, page).or_exit_with(ExitStatus::Setup, path.display().to_string())?;
    }
    message(format_args!(
        "{} pages in {}",
        commands.len(),
        folder.display()
    ));
    Ok(ExitStatus::Success)
}

/// Returns all commands, each before its subcommands.
fn commands() -> Vec<Command> {
    let mut root = Cli::command();
    root.build();
    let mut commands = vec![root];
    let mut next = 0;
    while let Some(command) = commands.get(next) {
        let below: Vec<_> = command.get_subcommands().cloned().collect();
        commands.extend(below);
        next += 1;
    }
    commands
}

fn page(command: &Command) -> io::Result<(String, Vec<u8>)> {
    let man = Man::new(command.clone())
        .source(concat!("evdg ", env!("CARGO_PKG_VERSION")))
        .manual("event_datagram conformance suite");
    let mut page = Vec::new();
    man.render_title(&mut page)?;
    man.render_name_section(&mut page)?;
    man.render_synopsis_section(&mut page)?;
    man.render_description_section(&mut page)?;
    man.render_options_section(&mut page)?;
    if command.has_subcommands() {
        man.render_subcommands_section(&mut page)?;
    }
    let mut more = Roff::new();
    let name = command.get_display_name().unwrap_or(command.get_name());
    // The help of `evdg` itself ends with the exit statuses, which have a section of their own
    // here.
    if let Some(notes) = command.get_after_help().filter(|_| name != "evdg") {
        more.control("SH", ["NOTES"]);
        more.text([roman(notes.to_string())]);
    }
    if name == "evdg-test" {
        add_contract(&mut more);
    }
    add_examples(&mut more, name);
    add_statuses(&mut more);
    more.to_writer(&mut page)?;
    Ok((man.get_filename(), page))
}

fn add_contract(page: &mut Roff) {
    page.control("SH", ["REPORTING CONTRACT"]);
    // The text has tables, so its lines must not be filled.
    page.control("nf", []);
    for line in CONTRACT.lines().skip(1) {
        page.text([roman(line)]);
    }
    page.control("fi", []);
}

fn add_examples(page: &mut Roff, command: &str) {
    page.control("SH", ["EXAMPLES"]);
    let of_command = EXAMPLES.iter().filter(|(name, _)| *name == command);
    for (line, what) in of_command.flat_map(|(_, examples)| *examples) {
        page.control("TP", []);
        page.text([bold(*line)]);
        page.text([roman(*what)]);
    }
}

fn add_statuses(page: &mut Roff) {
    page.control("SH", ["EXIT STATUS"]);
    for (status, meaning) in ExitStatus::ALL {
        page.control("TP", []);
        page.text([bold((status as u8).to_string())]);
        page.text([roman(meaning)]);
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;

    #[test]
    fn the_definitions_are_valid() {
        Cli::command().debug_assert();
    }

    #[test]
    fn every_command_has_examples_and_every_example_a_command() {
        let names: Vec<_> = commands()
            .iter()
            .map(|command| {
                command
                    .get_display_name()
                    .unwrap_or(command.get_name())
                    .to_string()
            })
            .collect();
        let with_examples: Vec<_> = EXAMPLES.iter().map(|(name, _)| *name).collect();
        for name in &names {
            assert!(
                with_examples.contains(&name.as_str()),
                "{name} has no example"
            );
        }
        assert_eq!(names.len(), EXAMPLES.len());
    }

    #[test]
    fn every_example_parses() {
        for (line, _) in EXAMPLES.iter().flat_map(|(_, examples)| *examples) {
            let command = line.split(['<', '>']).next().unwrap();
            let words = shlex::split(command).unwrap();
            assert!(Cli::try_parse_from(words).is_ok(), "{line}");
        }
    }
}
