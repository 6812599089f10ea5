"""Parses the SVG file named, and prints its elements and tooltips as JSON."""

import json
import sys
import xml.etree.ElementTree as tree

root = tree.parse(sys.argv[1]).getroot()
elements = list(root.iter())
print(json.dumps({
    "elements": sorted({element.tag.removeprefix("{http://www.w3.org/2000/svg}") for element in elements}),
    "titles": [element.text for element in elements if element.tag.endswith("}title")],
}))
