"""measure/load: how a served model bears its load, read from what a load tool wrote.

Owns: reading result files of k6, Locust and JMeter, percentiles with their intervals. Never: sends a request itself; believes a file
about its own totals where the single requests are there.

Files in reading order:

requests.py  the requests of one test, as columns
k6.py        points as k6 writes them, one JSON object a line, or as CSV
jmeter.py    JMeter's table of samples (CSV)
locust.py    Locust's table of statistics (CSV), which holds no single requests
document.py  percentiles, throughput and errors, put together
"""
