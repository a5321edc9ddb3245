"""measure/quality: what is odd about a table of data before anything is learned from it.

Owns: missing cells, constant columns, repeated rows, columns that give the label away, rows that stand in two tables, labels by group. Never:
fetches rows; two tables are compared by hashes of their rows alone.

Files in reading order:

columns.py   each column alone, and how much it says about the label
rows.py      repeated rows, and rows that stand in another table too
balance.py   the label by group
document.py  all of it, put together, with what was found in words
"""
