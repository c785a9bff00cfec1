"""Asks a Django project what `countersign import-django` wants to know, and writes it as one JSON document.

Runs in the project's folder with the project's interpreter. The arguments are the settings module, or "" for the one in
manage.py, and the modules beside this one, as a JSON list of names and sources in which each imports only earlier ones: they
are no files where this runs. Standard output is ours alone: what the project prints goes to standard error.
"""

import os
import sys

OUT = os.fdopen(os.dup(1), "w", encoding="utf-8")
os.dup2(2, 1)

import json  # noqa: E402
import traceback  # noqa: E402
import types  # noqa: E402


def main(settings, modules):
    try:
        for name, source in modules:
            load(name, source)
        answer = {"project": sys.modules[f"{PACKAGE}.project"].ask(settings)}
    except BaseException as error:
        answer = problem(error)
    # Whatever was written to standard output before this program began ends at the separator.
    OUT.write("\x1e" + json.dumps(answer))
    OUT.flush()
    sys.stderr.flush()
    # Threads and exit handlers of the project have nothing to do here.
    os._exit(0)


def load(name, source):
    module = types.ModuleType(f"{PACKAGE}.{name}")
    module.__package__ = PACKAGE
    sys.modules[module.__name__] = module
    exec(compile(source, f"{PACKAGE}/{name}.py", "exec"), module.__dict__)


def problem(error):
    if type(error).__name__ == "Unanswerable" and type(error).__module__.startswith(f"{PACKAGE}."):
        return {"problem": str(error)}
    return {"traceback": traceback.format_exc().splitlines()[-12:]}


# A name that no project has.
PACKAGE = "countersign_import"
sys.modules[PACKAGE] = types.ModuleType(PACKAGE)
sys.modules[PACKAGE].__path__ = []
# The project sees the arguments of a command of its own that is given none.
SETTINGS, MODULES = sys.argv[1], json.loads(sys.argv[2])
del sys.argv[1:]
main(SETTINGS, MODULES)
