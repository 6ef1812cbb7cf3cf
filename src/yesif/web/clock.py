"""This studio's clock, anchored in its folder: the same in every process of this boot."""

from django.conf import settings

from yesif.base.clock import StudioClock

CLOCK = StudioClock.at(settings.DATA)
