//! What the classification knows of this room's tables.

use crate::platform::privacy::Table;

/// No personal data: an academy is an organisation.
pub const TABLES: &[Table] = &[Table::of_nobody(
    "academies",
    &["id", "slug", "name", "locale", "time_zone", "policy_profile", "policy", "hosts", "created_at"],
)];
