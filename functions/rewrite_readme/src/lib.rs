//! rewrite_readme
