//! upload_readme
