//! The index's store: sorted keys and values that can be rebuilt from the segments at any time.
//!
//! Owns sled; no other file names it. Also owns the question whether what sled gives back can be trusted: sled syncs
//! nothing on its own, so after a power cut its file may be anything. The note beside it says in which boot of the
//! machine it was last open; only a clean close or the same boot makes it trustworthy, everything else is set aside.
//! Must not know what keys mean.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

/// Keys and values. Failures are texts: whatever they are, the answer is to rebuild.
pub trait IndexStore: Send + Sync {
    /// The value of a key.
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, String>;
    /// Sets all entries or, after a crash, none of them.
    fn apply(&self, entries: Vec<(Vec<u8>, Vec<u8>)>) -> Result<(), String>;
    /// Forgets everything.
    fn clear(&self) -> Result<(), String>;
    /// Makes everything durable, so that the next opening finds it trustworthy.
    fn close(&self) -> Result<(), String>;
}

/// sled, in a directory of its own.
pub struct SledIndex {
    dir: PathBuf,
    db: sled::Db,
}

/// The file that says whether the directory can be trusted.
const NOTE: &str = "trust";
const CLEAN: &str = "clean";
/// sled's cache; the index of a million records takes about a tenth of it.
const CACHE_BYTES: u64 = 256 * 1024 * 1024;

impl SledIndex {
    /// Opens the index in `dir`. One that cannot be trusted or opened is set aside beside it, and an empty one
    /// begun; the second answer says why.
    pub fn open(dir: &Path) -> Result<(Self, Option<String>), String> {
        let distrust = if dir.exists() { distrust(dir) } else { None };
        if let Some(why) = distrust {
            set_aside(dir)?;
            return Ok((Self::open_here(dir)?, Some(why)));
        }
        match Self::open_here(dir) {
            Ok(index) => Ok((index, None)),
            Err(why) => {
                set_aside(dir)?;
                Ok((Self::open_here(dir)?, Some(why)))
            }
        }
    }

    fn open_here(dir: &Path) -> Result<Self, String> {
        std::fs::create_dir_all(dir).map_err(text)?;
        let config = sled::Config::new()
            .path(dir.join("sled"))
            .mode(sled::Mode::HighThroughput)
            .cache_capacity(CACHE_BYTES)
            .flush_every_ms(Some(1000));
        // sled asserts where others answer errors: damage may come back as a panic.
        let opened = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| config.open()));
        let db = opened
            .map_err(|_| "sled panicked while opening".to_owned())?
            .map_err(text)?;
        write_note(dir, &boot_id())?;
        Ok(Self {
            dir: dir.to_owned(),
            db,
        })
    }

    fn guarded<T>(&self, work: impl FnOnce(&sled::Db) -> sled::Result<T>) -> Result<T, String> {
        let done = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| work(&self.db)));
        done.map_err(|_| "sled panicked".to_owned())?.map_err(text)
    }
}

impl IndexStore for SledIndex {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, String> {
        self.guarded(|db| Ok(db.get(key)?.map(|value| value.to_vec())))
    }

    fn apply(&self, entries: Vec<(Vec<u8>, Vec<u8>)>) -> Result<(), String> {
        let mut batch = sled::Batch::default();
        for (key, value) in entries {
            batch.insert(key, value);
        }
        self.guarded(|db| db.apply_batch(batch))
    }

    fn clear(&self) -> Result<(), String> {
        self.guarded(|db| db.clear())
    }

    fn close(&self) -> Result<(), String> {
        self.guarded(|db| db.flush().map(drop))?;
        for entry in std::fs::read_dir(self.dir.join("sled")).map_err(text)? {
            let path = entry.map_err(text)?.path();
            if path.is_file() {
                File::open(path).and_then(|file| file.sync_all()).map_err(text)?;
            }
        }
        write_note(&self.dir, CLEAN)
    }
}

/// Why the index in `dir` must not be trusted, if so.
fn distrust(dir: &Path) -> Option<String> {
    match std::fs::read_to_string(dir.join(NOTE)) {
        Ok(note) if note == CLEAN => None,
        Ok(note) if note == boot_id() && !note.is_empty() => None,
        Ok(_) => Some("index was open when the machine stopped".to_owned()),
        Err(error) => Some(format!("index has no readable trust note: {error}")),
    }
}

/// Differs from boot to boot; empty where the system does not tell, which trusts clean closes only.
fn boot_id() -> String {
    std::fs::read_to_string("/proc/sys/kernel/random/boot_id")
        .map(|id| id.trim().to_owned())
        .unwrap_or_default()
}

fn write_note(dir: &Path, note: &str) -> Result<(), String> {
    let mut file = File::create(dir.join(NOTE)).map_err(text)?;
    file.write_all(note.as_bytes())
        .and_then(|()| file.sync_all())
        .map_err(text)
}

/// Moves `dir` to a free name beside it. Nothing is deleted: somebody may want to look.
fn set_aside(dir: &Path) -> Result<(), String> {
    let name = dir.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let free = (1u32..10_000)
        .map(|n| dir.with_file_name(format!("{name}.set-aside-{n}")))
        .find(|path| !path.exists());
    std::fs::rename(dir, free.ok_or("no free name to set the index aside")?).map_err(text)
}

fn text(error: impl std::fmt::Display) -> String {
    error.to_string()
}

/// An index in memory. Clones share their content, so a test can keep one across a simulated crash.
#[derive(Clone, Default)]
pub struct MemoryIndex {
    entries: Arc<Mutex<BTreeMap<Vec<u8>, Vec<u8>>>>,
}

impl MemoryIndex {
    fn with<T>(&self, work: impl FnOnce(&mut BTreeMap<Vec<u8>, Vec<u8>>) -> T) -> T {
        work(&mut self.entries.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// An independent copy of what is in it now.
    #[must_use]
    pub fn snapshot(&self) -> Self {
        Self {
            entries: Arc::new(Mutex::new(self.with(|entries| entries.clone()))),
        }
    }
}

impl IndexStore for MemoryIndex {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, String> {
        Ok(self.with(|entries| entries.get(key).cloned()))
    }

    fn apply(&self, new: Vec<(Vec<u8>, Vec<u8>)>) -> Result<(), String> {
        self.with(|entries| entries.extend(new));
        Ok(())
    }

    fn clear(&self) -> Result<(), String> {
        self.with(BTreeMap::clear);
        Ok(())
    }

    fn close(&self) -> Result<(), String> {
        Ok(())
    }
}
