//! Any picture in, square renditions out: pure, no I/O.
