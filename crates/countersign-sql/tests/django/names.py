"""Makes the user "ada", and tells for each name given whether Django finds her by it, as one line of JSON."""

import json
import sys

import django

django.setup()

from django.contrib.auth import authenticate, get_user_model

get_user_model().objects.create_user("ada", password="correct horse")
print(json.dumps([authenticate(username=name, password="correct horse") is not None for name in sys.argv[1:]]))
