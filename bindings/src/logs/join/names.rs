//! The open stories, and the threads, phones and users that name them.

use std::cmp::Reverse;

use super::{Incoming, Joiner, NO_THREAD, OnThread, RECENT, Role, SCHEDULED, SILENCE, unname};
use crate::logs::Lines;
use crate::logs::mask::masked;
use crate::logs::story::{Outcome, State, Story, same};
use crate::logs::time::Millis;

impl Joiner {
    pub(super) fn story(&self, at: usize) -> Option<&Story> {
        self.stories.get(at)?.as_deref()
    }

    pub(super) fn story_mut(&mut self, at: usize) -> Option<&mut Story> {
        self.stories.get_mut(at)?.as_deref_mut()
    }

    pub(super) fn with<T>(&mut self, at: usize, change: impl FnOnce(&mut Story) -> T) -> Option<T> {
        self.story_mut(at).map(change)
    }

    /// Opens a story for a thread; tells the one that is due first where too many are open.
    pub(super) fn add(&mut self, state: State, line: Incoming, role: Role, lines: &Lines<'_>) -> usize {
        while self.open >= self.bound {
            let Some(Reverse((_, at, serial))) = self.due.pop() else { break };
            if self.story(at).is_some_and(|story| story.serial == serial) {
                self.summary.cut_short += 1;
                let is_told = self.story(at).is_some_and(Story::is_told);
                if is_told {
                    self.tell(at, Outcome::Unfinished, lines);
                } else {
                    self.remove(at);
                }
            }
        }
        self.serial += 1;
        let mut story = Story::new(self.serial, state, line.at, line.time);
        story.due = line.time + SILENCE;
        story.lines = 1;
        let (due, serial) = (story.due, story.serial);
        let at = self.free.pop().unwrap_or(self.stories.len());
        if at == self.stories.len() {
            self.stories.push(None);
        }
        if let Some(place) = self.stories.get_mut(at) {
            *place = Some(Box::new(story));
        }
        self.open += 1;
        self.due.push(Reverse((due, at, serial)));
        self.enter(line.thread, line.group, at, role);
        at
    }

    /// Forgets a story.
    pub(super) fn remove(&mut self, at: usize) -> Option<Box<Story>> {
        let story = self.stories.get_mut(at)?.take()?;
        self.free.push(at);
        self.open -= 1;
        for (thread, _) in &story.threads {
            if let Some(on) = self.threads.get_mut(thread) {
                on.retain(|on| on.story != at);
                if on.is_empty() {
                    self.threads.remove(thread);
                }
            }
        }
        let hashes = [&story.device, &story.user].map(|name| name.as_ref().map(|name| self.key(name)));
        for (map, hash) in [&mut self.devices, &mut self.users].into_iter().zip(hashes) {
            unname(map, hash, at);
        }
        Some(story)
    }

    /// Joins a story to another one and leaves its place free.
    pub(super) fn absorb(&mut self, target: usize, other: usize) {
        let Some(story) = self.stories.get(other).and_then(Option::as_ref) else { return };
        let roles: Vec<(u64, OnThread)> = story
            .threads
            .iter()
            .flat_map(|(thread, _)| {
                let on = self.threads.get(thread).into_iter().flatten().filter(|on| on.story == other);
                on.map(|on| (*thread, *on))
            })
            .collect();
        let Some(story) = self.remove(other) else { return };
        let (device, user) = (story.device.clone(), story.user.clone());
        self.with(target, |into| into.absorb(*story));
        // Name it by what it learned.
        for (name, is_device) in [(device, true), (user, false)] {
            let Some(name) = name else { continue };
            let is_new = self.story(target).is_some_and(|story| {
                let of = if is_device { &story.device } else { &story.user };
                of.as_deref() == Some(&name)
            });
            let hash = self.key(&name);
            let map = if is_device { &mut self.devices } else { &mut self.users };
            let named = map.entry(hash).or_default();
            if is_new && !named.contains(&target) {
                named.push(target);
            } else if named.is_empty() {
                map.remove(&hash);
            }
        }
        for (thread, on) in roles {
            self.enter(thread, on.group, target, on.role);
        }
    }

    pub(super) fn on_thread(&self, thread: u64, group: u32) -> Option<OnThread> {
        self.threads.get(&thread)?.iter().find(|on| on.group == group).copied()
    }

