//! The seam between the log and the disk.
//!
//! Owns the few operations the log needs and what each has to guarantee, and the real directory that provides them.
//! The simulated disk of [`super::sim_disk`] is the other implementation: it knows "written" from "durable" and can
//! fail. Must not know segments, frames or records.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

/// A directory of files, as the log needs it.
pub trait Disk: Send + Sync {
    /// Takes the directory for this process until the guard is dropped; `WouldBlock` when another has it.
    fn lock(&self) -> io::Result<Box<dyn Send + Sync>>;
    /// Names of the files in the directory, in any order.
    fn list(&self) -> io::Result<Vec<String>>;
    /// An empty file; one of that name is emptied. The name is durable after [`Disk::sync_dir`].
    fn create(&self, name: &str) -> io::Result<Box<dyn DiskFile>>;
    /// An existing file, for reading and writing.
    fn open(&self, name: &str) -> io::Result<Box<dyn DiskFile>>;
    /// Renames atomically: after a crash the file has one of the two names. Durable after [`Disk::sync_dir`].
    /// `to` may begin with one directory, which is made when missing.
    fn rename(&self, from: &str, to: &str) -> io::Result<()>;
    /// Makes all names durable.
    fn sync_dir(&self) -> io::Result<()>;
    /// How messages name a file.
    fn path(&self, name: &str) -> PathBuf;
}

/// One open file. Shared between a writer and readers.
#[expect(clippy::len_without_is_empty, reason = "an empty segment is no special case")]
pub trait DiskFile: Send + Sync {
    /// Bytes in the file.
    fn len(&self) -> io::Result<u64>;
    /// Fills `buf` from `offset` on; answers how much there was.
    fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<usize>;
    /// Writes all of `bytes`; visible to readers at once, durable after [`DiskFile::sync`].
    fn write_at(&self, offset: u64, bytes: &[u8]) -> io::Result<()>;
    /// Everything written so far, and the file's length, survives a crash when this has answered `Ok`. After an
    /// error nobody knows what survives, and asking again proves nothing: the system may have dropped the pages.
    fn sync(&self) -> io::Result<()>;
}

/// A directory of the file system.
pub struct RealDisk {
    dir: PathBuf,
}

impl RealDisk {
    /// Uses `dir`, made when missing.
    pub fn new(dir: impl Into<PathBuf>) -> io::Result<Self> {
        let dir = dir.into();
        std::fs::create_dir_all(&dir)?;
        Ok(Self { dir })
    }

    /// Uses `dir`, which has to exist.
    pub fn existing(dir: impl Into<PathBuf>) -> io::Result<Self> {
        let dir = dir.into();
        std::fs::read_dir(&dir)?;
        Ok(Self { dir })
    }
}

/// Job histories are nobody else's business.
const FILE_MODE: u32 = 0o600;

fn options() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.read(true).write(true).mode(FILE_MODE);
    options
}

fn sync_path(path: &Path) -> io::Result<()> {
    File::open(path)?.sync_all()
}

impl Disk for RealDisk {
    fn lock(&self) -> io::Result<Box<dyn Send + Sync>> {
        let file = options().create(true).truncate(false).open(self.dir.join("lock"))?;
        // The kernel drops the lock with the process, so a crash leaves none behind.
        file.try_lock().map_err(io::Error::from)?;
        Ok(Box::new(file))
    }

    fn list(&self) -> io::Result<Vec<String>> {
        let mut names = Vec::new();
        for entry in std::fs::read_dir(&self.dir)? {
            let entry = entry?;
            if entry.file_type()?.is_file() {
                names.extend(entry.file_name().into_string().ok());
            }
        }
        Ok(names)
    }

    fn create(&self, name: &str) -> io::Result<Box<dyn DiskFile>> {
        let path = self.dir.join(name);
        if let Some(parent) = path.parent().filter(|parent| *parent != self.dir) {
            std::fs::create_dir_all(parent)?;
        }
        Ok(Box::new(RealFile(options().create(true).truncate(true).open(path)?)))
    }

    fn open(&self, name: &str) -> io::Result<Box<dyn DiskFile>> {
        Ok(Box::new(RealFile(options().open(self.dir.join(name))?)))
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        let to = self.dir.join(to);
        if let Some(parent) = to.parent().filter(|parent| *parent != self.dir) {
            std::fs::create_dir_all(parent)?;
            std::fs::rename(self.dir.join(from), &to)?;
            return sync_path(parent);
        }
        std::fs::rename(self.dir.join(from), to)
    }

    fn sync_dir(&self) -> io::Result<()> {
        sync_path(&self.dir)?;
        // The directory's own name lives in its parent.
        self.dir
            .parent()
            .filter(|parent| !parent.as_os_str().is_empty())
            .map_or(Ok(()), sync_path)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.join(name)
    }
}

struct RealFile(File);

impl DiskFile for RealFile {
    fn len(&self) -> io::Result<u64> {
        Ok(self.0.metadata()?.len())
    }

    fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<usize> {
        let mut filled = 0;
        while filled < buf.len() {
            match self.0.read_at(&mut buf[filled..], offset + filled as u64) {
                Ok(0) => break,
                Ok(count) => filled += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(filled)
    }

    fn write_at(&self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        self.0.write_all_at(bytes, offset)
    }

    fn sync(&self) -> io::Result<()> {
        self.0.sync_data()
    }
}
