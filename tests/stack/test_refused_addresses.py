"""What only this stack can reach is not connected to, whoever types its address."""

import socket
from collections.abc import Iterator

import pytest

from local.bitbucket import BitbucketEmulator
from local.stack import LocalStack
from tests.functional.problems import fields, problem
from tests.stack.conftest import configure

# The stack may connect to 127.0.0.1, where the emulator is, and to nothing else on this machine.
INSIDE = "127.0.0.2"

pytestmark = [pytest.mark.stack, pytest.mark.allow_hosts(["127.0.0.1", INSIDE])]

ADDRESSES = {
    "https://{inside}:{port}/projects/DATA/repos/shop": "address_refused",
    "https://[::ffff:{inside}]:{port}/projects/DATA/repos/shop": "address_refused",
    "https://localhost:{port}/projects/DATA/repos/shop": "address_refused",
    "https://localhost.:{port}/scm/data/shop.git": "address_refused",
    "https://169.254.169.254/latest/meta-data/projects/DATA/repos/shop": "address_refused",
    "https://169.254.170.2/v2/credentials/projects/DATA/repos/shop": "address_refused",
    "https://[fd00:ec2::254]/projects/DATA/repos/shop": "address_refused",
    "https://2130706434:{port}/projects/DATA/repos/shop": "invalid_request",
    "https://0x7f.0.0.2:{port}/projects/DATA/repos/shop": "invalid_request",
    "https://127.2:{port}/projects/DATA/repos/shop": "invalid_request",
    "https://127.0.0.1@{inside}:{port}/projects/DATA/repos/shop": "invalid_request",
    "http://{inside}:{port}/projects/DATA/repos/shop": "invalid_request",
    "http://localhost:{port}/projects/DATA/repos/shop": "invalid_request",
}


@pytest.fixture
def servers() -> Iterator[list[socket.socket]]:
    """What listens where those addresses lead: one port, on both of this machine's addresses."""
    with (
        socket.create_server((INSIDE, 0)) as inside,
        socket.create_server(("127.0.0.1", inside.getsockname()[1])) as local,
    ):
        yield [inside, local]


def nobody_came(server: socket.socket) -> bool:
    """Whether the first to connect is this very function."""
    with socket.create_connection(server.getsockname(), timeout=5) as ours:
        first, _ = server.accept()
        with first:
            return bool(first.getpeername() == ours.getsockname())


def test_no_address_leads_to_what_only_the_stack_can_reach(
    stack: LocalStack, servers: list[socket.socket]
) -> None:
    port = servers[0].getsockname()[1]
    for address, reason in ADDRESSES.items():
        typed = address.format(inside=INSIDE, port=port)
        body = problem(configure(stack, typed, "BBDC-token"), 422, reason)
        assert fields(body) == ["repository"], typed
        assert "BBDC-token" not in str(body)
    assert all(map(nobody_came, servers))


def test_no_redirect_takes_the_access_token_elsewhere(
    stack: LocalStack, bitbucket: BitbucketEmulator, servers: list[socket.socket]
) -> None:
    name = bitbucket.create_data_center_repository("DATA", "redirected")
    token = bitbucket.create_data_center_token(name)
    for server in servers:
        host, port = server.getsockname()
        bitbucket.add_fault(
            "redirect",
            path="*/repos/redirected",
            location=f"http://{host}:{port}/bitbucket/rest/api/latest/projects/DATA/repos/shop",
        )
        answer = configure(stack, f"{bitbucket.data_center_url}/{name}", token)
        assert fields(problem(answer, 422, "refused_by_bitbucket")) == ["repository"]
    assert all(map(nobody_came, servers))
