//! Turns fingers on a display into presses of the keys that are drawn there.
//!
//! A board feeds in where its touch controller sees fingers, and gets presses and releases out. Nothing here knows a port or
//! a clock, and nothing here may log where a finger is: it may be on a digit of a PIN.
//!
//! - A key is pressed as its finger comes down, once, however far the finger slides then.
//! - A finger that slides off its key no longer holds it. It presses nothing else before it was lifted.
//! - A finger beside every key is [`Key::Beside`]: it wakes the display and does nothing else.
//! - Two fingers count, each for itself: whoever types fast puts one down before the other is up.

pub mod ft5336;

use embassy_time::{Duration, Instant};
use embedded_graphics::geometry::Point;
use embedded_graphics::primitives::Rectangle;
use zeroize::Zeroize as _;

use crate::Key;
use crate::keypad::KeyEvent;
use crate::view::Layout;

/// How long a finger must be seen before it presses a key: what is there for a moment is a disturbance.
pub const ARRIVE: Duration = Duration::from_millis(10);

/// How long a finger must be out of sight before it counts as lifted: controllers lose one for a moment.
pub const LIFT: Duration = Duration::from_millis(25);

/// How far a finger may slide beyond its key and still hold it, in pixels: a finger that presses rolls.
const SLOP: i32 = 8;

/// Fingers that count at a time.
const FINGERS: usize = 2;

/// A finger on the display, as a touch controller sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Touch {
    /// Which finger it is, as long as it stays.
    pub id: u8,
    /// Where it is, in pixels of the display.
    pub at: Point,
}

/// The glass over a display, with the fingers on it.
///
/// ```
/// use embassy_time::Instant;
/// use embedded_graphics::geometry::Point;
/// use hotdesk_phone::Key;
/// use hotdesk_phone::keypad::KeyEvent;
/// use hotdesk_phone::touch::{ARRIVE, Glass, LIFT, Touch};
/// use hotdesk_phone::view::LAYOUT_480X272_TOUCH;
///
/// let mut glass = Glass::new();
/// let mut events = Vec::new();
/// let mut now = Instant::from_millis(0);
/// let finger = [Touch { id: 0, at: Point::new(20, 250) }];
/// for (touches, later) in [(&[][..], ARRIVE), (&finger, ARRIVE), (&finger, ARRIVE), (&[], LIFT), (&[], LIFT)] {
///     glass.update(&LAYOUT_480X272_TOUCH, touches, now, |event| events.push(event));
///     now += later;
/// }
/// assert_eq!(events, [KeyEvent::Pressed(Key::Soft1), KeyEvent::Released(Key::Soft1)]);
/// ```
#[derive(Debug)]
pub struct Glass {
    fingers: [Finger; FINGERS],
    is_started: bool,
}

/// A finger, or the place for one.
#[derive(Debug)]
struct Finger {
    state: State,
    id: u8,
    at: Point,
    /// When it was seen first.
    since: Instant,
    /// When it was seen last.
    seen: Instant,
    /// It was not seen since.
    is_missed: bool,
    /// What it holds.
    key: Option<Key>,
    /// The area of that.
    area: Rectangle,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// There is none.
    Away,
    /// It has pressed nothing yet.
    Arriving,
    /// It holds a key.
    Down,
    /// It holds nothing and presses nothing.
    Off,
}

impl Glass {
    /// Glass of which nothing is known yet: what touches it at the first update presses nothing before it was lifted.
    #[must_use]
    pub const fn new() -> Self {
        Self { fingers: [const { Finger::AWAY }; FINGERS], is_started: false }
    }

    /// Takes the fingers that are seen at the time `now`, on a display that shows this layout, and reports what that does.
    ///
    /// Call it with what is there at power-up, then every [`ARRIVE`] until the glass [is untouched](Self::is_untouched).
    pub fn update(
        &mut self,
        layout: &Layout,
        touches: &[Touch],
        now: Instant,
        mut report: impl FnMut(KeyEvent),
    ) {
        for finger in self.fingers.iter_mut().filter(|finger| finger.state != State::Away) {
            match touches.iter().find(|touch| touch.id == finger.id) {
                Some(touch) => finger.is_at(touch.at, layout, now, &mut report),
                None => finger.is_missing(now, &mut report),
            }
        }
        for touch in touches {
            let is_known =
                self.fingers.iter().any(|finger| finger.state != State::Away && finger.id == touch.id);
            let place = self.fingers.iter_mut().find(|finger| finger.state == State::Away);
            if let (false, Some(place)) = (is_known, place) {
                place.comes(touch, now, if self.is_started { State::Arriving } else { State::Off });
            }
        }
        self.is_started = true;
    }

