//! The core's code tables as rows for Python.

use hotdesk_core::codes::em_service::EmServiceCode;

/// Family, code, name, meaning, who must act, remedy.
pub(crate) type Row = (&'static str, Option<u16>, &'static str, &'static str, &'static str, &'static str);

/// Returns every row of every table.
pub(crate) fn rows() -> Vec<Row> {
    (0..1000)
        .filter_map(|n| {
            let c = EmServiceCode::new(n);
            Some(("em-service", Some(n), c.name()?, c.meaning()?, c.who()?.as_str(), c.remedy()?))
        })
        .collect()
}
