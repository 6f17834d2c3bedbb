//! Passes the linker scripts to the linker, wherever the package is built from.

use std::error::Error;
use std::path::Path;
use std::{env, fs};

/// The stack that `memory.x` has, and where RAM begins behind it; then both where there is TLS, which computes deep in C, and
/// whose work keys and display interrupt, or where there are pages or the phone's file, with a configuration that is too large
/// to be read on the smaller one.
const STACK: [(&str, &str); 2] = [("16K", "0x20004000"), ("28K", "0x20007000")];

fn main() -> Result<(), Box<dyn Error>> {
    let chip = if cfg!(feature = "pico2") { "rp2350" } else { "rp2040" };
    let mut memory = fs::read_to_string(format!("memory/{chip}/memory.x"))?;
    if cfg!(any(feature = "tls", feature = "browser", feature = "provisioning")) {
        let [(size, ram), (larger, behind)] = STACK;
        memory = memory.replace(size, larger).replace(ram, behind);
    }
    let out = env::var("OUT_DIR")?;
    fs::write(Path::new(&out).join("memory.x"), memory)?;
    println!("cargo:rustc-link-search={out}");
    if chip == "rp2040" {
        // Puts the second stage of the boot loader in front of the image.
        println!("cargo:rustc-link-arg-bins=-Tlink-rp.x");
    }
    // What the boards share: the build ID, 8 bytes, a hash of the image.
    println!("cargo:rustc-link-arg=--build-id=fast");
    println!("cargo:rustc-link-arg=-Tboard.x");
    println!("cargo:rerun-if-changed=memory");
    Ok(())
}
