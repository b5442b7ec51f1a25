"""Lists of repositories: what a token sees of a workspace or of a project."""

import pytest
import requests

from local.bitbucket import BitbucketEmulator


def get(url: str, token: str) -> requests.Response:
    return requests.get(url, headers={"Authorization": f"Bearer {token}"}, timeout=30)


class TestAWorkspace:
    @pytest.fixture
    def url(self, emulator: BitbucketEmulator) -> str:
        for name in ("team/b", "team/a", "team/c", "other/d"):
            emulator.create_repository(name)
        return f"{emulator.cloud_api_url}/repositories/team"

    def test_is_listed_page_by_page_to_a_token_for_all_of_it(
        self, emulator: BitbucketEmulator, url: str
    ) -> None:
        token = emulator.create_access_token("team/a", kind="workspace_access_token")
        first = get(f"{url}?role=member&pagelen=2", token).json()
        second = get(first["next"], token).json()
        names = [one["full_name"] for one in (*first["values"], *second["values"])]
        assert names == ["team/a", "team/b", "team/c"]
        assert "role=member" in first["next"]

    def test_is_one_repository_to_a_repositorys_token(
        self, emulator: BitbucketEmulator, url: str
    ) -> None:
        token = emulator.create_access_token("team/b")
        assert [one["slug"] for one in get(url, token).json()["values"]] == ["b"]

    def test_is_hidden_from_everybody_else(self, emulator: BitbucketEmulator, url: str) -> None:
        token = emulator.create_access_token("other/d", kind="workspace_access_token")
        assert get(url, token).status_code == 404
        assert get(url, "wrong").status_code == 401


class TestAProject:
    @pytest.fixture
    def url(self, emulator: BitbucketEmulator) -> str:
        for project, slug in (("DATA", "b"), ("DATA", "a"), ("OTHER", "c")):
            emulator.create_data_center_repository(project, slug)
        return f"{emulator.data_center_url}/rest/api/latest/projects/data/repos"

    def test_is_listed_page_by_page_to_a_token_for_all_of_it(
        self, emulator: BitbucketEmulator, url: str
    ) -> None:
        token = emulator.create_data_center_token("projects/DATA/repos/a", "PROJECT_READ")
        first = get(f"{url}?limit=1", token).json()
        second = get(f"{url}?limit=1&start={first['nextPageStart']}", token).json()
        assert [one["slug"] for one in (*first["values"], *second["values"])] == ["a", "b"]
        assert (first["isLastPage"], second["isLastPage"]) == (False, True)

    def test_is_one_repository_to_a_repositorys_token(
        self, emulator: BitbucketEmulator, url: str
    ) -> None:
        token = emulator.create_data_center_token("projects/DATA/repos/b", "REPO_READ")
        assert [one["slug"] for one in get(url, token).json()["values"]] == ["b"]

    def test_that_does_not_exist_is_404(self, emulator: BitbucketEmulator, url: str) -> None:
        token = emulator.create_data_center_token("projects/DATA/repos/b", "REPO_READ")
        assert get(url.replace("data", "none"), token).status_code == 404
        assert get(url, "wrong").status_code == 401
