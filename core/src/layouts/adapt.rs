//! When to stop trying: streams whose every line has a layout of its own gain nothing from the cache.
//!
//! Owns the counting. Must not know: layouts.

/// Lines that are judged together.
const WINDOW: u32 = 128;
/// Lines that go straight down the plain path after the first bad window; doubled after each further one.
const PAUSE_MIN: u32 = 1024;
const PAUSE_MAX: u32 = 1 << 16;

#[derive(Debug)]
pub(super) struct Adapt {
    tried: u32,
    missed: u32,
    pause: u32,
    next_pause: u32,
    /// Whether the cache was full when a window went bad, so that it may be emptied once.
    start_over: bool,
    /// Whether the cache turned a layout away since the last judgement.
    turned_away: bool,
}

impl Adapt {
    pub(super) const fn new() -> Self {
        Self {
            tried: 0,
            missed: 0,
            pause: 0,
            next_pause: PAUSE_MIN,
            start_over: false,
            turned_away: false,
        }
    }

    /// Whether the next line should be tried.
    #[inline]
    pub(super) fn tries(&mut self) -> bool {
        if self.pause > 0 {
            self.pause -= 1;
            return false;
        }
        true
    }

    /// Counts a try. While there is room to learn, misses are the price of learning; once layouts are turned away, a
    /// window with more misses than hits means a pause.
    #[inline]
    pub(super) fn saw(&mut self, hit: bool) {
        self.tried += 1;
        self.missed += u32::from(!hit);
        if self.tried == WINDOW {
            self.judge();
        }
    }

    #[cold]
    fn judge(&mut self) {
        if self.turned_away && self.missed * 2 > WINDOW {
            self.pause = self.next_pause;
            self.next_pause = (self.next_pause * 2).min(PAUSE_MAX);
            self.start_over = true;
        } else if self.missed * 8 < WINDOW {
            self.next_pause = PAUSE_MIN;
        }
        self.tried = 0;
        self.missed = 0;
        self.turned_away = false;
    }

    /// Whether a new layout is welcome now.
    pub(super) const fn learns(&self) -> bool {
        self.pause == 0
    }

    /// Asked when the cache is full: whether it may be emptied to learn what comes now.
    pub(super) fn may_start_over(&mut self) -> bool {
        self.turned_away = true;
        core::mem::take(&mut self.start_over)
    }
}
