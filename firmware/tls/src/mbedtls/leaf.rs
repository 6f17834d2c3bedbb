//! What a certificate that was refused says of itself, read by Mbed TLS. It must never decide whether one is taken.
#![allow(unsafe_code, reason = "the reader of Mbed TLS is C")]

use core::slice;

use mbedtls_rs::sys::{
    MBEDTLS_ERR_ASN1_ALLOC_FAILED, MBEDTLS_ERR_X509_ALLOC_FAILED, MBEDTLS_OID_AT_CN,
    MBEDTLS_X509_SAN_DNS_NAME, MBEDTLS_X509_SAN_IP_ADDRESS, mbedtls_asn1_buf, mbedtls_x509_crt,
    mbedtls_x509_crt_free, mbedtls_x509_crt_init, mbedtls_x509_crt_parse_der, mbedtls_x509_time,
};

use crate::{Date, Shown, ShownName};

/// Bits of an alternative name's tag that are its kind.
const KIND: i32 = 0x1f;

/// Why nothing is known of a certificate.
pub(super) enum Unread {
    /// It cannot be read, so it is none that could have been taken.
    Unusable,
    /// There is no memory for it.
    NoMemory,
}

/// A certificate of Mbed TLS's, which is freed.
struct Parsed(mbedtls_x509_crt);

impl Drop for Parsed {
    fn drop(&mut self) {
        // SAFETY: initialised in `read`.
        unsafe { mbedtls_x509_crt_free(&raw mut self.0) };
    }
}

/// Reads a certificate in DER.
pub(super) fn read(der: &[u8]) -> Result<Shown, Unread> {
    let mut parsed = Parsed(mbedtls_x509_crt::default());
    // SAFETY: a certificate of its own, and bytes that are there; they are copied.
    let code = unsafe {
        mbedtls_x509_crt_init(&raw mut parsed.0);
        mbedtls_x509_crt_parse_der(&raw mut parsed.0, der.as_ptr(), der.len())
    };
    // The lower bits name what was being read.
    let is_for_memory =
        code == MBEDTLS_ERR_X509_ALLOC_FAILED || code - MBEDTLS_ERR_ASN1_ALLOC_FAILED == code & !0x7f;
    if is_for_memory {
        return Err(Unread::NoMemory);
    }
    let certificate = &parsed.0;
    match (code, date(&certificate.valid_from), date(&certificate.valid_to)) {
        (0, Some(begins), Some(ends)) => Ok(Shown { name: name(certificate), begins, ends }),
        _ => Err(Unread::Unusable),
    }
}

fn date(time: &mbedtls_x509_time) -> Option<Date> {
    let (year, month, day) =
        (time.year.try_into().ok()?, time.mon.try_into().ok()?, time.day.try_into().ok()?);
    Some(Date { year, month, day })
}

fn name(certificate: &mbedtls_x509_crt) -> Option<ShownName> {
    let mut alternative = &raw const certificate.subject_alt_names;
    // SAFETY: the lists end with null, and live as long as the certificate.
    while let Some(entry) = unsafe { alternative.as_ref() } {
        let (kind, bytes) = ((entry.buf.tag & KIND).cast_unsigned(), content(&entry.buf));
        match (kind, bytes) {
            (MBEDTLS_X509_SAN_DNS_NAME, name) if !name.is_empty() => return Some(ShownName::new(name)),
            (MBEDTLS_X509_SAN_IP_ADDRESS, &[a, b, c, d]) => return Some(address([a, b, c, d])),
            _ => alternative = entry.next,
        }
    }
    let common_name = MBEDTLS_OID_AT_CN.strip_suffix(b"\0")?;
    let mut part = &raw const certificate.subject;
    // SAFETY: as above.
    while let Some(entry) = unsafe { part.as_ref() } {
        if content(&entry.oid) == common_name {
            return Some(ShownName::new(content(&entry.val)));
        }
        part = entry.next;
    }
    None
}

fn content(buffer: &mbedtls_asn1_buf) -> &[u8] {
    if buffer.p.is_null() {
        return &[];
    }
    // SAFETY: Mbed TLS's, which lives as long as what it is of.
    unsafe { slice::from_raw_parts(buffer.p, buffer.len) }
}

fn address(octets: [u8; 4]) -> ShownName {
    let mut text = [0; 15];
    let mut length = 0;
    for octet in octets {
        let digits = [octet / 100, octet / 10 % 10, octet % 10];
        let skipped = usize::from(octet < 100) + usize::from(octet < 10);
        let dot = if length > 0 { b"." } else { &b""[..] };
        let digits = digits.iter().skip(skipped).map(|digit| b'0' + digit);
        for byte in dot.iter().copied().chain(digits) {
            if let Some(place) = text.get_mut(length) {
                *place = byte;
                length += 1;
            }
        }
    }
    ShownName::new(text.get(..length).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_in_dots() {
        for (octets, text) in [
            ([10, 0, 0, 1], "10.0.0.1"),
            ([255, 255, 255, 255], "255.255.255.255"),
            ([0, 9, 99, 100], "0.9.99.100"),
        ] {
            assert_eq!(address(octets).as_str(), text);
        }
    }
}
