"""What a version's tabs say: functions from a version, whole, to a page. They ask nothing and change nothing."""
