//! The lines of a configuration: which of them give a value to a name.

use super::{Name, What};

/// The names and their values, each with its number, and what is wrong with a line that is neither that nor to be skipped.
/// Blanks around a value are left in.
pub(super) fn lines(text: &[u8]) -> impl Iterator<Item = (usize, Result<(Name, &str), What>)> {
    let text = text.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(text);
    (1..).zip(text.split(|byte| *byte == b'\n')).filter_map(|(number, line)| {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let content = line.trim_ascii_start();
        // A comment may have any bytes: nothing of it is used.
        let skipped = content.is_empty() || content.starts_with(b"#") && !content.contains(&b'\r');
        (!skipped).then(|| (number, read(line)))
    })
}

fn read(line: &[u8]) -> Result<(Name, &str), What> {
    let content = core::str::from_utf8(line).map_err(|_| What::NotUtf8)?;
    if content.contains('\r') {
        return Err(What::CarriageReturn);
    }
    let (name, value) = content.split_once('=').ok_or(What::NoEquals)?;
    let name = Name::find(name.trim_ascii()).ok_or(What::UnknownName)?;
    if value.trim_ascii().is_empty() {
        return Err(What::NoValue);
    }
    Ok((name, value))
}
