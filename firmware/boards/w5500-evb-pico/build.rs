//! Passes the linker scripts to the linker, wherever the package is built from.

fn main() {
    // memory.x is here.
    println!("cargo:rustc-link-search={}", env!("CARGO_MANIFEST_DIR"));
    // Puts the second stage of the boot loader in front of the image.
    println!("cargo:rustc-link-arg-bins=-Tlink-rp.x");
    // What the boards share: the build ID, 8 bytes, a hash of the image.
    println!("cargo:rustc-link-arg=--build-id=fast");
    println!("cargo:rustc-link-arg=-Tboard.x");
    println!("cargo:rerun-if-changed=memory.x");
}
