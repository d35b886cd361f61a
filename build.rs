//! Tells the loader to look for libtorch beside the binary.

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    // `make` links `target/release/lib` to libtorch; an installed tree has `lib` beside the binary.
    println!("cargo:rustc-link-arg=-Wl,-rpath,$ORIGIN/lib:$ORIGIN/../lib");
}
