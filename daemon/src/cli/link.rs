//! `jobfold link`.

use super::client::DaemonArgs;
use super::exit::Failure;
use super::output::{Output, data};
use crate::http::login::LoginLink;
use clap::Args;
use reqwest::Method;

/// Print a new link that opens a running daemon's dashboard, once, within ten minutes.
#[derive(Debug, Args)]
pub(super) struct Link {
    #[command(flatten)]
    daemon: DaemonArgs,
    /// Print one JSON document.
    #[arg(long)]
    pub(super) json: bool,
}

impl Link {
    pub(super) fn run(&self, output: Output) -> Result<(), Failure> {
        let client = self.daemon.client()?;
        super::client_runtime()?.block_on(async {
            let response = client.send(client.request(Method::POST, "/v1/login-links")).await?;
            let link: LoginLink = response.json().await.map_err(|_| client.broken_off())?;
            let text = if output.json {
                serde_json::json!({"url": link.url}).to_string()
            } else {
                link.url
            };
            Ok(data(format!("{text}\n").as_bytes())?)
        })
    }
}
