//! Passes the linker script of what the boards share to the linker, and tells a Cortex-M0+ from the others.

use std::error::Error;
use std::path::PathBuf;
use std::{env, fs};

fn main() -> Result<(), Box<dyn Error>> {
    let out = PathBuf::from(env::var("OUT_DIR")?);
    fs::write(out.join("board.x"), include_bytes!("board.x"))?;
    println!("cargo:rustc-link-search={}", out.display());
    println!("cargo:rustc-check-cfg=cfg(armv6m)");
    if env::var("TARGET")?.starts_with("thumbv6m") {
        println!("cargo:rustc-cfg=armv6m");
    }
    println!("cargo:rerun-if-changed=board.x");
    Ok(())
}
