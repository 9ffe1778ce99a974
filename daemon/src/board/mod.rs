//! The live projection: the log's envelopes folded into cards, always on its way to the log's head.
//!
//! Owns the daemon's single [`JobsView`], the task that feeds it from the log, and reading it at a seq. Writers are
//! answered by the log and never wait for it; readers wait until it has reached the head they could know of, so
//! everyone reads their own writes. Must not know HTTP, and holds no opinion of its own about jobs.
//!
//! Memory: the view keeps every envelope's text once, and some 60 bytes an event beside it, until the texts reach
//! `history_bytes_max`. Then it lets them go: what is left grows by its dedupe set, about 32 bytes an event, and an
//! earlier seq is looked at by folding the log anew up to there, one such look at a time.

mod axis;

pub use axis::Axis;

use crate::ingest::{EVENT_BYTES_MAX, TOPIC};
use crate::log::{EventLog, Record};
use jobfold_core::view::{HistoryOptions, JobsView, ViewOptions};
use std::sync::{Arc, Mutex, MutexGuard};
use tokio::sync::{Semaphore, watch};

/// Records that are read and folded between two looks at anything else.
const PAGE_RECORDS: usize = 1024;

/// How far the fold has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Folded {
    /// Seq of the last record taken in.
    pub seq: u64,
    /// Whether the fold has ended and will not come any further.
    pub ended: bool,
}

/// Why a read was not answered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BoardError {
    /// A seq that the log has not reached.
    #[error("expected a seq from 0 to {head}, got {seq}")]
    OutOfRange {
        /// What was asked for.
        seq: u64,
        /// The newest seq there is.
        head: u64,
    },
    /// The query cannot be read.
    #[error(transparent)]
    Core(#[from] jobfold_core::Error),
    /// The fold has ended, because the log cannot be read or because of a defect; the daemon's log says which.
    #[error("the projection has stopped")]
    Stopped,
}

impl BoardError {
    /// The stable, machine-readable name of this error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::OutOfRange { .. } => "position_out_of_range",
            Self::Core(error) => error.code(),
            Self::Stopped => "projection_stopped",
        }
    }
}

/// What a reader sees: a view that stands at a seq.
pub struct Shown<'a> {
    /// The view, at the position that was asked for.
    pub view: &'a JobsView,
    /// The seq it shows.
    pub seq: u64,
    /// Where positions are in the log.
    pub axis: &'a Axis,
    /// Whether the view can name a job's events.
    pub history: bool,
    /// Records of the topic that are no envelopes.
    pub refused: u64,
}

/// Records folded so far: a projection that is not attached to a log yet.
pub struct Fold {
    view: JobsView,
    axis: Axis,
    seq: u64,
    refused: u64,
    key: [u8; 16],
    /// Bytes of text that the view may still keep; `None` when it keeps none any more.
    history_bytes_left: Option<u64>,
}

/// The projection. Share it by `Arc`.
pub struct Board {
    log: Arc<dyn EventLog>,
    state: Mutex<Fold>,
    folded: watch::Sender<Folded>,
    /// The log's head when the projection was made: once it is folded, start-up is over.
    opened_at_seq: u64,
    /// Folding anew takes memory and time, so one reader at a time does it.
    anew: Semaphore,
}

impl Board {
    /// Attaches what was folded while the log was opened; [`Board::follow`] goes on from there.
    pub fn new(log: Arc<dyn EventLog>, fold: Fold) -> Self {
        let folded = Folded {
            seq: fold.seq,
            ended: false,
        };
        Self {
            opened_at_seq: log.head().seq,
            anew: Semaphore::new(1),
            log,
            state: Mutex::new(fold),
            folded: watch::Sender::new(folded),
        }
    }

    /// Folds the log and follows it. Ends when the log is closed or cannot be read; readers are told.
    pub async fn follow(self: Arc<Self>) {
        let next_seq = self.folded.borrow().seq + 1;
        let mut subscription = self.log.subscribe(next_seq);
        loop {
            match subscription.next_page(PAGE_RECORDS).await {
                Ok(Some(page)) => {
                    if !self.take_in(&page) {
                        break;
                    }
                }
                Ok(None) => break,
                Err(error) => {
                    tracing::error!(%error, code = error.code(), "the log cannot be read, the projection stops");
                    break;
                }
            }
        }
        self.folded.send_modify(|folded| folded.ended = true);
    }

