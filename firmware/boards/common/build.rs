//! Passes the linker script of what the boards share to the linker, and tells a Cortex-M0+ from the others.

use std::error::Error;
use std::path::PathBuf;
use std::time::SystemTime;
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
    if env::var_os("CARGO_FEATURE_TLS").is_some() {
        // What the phone's clock is never behind. The reproducible-builds project's variable makes images alike.
        let built = match env::var("SOURCE_DATE_EPOCH") {
            Ok(built) => built.parse()?,
            Err(_) => SystemTime::now().duration_since(SystemTime::UNIX_EPOCH)?.as_secs(),
        };
        println!("cargo:rustc-env=HOTDESK_BUILT={built}");
        println!("cargo:rerun-if-env-changed=SOURCE_DATE_EPOCH");
    }
    println!("cargo:rerun-if-changed=board.x");
    Ok(())
}
