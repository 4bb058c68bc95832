"""Remote feeds (RSS, Atom, ninjs, NewsML-G2) that are polled on a schedule and become drafts."""
