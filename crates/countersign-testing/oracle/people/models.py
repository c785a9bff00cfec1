"""User models as projects write them, each unlike Django's own in its own way."""

import uuid

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models


class Manager(BaseUserManager):
    def create_user(self, password=None, **fields):
        user = self.model(**fields)
        user.set_password(password)
        user.save(using=self._db)
        return user


class Person(AbstractBaseUser):
    """Signs in with an email address, is known by a UUID, and has columns of the project's own."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    email = models.EmailField(unique=True)
    full_name = models.CharField(max_length=200)
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False)
    credit = models.DecimalField(max_digits=8, decimal_places=2, default=0)
    joined_at = models.DateTimeField(auto_now_add=True)

    objects = Manager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = ["full_name"]


class Account(AbstractBaseUser):
    """Keeps everything in columns of other names than Django's."""

    id = models.AutoField(primary_key=True, db_column="account_no")
    login = models.CharField(max_length=40, unique=True)
    password = models.CharField(max_length=128, db_column="pass_hash")
    last_login = models.DateTimeField(null=True, db_column="seen_at")
    is_active = models.BooleanField(default=True, db_column="enabled")

    objects = Manager()

    USERNAME_FIELD = "login"

    class Meta:
        db_table = "accounts"


class Member(AbstractBaseUser):
    """Has a text as its primary key, a table named by hand, and no column that says whether it is active."""

    handle = models.CharField(max_length=40, primary_key=True)

    objects = Manager()

    USERNAME_FIELD = "handle"

    class Meta:
        db_table = "club_member"
