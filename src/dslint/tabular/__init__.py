"""Tables into records: CSV, workbooks, Parquet and Arrow, each row as the JSON that it would be."""
