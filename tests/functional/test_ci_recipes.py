"""What docs/ci.md says to put into a pipeline is run as the CI systems would run it."""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.deployed_template import ROOT
from tests.documents import blocks_of
from tests.functional.bench import CLOUD, on_both, only_on
from tests.functional.conftest import Connection
from tests.functional.data_diff_lines import different
from tests.unit.tool_samples import sample
from tests.unit.web_server import Exchange, Web, web_server

pytestmark = on_both

BASH = shutil.which("bash") or "bash"
DOCUMENT = ROOT / "docs" / "ci.md"
RUNNABLE = {"bash", "groovy", "yaml"}
RUN_HERE = {
    "Bitbucket Pipelines",
    "data-diff and reladiff without dbt",
    "Datafold",
    "Limits",
    "Waiting in a pipeline",
    "Jenkins",
    "dbt Cloud",
    "A mirror on GitHub",
}

DATAFOLD = "datafold/different.json"
DATA_DIFF = "--dbt --json --stats --no-tracking"
RELADIFF = "prod.orders {schema}.orders -k id {options}-a joindiff --json --stats"


def recipes(heading: str, language: str) -> list[str]:
    """The pieces of the document in a language that are below a heading."""
    found = [one for one in blocks_of(DOCUMENT) if one.language == language]
    return [one.text for one in found if one.heading == heading]


