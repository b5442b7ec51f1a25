"""Where things are kept: DynamoDB, S3, Secrets Manager and the report queue."""
