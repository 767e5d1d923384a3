//! set_password