    /// Folds a page of records; false when an earlier defect left the view unusable.
    fn take_in(&self, page: &[Arc<Record>]) -> bool {
        let Some(mut state) = self.lock() else {
            return false;
        };
        for record in page {
            state.take_in(record.seq, &record.topic, &record.payload);
        }
        let seq = state.seq;
        drop(state);
        self.folded.send_modify(|folded| folded.seq = seq);
        true
    }

    fn lock(&self) -> Option<MutexGuard<'_, Fold>> {
        self.state.lock().ok()
    }

    /// How far the fold has come, and a way to wait for more.
    pub fn folded(&self) -> watch::Receiver<Folded> {
        self.folded.subscribe()
    }

    /// Whether everything that was in the log at start-up has been folded, and the fold goes on.
    pub fn is_ready(&self) -> bool {
        let folded = *self.folded.borrow();
        folded.seq >= self.opened_at_seq && !folded.ended
    }

    /// Waits until everything that is in the log now has been folded; answers the seq that was reached.
    pub async fn caught_up(&self) -> Result<u64, BoardError> {
        let head = self.log.head().seq;
        let mut folded = self.folded.subscribe();
        let reached = folded.wait_for(|folded| folded.seq >= head || folded.ended).await;
        match reached {
            Ok(folded) if folded.seq >= head => Ok(folded.seq),
            _ => Err(BoardError::Stopped),
        }
    }

    /// Reads the projection, at the head or at an earlier seq, on a thread that may be held up.
    pub async fn read<T: Send + 'static>(
        self: &Arc<Self>,
        at_seq: Option<u64>,
        look: impl FnOnce(Shown<'_>) -> Result<T, BoardError> + Send + 'static,
    ) -> Result<T, BoardError> {
        self.caught_up().await?;
        let board = Arc::clone(self);
        let read = tokio::task::spawn_blocking(move || board.read_now(at_seq, look)).await;
        match read.map_err(|_| BoardError::Stopped)? {
            Look::Done(answer) => answer,
            Look::NotKept(seq, look) => self.read_anew(seq, look).await,
        }
    }

    /// Folds the log up to a seq once more, for one look.
    async fn read_anew<T>(
        &self,
        seq: u64,
        look: impl FnOnce(Shown<'_>) -> Result<T, BoardError>,
    ) -> Result<T, BoardError> {
        let _turn = self.anew.acquire().await;
        let key = self.lock().ok_or(BoardError::Stopped)?.key;
        let mut fold = Fold::new(key, 0);
        while fold.seq < seq {
            let limit = usize::try_from(seq - fold.seq).unwrap_or(usize::MAX).min(PAGE_RECORDS);
            let page = self.log.read(fold.seq + 1, limit).await;
            let page = page.ok().filter(|page| !page.is_empty()).ok_or(BoardError::Stopped)?;
            for record in page {
                fold.take_in(record.seq, &record.topic, &record.payload);
            }
        }
        look(fold.shown(seq))
    }

    fn read_now<T, F>(&self, at_seq: Option<u64>, look: F) -> Look<T, F>
    where
        F: FnOnce(Shown<'_>) -> Result<T, BoardError>,
    {
        let Some(mut guard) = self.lock() else {
            return Look::Done(Err(BoardError::Stopped));
        };
        let fold = &mut *guard;
        let head = fold.seq;
        let seq = at_seq.unwrap_or(head);
        if seq > head {
            return Look::Done(Err(BoardError::OutOfRange { seq, head }));
        }
        if seq < head {
            if fold.history_bytes_left.is_none() {
                return Look::NotKept(seq, look);
            }
            if let Err(error) = fold.view.seek(fold.axis.position_at(seq)) {
                return Look::Done(Err(error.into()));
            }
        }
        let answer = look(fold.shown(seq));
        fold.view.live();
        Look::Done(answer)
    }
}

/// What became of a look at the view.
enum Look<T, F> {
    /// It was had.
    Done(Result<T, BoardError>),
    /// The view does not have that seq any more; the look is handed back.
    NotKept(u64, F),
}

impl Fold {
    /// Nothing folded yet. `key` is 16 random bytes: no sender of events can then guess how the view hashes.
    /// `history_bytes_max` bounds the envelopes' texts that the view keeps; 0 keeps none.
    pub fn new(key: [u8; 16], history_bytes_max: u64) -> Self {
        let history_bytes_left = (history_bytes_max > 0).then_some(history_bytes_max);
        let view = JobsView::new(ViewOptions {
            history: history_bytes_left.map(|_| HistoryOptions::default()),
            key,
            event_bytes_max: EVENT_BYTES_MAX,
        });
        Self {
            view,
            axis: Axis::default(),
            seq: 0,
            refused: 0,
            key,
            history_bytes_left,
        }
    }

    fn shown(&self, seq: u64) -> Shown<'_> {
        Shown {
            view: &self.view,
            seq,
            axis: &self.axis,
            history: self.history_bytes_left.is_some(),
            refused: self.refused,
        }
    }

    /// Takes in the next record. What is no envelope of the contract (another program may have appended or imported
    /// it) is counted and passed over: it is in the log, but no state follows from it.
    pub fn take_in(&mut self, seq: u64, topic: &str, payload: &str) {
        self.seq = seq;
        if topic != TOPIC {
            return;
        }
        match self.view.push_event(payload.as_bytes()) {
            Ok(_) => {
                self.axis.push(seq, self.view.head());
                self.spend_history(payload.len() as u64);
            }
            Err(error) => {
                self.refused += 1;
                tracing::warn!(seq, code = error.code(), path = error.path(), "record is no envelope");
            }
        }
    }

    fn spend_history(&mut self, bytes: u64) {
        let Some(left) = self.history_bytes_left else {
            return;
        };
        self.history_bytes_left = left.checked_sub(bytes);
        if self.history_bytes_left.is_none() {
            tracing::info!(
                seq = self.seq,
                "history outgrew its memory, earlier states are folded anew from here on"
            );
            self.view.forget_history();
        }
    }

    /// Records of the topic that are no envelopes.
    pub fn refused(&self) -> u64 {
        self.refused
    }

    /// The view and the translation of its positions.
    pub fn parts(&mut self) -> (&mut JobsView, &Axis) {
        (&mut self.view, &self.axis)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::log::{Batch, MemoryEventLog, NewRecord};

    fn event(job: &str, kind: &str, at: &str) -> NewRecord {
        let input = format!(r#"{{"job_id":"{job}","run_id":"r","timestamp":"{at}"}}"#);
        let payload = jobfold_core::contract::dashboard_job_event(&format!("\"{kind}\""), &input, None).unwrap();
        record(TOPIC, &payload)
    }

    fn record(topic: &str, payload: &str) -> NewRecord {
        NewRecord {
            topic: topic.into(),
            payload: payload.into(),
            ..NewRecord::default()
        }
    }

    async fn append(log: &Arc<dyn EventLog>, records: Vec<NewRecord>) {
        let batch = Batch {
            records,
            ..Batch::default()
        };
        log.append(batch).await.unwrap();
    }

    async fn status(board: &Arc<Board>, at_seq: Option<u64>) -> Result<Option<String>, BoardError> {
        board
            .read(at_seq, |shown| {
                Ok(shown.view.find("a").and_then(|index| shown.view.status(index)))
            })
            .await
    }

    async fn check(history_bytes_max: u64) {
        let log: Arc<dyn EventLog> = Arc::new(MemoryEventLog::default());
        let fold = Fold::new([1; 16], history_bytes_max);
        let board = Arc::new(Board::new(Arc::clone(&log), fold));
        let follower = tokio::spawn(Arc::clone(&board).follow());
        append(
            &log,
            vec![
                event("a", "run.queued", "1"),
                record("elsewhere", "{}"),
                record(TOPIC, "7"),
            ],
        )
        .await;
        append(
            &log,
            vec![event("a", "run.started", "2"), event("b", "run.queued", "3")],
        )
        .await;
        let at = async |seq| status(&board, seq).await.unwrap();
        assert_eq!(at(None).await.as_deref(), Some("running"));
        assert_eq!(at(Some(0)).await, None);
        for (seq, expected) in [
            (1, "queued"),
            (2, "queued"),
            (3, "queued"),
            (4, "running"),
            (5, "running"),
        ] {
            assert_eq!(
                at(Some(seq)).await.as_deref(),
                Some(expected),
                "at {seq} of {history_bytes_max}"
            );
        }
        let error = status(&board, Some(6)).await.unwrap_err();
        assert_eq!(error, BoardError::OutOfRange { seq: 6, head: 5 });
        assert_eq!(board.read(None, |shown| Ok(shown.view.is_live())).await, Ok(true));
        follower.abort();
    }

    #[tokio::test]
    async fn readers_see_their_own_writes_and_any_earlier_seq() {
        check(u64::MAX).await;
    }

    #[tokio::test]
    async fn the_same_is_seen_without_history_and_when_it_is_lost_on_the_way() {
        check(0).await;
        check(1).await;
        check(1000).await;
    }
}
