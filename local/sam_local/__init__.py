"""`sam local` with the AWS and the Bitbucket that `make local` has running."""
