/// Why a process takes no bytes on its standard input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum InputError {
    /// It has not read the bytes before.
    #[cfg(unix)]
    Full,
    /// It has closed its input.
    Closed,
}
