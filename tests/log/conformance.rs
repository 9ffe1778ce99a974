//! What every backend owes its callers: the numbered obligations of `EventLog`, checked against all of them.

use jobfold::log::index::{IndexStore, MemoryIndex};
use jobfold::log::sim_disk::SimDisk;
use jobfold::log::{Batch, EmbeddedLog, EventLog, Head, MemoryEventLog, NewRecord, Options, Record};
use jobfold_core::log::verify_chain;
use std::future::Future;
use std::sync::Arc;

/// A new, empty log, and whatever has to live as long as it.
type Subject = (Arc<dyn EventLog>, Box<dyn std::any::Any>);

/// Runs every check, each on a log of its own.
pub(crate) fn check_event_log(make: impl Fn() -> Subject) {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(on(make(), places_and_chain));
    runtime.block_on(on(make(), refusals_change_nothing));
    runtime.block_on(on(make(), keys_are_stored_once));
    runtime.block_on(on(make(), expected_seq_is_compared));
    runtime.block_on(on(make(), pages_and_topics));
    runtime.block_on(on(make(), subscribers_miss_nothing));
    runtime.block_on(on(make(), concurrent_appends_are_ordered));
    runtime.block_on(on(make(), any_text_survives));
}

async fn on<F: Future<Output = ()>>(subject: Subject, check: impl FnOnce(Arc<dyn EventLog>) -> F) {
    let (log, _guard) = subject;
    check(log).await;
}

fn new(topic: &str, payload: &str, key: Option<&str>) -> NewRecord {
    NewRecord {
        topic: topic.into(),
        kind: "test.kind".into(),
        payload: payload.into(),
        headers: vec![("traceparent".into(), "00-1".into())],
        idempotency_key: key.map(Into::into),
    }
}

fn batch(records: Vec<NewRecord>) -> Batch {
    Batch {
        records,
        expected_seq: None,
        at_ms: 1_700_000_000_000,
    }
}

async fn all(log: &Arc<dyn EventLog>) -> Vec<Record> {
    let mut records = Vec::new();
    loop {
        let page = log.read(records.len() as u64 + 1, 7).await.unwrap();
        if page.is_empty() {
            return records;
        }
        records.extend(page.iter().map(|record| Record::clone(record)));
    }
}

async fn places_and_chain(log: Arc<dyn EventLog>) {
    assert_eq!(log.head(), Head::EMPTY);
    assert_eq!(all(&log).await, []);
    let receipt = log
        .append(batch(vec![new("a", "1", None), new("b", "2", None)]))
        .await
        .unwrap();
    let places: Vec<(u64, u64)> = receipt
        .appended
        .iter()
        .map(|place| (place.seq, place.topic_seq))
        .collect();
    assert_eq!(places, [(1, 1), (2, 1)]);
    let receipt = log.append(batch(vec![new("a", "3", None)])).await.unwrap();
    assert_eq!((receipt.appended[0].seq, receipt.appended[0].topic_seq), (3, 2));
    assert_eq!(receipt.head, log.head());
    let records = all(&log).await;
    assert_eq!(verify_chain(&records).unwrap(), log.head());
    assert_eq!(records[2].payload, "3");
    assert_eq!(records[2].at_ms, 1_700_000_000_000);
    assert_eq!(records[2].header("traceparent"), Some("00-1"));
    assert_eq!(log.failure(), None);
}

async fn refusals_change_nothing(log: Arc<dyn EventLog>) {
    let topic = "t".repeat(256);
    let refused = [
        (vec![], "batch_empty"),
        (vec![new("a", "1", None), new("", "2", None)], "topic_empty"),
        (vec![new("a", "1", None), new("a b", "2", None)], "topic_invalid"),
        (vec![new(&topic, "1", None)], "record_too_large"),
        (
            vec![NewRecord {
                headers: vec![("x".into(), String::new()); 2],
                ..new("a", "1", None)
            }],
            "header_duplicate",
        ),
    ];
    for (records, code) in refused {
        assert_eq!(log.append(batch(records)).await.unwrap_err().code(), code);
        assert_eq!(log.head(), Head::EMPTY);
    }
    log.append(batch(vec![new("a", "1", None)])).await.unwrap();
    assert_eq!(all(&log).await.len(), 1);
}

