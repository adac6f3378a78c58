//! Downloading one file over HTTP, going on where an earlier try stopped.

use std::path::Path;
use std::time::Duration;

use reqwest::header::RANGE;
use reqwest::{Response, StatusCode};
use tokio::fs::{File, OpenOptions};
use tokio::io::AsyncWriteExt as _;

use super::{Error, Progress, Result};

/// Downloads `url` into `path` until it has `size` bytes. What is there already is kept,
/// if the server can go on in the middle.
pub(super) async fn file(url: &str, path: &Path, size: u64, progress: &dyn Progress) -> Result<()> {
    let there = tokio::fs::metadata(path).await.map_or(0, |metadata| metadata.len());
    if there == size {
        return Ok(());
    }
    // more than there can be is not a part of it
    let there = if there > size { 0 } else { there };
    let response = request(url, there).await?;
    let is_rest = response.status() == StatusCode::PARTIAL_CONTENT;
    let mut file = OpenOptions::new()
        .create(true)
        .append(is_rest)
        .write(true)
        .truncate(!is_rest)
        .open(path)
        .await
        .map_err(Error::file(path))?;
    let start = if is_rest { there } else { 0 };
    copy(response, &mut file, path, start, size, progress).await
}

async fn request(url: &str, from: u64) -> Result<Response> {
    let client = llm::client_builder()
        .map_err(|error| Error::Download(error.to_string()))?
        .connect_timeout(Duration::from_secs(10))
        .read_timeout(Duration::from_secs(60))
        .no_gzip()
        .build()
        .map_err(failed)?;
    let mut request = client.get(url);
    if from > 0 {
        request = request.header(RANGE, format!("bytes={from}-"));
    }
    let response = request.send().await.map_err(failed)?;
    match response.status() {
        StatusCode::OK | StatusCode::PARTIAL_CONTENT => Ok(response),
        status => Err(Error::Download(format!("the server answered {status}"))),
    }
}

async fn copy(
    mut response: Response,
    file: &mut File,
    path: &Path,
    start: u64,
    size: u64,
    progress: &dyn Progress,
) -> Result<()> {
    let mut done = start;
    progress.bytes(done, size);
    loop {
        let chunk = response.chunk().await;
        // whatever came so far is kept for the next try
        file.flush().await.map_err(Error::file(path))?;
        let Some(chunk) = chunk.map_err(failed)? else { break };
        done += chunk.len() as u64;
        if done > size {
            return Err(Error::Download(format!("the file is longer than its {size} bytes")));
        }
        file.write_all(&chunk).await.map_err(Error::file(path))?;
        progress.bytes(done, size);
    }
    if done < size {
        let message = format!("the file ended after {done} of its {size} bytes; try again");
        return Err(Error::Download(message));
    }
    file.sync_all().await.map_err(Error::file(path))
}

fn failed(error: reqwest::Error) -> Error {
    let error = error.without_url();
    let mut message = error.to_string();
    let mut source = std::error::Error::source(&error);
    while let Some(cause) = source {
        message = format!("{message}: {cause}");
        source = cause.source();
    }
    Error::Download(message)
}
