"""The terminal face: what waits for me, the evidence, and the signature over exactly what was on the screen.

Owns screens, keys, colours and how things are drawn in cells. Never decides, checks or writes: every change is an
action run through the workspace, inside a dialog that says what it will do; every screen asks again after a receipt.
Text of users is shown harmlessly and never read as markup.

In reading order:

app.py       the application: themes, help, palette
keys.py      what is typed, one key at a time
guard.py     who sits at the registry: idle, lock, signals, faults, the end
terminal.py  the terminal, which may stop, go on, or go away
seat.py      what the screens need of a workspace
desk.py      a screen that asks in a thread and is answered in a handler
pen.py       words, marks and boxes in cells, in Unicode or in ASCII
prose.py     pages of headings, pairs and paragraphs
pane.py      panes that scroll
column.py    columns of a table, and how they share the width
given.py     rows that were given whole
fetched.py   rows that are fetched by key, page by page, from either end
look.py      how a table is drawn
table.py     a table of any length
listing.py   a table with its filter
themes.py    the two themes of the house
palette.py   models, versions and actions by name
completion.py what a field completes: paths, and columns
field.py     the fields of a form
asked.py     what a form asks to be measured
saved.py     columns and their meanings, kept in a file
measuring.py a measurement on its way
whole.py     a version, whole, in one snapshot with the head it was seen at
graph.py     lineage as layers of boxes, or as a tree

``pages`` holds what a version's tabs say, ``screens`` one file and one stylesheet per screen.
"""
