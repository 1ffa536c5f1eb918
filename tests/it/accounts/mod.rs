//! Accounts: register, prove the address, sign in, sign out; what is lost, what is guessed at, what is dangerous.

mod email;
mod guardians;
mod invitations;
mod log_in;
mod mail;
mod passwords;
mod providers;
mod register;
mod roles;
pub mod second_factor;
mod throttles;
