"""measure/sandbox: model code in a child process that can do nothing else.

Owns: the jail (Landlock, seccomp, limits, bubblewrap around them where it works), the level that escape attempts found,
loading a model file inside, and what may come back out. Labels never go in; metrics are computed outside from what comes back.
Never: loads a model in this process, unpickles an answer, waits for ever, raises a level that was not probed.

Files in reading order:

limits.py      how much memory, time and disk a run may have
trust.py       what lets a pickle be loaded: a decision to trust one file; a waiver where no jail is
features.py    the table that goes in: columns by name
frames.py      what crosses the pipes: a JSON head and raw numbers, each with its length, each within a cap
calls.py       the system calls that are allowed, numbered for two machines
filter.py      the seccomp program made of them
readable.py    what the child may read: libraries and what it is given
landlock.py    the Landlock ruleset: what may be read, where may be written
lock.py        in the child: every lock, in the order that holds
attempts.py    in the child: the escape attempts
loading.py     in the child: a model file made into something that predicts
explaining.py  in the child: an explanation of it, or a piece of one
outputs.py     what a model says of each row, made in the child and checked in the parent
child.py       in the child: lock, load, answer
bubble.py      the command line of bubblewrap
jail.py        folders, command line, and a child that has locked itself
process.py     the child seen from outside: started, fed, read, ended in time
verdict.py     how a child ended, in one sentence what and one what to do
level.py       the probe: escape attempts in the jail, and the level they leave
run.py         the way in: predict, explain
crew.py        further children with the same model, which make pieces of an explanation at once
cluster.py     the same on the workers of a Dask cluster
"""
