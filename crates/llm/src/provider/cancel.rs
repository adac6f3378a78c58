//! Giving up on an answer.

use futures::stream::{StreamExt, unfold};

use crate::{DeltaStream, Error};

/// The same stream, ended with [`Error::Cancelled`] (and its connection closed) as soon as
/// `cancelled` completes.
pub fn cancel_on(
    deltas: DeltaStream,
    cancelled: impl Future<Output = ()> + Send + 'static,
) -> DeltaStream {
    let state = Some((deltas, Box::pin(cancelled)));
    unfold(state, |state| async {
        let (mut deltas, mut cancelled) = state?;
        tokio::select! {
            biased;
            () = &mut cancelled => Some((Err(Error::Cancelled), None)),
            delta = deltas.next() => Some((delta?, Some((deltas, cancelled)))),
        }
    })
    .boxed()
}
