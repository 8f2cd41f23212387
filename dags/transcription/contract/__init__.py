"""The agreement between the DAG and the container: S3 keys, records, options and errors.

Both sides import this very folder: Airflow from `dags/`, the container from a copy made by its Dockerfile. It
therefore uses the standard library only and syntax that Python 3.9 (the last one with a `deepspeech` wheel) reads.
"""
