//! The ports of a stack, bound before anything else happens.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};

use tokio::net::TcpListener;

use crate::environment::Ports;
use crate::{Options, StartError};

pub(crate) struct Sockets {
    pub(crate) ports: Ports,
    /// One, or one per loopback address.
    pub(crate) api: Vec<TcpListener>,
    pub(crate) s3: TcpListener,
    pub(crate) dynamodb: TcpListener,
}

impl Sockets {
    pub(crate) async fn bind(options: &Options) -> Result<Self, StartError> {
        let asked = if options.port == 0 {
            Ports {
                api: 0,
                s3: 0,
                dynamodb: 0,
            }
        } else {
            Ports::from(options.port)?
        };
        let bind = |port| bind(SocketAddr::new(options.bind, port));
        let (api, api_port) = bind(asked.api).await?;
        let (s3, s3_port) = bind(asked.s3).await?;
        let (dynamodb, dynamodb_port) = bind(asked.dynamodb).await?;
        let mut api = vec![api];
        let is_v4 = [Ipv4Addr::LOCALHOST, Ipv4Addr::UNSPECIFIED].map(IpAddr::V4);
        if is_v4.contains(&options.bind) && options.port != 0 {
            api.extend(second_loopback(options.port).await?);
        }
        let ports = Ports {
            api: api_port,
            s3: s3_port,
            dynamodb: dynamodb_port,
        };
        Ok(Self {
            ports,
            api,
            s3,
            dynamodb,
        })
    }
}

/// The address by which others in its network reach this machine: that from which it would send to the
/// rest of the world. Nothing is sent.
pub fn network_address() -> Option<IpAddr> {
    /// An address that documentation uses, and nobody has (RFC 5737).
    const SOMEWHERE: (Ipv4Addr, u16) = (Ipv4Addr::new(192, 0, 2, 1), 9);
    let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)).ok()?;
    socket.connect(SOMEWHERE).ok()?;
    let own = socket.local_addr().ok()?.ip();
    (!own.is_unspecified()).then_some(own)
}

/// `localhost` may be `::1` first, and not every client tries 127.0.0.1 after it.
async fn second_loopback(port: u16) -> Result<Option<TcpListener>, StartError> {
    match bind(SocketAddr::new(IpAddr::V6(Ipv6Addr::LOCALHOST), port)).await {
        Ok((listener, _)) => Ok(Some(listener)),
        Err(taken @ StartError::PortTaken { .. }) => Err(taken),
        // A machine without IPv6.
        Err(_) => Ok(None),
    }
}

async fn bind(address: SocketAddr) -> Result<(TcpListener, u16), StartError> {
    let bound = async {
        let listener = TcpListener::bind(address).await?;
        let port = listener.local_addr()?.port();
        Ok((listener, port))
    };
    bound.await.map_err(|reason: io::Error| {
        if reason.kind() == io::ErrorKind::AddrInUse {
            StartError::PortTaken { address }
        } else {
            StartError::Listen { address, reason }
        }
    })
}
