"""The code that all stages of a run share: settings, the bucket, AWS Batch, records, links and costs."""
