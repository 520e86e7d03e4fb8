# SPDX-License-Identifier: ISC
"""The closing line of a suite, from the JUnit file that pytest wrote."""
import sys
import xml.etree.ElementTree as tree

suite = tree.parse(sys.argv[1]).getroot().find("testsuite")
failed = int(suite.get("failures")) + int(suite.get("errors"))
passed = int(suite.get("tests")) - failed - int(suite.get("skipped"))
print(f"{passed} passed, {failed} failed")
