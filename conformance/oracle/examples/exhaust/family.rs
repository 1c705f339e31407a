/// A family of inputs: every string of up to `longest` symbols.
#[derive(Clone)]
pub(crate) struct Family {
    pub(crate) name: &'static str,
    pub(crate) symbols: &'static [&'static [u8]],
    pub(crate) longest: u32,
    /// Runs the laws on the cases of one string, and returns the number of cases. Panics if a law
    /// does not hold.
    pub(crate) run: fn(&[u8]) -> u64,
}

/// The text before and after a string in a datagram.
pub(crate) struct Context {
    pub(crate) before: &'static [u8],
    pub(crate) behind: &'static [u8],
}

/// Runs the laws on the datagram of a string in each context, and returns the number of datagrams.
pub(crate) fn in_each_context(string: &[u8], contexts: &[Context], laws: fn(&[u8])) -> u64 {
    let mut buffer = [0; 160];
    for context in contexts {
        let mut length = 0;
        for part in [context.before, string, context.behind] {
            buffer[length..][..part.len()].copy_from_slice(part);
            length += part.len();
        }
        laws(&buffer[..length]);
    }
    contexts.len() as u64
}
