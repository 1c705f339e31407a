//! The kill matrix: every vector on listeners that are broken in one place each.
//!
//! Each broken listener has to be failed by a vector of level must or should, and each vector has to find one that most
//! vectors do not find. What finds what is written to `corpus/kills/`; `SNAPSHOTS=overwrite` writes it anew.
//! `KILL_MATRIX_REPEATS=20` runs everything so often, and nothing may change. `ci/kills` does it all, in an optimised build;
//! in any other all but a few of these tests are ignored.
//!
//! This program is also the broken listeners: `kill_matrix listen DIALECT NAME`, on the socket in `EVDG_SOCKET`. So one is
//! looked at with `evdg test -- target/release/deps/kill_matrix-… listen text splits-at-last-separator`.

#[cfg(unix)]
mod bug;
#[cfg(unix)]
mod jsonrpc;
#[cfg(unix)]
mod listener;
#[cfg(unix)]
mod matrix;
#[cfg(unix)]
mod page;
#[cfg(unix)]
mod text;
#[cfg(unix)]
mod trials;

#[cfg(unix)]
fn main() -> std::process::ExitCode {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    match &arguments[..] {
        [listen, dialect, name] if listen == matrix::LISTEN => listen_as(dialect, name),
        _ => libtest_mimic::run(&libtest_mimic::Arguments::from_args(), trials::all()).exit_code(),
    }
}

#[cfg(not(unix))]
fn main() {}

/// Is a listener, until it is killed.
#[cfg(unix)]
fn listen_as(dialect: &str, name: &str) -> ! {
    use event_datagram_conformance::dialect::Dialect;

    // A bug that kills is told in a line: to look up where it happened takes longer than all else.
    std::panic::set_hook(Box::new(|panic| eprintln!("{panic}")));
    let dialect = *Dialect::ALL
        .iter()
        .find(|known| known.as_str() == dialect)
        .expect("it is a dialect");
    let address = std::env::var("EVDG_SOCKET").expect("EVDG_SOCKET is set");
    let socket = listener::Socket::bind(&address).expect("the socket is free");
    let ended = match bug::Broken::all(dialect)
        .into_iter()
        .find(|broken| broken.name == name)
    {
        Some(broken) => broken.listen(&socket),
        None if name == matrix::UNBROKEN => bug::listen_unbroken(dialect, &socket),
        None => panic!("there is no broken listener {name}"),
    };
    panic!("it stopped listening: {ended:?}");
}
