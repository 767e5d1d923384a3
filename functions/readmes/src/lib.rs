//! readmes
