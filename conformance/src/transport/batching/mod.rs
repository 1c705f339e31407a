//! How many datagrams one call hands to the kernel.

#[cfg(not(target_os = "linux"))]
mod fallback;
#[cfg(target_os = "linux")]
mod linux;

#[cfg(not(target_os = "linux"))]
pub(super) use fallback::Batching;
#[cfg(target_os = "linux")]
pub(super) use linux::Batching;
