"""How the answers of the form are read, one step a module. `core/answers.py` calls them in this order.

What they hand on: a `Hit` is a phrase that was found, with its `Meaning`; a `Clause` the hits that say one thing together;
a `Slot` a part of the text that answers one item of the form; a `Claim` a value that was read of a field, with the rule
that read it and how sure it is, from 0 to 1; an `Evidence` the same of a choice before it is a claim. Places are characters
of `Fresh.text`, the person's own words as one string; two of them, the second one exclusive, are a part of it.

The words
    words, tokens         what a word is, and what stands between words
    phrasebook            the phrases of the word lists, packed; `reader` and `phrasenode` make trees of those that are met
    languages             which languages a text is in
    misspelled            which word is meant by one with a typing error; `respelled` puts it right in the person's own words
    meaning, vocabulary   what a phrase means; finds the phrases of a text
    terms, everyday       the word lists with a form's own words; which words are common; `alternatives` finds some where they stand
The text
    typedmarkup           HTML that stands in the text
    spacing               spaces that were left out behind a stop or a number
    saidsigns             stops and commas that are said, before anything else is read
    spokensigns           signs that are said within names: "k underscore hollander"
    speakers              who speaks, before each line
    salutation            a greeting and a signature that are no answers
    runtogether           a form on one line, broken anywhere: its labels begin lines again
    dictated              text without stops: each statement in it gets one
    offered               what was struck out or passed over of "yes / no"
    emphasis              words that are underlined, spaced out or set between marks
    pages, breaks         how much is read; which line breaks end a sentence
    fresh, taken          the person's own text; what of it has been read as form
    sentences             where sentences and the parts between commas stand
    segments, clauses     what belongs together in a sentence; `mailboxkey` what only says more of a mailbox
Where the form or our letter was answered
    columns               tables typed as text
    crosses               crosses beside labels
    boxes, slots          ticked boxes; values behind labels and under headings
    questions             what quoted questions ask for
    numbering, ordered    answers under numbers, or in the order of our questions
    askedagain            answers behind a question that the person typed or pasted without marks
    values                reads what stands in a slot, by the kind of its field
Prose, by the kind of field
    names                 account names; `announced`, `besidename`, `introduced`, `notbut`, `replaced`, `candidates`, `namelike`, `likeness`; `composed` puts one
                          together, `whichaccount` tells which of two
    addresses             e-mail addresses; `addressforms` finds them, `windows`, `roles` and `exchanged` tell which one each is,
                          `ranked` which one is liked best
    links, works          projects and links; projects that nothing announces; `projectlists`: those behind the first one
    choices               reasons and choices; `evidence` of them, with `anaphora`, `contrary`, `elliptic`, `losttogether`, `lostroute`,
                          `told`, `whereabouts`
    agreements, agreed    yes and no where it is known what they answer; agreements in prose
What only our last letter explains
    context               the ways to read such answers
    yeses, yesfields      a yes to several questions, and to which; `answerparts`, `bareyes`, `whichquestion` tell it
    besides, yesnames     what else is said that takes back a bare yes; names that are a yes in some language
    lonevalues            a value that stands alone
    confirmed, chosen     what answers a question of the staff; `guessed`: what chooses one of the values that we asked about
In the end
    unreal, notmine       losses that did not come about, names and addresses of somebody else; `bindingwords` around them
    framed, denied        names and addresses that a sentence only mentions, or denies
    bound, byothers       agreements that are put off or only spoken of, or that others give
    unanswered            labels in the person's own words that nothing answers
    participles           things of which something unknown was done
    quotes, withdrawn     what is only quoted, or taken back in the same breath; `unreal` and `bound` ask them
    afterthoughts         agreements that a no, a refusal or a joke behind them takes back
    plainly               accounts that are plainly said to be the writer's
    claim, settle         what was read; one answer a field, or a doubt
"""
