//! Evidence for hotdesk-core.
