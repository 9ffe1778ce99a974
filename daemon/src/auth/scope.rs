//! What a principal may do.
//!
//! Owns the closed list of scopes. Must not know which route asks for which.

use serde::{Deserialize, Serialize};

/// One permission.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// Read events, jobs and metrics.
    Read,
    /// Propose actions.
    Propose,
    /// Decide on proposed actions.
    Approve,
    /// Append events.
    Operate,
    /// Act as an agent.
    Agent,
    /// Hand out access.
    Admin,
}

impl Scope {
    /// The scope's spelling in files and errors.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Propose => "propose",
            Self::Approve => "approve",
            Self::Operate => "operate",
            Self::Agent => "agent",
            Self::Admin => "admin",
        }
    }
}

/// A set of scopes, in the order they were granted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Scopes(Vec<Scope>);

impl Scopes {
    /// Everything: the operator of the machine.
    pub fn operator() -> Self {
        use Scope::{Admin, Agent, Approve, Operate, Propose, Read};
        Self(vec![Read, Propose, Approve, Operate, Agent, Admin])
    }

    /// What the page gets: it acts for the operator, but hands out no access.
    pub fn page() -> Self {
        use Scope::{Approve, Operate, Propose, Read};
        Self(vec![Read, Propose, Approve, Operate])
    }

    /// Whether the scope was granted.
    pub fn allow(&self, scope: Scope) -> bool {
        self.0.contains(&scope)
    }
}
