//! The kill matrix: mutation testing of the corpus. It runs every vector on listeners with one
//! fault each, which are the common instances of the faults in the oracle crate.
//!
//! Each faulty listener must fail a vector of level must or should, and each vector must detect a
//! fault that most vectors do not detect. The results are in `corpus/kills/`; `SNAPSHOTS=overwrite`
//! updates them. The listeners are models in this process. One listener in five also runs as a
//! process, and the diagnosis must name its fault. With `KILL_MATRIX_REPEATS=20`, it runs 20 times,
//! with equal results. `ci/kills` runs all tests in an optimised build; in any other build most of
//! them are ignored.
//!
//! This program also contains the faulty listeners: `kill_matrix listen DIALECT NAME` listens on
//! the socket in `EVDG_SOCKET`. To test one, run `evdg test -- target/release/deps/kill_matrix-…
//! listen text splits-at-last-separator`.

#[cfg(unix)]
mod combinations;
#[cfg(unix)]
mod listeners;
#[cfg(unix)]
mod matrix;
#[cfg(unix)]
mod page;
#[cfg(unix)]
mod socket;
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

/// Listens with a fault, or without one, until the listener ends or the process is killed.
#[cfg(unix)]
fn listen_as(dialect: &str, name: &str) -> ! {
    use event_datagram_conformance::dialect::Dialect;

    // Prints panics on one line without a backtrace, because resolving it takes longer than
    // everything else.
    std::panic::set_hook(Box::new(|panic| eprintln!("{panic}")));
    let dialect = *Dialect::ALL
        .iter()
        .find(|known| known.as_str() == dialect)
        .expect("the second argument is a dialect");
    let address = std::env::var("EVDG_SOCKET").expect("EVDG_SOCKET is set");
    let faulty = listeners::FaultyListener::all(dialect)
        .into_iter()
        .find(|listener| listener.name == name);
    assert!(
        faulty.is_some() || name == matrix::CORRECT,
        "there is no faulty listener {name}"
    );
    let model = listeners::model(dialect, faulty.as_ref().map(|listener| &listener.instance));
    let ended = socket::listen(model, &address);
    panic!("the listener ended: {ended:?}");
}