@dataclass
class Pipeline:
    """A machine of a CI system that works on a pull request.

    `tools` has the programs that are not run for real. None of them is asked for anything but what
    the document tells it to do.
    """

    connection: Connection
    folder: Path
    number: int
    head: str
    variables: dict[str, str] = field(default_factory=dict)

    @property
    def tools(self) -> Path:
        return self.folder / "tools"

    def tool(self, name: str, script: str) -> None:
        program = self.tools / name
        program.write_text(f"#!/bin/sh\n{script}\n")
        program.chmod(0o755)

    def tool_that_prints(self, name: str, arguments: str, text: bytes, code: int = 0) -> None:
        """A tool that ends with an error unless it gets these arguments."""
        (self.tools / f"{name}.out").write_bytes(text)
        asked = f'[ "$*" = "{arguments}" ] || {{ echo "{name} $*" >&2; exit 64; }}'
        self.tool(name, f'{asked}\ncat "{self.tools}/{name}.out"\nexit {code}')

    def run(self, shell: list[str], script: str, **variables: str) -> int:
        """Run a script where the repository is checked out; its exit code."""
        path = f"{self.tools}:{os.environ['PATH']}"
        url = f"{self.connection.system.url}/integrations/{self.connection.id}/diffs"
        secrets = {"DATA_DIFF_CI_TOKEN": self.connection.ci_token, "DATA_DIFF_URL": url}
        done = subprocess.run(
            [*shell, script],
            cwd=self.folder,
            env={"PATH": path} | secrets | self.variables | variables,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        assert self.connection.ci_token not in done.stdout + done.stderr
        return done.returncode

    def comments(self) -> list[str]:
        """What the pull request shows once all is posted."""
        self.connection.settle()
        return self.connection.comments(self.number)

    def first_line(self) -> str:
        """The first line of the one comment there is."""
        [comment] = self.comments()
        return comment.splitlines()[0]


@pytest.fixture
def pipeline(connection: Connection, tmp_path: Path) -> Pipeline:
    """A pipeline with the variables that Bitbucket Pipelines has."""
    number, head = connection.open_pull_request()
    variables = {"BITBUCKET_PR_ID": str(number), "BITBUCKET_COMMIT": head}
    made = Pipeline(connection, tmp_path, number, head, variables)
    made.tools.mkdir()
    made.tool_that_prints("pip", "install --requirement requirements.txt", b"")
    made.tool_that_prints("dbt", "build", b"")
    # It prints text between the lines of JSON.
    noise = b"Found 4 models\n"
    made.tool_that_prints("data-diff", DATA_DIFF, noise + sample("data_diff/dbt_stats.jsonl"))
    return made


def pipelines_script() -> str:
    """The script of the step, as Bitbucket Pipelines puts it together."""
    [recipe, _] = recipes("Bitbucket Pipelines", "yaml")
    [step] = yaml.safe_load(recipe)["pipelines"]["pull-requests"]["**"]
    return "\n".join(step["step"]["script"])


def actions_steps(pipeline: Pipeline) -> Iterator[tuple[list[str], str, dict[str, str]]]:
    """The steps that run something, with their shells and variables, as GitHub documents them."""
    [recipe] = recipes("A mirror on GitHub", "yaml")
    [job] = yaml.safe_load(recipe)["jobs"].values()
    url = f"{pipeline.connection.system.url}/integrations/{pipeline.connection.id}/diffs"
    kept = {
        "${{ secrets.DATA_DIFF_CI_TOKEN }}": pipeline.connection.ci_token,
        "${{ vars.DATA_DIFF_URL }}": url,
    }
    for step in job["steps"]:
        if "run" not in step:
            assert step == {"uses": "actions/checkout@v4"}
            continue
        shells = {"bash": [BASH, "--noprofile", "--norc", "-eo", "pipefail", "-c"]}
        shell = shells[step["shell"]] if "shell" in step else [BASH, "-e", "-c"]
        yield shell, step["run"], {name: kept[text] for name, text in step.get("env", {}).items()}


def run_actions(pipeline: Pipeline) -> list[int]:
    """Run the workflow's job; the exit codes of its steps up to the first that failed."""
    pipeline.variables = {"GITHUB_SHA": pipeline.head, "GITHUB_ACTIONS": "true"}
    codes: list[int] = []
    for shell, script, variables in actions_steps(pipeline):
        without = {"DATA_DIFF_CI_TOKEN": "", "DATA_DIFF_URL": ""}
        codes.append(pipeline.run(shell, script, **(without | variables)))
        if codes[-1]:
            break
    return codes


def answering(target: str, body: bytes) -> AbstractContextManager[Web]:
    """A server that knows one address."""

    def behaviour(exchange: Exchange) -> None:
        known = f"{exchange.command} {exchange.path}" == target
        exchange.send(200 if known else 404, body if known else b"{}")

    return web_server(behaviour=behaviour)


def at(server: Web, address: str, script: str) -> str:
    """A script that asks this server in place of one on the internet."""
    assert address in script
    return script.replace(address, server.url)


@dataclass
class DbtCloud:
    """Starts the run that it is asked for; it is complete when it is looked at again."""

    succeeds: bool
    started: list[dict[str, Any]] = field(default_factory=list)
    looks: int = 0

    def behaviour(self, exchange: Exchange) -> None:
        data: dict[str, Any] = {}
        match f"{exchange.command} {exchange.path}":
            case "POST /api/v2/accounts/11/jobs/22/run/":
                received = exchange.web.received[-1]
                assert received.headers["authorization"] == "Token dbt-token"
                assert received.headers["content-type"] == "application/json"
                self.started.append(json.loads(received.body))
                data = {"id": 33}
            case "GET /api/v2/accounts/11/runs/33/":
                self.looks += 1
                complete = self.looks > 1
                data = {"is_complete": complete, "is_success": complete and self.succeeds}
        exchange.send(200 if data else 404, json.dumps({"data": data}).encode())


def run_dbt_cloud(pipeline: Pipeline, dbt_cloud: DbtCloud) -> int:
    [recipe] = recipes("dbt Cloud", "bash")
    asked = f"duckdb://shop {RELADIFF.format(schema=f'pr_{pipeline.number}', options='')}"
    pipeline.tool_that_prints("reladiff", asked, sample("reladiff/stats.txt"))
    pipeline.tool_that_prints("sleep", "15", b"")
    with web_server(behaviour=dbt_cloud.behaviour) as server:
        return pipeline.run(
            [BASH, "-e", "-c"],
            recipe,
            DATABASE="duckdb://shop",
            DBT_CLOUD_URL=server.url,
            DBT_CLOUD_TOKEN="dbt-token",
            DBT_CLOUD_ACCOUNT="11",
            DBT_CLOUD_JOB="22",
        )


def submitted(pipeline: Pipeline) -> Callable[[], int]:
    """Send results as a pipeline does that waits; waits."""
    submit, wait = recipes("Waiting in a pipeline", "bash")
    (pipeline.folder / "diffs.jsonl").write_text(different())
    pipeline.tool_that_prints("sleep", "5", b"")
    assert pipeline.run([BASH, "-e", "-c"], submit) == 0
    return lambda: pipeline.run([BASH, "-e", "-c"], wait)


def status_of(pipeline: Pipeline) -> str:
    """What the script read last."""
    return str(json.loads((pipeline.folder / "status.json").read_text())["status"])


def test_every_recipe_is_run() -> None:
    headings = {one.heading for one in blocks_of(DOCUMENT) if one.language in RUNNABLE}
    assert headings == RUN_HERE


class TestBitbucketPipelines:
    pytestmark = only_on(CLOUD, "Bitbucket Pipelines is a part of Bitbucket Cloud.")

    def test_sends_the_results_of_a_pull_request(self, pipeline: Pipeline) -> None:
        assert pipeline.run([BASH, "-e", "-c"], pipelines_script()) == 0
        assert "of 4 models" in pipeline.first_line()

    def test_sends_results_where_there_is_no_pull_request_yet(self, pipeline: Pipeline) -> None:
        del pipeline.variables["BITBUCKET_PR_ID"]
        assert pipeline.run([BASH, "-e", "-c"], pipelines_script()) == 0
        assert "of 4 models" in pipeline.first_line()

    @pytest.mark.parametrize(
        ("printed", "code"),
        [(sample("data_diff/dbt_stats.jsonl"), 1), (b"No models were found\n", 0)],
        ids=["ends with an error", "prints no results"],
    )
    def test_fails_and_sends_nothing_when_the_tool(
        self, pipeline: Pipeline, printed: bytes, code: int
    ) -> None:
        pipeline.tool_that_prints("data-diff", DATA_DIFF, printed, code)
        assert pipeline.run([BASH, "-e", "-c"], pipelines_script()) == 1
        assert pipeline.comments() == []

    def test_fails_when_the_results_are_refused(self, pipeline: Pipeline) -> None:
        pipeline.variables["DATA_DIFF_CI_TOKEN"] = "wrong"
        refused_by_server = 22
        assert pipeline.run([BASH, "-e", "-c"], pipelines_script()) == refused_by_server


class TestActions:
    def test_send_the_results_of_a_push(self, pipeline: Pipeline) -> None:
        assert run_actions(pipeline) == [0, 0, 0, 0]
        assert "of 4 models" in pipeline.first_line()

    def test_fail_and_send_nothing_when_the_tool_ends_with_an_error(
        self, pipeline: Pipeline
    ) -> None:
        printed = sample("data_diff/dbt_stats.jsonl")
        pipeline.tool_that_prints("data-diff", DATA_DIFF, printed, code=1)
        assert run_actions(pipeline) == [0, 0, 1]
        assert pipeline.comments() == []


def test_jenkins_sends_the_results_of_what_is_checked_out(pipeline: Pipeline) -> None:
    [recipe] = recipes("Jenkins", "groovy")
    [script] = re.findall(r"sh '''(.*?)'''", recipe, re.DOTALL)
    [variable] = re.findall(r"DATA_DIFF_\w+(?= = ')", recipe)
    [secret] = re.findall(r"variable: '(\w+)'", recipe)
    assert {variable, secret} == {"DATA_DIFF_URL", "DATA_DIFF_CI_TOKEN"}
    pipeline.variables.clear()
    (pipeline.folder / "diffs.jsonl").write_text(different())
    # A checkout of the pull request's head, as far as the script looks at it.
    pipeline.tool_that_prints("git", "rev-parse HEAD", pipeline.head.encode())
    # Groovy puts a line that ends in a backslash together with the next one.
    assert pipeline.run(["/bin/sh", "-e", "-c"], script.replace("\\\n", "")) == 0
    assert "1 model" in pipeline.first_line()


class TestToolsWithoutDbt:
    def test_reladiff(self, pipeline: Pipeline) -> None:
        [recipe] = recipes("data-diff and reladiff without dbt", "bash")
        asked = f"duckdb://shop {RELADIFF.format(schema='pr_42', options='-c amount ')}"
        pipeline.tool_that_prints("reladiff", asked, sample("reladiff/stats.txt"))
        assert pipeline.run([BASH, "-e", "-c"], recipe, DATABASE="duckdb://shop") == 0
        assert "1 model" in pipeline.first_line()

    def test_datafold(self, pipeline: Pipeline) -> None:
        [recipe] = recipes("Datafold", "bash")
        with answering("GET /api/v1/datadiffs/7/summary_results", sample(DATAFOLD)) as datafold:
            script = at(datafold, "https://app.datafold.com", recipe)
            key = {"DATAFOLD_API_KEY": "key", "DATAFOLD_DIFF_ID": "7"}
            assert pipeline.run([BASH, "-e", "-c"], script, **key) == 0
        assert [one.headers["authorization"] for one in datafold.received] == ["Key key"]
        assert "1 model" in pipeline.first_line()

    def test_gzip(self, pipeline: Pipeline) -> None:
        [recipe] = recipes("Limits", "bash")
        (pipeline.folder / "diffs.jsonl").write_text(different())
        assert pipeline.run([BASH, "-e", "-c"], recipe) == 0
        assert "1 model" in pipeline.first_line()


class TestDbtCloud:
    def test_builds_the_head_before_it_is_compared(self, pipeline: Pipeline) -> None:
        dbt_cloud = DbtCloud(succeeds=True)
        assert run_dbt_cloud(pipeline, dbt_cloud) == 0
        [started] = dbt_cloud.started
        assert started["git_sha"] == pipeline.head
        assert started["schema_override"] == f"pr_{pipeline.number}"
        assert "1 model" in pipeline.first_line()

    def test_that_fails_to_build_fails_the_pipeline(self, pipeline: Pipeline) -> None:
        assert run_dbt_cloud(pipeline, DbtCloud(succeeds=False)) == 1
        assert pipeline.comments() == []


class TestWaiting:
    def test_passes_once_the_report_is_posted(self, pipeline: Pipeline) -> None:
        wait = submitted(pipeline)
        assert len(pipeline.comments()) == 1
        assert wait() == 0
        assert status_of(pipeline) == "posted"

    def test_fails_when_the_report_could_not_be_posted(self, pipeline: Pipeline) -> None:
        wait = submitted(pipeline)
        system = pipeline.connection.system
        del system.bench.tokens(system.bitbucket)[system.access_token]
        assert pipeline.comments() == []
        assert wait() == 1
        assert status_of(pipeline) == "failed"

    def test_passes_when_the_results_are_still_queued(self, pipeline: Pipeline) -> None:
        wait = submitted(pipeline)
        assert wait() == 0
        assert status_of(pipeline) == "queued"
