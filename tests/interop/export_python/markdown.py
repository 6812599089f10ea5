"""Has GitHub's own parser turn a Markdown file into HTML."""

import sys

import cmarkgfm

with open(sys.argv[1], encoding="utf-8", newline="") as file:
    sys.stdout.write(cmarkgfm.github_flavored_markdown_to_html(file.read()))
