//! Passes the linker scripts to the linker, wherever the package is built from.

fn main() {
    let chip = if cfg!(feature = "pico2") { "rp2350" } else { "rp2040" };
    println!("cargo:rustc-link-search={}/memory/{chip}", env!("CARGO_MANIFEST_DIR"));
    if chip == "rp2040" {
        // Puts the second stage of the boot loader in front of the image.
        println!("cargo:rustc-link-arg-bins=-Tlink-rp.x");
    }
    // What the boards share: the build ID, 8 bytes, a hash of the image.
    println!("cargo:rustc-link-arg=--build-id=fast");
    println!("cargo:rustc-link-arg=-Tboard.x");
    println!("cargo:rerun-if-changed=memory");
}
