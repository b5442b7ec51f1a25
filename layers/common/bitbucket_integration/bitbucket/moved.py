"""Following a repository to its new address, without taking the access token anywhere else."""

from urllib.parse import urldefrag, urljoin

from bitbucket_integration.bitbucket.exchange import Call, Request, Response
from bitbucket_integration.bitbucket.origin import origin_of
from bitbucket_integration.errors import (
    AddressRefusedError,
    MovedInBitbucketError,
    RequestRefusedError,
)


def follow[T](call: Call[T], location: str) -> Call[T]:
    """The same call at the address that a MovedInBitbucketError of it named.

    Only what reads is followed, only on the same server (scheme, host and port), and only once:
    when the followed call has moved, too, that is a RequestRefusedError. Raises RequestRefusedError
    for every other address.

    So a client runs `describe()`, and on MovedInBitbucketError runs `follow(describe, location)`
    in its place; the description it reads has the project key and the slug of today
    (`DataCenterRepository.renamed`), with which every other call is made. Calls that write are
    never sent to an address out of an answer.
    """
    request = call.request
    if request.method != "GET":
        raise RequestRefusedError(
            "Bitbucket has the repository at another address; configure the repository again"
        )
    try:
        target = urldefrag(urljoin(request.url, location)).url
        same_place = origin_of(target) == origin_of(request.url)
    except (ValueError, AddressRefusedError) as error:
        raise RequestRefusedError("Bitbucket sends to an address that is none") from error
    if not same_place:
        raise RequestRefusedError(
            "Bitbucket sends to another server, where the access token is not taken; configure"
            " the repository with its new address"
        )

    def read(response: Response) -> T:
        try:
            return call.read(response)
        except MovedInBitbucketError as error:
            raise RequestRefusedError(f"{error}, and at that at another still") from error

    return Call(Request(request.method, target), read)
