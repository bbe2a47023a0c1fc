"""How the answers of the form are read, one step a module.

`vocabulary` finds the words we know (`phrasebook` holds them packed, `reader` makes trees of those that a mail uses),
`fresh` lays out the person's own text, `clauses` says what belongs together in a sentence, `slots` and `boxes` find where the
form was filled in, `values` reads what stands there; `agreements`, `choices`, `names`, `addresses` and `links` read prose,
`context` reads what only our last letter explains, and `settle` weighs it all.
"""