    /// Whether no finger is on the glass, and none was a moment ago.
    #[must_use]
    pub fn is_untouched(&self) -> bool {
        self.fingers.iter().all(|finger| finger.state == State::Away)
    }
}

impl Default for Glass {
    fn default() -> Self {
        Self::new()
    }
}

impl Finger {
    const AWAY: Self = Self {
        state: State::Away,
        id: 0,
        at: Point::zero(),
        since: Instant::MIN,
        seen: Instant::MIN,
        is_missed: false,
        key: None,
        area: Rectangle::zero(),
    };

    fn comes(&mut self, touch: &Touch, now: Instant, state: State) {
        *self = Self { state, id: touch.id, at: touch.at, since: now, seen: now, ..Self::AWAY };
    }

    /// The finger is seen.
    fn is_at(&mut self, at: Point, layout: &Layout, now: Instant, report: &mut impl FnMut(KeyEvent)) {
        let moved = [at.x - self.at.x, at.y - self.at.y].into_iter().any(|way| way.abs() > SLOP);
        if self.is_missed && moved {
            // The controller gave the number to another finger.
            let id = self.id;
            self.is_lifted(report);
            return self.comes(&Touch { id, at }, now, State::Arriving);
        }
        self.at = at;
        self.seen = now;
        self.is_missed = false;
        match self.state {
            State::Arriving if now.saturating_duration_since(self.since) >= ARRIVE => {
                let (key, area) = layout.key_at(at);
                self.state = State::Down;
                self.key = Some(key);
                self.area = area;
                report(KeyEvent::Pressed(key));
            }
            State::Down if !self.area.offset(SLOP).contains(at) => {
                self.releases(report);
                self.state = State::Off;
            }
            _ => {}
        }
    }

    /// The finger is not seen.
    fn is_missing(&mut self, now: Instant, report: &mut impl FnMut(KeyEvent)) {
        self.is_missed = true;
        if now.saturating_duration_since(self.seen) >= LIFT {
            self.is_lifted(report);
        }
    }

    fn is_lifted(&mut self, report: &mut impl FnMut(KeyEvent)) {
        self.releases(report);
        *self = Self::AWAY;
    }

    /// It holds its key no longer. Nothing is kept of a digit.
    fn releases(&mut self, report: &mut impl FnMut(KeyEvent)) {
        if let Some(key) = self.key {
            report(KeyEvent::Released(key));
        }
        self.key.zeroize();
        self.area = Rectangle::zero();
    }
}

#[cfg(test)]
mod tests {
    use std::prelude::v1::*;

    use super::*;
    use crate::view::LAYOUT_480X272_TOUCH;

