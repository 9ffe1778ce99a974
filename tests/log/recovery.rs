//! Opening, closing, and what happens in between, on real files.

use jobfold::log::disk::{Disk, RealDisk};
use jobfold::log::embedded::IndexState;
use jobfold::log::{Batch, EmbeddedLog, Error, NewRecord, Opened, Options, repair};
use std::fs;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

fn options() -> Options {
    Options {
        segment_bytes_first: 16 * 1024,
        segment_bytes_max: 16 * 1024,
        ..Options::default()
    }
}

fn open(dir: &Path) -> Result<(EmbeddedLog, Opened, Vec<String>), Error> {
    let mut payloads = Vec::new();
    let (log, opened) = EmbeddedLog::open(dir, &options(), |record| payloads.push(record.payload.to_owned()))?;
    Ok((log, opened, payloads))
}

fn append(log: &EmbeddedLog, n: u64) -> Result<bool, Error> {
    let record = NewRecord {
        topic: "t".into(),
        kind: "k".into(),
        payload: format!("{n} {}", "x".repeat(300)),
        headers: vec![],
        idempotency_key: Some(n.to_string()),
    };
    let batch = Batch {
        records: vec![record],
        expected_seq: None,
        at_ms: 0,
    };
    log.append_blocking(batch).map(|receipt| receipt.appended[0].duplicate)
}

/// A closed log of `count` records.
fn written(count: u64) -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    let (log, ..) = open(dir.path()).unwrap();
    for n in 1..=count {
        assert!(!append(&log, n).unwrap());
    }
    log.close().unwrap();
    dir
}

fn segments(dir: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = fs::read_dir(dir)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "seg"))
        .collect();
    files.sort();
    files
}

fn flip(file: &Path, at: usize) {
    let mut bytes = fs::read(file).unwrap();
    bytes[at] ^= 0x10;
    fs::write(file, bytes).unwrap();
}

/// Byte offset just behind the last byte that is not zero.
fn content_end(file: &Path) -> usize {
    fs::read(file).unwrap().iter().rposition(|byte| *byte != 0).unwrap() + 1
}

#[test]
fn a_log_reopens_as_it_was() {
    let dir = written(100);
    assert!(segments(dir.path()).len() > 2);
    let (log, opened, payloads) = open(dir.path()).unwrap();
    assert_eq!(
        (opened.head.seq, opened.cut, opened.index),
        (100, None, IndexState::Ready)
    );
    assert!(
        payloads
            .iter()
            .zip(1..)
            .all(|(payload, n)| payload.starts_with(&format!("{n} ")))
    );
    assert_eq!(payloads.len(), 100);
    assert!(append(&log, 1).unwrap() && append(&log, 100).unwrap());
    assert!(!append(&log, 101).unwrap());
    log.close().unwrap();
    assert_eq!(repair::verify(dir.path(), |_| ()).unwrap().head.seq, 101);
}

#[test]
fn two_cannot_open_one_log() {
    let dir = written(1);
    let (_log, ..) = open(dir.path()).unwrap();
    assert_eq!(open(dir.path()).err().unwrap().code(), "log_locked");
    assert_eq!(repair::repair(dir.path()).unwrap_err().code(), "log_locked");
}

#[test]
fn an_index_that_is_missing_is_rebuilt() {
    let dir = written(50);
    fs::remove_dir_all(dir.path().join("index")).unwrap();
    let (log, opened, _) = open(dir.path()).unwrap();
    assert_eq!(opened.index, IndexState::CaughtUp { records: 50 });
    assert!(append(&log, 50).unwrap());
}

#[test]
fn an_index_that_is_damaged_is_set_aside() {
    let damages: [fn(&mut Vec<u8>); 3] = [
        |bytes| *bytes = b"not a database".to_vec(),
        |bytes| bytes.truncate(bytes.len() / 2),
        |bytes| {
            let used = bytes.iter().rposition(|byte| *byte != 0).unwrap();
            bytes[used / 2] ^= 1;
        },
    ];
    for damage in damages {
        let dir = written(50);
        let db = dir.path().join("index/sled/db");
        let mut bytes = fs::read(&db).unwrap();
        damage(&mut bytes);
        fs::write(&db, bytes).unwrap();
        let (log, opened, _) = open(dir.path()).unwrap();
        assert!(
            matches!(opened.index, IndexState::Rebuilt { records: 50, .. }),
            "{:?}",
            opened.index
        );
        assert!((1..=50).all(|n| append(&log, n).unwrap()));
        assert!(dir.path().join("index.set-aside-1").exists());
    }
}

#[test]
fn an_index_that_was_not_closed_is_not_trusted() {
    let dir = written(20);
    fs::remove_file(dir.path().join("index/clean")).unwrap();
    let (log, opened, _) = open(dir.path()).unwrap();
    assert!(
        matches!(opened.index, IndexState::Rebuilt { records: 20, .. }),
        "{:?}",
        opened.index
    );
    assert!(append(&log, 20).unwrap());
}

/// The log acknowledges after [`DiskFile::sync`]; this is where that becomes a system call. A device that cannot be
/// synced says so, which nobody would hear who never asked.
#[test]
fn a_sync_reaches_the_system() {
    let dir = tempfile::tempdir().unwrap();
    std::os::unix::fs::symlink("/dev/null", dir.path().join("device")).unwrap();
    let file = RealDisk::existing(dir.path()).unwrap().open("device").unwrap();
    file.write_at(0, b"gone").unwrap();
    assert!(file.sync().is_err(), "a sync of /dev/null succeeded: it was never made");
    std::fs::write(dir.path().join("file"), "").unwrap();
    assert!(
        RealDisk::existing(dir.path())
            .unwrap()
            .open("file")
            .unwrap()
            .sync()
            .is_ok()
    );
}

