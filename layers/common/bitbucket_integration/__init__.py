"""Data diff reports on Bitbucket pull requests: what the Lambda functions share."""
