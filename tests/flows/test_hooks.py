"""A hook is called on the public internet alone, however the way inside is written."""

import pytest

from yesif.flows.tell_licensees import is_public


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946", "::ffff:93.184.216.34"])
def test_a_public_address_may_be_called(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        "10.0.0.1", "127.0.0.1", "169.254.169.254", "100.64.0.1", "224.0.0.1", "0.0.0.0",
        "::1", "fe80::1%eth0", "fd00::1", "ff02::1",
        "fec0::1", "feff::1",  # site-local, which nothing gives out any more and old networks still route
        "::ffff:10.0.0.1", "::ffff:169.254.169.254",  # IPv4-mapped
        "2002:a00:1::1", "2002:7f00:1::",  # 6to4
        "2001:0:5db8:d822::f5ff:fffe", "2001:0:a00:1::a247:27dd",  # Teredo: client 10.0.0.1, server 10.0.0.1
        "64:ff9b::a00:1", "64:ff9b:1::a00:1", "::10.0.0.1",  # NAT64, and IPv4-compatible
    ],
)  # fmt: skip
def test_an_address_inside_a_network_is_refused_in_every_form(address: str) -> None:
    assert not is_public(address)
