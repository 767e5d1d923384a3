//! Performance, side by side with peers.
