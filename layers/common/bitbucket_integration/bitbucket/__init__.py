"""Bitbucket's REST APIs: pure descriptions of calls, and one client that performs them."""
