//! The files that hold what objects consist of. Each is written once, by `s3s-fs`, and never
//! changed.

use std::collections::HashSet;
use std::io::{self, SeekFrom};
use std::path::{Path, PathBuf};

use bytes::Bytes;
use futures::Stream;
use hyper::StatusCode;
use s3s::dto::{
    AbortMultipartUploadInput, CompleteMultipartUploadInput, CompleteMultipartUploadOutput,
    CreateMultipartUploadInput, ListPartsInput, ListPartsOutput, PutObjectInput, PutObjectOutput,
    UploadPartInput, UploadPartOutput,
};
use s3s::{S3, S3Error, S3ErrorCode, S3Request, S3Response, S3Result};
use s3s_fs::FileSystem;
use tokio::io::{AsyncReadExt, AsyncSeekExt};
use tokio_util::io::ReaderStream;
use uuid::Uuid;

use crate::disk::{Complaint, Disk};

/// The bucket that `s3s-fs` sees; its key is the body's name.
const BUCKET: &str = "bodies";
/// A body is read in pieces of this many bytes.
const READ_BYTES: usize = 64 * 1024;

/// What `s3s` says, in a private error, of a body that isn't the one that was signed.
const NOT_AS_SIGNED: &str = "Sha256Mismatch";

/// A part of a body, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ByteRange {
    pub(crate) start: u64,
    pub(crate) length: u64,
}

pub(crate) struct Bodies {
    files: FileSystem,
    root: PathBuf,
    lasting: bool,
    pub(super) disk: Disk,
}

impl Bodies {
    /// Opens the bodies under `root`. Where they aren't `lasting`, nothing is synced to the disk.
    pub(super) fn open(root: &Path, lasting: bool) -> io::Result<Self> {
        crate::folder::make(&root.join(BUCKET))?;
        let files =
            FileSystem::new(root).map_err(|error| io::Error::other(S3Error::from(error)))?;
        Ok(Self {
            files,
            root: root.to_owned(),
            lasting,
            disk: Disk::default(),
        })
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.root.join(BUCKET).join(name)
    }

    /// Writes the body of a request into a new file, checking its digests, and returns the file's
    /// name. Nothing refers to it yet; where the caller gives up, it calls [`Bodies::remove`].
    pub(crate) async fn put(
        &self,
        mut request: S3Request<PutObjectInput>,
    ) -> S3Result<(String, u64, PutObjectOutput)> {
        let name = Uuid::now_v7().simple().to_string();
        let input = &mut request.input;
        BUCKET.clone_into(&mut input.bucket);
        input.key.clone_from(&name);
        (input.if_match, input.if_none_match) = (None, None);
        input.metadata = None;
        let put = self.files.put_object(request).await;
        self.remove_sidecars(&name);
        match self.sealed(&name, put).await {
            Ok((size, put)) => Ok((name, size, put.output)),
            Err(error) => {
                self.remove(&name);
                Err(error)
            }
        }
    }

    /// Begins a multipart upload whose body will be called `name`, and returns its id.
    pub(crate) async fn begin(
        &self,
        name: &str,
        mut request: S3Request<CreateMultipartUploadInput>,
    ) -> S3Result<String> {
        BUCKET.clone_into(&mut request.input.bucket);
        name.clone_into(&mut request.input.key);
        request.input.metadata = None;
        let begun = self.files.create_multipart_upload(request).await?;
        begun
            .output
            .upload_id
            .ok_or_else(|| s3s::s3_error!(InternalError))
    }

    pub(crate) async fn put_part(
        &self,
        request: S3Request<UploadPartInput>,
    ) -> S3Result<S3Response<UploadPartOutput>> {
        let put = self.files.upload_part(request).await;
        put.map_err(|error| self.explained(error))
    }

    pub(crate) async fn list_parts(
        &self,
        request: S3Request<ListPartsInput>,
    ) -> S3Result<S3Response<ListPartsOutput>> {
        self.files.list_parts(request).await
    }

    /// Joins the parts of an upload into the body `name`, and returns its size and `ETag`.
    pub(crate) async fn complete(
        &self,
        name: &str,
        mut request: S3Request<CompleteMultipartUploadInput>,
    ) -> S3Result<(u64, String)> {
        let input = &mut request.input;
        BUCKET.clone_into(&mut input.bucket);
        name.clone_into(&mut input.key);
        (input.if_match, input.if_none_match) = (None, None);
        let completed = self.files.complete_multipart_upload(request).await;
        self.remove_sidecars(name);
        let (size, completed) = self.sealed(name, completed).await?;
        let output = match completed.output {
            CompleteMultipartUploadOutput {
                future: Some(future),
                ..
            } => future.await?,
            output => output,
        };
        let etag = output.e_tag.ok_or_else(|| s3s::s3_error!(InternalError))?;
        Ok((size, etag.into_value()))
    }

