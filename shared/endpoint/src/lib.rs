//! What makes a handler an endpoint: the JSON envelope, errors, bearer token, multipart, environment.
