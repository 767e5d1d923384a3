//! S3: get, put if unchanged, delete, list.
