"""The genuine packages, as a process that the tests can talk to.

    python oracle.py serve              serve the project of $ORACLE_CONFIG on a free port
    python oracle.py call NAME JSON     run one function of project/control.py and print its result as JSON

`serve` writes one line, `oracle ready http://127.0.0.1:PORT`, to standard error once it accepts, and stops when its
standard input is closed: an oracle never outlives the test that started it.
"""

import json
import os
import signal
import sys
import threading

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "project.settings")


def main(arguments):
    match arguments:
        case ["serve"]:
            serve()
        case ["call", name, document]:
            call(name, json.loads(document))
        case _:
            sys.exit(__doc__)


def call(name, arguments):
    import django

    django.setup()
    from project import control

    print(json.dumps(control.run(name, arguments)))


def serve():
    from gunicorn.app.base import BaseApplication

    class Application(BaseApplication):
        def load_config(self):
            self.cfg.set("bind", "127.0.0.1:0")
            self.cfg.set("worker_class", "gthread")
            self.cfg.set("threads", 8)
            self.cfg.set("keepalive", 15)
            # Only trouble is worth a line: the tests show what an oracle wrote when one of them fails.
            self.cfg.set("loglevel", "warning")
            self.cfg.set("control_socket_disable", True)
            self.cfg.set("post_worker_init", announce)

        def load(self):
            from django.core.wsgi import get_wsgi_application

            application = get_wsgi_application()
            from django.urls import get_resolver

            # Import every view now, so that a wrong setting stops the start instead of failing the first request.
            get_resolver().url_patterns
            return application

    os.setsid()
    threading.Thread(target=stop_at_end_of_input, daemon=True).start()
    Application().run()


def announce(worker):
    host, port = worker.sockets[0].getsockname()[:2]
    print(f"oracle ready http://{host}:{port}", file=sys.stderr, flush=True)


def stop_at_end_of_input():
    """Ends the whole session, master and worker, without a word: there is nothing to save and nobody to answer."""
    while os.read(0, 4096):
        pass
    os.killpg(0, signal.SIGKILL)


if __name__ == "__main__":
    main(sys.argv[1:])
