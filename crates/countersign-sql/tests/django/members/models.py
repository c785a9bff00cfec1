"""Django's AbstractUser under another name: its key is a BigAutoField."""

from django.contrib.auth.models import AbstractUser


class Member(AbstractUser):
    class Meta:
        db_table = "club members"
