//! A disk in memory that knows "written" from "durable", and fails on purpose.
//!
//! Owns the model of what disks and operating systems do to files: a write is visible at once and durable after a
//! sync; a crash keeps any mixture of the sectors that were not synced, even parts of one; a failed sync drops what
//! it could not write and never mentions it again; names become durable apart from contents. The log's own code runs
//! on it unchanged. Everything it decides comes from its seed. Must not know segments or frames.

use super::disk::{Disk, DiskFile};
use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

const SECTOR_BYTES: usize = 512;

/// Numbers from a seed (splitmix64). Equal seeds, equal numbers, on every machine.
#[derive(Debug, Clone)]
pub struct SimRng(u64);

impl SimRng {
    /// Begins the sequence of a seed.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next number.
    pub fn next_u64(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ z >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ z >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ z >> 31
    }

    /// A number below `bound`, which must not be 0.
    pub fn below(&mut self, bound: u64) -> u64 {
        self.next_u64() % bound
    }

    /// An index below `len`, which must not be 0.
    pub fn index(&mut self, len: usize) -> usize {
        usize::try_from(self.below(len as u64)).unwrap_or(0)
    }

    /// True once in `odds` times.
    pub fn one_in(&mut self, odds: u64) -> bool {
        self.below(odds) == 0
    }
}

/// What an operation does instead of its duty.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// A write stores some of its bytes and answers an input/output error.
    WriteError,
    /// A write stores some of its bytes and finds the disk full.
    WriteFull,
    /// A sync makes some sectors durable, forgets the others, and answers an input/output error.
    SyncError,
}

impl Fault {
    fn error(self) -> io::Error {
        match self {
            Self::WriteFull => io::Error::from(io::ErrorKind::StorageFull),
            Self::WriteError | Self::SyncError => io::Error::other("simulated input/output error"),
        }
    }
}

/// The disk. Clones are the same disk.
#[derive(Clone)]
pub struct SimDisk {
    sim: Arc<(Mutex<Sim>, Condvar)>,
    /// Operations of an earlier power-on period fail: their process is gone.
    period: u64,
}

struct Sim {
    rng: SimRng,
    files: Vec<FileState>,
    names: BTreeMap<String, usize>,
    durable_names: BTreeMap<String, usize>,
    /// Name changes since the last directory sync, oldest first.
    name_changes: Vec<NameChange>,
    period: u64,
    locked: bool,
    /// Operations of the fault's kind until it strikes.
    fault: Option<(Fault, u64)>,
    held: bool,
    waiting: bool,
    syncs: u64,
}

#[derive(Default)]
struct FileState {
    /// What readers see.
    now: Vec<u8>,
    durable: Vec<u8>,
    /// Writes that no sync has covered, oldest first.
    pending: Vec<(usize, Vec<u8>)>,
}

#[derive(Clone)]
enum NameChange {
    Link(String, usize),
    Rename(String, String),
}

impl SimDisk {
    /// An empty disk.
    pub fn new(seed: u64) -> Self {
        let sim = Sim {
            rng: SimRng::new(seed),
            files: Vec::new(),
            names: BTreeMap::new(),
            durable_names: BTreeMap::new(),
            name_changes: Vec::new(),
            period: 0,
            locked: false,
            fault: None,
            held: false,
            waiting: false,
            syncs: 0,
        };
        Self {
            sim: Arc::new((Mutex::new(sim), Condvar::new())),
            period: 0,
        }
    }

