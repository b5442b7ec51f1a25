"""What the screens of Bitbucket Cloud call things."""

from doctor.screens import Screens

CLOUD_SCREENS = Screens(
    new_token=(  # noqa: S106 it says how to make one
        "In Bitbucket, open Repository settings → Access tokens → Create Repository Access Token,"
        " tick Pull requests: Write and Webhooks: Read and write, and configure the repository"
        " again with the new token."
    ),
    right_address=(
        "Check the name of workspace and repository. Check under Repository settings → Access"
        " tokens that the token was created in this repository."
    ),
    encryption=(
        "The operator of this stack gives an https address in the parameter BitbucketCloudApiUrl."
    ),
    webhook_permission="Webhooks: Read and write",
    webhooks="Repository settings → Webhooks",
    manual_webhook=(
        "Open Repository settings → Webhooks → Add webhook.",
        "Title: Data diff reports.",
        "URL: the value of `url`. Secret: the value of `secret`.",
        "Leave Active ticked and Skip certificate verification unticked.",
        "Under Triggers, select Choose from a full list of triggers and untick Push.",
        "Tick under Pull request: {events}.",
        "Save.",
    ),
    events={
        "pullrequest:created": "Created",
        "pullrequest:updated": "Updated",
        "pullrequest:fulfilled": "Merged",
        "pullrequest:rejected": "Declined",
    },
)
