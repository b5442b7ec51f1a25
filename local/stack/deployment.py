"""`sam build` and `sam deploy` of the real template, onto the embedded AWS."""

from __future__ import annotations

import os
import platform
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

from local.stack.aws import REGION, environment, session
from local.stack.errors import with_log
from local.stack.ministack import HOST
from local.stack.places import REPOSITORY, SAM

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

STACK_NAME = "bitbucket-data-diff"
# Known before the deployment, since the API's address is a parameter of it.
API_ID = "datadiff"
STAGE = "v1"
# Where `sam local` finds this machine from its containers: Docker's bridge on Linux.
DOCKER_BRIDGE = "172.17.0.1"
ARCHITECTURES = {"aarch64": "arm64", "arm64": "arm64"}


@dataclass(frozen=True)
class Deployment:
    """What is deployed, and where."""

    endpoint_url: str
    outputs: Mapping[str, str]

    @property
    def api_url(self) -> str:
        """Base address of the deployed API."""
        return api_url(self.endpoint_url)


def api_url(endpoint_url: str) -> str:
    """Where MiniStack serves the API: by path, for names below 127.0.0.1 don't resolve."""
    return f"{endpoint_url}/_aws/execute-api/{API_ID}/{STAGE}"


def build(folder: Path) -> Path:
    """Build the template, and return the built one."""
    built = folder / "build"
    _sam(
        folder,
        os.environ,
        "build",
        *("--template-file", str(REPOSITORY / "template.yaml")),
        *("--build-dir", str(built)),
        *("--parameter-overrides", f"Architecture={_architecture()}"),
    )
    return built / "template.yaml"


def deploy(template: Path, endpoint_url: str, folder: Path, cloud_api_url: str) -> Deployment:
    """Deploy the built template to the AWS at `endpoint_url`."""
    parameters = {
        # The emulator's Data Center, which is neither public nor speaks TLS.
        "AllowedBitbucketHosts": f"http://{HOST},http://{DOCKER_BRIDGE}",
        "Architecture": _architecture(),
        "BitbucketCloudApiUrl": cloud_api_url,
        "LogLevel": "DEBUG",
        "PublicUrl": api_url(endpoint_url),
    }
    _sam(
        folder,
        environment(endpoint_url),
        "deploy",
        *("--template-file", str(template)),
        *("--stack-name", STACK_NAME),
        *("--region", REGION),
        *("--capabilities", "CAPABILITY_IAM"),
        "--resolve-s3",
        "--no-confirm-changeset",
        "--no-progressbar",
        *("--on-failure", "DO_NOTHING"),  # so that the log ends with the reason
        # MiniStack gives the API the id that this tag asks for.
        *("--tags", f"ms-custom-id={API_ID}"),
        *("--parameter-overrides", *(f"{name}={value}" for name, value in parameters.items())),
    )
    return Deployment(endpoint_url, _outputs(endpoint_url))


def _sam(folder: Path, variables: Mapping[str, str], command: str, *options: str) -> None:
    # A deployment of one's own may have left its region, profile or bucket in samconfig.toml.
    config = folder / "samconfig.toml"
    config.write_text("version = 0.1\n")
    log = folder / f"{command}.log"
    temporary = folder / "tmp"
    temporary.mkdir(exist_ok=True)
    with log.open("wb") as output:
        finished = subprocess.run(
            [SAM, command, "--config-file", str(config), *options],
            cwd=REPOSITORY,
            env={
                **variables,
                # The build runs python3.13 and pip, which have to be ours.
                "PATH": os.pathsep.join([str(SAM.parent), variables.get("PATH", os.defpath)]),
                "SAM_CLI_POLL_DELAY": "1",  # seconds; its own 5 are for an AWS far away
                "SAM_CLI_TELEMETRY": "0",
                "TMPDIR": str(temporary),  # it leaves folders there
                "__SAM_CLI_APP_DIR": str(folder / "sam"),  # two runs would write the same file
            },
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            check=False,
        )
    if finished.returncode:
        raise with_log(f"`sam {command}` failed", log)


def _architecture() -> str:
    return ARCHITECTURES.get(platform.machine().lower(), "x86_64")


def _outputs(endpoint_url: str) -> dict[str, str]:
    cloudformation = session().client("cloudformation", endpoint_url=endpoint_url)
    stack = cloudformation.describe_stacks(StackName=STACK_NAME)["Stacks"][0]
    return {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}
