//! What was set on the phone, from the board's memory into the configuration that the phone starts with.

use hotdesk_phone::Config;
use hotdesk_phone::settings::LIMIT;
use hotdesk_phone::storage::{Memory, Storage};

/// Takes the settings over. Those that were made over another configuration file are forgotten.
#[inline(never)]
pub fn take_over(storage: &mut Storage<impl Memory>, config: &mut Config) {
    let mut buffer = [0; LIMIT];
    let Some(settings) = storage.load(&mut buffer) else { return };
    match config.change(settings) {
        Ok(true) => defmt::info!("settings made on the phone count"),
        Ok(false) => {
            defmt::info!("the configuration file has changed: settings made on the phone are forgotten");
            if storage.forget().is_err() {
                defmt::warn!("settings: the memory fails");
            }
        }
        Err(error) => defmt::warn!("settings made on the phone do not count: {}", error),
    }
}
