"""People who work with heed, and the tree of units they work in."""

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.utils.translation import gettext_lazy as _

from heed.core.fields import Dated, new_key


def person_key() -> str:
    return new_key("p")


NOTIFIED_BY = (
    ("mail", _("On the page, and by mail when I have not read it")),
    ("page", _("On the page only")),
    ("none", _("Not at all")),
)


class People(BaseUserManager["Person"]):
    """Makes people; the address is kept in lower case, so that it is unique however it is typed."""

    def create_user(self, email: str, password: str | None = None, **extra: Any) -> "Person":
        person = self.model(email=email.strip().lower(), **extra)
        person.set_password(password)
        person.save(using=self._db)
        return person

    def get_by_natural_key(self, username: str | None) -> "Person":
        return self.get(email=(username or "").strip().lower())


class Person(AbstractBaseUser):
    """Somebody who signs in, or an employee known by name only. Everything else names them by `key`."""

    key = models.CharField(max_length=24, unique=True, default=person_key, editable=False)
    email = models.EmailField(_("e-mail address"), max_length=254, unique=True, null=True, blank=True)
    name = models.CharField(_("name"), max_length=150)
    is_active = models.BooleanField(default=True)
    language = models.CharField(_("language"), max_length=12, blank=True)
    time_zone = models.CharField(_("time zone"), max_length=64, blank=True)
    notified_by = models.CharField(_("notifications"), max_length=8, choices=NOTIFIED_BY, default="mail")
    created_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[People] = People()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")

    def __str__(self) -> str:
        return self.name

    @property
    def is_staff(self) -> bool:
        return False


class Unit(Dated):
    """The organisation itself, a region, a department or a team. Facts name it by `key`."""

    KINDS = (
        ("organisation", _("organisation")),
        ("region", _("region")),
        ("department", _("department")),
        ("team", _("team")),
    )

    key = models.SlugField(_("key"), max_length=60, unique=True)
    name = models.CharField(_("name"), max_length=120)
    kind = models.CharField(_("kind"), max_length=20, choices=KINDS)
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="children")
    source = models.CharField(max_length=40, default="people")

    class Meta:
        verbose_name = _("unit")
        verbose_name_plural = _("units")
        ordering = ("name",)
        constraints = [
            models.CheckConstraint(condition=~models.Q(parent=models.F("id")), name="unit_is_not_its_own_parent"),
        ]

    def __str__(self) -> str:
        return self.name


class Notification(models.Model):
    """One thing one person is told. The sentence is made when it is read, from the kind and these values."""

    person = models.ForeignKey("core.Person", on_delete=models.CASCADE, related_name="notifications")
    kind = models.CharField(max_length=60)
    params = models.JSONField(default=dict)
    href = models.CharField(max_length=500)
    subject_kind = models.CharField(max_length=40, blank=True)
    subject_id = models.CharField(max_length=120, blank=True)
    once_key = models.CharField(max_length=200)
    made_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)
    mailed_at = models.DateTimeField(null=True)
    mail_attempts = models.PositiveSmallIntegerField(default=0)
    mail_next_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("notification")
        verbose_name_plural = _("notifications")
        constraints = [
            models.UniqueConstraint(fields=["person", "once_key"], name="told_once"),
        ]
        indexes = [
            models.Index(fields=["person", "-id"]),
            models.Index(fields=["person"], condition=models.Q(read_at=None), name="notification_unread"),
            models.Index(
                fields=["mail_next_at"], condition=models.Q(mail_next_at__isnull=False), name="notification_mail"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"