    /// The layout of a form: the one with most keys.
    fn form() -> &'static Layout {
        &LAYOUT_480X272_TOUCH.others.unwrap().typing
    }

    /// The middle of a key on the form.
    fn middle(key: Key) -> Point {
        let area = match form().pad.unwrap().keys.iter().position(|there| *there == key) {
            Some(place) => form().pad.unwrap().area(place),
            None => form().softkey(
                [Key::Soft1, Key::Soft2, Key::Soft3].into_iter().position(|there| there == key).unwrap(),
            ),
        };
        area.center()
    }

    /// A glass with a form under it, looked at every [`ARRIVE`].
    struct Hand {
        glass: Glass,
        now: Instant,
        events: Vec<KeyEvent>,
    }

    impl Hand {
        fn new() -> Self {
            let mut hand = Self { glass: Glass::new(), now: Instant::from_millis(0), events: Vec::new() };
            hand.sees(&[]);
            hand
        }

        /// The controller sees these fingers, numbered.
        fn sees(&mut self, fingers: &[(u8, Point)]) -> &mut Self {
            let touches: Vec<Touch> = fingers.iter().map(|(id, at)| Touch { id: *id, at: *at }).collect();
            self.glass.update(form(), &touches, self.now, |event| self.events.push(event));
            self.now += ARRIVE;
            self
        }

        fn rests(&mut self, at: Point, times: usize) -> &mut Self {
            for _ in 0..times {
                self.sees(&[(0, at)]);
            }
            self
        }

        fn lifts(&mut self) -> &mut Self {
            for _ in 0..4 {
                self.sees(&[]);
            }
            assert!(self.glass.is_untouched());
            self
        }
    }

    fn tap(key: Key) -> [KeyEvent; 2] {
        [KeyEvent::Pressed(key), KeyEvent::Released(key)]
    }

    #[test]
    fn each_key_is_pressed_where_it_is_drawn_and_nowhere_else() {
        for y in 0..272 {
            for x in 0..480 {
                let at = Point::new(x, y);
                let (key, area) = form().key_at(at);
                assert!(area.contains(at));
                let drawn = form().pad.unwrap();
                let places: Vec<Key> = (0..drawn.keys.len())
                    .filter(|place| drawn.area(*place).contains(at))
                    .map(|place| drawn.keys[place])
                    .collect();
                assert!(places.is_empty() || places == [key], "{at}: {key:?}");
                if y < 30 {
                    assert_eq!(key, Key::Beside, "the title is no key");
                }
                let softkeys = [Key::Soft1, Key::Soft2, Key::Soft3, Key::Soft4];
                if y >= 228 {
                    assert_eq!(key, softkeys[usize::try_from(x).unwrap() / 120], "{at}");
                }
            }
        }
    }

    #[test]
    fn between_two_keys_there_is_no_dead_place() {
        let pad = form().pad.unwrap();
        let (first, last) = (pad.area(0), pad.area(pad.keys.len() - 1));
        for y in first.top_left.y..=last.bottom_right().unwrap().y {
            for x in first.top_left.x..=last.bottom_right().unwrap().x {
                assert!(pad.keys.contains(&form().key_at(Point::new(x, y)).0), "{x}, {y}");
            }
        }
    }

    #[test]
    fn the_lines_of_a_list_are_keys_without_a_dead_place() {
        let list = &LAYOUT_480X272_TOUCH.others.unwrap().list;
        let lines: Vec<Key> = (32..224).map(|y| list.key_at(Point::new(200, y)).0).collect();
        let expected: Vec<Key> = (0..6).flat_map(|line| [Key::Line(line); 32]).collect();
        assert_eq!(lines, expected);
        assert_eq!(list.key_at(Point::new(450, 40)).0, Key::Up);
        assert_eq!(list.key_at(Point::new(450, 200)).0, Key::Beside, "the number keys are not there");
    }

    #[test]
    fn a_tap_is_one_press_and_its_release() {
        for key in [Key::Digit(5), Key::Star, Key::Up, Key::Soft1] {
            let mut hand = Hand::new();
            assert_eq!(hand.rests(middle(key), 5).lifts().events, tap(key));
        }
    }

    #[test]
    fn what_is_there_for_a_moment_presses_nothing() {
        let mut hand = Hand::new();
        assert_eq!(hand.rests(middle(Key::Digit(5)), 1).lifts().events, []);
        let touch = [Touch { id: 0, at: middle(Key::Digit(5)) }];
        for later in [0, 3, 6, 9] {
            let now = hand.now + Duration::from_millis(later);
            hand.glass.update(form(), &touch, now, |event| hand.events.push(event));
        }
        hand.now += ARRIVE;
        assert_eq!(hand.lifts().events, [], "however often it is looked at");
    }

    #[test]
    fn a_finger_that_is_lost_for_a_moment_is_not_lifted() {
        let mut hand = Hand::new();
        let at = middle(Key::Digit(5));
        hand.rests(at, 3).sees(&[]).sees(&[]).rests(at, 3);
        assert_eq!(hand.lifts().events, tap(Key::Digit(5)));
    }

    #[test]
    fn a_second_tap_on_the_same_key_is_a_second_press() {
        let mut hand = Hand::new();
        let at = middle(Key::Digit(6));
        hand.rests(at, 4).sees(&[]).sees(&[]).sees(&[]).rests(at, 4);
        assert_eq!(hand.lifts().events, [tap(Key::Digit(6)), tap(Key::Digit(6))].concat());
    }

    #[test]
    fn a_finger_held_is_down_until_it_is_lifted() {
        let mut hand = Hand::new();
        assert_eq!(hand.rests(middle(Key::Soft2), 200).events, [KeyEvent::Pressed(Key::Soft2)]);
        assert_eq!(hand.lifts().events, tap(Key::Soft2));
    }

    #[test]
    fn a_finger_that_slides_off_holds_its_key_no_longer_and_presses_no_other() {
        let mut hand = Hand::new();
        let [from, over] = [Key::Up, Key::Down].map(middle);
        hand.rests(from, 3).rests(over, 5);
        assert_eq!(hand.events, tap(Key::Up));
        assert_eq!(hand.rests(from, 5).lifts().events, tap(Key::Up), "not on the way back either");
        assert_eq!(hand.rests(over, 3).lifts().events, [tap(Key::Up), tap(Key::Down)].concat());
    }

    #[test]
    fn a_finger_that_rolls_over_the_edge_of_its_key_still_holds_it() {
        let mut hand = Hand::new();
        let edge = form().pad.unwrap().area(3).top_left;
        hand.rests(edge, 3).rests(edge - Point::new(6, 0), 5);
        assert_eq!(hand.events, [KeyEvent::Pressed(Key::Up)]);
    }

    #[test]
    fn a_finger_slides_off_even_where_nobody_looked_for_a_while() {
        let mut hand = Hand::new();
        hand.rests(middle(Key::Up), 3);
        hand.now += LIFT * 4;
        assert_eq!(hand.rests(middle(Key::Down), 3).lifts().events, tap(Key::Up));
    }

    #[test]
    fn a_finger_beside_every_key_is_beside() {
        let mut hand = Hand::new();
        hand.rests(Point::new(100, 10), 3).rests(middle(Key::Digit(1)), 3);
        assert_eq!(hand.lifts().events, tap(Key::Beside), "it slides onto a key and presses nothing");
    }

    #[test]
    fn two_fingers_press_a_key_each_and_a_third_none() {
        let mut hand = Hand::new();
        let [one, two, three] = [1, 2, 3].map(|digit| middle(Key::Digit(digit)));
        for fingers in [
            &[(0, one)][..],
            &[(0, one)],
            &[(0, one), (1, two)],
            &[(0, one), (1, two), (2, three)],
            &[(1, two), (2, three)],
            &[(1, two)],
        ] {
            hand.sees(fingers);
        }
        let digits = [1, 2].map(|digit| KeyEvent::Pressed(Key::Digit(digit)));
        let pressed: Vec<KeyEvent> = hand
            .lifts()
            .events
            .iter()
            .copied()
            .filter(|event| matches!(event, KeyEvent::Pressed(_)))
            .collect();
        assert_eq!(pressed, digits);
    }

    #[test]
    fn a_number_given_to_another_finger_is_another_press() {
        let mut hand = Hand::new();
        hand.rests(middle(Key::Digit(1)), 3).sees(&[]).rests(middle(Key::Digit(9)), 3);
        assert_eq!(hand.lifts().events, [tap(Key::Digit(1)), tap(Key::Digit(9))].concat());
    }

    #[test]
    fn what_touches_the_glass_at_power_up_presses_nothing_before_it_was_lifted() {
        let mut hand = Hand { glass: Glass::new(), now: Instant::from_millis(0), events: Vec::new() };
        let at = middle(Key::Soft1);
        assert_eq!(hand.rests(at, 50).lifts().events, []);
        assert_eq!(hand.rests(at, 3).lifts().events, tap(Key::Soft1));
    }

    #[test]
    fn a_screen_that_changes_under_a_finger_is_not_pressed() {
        let mut hand = Hand::new();
        let at = middle(Key::Digit(4));
        hand.rests(at, 3);
        let touch = [Touch { id: 0, at }];
        for _ in 0..10 {
            hand.glass.update(&LAYOUT_480X272_TOUCH, &touch, hand.now, |event| hand.events.push(event));
            hand.now += ARRIVE;
        }
        assert_eq!(hand.events, [KeyEvent::Pressed(Key::Digit(4))]);
    }

    #[test]
    fn nothing_is_kept_of_a_digit_after_its_finger() {
        let mut hand = Hand::new();
        hand.rests(middle(Key::Digit(7)), 3).lifts();
        assert_eq!(format!("{:?}", hand.glass.fingers), format!("{:?}", [Finger::AWAY, Finger::AWAY]));
    }
}
