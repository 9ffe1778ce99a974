//! `jobfold openapi`: the API's description, for `docs/openapi.json`.

use super::exit::Failure;
use super::output::data;
use clap::Args;

/// Print the HTTP API's OpenAPI document.
#[derive(Debug, Args)]
pub(super) struct Openapi {}

impl Openapi {
    pub(super) fn run() -> Result<(), Failure> {
        Ok(data(crate::http::openapi::text().as_bytes())?)
    }
}
