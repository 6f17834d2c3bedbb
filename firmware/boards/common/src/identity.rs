//! What a MAC address makes of a phone: its name, and a seed for its network.

use heapless::String;
use hotdesk_core::DeviceName;

/// The name that the service knows the phone by: `SEP` and the MAC address.
#[must_use]
pub fn device_name(mac: [u8; 6]) -> DeviceName {
    let mut name = String::<15>::new();
    let _ = name.push_str("SEP");
    for digit in mac.into_iter().flat_map(|octet| [octet >> 4, octet & 0xF]) {
        let digit = char::from_digit(digit.into(), 16).unwrap_or('0');
        let _ = name.push(digit.to_ascii_uppercase());
    }
    let Ok(name) = DeviceName::try_from(name.as_str()) else { unreachable!("15 letters are a device name") };
    name
}

/// The address of a board that has none of its own: `written`, where a person wrote one into its memory, else one of this
/// board alone, locally administered, from the `unique` ID of one of its chips.
#[must_use]
pub fn mac_address(written: [u8; 6], unique: [u8; 8]) -> [u8; 6] {
    let ([first, ..], [a, b, c, d, e, f, g, h]) = (written, unique);
    // Bit 0 of the first byte means a group: no phone has such an address. It is set in memory that nobody has written.
    if first & 1 == 0 { written } else { [0x02, a ^ b, c ^ d, e ^ f, g, h] }
}

/// The seed of what the network draws at random: port numbers, sequence numbers, transactions of DHCP and DNS.
///
/// The MAC address differs between phones, the number of `starts` between starts, and `chance` is whatever else a board
/// has: cycles since the start, bits of an oscillator. No secret may ever be derived from it.
#[must_use]
pub fn seed(mac: [u8; 6], chance: u64, starts: u32) -> u64 {
    let [a, b, c, d, e, f] = mac;
    // SplitMix64: its constant for each start, then its finalizer, so that each bit of the input affects every bit.
    let mut mixed = u64::from_be_bytes([0, 0, a, b, c, d, e, f]) ^ chance.rotate_right(24);
    mixed = mixed.wrapping_add(u64::from(starts).wrapping_mul(0x9E37_79B9_7F4A_7C15));
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    mixed ^ (mixed >> 31)
}
