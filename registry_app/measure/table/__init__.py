"""measure/table: the table that is measured, wherever it lies, and what its columns mean.

Owns: the column mapping, the sources a table can come from (files through DuckDB, columns in memory, a warehouse), and the list of
everything that is wrong with one. Never: trusts a file, imports pandas, fairlearn or scikit-learn, hands out rows but those that are
wrong and those that a model in the sandbox is asked about.

Files in reading order:

limits.py     how much of a hostile table is read
mapping.py    which column means what; saved as ``mapping.json``
problem.py    one thing that is wrong, by row and column, and the error that lists them
column.py     kinds of columns, and a column as a number, a group or a name in every engine's SQL
source.py     what every source can do, and the one that a text names
duck.py       DuckDB with nothing but the table in reach
lines.py      a CSV file row by row: to say where it is broken
files.py      CSV, gzipped CSV and Parquet files, one or many
memory.py     a data frame or a dictionary of columns
collected.py  rows of another table beside what was computed from them
warehouse.py  a table of a PostgreSQL or SQLite database, counted by the server
check.py      what is wrong with a table, all of it
"""