    pub(crate) async fn abort(
        &self,
        name: &str,
        mut request: S3Request<AbortMultipartUploadInput>,
    ) -> S3Result<()> {
        BUCKET.clone_into(&mut request.input.bucket);
        name.clone_into(&mut request.input.key);
        self.files.abort_multipart_upload(request).await.map(drop)
    }

    /// A body, or a part of it, as a stream.
    pub(crate) async fn read(
        &self,
        name: &str,
        range: ByteRange,
    ) -> io::Result<impl Stream<Item = io::Result<Bytes>> + Send + Sync + 'static> {
        let mut file = tokio::fs::File::open(self.path(name)).await?;
        if range.start > 0 {
            file.seek(SeekFrom::Start(range.start)).await?;
        }
        Ok(ReaderStream::with_capacity(
            file.take(range.length),
            READ_BYTES,
        ))
    }

    /// Removes a body that no object refers to. One that stays is removed by the next start.
    pub(crate) fn remove(&self, name: &str) {
        if let Err(error) = std::fs::remove_file(self.path(name))
            && error.kind() != io::ErrorKind::NotFound
        {
            tracing::warn!(body = name, %error, "a file of the object store could not be removed");
        }
    }

    /// What was written under `name`, once it will survive a power cut, and its size.
    async fn sealed<T>(
        &self,
        name: &str,
        written: S3Result<S3Response<T>>,
    ) -> S3Result<(u64, S3Response<T>)> {
        let written = written.map_err(|error| self.explained(error))?;
        let (file, folder, lasting) = (self.path(name), self.root.join(BUCKET), self.lasting);
        let seal = move || {
            let file = std::fs::File::open(file)?;
            crate::folder::make_private(&file);
            if lasting {
                file.sync_all()?;
                // A file's name is durable only with its folder. Windows can't open folders.
                if cfg!(unix) {
                    std::fs::File::open(folder)?.sync_all()?;
                }
            }
            Ok::<_, io::Error>(file.metadata()?.len())
        };
        let size = tokio::task::spawn_blocking(seal)
            .await
            .map_err(S3Error::internal_error)?;
        let size = size.map_err(|error| self.explained(S3Error::internal_error(error)))?;
        Ok((size, written))
    }

    /// An error that says so where the disk is why, or a body that isn't the one that was signed.
    fn explained(&self, mut error: S3Error) -> S3Error {
        let source = error.source().map(ToString::to_string);
        if source.is_some_and(|source| source.contains(NOT_AS_SIGNED)) {
            let code = S3ErrorCode::Custom("XAmzContentSHA256Mismatch".into());
            let sentence =
                "The provided 'x-amz-content-sha256' header does not match what was computed.";
            error = S3Error::with_message(code, sentence);
            error.set_status_code(StatusCode::BAD_REQUEST);
            return error;
        }
        let complaint = error.source().and_then(|source| Complaint::of(source));
        self.disk.note(complaint);
        if let Some(complaint) = complaint {
            error.set_message(complaint.sentence().to_string());
        }
        error
    }

    /// Removes what `s3s-fs` notes beside a body: the index knows it all.
    fn remove_sidecars(&self, name: &str) {
        use base64ct::{Base64UrlUnpadded, Encoding};
        let (bucket, key) = (
            Base64UrlUnpadded::encode_string(BUCKET.as_bytes()),
            Base64UrlUnpadded::encode_string(name.as_bytes()),
        );
        for kind in ["metadata", "internal"] {
            // One that stays is removed by the next start.
            drop(std::fs::remove_file(
                self.root
                    .join(format!(".bucket-{bucket}.object-{key}.{kind}.json")),
            ));
        }
    }

    /// How many bodies there are.
    pub(super) fn count(&self) -> io::Result<usize> {
        Ok(std::fs::read_dir(self.root.join(BUCKET))?.count())
    }

    /// Removes every file but the bodies in `known` and those of the multipart uploads in `uploads`.
    pub(super) fn retain(
        &self,
        known: &HashSet<String>,
        uploads: &HashSet<String>,
    ) -> io::Result<()> {
        for file in std::fs::read_dir(self.root.join(BUCKET))? {
            let file = file?;
            if file
                .file_name()
                .to_str()
                .is_none_or(|name| !known.contains(name))
            {
                std::fs::remove_file(file.path())?;
            }
        }
        for file in std::fs::read_dir(&self.root)? {
            let file = file?;
            let name = file.file_name();
            let of_an_upload = name
                .to_str()
                .is_some_and(|name| uploads.iter().any(|id| name.contains(id)));
            if file.file_type()?.is_file() && !of_an_upload {
                std::fs::remove_file(file.path())?;
            }
        }
        Ok(())
    }
}
