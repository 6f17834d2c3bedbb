//! Passes the linker scripts to the linker, wherever the package is built from.

use std::error::Error;
use std::path::PathBuf;
use std::{env, fs};

fn main() -> Result<(), Box<dyn Error>> {
    let out = PathBuf::from(env::var("OUT_DIR")?);
    fs::write(out.join("memory.x"), include_bytes!("memory.x"))?;
    println!("cargo:rustc-link-search={}", out.display());
    // What the boards share: the build ID, 8 bytes, a hash of the image.
    println!("cargo:rustc-link-arg=--build-id=fast");
    println!("cargo:rustc-link-arg=-Tboard.x");
    println!("cargo:rerun-if-changed=memory.x");
    Ok(())
}
