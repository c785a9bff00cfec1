use std::cell::OnceCell;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::failure::{Failure, Result};
use crate::service::Stage;

/// What every comparison is run with.
pub(crate) struct Scene {
    /// The root of the repository.
    pub(crate) root: PathBuf,
    pub(crate) quick: bool,
    stage: OnceCell<Stage>,
}

impl Scene {
    /// How long wrk asks in a contestant's turn.
    pub(crate) const SECONDS: u32 = 2;

    pub(crate) fn new(quick: bool) -> Result<Self> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().map(Path::to_path_buf);
        match root.filter(|root| root.join("docs").is_dir()) {
            Some(root) => Ok(Self { root, quick, stage: OnceCell::new() }),
            None => Err(Failure::new("the repository that this was built in has moved: build again")),
        }
    }

    /// How often each contestant has its turn.
    pub(crate) const fn rounds(&self) -> usize {
        if self.quick { 5 } else { 9 }
    }

    /// How long a contestant's turn in the core takes.
    pub(crate) const fn turn(&self) -> Duration {
        Duration::from_millis(if self.quick { 100 } else { 250 })
    }

    /// How often each server has its turn.
    pub(crate) const fn service_rounds(&self) -> usize {
        if self.quick { 3 } else { 5 }
    }

    /// What servers need, made when it is first asked for.
    pub(crate) fn stage(&self) -> Result<&Stage> {
        if let Some(stage) = self.stage.get() {
            return Ok(stage);
        }
        let stage = Stage::new(self)?;
        Ok(self.stage.get_or_init(|| stage))
    }
}
