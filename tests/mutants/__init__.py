"""Small mistakes, put into a copy of the product one at a time: the tests have to find each.

`make mutants` plays them all and writes `TABLE.md`; `make mutants ONLY=A20,S1` plays some. A test
that passes whatever the product does is found here, and so is a rule that no test holds.

Where to look:

- `decide`, `signals`, `customer`, `intake`, `partition`, `commit`: the mistakes, by rooms.
- `mutant`: what one is; `listed`: all of them, and what a list of them must not have.
- `copies`: the scratch copies in which they are made; `running`: the tests on them; `table`.

A mistake names the narrowest tests that should find it. One that may stand says why.
"""
