// What goes into a pipeline, ready to be pasted.
import { copyable, element } from "./elements.js";

const CURL = `curl --fail-with-body --silent --show-error`;
const AUTHORIZED = `--header "Authorization: Bearer $DATA_DIFF_CI_TOKEN"`;

/** The snippets for an integration. `url` is where its results go. */
export function snippets(provider, url, { open = false } = {}) {
  const onCloud = provider === "bitbucket-cloud";
  const offered = [["Jenkins", jenkins(url)], ["Plain curl", plainCurl(url, onCloud)]];
  if (onCloud) offered.unshift(["Bitbucket Pipelines", pipelines(url)]);
  return element(
    "div",
    { class: "snippets" },
    element(
      "p",
      {},
      "Keep the CI token as a secret of your CI system, under the name ",
      element("code", {}, "DATA_DIFF_CI_TOKEN"),
      ". ",
      element("code", {}, "diffs.jsonl"),
      " stands for what your diff tool wrote; the format is recognised.",
    ),
    ...offered.map(([name, text], at) =>
      element(
        "details",
        { name: "snippets", open: open && at === 0 },
        element("summary", {}, name),
        copyable(`${name} snippet`, text, { long: true }),
      ),
    ),
  );
}

function pipelines(url) {
  return `# bitbucket-pipelines.yml. Repository variable, secured: DATA_DIFF_CI_TOKEN
pipelines:
  pull-requests:
    "**":
      - step:
          name: Data diff
          script:
            - set -o pipefail
            - data-diff --dbt --json --stats --no-tracking | grep '^{' > diffs.jsonl
            - >-
              ${CURL}
              ${AUTHORIZED}
              --data-binary @diffs.jsonl
              "${url}?pull_request=$BITBUCKET_PR_ID&commit=$BITBUCKET_COMMIT"
`;
}

function jenkins(url) {
  return `// Jenkinsfile. Credential of the kind "Secret text": data-diff-ci-token
// Build the pull request's own head, not a merge with its target.
stage('Data diff') {
  steps {
    withCredentials([string(credentialsId: 'data-diff-ci-token', variable: 'DATA_DIFF_CI_TOKEN')]) {
      sh '''
        ${CURL} \\
          ${AUTHORIZED} \\
          --data-binary @diffs.jsonl \\
          "${url}?commit=$(git rev-parse HEAD)"
      '''
    }
  }
}
`;
}

function plainCurl(url, onCloud) {
  const target = onCloud ? "pull_request=$BITBUCKET_PR_ID&commit=$BITBUCKET_COMMIT" : "commit=$(git rev-parse HEAD)";
  return `${CURL} \\
  ${AUTHORIZED} \\
  --data-binary @diffs.jsonl \\
  "${url}?${target}"
`;
}
