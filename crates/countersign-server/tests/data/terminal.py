"""A person at a terminal: waits for each question, answers it, and prints what was on the screen.

    python terminal.py '[["Password:", "secret"], …]' PROGRAM ARGUMENT…
"""

import json
import os
import pty
import select
import sys

PATIENCE = 20


def main(answers, *command):
    process, screen = pty.fork()
    if process == 0:
        os.execv(command[0], command)
    for question, answer in json.loads(answers):
        read_until(screen, question)
        os.write(screen, answer.encode() + b"\n")
    read_until(screen, None)
    return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])


def read_until(screen, question):
    """Prints what comes, up to the question or to the end."""
    seen = b""
    while question is None or question.encode() not in seen:
        if not select.select([screen], [], [], PATIENCE)[0]:
            sys.exit(f"{question!r} was not asked")
        try:
            shown = os.read(screen, 4096)
        except OSError:
            # What Linux says of a terminal that nobody uses any more.
            shown = b""
        if not shown:
            break
        seen += shown
    sys.stdout.write(seen.decode())


sys.exit(main(*sys.argv[1:]))
