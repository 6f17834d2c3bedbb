//! What a service is trusted for: a certificate of a file as administrators export it. It must never take a file for
//! trusted that holds anything else, or more than one certificate.

use base64ct::{Base64, Encoding};

const BEGIN: &[u8] = b"-----BEGIN ";
const BEGIN_CERTIFICATE: &[u8] = b"-----BEGIN CERTIFICATE-----";
const END_CERTIFICATE: &[u8] = b"-----END CERTIFICATE-----";
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";
/// The tag of what a certificate is in DER: a sequence. It is longer than 127 bytes, so its length has 1 to 4 bytes.
const SEQUENCE: u8 = 0x30;

/// What the certificate of a service must be, or be issued by. Both hold a certificate in DER.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trust<'a> {
    /// `service-ca`: the certificate of an authority, which issued that of the service.
    Authority(&'a [u8]),
    /// `service-certificate`: the self-signed certificate of the service itself. One that an authority issued is
    /// [`Error::NotTrusted`](crate::Error::NotTrusted) here.
    Certificate(&'a [u8]),
}

impl<'a> Trust<'a> {
    /// Returns the trusted certificate, in DER.
    #[must_use]
    pub fn certificate(&self) -> &'a [u8] {
        match *self {
            Self::Authority(der) | Self::Certificate(der) => der,
        }
    }
}

/// Why a file is not one of a certificate. Lines count from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TrustError {
    /// There is no certificate in it.
    NoCertificate,
    /// It holds something else than certificates, a private key for one.
    OtherContent {
        /// Where that begins.
        line: usize,
    },
    /// It holds a second certificate.
    SecondCertificate {
        /// Where that begins.
        line: usize,
    },
    /// A character that is not base64.
    Character {
        /// Where it is.
        line: usize,
    },
    /// The certificate is cut.
    Cut,
    /// The certificate is longer than there is room for.
    TooLong {
        /// The bytes that there is room for.
        room: usize,
    },
}

impl core::fmt::Display for TrustError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::NoCertificate => f.write_str("there is no certificate in it"),
            Self::OtherContent { line } => write!(f, "line {line}: not a certificate; leave that out"),
            Self::SecondCertificate { line } => {
                write!(f, "line {line}: a second certificate; one is allowed")
            }
            Self::Character { line } => write!(f, "line {line}: not base64"),
            Self::Cut => f.write_str("the certificate is cut"),
            Self::TooLong { room } => write!(f, "the certificate does not fit into {room} bytes"),
        }
    }
}

impl core::error::Error for TrustError {}

