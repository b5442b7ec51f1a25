"""The real template, built and deployed with SAM on an AWS embedded in this machine."""

from local.stack.stack import LocalStack

__all__ = ["LocalStack"]
