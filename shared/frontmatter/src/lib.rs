//! README in, frontmatter-rich Markdown out: pure, no I/O.
