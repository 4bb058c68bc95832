"""Story blocks: parts of an article's body that have fields, such as a timeline or a chart.

A body is clean HTML; a block is a `<figure data-block="timeline" data-v="1">` in it, whose marked elements are its
fields. docs/decisions/0012-story-blocks.md says why.
"""
