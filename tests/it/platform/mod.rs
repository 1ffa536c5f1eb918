//! The face, the door and the cluster.

mod command_line;
mod http;
mod jobs;
mod socket;
mod tenancy;
