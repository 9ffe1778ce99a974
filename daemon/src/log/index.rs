//! The index's store: sorted keys and values that can be rebuilt from the segments at any time.
//!
//! Owns sled; no other file names it. Also owns the question whether what sled gives back can be trusted. sled syncs
//! nothing on its own, and it may open a damaged file and miss some of what was in it. So a clean close leaves a note
//! with a hash of sled's files, and an index whose files do not match its note, or that has none, is set aside and
//! rebuilt. Must not know what keys mean.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

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
    /// Gone once the index is closed.
    db: RwLock<Option<sled::Db>>,
}

/// The file that vouches for the others.
const NOTE: &str = "clean";
/// The directory that is sled's.
const SLED: &str = "sled";
/// sled's cache; the index of a million records takes about half of it.
const CACHE_BYTES: u64 = 256 * 1024 * 1024;

impl SledIndex {
    /// Opens the index in `dir`. One that cannot be trusted or opened is set aside beside it, and an empty one
    /// begun; the second answer says why.
    pub fn open(dir: &Path) -> Result<(Self, Option<String>), String> {
        if !dir.exists() {
            return Ok((Self::open_here(dir)?, None));
        }
        let opened = match distrust(dir) {
            None => Self::open_here(dir),
            Some(why) => Err(why),
        };
        match opened {
            Ok(index) => Ok((index, None)),
            Err(why) => {
                set_aside(dir)?;
                Ok((Self::open_here(dir)?, Some(why)))
            }
        }
    }

    fn open_here(dir: &Path) -> Result<Self, String> {
        std::fs::create_dir_all(dir).map_err(text)?;
        // From here on nobody vouches for the files, until they are closed again.
        match std::fs::remove_file(dir.join(NOTE)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(text(error)),
            _ => {}
        }
        sync(dir)?;
        let config = sled::Config::new()
            .path(dir.join(SLED))
            .mode(sled::Mode::HighThroughput)
            .cache_capacity(CACHE_BYTES)
            .flush_every_ms(Some(1000));
        // sled asserts where others answer errors: damage may come back as a panic.
        let opened = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| config.open()));
        let db = opened
            .map_err(|_| "sled panicked while opening".to_owned())?
            .map_err(text)?;
        Ok(Self {
            dir: dir.to_owned(),
            db: RwLock::new(Some(db)),
        })
    }

    fn guarded<T>(&self, work: impl FnOnce(&sled::Db) -> sled::Result<T>) -> Result<T, String> {
        let db = self.db.read().unwrap_or_else(PoisonError::into_inner);
        let db = db.as_ref().ok_or("index is closed")?;
        let done = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| work(db)));
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
        // sled's threads end with its last handle; only then do its files stand still.
        drop(self.db.write().unwrap_or_else(PoisonError::into_inner).take());
        for path in files(&self.dir.join(SLED))? {
            sync(&path)?;
        }
        let hash = hash_files(&self.dir.join(SLED))?;
        let mut note = File::create(self.dir.join(NOTE)).map_err(text)?;
        note.write_all(hash.as_bytes())
            .and_then(|()| note.sync_all())
            .map_err(text)?;
        sync(&self.dir)
    }
}

/// Why the index in `dir` must not be trusted, if so.
fn distrust(dir: &Path) -> Option<String> {
    let Ok(note) = std::fs::read_to_string(dir.join(NOTE)) else {
        return Some("index was not closed".to_owned());
    };
    match hash_files(&dir.join(SLED)) {
        Ok(hash) if hash == note => None,
        Ok(_) => Some("index differs from what was closed".to_owned()),
        Err(why) => Some(why),
    }
}

/// The files in a directory and below, sorted by path.
fn files(dir: &Path) -> Result<Vec<PathBuf>, String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(dir).map_err(text)? {
        let path = entry.map_err(text)?.path();
        if path.is_dir() {
            found.extend(files(&path)?);
        } else {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

/// One hash over the names and contents of all files in a directory.
fn hash_files(dir: &Path) -> Result<String, String> {
    let mut hasher = blake3::Hasher::new();
    for path in files(dir)? {
        let mut content = blake3::Hasher::new();
        content.update_reader(File::open(&path).map_err(text)?).map_err(text)?;
        let name = path.strip_prefix(dir).unwrap_or(&path).as_os_str().as_encoded_bytes();
        hasher
            .update(&(name.len() as u64).to_le_bytes())
            .update(name)
            .update(content.finalize().as_bytes());
    }
    Ok(hasher.finalize().to_hex().to_string())
}

fn sync(path: &Path) -> Result<(), String> {
    File::open(path).and_then(|file| file.sync_all()).map_err(text)
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
