"""A user model unlike Django's own: UUID keys, the address as the name, columns of every type."""

import uuid

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.utils import timezone


class Person(AbstractBaseUser, PermissionsMixin):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    email = models.EmailField(unique=True)
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False)
    joined = models.DateTimeField(default=timezone.now)
    age = models.PositiveIntegerField(null=True)
    score = models.FloatField(default=0.5)
    balance = models.DecimalField(max_digits=9, decimal_places=2, default="12.25")
    note = models.TextField(default="é — 𝄞")
    preferences = models.JSONField(default=dict)
    device = models.UUIDField(null=True)
    nickname = models.CharField(max_length=20, null=True)

    USERNAME_FIELD = "email"
    objects = BaseUserManager()
