//! From the `Authorization` header to the member (RFC 6750).

use lambda_http::Request;
use lambda_http::http::header;
use languages::sentence;
use members::{Member, Members, Role};

use crate::{Clock, Error, Result, Tokens};

/// Longest token that is looked at, in bytes.
const MAX_TOKEN_BYTES: usize = 4096;

/// What it takes to know who is asking.
#[derive(Debug)]
pub struct Bearer {
    pub members: Members,
    pub tokens: Tokens,
    pub clock: Clock,
}

impl Bearer {
    /// Opens the connections, and fetches the keys: see [`Tokens::ready`].
    ///
    /// # Errors
    /// There is no such table, or no key ring in the secret.
    pub async fn ready(&self) -> anyhow::Result<()> {
        let (tokens, members) = futures::join!(self.tokens.ready(), self.members.ready());
        tokens?;
        Ok(members?)
    }

    /// The member whose valid, current token the request carries.
    ///
    /// The account is read on every request, so that a password change, `disable` and `remove` end
    /// every session at once.
    pub async fn member(&self, request: &Request) -> Result<Member> {
        let token = bearer_token(request)?;
        let claims = self
            .tokens
            .verify(token, self.clock.unix_seconds())
            .await?
            .map_err(|reason| {
                tracing::info!(%reason, "refused a token");
                Error::InvalidToken
            })?;
        match self.members.by_id(&claims.sub).await? {
            Some(member) if !member.disabled && member.version == claims.ver => Ok(member),
            _ => Err(Error::InvalidToken),
        }
    }

    /// The member whose token the request carries, if they have this role or one that may more. The role is the account's,
    /// read for this request.
    ///
    /// # Errors
    /// [`Error::Forbidden`] for others who are signed in.
    pub async fn member_as(&self, request: &Request, role: Role) -> Result<Member> {
        let member = self.member(request).await?;
        if member.role >= role {
            return Ok(member);
        }
        tracing::info!(member = member.id, needs = %role, "refused for the role");
        Err(Error::Forbidden(match role {
            Role::Member | Role::Editor => sentence!("api.forbidden_editor"),
            Role::Admin => sentence!("api.forbidden_admin"),
        }))
    }
}

/// The token of `Authorization: Bearer <token>`; the scheme in any case, exactly one space.
///
/// Two headers reach us joined by a comma, which no token contains.
pub fn bearer_token(request: &Request) -> Result<&str> {
    let mut values = request.headers().get_all(header::AUTHORIZATION).iter();
    let (Some(value), None) = (values.next(), values.next()) else {
        return Err(Error::InvalidToken);
    };
    let value = value.to_str().map_err(|_| Error::InvalidToken)?;
    let Some((scheme, token)) = value.split_once(' ') else {
        return Err(Error::InvalidToken);
    };
    let well_formed = !token.is_empty()
        && token.len() <= MAX_TOKEN_BYTES
        && token
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'));
    if scheme.eq_ignore_ascii_case("bearer") && well_formed {
        Ok(token)
    } else {
        Err(Error::InvalidToken)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use lambda_http::Body;
    use lambda_http::http;

    fn read(values: &[&str]) -> Option<String> {
        let mut request = http::Request::builder();
        for value in values {
            request = request.header("authorization", *value);
        }
        let request: Request = request.body(Body::Empty).unwrap();
        bearer_token(&request).ok().map(str::to_owned)
    }

    #[test]
    fn the_scheme_is_read_in_any_case() {
        for scheme in ["Bearer", "bearer", "BEARER"] {
            assert_eq!(
                read(&[&format!("{scheme} a.b.c")]).as_deref(),
                Some("a.b.c")
            );
        }
    }

    #[test]
    fn anything_else_is_refused() {
        for value in [
            "Bearer  a.b.c",
            "Bearer\ta.b.c",
            "Bearer",
            "Bearer ",
            "Bearer a,Bearer b",
            "Basic a.b.c",
            "a.b.c",
            "Bearer a.b.c ",
            "Bearer a.b=.c",
            " Bearer a.b.c",
        ] {
            assert_eq!(read(&[value]), None, "{value:?}");
        }
        assert_eq!(read(&[]), None);
        assert_eq!(read(&["Bearer a", "Bearer b"]), None);
        assert_eq!(
            read(&[&format!("Bearer {}", "a".repeat(MAX_TOKEN_BYTES + 1))]),
            None
        );
    }
}
