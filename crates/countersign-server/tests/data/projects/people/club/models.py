import uuid

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models


class Manager(BaseUserManager):
    def create_user(self, email, password=None):
        member = self.model(email=email)
        member.set_password(password)
        member.save(using=self._db)
        return member


class Member(AbstractBaseUser):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    email = models.EmailField(unique=True)
    is_active = models.BooleanField(default=True, db_column="is_welcome")

    objects = Manager()

    USERNAME_FIELD = "email"

    class Meta:
        db_table = "members"
