"""Has DuckDB ask a Parquet and a CSV file the same questions; prints the answers as JSON."""

import json
import sys

import duckdb

QUESTIONS = [
    "count(*), count(distinct trace_id), sum(duration_ns), count(*) filter (is_error)",
    "min(start_unix_nano), max(end_unix_nano), max(http_status_code)",
    "max(json_extract_string(attributes, '$.\"user.id\"')), min(epoch_us(start_time))",
]
answers = []
for table in (f"read_parquet('{sys.argv[1]}')", f"read_csv('{sys.argv[2]}')"):
    row = []
    for question in QUESTIONS:
        row += duckdb.sql(f"select {question} from {table}").fetchone()
    names = duckdb.sql(f"select name from {table} order by span_id").fetchall()
    answers.append({"row": row, "names": [name for (name,) in names]})
print(json.dumps(answers, default=str))
