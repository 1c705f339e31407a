//! Advice for a subject that does not start: recognises the usual mistakes by their symptoms.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::io;
use std::path::Path;

use memchr::memmem;

use super::command::Kind;
use super::death::{Death, Exit};
use super::log::{LogEnds, LogLine, LogStream};
use crate::contract::{Line, parse_line};
use crate::dialect::Dialect;
use crate::escape::{cut, escaped};
use crate::fence::{FenceTemplate, Fences, is_plain_name, renaming_advice};
use crate::transport::{Address, SocketKind};

/// What is known of a subject that has not reported the newest first event.
pub(super) struct SilentSubject<'s> {
    pub(super) kind: Kind,
    pub(super) socket: SocketKind,
    pub(super) dialect: Dialect,
    /// The address to which first events were sent; `None` for a parser.
    pub(super) address: Option<&'s Address>,
    /// Whether no socket or pipe accepted a first event.
    pub(super) is_unsent: bool,
    /// Whether the subject has reported a first event, but not the newest one.
    pub(super) is_behind: bool,
    /// Lines that start with `{` and report no first event.
    pub(super) lines: &'s [Vec<u8>],
    pub(super) log: &'s LogEnds,
}

/// The advice for a subject that reports only some events.
const NAMES_ADVICE: &str = "; if it drops names that it does not know, see --fence and --event";
/// The longest text that is quoted from a line, in characters.
const MAX_QUOTED: usize = 200;
/// The error number of a file that is no program and names no interpreter.
const ENOEXEC: i32 = 8;

impl SilentSubject<'_> {
    /// Returns what the subject did instead of reporting the newest first event, and what to do.
    pub(super) fn explain(&self, template: &FenceTemplate, fences: &Fences) -> String {
        if self.is_behind {
            return "it reports an event only when another has come: each datagram has to be \
                    reported at once"
                .into();
        }
        let mut log = self.log.kept();
        if let Some(line) = log.find(|line| fences.is_tagged(&line.text)) {
            return self.explain_report_in_log(line);
        }
        if !self.lines.is_empty() {
            let lines = self.lines.iter();
            let lines = lines.map(|line| cut(&escaped(line), MAX_QUOTED));
            let lines = lines.collect::<Vec<_>>().join("\n  ");
            let what = self.explain_other_reports(template);
            return format!("{what}\n  {lines}");
        }
        if self.is_unsent {
            return self.explain_refusal();
        }
        if self.log.kept().next().is_some() {
            return format!(
                "it printed no JSON line; write one line that starts with `{{` for each datagram, and flush it\
                 {NAMES_ADVICE}"
            );
        }
        let what = match self.kind {
            Kind::Running => {
                "nothing was added to its reports; is that where it writes a JSON line for each \
                 datagram, and flushes it?"
            }
            Kind::Listener | Kind::Parser => {
                "it took the event and printed nothing; does it write a JSON line for each \
                 datagram, and flush it?"
            }
        };
        let parser_advice = match self.kind {
            Kind::Parser => "; if it binds a socket, leave out --parser",
            Kind::Listener | Kind::Running => "",
        };
        format!("{what}{NAMES_ADVICE}{parser_advice}")
    }

    /// Explains a line of the log that contains the first event.
    fn explain_report_in_log(&self, line: &LogLine) -> String {
        let text = cut(&escaped(&line.text), MAX_QUOTED);
        let is_cut = |line: &Vec<u8>| line.trim_ascii() == b"{";
        let what = if line.stream == LogStream::Errors {
            "it reported the event on standard error; reports belong on standard output"
        } else if self.lines.iter().any(is_cut) {
            "its report of the event has several lines; each report has to be one line"
        } else if line.text.contains(&b'{') {
            "text stands before the `{` of its report; a line that does not start with `{` is log"
        } else {
            "it printed the event, but not as a JSON line that starts with `{`"
        };
        format!("{what}\n  {text}")
    }

    /// Explains lines that start with `{`, if none contains the tag of a first event.
    fn explain_other_reports(&self, template: &FenceTemplate) -> String {
        let name = template.event_name();
        let names_fence = |line: &Vec<u8>| memmem::find(line, name.as_bytes()).is_some();
        if self.lines.iter().any(names_fence) {
            let tag = template.tag_param();
            return format!(
                "it reported the event without the value of its parameter `{tag}`, by which it is \
                 recognised"
            );
        }
        let parsed: Vec<_> = self
            .lines
            .iter()
            .filter_map(|line| parse_line(line))
            .collect();
        // A running listener also reports the datagrams of other senders.
        let names: BTreeSet<_> = parsed
            .iter()
            .filter_map(|line| match line {
                Line::Event(event) if is_plain_name(&event.name) => {
                    str::from_utf8(&event.name).ok()
                }
                _ => None,
            })
            .collect();
        if let Some(advice) = renaming_advice(names) {
            return advice;
        }
        let is_rejection = |line: &Line| matches!(line, Line::Rejection(_));
        if parsed.iter().any(is_rejection) {
            let other = self.dialect.other();
            return format!(
                "it reported something else{NAMES_ADVICE}; if it demands parameters: --fence \
                 '{name} param={{tag}}'; if it reads {other}: --dialect {other}"
            );
        }
        format!("it reported something else{NAMES_ADVICE}")
    }

    /// Explains that no first event could be sent.
    fn explain_refusal(&self) -> String {
        let place = match self.address {
            Some(address) => address.to_string(),
            None => "its input".into(),
        };
        if self.kind == Kind::Running {
            return format!("nobody listens on {place}; is the listener running?");
        }
        let advice = match self.socket {
            SocketKind::Unix => "; if it binds UDP sockets alone: --socket udp",
            SocketKind::Udp | SocketKind::Udp6 => "; if it binds UNIX sockets alone: --socket unix",
            _ => "",
        };
        format!(
            "nobody listens on {place}; it must bind the socket in EVDG_SOCKET or its arguments\
             {advice}"
        )
    }
}

