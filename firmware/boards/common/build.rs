//! Passes the linker script of what the boards share to the linker, and tells a Cortex-M0+ from the others.

use std::error::Error;
use std::path::PathBuf;
use std::{env, fs};

fn main() -> Result<(), Box<dyn Error>> {
    let out = PathBuf::from(env::var("OUT_DIR")?);
    fs::write(out.join("board.x"), include_bytes!("board.x"))?;
    println!("cargo:rustc-link-search={}", out.display());
    println!("cargo:rustc-check-cfg=cfg(armv6m, armv8m)");
    let target = env::var("TARGET")?;
    for (prefix, architecture) in [("thumbv6m", "armv6m"), ("thumbv8m", "armv8m")] {
        if target.starts_with(prefix) {
            println!("cargo:rustc-cfg={architecture}");
        }
    }
    println!("cargo:rerun-if-changed=board.x");
    Ok(())
}
