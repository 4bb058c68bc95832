"""The kinds of story blocks, one folder each: its model, `block.html`, and perhaps `style.css` and `page.js`."""
