"""Django's admin, as a superuser uses it: lists users and tokens, adds a user, opens and deletes what is there."""

import django

django.setup()

from django.contrib.auth import get_user_model
from django.test import Client
from rest_framework_simplejwt.token_blacklist.models import OutstandingToken
from rest_framework_simplejwt.tokens import RefreshToken

User = get_user_model()
root = User.objects.get(username="root")
root.full_clean()
assert root.is_superuser and root.is_staff and root.is_active

browser = Client()
browser.force_login(root)


def page(path, **data):
    answer = browser.post(path, data) if data else browser.get(path)
    assert answer.status_code == (302 if data else 200), (path, answer.status_code, answer.content.decode()[-2000:])
    return answer.content.decode()


assert "root" in page("/admin/auth/user/")
page("/admin/auth/user/add/", username="added", password1="a-long-Pass-1", password2="a-long-Pass-1",
     usable_password="true")
added = User.objects.get(username="added")
assert added.check_password("a-long-Pass-1")
RefreshToken.for_user(added).blacklist()
assert OutstandingToken.objects.count() == 2, "one from each side"
assert "added" in page("/admin/token_blacklist/outstandingtoken/")
assert "added" in page("/admin/token_blacklist/blacklistedtoken/")
page(f"/admin/token_blacklist/outstandingtoken/{OutstandingToken.objects.get(user=added).pk}/change/")
page(f"/admin/auth/user/{root.pk}/change/")
page(f"/admin/auth/user/{added.pk}/delete/", post="yes")
assert not User.objects.filter(username="added").exists()
assert OutstandingToken.objects.filter(user=None).count() == 1
print("the admin works")