    fn lock_sim(&self) -> MutexGuard<'_, Sim> {
        self.sim.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The simulation, provided that the caller's process lives.
    fn alive(&self) -> io::Result<MutexGuard<'_, Sim>> {
        let sim = self.lock_sim();
        if sim.period == self.period {
            Ok(sim)
        } else {
            Err(io::Error::other("the process was killed"))
        }
    }

    /// The same, once nothing holds writes back any more.
    fn alive_unheld(&self) -> io::Result<MutexGuard<'_, Sim>> {
        let mut sim = self.alive()?;
        while sim.held {
            sim.waiting = true;
            self.sim.1.notify_all();
            sim = self.sim.1.wait(sim).unwrap_or_else(PoisonError::into_inner);
        }
        sim.waiting = false;
        if sim.period == self.period {
            Ok(sim)
        } else {
            Err(io::Error::other("the process was killed"))
        }
    }

    /// Lets the `nth` operation from now on that the fault can strike fail; 0 is the very next.
    pub fn plan_fault(&self, fault: Fault, nth: u64) {
        self.lock_sim().fault = Some((fault, nth));
    }

    /// Forgets a fault that has not struck.
    pub fn clear_fault(&self) {
        self.lock_sim().fault = None;
    }

    /// Makes the next write or creation wait, so that a test can line up what comes behind it.
    pub fn hold(&self) {
        self.lock_sim().held = true;
    }

    /// Waits until one waits.
    pub fn wait_held(&self) {
        let mut sim = self.lock_sim();
        while !sim.waiting {
            sim = self.sim.1.wait(sim).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Lets writes go on.
    pub fn release(&self) {
        self.lock_sim().held = false;
        self.sim.1.notify_all();
    }

    /// Bytes written to files whose name ends like this, that a power cut could take away.
    pub fn unsynced_bytes(&self, name_end: &str) -> usize {
        let sim = self.lock_sim();
        let files = sim
            .names
            .iter()
            .filter(|(name, _)| name.ends_with(name_end))
            .map(|(_, file)| &sim.files[*file]);
        files.flat_map(|file| &file.pending).map(|(_, bytes)| bytes.len()).sum()
    }

    /// Syncs of files that succeeded so far.
    pub fn syncs(&self) -> u64 {
        self.lock_sim().syncs
    }

    /// Kills the process: its handles are dead, what it wrote stays visible. Answers the disk for the next process.
    #[must_use]
    pub fn kill(&self) -> Self {
        let mut sim = self.lock_sim();
        sim.period += 1;
        sim.locked = false;
        sim.fault = None;
        sim.held = false;
        let period = sim.period;
        drop(sim);
        self.sim.1.notify_all();
        Self {
            sim: Arc::clone(&self.sim),
            period,
        }
    }

    /// Cuts the power: of everything not synced any mixture survives. Answers the disk for the next process.
    #[must_use]
    pub fn crash(&self) -> Self {
        let next = self.kill();
        next.lock_sim().lose_power();
        next
    }

    /// The names of all files, and their sizes.
    pub fn files(&self) -> Vec<(String, usize)> {
        let sim = self.lock_sim();
        sim.names
            .iter()
            .map(|(name, file)| (name.clone(), sim.files[*file].now.len()))
            .collect()
    }

    /// The bytes of a file as readers see them.
    pub fn bytes(&self, name: &str) -> Vec<u8> {
        let sim = self.lock_sim();
        sim.names
            .get(name)
            .map(|file| sim.files[*file].now.clone())
            .unwrap_or_default()
    }

    /// Flips a bit of a file, on the disk and in every cache.
    pub fn flip(&self, name: &str, offset: usize, bit: u32) {
        let mut sim = self.lock_sim();
        let Some(&file) = sim.names.get(name) else { return };
        let FileState { now, durable, .. } = &mut sim.files[file];
        for bytes in [now, durable] {
            if let Some(byte) = bytes.get_mut(offset) {
                *byte ^= 1 << bit;
            }
        }
    }
}

impl Sim {
    /// Whether this operation is the one that fails.
    fn strikes(&mut self, kinds: &[Fault]) -> Option<Fault> {
        let (fault, left) = self.fault?;
        if !kinds.contains(&fault) {
            return None;
        }
        if left > 0 {
            self.fault = Some((fault, left - 1));
            return None;
        }
        self.fault = None;
        Some(fault)
    }

    fn lose_power(&mut self) {
        for file in 0..self.files.len() {
            self.keep_some(file);
            let state = &mut self.files[file];
            state.now = state.durable.clone();
        }
        // A file system's journal keeps name changes in order, so a prefix of them survives.
        let kept = self.rng.index(self.name_changes.len() + 1);
        for change in self.name_changes.drain(..).take(kept) {
            change.apply(&mut self.durable_names);
        }
        self.names = self.durable_names.clone();
    }

    /// Makes an arbitrary part of a file's unsynced writes durable and forgets the rest.
    fn keep_some(&mut self, file: usize) {
        let pending = std::mem::take(&mut self.files[file].pending);
        let mood = self.rng.below(4);
        for (offset, bytes) in pending {
            let mut at = 0;
            while at < bytes.len() {
                let sector_end = (offset + at + 1).next_multiple_of(SECTOR_BYTES) - offset;
                let sector = &bytes[at..sector_end.min(bytes.len())];
                let kept = match mood {
                    0 => 0,
                    1 => sector.len(),
                    // Sectors survive independently of each other, now and then only in part.
                    _ if self.rng.one_in(8) => self.rng.index(sector.len() + 1),
                    _ if self.rng.one_in(2) => sector.len(),
                    _ => 0,
                };
                self.files[file].store_durable(offset + at, &sector[..kept]);
                at = sector_end;
            }
        }
    }
}

impl FileState {
    fn store_durable(&mut self, offset: usize, bytes: &[u8]) {
        store(&mut self.durable, offset, bytes);
    }
}

fn store(file: &mut Vec<u8>, offset: usize, bytes: &[u8]) {
    if bytes.is_empty() {
        return;
    }
    if file.len() < offset + bytes.len() {
        file.resize(offset + bytes.len(), 0);
    }
    file[offset..offset + bytes.len()].copy_from_slice(bytes);
}

impl NameChange {
    fn apply(&self, names: &mut BTreeMap<String, usize>) {
        match self {
            Self::Link(name, file) => {
                names.insert(name.clone(), *file);
            }
            Self::Rename(from, to) => {
                if let Some(file) = names.remove(from) {
                    names.insert(to.clone(), file);
                }
            }
        }
    }
}

struct Guard(SimDisk);

impl Drop for Guard {
    fn drop(&mut self) {
        if let Ok(mut sim) = self.0.alive() {
            sim.locked = false;
        }
    }
}

impl Disk for SimDisk {
    fn lock(&self) -> io::Result<Box<dyn Send + Sync>> {
        let mut sim = self.alive()?;
        if sim.locked {
            return Err(io::ErrorKind::WouldBlock.into());
        }
        sim.locked = true;
        Ok(Box::new(Guard(self.clone())))
    }

    fn list(&self) -> io::Result<Vec<String>> {
        Ok(self
            .alive()?
            .names
            .keys()
            .filter(|name| !name.contains('/'))
            .cloned()
            .collect())
    }

    fn create(&self, name: &str) -> io::Result<Box<dyn DiskFile>> {
        let mut sim = self.alive_unheld()?;
        if let Some(fault) = sim.strikes(&[Fault::WriteFull]) {
            return Err(fault.error());
        }
        let file = sim.files.len();
        sim.files.push(FileState::default());
        let change = NameChange::Link(name.to_owned(), file);
        change.apply(&mut sim.names);
        sim.name_changes.push(change);
        Ok(Box::new(SimFile {
            disk: self.clone(),
            file,
        }))
    }

    fn open(&self, name: &str) -> io::Result<Box<dyn DiskFile>> {
        let sim = self.alive()?;
        let file = *sim.names.get(name).ok_or(io::ErrorKind::NotFound)?;
        Ok(Box::new(SimFile {
            disk: self.clone(),
            file,
        }))
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        let mut sim = self.alive()?;
        if !sim.names.contains_key(from) {
            return Err(io::ErrorKind::NotFound.into());
        }
        let change = NameChange::Rename(from.to_owned(), to.to_owned());
        change.apply(&mut sim.names);
        sim.name_changes.push(change);
        Ok(())
    }

    fn sync_dir(&self) -> io::Result<()> {
        let mut sim = self.alive()?;
        if let Some(fault) = sim.strikes(&[Fault::SyncError]) {
            return Err(fault.error());
        }
        sim.durable_names = sim.names.clone();
        sim.name_changes.clear();
        Ok(())
    }

    fn path(&self, name: &str) -> PathBuf {
        PathBuf::from("sim").join(name)
    }
}

struct SimFile {
    disk: SimDisk,
    file: usize,
}

impl DiskFile for SimFile {
    fn len(&self) -> io::Result<u64> {
        Ok(self.disk.alive()?.files[self.file].now.len() as u64)
    }

    fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<usize> {
        let sim = self.disk.alive()?;
        let now = &sim.files[self.file].now;
        let from = usize::try_from(offset).unwrap_or(usize::MAX).min(now.len());
        let count = buf.len().min(now.len() - from);
        buf[..count].copy_from_slice(&now[from..from + count]);
        Ok(count)
    }

    fn write_at(&self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        let mut sim = self.disk.alive_unheld()?;
        let fault = sim.strikes(&[Fault::WriteError, Fault::WriteFull]);
        let count = if fault.is_some() {
            sim.rng.index(bytes.len() + 1)
        } else {
            bytes.len()
        };
        let offset = usize::try_from(offset).map_err(|_| io::ErrorKind::FileTooLarge)?;
        let file = &mut sim.files[self.file];
        store(&mut file.now, offset, &bytes[..count]);
        file.pending.push((offset, bytes[..count].to_vec()));
        fault.map_or(Ok(()), |fault| Err(fault.error()))
    }

    fn sync(&self) -> io::Result<()> {
        let mut sim = self.disk.alive()?;
        if let Some(fault) = sim.strikes(&[Fault::SyncError]) {
            sim.keep_some(self.file);
            return Err(fault.error());
        }
        sim.syncs += 1;
        let file = &mut sim.files[self.file];
        for (offset, bytes) in std::mem::take(&mut file.pending) {
            store(&mut file.durable, offset, &bytes);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_crash_keeps_what_was_synced_and_may_lose_the_rest() {
        let mut lost = 0;
        for seed in 0..50 {
            let disk = SimDisk::new(seed);
            let file = disk.create("a").unwrap();
            file.write_at(0, &[1; 2000]).unwrap();
            file.sync().unwrap();
            disk.sync_dir().unwrap();
            file.write_at(2000, &[2; 2000]).unwrap();
            assert_eq!(disk.unsynced_bytes("a"), 2000);
            let disk = disk.crash();
            assert!(file.sync().is_err(), "seed {seed}: the old process lives");
            let bytes = disk.bytes("a");
            assert!(bytes.starts_with(&[1; 2000]), "seed {seed}");
            lost += usize::from(bytes[2000..] != [2; 2000]);
        }
        assert!(lost > 10, "only {lost} of 50 crashes lost something");
    }

    #[test]
    fn a_failed_sync_forgets_and_a_later_one_does_not_bring_back() {
        let mut lost = 0;
        for seed in 0..50 {
            let disk = SimDisk::new(seed);
            let file = disk.create("a").unwrap();
            disk.sync_dir().unwrap();
            file.write_at(0, &[1; 4096]).unwrap();
            disk.plan_fault(Fault::SyncError, 0);
            assert!(file.sync().is_err());
            file.sync().unwrap();
            assert_eq!(disk.bytes("a"), [1; 4096], "the cache shows it still");
            lost += usize::from(disk.crash().bytes("a") != [1; 4096]);
        }
        assert!(lost > 10, "only {lost} of 50 failed syncs lost something");
    }

    #[test]
    fn names_are_durable_after_a_directory_sync() {
        for seed in 0..20 {
            let disk = SimDisk::new(seed);
            disk.create("a").unwrap();
            disk.sync_dir().unwrap();
            disk.rename("a", "b").unwrap();
            let names: Vec<String> = disk.crash().files().into_iter().map(|(name, _)| name).collect();
            assert!(names == ["a"] || names == ["b"], "seed {seed}: {names:?}");
        }
    }
}
