"""demo: one story on real data, played through the same doors as everybody's work.

Owns: the two data sets' use, four models trained from them, the five made-up people, and what they do. Every figure is
measured while it runs; nothing is prepared.
Never: reaches past an action, a view or custody; leaves half a folder; says that a model is fit for use.

Files in reading order:

train.py      two data sets, four models, their artifacts and tables of predictions
people.py     five people under one made-up passphrase, their teams and roles
again.py      what was measured, measured again by somebody else
inventory.py  what the models and data sets are called and described as
scenes.py     a version's way: registered, measured, submitted, decided; what the reviewers write
story.py      the whole: play it into a folder, verify it, say how to go on
"""
