//! Tests of the mistakes that people make when they connect a listener for the first time: each has
//! its exit status and its message. A page of the book is made from the same table.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::thread;

use snapbox::{Assert, Data};

use crate::evdg::{Ran, evdg};

/// A mistake, and how `evdg` reacts to it.
struct Mistake {
    /// What the listener or its author does wrong, as the page of the book says it.
    what: &'static str,
    /// The arguments of `evdg`, up to the command of the subject.
    args: &'static [&'static str],
    subject: Subject,
    status: i32,
    /// A part of the message, on standard error or in the report.
    says: &'static str,
}

/// What follows the arguments of `evdg`.
enum Subject {
    /// `--` and a Python listener that runs this code for each datagram. The variables `name` and
    /// `params`, a list of pairs, hold the event.
    Listener(&'static str),
    /// `--` and a Python program.
    Program(&'static str),
    /// These words. They may name a Python program that the test writes into its folder.
    Words(&'static [&'static str]),
}

use Subject::{Listener, Program, Words};

const UDP: &[&str] = &["test", "--socket", "udp"];
const UNIX: &[&str] = &["test", "--socket", "unix"];
const PARSER: &[&str] = &["test", "--parser"];

const MISTAKES: &[Mistake] = &[
    // Reports that break the contract.
    Mistake {
        what: "prints a Python dict instead of JSON",
        args: UNIX,
        subject: Listener("print(report(), flush=True)"),
        status: 3,
        says: "it is Python's repr, not JSON: print(json.dumps(report), flush=True)",
    },
    Mistake {
        what: "writes JSON by hand, with a comma too many",
        args: UNIX,
        subject: Listener("print(json.dumps(report())[:-1] + ',}', flush=True)"),
        status: 3,
        says: "the subject's report of the first event is no line of the contract: it is not JSON",
    },
    Mistake {
        what: "indents its JSON, over several lines",
        args: UNIX,
        subject: Listener("print(json.dumps(report(), indent=2), flush=True)"),
        status: 3,
        says: "its report of the event has several lines; each report has to be one line",
    },
    Mistake {
        what: "reports `params` as an object",
        args: UNIX,
        subject: Listener("say({'event': name, 'params': dict(params)})"),
        status: 3,
        says: "`params` is an object, not a list",
    },
    Mistake {
        what: "reports `params` as a string",
        args: UNIX,
        subject: Listener("say({'event': name, 'params': str(params)})"),
        status: 3,
        says: "`params` is a string, not a list",
    },
    Mistake {
        what: "reports each parameter as a pair",
        args: UNIX,
        subject: Listener("say({'event': name, 'params': params})"),
        status: 3,
        says: "params[0] is a list, not an object",
    },
    Mistake {
        what: "reports each parameter under its own name",
        args: UNIX,
        subject: Listener("say({'event': name, 'params': [dict([pair]) for pair in params]})"),
        status: 3,
        says: "params[0].value is missing",
    },
    Mistake {
        what: "reports a list as a value",
        args: UNIX,
        subject: Listener(
            "say({'event': name, 'params': [{'name': n, 'value': [v]} for n, v in params]})",
        ),
        status: 3,
        says: "params[0].value is a list, not a string",
    },
    Mistake {
        what: "reports the event's name under another key",
        args: UNIX,
        subject: Listener("say({'name': name, 'params': report()['params']})"),
        status: 3,
        says: "`event` is missing: the name of the event is under `name`",
    },
    Mistake {
        what: "reports the event as an object",
        args: UNIX,
        subject: Listener("say({'event': {'name': name}, 'params': report()['params']})"),
        status: 3,
        says: "event is an object, not a string",
    },
    // Reports that the runner does not see.
    Mistake {
        what: "reports on standard error",
        args: UNIX,
        subject: Listener("print(json.dumps(report()), file=sys.stderr, flush=True)"),
        status: 3,
        says: "it reported the event on standard error; reports belong on standard output",
    },
    Mistake {
        what: "does not flush its output",
        args: UNIX,
        subject: Listener("print(json.dumps(report()))"),
        status: 3,
        says: "does it write a JSON line for each datagram, and flush it?",
    },
    Mistake {
        what: "drops events whose names it does not know",
        args: UNIX,
        subject: Listener("if name == 'E_PIKE_BLOCKED': say(report())"),
        status: 3,
        says: "if it drops names that it does not know, see --fence and --event",
    },
    Mistake {
        what: "prints a time before each report",
        args: UNIX,
        subject: Listener("print('12:00:00', json.dumps(report()), flush=True)"),
        status: 3,
        says: "text stands before the `{` of its report; a line that does not start with `{` is log",
    },
    Mistake {
        what: "prints events, but not as JSON",
        args: UNIX,
        subject: Listener("print(name, params, flush=True)"),
        status: 3,
        says: "it printed the event, but not as a JSON line that starts with `{`",
    },
    Mistake {
        what: "prints that something came, and not what",
        args: UNIX,
        subject: Listener("print('received an event', flush=True)"),
        status: 3,
        says: "it printed no JSON line; write one line that starts with `{` for each datagram, and flush it",
    },
    Mistake {
        what: "leaves out the parameters",
        args: UNIX,
        subject: Listener("say({'event': name, 'params': []})"),
        status: 3,
        says: "it reported the event without the value of its parameter `tag`",
    },
    Mistake {
        what: "reports an event when the next one comes",
        args: UNIX,
        subject: Listener("if count: say(held)\n    held = report()"),
        status: 3,
        says: "it reports an event only when another has come",
    },
    Mistake {
        what: "closes its standard output",
        args: UNIX,
        subject: Program("import os, time; os.close(1); time.sleep(100)"),
        status: 3,
        says: "it closed its standard output, so that it cannot be observed",
    },
    // Rejections, and the dialects.
    Mistake {
        what: "rejects events without a parameter that it demands",
        args: UNIX,
        subject: Listener("say(report() if 'ip' in dict(params) else {'error': 'no ip'})"),
        status: 3,
        says: "if it demands parameters: --fence 'E_EVDG_FENCE param={tag}'",
    },
    Mistake {
        what: "reads JSON-RPC alone, and is tested in text",
        args: UNIX,
        subject: Listener("say(report() if is_json else {'error': 'no JSON'})"),
        status: 3,
        says: "did in jsonrpc, OpenSIPS 3.1 and later: add --dialect jsonrpc",
    },
    Mistake {
        what: "reads text alone, and is tested in JSON-RPC",
        args: &["test", "--socket", "unix", "--dialect", "jsonrpc"],
        subject: Listener("say({'error': 'no event'} if is_json else report())"),
        status: 3,
        says: "did in text, OpenSIPS 1.7 to 3.0: add --dialect text",
    },
    Mistake {
        what: "ends at what is not JSON-RPC, and is tested in text",
        args: UNIX,
        subject: Listener("json.loads(datagram)"),
        status: 3,
        says: "it was sent a good event in text; if it reads jsonrpc alone: --dialect jsonrpc",
    },
    Mistake {
        what: "declares JSON-RPC alone, and is tested in text",
        args: UNIX,
        subject: Program(
            "import time; print('{\"ready\":true,\"dialects\":[\"jsonrpc\"]}', flush=True); \
             time.sleep(100)",
        ),
        status: 4,
        says: "the subject declares that it reads jsonrpc",
    },
    Mistake {
        what: "declares that it tells the dialects apart, and reads text alone",
        args: &["test", "--socket", "unix", "--dialect", "text,jsonrpc"],
        subject: Listener(
            "if count == 0: say({'ready': True, 'tells_dialects_apart': True})\n    \
             if not is_json: say(report())",
        ),
        status: 3,
        says: "did not report a good event in jsonrpc",
    },
    Mistake {
        what: "asks for a requirement of JSON-RPC without its dialect",
        args: &["test", "--filter", "J4"],
        subject: Words(&["--", "./listener.py"]),
        status: 4,
        says: "`J4` fits vectors of jsonrpc alone, and none of text: add `--dialect jsonrpc`",
    },
    // Sockets.
    Mistake {
        what: "binds UDP sockets alone",
        args: UNIX,
        subject: Program("import time; time.sleep(100)"),
        status: 3,
        says: "if it binds UDP sockets alone: --socket udp",
    },
    Mistake {
        what: "ends at the address of a UNIX socket",
        args: UNIX,
        subject: Program(
            "import os; host, port = os.environ['EVDG_SOCKET'].removeprefix('udp:').split(':')\n\
             int(port)",
        ),
        status: 3,
        says: "if it binds UDP sockets alone: --socket udp",
    },
    Mistake {
        what: "binds a port of its own choice",
        args: UDP,
        subject: Program(
            "import socket, time; s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)\n\
             s.bind(('127.0.0.1', 0)); time.sleep(100)",
        ),
        status: 3,
        says: "it must bind the socket in EVDG_SOCKET or its arguments",
    },
    Mistake {
        what: "takes a port on its command line, over a UNIX socket",
        args: UNIX,
        subject: Words(&["--", "./listener.py", "{port}"]),
        status: 2,
        says: "takes {port}, which a unix socket does not have; add `--socket udp`",
    },
    Mistake {
        what: "is a listener, and is tested as a parser",
        args: PARSER,
        subject: Listener("say(report())"),
        status: 3,
        says: "if this binds a socket, leave out --parser",
    },
    Mistake {
        what: "is a listener at a port of its own, and is tested as a parser",
        args: PARSER,
        subject: Program(
            "import socket; s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)\n\
             s.bind(('127.0.0.1', 0)); s.recv(1)",
        ),
        status: 3,
        says: "if it binds a socket, leave out --parser",
    },
    Mistake {
        what: "is a parser, and is tested as a listener",
        args: UNIX,
        subject: Program("import sys\nfor line in sys.stdin: print('{}', flush=True)"),
        status: 3,
        says: "if this reads datagrams on standard input: --parser",
    },
    Mistake {
        what: "attaches to a listener that does not run",
        args: &[
            "test",
            "--attach",
            "udp:127.0.0.1:9",
            "--observe",
            "listener.py",
        ],
        subject: Words(&[]),
        status: 3,
        says: "nobody listens on udp:127.0.0.1:9; is the listener running?",
    },
    // Start lines.
    Mistake {
        what: "declares a size as a string",
        args: UNIX,
        subject: Program("print('{\"ready\":true,\"max_datagram\":\"4096\"}', flush=True)"),
        status: 3,
        says: "the subject's start line cannot be used: max_datagram: ",
    },
    Mistake {
        what: "declares a socket that is none",
        args: UNIX,
        subject: Program("print('{\"ready\":true,\"socket\":\"nowhere\"}', flush=True)"),
        status: 3,
        says: "the subject's start line cannot be used: socket \"nowhere\"",
    },
    // Commands.
    Mistake {
        what: "leaves out the `--` before the command",
        args: &["test"],
        subject: Words(&["python3", "listener.py"]),
        status: 2,
        says: "the subject's command comes after `--`: evdg test -- python3 listener.py",
    },
    Mistake {
        what: "quotes the command as one word",
        args: &["test"],
        subject: Words(&["--", "python3 listener.py"]),
        status: 3,
        says: "the command is one word: leave out the quotes around it, as in `-- python3 listener.py`",
    },
    Mistake {
        what: "names a program of the current folder without `./`",
        args: &["test"],
        subject: Words(&["--", "listener.py"]),
        status: 3,
        says: "it is in this folder, and not in PATH: write ./listener.py",
    },
    Mistake {
        what: "names a file that is not executable",
        args: &["test"],
        subject: Words(&["--", "./listener.py"]),
        status: 3,
        says: "is it executable? `chmod +x` makes it so",
    },
    Mistake {
        what: "names an interpreter that is not there",
        args: &["test"],
        subject: Words(&["--", "./no-interpreter.py"]),
        status: 3,
        says: "it is there, but the interpreter that its first line names is not",
    },
    Mistake {
        what: "ends at once",
        args: UDP,
        subject: Program("import no_such_module"),
        status: 3,
        says: "the subject did not start over udp: it ended: exit status 1",
    },
];

/// The beginning of the program of each [`Listener`].
const LISTENER: &str = "\
import json, os, socket, sys
kind, _, rest = os.environ['EVDG_SOCKET'].partition(':')
sock = socket.socket(socket.AF_UNIX if kind == 'unix' else socket.AF_INET, socket.SOCK_DGRAM)
sock.bind(rest if kind == 'unix' else ('127.0.0.1', int(rest.split(':')[1])))
def say(line): print(json.dumps(line), flush=True)
def report(): return {'event': name, 'params': [{'name': n, 'value': v} for n, v in params]}
for count in range(1 << 60):
    datagram = sock.recv(70000).decode()
    is_json = datagram.startswith('{')
    if is_json:
        rpc = json.loads(datagram)
        name, params = rpc['method'], list(rpc['params'].items())
    else:
        name, *lines = datagram.strip().split('\\n')
        params = [line.split('::', 1) for line in lines]
    ";

impl Mistake {
    /// Runs `evdg` in a folder, with the mistake.
    fn make(&self, folder: &Path) -> Ran {
        let mut evdg = evdg();
        evdg.current_dir(folder).args(self.args);
        evdg.env_remove("PYTHONUNBUFFERED");
        match self.subject {
            Listener(body) => {
                let program = [LISTENER, body].concat();
                evdg.args(["--", "python3", "-c", &program])
            }
            Program(program) => evdg.args(["--", "python3", "-c", program]),
            Words(words) => evdg.args(words),
        };
        evdg.output().expect("evdg runs").into()
    }

