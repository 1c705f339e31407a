/// Why a process takes no bytes on its standard input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum InputError {
    /// The process has not read the earlier bytes.
    #[cfg(unix)]
    Full,
    /// The process has closed its input.
    Closed,
}
