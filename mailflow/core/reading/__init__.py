"""How the answers of the form are read, one step a module.

`vocabulary` finds the words we know (`phrasebook` holds them packed, `reader` makes trees of those that a mail uses),
`pages` says how much is read, `fresh` lays out the person's own text, `clauses` says what belongs together in a sentence,
which `segments` takes apart; `slots`, `boxes`, `numbering` and `ordered` find where the form or our letter was answered,
`values` reads what stands there; `agreements`, `choices`, `names`, `addresses` and `links` read prose, `context` and `lone`
read what only our last letter explains, and `settle` weighs it all.
"""
