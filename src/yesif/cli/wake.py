"""Wakes Django. A command that touches tables imports this first, so that the outsiders' commands never meet Django."""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "yesif.site.settings")
django.setup()
