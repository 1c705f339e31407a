/// The length of the longest seed in bytes. Longer seeds only slow an engine down.
pub(super) const MAX_SEED: usize = 4_096;
