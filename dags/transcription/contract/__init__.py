"""The agreement between the DAG and the container: S3 keys, records, options and errors.

Both sides import this package: Airflow from `dags/`, the container from a copy that its Dockerfile makes. The package
uses the standard library only, and the syntax of Python 3.9, the last version with a `deepspeech` wheel.
"""
