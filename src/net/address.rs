//! From the strings that `net` takes to socket addresses.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV4, SocketAddrV6};

/// The zone of a scoped IPv6 address (RFC 4007, section 11): `fe80::1%eth0`, `fe80::1%2`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Zone<'a> {
    /// No zone was given.
    None,
    /// The index of the interface.
    Index(u32),
    /// The name of the interface, for the operating system to resolve.
    Name(&'a str),
}

/// A numeric host, before the operating system resolved its zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Host<'a> {
    ip: IpAddr,
    zone: Zone<'a>,
}

impl<'a> Host<'a> {
    /// Parses an IPv4 or IPv6 literal; `None` for anything else, host names included.
    #[must_use]
    pub fn parse(text: &'a str) -> Option<Self> {
        if let Ok(ip) = text.parse::<Ipv4Addr>() {
            return Some(Self {
                ip: IpAddr::V4(ip),
                zone: Zone::None,
            });
        }
        let (literal, zone) = match text.split_once('%') {
            Some((_, "")) => return None,
            Some((literal, zone)) => (literal, zone.parse().map_or(Zone::Name(zone), Zone::Index)),
            None => (text, Zone::None),
        };
        let ip = literal.parse::<Ipv6Addr>().ok()?;
        Some(Self {
            ip: IpAddr::V6(ip),
            zone,
        })
    }

    /// Which zone the address is scoped to.
    #[must_use]
    pub fn zone(&self) -> Zone<'a> {
        self.zone
    }

    /// The socket address, `scope` being the index of the resolved zone (0 for none).
    #[must_use]
    pub fn with_port(&self, port: u16, scope: u32) -> SocketAddr {
        match self.ip {
            IpAddr::V4(ip) => SocketAddrV4::new(ip, port).into(),
            IpAddr::V6(ip) => SocketAddrV6::new(ip, port, 0, scope).into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_zone_is_an_index_or_a_name() {
        assert_eq!(Host::parse("fe80::1%2").unwrap().zone(), Zone::Index(2));
        assert_eq!(Host::parse("fe80::1%eth0").unwrap().zone(), Zone::Name("eth0"));
        assert_eq!(Host::parse("::1").unwrap().zone(), Zone::None);
    }

    #[test]
    fn what_is_no_numeric_address_is_refused() {
        for text in [
            "",
            "localhost",
            "1.2.3",
            "1.2.3.4.5",
            "127.0.0.1%lo",
            "fe80::1%",
            ":::",
            "[::1]",
            " ::1",
        ] {
            assert_eq!(Host::parse(text), None, "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn every_ipv4_address_survives(ip: [u8; 4], port: u16) {
            let ip = Ipv4Addr::from(ip);
            let addr = Host::parse(&ip.to_string()).unwrap().with_port(port, 0);
            prop_assert_eq!(addr, SocketAddr::from((ip, port)));
        }

        #[test]
        fn every_ipv6_address_survives_with_its_zone(ip: [u16; 8], port: u16, scope: u32) {
            let ip = Ipv6Addr::from(ip);
            let text = format!("{ip}%{scope}");
            let host = Host::parse(&text).unwrap();
            prop_assert_eq!(host.zone(), Zone::Index(scope));
            prop_assert_eq!(host.with_port(port, scope), SocketAddrV6::new(ip, port, 0, scope).into());
        }

        #[test]
        fn arbitrary_text_never_panics(text in ".*") {
            let _ = Host::parse(&text);
        }
    }
}
