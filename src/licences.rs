//! The licences of what is inside the program. Those of models stand in their manifests, those of libtorch and of the
//! crates lie in the folder `licences` beside an installed program.

/// Of this program, as its package names it.
pub const OWN: &str = env!("CARGO_PKG_LICENSE");

/// A licence in full, with what it is of.
pub const IN_FULL: [(&str, &str); 3] = [
    (env!("CARGO_PKG_NAME"), include_str!("../LICENSE-MIT")),
    ("Inter", include_str!("../assets/fonts/Inter-OFL.txt")),
    (
        "Noto Sans SC",
        include_str!("../assets/fonts/NotoSansSC-OFL.txt"),
    ),
];
