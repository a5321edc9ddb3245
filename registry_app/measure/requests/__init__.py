"""measure/requests: one measurement as it is asked for, before it is made: by a command, a screen, or evidence that is done again.

Owns: for each kind of result a request that says of what and with which choices, that makes the result, and that can be read back
from a result. Never: measures by itself, opens a registry, guesses an input.

Files in reading order:

request.py      what every request can do, and the inputs that a result does not hold
modelled.py     a model's file in place of a column of predictions: run in the sandbox
features.py     the columns of a table that a model is given
outcomes.py     what a model says of each row, in the words of the table's label
predicting.py   a table read once, its features predicted, the rest kept beside
fairness.py     groups of a table of predictions
leaving.py      a result with small groups put together, and the whole one
performance.py  how well predictions came true, and whether better than a champion's
explanation.py  which features move a model's output
drift.py        a window against its reference
load.py         what a load tool wrote
quality.py      a table before anything is learned from it
again.py        the request that a result was made by, and the same measurement made again
"""
