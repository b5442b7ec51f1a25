"""The page from which repositories are connected and looked after."""
