use std::time::Duration;

use super::stop::Stop;
use crate::fence::FenceTemplate;

/// The settings of every subject of a run.
#[derive(Clone, Debug)]
pub struct SubjectSettings {
    /// The longest wait for anything.
    pub timeout: Duration,
    /// What fences look like.
    pub fence: FenceTemplate,
    /// The request that ends every wait.
    pub stop: Stop,
}
