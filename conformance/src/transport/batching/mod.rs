//! Passes one or many datagrams to the kernel in a call.

#[cfg(not(target_os = "linux"))]
mod fallback;
#[cfg(target_os = "linux")]
mod linux;

#[cfg(not(target_os = "linux"))]
pub(super) use fallback::Batching;
#[cfg(target_os = "linux")]
pub(super) use linux::Batching;
