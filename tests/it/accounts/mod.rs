//! Accounts: register, prove the address, sign in, sign out.

mod log_in;
mod register;