/// Returns the certificate (DER) of a file: one in PEM, with text around it, any line ends and a byte order mark, or
/// one in DER. `room` must hold a third more than the certificate.
///
/// # Errors
///
/// What is wrong with the file, and on which line.
///
/// ```
/// use hotdesk_tls::{TrustError, certificate};
///
/// let file = b"tomcat\r\n-----BEGIN CERTIFICATE-----\r\nMIED\r\nAgEF\r\n-----END CERTIFICATE-----\r\n";
/// assert_eq!(certificate(file, &mut [0; 16]), Ok([0x30, 0x81, 3, 2, 1, 5].as_slice()));
/// assert_eq!(certificate(b"hello", &mut [0; 16]), Err(TrustError::NoCertificate));
/// ```
pub fn certificate<'a>(file: &[u8], room: &'a mut [u8]) -> Result<&'a [u8], TrustError> {
    let too_long = TrustError::TooLong { room: room.len() };
    // A text may begin with the same character, but no text goes on like that.
    if matches!(file, [SEQUENCE, 0x81..=0x84, ..]) {
        let copy = room.get_mut(..file.len()).ok_or(too_long)?;
        copy.copy_from_slice(file);
        return whole(copy);
    }
    let text = file.strip_prefix(BYTE_ORDER_MARK).unwrap_or(file);
    let mut length = 0;
    let mut place = Place::Before;
    for (line, number) in text.split(|&byte| byte == b'\n').map(<[u8]>::trim_ascii).zip(1..) {
        if line.starts_with(BEGIN) {
            place = match place {
                _ if line != BEGIN_CERTIFICATE => return Err(TrustError::OtherContent { line: number }),
                Place::Before => Place::Inside,
                Place::Inside => return Err(TrustError::Cut),
                Place::After => return Err(TrustError::SecondCertificate { line: number }),
            };
        } else if place == Place::Inside && line == END_CERTIFICATE {
            place = Place::After;
        } else if place == Place::Inside {
            for &byte in line.iter().filter(|byte| !byte.is_ascii_whitespace()) {
                if !(byte.is_ascii_alphanumeric() || b"+/=".contains(&byte)) {
                    return Err(TrustError::Character { line: number });
                }
                *room.get_mut(length).ok_or(too_long)? = byte;
                length += 1;
            }
        }
    }
    match place {
        Place::Before => Err(TrustError::NoCertificate),
        Place::Inside => Err(TrustError::Cut),
        Place::After => {
            let text = room.get_mut(..length).ok_or(too_long)?;
            whole(Base64::decode_in_place(text).map_err(|_| TrustError::Cut)?)
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Before,
    Inside,
    After,
}

/// Returns what begins like a certificate and is as long as it says.
fn whole(der: &[u8]) -> Result<&[u8], TrustError> {
    let [SEQUENCE, form @ 0x81..=0x84, rest @ ..] = der else { return Err(TrustError::NoCertificate) };
    let (length, content) = rest.split_at_checked(usize::from(form & 0x7f)).ok_or(TrustError::Cut)?;
    let length = length.iter().fold(0, |sum, &byte| sum << 8 | usize::from(byte));
    if content.len() == length { Ok(der) } else { Err(TrustError::Cut) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DER: &[u8] = &[SEQUENCE, 0x81, 3, 2, 1, 5];
    const PEM: &str = "-----BEGIN CERTIFICATE-----\nMIED\nAgEF\n-----END CERTIFICATE-----\n";

    fn read(file: impl AsRef<[u8]>) -> Result<([u8; 8], usize), TrustError> {
        let mut room = [0; 64];
        let der = certificate(file.as_ref(), &mut room)?;
        let mut copy = [0; 8];
        copy[..der.len()].copy_from_slice(der);
        Ok((copy, der.len()))
    }

    fn is_read(file: impl AsRef<[u8]>) -> bool {
        read(file).is_ok_and(|(copy, length)| &copy[..length] == DER)
    }

    extern crate std;
    use std::format;

    #[test]
    fn a_file_as_an_administrator_exports_it_is_read() {
        assert!(is_read(PEM));
        assert!(is_read(PEM.replace('\n', "\r\n")));
        assert!(is_read(format!("\u{feff}{PEM}")));
        assert!(is_read(format!("Subject: CN=node\n\n{PEM}\nthe end\n")));
        assert!(is_read(PEM.trim_end()));
        assert!(is_read(PEM.replace("MIED\nAgEF", "  MIEDAgEF  ")));
        assert!(is_read(DER));
    }

    #[test]
    fn a_file_that_is_not_one_certificate_is_refused_with_the_line() {
        assert_eq!(read(""), Err(TrustError::NoCertificate));
        assert_eq!(read("MIEDAgEF"), Err(TrustError::NoCertificate));
        assert_eq!(read(format!("{PEM}{PEM}")), Err(TrustError::SecondCertificate { line: 5 }));
        let key = PEM.replace("CERTIFICATE", "PRIVATE KEY");
        assert_eq!(read(format!("{PEM}{key}")), Err(TrustError::OtherContent { line: 5 }));
        assert_eq!(read(PEM.replace("AgEF", "Ag*F")), Err(TrustError::Character { line: 3 }));
        assert_eq!(read(PEM.replace("MIED", "")), Err(TrustError::NoCertificate));
    }

    #[test]
    fn a_certificate_that_is_cut_anywhere_is_refused() {
        for length in 2..DER.len() {
            assert_eq!(read(&DER[..length]), Err(TrustError::Cut), "{length}");
        }
        for length in 0..PEM.len() - 1 {
            assert!(read(&PEM[..length]).is_err(), "{length}");
        }
        assert_eq!(read([DER, &[0]].concat()), Err(TrustError::Cut));
        assert_eq!(read([SEQUENCE, 0x85, 0, 0, 0, 0, 0]), Err(TrustError::NoCertificate));
        assert!(is_read(format!("0 is what this text begins with\n{PEM}")));
    }

    #[test]
    fn a_certificate_longer_than_the_room_is_refused() {
        assert_eq!(certificate(PEM.as_bytes(), &mut [0; 7]), Err(TrustError::TooLong { room: 7 }));
        assert_eq!(certificate(DER, &mut [0; 4]), Err(TrustError::TooLong { room: 4 }));
    }
}
