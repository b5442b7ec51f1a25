"""Build statuses of Bitbucket Data Center, which versions have in different places."""

from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import quote

from bitbucket_integration.bitbucket.calls import nothing
from bitbucket_integration.bitbucket.data_center_bodies import (
    LONGEST_URL,
    build_status_body,
    old_build_status_body,
)
from bitbucket_integration.bitbucket.data_center_errors import ANYBODY, READER, is_in_own_words
from bitbucket_integration.bitbucket.exchange import Call, Request, Response
from bitbucket_integration.bitbucket.vocabulary import BuildStatus
from bitbucket_integration.errors import RequestRefusedError

_SETTING, _READING = "setting the build status", "reading the build statuses"


@dataclass(frozen=True, slots=True)
class DataCenterBuilds:
    """The calls on the build statuses of a repository's commits.

    `repository_url` is where the repository is in the REST API, `seen_at` where people see it.
    """

    base_url: str
    repository_url: str
    seen_at: str

    def set(self, commit: str, status: BuildStatus) -> Call[None]:
        """Set or overwrite a commit's, since 7.4. Needs Repository read."""
        body = build_status_body(status, self._address(status.url))
        return READER.call(Request("POST", self._builds_url(commit), body), _SETTING, nothing)

    def set_deprecated(self, commit: str, status: BuildStatus) -> Call[None]:
        """The same, for the commit in every repository: all that servers before 7.4 can do.

        Deprecated since 7.14. Needs no permission but a licence.
        """
        body = old_build_status_body(status, self._address(status.url))
        return ANYBODY.call(Request("POST", self._deprecated_url(commit), body), _SETTING, nothing)

    def see(self, commit: str) -> Call[None]:
        """See whether a commit's can be seen, since 7.14. Needs Repository read.

        They cannot be listed, only one can be asked for. That there is none by that key is as good
        an answer.
        """
        request = Request("GET", f"{self._builds_url(commit)}?key=data-diff")
        call = READER.call(request, _READING, nothing)

        def read(response: Response) -> None:
            if not (response.status == HTTPStatus.NOT_FOUND and is_in_own_words(response)):
                call.read(response)

        return Call(call.request, read)

    def see_deprecated(self, commit: str) -> Call[None]:
        """The same, for servers before 7.14. Needs no permission but a licence."""
        request = Request("GET", f"{self._deprecated_url(commit)}?limit=1")
        return ANYBODY.call(request, _READING, nothing)

    def _builds_url(self, commit: str) -> str:
        return f"{self.repository_url}/commits/{quote(commit, safe='')}/builds"

    def _deprecated_url(self, commit: str) -> str:
        return f"{self.base_url}/rest/build-status/latest/commits/{quote(commit, safe='')}"

    def _address(self, url: str) -> str:
        """The URL, or if Bitbucket would find it too long that of the repository: never a part."""
        for address in (url, self.seen_at):
            if len(address) <= LONGEST_URL:
                return address
        raise RequestRefusedError(f"{_SETTING}: its address has more than {LONGEST_URL} characters")
