"""Which IP addresses belong to the public internet."""

from ipaddress import AddressValueError, IPv4Address, IPv4Network, IPv6Address, IPv6Network

# Own tables, since what `is_global` says has changed between Python's patch releases. Sources:
# IANA's special-purpose address registries (RFC 6890 and what updates it).
_NOT_PUBLIC_4 = tuple(
    IPv4Network(network)
    for network in (
        "0.0.0.0/8",  # this network, unspecified
        "10.0.0.0/8",  # private
        "100.64.0.0/10",  # shared by a provider's customers (CGNAT)
        "127.0.0.0/8",  # loopback: the runtime API of Lambda, too
        "169.254.0.0/16",  # link-local: AWS's metadata and credentials
        "172.16.0.0/12",  # private
        "192.0.0.0/24",  # protocol assignments
        "192.0.2.0/24",  # documentation
        "192.88.99.0/24",  # 6to4 relays, withdrawn
        "192.168.0.0/16",  # private
        "198.18.0.0/15",  # benchmarks
        "198.51.100.0/24",  # documentation
        "203.0.113.0/24",  # documentation
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, broadcast
    )
)
# Nothing else is given out: it leaves no place for loopback, link-local, unique local, multicast,
# IPv4-mapped, IPv4-compatible or NAT64 addresses.
_UNICAST_6 = IPv6Network("2000::/3")
_NOT_PUBLIC_6 = tuple(
    IPv6Network(network)
    for network in (
        "2001::/23",  # protocol assignments: Teredo (an IPv4 address within), benchmarks, ORCHID
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4: an IPv4 address within
        "3fff::/20",  # documentation
    )
)


def is_public(address: str) -> bool:
    """Whether this is the text of an IP address that anybody on the internet may have."""
    try:
        if ":" in address:
            return _is_public_6(IPv6Address(address))
        return not any(IPv4Address(address) in network for network in _NOT_PUBLIC_4)
    except AddressValueError:
        return False


def _is_public_6(address: IPv6Address) -> bool:
    # A zone is an interface of this machine, whatever the address.
    if address.scope_id is not None or address not in _UNICAST_6:
        return False
    return not any(address in network for network in _NOT_PUBLIC_6)


def is_address(text: str) -> bool:
    """Whether this is the text of an IP address, and so nothing that would be looked up."""
    try:
        IPv6Address(text) if ":" in text else IPv4Address(text)
    except AddressValueError:
        return False
    return True