    pub(super) fn enter(&mut self, thread: u64, group: u32, story: usize, role: Role) {
        if thread == NO_THREAD {
            return;
        }
        let on = self.threads.entry(thread).or_default();
        on.retain(|on| on.group != group);
        on.push(OnThread { group, story, role });
        self.with(story, |story| {
            if !story.threads.contains(&(thread, group)) {
                story.threads.push((thread, group));
            }
        });
    }

    pub(super) fn leave(&mut self, thread: u64, group: u32) {
        let Some(on) = self.threads.get_mut(&thread) else { return };
        let left = on.iter().find(|on| on.group == group).map(|on| on.story);
        on.retain(|on| on.group != group);
        if on.is_empty() {
            self.threads.remove(&thread);
        }
        if let Some(left) = left {
            self.with(left, |story| story.threads.retain(|of| *of != (thread, group)));
        }
    }

    pub(super) fn touch(&mut self, on: OnThread, time: Millis) {
        self.with(on.story, |story| {
            story.lines += 1;
            if matches!(story.state, State::Done | State::PageShown | State::MenuShown) {
                return;
            }
            story.last = story.last.max(time);
            story.due = time + SILENCE;
            if on.role == Role::Service {
                story.service_line(time);
            }
        });
    }

    /// Sets when a story is looked at next.
    pub(super) fn set_due(&mut self, at: usize, due: Millis) {
        let Some(story) = self.story_mut(at) else { return };
        let is_earlier = due < story.due;
        story.due = due;
        let serial = story.serial;
        if is_earlier {
            self.due.push(Reverse((due, at, serial)));
        }
    }

    pub(super) fn lately(&mut self, at: usize, time: Millis) {
        let Some(serial) = self.story(at).map(|story| story.serial) else { return };
        if self.recent.len() >= RECENT {
            self.recent.pop_front();
        }
        self.recent.push_back((at, serial, time));
    }

    pub(super) fn set_device(&mut self, at: usize, device: &[u8]) {
        let device = masked(device);
        let hash = self.key(&device);
        let Some(story) = self.story_mut(at) else { return };
        if story.device.is_some() {
            return;
        }
        story.device = Some(device);
        self.devices.entry(hash).or_default().push(at);
    }

    /// Names the user of a story. The call manager's user ID takes the place of the extension that was typed.
    pub(super) fn set_user(&mut self, at: usize, user: &[u8]) {
        let user = masked(user);
        let hash = self.key(&user);
        let Some(story) = self.story_mut(at) else { return };
        if story.user.as_ref().is_some_and(|of| same(of, &user)) || user == "null" || user.is_empty() {
            return;
        }
        let before = story.user.replace(user);
        let before = before.map(|name| self.key(&name));
        unname(&mut self.users, before, at);
        self.users.entry(hash).or_default().push(at);
    }

    pub(super) fn of_device(&self, device: &str, fits: impl Fn(&Story) -> bool) -> Option<usize> {
        self.of_device_but(device, None, fits)
    }

    pub(super) fn of_device_but(
        &self,
        device: &str,
        but: Option<usize>,
        fits: impl Fn(&Story) -> bool,
    ) -> Option<usize> {
        let named = self.devices.get(&self.key(device))?;
        self.newest(named, but, |story| {
            story.device.as_ref().is_some_and(|of| same(of, device)) && fits(story)
        })
    }

    pub(super) fn of_user(&self, user: &str, fits: impl Fn(&Story) -> bool) -> Option<usize> {
        self.of_user_but(user, None, fits)
    }

    pub(super) fn of_user_but(
        &self,
        user: &str,
        but: Option<usize>,
        fits: impl Fn(&Story) -> bool,
    ) -> Option<usize> {
        let named = self.users.get(&self.key(user))?;
        self.newest(named, but, |story| story.user.as_ref().is_some_and(|of| same(of, user)) && fits(story))
    }

    /// Returns the newest story that fits; a name has few.
    pub(super) fn newest(
        &self,
        named: &[usize],
        but: Option<usize>,
        fits: impl Fn(&Story) -> bool,
    ) -> Option<usize> {
        let candidates = named.iter().rev().take(8).copied().filter(|at| Some(*at) != but);
        candidates
            .filter(|at| self.story(*at).is_some_and(&fits))
            .max_by_key(|at| self.story(*at).map(|story| story.serial))
    }

    pub(super) fn schedule(&mut self, device: &[u8], when: Millis) {
        let hash = self.key(&masked(device));
        if self.scheduled.insert(hash, when).is_none() {
            self.schedule.push_back(hash);
        }
        while self.schedule.len() > SCHEDULED {
            if let Some(oldest) = self.schedule.pop_front() {
                self.scheduled.remove(&oldest);
            }
        }
    }
}