#[test]
fn an_index_of_another_log_is_rebuilt() {
    let (dir, other) = (written(20), written(30));
    let behind = written(10);
    for source in [&other, &behind] {
        fs::remove_dir_all(dir.path().join("index")).unwrap();
        copy_dir(&source.path().join("index"), &dir.path().join("index"));
        let (log, opened, _) = open(dir.path()).unwrap();
        // The ten records of `behind` are the same ones, so its index is merely behind.
        let expected = if source.path() == behind.path() { 10 } else { 20 };
        match opened.index {
            IndexState::Rebuilt { records, .. } | IndexState::CaughtUp { records } => assert_eq!(records, expected),
            IndexState::Ready => panic!("the index was taken as it was"),
        }
        assert!(append(&log, 15).unwrap());
        log.close().unwrap();
    }
}

fn copy_dir(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy_dir(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// Every byte of a small log, flipped: opening tells of damage, or the byte carried nothing.
#[test]
fn no_flipped_bit_goes_unnoticed() {
    let dir = written(6);
    let file = &segments(dir.path())[0];
    let pristine = fs::read(file).unwrap();
    let end = content_end(file);
    // Five and eight have no common factor, so the sweep meets every bit of a byte.
    for at in (0..64).chain((64..end + 600).step_by(5)) {
        let mut bytes = pristine.clone();
        bytes[at] ^= 1 << (at % 8);
        fs::write(file, bytes).unwrap();
        let report = repair::verify(dir.path(), |_| ()).unwrap();
        let noticed = report.damage.is_some() || (at >= end && report.torn_bytes > 0);
        assert!(noticed, "byte {at} of {end}: {report:?}");
        assert!(at >= end || report.damage.unwrap().seq <= 7, "byte {at}");
    }
}

#[test]
fn damage_is_named_and_repaired() {
    let dir = written(100);
    let files = segments(dir.path());
    flip(&files[1], 4096 + 2000);
    let Err(Error::Damaged(damage)) = open(dir.path()) else {
        panic!("opened a damaged log")
    };
    assert_eq!(damage.file, files[1]);
    assert!(damage.offset > 4096 && damage.offset < 4096 + 2000);
    let report = repair::verify(dir.path(), |_| ()).unwrap();
    assert_eq!(report.damage.as_ref(), Some(&damage));
    assert_eq!(report.head.seq + 1, damage.seq);

    let repaired = repair::repair(dir.path()).unwrap();
    assert_eq!(repaired.head, report.head);
    assert_eq!(repaired.set_aside.len(), files.len() - 1);
    assert!(repaired.set_aside.iter().all(|path| path.exists()));
    assert!(repair::verify(dir.path(), |_| ()).unwrap().is_whole());
    let (log, opened, payloads) = open(dir.path()).unwrap();
    assert_eq!(opened.head, report.head);
    assert_eq!(payloads.len() as u64, report.head.seq);
    assert!(matches!(opened.index, IndexState::Rebuilt { .. }), "{:?}", opened.index);
    // What was set aside is no longer known, what was kept is.
    assert!(append(&log, damage.seq - 1).unwrap());
    assert!(!append(&log, damage.seq).unwrap());
}

#[test]
fn a_damaged_segment_header_and_a_missing_segment_are_repaired() {
    for remove in [false, true] {
        let dir = written(100);
        let files = segments(dir.path());
        if remove {
            fs::remove_file(&files[1]).unwrap();
        } else {
            flip(&files[1], 20);
        }
        assert_eq!(open(dir.path()).err().unwrap().code(), "log_damaged");
        let repaired = repair::repair(dir.path()).unwrap();
        let (log, opened, _) = open(dir.path()).unwrap();
        assert_eq!(opened.head, repaired.head);
        assert!(opened.head.seq > 10);
        assert!(!append(&log, 1000).unwrap());
    }
}

#[test]
fn a_repair_without_damage_changes_nothing() {
    let dir = written(10);
    let before = fs::read(&segments(dir.path())[0]).unwrap();
    assert_eq!(repair::repair(dir.path()).unwrap().set_aside, Vec::<PathBuf>::new());
    assert_eq!(fs::read(&segments(dir.path())[0]).unwrap(), before);
    assert_eq!(
        repair::verify(&dir.path().join("none"), |_| ()).unwrap_err().code(),
        "log_io"
    );
}

#[test]
fn a_newer_format_is_refused() {
    let dir = written(10);
    let file = &segments(dir.path())[0];
    let mut bytes = fs::read(file).unwrap();
    bytes[8] = 2;
    let crc = crc32(&bytes[..60]);
    bytes[60..64].copy_from_slice(&crc.to_le_bytes());
    fs::write(file, bytes).unwrap();
    let error = open(dir.path()).err().unwrap();
    assert_eq!(error.code(), "format_unsupported");
    assert!(error.to_string().contains("format 2, expected at most 1"), "{error}");
    assert_eq!(repair::repair(dir.path()).unwrap_err().code(), "format_unsupported");
}

/// CRC-32 as zlib has it, bit by bit: an independent reading of the format.
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
            crc >> 1 ^ if crc & 1 == 1 { 0xEDB8_8320 } else { 0 }
        })
    })
}
