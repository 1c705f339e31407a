use std::time::Duration;

use super::stop::Stop;

/// The settings of every subject of a run.
#[derive(Clone, Debug)]
pub struct SubjectSettings {
    /// The longest wait for anything.
    pub timeout: Duration,
    /// The name of the fence event.
    pub fence: String,
    /// The request that ends every wait.
    pub stop: Stop,
}
