"""The commands, from the page that a test keeps fresh, and the arguments they are tried with.

A new command is demanded here: without a line in ARGUMENTS the suite fails.
"""

import pathlib
import re

PAGE = pathlib.Path(__file__).parents[2] / "docs/reference/read-only.md"

# Several sets of options each; `%` is the folder of the run. Those that can write as well are tried with
# an option that makes them read.
ARGUMENTS = {
    "status": ["", "checkout", "--worktree --targets", "--at HEAD~3 -o json", "--at '3 weeks ago' -o csv", "--no-index"],
    "history": ["", "storefront -n 3", "-o jsonl", "--no-index -o csv", "--since '6 weeks ago' --stage prod"],
    "diff": ["staging prod", "HEAD~5 HEAD -o json", "dev prod -o markdown"],
    "trace": ["checkout@500857c", "checkout@500857c -o json --no-index"],
    # It asks a registry, which this suite does not have: an unknown app is refused before that.
    "live": ["--snapshot ../seen.yaml", "checkout --snapshot ../seen.yaml -o json"],
    # The demo names no witness.
    "live snapshot": [""],
    "live rbac": ["", "--namespace shop"],
    "versions": ["nothing", "nothing --all -o json"],
    # The demo names no sources.
    "changes": ["checkout", "checkout -o json"],
    "metrics": ["", "-o json --no-index"],
    "audit": [
        "",
        "--no-index -o json",
        "-o sarif --stage prod",
        "--since '6 weeks ago' -o markdown",
        "--policy %/policy.yaml",
        "--baseline %/known.json",
        "--explain skipped-stage",
    ],
    "guard": ["--base HEAD~1", "--base HEAD~3 -o json", "--base HEAD~2 --head HEAD~1 -o sarif"],
    "comment": ["--base HEAD~1 --dry-run", "--base HEAD~3 --dry-run"],
    "promote": ["--to prod --dry-run", "storefront --to prod --patch", "--dry-run -o json"],
    "deploy": ["checkout v9 --dry-run", "checkout v9 --patch"],
    "rollback": ["storefront --stage prod --dry-run", "storefront --stage prod --patch"],
    "ask": ["storefront --to prod", "storefront --to prod --at yesterday -o json", "--questions %/questions"],
    "advance": ["--dry-run", "--dry-run --stage prod"],
    # It ends by a signal only: server.py.
    "serve": [],
    "announce": ["--to slack --dry-run"],
    "publish": ["--dry-run"],
    "mcp": [""],
    "locks": ["", "-o json"],
    "ledger": ["", "-n 0 -o jsonl"],
    "proposals list": ["--forge github"],
    "proposals show": ["1 --forge github"],
    "init": ["--stdout", "--explain"],
    "config show": ["", "-o json"],
    "config check": ["%/policy.yaml"],
    "config schema": [""],
    "completions": ["bash", "fish"],
    "man": [""],
    "help": ["", "audit", "gates"],
    "version": [""],
}

# What ends with something else than 0: gates that say no, and a forge that is not there.
ENDS = {"live snapshot": (2,), "versions": (2,), "changes": (2,), "guard": (0, 3), "ask": (0, 3), "promote": (0, 3), "deploy": (0, 1, 3), "rollback": (0, 3), "publish": (2,), "proposals list": (1, 2), "proposals show": (1, 2)}

# The same of what writes, to be refused.
REFUSED = {
    "status": ["--watch"],
    "history": ["--follow"],
    "promote": ["", "storefront --to prod --push --yes", "--commit"],
    "deploy": ["checkout v9 --push"],
    "rollback": ["storefront --stage prod --commit"],
    "ask": ["storefront --to prod --wait"],
    "advance": [""],
    "attest": ["checkout@v1 --type a/b"],
    "record": ["checkout passed --stage staging"],
    "approve": ["checkout --stage prod"],
    "reject": ["checkout v1"],
    "unreject": ["checkout v1"],
    "release": ["checkout --stage prod"],
    "lock": ["--all --reason x", "--all --reason x --local"],
    "unlock": ["--all"],
    "ledger fetch": [""],
    "ledger push": [""],
    "ledger note": ["12345678 text"],
    "proposals list": ["", "--forge plain"],
    "proposals show": ["1"],
    "proposals merge": ["1 --yes"],
    "proposals close": ["1"],
    "plugin": ["--git-repo file:///nowhere --image-tag v1 --destination-file x"],
    "serve": ["--fetch"],
    "publish": [""],
    "guard": ["--base HEAD~1 --comment"],
    "comment": ["--base HEAD~1"],
    "announce": ["--to slack", "--to slack --state %/state"],
    "site": ["--out %/site"],
    "init": ["--yes", "--yes --force"],
    "demo": ["", "--no-tour"],
    "man": ["--dir %/pages", "--dir plain"],
}


def declared():
    """What each command writes, as towpath says."""
    rows = re.findall(r"^\| `([a-z ]+)` \| (.+) \|$", PAGE.read_text(), re.MULTILINE)
    assert len(rows) > 20, f"{PAGE} is not as it was"
    return dict(rows)


def undeclared():
    """What is missing here."""
    missing = []
    for command, writes in declared().items():
        if writes != "yes" and command not in ARGUMENTS:
            missing.append(f"`{command}` reads, and ARGUMENTS does not say how to try it")
        if writes != "no" and command not in REFUSED:
            missing.append(f"`{command}` writes, and REFUSED does not say how to try it")
    return missing
