"""What the screens of Bitbucket Data Center call things."""

from doctor.screens import Screens

DATA_CENTER_SCREENS = Screens(
    new_token=(  # noqa: S106 it says how to make one
        "In Bitbucket, open Repository settings → HTTP access tokens → Create token, choose the"
        " permission Repository admin, and configure the repository again with the new token."
    ),
    right_address=(
        "Give the address of the repository as the browser shows it. Check under Repository"
        " settings → HTTP access tokens that the token was created in this repository."
    ),
    encryption="Give Bitbucket an https address, and configure the repository by that address.",
    webhook_permission="Repository admin",
    webhooks="Repository settings → Webhooks",
    manual_webhook=(
        "Open Repository settings → Webhooks → Create webhook.",
        "Name: Data diff reports.",
        "URL: the value of `url`. Secret: the value of `secret`.",
        "Leave Active ticked, and the verification of certificates switched on.",
        "Under Events, untick Push.",
        "Tick under Pull request: {events}.",
        "Create.",
    ),
    events={
        "pr:opened": "Opened",
        "pr:from_ref_updated": "Source branch updated",
        "pr:modified": "Modified",
        "pr:merged": "Merged",
        "pr:declined": "Declined",
        "pr:deleted": "Deleted",
    },
)
