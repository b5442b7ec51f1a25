import requests

from tests.functional.conftest import REPOSITORY, Connection


def test_configuring_again_leaves_one_webhook_where_somebody_had_copied_it(
    connection: Connection,
) -> None:
    system = connection.system
    [ours] = system.bitbucket.hooks(REPOSITORY)
    copied = requests.post(
        f"{system.bitbucket.cloud_api_url}/repositories/{REPOSITORY}/hooks",
        json={"description": "copy", "url": ours.url, "active": True, "events": list(ours.events)},
        headers={"Authorization": f"Bearer {system.access_token}"},
        timeout=30,
    )
    assert copied.status_code == 201, copied.text
    assert len(system.bitbucket.hooks(REPOSITORY)) == 2
    assert system.configure().status_code == 200
    [left] = system.bitbucket.hooks(REPOSITORY)
    assert left.secret is not None
