/// The longest seed, in bytes: longer ones only slow an engine down.
pub(super) const MAX_SEED: usize = 4_096;
