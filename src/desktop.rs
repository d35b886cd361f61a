//! What the desktop offers: whether it can show a dialog for files.
//!
//! Asked before each dialog: one that cannot be shown answers like one that was cancelled.

use std::{ffi::OsStr, os::unix::fs::PermissionsExt as _, time::Duration};

use zbus::blocking::connection::Builder;

/// Longest wait for the portal, which may be started by being asked.
const PATIENCE: Duration = Duration::from_secs(3);

/// Whether a dialog for files can be shown; `bus` is where the portal is asked for, if anywhere.
pub fn has_dialogs(bus: Option<Option<&str>>) -> bool {
    bus.is_some_and(has_portal) || has_zenity(std::env::var_os("PATH").as_deref())
}

/// Whether the session's bus has a portal that shows files: one without a back end has no version of it. At an address,
/// or where the environment says.
pub fn has_portal(address: Option<&str>) -> bool {
    let ask = || -> zbus::Result<()> {
        let builder = match address {
            Some(address) => Builder::address(address)?,
            None => Builder::session()?,
        };
        let bus = builder.method_timeout(PATIENCE).build()?;
        bus.call_method(
            Some("org.freedesktop.portal.Desktop"),
            "/org/freedesktop/portal/desktop",
            Some("org.freedesktop.DBus.Properties"),
            "Get",
            &("org.freedesktop.portal.FileChooser", "version"),
        )?;
        Ok(())
    };
    ask().is_ok()
}

/// Whether zenity, which shows dialogs where there is no portal, is in one of the folders of `PATH`.
pub fn has_zenity(path: Option<&OsStr>) -> bool {
    let folders = path.map(std::env::split_paths).into_iter().flatten();
    let mut files = folders.filter_map(|it| it.join("zenity").metadata().ok());
    files.any(|it| it.is_file() && it.permissions().mode() & 0o111 != 0)
}
