//! Folders of the data directory: what lies there is nobody else's to read.

use std::{
    fs::{self, DirBuilder, Permissions},
    os::unix::fs::{DirBuilderExt, PermissionsExt},
    path::Path,
};

use anyhow::Context;

/// Makes the data directory where it is not there. Others may pass through it to what is theirs (Postgres, where we are root),
/// and list nothing.
///
/// # Errors
/// Where it can't be made.
pub fn data_dir(path: &Path) -> anyhow::Result<()> {
    DirBuilder::new().recursive(true).mode(0o711).create(path).with_context(|| format!("making {}", path.display()))
}

/// Makes a folder in it that only we enter, mails and uploads lying there.
///
/// # Errors
/// Where it can't be made.
pub fn private(path: &Path) -> anyhow::Result<()> {
    if let Some(parent) = path.parent() {
        data_dir(parent)?;
    }
    DirBuilder::new().recursive(true).mode(0o700).create(path).with_context(|| format!("making {}", path.display()))?;
    // One from an earlier version may be open.
    fs::set_permissions(path, Permissions::from_mode(0o700)).with_context(|| format!("closing {}", path.display()))
}
