//! Compiles the C++ shim of `nn`, and tells the loader to look for libtorch beside the binary.

use std::{env, path::Path};

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-changed=src/nn/shim.cpp");
    // `make` links `target/release/lib` to libtorch; an installed tree has `lib` beside the binary.
    println!("cargo:rustc-link-arg=-Wl,-rpath,$ORIGIN/lib:$ORIGIN/../lib");

    // torch-sys tells its dependents where it found libtorch.
    let Ok(lib) = env::var("DEP_TCH_LIBTORCH_LIB") else {
        println!("cargo:error=wanted the library folder of libtorch from torch-sys, found none");
        return;
    };
    let include = Path::new(&lib).with_file_name("include");
    cc::Build::new()
        .cpp(true)
        .std("c++17")
        .opt_level(3)
        .flag("-fopenmp") // at::parallel_for is inline OpenMP code
        .warnings(false) // libtorch's headers have many
        .include(&include)
        .include(include.join("torch/csrc/api/include"))
        .file("src/nn/shim.cpp")
        .compile("wardlight_shim");
}
