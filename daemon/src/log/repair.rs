//! Verifying a log that nobody has open, and repairing a damaged one.
//!
//! Owns two questions and one remedy: is everything whole, where does damage begin, and how to keep the longest valid
//! prefix. Repairing deletes nothing: what is cut off moves to a directory beside the segments, so that it can still
//! be looked at, or sent to somebody who knows more.

use super::disk::{Disk, RealDisk};
use super::error::{Damage, Error};
use super::scan::{Scan, read_file, scan};
use super::segment::SEGMENT_HEADER_BYTES;
use jobfold_core::log::{Head, RecordView};
use std::path::{Path, PathBuf};

/// What a pass over a log found, and what a repair did about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// The last whole record: the head of the longest valid prefix.
    pub head: Head,
    /// Segment files.
    pub segments: u64,
    /// Everything up to this seq is known to have been synced. Records after it were in the log's last write, which
    /// the next opening confirms.
    pub confirmed_seq: u64,
    /// Bytes of an interrupted write at the log's end. Not damage: nobody had been told that it was stored, and the
    /// next opening cuts it off.
    pub torn_bytes: u64,
    /// Where stored bytes are not what was written.
    pub damage: Option<Damage>,
    /// What a repair moved aside.
    pub set_aside: Vec<PathBuf>,
}

impl Report {
    /// Whether nothing is damaged.
    pub fn is_whole(&self) -> bool {
        self.damage.is_none()
    }
}

/// Reads the log in `dir` and checks every frame, hash and place. Changes nothing and needs no lock; while a daemon
/// is writing, its newest write may appear as torn.
pub fn verify(dir: &Path, mut on_record: impl FnMut(&RecordView<'_>)) -> Result<Report, Error> {
    let disk = RealDisk::existing(dir).map_err(|error| Error::io("open", dir, &error))?;
    verify_on(&disk, &mut on_record)
}

/// [`verify`] on any disk.
pub fn verify_on(disk: &dyn Disk, on_record: &mut dyn FnMut(&RecordView<'_>)) -> Result<Report, Error> {
    Ok(report(&scan(disk, on_record)?))
}

/// Keeps the longest valid prefix of the log in `dir` and sets the rest aside, in `dir/set-aside-N`. A log without
/// damage is left as it is. The log must not be open; the index notices by itself that it is ahead.
pub fn repair(dir: &Path) -> Result<Report, Error> {
    let disk = RealDisk::existing(dir).map_err(|error| Error::io("open", dir, &error))?;
    repair_on(&disk, &free_name(dir))
}

fn free_name(dir: &Path) -> String {
    (1u32..10_000)
        .map(|n| format!("set-aside-{n}"))
        .find(|name| !dir.join(name).exists())
        .unwrap_or_default()
}

/// [`repair`] on any disk; `aside` is the name of a directory that does not exist yet.
pub fn repair_on(disk: &dyn Disk, aside: &str) -> Result<Report, Error> {
    let _lock = super::embedded::lock(disk)?;
    let found = scan(disk, &mut |_| {})?;
    let mut report = report(&found);
    let Some(damage) = &found.damage else { return Ok(report) };
    let at_fault = found
        .segments
        .iter()
        .position(|segment| disk.path(&segment.name) == damage.file);
    let Some(at_fault) = at_fault else { return Ok(report) };
    // From behind: after a crash in between, the rest is damaged still and repairing again continues.
    for segment in found.segments[at_fault + 1..].iter().rev() {
        let to = format!("{aside}/{}", segment.name);
        disk.rename(&segment.name, &to)
            .map_err(|error| Error::io("set aside", disk.path(&segment.name), &error))?;
        report.set_aside.push(disk.path(&to));
    }
    report.set_aside.push(cut(disk, &found, at_fault, damage, aside)?);
    disk.sync_dir()
        .map_err(|error| Error::io("sync", disk.path(""), &error))?;
    Ok(report)
}

/// Sets aside what the segment holds from the damage on: a copy of the bytes, then zeros in their place; or the whole
/// file when not even its header can be used.
fn cut(disk: &dyn Disk, found: &Scan, at_fault: usize, damage: &Damage, aside: &str) -> Result<PathBuf, Error> {
    let segment = &found.segments[at_fault];
    let fail = |operation| {
        let file = disk.path(&segment.name);
        move |error: std::io::Error| Error::io(operation, file, &error)
    };
    if damage.offset < SEGMENT_HEADER_BYTES as u64 {
        let to = format!("{aside}/{}", segment.name);
        disk.rename(&segment.name, &to).map_err(fail("set aside"))?;
        return Ok(disk.path(&to));
    }
    let bytes = read_file(disk, segment)?;
    let start = usize::try_from(damage.offset).unwrap_or(usize::MAX).min(bytes.len());
    let end = bytes
        .iter()
        .rposition(|byte| *byte != 0)
        .map_or(start, |last| last + 1)
        .max(start);
    let copy_name = format!("{aside}/{}.from-{}", segment.name, damage.offset);
    let copy = disk.create("set-aside.new").map_err(fail("set aside"))?;
    copy.write_at(0, &bytes[start..end]).map_err(fail("set aside"))?;
    copy.sync().map_err(fail("set aside"))?;
    disk.rename("set-aside.new", &copy_name).map_err(fail("set aside"))?;
    let file = disk.open(&segment.name).map_err(fail("open"))?;
    file.write_at(damage.offset, &vec![0; end - start])
        .map_err(fail("write"))?;
    file.sync().map_err(fail("sync"))?;
    Ok(disk.path(&copy_name))
}

fn report(found: &Scan) -> Report {
    Report {
        head: found.head,
        segments: found.segments.len() as u64,
        confirmed_seq: found.confirmed_seq,
        torn_bytes: found.torn.map_or(0, |torn| torn.end - torn.offset),
        damage: found.damage.clone(),
        set_aside: Vec::new(),
    }
}
