/// A family of inputs: every string of up to `longest` symbols.
#[derive(Clone)]
pub(crate) struct Family {
    pub(crate) name: &'static str,
    pub(crate) symbols: &'static [&'static [u8]],
    pub(crate) longest: u32,
    /// Runs the laws on one string, and returns the number of cases that it made of the string.
    /// Panics if a law is broken.
    pub(crate) run: fn(&[u8]) -> u64,
}