    /// Returns what is wrong with the status and the message. `None` if they are right.
    fn departure(&self, ran: &Ran) -> Option<String> {
        // The text of both streams, with each wrapped reason joined to one line.
        let text = [&*ran.unwrapped(), &*ran.stderr].concat();
        let is_right = ran.status == Some(self.status) && text.contains(self.says);
        let (what, status, says) = (self.what, self.status, self.says);
        (!is_right).then(|| {
            let found = ran.status;
            format!("{what}:\nexpected {status}: {says}\nfound {found:?}: {text}\n")
        })
    }
}

#[test]
fn each_first_mistake_has_its_status_and_its_message() {
    assert!(MISTAKES.len() >= 30);
    let folder = tempfile::tempdir().expect("there is room");
    let write = |name: &str, text: &str, mode: u32| {
        let path = folder.path().join(name);
        fs::write(&path, text).expect("there is room");
        let mode = fs::Permissions::from_mode(mode);
        fs::set_permissions(&path, mode).expect("it is ours");
    };
    write("listener.py", LISTENER, 0o644);
    write("no-interpreter.py", "#!/no/such/interpreter\n", 0o755);
    // Several threads, because most of these runs wait for the subject.
    let (left, wrong) = (Mutex::new(MISTAKES.iter()), Mutex::new(Vec::new()));
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                loop {
                    let Some(mistake) = left.lock().expect("no panic").next() else {
                        return;
                    };
                    let departure = mistake.departure(&mistake.make(folder.path()));
                    wrong.lock().expect("no panic").extend(departure);
                }
            });
        }
    });
    let wrong = wrong.into_inner().expect("no panic");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn no_message_asks_for_a_flush_where_nothing_applies() {
    let folder = tempfile::tempdir().expect("there is room");
    for mistake in MISTAKES.iter().filter(|mistake| mistake.status == 4) {
        let ran = mistake.make(folder.path());
        let text = [&*ran.stdout, &*ran.stderr].concat();
        assert!(!text.contains("flush it"), "{text}");
    }
}

#[test]
fn the_book_has_the_table_of_first_mistakes() {
    let mut page = String::from(
        "# First mistakes\n\n\
         This page lists what often goes wrong when a listener is connected for the first time, and \
         what\n`evdg test` says about it. A test of the suite makes each of these mistakes and \
         checks the message.\nThe [exit status](options.md#exit-statuses) is 2 for wrong usage, 3 \
         if the subject cannot be\nobserved, and 4 if no vector applies.\n\n\
         | the listener, or its author, | status | the message says |\n| --- | --- | --- |\n",
    );
    for Mistake {
        what, status, says, ..
    } in MISTAKES
    {
        let says = says.replace('|', "\\|").replace('`', "'");
        page.push_str(&format!("| {what} | {status} | `{}` |\n", says.trim_end()));
    }
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("book/src/first-mistakes.md");
    let assert = Assert::new().action_env("SNAPSHOTS");
    assert.eq(page, Data::read_from(&path, None).raw());
}
