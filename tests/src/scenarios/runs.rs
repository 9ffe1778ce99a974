//! Histories of plain runs: one that goes well, one that needs three attempts, many of one job, one that is called off.
//!
//! Owns the wording of these events. Must not know: what they fold to.

use super::History;

pub(super) fn nightly_backup(history: &mut History) {
    let run = r#""job_id":"nightly-backup","run_id":"backup-0504","workflow_id":"workflow://ops/backup""#;
    history.event(
        "scheduled_job.created",
        r#"{"job_id":"nightly-backup","title":"Nightly backup","source_timestamp":"2026-05-04T08:15:00Z","workflow_id":"workflow://ops/backup","trigger_id":"cron:0 2 * * *","queue":"maintenance","priority":"low"}"#,
    );
    history.event(
        "run.queued",
        &format!(r#"{{{run},"title":"Nightly backup","queued_at":"2026-05-05T02:00:00Z","queue":"maintenance","queue_depth":3,"attempt":1,"max_attempts":3}}"#),
    );
    history.event(
        "run.started",
        &format!(r#"{{{run},"title":"Nightly backup","started_at":"2026-05-05T02:00:04Z","queue":"maintenance","queue_depth":2,"attempt":1,"max_attempts":3}}"#),
    );
    history.event(
        "run.progress",
        &format!(r#"{{{run},"title":"Nightly backup","updated_at":"2026-05-05T02:06:30Z","summary":"dumped 11 of 23 databases"}}"#),
    );
    history.event(
        "run.progress",
        &format!(
            r#"{{{run},"title":"Nightly backup","updated_at":"2026-05-05T02:13:02Z","summary":"uploading 48 GB"}}"#
        ),
    );
    history.event(
        "run.succeeded",
        &format!(r#"{{{run},"title":"Nightly backup","completed_at":"2026-05-05T02:21:47Z","result":{{"databases":23,"bytes":48211034112,"compression":2.50}}}}"#),
    );
    history.event(
        "receipt.available",
        &format!(r#"{{{run},"source_timestamp":"2026-05-05T02:21:48Z","receipt_id":"rcpt-backup-0504","receipt_url":"https://ops.example/receipts/backup-0504"}}"#),
    );
}

pub(super) fn digest_mail_retries(history: &mut History) {
    let run = r#""job_id":"daily-digest","run_id":"digest-0611","title":"Daily digest mail","workflow_id":"workflow://mail/digest","queue":"mail","max_attempts":3"#;
    let steps = [
        (
            "run.queued",
            r#""queued_at":"2026-06-11T06:00:00Z","attempt":1,"queue_depth":5"#,
        ),
        (
            "run.started",
            r#""started_at":"2026-06-11T06:00:02Z","attempt":1,"queue_depth":4"#,
        ),
        (
            "run.failed",
            r#""completed_at":"2026-06-11T06:00:41Z","attempt":1,"error":"smtp 451: mailbox service busy""#,
        ),
        (
            "run.queued",
            r#""queued_at":"2026-06-11T06:01:41Z","attempt":2,"queue_depth":9"#,
        ),
        (
            "run.started",
            r#""started_at":"2026-06-11T06:01:43Z","attempt":2,"queue_depth":8"#,
        ),
        (
            "run.failed",
            r#""completed_at":"2026-06-11T06:02:13Z","attempt":2,"error":"smtp connection reset after 1,204 of 3,310 recipients","result":{"sent":1204}"#,
        ),
        (
            "run.queued",
            r#""queued_at":"2026-06-11T06:06:13Z","attempt":3,"queue_depth":2"#,
        ),
        (
            "run.started",
            r#""started_at":"2026-06-11T06:06:14Z","attempt":3,"queue_depth":1"#,
        ),
        (
            "run.succeeded",
            r#""completed_at":"2026-06-11T06:07:58Z","attempt":3,"queue_depth":0,"result":{"sent":3310,"resumed_at":1204}"#,
        ),
    ];
    for (kind, members) in steps {
        history.event(kind, &format!("{{{run},{members}}}"));
    }
}

pub(super) fn many_runs_of_one_job(history: &mut History) {
    history.event(
        "scheduled_job.created",
        r#"{"job_id":"stock-sync","title":"Stock levels to the web shop","source_timestamp":"2026-07-01T00:00:00Z","trigger_id":"cron:0 * * * *","queue":"sync"}"#,
    );
    for hour in 1..=24 {
        let run = format!(
            r#""job_id":"stock-sync","run_id":"sync-{hour:02}","title":"Stock levels to the web shop","queue":"sync""#
        );
        let time = format!("2026-07-01T{:02}", hour - 1);
        history.event(
            "run.queued",
            &format!(r#"{{{run},"queued_at":"{time}:00:00Z","queue_depth":1}}"#),
        );
        history.event(
            "run.started",
            &format!(r#"{{{run},"started_at":"{time}:00:01Z","queue_depth":0}}"#),
        );
        let (kind, outcome) = match hour {
            7 => ("run.failed", r#""error":"warehouse feed returned 0 rows""#.to_owned()),
            18 => ("run.failed", r#""error":"rate limited by the shop""#.to_owned()),
            _ => (
                "run.succeeded",
                format!(r#""result":{{"articles":{}}}"#, 8_100 + hour * 7),
            ),
        };
        history.event(
            kind,
            &format!(r#"{{{run},"completed_at":"{time}:02:{hour:02}Z",{outcome}}}"#),
        );
    }
}

pub(super) fn canceled_schedule(history: &mut History) {
    let job = r#""job_id":"fax-gateway-poll","queue":"legacy""#;
    history.event(
        "scheduled_job.created",
        &format!(r#"{{{job},"title":"Poll the fax gateway","source_timestamp":"2025-11-03T09:00:00Z","priority":"normal","trigger_id":"cron:*/10 * * * *"}}"#),
    );
    history.event(
        "scheduled_job.updated",
        &format!(r#"{{{job},"title":"Poll the fax gateway (hourly)","source_timestamp":"2026-02-02T14:30:00Z","priority":"low","trigger_id":"cron:0 * * * *"}}"#),
    );
    history.event(
        "run.started",
        &format!(r#"{{{job},"title":"Poll the fax gateway (hourly)","run_id":"fax-2210","started_at":"2026-06-30T22:00:00Z"}}"#),
    );
    history.event(
        "scheduled_job.canceled",
        &format!(r#"{{{job},"title":"Poll the fax gateway (retired)","source_timestamp":"2026-06-30T22:00:09Z","summary":"the fax line was switched off"}}"#),
    );
}