/// Returns advice for a subject that ended before it reported a first event. Returns an empty text
/// if there is no advice.
pub(super) fn on_death(
    kind: Kind,
    socket: SocketKind,
    dialect: Dialect,
    has_taken_event: bool,
    death: &Death,
) -> String {
    let other = dialect.other();
    match (kind, death) {
        (Kind::Running, _) => String::new(),
        (Kind::Parser, _) => "\na parser reads datagrams on standard input, one a line in hex; if \
                              this binds a socket, leave out --parser"
            .into(),
        (Kind::Listener, Death::Exited(Exit::Status(0))) if !has_taken_event => {
            "\na listener binds the socket in EVDG_SOCKET or its arguments and runs until it is \
             killed; if this reads datagrams on standard input: --parser"
                .into()
        }
        (Kind::Listener, Death::Exited(_)) if has_taken_event => format!(
            "\nit was sent a good event in {dialect}; if it reads {other} alone: --dialect {other}"
        ),
        (Kind::Listener, Death::Exited(_)) if socket == SocketKind::Unix => {
            "\nif it binds UDP sockets alone: --socket udp".into()
        }
        (Kind::Listener, _) => String::new(),
    }
}

/// Returns advice for a program that the system does not start. Returns an empty text if there is
/// no advice.
pub(super) fn on_spawn_error(program: &OsStr, has_args: bool, error: &io::Error) -> String {
    let (path, name) = (Path::new(program), program.to_string_lossy());
    let is_bare = path.components().count() == 1 && !name.contains('/');
    match error.kind() {
        io::ErrorKind::NotFound if !has_args && name.trim().contains(' ') => format!(
            "; the command is one word: leave out the quotes around it, as in `-- {}`",
            cut(name.trim(), MAX_QUOTED)
        ),
        io::ErrorKind::NotFound if is_bare && path.exists() => {
            format!("; it is in this folder, and not in PATH: write ./{name}")
        }
        io::ErrorKind::NotFound if path.exists() => {
            "; it is there, but the interpreter that its first line names is not".into()
        }
        io::ErrorKind::PermissionDenied if path.is_dir() => "; it is a folder".into(),
        io::ErrorKind::PermissionDenied => format!(
            "; is it executable? `chmod +x` makes it so; a script can be named behind its \
             interpreter, as in `-- python3 {name}`"
        ),
        _ if error.raw_os_error() == Some(ENOEXEC) => {
            "; it is no program: a script needs a first line such as `#!/usr/bin/env python3`"
                .into()
        }
        _ => String::new(),
    }
}