async fn keys_are_stored_once(log: Arc<dyn EventLog>) {
    let records = vec![
        new("a", "1", Some("x")),
        new("a", "2", Some("x")),
        new("b", "3", Some("x")),
    ];
    let receipt = log.append(batch(records)).await.unwrap();
    let flat = |receipt: &jobfold::log::Receipt| -> Vec<(u64, u64, bool)> {
        receipt
            .appended
            .iter()
            .map(|place| (place.seq, place.topic_seq, place.duplicate))
            .collect()
    };
    assert_eq!(flat(&receipt), [(1, 1, false), (1, 1, true), (2, 1, false)]);
    let receipt = log
        .append(batch(vec![new("b", "4", Some("x")), new("b", "5", Some("y"))]))
        .await
        .unwrap();
    assert_eq!(flat(&receipt), [(2, 1, true), (3, 2, false)]);
    let found = log.find("b", "y").await.unwrap().unwrap();
    assert_eq!((found.seq, found.topic_seq, found.duplicate), (3, 2, true));
    assert_eq!(log.find("b", "z").await.unwrap(), None);
    assert_eq!(log.find("c", "x").await.unwrap(), None);
    let payloads: Vec<String> = all(&log).await.into_iter().map(|record| record.payload).collect();
    assert_eq!(payloads, ["1", "3", "5"]);
    // Only duplicates: an answer, and nothing stored.
    let receipt = log.append(batch(vec![new("a", "9", Some("x"))])).await.unwrap();
    assert_eq!(flat(&receipt), [(1, 1, true)]);
    assert_eq!(log.head().seq, 3);
}

async fn expected_seq_is_compared(log: Arc<dyn EventLog>) {
    let expecting = |seq| Batch {
        expected_seq: Some(seq),
        ..batch(vec![new("a", "1", None)])
    };
    assert_eq!(log.append(expecting(1)).await.unwrap_err().code(), "seq_conflict");
    log.append(expecting(0)).await.unwrap();
    let error = log.append(expecting(0)).await.unwrap_err();
    assert_eq!(error.to_string(), "expected the log's head at seq 0, it is at 1");
    log.append(expecting(1)).await.unwrap();
    assert_eq!(log.head().seq, 2);
    // Of two that expect the same, one wins.
    let (a, b) = tokio::join!(log.append(expecting(2)), log.append(expecting(2)));
    assert_eq!(usize::from(a.is_ok()) + usize::from(b.is_ok()), 1);
}

async fn pages_and_topics(log: Arc<dyn EventLog>) {
    for round in 0..40 {
        let records = (0..50).map(|n| {
            new(
                if n % 10 == 0 { "rare" } else { "often" },
                &format!("{round}.{n}"),
                None,
            )
        });
        log.append(batch(records.collect())).await.unwrap();
    }
    assert_eq!(log.read(1, 0).await.unwrap().len(), 0);
    assert_eq!(log.read(2000, 9).await.unwrap().len(), 1);
    assert_eq!(log.read(2001, 9).await.unwrap().len(), 0);
    assert_eq!(log.read(u64::MAX, 9).await.unwrap().len(), 0);
    assert_eq!(log.read(0, 1).await.unwrap()[0].seq, 1);
    for from in [1, 2, 77, 1999] {
        let page = log.read(from, 3).await.unwrap();
        assert!(
            page.iter().zip(from..).all(|(record, seq)| record.seq == seq),
            "from {from}"
        );
    }
    for (topic, count) in [("rare", 200), ("often", 1800), ("never", 0)] {
        let mut next = 1;
        loop {
            let page = log.read_topic(topic, next, 333).await.unwrap();
            assert!(
                page.iter()
                    .zip(next..)
                    .all(|(record, seq)| record.topic_seq == seq && record.topic == topic)
            );
            next += page.len() as u64;
            if page.is_empty() {
                break;
            }
        }
        assert_eq!(next - 1, count, "{topic}");
    }
}

