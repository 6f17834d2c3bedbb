//! The pages that lead to the one that is shown, to go back to: their URLs, the oldest of which give way.

use heapless::String;

/// Bytes of the URLs together, with a line feed each.
const TRAIL_BYTES: usize = 768;

/// URLs, the last one at the end.
#[derive(Debug, Default)]
pub(crate) struct Trail(String<TRAIL_BYTES>);

impl Trail {
    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }

    /// Adds a page. One that does not fit makes room by the oldest ones.
    pub(crate) fn push(&mut self, url: &str) {
        while self.0.len() + url.len() >= TRAIL_BYTES {
            let Some((_, rest)) = self.0.split_once('\n') else { return };
            self.0 = String::try_from(rest).unwrap_or_default();
        }
        // There is room.
        let _ = self.0.push_str(url).and_then(|()| self.0.push('\n'));
    }

    /// Takes the last page away and returns its URL.
    pub(crate) fn pop(&mut self) -> Option<super::Kept> {
        let urls = self.0.strip_suffix('\n')?;
        let start = urls.rfind('\n').map_or(0, |end| end + 1);
        let url = super::Kept::try_from(urls.get(start..)?).ok();
        self.0.truncate(start);
        url
    }
}

#[cfg(test)]
mod tests {
    use std::prelude::v1::*;

    use super::*;

    #[test]
    fn the_last_page_comes_back_first_and_the_oldest_gives_way() {
        let mut trail = Trail::default();
        assert_eq!(trail.pop(), None);
        let url = |number: usize| format!("http://h/{number}{}", "x".repeat(200));
        for number in 0..5 {
            trail.push(&url(number));
        }
        for number in [4, 3, 2] {
            assert_eq!(trail.pop().as_deref(), Some(url(number).as_str()));
        }
        assert_eq!(trail.pop(), None);
    }
}
