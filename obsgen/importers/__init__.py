"""
Other formats to specs: pure, from bytes and answers to text.

`content` tells what bytes are, `exposition` reads pages of metrics, `prometheus` asks a server's
API through a function that it is given; both fill a `harvest`. `families` sorts it into metrics
with types, `complaints` says what is wrong with them, `document` writes them as a spec.
"""