async fn subscribers_miss_nothing(log: Arc<dyn EventLog>) {
    const COUNT: u64 = 3000;
    log.append(batch(vec![new("a", "0", None)])).await.unwrap();
    // One reads as fast as it can, one reads nothing until the end, one begins in the middle.
    let follow = |from: u64, limit: usize| {
        let mut subscription = log.subscribe(from);
        async move {
            let mut seqs = Vec::new();
            while subscription.next_seq() <= COUNT {
                seqs.extend(
                    subscription
                        .next_page(limit)
                        .await
                        .unwrap()
                        .unwrap()
                        .iter()
                        .map(|record| record.seq),
                );
            }
            seqs
        }
    };
    let fast = tokio::spawn(follow(0, 10));
    let middle = tokio::spawn(follow(1500, 1000));
    let slow = follow(1, 64);
    for seq in 2..=COUNT {
        log.append(batch(vec![new("a", &seq.to_string(), None)])).await.unwrap();
    }
    assert!(fast.await.unwrap().into_iter().eq(1..=COUNT));
    assert!(middle.await.unwrap().into_iter().eq(1500..=COUNT));
    assert!(slow.await.into_iter().eq(1..=COUNT));
}

async fn concurrent_appends_are_ordered(log: Arc<dyn EventLog>) {
    let tasks: Vec<_> = (0..64)
        .map(|task| {
            let log = Arc::clone(&log);
            tokio::spawn(async move {
                let mut last = 0;
                for n in 0..20 {
                    // Half of the keys are sent by two tasks each.
                    let key = if n % 2 == 0 {
                        format!("{}-{n}", task / 2)
                    } else {
                        format!("own-{task}-{n}")
                    };
                    let receipt = log.append(batch(vec![new("a", "{}", Some(&key))])).await.unwrap();
                    let place = receipt.appended[0];
                    assert!(place.duplicate || place.seq > last);
                    assert!(receipt.head.seq >= place.seq && log.head().seq >= receipt.head.seq);
                    last = last.max(place.seq);
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    let records = all(&log).await;
    assert_eq!(records.len(), 64 * 10 + 32 * 10);
    assert_eq!(verify_chain(&records).unwrap(), log.head());
}

async fn any_text_survives(log: Arc<dyn EventLog>) {
    let payloads = [
        "",
        "{\"n\":1.0,\"big\":12345678901234567890}",
        "not json \u{0}\u{1}\n\r",
        "\u{1F980}\u{FEFF}",
        "\u{F5}JF\u{FF}",
    ];
    let kilobytes = "x".repeat(300_000);
    let payloads: Vec<&str> = payloads.into_iter().chain([kilobytes.as_str()]).collect();
    log.append(batch(payloads.iter().map(|payload| new("a", payload, None)).collect()))
        .await
        .unwrap();
    let records = all(&log).await;
    assert!(records.iter().map(|record| record.payload.as_str()).eq(payloads));
}

#[test]
fn memory() {
    check_event_log(|| (Arc::new(MemoryEventLog::default()), Box::new(())));
}

#[test]
fn embedded_on_real_files() {
    check_event_log(|| {
        let dir = tempfile::tempdir().unwrap();
        // Small segments, so that every check crosses some.
        let options = Options {
            segment_bytes_first: 16 * 1024,
            segment_bytes_max: 64 * 1024,
            ..Options::default()
        };
        let (log, opened) = EmbeddedLog::open(dir.path(), &options, |_| unreachable!("the log is new")).unwrap();
        assert_eq!(opened.head, Head::EMPTY);
        (Arc::new(log), Box::new(dir))
    });
}

#[test]
fn embedded_on_a_simulated_disk() {
    let seed = std::cell::Cell::new(0);
    check_event_log(|| {
        seed.set(seed.get() + 1);
        let options = Options {
            segment_bytes_first: 16 * 1024,
            segment_bytes_max: 64 * 1024,
            ..Options::default()
        };
        let open_index = || Ok((Box::new(MemoryIndex::default()) as Box<dyn IndexStore>, None));
        let disk = Arc::new(SimDisk::new(seed.get()));
        let (log, _) = EmbeddedLog::open_on(disk, &options, open_index, &mut |_| ()).unwrap();
        (Arc::new(log), Box::new(()))
    });
}
